//! Recognises URLs that name this server, so that it never becomes its own upstream.
//!
//! `aws codeartifact login` writes this server's address into the very client configuration that upstreams are read
//! from.

use super::name::Format;
use reqwest::Url;
use std::net::{IpAddr, SocketAddr};

/// Where this server is reached.
#[derive(Debug, Clone, Default)]
pub struct ServerAddress {
    /// The addresses it listens on.
    pub listen: Vec<SocketAddr>,
    /// The URL that it is told to print.
    pub public_url: Option<Url>,
}

impl ServerAddress {
    /// A server that listens on one address, and is reached by the URL that it is told to print; one that is no URL
    /// counts as absent.
    pub fn new(listen: SocketAddr, public_url: Option<&str>) -> Self {
        Self { listen: vec![listen], public_url: public_url.and_then(|url| Url::parse(url).ok()) }
    }

    /// Why a URL is taken for this server, or for another of its kind.
    pub fn names(&self, url: &Url) -> Option<&'static str> {
        if self.listen.iter().any(|listen| reaches(url, *listen)) {
            return Some("it is the address this server listens on");
        }
        if self.public_url.as_ref().is_some_and(|public| public.origin() == url.origin()) {
            return Some("it is this server's public URL");
        }
        if is_path_style(url) || is_host_style(url) {
            return Some("it is a repository endpoint");
        }
        None
    }
}

/// Whether a URL leads to a socket of this machine.
fn reaches(url: &Url, listen: SocketAddr) -> bool {
    if url.port_or_known_default() != Some(listen.port()) {
        return false;
    }
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let Ok(address) = host.parse::<IpAddr>() else {
        let local =
            host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
        return local && (listen.ip().is_loopback() || listen.ip().is_unspecified());
    };
    // Listening everywhere includes every address of this machine; which those are is not known here, so that any
    // address with the port counts only when it is loopback or unspecified itself.
    let local = address.is_loopback() || address.is_unspecified();
    address == listen.ip() || local && (listen.ip().is_loopback() || listen.ip().is_unspecified())
}

/// `…/{format}/d/{domain}-{owner}/{repository}/`
fn is_path_style(url: &Url) -> bool {
    let segments: Vec<&str> = url.path().split('/').collect();
    segments.windows(4).any(|part| {
        Format::parse(part[0]).is_some() && part[1] == "d" && ends_with_owner(part[2]) && !part[3].is_empty()
    })
}

/// `{domain}-{owner}.d.…`
fn is_host_style(url: &Url) -> bool {
    let mut labels = url.host_str().unwrap_or_default().split('.');
    labels.next().is_some_and(ends_with_owner) && labels.next() == Some("d")
}

/// `{domain}-{owner}` with an owner of twelve digits.
fn ends_with_owner(label: &str) -> bool {
    let owner = label.rsplit_once('-').filter(|(domain, _)| !domain.is_empty());
    owner.is_some_and(|(_, owner)| owner.len() == 12 && owner.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_this_server_are_recognised() {
        let server = ServerAddress {
            listen: vec!["127.0.0.1:4566".parse().unwrap()],
            public_url: Some(Url::parse("https://packages.example/prefix/").unwrap()),
        };
        for own in [
            "http://127.0.0.1:4566/npm/x/",
            "http://localhost:4566/",
            "http://[::1]:4566/",
            "http://shop.localhost:4566/",
            "http://0.0.0.0:4566/",
            "https://packages.example/anything",
            "http://elsewhere:9/npm/d/shop-000000000000/web/",
            "https://proxy.example/prefix/npm/d/my-shop-123456789012/web/",
            "https://shop-123456789012.d.codeartifact.eu-west-1.example/npm/web/",
        ] {
            assert!(server.names(&Url::parse(own).unwrap()).is_some(), "{own}");
        }
        for other in [
            "http://127.0.0.1:4873/",
            "http://10.0.0.1:4566/",
            "https://registry.example/npm/",
            "http://packages.example/",
            "https://registry.example/npm/d/shop/web/",
            "https://registry.example/npm/d/-123456789012/web/",
            "https://a-1234567890123.d.example/",
        ] {
            assert_eq!(server.names(&Url::parse(other).unwrap()), None, "{other}");
        }
    }

    #[test]
    fn listening_everywhere_includes_loopback() {
        let server = ServerAddress { listen: vec!["0.0.0.0:80".parse().unwrap()], public_url: None };
        assert!(server.names(&Url::parse("http://localhost/").unwrap()).is_some());
        assert!(server.names(&Url::parse("http://localhost:81/").unwrap()).is_none());
    }
}
