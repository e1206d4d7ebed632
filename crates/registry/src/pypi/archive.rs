//! Reading in files that are kept: the metadata of a wheel or a source distribution, with constant memory.

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use formats::pypi::file::{FileName, Kind};
use formats::pypi::name::ProjectName;
use formats::pypi::sdist;
use formats::pypi::wheel::{Reading, Sought, Step};
use store::Blobs;
use tokio::sync::mpsc;

/// How many chunks of a source distribution wait to be unpacked.
const CHUNKS_WAITING: usize = 2;

/// Reads the metadata out of a file; `None` when it has none that can be read.
pub(super) async fn metadata(
    blobs: &Blobs,
    (sha256, size): (&str, u64),
    project: &ProjectName,
    file: &str,
) -> Result<Option<Vec<u8>>, store::Error> {
    let kind = FileName::parse(project, file).map(|named| named.kind);
    let sought = match kind {
        Some(Kind::Wheel) => Sought::WheelMetadata,
        Some(Kind::Source) if file.strip_suffix(".zip").is_some() => Sought::SourceMetadata,
        Some(Kind::Source)
            if file.strip_suffix(".tar.gz").is_some() || file.strip_suffix(".tgz").is_some() =>
        {
            return unpacked(blobs, sha256).await;
        }
        _ => return Ok(None),
    };
    let mut reading = Reading::new(project, sought, size);
    let mut range = reading.first();
    loop {
        let Some(mut content) = blobs.read(sha256, Some(range)).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        while let Some(chunk) = content.next_chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        match reading.give(&bytes) {
            Ok(Step::Need(next)) => range = next,
            Ok(Step::Done(text)) => return Ok(Some(text)),
            Err(error) => {
                log::debug!("{file} has no metadata to be read: {error}");
                return Ok(None);
            }
        }
    }
}

/// Looks through a gzipped archive while it is read.
async fn unpacked(blobs: &Blobs, sha256: &str) -> Result<Option<Vec<u8>>, store::Error> {
    let Some(mut content) = blobs.read(sha256, None).await? else { return Ok(None) };
    let (sender, receiver) = mpsc::channel(CHUNKS_WAITING);
    let chunks = Chunks { receiver, rest: Bytes::new() };
    let looking = tokio::task::spawn_blocking(move || sdist::metadata(chunks).map(String::into_bytes));
    while let Some(chunk) = content.next_chunk().await? {
        // Nobody listens any more once the metadata is found.
        if sender.send(chunk).await.is_err() {
            break;
        }
    }
    drop(sender);
    // An archive that cannot be read has no metadata.
    Ok(looking.await.unwrap_or_default())
}

/// Chunks as they come, for a reader on a thread of its own.
struct Chunks {
    receiver: mpsc::Receiver<Bytes>,
    rest: Bytes,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.receiver.blocking_recv() {
                Some(chunk) => self.rest = chunk,
                None => return Ok(0),
            }
        }
        let length = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
