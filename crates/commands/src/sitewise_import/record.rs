//! Records of comma-separated values: fields may stand in quotes, and hold commas, quotes and ends of lines there.

use std::io::BufRead;

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line on which it begins, 1 for the first.
    pub line: usize,
    /// Its fields.
    pub fields: Vec<String>,
    /// As it stands in the file.
    pub raw: String,
}

/// Reads records one after the other; empty lines are passed over.
pub struct Records<R> {
    file: R,
    line: usize,
}

impl<R: BufRead> Records<R> {
    pub fn new(file: R) -> Self {
        Self { file, line: 0 }
    }

    fn read(&mut self) -> Result<Option<Record>, String> {
        let mut raw = String::new();
        loop {
            let before = raw.len();
            let count = self.file.read_line(&mut raw);
            let count = count
                .map_err(|error| format!("the file can't be read behind line {}: {error}", self.line))?;
            if before == 0 && count > 0 && raw.trim().is_empty() {
                self.line += 1;
                raw.clear();
                continue;
            }
            if count == 0 && raw.is_empty() {
                return Ok(None);
            }
            self.line += usize::from(count > 0);
            // Within quotes the record goes on behind the end of the line.
            let is_open = raw.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
            if is_open && count > 0 {
                continue;
            }
            while raw.ends_with(['\n', '\r']) {
                raw.pop();
            }
            let line = self.line - raw.bytes().filter(|byte| *byte == b'\n').count();
            let text = raw.strip_prefix('\u{feff}').unwrap_or(&raw);
            return Ok(Some(Record { line, fields: fields(text), raw: raw.clone() }));
        }
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

fn fields(text: &str) -> Vec<String> {
    let (mut fields, mut field) = (Vec::new(), String::new());
    let mut is_quoted = false;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' if is_quoted && rest.peek() == Some(&'"') => {
                rest.next();
                field.push('"');
            }
            '"' if is_quoted || field.is_empty() => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_those_of_the_standard() {
        let text = "\u{feff}a,b\r\n\n\"x,\"\"y\"\"\",\"two\nlines\"\nlast,";
        let records: Vec<Record> = Records::new(text.as_bytes()).map(Result::unwrap).collect();
        let found: Vec<(usize, Vec<&str>)> = records
            .iter()
            .map(|record| (record.line, record.fields.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(found, [(1, vec!["a", "b"]), (3, vec!["x,\"y\"", "two\nlines"]), (5, vec!["last", ""])]);
        assert_eq!(records[1].raw, "\"x,\"\"y\"\"\",\"two\nlines\"");
        assert!(Records::new(b"a\n\xff\n".as_slice()).any(|record| record.is_err()));
    }
}
