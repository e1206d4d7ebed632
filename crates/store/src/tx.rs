//! One transaction, as an operation sees it.

use std::fmt;

use model::Timestamp;

use crate::postgres::session::Session;
use crate::row::Columns;
use crate::{Clock, Entropy, Error, Row, Value, outbox, sqlite};

/// One transaction on one connection; workers keep it and lend it to one job after the other.
///
/// A statement that fails dooms the whole transaction: later statements give the same error again, and nothing
/// is committed whatever the job answers. Look before you insert, or use `ON CONFLICT`.
pub struct Tx {
    pub(crate) connection: Connection,
    clock: Clock,
    entropy: Entropy,
    now: Timestamp,
    read_only: bool,
    failure: Option<Error>,
    /// Names this transaction among the events of others, once it has emitted one.
    emission: Option<String>,
    emitted: u32,
}

pub(crate) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Session>),
}

impl Tx {
    pub(crate) fn new(connection: Connection, clock: Clock, entropy: Entropy) -> Tx {
        let now = clock.now();
        Tx { connection, clock, entropy, now, read_only: false, failure: None, emission: None, emitted: 0 }
    }

    /// Prepares for the next job, or for the next attempt of the same one.
    pub(crate) fn start(&mut self) {
        self.now = self.clock.now();
        self.failure = None;
        self.emission = None;
        self.emitted = 0;
    }

    pub(crate) fn set_read_only(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    /// Says which statement error doomed this transaction.
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    pub(crate) fn fail(&mut self, error: Error) -> Error {
        self.failure.get_or_insert(error).clone()
    }

    /// Runs a statement and maps each row of its answer.
    pub fn query<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        mut row: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        self.each(sql, params, |found| {
            rows.push(row(found)?);
            Ok(true)
        })?;
        Ok(rows)
    }

    /// Runs a statement and maps the first row of its answer, if there is one.
    pub fn query_one<T>(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        row: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut first = None;
        let mut row = Some(row);
        self.each(sql, params, |found| {
            first = row.take().map(|row| row(found)).transpose()?;
            Ok(false)
        })?;
        Ok(first)
    }

    /// Runs a statement that answers no rows and says how many it changed.
    pub fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, Error> {
        self.check()?;
        let done = match &mut self.connection {
            Connection::Sqlite(connection) => {
                #[cfg(debug_assertions)]
                crate::plans::note(connection, sql);
                sqlite::statement::execute(connection, sql, params, self.read_only)
            }
            Connection::Postgres(session) => session.execute(sql, params),
        };
        done.map_err(|error| self.fail(error))
    }

    /// Says when this transaction started.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Makes a random (version 4) UUID in lower case.
    pub fn uuid(&mut self) -> String {
        self.entropy.uuid()
    }

    /// Gives 16 random bytes.
    pub fn random(&mut self) -> [u8; 16] {
        self.entropy.random()
    }

    /// Records an event; subscribers see it after the commit, or never.
    pub fn emit(
        &mut self,
        account: &str,
        region: &str,
        topic: &'static str,
        body: &serde_json::Value,
    ) -> Result<(), Error> {
        outbox::append(self, account, region, topic, body)
    }

    /// Makes a key for the next event that sorts after those of this and of earlier transactions.
    pub(crate) fn event_key(&mut self) -> String {
        self.emitted += 1;
        let emission = self
            .emission
            .get_or_insert_with(|| format!("{:020}.{}", outbox::next_moment(), self.entropy.uuid()));
        format!("{emission}.{:08}", self.emitted)
    }

    /// Runs statements that are not known at compile time, without parameters.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.check()?;
        let done = match &mut self.connection {
            Connection::Sqlite(connection) => connection.execute_batch(sql).map_err(sqlite::error),
            Connection::Postgres(session) => session.batch(sql),
        };
        done.map_err(|error| self.fail(error))
    }

    /// Calls `row` for each row until it answers false; its own errors do not doom the transaction.
    fn each(
        &mut self,
        sql: &'static str,
        params: &[Value<'_>],
        row: impl FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        self.check()?;
        let mut stopped = None;
        let done = match &mut self.connection {
            Connection::Sqlite(connection) => {
                #[cfg(debug_assertions)]
                crate::plans::note(connection, sql);
                sqlite::statement::each(connection, sql, params, self.read_only, &mut stopped, row)
            }
            Connection::Postgres(session) => session.query(sql, params).map(|rows| {
                stopped = walk(&rows, row).err();
            }),
        };
        done.map_err(|error| self.fail(error))?;
        stopped.map_or(Ok(()), Err)
    }

    fn check(&self) -> Result<(), Error> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

fn walk(rows: &[::postgres::Row], mut row: impl FnMut(&Row<'_>) -> Result<bool, Error>) -> Result<(), Error> {
    for found in rows {
        if !row(&Row(Columns::Postgres(found)))? {
            break;
        }
    }
    Ok(())
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("now", &self.now).finish_non_exhaustive()
    }
}
