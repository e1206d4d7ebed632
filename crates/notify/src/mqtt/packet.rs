//! Packets of MQTT 3.1.1 and 5: those that a client sends, and those that it gets.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

/// What a broker is asked to send at most in one packet.
pub(crate) const PACKET_BYTES_MAX: usize = 1 << 20;

/// The version of the protocol that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// MQTT 3.1.1.
    V3,
    /// MQTT 5.
    V5,
}

/// How a client introduces itself.
#[derive(Clone, Debug)]
pub(crate) struct Connect<'a> {
    pub client_id: &'a str,
    pub user: Option<&'a str>,
    pub password: Option<&'a str>,
    pub keep_alive_s: u16,
    /// Whether the broker forgets what it keeps for this client.
    pub is_clean: bool,
}

/// What a broker sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    Connected(Connected),
    /// The answer to a message of quality 1; 0x80 and above is a refusal.
    Acknowledged {
        id: u16,
        code: u8,
    },
    Subscribed {
        id: u16,
        codes: Vec<u8>,
    },
    Message(Arrived),
    Pong,
    /// The end, with its reason.
    Ended {
        code: u8,
    },
    /// What this client has no use for.
    Other,
}

/// The answer to an introduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Connected {
    pub code: u8,
    /// Messages that may wait for their acknowledgement at once.
    pub receive_max: u16,
    /// What the broker wants instead of the client's own keep-alive.
    pub keep_alive_s: Option<u16>,
}

/// A message that the broker forwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub topic: String,
    pub payload: Bytes,
    /// What to acknowledge it by; messages of quality 0 have none.
    pub id: Option<u16>,
}

/// Why bytes are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub &'static str);

const CUT: Malformed = Malformed("a packet ends too early");

pub(crate) fn connect(version: Version, connect: &Connect<'_>, out: &mut BytesMut) {
    let mut body = BytesMut::new();
    put_text(&mut body, "MQTT");
    body.put_u8(if version == Version::V5 { 5 } else { 4 });
    let flags = u8::from(connect.user.is_some()) << 7
        | u8::from(connect.password.is_some()) << 6
        | u8::from(connect.is_clean) << 1;
    body.put_u8(flags);
    body.put_u16(connect.keep_alive_s);
    if version == Version::V5 {
        let mut properties = BytesMut::new();
        if !connect.is_clean {
            // Session Expiry Interval: never.
            properties.put_u8(0x11);
            properties.put_u32(u32::MAX);
        }
        // Maximum Packet Size.
        properties.put_u8(0x27);
        properties.put_u32(u32::try_from(PACKET_BYTES_MAX).unwrap_or(u32::MAX));
        put_length(&mut body, properties.len());
        body.extend_from_slice(&properties);
    }
    put_text(&mut body, connect.client_id);
    for text in [connect.user, connect.password].into_iter().flatten() {
        put_text(&mut body, text);
    }
    put_packet(out, 0x10, &body);
}

/// A message of quality 1.
pub(crate) fn publish(version: Version, id: u16, topic: &str, payload: &[u8], out: &mut BytesMut) {
    let mut body = BytesMut::with_capacity(topic.len() + payload.len() + 8);
    put_text(&mut body, topic);
    body.put_u16(id);
    if version == Version::V5 {
        body.put_u8(0);
    }
    body.extend_from_slice(payload);
    put_packet(out, 0x32, &body);
}

/// Asks for the messages of topics, with quality 1.
pub(crate) fn subscribe(version: Version, id: u16, filters: &[String], out: &mut BytesMut) {
    let mut body = BytesMut::new();
    body.put_u16(id);
    if version == Version::V5 {
        body.put_u8(0);
    }
    for filter in filters {
        put_text(&mut body, filter);
        body.put_u8(1);
    }
    put_packet(out, 0x82, &body);
}

/// Acknowledges a message.
pub(crate) fn acknowledge(id: u16, out: &mut BytesMut) {
    put_packet(out, 0x40, &id.to_be_bytes());
}

pub(crate) fn ping(out: &mut BytesMut) {
    put_packet(out, 0xC0, &[]);
}

pub(crate) fn disconnect(out: &mut BytesMut) {
    put_packet(out, 0xE0, &[]);
}

fn put_packet(out: &mut BytesMut, first: u8, body: &[u8]) {
    out.put_u8(first);
    put_length(out, body.len());
    out.extend_from_slice(body);
}

