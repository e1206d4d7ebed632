//! Looking into a source archive that is stored: its directory, its links and its manifests, wherever they are in it.

use std::ops::Range;

use formats::swift::archive::{self, ArchiveError, Outline};
use formats::zip::{Directory, Reading, Step};
use store::{Blobs, Staged};

use crate::refusal::Refusal;

/// The manifests of an archive by their file names, `Package.swift` first.
pub(super) type Manifests = Vec<(String, Vec<u8>)>;

/// Reads the manifests, after looking at everything else; what is no source archive is refused (422).
pub(super) async fn manifests(blobs: &Blobs, staged: &Staged) -> Result<Manifests, Refusal> {
    let directory = directory(blobs, staged).await?;
    let size = staged.size;
    let looked = tokio::task::spawn_blocking(move || archive::outline(&directory, size));
    let looked = looked.await.map_err(|error| store::Error::Broken(error.to_string()))?;
    let Outline { manifests, links } = looked.map_err(refused)?;
    for (path, place) in &links {
        archive::check_link_size(path, place).map_err(refused)?;
        let target = place.unpack(&part(blobs, staged, &place.range).await?);
        let target = target.map_err(|error| refused(error.into()))?;
        archive::check_link(path, &target).map_err(refused)?;
    }
    let mut read = Manifests::new();
    for (file, place) in manifests {
        let text = place.unpack(&part(blobs, staged, &place.range).await?);
        read.push((file, text.map_err(|error| refused(error.into()))?));
    }
    Ok(read)
}

async fn directory(blobs: &Blobs, staged: &Staged) -> Result<Directory, Refusal> {
    let mut reading = Reading::new(staged.size);
    let mut range = reading.first();
    loop {
        match reading.give(&part(blobs, staged, &range).await?) {
            Ok(Step::Need(next)) => range = next,
            Ok(Step::Done(directory)) => return Ok(directory),
            Err(error) => return Err(refused(error.into())),
        }
    }
}

async fn part(blobs: &Blobs, staged: &Staged, range: &Range<u64>) -> Result<Vec<u8>, Refusal> {
    let content = blobs.read(&staged.sha256, Some(range.clone())).await?;
    let gone = || store::Error::Broken(format!("blob {} is gone", staged.sha256));
    let mut content = content.ok_or_else(gone)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = content.next_chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn refused(error: ArchiveError) -> Refusal {
    Refusal::new(422, error.to_string())
}
