//! Reads the bodies that SDKs send for BatchPutAssetPropertyValue, straight from their bytes.
//!
//! A body that this reads is read exactly as by the common way, with everything checked that the API model asks for.
//! Whatever is unusual is left to the common way, faults above all: it knows how to word them.

use std::borrow::Cow;

use series::Quality;

use super::number;
use super::request::{ENTRIES_MAX, Entry, Given, Request, Sent, VALUES_MAX, null_type, quality};

/// Longest `entryId`, and longest `propertyAlias`, in bytes; longer aliases may still be short enough in characters.
const ENTRY_ID_MAX: usize = 64;
const ALIAS_MAX: usize = 2048;

/// What the API model allows as seconds.
const SECONDS_MAX: i64 = 9_223_372_036_854_774;

/// What the API model allows as nanoseconds behind them.
const NANOS_MAX: i64 = 999_999_999;

/// Reads a body, or declines.
pub fn request(body: &[u8]) -> Option<Request<'_>> {
    let mut scan = Scan { text: str::from_utf8(body).ok()?, at: 0 };
    let (mut partial, mut entries) = (None, None);
    scan.members(|scan, name| match name {
        "entries" => once(&mut entries, scan.list(ENTRIES_MAX, entry)?),
        "enablePartialEntryProcessing" => once(&mut partial, scan.truth()?),
        _ => None,
    })?;
    scan.space();
    (scan.at == body.len()).then_some(())?;
    Some(Request { partial: partial.unwrap_or_default(), entries: entries? })
}

fn entry<'a>(scan: &mut Scan<'a>) -> Option<Entry<'a>> {
    let (mut id, mut asset, mut property, mut alias, mut values) = (None, None, None, None, None);
    scan.members(|scan, name| match name {
        "entryId" => once(&mut id, scan.string().filter(|text| is_entry_id(text))?),
        "assetId" => once(&mut asset, scan.string().filter(|text| is_id(text))?),
        "propertyId" => once(&mut property, scan.string().filter(|text| is_id(text))?),
        "propertyAlias" => once(&mut alias, scan.string().filter(|text| is_alias(text))?),
        "propertyValues" => once(&mut values, scan.list(VALUES_MAX, sent)?),
        _ => None,
    })?;
    Some(Entry { id: id?, asset, property, alias, values: values? })
}

fn sent<'a>(scan: &mut Scan<'a>) -> Option<Sent<'a>> {
    let (mut given, mut timestamp, mut trust) = (None, None, None);
    scan.members(|scan, name| match name {
        "value" => once(&mut given, variant(scan)?),
        "timestamp" => once(&mut timestamp, instant(scan)?),
        "quality" => once(&mut trust, quality(&scan.string()?)?),
        _ => None,
    })?;
    let (seconds, nanos) = timestamp?;
    Some(Sent { seconds, nanos, quality: trust.unwrap_or(Quality::Good), value: given? })
}

fn instant(scan: &mut Scan<'_>) -> Option<(i64, Option<i64>)> {
    let (mut seconds, mut nanos) = (None, None);
    scan.members(|scan, name| match name {
        "timeInSeconds" => once(&mut seconds, scan.whole().filter(|n| (1..=SECONDS_MAX).contains(n))?),
        "offsetInNanos" => once(&mut nanos, scan.whole().filter(|n| (0..=NANOS_MAX).contains(n))?),
        _ => None,
    })?;
    Some((seconds?, nanos))
}

/// Reads a value with exactly one member.
fn variant<'a>(scan: &mut Scan<'a>) -> Option<Given<'a>> {
    let mut given = None;
    scan.members(|scan, name| {
        let read = match name {
            "doubleValue" => Given::Double(scan.double()?),
            "integerValue" => Given::Integer(scan.whole().filter(|number| i32::try_from(*number).is_ok())?),
            "booleanValue" => Given::Boolean(scan.truth()?),
            "stringValue" => Given::String(scan.string().filter(|text| !text.contains('\0'))?),
            "nullValue" => {
                let mut null = None;
                scan.members(|scan, name| match name {
                    "valueType" => once(&mut null, null_type(&scan.string()?)?),
                    _ => None,
                })?;
                Given::Null(null?)
            }
            _ => return None,
        };
        once(&mut given, read)
    })?;
    given
}

