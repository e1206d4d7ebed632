//! Ruby's Marshal format 4.8, written only: what the indexes of gems are made of.

use std::collections::HashMap;

use super::platform::Platform;
use super::spec::{Gemspec, Requirement};

/// Writes one document.
#[derive(Debug)]
pub struct Encoder {
    bytes: Vec<u8>,
    /// Symbols are written once, then by their number.
    symbols: HashMap<String, usize>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self { bytes: vec![4, 8], symbols: HashMap::new() }
    }
}

impl Encoder {
    /// The bytes of the document.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes `nil`.
    pub fn nil(&mut self) {
        self.bytes.push(b'0');
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.bytes.push(if value { b'T' } else { b'F' });
    }

    /// Writes a small number.
    pub fn integer(&mut self, value: i32) {
        self.bytes.push(b'i');
        self.fixnum(value);
    }

    /// Begins an array of so many elements, which follow.
    pub fn array(&mut self, length: usize) {
        self.bytes.push(b'[');
        self.length(length);
    }

    /// Begins a hash of so many pairs, which follow.
    pub fn hash(&mut self, length: usize) {
        self.bytes.push(b'{');
        self.length(length);
    }

    /// Writes a string in UTF-8.
    pub fn string(&mut self, text: &str) {
        self.bytes.extend(b"I\"");
        self.raw(text.as_bytes());
        self.length(1);
        self.symbol("E");
        self.boolean(true);
    }

    /// Writes a string, or `nil`.
    pub fn text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.nil(),
        }
    }

    /// Writes a list of strings.
    pub fn strings(&mut self, texts: &[String]) {
        self.array(texts.len());
        for text in texts {
            self.string(text);
        }
    }

    /// Writes a symbol.
    pub fn symbol(&mut self, name: &str) {
        if let Some(number) = self.symbols.get(name).copied() {
            self.bytes.push(b';');
            self.length(number);
            return;
        }
        self.symbols.insert(name.to_owned(), self.symbols.len());
        self.bytes.push(b':');
        self.raw(name.as_bytes());
    }

    /// Writes a `Gem::Version`.
    pub fn version(&mut self, version: &str) {
        self.bytes.push(b'U');
        self.symbol("Gem::Version");
        self.array(1);
        self.string(version);
    }

    /// Writes a `Gem::Requirement`.
    pub fn requirement(&mut self, requirement: &Requirement) {
        self.bytes.push(b'U');
        self.symbol("Gem::Requirement");
        self.array(1);
        self.array(requirement.0.len());
        for (operator, version) in &requirement.0 {
            self.array(2);
            self.string(operator);
            self.version(version);
        }
    }

    /// Writes a `Gem::Platform`, or the word for all platforms.
    pub fn platform(&mut self, name: &str) {
        if name == super::name::RUBY {
            return self.string(name);
        }
        let Platform { cpu, os, version } = Platform::parse(name);
        self.object("Gem::Platform", 3);
        self.symbol("@cpu");
        self.text(cpu.as_deref());
        self.symbol("@os");
        self.string(&os);
        self.symbol("@version");
        self.text(version.as_deref());
    }

    /// Writes a `Gem::Specification`: a document of its own inside this one.
    pub fn specification(&mut self, spec: &Gemspec) {
        self.bytes.push(b'u');
        self.symbol("Gem::Specification");
        let mut inner = Encoder::default();
        inner.fields(spec);
        self.raw(&inner.finish());
    }

    /// The fields of `Gem::Specification#_dump`, in its order.
    fn fields(&mut self, spec: &Gemspec) {
        /// The version of this list of fields.
        const SPECIFICATION_VERSION: i32 = 4;
        self.array(19);
        self.string(spec.rubygems_version.as_deref().unwrap_or("3.0.0"));
        self.integer(SPECIFICATION_VERSION);
        self.string(&spec.name);
        self.version(&spec.version);
        self.day(spec.day());
        self.text(spec.summary.as_deref());
        self.requirement(&spec.required_ruby_version);
        self.requirement(&spec.required_rubygems_version);
        self.string(&spec.platform);
        self.array(spec.dependencies.len());
        for dependency in &spec.dependencies {
            self.object("Gem::Dependency", 5);
            self.symbol("@name");
            self.string(&dependency.name);
            self.symbol("@requirement");
            self.requirement(&dependency.requirement);
            self.symbol("@type");
            self.symbol(if dependency.is_development { "development" } else { "runtime" });
            self.symbol("@prerelease");
            self.boolean(false);
            self.symbol("@version_requirements");
            self.requirement(&dependency.requirement);
        }
        // What was the project's name at a host that is gone.
        self.string("");
        match spec.email.as_slice() {
            [] => self.nil(),
            [one] => self.string(one),
            several => self.strings(several),
        }
        self.strings(&spec.authors);
        self.text(spec.description.as_deref());
        self.text(spec.homepage.as_deref());
        self.boolean(true);
        self.platform(&spec.platform);
        self.strings(&spec.licenses);
        self.hash(spec.metadata.len());
        for (name, value) in &spec.metadata {
            self.string(name);
            self.string(value);
        }
    }

    fn object(&mut self, class: &str, members: usize) {
        self.bytes.push(b'o');
        self.symbol(class);
        self.length(members);
    }

    /// Writes the beginning of a day in UTC as a `Time`.
    fn day(&mut self, (year, month, day): (u32, u32, u32)) {
        let date = 1 << 31 | 1 << 30 | (year - 1900) << 14 | (month - 1) << 10 | day << 5;
        let mut packed = [0; 8];
        packed[..4].copy_from_slice(&u32::to_le_bytes(date));
        self.bytes.extend(b"Iu");
        self.symbol("Time");
        self.raw(&packed);
        self.length(1);
        self.symbol("zone");
        self.bytes.extend(b"I\"");
        self.raw(b"UTC");
        self.length(1);
        self.symbol("E");
        self.boolean(false);
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.bytes.extend(bytes);
    }

    fn length(&mut self, length: usize) {
        self.fixnum(i32::try_from(length).unwrap_or(i32::MAX));
    }

    fn fixnum(&mut self, value: i32) {
        match value {
            0 => self.bytes.push(0),
            1..=122 => self.bytes.push(u8::try_from(value + 5).unwrap_or_default()),
            _ => {
                let bytes = value.to_le_bytes();
                let length = if value < 0 { 4 } else { 4 - value.leading_zeros() as usize / 8 };
                let sign = if value < 0 { 0xfc } else { u8::try_from(length).unwrap_or_default() };
                self.bytes.push(sign);
                self.bytes.extend(&bytes[..length]);
            }
        }
    }
}

