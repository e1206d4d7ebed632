//! The engine of values alone: filled without the API, which takes only the last seven days, and looked at without it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use series::disk::{Disk, Folder};
use series::engine::{Engine, Settings};
use series::home::RowManifest;
use series::log::{Batch, FileLog, Log};
use series::objects::FolderObjects;
use series::scan::Direction;
use series::{Kind, Point, Quality, Run, SeriesKey, Value};
use store::{Clock, Database, Entropy, Options, Store};

use super::points::Sample;

/// The one engine of a server.
const ENGINE: &str = "main";

/// Nothing is merged any more once the segments have been the same so long.
const QUIET: Duration = Duration::from_millis(1500);

/// How long sealing and merging may take altogether.
const PAUSE_MAX: Duration = Duration::from_secs(120);

/// The tables of an engine without a server.
static ROOMS: [&store::Room; 1] = [&series::home::ROOM];

/// Opens the engine in the data folder of a stopped server.
pub fn of_server(folder: &Path) -> Result<Engine, String> {
    let store = testkit::bulk::open(folder).map_err(|error| error.to_string())?;
    open(&store, &folder.join("series"))
}

/// Opens an engine without a server in a folder.
pub fn alone(folder: &Path) -> Result<Engine, String> {
    let options =
        Options { database: Database::Memory, rooms: &ROOMS, clock: Clock::System, entropy: Entropy::System };
    let store = Store::open(options).map_err(|error| error.to_string())?;
    open(&store, folder)
}

fn open(store: &Store, folder: &Path) -> Result<Engine, String> {
    let disk = |name: &str| -> Result<Arc<dyn Disk>, String> {
        Ok(Arc::new(Folder::open(&folder.join(name)).map_err(|error| error.to_string())?))
    };
    let log = disk("log")?;
    let open_log = |sealed| Ok(Box::new(FileLog::open(log, sealed)?) as Box<dyn Log>);
    let objects = Arc::new(FolderObjects::new(disk("segments")?));
    let manifest = Arc::new(RowManifest::new(store, ENGINE));
    Engine::open(open_log, objects, manifest, Settings::default()).map_err(|error| error.to_string())
}

/// Writes points of some series, ten thousand or so as one batch.
pub fn write(engine: &Engine, series: &[(SeriesKey, Vec<Sample>)]) -> Result<(), String> {
    let points = series.first().map_or(1, |(_, samples)| samples.len()).max(1);
    for group in series.chunks((10_000 / points).max(1)) {
        let runs = group.iter().map(|(key, samples)| run(*key, samples)).collect();
        engine.write(Batch { runs, note: Vec::new() }).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn run(key: SeriesKey, samples: &[Sample]) -> Run {
    let point = |sample: &Sample| Point {
        timestamp: sample.at_ms * 1_000_000,
        quality: Quality::Good,
        value: Value::Double(sample.value()),
    };
    Run { key, kind: Kind::Double, points: samples.iter().map(point).collect() }
}

/// Seals everything, and waits until nothing is merged any more.
pub fn seal(engine: &Engine) -> Result<(), String> {
    engine.seal();
    let begun = Instant::now();
    let (mut seen, mut since) = (Vec::new(), Instant::now());
    while begun.elapsed() < PAUSE_MAX {
        std::thread::sleep(Duration::from_millis(50));
        let segments = engine.tables().segments();
        let numbers: Vec<u64> = segments.iter().map(|segment| segment.description.number).collect();
        if numbers != seen {
            (seen, since) = (numbers, Instant::now());
        } else if engine.tables().heads.bytes() == 0 && since.elapsed() > QUIET {
            return engine.trouble().map_or(Ok(()), |error| Err(error.to_string()));
        }
    }
    Err(format!("segments are not at rest after {PAUSE_MAX:?}"))
}

/// What is sealed: points and bytes, and the number of segments.
pub fn sealed(engine: &Engine) -> (u64, u64, usize) {
    let segments = engine.tables().segments();
    let points = segments.iter().map(|segment| segment.description.points).sum();
    let bytes = segments.iter().map(|segment| segment.description.bytes).sum();
    (points, bytes, segments.len())
}

/// Reads a whole series; answers how many points it has, and the seconds that took.
pub fn read(engine: &Engine, key: SeriesKey) -> Result<(u64, f64), String> {
    let begun = Instant::now();
    let mut count = 0;
    let mut sum = 0.0;
    let each = &mut |point: Point| {
        count += 1;
        if let Value::Double(value) = point.value {
            sum += value;
        }
        true
    };
    let read = engine.tables().read(key, Direction::Ascending, (i64::MIN, i64::MAX), each);
    read.map_err(|error| error.to_string())?;
    std::hint::black_box(sum);
    Ok((count, begun.elapsed().as_secs_f64()))
}