fn put_length(out: &mut BytesMut, mut length: usize) {
    loop {
        let low = u8::try_from(length & 0x7F).unwrap_or_default();
        length >>= 7;
        out.put_u8(low | if length > 0 { 0x80 } else { 0 });
        if length == 0 {
            return;
        }
    }
}

fn put_text(out: &mut BytesMut, text: &str) {
    // Longer texts were refused when they were configured; topics are far shorter.
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.put_u16(length);
    out.extend_from_slice(&text.as_bytes()[..usize::from(length)]);
}

/// Takes the packet that the bytes begin with; nothing while it is not complete.
pub(crate) fn take(version: Version, bytes: &mut BytesMut) -> Result<Option<Incoming>, Malformed> {
    let Some((length, head)) = length(bytes.get(1..).unwrap_or_default())? else { return Ok(None) };
    if length > PACKET_BYTES_MAX {
        return Err(Malformed("a packet is larger than this client has asked for"));
    }
    let whole = 1 + head + length;
    if bytes.len() < whole {
        bytes.reserve(whole - bytes.len());
        return Ok(None);
    }
    let mut packet = bytes.split_to(whole).freeze();
    let first = packet.get_u8();
    packet.advance(head);
    decode(version, first, packet).map(Some)
}

/// Reads a length of up to four bytes: its value, and how many there were.
fn length(bytes: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
    let mut length = 0;
    for (i, byte) in bytes.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7F) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(Some((length, i + 1)));
        }
    }
    if bytes.len() >= 4 { Err(Malformed("a length has more than four bytes")) } else { Ok(None) }
}

fn decode(version: Version, first: u8, mut body: Bytes) -> Result<Incoming, Malformed> {
    Ok(match first >> 4 {
        2 => {
            let _flags = u8_of(&mut body)?;
            let code = u8_of(&mut body)?;
            let mut connected = Connected { code, receive_max: u16::MAX, keep_alive_s: None };
            if version == Version::V5 && !body.is_empty() {
                read_properties(&mut body, &mut connected)?;
            }
            Incoming::Connected(connected)
        }
        3 => Incoming::Message(message(version, first, body)?),
        4 => {
            let id = u16_of(&mut body)?;
            Incoming::Acknowledged { id, code: if body.is_empty() { 0 } else { body[0] } }
        }
        9 => {
            let id = u16_of(&mut body)?;
            if version == Version::V5 {
                properties(&mut body)?;
            }
            Incoming::Subscribed { id, codes: body.to_vec() }
        }
        13 => Incoming::Pong,
        14 => Incoming::Ended { code: if body.is_empty() { 0 } else { body[0] } },
        _ => Incoming::Other,
    })
}

fn message(version: Version, first: u8, mut body: Bytes) -> Result<Arrived, Malformed> {
    let length = usize::from(u16_of(&mut body)?);
    if body.len() < length {
        return Err(CUT);
    }
    let topic = String::from_utf8(body.split_to(length).to_vec());
    let topic = topic.map_err(|_| Malformed("a topic is not UTF-8"))?;
    let id = match first >> 1 & 3 {
        0 => None,
        1 => Some(u16_of(&mut body)?),
        _ => return Err(Malformed("a message has a quality that was not asked for")),
    };
    if version == Version::V5 {
        properties(&mut body)?;
    }
    Ok(Arrived { topic, payload: body, id })
}

/// Passes over properties.
fn properties(body: &mut Bytes) -> Result<Bytes, Malformed> {
    let (length, head) = length(body)?.ok_or(CUT)?;
    if body.len() < head + length {
        return Err(CUT);
    }
    body.advance(head);
    Ok(body.split_to(length))
}

/// Reads what a broker says about itself.
fn read_properties(body: &mut Bytes, connected: &mut Connected) -> Result<(), Malformed> {
    let mut properties = properties(body)?;
    while !properties.is_empty() {
        match properties.get_u8() {
            0x21 => connected.receive_max = u16_of(&mut properties)?.max(1),
            0x13 => connected.keep_alive_s = Some(u16_of(&mut properties)?),
            0x22 => drop(u16_of(&mut properties)?),
            0x11 | 0x27 => {
                u16_of(&mut properties)?;
                u16_of(&mut properties)?;
            }
            0x24 | 0x25 | 0x28 | 0x29 | 0x2A => drop(u8_of(&mut properties)?),
            0x12 | 0x1A | 0x1C | 0x1F | 0x15 | 0x16 => text(&mut properties)?,
            0x26 => {
                text(&mut properties)?;
                text(&mut properties)?;
            }
            _ => return Err(Malformed("a property of the broker's answer is unknown")),
        }
    }
    Ok(())
}

