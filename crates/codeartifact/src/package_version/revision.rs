//! The revision of a package version: a name for its exact content.
//!
//! A pure function of assets and metadata. Status, dist-tags, deprecation and a manifest's `flags` are not part of it,
//! and neither is where a manifest says that its tarball lies; so the same version has the same revision in every repository.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Asset;

/// Computes the revision of a version with these assets and this manifest.
///
/// 44 characters: base64 of a SHA-256 digest (user guide, by example).
pub fn revision(assets: &[Asset], manifest: &str) -> String {
    let mut content: Vec<(&str, &str)> =
        assets.iter().map(|asset| (asset.name.as_str(), asset.sha256.as_str())).collect();
    content.sort_unstable();
    let mut digest = Sha256::new();
    for (name, sha256) in content {
        part(&mut digest, name);
        part(&mut digest, sha256);
    }
    part(&mut digest, &canonical(manifest));
    STANDARD.encode(digest.finalize())
}

fn part(digest: &mut Sha256, text: &str) {
    // Lengths first, so that no two lists of parts run together to the same bytes.
    digest.update((text.len() as u64).to_be_bytes());
    digest.update(text.as_bytes());
}

/// Brings a JSON manifest into one spelling, without what does not belong to the content: `deprecated`, the address of
/// the tarball, and `flags`, where a format keeps what may change beside the content (that files were yanked, say).
fn canonical(manifest: &str) -> String {
    let Ok(serde_json::Value::Object(mut members)) = serde_json::from_str(manifest) else {
        return manifest.to_owned();
    };
    members.remove("deprecated");
    members.remove("flags");
    if let Some(dist) = members.get_mut("dist").and_then(serde_json::Value::as_object_mut) {
        dist.remove("tarball");
    }
    serde_json::Value::Object(members).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(name: &str, digit: char) -> Asset {
        Asset { name: name.into(), sha256: digit.to_string().repeat(64), ..Asset::default() }
    }

    #[test]
    fn the_order_of_assets_and_members_does_not_matter() {
        let one = revision(&[asset("a", '1'), asset("b", '2')], r#"{"name":"x","version":"1.0.0"}"#);
        let two = revision(&[asset("b", '2'), asset("a", '1')], r#"{ "version":"1.0.0", "name":"x" }"#);
        assert_eq!(one, two);
        assert_eq!(one.len(), 44);
    }

    #[test]
    fn every_change_of_content_changes_it_and_nothing_else_does() {
        let base = revision(&[asset("a", '1')], r#"{"dist":{"tarball":"http://here/a.tgz"},"x":1}"#);
        assert_ne!(base, revision(&[asset("a", '2')], r#"{"dist":{"tarball":"http://here/a.tgz"},"x":1}"#));
        assert_ne!(base, revision(&[asset("c", '1')], r#"{"dist":{"tarball":"http://here/a.tgz"},"x":1}"#));
        assert_ne!(base, revision(&[asset("a", '1')], r#"{"dist":{"tarball":"http://here/a.tgz"},"x":2}"#));
        let moved =
            r#"{"deprecated":"old","flags":{"yanked":["a"]},"dist":{"tarball":"http://there/a.tgz"},"x":1}"#;
        assert_eq!(base, revision(&[asset("a", '1')], moved));
    }
}
