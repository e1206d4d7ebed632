//! The rules of gems: routes and names, versions, gems themselves, specifications, lists, and what is written in Ruby's
//! own format.

use std::collections::HashMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use formats::ruby::archive::{Limits, Reader};
use formats::ruby::info::{self, Line, Listing};
use formats::ruby::marshal;
use formats::ruby::name::{self, GemFile};
use formats::ruby::platform::Platform;
use formats::ruby::record::Record;
use formats::ruby::route::Route;
use formats::ruby::spec::Gemspec;
use formats::ruby::version;

use super::endpoint::{furnish, send};
use crate::choices::Choices;
use crate::region::with_account;

pub(super) const ROUTE_WORDS: &[&str] = &[
    "gems/a-1.0.gem",
    "quick/Marshal.4.8/a-1.0-java.gemspec.rz",
    "info/",
    "specs.4.8.gz",
    "api/v1/gems/yank",
    "/owners.yaml",
    "-1.0",
    "-x86_64-linux",
    ".rc1",
    "%2e",
    "..",
];
pub(super) const SPEC_WORDS: &[&str] = &[
    "--- !ruby/object:Gem::Specification\nname: a\nversion: !ruby/object:Gem::Version\n  version: '1'\n",
    "dependencies:\n- !ruby/object:Gem::Dependency\n  name: b\n  requirement: &1 !ruby/object:Gem::Requirement\n",
    "    requirements:\n    - - \">=\"\n      - !ruby/object:Gem::Version\n        version: '0'\n",
    "  version_requirements: *1\n",
    "  type: :development\n",
    "description: |-\n  x\n",
    "metadata: {a: b}\n",
    "platform: java\n",
    "date: 2020-01-02 00:00:00.000000000 Z\n",
    ": ",
    "- ",
    "\"\\x00\"",
];
pub(super) const INFO_WORDS: &[&str] = &[
    "---\n",
    "1.0 |checksum:abababababababababababababababababababababababababababababababab\n",
    "1.0-java b:>= 1&< 3,c:~> 2|checksum:",
    ",ruby:>= 2.7",
    ",created_at:2020-01-01T00:00:00Z",
    "\n",
    "\u{0}",
];
pub(super) const ARCHIVE_WORDS: &[&str] =
    &["metadata.gz", "data.tar.gz", "checksums.yaml.gz", "ustar\u{0}00", "20 path=../x\n", "lib/../../x"];
pub(super) const ENDPOINT_WORDS: &[&str] = &[
    "info/a\n",
    "versions\n",
    "gems/a-1.0.gem\n",
    "api/v1/gems/yank\ngem_name=a&version=1.0",
    "api/v1/dependencies?gems=a,b",
    "api/v1/search.json?query=a",
    "name: a\nversion: '1.0'\n",
    "platform: java\n",
    "\u{1}",
];

/// A path means one thing or nothing, and what a file's name may mean leads back to it.
pub(super) fn route(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let route = Route::parse(&text);
    crate::note(route.as_ref().ok().map(std::mem::discriminant));
    assert_eq!(Route::parse(&format!("{text}/")).ok(), route.clone().ok(), "a trailing slash is none");
    for gem in GemFile::readings(&text) {
        assert_eq!(gem.full_name(), text);
        assert!(name::is_valid(&gem.name) && version::is_valid(&gem.version), "{gem:?}");
    }
    let _ = Platform::parse(&text);
    if let Some((left, right)) = text.split_once(' ') {
        let order = version::compare(left, right);
        assert_eq!(version::compare(right, left), order.reverse());
        let same = version::canonical(left) == version::canonical(right);
        assert!(!same || order.is_eq(), "{left} {right}");
    }
}

