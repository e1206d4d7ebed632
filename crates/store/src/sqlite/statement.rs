//! Runs one statement through the connection's cache of prepared ones.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use super::error;
use crate::row::Columns;
use crate::{Error, Row, Value};

/// Runs a statement that answers no rows.
pub(crate) fn execute(
    connection: &Connection,
    sql: &str,
    params: &[Value<'_>],
    read_only: bool,
) -> Result<u64, Error> {
    let mut statement = prepare(connection, sql, params, read_only)?;
    let changed = statement.raw_execute().map_err(error)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// Calls `row` for each row until it answers false or an error, which goes to `stopped`.
pub(crate) fn each(
    connection: &Connection,
    sql: &str,
    params: &[Value<'_>],
    read_only: bool,
    stopped: &mut Option<Error>,
    mut row: impl FnMut(&Row<'_>) -> Result<bool, Error>,
) -> Result<(), Error> {
    let mut statement = prepare(connection, sql, params, read_only)?;
    let mut rows = statement.raw_query();
    while let Some(found) = rows.next().map_err(error)? {
        match row(&Row(Columns::Sqlite(found))) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                *stopped = Some(error);
                break;
            }
        }
    }
    Ok(())
}

fn prepare<'c>(
    connection: &'c Connection,
    sql: &str,
    params: &[Value<'_>],
    read_only: bool,
) -> Result<CachedStatement<'c>, Error> {
    let mut statement = connection.prepare_cached(sql).map_err(|reason| in_statement(error(reason), sql))?;
    if read_only && !statement.readonly() {
        return Err(Error::Broken(format!("a read transaction may not run: {sql}")));
    }
    if statement.parameter_count() != params.len() {
        return Err(Error::Broken(format!("{} parameters given to: {sql}", params.len())));
    }
    for (i, value) in params.iter().enumerate() {
        statement.raw_bind_parameter(i + 1, value).map_err(error)?;
    }
    Ok(statement)
}

fn in_statement(error: Error, sql: &str) -> Error {
    match error {
        Error::Broken(reason) if !reason.contains(sql) => Error::Broken(format!("{reason} in: {sql}")),
        other => other,
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
