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
    /// The text of `dist.attestations.url` likewise.
    attestations: Option<&'a str>,
    dist: &'a str,
    pub integrity: Option<String>,
    pub shasum: Option<String>,
}

/// Where one form of a manifest lies in a buffer, and where in it the repository's base URL goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub start: usize,
    pub bases: Bases,
    pub end: usize,
}

/// The places of the base URL, in ascending order: that of the tarball's URL, and that of the attestations' where a
/// version has some.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bases {
    pub first: usize,
    pub second: Option<usize>,
}

/// What the URLs of a version lead to below the base.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paths<'a> {
    pub tarball: &'a str,
    pub attestations: &'a str,
}

impl<'a> Manifest<'a> {
    /// Reads a manifest; one without a tarball cannot be installed and is `None`, as is one that is no object.
    pub(super) fn read(json: &'a str) -> Option<Self> {
        let kept = pick(json, &ABBREVIATED).ok()?;
        let dist = kept[DIST]?;
        let [tarball, integrity, shasum, attestations] =
            pick(dist, &["tarball", "integrity", "shasum", "attestations"]).ok()?;
        let is_text = |raw: &&str| raw.starts_with('"');
        let tarball = tarball.filter(is_text)?;
        let attestations = attestations.and_then(|raw| pick(raw, &["url"]).ok()).and_then(|[url]| url);
        Some(Self {
            json,
            kept,
            tarball,
            attestations: attestations.filter(is_text),
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

    /// Whether it names attestations.
    pub(super) fn is_attested(&self) -> bool {
        self.attestations.is_some()
    }

    /// Appends `"version":{…},` with everything, its URLs moved to `paths` below the base.
    pub(super) fn write_full(&self, key: &str, paths: Paths<'_>, out: &mut Vec<u8>) -> Span {
        let start = out.len();
        out.extend_from_slice(key.as_bytes());
        out.push(b':');
        let bases = self.write_moved(self.json, paths, out);
        out.push(b',');
        Span { start, bases, end: out.len() }
    }

    /// Appends `"version":{…},` with what an installer needs.
    pub(super) fn write_abbreviated(&self, key: &str, paths: Paths<'_>, out: &mut Vec<u8>) -> Span {
        let start = out.len();
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b":{");
        let mut bases = Bases { first: start, second: None };
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
                bases = self.write_moved(self.dist, paths, out);
            } else {
                out.extend_from_slice(value.as_bytes());
            }
        }
        out.extend_from_slice(b"},");
        Span { start, bases, end: out.len() }
    }

    /// Writes `outer` with its URLs replaced; answers where the base goes.
    fn write_moved(&self, outer: &str, paths: Paths<'_>, out: &mut Vec<u8>) -> Bases {
        let mut urls = vec![(offset(outer, self.tarball), self.tarball, paths.tarball)];
        urls.extend(self.attestations.map(|url| (offset(outer, url), url, paths.attestations)));
        urls.sort_unstable();
        let mut from = 0;
        let mut bases = Vec::with_capacity(2);
        for (at, url, path) in urls {
            out.extend_from_slice(&outer.as_bytes()[from..at]);
            out.push(b'"');
            bases.push(out.len());
            out.extend_from_slice(path.as_bytes());
            out.push(b'"');
            from = at + url.len();
        }
        out.extend_from_slice(&outer.as_bytes()[from..]);
        Bases { first: bases[0], second: bases.get(1).copied() }
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
        let paths = Paths { tarball: "a/-/a-1.0.0.tgz", attestations: "-/attestations/a@1.0.0" };
        let full = manifest.write_full("\"1.0.0\"", paths, &mut text);
        let short = manifest.write_abbreviated("\"1.0.0\"", paths, &mut text);
        let spliced = |span: Span| {
            let part = |from: usize, to: usize| String::from_utf8(text[from..to].to_vec()).unwrap();
            let Bases { first, second } = span.bases;
            let head = part(span.start, first);
            match second {
                None => format!("{head}http://h/{}", part(first, span.end)),
                Some(second) => {
                    format!("{head}http://h/{}http://h/{}", part(first, second), part(second, span.end))
                }
            }
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
    fn attestations_are_found_below_the_base_as_well() {
        for dist in [
            r#"{"tarball":"u","attestations":{"url":"https://up/x","provenance":{}}}"#,
            r#"{"attestations":{"provenance":{},"url":"https://up/x"},"tarball":"u"}"#,
        ] {
            let (full, short) = forms(&format!(r#"{{"dist":{dist}}}"#));
            let moved = dist.replace("https://up/x", "http://h/-/attestations/a@1.0.0");
            let moved = moved.replace("\"u\"", "\"http://h/a/-/a-1.0.0.tgz\"");
            assert_eq!(full, format!(r#""1.0.0":{{"dist":{moved}}},"#));
            assert_eq!(short, full);
        }
        for odd in ["1", "[]", r#"{"url":1}"#, "{}", r#"{"provenance":"https://x"}"#] {
            let (full, _) = forms(&format!(r#"{{"dist":{{"tarball":"u","attestations":{odd}}}}}"#));
            assert!(full.contains(&format!(r#""attestations":{odd}"#)), "{full}");
        }
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
