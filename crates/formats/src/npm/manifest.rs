//! One version's manifest inside a listing: where its tarball URL stands, and its abbreviated form.

use super::field::{offset, pick, text};

/// The members of a manifest that the abbreviated form keeps, in the order it writes them.
const ABBREVIATED: [&str; 21] = [
    "name",
    "version",
    "deprecated",
    "dependencies",
    "optionalDependencies",
    "devDependencies",
    "bundleDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "acceptDependencies",
    "bin",
    "directories",
    "dist",
    "engines",
    "cpu",
    "os",
    "libc",
    "funding",
    "_hasShrinkwrap",
    "hasInstallScript",
    // Read only: an older spelling of bundleDependencies.
    "bundledDependencies",
];
const BUNDLE: usize = 6;
const DIST: usize = 12;
const HAS_INSTALL_SCRIPT: usize = 19;
const BUNDLED: usize = 20;

/// A manifest with the facts that serving it needs.
pub(super) struct Manifest<'a> {
    json: &'a str,
    kept: [Option<&'a str>; 21],
    /// The text of `dist.tarball` with its quotes.
    tarball: &'a str,
    dist: &'a str,
    pub integrity: Option<String>,
    pub shasum: Option<String>,
}

/// Where one form of a manifest lies in a buffer, and where in it the repository's base URL goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub start: usize,
    pub base: usize,
    pub end: usize,
}

impl<'a> Manifest<'a> {
    /// Reads a manifest; one without a tarball cannot be installed and is `None`, as is one that is no object.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        let kept = pick(json, &ABBREVIATED).ok()?;
        let dist = kept[DIST]?;
        let [tarball, integrity, shasum] = pick(dist, &["tarball", "integrity", "shasum"]).ok()?;
        let tarball = tarball.filter(|raw| raw.starts_with('"'))?;
        Some(Self {
            json,
            kept,
            tarball,
            dist,
            integrity: integrity.and_then(text),
            shasum: shasum.and_then(text),
        })
    }

    /// The URL that the document gives for the tarball.
    pub(super) fn tarball(&self) -> Option<String> {
        text(self.tarball)
    }

    /// Whether the version is deprecated.
    pub(super) fn is_deprecated(&self) -> bool {
        self.kept[2].is_some_and(|raw| raw != "\"\"" && raw != "false" && raw != "null")
    }

    /// Appends `"version":{…},` with everything, the tarball moved to `path` below the base.
    pub(super) fn write_full(&self, key: &str, path: &str, out: &mut Vec<u8>) -> Span {
        let start = out.len();
        out.extend_from_slice(key.as_bytes());
        out.push(b':');
        let base = self.write_moved(self.json, path, out);
        out.push(b',');
        Span { start, base, end: out.len() }
    }

    /// Appends `"version":{…},` with what an installer needs.
    pub(super) fn write_abbreviated(&self, key: &str, path: &str, out: &mut Vec<u8>) -> Span {
        let start = out.len();
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b":{");
        let mut base = start;
        for (place, name) in ABBREVIATED[..BUNDLED].iter().enumerate() {
            let value = match place {
                BUNDLE => self.kept[BUNDLE].or(self.kept[BUNDLED]),
                HAS_INSTALL_SCRIPT => {
                    self.kept[place].or_else(|| self.has_install_script().then_some("true"))
                }
                _ => self.kept[place],
            };
            let Some(value) = value else { continue };
            if place > 0 && out.last() != Some(&b'{') {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
            if place == DIST {
                base = self.write_moved(self.dist, path, out);
            } else {
                out.extend_from_slice(value.as_bytes());
            }
        }
        out.extend_from_slice(b"},");
        Span { start, base, end: out.len() }
    }

    /// Writes `outer` with the tarball's URL replaced; answers where the base goes.
    fn write_moved(&self, outer: &str, path: &str, out: &mut Vec<u8>) -> usize {
        let from = offset(outer, self.tarball);
        out.extend_from_slice(&outer.as_bytes()[..from]);
        out.push(b'"');
        let base = out.len();
        out.extend_from_slice(path.as_bytes());
        out.push(b'"');
        out.extend_from_slice(&outer.as_bytes()[from + self.tarball.len()..]);
        base
    }

    /// Full documents do not say whether a version runs scripts at install time; their scripts do.
    fn has_install_script(&self) -> bool {
        let Ok([Some(scripts)]) = pick(self.json, &["scripts"]) else { return false };
        pick(scripts, &["preinstall", "install", "postinstall"])
            .is_ok_and(|scripts| scripts.iter().any(|script| script.is_some_and(|raw| raw != "\"\"")))
    }
}

