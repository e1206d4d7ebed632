//! The rules of cargo: names and routes, the index, publish bodies, crates.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use formats::cargo::archive::{self, ArchiveError, Contents};
use formats::cargo::document::Document;
use formats::cargo::download::Configuration;
use formats::cargo::index::{Index, Line, Source};
use formats::cargo::manifest::Manifest;
use formats::cargo::name::CrateName;
use formats::cargo::publish::{BodyError, Limits, Reader};
use formats::cargo::route::Route;
use formats::cargo::version;

use super::endpoint::{furnish, send};
use crate::choices::Choices;
use crate::region::with_account;

pub(super) const ROUTE_WORDS: &[&str] = &[
    "config.json",
    "api/v1/crates",
    "/new",
    "/download",
    "/yank",
    "/owners",
    "/versions",
    "1.0.0",
    "1.0.0%2Bb",
    "3/a/abc",
    "se/rd/serde",
    "-",
    "_",
    "%2e",
    "..",
];
pub(super) const INDEX_WORDS: &[&str] = &[
    "{\"name\":\"a\",\"vers\":\"1.0.0\",\"deps\":[],\"features\":{},\"cksum\":\"abababababababababababababababababababababababababababababababab\"}",
    "\"yanked\":true,",
    "\"pubtime\":\"2025-11-12T19:30:12Z\",",
    "\"deps\":[{\"name\":\"b\",\"req\":\"^1\"}],",
    "\"v\":2,",
    "+build",
    "-rc.1",
    "\\u0000",
    "\n",
    "\u{1}",
];
pub(super) const PUBLISH_WORDS: &[&str] = &[
    "\"name\":\"a\"",
    "\"vers\":\"1.0.0\"",
    "\"deps\":[{\"name\":\"b\",\"version_req\":\"^1\",\"kind\":\"dev\"}]",
    "\"explicit_name_in_toml\":\"c\"",
    "\"features\":{\"x\":[\"dep:b\"],\"y\":[\"b?/z\"]}",
    "\"readme\":\"# a\"",
    "{",
    "}",
    ",",
];
pub(super) const ENDPOINT_WORDS: &[&str] = &[
    "{\"name\":\"a\",\"vers\":\"1.0.0\"}",
    "\"deps\":[{\"name\":\"b\",\"version_req\":\"^1\"}]",
    "\"description\":\"\\u0000\"",
    "api/v1/crates/a/1.0.0/download",
    "api/v1/crates/a/1.0.0/yank",
    "api/v1/crates/A/1.0.0/unyank",
    "api/v1/crates?q=a&per_page=1&page=2",
    "api/v1/crates/a/owners",
    "api/v1/crates/a/versions",
    "1/a",
    "config.json",
    "%00",
    "\n",
];
pub(super) const ARCHIVE_WORDS: &[&str] = &[
    "a-1.0.0/",
    "a-1.0.0/Cargo.toml",
    "a-1.0.0/README.md",
    "a-1.0.0/../x",
    "ustar\u{0}00",
    "[package]\nname = \"a\"\nversion = \"1.0.0\"\n",
    "20 path=a-1.0.0/../x\n",
];

/// Series of requests to the endpoint: U+0001 ends one, a line break ends its path.
pub(super) fn endpoint(data: &[u8]) {
    with_account(|region, account| {
        let token = furnish(region, account);
        for one in data.split(|byte| *byte == 1).take(8) {
            let mut choices = Choices::new(one);
            let methods = ["GET", "PUT", "DELETE", "POST", "HEAD"];
            let method = *choices.of(&methods).unwrap_or(&"GET");
            let rest = choices.rest();
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (path, body) = rest.split_at(end);
            let body = body.get(1..).unwrap_or_default();
            send(region, account, &token, ("cargo", method), path, body);
            // As a client would frame it, with a crate that holds what the metadata needs it to hold.
            let framed = framed(body);
            send(region, account, &token, ("cargo", "PUT"), b"api/v1/crates/new", &framed);
        }
        let (status, body) = send(region, account, &token, ("cargo", "GET"), b"1/a", b"");
        if status == Some(200) {
            let file = String::from_utf8(body).expect("an index is text");
            let index = Index::read(&CrateName::parse("a").expect("it is a name"), &file);
            assert!(index.left_out() == 0 && !index.lines().is_empty(), "{file}");
        }
    });
}

/// A publish request with this metadata and a crate of `a` 1.0.0.
fn framed(metadata: &[u8]) -> Vec<u8> {
    let manifest = "[package]\nname = \"a\"\nversion = \"1.0.0\"\n";
    let mut header = [0_u8; 512];
    header[..18].copy_from_slice(b"a-1.0.0/Cargo.toml");
    header[124..135].copy_from_slice(format!("{:011o}", manifest.len()).as_bytes());
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let mut archive = [&header[..], manifest.as_bytes()].concat();
    archive.resize(2048, 0);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&summed(&archive)).and_then(|()| packed.try_finish()).expect("memory takes every write");
    let mut body = Vec::new();
    for part in [metadata, packed.get_ref()] {
        body.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        body.extend_from_slice(part);
    }
    body
}

const LIMITS: archive::Limits = archive::Limits { unpacked_bytes_max: 64 * 1024, entries_max: 20 };