/// Puts a member in its place; declines one that comes twice.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn is_entry_id(text: &str) -> bool {
    (1..=ENTRY_ID_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_alias(text: &str) -> bool {
    (1..=ALIAS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte >= 0x20 && byte != 0x7f)
}

fn is_id(text: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36
        && text.bytes().enumerate().all(fits)
        && text.bytes().any(|byte| !matches!(byte, b'0' | b'-'))
}

/// A place in a body.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Steps over white space and a byte, if it is that one.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.takes(byte).then_some(())
    }

    fn word(&mut self, word: &str) -> bool {
        let is_there = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        if is_there {
            self.at += word.len();
        }
        is_there
    }

    /// Reads an object; `each` reads the value of a member, or declines it.
    fn members(&mut self, mut each: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.takes(b'}') {
            return Some(());
        }
        loop {
            self.space();
            let Cow::Borrowed(name) = self.string()? else { return None };
            self.expect(b':')?;
            self.space();
            each(self, name)?;
            if !self.takes(b',') {
                return self.expect(b'}');
            }
        }
    }

    /// Reads a list of no more than so many items.
    fn list<T>(&mut self, max: usize, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.expect(b'[')?;
        let mut items = Vec::with_capacity(if max > VALUES_MAX { max } else { 1 });
        if self.takes(b']') {
            return Some(items);
        }
        loop {
            self.space();
            if items.len() == max {
                return None;
            }
            items.push(item(self)?);
            if !self.takes(b',') {
                self.expect(b']')?;
                return Some(items);
            }
        }
    }

    fn truth(&mut self) -> Option<bool> {
        match self.peek()? {
            b't' => self.word("true").then_some(true),
            b'f' => self.word("false").then_some(false),
            _ => None,
        }
    }

    /// Reads a whole number that is written as one.
    fn whole(&mut self) -> Option<i64> {
        let (number, length) = number::whole(&self.text.as_bytes()[self.at..])?;
        self.at += length;
        Some(number)
    }

    fn double(&mut self) -> Option<f64> {
        if self.peek()? == b'"' {
            return (self.string()? == "NaN").then_some(f64::NAN);
        }
        let (number, length) = number::double(&self.text[self.at..])?;
        self.at += length;
        Some(number)
    }

    /// Reads a string; only one with escapes is copied.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let begin = self.at + 1;
        let bytes = &self.text.as_bytes()[begin..];
        let stop = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        self.at = begin + stop;
        match bytes[stop] {
            b'"' => {
                self.at += 1;
                Some(Cow::Borrowed(&self.text[begin..begin + stop]))
            }
            b'\\' => self.escaped(begin).map(Cow::Owned),
            _ => None,
        }
    }

    /// Reads the rest of a string that has an escape where the scan stands.
    fn escaped(&mut self, begin: usize) -> Option<String> {
        let mut text = self.text[begin..self.at].to_owned();
        loop {
            let plain = self.at;
            let bytes = &self.text.as_bytes()[plain..];
            let stop = plain + bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
            text.push_str(&self.text[plain..stop]);
            self.at = stop + 1;
            match self.text.as_bytes()[stop] {
                b'"' => return Some(text),
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                let low = if (0xd800..0xdc00).contains(&unit) {
                    self.word("\\u").then_some(())?;
                    Some(self.unit()?)
                } else {
                    None
                };
                char::decode_utf16([unit].into_iter().chain(low)).next()?.ok()?
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some(unit << 4 | u16::try_from(digit).ok()?)
        })
    }
}

#[cfg(test)]
mod tests {
    use model::{Decode as _, Members, Operation as _};
    use model_sitewise::operations::BatchPutAssetPropertyValue;
    use model_sitewise::types::BatchPutAssetPropertyValueRequest;

    use super::*;

