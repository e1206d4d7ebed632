//! The PyPI endpoint.

use std::sync::Arc;

use hyper::Response;

use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// What the endpoint holds in memory.
#[derive(Default)]
pub(crate) struct State {}

/// Answers a request, and says for the log what it was about.
pub(crate) async fn answer(
    _shared: &Arc<Shared>,
    _visit: Visit,
    intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    intake.drain().await;
    let refusal = Refusal::new(501, "packages of format pypi are not served yet");
    ("package=-".to_owned(), Err(refusal))
}