fn text(body: &mut Bytes) -> Result<(), Malformed> {
    let length = usize::from(u16_of(body)?);
    if body.len() < length {
        return Err(CUT);
    }
    body.advance(length);
    Ok(())
}

fn u8_of(body: &mut Bytes) -> Result<u8, Malformed> {
    if body.is_empty() { Err(CUT) } else { Ok(body.get_u8()) }
}

fn u16_of(body: &mut Bytes) -> Result<u16, Malformed> {
    if body.len() < 2 { Err(CUT) } else { Ok(body.get_u16()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(version: Version, bytes: &[u8]) -> Result<Option<Incoming>, Malformed> {
        let mut buffer = BytesMut::from(bytes);
        let found = take(version, &mut buffer)?;
        assert!(buffer.is_empty() || found.is_none());
        Ok(found)
    }

    #[test]
    fn introductions_are_those_of_the_standard() {
        let mut out = BytesMut::new();
        let me = Connect {
            client_id: "h",
            user: Some("u"),
            password: Some("p"),
            keep_alive_s: 60,
            is_clean: true,
        };
        connect(Version::V3, &me, &mut out);
        assert_eq!(&out[..], b"\x10\x13\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01h\x00\x01u\x00\x01p");
        out.clear();
        let me = Connect { user: None, password: None, is_clean: false, ..me };
        connect(Version::V5, &me, &mut out);
        let properties = b"\x0a\x11\xff\xff\xff\xff\x27\x00\x10\x00\x00";
        let expected =
            [b"\x10\x18\x00\x04MQTT\x05\x00\x00\x3c".as_slice(), properties, b"\x00\x01h"].concat();
        assert_eq!(&out[..], expected);
    }

    #[test]
    fn what_is_published_arrives() {
        for version in [Version::V3, Version::V5] {
            let mut out = BytesMut::new();
            let payload = vec![b'x'; 200];
            publish(version, 513, "$aws/a", &payload, &mut out);
            let arrived = Arrived { topic: "$aws/a".into(), payload: payload.into(), id: Some(513) };
            assert_eq!(taken(version, &out), Ok(Some(Incoming::Message(arrived))));
            for end in 0..out.len() {
                assert_eq!(taken(version, &out[..end]), Ok(None), "{end}");
            }
        }
    }

    #[test]
    fn answers_of_brokers_are_read() {
        let connected = |code, receive_max, keep_alive_s| {
            Ok(Some(Incoming::Connected(Connected { code, receive_max, keep_alive_s })))
        };
        assert_eq!(taken(Version::V3, b"\x20\x02\x00\x05"), connected(5, u16::MAX, None));
        let properties = b"\x21\x00\x14\x13\x00\x0a\x22\x00\x0a\x12\x00\x02ab\x24\x01";
        let mut bytes = vec![0x20, 3 + 16, 0, 0, 16];
        bytes.extend_from_slice(properties);
        assert_eq!(taken(Version::V5, &bytes), connected(0, 20, Some(10)));
        assert_eq!(
            taken(Version::V3, b"\x40\x02\x01\x02"),
            Ok(Some(Incoming::Acknowledged { id: 258, code: 0 }))
        );
        assert_eq!(
            taken(Version::V5, b"\x40\x03\x01\x02\x87"),
            Ok(Some(Incoming::Acknowledged { id: 258, code: 0x87 }))
        );
        assert_eq!(
            taken(Version::V5, b"\x90\x05\x00\x01\x00\x01\x80"),
            Ok(Some(Incoming::Subscribed { id: 1, codes: vec![1, 0x80] }))
        );
        assert_eq!(taken(Version::V3, b"\xd0\x00"), Ok(Some(Incoming::Pong)));
        assert_eq!(taken(Version::V5, b"\xe0\x01\x8e"), Ok(Some(Incoming::Ended { code: 0x8e })));
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        for bytes in [
            b"\x20\xff\xff\xff\xff".as_slice(),
            b"\x20\x01\x00",
            b"\x20\xff\xff\xff\x7f",
            b"\x34\x05\x00\x01a\x00\x01",
            b"\x30\x03\x00\x05a",
            b"\x30\x03\x00\x01\xff",
            b"\x40\x01\x00",
        ] {
            assert!(taken(Version::V3, bytes).is_err(), "{bytes:?}");
        }
        assert!(taken(Version::V5, b"\x30\x03\x00\x01a").is_err(), "properties are missing");
        assert!(taken(Version::V5, b"\x20\x05\x00\x00\x02\x7e\x00").is_err(), "an unknown property");
    }
}
