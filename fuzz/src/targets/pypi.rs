//! The rules of PyPI: paths, versions, names of files, pages, forms, metadata and archives.

use std::cmp::Ordering;

use formats::multipart::{FormError, Piece, Reader};
use formats::pypi::accept::Form;
use formats::pypi::file::FileName;
use formats::pypi::metadata::{CoreMetadata, METADATA_BYTES_MAX};
use formats::pypi::name::ProjectName;
use formats::pypi::page::Page;
use formats::pypi::record::{Record, offered};
use formats::pypi::rendering;
use formats::pypi::route::Route;
use formats::pypi::sdist;
use formats::pypi::upload::Upload;
use formats::pypi::version::{Version, normalised, order};
use formats::pypi::wheel::{Sought, find};

pub(super) const ROUTE_WORDS: &[&str] = &[
    "simple/",
    "demo/",
    "1.0/",
    "demo-1.0.tar.gz",
    "-py3-none-any.whl",
    ".metadata",
    "%2B",
    "%2F",
    "..",
    "//",
    "_",
    ".",
];
pub(super) const VERSION_WORDS: &[&str] = &[
    "1.0", "!", "a1", "rc", ".post", ".dev", "+", "-", "_", "v", "preview", "rev", "0", ".whl", ".tar.gz",
    "demo-",
];
pub(super) const PAGE_WORDS: &[&str] = &[
    "<a href=\"",
    "#sha256=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\">demo-1.0.tar.gz</a>",
    " data-yanked=\"",
    " data-core-metadata='true'",
    " data-requires-python=&gt;=3",
    "<base href=",
    "<!--",
    "-->",
    "&#x41;",
    "&amp;",
    "{\"files\":[",
    "{\"filename\":\"demo-1.0.tar.gz\",\"url\":\"x\",\"hashes\":{\"sha256\":\"",
    "\"yanked\":",
    "\"meta\":{\"api-version\":\"1.0\"},",
];
pub(super) const FORM_WORDS: &[&str] = &[
    "--X",
    "\r\n",
    "--",
    "Content-Disposition: form-data; name=\"",
    "; filename=\"demo-1.0.tar.gz\"",
    ":action\"\r\n\r\nfile_upload",
    "version\"\r\n\r\n1.0",
    "filetype\"\r\n\r\nsdist",
    "content\"",
];
pub(super) const METADATA_WORDS: &[&str] = &[
    "Name: ",
    "Version: 1",
    "\n\n",
    "\r\n",
    "Requires-Dist: a",
    "Description: ",
    "        ",
    "UNKNOWN",
    "Classifier:",
];
pub(super) const ARCHIVE_WORDS: &[&str] = &[
    "PK\x01\x02",
    "PK\x03\x04",
    "PK\x05\x06",
    "PK\x06\x06",
    "PK\x06\x07",
    "demo-1.0.dist-info/METADATA",
    "d/PKG-INFO",
    "ustar",
];

fn demo() -> ProjectName {
    ProjectName::parse("demo").expect("it is a name")
}

/// A path names one thing, whatever its spelling; no part of it leads elsewhere.
pub(super) fn route(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    crate::note(Form::negotiate(Some(&text)));
    let Some(route) = Route::parse(&text) else { return };
    crate::note(std::mem::discriminant(&route));
    let (Route::File(project, version, file) | Route::Sidecar(project, version, file)) = route else {
        return;
    };
    assert_eq!(ProjectName::parse(project.as_str()).as_ref(), Ok(&project));
    let Some(named) = FileName::parse(&project, &file) else { return };
    crate::note((named.kind as u8, named.version == normalised(&version)));
    let path =
        format!("simple/{project}/{}/{}", rendering::encoded(&named.version), rendering::encoded(&file));
    let again = Route::parse(&path);
    // A file may be called like the metadata of another one.
    assert!(matches!(again, Some(Route::File(..) | Route::Sidecar(..))), "{path}");
    assert!(!matches!(named.version.as_str(), "" | "." | ".."), "{path}");
}

