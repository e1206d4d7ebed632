//! Responses: bodies, and the headers that each answer of the API carries.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use model::Protocol;
use service::{Body, Problem, Reply};
use store::Blobs;

/// The body of every response: bytes at hand or a stream.
pub type ResponseBody = UnsyncBoxBody<Bytes, io::Error>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Makes a body of bytes at hand.
pub fn full(bytes: impl Into<Bytes>) -> ResponseBody {
    Full::new(bytes.into()).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// Makes an empty body.
pub fn empty() -> ResponseBody {
    full(Bytes::new())
}

/// Puts the request's id on its answer, as every AWS service does.
pub(crate) fn name_request(response: &mut Response<ResponseBody>, request_id: &str) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
}

/// What the log line says of a request that a package endpoint answered, as an extension of the answer.
#[derive(Clone, Debug)]
pub struct Described(pub String);

/// What the log line of a request says of its answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outcome {
    /// Exception name, if it failed.
    pub error: Option<&'static str>,
}

fn content_type(protocol: Protocol) -> HeaderValue {
    HeaderValue::from_static(match protocol {
        Protocol::RestJson1 => "application/json",
        Protocol::AwsJson1_1 => "application/x-amz-json-1.1",
    })
}

/// Makes a body that streams a blob.
pub fn stream(content: store::Content) -> ResponseBody {
    let chunks = futures_util::stream::unfold(Some(content), |content| async move {
        let mut content = content?;
        match content.next_chunk().await {
            Ok(None) => None,
            Ok(Some(bytes)) => Some((Ok(Frame::data(bytes)), Some(content))),
            // The client sees the connection break before the announced length.
            Err(error) => Some((Err(io::Error::other(error)), None)),
        }
    });
    StreamBody::new(chunks).boxed_unsync()
}

/// Frames the answer of an operation; fails when the blob that it names cannot be read.
pub(crate) async fn reply(
    protocol: Protocol,
    blobs: &Blobs,
    reply: Reply,
) -> Result<Response<ResponseBody>, store::Error> {
    let (body, streamed) = match reply.body {
        // 204 must not carry a body.
        Body::Json(_) if reply.status == 204 => (empty(), None),
        Body::Json(json) => (full(json), None),
        Body::Content(content) => {
            let found = blobs.read(&content.sha256, None).await?;
            let found =
                found.ok_or_else(|| store::Error::Broken(format!("blob {} is gone", content.sha256)))?;
            (stream(found), Some(content.size))
        }
    };
    let mut response = framed(protocol, reply.status, &reply.headers, body);
    if let Some(size) = streamed {
        let fields = response.headers_mut();
        fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        fields.insert(CONTENT_LENGTH, HeaderValue::from(size));
    }
    Ok(response)
}

/// Frames a failure.
pub(crate) fn problem(protocol: Protocol, problem: Problem) -> Response<ResponseBody> {
    let mut response = framed(protocol, problem.status, &problem.headers, full(problem.body));
    response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(problem.name));
    response.extensions_mut().insert(Outcome { error: Some(problem.name) });
    response
}

/// Frames a failure for which no service is known.
pub(crate) fn refusal(status: u16, name: &'static str, message: &str) -> Response<ResponseBody> {
    problem(Protocol::RestJson1, Problem::worded("message", status, name, message))
}

fn framed(
    protocol: Protocol,
    status: u16,
    headers: &[(&'static str, String)],
    body: ResponseBody,
) -> Response<ResponseBody> {
    let mut response = Response::new(body);
    *response.status_mut() =
        hyper::StatusCode::from_u16(status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, content_type(protocol));
    for (name, value) in headers {
        // Names come from the model; values are stored text, which may hold what a header cannot.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(*name), HeaderValue::from_str(value)) {
            fields.insert(name, value);
        }
    }
    response
}
