//! The package endpoints of a server: what they are made of, and where the registries behind them are.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gateway::{Described, PackageEndpoint, Prelude};
use registry::upstream::{
    Fetcher, FetcherOptions, Identity, Policy, Remembered, Resolver, ServerAddress, Settings, ThisMachine,
};
use registry::{Endpoint, Parts, Upstreams};
use service::Installation;
use store::{Blobs, Store};

use crate::configuration::Configuration;

/// The file in the data folder that keeps what was found about upstreams.
const UPSTREAMS_FILE: &str = "upstreams.json";
/// Memory for the listings of upstream registries: some hundred of average size.
const UPSTREAM_LISTINGS_BYTES_MAX: usize = 128 << 20;

/// Says where external connections lead, for the server at an address.
pub fn resolver(
    configuration: Configuration,
    folder: &Path,
    listen: SocketAddr,
    public_url: Option<&str>,
) -> Resolver {
    let settings = Settings {
        custom: configuration.custom(),
        upstreams: configuration.upstreams,
        server: ServerAddress::new(listen, public_url),
    };
    let remembered = InFolder { file: folder.join(UPSTREAMS_FILE), writing: Mutex::new(()) };
    Resolver::new(settings, Box::new(ThisMachine), Box::new(remembered))
}

/// Puts the endpoints together, on a runtime; beside them what is done before versions are copied.
pub fn endpoint(
    store: &Store,
    blobs: &Blobs,
    installation: &Arc<Installation>,
    public_url: Option<String>,
    resolver: Resolver,
    allow_unpublish: bool,
) -> Result<(PackageEndpoint, Prelude), String> {
    let id = store.secret("installation id").map_err(|error| error.to_string())?;
    let id = id.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    let identity = Identity::new(&format!("{id:016x}"));
    let fetcher = Fetcher::new(FetcherOptions::of_machine(&ThisMachine), identity.clone());
    let resolver = Arc::new(resolver);
    let noting = Arc::clone(&resolver);
    // Beside the start, which does not wait for it.
    tokio::task::spawn_blocking(move || noting.take_note());
    let upstreams = Upstreams::new(fetcher, Policy::default(), store.clock(), UPSTREAM_LISTINGS_BYTES_MAX);
    let endpoint = Endpoint::new(Parts {
        store: store.clone(),
        blobs: blobs.clone(),
        installation: Arc::clone(installation),
        public_url,
        resolver,
        upstreams,
        identity,
    });
    if allow_unpublish {
        endpoint.allow_unpublish();
    }
    let copying = endpoint.clone();
    let before_copy: Prelude = Arc::new(move |call, members| {
        let endpoint = copying.clone();
        Box::pin(async move { endpoint.before_copy(call, members).await })
    });
    let answer: PackageEndpoint = Arc::new(move |request, request_id| {
        let endpoint = endpoint.clone();
        Box::pin(async move {
            let mut response = endpoint.answer(request, request_id).await;
            if let Some(registry::Described(what)) = response.extensions_mut().remove() {
                response.extensions_mut().insert(Described(what));
            }
            response
        })
    });
    Ok((answer, before_copy))
}

/// What was found about upstreams, in a file of the data folder: a JSON object of URLs by connection.
struct InFolder {
    file: PathBuf,
    writing: Mutex<()>,
}

impl InFolder {
    fn read(&self) -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }
}

impl Remembered for InFolder {
    fn recall(&self, connection: &str) -> Option<String> {
        self.read().remove(connection)
    }

    fn remember(&self, connection: &str, url: &str) {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = self.read();
        if known.insert(connection.to_owned(), url.to_owned()).as_deref() == Some(url) {
            return;
        }
        let text = serde_json::json!(known).to_string();
        let beside = self.file.with_extension("new");
        let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &self.file));
        if let Err(error) = written {
            log::warn!("where {connection} leads was not written down: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_recalled_by_the_next_process() {
        let folder = std::env::temp_dir().join(format!("homeregion-upstreams-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let open = || InFolder { file: folder.join(UPSTREAMS_FILE), writing: Mutex::new(()) };
        assert_eq!(open().recall("public:npmjs"), None);
        open().remember("public:npmjs", "https://mirror.example/npm/");
        open().remember("custom:team", "https://team.example/");
        open().remember("public:npmjs", "https://other.example/");
        assert_eq!(open().recall("public:npmjs").as_deref(), Some("https://other.example/"));
        assert_eq!(open().recall("custom:team").as_deref(), Some("https://team.example/"));
        std::fs::write(folder.join(UPSTREAMS_FILE), "{broken").unwrap();
        assert_eq!(open().recall("public:npmjs"), None);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
