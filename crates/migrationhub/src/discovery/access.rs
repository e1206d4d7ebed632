//! What every call of discovery is asked before it touches anything.

use service::Call;
use store::Tx;

use super::error::{self, Error};
use crate::home_region;

pub(crate) use crate::access::Kind;

/// Decides whether an operation may begin; discovery is authorised on everything.
///
/// That writes belong to the home region is assumed, after Migration Hub's own rule (migration-hub 2.5d).
/// Errors in this order: access denied, discovery off, home region not set, wrong region for a write.
pub(crate) fn admit(tx: &mut Tx, call: &Call, action: &str, kind: Kind) -> Result<(), Error> {
    call.allow(tx, &format!("discovery:{action}"), "*")?;
    if call.installation.discovery_off {
        return Err(error::authorization("Application Discovery is switched off on this server".to_owned()));
    }
    let Some(home) = home_region::of(tx, call)? else {
        return Err(error::home_region_not_set());
    };
    if kind == Kind::Write && home != call.region {
        return Err(error::invalid_value(format!(
            "{action} must be called in the home region {home}, but was called in {}",
            call.region
        )));
    }
    Ok(())
}
