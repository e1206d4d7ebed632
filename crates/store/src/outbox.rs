//! Events that transactions leave behind, in commit order, for whoever follows along.
//!
//! Delivering them is not done here; see the subscribers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use model::Timestamp;

use crate::tx::Connection;
use crate::{Error, Store, Tx};

/// One event of the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place; later commits have higher ones, and gaps are possible.
    pub sequence: i64,
    /// The account it happened in.
    pub account: String,
    /// The region it happened in.
    pub region: String,
    /// What happened.
    pub topic: String,
    /// The particulars.
    pub body: serde_json::Value,
    /// When its transaction started.
    pub emitted_at: Timestamp,
}

impl Store {
    /// Reads up to `limit` events after the one numbered `sequence` (0 for the beginning), oldest first.
    pub async fn events_after(&self, sequence: i64, limit: u32) -> Result<Vec<Event>, Error> {
        if self.numbers_events_later() {
            self.write(number).await?;
        }
        self.read(move |tx| after(tx, sequence, limit)).await
    }

    /// Gives the number of the last event that is kept; 0 when there is none.
    pub async fn last_event(&self) -> Result<i64, Error> {
        if self.numbers_events_later() {
            self.write(number).await?;
        }
        let last = |tx: &mut Tx| {
            tx.query_one("SELECT COALESCE(MAX(sequence), 0) FROM store_outbox", &[], |row| row.integer(0))
        };
        Ok(self.read(last).await?.unwrap_or_default())
    }

    /// Forgets up to `limit` of the oldest events from before `until`; answers how many.
    pub async fn prune_events(&self, until: Timestamp, limit: u32) -> Result<u64, Error> {
        if self.numbers_events_later() {
            self.write(number).await?;
        }
        self.write(move |tx| {
            tx.execute(
                "DELETE FROM store_outbox WHERE sequence IN
                 (SELECT sequence FROM store_outbox WHERE emitted_at < ?1 ORDER BY sequence LIMIT ?2)",
                &[until.into(), limit.into()],
            )
        })
        .await
    }
}

pub(crate) fn append(
    tx: &mut Tx,
    account: &str,
    region: &str,
    topic: &str,
    body: &serde_json::Value,
) -> Result<(), Error> {
    let now = tx.now();
    match tx.connection {
        Connection::Sqlite(_) => tx.execute(
            "INSERT INTO store_outbox (account, region, topic, body, emitted_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[account.into(), region.into(), topic.into(), body.to_string().into(), now.into()],
        )?,
        // A number taken here would be visible only at the commit, after higher ones that readers have passed.
        Connection::Postgres(_) => {
            let key = tx.event_key();
            tx.execute(
                "INSERT INTO store_outbox_pending (id, account, region, topic, body, emitted_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                &[
                    key.into(),
                    account.into(),
                    region.into(),
                    topic.into(),
                    body.to_string().into(),
                    now.into(),
                ],
            )?
        }
    };
    Ok(())
}

/// Gives the microsecond of the machine's clock, or a later one so that no two transactions share theirs.
///
/// Between servers the order of events is as good as their clocks.
pub(crate) fn next_moment() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
    let step = |last: u64| Some(now.max(last + 1));
    let last = LAST.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step).unwrap_or_default();
    now.max(last + 1)
}

pub(crate) fn clear(tx: &mut Tx) -> Result<(), Error> {
    tx.execute("DELETE FROM store_outbox", &[])?;
    if matches!(tx.connection, Connection::Postgres(_)) {
        tx.execute("DELETE FROM store_outbox_pending", &[])?;
    }
    Ok(())
}

/// Gives numbers to the events of transactions that have committed since the last time.
fn number(tx: &mut Tx) -> Result<(), Error> {
    let count = tx.execute(
        "INSERT INTO store_outbox (sequence, account, region, topic, body, emitted_at)
         SELECT l.sequence + ROW_NUMBER() OVER (ORDER BY p.id), p.account, p.region, p.topic, p.body,
           p.emitted_at
         FROM store_outbox_pending p CROSS JOIN store_outbox_last l WHERE l.name = 'outbox'",
        &[],
    )?;
    if count > 0 {
        let count = i64::try_from(count).map_err(Error::broken)?;
        tx.execute(
            "UPDATE store_outbox_last SET sequence = sequence + ?1 WHERE name = 'outbox'",
            &[count.into()],
        )?;
        // The same snapshot as above: nothing goes that was not numbered.
        tx.execute("DELETE FROM store_outbox_pending", &[])?;
    }
    Ok(())
}

fn after(tx: &mut Tx, sequence: i64, limit: u32) -> Result<Vec<Event>, Error> {
    tx.query(
        "SELECT sequence, account, region, topic, body, emitted_at FROM store_outbox
         WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
        &[sequence.into(), limit.into()],
        |row| {
            Ok(Event {
                sequence: row.integer(0)?,
                account: row.text(1)?,
                region: row.text(2)?,
                topic: row.text(3)?,
                body: serde_json::from_str(row.str(4)?).map_err(Error::broken)?,
                emitted_at: row.timestamp(5)?,
            })
        },
    )
}
