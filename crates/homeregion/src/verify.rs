//! `homeregion verify`: checks the data of a server that is not running.

use store::Blobs;

use crate::arguments::Verify;
use crate::{serve, values};

/// Checks the database, that every blob that it names is there with the right bytes, and the values of time series.
pub fn run(arguments: &Verify) -> Result<(), String> {
    let folder = arguments.home.folder()?;
    let store = serve::open(&arguments.home, &folder, true)?;
    let mut problems = store.verify().map_err(|error| error.to_string())?;
    let blobs = Blobs::open(folder.join("blobs"), true).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .map_err(|error| format!("cannot start threads: {error}"))?;
    problems.extend(runtime.block_on(blobs.verify()).map_err(|error| error.to_string())?);
    problems.extend(values::verify(&store, &folder, arguments.home.database != "sqlite")?);
    if problems.is_empty() {
        say!("{} is sound", folder.display());
        return Ok(());
    }
    for problem in &problems {
        say!("{problem}");
    }
    Err(format!("{} problems were found in {}", problems.len(), folder.display()))
}
