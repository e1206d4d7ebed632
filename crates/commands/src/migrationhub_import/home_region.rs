//! The region that both sides have to agree on: a hub takes writes in its home region only.

use serde_json::json;

use super::{Import, Side};

/// Finds the region to read: the one that was asked for, else the source's home region.
pub(super) fn of_source(import: &Import) -> Result<String, String> {
    let first = Side { client: &import.source, region: &import.first_region };
    let answer = first.config("GetHomeRegion", &json!({})).map_err(|error| error.to_string())?;
    match (&import.region, answer["HomeRegion"].as_str()) {
        (Some(region), Some(_)) => Ok(region.clone()),
        (None, Some(home)) => Ok(home.to_owned()),
        (_, None) => Err(format!(
            "{} has no home region set for this account, so its Migration Hub does not answer; \
             set the one that it had, or check that these are the keys of the right account",
            import.source.endpoint()
        )),
    }
}

/// Sets the region as home here, unless it is already; answers whether it did.
pub(super) fn settle(import: &Import, region: &str) -> Result<bool, String> {
    let here = Side { client: &import.destination, region };
    let answer = here.config("GetHomeRegion", &json!({})).map_err(|error| error.to_string())?;
    match answer["HomeRegion"].as_str() {
        Some(home) if home == region => Ok(false),
        Some(home) => Err(format!(
            "the home region of account {} is {home} here, and the data to import is of {region}; \
             import into another account with --account, or set the home region here to {region} first",
            import.account
        )),
        None => {
            let input = json!({"HomeRegion": region, "Target": {"Type": "ACCOUNT"}});
            here.config("CreateHomeRegionControl", &input).map_err(|error| error.to_string())?;
            Ok(true)
        }
    }
}
