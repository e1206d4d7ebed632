//! Migration Hub Config: the home region of an account.
//!
//! Every operation answers in every supported region. Deleting a control keeps all tracking data where it is.

mod table;

use model_migrationhub::config;
use service::Call;
use store::{Store, Tx};

use crate::access::admit_config;
use crate::error::DRY_RUN_MESSAGE;

use table::Control;
pub(crate) use table::MIGRATION;

/// Why a Config operation did not answer.
type Error = service::Error<config::Error>;

/// The regions where AWS runs Migration Hub (endpoint tests of the API model).
const REGIONS: [&str; 7] =
    ["ap-northeast-1", "ap-southeast-2", "eu-central-1", "eu-west-1", "eu-west-2", "us-east-1", "us-west-2"];

/// `hrc-` and this many letters or digits name a control.
const CONTROL_ID_CHARS: usize = 12;

/// Answers the home region of the caller's account.
pub(crate) fn of(tx: &mut Tx, call: &Call) -> Result<Option<String>, store::Error> {
    Ok(table::get(tx, &call.account)?.map(|control| control.home_region))
}

/// Sets the home region of an account that has none, for `serve --home-region`.
pub fn adopt(store: &Store, account: &str, region: &str) -> Result<(), store::Error> {
    let (account, region) = (account.to_owned(), region.to_owned());
    store.write_blocking(move |tx| {
        if table::get(tx, &account)?.is_some() {
            return Ok(());
        }
        let control = new_control(tx, &region);
        table::put(tx, &account, &control)
    })
}

/// Sets the home region of the calling account.
///
/// Errors in this order: access denied, another account as target, unsupported region, another home region set,
/// dry run. Setting the region that is set answers the existing control, which makes retries safe.
pub(crate) fn create(
    tx: &mut Tx,
    call: &Call,
    input: &config::types::CreateHomeRegionControlRequest,
) -> Result<config::types::CreateHomeRegionControlResult, Error> {
    admit_config(tx, call, "CreateHomeRegionControl")?;
    if let Some(id) = input.target.id.as_ref().filter(|id| **id != call.account) {
        return Err(invalid_input(format!(
            "Target.Id {id} is not the calling account {}; a home region is set for the calling account only",
            call.account
        )));
    }
    if !supported(call, &input.home_region) {
        return Err(invalid_input(format!(
            "HomeRegion {} is not supported; supported regions are {}",
            input.home_region,
            REGIONS.join(", ")
        )));
    }
    let existing = table::get(tx, &call.account)?;
    if let Some(control) = existing.as_ref().filter(|control| control.home_region != input.home_region) {
        return Err(invalid_input(format!(
            "the home region is already set to {} by the control {}; delete that control before setting {}",
            control.home_region, control.control_id, input.home_region
        )));
    }
    if input.dry_run == Some(true) {
        let stop = config::types::DryRunOperation { message: DRY_RUN_MESSAGE.to_owned() };
        return Err(Error::Modelled(config::Error::DryRunOperation(stop)));
    }
    let control = if let Some(control) = existing {
        control
    } else {
        let control = new_control(tx, &input.home_region);
        table::put(tx, &call.account, &control)?;
        control
    };
    Ok(config::types::CreateHomeRegionControlResult { home_region_control: Some(shown(call, &control)) })
}

/// Answers the home region, or nothing when it is not set.
pub(crate) fn get(
    tx: &mut Tx,
    call: &Call,
    _input: &config::types::GetHomeRegionRequest,
) -> Result<config::types::GetHomeRegionResult, Error> {
    admit_config(tx, call, "GetHomeRegion")?;
    Ok(config::types::GetHomeRegionResult { home_region: of(tx, call)? })
}

/// Lists the account's controls, 0 or 1, that meet all filters.
pub(crate) fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &config::types::DescribeHomeRegionControlsRequest,
) -> Result<config::types::DescribeHomeRegionControlsResult, Error> {
    admit_config(tx, call, "DescribeHomeRegionControls")?;
    if input.next_token.as_ref().is_some_and(|token| !token.is_empty()) {
        // An account has one control, so no page was ever followed by another.
        return Err(invalid_input("InvalidToken: this server gave no such token".to_owned()));
    }
    let mut controls: Vec<Control> = table::get(tx, &call.account)?.into_iter().collect();
    controls.retain(|control| {
        let target_id = input.target.as_ref().and_then(|target| target.id.as_ref());
        input.control_id.as_ref().is_none_or(|id| *id == control.control_id)
            && input.home_region.as_ref().is_none_or(|region| *region == control.home_region)
            && target_id.is_none_or(|id| *id == call.account)
    });
    let shown = controls.iter().map(|control| shown(call, control)).collect();
    Ok(config::types::DescribeHomeRegionControlsResult {
        home_region_controls: Some(shown),
        next_token: None,
    })
}

/// Removes the setting and nothing else.
///
/// Errors in this order: access denied, unknown control.
pub(crate) fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &config::types::DeleteHomeRegionControlRequest,
) -> Result<config::types::DeleteHomeRegionControlResult, Error> {
    admit_config(tx, call, "DeleteHomeRegionControl")?;
    let control = table::get(tx, &call.account)?;
    if control.is_none_or(|control| control.control_id != input.control_id) {
        return Err(invalid_input(format!("the account has no control {}", input.control_id)));
    }
    table::delete(tx, &call.account)?;
    Ok(config::types::DeleteHomeRegionControlResult {})
}

/// Decides whether a region may be a home region (assumed: AWS publishes no list).
fn supported(call: &Call, region: &str) -> bool {
    REGIONS.contains(&region) || call.installation.regions.iter().any(|known| known == region)
}

fn new_control(tx: &mut Tx, region: &str) -> Control {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let random = tx.random();
    let id: String = random[..CONTROL_ID_CHARS]
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
        .collect();
    Control { control_id: format!("hrc-{id}"), home_region: region.to_owned(), requested_at: tx.now() }
}

fn shown(call: &Call, control: &Control) -> config::types::HomeRegionControl {
    config::types::HomeRegionControl {
        control_id: Some(control.control_id.clone()),
        home_region: Some(control.home_region.clone()),
        target: Some(config::types::Target { r#type: "ACCOUNT".to_owned(), id: Some(call.account.clone()) }),
        requested_time: Some(control.requested_at),
    }
}

fn invalid_input(message: String) -> Error {
    Error::Modelled(config::Error::InvalidInput(config::types::InvalidInputException { message }))
}
