//! `homeregion sitewise recompute`: computes transforms and metrics of the past anew, on the data of a server that is
//! not running.

use model::Timestamp;
use notify::values::Kept;
use sitewise::compute::{self, Span};

use crate::arguments::Recompute;
use crate::{serve, values};

/// Computes what lies between two instants anew, and tells how many values changed.
pub fn run(arguments: &Recompute) -> Result<(), String> {
    let span = Span {
        after_s: seconds("--from", &arguments.from)?,
        until_s: seconds("--to", &arguments.to)?,
        asset: arguments.asset.as_deref(),
    };
    if span.after_s >= span.until_s {
        return Err(format!("--from {} is not before --to {}", arguments.from, arguments.to));
    }
    let folder = arguments.home.folder()?;
    let store = serve::open(&arguments.home, &folder, true)?;
    let in_database = arguments.home.database != "sqlite";
    // Those who are told of values follow the log here, too: nothing that they wait for is given away.
    let (data, _journal) = values::open(&store, &folder, in_database, Kept::default())?;
    let changed = compute::recompute(&data, &span).map_err(|error| error.to_string())?;
    say!("{changed} computed values changed");
    Ok(())
}

/// Reads an instant: RFC 3339, or seconds since 1970.
fn seconds(name: &str, text: &str) -> Result<i64, String> {
    let known = text.parse().ok().or_else(|| Some(Timestamp::from_rfc3339(text)?.millis().div_euclid(1000)));
    known.ok_or_else(|| {
        format!("{name} {text} is neither seconds since 1970 nor a time such as 2026-03-02T10:00:00Z")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_seconds_or_texts() {
        assert_eq!(seconds("--from", "1772445600"), Ok(1_772_445_600));
        assert_eq!(seconds("--from", "2026-03-02T10:00:00Z"), Ok(1_772_445_600));
        assert!(seconds("--to", "yesterday").unwrap_err().starts_with("--to yesterday is neither"));
    }
}
