//! awsJson 1.1: `POST /` with the operation in `X-Amz-Target` and the input in the body.

use std::collections::HashMap;

use hyper::HeaderMap;
use model::{Members, Service, Spec};
use service::Fault;

/// The operations of all awsJson services by their target.
#[derive(Default)]
pub(crate) struct Targets {
    services: HashMap<&'static str, &'static Service>,
    operations: HashMap<&'static str, HashMap<&'static str, &'static Spec>>,
}

/// What a target led to.
pub(crate) enum Found {
    Operation(&'static Spec),
    /// The service is known, the operation is not.
    UnknownOperation(&'static Service, String),
    /// Neither is known.
    UnknownTarget(String),
}

impl Targets {
    /// Enters an operation under its service's target prefix.
    pub(crate) fn enter(&mut self, spec: &'static Spec) {
        let prefix = spec.service.target_prefix.expect("awsJson services have a target prefix");
        self.services.insert(prefix, spec.service);
        let taken = self.operations.entry(prefix).or_default().insert(spec.name, spec);
        assert!(taken.is_none(), "two operations share the target {prefix}.{}", spec.name);
    }

    /// Finds the operation that the headers name; `None` when they name no target at all.
    pub(crate) fn find(&self, headers: &HeaderMap) -> Option<Found> {
        let target = headers.get("x-amz-target")?;
        let Ok(target) = target.to_str() else {
            return Some(Found::UnknownTarget(String::from_utf8_lossy(target.as_bytes()).into_owned()));
        };
        let (prefix, operation) = target.rsplit_once('.').unwrap_or((target, ""));
        let Some(service) = self.services.get(prefix) else {
            return Some(Found::UnknownTarget(target.to_owned()));
        };
        Some(match self.operations[prefix].get(operation) {
            Some(spec) => Found::Operation(spec),
            None => Found::UnknownOperation(service, operation.to_owned()),
        })
    }
}

/// Reads the members of the input.
pub(crate) fn members(body: &[u8]) -> Result<Members, Fault> {
    super::object(body)
}
