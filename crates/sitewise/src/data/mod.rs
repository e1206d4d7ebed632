//! What the operations on values share: the engine that keeps them, and a directory of where they are kept.
//!
//! Operations on values are not transactions: a write is done when the engine's log has it, and a read looks at the
//! engine's tables. Rows say only which streams there are; the directory remembers them.

pub mod default;
pub mod deletion;
pub mod directory;
pub mod notified;
pub mod retention;
pub mod route;
mod standing;
pub mod verify;

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use model::Timestamp;
use series::committer::Observer;
use series::disk::{Disk, Memory};
use series::engine::{Engine, Settings};
use series::home::{RowLog, RowManifest};
use series::log::{FileLog, Log};
use series::objects::FolderObjects;
use series::{SeriesKey, error};
use service::Call;
use store::Store;

use crate::compute::{self, Computation};
use crate::place::Place;
use crate::time_series::Stream;
use directory::Directory;
use notified::Notified;
use route::{Route, Target};

/// The name under which the one engine of a server keeps its rows.
const ENGINE: &str = "main";

/// The engine of values and the directory of streams; one for a server.
pub struct Data {
    store: Store,
    engine: Engine,
    directory: Directory,
    gone: Gone,
    computation: Computation,
    notified: OnceLock<Arc<Notified>>,
    standing: standing::Known,
}

/// Streams whose values are to be forgotten: none of them is written into a segment again.
type Gone = Arc<RwLock<HashSet<SeriesKey>>>;

/// Where the engine keeps its log.
pub enum LogHome {
    /// In files of a local disk.
    Files(Arc<dyn Disk>),
    /// In rows of the metadata database, for servers whose disks come and go.
    Rows,
}

/// Where the engine lives.
pub struct Homes {
    /// The log.
    pub log: LogHome,
    /// The segments.
    pub segments: Arc<dyn Disk>,
}

impl Homes {
    /// Keeps nothing: for tests, and for servers that start with nothing.
    pub fn in_memory() -> Self {
        Self { log: LogHome::Files(Arc::new(Memory::default())), segments: Arc::new(Memory::default()) }
    }
}

impl Data {
    /// Opens the engine; `observers` follow what is written, beginning with what the log still holds.
    pub fn open(
        store: &Store,
        homes: Homes,
        mut observers: Vec<Arc<dyn Observer>>,
    ) -> Result<Arc<Self>, error::Error> {
        let gone = Gone::default();
        let is_gone = gone.clone();
        let alive =
            move |key: SeriesKey| !is_gone.read().unwrap_or_else(PoisonError::into_inner).contains(&key);
        let computation = Computation::open(store)?;
        observers.push(computation.observer());
        let settings = Settings { alive: Arc::new(alive), observers, ..Settings::default() };
        let log = |sealed| -> Result<Box<dyn Log>, error::Error> {
            Ok(match homes.log {
                LogHome::Files(disk) => Box::new(FileLog::open(disk, sealed)?),
                LogHome::Rows => Box::new(RowLog::open(store, ENGINE, sealed)?),
            })
        };
        let objects = Arc::new(FolderObjects::new(homes.segments));
        let manifest = Arc::new(RowManifest::new(store, ENGINE));
        let engine = Engine::open(log, objects, manifest, settings)?;
        computation.begin(store.clock().now());
        Ok(Arc::new(Self {
            store: store.clone(),
            engine,
            directory: Directory::default(),
            computation,
            gone,
            notified: OnceLock::new(),
            standing: standing::Known::default(),
        }))
    }

    /// Answers the engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Answers who is told of streams that are notified, if anybody is.
    pub(crate) fn notified(&self) -> Option<&Arc<Notified>> {
        self.notified.get()
    }

    /// Answers what computes values from others.
    pub fn computation(&self) -> &Computation {
        &self.computation
    }

    /// Answers the rows.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Answers the time by the server's clock.
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// Forgets what the directory remembers: something was written that may lead elsewhere.
    pub fn look_again(&self) {
        self.directory.look_again();
        self.computation.look_again();
        if let Some(notified) = self.notified.get() {
            notified.look_again();
        }
    }

    /// Has `notified` told whenever other streams may be notified; once for a server.
    pub fn tell(&self, notified: Arc<Notified>) {
        notified.look_again();
        let _ = self.notified.set(notified);
    }

    /// Has streams forgotten by readers and left out of segments that are written from now on.
    pub fn forget(&self, streams: &[Stream]) {
        let keys: Vec<SeriesKey> = streams.iter().map(|stream| route::key(*stream)).collect();
        self.gone.write().unwrap_or_else(PoisonError::into_inner).extend(&keys);
        self.engine.forget(&keys);
    }

