//! Files that were uploaded to this server so that imports can read them.
//!
//! A row remembers which blob an upload is; the bytes came in, and are read again, elsewhere. Imports name an upload by
//! its URL, or the caller's newest of a name as `s3://homeregion/NAME.csv`.

mod table;

use std::fmt::Write as _;

use model::Timestamp;
use service::Call;
use store::Tx;

use crate::discovery::access::{Kind, admit};
use crate::discovery::error::{self, Error};
use crate::place::Place;

pub(crate) use table::{BLOB_REFERENCE, MIGRATION};

/// What the paths of uploads begin with: `NAME.csv` follows where they are put, and account, region, id and
/// `NAME.csv` in the URLs that are handed out.
pub const UPLOAD_PATH: &str = "/_homeregion/discovery/imports/";
/// Before the name of a file: the caller's newest upload of that name.
const NEWEST: &str = "homeregion/";
/// Longest name without its ending: what fits file systems and reads well in a URL.
const NAME_CHARS_MAX: usize = 100;
/// How long an upload is kept: an import follows at once, and may be repeated within the week.
const KEPT_MS: i64 = 7 * 24 * 3600 * 1000;

/// One uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    pub upload_id: String,
    /// With its ending.
    pub name: String,
    /// The blob that holds it.
    pub sha256: String,
    /// In bytes.
    pub size: i64,
    pub uploaded_at: Timestamp,
}

/// Where the file of an import is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// On another host.
    Elsewhere,
    /// In this blob.
    Blob(String),
    /// Nowhere: the URL names an upload that the account does not have in the region, or no longer.
    Missing,
}

/// Says whether a file may be uploaded under a name: `NAME.csv` of ASCII letters, digits, dots, hyphens and
/// underscores, so that no URL has to escape it.
pub fn is_upload_name(name: &str) -> bool {
    name.strip_suffix(".csv").is_some_and(|stem| {
        (1..=NAME_CHARS_MAX).contains(&stem.len())
            && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    })
}

/// Remembers a file that has arrived as a blob, and answers the URL by which imports name it.
///
/// Who may upload is who may start imports.
/// Errors in this order: access denied, discovery off, home region not set, wrong region, a name of another kind.
pub fn upload(tx: &mut Tx, call: &Call, name: &str, sha256: &str, size: u64) -> Result<String, Error> {
    admit(tx, call, "StartImportTask", Kind::Write)?;
    if !is_upload_name(name) {
        return Err(error::invalid_value(format!("'{name}' is not a name for an upload")));
    }
    let mut upload_id = String::new();
    for byte in tx.random() {
        write!(upload_id, "{byte:02x}").expect("a String takes every write");
    }
    let upload = Upload {
        upload_id,
        name: name.to_owned(),
        sha256: sha256.to_owned(),
        size: i64::try_from(size).unwrap_or(i64::MAX),
        uploaded_at: call.now,
    };
    table::put(tx, call.into(), &upload)?;
    let (base, account, region, id) = (&call.base_url, &call.account, &call.region, &upload.upload_id);
    Ok(format!("{base}{UPLOAD_PATH}{account}/{region}/{id}/{name}"))
}

/// Finds the file that a URL names to callers of a place; of those with a name the newest that was there at a moment.
///
/// The host of a URL says nothing: the server may be reached under several names.
pub(crate) fn find(
    tx: &mut Tx,
    at: Place<'_>,
    import_url: &str,
    until: Timestamp,
) -> Result<Origin, store::Error> {
    let Some((scheme, rest)) = import_url.split_once("://") else { return Ok(Origin::Elsewhere) };
    let found = if scheme.eq_ignore_ascii_case("s3") {
        match rest.strip_prefix(NEWEST).filter(|name| is_upload_name(name)) {
            Some(name) => table::newest(tx, at, name, until)?,
            None => return Ok(Origin::Elsewhere),
        }
    } else {
        let path = rest.find('/').map_or("", |begin| &rest[begin..]);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let Some(named) = path.strip_prefix(UPLOAD_PATH) else { return Ok(Origin::Elsewhere) };
        match named.split('/').collect::<Vec<_>>().as_slice() {
            [account, region, id, name] if (*account, *region) == (at.account, at.region) => {
                table::get(tx, at, id)?.filter(|upload| upload.name == *name)
            }
            _ => None,
        }
    };
    Ok(found.map_or(Origin::Missing, |upload| Origin::Blob(upload.sha256)))
}

/// Forgets up to `limit` uploads that are older than a week; answers how many.
pub fn forget_uploads(tx: &mut Tx, limit: i64) -> Result<u64, store::Error> {
    let oldest = Timestamp::from_millis(tx.now().millis() - KEPT_MS);
    table::delete_before(tx, oldest, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_uploads_need_no_escapes() {
        let longest = format!("{}.csv", "a".repeat(NAME_CHARS_MAX));
        for name in ["servers.csv", "Wave-1_2026.01.csv", "..csv", longest.as_str()] {
            assert!(is_upload_name(name), "{name}");
        }
        let too_long = format!("a{longest}");
        for name in
            ["", ".csv", "servers", "servers.CSV", "a/b.csv", "a b.csv", "a%2f.csv", "ä.csv", &too_long]
        {
            assert!(!is_upload_name(name), "{name}");
        }
    }
}
