//! Where an account's measurements are kept, and for how long.
//!
//! `PutStorageConfiguration` and `DescribeStorageConfiguration`. Every put has a state of its own: what was asked for
//! comes into force when its delay is over, or never, if it needs a store that is not there; until then what was in
//! force before stays so. Nothing has to happen at that moment, so no work queue is needed: the time decides.

mod cold;
mod draft;

use model::Timestamp;
use model_sitewise::types as t;
use serde::{Deserialize, Serialize};
use service::{Call, Installation};
use store::Tx;

pub use cold::MultiLayer;

use super::{active, arn, table};
use crate::Error;
use crate::error::conflict;
use crate::place::Place;

/// The kind of configuration that this is.
const KIND: &str = "storage";

/// How measurements are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageConfiguration {
    /// The cold tier, with storage type `MULTI_LAYER_STORAGE`.
    pub multi_layer: Option<MultiLayer>,
    /// Whether time series are taken that belong to no property of an asset.
    pub disassociated: bool,
    /// How long measurements stay in the hot tier.
    pub retention: Retention,
    /// Whether the warm tier is used.
    pub warm_tier: bool,
    /// How long measurements stay in the warm tier, if it was said.
    pub warm_retention: Option<Retention>,
    /// Whether null and NaN are refused as measurements.
    pub disallow_null_nan: bool,
}

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Retention {
    /// For ever.
    Unlimited,
    /// For so many days.
    Days(i64),
}

/// The last put of an account, and what was in force before it.
#[derive(Serialize, Deserialize)]
struct Kept {
    asked: StorageConfiguration,
    before: StorageConfiguration,
    /// When it was asked for, in milliseconds.
    asked_at: i64,
    /// When it comes into force or is known to have failed, in milliseconds.
    due_at: i64,
}

impl Kept {
    fn is_in_progress(&self, now: Timestamp) -> bool {
        now.millis() < self.due_at
    }

    /// Answers what is in force.
    fn in_force(&self, now: Timestamp) -> StorageConfiguration {
        let holds = !self.is_in_progress(now) && cold::refusal(&self.asked).is_none();
        if holds { self.asked.clone() } else { self.before.clone() }
    }
}

/// Answers how an account's measurements are kept now.
pub fn of(
    tx: &mut Tx,
    place: Place<'_>,
    installation: &Installation,
) -> Result<StorageConfiguration, store::Error> {
    let now = tx.now();
    Ok(standing(tx, place)?.at(now, installation))
}

/// What an account has asked for: it tells what holds at any instant, if nothing else is asked for meanwhile.
pub struct Standing(Option<Kept>);

impl Standing {
    /// Answers what holds at an instant.
    pub fn at(&self, now: Timestamp, installation: &Installation) -> StorageConfiguration {
        self.0.as_ref().map_or_else(|| unset(installation), |kept| kept.in_force(now))
    }
}

/// Answers what an account has asked for.
pub fn standing(tx: &mut Tx, place: Place<'_>) -> Result<Standing, store::Error> {
    Ok(Standing(kept(tx, place)?))
}

/// What holds for an account that has never put anything: the hot tier, for ever. Time series without a property
/// are taken, as for every new account (user guide), unless the operator decided otherwise.
fn unset(installation: &Installation) -> StorageConfiguration {
    StorageConfiguration {
        multi_layer: None,
        disassociated: !installation.disassociated_data_storage_off,
        retention: Retention::Unlimited,
        warm_tier: false,
        warm_retention: None,
        disallow_null_nan: false,
    }
}

fn kept(tx: &mut Tx, place: Place<'_>) -> Result<Option<Kept>, store::Error> {
    let document = table::get(tx, place, KIND)?;
    let read = |text: String| {
        let kept = serde_json::from_str(&text);
        kept.map_err(|error| store::Error::Broken(format!("a storage configuration is unreadable: {error}")))
    };
    document.map(read).transpose()
}

