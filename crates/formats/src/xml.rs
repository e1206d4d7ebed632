//! XML as a bounded tree of elements: what POMs, maven-metadata.xml and nuspecs need, and nothing that expands.
//!
//! Document types are passed over and entities of their own are never expanded, so that no document means more than its
//! bytes; comments and processing instructions say nothing to package managers and are left out.

use std::borrow::Cow;
use std::fmt;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// Deepest nesting: plugin configurations of real POMs stay below twenty.
const DEPTH_MAX: usize = 64;
/// Most elements: a listing of ten thousand versions has as many and a few.
const ELEMENTS_MAX: usize = 200_000;
/// Most attributes of an element: what real documents have stays below ten.
const ATTRIBUTES_MAX: usize = 64;

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlError {
    /// It is longer than such a document may be.
    TooLong(usize),
    /// It nests deeper, or has more elements, than such a document may.
    TooComplex,
    /// It is not well-formed; says where.
    Broken(u64),
    /// Its outermost element is another one.
    OtherDocument {
        /// What it should be.
        wanted: &'static str,
    },
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(bytes_max) => write!(f, "the document is longer than {bytes_max} bytes"),
            Self::TooComplex => {
                write!(f, "the document nests deeper than {DEPTH_MAX} or has over {ELEMENTS_MAX} elements")
            }
            Self::Broken(position) => write!(f, "the document is not well-formed XML near byte {position}"),
            Self::OtherDocument { wanted } => write!(f, "the document's outermost element is not <{wanted}>"),
        }
    }
}

impl std::error::Error for XmlError {}

/// An element: its name without prefix, its own text, and what stands in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    name: String,
    text: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
}

impl Element {
    /// Reads a document whose outermost element is `wanted`.
    pub(crate) fn read(document: &[u8], bytes_max: usize, wanted: &'static str) -> Result<Element, XmlError> {
        if document.len() > bytes_max {
            return Err(XmlError::TooLong(bytes_max));
        }
        let root = tree(&decoded(document))?;
        if root.name == wanted { Ok(root) } else { Err(XmlError::OtherDocument { wanted }) }
    }

    /// The first child of this name.
    pub(crate) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of this name.
    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// All children of the child of this name: the list inside `<dependencies>`.
    pub(crate) fn list<'a>(&'a self, name: &str, item: &'a str) -> impl Iterator<Item = &'a Element> {
        self.child(name).into_iter().flat_map(move |list| list.children(item))
    }

    /// The text of an element, trimmed; `None` where nothing is left.
    pub(crate) fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// The value of an attribute without a prefix, trimmed; `None` where nothing is left.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(attribute, _)| attribute == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The text of the child of this name.
    pub(crate) fn text_of(&self, name: &str) -> Option<String> {
        self.child(name).and_then(Element::text).map(str::to_owned)
    }
}

/// The text of a document: UTF-8 or, if it begins so, UTF-16; and Latin-1 where it is neither, as in POMs of old.
fn decoded(document: &[u8]) -> Cow<'_, str> {
    let wide = |of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = document[2..].chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        Cow::Owned(String::from_utf16_lossy(&units))
    };
    match document {
        [0xff, 0xfe, ..] => return wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => return wide(u16::from_be_bytes),
        _ => {}
    }
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    match std::str::from_utf8(document) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => document.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}

fn tree(text: &str) -> Result<Element, XmlError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0_usize;
    loop {
        let position = reader.buffer_position();
        let event = reader.read_event().map_err(|_| XmlError::Broken(reader.error_position()))?;
        let closed = match event {
            Event::Eof => break,
            Event::Start(start) | Event::Empty(start) if root.is_some() && open.is_empty() => {
                let _ = start;
                return Err(XmlError::Broken(position));
            }
            Event::Start(start) => {
                elements += 1;
                if elements > ELEMENTS_MAX || open.len() >= DEPTH_MAX {
                    return Err(XmlError::TooComplex);
                }
                open.push(element(&start));
                None
            }
            Event::Empty(start) => {
                elements += 1;
                if elements > ELEMENTS_MAX {
                    return Err(XmlError::TooComplex);
                }
                Some(element(&start))
            }
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add(&mut open, &text.xml10_content());
                None
            }
            Event::CData(text) => {
                add(&mut open, &text.xml10_content());
                None
            }
            Event::GeneralRef(reference) => {
                refer(&mut open, &reference).ok_or(XmlError::Broken(position))?;
                None
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => None,
        };
        if let Some(element) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => root = Some(element),
            }
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ => Err(XmlError::Broken(reader.buffer_position())),
    }
}

