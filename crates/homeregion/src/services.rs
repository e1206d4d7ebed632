//! Which services the region has: their operations and their tables.

use std::sync::Arc;

use gateway::{Files, Refused, Uploads};
use migrationhub::discovery::{download, import_task};
use model::Content;
use service::{Call, Denied, Error, Problem, Table};
use sitewise::data::{Data, Homes};
use sitewise::portal::logo;
use store::{Clock, Database, Entropy, Options, Store, Tx};

/// The tables of everything that keeps state.
pub static ROOMS: &[&store::Room] = &[
    &service::ROOM,
    &series::home::ROOM,
    &codeartifact::ROOM,
    &sitewise::ROOM,
    &migrationhub::ROOM,
    &notify::ROOM,
];

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

/// Puts the operation table together; `data` keeps the values of time series.
pub fn table(data: &Arc<Data>) -> Table {
    let mut table = Table::new();
    codeartifact::register(&mut table);
    sitewise::register(&mut table);
    sitewise::data::register(&mut table, data);
    migrationhub::register(&mut table);
    table
}

/// Puts a table together over a region that keeps nothing, to look at or to throw away.
///
/// # Panics
/// Never: memory opens.
pub fn table_in_memory() -> Table {
    let options =
        Options { database: Database::Memory, rooms: ROOMS, clock: Clock::System, entropy: Entropy::System };
    let store = Store::open(options).expect("a store in memory opens");
    let data = Data::open(&store, Homes::in_memory(), Vec::new()).expect("an engine in memory opens");
    table(&data)
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
