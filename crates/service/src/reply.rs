//! The answer of an operation, encoded but not yet on a wire.

use model::json::Object;
use model::{Content, Encode, ModelledError, Service, Spec};

/// The answer of an operation that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status of the model.
    pub status: u16,
    /// Members that the model binds to headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
}

/// The body of a [`Reply`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A JSON object, encoded.
    Json(String),
    /// A stored blob, to be streamed.
    Content(Content),
}

/// The answer of a request that failed, under its wire name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Name of the exception, as `__type` and `x-amzn-ErrorType` carry it.
    pub name: &'static str,
    /// Further headers, `Retry-After` for one.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON object of the body, encoded, `__type` included.
    pub body: String,
}

impl Reply {
    /// Encodes the output of an operation.
    pub fn of<O: Encode>(spec: &Spec, output: &O) -> Self {
        let mut headers = Vec::new();
        output.headers(&mut headers);
        let body = match output.content() {
            Some(content) => Body::Content(content.clone()),
            None => Body::Json(model::json::to_string(output)),
        };
        Self { status: spec.status, headers, body }
    }
}

impl Problem {
    /// Encodes an exception that the model declares.
    pub fn modelled(error: &dyn ModelledError) -> Self {
        let mut headers = Vec::new();
        error.headers(&mut headers);
        let body = model::json::to_string(&Typed { name: error.name(), members: &|out| error.encode(out) });
        Self { status: error.status(), name: error.name(), headers, body }
    }

    /// Encodes an exception that the model does not declare, for protocol faults.
    pub fn plain(service: &Service, status: u16, name: &'static str, message: &str) -> Self {
        Self::worded(service.message_member, status, name, message)
    }

    /// Encodes an exception of no service in particular.
    pub fn worded(message_member: &str, status: u16, name: &'static str, message: &str) -> Self {
        let body =
            model::json::to_string(&Typed { name, members: &|out| out.field(message_member, message) });
        Self { status, name, headers: Vec::new(), body }
    }
}

/// The body of an error: its type before its members.
struct Typed<'a> {
    name: &'static str,
    members: &'a dyn Fn(&mut Object<'_>),
}

impl Encode for Typed<'_> {
    fn encode(&self, out: &mut Object<'_>) {
        out.field("__type", self.name);
        (self.members)(out);
    }
}
