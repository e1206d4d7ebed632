//! Files that callers put here for an operation to read later: signed like a call, streamed into a blob.
//!
//! What a file is for, and what its URL is, the binary knows; here it is a name, a body, and who sends them.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response};
use model::Content;
use service::{Call, Problem};
use store::{Blobs, Store, Tx};

use crate::answer::{self, ResponseBody, full};
use crate::dispatch::torn_body;
use crate::intake::{self, Unstaged};
use crate::own;

/// Takes note of a file that has arrived, in one transaction, and answers the JSON of the answer's body.
pub type AcceptUpload = fn(&mut Tx, &Call, &str, &Content) -> Result<String, Refused>;

/// Why a file that has arrived is not taken.
#[derive(Debug)]
pub enum Refused {
    /// As the caller is told.
    Problem(Problem),
    /// The store could not carry it out.
    Store(store::Error),
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// Uploads below a prefix of paths.
#[derive(Clone, Copy)]
pub struct Uploads {
    /// What their paths begin with; the name follows.
    pub prefix: &'static str,
    /// Whether a file may have a name.
    pub is_name: fn(&str) -> bool,
    /// Takes note of one.
    pub accept: AcceptUpload,
}

impl Uploads {
    /// The name that a path carries, if it is one of an upload.
    pub(crate) fn name(self, path: &str) -> Option<&str> {
        path.strip_prefix(self.prefix)
    }

    /// Refuses what can be refused before anybody is asked for a signature.
    pub(crate) fn refuse(self, parts: &Parts, name: &str) -> Option<Response<ResponseBody>> {
        if own::is_from_web_page(&parts.headers) {
            return Some(answer::refusal(403, "AccessDeniedException", own::NO_WEB_PAGES));
        }
        if parts.method != Method::PUT {
            return Some(answer::refusal(405, "MethodNotAllowedException", "files are uploaded with PUT"));
        }
        if !(self.is_name)(name) {
            let message = format!("'{name}' is not a name for an upload");
            return Some(answer::refusal(400, "InvalidParameterValueException", &message));
        }
        None
    }

    /// Takes the body of an upload, and answers once it is durable.
    pub(crate) async fn take(
        self,
        (store, blobs): (&Store, &Blobs),
        call: Call,
        name: &str,
        body: Incoming,
    ) -> Response<ResponseBody> {
        let mut stage = blobs.stage();
        match intake::stage(body, &mut stage).await {
            Ok(()) => {}
            Err(Unstaged::Torn(torn)) => return torn_body(torn),
            Err(Unstaged::Malformed(malformed)) => {
                return answer::refusal(400, "InvalidRequestException", malformed.0);
            }
            Err(Unstaged::Store(error)) => return broken(&error),
        }
        let content = match stage.finish().await {
            Ok(staged) => intake::content(staged),
            Err(error) => return broken(&error),
        };
        let (name, call, content) = (name.to_owned(), Arc::new(call), Arc::new(content));
        match store.write(move |tx| (self.accept)(tx, &call, &name, &content)).await {
            Ok(json) => {
                let mut response = Response::new(full(json));
                let content_type = HeaderValue::from_static("application/json");
                response.headers_mut().insert(CONTENT_TYPE, content_type);
                response
            }
            Err(Refused::Problem(problem)) => answer::problem(model::Protocol::RestJson1, problem),
            Err(Refused::Store(error)) => broken(&error),
        }
    }
}

fn broken(error: &store::Error) -> Response<ResponseBody> {
    log::error!("an upload could not be kept: {error}");
    answer::refusal(500, "InternalServerException", "the upload could not be kept")
}