/// Replaces the storage configuration.
///
/// Errors in the order of their checks: what is asked for is against the rules, an earlier put is in progress. What
/// is left out is as on a new account, but for the storage of disassociated data, which stays as it is (assumed).
pub fn put(
    tx: &mut Tx,
    call: &Call,
    input: &t::PutStorageConfigurationRequest,
) -> Result<t::PutStorageConfigurationResponse, Error> {
    let place = Place::of(call);
    call.allow(tx, "iotsitewise:PutStorageConfiguration", &arn(call, KIND))?;
    let now = tx.now();
    let before = of(tx, place, &call.installation)?;
    let asked = draft::read(input, &before)?;
    if kept(tx, place)?.is_some_and(|kept| kept.is_in_progress(now)) {
        let message =
            "The storage configuration is UPDATE_IN_PROGRESS; wait until it is ACTIVE or UPDATE_FAILED";
        return Err(conflict(message, &call.account, arn(call, KIND)));
    }
    let due_at = now.plus_millis(call.installation.propagation_ms);
    let shown = show(&asked, status("UPDATE_IN_PROGRESS", None), None);
    let kept = Kept { asked, before, asked_at: now.millis(), due_at: due_at.millis() };
    let document = serde_json::to_string(&kept).expect("a structure of texts and numbers is written as JSON");
    table::put(tx, place, KIND, &document)?;
    Ok(t::PutStorageConfigurationResponse {
        storage_type: shown.storage_type,
        multi_layer_storage: shown.multi_layer_storage,
        disassociated_data_storage: shown.disassociated_data_storage,
        retention_period: shown.retention_period,
        configuration_status: shown.configuration_status,
        warm_tier: shown.warm_tier,
        warm_tier_retention_period: shown.warm_tier_retention_period,
        disallow_ingest_null_na_n: shown.disallow_ingest_null_na_n,
    })
}

/// Describes what was asked for last and whether it holds; an account that never asked has no date.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    _input: &t::DescribeStorageConfigurationRequest,
) -> Result<t::DescribeStorageConfigurationResponse, Error> {
    call.allow(tx, "iotsitewise:DescribeStorageConfiguration", &arn(call, KIND))?;
    let now = tx.now();
    let Some(kept) = kept(tx, Place::of(call))? else {
        return Ok(show(&unset(&call.installation), active(), None));
    };
    let status = match cold::refusal(&kept.asked) {
        _ if kept.is_in_progress(now) => status("UPDATE_IN_PROGRESS", None),
        Some(reason) => status("UPDATE_FAILED", Some(reason)),
        None => active(),
    };
    Ok(show(&kept.asked, status, Some(Timestamp::from_millis(kept.asked_at))))
}

fn status(state: &str, reason: Option<&str>) -> t::ConfigurationStatus {
    let error = reason.map(|reason| t::ConfigurationErrorDetails {
        code: "VALIDATION_ERROR".to_owned(),
        message: reason.to_owned(),
    });
    t::ConfigurationStatus { state: state.to_owned(), error }
}

fn show(
    shown: &StorageConfiguration,
    status: t::ConfigurationStatus,
    date: Option<Timestamp>,
) -> t::DescribeStorageConfigurationResponse {
    let switch = |on: bool| Some(if on { "ENABLED" } else { "DISABLED" }.to_owned());
    let period = |kept: Retention| match kept {
        Retention::Unlimited => (None, Some(true)),
        Retention::Days(days) => (Some(days), None),
    };
    let (number_of_days, unlimited) = period(shown.retention);
    let warm_period = shown.warm_retention.map(period);
    t::DescribeStorageConfigurationResponse {
        storage_type: match shown.multi_layer {
            None => "SITEWISE_DEFAULT_STORAGE".to_owned(),
            Some(_) => "MULTI_LAYER_STORAGE".to_owned(),
        },
        multi_layer_storage: shown.multi_layer.as_ref().map(MultiLayer::shown),
        disassociated_data_storage: switch(shown.disassociated),
        retention_period: Some(t::RetentionPeriod { number_of_days, unlimited }),
        configuration_status: status,
        last_update_date: date,
        warm_tier: switch(shown.warm_tier),
        warm_tier_retention_period: warm_period
            .map(|(number_of_days, unlimited)| t::WarmTierRetentionPeriod { number_of_days, unlimited }),
        disallow_ingest_null_na_n: Some(shown.disallow_null_nan),
    }
}
