//! A blob on its way out, chunk by chunk.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{CHUNK_BYTES, Home, blocking, io_error, lock};
use crate::Error;

/// A blob, or a part of one, being read.
#[derive(Debug)]
pub struct Content {
    size: u64,
    range: Range<u64>,
    /// Read ahead, so that a small blob costs one trip to the disk's threads.
    ready: Option<Bytes>,
    file: Option<File>,
    left: u64,
}

impl Content {
    pub(crate) async fn open(
        home: &Arc<Home>,
        sha256: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<Content>, Error> {
        if let Home::Memory(kept) = home.as_ref() {
            let kept = lock(kept).get(sha256).map(|kept| kept.bytes.clone());
            return Ok(kept.map(|bytes| Content::of_bytes(bytes, range)));
        }
        let (home, sha256) = (Arc::clone(home), sha256.to_owned());
        blocking(move || {
            let Home::Folder(folder) = home.as_ref() else { return Ok(None) };
            let Some(file) = folder.file(&sha256)? else { return Ok(None) };
            Content::of_file(file, range).map(Some)
        })
        .await
    }

    /// Says how long the whole blob is.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Says which part of it is being read.
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// Gives the next chunk, or nothing at the end.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if let Some(bytes) = self.ready.take() {
            return Ok(Some(bytes));
        }
        if self.left == 0 {
            return Ok(None);
        }
        let mut file =
            self.file.take().ok_or_else(|| Error::broken("an earlier read of this blob failed"))?;
        let left = self.left;
        let (file, bytes) = blocking(move || {
            let bytes = chunk(&mut file, left)?;
            Ok((file, bytes))
        })
        .await?;
        self.file = Some(file);
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// Reads everything that is left into memory.
    pub(crate) async fn rest(&mut self) -> Result<Bytes, Error> {
        let first = self.next_chunk().await?.unwrap_or_default();
        let Some(second) = self.next_chunk().await? else { return Ok(first) };
        let mut all = BytesMut::with_capacity(usize::try_from(self.size).map_err(Error::broken)?);
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while let Some(bytes) = self.next_chunk().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all.freeze())
    }

    fn of_bytes(bytes: Bytes, range: Option<Range<u64>>) -> Content {
        let size = bytes.len() as u64;
        let range = clip(range, size);
        let place = |at: u64| usize::try_from(at).expect("a place in memory fits");
        let part = bytes.slice(place(range.start)..place(range.end));
        Content { size, range, ready: Some(part).filter(|part| !part.is_empty()), file: None, left: 0 }
    }

    fn of_file(mut file: File, range: Option<Range<u64>>) -> Result<Content, Error> {
        let size = file.metadata().map_err(io_error)?.len();
        let range = clip(range, size);
        let mut left = range.end - range.start;
        if range.start > 0 {
            file.seek(SeekFrom::Start(range.start)).map_err(io_error)?;
        }
        let ready = if left == 0 { None } else { Some(chunk(&mut file, left)?) };
        left -= ready.as_ref().map_or(0, |bytes| bytes.len() as u64);
        Ok(Content { size, range, ready, file: Some(file), left })
    }
}

fn clip(range: Option<Range<u64>>, size: u64) -> Range<u64> {
    let Some(range) = range else { return 0..size };
    let end = range.end.min(size);
    range.start.min(end)..end
}

fn chunk(file: &mut File, left: u64) -> Result<Bytes, Error> {
    let wanted = left.min(CHUNK_BYTES as u64);
    let mut bytes = Vec::with_capacity(usize::try_from(wanted).expect("a chunk fits"));
    file.by_ref().take(wanted).read_to_end(&mut bytes).map_err(io_error)?;
    if bytes.len() as u64 != wanted {
        return Err(Error::broken("a blob is shorter than it was"));
    }
    Ok(Bytes::from(bytes))
}
