//! Ledgers list what is still missing: one name a line, sorted, once, and never more than before.

use std::path::Path;
use std::process::Command;

use super::Finding;

/// Checks one ledger against the house form and against what git last recorded.
pub fn check(root: &Path, path: &str, text: &str, findings: &mut Vec<Finding>) {
    form(path, text, findings);
    for revision in ["HEAD", "HEAD^"] {
        if let Some(recorded) = recorded(root, revision, path) {
            growth(path, text, &recorded, findings);
        }
    }
    findings.dedup();
}

fn recorded(root: &Path, revision: &str, path: &str) -> Option<String> {
    let shown =
        Command::new("git").arg("show").arg(format!("{revision}:{path}")).current_dir(root).output().ok()?;
    shown.status.success().then(|| String::from_utf8_lossy(&shown.stdout).into_owned())
}

/// The lines that name something; a line that starts with `#` explains.
fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.starts_with('#') && !line.is_empty())
}

fn form(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let mut before = "";
    for (line, entry) in entries(text) {
        if entry == before {
            findings.push(Finding::new(path, line, format!("`{entry}` stands here twice")));
        } else if entry < before {
            findings.push(Finding::new(
                path,
                line,
                format!("`{entry}` stands after `{before}`; a ledger is sorted"),
            ));
        }
        before = entry;
    }
}

fn growth(path: &str, text: &str, recorded: &str, findings: &mut Vec<Finding>) {
    for (line, entry) in entries(text) {
        if !entries(recorded).any(|(_, old)| old == entry) {
            let error = format!("`{entry}` is new; a ledger only shrinks, so implement it instead");
            findings.push(Finding::new(path, line, error));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_is_sorted_and_without_repetition() {
        let mut findings = Vec::new();
        form("l", "# why\na\nc\nb\nb\n", &mut findings);
        let found: Vec<_> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["l:4: `b` stands after `c`; a ledger is sorted", "l:5: `b` stands here twice"]);
    }

    #[test]
    fn a_ledger_only_shrinks() {
        let mut findings = Vec::new();
        growth("l", "a\nb\n", "a\nc\n", &mut findings);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].to_string().starts_with("l:2: `b` is new"));
    }
}
