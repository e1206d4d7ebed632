//! One connection: opened when needed, opened again when lost, with its prepared statements.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Row, Statement};

use crate::sql::placeholders;
use crate::{Error, OpenError, Value};

/// How long to try to reach the server, unless the URL says otherwise.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// How long a server may be silent on an open connection before it counts as lost, unless the URL says otherwise:
/// a machine that was switched off sends nothing, and the operating system waits a quarter of an hour or two.
const SILENCE_WAIT: Duration = Duration::from_secs(30);
/// How long an idle connection goes unprobed; the driver's own value is what libpq takes from the system.
const PROBE_PAUSE: Duration = Duration::from_secs(30);
/// What the driver says when the URL names no pause.
const PROBE_PAUSE_UNSET: Duration = Duration::from_hours(2);

const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

/// One connection and what is prepared on it.
pub(crate) struct Session {
    config: Config,
    /// Whether the last attempt of any session to connect was answered.
    reachable: Arc<AtomicBool>,
    client: Option<Client>,
    statements: HashMap<&'static str, Statement>,
    /// What the server said about the last collision, for the one who gives up.
    pub(crate) collision: Option<String>,
    /// Whether that was a second row under one key: on every attempt, that is a mistake and no collision.
    pub(crate) duplicate: bool,
}

/// Reads a connection URL.
pub(crate) fn configure(url: &str) -> Result<Config, OpenError> {
    let mut config: Config = url
        .parse()
        .map_err(|error| OpenError::Broken(format!("the database URL cannot be read: {}", reason(&error))))?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_WAIT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE_WAIT);
    }
    if config.get_keepalives_idle() == PROBE_PAUSE_UNSET {
        config.keepalives_idle(PROBE_PAUSE);
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(PROBE_PAUSE / 3);
    }
    if config.get_application_name().is_none() {
        config.application_name("homeregion");
    }
    Ok(config)
}

impl Session {
    pub(crate) fn new(config: Config, reachable: Arc<AtomicBool>) -> Session {
        let (client, statements, collision, duplicate) = Default::default();
        Session { config, reachable, client, statements, collision, duplicate }
    }

    pub(crate) fn begin(&mut self, read_only: bool) -> Result<(), Error> {
        self.batch(if read_only { READ } else { WRITE })
    }

    /// Commits; an error other than a collision may leave the outcome unknown, and says so.
    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        let done = self.client()?.batch_execute("COMMIT");
        done.map_err(|error| {
            let refused = error.as_db_error().is_some() && !is_shutdown(&error);
            let sorted = self.sort(&error);
            if refused {
                return sorted;
            }
            Error::Broken(format!(
                "the connection to PostgreSQL was lost while committing, the change may or may not be kept: {}",
                reason(&error)
            ))
        })
    }

    /// Undoes what is open; a connection that cannot even do that is given up.
    pub(crate) fn roll_back(&mut self) {
        let Some(client) = &mut self.client else { return };
        if client.batch_execute("ROLLBACK").is_err() {
            self.disconnect();
        }
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.client()?.batch_execute(sql).map_err(|error| self.sort(&error))
    }

    pub(crate) fn execute(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, Error> {
        let statement = self.prepare(sql, params)?;
        self.client()?.execute(&statement, &borrow(params)).map_err(|error| self.sort(&error))
    }

    pub(crate) fn query(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<Row>, Error> {
        let statement = self.prepare(sql, params)?;
        self.client()?.query(&statement, &borrow(params)).map_err(|error| self.sort(&error))
    }

    fn prepare(&mut self, sql: &'static str, params: &[Value<'_>]) -> Result<Statement, Error> {
        let statement = if let Some(statement) = self.statements.get(sql) {
            statement.clone()
        } else {
            let prepared = self.client()?.prepare(&placeholders(sql));
            let statement = prepared.map_err(|error| in_statement(self.sort(&error), sql))?;
            self.statements.insert(sql, statement.clone());
            statement
        };
        if statement.params().len() != params.len() {
            return Err(Error::Broken(format!("{} parameters given to: {sql}", params.len())));
        }
        Ok(statement)
    }

    fn client(&mut self) -> Result<&mut Client, Error> {
        if self.client.as_ref().is_some_and(Client::is_closed) {
            self.disconnect();
        }
        if self.client.is_none() {
            let connected = self.config.connect(NoTls);
            self.reachable.store(connected.is_ok(), Ordering::Relaxed);
            self.client = Some(connected.map_err(|error| {
                Error::Broken(format!("cannot connect to PostgreSQL: {}", reason(&error)))
            })?);
        }
        self.client.as_mut().ok_or_else(|| Error::broken("not connected to PostgreSQL"))
    }

    fn disconnect(&mut self) {
        self.client = None;
        self.statements.clear();
    }

    /// Sorts PostgreSQL's errors into ours; a lost connection is a collision, since nothing was committed.
    fn sort(&mut self, error: &postgres::Error) -> Error {
        let retry = match error.code() {
            Some(code) if *code == SqlState::DISK_FULL => return Error::Full,
            Some(code) if *code == SqlState::FEATURE_NOT_SUPPORTED => {
                // A column was added under a prepared `SELECT`.
                self.statements.clear();
                true
            }
            // Two that insert the same key at once: the second run sees the other's row.
            Some(code) => {
                *code == SqlState::T_R_SERIALIZATION_FAILURE
                    || *code == SqlState::T_R_DEADLOCK_DETECTED
                    || *code == SqlState::UNIQUE_VIOLATION
                    || is_shutdown(error)
            }
            None => error.is_closed() || is_lost(error),
        };
        if is_shutdown(error) || error.code().is_none() && retry {
            self.disconnect();
        }
        if retry {
            self.duplicate = error.code() == Some(&SqlState::UNIQUE_VIOLATION);
            self.collision = Some(reason(error));
            return Error::Conflict;
        }
        Error::Broken(reason(error))
    }
}

/// The server is going down or coming up.
fn is_shutdown(error: &postgres::Error) -> bool {
    error.code().is_some_and(|code| code.code().starts_with("57P0"))
}

fn is_lost(error: &postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

/// Says what happened with the server's words, which the driver's own message leaves out.
fn reason(error: &postgres::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

fn in_statement(error: Error, sql: &str) -> Error {
    match error {
        Error::Broken(reason) => Error::Broken(format!("{reason} in: {sql}")),
        other => other,
    }
}

fn borrow<'a>(params: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_server_is_given_up_soon_unless_the_url_says_otherwise() {
        let plain = configure("postgres://app@db.example/app").unwrap();
        assert_eq!(plain.get_tcp_user_timeout(), Some(&SILENCE_WAIT));
        assert_eq!(plain.get_keepalives_idle(), PROBE_PAUSE);
        assert_eq!(plain.get_keepalives_interval(), Some(PROBE_PAUSE / 3));
        let own = "postgres://app@db.example/app?tcp_user_timeout=5&keepalives_idle=6&keepalives_interval=7";
        let own = configure(own).unwrap();
        assert_eq!(own.get_tcp_user_timeout(), Some(&Duration::from_secs(5)));
        assert_eq!(own.get_keepalives_idle(), Duration::from_secs(6));
        assert_eq!(own.get_keepalives_interval(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_server_that_cannot_be_reached_is_noticed() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://app@{}/app", listener.local_addr().unwrap());
        drop(listener);
        let reachable = Arc::new(AtomicBool::new(true));
        let mut session = Session::new(configure(&url).unwrap(), Arc::clone(&reachable));
        assert!(matches!(session.begin(true), Err(Error::Broken(_))));
        assert!(!reachable.load(Ordering::Relaxed));
    }
}
