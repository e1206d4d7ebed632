//! `homeregion serve`: opens the data, listens, and ends when it is told to.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use gateway::{Answer, Gateway, Mount, Settings, Shutdown, Tls};
use notify::Streams;
use notify::values::ValueStreams;
use registry::upstream::{FileHosts, plain_client};
use service::Installation;
use sitewise::data::Data;
use store::{Blobs, Clock, Database, Entropy, Options, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::arguments::{Home, Serve};
use crate::certificates::Certificates;
use crate::configuration::{Configuration, UnknownConfiguration};
use crate::live::Live;
use crate::scratch::Scratch;
use crate::{chores, environment, logging, packages, services, value_chores, values};

/// Serves until interrupted.
pub fn run(arguments: &Serve) -> Result<(), String> {
    check(arguments)?;
    let configuration = Configuration::read(arguments.config.as_deref())?;
    logging::start(arguments.log)?;
    let scratch = arguments.ephemeral.then(Scratch::make).transpose()?;
    let folder = match &scratch {
        Some(scratch) => scratch.folder().to_owned(),
        None => arguments.home.folder()?,
    };
    let store = open(&arguments.home, &folder, !arguments.ephemeral)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start threads: {error}"))?;
    let outcome = runtime.block_on(listen(arguments, configuration, &folder, store));
    log::logger().flush();
    outcome
}

fn check(arguments: &Serve) -> Result<(), String> {
    if arguments.ephemeral && arguments.home.database != "sqlite" {
        return Err(
            "--ephemeral starts with nothing and lets everybody delete everything, which a database that \
                    outlives the server must not suffer; leave --database out"
                .to_owned(),
        );
    }
    if !arguments.listen.ip().is_loopback() && !arguments.insecure {
        return Err(format!(
            "{} is not a loopback address, and any access key is accepted; \
             add --insecure if everybody who reaches it may do everything",
            arguments.listen
        ));
    }
    let account = &arguments.account;
    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("--account {account} is not a twelve-digit account id"));
    }
    match &arguments.public_url {
        Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => {
            Err(format!("--public-url {url} must begin with http:// or https://"))
        }
        _ => Ok(()),
    }
}

/// Opens the store that the options name.
pub fn open(home: &Home, folder: &Path, durable: bool) -> Result<Store, String> {
    Store::open(options(home, folder, durable)?).map_err(|error| error.to_string())
}

/// Opens it for reading, beside a server that works on it or without one.
pub fn look(home: &Home) -> Result<Store, String> {
    Store::look(options(home, &home.folder()?, true)?).map_err(|error| error.to_string())
}

fn options(home: &Home, folder: &Path, durable: bool) -> Result<Options, String> {
    let database = match home.database.as_str() {
        "sqlite" => Database::Sqlite { directory: folder.to_owned(), durable },
        url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("cannot create the data folder {}: {error}", folder.display()))?;
            Database::Postgres { url: url.to_owned() }
        }
        other => return Err(format!("--database {other} is neither sqlite nor a postgres:// URL")),
    };
    Ok(Options { database, rooms: services::ROOMS, clock: Clock::System, entropy: Entropy::System })
}

/// What is fixed as long as the server runs.
fn installation(
    arguments: &Serve,
    configuration: &Configuration,
    store: &Store,
) -> Result<Installation, String> {
    let key = |name: &str| store.secret(name).map_err(|error| error.to_string());
    let hub = &configuration.migrationhub;
    Ok(Installation {
        page_key: key("page tokens")?,
        token_key: key("bearer tokens")?,
        link_key: key("signed addresses")?,
        regions: arguments.home_region.iter().cloned().collect(),
        connections: configuration.connection_formats(),
        quotas: configuration.quotas.counts.clone(),
        rates: service::rate::Rates::new(&configuration.quotas.rates),
        endpoint_domains: configuration.server.domains(),
        propagation_ms: arguments.simulate_propagation_ms,
        unique_asset_names: configuration.sitewise.unique_asset_names.into(),
        unknown_configuration_rejected: hub.unknown_configuration == UnknownConfiguration::Reject,
        discovery_off: !hub.discovery,
        disassociated_data_storage_off: arguments.no_disassociated_data
            || !configuration.sitewise.disassociated_data_storage,
    })
}

