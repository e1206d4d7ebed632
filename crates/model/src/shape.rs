//! The shape of an input: which members it has, where each travels, and the rules its value must keep.

use crate::Pattern;

/// The members of a structure as parsed from JSON; for an operation's input the other locations are merged in.
pub type Members = serde_json::Map<String, serde_json::Value>;

/// Describes a structure or a union.
#[derive(Debug)]
pub struct Structure {
    /// AWS's name of the shape.
    pub name: &'static str,
    /// Its members in the order of the model.
    pub members: &'static [Member],
    /// Whether exactly one member must be set.
    pub union: bool,
}

impl Structure {
    /// The shape of an input without members.
    pub const EMPTY: Structure = Structure { name: "Unit", members: &[], union: false };
}

/// Describes one member of a structure.
#[derive(Debug)]
pub struct Member {
    /// The member's name, also its key in a JSON body.
    pub name: &'static str,
    /// The name it has in its location.
    pub wire: &'static str,
    /// Where it travels.
    pub location: Location,
    /// What its value looks like.
    pub shape: &'static Shape,
    /// Whether it must be present.
    pub required: bool,
}

/// Describes a member of the body that may be absent.
pub const fn optional_member(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, wire: name, location: Location::Body, shape, required: false }
}

/// Describes a member of the body that must be present.
pub const fn required_member(name: &'static str, shape: &'static Shape) -> Member {
    Member { required: true, ..optional_member(name, shape) }
}

impl Member {
    /// Moves the member to the query string under the name `wire`.
    #[must_use]
    pub const fn query(self, wire: &'static str) -> Self {
        Self { wire, location: Location::Query, ..self }
    }

    /// Moves the member into the path template's `{wire}`.
    #[must_use]
    pub const fn label(self, wire: &'static str) -> Self {
        Self { wire, location: Location::Label, ..self }
    }

    /// Moves the member to the header `wire`.
    #[must_use]
    pub const fn header(self, wire: &'static str) -> Self {
        Self { wire, location: Location::Header, ..self }
    }

    /// Makes the member the raw body.
    #[must_use]
    pub const fn payload(self) -> Self {
        Self { location: Location::Payload, ..self }
    }
}

/// Names the part of a request that carries a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// A key of the JSON body.
    Body,
    /// A parameter of the query string; lists repeat it.
    Query,
    /// A segment of the path.
    Label,
    /// A header.
    Header,
    /// The raw body.
    Payload,
}

/// Describes a value.
#[derive(Debug)]
pub enum Shape {
    /// `true` or `false`.
    Boolean,
    /// A whole number of 32 bits.
    Integer {
        /// The least value.
        min: Option<i64>,
        /// The greatest value.
        max: Option<i64>,
    },
    /// A whole number of 64 bits.
    Long {
        /// The least value.
        min: Option<i64>,
        /// The greatest value.
        max: Option<i64>,
    },
    /// A number kept as a double although the model says single precision.
    Float {
        /// The least value.
        min: Option<f64>,
        /// The greatest value.
        max: Option<f64>,
    },
    /// A number of double precision, or the strings `NaN`, `Infinity`, `-Infinity`.
    Double {
        /// The least value.
        min: Option<f64>,
        /// The greatest value.
        max: Option<f64>,
    },
    /// A text.
    String(StringRule),
    /// A moment: a number of seconds since the epoch.
    Timestamp,
    /// Bytes in base64; the bounds count bytes.
    Blob {
        /// The least length.
        min: Option<usize>,
        /// The greatest length.
        max: Option<usize>,
    },
    /// Any JSON.
    Document,
    /// A sequence.
    List {
        /// What each element looks like.
        member: &'static Shape,
        /// The least number of elements.
        min: Option<usize>,
        /// The greatest number of elements.
        max: Option<usize>,
        /// Whether elements may be null.
        sparse: bool,
    },
    /// A JSON object with free keys.
    Map {
        /// What each key looks like.
        key: &'static Shape,
        /// What each value looks like.
        value: &'static Shape,
        /// The least number of entries.
        min: Option<usize>,
        /// The greatest number of entries.
        max: Option<usize>,
    },
    /// A structure or a union.
    Structure(&'static Structure),
    /// A value that no message may show.
    Sensitive(&'static Shape),
}

/// The rules on a text.
#[derive(Debug)]
pub struct StringRule {
    /// The least number of Unicode scalar values.
    pub min: Option<usize>,
    /// The greatest number of Unicode scalar values.
    pub max: Option<usize>,
    /// The pattern it must match.
    pub pattern: Option<&'static Pattern>,
    /// The values it may have; empty means any.
    pub values: &'static [&'static str],
    /// Whether an empty text counts as absence and is no violation.
    pub blank: bool,
}

impl StringRule {
    /// Any text.
    pub const ANY: StringRule = StringRule { min: None, max: None, pattern: None, values: &[], blank: false };

    /// Asks for at least `min` characters.
    #[must_use]
    pub const fn min(self, min: usize) -> Self {
        Self { min: Some(min), ..self }
    }

    /// Asks for at most `max` characters.
    #[must_use]
    pub const fn max(self, max: usize) -> Self {
        Self { max: Some(max), ..self }
    }

    /// Asks for a match of `pattern`.
    #[must_use]
    pub const fn pattern(self, pattern: &'static Pattern) -> Self {
        Self { pattern: Some(pattern), ..self }
    }

    /// Asks for one of `values`.
    #[must_use]
    pub const fn values(self, values: &'static [&'static str]) -> Self {
        Self { values, ..self }
    }

    /// Lets an empty text count as absence.
    #[must_use]
    pub const fn blank(self) -> Self {
        Self { blank: true, ..self }
    }
}
