//! The operation table on a service of two operations: tokens are replayed, pages go on, faults are worded.

use std::sync::Arc;
use std::time::Duration;

use model::json::{Encode, Object};
use model::{
    Decode, Location, Member, Members, ModelledError, Operation, Protocol, Service, Shape, Spec, StringRule,
    Structure, Timestamp,
};
use service::page::{Page, Refused};
use service::{Body, Call, Denied, Dialect, Error, Fault, Installation, Problem, Source, Table};
use store::{Clock, Database, Entropy, Options, Room, Store, Tx};

static TEXT: Shape = Shape::String(StringRule::ANY);
static SHORT: Shape = Shape::String(StringRule { max: Some(8), ..StringRule::ANY });

static COUNTERS: Service = Service {
    id: "counters",
    sdk_id: "Counters",
    api_version: "2026-01-01",
    signing_name: "counters",
    protocol: Protocol::RestJson1,
    target_prefix: None,
    message_member: "message",
};

const fn member(name: &'static str, shape: &'static Shape, required: bool) -> Member {
    Member { name, wire: name, location: Location::Body, shape, required }
}

static ADD_INPUT: Structure = Structure {
    name: "AddRequest",
    members: &[member("counter", &SHORT, true), member("clientToken", &TEXT, false)],
    union: false,
};

static ADD: Spec = Spec {
    errors: &["TooMuchException"],
    idempotency_token: Some("clientToken"),
    ..Spec::new(&COUNTERS, "Add", "POST", "/add", &ADD_INPUT)
};

static LATER: Spec = Spec::new(&COUNTERS, "Later", "POST", "/later", &ADD_INPUT);

struct Add;
struct AddInput {
    counter: String,
}
struct Count {
    count: i64,
}
#[derive(Debug)]
struct TooMuch;

impl Operation for Add {
    type Input = AddInput;
    type Output = Count;
    type Error = TooMuch;
    const SPEC: &'static Spec = &ADD;
}

impl Decode for AddInput {
    fn decode(members: Members) -> Self {
        Self { counter: members["counter"].as_str().unwrap().to_owned() }
    }
}

impl Encode for Count {
    fn encode(&self, out: &mut Object<'_>) {
        out.field("count", &self.count);
    }
}

impl Encode for TooMuch {
    fn encode(&self, out: &mut Object<'_>) {
        out.field("message", "too much");
    }
}

impl ModelledError for TooMuch {
    fn name(&self) -> &'static str {
        "TooMuchException"
    }
    fn status(&self) -> u16 {
        410
    }
    fn message(&self) -> &'static str {
        "too much"
    }
}

static ROOM: Room = Room {
    name: "counters",
    migrations: &["CREATE TABLE counter (name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (name))"],
    blob_references: &[],
};

static ROOMS: &[&Room] = &[&service::ROOM, &ROOM];

fn add(tx: &mut Tx, call: &Call, input: &AddInput) -> Result<Count, Error<TooMuch>> {
    if input.counter == "denied" {
        return Err(Denied(format!("{} may not", call.principal)).into());
    }
    let count = tx.query_one(
        "INSERT INTO counter (name, count) VALUES (?1, 1)
         ON CONFLICT (name) DO UPDATE SET count = counter.count + 1 RETURNING count",
        &[(&input.counter).into()],
        |row| row.integer(0),
    )?;
    match count {
        Some(count) if count <= 3 => Ok(Count { count }),
        _ => Err(Error::Modelled(TooMuch)),
    }
}

fn worded(fault: Fault) -> Problem {
    Problem::plain(&COUNTERS, 400, "WordedException", &format!("{fault:?}"))
}

struct Region {
    table: Table,
    store: Store,
    call: Call,
}

impl Region {
    fn new() -> Self {
        let mut table = Table::new();
        table.service(Dialect { service: &COUNTERS, undeclared: &[], problem: worded }, &[&ADD, &LATER]);
        table.write::<Add>(add);
        let store = Store::open(Options {
            database: Database::Memory,
            rooms: ROOMS,
            clock: Clock::manual(Timestamp::from_millis(1_700_000_000_000)),
            entropy: Entropy::seeded(1),
        })
        .unwrap();
        let call = Call {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            partition: "aws".to_owned(),
            principal: "arn:aws:iam::111122223333:user/local".to_owned(),
            request_id: "id".to_owned(),
            base_url: "http://localhost".to_owned(),
            now: store.clock().now(),
            source: Source::default(),
            installation: Arc::new(Installation { page_key: [7; 32], ..Installation::default() }),
        };
        Self { table, store, call }
    }

    fn send(&self, spec: &'static Spec, input: serde_json::Value) -> Result<String, Problem> {
        let serde_json::Value::Object(members) = input else { panic!("inputs are objects") };
        let reply = self.table.answer_blocking(&self.store, &self.call, spec, members)?;
        let Body::Json(body) = reply.body else { panic!("the toy answers JSON") };
        Ok(body)
    }

    fn pass(&mut self, time: Duration) {
        self.store.clock().advance(time);
        self.call.now = self.store.clock().now();
    }
}

