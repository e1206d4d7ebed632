//! The ceiling: a bare hyper server that answers every request with the same bytes, on the server's own kind of runtime.

use std::convert::Infallible;
use std::io::Write as _;
use std::path::Path;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::wire::Answer;

/// Headers that hyper writes by itself.
const WRITTEN: [&str; 2] = ["content-length", "date"];

/// Writes down what the ceiling is to answer.
pub fn write(answer: &Answer, file: &Path) -> Result<(), String> {
    let headers: Vec<_> =
        answer.headers.iter().filter(|(name, _)| !WRITTEN.contains(&name.as_str())).cloned().collect();
    let body = std::str::from_utf8(&answer.body).map_err(|error| error.to_string())?;
    let kept = json!({ "status": answer.status, "headers": headers, "body": body });
    std::fs::write(file, kept.to_string()).map_err(|error| format!("{}: {error}", file.display()))
}

/// Serves what was written down until the process is killed.
pub fn serve(file: &Path) -> Result<(), String> {
    let text = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let kept: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    let response = response(&kept).ok_or("the file holds no answer")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(accept(response)).map_err(|error| error.to_string())
}

fn response(kept: &Value) -> Option<(StatusCode, HeaderMap, Bytes)> {
    let status = StatusCode::from_u16(u16::try_from(kept["status"].as_u64()?).ok()?).ok()?;
    let mut headers = HeaderMap::new();
    for pair in kept["headers"].as_array()? {
        let name = HeaderName::try_from(pair[0].as_str()?).ok()?;
        headers.insert(name, HeaderValue::from_str(pair[1].as_str()?).ok()?);
    }
    Some((status, headers, Bytes::from(kept["body"].as_str()?.to_owned())))
}

async fn accept((status, headers, body): (StatusCode, HeaderMap, Bytes)) -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("Ready. http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (headers, body) = (headers.clone(), body.clone());
        let service = service_fn(move |request: Request<Incoming>| {
            let (headers, body) = (headers.clone(), body.clone());
            async move {
                // The request is read to its end, as every server must.
                let _ = request.into_body().collect().await;
                let mut response = Response::new(Full::new(body));
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                Ok::<_, Infallible>(response)
            }
        });
        tokio::spawn(async move {
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