async fn listen(
    arguments: &Serve,
    configuration: Configuration,
    folder: &Path,
    store: Store,
) -> Result<(), String> {
    let import_hosts = FileHosts::new(configuration.migrationhub.import_hosts.iter().cloned());
    let installation = Arc::new(installation(arguments, &configuration, &store)?);
    if let Some(region) = &arguments.home_region {
        migrationhub::home_region::adopt(&store, &arguments.account, region)
            .map_err(|error| error.to_string())?;
    }
    let listener = TcpListener::bind(arguments.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", arguments.listen))?;
    let address = listener.local_addr().map_err(|error| format!("cannot listen: {error}"))?;
    let blobs = Blobs::open(folder.join("blobs"), !arguments.ephemeral).map_err(|error| error.to_string())?;
    let settings = Settings {
        default_account: arguments.account.clone(),
        public_url: arguments.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned()),
        ephemeral: arguments.ephemeral,
        trusted_proxies: configuration.server.proxies(),
    };
    let (sinks, kept_hours) = (configuration.events.webhooks(), configuration.events.kept_hours);
    let live = Live::of(&configuration.sitewise, &arguments.account)?;
    notify::prepare(&store, &sinks).await.map_err(|error| error.to_string())?;
    let allow_unpublish = arguments.allow_unpublish || configuration.npm.unpublish;
    let tls_hosts = configuration.server.certificate_hosts(arguments.home_region.as_deref());
    let resolver = packages::resolver(configuration, folder, address, settings.public_url.as_deref());
    let public_url = settings.public_url.clone();
    let (endpoint, before_copy) =
        packages::endpoint(&store, &blobs, &installation, public_url, resolver, allow_unpublish)?;
    let (data, journal) = values::open(&store, folder, arguments.home.database != "sqlite", live.kept)?;
    let (table, packages) = (services::table(&data), Some(endpoint));
    let streams = Arc::new(Streams::new(&store));
    let value_streams = Arc::new(ValueStreams::new(&journal));
    let (end, ended) = watch::channel(false);
    live.start((&data, &journal), &installation, ended).await?;
    let gateway = Gateway::new(table, store.clone(), blobs.clone(), installation.clone(), settings, packages);
    let gateway = gateway
        .with_prelude("CopyPackageVersions", before_copy)
        .with_files(services::ARCHIVES)
        .with_files(services::LOGOS)
        .with_uploads(services::UPLOADS)
        .with_mounts(mounts(&store, &streams, &value_streams));
    let tls = tls(arguments, folder, address, &tls_hosts)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let endpoint = format!("{scheme}://{address}");
    environment::write_down(folder, &endpoint);
    chores::start(&store, &blobs, &data, import_hosts, kept_hours);
    value_chores::start(&data, &installation);
    if !sinks.is_empty() {
        notify::start(&store, sinks, &plain_client(&[])?, notify::Pace::default());
    }
    let stop = end_of(interrupted(), store.clone(), data.clone());
    // Nobody may be reading; the server is ready all the same.
    let _ = writeln!(std::io::stdout(), "Ready. {endpoint}");
    let (tell, told) = tokio::sync::oneshot::channel();
    let stop = async move {
        // The receiver lives until serving has ended.
        let _ = tell.send(stop.await);
        streams.end();
        value_streams.end();
        end.send_replace(true);
    };
    if let Some(tls) = tls.clone() {
        tokio::spawn(async move { tls.follow().await });
    }
    if gateway::serve(Arc::new(gateway), listener, tls, stop).await == Shutdown::Cut {
        log::warn!("some requests did not end in time and were cut");
    }
    match told.await {
        Ok(Some(reason)) => Err(format!("the disk failed, restart when it is well: {reason}")),
        _ => Ok(()),
    }
}