    /// Reads a body the common way.
    fn common(body: &[u8]) -> Option<Request<'static>> {
        let members: Members = serde_json::from_slice(body).ok()?;
        model::validate(BatchPutAssetPropertyValue::SPEC.input, &members).ok()?;
        Some(BatchPutAssetPropertyValueRequest::decode(members).into())
    }

    const ID: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";

    fn body(entry: &str) -> String {
        format!(r#"{{"entries": [{entry}]}}"#)
    }

    fn valued(value: &str) -> String {
        body(&format!(
            r#"{{"entryId": "e", "propertyAlias": "/a", "propertyValues": [{{"value": {value}, "timestamp": {{"timeInSeconds": 1}}}}]}}"#
        ))
    }

    #[test]
    fn what_clients_send_is_read_as_the_common_way_reads_it() {
        let bodies = [
            // boto3: json.dumps, spaces behind : and ,.
            format!(
                r#"{{"entries": [{{"entryId": "1", "assetId": "{ID}", "propertyId": "{ID}", "propertyValues": [{{"value": {{"doubleValue": 21.5}}, "timestamp": {{"timeInSeconds": 1772445600, "offsetInNanos": 5}}, "quality": "GOOD"}}]}}]}}"#
            ),
            // The JavaScript SDK: JSON.stringify, no spaces.
            format!(
                r#"{{"enablePartialEntryProcessing":true,"entries":[{{"assetId":"{ID}","entryId":"x_-9","propertyId":"{ID}","propertyValues":[{{"quality":"BAD","timestamp":{{"offsetInNanos":0,"timeInSeconds":1772445600}},"value":{{"integerValue":-5}}}},{{"timestamp":{{"timeInSeconds":1}},"value":{{"booleanValue":false}}}}]}},{{"entryId":"2","propertyAlias":"/a/ü","propertyValues":[]}}]}}"#
            ),
            valued(r#"{"doubleValue": "NaN"}"#),
            valued(r#"{"doubleValue": 38}"#),
            valued(r#"{"doubleValue": -1.5e-7}"#),
            valued(r#"{"doubleValue": 0.30000000000000004}"#),
            valued(r#"{"doubleValue": 123456789.123456789123}"#),
            valued(r#"{"nullValue": {"valueType": "U"}}"#),
            valued(r#"{"stringValue": "a\"b\\\/\b\f\n\r\t\u00fc\ud83d\ude00 €"}"#),
            valued(r#"{"stringValue": ""}"#),
            valued(r#"{"integerValue": 2147483647}"#),
            " {\"entries\":[]}\r\n".to_owned(),
        ];
        for body in bodies {
            let scanned = request(body.as_bytes());
            assert!(scanned.is_some(), "{body} is declined");
            assert_eq!(scanned, common(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn what_is_unusual_or_wrong_is_left_to_the_common_way() {
        let entry = |more: &str| body(&format!(r#"{{"propertyValues": []{more}}}"#));
        let bodies = [
            String::new(),
            "{}".to_owned(),
            "[]".to_owned(),
            r#"{"entries":[]} x"#.to_owned(),
            r#"{"entries":[],}"#.to_owned(),
            r#"{"entries":[],"entries":[]}"#.to_owned(),
            r#"{"entries":[],"other":1}"#.to_owned(),
            r#"{"entries":[],"enablePartialEntryProcessing":null}"#.to_owned(),
            r#"{"entries":null}"#.to_owned(),
            entry(""),
            entry(r#","entryId":"""#),
            entry(r#","entryId":"a b""#),
            entry(&format!(r#","entryId":"{}""#, "a".repeat(65))),
            entry(r#","entryId":1"#),
            entry(r#","entryId":"a","entryId":"a""#),
            entry(r#","entryId":"a","assetId":"00000000-0000-0000-0000-000000000000""#),
            entry(r#","entryId":"a","assetId":"externalId:a""#),
            entry(&format!(r#","entryId":"a","propertyId":"{}""#, ID.to_uppercase())),
            entry(r#","entryId":"a","propertyAlias":"""#),
            entry(r#","entryId":"a","propertyAlias":"a\tb""#),
            entry(&format!(r#","entryId":"a","propertyAlias":"{}""#, "ü".repeat(1025))),
            valued("{}"),
            valued(r#"{"doubleValue": 1, "integerValue": 1}"#),
            valued(r#"{"doubleValue": "Infinity"}"#),
            valued(r#"{"doubleValue": 1e999}"#),
            valued(r#"{"doubleValue": 01}"#),
            valued(r#"{"integerValue": 1.0}"#),
            valued(r#"{"integerValue": 2147483648}"#),
            valued(r#"{"stringValue": "\u0000"}"#),
            valued(r#"{"stringValue": "\ud83d"}"#),
            valued(r#"{"stringValue": "\x"}"#),
            valued("{\"stringValue\": \"a\nb\"}"),
            valued(r#"{"nullValue": {}}"#),
            valued(r#"{"nullValue": {"valueType": "X"}}"#),
            valued(r#"{"booleanValue": "true"}"#),
            valued(r#"{"doubleValue": 1}"#).replace(": 1}}", ": 0}}"),
            valued(r#"{"doubleValue": 1}"#).replace(": 1}}", ": 1, \"offsetInNanos\": 1000000000}}"),
            valued(r#"{"doubleValue": 1}"#).replace(": 1}}", ": 1}, \"quality\": \"good\"}"),
        ];
        for body in bodies {
            assert_eq!(request(body.as_bytes()), None, "{body}");
        }
        assert_eq!(request(b"{\"entries\":[]}\xff"), None);
    }
}
