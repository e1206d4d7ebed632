//! Values go: with the streams that are deleted, and when their time is over.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use series::SeriesKey;
use sitewise::data::Data;
use sitewise::data::deletion::Deletions;
use sitewise::data::retention::Sweep;
use sitewise::time_series::store::{SERIES, SeriesStore as _};
use testkit::{Caller, World};

use super::{T0, double, each, put, stored};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Writes one value under an alias at the present and answers what it is kept under.
fn write(world: &World, caller: &Caller<'_>, alias: &str) -> SeriesKey {
    let now = world.store().clock().now().millis() / 1000;
    let entry = json!({ "entryId": "e", "propertyAlias": alias, "propertyValues": [double(now, 0, 1.0)] });
    assert_eq!(put(caller, json!([entry])), json!([]));
    SeriesKey(u64::try_from(crate::stream::stream_of(world, alias)).unwrap())
}

/// Seals everything that is written so far.
fn seal(data: &Data) {
    let position = data.engine().write(series::log::Batch::default()).unwrap();
    while data.engine().sealed() < position {
        data.engine().seal();
        std::thread::yield_now();
    }
}

fn on_disk(data: &Data) -> Vec<SeriesKey> {
    data.engine().keeper().keys().unwrap().into_iter().collect()
}

fn orders(world: &World) -> usize {
    world.store().read_blocking(|tx| SERIES.orders(tx, 100)).unwrap().len()
}

/// Goes on until nothing is left to be done at once.
fn go_on(deletions: &mut Deletions, data: &Arc<Data>) {
    while deletions.step(data).unwrap() {}
}

#[test]
fn the_values_of_deleted_streams_leave_the_disk_and_then_the_order_is_taken_back() {
    each(|world, data| {
        let caller = world.caller();
        let (gone, stays) = (write(world, &caller, "/gone"), write(world, &caller, "/stays"));
        seal(data);
        let mut both = vec![gone, stays];
        both.sort();
        assert_eq!(on_disk(data), both);
        caller.ok("DeleteTimeSeries", json!({ "alias": "/gone" }));
        let mut deletions = Deletions::default();
        go_on(&mut deletions, data);
        assert_eq!(on_disk(data), both, "a request may be under way");
        world.pass(MINUTE);
        go_on(&mut deletions, data);
        assert_eq!((on_disk(data), orders(world)), (both, 1), "the log still has values");
        seal(data);
        go_on(&mut deletions, data);
        assert_eq!((on_disk(data), orders(world)), (vec![stays], 0));
        assert_eq!(stored(world, data, &json!({ "propertyAlias": "/stays" })).len(), 1);

        // The alias is free for another stream, which begins with nothing.
        let next = write(world, &caller, "/gone");
        assert_ne!(next, gone);
        assert_eq!(stored(world, data, &json!({ "propertyAlias": "/gone" })).len(), 1);
    });
}

#[test]
fn what_comes_late_for_a_deleted_stream_goes_too() {
    each(|world, data| {
        let caller = world.caller();
        let gone = write(world, &caller, "/gone");
        caller.ok("DeleteTimeSeries", json!({ "alias": "/gone" }));
        let mut deletions = Deletions::default();
        go_on(&mut deletions, data);
        // A request that found the stream before it was deleted.
        let point =
            series::Point { timestamp: 5, quality: series::Quality::Good, value: series::Value::Double(1.0) };
        let run = series::Run { key: gone, kind: series::Kind::Double, points: vec![point] };
        data.engine().write(series::log::Batch { runs: vec![run], note: Vec::new() }).unwrap();
        world.pass(MINUTE);
        go_on(&mut deletions, data);
        seal(data);
        go_on(&mut deletions, data);
        assert_eq!((on_disk(data), orders(world)), (vec![], 0));
        assert_eq!(data.engine().tables().latest(gone).unwrap(), None);
    });
}

#[test]
fn values_are_kept_as_long_as_the_account_asks_for() {
    each(|world, data| {
        let (short, long) = (world.caller(), world.caller().in_region("eu-west-1"));
        let keep = |caller: &Caller<'_>, days: i64| {
            let period = json!({ "numberOfDays": days });
            caller.ok(
                "PutStorageConfiguration",
                json!({ "storageType": "SITEWISE_DEFAULT_STORAGE", "retentionPeriod": period }),
            );
        };
        let visible = |caller: &Caller<'_>| store::block_on(data.oldest_visible(&caller.call())).unwrap();
        assert_eq!(visible(&short), i64::MIN);
        keep(&short, 30);
        let second = 1_000_000_000;
        assert_eq!(visible(&short), (T0 - 30 * 86_400) * second);

        let old = write(world, &short, "/short");
        let entry =
            json!({ "entryId": "e", "propertyAlias": "/long", "propertyValues": [double(T0, 0, 1.0)] });
        assert_eq!(put(&long, json!([entry])), json!([]));
        seal(data);
        let installation = long.call().installation;
        let sweep = || {
            let Some(mut sweep) = Sweep::begin(data, &installation).unwrap() else { return false };
            while sweep.step(data).unwrap() {}
            true
        };
        assert!(!sweep(), "nothing is over");
        // The stretch of a week in which the value lies is over some days after the value.
        world.pass(DAY * 38);
        assert_eq!(visible(&short), (T0 + 8 * 86_400) * second);
        assert!(sweep());
        assert_eq!(on_disk(data).len(), 1, "another account keeps its own");
        assert!(!on_disk(data).contains(&old));
        keep(&long, 60);
        sweep();
        assert_eq!(on_disk(data).len(), 1);
        world.pass(DAY * 30);
        assert!(sweep());
        assert_eq!(on_disk(data), []);
    });
}
