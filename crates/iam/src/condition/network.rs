//! IP addresses and ranges in conditions; an IPv4 address inside IPv6 counts as what it is.

use std::net::IpAddr;

/// A range of addresses: those that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    first: IpAddr,
    prefix: u32,
}

impl Network {
    pub(super) fn contains(self, address: IpAddr) -> bool {
        let ((first, width), (found, found_width)) = (bits(self.first), bits(address));
        let shift = width - self.prefix;
        width == found_width && first.checked_shr(shift).unwrap_or(0) == found.checked_shr(shift).unwrap_or(0)
    }
}

/// Reads an address, or a range `address/bits`.
pub(super) fn parse(text: &str) -> Option<Network> {
    let (first, prefix) = text.split_once('/').map_or((text, None), |(first, bits)| (first, Some(bits)));
    let first: IpAddr = first.parse().ok()?;
    let (_, width) = bits(first);
    let prefix = match prefix {
        None => width,
        Some(bits) if bits.len() <= 3 && bits.bytes().all(|byte| byte.is_ascii_digit()) => {
            bits.parse().ok()?
        }
        Some(_) => return None,
    };
    (prefix <= width).then_some(Network { first, prefix })
}

/// Reads an address of a request.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// The bits of an address, and how many there are.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(network: &str, address_: &str) -> bool {
        parse(network).unwrap().contains(address(address_).unwrap())
    }

    #[test]
    fn ranges_contain_what_begins_alike() {
        assert!(within("203.0.113.0/24", "203.0.113.255"));
        assert!(!within("203.0.113.0/24", "203.0.114.0"));
        assert!(within("203.0.113.7", "203.0.113.7"));
        assert!(!within("203.0.113.7", "203.0.113.6"));
        assert!(within("0.0.0.0/0", "198.51.100.1"));
        assert!(within("::/0", "2001:db8::1"));
        assert!(!within("::/0", "198.51.100.1"));
        assert!(within("2001:db8::/32", "2001:db8:1::1"));
        assert!(!within("2001:db8::/32", "2001:db9::1"));
        assert!(within("198.51.100.0/24", "::ffff:198.51.100.1"));
    }

    #[test]
    fn other_texts_are_no_ranges() {
        for text in ["", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/+8", "::/129", "1.2.3.4/1/2", "host"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
