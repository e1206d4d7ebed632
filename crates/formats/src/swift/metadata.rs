//! The metadata that comes with a release, as JSON of its publisher's.

use serde_json::{Map, Value};

use super::transfer::{self, Encoding};

/// The most metadata of a release.
pub const METADATA_BYTES_MAX: usize = 1 << 20;
/// How many addresses of its source a release may have.
pub const URLS_MAX: usize = 100;

/// The metadata of a release.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    members: Map<String, Value>,
}

impl Metadata {
    /// Reads the part of a publish request, however it came.
    ///
    /// SwiftPM declares quoted-printable and sends JSON as it is: what reads as JSON is JSON, only the rest is decoded.
    /// Gives the text that the publisher meant, too; the error is the sentence for whoever sent it.
    pub fn read(encoding: Encoding, bytes: &[u8]) -> Result<(Self, Vec<u8>), String> {
        if let Ok(metadata) = Self::parse(bytes) {
            return Ok((metadata, bytes.to_vec()));
        }
        let meant = transfer::decode(encoding, bytes)
            .map_err(|_| "the metadata is not written as its Content-Transfer-Encoding says".to_owned())?;
        Self::parse(&meant).map(|metadata| (metadata, meant))
    }

    /// Reads a JSON object, of which the members that mean something here have to be of their types.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let value: Value =
            serde_json::from_slice(text).map_err(|error| format!("the metadata is no JSON: {error}"))?;
        let Value::Object(members) = value else {
            return Err("the metadata is no JSON object".to_owned());
        };
        for member in ["description", "licenseURL", "readmeURL"] {
            if !matches!(members.get(member), None | Some(Value::Null | Value::String(_))) {
                return Err(format!("the member {member} of the metadata is not a string"));
            }
        }
        let urls = match members.get("repositoryURLs") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(urls)) if urls.iter().all(Value::is_string) => urls,
            Some(_) => {
                return Err("the member repositoryURLs of the metadata is not a list of strings".to_owned());
            }
        };
        if urls.len() > URLS_MAX {
            return Err(format!("the metadata has more than {URLS_MAX} repositoryURLs"));
        }
        Ok(Self { members })
    }

    /// Its members.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Where the source of the package is.
    pub fn repository_urls(&self) -> impl Iterator<Item = &str> {
        let urls = self.members.get("repositoryURLs").and_then(Value::as_array);
        urls.into_iter().flatten().filter_map(Value::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_as_it_is_sent_and_as_it_is_declared() {
        let plain = br#"{"description": "a=3Db", "repositoryURLs": ["https://git.example/a?b=c"]}"#;
        let (metadata, text) = Metadata::read(Encoding::QuotedPrintable, plain).unwrap();
        assert_eq!(metadata.repository_urls().collect::<Vec<_>>(), ["https://git.example/a?b=c"]);
        assert_eq!((text, metadata.members()["description"].as_str()), (plain.to_vec(), Some("a=3Db")));
        let (metadata, text) =
            Metadata::read(Encoding::QuotedPrintable, b"{=22description=22: =22=C3=A9=22}").unwrap();
        assert_eq!(metadata.members()["description"], "é");
        assert_eq!(text, "{\"description\": \"é\"}".as_bytes());
        assert!(Metadata::read(Encoding::Base64, b"e30=").is_ok());
    }

    #[test]
    fn metadata_of_other_types_is_refused() {
        let many = format!("{{\"repositoryURLs\": [{}\"a\"]}}", "\"a\",".repeat(URLS_MAX));
        for bad in [
            "",
            "[]",
            "{",
            "{\"description\": 5}",
            "{\"repositoryURLs\": \"a\"}",
            "{\"repositoryURLs\": [1]}",
            "{\"licenseURL\": {}}",
            &many,
        ] {
            assert!(Metadata::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Metadata::parse(deep.as_bytes()).is_err());
        assert!(
            Metadata::parse(b"{\"description\": null, \"author\": {\"name\": \"A\"}, \"more\": [1]}").is_ok()
        );
    }
}
