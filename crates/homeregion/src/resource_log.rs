//! Entries about resources of IoT SiteWise in the log, for accounts that asked for them with `PutLoggingOptions`.

use std::time::Duration;

use sitewise::configuration::entry::{self, Level};
use store::{Error, Event, Store};

/// How often accounts are looked for that want entries, and events for them.
const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// How long to wait after the store has failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);
/// Events that are read at once.
const PAGE: u32 = 500;

/// Who wants entries: account, Region, and how many.
type Wanted = Vec<(String, String, Level)>;

/// Writes entries as long as the server runs; of what happened before it runs, or before anybody wanted entries, there
/// are none.
pub async fn follow(store: Store) {
    let mut after = None;
    loop {
        tokio::time::sleep(LOOK_PAUSE).await;
        match go_on(&store, after).await {
            Ok(next) => after = next,
            Err(error) => {
                log::warn!("entries about resources were not written: {error}");
                tokio::time::sleep(FAILURE_PAUSE).await;
            }
        }
    }
}

/// Writes the entries after an event; answers the last event that was seen, or nothing while nobody wants entries.
async fn go_on(store: &Store, after: Option<i64>) -> Result<Option<i64>, Error> {
    let wanted = store.read(entry::wanted).await?;
    if wanted.is_empty() {
        return Ok(None);
    }
    let Some(mut after) = after else { return store.last_event().await.map(Some) };
    loop {
        let events = store.events_after(after, PAGE).await?;
        for event in &events {
            after = event.sequence;
            write(&wanted, event);
        }
        if events.len() < PAGE as usize {
            return Ok(Some(after));
        }
    }
}

fn write(wanted: &Wanted, event: &Event) {
    let most =
        wanted.iter().find(|(account, region, _)| *account == event.account && *region == event.region);
    let Some((.., most)) = most else { return };
    match entry::of(event) {
        Some((Level::Error, entry)) => log::error!("iotsitewise {entry}"),
        Some((Level::Info, entry)) if *most == Level::Info => log::info!("iotsitewise {entry}"),
        _ => {}
    }
}
