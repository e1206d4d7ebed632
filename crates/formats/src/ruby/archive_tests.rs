//! Gems that are whole, and gems that are not.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

const SPEC: &str = "--- !ruby/object:Gem::Specification\nname: kit\nversion: !ruby/object:Gem::Version\n  version: '1.0'\nplatform: ruby\nsummary: A kit\n";

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn entry(path: &str, kind: u8, link: &str, content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[156] = kind;
    header[157..157 + link.len()].copy_from_slice(link.as_bytes());
    header[148..156].fill(b' ');
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header.extend(content);
    header.resize(header.len().next_multiple_of(512), 0);
    header
}

fn tar(entries: &[(&str, u8, &str, &[u8])]) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        entries.iter().flat_map(|(path, kind, link, content)| entry(path, *kind, link, content)).collect();
    bytes.extend([0; 1024]);
    bytes
}

fn gem(spec: &str, data: &[(&str, u8, &str, &[u8])], more: &[(&str, &[u8])]) -> Vec<u8> {
    let (metadata, data) = (packed(spec.as_bytes()), packed(&tar(data)));
    let mut parts: Vec<(&str, u8, &str, &[u8])> =
        vec![(METADATA, b'0', "", &metadata), (DATA, b'0', "", &data)];
    parts.extend(more.iter().map(|(name, content)| (*name, b'0', "", *content)));
    tar(&parts)
}

fn read(gem: &[u8]) -> Result<Gemspec, ArchiveError> {
    read_within(gem, Limits::default(), 4096)
}

fn read_within(gem: &[u8], limits: Limits, step: usize) -> Result<Gemspec, ArchiveError> {
    let mut reader = Reader::new(limits);
    for bytes in gem.chunks(step) {
        reader.feed(bytes)?;
    }
    reader.finish()
}

#[test]
fn a_gem_is_read_however_it_arrives() {
    let sums =
        format!("---\nSHA256:\n  metadata.gz: {}\n", hexadecimal(&Sha256::digest(packed(SPEC.as_bytes()))));
    let files: &[(&str, u8, &str, &[u8])] =
        &[("lib/kit.rb", b'0', "", b"X = 1"), ("lib/link.rb", b'2', "kit.rb", b""), ("bin", b'5', "", b"")];
    let whole = gem(SPEC, files, &[(CHECKSUMS, &packed(sums.as_bytes())), ("metadata.gz.sig", b"signed")]);
    for step in [1, 511, 513, 1 << 20] {
        let spec = read_within(&whole, Limits::default(), step).unwrap();
        assert_eq!((spec.gem().file().as_str(), spec.summary.as_deref()), ("kit-1.0.gem", Some("A kit")));
    }
}

#[test]
fn a_gem_that_breaks_off_is_none() {
    let whole = gem(SPEC, &[("a", b'0', "", b"x")], &[]);
    for end in (0..whole.len() - 1024).step_by(97) {
        assert!(read(&whole[..end]).is_err(), "{end}");
    }
}

#[test]
fn entries_that_leave_the_gem_are_refused() {
    for (path, kind, link) in [
        ("../a", b'0', ""),
        ("/etc/passwd", b'0', ""),
        ("a/../../b", b'0', ""),
        ("a\\b", b'0', ""),
        ("lib/a", b'2', "../../b"),
        ("lib/a", b'2', "/etc/passwd"),
    ] {
        let refused = read(&gem(SPEC, &[(path, kind, link, b"")], &[])).unwrap_err();
        assert!(matches!(refused, ArchiveError::Outside(_)), "{path} {refused}");
    }
    let device = read(&gem(SPEC, &[("null", b'3', "", b"")], &[])).unwrap_err();
    assert!(matches!(device, ArchiveError::NotAFile(_)));
}

#[test]
fn there_is_an_end_to_what_may_be_inside() {
    let limits = Limits { unpacked_bytes_max: 4096, entries_max: 3 };
    let bomb = gem(SPEC, &[("a", b'0', "", &vec![0; 100_000])], &[]);
    assert!(matches!(read_within(&bomb, limits, 512).unwrap_err(), ArchiveError::TooLarge(..)));
    let many = vec![("a", b'0', "", &b""[..]); 4];
    assert_eq!(
        read_within(&gem(SPEC, &many, &[]), limits, 512).unwrap_err(),
        ArchiveError::TooManyEntries(3)
    );
    let long = format!("{SPEC}description: {}\n", "x".repeat(5 << 20));
    assert!(matches!(read(&gem(&long, &[], &[])).unwrap_err(), ArchiveError::TooLarge(..)));
}

#[test]
fn what_is_not_a_gem_is_refused_with_a_reason() {
    let metadata = packed(SPEC.as_bytes());
    assert_eq!(read(&tar(&[(METADATA, b'0', "", &metadata)])).unwrap_err(), ArchiveError::Lacks(DATA));
    assert_eq!(
        read(&tar(&[(DATA, b'0', "", &packed(&tar(&[])))])).unwrap_err(),
        ArchiveError::Lacks(METADATA)
    );
    let twice = gem(SPEC, &[], &[(METADATA, &metadata)]);
    assert_eq!(read(&twice).unwrap_err(), ArchiveError::Twice(METADATA.to_owned()));
    let sums = packed(b"---\nSHA512:\n  data.tar.gz: 00\n");
    let other = gem(SPEC, &[], &[(CHECKSUMS, &sums)]);
    assert_eq!(read(&other).unwrap_err(), ArchiveError::Checksum(DATA, "SHA512"));
    assert!(matches!(read(b"no archive at all").unwrap_err(), ArchiveError::NotTar(_)));
    assert!(matches!(read(&[b'x'; 600]).unwrap_err(), ArchiveError::NotTar(_)));
    assert!(matches!(read(&gem("name: kit", &[], &[])).unwrap_err(), ArchiveError::Specification(_)));
}
