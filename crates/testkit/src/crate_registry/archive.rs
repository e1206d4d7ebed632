//! Makes crates and what cargo sends to publish them, the same bytes each time.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;

/// A crate with what an index says about it.
#[derive(Debug, Clone)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The archive.
    pub bytes: Vec<u8>,
    /// Its SHA-256, lower-case hexadecimal.
    pub cksum: String,
}

/// Packs a library with this source.
pub fn krate(name: &str, version: &str, source: &str) -> Crate {
    let manifest = format!(
        "[package]\nedition = \"2021\"\nname = \"{name}\"\nversion = \"{version}\"\ndescription = \"{name} of the fixture\"\n\
         license = \"MIT\"\nhomepage = \"https://{name}.example/\"\nreadme = \"README.md\"\n"
    );
    let readme = format!("# {name}\n");
    let files = [("Cargo.toml", manifest.as_str()), ("README.md", &readme), ("src/lib.rs", source)];
    Crate::of(name, version, &files.map(|(path, text)| (format!("{name}-{version}/{path}"), text)))
}

impl Crate {
    /// Packs files by their whole paths.
    pub fn of(name: &str, version: &str, files: &[(String, &str)]) -> Self {
        let mut archive = Vec::new();
        for (path, text) in files {
            archive.extend_from_slice(&header(path, text.len()));
            archive.extend_from_slice(text.as_bytes());
            archive.resize(archive.len().next_multiple_of(512), 0);
        }
        archive.resize(archive.len() + 1024, 0);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&archive).expect("writing to memory does not fail");
        let bytes = encoder.finish().expect("writing to memory does not fail");
        let cksum = Sha256::digest(&bytes).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a text takes more text");
            text
        });
        Self { name: name.to_owned(), version: version.to_owned(), bytes, cksum }
    }

    /// Its line in an index, with other members.
    pub fn line(&self, more: Value) -> Value {
        let mut line = json!({
            "name": self.name, "vers": self.version, "deps": [], "features": {}, "cksum": self.cksum, "yanked": false,
        });
        extend(&mut line, more);
        line
    }
}

/// The body of a publish request for a crate; `more` are members of its metadata.
pub fn publication(of: &Crate, more: Value) -> Vec<u8> {
    let mut metadata = json!({
        "name": of.name, "vers": of.version, "deps": [], "features": {}, "authors": [], "description": "one of ours",
        "license": "MIT", "license_file": null, "readme": format!("# {}", of.name), "readme_file": "README.md",
        "keywords": [], "categories": [], "badges": {}, "links": null, "rust_version": null, "documentation": null,
        "homepage": null, "repository": "https://git.example/ours",
    });
    extend(&mut metadata, more);
    let metadata = metadata.to_string();
    let mut body = Vec::new();
    for part in [metadata.as_bytes(), &of.bytes] {
        body.extend_from_slice(&u32::try_from(part.len()).expect("test crates are small").to_le_bytes());
        body.extend_from_slice(part);
    }
    body
}

fn extend(value: &mut Value, more: Value) {
    let Value::Object(more) = more else { panic!("more members are an object") };
    value.as_object_mut().expect("it was made as an object").extend(more);
}

/// The 512 bytes before a file in an archive.
fn header(name: &str, size: usize) -> [u8; 512] {
    let mut header = [0_u8; 512];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    assert!(name.len() < 100, "names in test archives are short");
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{size:011o}\0"));
    put(136, "10512652304\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    header[148..156].copy_from_slice(sum.as_bytes());
    header
}
