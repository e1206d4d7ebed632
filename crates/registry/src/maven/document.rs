//! Metadata as they are sent: written once, with their checksums, and kept until what they were made of changes.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use codeartifact::repository::RepositoryKey;
use codeartifact::resolution::{self, Stamp, Step};
use formats::maven::checksum::Algorithm;
use formats::maven::metadata::Metadata;
use formats::maven::name::PackageName;
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, VARY};
use model::Timestamp;

use super::digest;
use crate::answer::{self, Body, header};
use crate::endpoint::Visit;
use crate::gzip;
use crate::limits::PACKED_BYTES_MIN;
use crate::upstream::{ByteCache, Offered};

/// Memory for metadata that were put together: some thousand of an average size.
const DOCUMENTS_BYTES_MAX: usize = 32 << 20;

/// A text on its way to clients, packed for those who take it so.
pub(super) struct Text {
    plain: Bytes,
    media_type: &'static str,
    sha256: String,
    packed: OnceLock<Bytes>,
}

/// What metadata were made of; they are right as long as these are the same.
#[derive(Debug)]
pub(super) struct Made {
    stamp: Stamp,
    outside: Vec<Option<Arc<Offered>>>,
}

/// Metadata that were put together.
pub(super) struct Document {
    /// What they are of; nothing where they must be put together anew for every request.
    made: Option<Made>,
    pub(super) metadata: Metadata,
    text: Text,
    checksums: [OnceLock<Text>; 4],
    changed_at: Option<Timestamp>,
}

/// The repository that was asked, the package, and the snapshot if it is that of one.
type Place = (RepositoryKey, PackageName, String);

/// Documents by what they are of, bounded in bytes.
pub(super) struct Cache(Mutex<ByteCache<Place, Arc<Document>>>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(DOCUMENTS_BYTES_MAX)))
    }
}

impl Cache {
    fn locked(&self) -> MutexGuard<'_, ByteCache<Place, Arc<Document>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds what was put together of the same things before.
    pub(super) fn find(&self, place: &Place, made: Option<&Made>) -> Option<Arc<Document>> {
        let mut documents = self.locked();
        let document = documents.get(place)?;
        let is_same = document.made.as_ref().zip(made).is_some_and(|(was, is)| was.is(is));
        is_same.then(|| Arc::clone(document))
    }

    /// Writes metadata, and keeps them if it can be told later whether they are still right.
    pub(super) fn put(
        &self,
        place: Place,
        made: Option<Made>,
        metadata: Metadata,
        now: Timestamp,
    ) -> Arc<Document> {
        let text = Text::new(metadata.write(), "application/xml");
        let outside = made.iter().flat_map(|made| made.outside.iter().flatten());
        let outside: usize =
            outside.map(|offered| offered.0.versions.iter().map(String::len).sum::<usize>()).sum();
        // The text, its versions once more, and a compressed copy.
        let bytes = 3 * text.plain.len() + outside + 2048;
        let mut documents = self.locked();
        let before = documents.get(&place).and_then(|document| document.changed_at);
        let changed_at = made.is_some().then(|| answer::changed_at(now, before));
        let document = Document { made, metadata, text, checksums: Default::default(), changed_at };
        let document = Arc::new(document);
        if document.made.is_some() {
            documents.put(place, Arc::clone(&document), bytes);
        }
        document
    }
}

impl Made {
    /// What metadata are made of; nothing where their versions also depend on the time.
    pub(super) fn of(path: &[Step], outside: Vec<Option<Arc<Offered>>>) -> Option<Self> {
        let depends_on_time = path.iter().any(|step| step.release_age.is_some());
        (!depends_on_time).then(|| Self { stamp: resolution::stamp(path), outside })
    }

    fn is(&self, other: &Self) -> bool {
        self.stamp == other.stamp
            && self.outside.len() == other.outside.len()
            && self.outside.iter().zip(&other.outside).all(|(was, is)| match (was, is) {
                (None, None) => true,
                (Some(was), Some(is)) => Arc::ptr_eq(was, is),
                _ => false,
            })
    }
}

impl Document {
    /// Answers the document, or a checksum of it.
    pub(super) fn respond(&self, visit: &Visit, checksum: Option<Algorithm>) -> Response<Body> {
        let text = match checksum {
            None => &self.text,
            Some(algorithm) => self.checksums[algorithm as usize]
                .get_or_init(|| Text::new(checksum_of(&self.text.plain, algorithm), "text/plain")),
        };
        text.respond(visit, self.changed_at)
    }
}

impl Text {
    pub(super) fn new(text: String, media_type: &'static str) -> Self {
        let sha256 = digest::<sha2::Sha256>(text.as_bytes());
        Self { plain: text.into(), media_type, sha256, packed: OnceLock::new() }
    }

    /// Answers the text, or that the client has it already.
    pub(super) fn respond(&self, visit: &Visit, changed_at: Option<Timestamp>) -> Response<Body> {
        let packed = self.plain.len() >= PACKED_BYTES_MIN && gzip::is_taken(&visit.headers);
        let etag = format!("\"{}{}\"", self.sha256, if packed { "-gzip" } else { "" });
        if answer::is_known(&visit.headers, &etag, changed_at) {
            let mut response = answer::not_modified(header(&etag));
            answer::say_changed(&mut response, changed_at);
            return response;
        }
        let packed_text = || self.packed.get_or_init(|| gzip::pack([&self.plain])).clone();
        let mut response =
            Response::new(answer::full(if packed { packed_text() } else { self.plain.clone() }));
        let fields = response.headers_mut();
        if packed {
            fields.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        fields.insert(VARY, HeaderValue::from_static("accept-encoding"));
        fields.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
        fields.insert(ETAG, header(&etag));
        answer::say_changed(&mut response, changed_at);
        response
    }
}

/// The checksum of bytes at hand.
pub(super) fn checksum_of(bytes: &[u8], algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Md5 => digest::<md5::Md5>(bytes),
        Algorithm::Sha1 => digest::<sha1::Sha1>(bytes),
        Algorithm::Sha256 => digest::<sha2::Sha256>(bytes),
        Algorithm::Sha512 => digest::<sha2::Sha512>(bytes),
    }
}
