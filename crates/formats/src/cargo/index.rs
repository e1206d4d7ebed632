//! The index: one file a crate, one line of JSON a version.
//!
//! A line is kept as text without what changes later (`yanked`) or is ours to say (`pubtime`); both are added again when
//! the file is put together. Members that are not known here pass through.

use std::collections::HashMap;
use std::fmt;

use semver::{Version, VersionReq};
use serde_json::{Map, Value};

use super::name::CrateName;
use super::version::{parse, release};

/// The longest line that is read: the largest of the public index has some 100 kB.
const LINE_BYTES_MAX: usize = 4 << 20;

/// One version in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    name: CrateName,
    version: Version,
    cksum: String,
    yanked: bool,
    pubtime: Option<String>,
    /// An object with at least one member, without `yanked` and `pubtime`.
    text: String,
}

/// Why a line is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineError {
    /// It is longer than any line.
    TooLong,
    /// It is not a JSON object.
    NotAnObject(String),
    /// A member is missing or of another shape than the index has it.
    Member(&'static str),
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "it is longer than {LINE_BYTES_MAX} bytes"),
            Self::NotAnObject(why) => write!(f, "it is not a JSON object: {why}"),
            Self::Member(member) => write!(f, "its member {member} is missing or not as an index has it"),
        }
    }
}

impl std::error::Error for LineError {}

impl Line {
    /// Reads one line of an index, or one that was stored.
    pub fn read(line: &str) -> Result<Self, LineError> {
        if line.len() > LINE_BYTES_MAX {
            return Err(LineError::TooLong);
        }
        let members: Map<String, Value> =
            serde_json::from_str(line).map_err(|error| LineError::NotAnObject(error.to_string()))?;
        Self::of(members)
    }

    /// Takes the members of a line.
    pub fn of(mut members: Map<String, Value>) -> Result<Self, LineError> {
        let text = |member: &'static str| {
            members.get(member).and_then(Value::as_str).ok_or(LineError::Member(member))
        };
        let name = CrateName::parse(text("name")?).map_err(|_| LineError::Member("name"))?;
        let version = parse(text("vers")?).ok_or(LineError::Member("vers"))?;
        let cksum = text("cksum")?;
        if cksum.len() != 64 || !cksum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(LineError::Member("cksum"));
        }
        let cksum = cksum.to_ascii_lowercase();
        let dependencies = members.get("deps").and_then(Value::as_array).ok_or(LineError::Member("deps"))?;
        if !dependencies.iter().all(is_dependency) {
            return Err(LineError::Member("deps"));
        }
        let yanked = match members.remove("yanked") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(yanked)) => yanked,
            Some(_) => return Err(LineError::Member("yanked")),
        };
        let pubtime = match members.remove("pubtime") {
            Some(Value::String(time)) => Some(time),
            _ => None,
        };
        let text = Value::Object(members).to_string();
        Ok(Self { name, version, cksum, yanked, pubtime, text })
    }

    /// The crate's name as the line spells it.
    pub fn name(&self) -> &CrateName {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The SHA-256 of the crate, lower-case hexadecimal.
    pub fn cksum(&self) -> &str {
        &self.cksum
    }

    /// Whether it is yanked.
    pub fn yanked(&self) -> bool {
        self.yanked
    }

    /// When it was published, as the line says.
    pub fn pubtime(&self) -> Option<&str> {
        self.pubtime.as_deref()
    }

    /// The line as it is stored: without `yanked` and `pubtime`.
    pub fn stored(&self) -> &str {
        &self.text
    }

    /// Sets what a repository says of a stored version.
    #[must_use]
    pub fn shown(self, yanked: bool, pubtime: Option<String>) -> Self {
        Self { yanked, pubtime, ..self }
    }

    /// Writes the line as clients read it, with its end.
    fn write(&self, into: &mut String) {
        let open = self.text.strip_suffix('}').unwrap_or(&self.text);
        into.push_str(open);
        if let Some(time) = &self.pubtime {
            into.push_str(",\"pubtime\":");
            into.push_str(&Value::from(time.as_str()).to_string());
        }
        into.push_str(if self.yanked { ",\"yanked\":true}\n" } else { ",\"yanked\":false}\n" });
    }
}

/// Whether cargo could read a dependency: it refuses the whole line otherwise.
fn is_dependency(of: &Value) -> bool {
    let text = |member: &str| of.get(member).and_then(Value::as_str);
    let name = text("name").is_some_and(|name| !name.is_empty());
    name && text("req").is_some_and(|requirement| VersionReq::parse(requirement).is_ok())
}

/// The file of one crate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    lines: Vec<Line>,
    left_out: usize,
}

impl Index {
    /// Reads a file of an index for a crate; lines that no client could read, or of another crate, are left out.
    pub fn read(name: &CrateName, file: &str) -> Self {
        let mut index = Self::default();
        for line in file.lines().filter(|line| !line.trim().is_empty()) {
            match Line::read(line) {
                Ok(line) if line.name.is_same(name) => index.lines.push(line),
                _ => index.left_out += 1,
            }
        }
        index
    }

    /// Takes lines as they are.
    pub fn of(lines: Vec<Line>) -> Self {
        Self { lines, left_out: 0 }
    }

    /// Its lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many lines of the file were not understood.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The line of a version.
    pub fn line(&self, version: &str) -> Option<&Line> {
        let version = parse(version)?;
        self.lines.iter().find(|line| line.version == version)
    }

