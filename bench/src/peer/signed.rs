//! Requests as boto3 sends them: its headers, and an `Authorization` of the right form.
//!
//! The signature is made up; both emulators take it in their default modes.

use std::net::SocketAddr;

use crate::load::Template;

/// An operation of the API, ready to be sent to any address.
#[derive(Clone, Debug)]
pub struct Operation {
    pub method: &'static str,
    pub path: String,
    /// Signing name in the credential scope.
    pub service: &'static str,
    /// `X-Amz-Target` of awsJson services.
    pub target: Option<&'static str>,
    pub body: String,
}

impl Operation {
    /// An awsJson 1.1 operation.
    pub fn target(service: &'static str, target: &'static str, body: impl Into<String>) -> Self {
        Self { method: "POST", path: "/".to_owned(), service, target: Some(target), body: body.into() }
    }

    /// A restJson operation.
    pub fn rest(service: &'static str, method: &'static str, path: &str, body: impl Into<String>) -> Self {
        Self { method, path: path.to_owned(), service, target: None, body: body.into() }
    }

    /// The request, with the places of the body still open.
    pub fn template(&self, address: SocketAddr) -> Template {
        Template::new(&self.head(address), &self.body)
    }

    /// The request as it stands, a body with braces for one.
    pub fn plain(&self, address: SocketAddr) -> Vec<u8> {
        let head = self.head(address);
        format!("{head}Content-Length: {}\r\n\r\n{}", self.body.len(), self.body).into_bytes()
    }

    fn head(&self, address: SocketAddr) -> String {
        let content_type = match self.target {
            Some(target) => format!("X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.1\r\n"),
            None if self.body.is_empty() => String::new(),
            None => "Content-Type: application/json\r\n".to_owned(),
        };
        format!(
            "{} {} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: identity\r\n{content_type}\
             User-Agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11.7 \
             md/pyimpl#CPython m/Z,b cfg/retry-mode#legacy Botocore/1.44.5\r\n\
             X-Amz-Date: 20261121T120000Z\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-west-2/{}/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n\
             amz-sdk-invocation-id: 3c0d2d5e-7f3a-4c0c-9d3e-5a1e0c9b7f11\r\n\
             amz-sdk-request: attempt=1\r\n",
            self.method, self.path, self.service
        )
    }

    /// The request of one client, with its places filled.
    pub fn request(&self, address: SocketAddr, client: usize) -> Vec<u8> {
        let template = self.template(address);
        let mut request = template.blank();
        template.fill(client, &mut request);
        request
    }
}
