//! Documents that were read before: a stored text is read once, not with every request.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use iam::{Document, Kind};

/// Documents that are kept at once; beyond, all are read anew. A document of 7168 characters takes about 60 kB here.
const DOCUMENTS_MAX: usize = 256;

static READ: LazyLock<RwLock<HashMap<String, Arc<Document>>>> = LazyLock::new(RwLock::default);

/// Reads a stored document; the text is the key, so that nothing ever needs to be forgotten.
///
/// Errors: the text is no policy, which was checked before it was stored; nothing may be allowed or denied by it.
pub(super) fn document(text: &str) -> Result<Arc<Document>, store::Error> {
    if let Some(known) = READ.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return Ok(Arc::clone(known));
    }
    let read = Document::parse(text, Kind::Resource).map_err(|fault| {
        store::Error::Broken(format!("a stored permissions policy cannot be read: {fault}"))
    })?;
    let read = Arc::new(read);
    let mut known = READ.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= DOCUMENTS_MAX {
        known.clear();
    }
    known.insert(text.to_owned(), Arc::clone(&read));
    Ok(read)
}
