//! Files that answers point to: exports, and the failures of imports, both as zip archives.
//!
//! The ids in their addresses are 128 random bits that only the answer tells, which is what a signed URL is on AWS.

use service::Call;
use store::{Error, Tx};

use super::{export_task, import_task, zip};
use crate::place::Place;

/// What the paths of files begin with.
pub const PATH: &str = "/_homeregion/discovery/";

/// The address of a file.
pub(crate) fn url(call: &Call, id: &str) -> String {
    format!("{}{PATH}{}/{}/{id}.zip", call.base_url, call.account, call.region)
}

/// Reads the file at a path below [`PATH`]; nothing where there is none.
pub fn read(tx: &mut Tx, path: &str) -> Result<Option<Vec<u8>>, Error> {
    let rest = path.strip_prefix(PATH).and_then(|rest| rest.strip_suffix(".zip"));
    let parts: Vec<&str> = rest.unwrap_or_default().split('/').collect();
    let [account, region, id] = parts.as_slice() else { return Ok(None) };
    let at = Place { account, region };
    if id.starts_with("import-task-") {
        let failures = import_task::failures(tx, at, id)?;
        return Ok(failures.map(|text| zip::archive(&[("errors.csv", text.as_bytes())])));
    }
    export_task::archive(tx, at, id)
}
