//! Archives of crates: what is found in them, and what of strangers' archives is refused.

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;

const MANIFEST: &str = "[package]\nname = \"kit\"\nversion = \"1.0.0\"\n";
const LIMITS: Limits = Limits { unpacked_bytes_max: 4 << 20, entries_max: 100 };

fn entry(archive: &mut Vec<u8>, path: &str, kind: u8, content: &[u8]) {
    let mut header = [0_u8; BLOCK_BYTES];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    archive.extend_from_slice(&header);
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(BLOCK_BYTES), 0);
}

fn archive(entries: &[(&str, u8, &str)]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (path, kind, content) in entries {
        entry(&mut archive, path, *kind, content.as_bytes());
    }
    archive.resize(archive.len() + 2 * BLOCK_BYTES, 0);
    archive
}

fn pack(archive: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(archive).unwrap();
    encoder.finish().unwrap()
}

fn read_in(packed: &[u8], step: usize) -> Result<Contents, ArchiveError> {
    let mut reader = Reader::new("kit-1.0.0", LIMITS);
    for bytes in packed.chunks(step) {
        reader.feed(bytes)?;
    }
    reader.finish()
}

fn read(entries: &[(&str, u8, &str)]) -> Result<Contents, ArchiveError> {
    read_in(&pack(&archive(entries)), 4096)
}

fn with_manifest(path: &str, kind: u8, content: &str) -> Result<Contents, ArchiveError> {
    read(&[("kit-1.0.0/Cargo.toml", b'0', MANIFEST), (path, kind, content)])
}

#[test]
fn manifest_and_readme_are_found_in_any_pieces() {
    let packed = pack(&archive(&[
        ("kit-1.0.0", b'5', ""),
        ("kit-1.0.0/README.md", b'0', "# kit"),
        ("kit-1.0.0/src/lib.rs", b'0', "pub fn f() {}"),
        ("kit-1.0.0/Cargo.toml", 0, MANIFEST),
        ("kit-1.0.0/docs/README.md", b'0', "elsewhere"),
    ]));
    for step in [1, 2, 3, 7, 64, 511, 512, 513, 100_000] {
        let contents = read_in(&packed, step).unwrap();
        assert_eq!(contents.manifest, MANIFEST);
        assert_eq!(contents.readmes, [("README.md".to_owned(), "# kit".to_owned())]);
        assert_eq!(contents.readme(None), Some("# kit"));
        assert_eq!((contents.readme(Some("./README.md")), contents.readme(Some("x"))), (Some("# kit"), None));
    }
}

#[test]
fn entries_that_would_leave_the_folder_are_refused() {
    for path in [
        "kit-1.0.0/../evil",
        "kit-1.0.0/a/../../evil",
        "../kit-1.0.0/x",
        "/etc/passwd",
        "kit-1.0.0x/a",
        "other-1.0.0/a",
        "kit-1.0.0/a\\..\\b",
        "kit-1.0.0/./Cargo.toml",
        "",
    ] {
        let error = with_manifest(path, b'0', "x").unwrap_err();
        assert!(matches!(error, ArchiveError::Outside { .. }), "{path}: {error}");
    }
    let pax = "27 path=kit-1.0.0/../../evil\n";
    let hidden = [("kit-1.0.0/Cargo.toml", b'0', MANIFEST), ("pax", b'x', pax), ("kit-1.0.0/fine", b'0', "")];
    assert!(matches!(read(&hidden), Err(ArchiveError::Outside { .. })));
    let gnu =
        [("kit-1.0.0/Cargo.toml", b'0', MANIFEST), ("@", b'L', "/evil\0"), ("kit-1.0.0/fine", b'0', "")];
    assert!(matches!(read(&gnu), Err(ArchiveError::Outside { .. })));
}

#[test]
fn links_and_devices_are_refused() {
    for kind in [b'1', b'2', b'3', b'4', b'6', b'7', b'S', b'K'] {
        let error = with_manifest("kit-1.0.0/link", kind, "").unwrap_err();
        assert!(matches!(error, ArchiveError::NotAFile(_)), "{}: {error}", char::from(kind));
    }
    assert!(with_manifest("kit-1.0.0/folder/", b'5', "").is_ok());
    assert!(with_manifest("remarks", b'g', "11 comment=x\n").is_ok());
}

