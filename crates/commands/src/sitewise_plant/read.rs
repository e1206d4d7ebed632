//! Reads a plant file; everything that is wrong with it is told at once.

use std::collections::BTreeMap;

use super::alias;
use super::check;
use super::fault::{Fault, Faults, Mark, instead};
use super::interface;
use super::node::{Content, Node};
use super::text::{is_external_id, is_id, is_name};
use super::{Plant, VERSION};

/// Longest description (API reference).
const DESCRIPTION_CHARS_MAX: usize = 2048;
/// Most tags of one thing.
const TAGS_MAX: usize = 50;

/// Reads a file, in YAML or JSON.
pub fn read(text: &str) -> Result<Plant, Vec<Fault>> {
    let mut reader = Reader::default();
    let plant = reader.plant(text);
    if reader.faults.is_empty() {
        return plant.ok_or_else(Vec::new);
    }
    Err(reader.faults.sorted())
}

/// Reads nodes and collects what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) faults: Faults,
}

/// The members of a mapping whose keys are all known.
pub(super) struct Members<'a> {
    pairs: Vec<(&'a str, &'a Node)>,
    pub(super) at: Mark,
}

impl<'a> Members<'a> {
    /// The value of a key that means something.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.pairs.iter().find(|(name, node)| *name == key && !node.is_nothing()).map(|(_, node)| *node)
    }

    /// Whether a key stands there, even if it means nothing.
    pub(super) fn has(&self, key: &str) -> bool {
        self.pairs.iter().any(|(name, _)| *name == key)
    }
}

/// One element of a collection that is named by its key, or in a list by its `name`.
pub(super) struct Named<'a> {
    pub(super) name: String,
    pub(super) node: &'a Node,
    pub(super) at: Mark,
    /// Whether `name` is a key inside.
    pub(super) listed: bool,
}

impl Reader {
    fn plant(&mut self, text: &str) -> Option<Plant> {
        let root = Node::read(text, &mut self.faults)?;
        let members = self.members(&root, "a plant file", &["version", "models", "aliases", "assets"])?;
        match members.get("version") {
            None => self.faults.add(members.at, "a plant file begins with `version: 1`"),
            Some(node) => {
                if let Some(version) = self.text(node, "version").filter(|version| version != VERSION) {
                    self.faults.add(node.at, format!("version {version} of plant files is not known; 1 is"));
                }
            }
        }
        let mut plant = Plant::default();
        for named in self.collection(members.get("models"), "models", false) {
            plant.models.extend(self.model(&named));
        }
        let pattern = self.pattern(members.get("aliases"));
        // The formulas that an interface brings are those of its own words.
        check::infer_all(&mut plant, &mut self.faults);
        interface::complete(&mut plant, &mut self.faults);
        check::models(&mut plant, &mut self.faults);
        for named in self.collection(members.get("assets"), "assets", true) {
            let asset = self.asset(&named, &plant, None, pattern.as_deref(), &mut Vec::new());
            plant.assets.extend(asset);
        }
        check::assets(&plant, &mut self.faults);
        Some(plant)
    }

