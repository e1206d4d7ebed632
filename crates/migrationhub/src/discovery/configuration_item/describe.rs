//! DescribeConfigurations: everything that is known of some items of one type.

use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::{described, table};
use crate::discovery::access::{Kind, admit};
use crate::discovery::error::{self, Error};

/// Describes items, in the order of the ids.
///
/// Errors in this order: access denied, discovery off, home region not set, unknown id, ids of two types.
pub(crate) fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &types::DescribeConfigurationsRequest,
) -> Result<types::DescribeConfigurationsResponse, Error> {
    admit(tx, call, "DescribeConfigurations", Kind::Read)?;
    let mut items = Vec::new();
    for id in &input.configuration_ids {
        items.push(table::get(tx, call.into(), id)?.ok_or_else(|| error::unknown_configuration(id))?);
    }
    if let Some(other) = items.iter().find(|item| item.kind != items[0].kind) {
        return Err(error::invalid_value(format!(
            "all configuration ids of one call are of one type, but {} is a {} and {} is a {}",
            items[0].configuration_id,
            items[0].kind.as_str(),
            other.configuration_id,
            other.kind.as_str()
        )));
    }
    let mut configurations = Vec::with_capacity(items.len());
    for item in &items {
        configurations.push(described(tx, call.into(), item)?);
    }
    Ok(types::DescribeConfigurationsResponse { configurations: Some(configurations) })
}