/// An element as it begins. Attributes that cannot be read are left out.
fn element(start: &BytesStart<'_>) -> Element {
    let read = start.attributes().take(ATTRIBUTES_MAX).flatten();
    // What has a prefix belongs to another vocabulary.
    let own = read.filter(|attribute| attribute.key.prefix().is_none());
    let named = own.filter_map(|attribute| {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some((attribute.key.local_name().into_inner().to_owned(), value.into_owned()))
    });
    let (name, attributes) = (start.local_name().into_inner().to_owned(), named.collect());
    Element { name, attributes, ..Element::default() }
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// Puts in what a reference stands for: one character, or itself where only a document type could say. `None` for a
/// number that is no character.
fn refer(open: &mut [Element], reference: &BytesRef<'_>) -> Option<()> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        add(open, character.encode_utf8(&mut [0; 4]));
        return Some(());
    }
    let name = reference.xml10_content();
    match resolve_xml_entity(&name) {
        Some(text) => add(open, text),
        None => add(open, &format!("&{name};")),
    }
    Some(())
}

/// A text as it stands in a document.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    quick_xml::escape::partial_escape(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Element, XmlError> {
        Element::read(text.as_bytes(), 1 << 20, "a")
    }

    #[test]
    fn text_references_and_prefixes_are_read() {
        let a = read(
            "\u{feff}<?xml version=\"1.0\"?><!-- x --><m:a xmlns:m='u'><b> x &amp; &#65;&lt;<![CDATA[<y>]]> </b><c/></m:a>",
        )
        .unwrap();
        assert_eq!(a.text_of("b").as_deref(), Some("x & A<<y>"));
        assert_eq!(a.child("c").and_then(Element::text), None);
        assert_eq!(a.list("b", "z").count(), 0);
    }

    #[test]
    fn entities_of_a_document_are_not_expanded() {
        let laughs = "<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;&x;\">]><a><b>&y;&oslash;</b></a>";
        assert_eq!(read(laughs).unwrap().text_of("b").as_deref(), Some("&y;&oslash;"));
        let outside = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
        assert_eq!(read(outside).unwrap().text(), Some("&x;"));
    }

    #[test]
    fn attributes_are_read_but_for_those_of_other_vocabularies() {
        let a = read("<a x=' 1 &amp; 2 ' p:x='3' y='&who;' z=''/>").unwrap();
        assert_eq!((a.attribute("x"), a.attribute("y"), a.attribute("z")), (Some("1 & 2"), None, None));
    }

    #[test]
    fn wide_documents_are_read() {
        let wide =
            |of: fn(u16) -> [u8; 2]| "\u{feff}<a>é</a>".encode_utf16().flat_map(of).collect::<Vec<u8>>();
        for document in [wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
            assert_eq!(Element::read(&document, 99, "a").unwrap().text(), Some("é"));
        }
    }

    #[test]
    fn old_documents_are_latin_1() {
        let a =
            Element::read(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>J\xfcrgen</a>", 99, "a").unwrap();
        assert_eq!(a.text(), Some("Jürgen"));
    }

    #[test]
    fn what_is_too_much_or_broken_is_refused() {
        for broken in
            ["", "x", "<a>", "<a></b>", "<a></a><a/>", "</a>", "<a>&#xFFFFFFF;</a>", "<a><b></a></b>"]
        {
            assert!(matches!(read(broken), Err(XmlError::Broken(_))), "{broken}");
        }
        assert_eq!(read("<b/>"), Err(XmlError::OtherDocument { wanted: "a" }));
        let deep = format!("<a>{}", "<b>".repeat(100_000));
        assert_eq!(read(&deep), Err(XmlError::TooComplex));
        let many = format!("<a>{}</a>", "<b/>".repeat(250_000));
        assert_eq!(read(&many), Err(XmlError::TooComplex));
        assert_eq!(Element::read(b"<a></a>", 6, "a"), Err(XmlError::TooLong(6)));
    }
}
