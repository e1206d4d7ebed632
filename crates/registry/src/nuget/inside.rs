//! What lies in a package that is kept: its nuspec, and the readme, picture and license that this names, read from the
//! archive's end, so that of a large package only some kilobytes are read.

use std::sync::Arc;

use bytes::Bytes;
use codeartifact::arrival::NewVersion;
use codeartifact::package_version::{Asset, Facts};
use formats::nuget::entry::Entry;
use formats::nuget::id::PackageId;
use formats::nuget::nupkg::{self, NupkgError};
use formats::nuget::nuspec::{Nuspec, NuspecError};
use formats::nuget::route::File;
use formats::nuget::version::Version;
use formats::zip::{self, Directory, Place, ZipError};
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue};
use store::{Blobs, Staged};

use super::{download, package_file};
use crate::answer::{self, Body, header};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;
use crate::upstream::hash_of;

/// What a package says of itself.
pub(super) struct Contents {
    /// Its id.
    pub(super) id: PackageId,
    /// Its version.
    pub(super) version: Version,
    entry: Entry,
    readme: Option<String>,
}

/// Why a package is not taken.
#[derive(Debug)]
pub(super) enum BadPackage {
    Archive(NupkgError),
    Nuspec(NuspecError),
}

impl std::fmt::Display for BadPackage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Archive(error) => error.fmt(f),
            Self::Nuspec(error) => error.fmt(f),
        }
    }
}

impl From<ZipError> for BadPackage {
    fn from(error: ZipError) -> Self {
        Self::Archive(error.into())
    }
}

impl Contents {
    /// Describes the version with this package as its asset.
    pub(super) fn new_version(self, staged: &Staged) -> NewVersion {
        let mut entry = self.entry;
        entry.package_hash = Some(hash_of(staged));
        entry.package_size = Some(staged.size);
        NewVersion {
            version: self.version.normalised(),
            manifest: entry.to_stored(),
            facts: Facts::of_nuget(&entry, self.readme),
            assets: vec![Asset::of_blob(&package_file(&self.id, &self.version), staged)],
            ..NewVersion::default()
        }
    }
}

/// Reads the nuspec and the readme of a package that is stored.
pub(super) async fn contents(
    blobs: &Blobs,
    staged: &Staged,
) -> Result<Result<Contents, BadPackage>, store::Error> {
    let sha256 = &staged.sha256;
    let directory = match directory(blobs, sha256, staged.size).await? {
        Ok(directory) => Arc::new(directory),
        Err(error) => return Ok(Err(error.into())),
    };
    // A directory of the largest size takes a while.
    let looking = Arc::clone(&directory);
    let looked = tokio::task::spawn_blocking(move || nupkg::nuspec(&looking)).await;
    let place = match looked.map_err(|error| store::Error::Broken(error.to_string()))? {
        Ok(place) => place,
        Err(error) => return Ok(Err(BadPackage::Archive(error))),
    };
    let text = match unpacked(blobs, sha256, place).await? {
        Ok(text) => text,
        Err(error) => return Ok(Err(error.into())),
    };
    let Nuspec { id, version, entry } = match Nuspec::read(&text) {
        Ok(nuspec) => nuspec,
        Err(error) => return Ok(Err(BadPackage::Nuspec(error))),
    };
    let mut readme = None;
    // One that cannot be read says nothing.
    if let Some(place) =
        Some(&entry.readme).filter(|it| !it.is_empty()).and_then(|it| nupkg::file(&directory, it))
        && let Ok(bytes) = unpacked(blobs, sha256, place).await?
    {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        readme = Some(String::from_utf8_lossy(bytes).replace('\0', ""));
    }
    Ok(Ok(Contents { id, version, entry, readme }))
}

/// Answers the nuspec, or a file that it names, of a version; the version comes in if it is only upstream.
///
/// Errors in this order: those of a download, the package has no such file.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    id: &PackageId,
    version: &Version,
    file: File,
) -> Result<Response<Body>, Refusal> {
    let asset = download::obtain(shared, visit, id, version).await?;
    let etag = format!("\"{}-{file:?}\"", asset.sha256);
    if answer::has_already(&visit.headers, &etag) {
        return Ok(answer::not_modified(header(&etag)));
    }
    let blobs = &shared.parts.blobs;
    let size = u64::try_from(asset.size).unwrap_or_default();
    let found = find(blobs, &asset.sha256, size, file).await?;
    let absent = || Refusal::not_found(format!("the package {} has no such file", asset.name));
    let (bytes, content_type) = found.ok_or_else(absent)?;
    let length = bytes.len();
    let mut response = Response::new(answer::full(if visit.head { Bytes::new() } else { bytes.into() }));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
    fields.insert(ETAG, header(&etag));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, immutable, max-age=31536000"));
    Ok(response)
}

/// Takes the nuspec, or a file that it names, out of a package.
async fn find(
    blobs: &Blobs,
    sha256: &str,
    size: u64,
    file: File,
) -> Result<Option<(Vec<u8>, &'static str)>, store::Error> {
    let Ok(directory) = directory(blobs, sha256, size).await? else { return Ok(None) };
    let Ok(place) = nupkg::nuspec(&directory) else { return Ok(None) };
    let Ok(text) = unpacked(blobs, sha256, place).await? else { return Ok(None) };
    let Ok(nuspec) = Nuspec::read(&text) else { return Ok(None) };
    let (named, content_type) = match file {
        File::Readme => (nuspec.entry.readme, "text/markdown; charset=utf-8"),
        File::Icon => {
            let jpeg =
                [".jpg", ".jpeg"].iter().any(|end| nuspec.entry.icon.to_ascii_lowercase().ends_with(end));
            (nuspec.entry.icon, if jpeg { "image/jpeg" } else { "image/png" })
        }
        File::License => (nuspec.entry.license_file, "text/plain; charset=utf-8"),
        File::Nuspec | File::Nupkg | File::Snupkg => return Ok(Some((text, "application/xml"))),
    };
    let place =
        Some(named).filter(|named| !named.is_empty()).and_then(|named| nupkg::file(&directory, &named));
    let Some(place) = place else { return Ok(None) };
    Ok(unpacked(blobs, sha256, place).await?.ok().map(|bytes| (bytes, content_type)))
}

async fn directory(
    blobs: &Blobs,
    sha256: &str,
    size: u64,
) -> Result<Result<Directory, ZipError>, store::Error> {
    let mut reading = zip::Reading::new(size);
    let mut range = reading.first();
    loop {
        let Some(bytes) = part(blobs, sha256, range).await? else { return Ok(Err(ZipError::Broken)) };
        match reading.give(&bytes) {
            Ok(zip::Step::Need(next)) => range = next,
            Ok(zip::Step::Done(directory)) => return Ok(Ok(directory)),
            Err(error) => return Ok(Err(error)),
        }
    }
}

async fn unpacked(
    blobs: &Blobs,
    sha256: &str,
    place: Place,
) -> Result<Result<Vec<u8>, ZipError>, store::Error> {
    let Some(bytes) = part(blobs, sha256, place.range.clone()).await? else {
        return Ok(Err(ZipError::Broken));
    };
    Ok(place.unpack(&bytes))
}

async fn part(
    blobs: &Blobs,
    sha256: &str,
    range: std::ops::Range<u64>,
) -> Result<Option<Vec<u8>>, store::Error> {
    if range.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let Some(mut content) = blobs.read(sha256, Some(range)).await? else { return Ok(None) };
    let mut bytes = Vec::new();
    while let Some(chunk) = content.next_chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}
