//! A region for one test: a store, a clock that stands still, and the operation table, without ports or sleeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use model::{Spec, Timestamp};
use serde_json::Value;
use service::{Body, Call, Installation, Reply, Source, Table};
use store::{Clock, Database, Entropy, Options, Room, Store};

/// When the clock of every world stands still at first: 2023-11-14T22:13:20Z.
pub const START_MS: i64 = 1_700_000_000_000;

/// Account of [`World::caller`].
pub const ACCOUNT: &str = "111122223333";

/// Region of [`World::caller`].
pub const REGION: &str = "us-east-1";

/// A region for one test.
pub struct World {
    store: Store,
    table: Arc<Table>,
    installation: Arc<Installation>,
    #[cfg(debug_assertions)]
    _plans: crate::plans::Guard,
}

/// Somebody who calls operations of a [`World`].
#[derive(Clone)]
pub struct Caller<'a> {
    world: &'a World,
    account: String,
    region: String,
    /// What follows the account in its ARN.
    identity: String,
    source: Source,
    installation: Arc<Installation>,
}

/// A failure as it goes over the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Name of the exception.
    pub name: String,
    /// The body, `__type` included.
    pub body: Value,
}

/// Runs a test on every database there is: in memory, and PostgreSQL when `HOMEREGION_TEST_POSTGRES` names a server.
pub fn each_world(rooms: &'static [&'static Room], register: fn(&mut Table), test: impl Fn(&World)) {
    test(&World::on(Database::Memory, rooms, register));
    let Ok(server) = std::env::var("HOMEREGION_TEST_POSTGRES") else {
        println!("skipped: the PostgreSQL half needs HOMEREGION_TEST_POSTGRES=postgres://user@host/database");
        return;
    };
    let schema = Schema::make(&server);
    test(&World::on(Database::Postgres { url: schema.url.clone() }, rooms, register));
}

/// The same, for services that hold more than rows: `register` is shown the store.
pub fn each_world_over(
    rooms: &'static [&'static Room],
    register: impl Fn(&Store, &mut Table),
    test: impl Fn(&World),
) {
    test(&World::built(Database::Memory, rooms, &register));
    let Ok(server) = std::env::var("HOMEREGION_TEST_POSTGRES") else {
        println!("skipped: the PostgreSQL half needs HOMEREGION_TEST_POSTGRES=postgres://user@host/database");
        return;
    };
    let schema = Schema::make(&server);
    test(&World::built(Database::Postgres { url: schema.url.clone() }, rooms, &register));
}

/// Runs a test on every kind of database that can be closed and opened again, each new and empty.
///
/// # Panics
/// When no folder can be made.
pub fn each_database(test: impl Fn(&Database)) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let directory = std::env::temp_dir().join(format!("homeregion-database-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("folders for temporary files can be made");
    test(&Database::Sqlite { directory: directory.clone(), durable: false });
    std::fs::remove_dir_all(&directory).expect("the folder was made here");
    let Ok(server) = std::env::var("HOMEREGION_TEST_POSTGRES") else {
        println!("skipped: the PostgreSQL half needs HOMEREGION_TEST_POSTGRES=postgres://user@host/database");
        return;
    };
    let schema = Schema::make(&server);
    test(&Database::Postgres { url: schema.url.clone() });
}

impl World {
    /// Makes a region over a database, which may hold something.
    pub fn over(database: &Database, rooms: &'static [&'static Room], register: fn(&mut Table)) -> Self {
        Self::on(database.clone(), rooms, register)
    }

    /// Makes a region in memory.
    pub fn new(rooms: &'static [&'static Room], register: fn(&mut Table)) -> Self {
        Self::on(Database::Memory, rooms, register)
    }

    fn on(database: Database, rooms: &'static [&'static Room], register: fn(&mut Table)) -> Self {
        Self::built(database, rooms, &|_, table| register(table))
    }

    /// Makes a region whose operations are entered by somebody who is shown the store.
    pub fn built(
        database: Database,
        rooms: &'static [&'static Room],
        register: &dyn Fn(&Store, &mut Table),
    ) -> Self {
        #[cfg(debug_assertions)]
        let plans = crate::plans::Guard::new();
        let store = Store::open(Options {
            database,
            rooms,
            clock: Clock::manual(Timestamp::from_millis(START_MS)),
            entropy: Entropy::seeded(1),
        })
        .expect("a fresh store opens");
        // Tests that share a process share the log; the first one starts it.
        let _ = log::set_logger(&LOGGER).map(|()| log::set_max_level(log::LevelFilter::Warn));
        let mut table = Table::new();
        register(&store, &mut table);
        let installation = Installation {
            page_key: [1; 32],
            token_key: [2; 32],
            link_key: [3; 32],
            ..Installation::default()
        };
        Self {
            store,
            table: Arc::new(table),
            installation: Arc::new(installation),
            #[cfg(debug_assertions)]
            _plans: plans,
        }
    }

    /// The store, for looking behind the operations.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The operation table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Moves the clock forward.
    pub fn pass(&self, time: Duration) {
        self.store.clock().advance(time);
    }

    /// The caller that most tests need.
    pub fn caller(&self) -> Caller<'_> {
        Caller {
            world: self,
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
            identity: "user/local".to_owned(),
            source: Source::default(),
            installation: Arc::clone(&self.installation),
        }
    }

    fn spec(&self, operation: &str) -> &'static Spec {
        let mut found = self.table.specs().iter().filter(|spec| spec.name == operation);
        let spec = found.next().unwrap_or_else(|| panic!("no operation is named {operation}"));
        assert!(found.next().is_none(), "several services have an operation {operation}");
        spec
    }
}

