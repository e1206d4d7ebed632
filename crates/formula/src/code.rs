//! A formula that passed every check, ready to be computed: names are resolved and literals are read.

use crate::format::Piece;
use crate::function::{Aggregate, Comparison, Field, Math, TextFunction};
use crate::path::Path;
use crate::syntax::Infix;
use crate::zone::Zone;

/// One computation. Variables are positions in the list of declared ones.
#[derive(Clone, Debug)]
pub enum Code {
    /// A number.
    Number(f64),
    /// A text.
    Text(Box<str>),
    /// `none`.
    None,
    /// The value of a variable.
    Variable(usize),
    /// A value that the argument of an aggregation computes once for all points, by its position there.
    Constant(usize),
    /// `-x`.
    Negate(Box<Code>),
    /// `+x`.
    Plus(Box<Code>),
    /// `!x` and `not x`.
    Not(Box<Code>),
    /// `x and y`.
    And(Box<(Code, Code)>),
    /// `x or y`.
    Or(Box<(Code, Code)>),
    /// Arithmetic, and `+` on texts.
    Arithmetic(Infix, Box<(Code, Code)>),
    /// A comparison.
    Compare(Comparison, Box<(Code, Code)>),
    /// `isnan(x)`.
    IsNan(Box<Code>),
    /// `text[i]`.
    Index(Box<(Code, Code)>),
    /// `text[from:to:step]`.
    Slice(Box<(Code, [Option<Code>; 3])>),
    /// A function of one number.
    Math(Math, Box<Code>),
    /// The result of the first branch whose condition holds, else the last value.
    If(Box<[(Code, Code)]>, Box<Code>),
    /// A function on texts.
    TextFunction(TextFunction, Box<[Code]>),
    /// An f-string, or `format`.
    Format(Box<[Piece]>),
    /// `jp(text, path)`.
    JsonPath(Box<Code>, Path),
    /// An aggregation over the points of a window.
    Aggregate(Aggregate, Box<[Argument]>),
    /// A function over the points of a window and their times.
    Temporal(Weighing, Box<Argument>),
    /// The value of a variable before the one that triggered the computation.
    Pretrigger(usize),
    /// The time of processing.
    Now,
    /// The time of the triggering point, or the end of the window.
    Time,
    /// The time of a variable's value.
    TimeOf(usize),
    /// The time of a variable's value before the triggering one.
    TimeOfPretrigger(usize),
    /// A time from year, month, day, hour, minute and second.
    Mktime(Box<[Code]>, Zone),
    /// A field of a local time.
    Field(Field, Box<Code>, Zone),
}

/// What a temporal function does with the points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighing {
    /// The first one in the window.
    First,
    /// The last one in the window.
    Last,
    /// The last one at or before the start of the window.
    Earliest,
    /// The last one at or before the end of the window.
    Latest,
    /// How long the value was positive.
    Statetime,
    /// The mean over time; each value holds until the next one.
    MeanOfSteps,
    /// The mean over time along straight lines between the points.
    MeanOfLines,
    /// The deviation over time, corrected for frequency weights.
    DeviationOfFrequencies,
    /// The deviation over time of the whole population.
    DeviationOfPopulation,
}

/// One argument of an aggregation or of a temporal function.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The variable whose points are taken one by one; without one the argument is a single value.
    pub variable: Option<usize>,
    /// What is computed from each point.
    pub code: Code,
    /// What the computation needs besides, the same for all points.
    pub constants: Box<[Code]>,
}