/// Writes an index: name, version and platform of gems.
pub fn specs<'a>(gems: impl ExactSizeIterator<Item = (&'a str, &'a str, &'a str)>) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.array(gems.len());
    for (name, version, platform) in gems {
        encoder.array(3);
        encoder.string(name);
        encoder.version(version);
        encoder.string(platform);
    }
    encoder.finish()
}

/// Writes one gem's specification.
pub fn quick(spec: &Gemspec) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.specification(spec);
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_written_as_ruby_writes_it() {
        let written = specs([("a", "1.0", "ruby")].into_iter());
        let rubys = b"\x04\x08[\x06[\x08I\"\x06a\x06:\x06ETU:\x11Gem::Version[\x06I\"\x081.0\x06;\x00TI\"\truby\x06;\x00T";
        assert_eq!(written, rubys);
    }

    #[test]
    fn numbers_are_written_as_ruby_writes_them() {
        for (number, bytes) in [
            (0, &b"i\x00"[..]),
            (1, b"i\x06"),
            (122, b"i\x7f"),
            (123, b"i\x01\x7b"),
            (255, b"i\x01\xff"),
            (256, b"i\x02\x00\x01"),
            (65_536, b"i\x03\x00\x00\x01"),
            (1 << 29, b"i\x04\x00\x00\x00\x20"),
        ] {
            let mut encoder = Encoder::default();
            encoder.integer(number);
            assert_eq!(&encoder.finish()[2..], bytes, "{number}");
        }
    }
}
