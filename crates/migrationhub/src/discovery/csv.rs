//! CSV as spreadsheets write it: RFC 4180, with a byte order mark or line feeds alone taken as well.

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It is not UTF-8.
    NotText,
    /// A quote is opened and never closed; the line it is on, from 1.
    OpenQuote(usize),
}

/// Splits a file into records of fields; records without any text are left out.
pub(crate) fn records(bytes: &[u8]) -> Result<Vec<Vec<String>>, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Vec::new();
    let (mut record, mut field) = (Vec::new(), String::new());
    let (mut line, mut opened) = (1, None);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        line += usize::from(c == '\n');
        if opened.is_some() {
            match c {
                '"' if rest.peek() == Some(&'"') => field.extend(rest.next()),
                '"' => opened = None,
                c => field.push(c),
            }
            continue;
        }
        match c {
            '"' if field.is_empty() => opened = Some(line),
            ',' => record.push(std::mem::take(&mut field)),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' => {
                record.push(std::mem::take(&mut field));
                keep(&mut records, std::mem::take(&mut record));
            }
            c => field.push(c),
        }
    }
    if let Some(line) = opened {
        return Err(Malformed::OpenQuote(line));
    }
    record.push(field);
    keep(&mut records, record);
    Ok(records)
}

fn keep(records: &mut Vec<Vec<String>>, record: Vec<String>) {
    if record.iter().any(|field| !field.trim().is_empty()) {
        records.push(record);
    }
}

/// Writes one record.
pub(crate) fn write<'a>(out: &mut String, fields: impl IntoIterator<Item = &'a str>) {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        if field.contains(['"', ',', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_hold_everything_once_quoted() {
        let text = "\u{feff}a,b\r\n\"x,\"\"y\"\"\",\"two\nlines\"\n,\n\nlast,";
        let records = records(text.as_bytes()).unwrap();
        assert_eq!(records, [vec!["a", "b"], vec!["x,\"y\"", "two\nlines"], vec!["last", ""]]);
        let mut out = String::new();
        write(&mut out, ["x,\"y\"", "two\nlines", "plain"]);
        assert_eq!(super::records(out.as_bytes()).unwrap(), [["x,\"y\"", "two\nlines", "plain"]]);
    }

    #[test]
    fn what_is_no_csv_is_refused() {
        assert_eq!(records(&[0xff, 0xfe]), Err(Malformed::NotText));
        assert_eq!(records(b"a\n\"b\n"), Err(Malformed::OpenQuote(2)));
    }
}
