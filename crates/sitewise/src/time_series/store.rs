//! What becomes of the values of time series that are deleted.
//!
//! Whatever ends a series (its own deletion, that of an asset, of a property of a model, of a composite model) goes
//! through [`SeriesStore`]. Values are kept elsewhere than rows: here only the order to forget them is written, in the
//! transaction that removes the row, and whoever keeps the values carries it out afterwards.

use store::{Error, Tx};

use super::{Stream, table};
use crate::id::{AssetId, PropertyId};
use crate::place::Place;

/// Which series go.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// One.
    Stream(Stream),
    /// All of an asset.
    Asset(&'a AssetId),
    /// Those of one property over all assets of its model, at most so many of them.
    Property(&'a PropertyId, i64),
}

/// Deletes time series with everything that belongs to them.
pub trait SeriesStore {
    /// Deletes the selected series with their tags, and orders their values to be forgotten, if they ever had any;
    /// answers how many series there were.
    fn forget(&self, tx: &mut Tx, place: Place<'_>, which: Which<'_>) -> Result<u64, Error>;

    /// Lists up to `limit` orders that are not carried out yet, oldest first.
    fn orders(&self, tx: &mut Tx, limit: i64) -> Result<Vec<Order>, Error>;

    /// Takes an order back once the values of its stream are gone.
    fn carried_out(&self, tx: &mut Tx, order: &Order) -> Result<(), Error>;
}

/// The order to forget the values of one stream; no series has that stream any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Account of the series.
    pub account: String,
    /// Region of the series.
    pub region: String,
    /// What its values are kept under.
    pub stream: Stream,
}

/// Deletes rows in the database and leaves the orders there, too: durable with the deletion itself.
#[derive(Clone, Copy, Debug)]
pub struct DatabaseSeries;

/// The store of this program.
pub const SERIES: DatabaseSeries = DatabaseSeries;

impl SeriesStore for DatabaseSeries {
    fn forget(&self, tx: &mut Tx, place: Place<'_>, which: Which<'_>) -> Result<u64, Error> {
        let now = tx.now();
        table::forget(tx, place, which, now)
    }

    fn orders(&self, tx: &mut Tx, limit: i64) -> Result<Vec<Order>, Error> {
        let orders = table::orders(tx, limit)?.into_iter();
        Ok(orders.map(|(account, region, stream)| Order { account, region, stream }).collect())
    }

    fn carried_out(&self, tx: &mut Tx, order: &Order) -> Result<(), Error> {
        let place = Place { account: &order.account, region: &order.region };
        table::delete_order(tx, place, order.stream)
    }
}
