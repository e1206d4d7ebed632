//! The operation table: every operation of every service, with the function that carries it out.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use model::{Decode, Encode, Invalid, Members, ModelledError, Operation, Spec};
use store::{Store, Tx};

use crate::idempotency::{Claim, Known};
use crate::rate::Asked;
use crate::{Call, Denied, Dialect, Error, Fault, Problem, Reply};

/// The function of an operation: synchronous, in one transaction, may be run twice.
pub type Operate<O> = fn(
    &mut Tx,
    &Call,
    &<O as Operation>::Input,
) -> Result<<O as Operation>::Output, Error<<O as Operation>::Error>>;

/// Whether an operation only reads, on a snapshot, or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Runs on a snapshot, beside others.
    Read,
    /// Runs in the order of commits.
    Write,
}

/// All services that are known, and all of their operations that are implemented.
#[derive(Default)]
pub struct Table {
    dialects: HashMap<&'static str, Dialect>,
    specs: Vec<&'static Spec>,
    entries: HashMap<(&'static str, &'static str), Entry>,
    raw: HashMap<(&'static str, &'static str), OperateRaw>,
    after_write: HashMap<&'static str, AfterWrite>,
    after_reset: Vec<Box<dyn Fn() + Send + Sync>>,
    troubles: HashMap<&'static str, Trouble>,
}

/// Decodes an input for the operation that awaits it.
type Prepare = Box<dyn Fn(Members) -> Box<dyn Prepared> + Send + Sync>;

/// Decodes an input for the question that is asked about it.
type Ask = Box<dyn Fn(Members) -> Box<dyn Inquiry> + Send + Sync>;

struct Entry {
    work: Work,
    /// Makes the question whether the bytes of a payload may come.
    ask: Option<Ask>,
}

/// How an operation is carried out.
enum Work {
    /// In one transaction.
    Transaction(Access, Prepare),
    /// By itself, over what its service holds besides the metadata.
    Live(Live),
}

/// An answer that is waited for.
pub type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Decodes an input and carries its operation out.
type Live = Box<dyn Fn(Call, Members) -> Pending<Result<Reply, Failure>> + Send + Sync>;

/// The function of an operation that is not one transaction: it reads or writes what is not rows.
pub type OperateLive<O> = Box<
    dyn Fn(
            Call,
            <O as Operation>::Input,
        ) -> Pending<Result<<O as Operation>::Output, Error<<O as Operation>::Error>>>
        + Send
        + Sync,
>;

/// The same, with members that are not decoded yet and an answer of a form of its own.
pub type OperateLiveAs<O, A> =
    Box<dyn Fn(Call, Members) -> Pending<Result<A, Error<<O as Operation>::Error>>> + Send + Sync>;

/// Carries an operation out from the bytes of its body, or says that the common way must be taken.
pub type OperateRaw = Box<dyn Fn(&Call, &[u8]) -> Option<Pending<Result<Reply, Problem>>> + Send + Sync>;

