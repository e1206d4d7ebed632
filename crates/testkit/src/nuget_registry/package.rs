//! Packages for tests, and the forms that push them.

use std::io::Write as _;

use base64::Engine as _;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use sha2::{Digest as _, Sha512};

/// A package.
#[derive(Debug, Clone)]
pub struct Nupkg {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// SHA-512 of these, in base64.
    pub sha512: String,
}

/// Packs a package with a nuspec, a readme, a picture, a license and a library of this content.
pub fn nupkg(id: &str, version: &str, content: &str) -> Nupkg {
    Nupkg::of(id, version, &nuspec(id, version, ""), content)
}

impl Nupkg {
    /// The same with this nuspec.
    pub fn of(id: &str, version: &str, nuspec: &str, content: &str) -> Self {
        let bytes = zip(&[
            ("_rels/.rels", b"<Relationships/>"),
            (&format!("{id}.nuspec"), nuspec.as_bytes()),
            ("lib/netstandard2.0/kit.dll", content.as_bytes()),
            ("docs/README.md", format!("# {id}\n").as_bytes()),
            ("icon.png", b"\x89PNG"),
            ("LICENSE.txt", b"do what you like"),
            ("[Content_Types].xml", b"<Types/>"),
        ]);
        let sha512 = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(&bytes));
        Self { id: id.to_owned(), version: version.to_owned(), bytes, sha512 }
    }
}

/// Writes a nuspec; `more` stands among its metadata.
pub fn nuspec(id: &str, version: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <package xmlns=\"http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd\"><metadata>\
         <id>{id}</id><version>{version}</version><authors>Acme, Friends</authors>\
         <description>{id} does things</description><tags>kit tools</tags>\
         <license type=\"file\">LICENSE.txt</license><icon>icon.png</icon><readme>docs\\README.md</readme>\
         <projectUrl>https://acme.example/</projectUrl>\
         <repository type=\"git\" url=\"https://git.example/kit\"/>\
         <dependencies><group targetFramework=\".NETStandard2.0\">\
         <dependency id=\"Other.Kit\" version=\"1.0.0\"/></group></dependencies>{more}</metadata></package>"
    )
}

/// Puts a package into the form that NuGet 5 sends, with its boundary in quotes and the names without; gives the
/// Content-Type, too.
pub fn form(package: &[u8]) -> (String, Vec<u8>) {
    let boundary = "9937e5c0-d34d-4439-a940-b3806217f530";
    let mut body = format!(
        "--{boundary}\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: form-data; name=package; filename=package.nupkg; filename*=utf-8''package.nupkg\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(package);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary=\"{boundary}\""), body)
}

/// Packs files into a zip archive.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let four = |length: usize| u32::try_from(length).expect("test archives are small").to_le_bytes();
    let two = |length: usize| u16::try_from(length).expect("test archives have few files").to_le_bytes();
    for (name, content) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).expect("memory takes every byte");
        let packed = encoder.finish().expect("memory takes every byte");
        let mut crc = Crc::new();
        crc.update(content);
        let mut common = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        common.extend(crc.sum().to_le_bytes());
        common.extend(four(packed.len()));
        common.extend(four(content.len()));
        common.extend(two(name.len()));
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(four(bytes.len()));
        directory.extend(name.as_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(packed);
    }
    let start = bytes.len();
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(two(files.len()));
    bytes.extend(two(files.len()));
    bytes.extend(four(directory.len()));
    bytes.extend(four(start));
    bytes.extend([0, 0]);
    bytes
}