#[test]
fn a_token_that_comes_again_gets_the_first_answer_and_changes_nothing() {
    let region = Region::new();
    let once = serde_json::json!({"counter": "a", "clientToken": "t-1"});
    assert_eq!(region.send(&ADD, once.clone()).unwrap(), r#"{"count":1}"#);
    assert_eq!(region.send(&ADD, serde_json::json!({"counter": "a"})).unwrap(), r#"{"count":2}"#);
    assert_eq!(region.send(&ADD, once).unwrap(), r#"{"count":1}"#);
}

#[test]
fn a_token_with_other_parameters_is_refused() {
    let region = Region::new();
    region.send(&ADD, serde_json::json!({"counter": "a", "clientToken": "t-1"})).unwrap();
    let problem = region.send(&ADD, serde_json::json!({"counter": "b", "clientToken": "t-1"})).unwrap_err();
    assert!(problem.body.contains("TokenReused") && problem.body.contains("clientToken"), "{}", problem.body);
}

#[test]
fn a_token_is_forgotten_after_its_window_and_by_other_accounts_never_known() {
    let mut region = Region::new();
    let once = serde_json::json!({"counter": "a", "clientToken": "t-1"});
    region.send(&ADD, once.clone()).unwrap();
    let home = std::mem::replace(&mut region.call.account, "999988887777".to_owned());
    assert_eq!(region.send(&ADD, once.clone()).unwrap(), r#"{"count":2}"#);
    region.call.account = home;
    region.pass(Duration::from_millis(u64::try_from(service::idempotency::TOKEN_KEPT_MS).unwrap() + 1));
    assert_eq!(region.send(&ADD, once).unwrap(), r#"{"count":3}"#);
    let swept: Result<u64, store::Error> =
        region.store.write_blocking(|tx| service::idempotency::sweep(tx, 10));
    assert_eq!(swept.unwrap(), 1, "only the other account's token is old; ours was renewed");
}

#[test]
fn failures_are_not_remembered_and_leave_nothing_behind() {
    let region = Region::new();
    for count in 1..=3 {
        assert_eq!(
            region.send(&ADD, serde_json::json!({"counter": "a"})).unwrap(),
            format!(r#"{{"count":{count}}}"#)
        );
    }
    let over = serde_json::json!({"counter": "a", "clientToken": "t-1"});
    for _ in 0..2 {
        let problem = region.send(&ADD, over.clone()).unwrap_err();
        assert_eq!((problem.status, problem.name), (410, "TooMuchException"));
        assert_eq!(problem.body, r#"{"__type":"TooMuchException","message":"too much"}"#);
    }
    let count: Result<Option<i64>, store::Error> = region.store.read_blocking(|tx| {
        tx.query_one("SELECT count FROM counter WHERE name = ?1", &["a".into()], |row| row.integer(0))
    });
    assert_eq!(count.unwrap(), Some(3));
}

#[test]
fn faults_are_worded_by_the_service_and_unfinished_operations_name_themselves() {
    let region = Region::new();
    let fault = |input| region.send(&ADD, input).unwrap_err().body;
    assert!(fault(serde_json::json!({})).contains("Constraints"));
    assert!(
        fault(serde_json::json!({"counter": "longer than eight"})).contains("length less than or equal to 8")
    );
    assert!(fault(serde_json::json!({"counter": 7})).contains("WrongType"));
    assert!(fault(serde_json::json!({"counter": "denied"})).contains("AccessDenied"));
    let problem = region.send(&LATER, serde_json::json!({"counter": "a"})).unwrap_err();
    assert_eq!((problem.status, problem.name), (501, "NotImplemented"));
    assert!(problem.body.contains("counters Later"));
}

#[test]
fn a_page_token_opens_for_its_own_list_only() {
    let region = Region::new();
    let arguments = ["filter"];
    let token = Page::new(&region.call, &ADD, &arguments).seal(&["last", "key"]);
    assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)), "{token}");
    let open = |call: &Call, spec: &'static Spec, arguments: &[&str], token: &str| {
        Page::new(call, spec, arguments).open(token, Some(1000))
    };
    assert_eq!(open(&region.call, &ADD, &arguments, &token).unwrap(), ["last", "key"]);
    let mut elsewhere = region.call.clone();
    elsewhere.region = "us-east-1".to_owned();
    let mut later = region.call.clone();
    later.now = Timestamp::from_millis(later.now.millis() + 1000);
    assert!(open(&later, &ADD, &arguments, &token).is_ok(), "at the end of its time");
    later.now = later.now.plus_millis(1);
    // The layout, the time of issue, the code and the key are all bound, not only what lies in the middle.
    for place in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(open(&region.call, &ADD, &arguments, &changed), Err(Refused::Foreign), "place {place}");
    }
    assert_eq!(open(&region.call, &ADD, &["other"], &token), Err(Refused::Foreign));
    assert_eq!(open(&region.call, &ADD, &["filter", ""], &token), Err(Refused::Foreign));
    assert_eq!(open(&region.call, &LATER, &arguments, &token), Err(Refused::Foreign));
    assert_eq!(open(&elsewhere, &ADD, &arguments, &token), Err(Refused::Foreign));
    assert_eq!(open(&later, &ADD, &arguments, &token), Err(Refused::Expired));
    for nonsense in ["", "AA==", "not base64!", "////////////////////////////////////////"] {
        assert_eq!(open(&region.call, &ADD, &arguments, nonsense), Err(Refused::Foreign), "{nonsense}");
    }
}

#[test]
fn long_names_have_keys_that_are_bounded_ordered_and_different() {
    use service::page::key;
    assert_eq!(key("arn:aws:s3:::b"), "arn:aws:s3:::b");
    let long = "ä".repeat(1600);
    let others = [format!("{}a", "ä".repeat(1599)), "ä".repeat(1599), format!("{long}x")];
    assert!(key(&long).len() <= 1000, "{}", key(&long).len());
    for other in &others {
        assert_ne!(key(&long), key(other));
    }
    assert!(key(&"a".repeat(5000)) < key(&"b".repeat(5000)));
    assert_eq!(key(&long), key(&long));
    // A name that is written like the key of another is not mistaken for it.
    for long in [&long, &"a".repeat(5000), &"€".repeat(1600), &"𝄞".repeat(1600)] {
        let forged = key(long);
        assert_ne!(key(&forged), forged, "{forged}");
    }
}
