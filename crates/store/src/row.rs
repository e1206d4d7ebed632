//! One row of an answer, read by column position (from 0) in the order of the SELECT list.

use model::Timestamp;
use rusqlite::types::ValueRef;

use crate::Error;

/// One row of an answer.
pub struct Row<'a>(pub(crate) Columns<'a>);

pub(crate) enum Columns<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a ::postgres::Row),
}

/// A column's value in the four types that the portable subset knows.
pub(crate) enum Cell<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl Row<'_> {
    /// Reads a text column without copying it.
    pub fn str(&self, column: usize) -> Result<&str, Error> {
        match self.cell(column)? {
            Cell::Text(text) => Ok(text),
            other => Err(other.is_not("text", column)),
        }
    }

    /// Reads a text column.
    pub fn text(&self, column: usize) -> Result<String, Error> {
        self.str(column).map(str::to_owned)
    }

    /// Reads an integer column.
    pub fn integer(&self, column: usize) -> Result<i64, Error> {
        match self.cell(column)? {
            Cell::Integer(number) => Ok(number),
            other => Err(other.is_not("an integer", column)),
        }
    }

    /// Reads a 0/1 column.
    pub fn flag(&self, column: usize) -> Result<bool, Error> {
        self.integer(column).map(|number| number != 0)
    }

    /// Reads a bytes column.
    pub fn blob(&self, column: usize) -> Result<Vec<u8>, Error> {
        match self.cell(column)? {
            Cell::Blob(bytes) => Ok(bytes.to_vec()),
            other => Err(other.is_not("bytes", column)),
        }
    }

    /// Reads a column of milliseconds since the epoch.
    pub fn timestamp(&self, column: usize) -> Result<Timestamp, Error> {
        self.integer(column).map(Timestamp::from_millis)
    }

    /// Reads a text column that may be NULL, without copying it.
    pub fn optional_str(&self, column: usize) -> Result<Option<&str>, Error> {
        if self.is_null(column)? { Ok(None) } else { self.str(column).map(Some) }
    }

    /// Reads a text column that may be NULL.
    pub fn optional_text(&self, column: usize) -> Result<Option<String>, Error> {
        if self.is_null(column)? { Ok(None) } else { self.text(column).map(Some) }
    }

    /// Reads an integer column that may be NULL.
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, Error> {
        if self.is_null(column)? { Ok(None) } else { self.integer(column).map(Some) }
    }

    /// Reads a 0/1 column that may be NULL.
    pub fn optional_flag(&self, column: usize) -> Result<Option<bool>, Error> {
        if self.is_null(column)? { Ok(None) } else { self.flag(column).map(Some) }
    }

    /// Reads a bytes column that may be NULL.
    pub fn optional_blob(&self, column: usize) -> Result<Option<Vec<u8>>, Error> {
        if self.is_null(column)? { Ok(None) } else { self.blob(column).map(Some) }
    }

    /// Reads a column of milliseconds since the epoch that may be NULL.
    pub fn optional_timestamp(&self, column: usize) -> Result<Option<Timestamp>, Error> {
        if self.is_null(column)? { Ok(None) } else { self.timestamp(column).map(Some) }
    }

    fn is_null(&self, column: usize) -> Result<bool, Error> {
        Ok(matches!(self.cell(column)?, Cell::Null))
    }

    fn cell(&self, column: usize) -> Result<Cell<'_>, Error> {
        match &self.0 {
            Columns::Postgres(row) => row.try_get(column).map_err(|error| Error::broken(source(&error))),
            Columns::Sqlite(row) => match row.get_ref(column).map_err(Error::broken)? {
                ValueRef::Null => Ok(Cell::Null),
                ValueRef::Integer(number) => Ok(Cell::Integer(number)),
                ValueRef::Text(bytes) => std::str::from_utf8(bytes).map(Cell::Text).map_err(Error::broken),
                ValueRef::Blob(bytes) => Ok(Cell::Blob(bytes)),
                ValueRef::Real(_) => Err(Error::Broken(format!("column {column} holds a fraction"))),
            },
        }
    }
}

impl Cell<'_> {
    fn is_not(&self, expected: &str, column: usize) -> Error {
        let found = match self {
            Cell::Null => "NULL",
            Cell::Integer(_) => "an integer",
            Cell::Text(_) => "text",
            Cell::Blob(_) => "bytes",
        };
        Error::Broken(format!("column {column} holds {found}, expected {expected}"))
    }
}

/// Says which column and why, which the driver keeps one level down.
fn source(error: &::postgres::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