/// Waits until the server has to end; answers why, if nobody asked for it.
async fn end_of(interrupted: impl Future<Output = ()>, store: Store, data: Arc<Data>) -> Option<String> {
    tokio::select! {
        () = interrupted => None,
        reason = store.failed() => Some(reason),
        reason = values::halted(&data) => Some(reason),
    }
}

/// The certificate to show, if TLS is spoken: the operator's own, or one of this installation's authority.
fn tls(
    arguments: &Serve,
    folder: &Path,
    address: SocketAddr,
    hosts: &[String],
) -> Result<Option<Arc<Tls>>, String> {
    if let (Some(certificate), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) {
        return Ok(Some(Arc::new(Tls::open(certificate, key)?)));
    }
    if !arguments.tls_self {
        return Ok(None);
    }
    let mut hosts = hosts.to_vec();
    hosts.push(address.ip().to_string());
    let public = arguments.public_url.as_deref().and_then(|url| url.split_once("://"));
    let authority = public.and_then(|(_, rest)| rest.split('/').next());
    let host = authority.map(|host| host.rsplit_once(':').map_or(host, |(host, _)| host));
    hosts.extend(host.map(str::to_owned));
    let certificates = Certificates::of(folder);
    certificates.make(&hosts, Clock::System.now())?;
    chores::keep_certificate(certificates.clone(), hosts);
    let _ = writeln!(std::io::stdout(), "{}", certificates.advice());
    Ok(Some(Arc::new(Tls::open(&certificates.certificate, &certificates.key)?)))
}

/// Paths of the server's own that need more than the gateway knows.
fn mounts(store: &Store, streams: &Arc<Streams>, value_streams: &Arc<ValueStreams>) -> Vec<Mount> {
    let streams = Arc::clone(streams);
    let events: Answer = Arc::new(move |request, call| {
        let query = request.uri().query().unwrap_or_default();
        let answer = streams.answer(&call, request.method(), query, request.headers());
        Box::pin(async move { answer })
    });
    let value_streams = Arc::clone(value_streams);
    let values: Answer = Arc::new(move |request, call| {
        let query = request.uri().query().unwrap_or_default();
        let answer = value_streams.answer(&call, request.method(), query, request.headers());
        Box::pin(async move { answer })
    });
    let revoking = store.clone();
    let revoke: Answer =
        Arc::new(move |request, call| Box::pin(registry::revoke_tokens(revoking.clone(), call, request)));
    vec![
        Mount { path: notify::PATH, answer: events },
        Mount { path: notify::values::PATH, answer: values },
        Mount { path: registry::REVOKED_TOKENS, answer: revoke },
    ]
}

/// Resolves when the process is asked to end; listens from the call on, not only once polled.
fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        match signals {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            (interrupt, terminate) => {
                let error = interrupt.err().or(terminate.err());
                log::warn!("signals cannot be received, only kill ends the server: {error:?}");
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn checked(options: &[&str]) -> Result<(), String> {
        let arguments = ["homeregion", "serve", "--database", "sqlite"].iter().chain(options);
        match Arguments::try_parse_from(arguments).unwrap().command {
            Command::Serve(serve) => check(&serve),
            _ => unreachable!("the command is serve"),
        }
    }

    #[test]
    fn options_that_would_lose_data_or_open_the_server_are_refused() {
        checked(&[]).unwrap();
        checked(&["--ephemeral"]).unwrap();
        checked(&["--listen", "0.0.0.0:4566", "--insecure"]).unwrap();
        for (options, word) in [
            (&["--listen", "0.0.0.0:4566"][..], "--insecure"),
            (&["--account", "12345678901a"], "twelve-digit"),
            (&["--public-url", "region.example"], "http://"),
        ] {
            assert!(checked(options).unwrap_err().contains(word), "{options:?}");
        }
    }

    #[test]
    fn a_database_that_outlives_the_server_is_not_thrown_away() {
        let words = ["homeregion", "serve", "--ephemeral", "--database", "postgres://app@localhost/app"];
        let Command::Serve(serve) = Arguments::try_parse_from(words).unwrap().command else {
            unreachable!("the command is serve")
        };
        assert!(check(&serve).unwrap_err().contains("--ephemeral"));
    }
}
