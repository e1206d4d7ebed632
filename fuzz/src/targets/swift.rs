//! The rules of Swift registries: paths, media types, forms, archives, manifests, metadata; and requests to one.

use formats::multipart::{FormError, Piece, Reader};
use formats::swift::accept::Wanted;
use formats::swift::archive::{self, MANIFEST_BYTES_MAX};
use formats::swift::manifest::{is_manifest, swift_version, tools_version, variant};
use formats::swift::metadata::Metadata;
use formats::swift::name::PackageId;
use formats::swift::release::{Release, show_all};
use formats::swift::route::Route;
use formats::swift::source_url::{canonical, is_linkable};
use formats::swift::transfer::{Decoder, Encoding, decode};
use formats::swift::version::is_version;
use formats::zip;
use serde_json::Value;

use super::endpoint::furnish;
use crate::choices::Choices;
use crate::region::{Region, assert_well, with_account};

pub(super) const ROUTE_WORDS: &[&str] = &[
    "mona/LinkedList/",
    "1.1.0",
    ".zip",
    ".json",
    "/Package.swift",
    "login",
    "identifiers",
    "%2B",
    "%2F",
    "..",
    "-rc.1",
    "application/vnd.swift.registry",
    ".v1",
    "+json",
];
pub(super) const FORM_WORDS: &[&str] = &[
    "--X",
    "\r\n",
    "--",
    "Content-Disposition: form-data; name=\"source-archive\"",
    "Content-Transfer-Encoding: base64",
    "Content-Transfer-Encoding: quoted-printable",
    "metadata\"\r\n\r\n{}",
    "=\r\n",
    "=C3=A9",
    "UEsDBA==",
];
pub(super) const ARCHIVE_WORDS: &[&str] = &[
    "PK\x01\x02\x14\x03",
    "PK\x03\x04",
    "PK\x05\x06",
    "Kit/Package.swift",
    "Kit/Package@swift-5.7.swift",
    "../",
    "\u{0}\u{0}\u{1}",
];
pub(super) const MANIFEST_WORDS: &[&str] = &[
    "// swift-tools-version:5.7",
    "Package@swift-5.swift",
    "5.7.1",
    ";",
    "\u{feff}",
    "{\"description\": \"a\", ",
    "\"repositoryURLs\": [\"https://git.example/a.git\"]}",
    "git@git.example:a/b.git",
    "ssh://",
    "=22",
];
pub(super) const ENDPOINT_WORDS: &[&str] = &[
    "acme/Kit",
    "acme/Kit/1.0.0",
    "acme/Kit/1.0.0.zip",
    "acme/Kit/1.0.0/Package.swift?swift-version=5.7",
    "identifiers?url=https://git.example/a",
    "login",
    "\r\n--X\r\n",
    "--X--",
    "Content-Disposition: form-data; name=\"source-archive\"\r\n\r\n",
    "Content-Disposition: form-data; name=\"metadata\"\r\n\r\n{}",
    "%2e%2e",
    "\n",
];

/// A path means one thing, and what it names is named again by the path that is made of it.
pub(super) fn route(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let wanted = Wanted::negotiate(Some(&text));
    crate::note(wanted.map(|wanted| wanted as u8).map_err(|error| std::mem::discriminant(&error)));
    let Ok(route) = Route::parse(&text) else { return };
    crate::note(std::mem::discriminant(&route));
    let (package, version, ending) = match &route {
        Route::Archive(package, version) => (package, version, ".zip"),
        Route::Manifest(package, version) => (package, version, "/Package.swift"),
        Route::Release(package, version) => (package, version, ".json"),
        _ => return,
    };
    assert!(is_version(version));
    assert_eq!(PackageId::new(package.scope(), package.name()).as_ref(), Ok(package));
    let path = format!("{}/{}/{version}{ending}", package.scope(), package.name());
    assert_eq!(Route::parse(&path).as_ref(), Ok(&route), "{path}");
}

type Part = (String, Result<Vec<u8>, ()>);

/// A form is taken apart alike whatever the pieces it comes in, and so are its encoded parts.
pub(super) fn form(data: &[u8]) {
    let whole = parts(data, data.len().max(1));
    assert_eq!(whole, parts(data, 1));
    assert_eq!(whole, parts(data, 5));
    let count = |parts: Vec<Part>| parts.iter().filter(|(_, bytes)| bytes.is_ok()).count().min(8);
    crate::note(whole.map(count).map_err(|error| error as u8));
    for encoding in [Encoding::Base64, Encoding::QuotedPrintable] {
        let whole = decode(encoding, data);
        let (mut decoder, mut pieces) = (Decoder::new(encoding), Vec::new());
        let fed = data.chunks(3).try_for_each(|piece| decoder.feed(piece, &mut pieces));
        let in_pieces = fed.and_then(|()| decoder.finish(&mut pieces)).map(|()| pieces);
        assert_eq!(whole, in_pieces);
        assert!(whole.is_err() || whole.is_ok_and(|meant| meant.len() <= data.len()));
    }
}

