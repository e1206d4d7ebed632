//! Rules about every text file: no paths of one machine, no conflict marks.

use super::Finding;

/// Top folders that exist on some developer's machine and on no user's.
const MACHINE_FOLDERS: [&str; 2] = ["work", "root"];

/// Checks one text file.
pub fn check(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let folders = MACHINE_FOLDERS.map(|name| format!("/{name}/"));
    for (number, line) in text.lines().enumerate() {
        for folder in &folders {
            if line.match_indices(folder.as_str()).any(|(at, _)| starts_path(line, at)) {
                findings.push(Finding::new(path, number + 1, format!("a path of one machine ({folder})")));
            }
        }
        if line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") {
            findings.push(Finding::new(path, number + 1, "a conflict is not resolved"));
        }
    }
}

/// Whether the slash at `at` begins an absolute path, and is not inside a longer one.
fn starts_path(line: &str, at: usize) -> bool {
    let before = line[..at].chars().next_back();
    before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '/' | '}' | '~' | '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_paths_count() {
        let mut findings = Vec::new();
        let line = |name: &str| format!("x\ncp \"/{name}/a\" b\ncp src/{name}/a ../{name}/b\n");
        check("a.sh", &line("root"), &mut findings);
        check("b.sh", &line("work"), &mut findings);
        let found: Vec<_> = findings.iter().map(|f| (f.path.as_str(), f.line)).collect();
        assert_eq!(found, [("a.sh", 2), ("b.sh", 2)]);
    }
}
