//! Operations whose input carries bytes: asked about before these are read, which then go to a blob as they come.

use hyper::body::Incoming;
use hyper::header::CONTENT_LENGTH;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Response};
use model::{Content, Location, Members, Spec};
use service::{Call, Fault, Problem, UNKNOWN_SHA256};
use store::Staged;

use super::{Gateway, Named, torn_body};
use crate::answer::{self, ResponseBody};
use crate::intake::{self, Torn, Unstaged};
use crate::protocol::rest_json;

/// The header that carries the hash of the payload, or says how it is signed instead.
const PAYLOAD_HASH: &str = "x-amz-content-sha256";

/// The encoding of payloads that are signed piece by piece, or trailed by checksums.
const AWS_CHUNKED: &str = "aws-chunked";

/// What the head of a request says of its payload.
#[derive(Debug, PartialEq, Eq)]
struct Announced {
    /// The hash that its bytes must have, if it is known.
    sha256: Option<String>,
    /// Whether it comes in pieces of the encoding `aws-chunked`.
    chunked: bool,
    /// How long it is without that encoding, if it says so.
    size: Option<u64>,
}

impl Gateway {
    /// Answers an operation whose payload is the body; `member` stands for it in the input.
    pub(super) async fn take_payload(
        &self,
        (spec, member): (&'static Spec, &'static str),
        labels: &[(&'static str, String)],
        request: (&Parts, Incoming),
        call: Call,
    ) -> Response<ResponseBody> {
        let mut response = self.answer_payload((spec, member), labels, request, &call).await;
        response.extensions_mut().insert(Named { spec, account: call.account });
        response
    }

    async fn answer_payload(
        &self,
        (spec, member): (&'static Spec, &'static str),
        labels: &[(&'static str, String)],
        (parts, body): (&Parts, Incoming),
        call: &Call,
    ) -> Response<ResponseBody> {
        let announced = Announced::of(&parts.headers);
        let query = parts.uri.query().unwrap_or_default();
        let carried = rest_json::Parts { labels: labels.to_vec(), query, headers: &parts.headers, body: &[] };
        let mut members = match rest_json::members(spec, &carried) {
            Ok(members) => members,
            Err(fault) => {
                return self.refuse_payload(spec, self.fault(spec.service, fault), parts, body).await;
            }
        };
        if announced.sha256.is_none() && parts.headers.contains_key(PAYLOAD_HASH) {
            name_hash(spec, &mut members, UNKNOWN_SHA256);
        }
        let expected = Content { size: announced.size.unwrap_or_default(), ..Content::default() };
        members.insert(member.to_owned(), expected.to_value());
        let bytes_max = match self.table.admit(&self.store, call, spec, members.clone()).await {
            Ok(bytes_max) => bytes_max,
            Err(problem) => return self.refuse_payload(spec, problem, parts, body).await,
        };
        let Ok(_place) = self.payloads.try_acquire() else {
            intake::drain(body, &parts.headers).await;
            let message = "too many uploads are on their way; try again";
            return answer::refusal(503, "ServiceUnavailableException", message);
        };
        let content = match self.stage_payload(spec, (&announced, bytes_max), body).await {
            Ok(content) => content,
            Err(response) => return response,
        };
        name_hash(spec, &mut members, &content.sha256);
        members.insert(member.to_owned(), content.to_value());
        let outcome = self.table.answer(&self.store, call, spec, members).await;
        self.framed(spec, outcome, &parts.headers).await
    }

    /// Writes the body to a blob; one that breaks off, or is not what it is said to be, leaves nothing behind.
    async fn stage_payload(
        &self,
        spec: &'static Spec,
        (announced, bytes_max): (&Announced, u64),
        body: Incoming,
    ) -> Result<Content, Response<ResponseBody>> {
        let mut stage = self.blobs.stage();
        let (chunked, size) = (announced.chunked, announced.size);
        let staged = intake::stage_payload(body, chunked, (size, bytes_max), &mut stage).await;
        match staged {
            Ok(()) => {}
            Err(Unstaged::Torn(Torn::TooLarge)) => {
                let message = format!("the payload is larger than {bytes_max} bytes");
                return Err(answer::refusal(413, "RequestEntityTooLargeException", &message));
            }
            Err(Unstaged::Torn(torn)) => return Err(torn_body(torn)),
            Err(Unstaged::Malformed(malformed)) => {
                let message = format!("the body is not of the encoding {AWS_CHUNKED}: {}", malformed.0);
                let problem = self.fault(spec.service, Fault::Unparsable(message));
                return Err(answer::problem(spec.service.protocol, problem));
            }
            Err(Unstaged::Store(error)) => return Err(self.broken(spec, &error)),
        }
        let expected = announced.sha256.clone();
        let check = move |staged: &Staged| match expected {
            Some(expected) if expected != staged.sha256 => Err(format!(
                "The payload has the SHA-256 {}, but {PAYLOAD_HASH} says {expected}",
                staged.sha256
            )),
            _ => Ok(()),
        };
        match stage.finish_if(check).await {
            Ok(Ok((staged, ()))) => Ok(intake::content(staged)),
            Ok(Err(message)) => {
                let problem = self.fault(spec.service, Fault::Constraints(message));
                Err(answer::problem(spec.service.protocol, problem))
            }
            Err(error) => Err(self.broken(spec, &error)),
        }
    }

    /// Answers a refusal; a client that is sending already is heard out for a while, so that it reads the answer.
    async fn refuse_payload(
        &self,
        spec: &'static Spec,
        problem: Problem,
        parts: &Parts,
        body: Incoming,
    ) -> Response<ResponseBody> {
        intake::drain(body, &parts.headers).await;
        answer::problem(spec.service.protocol, problem)
    }

    fn broken(&self, spec: &'static Spec, error: &store::Error) -> Response<ResponseBody> {
        log::error!("the payload of {}.{} could not be kept: {error}", spec.service.id, spec.name);
        let sentence = match error {
            store::Error::Full => error.to_string(),
            _ => "the payload could not be kept".to_owned(),
        };
        answer::problem(spec.service.protocol, self.fault(spec.service, Fault::Internal(sentence)))
    }
}

/// Puts a hash in the place of the member that the payload's hash is bound to, if the operation has one.
fn name_hash(spec: &Spec, members: &mut Members, sha256: &str) {
    let bound = spec.input.members.iter().find(|member| {
        matches!(member.location, Location::Header) && member.wire.eq_ignore_ascii_case(PAYLOAD_HASH)
    });
    if let Some(member) = bound {
        members.insert(member.name.to_owned(), sha256.into());
    }
}

impl Announced {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let hash = text(PAYLOAD_HASH);
        // Signed piece by piece, or not at all: `UNSIGNED-PAYLOAD`, `STREAMING-AWS4-HMAC-SHA256-PAYLOAD` and the like.
        let known = hash.filter(|hash| !hash.starts_with("UNSIGNED-") && !hash.starts_with("STREAMING-"));
        let mut encodings = text("content-encoding").unwrap_or_default().split(',');
        let chunked = encodings.any(|encoding| encoding.trim().eq_ignore_ascii_case(AWS_CHUNKED))
            || hash.is_some_and(|hash| hash.starts_with("STREAMING-"));
        let length = if chunked { "x-amz-decoded-content-length" } else { CONTENT_LENGTH.as_str() };
        let size = text(length).and_then(|length| length.parse().ok());
        Self { sha256: known.map(str::to_owned), chunked, size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(headers: &[(&'static str, &str)]) -> Announced {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Announced::of(&map)
    }

    #[test]
    fn each_way_to_sign_a_payload_is_told_apart() {
        let hash = "a".repeat(64);
        let plain = announced(&[(PAYLOAD_HASH, &hash), ("content-length", "5")]);
        assert_eq!(plain, Announced { sha256: Some(hash.clone()), chunked: false, size: Some(5) });
        let unsigned = announced(&[(PAYLOAD_HASH, "UNSIGNED-PAYLOAD"), ("content-length", "5")]);
        assert_eq!(unsigned, Announced { sha256: None, chunked: false, size: Some(5) });
        for way in ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-X"]
        {
            let headers =
                [(PAYLOAD_HASH, way), ("content-length", "99"), ("x-amz-decoded-content-length", "5")];
            assert_eq!(announced(&headers), Announced { sha256: None, chunked: true, size: Some(5) });
        }
        let both = announced(&[(PAYLOAD_HASH, &hash), ("content-encoding", "gzip, aws-chunked")]);
        assert_eq!(both, Announced { sha256: Some(hash), chunked: true, size: None });
        assert_eq!(announced(&[]), Announced { sha256: None, chunked: false, size: None });
    }
}
