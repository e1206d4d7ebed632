//! Which services the region has: their operations and their tables.

use gateway::{Files, Refused, Uploads};
use migrationhub::discovery::{download, import_task};
use model::Content;
use service::{Call, Denied, Error, Problem, Table};
use sitewise::portal::logo;
use store::Tx;

/// The tables of everything that keeps state.
pub static ROOMS: &[&store::Room] =
    &[&service::ROOM, &codeartifact::ROOM, &sitewise::ROOM, &migrationhub::ROOM, &notify::ROOM];

/// Files that are uploaded for imports of Application Discovery.
pub static UPLOADS: Uploads =
    Uploads { prefix: import_task::UPLOAD_PATH, is_name: import_task::is_upload_name, accept: accept_upload };

/// Archives that answers of Application Discovery point to.
pub static ARCHIVES: Files = Files {
    prefix: download::PATH,
    content_type: "application/zip",
    disposition: "attachment",
    read: |tx, _, path| download::read(tx, path),
};

/// Logos of portals of IoT SiteWise Monitor.
pub static LOGOS: Files =
    Files { prefix: logo::PATH, content_type: logo::CONTENT_TYPE, disposition: "inline", read: logo::read };

/// Puts the operation table together.
pub fn table() -> Table {
    let mut table = Table::new();
    codeartifact::register(&mut table);
    sitewise::register(&mut table);
    migrationhub::register(&mut table);
    table
}

fn accept_upload(tx: &mut Tx, call: &Call, name: &str, content: &Content) -> Result<String, Refused> {
    match import_task::upload(tx, call, name, &content.sha256, content.size) {
        Ok(url) => Ok(serde_json::json!({ "importUrl": url }).to_string()),
        Err(Error::Modelled(error)) => Err(Refused::Problem(Problem::modelled(&error))),
        Err(Error::Denied(Denied(message))) => {
            Err(Refused::Problem(Problem::worded("message", 403, "AuthorizationErrorException", &message)))
        }
        Err(Error::Store(error)) => Err(Refused::Store(error)),
    }
}
