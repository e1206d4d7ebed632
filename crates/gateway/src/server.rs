//! The listening loop: connections within their limits, HTTP/1.1 and HTTP/2, and a graceful end.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::answer::{self, Described, Outcome, ResponseBody};
use crate::dispatch::{Gateway, Named};
use crate::forwarded::{self, Secure};
use crate::limits::{CONNECTIONS_MAX, HEAD_BYTES_MAX, HEAD_DURATION_MAX, HEADERS_MAX, SHUTDOWN_DURATION_MAX};
use crate::patience::Patience;
use crate::tls::{self, Opening, Tls};

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// All requests in flight were answered.
    Finished,
    /// Some did not end in time and were cut.
    Cut,
}

/// Serves until `stop` resolves, then finishes the requests in flight.
///
/// With `tls`, whoever comes from another machine has to speak it; on this machine plain HTTP is answered beside it.
pub async fn serve(
    gateway: Arc<Gateway>,
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    stop: impl Future<Output = ()>,
) -> Shutdown {
    let mut stop = std::pin::pin!(stop);
    let may_be_plain = tls.is_none();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let builder = Arc::new(builder());
    loop {
        // A place is taken before accepting: beyond the limit, clients wait in the listen queue.
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors: wait for connections to end instead of spinning.
                    log::warn!("a connection was not accepted: {error}");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        if let Err(error) = stream.set_nodelay(true) {
            log::debug!("TCP_NODELAY was not set: {error}");
        }
        let (builder, gateway, watcher) = (Arc::clone(&builder), Arc::clone(&gateway), graceful.watcher());
        let tls = tls.clone();
        tokio::spawn(async move {
            let opening = match tls {
                Some(tls) => tls.open_connection(stream).await,
                None => Ok(Opening::Plain(stream)),
            };
            let is_secure = matches!(opening, Ok(Opening::Secure(_)));
            let ended = match opening {
                Ok(Opening::Secure(stream)) => {
                    watcher
                        .watch(connection(&builder, &gateway, stream, Some(Client { peer, is_secure })))
                        .await
                }
                Ok(Opening::Plain(stream)) if may_be_plain || peer.ip().to_canonical().is_loopback() => {
                    watcher
                        .watch(connection(&builder, &gateway, stream, Some(Client { peer, is_secure })))
                        .await
                }
                Ok(Opening::Plain(stream)) => {
                    tls::refuse_plain(stream).await;
                    Ok(())
                }
                Err(error) => Err(error.into()),
            };
            if let Err(error) = ended {
                log::debug!("a connection ended early: {error}");
            }
            drop(place);
        });
    }
    drop(listener);
    match tokio::time::timeout(SHUTDOWN_DURATION_MAX, graceful.shutdown()).await {
        Ok(()) => Shutdown::Finished,
        Err(_) => Shutdown::Cut,
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DURATION_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .half_close(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).expect("the limit is far below 4 GiB"))
        .max_concurrent_streams(256)
        .keep_alive_interval(HEAD_DURATION_MAX);
    builder
}

/// Serves one connection over any pair of byte streams, until either side ends it.
pub async fn converse(gateway: &Arc<Gateway>, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    if let Err(error) = connection(&builder(), gateway, stream, None).await {
        log::debug!("a connection ended early: {error}");
    }
}

/// The other end of a connection.
#[derive(Clone, Copy)]
struct Client {
    peer: SocketAddr,
    is_secure: bool,
}

fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    builder: &auto::Builder<TokioExecutor>,
    gateway: &Arc<Gateway>,
    stream: S,
    client: Option<Client>,
) -> impl GracefulConnection<Error = Box<dyn std::error::Error + Send + Sync>> + Send + 'static {
    let gateway = Arc::clone(gateway);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let gateway = Arc::clone(&gateway);
        if let Some(client) = client {
            request.extensions_mut().insert(client.peer);
            if client.is_secure {
                request.extensions_mut().insert(Secure);
            }
        }
        async move { Ok::<_, Infallible>(exchange(&gateway, request).await) }
    });
    builder.serve_connection(TokioIo::new(Patience::new(stream)), service).into_owned()
}

/// Answers one request whatever happens, and logs it.
async fn exchange(gateway: &Gateway, mut request: Request<Incoming>) -> Response<ResponseBody> {
    let begun = Instant::now();
    forwarded::settle(&mut request, &gateway.settings().trusted_proxies);
    let request_id = uuid::Uuid::new_v4().to_string();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let answered = AssertUnwindSafe(gateway.answer(request, &request_id)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|_| {
        log::error!("request {request_id} met a bug; the server goes on");
        answer::refusal(500, "InternalFailure", "an internal error occurred")
    });
    answer::name_request(&mut response, &request_id);
    let named = response.extensions_mut().remove::<Named>();
    let described = response.extensions_mut().remove::<Described>();
    let outcome = response.extensions_mut().remove::<Outcome>().unwrap_or_default();
    let duration_ms = begun.elapsed().as_secs_f64() * 1000.0;
    let status = response.status().as_u16();
    let error = outcome.error.unwrap_or("-");
    match (named, described) {
        (_, Some(Described(what))) => {
            log::info!("{what} request_id={request_id} status={status} duration_ms={duration_ms:.3}");
        }
        (Some(Named { spec, account }), None) => log::info!(
            "{}.{} account={account} request_id={request_id} status={status} error={error} duration_ms={duration_ms:.3}",
            spec.service.id,
            spec.name
        ),
        (None, None) => log::info!(
            "{method} {} request_id={request_id} status={status} error={error} duration_ms={duration_ms:.3}",
            without_secret(&path)
        ),
    }
    response
}

/// Parts of paths behind which something stands that opens a door: a token to be revoked, the id of an archive, the
/// signature of a logo's address.
const SECRETS_BEHIND: [&str; 3] = ["/-/user/token/", "/_homeregion/discovery/", "/_homeregion/portal-logo/"];

/// Cuts from a path what must not be in a log.
fn without_secret(path: &str) -> &str {
    let ends = SECRETS_BEHIND.iter().filter_map(|before| path.find(before).map(|at| at + before.len()));
    &path[..ends.min().unwrap_or(path.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_door_is_not_logged() {
        let tokens = "/npm/d/shop-000000000000/app/-/user/token/";
        assert_eq!(without_secret(&format!("{tokens}eyJ2ZXIiOjE")), tokens);
        assert_eq!(
            without_secret("/_homeregion/discovery/000000000000/us-east-1/x.zip"),
            "/_homeregion/discovery/"
        );
        assert_eq!(
            without_secret("/_homeregion/portal-logo/000000000000/us-east-1/x/1700000000000/0f"),
            "/_homeregion/portal-logo/"
        );
        assert_eq!(without_secret("/_homeregion/health"), "/_homeregion/health");
    }
}
