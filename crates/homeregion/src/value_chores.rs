//! What the server does on its own for values of time series: seals them by age, forgets those of deleted streams and
//! those whose time is over.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use service::Installation;
use sitewise::data::Data;
use sitewise::data::deletion::Deletions;
use sitewise::data::retention::Sweep;
use store::Error;
use tokio::task::spawn_blocking;

/// Values stand in the log alone for so long at most; a restart has to read it again.
const SEAL_PAUSE: Duration = Duration::from_secs(600);
/// How often deleted streams are looked for.
const DELETION_PAUSE: Duration = Duration::from_secs(1);
/// How often it is looked for values whose time is over.
const RETENTION_PAUSE: Duration = Duration::from_secs(3600);
/// How long the disk is left to others after a segment was written anew.
const REWRITE_PAUSE: Duration = Duration::from_millis(200);
/// How long to wait after a failure.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// Starts the chores on the current runtime; what is deleted already is forgotten before this answers.
pub fn start(data: &Arc<Data>, installation: &Arc<Installation>) {
    let deletions = Arc::new(Mutex::new(Deletions::default()));
    if let Err(error) = step(&deletions, data) {
        log::warn!("deleted time series were not looked for: {error}");
    }
    tokio::spawn(seal(data.clone(), deletions.clone()));
    tokio::spawn(delete(data.clone(), deletions));
    tokio::spawn(retain(data.clone(), installation.clone()));
}

async fn seal(data: Arc<Data>, deletions: Arc<Mutex<Deletions>>) {
    loop {
        tokio::time::sleep(SEAL_PAUSE).await;
        // An idle server writes nothing; deletions wait until the log holds nothing of their streams.
        let awaited = deletions.lock().unwrap_or_else(PoisonError::into_inner).wait_for_log();
        if awaited || data.engine().tables().heads.bytes() > 0 {
            data.engine().seal();
        }
    }
}

fn step(deletions: &Mutex<Deletions>, data: &Data) -> Result<bool, Error> {
    deletions.lock().unwrap_or_else(PoisonError::into_inner).step(data)
}

async fn delete(data: Arc<Data>, deletions: Arc<Mutex<Deletions>>) {
    loop {
        let (own, work) = (data.clone(), deletions.clone());
        let pause = match spawn_blocking(move || step(&work, &own)).await {
            Ok(Ok(true)) => REWRITE_PAUSE,
            Ok(Ok(false)) => DELETION_PAUSE,
            Ok(Err(error)) => {
                log::warn!("the values of deleted time series were not forgotten: {error}");
                FAILURE_PAUSE
            }
            // The server is ending.
            Err(_) => return,
        };
        tokio::time::sleep(pause).await;
    }
}

async fn retain(data: Arc<Data>, installation: Arc<Installation>) {
    loop {
        if let Err(error) = sweep(&data, &installation).await {
            log::warn!("values whose time is over were not swept: {error}");
        }
        tokio::time::sleep(RETENTION_PAUSE).await;
    }
}

async fn sweep(data: &Arc<Data>, installation: &Arc<Installation>) -> Result<(), Error> {
    let ending = |_| Error::Broken("the server is ending".to_owned());
    let (own, installed) = (data.clone(), installation.clone());
    let begun = spawn_blocking(move || Sweep::begin(&own, &installed)).await.map_err(ending)??;
    let Some(mut sweep) = begun else { return Ok(()) };
    loop {
        let own = data.clone();
        let done = spawn_blocking(move || {
            let more = sweep.step(&own)?;
            Ok::<_, Error>((sweep, more))
        });
        let (rest, more) = done.await.map_err(ending)??;
        if !more {
            return Ok(());
        }
        sweep = rest;
        tokio::time::sleep(REWRITE_PAUSE).await;
    }
}