    /// Takes back that streams are forgotten: nothing of them is left anywhere.
    fn forgotten(&self, streams: &[Stream]) {
        let mut gone = self.gone.write().unwrap_or_else(PoisonError::into_inner);
        for stream in streams {
            gone.remove(&route::key(*stream));
        }
    }

    /// Answers where a target leads, if that is remembered.
    pub fn known(&self, call: &Call, target: &Target<'_>) -> Option<Route> {
        self.directory.get(Place::of(call), target)
    }

    /// Finds where targets lead, in their order; nothing where one leads nowhere.
    pub async fn routes(
        &self,
        call: &Call,
        targets: &[Target<'_>],
    ) -> Result<Vec<Option<Route>>, store::Error> {
        let place = Place::of(call);
        let mut routes: Vec<Option<Route>> =
            targets.iter().map(|target| self.directory.get(place, target)).collect();
        let missed: Vec<usize> = (0..targets.len()).filter(|i| routes[*i].is_none()).collect();
        if missed.is_empty() {
            return Ok(routes);
        }
        let age = self.directory.age();
        let wanted: Vec<Target<'static>> = missed.iter().map(|i| targets[*i].to_owned()).collect();
        let (account, region) = (call.account.clone(), call.region.clone());
        let found = self
            .store
            .read(move |tx| {
                let place = Place { account: &account, region: &region };
                wanted
                    .iter()
                    .map(|target| route::find(tx, place, target))
                    .collect::<Result<Vec<_>, store::Error>>()
            })
            .await?;
        for (i, found) in missed.into_iter().zip(found) {
            // A property without values may get its first one from a computation, of which nobody is told.
            if let Some(found) = found.filter(|route| route.key.is_some()) {
                self.directory.put(place, &targets[i], found, age);
            }
            routes[i] = found;
        }
        Ok(routes)
    }

    /// Makes sure that streams have rows that say that values have arrived; begins those that are not there yet, under
    /// an alias of nobody with the type that stands beside it. Answers where the targets lead then, in their order.
    pub async fn begin(
        &self,
        call: &Call,
        targets: &[(Target<'_>, crate::asset_model::property::DataType)],
    ) -> Result<Vec<Option<Route>>, store::Error> {
        let wanted: Vec<_> =
            targets.iter().map(|(target, data_type)| (target.to_owned(), *data_type)).collect();
        let (account, region) = (call.account.clone(), call.region.clone());
        let age = self.directory.age();
        let notified = self.notified.get();
        let (notified_age, is_told) = (notified.map_or(0, |notified| notified.age()), notified.is_some());
        let (begun, topics) = self
            .store
            .write(move |tx| {
                let place = Place { account: &account, region: &region };
                let (mut begun, mut topics) = (Vec::with_capacity(wanted.len()), Vec::new());
                for (target, data_type) in &wanted {
                    begun.push(route::begin(tx, place, target, *data_type)?);
                    if is_told {
                        topics.extend(notified::topic(tx, place, target)?);
                    }
                }
                Ok::<_, store::Error>((begun, topics))
            })
            .await?;
        if let Some(notified) = notified {
            notified.begin(topics, notified_age);
        }
        self.computation.begun(begun.iter().flatten().filter_map(|route| route.key));
        for ((target, _), route) in targets.iter().zip(&begun) {
            if let Some(route) = route {
                self.directory.put(Place::of(call), target, *route, age);
            }
        }
        Ok(begun)
    }
}

/// Says what the engine says in the words of the store: an answer of 500, or that the disk is full.
pub fn failed(error: error::Error) -> store::Error {
    if let error::Error::Storage(cause) = &error {
        if let Some(error) = cause.downcast_ref::<store::Error>() {
            return error.clone();
        }
        if cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::StorageFull) {
            return store::Error::Full;
        }
    }
    store::Error::Broken(error.to_string())
}

/// Enters the operations on values, and what they are told by the others: whatever is written may lead elsewhere.
pub fn register(table: &mut service::Table, data: &Arc<Data>) {
    let told = data.clone();
    table.after_write(
        model_sitewise::SERVICE.id,
        Box::new(move |spec| {
            if directory::leads_elsewhere(spec.name) {
                told.look_again();
            } else if compute::changes_the_plant(spec.name) {
                told.computation.look_again();
            }
        }),
    );
    let told = data.clone();
    table.after_reset(Box::new(move || told.look_again()));
    let asked = data.clone();
    let trouble = move || asked.engine().trouble().map(|error| error.to_string());
    table.health(model_sitewise::SERVICE.id, Box::new(trouble));
    crate::ingest::register(table, data);
    crate::read::register(table, data);
}
