//! Files that answers point to by a URL which is its own permission: archives of exports, logos of portals.

use std::sync::Arc;

use hyper::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::{Method, Response, StatusCode};
use service::Installation;
use store::{Error, Store, Tx};

use crate::answer::{ResponseBody, empty, full};

/// Reads the file at a path; nothing where there is none, or none any more.
pub type ReadFile = fn(&mut Tx, &Installation, &str) -> Result<Option<Vec<u8>>, Error>;

/// Files below a prefix of paths.
#[derive(Clone, Copy)]
pub struct Files {
    /// What their paths begin with.
    pub prefix: &'static str,
    /// What all of them are.
    pub content_type: &'static str,
    /// What a browser does with one: `attachment` to save it, `inline` to show it.
    pub disposition: &'static str,
    /// Reads one of them.
    pub read: ReadFile,
}

impl Files {
    /// Answers a request for one of the files.
    pub(crate) async fn answer(
        self,
        (store, installation): (&Store, &Arc<Installation>),
        method: &Method,
        path: &str,
    ) -> Response<ResponseBody> {
        if ![Method::GET, Method::HEAD].contains(method) {
            return with_status(StatusCode::METHOD_NOT_ALLOWED);
        }
        let (wanted, installation) = (path.to_owned(), Arc::clone(installation));
        let file = match store.read(move |tx| (self.read)(tx, &installation, &wanted)).await {
            Ok(Some(file)) => file,
            Ok(None) => return with_status(StatusCode::NOT_FOUND),
            Err(error) => {
                log::error!("a file could not be read: {error}");
                return with_status(StatusCode::INTERNAL_SERVER_ERROR);
            }
        };
        let mut response = Response::new(if *method == Method::HEAD { empty() } else { full(file) });
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(self.disposition));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        response
    }
}

fn with_status(status: StatusCode) -> Response<ResponseBody> {
    let mut response = Response::new(empty());
    *response.status_mut() = status;
    response
}
