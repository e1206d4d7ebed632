//! What is known about a value before it is computed: the types that it may have.

use std::ops::BitOr;

/// A set of types that a value may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Types(u8);

impl Types {
    /// A number; truth values are 1 and 0.
    pub const NUMBER: Self = Self(1);
    /// A text.
    pub const TEXT: Self = Self(2);
    /// A list of JSON values.
    pub const ARRAY: Self = Self(4);
    /// No value.
    pub const NONE: Self = Self(8);
    /// Anything that can be written as text.
    pub const PLAIN: Self = Self(1 | 2);
    /// Anything at all.
    pub const ANY: Self = Self(1 | 2 | 4 | 8);

    /// Says whether a value of one of these types may be of one of those.
    pub fn meets(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Shows the types in an error message, such as `a number or a text`.
    pub fn shown(self) -> String {
        let names = [
            (Self::NUMBER, "a number"),
            (Self::TEXT, "a text"),
            (Self::ARRAY, "a list"),
            (Self::NONE, "none"),
        ];
        let names: Vec<&str> =
            names.into_iter().filter(|(kind, _)| self.meets(*kind)).map(|(_, name)| name).collect();
        names.join(" or ")
    }
}

impl BitOr for Types {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
