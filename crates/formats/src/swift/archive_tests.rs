//! Archives that are taken, and those that are not.

use super::*;
use crate::zip::{self, part};

/// A file of an archive: its path, its mode (0 for none), its bytes, and the size that the directory claims.
struct File {
    path: &'static str,
    mode: u32,
    bytes: Vec<u8>,
    claimed: Option<u32>,
}

fn file(path: &'static str, text: &str) -> File {
    File { path, mode: 0o100_644, bytes: text.as_bytes().to_vec(), claimed: None }
}

fn pack(files: &[File]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let mut crc = flate2::Crc::new();
        crc.update(&file.bytes);
        let offset = u32::try_from(archive.len()).unwrap();
        let length = u32::try_from(file.bytes.len()).unwrap();
        let name = u16::try_from(file.path.len()).unwrap();
        let mut fields = Vec::new();
        fields.extend_from_slice(&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        fields.extend_from_slice(&crc.sum().to_le_bytes());
        fields.extend_from_slice(&length.to_le_bytes());
        fields.extend_from_slice(&file.claimed.unwrap_or(length).to_le_bytes());
        fields.extend_from_slice(&name.to_le_bytes());
        fields.extend_from_slice(&[0, 0]);
        archive.extend_from_slice(b"PK\x03\x04");
        archive.extend_from_slice(&fields);
        archive.extend_from_slice(file.path.as_bytes());
        archive.extend_from_slice(&file.bytes);
        directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        directory.extend_from_slice(&fields);
        // The comment's length, the disk, and attributes of the file's system and of Unix.
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&(file.mode << 16).to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(file.path.as_bytes());
    }
    let start = u32::try_from(archive.len()).unwrap();
    let count = u16::try_from(files.len()).unwrap();
    archive.extend_from_slice(&directory);
    archive.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    archive.extend_from_slice(&[count.to_le_bytes(), count.to_le_bytes()].concat());
    archive.extend_from_slice(&u32::try_from(directory.len()).unwrap().to_le_bytes());
    archive.extend_from_slice(&start.to_le_bytes());
    archive.extend_from_slice(&[0, 0]);
    archive
}

fn look(files: &[File]) -> Result<(Vec<u8>, Outline), ArchiveError> {
    let archive = pack(files);
    let directory = zip::directory(&archive)?;
    let outline = outline(&directory, archive.len() as u64)?;
    Ok((archive, outline))
}

fn refusal(files: Vec<File>) -> ArchiveError {
    let mut all = vec![file("Kit/Package.swift", "x")];
    all.extend(files);
    look(&all).unwrap_err()
}

#[test]
fn the_manifests_of_a_package_are_found() {
    let files = [
        file("Kit/Package@swift-5.7.swift", "five"),
        file("Kit/Sources/Package.swift", "not this"),
        File { path: "Kit/", mode: 0o040_755, bytes: vec![], claimed: None },
        file("Kit/Package.swift", "plain"),
        File { path: "Kit/Docs/link", mode: 0o120_777, bytes: b"../Sources".to_vec(), claimed: None },
    ];
    let (archive, outline) = look(&files).unwrap();
    let texts: Vec<(String, Vec<u8>)> = outline
        .manifests
        .iter()
        .map(|(file, place)| (file.clone(), place.unpack(part(&archive, &place.range).unwrap()).unwrap()))
        .collect();
    let expected = [("Package.swift", &b"plain"[..]), ("Package@swift-5.7.swift", b"five")];
    assert_eq!(texts, expected.map(|(file, text)| (file.to_owned(), text.to_vec())));
    assert_eq!(outline.links.len(), 1);
    let (path, place) = &outline.links[0];
    check_link_size(path, place).unwrap();
    check_link(path, &place.unpack(part(&archive, &place.range).unwrap()).unwrap()).unwrap();
    let (_, at_top) = look(&[file("Package.swift", "x"), file("Sources/Package.swift", "y")]).unwrap();
    assert_eq!(at_top.manifests.len(), 1);
}

#[test]
fn archives_that_are_no_packages_are_refused() {
    assert_eq!(look(&[file("Kit/README.md", "x")]).unwrap_err(), ArchiveError::NoManifest);
    assert_eq!(look(&[file("a/b/Package.swift", "x")]).unwrap_err(), ArchiveError::NoManifest);
    assert_eq!(refusal(vec![file("Other/Package.swift", "x")]), ArchiveError::Folders);
    let large = File { claimed: Some(2 << 20), ..file("Kit/Package@swift-5.swift", "x") };
    assert_eq!(refusal(vec![large]), ArchiveError::ManifestSize("Package@swift-5.swift".into()));
    let link = File { mode: 0o120_777, ..file("Kit/Package@swift-5.swift", "Package.swift") };
    assert_eq!(refusal(vec![link]), ArchiveError::ManifestLink("Package@swift-5.swift".into()));
    assert!(matches!(zip::directory(b"not a zip"), Err(ZipError::Broken)));
}

#[test]
fn paths_stay_inside() {
    for path in ["../x", "Kit/../../x", "/etc/passwd", "Kit\\..\\x", "C:/x", "Kit/a\nb", "/", "./"] {
        assert!(matches!(refusal(vec![file(path, "x")]), ArchiveError::Path(_)), "{path}");
    }
    assert!(matches!(refusal(vec![file("Kit/./Package.swift", "x")]), ArchiveError::Twice(_)));
    let device = File { mode: 0o020_666, ..file("Kit/null", "") };
    assert!(matches!(refusal(vec![device]), ArchiveError::Kind(_)));
    let link = File { mode: 0o120_777, ..file("Kit/link", "Sources") };
    assert!(matches!(refusal(vec![link, file("Kit/link/x", "x")]), ArchiveError::Twice(_)));
}

#[test]
fn bombs_are_refused() {
    let claims = |bytes: u32| File { claimed: Some(bytes), ..file("Kit/zeros", "x") };
    assert_eq!(refusal(vec![claims(3 << 30)]), ArchiveError::Bomb);
    assert!(look(&[file("Kit/Package.swift", "x"), claims(1 << 29)]).is_ok());
    let many: Vec<File> = (0..=LINKS_MAX)
        .map(|number| {
            let path: &'static str = Box::leak(format!("Kit/{number}").into_boxed_str());
            File { mode: 0o120_777, ..file(path, "x") }
        })
        .collect();
    assert_eq!(refusal(many), ArchiveError::Links);
}

#[test]
fn links_stay_inside() {
    for (path, target) in
        [("Kit/a", "b"), ("Kit/a", "../b"), ("Kit/a/b", "../../Kit/c"), ("Kit/a", "./b/c"), ("Kit/a", "b/")]
    {
        assert_eq!(check_link(path, target.as_bytes()), Ok(()), "{path} {target}");
    }
    for (path, target) in [
        ("Kit/a", "../../b"),
        ("a", "../b"),
        ("Kit/a", "/etc/passwd"),
        ("Kit/a", ""),
        ("Kit/a", "b/../../c"),
        ("Kit/a", "b\\c"),
        ("Kit/a", "C:x"),
    ] {
        assert!(check_link(path, target.as_bytes()).is_err(), "{path} {target}");
    }
    assert!(check_link("Kit/a", b"\xff").is_err());
}
