//! Proxies in front of this server: what they say about the client is believed only from those that are configured.
//!
//! Everything behind this file may rely on it: a request carries `X-Forwarded-Proto` only if a trusted proxy wrote it or
//! it came over TLS, `-Prefix` only if a trusted proxy wrote it, its `Host` is the one that the client used, and its address extension is the client's.

use std::net::{IpAddr, SocketAddr};

use hyper::Request;
use hyper::header::{FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue};

const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const ORIGINAL_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const CLIENTS: HeaderName = HeaderName::from_static("x-forwarded-for");

/// An address, or all addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    mask: u128,
}

impl Network {
    /// Reads `10.0.0.1`, `10.0.0.0/8` or `fd00::/8`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(width);
        if length > width {
            return None;
        }
        // IPv4 addresses are the last 32 bits of IPv6 ones.
        let mask = u128::MAX.checked_shl(width - length).unwrap_or_default();
        let mask = if length == 0 && width == 128 { 0 } else { mask };
        Some(Self { bits: bits(address) & mask, mask })
    }

    fn holds(self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.bits
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// An extension of a request that came over TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Secure;

/// Puts in place what the client sent, as far as trusted proxies tell it, and takes away what anybody may claim.
pub(crate) fn settle<B>(request: &mut Request<B>, trusted: &[Network]) {
    let peer = request.extensions().get::<SocketAddr>().copied();
    let own_proto = request.extensions().get::<Secure>().map(|Secure| "https");
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.holds(address));
    let headers = request.headers_mut();
    headers.remove(FORWARDED);
    let clients = last(headers, &CLIENTS);
    let host = last(headers, &ORIGINAL_HOST);
    headers.remove(CLIENTS);
    headers.remove(ORIGINAL_HOST);
    if !peer.is_some_and(|peer| is_trusted(peer.ip())) {
        replace(headers, PROTO, own_proto);
        headers.remove(PREFIX);
        return;
    }
    let proto = last(headers, &PROTO).filter(|proto| proto == "http" || proto == "https");
    let prefix = last(headers, &PREFIX).filter(|prefix| is_prefix(prefix));
    replace(headers, PROTO, proto.as_deref().or(own_proto));
    replace(headers, PREFIX, prefix.as_deref().map(|prefix| prefix.trim_end_matches('/')));
    if let Some(host) = host.and_then(|host| HeaderValue::try_from(host).ok()) {
        headers.insert(HOST, host);
    }
    // From the right: what stands left of the first address that is no proxy of ours, anybody may have written.
    let client = clients.and_then(|clients| {
        let mut hops = clients.rsplit(',').filter_map(|hop| hop.trim().parse::<IpAddr>().ok());
        hops.find(|hop| !is_trusted(*hop))
    });
    if let Some(client) = client {
        request.extensions_mut().insert(SocketAddr::new(client, 0));
    }
}

/// The base of URLs that a request's client can use, without a trailing slash: `https://host/prefix`.
pub(crate) fn base_url(headers: &HeaderMap, authority: &str) -> String {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    format!("{}://{authority}{}", text(&PROTO).unwrap_or("http"), text(&PREFIX).unwrap_or_default())
}

/// The value of a header, all its lines in one; of the host and the like the last hop's, which is the trusted one.
fn last(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    let whole = lines.join(",");
    if *name == CLIENTS {
        return Some(whole).filter(|whole| !whole.is_empty());
    }
    whole.rsplit(',').map(str::trim).find(|part| !part.is_empty()).map(str::to_owned)
}

fn is_prefix(text: &str) -> bool {
    text.starts_with('/')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._~-".contains(&b))
        && !text.contains("//")
}

fn replace(headers: &mut HeaderMap, name: HeaderName, value: Option<&str>) {
    headers.remove(&name);
    if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(peer: &str, headers: &[(&'static str, &str)]) -> (String, IpAddr) {
        let mut request = Request::new(());
        request.headers_mut().insert(HOST, HeaderValue::from_static("inner:4566"));
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8", "::1"].map(|text| Network::parse(text).unwrap());
        request.extensions_mut().insert(SocketAddr::new(peer.parse().unwrap(), 9));
        settle(&mut request, &trusted);
        let host = request.headers()[HOST].to_str().unwrap().to_owned();
        let client = request.extensions().get::<SocketAddr>().unwrap().ip();
        (base_url(request.headers(), &host), client)
    }

    #[test]
    fn only_trusted_proxies_say_how_the_client_came() {
        let said = [
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "packages.example"),
            ("x-forwarded-prefix", "/aws/"),
            ("x-forwarded-for", "192.0.2.1, 198.51.100.7, 10.9.9.9"),
        ];
        let (url, client) = settled("10.1.2.3", &said);
        assert_eq!(
            (url.as_str(), client.to_string().as_str()),
            ("https://packages.example/aws", "198.51.100.7")
        );
        assert_eq!(settled("::1", &said).0, "https://packages.example/aws");
        let (url, client) = settled("11.1.2.3", &said);
        assert_eq!((url.as_str(), client.to_string().as_str()), ("http://inner:4566", "11.1.2.3"));
        assert_eq!(settled("10.1.2.3", &[]).0, "http://inner:4566");
    }

    #[test]
    fn what_came_over_tls_is_answered_with_its_urls() {
        let came = |peer: &str, said: Option<&str>| {
            let mut request = Request::new(());
            request.extensions_mut().insert(SocketAddr::new(peer.parse().unwrap(), 9));
            request.extensions_mut().insert(Secure);
            if let Some(said) = said {
                request.headers_mut().insert(PROTO, said.parse().unwrap());
            }
            settle(&mut request, &[Network::parse("10.0.0.0/8").unwrap()]);
            base_url(request.headers(), "inner:4566")
        };
        assert_eq!(came("192.0.2.1", None), "https://inner:4566");
        assert_eq!(came("192.0.2.1", Some("http")), "https://inner:4566", "anybody may say so");
        assert_eq!(came("10.0.0.1", Some("http")), "http://inner:4566");
        assert_eq!(came("10.0.0.1", None), "https://inner:4566");
    }

    #[test]
    fn what_a_proxy_passes_on_unchecked_does_not_count() {
        let (url, _) = settled(
            "10.1.2.3",
            &[
                ("x-forwarded-host", "evil.example, packages.example"),
                ("x-forwarded-proto", "javascript"),
                ("x-forwarded-prefix", "/a\"b"),
            ],
        );
        assert_eq!(url, "http://packages.example");
    }

    #[test]
    fn networks_hold_what_begins_alike() {
        let holds =
            |network: &str, address: &str| Network::parse(network).unwrap().holds(address.parse().unwrap());
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1"), "an IPv4 client on an IPv6 socket");
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe00::1"));
        assert!(holds("0.0.0.0/0", "1.2.3.4") && !holds("0.0.0.0/0", "fd00::1"));
        assert!(holds("::/0", "fd00::1") && holds("::/0", "1.2.3.4"));
        for bad in ["", "x", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0/8"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