#[test]
fn a_path_comes_once_whatever_its_letter_case() {
    let error = with_manifest("kit-1.0.0/cargo.TOML", b'0', "[package]").unwrap_err();
    assert!(matches!(error, ArchiveError::Twice(_)), "{error}");
}

#[test]
fn long_names_come_in_entries_of_their_own() {
    let long = format!("kit-1.0.0/{}/Cargo.toml", "folder".repeat(40));
    let entries = [("@", b'L', long.as_str()), ("cut", b'0', "no"), ("kit-1.0.0/Cargo.toml", b'0', MANIFEST)];
    assert_eq!(read(&entries).unwrap().manifest, MANIFEST);
    let pax = "30 mtime=1350244992.023960108\n30 path=kit-1.0.0/Cargo.toml\n";
    assert_eq!(read(&[("pax", b'x', pax), ("cut", b'0', MANIFEST)]).unwrap().manifest, MANIFEST);
}

#[test]
fn bombs_are_refused_while_they_unpack() {
    let zeros = pack(&vec![0_u8; 4 << 20]);
    assert!(zeros.len() < 128 << 10, "it is a bomb");
    let mut large = Vec::new();
    entry(&mut large, "kit-1.0.0/zeros", b'0', &vec![0; 5 << 20]);
    assert_eq!(read_in(&pack(&large), 4096), Err(ArchiveError::TooLarge(4 << 20)));
    // Zeros behind the end of an archive count as well.
    let mut trailing = archive(&[("kit-1.0.0/Cargo.toml", b'0', MANIFEST)]);
    trailing.resize(5 << 20, 0);
    assert_eq!(read_in(&pack(&trailing), 4096), Err(ArchiveError::TooLarge(4 << 20)));
    let paths: Vec<String> = (0..101).map(|number| format!("kit-1.0.0/{number}")).collect();
    let many: Vec<_> = paths.iter().map(|path| (path.as_str(), b'0', "")).collect();
    assert_eq!(read(&many), Err(ArchiveError::TooManyEntries(100)));
    let mut manifest = Vec::new();
    entry(&mut manifest, "kit-1.0.0/Cargo.toml", b'0', &vec![b'#'; 2 << 20]);
    assert!(matches!(read_in(&pack(&manifest), 4096), Err(ArchiveError::FileTooLarge(_))));
}

#[test]
fn a_hundred_thousand_entries_are_looked_through_and_one_more_is_not() {
    let of = |count: usize| {
        let mut archive = Vec::new();
        entry(&mut archive, "kit-1.0.0/Cargo.toml", b'0', MANIFEST.as_bytes());
        for number in 1..count {
            entry(&mut archive, &format!("kit-1.0.0/{number}"), b'0', b"");
        }
        // Packing so much would take most of the test's time.
        let mut tar = Tar::new("kit-1.0.0", Limits::of_crate(0));
        archive.chunks(64 << 10).try_for_each(|bytes| tar.take(bytes))?;
        tar.end()
    };
    assert_eq!(of(100_000).unwrap().manifest, MANIFEST);
    assert_eq!(of(100_001), Err(ArchiveError::TooManyEntries(100_000)));
}

#[test]
fn what_is_no_archive_is_refused() {
    assert!(matches!(read_in(b"not gzip at all, not even close", 9), Err(ArchiveError::Packing(_))));
    assert!(matches!(read_in(b"", 1), Err(ArchiveError::Packing(_) | ArchiveError::NoManifest)));
    assert_eq!(read(&[("kit-1.0.0/src/lib.rs", b'0', "")]), Err(ArchiveError::NoManifest));
    let whole = archive(&[("kit-1.0.0/src/lib.rs", b'0', "x"), ("kit-1.0.0/Cargo.toml", b'0', MANIFEST)]);
    for end in [1, 511, 513, 1025, 1700] {
        assert!(matches!(read_in(&pack(&whole[..end]), 64), Err(ArchiveError::Packing(_))), "{end}");
    }
    let packed = pack(&whole);
    for end in 0..packed.len() - 8 {
        assert!(read_in(&packed[..end], 64).is_err(), "{end}");
    }
    let mut odd = whole.clone();
    odd[0] = b'X';
    assert_eq!(read_in(&pack(&odd), 64), Err(ArchiveError::Header), "the checksum of a header is compared");
}
