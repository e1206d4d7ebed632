//! The storage configuration that a request asks for, after the rules that need no time.

use model_sitewise::types as t;

use super::{MultiLayer, Retention, StorageConfiguration};
use crate::Error;
use crate::error::invalid;

/// Least number of days in a tier: of the hot one by the API reference; of the warm one by its older edition, since
/// the present one says nothing.
const DAYS_MIN: i64 = 30;

/// Reads what a request asks for, where `before` is in force.
///
/// Errors in the order of their checks: cold tier and storage type don't fit, form of the cold tier, disassociated
/// data can't be switched off again, retention of the hot tier, of the warm tier.
pub(super) fn read(
    input: &t::PutStorageConfigurationRequest,
    before: &StorageConfiguration,
) -> Result<StorageConfiguration, Error> {
    let multi_layer = multi_layer(input)?;
    let disassociated = disassociated(input.disassociated_data_storage.as_deref(), before)?;
    let retention = match &input.retention_period {
        None => Retention::Unlimited,
        Some(said) => period("retentionPeriod", said.number_of_days, said.unlimited)?,
    };
    let warm_tier = input.warm_tier.as_deref() == Some("ENABLED");
    let warm_retention = match &input.warm_tier_retention_period {
        None => None,
        Some(_) if multi_layer.is_none() => {
            return Err(invalid("warmTierRetentionPeriod needs storageType MULTI_LAYER_STORAGE"));
        }
        Some(_) if !warm_tier => return Err(invalid("warmTierRetentionPeriod needs warmTier ENABLED")),
        Some(said) => Some(period("warmTierRetentionPeriod", said.number_of_days, said.unlimited)?),
    };
    Ok(StorageConfiguration {
        multi_layer,
        disassociated,
        retention,
        warm_tier,
        warm_retention,
        disallow_null_nan: input.disallow_ingest_null_na_n.unwrap_or(false),
    })
}

/// Reads the cold tier, which goes with `MULTI_LAYER_STORAGE` only; that it must not come with the other storage
/// type is assumed.
fn multi_layer(input: &t::PutStorageConfigurationRequest) -> Result<Option<MultiLayer>, Error> {
    match (input.storage_type.as_str(), &input.multi_layer_storage) {
        ("MULTI_LAYER_STORAGE", Some(cold)) => MultiLayer::of(cold).map(Some),
        ("MULTI_LAYER_STORAGE", None) => {
            Err(invalid("multiLayerStorage is required when storageType is MULTI_LAYER_STORAGE"))
        }
        (_, None) => Ok(None),
        (other, Some(_)) => Err(invalid(format!(
            "multiLayerStorage belongs to storageType MULTI_LAYER_STORAGE; leave it out with {other}"
        ))),
    }
}

/// Decides whether disassociated data is kept: once it is, it stays so (API reference).
fn disassociated(wanted: Option<&str>, before: &StorageConfiguration) -> Result<bool, Error> {
    match wanted {
        None => Ok(before.disassociated),
        Some("DISABLED") if before.disassociated => {
            Err(invalid("disassociatedDataStorage is ENABLED, and after it is enabled it can't be DISABLED"))
        }
        Some(switch) => Ok(switch == "ENABLED"),
    }
}

fn period(member: &str, days: Option<i64>, unlimited: Option<bool>) -> Result<Retention, Error> {
    match (days, unlimited.unwrap_or(false)) {
        (Some(_), true) => {
            Err(invalid(format!("{member} has numberOfDays although unlimited is true; give one of them")))
        }
        (None, true) => Ok(Retention::Unlimited),
        (None, false) => Err(invalid(format!("{member} needs numberOfDays, or unlimited as true"))),
        (Some(days), false) if days < DAYS_MIN => {
            Err(invalid(format!("{member} has numberOfDays {days}; the least is {DAYS_MIN}")))
        }
        (Some(days), false) => Ok(Retention::Days(days)),
    }
}
