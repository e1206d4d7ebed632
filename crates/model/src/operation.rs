//! An operation of an AWS service: how it is called, what it takes, what it answers, how it fails.

use crate::{Decode, Encode, Structure};

/// Names the way requests and answers travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Method and path select the operation; members travel in path, query, headers and JSON body.
    RestJson1,
    /// `POST /` with `X-Amz-Target`; everything travels in the JSON body.
    AwsJson1_1,
}

/// Describes one service of the API.
#[derive(Debug)]
pub struct Service {
    /// The folder of the service in botocore: `codeartifact`, `iotsitewise`, `mgh`, `migrationhub-config`, `discovery`.
    pub id: &'static str,
    /// The service id that SDKs show.
    pub sdk_id: &'static str,
    /// The date that names the version of the API.
    pub api_version: &'static str,
    /// The service name in the credential scope of a signature.
    pub signing_name: &'static str,
    /// The protocol of all its operations.
    pub protocol: Protocol,
    /// What stands before the dot in `X-Amz-Target`.
    pub target_prefix: Option<&'static str>,
    /// How error bodies spell their message: `message` or `Message`, never both.
    pub message_member: &'static str,
}

/// Describes one operation.
#[derive(Debug)]
pub struct Spec {
    /// The service it belongs to.
    pub service: &'static Service,
    /// The operation's name, also the part of `X-Amz-Target` behind the dot.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template as the model writes it, trailing slashes included.
    pub uri: &'static str,
    /// The HTTP status of a success.
    pub status: u16,
    /// The shape of the input.
    pub input: &'static Structure,
    /// The names of the errors that the operation declares.
    pub errors: &'static [&'static str],
    /// The member that carries the idempotency token.
    pub idempotency_token: Option<&'static str>,
    /// The member that is the raw request body.
    pub request_payload: Option<&'static str>,
    /// Whether the answer's body is raw bytes, named by [`Encode::content`].
    pub response_stream: bool,
    /// Whether the answer's body is an event stream.
    pub event_stream: bool,
}

impl Spec {
    /// Describes an operation that answers 200 with JSON and declares no error, as the base of a struct update.
    pub const fn new(
        service: &'static Service,
        name: &'static str,
        method: &'static str,
        uri: &'static str,
        input: &'static Structure,
    ) -> Self {
        Self {
            service,
            name,
            method,
            uri,
            status: 200,
            input,
            errors: &[],
            idempotency_token: None,
            request_payload: None,
            response_stream: false,
            event_stream: false,
        }
    }
}

/// Ties an operation's name to its types.
pub trait Operation: 'static {
    /// What it takes.
    type Input: Decode + Send + Sync + 'static;
    /// What it answers.
    type Output: Encode + Send + 'static;
    /// The errors of its service.
    type Error: ModelledError;
    /// How it is called.
    const SPEC: &'static Spec;
}

/// An error that the API declares; its [`Encode`] writes the modelled members, the message included and `__type` not.
pub trait ModelledError: Encode + Send + Sync + std::fmt::Debug + 'static {
    /// Gives the exception's name as it stands in `__type` and `x-amzn-ErrorType`.
    fn name(&self) -> &'static str;
    /// Gives the HTTP status.
    fn status(&self) -> u16;
    /// Gives the text for a person.
    fn message(&self) -> &str;
}

/// Names the bytes of a streaming payload by the blob that holds them.
///
/// On input the gateway stages the bytes and puts this object in the member's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Lower-case hexadecimal SHA-256 of the bytes.
    pub sha256: String,
    /// The number of bytes.
    pub size: u64,
    /// Their SHA-1, likewise; on input only, like the two that follow.
    pub sha1: String,
    /// Their SHA-512.
    pub sha512: String,
    /// Their MD5.
    pub md5: String,
}

impl Content {
    /// Turns the name into the JSON value that stands in an input's payload member.
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::json!({
            "sha256": self.sha256, "size": self.size, "sha1": self.sha1, "sha512": self.sha512, "md5": self.md5
        })
    }
}
