//! `[quotas]` and `[quotas.rates]`: AWS's limits, set otherwise or switched on.

use std::collections::BTreeMap;

use serde::Deserialize;
use service::rate;

/// Structural quotas by name, and rates.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Quotas {
    /// Requests in one second by class of operation; a class that is not named is not limited.
    pub rates: BTreeMap<String, f64>,
    /// Structural quotas of CodeArtifact by name.
    #[serde(flatten)]
    pub counts: BTreeMap<String, u64>,
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
}