/// A path means one thing or nothing, and a name that is read leads back to itself.
pub(super) fn route(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let route = Route::parse(&text);
    crate::note(route.as_ref().ok().map(std::mem::discriminant));
    assert_eq!(Route::parse(&format!("{text}/")).ok(), route.clone().ok(), "a trailing slash is none");
    if let Ok(Route::Download(name, version)) = &route {
        assert!(version::parse(version).is_some() && CrateName::parse(name.as_str()).is_ok());
    }
    let Ok(name) = CrateName::parse(&text) else { return };
    crate::note(name.check_publishable().is_ok());
    assert_eq!(Route::parse(&name.index_path()), Ok(Route::Index(name.in_lower_case())));
    assert!(name.is_same(&name.in_lower_case()) && name.canonical().len() == name.as_str().len());
    let path = format!("api/v1/crates/{name}/1.0.0/download");
    assert_eq!(Route::parse(&path), Ok(Route::Download(name, "1.0.0".to_owned())));
}

/// Any file of an index is merged and written so that every line is read again, each release once.
pub(super) fn index(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (near, far) = text.split_once('\u{1}').unwrap_or((&text, ""));
    let name = CrateName::parse("a").expect("it is a name");
    let (near, far) = (Index::read(&name, near), Index::read(&name, far));
    let hidden = ["1.0.1".to_owned()];
    let sources = [Source { index: &near, hidden: &hidden }, Source { index: &far, hidden: &[] }];
    let merged = Index::merge(sources);
    crate::note((near.lines().len().min(3), far.lines().len().min(3), merged.lines().len().min(4)));
    let written = merged.render();
    assert_eq!(written.lines().count(), merged.lines().len(), "a line is one line");
    let again = Index::read(&name, &written);
    assert_eq!((again.lines(), again.left_out()), (merged.lines(), 0), "what is written is read");
    for line in merged.lines() {
        let version = line.version().to_string();
        assert!(merged.release(&version) == Some(line), "{version} is there twice");
        let stored = Line::read(line.stored()).expect("what is stored is read");
        assert_eq!(stored.shown(line.yanked(), line.pubtime().map(str::to_owned)), *line);
    }
    if let Ok(configuration) = Configuration::read(data) {
        assert!(!configuration.crate_url(&name, "1.0.0", "c0").is_empty());
    }
}

/// Wherever a publish body is cut, the result is the same; metadata that passes makes a line that is read.
pub(super) fn publish(data: &[u8]) {
    let mut choices = Choices::new(data);
    let step = 1 + choices.below(17);
    let body = choices.rest();
    let whole = read(body, body.len().max(1));
    crate::note(whole.as_ref().err().map(std::mem::discriminant));
    assert_eq!(read(body, 1), whole, "byte by byte");
    assert_eq!(read(body, step), whole, "in steps of {step}");
    let metadata = whole.as_ref().map_or(body, |(document, _)| document);
    let Ok(document) = Document::read(metadata) else { return };
    crate::note("a document");
    let line = document.line(&"ab".repeat(32));
    assert_eq!(Line::read(line.stored()).as_ref(), Ok(&line));
    assert_eq!((line.name(), line.version()), (document.name(), document.version()));
}

type Body = (Vec<u8>, Vec<u8>);

fn read(body: &[u8], step: usize) -> Result<Body, BodyError> {
    let mut reader = Reader::new(Limits { document_bytes_max: 2048, crate_bytes_max: 512 });
    let mut packed = Vec::new();
    for bytes in body.chunks(step) {
        packed.extend_from_slice(reader.feed(bytes)?);
        assert!(packed.len() <= 512 && reader.document().is_none_or(|document| document.len() <= 2048));
    }
    let document = reader.document().map(<[u8]>::to_vec).unwrap_or_default();
    let announced = reader.crate_bytes();
    reader.finish()?;
    assert_eq!(announced, Some(packed.len() as u64));
    Ok((document, packed))
}

/// Any archive, packed or not, is refused or gives bounded text; how it is cut does not matter.
pub(super) fn archive(data: &[u8]) {
    let mut choices = Choices::new(data);
    let step = 1 + choices.below(600);
    let rest = choices.rest();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&summed(rest)).and_then(|()| packed.try_finish()).expect("memory takes every write");
    for bytes in [rest, &packed.get_ref()[..]] {
        let whole = look_through(bytes, bytes.len().max(1));
        crate::note(whole.as_ref().map(|contents| contents.readmes.len()).map_err(std::mem::discriminant));
        let cut = look_through(bytes, step);
        // What is refused is refused anyway, if perhaps for what comes earlier.
        assert_eq!(cut.is_ok(), whole.is_ok());
        let Ok(contents) = whole else { continue };
        assert_eq!(cut.as_ref(), Ok(&contents));
        let readmes: usize = contents.readmes.iter().map(|(_, text)| text.len()).sum();
        assert!(contents.manifest.len() + readmes <= 3 * 64 * 1024);
        crate::note(Manifest::read(&contents.manifest).map(|manifest| manifest.readme.is_some()));
    }
}

/// The archive with right checksums in what stands where headers may be, so that more than one in a million is read.
fn summed(archive: &[u8]) -> Vec<u8> {
    let mut archive = archive.to_vec();
    for header in archive.chunks_exact_mut(512) {
        if header.iter().any(|byte| *byte != 0) && &header[257..262] == b"ustar" {
            header[148..156].fill(b' ');
            let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
            header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        }
    }
    archive
}

fn look_through(bytes: &[u8], step: usize) -> Result<Contents, ArchiveError> {
    let mut reader = archive::Reader::new("a-1.0.0", LIMITS);
    bytes.chunks(step).try_for_each(|bytes| reader.feed(bytes))?;
    reader.finish()
}