impl Caller<'_> {
    /// The same caller from another account.
    #[must_use]
    pub fn of_account(mut self, account: &str) -> Self {
        account.clone_into(&mut self.account);
        self
    }

    /// The same caller in another region.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// Another user of the same account.
    #[must_use]
    pub fn user(mut self, name: &str) -> Self {
        self.identity = format!("user/{name}");
        self
    }

    /// The same caller from another place.
    #[must_use]
    pub fn from(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    /// The same caller on an installation that was set up otherwise.
    #[must_use]
    pub fn installed(mut self, change: impl FnOnce(&mut Installation)) -> Self {
        change(Arc::make_mut(&mut self.installation));
        self
    }

    /// The call that an operation of this caller gets now.
    pub fn call(&self) -> Call {
        Call {
            account: self.account.clone(),
            region: self.region.clone(),
            partition: "aws".to_owned(),
            principal: format!("arn:aws:iam::{}:{}", self.account, self.identity),
            request_id: "00000000-0000-4000-8000-000000000000".to_owned(),
            base_url: "http://127.0.0.1:4566".to_owned(),
            now: self.world.store.clock().now(),
            source: self.source.clone(),
            installation: Arc::clone(&self.installation),
        }
    }

    /// Calls an operation by name with its input as JSON members; answers the body, or how it was refused.
    pub fn send(&self, operation: &str, input: Value) -> Result<Value, Refusal> {
        self.reply(operation, input).map(|reply| match reply.body {
            Body::Json(json) => serde_json::from_str(&json).expect("answers are JSON"),
            Body::Content(content) => content.to_value(),
        })
    }

    /// The same, with status and headers of the answer.
    pub fn reply(&self, operation: &str, input: Value) -> Result<Reply, Refusal> {
        let Value::Object(members) = input else { panic!("the input of {operation} is an object") };
        let spec = self.world.spec(operation);
        let answer = self.world.table.answer_blocking(&self.world.store, &self.call(), spec, members);
        answer.map_err(|problem| Refusal {
            status: problem.status,
            name: problem.name.to_owned(),
            body: serde_json::from_str(&problem.body).expect("refusals are JSON"),
        })
    }

    /// Calls an operation that must succeed.
    ///
    /// # Panics
    /// When it is refused.
    #[track_caller]
    pub fn ok(&self, operation: &str, input: Value) -> Value {
        match self.send(operation, input) {
            Ok(answer) => answer,
            Err(refusal) => panic!("{operation} was refused: {} {}", refusal.name, refusal.body),
        }
    }

    /// Calls an operation that must be refused.
    ///
    /// # Panics
    /// When it succeeds.
    #[track_caller]
    pub fn refused(&self, operation: &str, input: Value) -> Refusal {
        match self.send(operation, input) {
            Ok(answer) => panic!("{operation} was not refused: {answer}"),
            Err(refusal) => refusal,
        }
    }

    /// Calls a list until it gives no token; answers the pages.
    ///
    /// # Panics
    /// When it gives more than a thousand pages.
    #[track_caller]
    pub fn pages(&self, operation: &str, input: &Value, token: &str) -> Vec<Value> {
        let mut pages = Vec::new();
        let mut input = input.clone();
        loop {
            let page = self.ok(operation, input.clone());
            let next = page.get(token).cloned();
            pages.push(page);
            let Some(next) = next else { return pages };
            assert!(pages.len() < 1000, "{operation} never ends");
            input[token] = next;
        }
    }
}

impl Refusal {
    /// The text for a person, under either of its names.
    pub fn message(&self) -> &str {
        let message = self.body.get("message").or_else(|| self.body.get("Message"));
        message.and_then(Value::as_str).unwrap_or_default()
    }
}

/// Shows what the server would log beside the failing test.
struct Logger;

static LOGGER: Logger = Logger;

impl log::Log for Logger {
    fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        println!("{} {}", record.level(), record.args());
    }

    fn flush(&self) {}
}

/// A schema of its own on a PostgreSQL server, gone with it.
struct Schema {
    server: String,
    name: String,
    url: String,
}

impl Schema {
    fn make(server: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("world_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
        let separator = if server.contains('?') { '&' } else { '?' };
        let schema = Self {
            server: server.to_owned(),
            url: format!("{server}{separator}options=-csearch_path%3D{name}"),
            name,
        };
        schema.run("CREATE SCHEMA");
        schema
    }

    fn run(&self, what: &str) {
        let store = Store::open(Options {
            database: Database::Postgres { url: self.server.clone() },
            rooms: &[],
            clock: Clock::System,
            entropy: Entropy::System,
        })
        .expect("the test server answers");
        let sql: &'static str = format!("{what} {}", self.name).leak();
        let done: Result<u64, store::Error> = store.write_blocking(move |tx| tx.execute(sql, &[]));
        done.expect("schemas can be made and dropped");
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The schema of a failed test stays to be looked at.
            return;
        }
        // CASCADE goes behind the name.
        self.name.push_str(" CASCADE");
        self.run("DROP SCHEMA IF EXISTS");
    }
}
