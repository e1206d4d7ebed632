//! The pages of assumed rules name functions that exist.

use std::path::Path;

use super::Finding;

/// Checks one page of `docs/semantics/`: in each row, "`file.rs` `name`" is an item of that file.
pub fn check(root: &Path, path: &str, text: &str, findings: &mut Vec<Finding>) {
    let base =
        text.split('`').find(|word| word.starts_with("crates/") && word.ends_with('/')).unwrap_or_default();
    for (number, line) in text.lines().enumerate() {
        for (file, name) in named(line) {
            let file = if file.starts_with("crates/") { file.to_owned() } else { format!("{base}{file}") };
            let declares =
                std::fs::read_to_string(root.join(&file)).is_ok_and(|source| declares(&source, name));
            if !declares {
                findings.push(Finding::new(path, number + 1, format!("`{name}` is not in {file}")));
            }
        }
    }
}

/// The pairs of a file and an item that stand side by side in backticks.
fn named(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts: Vec<&str> = line.split('`').collect();
    let pairs: Vec<(&str, &str)> = parts
        .windows(3)
        .skip(1)
        .step_by(2)
        .filter(|window| super::is_rust(window[0]) && window[1] == " ")
        .map(|window| (window[0], window[2]))
        .collect();
    pairs.into_iter()
}

fn declares(source: &str, name: &str) -> bool {
    ["fn", "struct", "const", "static", "enum"].iter().any(|kind| {
        let declaration = format!("{kind} {name}");
        source.match_indices(&declaration).any(|(at, _)| {
            let after = source[at + declaration.len()..].chars().next();
            after.is_none_or(|c| !c.is_alphanumeric() && c != '_')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_and_an_item_side_by_side_are_a_claim() {
        let row = "| 1 | `--option` | `a/b.rs` `find` | `c.rs`: text `x` |";
        assert_eq!(named(row).collect::<Vec<_>>(), [("a/b.rs", "find")]);
    }

    #[test]
    fn an_item_is_declared_under_its_whole_name() {
        assert!(declares("pub fn find(a: u8) {}", "find"));
        assert!(!declares("pub fn find_all(a: u8) {}", "find"));
    }
}
