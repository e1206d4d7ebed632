//! One caller's transaction body on its way to a connection and back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{Error, Tx};

/// What is to happen with the changes that a job made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    /// They are to be committed.
    Keep,
    /// They are to be undone; the answer is settled.
    Undo,
}

/// A job without its types, as worker threads see it.
pub(crate) trait Job: Send {
    /// Runs the body once and remembers what it answered.
    fn run(&mut self, tx: &mut Tx) -> Ran;

    /// Tells the caller: the remembered answer, or why its transaction failed.
    fn answer(self: Box<Self>, verdict: Result<(), Error>);
}

/// A job with the place where its caller waits.
pub(crate) struct Work<F, T, E> {
    body: F,
    result: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Work<F, T, E> {
    pub(crate) fn new(body: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (caller, answer) = oneshot::channel();
        (Work { body, result: None, caller }, answer)
    }
}

impl<F, T, E> Job for Work<F, T, E>
where
    F: Fn(&mut Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx) -> Ran {
        let result = attempt(tx, &self.body);
        let ran = if result.is_ok() { Ran::Keep } else { Ran::Undo };
        self.result = Some(result);
        ran
    }

    fn answer(self: Box<Self>, verdict: Result<(), Error>) {
        let missing = || Err(E::from(Error::broken("the transaction was not run")));
        let result = match verdict {
            Ok(()) => self.result.unwrap_or_else(missing),
            Err(error) => Err(E::from(error)),
        };
        // A caller that went away does not want to know.
        let _ = self.caller.send(result);
    }
}

/// Runs a body once; a panic or a swallowed statement error becomes an error of the whole transaction.
pub(crate) fn attempt<T, E>(tx: &mut Tx, body: &impl Fn(&mut Tx) -> Result<T, E>) -> Result<T, E>
where
    E: From<Error>,
{
    tx.start();
    match catch_unwind(AssertUnwindSafe(|| body(tx))) {
        Ok(Ok(_)) if tx.failure().is_some() => Err(E::from(tx.failure().cloned().unwrap_or(Error::Conflict))),
        Ok(result) => result,
        Err(panic) => {
            let error = Error::Broken(format!("the operation panicked: {}", message(panic.as_ref())));
            tx.fail(error.clone());
            Err(E::from(error))
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    if let Some(text) = panic.downcast_ref::<&str>() {
        return text;
    }
    panic.downcast_ref::<String>().map_or("no message", String::as_str)
}
