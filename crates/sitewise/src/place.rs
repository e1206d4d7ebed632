//! Where things live: one account in one Region.

use service::Call;

/// The account and Region in which a statement looks; every key starts with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Account, twelve digits.
    pub account: &'a str,
    /// Region.
    pub region: &'a str,
}

impl<'a> Place<'a> {
    /// Answers the place that a call speaks of.
    pub fn of(call: &'a Call) -> Self {
        Self { account: &call.account, region: &call.region }
    }
}
