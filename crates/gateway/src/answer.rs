//! Responses: bodies, and the headers that each answer of the API carries.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use hyper::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_RANGE,
    RANGE,
};
use hyper::{HeaderMap, Response};
use model::Protocol;
use service::range::{self, Wanted};
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

/// Keeps something until the body is sent or given up; the length that was known stays known.
pub(crate) fn keeping(body: ResponseBody, kept: impl Send + Unpin + 'static) -> ResponseBody {
    Keeping { body, _kept: kept }.boxed_unsync()
}

/// A body together with what must live as long as it.
struct Keeping<T> {
    body: ResponseBody,
    _kept: T,
}

impl<T: Unpin> HttpBody for Keeping<T> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
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
///
/// Beyond AWS, of a blob a part may be asked for with the usual headers.
pub(crate) async fn reply(
    protocol: Protocol,
    blobs: &Blobs,
    reply: Reply,
    asked: &HeaderMap,
) -> Result<Response<ResponseBody>, store::Error> {
    let body = match reply.body {
        // 204 must not carry a body.
        Body::Json(_) if reply.status == 204 => empty(),
        Body::Json(json) => full(json),
        Body::Content(content) => {
            return streamed((reply.status, &reply.headers), blobs, &content, asked).await;
        }
    };
    Ok(framed(protocol, reply.status, &reply.headers, body))
}

/// Frames a blob, or the part of it that is asked for.
async fn streamed(
    (status, headers): (u16, &[(&'static str, String)]),
    blobs: &Blobs,
    content: &model::Content,
    asked: &HeaderMap,
) -> Result<Response<ResponseBody>, store::Error> {
    let size = content.size;
    let etag = format!("\"{}\"", content.sha256);
    let wanted = match (asked.get(RANGE), asked.get(IF_RANGE)) {
        (Some(_), Some(condition)) if condition.as_bytes() != etag.as_bytes() => Wanted::Whole,
        (Some(value), _) => range::read(value.to_str().unwrap_or_default(), size),
        (None, _) => Wanted::Whole,
    };
    let (status, part, span) = match wanted {
        Wanted::Whole => (status, None, None),
        Wanted::Part(part) => {
            let span = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            (206, Some(part), Some(span))
        }
        Wanted::Nothing => {
            let message = format!("the asset has {size} bytes, none of them in the range that is asked for");
            let mut response = refusal(416, "RequestedRangeNotSatisfiableException", &message);
            put(response.headers_mut(), CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(response);
        }
    };
    let found = blobs.read(&content.sha256, part.clone()).await?;
    let found = found.ok_or_else(|| store::Error::Broken(format!("blob {} is gone", content.sha256)))?;
    let mut response = framed(Protocol::RestJson1, status, headers, stream(found));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    fields.insert(CONTENT_LENGTH, HeaderValue::from(part.map_or(size, |part| part.end - part.start)));
    fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    put(fields, ETAG, &etag);
    if let Some(span) = span {
        put(fields, CONTENT_RANGE, &span);
    }
    Ok(response)
}

/// Adds a header whose value this server made.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
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