/// A specification that is read can be stored, listed, and written for Ruby, and all of it says the same.
pub(super) fn spec(data: &[u8]) {
    let Ok(spec) = Gemspec::read(&String::from_utf8_lossy(data)) else { return };
    crate::note(spec.dependencies.len().min(3));
    let line = Line::of(&spec, &"ab".repeat(32));
    let record = Record::of(&spec, &line, None);
    assert_eq!(Record::read(&record.write()), record);
    if let Some(read) = Line::read(line.text()) {
        assert_eq!((read.version(), read.platform()), (spec.version.as_str(), spec.platform.as_str()));
        let needs = |spec: &Gemspec| {
            let mut needs: Vec<_> =
                spec.runtime().map(|one| (one.name.clone(), one.requirement.clone())).collect();
            needs.sort_by(|a, b| a.0.cmp(&b.0));
            needs
        };
        assert_eq!(needs(&read.spec(&spec.name)), needs(&spec), "{}", line.text());
    }
    let quick = marshal::quick(&spec);
    let Value::User(class, inner) = Decoder::read(&quick) else {
        panic!("a specification is dumped by itself")
    };
    assert_eq!(class, "Gem::Specification");
    let Value::Array(fields) = Decoder::read(&inner) else { panic!("its fields are a list") };
    assert_eq!(fields.len(), 19);
    assert_eq!(fields[2], Value::Text(spec.name.clone()));
    assert_eq!(fields[5], spec.summary.clone().map_or(Value::Nil, Value::Text));
    let Value::Array(dependencies) = &fields[9] else { panic!("dependencies are a list") };
    assert_eq!(dependencies.len(), spec.dependencies.len());
    let index =
        marshal::specs([(spec.name.as_str(), spec.version.as_str(), spec.platform.as_str())].into_iter());
    assert!(matches!(Decoder::read(&index), Value::Array(gems) if gems.len() == 1));
}

/// A list is written as it was read, once what is not understood is gone.
pub(super) fn listing(data: &[u8]) {
    let listing = Listing::read(&String::from_utf8_lossy(data));
    crate::note((listing.lines().len().min(3), listing.left_out().min(2)));
    let text = info::render(listing.lines().iter());
    let again = Listing::read(&text);
    assert_eq!((again.lines(), again.left_out()), (listing.lines(), 0));
    for line in listing.lines() {
        let spec = line.spec("a");
        let _ = marshal::quick(&spec);
        assert_eq!(
            spec.gem(),
            GemFile { name: "a".into(), version: line.version().into(), platform: line.platform().into() }
        );
    }
}

/// A gem is the same however it arrives; of one that is well formed but for its parts, these are looked at.
pub(super) fn archive(data: &[u8]) {
    let limits = Limits { unpacked_bytes_max: 64 * 1024, entries_max: 20 };
    let read = |bytes: &[u8], step: usize| {
        let mut reader = Reader::new(limits);
        for part in bytes.chunks(step) {
            reader.feed(part)?;
        }
        reader.finish()
    };
    for gem in
        [data.to_vec(), summed(data), framed(data, b""), framed(b"name: a\nversion: '1'\n", &summed(data))]
    {
        let whole = read(&gem, gem.len().max(1));
        crate::note(whole.as_ref().map(|_| ()).map_err(std::mem::discriminant));
        assert_eq!(read(&gem, 7).is_ok(), whole.is_ok());
    }
}

/// Series of requests to the endpoint: U+0001 ends one, a line break ends its path.
pub(super) fn endpoint(data: &[u8]) {
    with_account(|region, account| {
        let token = furnish(region, account);
        for one in data.split(|byte| *byte == 1).take(8) {
            let mut choices = Choices::new(one);
            let methods = ["GET", "PUT", "DELETE", "POST", "HEAD"];
            let method = *choices.of(&methods).unwrap_or(&"GET");
            let rest = choices.rest();
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            let (path, body) = rest.split_at(end);
            let body = body.get(1..).unwrap_or_default();
            send(region, account, &token, ("ruby", method), path, body);
            send(region, account, &token, ("ruby", "POST"), b"api/v1/gems", &framed(body, b""));
        }
        let (status, body) = send(region, account, &token, ("ruby", "GET"), b"info/a", b"");
        if status == Some(200) {
            let listing = Listing::read(&String::from_utf8(body).expect("a list is text"));
            assert!(listing.left_out() == 0 && !listing.lines().is_empty());
        }
    });
}