    /// Reads a mapping, and reports the keys that it may not have.
    pub(super) fn members<'a>(&mut self, node: &'a Node, what: &str, keys: &[&str]) -> Option<Members<'a>> {
        let Content::Map(pairs) = &node.content else {
            if node.is_nothing() {
                return Some(Members { pairs: Vec::new(), at: node.at });
            }
            let keys = keys.join(", ");
            self.faults.add(node.at, format!("{what} is a mapping of {keys}; here is {}", node.kind()));
            return None;
        };
        let mut found = Vec::new();
        for (key, value) in pairs {
            let Content::Scalar(name, _) = &key.content else { continue };
            if !keys.contains(&name.as_str()) {
                let instead = instead(name, keys.iter().copied());
                self.faults.add(key.at, format!("{what} has no key '{name}'{instead}"));
                continue;
            }
            found.push((name.as_str(), value));
        }
        Some(Members { pairs: found, at: node.at })
    }

    /// Reads a collection of named things: a mapping by name, or a list of mappings with `name`.
    pub(super) fn collection<'a>(
        &mut self,
        node: Option<&'a Node>,
        what: &str,
        twins: bool,
    ) -> Vec<Named<'a>> {
        let Some(node) = node else { return Vec::new() };
        let mut found = Vec::new();
        match &node.content {
            Content::Map(pairs) => {
                for (key, value) in pairs {
                    let Content::Scalar(name, _) = &key.content else { continue };
                    found.push(Named { name: name.clone(), node: value, at: key.at, listed: false });
                }
            }
            Content::List(elements) => {
                for element in elements {
                    let name = match &element.content {
                        Content::Map(pairs) => pairs.iter().find_map(|(key, value)| match &key.content {
                            Content::Scalar(key, _) if key == "name" => Some(value),
                            _ => None,
                        }),
                        _ => None,
                    };
                    let Some(name) = name.and_then(|name| self.text(name, "name")) else {
                        self.faults.add(element.at, format!("each element of the list {what} needs a name"));
                        continue;
                    };
                    if !twins && found.iter().any(|other: &Named<'_>| other.name == name) {
                        self.faults.add(element.at, format!("'{name}' stands twice in {what}"));
                    }
                    found.push(Named { name, node: element, at: element.at, listed: true });
                }
            }
            Content::Scalar(..) => {
                self.faults.add(node.at, format!("{what} is a mapping by name, or a list; here is text"));
            }
        }
        for named in &found {
            if !is_name(&named.name) {
                let name = &named.name;
                self.faults.add(
                    named.at,
                    format!(
                        "'{name}' can't be a name: names have 1 to 256 characters and no control characters"
                    ),
                );
            }
        }
        found
    }

    /// Reads text; nothing is no text.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        match &node.content {
            Content::Scalar(text, _) if !node.is_nothing() => Some(text.clone()),
            Content::Scalar(..) => None,
            Content::List(_) | Content::Map(_) => {
                self.faults.add(node.at, format!("{what} is text; here is {}", node.kind()));
                None
            }
        }
    }

    /// Reads one of some words.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, what: &str, words: &[(T, &str)]) -> Option<T> {
        let text = self.text(node, what)?;
        let found = words.iter().find(|(_, word)| word.eq_ignore_ascii_case(&text));
        if found.is_none() {
            let instead = instead(&text, words.iter().map(|(_, word)| *word));
            self.faults.add(node.at, format!("{what} can't be '{text}'{instead}"));
        }
        found.map(|(value, _)| *value)
    }

    /// Reads an external id.
    pub(super) fn external_id(&mut self, members: &Members<'_>) -> Option<String> {
        let node = members.get("externalId")?;
        let text = self.text(node, "externalId")?;
        if !is_external_id(&text) {
            self.faults.add(
                node.at,
                format!(
                    "externalId '{text}' is none: 2 to 128 letters, digits and _-.: with a letter, digit or _ at both ends"
                ),
            );
        }
        Some(text)
    }

    /// Reads an id of the user's own.
    pub(super) fn id(&mut self, members: &Members<'_>) -> Option<String> {
        let node = members.get("id")?;
        let text = self.text(node, "id")?;
        if !is_id(&text) {
            self.faults.add(node.at, format!("id '{text}' is none: ids are UUIDs in lower case"));
        }
        Some(text)
    }

    /// Reads a description; the empty one is none.
    pub(super) fn description(&mut self, members: &Members<'_>) -> Option<String> {
        let node = members.get("description")?;
        let text = self.text(node, "description").filter(|text| !text.is_empty())?;
        if text.chars().count() > DESCRIPTION_CHARS_MAX || text.chars().any(|c| c < ' ' || c == '\u{7f}') {
            let sentence = "a description has at most 2048 characters and no control characters, so it is one line \
                            (`>-` folds lines)";
            self.faults.add(node.at, sentence);
        }
        Some(text)
    }

    /// Reads a mapping of text to text.
    pub(super) fn texts(&mut self, node: Option<&Node>, what: &str) -> Vec<(String, String, Mark, Mark)> {
        let Some(node) = node else { return Vec::new() };
        let Content::Map(pairs) = &node.content else {
            self.faults.add(node.at, format!("{what} is a mapping; here is {}", node.kind()));
            return Vec::new();
        };
        let mut found = Vec::new();
        for (key, value) in pairs {
            let Content::Scalar(name, _) = &key.content else { continue };
            let text = match &value.content {
                Content::Scalar(..) if value.is_nothing() => Some(String::new()),
                _ => self.text(value, name),
            };
            found.extend(text.map(|text| (name.clone(), text, key.at, value.at)));
        }
        found
    }

    /// Reads tags.
    pub(super) fn tags(&mut self, members: &Members<'_>) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        for (key, value, at, value_at) in self.texts(members.get("tags"), "tags") {
            if !(1..=128).contains(&key.chars().count()) {
                self.faults.add(at, format!("the tag key '{key}' has not 1 to 128 characters"));
            }
            if value.chars().count() > 256 {
                self.faults.add(value_at, format!("the value of tag '{key}' has more than 256 characters"));
            }
            tags.insert(key, value);
        }
        if tags.len() > TAGS_MAX {
            self.faults.add(members.at, format!("{} tags are too many; {TAGS_MAX} are allowed", tags.len()));
        }
        tags
    }

    /// Reads a pattern of aliases; `none` ends one from above.
    pub(super) fn pattern(&mut self, node: Option<&Node>) -> Option<String> {
        let node = node?;
        let pattern = self.text(node, "aliases").filter(|pattern| pattern != "none")?;
        if let Some(sentence) = alias::fault(&pattern) {
            self.faults.add(node.at, sentence);
            return None;
        }
        Some(pattern)
    }
}
