//! The server's own endpoints below `/_homeregion/`: health and, for throw-away servers, reset.

use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue, ORIGIN};
use hyper::{Method, Response, StatusCode};

use crate::answer::{ResponseBody, full};
use crate::dispatch::Gateway;

/// Why a browser's page is refused.
pub(crate) const NO_WEB_PAGES: &str =
    "web pages may not call this server: the request has the headers of a browser";

/// Whether a page in a browser sends this request.
///
/// On a loopback address any key is accepted, and a page reaches that address too: with a form for the reset, with a
/// name that it lets lead there for everything. Browsers put these headers on what pages send; no SDK does.
pub(crate) fn is_from_web_page(headers: &HeaderMap) -> bool {
    // A person who types the address is "none".
    headers.contains_key(ORIGIN) || headers.get("sec-fetch-site").is_some_and(|site| site != "none")
}

/// Answers one of the server's own paths; `None` when the path is not one of them.
pub(crate) fn answer(
    gateway: &Gateway,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Option<Response<ResponseBody>> {
    match path {
        // Test tools poll the second spelling.
        "/_homeregion/health" | "/_localstack/health" => Some(match *method {
            Method::GET | Method::HEAD => health(gateway),
            _ => plain(StatusCode::METHOD_NOT_ALLOWED, "ask with GET"),
        }),
        "/_homeregion/reset" if is_from_web_page(headers) => Some(plain(StatusCode::FORBIDDEN, NO_WEB_PAGES)),
        "/_homeregion/reset" => Some(reset(gateway, method)),
        path if path.starts_with("/_homeregion/") => Some(plain(StatusCode::NOT_FOUND, "no such endpoint")),
        _ => None,
    }
}

fn health(gateway: &Gateway) -> Response<ResponseBody> {
    let mut is_well = gateway.store().is_well();
    let mut services = serde_json::Map::new();
    for id in gateway.service_ids() {
        let trouble = gateway.table().trouble(id);
        if let Some(trouble) = &trouble {
            log::warn!("{id} is in trouble: {trouble}");
            is_well = false;
        }
        services.insert(id.to_owned(), if trouble.is_some() { "error" } else { "available" }.into());
    }
    let (status, word) =
        if is_well { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "broken") };
    let body = serde_json::json!({
        "status": word,
        "version": env!("CARGO_PKG_VERSION"),
        "services": services,
    });
    json(status, &body)
}

fn reset(gateway: &Gateway, method: &Method) -> Response<ResponseBody> {
    if !gateway.settings().ephemeral {
        return plain(StatusCode::FORBIDDEN, "only a server that was started with --ephemeral can be reset");
    }
    if method != Method::POST {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "ask with POST");
    }
    match gateway.store().reset() {
        Ok(()) => {
            gateway.table().was_reset();
            json(StatusCode::OK, &serde_json::json!({ "status": "reset" }))
        }
        Err(error) => {
            log::error!("reset failed: {error}");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "the reset failed; see the log")
        }
    }
}

fn json(status: StatusCode, body: &serde_json::Value) -> Response<ResponseBody> {
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn plain(status: StatusCode, sentence: &'static str) -> Response<ResponseBody> {
    json(status, &serde_json::json!({ "message": sentence }))
}
