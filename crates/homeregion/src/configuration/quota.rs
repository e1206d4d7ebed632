//! `[quotas]` and `[quotas.rates]`: AWS's limits, set otherwise or switched on.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use service::rate;

/// Structural quotas by name, and rates.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Quotas {
    /// Requests in one second by class of operation; a class that is not named is not limited.
    #[serde(deserialize_with = "rates")]
    pub rates: BTreeMap<String, f64>,
    /// Structural quotas of CodeArtifact by name.
    #[serde(flatten, deserialize_with = "counts")]
    pub counts: BTreeMap<String, u64>,
}

/// Reads counts one by one, because an error of the whole names none of them.
fn counts<'de, D: Deserializer<'de>>(source: D) -> Result<BTreeMap<String, u64>, D::Error> {
    let values: BTreeMap<String, toml::Value> = Deserialize::deserialize(source)?;
    let count = |(name, value): (String, toml::Value)| {
        let count = value.as_integer().and_then(|count| u64::try_from(count).ok());
        let rule = "a quota is a whole number, 0 or more";
        count.map(|count| (name.clone(), count)).ok_or_else(|| not(&name, &value, rule))
    };
    values.into_iter().map(count).collect()
}

/// Reads rates one by one, for the same reason.
fn rates<'de, D: Deserializer<'de>>(source: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let values: BTreeMap<String, toml::Value> = Deserialize::deserialize(source)?;
    let rate = |(name, value): (String, toml::Value)| {
        let whole = value.as_integer().and_then(|rate| u32::try_from(rate).ok()).map(f64::from);
        let rule = "a rate is a number of requests in a second, more than 0";
        let rate = value.as_float().or(whole);
        rate.map(|rate| (name.clone(), rate)).ok_or_else(|| not(&name, &value, rule))
    };
    values.into_iter().map(rate).collect()
}

fn not<E: serde::de::Error>(name: &str, value: &toml::Value, rule: &str) -> E {
    let value = match value {
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::String(text) => format!("{text:?}"),
        other => format!("({})", other.type_str()),
    };
    E::custom(format!("{name} = {value}; {rule}"))
}

impl Quotas {
    /// Finds what cannot be meant; the sentence goes behind nothing.
    pub fn check(&self) -> Result<(), String> {
        let known = || codeartifact::quota::ALL.iter().map(|quota| quota.name);
        if let Some(name) = self.counts.keys().find(|name| !known().any(|known| known == name.as_str())) {
            let known: Vec<&str> = known().collect();
            return Err(format!("[quotas] has {name:?}, which is no quota; quotas are {}", known.join(", ")));
        }
        let known = || rate::CLASSES.iter().map(|class| class.name);
        if let Some(name) = self.rates.keys().find(|name| !known().any(|known| known == name.as_str())) {
            let known: Vec<&str> = known().collect();
            return Err(format!(
                "[quotas.rates] has {name:?}, which is no class of requests; classes are {}",
                known.join(", ")
            ));
        }
        match self.rates.iter().find(|(_, rate)| !rate.is_finite() || **rate <= 0.0) {
            Some((name, rate)) => {
                Err(format!("[quotas.rates] has {name} = {rate}; a rate is more than 0 requests in a second"))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quotas_that_exist_can_be_set() {
        let read = |text: &str| toml::from_str::<Quotas>(text).unwrap();
        let good = read("domains_per_account = 100\nasset_bytes = 1000\n[rates]\nread = 800\nwrite = 0.5\n");
        assert_eq!(good.check(), Ok(()));
        assert_eq!((good.counts["domains_per_account"], good.rates["write"]), (100, 0.5));
        for (text, says) in [
            ("domains = 1", "\"domains\""),
            ("[rates]\nreads = 1", "\"reads\""),
            ("[rates]\nread = 0", "more than 0"),
        ] {
            let error = read(text).check().unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn what_is_no_number_is_named() {
        for (text, says) in [
            ("upstreams_per_repository = -1", "upstreams_per_repository = -1; a quota is a whole number"),
            ("asset_bytes = \"5 GB\"", "asset_bytes = \"5 GB\"; a quota is a whole number"),
            ("[rates]\nread = \"fast\"", "read = \"fast\"; a rate is a number"),
            ("[rates]\nread = -1", "read = -1; a rate is a number"),
        ] {
            let error = toml::from_str::<Quotas>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
