//! A region in memory behind connections of memory, shared by the executions of one target.
//!
//! Executions are kept apart by their account, which is cheaper than a region each. With
//! `HOMEREGION_FUZZ_DATABASE=postgres://…` the region lives in that database instead.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gateway::{Gateway, PackageEndpoint, Settings, converse};
use homeregion::services;
use registry::upstream::{
    Fetcher, FetcherOptions, Identity, Policy, Remembered, Resolver, ServerAddress, ThisMachine,
};
use registry::{Endpoint, Parts, Upstreams};
use service::Installation;
use sitewise::data::{Data, Homes};
use store::{Blobs, Clock, Database, Entropy, Options, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::Runtime;

/// A fresh region after this many accounts, so that memory stays bounded.
const ACCOUNTS_MAX: u64 = 2_000;
/// Bytes that a connection holds between its two ends.
const PIPE_BYTES: usize = 64 * 1024;
/// No request may take longer, on the slowest machine.
const ANSWER_DURATION_MAX: Duration = Duration::from_secs(10);

/// A region and the runtime that its connections live on.
pub struct Region {
    gateway: Arc<Gateway>,
    runtime: Runtime,
    accounts: u64,
}

thread_local! {
    static REGION: RefCell<Option<Region>> = const { RefCell::new(None) };
}

/// Runs `job` with the region and an account that nobody used before.
pub fn with_account<T>(job: impl FnOnce(&Region, &str) -> T) -> T {
    // Taken out meanwhile: a job that panics leaves no broken region behind.
    let mut region =
        REGION.take().filter(|region| region.accounts < ACCOUNTS_MAX).unwrap_or_else(Region::open);
    region.accounts += 1;
    let account = format!("{:012}", 100_000_000_000 + region.accounts);
    let done = job(&region, &account);
    REGION.set(Some(region));
    done
}

impl Region {
    fn open() -> Self {
        let _ = log::set_logger(&ERRORS).map(|()| log::set_max_level(log::LevelFilter::Error));
        let database = match std::env::var("HOMEREGION_FUZZ_DATABASE") {
            Ok(url) => Database::Postgres { url },
            Err(_) => Database::Memory,
        };
        let clock = Clock::manual(model::Timestamp::from_millis(1_700_000_000_125));
        let store =
            Store::open(Options { database, rooms: services::ROOMS, clock, entropy: Entropy::System });
        let store = store.expect("a fresh store opens");
        store.reset().expect("a fresh store can be emptied");
        let settings = Settings {
            default_account: "000000000000".to_owned(),
            public_url: None,
            ephemeral: false,
            trusted_proxies: Vec::new(),
        };
        let installation = Arc::new(Installation::default());
        let blobs = Blobs::memory();
        let packages = Some(packages(&store, &blobs, &installation));
        let data = Data::open(&store, Homes::in_memory(), Vec::new()).expect("an engine in memory opens");
        let gateway = Gateway::new(services::table(&data), store, blobs, installation, settings, packages);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime of one thread needs nothing of the machine");
        Self { gateway: Arc::new(gateway), runtime, accounts: 0 }
    }

    /// Sends bytes on a connection of their own, ends the sending side, and answers all that comes back.
    ///
    /// # Panics
    /// When the connection does not end in time.
    pub fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let gateway = Arc::clone(&self.gateway);
        let conversation = async move {
            let (client, server) = tokio::io::duplex(PIPE_BYTES);
            let serving = tokio::spawn(async move { converse(&gateway, server).await });
            let (mut reader, mut writer) = tokio::io::split(client);
            let mut answer = Vec::new();
            let sending = async {
                // The server may refuse and close before it has read everything.
                let _ = writer.write_all(bytes).await;
                let _ = writer.shutdown().await;
            };
            let reading = reader.read_to_end(&mut answer);
            let _ = tokio::join!(sending, reading);
            serving.await.expect("a connection does not panic");
            answer
        };
        let answered =
            self.runtime.block_on(async { tokio::time::timeout(ANSWER_DURATION_MAX, conversation).await });
        answered.expect("the server answers or ends the connection in time")
    }
}

/// The package endpoints, without any registry behind them.
fn packages(store: &Store, blobs: &Blobs, installation: &Arc<Installation>) -> PackageEndpoint {
    let settings = registry::upstream::Settings {
        upstreams: [("npmjs".to_owned(), "http://127.0.0.1:9/".to_owned())].into(),
        custom: [].into(),
        server: ServerAddress::new(([127, 0, 0, 1], 4566).into(), None),
    };
    let identity = Identity::new("fuzz");
    let fetcher = Fetcher::new(FetcherOptions::of_machine(&ThisMachine), identity.clone());
    let endpoint = Endpoint::new(Parts {
        store: store.clone(),
        blobs: blobs.clone(),
        installation: Arc::clone(installation),
        public_url: None,
        resolver: Arc::new(Resolver::new(settings, Box::new(ThisMachine), Box::new(Forgetful))),
        upstreams: Upstreams::new(fetcher, Policy::default(), store.clock(), 1 << 20),
        identity,
    });
    Arc::new(move |request, request_id| {
        let endpoint = endpoint.clone();
        Box::pin(async move { endpoint.answer(request, request_id).await })
    })
}

/// Remembers no upstream.
struct Forgetful;

impl Remembered for Forgetful {
    fn recall(&self, _connection: &str) -> Option<String> {
        None
    }

    fn remember(&self, _connection: &str, _url: &str) {}
}

/// Asserts that no answer in these bytes is a server's fault; says the statuses.
///
/// # Panics
/// When an answer is a 5xx other than 501.
pub fn assert_well(answer: &[u8]) -> Vec<u16> {
    let mut statuses = Vec::new();
    for head in answer.windows(12).filter(|window| window.starts_with(b"HTTP/1.")) {
        let Some(status) = std::str::from_utf8(&head[9..]).ok().and_then(|digits| digits.parse().ok()) else {
            continue;
        };
        let shown = String::from_utf8_lossy(&answer[..answer.len().min(600)]);
        assert!(status < 500 || status == 501, "{shown}\nlog: {}", ERRORS.take());
        statuses.push(status);
    }
    assert!(
        answer.is_empty() || !statuses.is_empty() || !answer.starts_with(b"HTTP"),
        "an answer has a status"
    );
    statuses
}

/// Keeps what the server logs as an error, for the message of a finding.
struct Errors(Mutex<String>);

static ERRORS: Errors = Errors(Mutex::new(String::new()));

impl Errors {
    fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl log::Log for Errors {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() == log::Level::Error
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = record.args().to_string();
        }
    }

    fn flush(&self) {}
}