    /// The line of a version, whatever build metadata it has.
    pub fn release(&self, version: &str) -> Option<&Line> {
        let wanted = release(version);
        self.lines.iter().find(|line| release(&line.version.to_string()) == wanted)
    }

    /// How much memory it takes, about.
    pub fn bytes(&self) -> usize {
        self.lines.iter().map(|line| line.text.len() + size_of::<Line>() + 128).sum()
    }

    /// Puts the files of several sources together, nearest first: a source's version hides the same one of sources
    /// behind it, build metadata aside, also where it is not shown itself.
    pub fn merge<'a>(sources: impl IntoIterator<Item = Source<'a>>) -> Self {
        let mut found: HashMap<String, Option<&'a Line>> = HashMap::new();
        for source in sources {
            for version in source.hidden {
                found.entry(release(version).to_owned()).or_insert(None);
            }
            for line in &source.index.lines {
                found.entry(release(&line.version.to_string()).to_owned()).or_insert(Some(line));
            }
        }
        let mut lines: Vec<Line> = found.into_values().flatten().cloned().collect();
        lines.sort_by(|a, b| a.version.cmp(&b.version));
        Self { lines, left_out: 0 }
    }

    /// Writes the file as clients read it.
    pub fn render(&self) -> String {
        let mut file = String::with_capacity(self.lines.iter().map(|line| line.text.len() + 80).sum());
        for line in &self.lines {
            line.write(&mut file);
        }
        file
    }
}

/// What one repository, or the registry behind one, says of a crate.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// What it shows.
    pub index: &'a Index,
    /// Versions that it has and does not show.
    pub hidden: &'a [String],
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(version: &str, more: Value) -> String {
        let mut line =
            json!({"name": "Kit", "vers": version, "deps": [], "features": {}, "cksum": "ab".repeat(32)});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line.to_string()
    }

    fn kit() -> CrateName {
        CrateName::parse("kit").unwrap()
    }

    fn index(lines: &[String]) -> Index {
        Index::read(&kit(), &lines.join("\n"))
    }

    fn shown(index: &Index) -> Vec<(String, bool)> {
        index.lines().iter().map(|line| (line.version().to_string(), line.yanked())).collect()
    }

    #[test]
    fn a_line_keeps_what_it_says_and_what_it_does_not_know() {
        let dependency = json!({
            "name": "alias", "package": "real", "req": "^1", "features": ["x"], "optional": true,
            "default_features": false, "target": "cfg(unix)", "kind": "dev", "registry": "sparse+http://r.example/"
        });
        let text = line(
            "1.0.0",
            json!({"deps": [dependency], "yanked": true, "pubtime": "2025-11-12T19:30:12Z", "v": 2,
                   "features2": {"f": ["dep:alias"]}, "links": "z", "rust_version": "1.60", "later": [1]}),
        );
        let read = Line::read(&text).unwrap();
        assert_eq!((read.name().as_str(), read.yanked()), ("Kit", true));
        assert_eq!(read.pubtime(), Some("2025-11-12T19:30:12Z"));
        let again: Value = serde_json::from_str(&Index::of(vec![read.clone()]).render()).unwrap();
        assert_eq!(again, serde_json::from_str::<Value>(&text).unwrap());
        let stored = Line::read(read.stored()).unwrap();
        assert_eq!((stored.yanked(), stored.pubtime()), (false, None));
        assert_eq!(stored.shown(true, Some("2025-11-12T19:30:12Z".into())), read);
    }

    #[test]
    fn lines_that_cargo_could_not_read_are_left_out() {
        let bad = [
            "nonsense".to_owned(),
            "[]".to_owned(),
            line("1.0", json!({})),
            line("1.0.0", json!({"cksum": "ab"})),
            line("1.0.0", json!({"deps": {}})),
            line("1.0.0", json!({"deps": [{"name": "a", "req": "what"}]})),
            line("1.0.0", json!({"deps": [{"req": "*"}]})),
            line("1.0.0", json!({"yanked": "no"})),
            line("1.0.0", json!({"name": "../kit"})),
            line("1.0.0", json!({"name": "other"})),
        ];
        let mut lines = bad.to_vec();
        lines.push(line("2.0.0", json!({})));
        let index = index(&lines);
        assert_eq!((shown(&index), index.left_out()), (vec![("2.0.0".to_owned(), false)], bad.len()));
    }

    #[test]
    fn the_nearest_source_of_a_version_wins_whatever_its_build_metadata() {
        let near = index(&[line("1.0.0+near", json!({"yanked": true})), line("1.10.0", json!({}))]);
        let far = index(&[
            line("1.0.0+far", json!({})),
            line("1.2.0", json!({})),
            line("1.3.0", json!({})),
            line("1.0.0-rc.1", json!({})),
        ]);
        let hidden = ["1.3.0".to_owned()];
        let merged =
            Index::merge([Source { index: &near, hidden: &hidden }, Source { index: &far, hidden: &[] }]);
        let expected = [("1.0.0-rc.1", false), ("1.0.0+near", true), ("1.2.0", false), ("1.10.0", false)];
        assert_eq!(shown(&merged), expected.map(|(version, yanked)| (version.to_owned(), yanked)));
        assert!(merged.release("1.0.0").is_some() && merged.line("1.0.0").is_none());
    }
}
