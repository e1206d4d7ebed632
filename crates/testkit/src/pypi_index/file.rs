//! Made-up distribution files: real archives with metadata in them.

use flate2::write::GzEncoder;
use flate2::{Compression, Crc};
use sha2::{Digest as _, Sha256};
use std::io::Write as _;

/// A file of a made-up index, and what its page says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its metadata.
    pub metadata: String,
    /// Which versions of Python it is for.
    pub requires_python: Option<String>,
    /// When it was uploaded.
    pub upload_time: Option<String>,
    /// Why it was yanked.
    pub yanked: Option<String>,
}

impl DistFile {
    /// The SHA-256 of its bytes in hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&self.bytes)
    }

    /// The same file, yanked.
    #[must_use]
    pub fn yanked(mut self, reason: &str) -> Self {
        self.yanked = Some(reason.to_owned());
        self
    }

    /// The same file, uploaded at another time.
    #[must_use]
    pub fn uploaded(mut self, time: &str) -> Self {
        self.upload_time = Some(time.to_owned());
        self
    }

    fn of(name: String, bytes: Vec<u8>, metadata: String) -> Self {
        Self {
            name,
            bytes,
            metadata,
            requires_python: Some(">=3.8".to_owned()),
            upload_time: Some("2024-01-02T03:04:05.678901Z".to_owned()),
            yanked: None,
        }
    }
}

/// Makes a wheel; its content is there to tell wheels of one version apart, by its tag.
pub fn wheel(project: &str, version: &str, tag: &str, content: &[u8]) -> DistFile {
    let stem = project.replace(['-', '.'], "_");
    let metadata = metadata(project, version);
    let folder = format!("{stem}-{version}.dist-info");
    let files = [
        (format!("{stem}/__init__.py"), content.to_vec()),
        (format!("{folder}/METADATA"), metadata.clone().into_bytes()),
        (format!("{folder}/WHEEL"), b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n".to_vec()),
        (format!("{folder}/RECORD"), Vec::new()),
    ];
    DistFile::of(format!("{stem}-{version}-{tag}.whl"), zip(&files), metadata)
}

/// Makes a source distribution.
pub fn sdist(project: &str, version: &str) -> DistFile {
    let stem = project.replace(['-', '.'], "_");
    let metadata = metadata(project, version);
    let mut archive = Vec::new();
    entry(&mut archive, &format!("{stem}-{version}/PKG-INFO"), metadata.as_bytes());
    entry(&mut archive, &format!("{stem}-{version}/pyproject.toml"), b"");
    archive.resize(archive.len() + 1024, 0);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&archive).expect("memory takes every byte");
    let bytes = encoder.finish().expect("memory takes every byte");
    DistFile::of(format!("{stem}-{version}.tar.gz"), bytes, metadata)
}

fn metadata(project: &str, version: &str) -> String {
    format!(
        "Metadata-Version: 2.4\nName: {project}\nVersion: {version}\nSummary: A made-up {project}\n\
         License-Expression: MIT\nRequires-Python: >=3.8\nRequires-Dist: left-pad>=1 ; extra == \"x\"\n\
         Project-URL: Source, https://git.example/{project}\nDescription-Content-Type: text/markdown\n\n# {project}\n"
    )
}

/// Makes a zip archive whose files are not packed.
pub fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let four = |length: usize| u32::try_from(length).expect("archives of tests are small").to_le_bytes();
    for (name, content) in files {
        let offset = four(bytes.len());
        let mut crc = Crc::new();
        crc.update(content);
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend_from_slice(&crc.sum().to_le_bytes());
        common.extend_from_slice(&four(content.len()));
        common.extend_from_slice(&four(content.len()));
        common.extend_from_slice(&four(name.len())[..2]);
        common.extend_from_slice(&[0, 0]);
        for part in [&b"PK\x03\x04"[..], &common, name.as_bytes(), content] {
            bytes.extend_from_slice(part);
        }
        for part in [&b"PK\x01\x02\x14\x00"[..], &common, &[0; 10], &offset, name.as_bytes()] {
            directory.extend_from_slice(part);
        }
    }
    let count = &four(files.len())[..2];
    let (offset, length) = (four(bytes.len()), four(directory.len()));
    for part in [&directory[..], b"PK\x05\x06\0\0\0\0", count, count, &length, &offset, &[0, 0]] {
        bytes.extend_from_slice(part);
    }
    bytes
}

fn entry(archive: &mut Vec<u8>, path: &str, content: &[u8]) {
    let mut header = [0_u8; 512];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[148..156].fill(b' ');
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    archive.extend_from_slice(&header);
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(512), 0);
}

pub(super) fn hex(bytes: &[u8]) -> String {
    format!("{:02x?}", Sha256::digest(bytes).as_slice()).chars().filter(char::is_ascii_hexdigit).collect()
}
