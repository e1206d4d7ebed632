//! Whose rows: everything that Migration Hub and its discovery keep belongs to an account and a region.

use service::Call;

/// An account in a region, from a call or, when no one calls, from a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub account: &'a str,
    pub region: &'a str,
}

impl<'a> From<&'a Call> for Place<'a> {
    fn from(call: &'a Call) -> Self {
        Self { account: &call.account, region: &call.region }
    }
}
