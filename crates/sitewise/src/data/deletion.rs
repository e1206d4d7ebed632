//! Carries out the orders to forget the values of streams that were deleted.
//!
//! No reader finds a way to such a stream any more; what is left is to take its values out of heads, log and segments.
//! An order is taken back when nothing can bring them back: not a request that was under way when the stream was
//! deleted, not the log after a restart, not a segment that was being written.

use std::collections::BTreeMap;

use series::SeriesKey;
use series::keeper::Keep;
use series::log::{Batch, Position};
use store::{Error, Tx};

use super::{Data, failed, route};
use crate::time_series::Stream;
use crate::time_series::store::{Order, SERIES, SeriesStore as _};

/// Orders that are carried out at a time; the others wait, invisible.
const ORDERS_MAX: i64 = 10_000;

/// Orders that are taken back in one transaction.
const BATCH: usize = 500;

/// So long a request may be under way at most between finding a stream and writing to it, in milliseconds.
const UNDER_WAY_MS: i64 = 60_000;

/// How far the orders are; one for a server.
#[derive(Debug, Default)]
pub struct Deletions {
    open: BTreeMap<Stream, (Order, Stage)>,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Seen at that time in milliseconds: requests that are under way may still write.
    Seen(i64),
    /// Forgotten by the heads for good; the log may hold values up to there.
    Logged(Position),
}

impl Deletions {
    /// Goes on with the orders there are, by one segment at most; answers whether there is more to do at once.
    ///
    /// It waits for the disk, so it belongs on a thread of its own.
    pub fn step(&mut self, data: &Data) -> Result<bool, Error> {
        let now = data.now().millis();
        self.look(data, now)?;
        self.bar(data, now)?;
        let sealed = data.engine().sealed();
        let is_ready = |stage: &Stage| matches!(stage, Stage::Logged(position) if *position <= sealed);
        let ready: Vec<Stream> =
            self.open.iter().filter(|(_, (_, stage))| is_ready(stage)).map(|(stream, _)| *stream).collect();
        if ready.is_empty() {
            return Ok(false);
        }
        let keys: std::collections::HashSet<SeriesKey> =
            ready.iter().map(|stream| route::key(*stream)).collect();
        let keep = |key: SeriesKey| if keys.contains(&key) { Keep::Nothing } else { Keep::All };
        if data.engine().keeper().purge(&keep).map_err(failed)? {
            return Ok(true);
        }
        for streams in ready.chunks(BATCH) {
            let orders: Vec<Order> = streams.iter().map(|stream| self.open[stream].0.clone()).collect();
            data.store().write_blocking(move |tx| {
                orders.iter().try_for_each(|order| SERIES.carried_out(tx, order))
            })?;
            data.forgotten(streams);
            for stream in streams {
                self.open.remove(stream);
            }
        }
        Ok(false)
    }

    /// Says whether an order waits until the log holds nothing of its stream any more.
    pub fn wait_for_log(&self) -> bool {
        self.open.values().any(|(_, stage)| matches!(stage, Stage::Logged(_)))
    }

    /// Takes up new orders.
    fn look(&mut self, data: &Data, now: i64) -> Result<(), Error> {
        let orders = data.store().read_blocking(|tx: &mut Tx| SERIES.orders(tx, ORDERS_MAX))?;
        let new: Vec<Order> =
            orders.into_iter().filter(|order| !self.open.contains_key(&order.stream)).collect();
        let streams: Vec<Stream> = new.iter().map(|order| order.stream).collect();
        if !streams.is_empty() {
            data.forget(&streams);
        }
        self.open.extend(new.into_iter().map(|order| (order.stream, (order, Stage::Seen(now)))));
        Ok(())
    }

    /// Forgets once more what requests wrote that were under way, and notes how far the log is then.
    fn bar(&mut self, data: &Data, now: i64) -> Result<(), Error> {
        let is_over = |stage: &Stage| matches!(stage, Stage::Seen(seen) if now - seen >= UNDER_WAY_MS);
        let over: Vec<Stream> =
            self.open.iter().filter(|(_, (_, stage))| is_over(stage)).map(|(stream, _)| *stream).collect();
        if over.is_empty() {
            return Ok(());
        }
        // An empty batch is a place in the log, behind everything that was written before.
        let position = data.engine().write(Batch::default()).map_err(failed)?;
        data.forget(&over);
        for stream in over {
            if let Some((_, stage)) = self.open.get_mut(&stream) {
                *stage = Stage::Logged(position);
            }
        }
        Ok(())
    }
}