/// Gives a manifest its deprecation message, or takes it away (`None` or an empty message).
pub fn with_deprecated(manifest: &str, message: Option<&str>) -> Result<String, serde_json::Error> {
    let mut object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(manifest)?;
    match message.filter(|message| !message.is_empty()) {
        Some(message) => object.insert("deprecated".to_owned(), message.into()),
        None => object.remove("deprecated"),
    };
    Ok(serde_json::Value::Object(object).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(json: &str) -> (String, String) {
        let manifest = Manifest::read(json).unwrap();
        let mut text = Vec::new();
        let full = manifest.write_full("\"1.0.0\"", "a/-/a-1.0.0.tgz", &mut text);
        let short = manifest.write_abbreviated("\"1.0.0\"", "a/-/a-1.0.0.tgz", &mut text);
        let spliced = |span: Span| {
            let part = |from: usize, to: usize| String::from_utf8(text[from..to].to_vec()).unwrap();
            format!("{}http://h/{}", part(span.start, span.base), part(span.base, span.end))
        };
        (spliced(full), spliced(short))
    }

    #[test]
    fn both_forms_carry_the_tarball_below_the_base() {
        let (full, short) = forms(
            r#"{"name":"a","version":"1.0.0","description":"d","scripts":{"install":"x"},"dist":{"shasum":"00","tarball":"https:\/\/up/a.tgz","x":1},"bundledDependencies":["b"],"dependencies":{"b":"1"}}"#,
        );
        assert_eq!(
            full,
            r#""1.0.0":{"name":"a","version":"1.0.0","description":"d","scripts":{"install":"x"},"dist":{"shasum":"00","tarball":"http://h/a/-/a-1.0.0.tgz","x":1},"bundledDependencies":["b"],"dependencies":{"b":"1"}},"#
        );
        assert_eq!(
            short,
            r#""1.0.0":{"name":"a","version":"1.0.0","dependencies":{"b":"1"},"bundleDependencies":["b"],"dist":{"shasum":"00","tarball":"http://h/a/-/a-1.0.0.tgz","x":1},"hasInstallScript":true},"#
        );
    }

    #[test]
    fn a_manifest_without_name_still_abbreviates_to_an_object() {
        let (_, short) = forms(r#"{"dist":{"tarball":"x"}}"#);
        assert_eq!(short, r#""1.0.0":{"dist":{"tarball":"http://h/a/-/a-1.0.0.tgz"}},"#);
    }

    #[test]
    fn manifests_without_a_tarball_are_left_out() {
        for json in ["{}", r#"{"dist":{}}"#, r#"{"dist":{"tarball":1}}"#, r#"{"dist":[]}"#, "[]", "null"] {
            assert!(Manifest::read(json).is_none(), "{json}");
        }
    }

    #[test]
    fn a_deprecation_is_set_replaced_and_taken_away() {
        let set = with_deprecated(r#"{"name":"a"}"#, Some("old")).unwrap();
        assert_eq!(set, r#"{"deprecated":"old","name":"a"}"#);
        assert_eq!(with_deprecated(&set, Some("")).unwrap(), r#"{"name":"a"}"#);
        assert_eq!(with_deprecated(&set, None).unwrap(), r#"{"name":"a"}"#);
    }
}
