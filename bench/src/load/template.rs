//! A request as it goes over the wire, with places that differ from one request to the next.
//!
//! `{client}` is the number of the connection (4 digits), `{serial:N}` a number that no other request of this process
//! carries (its last N digits), `{hex:N}` N random hexadecimal digits. Every place keeps its width, so the
//! `Content-Length` of the template holds for each request made from it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::random::mixed;

/// A request with places.
#[derive(Clone, Debug)]
pub struct Template {
    bytes: Vec<u8>,
    places: Vec<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    at: usize,
    width: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Client,
    Serial,
    Hex,
}

static SERIAL: AtomicU64 = AtomicU64::new(1);

impl Template {
    /// Makes a template out of a request without a body's length; counts the body and adds `Content-Length`.
    pub fn new(head: &str, body: &str) -> Self {
        let body = Self::parse(body);
        let mut whole = Self::parse(&format!("{head}Content-Length: {}\r\n\r\n", body.bytes.len()));
        let offset = whole.bytes.len();
        whole.bytes.extend_from_slice(&body.bytes);
        whole.places.extend(body.places.into_iter().map(|place| Place { at: place.at + offset, ..place }));
        whole
    }

    fn parse(text: &str) -> Self {
        let mut template = Self { bytes: Vec::new(), places: Vec::new() };
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            template.bytes.extend_from_slice(before.as_bytes());
            if let Some((kind, width, length)) = Kind::read(after) {
                template.places.push(Place { at: template.bytes.len(), width, kind });
                template.bytes.resize(template.bytes.len() + width, b'0');
                rest = &after[length..];
            } else {
                template.bytes.push(b'{');
                rest = &after[1..];
            }
        }
        template.bytes.extend_from_slice(rest.as_bytes());
        template
    }

    /// The bytes of a request whose places are all zero, to be filled by [`Template::fill`].
    pub fn blank(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// Fills the places of the next request of a connection.
    pub fn fill(&self, client: usize, request: &mut [u8]) {
        if self.places.is_empty() {
            return;
        }
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let mut random = serial;
        for place in &self.places {
            let digits = &mut request[place.at..place.at + place.width];
            match place.kind {
                Kind::Client => decimal(client as u64, digits),
                Kind::Serial => decimal(serial, digits),
                Kind::Hex => {
                    random = mixed(random);
                    hexadecimal(random, digits);
                }
            }
        }
    }
}

impl Kind {
    /// Reads a place at the start of `text`; answers its kind, its width, and the length of its name.
    fn read(text: &str) -> Option<(Self, usize, usize)> {
        let (name, _) = text[1..].split_once('}')?;
        let length = name.len() + 2;
        if name == "client" {
            return Some((Self::Client, 4, length));
        }
        let (word, width) = name.split_once(':')?;
        let width = width.parse().ok()?;
        match word {
            "serial" => Some((Self::Serial, width, length)),
            "hex" => Some((Self::Hex, width, length)),
            _ => None,
        }
    }
}

fn decimal(mut number: u64, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).expect("a digit is below ten");
        number /= 10;
    }
}

fn hexadecimal(mut number: u64, digits: &mut [u8]) {
    for digit in digits {
        *digit = b"0123456789abcdef"[usize::try_from(number % 16).expect("a digit is below sixteen")];
        number /= 16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_keep_their_width_and_the_length_counts_them() {
        let template =
            Template::new("POST /{client} HTTP/1.1\r\n", "{\"a\":\"{serial:6}\",\"b\":\"{hex:3}\"}");
        let mut request = template.blank();
        template.fill(7, &mut request);
        let text = String::from_utf8(request.clone()).expect("templates are text");
        assert!(text.starts_with("POST /0007 HTTP/1.1\r\nContent-Length: 24\r\n\r\n{\"a\":\"0"), "{text}");
        let before = request.clone();
        template.fill(7, &mut request);
        assert_ne!(before, request, "the serial rises");
        assert_eq!(before.len(), request.len());
    }
}
