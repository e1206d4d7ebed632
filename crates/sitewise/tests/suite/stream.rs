//! Values arrive, as far as rows know: what ingestion calls, without the values themselves.

use sitewise::asset_model::{self, property::DataType};
use sitewise::id::{AssetId, CustomId};
use sitewise::place::Place;
use sitewise::time_series::store::{SERIES, SeriesStore as _};
use sitewise::time_series::{arrival, table};
use store::{Error, Tx};
use testkit::World;

use crate::table::copied;

const PLACE: Place<'static> = Place { account: "111122223333", region: "us-east-1" };

fn write<T: Send + 'static>(
    world: &World,
    job: impl Fn(&mut Tx) -> Result<T, Error> + Send + Sync + 'static,
) -> T {
    world.store().write_blocking(job).unwrap()
}

/// A value arrives under an alias; answers the stream.
pub fn arrive(world: &World, alias: &str, data_type: DataType) -> i64 {
    let alias = alias.to_owned();
    write(world, move |tx| Ok(arrival::by_alias(tx, PLACE, &alias, data_type)?.stream.0))
}

/// A value arrives for a property of an asset; answers the stream.
pub fn receive(world: &World, asset: &str, property: &str) -> i64 {
    let (asset, property) = (asset.to_owned(), CustomId::parse(property).unwrap());
    write(world, move |tx| {
        let asset = sitewise::asset::table::by_id(tx, PLACE, &asset)?.unwrap();
        let definition = asset_model::definition(tx, PLACE, &asset.model_id, &asset.model_version)?;
        let property = definition.property_anywhere(&property).unwrap().0;
        Ok(arrival::by_property(tx, PLACE, &asset.id, property)?.stream.0)
    })
}

/// The stream behind an alias.
pub fn stream_of(world: &World, alias: &str) -> i64 {
    let alias = alias.to_owned();
    write(world, move |tx| Ok(table::by_alias(tx, PLACE, &alias)?.unwrap().stream.0))
}

/// Streams whose values are to be forgotten, in order of their numbers.
pub fn ordered(world: &World) -> Vec<i64> {
    let mut streams = write(world, |tx| {
        let orders = SERIES.orders(tx, 10_000)?.into_iter();
        Ok(orders.map(|order| order.stream.0).collect::<Vec<_>>())
    });
    streams.sort_unstable();
    streams
}

/// Carries out up to so many orders; answers how many there were.
pub fn carry_out(world: &World, limit: i64) -> usize {
    write(world, move |tx| {
        let orders = SERIES.orders(tx, limit)?;
        for order in &orders {
            SERIES.carried_out(tx, order)?;
        }
        Ok(orders.len())
    })
}

/// Gives the property of so many copies of an asset the aliases `/flow/1` and so on.
pub fn name_all(world: &World, property: &str, copies: i64) {
    let property = CustomId::parse(property).unwrap();
    write(world, move |tx| {
        let first = sitewise::asset::table::by_id(tx, PLACE, &copied(1))?.unwrap();
        let definition = asset_model::definition(tx, PLACE, &first.model_id, &first.model_version)?;
        let property = definition.property_anywhere(&property).unwrap().0;
        for i in 1..=copies {
            let id = AssetId::parse(&copied(i)).unwrap();
            arrival::begin(tx, PLACE, &id, property, Some(&format!("/flow/{i}")))?;
        }
        Ok(())
    });
}
