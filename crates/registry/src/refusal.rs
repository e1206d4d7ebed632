//! Why a package client does not get what it asked for: a status and a sentence, which each format words its own way.

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use model::ModelledError as _;

use crate::upstream::{FetchError, Unresolved};

/// A request that is not fulfilled. Cheap to copy: all who waited for the same work get it.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) sentence: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(crate) fn new(status: u16, sentence: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, sentence: sentence.into(), headers: Vec::new() }
    }

    pub(crate) fn not_found(sentence: impl Into<String>) -> Self {
        Self::new(404, sentence)
    }

    /// Asks for credentials of this realm, as AWS does; each way in a header of its own, since Maven reads the first way
    /// of a header only.
    pub(crate) fn challenging(mut self, realm: &str) -> Self {
        // Names of domains and repositories hold nothing to be escaped; others came from strangers.
        let realm: String = realm.chars().filter(|c| c.is_ascii_graphic() && !"\"\\".contains(*c)).collect();
        for scheme in ["Bearer", "Basic"] {
            let value = HeaderValue::from_str(&format!("{scheme} realm=\"{realm}\""));
            self.headers.extend(value.ok().map(|value| (WWW_AUTHENTICATE, value)));
        }
        self
    }
}

impl From<codeartifact::Error> for Refusal {
    fn from(error: codeartifact::Error) -> Self {
        match error {
            service::Error::Modelled(error) => Self::new(error.status(), error.message()),
            service::Error::Denied(denied) => Self::new(403, denied.0),
            service::Error::Store(error) => error.into(),
        }
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match &error {
            store::Error::Conflict => Self::new(503, error.to_string()),
            store::Error::Full => Self::new(507, error.to_string()),
            store::Error::Broken(reason) => {
                log::error!("a package request failed in the store: {reason}");
                Self::new(500, "an internal error occurred")
            }
        }
    }
}

impl From<FetchError> for Refusal {
    fn from(error: FetchError) -> Self {
        let status = match error {
            FetchError::Store(error) => return error.into(),
            FetchError::TimedOut(_) => 504,
            FetchError::Busy => 503,
            _ => 502,
        };
        log::warn!("{error}");
        let mut refusal = Self::new(status, error.to_string());
        if status == 503 {
            refusal.headers.push((RETRY_AFTER, HeaderValue::from_static("1")));
        }
        refusal
    }
}

impl From<Unresolved> for Refusal {
    fn from(error: Unresolved) -> Self {
        log::warn!("{error}");
        Self::new(502, error.to_string())
    }
}
