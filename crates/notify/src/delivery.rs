//! Sends events to their sinks: in order, at least once each, and without anybody waiting for it.

use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use store::{Error, Event, Store};

use crate::cursor::table;
use crate::{Webhook, envelope, signature};

/// Events that are read at once.
const BATCH: u32 = 50;
/// The longest pause after a failure.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// How patient deliveries are.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a sink may take to answer.
    pub answer_timeout: Duration,
    /// The pause after a first failure; it doubles with each further one, up to a minute.
    pub pause_first: Duration,
    /// How often events of other servers on the same database are looked for.
    pub poll: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            answer_timeout: Duration::from_secs(10),
            pause_first: Duration::from_millis(500),
            poll: Duration::from_secs(2),
        }
    }
}

/// Gives each new sink its place: behind the events that are there when it is first configured.
pub async fn prepare(store: &Store, sinks: &[Webhook]) -> Result<(), Error> {
    if sinks.is_empty() {
        return Ok(());
    }
    let last = store.last_event().await?;
    let names: Vec<String> = sinks.iter().map(|sink| sink.name.clone()).collect();
    store
        .write(move |tx| {
            for name in &names {
                if table::get(tx, name)?.is_none() {
                    table::put(tx, name, last)?;
                }
            }
            Ok(())
        })
        .await
}

/// Starts the delivery to each sink on the current runtime. `client` follows no redirects.
pub fn start(store: &Store, sinks: Vec<Webhook>, client: &Client, pace: Pace) {
    for sink in sinks {
        let (store, client) = (store.clone(), client.clone());
        tokio::spawn(async move { Delivery { store, sink, client, pace }.run().await });
    }
}

struct Delivery {
    store: Store,
    sink: Webhook,
    client: Client,
    pace: Pace,
}

impl Delivery {
    async fn run(self) {
        let mut committed = self.store.committed();
        let mut failures: u32 = 0;
        loop {
            committed.borrow_and_update();
            match self.round().await {
                Ok(0) => {
                    // Whether it was a commit or the time, the next round finds out.
                    let _ = tokio::time::timeout(self.pace.poll, committed.changed()).await;
                }
                Ok(_) => {
                    if failures > 0 {
                        log::info!("webhook {} takes events again", self.sink.place());
                    }
                    failures = 0;
                }
                Err(reason) => {
                    // Not each of them: a sink may be away for a week.
                    if failures.is_power_of_two() || failures == 0 {
                        log::warn!("webhook {} does not take events: {reason}", self.sink.place());
                    }
                    failures = failures.saturating_add(1);
                    let pause = self.pace.pause_first.saturating_mul(1 << (failures - 1).min(16));
                    tokio::time::sleep(pause.min(PAUSE_MAX)).await;
                }
            }
        }
    }

    /// Sends what is there, up to a batch, and keeps how far it came; answers how many events that were.
    async fn round(&self) -> Result<usize, String> {
        let sink = self.sink.name.clone();
        let found: Result<Option<i64>, Error> = self.store.read(move |tx| table::get(tx, &sink)).await;
        // A store that was reset has no cursors, and nothing in it but what came since.
        let begun = found.map_err(|error| error.to_string())?.unwrap_or_default();
        let events = self.store.events_after(begun, BATCH).await.map_err(|error| error.to_string())?;
        let (mut done, mut kept) = (begun, begun);
        let mut failed = None;
        for event in &events {
            let envelope = envelope::of(event);
            if self.sink.wants(event, &envelope) {
                if let Err(reason) = self.send(event, &envelope).await {
                    failed = Some(reason);
                    break;
                }
                // At once: after a crash, no more than the last delivery comes twice.
                self.keep(event.sequence).await?;
                kept = event.sequence;
            }
            done = event.sequence;
        }
        if done > kept {
            self.keep(done).await?;
        }
        failed.map_or(Ok(events.len()), Err)
    }

    /// Keeps how far the sink has come.
    async fn keep(&self, sequence: i64) -> Result<(), String> {
        let sink = self.sink.name.clone();
        let kept: Result<(), Error> = self.store.write(move |tx| table::put(tx, &sink, sequence)).await;
        kept.map_err(|error| error.to_string())
    }

    async fn send(&self, event: &Event, envelope: &Value) -> Result<(), String> {
        let body = envelope.to_string();
        let id = format!("{}-{}", envelope["id"].as_str().unwrap_or_default(), event.account);
        let now_s = self.store.clock().now().millis() / 1000;
        let mut request = self
            .client
            .post(self.sink.url.clone())
            .timeout(self.pace.answer_timeout)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", now_s)
            .header("homeregion-sequence", event.sequence);
        if let Some(secret) = &self.sink.secret {
            request = request.header("webhook-signature", signature::sign(secret, &id, now_s, &body));
        }
        let response = request.body(body).send().await.map_err(|error| error.without_url().to_string())?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(format!("it answers {}", response.status()))
    }
}
