//! What the server does on its own: ends passing states, finishes deletions, sweeps what nobody needs any more.

use std::sync::Arc;
use std::time::Duration;

use migrationhub::discovery::import_task::{self, ImportSource};
use model::Timestamp;
use registry::upstream::FileHosts;
use sitewise::data::Data;
use store::{Blobs, Clock, Error, Store};
use tokio::runtime::Handle;

use crate::certificates::Certificates;
use crate::resource_log;

/// How often unfinished work is looked for; clients poll every three seconds, matching must take less than one.
const RECONCILE_PAUSE: Duration = Duration::from_millis(200);
/// How long to wait after the store has failed: a database that was restarted is used again soon after.
const FAILURE_PAUSE: Duration = Duration::from_secs(2);
/// Steps of one transaction of the reconciler.
const RECONCILE_STEPS_MAX: usize = 500;
/// How often leftovers are swept.
const SWEEP_PAUSE: Duration = Duration::from_secs(60);
/// Rows that one sweep removes at most, so that it never holds the writer for long.
const SWEEP_ROWS_MAX: u32 = 1000;
/// How often blobs are swept.
const BLOB_SWEEP_PAUSE: Duration = Duration::from_secs(3600);
/// How often the end of the server's certificate is looked at.
const CERTIFICATE_PAUSE: Duration = Duration::from_secs(12 * 3600);
/// How long a blob that nothing refers to is kept: an upload whose transaction is still to come takes far less.
const BLOB_GRACE: Duration = Duration::from_secs(24 * 3600);
/// Starts the chores on the current runtime.
///
/// `import_hosts` are those that the files of imports may be read from; events are forgotten after `kept_hours`.
pub fn start(store: &Store, blobs: &Blobs, data: &Arc<Data>, import_hosts: FileHosts, kept_hours: u32) {
    tokio::spawn(reconcile(store.clone(), data.clone()));
    tokio::spawn(resource_log::follow(store.clone()));
    tokio::spawn(import(store.clone(), blobs.clone(), import_hosts));
    tokio::spawn(sweep(store.clone(), i64::from(kept_hours) * 3600 * 1000));
    tokio::spawn(sweep_blobs(store.clone(), blobs.clone()));
    if let Err(error) = sitewise::compute::start(data) {
        log::error!("nothing is computed: no thread can be started: {error}");
    }
}

/// Makes the server's certificate again when its end is near; the server shows the new one soon after.
pub fn keep_certificate(certificates: Certificates, hosts: Vec<String>) {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(CERTIFICATE_PAUSE).await;
            if let Err(reason) = certificates.make(&hosts, Clock::System.now()) {
                log::warn!("{reason}");
            }
        }
    });
}

async fn reconcile(store: Store, data: Arc<Data>) {
    loop {
        match reconcile_step(&store).await {
            Ok(0) => tokio::time::sleep(RECONCILE_PAUSE).await,
            Ok(_) => data.look_again(),
            Err(error) => {
                log::warn!("unfinished work was not looked for: {error}");
                tokio::time::sleep(FAILURE_PAUSE).await;
            }
        }
    }
}

async fn reconcile_step(store: &Store) -> Result<usize, Error> {
    // A snapshot first: an idle server writes nothing.
    let mut steps = 0;
    if store.read(sitewise::is_due).await? {
        steps += store.write(|tx| sitewise::reconcile(tx, RECONCILE_STEPS_MAX)).await?;
    }
    if store.read(codeartifact::repository::is_deletion_due).await? {
        steps += store.write(|tx| codeartifact::repository::go_on_deleting(tx, RECONCILE_STEPS_MAX)).await?;
    }
    if store.read(migrationhub::is_due).await? {
        steps += store.write(|tx| migrationhub::reconcile(tx, RECONCILE_STEPS_MAX)).await?;
    }
    Ok(steps)
}

/// Reads the files of imports from the hosts that the operator listed, and those that were uploaded.
struct Files {
    hosts: FileHosts,
    blobs: Blobs,
    runtime: Handle,
}

impl ImportSource for Files {
    fn read(&self, import_url: &str, bytes_max: usize) -> Result<Vec<u8>, String> {
        self.runtime.block_on(self.hosts.read(import_url, bytes_max))
    }

    fn read_blob(&self, sha256: &str) -> Result<Vec<u8>, String> {
        match self.runtime.block_on(self.blobs.get(sha256)) {
            Ok(Some(bytes)) => Ok(bytes.into()),
            Ok(None) => Err("the uploaded file is gone".to_owned()),
            Err(error) => {
                log::error!("an uploaded file cannot be read: {error}");
                Err("the uploaded file cannot be read".to_owned())
            }
        }
    }
}

async fn import(store: Store, blobs: Blobs, hosts: FileHosts) {
    let source = Arc::new(Files { hosts, blobs, runtime: Handle::current() });
    loop {
        tokio::time::sleep(RECONCILE_PAUSE).await;
        match store.read(import_task::is_import_due).await {
            Ok(false) => {}
            Ok(true) => {
                let (store, source) = (store.clone(), Arc::clone(&source));
                let work =
                    tokio::task::spawn_blocking(move || import_task::work(&store, source.as_ref())).await;
                if let Ok(Err(error)) = work {
                    log::warn!("an import was not carried out: {error}");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
            Err(error) => {
                log::warn!("imports were not looked for: {error}");
                tokio::time::sleep(FAILURE_PAUSE).await;
            }
        }
    }
}

async fn sweep(store: Store, events_kept_ms: i64) {
    loop {
        tokio::time::sleep(SWEEP_PAUSE).await;
        let tokens = store.write(|tx| service::idempotency::sweep(tx, i64::from(SWEEP_ROWS_MAX))).await;
        if let Err(error) = tokens as Result<u64, Error> {
            log::warn!("old idempotency tokens were not swept: {error}");
        }
        let uploads = store.write(|tx| import_task::forget_uploads(tx, i64::from(SWEEP_ROWS_MAX))).await;
        if let Err(error) = uploads {
            log::warn!("old uploads were not swept: {error}");
        }
        if let Err(error) = store.write(codeartifact::token::sweep).await as Result<u64, Error> {
            log::warn!("revocations of tokens that have ended were not swept: {error}");
        }
        let until = Timestamp::from_millis(store.clock().now().millis() - events_kept_ms);
        if let Err(error) = store.prune_events(until, SWEEP_ROWS_MAX).await {
            log::warn!("old events were not swept: {error}");
        }
    }
}

async fn sweep_blobs(store: Store, blobs: Blobs) {
    loop {
        tokio::time::sleep(BLOB_SWEEP_PAUSE).await;
        match blobs.sweep(&store, BLOB_GRACE).await {
            Ok(swept) if swept.blobs > 0 => {
                log::info!("swept {} blobs of {} bytes that nothing refers to", swept.blobs, swept.bytes);
            }
            Ok(_) => {}
            Err(error) => log::warn!("blobs were not swept: {error}"),
        }
    }
}
