//! The formulas of IoT SiteWise's transforms and metrics: read, checked, and ready to be computed.
//!
//! Pure: no clock, no storage, no names but those that the caller declares. [`Formula::compile`] is done once for each
//! property.

pub mod check;
pub mod code;
mod decimal;
pub mod evaluate;
pub mod format;
pub mod function;
pub mod inputs;
pub mod lex;
pub mod parse;
pub mod path;
pub mod reads;
pub mod refusal;
pub mod syntax;
pub mod tumbling;
pub mod types;
pub mod value;
pub mod zone;

pub use function::{Function, Owner};
pub use inputs::{Inputs, Point, Time};
pub use parse::parse;
pub use reads::Reads;
pub use refusal::{Refusal, Rule};
pub use tumbling::Tumbling;
pub use types::Types;
pub use value::{NoValue, Value};

use code::Code;

/// Most functions that one expression may call (user guide, quotas).
pub const FUNCTIONS_MAX: usize = 10;

/// Longest expression, in characters (API reference).
pub const EXPRESSION_CHARS_MAX: usize = 1024;

/// What an expression is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whether it is the formula of a transform or of a metric.
    pub owner: Owner,
    /// The types that its result may have.
    pub output: Types,
    /// The declared variables.
    pub variables: &'a [Variable<'a>],
    /// Most functions that it may call; [`FUNCTIONS_MAX`] by default.
    pub functions_max: usize,
}

/// One declared variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable<'a> {
    /// Its name in the expression.
    pub name: &'a str,
    /// The types that its values may have.
    pub types: Types,
    /// What kind of property it reads.
    pub source: Source,
    /// Whether the property belongs to child assets.
    pub child: bool,
}

/// The kinds of property that a variable can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A value that seldom changes.
    Attribute,
    /// A measurement or a transform.
    Stream,
    /// A metric.
    Metric,
}

/// An expression that passed every check.
#[derive(Clone, Debug)]
pub struct Formula {
    code: Code,
    types: Types,
    output: Types,
    reads: Box<[Reads]>,
    silent: bool,
}

impl Formula {
    /// Reads and checks an expression.
    ///
    /// Errors in the order of their checks: length, what is no expression (the first fault in reading order), then what
    /// it calls, reads and gives, from the inside to the outside.
    pub fn compile(expression: &str, context: &Context<'_>) -> Result<Self, Refusal> {
        let length = expression.chars().count();
        if length > EXPRESSION_CHARS_MAX {
            let message =
                format!("the expression has {length} characters; {EXPRESSION_CHARS_MAX} are allowed");
            return Err(Refusal::new(EXPRESSION_CHARS_MAX + 1, Rule::Size, message));
        }
        let (code, types) = check::check(&parse(expression)?, context)?;
        let reads = reads::reads(&code, context.variables.len());
        let silent = context.owner == Owner::Metric && reads::needs_points(&code, context.variables);
        Ok(Self { code, types, output: context.output, reads, silent })
    }

    /// Says which types its result may have.
    pub fn types(&self) -> Types {
        self.types
    }

    /// Says how it reads each declared variable, in their order.
    pub fn reads(&self) -> &[Reads] {
        &self.reads
    }

    /// Says whether a window without any point of what it reads certainly gives no value, so that it need not be computed.
    pub fn is_silent_without_points(&self) -> bool {
        self.silent
    }

    /// Answers what is to be computed.
    pub fn code(&self) -> &Code {
        &self.code
    }
}
