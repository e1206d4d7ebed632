//! Which crate may use which: arrows point down the floors, and heavy crates stay in their rooms.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::Finding;

/// What a workspace member is, seen from the other members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// A numbered floor; arrows point to lower numbers.
    Floor(u8),
    /// Support for tests: uses everything, and only tests use it.
    Tests,
    /// Chores, benches, fuzz targets: use everything, and nobody uses them.
    Outside,
}

const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("model-codeartifact", 0),
    ("model-sitewise", 0),
    ("model-migrationhub", 0),
    ("formats", 0),
    ("formula", 0),
    ("iam", 0),
    ("store", 1),
    ("series", 1),
    ("service", 2),
    ("codeartifact", 3),
    ("sitewise", 3),
    ("migrationhub", 3),
    ("registry", 4),
    ("query", 4),
    ("gateway", 4),
    ("console", 4),
    ("notify", 4),
    ("commands", 4),
    ("homeregion", 5),
];

/// The services that a crate of floor 4 may name: each its own, and the command line all of them.
const ROOM_OF: &[(&str, &str)] = &[
    ("registry", "codeartifact"),
    ("notify", "sitewise"),
    ("query", "sitewise"),
    ("commands", "codeartifact"),
    ("commands", "sitewise"),
    ("commands", "migrationhub"),
];

/// External crates, and the members that may name them.
const CONFINED: &[(&str, &[&str])] = &[
    ("hyper", &["gateway", "registry", "console", "notify", "homeregion", "testkit", "xtask", "bench"]),
    ("hyper-util", &["gateway", "registry", "console", "notify", "homeregion", "testkit", "xtask", "bench"]),
    (
        "hyper-rustls",
        &["gateway", "registry", "console", "notify", "homeregion", "testkit", "xtask", "bench"],
    ),
    ("rusqlite", &["store"]),
    ("postgres", &["store"]),
    ("tokio-postgres", &["store"]),
];

/// Checks the arrows of every member as cargo knows them.
pub fn check(root: &Path, findings: &mut Vec<Finding>) {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root)
        .output();
    let metadata = match output {
        Ok(output) if output.status.success() => {
            serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
        }
        Ok(output) => {
            let error = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
            findings.push(Finding::new("Cargo.toml", 1, format!("cargo metadata: {error}")));
            return;
        }
        Err(error) => {
            findings.push(Finding::new("Cargo.toml", 1, format!("cargo metadata: {error}")));
            return;
        }
    };
    let packages: Vec<&Value> = metadata["packages"].as_array().into_iter().flatten().collect();
    let members: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let path = manifest.strip_prefix(root).unwrap_or(manifest).to_string_lossy().into_owned();
        let text = std::fs::read_to_string(manifest).unwrap_or_default();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            let tests_only = dependency["kind"].as_str() == Some("dev");
            if let Some(error) = arrow(name, used, tests_only, &members) {
                findings.push(Finding::new(&path, line_of(&text, used), error));
            }
        }
        if place(name).is_none() {
            findings.push(Finding::new(
                &path,
                1,
                format!("`{name}` has no floor; give it one in xtask/src/tidy/arrows.rs"),
            ));
        }
    }
}

fn place(name: &str) -> Option<Place> {
    match name {
        "testkit" => Some(Place::Tests),
        "xtask" | "bench" | "fuzz" => Some(Place::Outside),
        _ => FLOORS.iter().find(|(member, _)| *member == name).map(|(_, floor)| Place::Floor(*floor)),
    }
}

/// What is wrong with `name` using `used`, if anything.
fn arrow(name: &str, used: &str, tests_only: bool, members: &[&str]) -> Option<String> {
    if let Some((_, rooms)) = CONFINED.iter().find(|(confined, _)| *confined == used) {
        return (!rooms.contains(&name)).then(|| format!("`{used}` is used only in {}", rooms.join(", ")));
    }
    if !members.contains(&used) {
        return None;
    }
    match (place(name)?, place(used)?) {
        (Place::Tests | Place::Outside, _) => None,
        (_, Place::Tests) if tests_only => None,
        (_, Place::Tests | Place::Outside) => {
            Some(format!("`{used}` supports tests; `{name}` may use it only in its own tests"))
        }
        (Place::Floor(_), Place::Floor(_)) if points_down(name, used) => None,
        (Place::Floor(from), Place::Floor(to)) => {
            Some(format!("`{name}` (floor {from}) may not use `{used}` (floor {to}): arrows point down"))
        }
    }
}

fn points_down(name: &str, used: &str) -> bool {
    let floor =
        |member: &str| FLOORS.iter().find(|(known, _)| *known == member).map_or(u8::MAX, |(_, floor)| *floor);
    match (floor(name), floor(used)) {
        (0, _) => used == "model",
        (1, 1) => name == "series" && used == "store",
        (4, 3) => ROOM_OF.contains(&(name, used)),
        (from, to) => to < from,
    }
}

/// The line of a manifest that names a dependency.
fn line_of(manifest: &str, dependency: &str) -> usize {
    let names = |line: &str| line.split(['=', '.', ' ']).next() == Some(dependency);
    manifest.lines().position(names).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(name: &str, used: &str, tests_only: bool) -> bool {
        let members: Vec<&str> = FLOORS.iter().map(|(name, _)| *name).chain(["testkit", "xtask"]).collect();
        arrow(name, used, tests_only, &members).is_some()
    }

    #[test]
    fn arrows_point_down() {
        for (name, used) in
            [("model-sitewise", "model"), ("store", "model"), ("series", "store"), ("sitewise", "service")]
        {
            assert!(!wrong(name, used, false), "{name} -> {used}");
        }
        for (name, used) in [("registry", "codeartifact"), ("homeregion", "gateway"), ("testkit", "gateway")]
        {
            assert!(!wrong(name, used, false), "{name} -> {used}");
        }
        for (name, used) in
            [("model", "formats"), ("formats", "iam"), ("store", "series"), ("service", "sitewise")]
        {
            assert!(wrong(name, used, false), "{name} -> {used}");
        }
        for (name, used) in [
            ("codeartifact", "sitewise"),
            ("gateway", "sitewise"),
            ("registry", "sitewise"),
            ("registry", "gateway"),
        ] {
            assert!(wrong(name, used, false), "{name} -> {used}");
        }
    }

    #[test]
    fn only_tests_use_the_testkit() {
        assert!(!wrong("store", "testkit", true));
        assert!(wrong("store", "testkit", false));
    }

    #[test]
    fn heavy_crates_stay_in_their_rooms() {
        assert!(wrong("sitewise", "hyper", false));
        assert!(!wrong("gateway", "hyper", false));
        assert!(wrong("service", "rusqlite", true));
    }
}