/// What is told after an operation of a service has written.
pub type AfterWrite = Box<dyn Fn(&'static Spec) + Send + Sync>;

/// Says what is wrong with what a service holds besides the metadata, if something is.
pub type Trouble = Box<dyn Fn() -> Option<String> + Send + Sync>;

/// The hash that stands for one the client does not give with its head: it sends the bytes unsigned, or signed piece by
/// piece.
pub const UNKNOWN_SHA256: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The function that says, before the bytes of an operation's payload are read, whether they may come and how many of
/// them; the payload that its input names has no more than its announced size, or none.
pub type Admit<O> =
    fn(&mut Tx, &Call, &<O as Operation>::Input) -> Result<u64, Error<<O as Operation>::Error>>;

/// A decoded input together with the function that awaits it.
trait Prepared: Send + Sync {
    fn run(&self, tx: &mut Tx, call: &Call) -> Result<Reply, Failure>;
}

/// A question about an input.
trait Inquiry: Send + Sync {
    fn run(&self, tx: &mut Tx, call: &Call) -> Result<u64, Failure>;
}

struct Job<O: Operation> {
    input: O::Input,
    dry_run: bool,
    undeclared: &'static [(&'static str, &'static str)],
    operate: Operate<O>,
}

struct Question<O: Operation> {
    input: O::Input,
    undeclared: &'static [(&'static str, &'static str)],
    admit: Admit<O>,
}

/// Why a job did not answer, encoded.
enum Failure {
    Problem(Problem),
    Fault(Fault),
    Store(store::Error),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl Table {
    /// Starts an empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a service known, with all operations of its model.
    pub fn service(&mut self, dialect: Dialect, specs: &[&'static Spec]) {
        self.dialects.insert(dialect.service.id, dialect);
        self.specs.extend_from_slice(specs);
    }

    /// Enters an operation that only reads.
    pub fn read<O: Operation>(&mut self, operate: Operate<O>) {
        self.enter::<O>(Access::Read, operate);
    }

    /// Enters an operation that writes.
    pub fn write<O: Operation>(&mut self, operate: Operate<O>) {
        self.enter::<O>(Access::Write, operate);
    }

    /// Enters an operation that writes and whose input carries bytes; `admit` is asked before they are read.
    pub fn upload<O: Operation>(&mut self, admit: Admit<O>, operate: Operate<O>) {
        self.enter::<O>(Access::Write, operate);
        let spec = O::SPEC;
        let undeclared = self.dialects[spec.service.id].undeclared;
        let ask = Box::new(move |members: Members| -> Box<dyn Inquiry> {
            Box::new(Question::<O> { input: O::Input::decode(members), undeclared, admit })
        });
        let entry = self.entries.get_mut(&(spec.service.id, spec.name));
        entry.expect("it was entered above").ask = Some(ask);
    }

    /// Enters an operation that is not one transaction.
    pub fn live<O: Operation>(&mut self, operate: OperateLive<O>) {
        self.live_as::<O, O::Output>(Box::new(move |call, members| operate(call, O::Input::decode(members))));
    }

    /// Enters an operation that is not one transaction, with forms of its own: it reads the members that came, checked,
    /// and answers what writes the members of its output.
    pub fn live_as<O: Operation, A: Encode + Send + 'static>(&mut self, operate: OperateLiveAs<O, A>) {
        let spec = O::SPEC;
        let dialect = self.dialects.get(spec.service.id).expect("a service is entered before its operations");
        let undeclared = dialect.undeclared;
        let live: Live = Box::new(move |call, members| {
            let pending = operate(call, members);
            Box::pin(async move {
                match pending.await {
                    Ok(output) => Ok(Reply::of(O::SPEC, &output)),
                    Err(error) => Err(failure(O::SPEC, undeclared, error)),
                }
            })
        });
        self.insert(spec, Entry { work: Work::Live(live), ask: None });
    }

    /// Enters a faster way for an operation that is entered already: `operate` is shown the body before anybody reads
    /// it, and answers as the operation would, or declines.
    pub fn raw<O: Operation>(&mut self, operate: OperateRaw) {
        let name = (O::SPEC.service.id, O::SPEC.name);
        debug_assert!(self.entries.contains_key(&name), "the common way is entered first");
        self.raw.insert(name, operate);
    }

    /// Has `tell` told after every operation of a service that has written, before its answer goes out.
    pub fn after_write(&mut self, service: &'static str, tell: AfterWrite) {
        self.after_write.insert(service, tell);
    }

    /// Has `tell` told when everything that is stored was thrown away.
    pub fn after_reset(&mut self, tell: Box<dyn Fn() + Send + Sync>) {
        self.after_reset.push(tell);
    }

    /// Has `ask` asked for the health of a service.
    pub fn health(&mut self, service: &'static str, ask: Trouble) {
        self.troubles.insert(service, ask);
    }

    /// Answers what is wrong with a service, if something is.
    pub fn trouble(&self, service: &str) -> Option<String> {
        self.troubles.get(service).and_then(|ask| ask())
    }

    /// Says that everything that is stored was thrown away.
    pub fn was_reset(&self) {
        self.after_reset.iter().for_each(|tell| tell());
    }

    /// Carries out an operation from the bytes of its body, if it has a way to and takes it.
    pub fn answer_raw(
        &self,
        call: &Call,
        spec: &Spec,
        body: &[u8],
    ) -> Option<Pending<Result<Reply, Problem>>> {
        self.raw.get(&(spec.service.id, spec.name))?(call, body)
    }

    fn enter<O: Operation>(&mut self, access: Access, operate: Operate<O>) {
        let spec = O::SPEC;
        let dialect = self.dialects.get(spec.service.id).expect("a service is entered before its operations");
        let undeclared = dialect.undeclared;
        let prepare = Box::new(move |members: Members| -> Box<dyn Prepared> {
            let dry_run = members.get("DryRun").and_then(serde_json::Value::as_bool).unwrap_or_default();
            Box::new(Job::<O> { input: O::Input::decode(members), dry_run, undeclared, operate })
        });
        self.insert(spec, Entry { work: Work::Transaction(access, prepare), ask: None });
    }

    fn insert(&mut self, spec: &Spec, entry: Entry) {
        let before = self.entries.insert((spec.service.id, spec.name), entry);
        assert!(before.is_none(), "{}.{} is entered twice", spec.service.id, spec.name);
    }

    /// Lists the operations of all known services, implemented or not.
    pub fn specs(&self) -> &[&'static Spec] {
        &self.specs
    }

    /// Says whether an operation is implemented.
    pub fn implements(&self, spec: &Spec) -> bool {
        self.entries.contains_key(&(spec.service.id, spec.name))
    }

    /// Finds how a service words its faults.
    pub fn dialect(&self, service: &str) -> Option<&Dialect> {
        self.dialects.get(service)
    }

    /// Carries one request out: validates its input, runs its operation in one transaction, encodes the answer.
    pub async fn answer(
        &self,
        store: &Store,
        call: &Call,
        spec: &'static Spec,
        members: Members,
    ) -> Result<Reply, Problem> {
        let outcome = match self.prepare(call, spec, members)? {
            Ready::Live(pending) => pending.await,
            Ready::Transaction(Access::Read, job) => store.read(move |tx| job.run(tx)).await,
            Ready::Transaction(Access::Write, job) => {
                self.told(spec, store.write(move |tx| job.run(tx)).await)
            }
        };
        outcome.map_err(|failure| self.problem(spec, failure))
    }

    /// Tells who wants to know that an operation has written.
    fn told(&self, spec: &'static Spec, outcome: Result<Reply, Failure>) -> Result<Reply, Failure> {
        if outcome.is_ok()
            && let Some(tell) = self.after_write.get(spec.service.id)
        {
            tell(spec);
        }
        outcome
    }

    /// The same, on the calling thread.
    pub fn answer_blocking(
        &self,
        store: &Store,
        call: &Call,
        spec: &'static Spec,
        members: Members,
    ) -> Result<Reply, Problem> {
        let outcome = match self.prepare(call, spec, members)? {
            Ready::Live(pending) => store::block_on(pending),
            Ready::Transaction(Access::Read, job) => store.read_blocking(move |tx| job.run(tx)),
            Ready::Transaction(Access::Write, job) => {
                self.told(spec, store.write_blocking(move |tx| job.run(tx)))
            }
        };
        outcome.map_err(|failure| self.problem(spec, failure))
    }

    /// Says how many bytes the payload of a request may have; `members` are its other members, checked here.
    pub async fn admit(
        &self,
        store: &Store,
        call: &Call,
        spec: &'static Spec,
        members: Members,
    ) -> Result<u64, Problem> {
        let entry = self.entry(spec, &members)?;
        let Some(ask) = &entry.ask else { return Ok(0) };
        if let Work::Transaction(access, _) = entry.work {
            throttle(call, spec, access)?;
        }
        let (question, call) = (ask(members), call.clone());
        let outcome = store.read(move |tx| question.run(tx, &call)).await;
        outcome.map_err(|failure| self.problem(spec, failure))
    }

    /// Checks an input against its model and finds its operation.
    fn entry(&self, spec: &'static Spec, members: &Members) -> Result<&Entry, Problem> {
        let fault = |fault| self.problem(spec, Failure::Fault(fault));
        model::validate(spec.input, members).map_err(|invalid| {
            fault(match invalid {
                Invalid::WrongType { .. } => Fault::WrongType(invalid.to_string()),
                Invalid::Constraints(_) => Fault::Constraints(invalid.to_string()),
            })
        })?;
        self.entries.get(&(spec.service.id, spec.name)).ok_or_else(|| {
            let message = format!("{} {} is not implemented yet", spec.service.id, spec.name);
            Problem::plain(spec.service, 501, "NotImplemented", &message)
        })
    }

    fn prepare(&self, call: &Call, spec: &'static Spec, members: Members) -> Result<Ready, Problem> {
        let entry = self.entry(spec, &members)?;
        let (access, prepare) = match &entry.work {
            Work::Live(live) => return Ok(Ready::Live(live(call.clone(), members))),
            Work::Transaction(access, prepare) => (*access, prepare),
        };
        // Where bytes come, it was asked before them.
        if entry.ask.is_none() {
            throttle(call, spec, access)?;
        }
        let claim = Claim::of(spec, &members);
        let request = Request { spec, call: call.clone(), claim, job: prepare(members) };
        Ok(Ready::Transaction(access, Arc::new(request)))
    }

    fn problem(&self, spec: &Spec, failure: Failure) -> Problem {
        let fault = match failure {
            Failure::Problem(problem) => return problem,
            Failure::Fault(fault) => fault,
            Failure::Store(error) => {
                log::error!("{} {} failed in the store: {error}", spec.service.id, spec.name);
                Fault::Internal(public(&error))
            }
        };
        let dialect =
            self.dialects.get(spec.service.id).expect("operations are routed from registered services");
        (dialect.problem)(fault)
    }
}

/// One request, ready to run.
enum Ready {
    Transaction(Access, Arc<Request>),
    Live(Pending<Result<Reply, Failure>>),
}

/// One request, ready to run in a transaction.
struct Request {
    spec: &'static Spec,
    call: Call,
    claim: Option<Claim>,
    job: Box<dyn Prepared>,
}

impl Request {
    fn run(&self, tx: &mut Tx) -> Result<Reply, Failure> {
        let Some(claim) = &self.claim else {
            return self.job.run(tx, &self.call);
        };
        match claim.look_up(tx, &self.call, self.spec)? {
            Known::Done(reply) => return Ok(reply),
            Known::Reused => {
                let member = self.spec.idempotency_token.unwrap_or_default();
                let message = format!("{member} was already used with different parameters");
                return Err(Failure::Fault(Fault::TokenReused(message)));
            }
            Known::New => {}
        }
        let reply = self.job.run(tx, &self.call)?;
        claim.keep(tx, &self.call, self.spec, &reply)?;
        Ok(reply)
    }
}

impl<O: Operation> Prepared for Job<O> {
    fn run(&self, tx: &mut Tx, call: &Call) -> Result<Reply, Failure> {
        match (self.operate)(tx, call, &self.input) {
            Ok(output) => Ok(Reply::of(O::SPEC, &output)),
            Err(Error::Denied(Denied(message))) if self.dry_run => {
                Err(Failure::Fault(Fault::DryRunDenied(message)))
            }
            Err(error) => Err(failure(O::SPEC, self.undeclared, error)),
        }
    }
}

impl<O: Operation> Inquiry for Question<O> {
    fn run(&self, tx: &mut Tx, call: &Call) -> Result<u64, Failure> {
        (self.admit)(tx, call, &self.input).map_err(|error| failure(O::SPEC, self.undeclared, error))
    }
}

/// Refuses what comes faster than the operator allows; the rates are CodeArtifact's.
fn throttle(call: &Call, spec: &'static Spec, access: Access) -> Result<(), Problem> {
    if spec.service.id != "codeartifact" {
        return Ok(());
    }
    let asked =
        Asked::Operation { name: spec.name, writes: matches!(access, Access::Write), account: &call.account };
    call.installation.rates.admit(asked, call.now).map_err(|seconds| {
        let message = format!("Rate exceeded: {} may be called again in {seconds} s", spec.name);
        let mut problem = Problem::plain(spec.service, 429, "ThrottlingException", &message);
        problem.headers.push(("Retry-After", seconds.to_string()));
        problem
    })
}

fn failure<E: ModelledError>(spec: &Spec, undeclared: &[(&str, &str)], error: Error<E>) -> Failure {
    match error {
        Error::Modelled(error) => {
            debug_assert!(
                declared(spec, undeclared, error.name()),
                "{} answers {}, which its model does not declare",
                spec.name,
                error.name()
            );
            Failure::Problem(Problem::modelled(&error))
        }
        Error::Denied(Denied(message)) => Failure::Fault(Fault::AccessDenied(message)),
        Error::Store(error) => Failure::Store(error),
    }
}

fn declared(spec: &Spec, undeclared: &[(&str, &str)], error: &str) -> bool {
    spec.errors.contains(&error) || undeclared.contains(&(spec.name, error))
}

/// What a caller may read of a failure of the store; the whole of it is in the log.
fn public(error: &store::Error) -> String {
    match error {
        store::Error::Conflict | store::Error::Full => error.to_string(),
        store::Error::Broken(_) => "an internal error occurred".to_owned(),
    }
}
