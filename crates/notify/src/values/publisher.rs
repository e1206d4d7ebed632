//! Publishes messages to a broker: in order, at least once each, and without anybody waiting for it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use store::Error;
use tokio::sync::watch;
use tokio::time::Instant;

use super::journal::Journal;
use super::table::{self, Page, Place};
use crate::mqtt::packet::{self, Incoming};
use crate::mqtt::{Broker, Connection, Filter};

/// The longest pause after a failure.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// The pause after a first failure; it doubles with each further one.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
/// Messages that wait for their acknowledgement at most.
const WINDOW_MAX: u16 = 256;
/// Acknowledged messages after which the place is kept, if more are under way.
const KEEP_MESSAGES: i64 = 128;
/// How long an acknowledgement may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A sink: which messages go to which broker.
#[derive(Clone)]
pub struct Publisher {
    /// What its place is kept under.
    pub name: String,
    /// The broker.
    pub broker: Broker,
    /// Accounts whose values are published; all if there is none.
    pub accounts: Vec<String>,
    /// Topics that are published; all if there is none.
    pub topics: Vec<Filter>,
    /// What stands in front of each topic, for brokers that keep topics with `$` to themselves.
    pub prefix: String,
}

impl Publisher {
    /// Publishes until the server ends.
    pub async fn run(self, journal: Arc<Journal>, mut ended: watch::Receiver<bool>) {
        let mut failures: u32 = 0;
        loop {
            let begun = Instant::now();
            let reason = match self.publish(&journal, &mut ended).await {
                Ok(()) => return,
                Err(reason) => reason,
            };
            if begun.elapsed() > PAUSE_MAX {
                failures = 0;
            }
            // Not each of them: a broker may be away for a week.
            if failures.is_power_of_two() || failures == 0 {
                log::warn!("values are not published to {}: {reason}", self.broker.place());
            }
            failures = failures.saturating_add(1);
            let pause = PAUSE_FIRST.saturating_mul(1 << (failures - 1).min(16)).min(PAUSE_MAX);
            tokio::select! {
                () = over(&mut ended) => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Publishes over one connection; answers when the server ends.
    async fn publish(&self, journal: &Arc<Journal>, ended: &mut watch::Receiver<bool>) -> Result<(), String> {
        let connection = Connection::open(&self.broker, &self.broker.client_id, true).await?;
        log::info!("values are published to {}", self.broker.place());
        let place = self.place(journal).await.map_err(said)?;
        let window = usize::from(connection.receive_max.min(WINDOW_MAX));
        let mut session = Session {
            publisher: self,
            journal,
            connection,
            place,
            kept: place,
            next: place.number,
            page: VecDeque::new(),
            under_way: VecDeque::new(),
            id: 0,
            window,
        };
        session.run(ended).await
    }

    async fn place(&self, journal: &Journal) -> Result<Place, Error> {
        let name = self.name.clone();
        let place: Option<Place> = journal.store().read(move |tx| table::sink(tx, &name)).await?;
        // A store that was reset has no places, and nothing in it but what came since.
        Ok(place.unwrap_or_default())
    }

    fn wants(&self, message: &super::Message) -> bool {
        (self.accounts.is_empty() || self.accounts.contains(&message.account))
            && (self.topics.is_empty() || self.topics.iter().any(|topic| topic.matches(&message.topic)))
    }
}

/// Waits for the end of the server.
async fn over(ended: &mut watch::Receiver<bool>) {
    // A sender that is gone has ended, too.
    let _ = ended.wait_for(|ended| *ended).await;
}

fn said(error: Error) -> String {
    error.to_string()
}

/// A message that was sent.
struct UnderWay {
    number: i64,
    /// What it is acknowledged by; nothing for one that is not for this sink.
    id: Option<u16>,
    sent: Instant,
}

struct Session<'a> {
    publisher: &'a Publisher,
    journal: &'a Arc<Journal>,
    connection: Connection,
    /// What is acknowledged.
    place: Place,
    /// What of that is kept in the store.
    kept: Place,
    /// The last message that was read.
    next: i64,
    page: VecDeque<(i64, super::Message)>,
    under_way: VecDeque<UnderWay>,
    id: u16,
    window: usize,
}

impl Session<'_> {
    async fn run(&mut self, ended: &mut watch::Receiver<bool>) -> Result<(), String> {
        let mut written = self.journal.written();
        loop {
            written.borrow_and_update();
            self.fill().await?;
            self.connection.flush().await?;
            self.settle();
            let is_idle = self.under_way.is_empty();
            if self.place != self.kept && (is_idle || self.place.number - self.kept.number >= KEEP_MESSAGES) {
                self.keep().await?;
            }
            let overdue = self.under_way.front().map(|first| first.sent + ANSWER_MAX);
            let patience = overdue.unwrap_or_else(|| Instant::now() + PAUSE_MAX);
            tokio::select! {
                () = over(ended) => {
                    self.keep().await?;
                    self.connection.end().await;
                    return Ok(());
                }
                packet = self.connection.next() => self.take(packet?)?,
                // The sender lives as long as the journal.
                _ = written.changed(), if self.page.is_empty() => {}
                () = tokio::time::sleep_until(patience) => {
                    if overdue.is_some() {
                        return Err("the broker does not acknowledge".to_owned());
                    }
                }
            }
        }
    }

    /// Sends as much as may be under way.
    async fn fill(&mut self) -> Result<(), String> {
        while self.under_way.len() < self.window {
            let Some((number, message)) = self.page.pop_front() else {
                if self.read().await? {
                    continue;
                }
                return Ok(());
            };
            let id = self.publisher.wants(&message).then(|| {
                self.id = self.id.checked_add(1).unwrap_or(1);
                let topic = format!("{}{}", self.publisher.prefix, message.topic);
                let version = self.publisher.broker.version;
                packet::publish(
                    version,
                    self.id,
                    &topic,
                    message.payload.as_bytes(),
                    &mut self.connection.out,
                );
                self.id
            });
            self.under_way.push_back(UnderWay { number, id, sent: Instant::now() });
            self.settle();
        }
        Ok(())
    }

    /// Reads the next page; answers whether there was one.
    async fn read(&mut self) -> Result<bool, String> {
        let behind = self.next;
        let page: Option<Page> =
            self.journal.store().read(move |tx| table::page_behind(tx, behind)).await.map_err(said)?;
        let Some(Page { first, messages }) = page else { return Ok(false) };
        let lost = first - 1 - behind;
        if lost > 0 {
            self.place.lost += lost;
            log::error!(
                "{lost} messages on values were too old or too many to wait for {}, and are lost; {} in all",
                self.publisher.broker.place(),
                self.place.lost
            );
        }
        let numbered = (first..).zip(messages).filter(|(number, _)| *number > behind);
        self.page = numbered.collect();
        self.next = self.page.back().map_or(behind, |(number, _)| *number);
        Ok(true)
    }

    fn take(&mut self, packet: Incoming) -> Result<(), String> {
        let Incoming::Acknowledged { id, code } = packet else { return Ok(()) };
        if code >= 0x80 {
            return Err(format!("the broker refuses a message with code {code:#04x}"));
        }
        let found = self.under_way.iter_mut().find(|message| message.id == Some(id));
        if let Some(message) = found {
            message.id = None;
        }
        Ok(())
    }

    /// Moves the place over all that is acknowledged.
    fn settle(&mut self) {
        while let Some(first) = self.under_way.front()
            && first.id.is_none()
        {
            self.place.number = first.number;
            self.under_way.pop_front();
        }
    }

    async fn keep(&mut self) -> Result<(), String> {
        if self.place == self.kept {
            return Ok(());
        }
        let (name, place) = (self.publisher.name.clone(), self.place);
        let kept: Result<(), Error> =
            self.journal.store().write(move |tx| table::put_sink(tx, &name, place)).await;
        kept.map_err(said)?;
        self.kept = place;
        Ok(())
    }
}
