//! What `homeregion verify` finds in the values of a server that does not run.

use std::sync::Arc;

use serde_json::json;
use series::disk::{Disk, Memory};
use series::log::Batch;
use series::{Kind, Point, Quality, Run, SeriesKey, Value};
use sitewise::data::verify::verify;
use sitewise::data::{Data, Homes, LogHome};

use super::{ROOMS, double, put};

#[test]
fn what_is_damaged_or_belongs_to_nobody_is_found() {
    let (log, segments): (Arc<Memory>, Arc<Memory>) = (Arc::default(), Arc::default());
    let homes = || Homes { log: LogHome::Files(log.clone()), segments: segments.clone() };
    let opened = std::cell::RefCell::new(None);
    testkit::each_world_over(
        ROOMS,
        |store, table| {
            for disk in [&log, &segments] {
                disk.names().unwrap().iter().for_each(|name| disk.remove(name).unwrap());
            }
            sitewise::register(table);
            let data = Data::open(store, homes(), Vec::new()).unwrap();
            sitewise::data::register(table, &data);
            *opened.borrow_mut() = Some(data);
        },
        |world| {
            let data = opened.take().unwrap();
            let now = world.store().clock().now().millis() / 1000;
            let write = |alias: &str| {
                let values = json!([double(now, 0, 1.0)]);
                let entry = json!({ "entryId": "e", "propertyAlias": alias, "propertyValues": values });
                assert_eq!(put(&world.caller(), json!([entry])), json!([]));
            };
            write("/kept");
            write("/deleted");
            world.caller().ok("DeleteTimeSeries", json!({ "alias": "/deleted" }));
            let foreign = |key: u64| {
                let point = Point { timestamp: now, quality: Quality::Good, value: Value::Double(1.0) };
                let run = Run { key: SeriesKey(key), kind: Kind::Double, points: vec![point] };
                data.engine().write(Batch { runs: vec![run], note: Vec::new() }).unwrap()
            };
            let position = foreign(1);
            while data.engine().sealed() < position {
                data.engine().seal();
                std::thread::yield_now();
            }
            write("/kept");
            assert_eq!(
                verify(world.store(), homes()).unwrap(),
                ["values of the unknown stream 1 are in the segments"]
            );
            foreign(2);
            let problems = verify(world.store(), homes()).unwrap();
            let unknown =
                |place: &str, key: u64| format!("values of the unknown stream {key} are in the {place}");
            assert_eq!(problems, [unknown("segments", 1), unknown("log", 2)]);

            let name = segments.names().unwrap().remove(0);
            let file = segments.open(&name).unwrap();
            let mut byte = [0];
            file.read_at(20, &mut byte).unwrap();
            file.write_at(20, &[byte[0] ^ 1]).unwrap();
            let problems = verify(world.store(), homes()).unwrap();
            assert!(problems[0].contains("its checksum does not hold"), "{problems:?}");
        },
    );
}
