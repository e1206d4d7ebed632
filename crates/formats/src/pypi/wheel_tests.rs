//! Wheels of every kind, whole and broken.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use flate2::Crc;

use super::*;

struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    fn new() -> Self {
        Self { bytes: Vec::new(), directory: Vec::new(), count: 0 }
    }

    fn add(&mut self, name: &str, content: &[u8], deflated: bool) {
        let packed = if deflated {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        } else {
            content.to_vec()
        };
        let mut crc = Crc::new();
        crc.update(content);
        let offset = u32::try_from(self.bytes.len()).unwrap();
        let mut common = Vec::new();
        common.extend_from_slice(&[20, 0, 0, 0, if deflated { 8 } else { 0 }, 0, 0, 0, 0, 0]);
        common.extend_from_slice(&crc.sum().to_le_bytes());
        common.extend_from_slice(&u32::try_from(packed.len()).unwrap().to_le_bytes());
        common.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
        common.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend_from_slice(&[0, 0]);
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&common);
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.extend_from_slice(&packed);
        self.directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        self.directory.extend_from_slice(&common);
        self.directory.extend_from_slice(&[0; 10]);
        self.directory.extend_from_slice(&offset.to_le_bytes());
        self.directory.extend_from_slice(name.as_bytes());
        self.count = self.count.saturating_add(1);
    }

    fn finish(mut self, comment: &[u8]) -> Vec<u8> {
        let offset = u32::try_from(self.bytes.len()).unwrap();
        let size = u32::try_from(self.directory.len()).unwrap();
        self.bytes.append(&mut self.directory);
        self.bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend_from_slice(&self.count.to_le_bytes());
        self.bytes.extend_from_slice(&self.count.to_le_bytes());
        self.bytes.extend_from_slice(&size.to_le_bytes());
        self.bytes.extend_from_slice(&offset.to_le_bytes());
        self.bytes.extend_from_slice(&u16::try_from(comment.len()).unwrap().to_le_bytes());
        self.bytes.extend_from_slice(comment);
        self.bytes
    }
}

fn project() -> ProjectName {
    ProjectName::parse("acme-demo").unwrap()
}

fn metadata(archive: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    find(archive, &project(), Sought::WheelMetadata)
}

fn wheel(deflated: bool) -> Zip {
    let mut zip = Zip::new();
    zip.add("acme_demo/__init__.py", b"x = 1\n", true);
    zip.add("other-1.0.dist-info/METADATA", b"not this", true);
    zip.add("acme_demo/vendor/acme_demo-1.0.dist-info/METADATA", b"nor this", true);
    zip.add("Acme.Demo-1.0.dist-info/METADATA", b"Name: acme-demo\n", deflated);
    zip
}

#[test]
fn metadata_is_found_packed_and_not_behind_a_comment_or_none() {
    for deflated in [true, false] {
        for comment in [&b""[..], b"a comment", &vec![b'P'; 40_000]] {
            let archive = wheel(deflated).finish(comment);
            assert_eq!(metadata(&archive).unwrap(), b"Name: acme-demo\n");
        }
    }
}

#[test]
fn of_a_large_wheel_little_is_read() {
    let mut zip = Zip::new();
    let noise: Vec<u8> =
        (0..2_000_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    zip.add("acme_demo/data.bin", &noise, false);
    zip.add("acme_demo-1.0.dist-info/METADATA", b"Name: acme-demo\n", true);
    let archive = zip.finish(b"");
    let mut reading = Reading::new(&project(), Sought::WheelMetadata, archive.len() as u64);
    let (mut range, mut read) = (reading.first(), 0);
    loop {
        let (start, end) = (usize::try_from(range.start).unwrap(), usize::try_from(range.end).unwrap());
        read += end - start;
        match reading.give(&archive[start..end]).unwrap() {
            Step::Need(next) => range = next,
            Step::Done(file) => {
                assert_eq!(file, b"Name: acme-demo\n");
                break;
            }
        }
    }
    assert!(read < 20_000, "{read}");
}

#[test]
fn a_source_archive_has_its_metadata_in_its_only_folder() {
    let mut zip = Zip::new();
    zip.add("acme-demo-1.0/src/PKG-INFO", b"no", true);
    zip.add("acme-demo-1.0/PKG-INFO", b"yes", true);
    assert_eq!(find(&zip.finish(b""), &project(), Sought::SourceMetadata).unwrap(), b"yes");
}

#[test]
fn a_hundred_thousand_files_are_looked_through() {
    let mut zip = Zip::new();
    for number in 0..100_000 {
        zip.add(&format!("acme_demo/{number}"), b"", false);
    }
    zip.add("acme_demo-1.0.dist-info/METADATA", b"Name: a\n", true);
    // The count of a small record ends at 65,535; then a large record says more, which this archive lacks.
    assert_eq!(metadata(&zip.finish(b"")), Err(ArchiveError::Broken));
    let mut zip = Zip::new();
    for number in 0..60_000 {
        zip.add(&format!("acme_demo/{number}"), b"", false);
    }
    zip.add("acme_demo-1.0.dist-info/METADATA", b"Name: a\n", true);
    assert_eq!(metadata(&zip.finish(b"")).unwrap(), b"Name: a\n");
}

#[test]
fn what_is_promised_too_small_is_not_unpacked() {
    let mut zip = Zip::new();
    zip.add("acme_demo-1.0.dist-info/METADATA", &vec![0; 1 << 20], true);
    let mut archive = zip.finish(b"");
    let at = archive.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    archive[at + 24..at + 28].copy_from_slice(&100_u32.to_le_bytes());
    assert_eq!(metadata(&archive), Err(ArchiveError::Broken));
    archive[at + 24..at + 28].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    assert_eq!(metadata(&archive), Err(ArchiveError::TooLarge));
}

#[test]
fn two_files_of_the_name_and_none_are_absent() {
    let mut zip = wheel(true);
    zip.add("acme_demo-2.0.dist-info/METADATA", b"Name: acme-demo\n", true);
    assert_eq!(metadata(&zip.finish(b"")), Err(ArchiveError::Absent));
    let mut zip = Zip::new();
    zip.add("../acme_demo-1.0.dist-info/METADATA", b"", true);
    zip.add("/etc/passwd", b"", true);
    assert_eq!(metadata(&zip.finish(b"")), Err(ArchiveError::Absent));
}

#[test]
fn broken_archives_are_refused_wherever_they_break() {
    let whole = wheel(true).finish(b"");
    for end in 0..whole.len() {
        assert!(metadata(&whole[..end]).is_err(), "{end}");
    }
    // Whatever a byte says: no panic, and nothing else than the metadata.
    for at in 0..whole.len() {
        for value in [0, 0x7f, 0xff] {
            let mut broken = whole.clone();
            broken[at] = value;
            if let Ok(file) = metadata(&broken) {
                assert_eq!(file, b"Name: acme-demo\n", "{at}");
            }
        }
    }
}
