//! Where a registry's crates are, as the `dl` of its `config.json` says.

use super::name::CrateName;

/// What a registry says about itself in `config.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Where its crates are: a URL, with or without markers.
    dl: String,
    /// Whether everything but this file needs a token.
    pub auth_required: bool,
}

/// The markers of a template.
const MARKERS: [&str; 5] = ["{crate}", "{version}", "{prefix}", "{lowerprefix}", "{sha256-checksum}"];

impl Configuration {
    /// Reads a `config.json`; says in a sentence what is wrong with it.
    pub fn read(document: &[u8]) -> Result<Self, String> {
        let value: serde_json::Value = serde_json::from_slice(document)
            .map_err(|error| format!("config.json cannot be read: {error}"))?;
        let dl = value.get("dl").and_then(serde_json::Value::as_str).filter(|dl| !dl.is_empty());
        let dl = dl.ok_or("config.json names no dl")?.to_owned();
        let auth_required = value.get("auth-required").and_then(serde_json::Value::as_bool).unwrap_or(false);
        Ok(Self { dl, auth_required })
    }

    /// The URL of one version's crate. Without markers, the usual path is added to the URL.
    pub fn crate_url(&self, name: &CrateName, version: &str, cksum: &str) -> String {
        let version = version.replace('+', "%2B");
        if !MARKERS.iter().any(|marker| self.dl.contains(marker)) {
            let base = self.dl.trim_end_matches('/');
            return format!("{base}/{name}/{version}/download");
        }
        let lower = name.in_lower_case().prefix();
        let values = [name.as_str(), &version, &name.prefix(), &lower, cksum];
        let mut url = self.dl.clone();
        for (marker, value) in MARKERS.iter().zip(values) {
            url = url.replace(marker, value);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(dl: &str, name: &str) -> String {
        let document = serde_json::json!({"dl": dl}).to_string();
        let name = CrateName::parse(name).unwrap();
        Configuration::read(document.as_bytes()).unwrap().crate_url(&name, "1.0.0+b", "c0ffee")
    }

    #[test]
    fn a_template_is_filled_in_and_a_plain_url_gets_the_usual_path() {
        assert_eq!(
            url("https://r.example/api/v1/crates", "MyKit"),
            "https://r.example/api/v1/crates/MyKit/1.0.0%2Bb/download"
        );
        assert_eq!(url("https://r.example/dl/", "a"), "https://r.example/dl/a/1.0.0%2Bb/download");
        assert_eq!(
            url(
                "https://r.example/{prefix}/{lowerprefix}/{crate}-{version}-{sha256-checksum}.crate",
                "MyKit"
            ),
            "https://r.example/My/Ki/my/ki/MyKit-1.0.0%2Bb-c0ffee.crate"
        );
    }

    #[test]
    fn a_configuration_without_a_place_for_crates_is_refused() {
        for document in ["", "[]", "{}", r#"{"dl": ""}"#, r#"{"dl": 5}"#] {
            assert!(Configuration::read(document.as_bytes()).is_err(), "{document}");
        }
        let private = Configuration::read(br#"{"dl": "x", "auth-required": true}"#).unwrap();
        assert!(private.auth_required);
    }
}
