//! `[server]`: how clients reach this server, and through whom.

use std::net::IpAddr;

use serde::Deserialize;

/// How clients reach this server.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// The style of the endpoints that `GetRepositoryEndpoint` hands out; both are served always.
    pub endpoint_style: EndpointStyle,
    /// The domain below which host-style endpoints are, `{region}` standing for the region.
    pub base_domain: Option<String>,
    /// The same for `endpointType` `dualstack`; without it `base_domain`.
    pub dualstack_domain: Option<String>,
    /// Addresses and networks of proxies whose `X-Forwarded-Proto`, `-Host` and `-Prefix` are believed.
    pub trusted_proxies: Vec<String>,
}

/// The style of an endpoint's URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndpointStyle {
    /// `http://HOST/{format}/d/{domain}-{owner}/{repository}/`
    #[default]
    Path,
    /// `http://{domain}-{owner}.d.{base_domain}/{format}/{repository}/`
    Host,
}

impl Server {
    /// Finds what cannot be meant; the sentence goes behind `[server]`.
    pub fn check(&self) -> Result<(), String> {
        if self.endpoint_style == EndpointStyle::Host && self.base_domain.is_none() {
            return Err(
                "has endpoint_style = \"host\" but no base_domain to put the domains below".to_owned()
            );
        }
        for (name, domain) in
            [("base_domain", &self.base_domain), ("dualstack_domain", &self.dualstack_domain)]
        {
            if let Some(domain) = domain
                && !is_domain(domain)
            {
                return Err(format!(
                    "has the {name} {domain:?}; it is a host name that may have a port and {{region}} in it, \
                     as codeartifact.{{region}}.example.com:4566"
                ));
            }
        }
        match self.trusted_proxies.iter().find(|network| Network::parse(network).is_none()) {
            Some(network) => Err(format!(
                "has {network:?} among trusted_proxies, which is neither an address nor a network as 10.0.0.0/8"
            )),
            None => Ok(()),
        }
    }

    /// The networks of the proxies.
    pub fn proxies(&self) -> Vec<gateway::Network> {
        self.trusted_proxies.iter().filter_map(|network| Network::parse(network)).collect()
    }

    /// The hosts that a certificate must name besides the addresses: those below which host-style endpoints are.
    pub fn certificate_hosts(&self, home_region: Option<&str>) -> Vec<String> {
        let domains = [&self.base_domain, &self.dualstack_domain].into_iter().flatten();
        let region = home_region.unwrap_or("us-east-1");
        let host = |domain: &String| domain.split(':').next().unwrap_or(domain).replace("{region}", region);
        domains.map(host).collect()
    }

    /// The domains of host-style endpoints, `ipv4` and `dualstack`, when they are handed out.
    pub fn domains(&self) -> Option<(String, String)> {
        let base = self.base_domain.clone().filter(|_| self.endpoint_style == EndpointStyle::Host)?;
        let dualstack = self.dualstack_domain.clone().unwrap_or_else(|| base.clone());
        Some((base, dualstack))
    }
}

use gateway::Network;

fn is_domain(text: &str) -> bool {
    let plain = text.replace("{region}", "r");
    let (host, port) = plain.split_once(':').unwrap_or((&plain, "1"));
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    // Nothing is below an address.
    host.parse::<IpAddr>().is_err() && host.split('.').all(is_label) && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Server {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn host_style_needs_a_domain() {
        let host =
            read("endpoint_style = \"host\"\nbase_domain = \"codeartifact.{region}.example.com:4566\"");
        assert_eq!(host.check(), Ok(()));
        let base = "codeartifact.{region}.example.com:4566".to_owned();
        assert_eq!(host.domains(), Some((base.clone(), base)));
        assert!(read("endpoint_style = \"host\"").check().unwrap_err().contains("no base_domain"));
        assert_eq!(read("base_domain = \"example.com\"").domains(), None);
        for bad in ["127.0.0.1:4566", "http://example.com", "a..b", "example.com:x", "example.com/x"] {
            let error = read(&format!("base_domain = {bad:?}")).check().unwrap_err();
            assert!(error.contains("base_domain"), "{error}");
        }
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let server = read("trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\", \"fd00::/8\"]");
        assert_eq!((server.check(), server.proxies().len()), (Ok(()), 3));
        assert!(read("trusted_proxies = [\"10.0.0.0/33\"]").check().unwrap_err().contains("10.0.0.0/33"));
    }
}
