//! Where the values of time series live: the engine's log and segments.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::values::{Journal, Kept};
use series::disk::{Disk, Folder};
use sitewise::data::notified::Notified;
use sitewise::data::{Data, Homes, LogHome};
use store::Store;

/// The folder in the data folder in which the engine keeps its files.
const FOLDER: &str = "series";

/// How often it is looked whether the log has failed.
const HALT_PAUSE: Duration = Duration::from_millis(500);

/// Opens the engine of values: its segments in the data folder, its log beside them, or in the database where that is
/// not a file of this machine; and the journal of what is told of them, where what nobody takes waits so long.
pub fn open(
    store: &Store,
    folder: &Path,
    in_database: bool,
    kept: Kept,
) -> Result<(Arc<Data>, Arc<Journal>), String> {
    let homes = homes(folder, in_database)?;
    let notified = Arc::new(Notified::default());
    let journal = Journal::open(store, notified.clone(), kept).map_err(|error| error.to_string())?;
    let data = Data::open(store, homes, vec![journal.clone()]).map_err(|error| error.to_string())?;
    data.tell(notified);
    Ok((data, journal))
}

/// Waits until nothing can be written any more, and says why: only a restart finds out what is on the disk.
pub async fn halted(data: &Data) -> String {
    loop {
        if let Some(reason) = data.engine().halted() {
            return reason;
        }
        tokio::time::sleep(HALT_PAUSE).await;
    }
}

/// Checks what the engine has stored, and that it belongs to time series that there are; answers what is wrong.
pub fn verify(store: &Store, folder: &Path, in_database: bool) -> Result<Vec<String>, String> {
    let problems = sitewise::data::verify::verify(store, homes(folder, in_database)?);
    problems.map_err(|error| error.to_string())
}

fn homes(folder: &Path, in_database: bool) -> Result<Homes, String> {
    let folder = folder.join(FOLDER);
    let open = |name: &str| -> Result<Arc<dyn Disk>, String> {
        let path = folder.join(name);
        let disk = Folder::open(&path);
        Ok(Arc::new(disk.map_err(|error| format!("cannot open the folder {}: {error}", path.display()))?))
    };
    let log = if in_database { LogHome::Rows } else { LogHome::Files(open("log")?) };
    Ok(Homes { log, segments: open("segments")? })
}
