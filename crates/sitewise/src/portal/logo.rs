//! The logo of a portal: checked on its way in, served under an address that is good for 15 minutes.

use model_sitewise::types as t;
use service::{Call, Installation, link};
use store::Tx;

use super::table;
use crate::Error;
use crate::error::invalid;
use crate::id::LogoId;
use crate::limits::{PORTAL_LOGO_BYTES_MAX, PORTAL_LOGO_URL_MS};
use crate::place::Place;

/// What the paths of logos begin with.
pub const PATH: &str = "/_homeregion/portal-logo/";
/// What they are: the API takes nothing else.
pub const CONTENT_TYPE: &str = "image/png";

/// What every PNG file begins with.
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Checks a file that shall become a logo: smaller than 1 MB, and a PNG by its first bytes.
pub fn check(file: &t::ImageFile) -> Result<&[u8], Error> {
    let bytes = &file.data.0;
    if bytes.len() >= PORTAL_LOGO_BYTES_MAX {
        return Err(invalid(format!(
            "the image file has {} bytes; a logo is smaller than 1 MB ({PORTAL_LOGO_BYTES_MAX} bytes)",
            bytes.len()
        )));
    }
    if !bytes.starts_with(&PNG) {
        return Err(invalid("the image file is said to be a PNG, but does not begin like one"));
    }
    Ok(bytes)
}

/// Keeps a checked file under a new id.
pub fn keep(tx: &mut Tx, place: Place<'_>, image: &[u8]) -> Result<LogoId, store::Error> {
    let id = LogoId::stored(tx.uuid());
    table::insert_logo(tx, place, &id, image)?;
    Ok(id)
}

/// Shows where a logo can be read from now on for 15 minutes, without a signature of the reader.
pub fn location(call: &Call, id: &LogoId) -> t::ImageLocation {
    let path = format!("{PATH}{}/{}/{id}", call.account, call.region);
    let signed = link::sign(&call.installation, &path, call.now.plus_millis(PORTAL_LOGO_URL_MS));
    t::ImageLocation { id: id.to_string(), url: format!("{}{signed}", call.base_url) }
}

/// Reads the logo at a path below [`PATH`]; nothing where there is none, or the path was not signed here, or for a
/// time that is over.
pub fn read(tx: &mut Tx, installation: &Installation, signed: &str) -> Result<Option<Vec<u8>>, store::Error> {
    let path = link::open(installation, signed, tx.now()).and_then(|path| path.strip_prefix(PATH));
    let parts: Vec<&str> = path.unwrap_or_default().split('/').collect();
    let [account, region, id] = parts.as_slice() else { return Ok(None) };
    table::logo(tx, Place { account, region }, &LogoId::stored((*id).to_owned()))
}
