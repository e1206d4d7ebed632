//! Core metadata: what `METADATA` of a wheel, `PKG-INFO` of a source distribution, or an upload's form says of a version.

use serde_json::{Map, Value};

/// The longest text that is read.
pub const METADATA_BYTES_MAX: usize = 8 << 20;
/// How many fields are read; what follows is left out.
const FIELDS_MAX: usize = 20_000;

/// The fields that may stand more than once, as JSON spells them (PEP 566).
const REPEATED: [&str; 18] = [
    "dynamic",
    "platform",
    "supported_platform",
    "classifier",
    "license_file",
    "requires_dist",
    "requires_external",
    "requires",
    "project_url",
    "provides_extra",
    "provides_dist",
    "provides",
    "obsoletes_dist",
    "obsoletes",
    "import_name",
    "import_namespace",
    "provides_extras",
    "license_files",
];

/// The fields that stand once.
const SINGLE: [&str; 17] = [
    "metadata_version",
    "name",
    "version",
    "summary",
    "description",
    "description_content_type",
    "keywords",
    "home_page",
    "download_url",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "license",
    "license_expression",
    "requires_python",
    "gpg_signature",
];

/// The metadata of one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoreMetadata {
    /// Name in JSON's spelling and value, in the order of the text.
    fields: Vec<(String, String)>,
}

impl CoreMetadata {
    /// Reads the e-mail-like form: headers, an empty line, and the description. What cannot be read is left out.
    pub fn read(text: &str) -> Self {
        let mut metadata = Self::default();
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        while !rest.is_empty() && metadata.fields.len() < FIELDS_MAX {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() {
                metadata.add("description", after);
                break;
            }
            rest = after;
            if line.starts_with([' ', '\t']) {
                metadata.continue_last(line);
            } else if let Some((name, value)) = line.split_once(':') {
                let name = name.trim().to_ascii_lowercase().replace('-', "_");
                metadata.fields.push((name, value.trim().to_owned()));
            }
        }
        metadata.fields.retain(|(name, value)| is_known(name) && !is_empty(value));
        metadata
    }

    /// Takes the fields of an upload's form, which spells some of them in the plural.
    pub fn of_form<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut metadata = Self::default();
        for (name, value) in fields {
            let name = match name {
                "classifiers" => "classifier",
                "project_urls" => "project_url",
                "provides_extras" => "provides_extra",
                "license_files" => "license_file",
                "platforms" => "platform",
                _ => name,
            };
            metadata.add(name, value.trim());
        }
        metadata
    }

    fn add(&mut self, name: &str, value: &str) {
        if is_known(name) && !is_empty(value) {
            self.fields.push((name.to_owned(), value.to_owned()));
        }
    }

    /// A line that starts with blanks goes on with the one before; old tools mark it with a bar.
    fn continue_last(&mut self, line: &str) {
        let Some((name, value)) = self.fields.last_mut() else { return };
        let text = match name.as_str() {
            "description" => {
                line.strip_prefix("       |").or_else(|| line.strip_prefix("        ")).unwrap_or(line)
            }
            _ => line.trim(),
        };
        value.push('\n');
        value.push_str(text);
    }

    /// The first value of a field, by its name in JSON's spelling.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a field, by its name in JSON's spelling.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The readme.
    pub fn description(&self) -> Option<&str> {
        self.get("description")
    }

    /// The JSON form (PEP 566), without the description, which is long and kept elsewhere.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut members = Map::new();
        for (name, value) in &self.fields {
            if name == "description" {
                continue;
            }
            if REPEATED.contains(&name.as_str()) {
                let list = members.entry(name.as_str()).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(Value::String(value.clone()));
                }
            } else {
                // Of what stands once, the first counts.
                members.entry(name.as_str()).or_insert_with(|| Value::String(value.clone()));
            }
        }
        members
    }
}

fn is_known(name: &str) -> bool {
    REPEATED.contains(&name) || SINGLE.contains(&name)
}

/// Old tools write `UNKNOWN` for what they do not know.
fn is_empty(value: &str) -> bool {
    let value = value.trim();
    value.is_empty() || value == "UNKNOWN"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TEXT: &str = "Metadata-Version: 2.4\r\nName: Acme.Demo\nVersion: 1.0\nSummary: A demo\n\
        License-Expression: MIT\nHome-page: UNKNOWN\nRequires-Dist: idna>=3\nRequires-Dist: six; extra == \"x\"\n\
        Project-URL: Source, https://git.example/demo\nDynamic: License\nRequires-Python: >=3.8\nX-Odd: 1\n\
        Keywords: a,\n  b\nno colon here\n\n# Demo\n\nName: not a header\n";

    #[test]
    fn every_field_and_the_description_are_read() {
        let metadata = CoreMetadata::read(TEXT);
        assert_eq!(metadata.description(), Some("# Demo\n\nName: not a header\n"));
        assert_eq!(metadata.get("requires_python"), Some(">=3.8"));
        assert_eq!(
            serde_json::Value::Object(metadata.to_json()),
            json!({
                "metadata_version": "2.4", "name": "Acme.Demo", "version": "1.0", "summary": "A demo",
                "license_expression": "MIT", "requires_dist": ["idna>=3", "six; extra == \"x\""],
                "project_url": ["Source, https://git.example/demo"], "dynamic": ["License"],
                "requires_python": ">=3.8", "keywords": "a,\nb",
            })
        );
    }

    #[test]
    fn a_description_among_the_headers_is_read_too() {
        let old = "Name: a\nDescription: one\n        two\n       |  three\nVersion: 1\n";
        let metadata = CoreMetadata::read(old);
        assert_eq!(metadata.description(), Some("one\ntwo\n  three"));
        assert_eq!(metadata.get("version"), Some("1"));
    }

    #[test]
    fn a_form_says_the_same_in_its_own_words() {
        let fields = [
            ("name", "a"),
            ("classifiers", "License :: OSI Approved"),
            ("classifiers", "Topic"),
            ("provides_extras", "x"),
            ("description", "text"),
            (":action", "file_upload"),
            ("keywords", ""),
        ];
        let metadata = CoreMetadata::of_form(fields);
        assert_eq!(metadata.all("classifier").count(), 2);
        assert_eq!(metadata.get("provides_extra"), Some("x"));
        assert_eq!(metadata.get("keywords"), None);
        assert_eq!(metadata.description(), Some("text"));
    }

    #[test]
    fn what_is_no_metadata_gives_nothing() {
        for text in ["", "\n", "\n\n", " continued\n", ":", "\0\0"] {
            assert_eq!(CoreMetadata::read(text).get("name"), None, "{text:?}");
        }
        let many = "Name: a\n".repeat(FIELDS_MAX + 10);
        assert_eq!(CoreMetadata::read(&many).all("name").count(), FIELDS_MAX);
    }
}