/// A gem with this specification and this data.
fn framed(spec: &[u8], data: &[u8]) -> Vec<u8> {
    let packed = |bytes: &[u8]| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(bytes).and_then(|()| packed.try_finish()).expect("memory takes every write");
        packed.get_ref().clone()
    };
    let empty = vec![0; 1024];
    let data = if data.is_empty() { &empty[..] } else { data };
    let mut gem = Vec::new();
    for (name, content) in [("metadata.gz", packed(spec)), ("data.tar.gz", packed(data))] {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        gem.extend(header);
        gem.extend(content);
        gem.resize(gem.len().next_multiple_of(512), 0);
    }
    gem.resize(gem.len() + 1024, 0);
    summed(&gem)
}

/// The same bytes with right checksums where headers may be: what a mutator hardly finds.
fn summed(data: &[u8]) -> Vec<u8> {
    let mut bytes = data.to_vec();
    let mut at = 0;
    while let Some(header) = bytes.get_mut(at..at + 512) {
        let size =
            std::str::from_utf8(&header[124..135]).ok().and_then(|text| usize::from_str_radix(text, 8).ok());
        header[148..156].fill(b' ');
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        if header.iter().any(|byte| *byte != 0 && *byte != b' ') {
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        } else {
            header.fill(0);
        }
        at += 512 + size.unwrap_or(0).next_multiple_of(512).min(1 << 30);
    }
    bytes
}

/// What Ruby would read.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Nil,
    True,
    False,
    Integer(i64),
    Text(String),
    Symbol(String),
    Array(Vec<Value>),
    Hash(Vec<(Value, Value)>),
    Object(String, Vec<(Value, Value)>),
    /// Made by `_dump`.
    User(String, Vec<u8>),
    /// Made by `marshal_dump`.
    UserMarshal(String, Box<Value>),
}

/// Reads Ruby's Marshal format 4.8, as far as we write it; panics on anything else.
struct Decoder<'a> {
    bytes: &'a [u8],
    symbols: HashMap<usize, String>,
}

impl<'a> Decoder<'a> {
    fn read(bytes: &'a [u8]) -> Value {
        let bytes = bytes.strip_prefix(b"\x04\x08").expect("a document says its version");
        let mut decoder = Self { bytes, symbols: HashMap::new() };
        let value = decoder.value();
        assert!(decoder.bytes.is_empty(), "a document has an end");
        value
    }

    fn byte(&mut self) -> u8 {
        let (byte, rest) = self.bytes.split_first().expect("a document is whole");
        self.bytes = rest;
        *byte
    }

    fn integer(&mut self) -> i64 {
        let first = i64::from(i8::from_ne_bytes([self.byte()]));
        match first {
            0 => 0,
            1..=4 => (0..first).map(|place| i64::from(self.byte()) << (8 * place)).sum(),
            5..=127 => first - 5,
            _ => panic!("nothing here is negative"),
        }
    }

    fn length(&mut self) -> usize {
        usize::try_from(self.integer()).expect("a length is a length")
    }

    fn raw(&mut self) -> Vec<u8> {
        let length = self.length();
        let (now, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        now.to_vec()
    }

    fn symbol(&mut self) -> String {
        match self.value() {
            Value::Symbol(name) => name,
            other => panic!("{other:?} is no symbol"),
        }
    }

    fn pairs(&mut self) -> Vec<(Value, Value)> {
        (0..self.length()).map(|_| (self.value(), self.value())).collect()
    }

    fn value(&mut self) -> Value {
        match self.byte() {
            b'0' => Value::Nil,
            b'T' => Value::True,
            b'F' => Value::False,
            b'i' => Value::Integer(self.integer()),
            b':' => {
                let name = String::from_utf8(self.raw()).expect("a symbol is text");
                self.symbols.insert(self.symbols.len(), name.clone());
                Value::Symbol(name)
            }
            b';' => {
                let number = self.length();
                Value::Symbol(self.symbols[&number].clone())
            }
            b'"' => Value::Text(String::from_utf8(self.raw()).expect("what we write is UTF-8")),
            b'I' => {
                let value = self.value();
                self.pairs();
                value
            }
            b'[' => Value::Array((0..self.length()).map(|_| self.value()).collect()),
            b'{' => Value::Hash(self.pairs()),
            b'o' => Value::Object(self.symbol(), self.pairs()),
            b'u' => Value::User(self.symbol(), self.raw()),
            b'U' => Value::UserMarshal(self.symbol(), Box::new(self.value())),
            other => panic!("{other} begins nothing that we write"),
        }
    }
}