fn parts(data: &[u8], step: usize) -> Result<Vec<Part>, FormError> {
    let mut reader = Reader::new("multipart/form-data; boundary=X").expect("it names a boundary");
    let mut parts: Vec<Part> = Vec::new();
    let mut decoder = None;
    for chunk in data.chunks(step) {
        reader.feed(chunk, &mut |piece| match piece {
            Piece::Begin { name, encoding, .. } => {
                decoder = Encoding::read(encoding).map(Decoder::new);
                parts.push((name.to_owned(), if decoder.is_some() { Ok(Vec::new()) } else { Err(()) }));
            }
            Piece::Bytes(bytes) => {
                let part = &mut parts.last_mut().expect("a part began").1;
                let fed = match (part.as_mut(), decoder.as_mut()) {
                    (Ok(part), Some(decoder)) => decoder.feed(bytes, part).is_ok(),
                    _ => false,
                };
                if !fed {
                    *part = Err(());
                }
            }
            Piece::End => {
                let part = &mut parts.last_mut().expect("a part began").1;
                let ended = match (part.as_mut(), decoder.take()) {
                    (Ok(part), Some(decoder)) => decoder.finish(part).is_ok(),
                    _ => false,
                };
                if !ended {
                    *part = Err(());
                }
            }
        })?;
    }
    reader.finish().map(|()| parts)
}

/// An archive is refused, or gives manifests within bounds and links that stay inside.
pub(super) fn outline(data: &[u8]) {
    let Ok(directory) = zip::directory(data) else { return };
    let outline = archive::outline(&directory, data.len() as u64);
    crate::note(outline.as_ref().map(|outline| outline.manifests.len()).map_err(std::mem::discriminant));
    let Ok(outline) = outline else { return };
    assert_eq!(outline.manifests.first().map(|(file, _)| file.as_str()), Some("Package.swift"));
    for (file, place) in &outline.manifests {
        assert!(is_manifest(file) && place.size() <= MANIFEST_BYTES_MAX);
        let text = zip::part(data, &place.range).and_then(|bytes| place.unpack(bytes));
        assert!(text.is_err() || text.is_ok_and(|text| text.len() as u64 == place.size()));
    }
    for (path, place) in &outline.links {
        assert!(path.split('/').all(|step| !matches!(step, "" | "." | "..")), "{path}");
        crate::note(archive::check_link_size(path, place).is_ok());
        crate::note(archive::check_link(path, data).is_ok());
    }
}

/// Manifests, metadata and addresses are read within what is there, and written so that they are read again.
pub(super) fn manifest(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let tools = tools_version(data);
    crate::note((tools.is_some(), is_manifest(&text), canonical(&text).is_some()));
    if let Some(tools) = &tools {
        let file = format!("Package@swift-{tools}.swift");
        assert!(swift_version(&file).is_some());
        assert_eq!(variant([file.as_str()].into_iter(), tools), Some(file.as_str()));
    }
    if let Some(one) = canonical(&text).filter(|one| one.len() < 2000) {
        assert_eq!(canonical(&format!("https://{one}")).as_deref(), Some(one.as_str()), "{text:?}");
    }
    assert!(!is_linkable(&text) || text.is_ascii());
    let Ok((metadata, meant)) = Metadata::read(Encoding::QuotedPrintable, data) else { return };
    assert_eq!(Metadata::parse(&meant).as_ref(), Ok(&metadata));
    let release = Release { metadata: String::from_utf8(meant).ok(), ..Release::default() };
    assert_eq!(Release::read(&release.write()), release);
    let package = PackageId::new("a", "b").expect("it is a name");
    let shown: Value =
        serde_json::from_str(&release.show(&package, &text, "")).expect("what is shown is JSON");
    assert_eq!(shown["metadata"].as_object(), Some(metadata.members()));
    let all = show_all(&[(&text, text.to_string())]);
    drop(serde_json::from_str::<Value>(&all).expect("what is shown is JSON"));
}

/// Series of requests: a line break ends a path, U+0001 a request.
pub(super) fn requests(data: &[u8]) {
    with_account(|region, account| {
        let token = furnish(region, account);
        for one in data.split(|byte| *byte == 1).take(8) {
            let mut choices = Choices::new(one);
            let methods = ["PUT", "GET", "POST", "DELETE", "HEAD", "OPTIONS"];
            let method = *choices.of(&methods).unwrap_or(&"PUT");
            let rest = choices.rest();
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (path, body) = rest.split_at(end);
            send(region, account, &token, method, path, body.get(1..).unwrap_or_default());
        }
        let (status, body) = send(region, account, &token, "GET", b"acme/Kit", b"");
        if status == Some(200) {
            drop(serde_json::from_slice::<Value>(&body).expect("a list is JSON"));
        }
    });
}

fn send(
    region: &Region,
    account: &str,
    token: &str,
    method: &str,
    path: &[u8],
    body: &[u8],
) -> (Option<u16>, Vec<u8>) {
    // What cannot stand in a request line is the business of the raw bytes.
    let path = String::from_utf8_lossy(path).replace([' ', '\r', '\n'], "");
    let mut request = format!(
        "{method} /swift/d/shop-{account}/app/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Accept: application/vnd.swift.registry.v1+json\r\nContent-Type: multipart/form-data; boundary=X\r\n\
         X-Swift-Package-Signature-Format: cms-1.0.0\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    let answer = region.send(&request);
    let statuses = assert_well(&answer);
    crate::note((method, &statuses, path.matches('/').count().min(6)));
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
    (statuses.first().copied(), answer[at..].to_vec())
}
