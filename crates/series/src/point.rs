//! Points of a time series: timestamp, value and quality, and what makes two of them the same point.

use std::cmp::Ordering;
use std::sync::Arc;

/// Name of a series inside the engine: never shown, never used again after its series is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey(pub u64);

/// What the values of a series are; fixed for the life of the series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Double-precision numbers.
    Double,
    /// 32-bit integers.
    Integer,
    /// Truth values.
    Boolean,
    /// Text; structures are text as well.
    String,
}

/// How far a value can be trusted; at one instant the order of the variants is the order of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quality {
    /// Nothing is wrong.
    Good,
    /// Something may be wrong.
    Uncertain,
    /// Something is wrong.
    Bad,
}

/// What an absent value would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullType {
    /// A double.
    Double,
    /// A truth value.
    Boolean,
    /// A text.
    String,
    /// An integer.
    Integer,
    /// Nobody knows.
    Unknown,
}

/// One value.
#[derive(Clone, Debug)]
pub enum Value {
    /// A double-precision number.
    Double(f64),
    /// A 32-bit integer.
    Integer(i32),
    /// A truth value.
    Boolean(bool),
    /// A text.
    String(Arc<str>),
    /// Explicitly none.
    Null(NullType),
    /// Takes a point away that was written before; readers never see it.
    Removed,
}

/// A value at an instant, with its quality.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Nanoseconds since 1970, UTC.
    pub timestamp: i64,
    /// Quality; points of different quality stand side by side at one instant.
    pub quality: Quality,
    /// Value.
    pub value: Value,
}

/// What two writes of the same point have in common: the later one replaces the earlier one.
pub type Identity = (i64, Quality);

/// Points of one series that are written together.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The series.
    pub key: SeriesKey,
    /// What its values are.
    pub kind: Kind,
    /// The points, in the order in which they were sent; of two with one identity the later one counts.
    pub points: Vec<Point>,
}

impl Kind {
    /// All kinds, in the order of their stored numbers.
    pub const ALL: [Self; 4] = [Self::Double, Self::Integer, Self::Boolean, Self::String];

    /// Answers the number that stands for the kind in files.
    pub fn code(self) -> u8 {
        match self {
            Self::Double => 0,
            Self::Integer => 1,
            Self::Boolean => 2,
            Self::String => 3,
        }
    }

    /// Reads a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Says whether a value may stand in a series of this kind.
    pub fn accepts(self, value: &Value) -> bool {
        match value {
            Value::Double(_) => self == Self::Double,
            Value::Integer(_) => self == Self::Integer,
            Value::Boolean(_) => self == Self::Boolean,
            Value::String(_) => self == Self::String,
            Value::Null(_) | Value::Removed => true,
        }
    }
}

impl Quality {
    /// All qualities, in the order of their stored numbers, which is that of lists.
    pub const ALL: [Self; 3] = [Self::Good, Self::Uncertain, Self::Bad];

    /// Answers the number that stands for the quality in files.
    pub fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Uncertain => 1,
            Self::Bad => 2,
        }
    }

    /// Reads a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl NullType {
    /// All of them, in the order of their stored numbers.
    pub const ALL: [Self; 5] = [Self::Double, Self::Boolean, Self::String, Self::Integer, Self::Unknown];

    /// Answers the number that stands for the type in files.
    pub fn code(self) -> u8 {
        match self {
            Self::Double => 0,
            Self::Boolean => 1,
            Self::String => 2,
            Self::Integer => 3,
            Self::Unknown => 4,
        }
    }

    /// Reads a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl PartialEq for Value {
    /// Two values are equal if their stored forms are: NaN equals the same NaN, and 0 differs from −0.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Double(one), Self::Double(other)) => one.to_bits() == other.to_bits(),
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Boolean(one), Self::Boolean(other)) => one == other,
            (Self::String(one), Self::String(other)) => one == other,
            (Self::Null(one), Self::Null(other)) => one == other,
            (Self::Removed, Self::Removed) => true,
            _ => false,
        }
    }
}

impl Point {
    /// Answers what makes this the same point as another.
    pub fn identity(&self) -> Identity {
        (self.timestamp, self.quality)
    }

    /// Compares by timestamp, then quality.
    pub fn order(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_number_reads_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(kind));
        }
        for quality in Quality::ALL {
            assert_eq!(Quality::from_code(quality.code()), Some(quality));
        }
        for null in NullType::ALL {
            assert_eq!(NullType::from_code(null.code()), Some(null));
        }
        assert_eq!((Kind::from_code(4), Quality::from_code(3), NullType::from_code(5)), (None, None, None));
    }

    #[test]
    fn values_are_equal_when_their_bits_are() {
        assert_eq!(Value::Double(f64::NAN), Value::Double(f64::NAN));
        assert_ne!(Value::Double(0.0), Value::Double(-0.0));
        assert_ne!(Value::Integer(1), Value::Boolean(true));
    }

    #[test]
    fn a_series_takes_values_of_its_kind_and_nulls() {
        assert!(Kind::Double.accepts(&Value::Double(1.0)));
        assert!(!Kind::Double.accepts(&Value::Integer(1)));
        assert!(Kind::String.accepts(&Value::Null(NullType::Unknown)));
    }
}
