//! `homeregion sitewise import`: values from a file of comma-separated values, in the columns of AWS's bulk import,
//! through BatchPutAssetPropertyValue.

mod batch;
mod columns;
mod record;

use std::io::BufRead;

use self::batch::Batch;
use self::columns::Columns;
use self::record::{Record, Records};
use crate::aws_client::CallError;
use crate::progress::Progress;
use crate::sitewise_account::Api;

/// A row that was not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The line on which it begins, 1 for the first.
    pub line: usize,
    /// The name of the error.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The row as it stands in the file.
    pub raw: String,
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that are stored.
    pub stored: usize,
    /// Rows that were refused.
    pub refused: usize,
}

/// Why an import ended before the end of its file.
#[derive(Debug)]
pub enum Error {
    /// The file, or what was said about it, cannot be used.
    File(String),
    /// Nobody answers, or not as it should.
    Call(CallError),
}

/// What is imported.
pub struct Import<'a> {
    /// The names of the columns; without them the first line has them.
    pub columns: Option<&'a str>,
    /// Rows, as far as they are known: for the progress.
    pub rows: usize,
    /// Whether progress is drawn over and over on one line.
    pub terminal: bool,
}

/// Imports a file in the order of its rows; `refuse` is told of each row that is not stored, the others go on.
pub fn import(
    api: &impl Api,
    file: impl BufRead,
    import: &Import<'_>,
    refuse: &mut dyn FnMut(Refused),
) -> Result<Outcome, Error> {
    let mut records = Records::new(file);
    let mut first = None;
    let columns = if let Some(names) = import.columns {
        let columns = Columns::parse(names.split(',')).map_err(Error::File)?;
        first = records.next().transpose().map_err(Error::File)?;
        // AWS passes over a first line that has the names of the columns.
        first = first.filter(|record| Columns::parse(record.fields.iter().map(String::as_str)).is_err());
        columns
    } else {
        let header = records.next().transpose().map_err(Error::File)?;
        let header = header.ok_or_else(|| Error::File("the file is empty".to_owned()))?;
        let columns = Columns::parse(header.fields.iter().map(String::as_str));
        columns.map_err(|error| {
            Error::File(format!(
                "the first line does not name the columns, and no --columns were given: {error}"
            ))
        })?
    };
    let progress = Progress::new(import.rows, "rows", import.terminal);
    let mut run = Run { api, batch: Batch::default(), outcome: Outcome::default(), refuse };
    for record in first.map(Ok).into_iter().chain(records) {
        run.take(&columns, record.map_err(Error::File)?)?;
        progress.step();
    }
    run.send()?;
    Ok(run.outcome)
}

struct Run<'a, A> {
    api: &'a A,
    batch: Batch,
    outcome: Outcome,
    refuse: &'a mut dyn FnMut(Refused),
}

impl<A: Api> Run<'_, A> {
    fn take(&mut self, columns: &Columns, record: Record) -> Result<(), Error> {
        let row = match columns.row(&record) {
            Ok(row) => row,
            Err(message) => {
                self.outcome.refused += 1;
                (self.refuse)(Refused {
                    line: record.line,
                    code: "InvalidRequestException".to_owned(),
                    message,
                    raw: record.raw,
                });
                return Ok(());
            }
        };
        if !self.batch.has_room(&row) {
            self.send()?;
        }
        self.batch.add(row, record);
        Ok(())
    }

    fn send(&mut self) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let refused = match self.api.call("BatchPutAssetPropertyValue", &batch.input()) {
            Ok(answer) => batch.refused(&answer),
            // Something in it is not of the form that a request has, and nothing of it is stored.
            Err(CallError::Refused { code, message, .. }) if code == "InvalidRequestException" => {
                if batch.len() > 1 {
                    return batch.single().try_for_each(|single| {
                        self.batch = single;
                        self.send()
                    });
                }
                batch.refused_all(&code, &message)
            }
            Err(error) => return Err(Error::Call(error)),
        };
        self.outcome.stored += batch.len() - refused.len();
        self.outcome.refused += refused.len();
        refused.into_iter().for_each(&mut *self.refuse);
        Ok(())
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(sentence) => f.write_str(sentence),
            Self::Call(error) => error.fmt(f),
        }
    }
}
