//! `cargo xtask tidy`: the house rules as a program, so that style is never a review remark.
//!
//! Every file is read once and handed to each rule. A finding prints as `path:line: error`.

mod arrows;
mod hosts;
mod ledgers;
mod rust;
mod semantics;
mod source;
mod text;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::process::{Command, ExitCode};

/// One broken rule at one place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub error: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, error: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, error: error.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.error)
    }
}

/// What the rules found, and which of them could not look.
#[derive(Default)]
pub struct Report {
    pub findings: Vec<Finding>,
    pub notes: Vec<String>,
    pub files: usize,
}

/// Checks the whole workspace and prints what it finds.
pub fn run(root: &Path) -> ExitCode {
    let report = check(root);
    for note in &report.notes {
        println!("note: {note}");
    }
    for finding in &report.findings {
        println!("{finding}");
    }
    println!("tidy: {} files, {} findings", report.files, report.findings.len());
    if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Reads each file of the repository once and asks every rule about it.
pub fn check(root: &Path) -> Report {
    let mut report = Report::default();
    let hosts = hosts::Hosts::ask(&mut report.notes);
    for path in files(root) {
        let Ok(bytes) = std::fs::read(root.join(&path)) else { continue };
        let Ok(content) = String::from_utf8(bytes) else { continue };
        report.files += 1;
        let findings = &mut report.findings;
        text::check(&path, &content, findings);
        hosts.check(&path, &content, findings);
        if is_rust(&path) {
            rust::check(&path, &content, findings);
        }
        if path.starts_with("docs/semantics/") {
            semantics::check(root, &path, &content, findings);
        }
        if path.starts_with("tests/ledgers/") {
            ledgers::check(root, &path, &content, findings);
        }
    }
    arrows::check(root, &mut report.findings);
    report.findings.sort();
    report
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// The files that git knows or would add; links and folders are not files.
fn files(root: &Path) -> BTreeSet<String> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output();
    match listing {
        Ok(listing) if listing.status.success() => String::from_utf8_lossy(&listing.stdout)
            .split('\0')
            .filter(|path| !path.is_empty() && root.join(path).is_file())
            .map(str::to_owned)
            .collect(),
        _ => {
            let mut found = BTreeSet::new();
            walk(root, root, &mut found);
            found
        }
    }
}

/// Collects files where there is no git: everything outside build output and hidden folders.
fn walk(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "target" && name != ".git" && name != "node_modules" {
                walk(root, &path, found);
            }
        } else if let Ok(relative) = path.strip_prefix(root) {
            found.insert(relative.to_string_lossy().into_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let report = check(&crate::root());
        let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        assert!(report.files > 10, "only {} files were read", report.files);
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }

    #[test]
    fn a_finding_prints_as_path_line_error() {
        assert_eq!(Finding::new("a/b.rs", 7, "no").to_string(), "a/b.rs:7: no");
    }
}