/// Versions are ordered, and written so that they are read as the same.
pub(super) fn version(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let versions: Vec<&str> = text.split(['\n', ' ']).take(3).collect();
    for one in &versions {
        assert_eq!(order(one, one), Ordering::Equal);
        if let Some(version) = Version::parse(one) {
            crate::note((version.is_prerelease(), version.to_string().len().min(20)));
            let written = version.to_string();
            assert_eq!(Version::parse(&written).as_ref(), Some(&version), "{written}");
            assert_eq!(normalised(&written), written);
        }
    }
    if let [a, b, c] = versions[..] {
        assert_eq!(order(a, b), order(b, a).reverse());
        if order(a, b) != Ordering::Greater && order(b, c) != Ordering::Greater {
            assert_ne!(order(a, c), Ordering::Greater, "{a:?} {b:?} {c:?}");
        }
    }
}

/// What is read from a page is shown so that it is read again, in every form.
pub(super) fn page(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for kind in ["application/vnd.pypi.simple.v1+json", "text/html"] {
        let Ok(page) = Page::read(&demo(), kind, &text) else { continue };
        crate::note((page.files.len().min(4), page.left_out.min(4)));
        let mut files: Vec<_> = page.files.iter().map(offered).collect();
        rendering::sort(&mut files);
        for form in [Form::Json, Form::TextHtml] {
            let shown = rendering::project(form, &demo(), &files, "");
            let again = Page::read(&demo(), form.media_type(), &shown).expect("our own pages are read");
            assert_eq!(again.files.len(), files.len(), "{shown}");
            for (again, file) in again.files.iter().zip(&files) {
                assert_eq!((&again.name, &again.version), (&file.name, &file.version));
                assert!(!again.url.contains("..") || file.name.contains(".."), "{}", again.url);
            }
        }
    }
}

/// A form is taken apart alike whatever the pieces it comes in.
pub(super) fn form(data: &[u8]) {
    let whole = parts(data, data.len().max(1));
    assert_eq!(whole, parts(data, 1));
    assert_eq!(whole, parts(data, 7));
    let Ok(parts) = whole else { return };
    crate::note(parts.len().min(8));
    let file = parts.iter().find_map(|(_, file, _)| file.clone()).unwrap_or_default();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let fields: Vec<_> = parts.into_iter().map(|(name, _, bytes)| (name, text(&bytes))).collect();
    if let Ok(upload) = Upload::read(&fields, &file) {
        crate::note(upload.kind as u8);
        assert!(!upload.file.contains(['/', '\\']) && !upload.file.starts_with('.'));
        assert!(Version::parse(&upload.version).is_some());
    }
}

type Part = (String, Option<String>, Vec<u8>);

fn parts(data: &[u8], step: usize) -> Result<Vec<Part>, FormError> {
    let mut reader = Reader::new("multipart/form-data; boundary=X").expect("it names a boundary");
    let mut parts: Vec<Part> = Vec::new();
    for chunk in data.chunks(step) {
        reader.feed(chunk, &mut |piece| match piece {
            Piece::Begin { name, file, .. } => {
                parts.push((name.to_owned(), file.map(str::to_owned), Vec::new()));
            }
            Piece::Bytes(bytes) => parts.last_mut().expect("a part began").2.extend_from_slice(bytes),
            Piece::End => {}
        })?;
    }
    reader.finish().map(|()| parts)
}

/// Metadata and records hold nothing that was not there.
pub(super) fn metadata(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let metadata = CoreMetadata::read(&text);
    let members = metadata.to_json();
    crate::note((members.len(), metadata.description().is_some()));
    assert!(members.iter().all(|(_, value)| value.is_string() || value.is_array()));
    let mut record = Record::read(&text);
    record.add(&Record { metadata: members, ..Record::default() });
    assert_eq!(Record::read(&record.write()), record);
}

/// Archives give their metadata or nothing, within bounds.
pub(super) fn archive(data: &[u8]) {
    for sought in [Sought::WheelMetadata, Sought::SourceMetadata] {
        let found = find(data, &demo(), sought);
        crate::note(found.as_ref().map(|text| text.len().min(4)).map_err(|error| *error as u8));
        assert!(found.is_err() || found.is_ok_and(|text| text.len() <= METADATA_BYTES_MAX));
    }
    let found = sdist::metadata(data);
    crate::note(found.is_some());
}
