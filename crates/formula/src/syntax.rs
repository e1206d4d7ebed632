//! The tree of an expression as it is written, before its names mean anything.

use std::fmt::{self, Display as _, Write as _};

use crate::refusal::{Refusal, Rule};

/// Most levels of a tree: a bound on the recursion of everything that walks over it.
pub const HEIGHT_MAX: u16 = 256;

/// One value in an expression, with all that it is made of.
#[derive(Clone, Debug)]
pub struct Node {
    /// The character at which it begins, counted from 1.
    pub position: usize,
    /// What it is.
    pub kind: Kind,
    height: u16,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// The name of a variable or a constant.
    Name(String),
    /// An f-string.
    Template(Vec<Part>),
    /// An operator before one value.
    Prefix(Prefix, Box<Node>),
    /// An operator between two values.
    Infix(Infix, Box<Node>, Box<Node>),
    /// One character of a text: `s[i]`.
    Index(Box<Node>, Box<Node>),
    /// A part of a text: `s[from:to:step]`.
    Slice(Box<Node>, [Option<Box<Node>>; 3]),
    /// A function.
    Call(Call),
}

/// A call of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Name of the function as written.
    pub name: String,
    /// Whether it is written behind its first argument: `a.f(b)`.
    pub dotted: bool,
    /// Arguments, the one before the point included.
    pub arguments: Vec<Node>,
    /// The format of the only argument: `format(x: "d")`.
    pub format: Option<String>,
}

/// One piece of an f-string.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Characters that stand for themselves.
    Text(String),
    /// A value with its format, if any.
    Value(Box<Node>, Option<String>),
}

/// Operators before one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// `-x`.
    Minus,
    /// `+x`.
    Plus,
    /// `!x`, which binds tightly.
    Bang,
    /// `not x`, which binds loosely.
    Not,
}

/// Operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Infix {
    /// `or`.
    Or,
    /// `and`.
    And,
    /// `<`.
    Less,
    /// `>`.
    Greater,
    /// `<=`.
    LessOrEqual,
    /// `>=`.
    GreaterOrEqual,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Remainder,
    /// `^`.
    Power,
}

/// How tightly operators bind, from the loosest on. Assumed: the guide does not say.
pub mod level {
    /// A whole expression, and `or`.
    pub const OR: u8 = 1;
    /// `and`.
    pub const AND: u8 = 2;
    /// `not`.
    pub const NOT: u8 = 3;
    /// Comparisons.
    pub const COMPARISON: u8 = 4;
    /// `+` and `-`.
    pub const SUM: u8 = 5;
    /// `*`, `/` and `%`.
    pub const PRODUCT: u8 = 6;
    /// `-`, `+` and `!` before a value.
    pub const SIGN: u8 = 7;
    /// `^`.
    pub const POWER: u8 = 8;
    /// Values, calls and indexes.
    pub const VALUE: u8 = 9;
}

impl Infix {
    /// Every operator.
    pub const ALL: [Self; 14] = [
        Self::Or,
        Self::And,
        Self::Less,
        Self::Greater,
        Self::LessOrEqual,
        Self::GreaterOrEqual,
        Self::Equal,
        Self::NotEqual,
        Self::Add,
        Self::Subtract,
        Self::Multiply,
        Self::Divide,
        Self::Remainder,
        Self::Power,
    ];

    /// Shows the operator as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Less => "<",
            Self::Greater => ">",
            Self::LessOrEqual => "<=",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "^",
        }
    }

    /// Says how tightly it binds.
    pub fn level(self) -> u8 {
        match self {
            Self::Or => level::OR,
            Self::And => level::AND,
            Self::Less
            | Self::Greater
            | Self::LessOrEqual
            | Self::GreaterOrEqual
            | Self::Equal
            | Self::NotEqual => level::COMPARISON,
            Self::Add | Self::Subtract => level::SUM,
            Self::Multiply | Self::Divide | Self::Remainder => level::PRODUCT,
            Self::Power => level::POWER,
        }
    }
}

impl Prefix {
    fn as_str(self) -> &'static str {
        match self {
            Self::Minus => "-",
            Self::Plus => "+",
            Self::Bang => "!",
            Self::Not => "not ",
        }
    }
}

impl Node {
    /// Makes a node of its parts; a tree of more than [`HEIGHT_MAX`] levels is refused.
    pub fn new(position: usize, kind: Kind) -> Result<Self, Refusal> {
        let below = kind.children().map(|child| child.height).max().unwrap_or(0);
        if below >= HEIGHT_MAX {
            let message = format!("the expression has more than {HEIGHT_MAX} levels of operators");
            return Err(Refusal::new(position, Rule::Size, message));
        }
        Ok(Self { position, kind, height: below + 1 })
    }

    /// Says how tightly its parts hold together.
    fn level(&self) -> u8 {
        match &self.kind {
            Kind::Prefix(Prefix::Not, _) => level::NOT,
            Kind::Prefix(..) => level::SIGN,
            Kind::Infix(operator, ..) => operator.level(),
            _ => level::VALUE,
        }
    }
}

/// Where a node stands in the text does not make it another one.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Kind {
    /// Walks over the nodes that it is made of.
    pub fn children(&self) -> impl Iterator<Item = &Node> {
        let mut children: Vec<&Node> = Vec::new();
        match self {
            Self::Number(_) | Self::Text(_) | Self::Name(_) => {}
            Self::Template(parts) => children.extend(parts.iter().filter_map(|part| match part {
                Part::Text(_) => None,
                Part::Value(node, _) => Some(&**node),
            })),
            Self::Prefix(_, node) => children.push(node),
            Self::Infix(_, one, other) | Self::Index(one, other) => children.extend([&**one, &**other]),
            Self::Slice(text, bounds) => {
                children.push(text);
                children.extend(bounds.iter().flatten().map(|bound| &**bound));
            }
            Self::Call(call) => children.extend(&call.arguments),
        }
        children.into_iter()
    }
}

/// Writes the expression with as few parentheses as it needs; read again, it is the same tree.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Number(number) => write!(f, "{number:?}"),
            Kind::Text(text) => quote(f, text),
            Kind::Name(name) => f.write_str(name),
            Kind::Template(parts) => {
                let mut content = String::new();
                for part in parts {
                    match part {
                        Part::Text(text) => content.push_str(&text.replace('{', "{{").replace('}', "}}")),
                        Part::Value(node, format) => {
                            write!(content, "{{{node}")?;
                            if let Some(format) = format {
                                content.push_str(": ");
                                quote(&mut content, format)?;
                            }
                            content.push('}');
                        }
                    }
                }
                f.write_str("f")?;
                quote(f, &content)
            }
            Kind::Prefix(operator, node) => {
                f.write_str(operator.as_str())?;
                held(f, node, if *operator == Prefix::Not { level::NOT } else { level::SIGN })
            }
            Kind::Infix(Infix::Power, one, other) => {
                held(f, one, level::VALUE)?;
                f.write_str(" ^ ")?;
                held(f, other, level::SIGN)
            }
            Kind::Infix(operator, one, other) => {
                held(f, one, operator.level())?;
                write!(f, " {} ", operator.as_str())?;
                held(f, other, operator.level() + 1)
            }
            Kind::Index(text, index) => {
                held(f, text, level::VALUE)?;
                write!(f, "[{index}]")
            }
            Kind::Slice(text, bounds) => {
                held(f, text, level::VALUE)?;
                f.write_str("[")?;
                for (i, bound) in bounds.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ":" })?;
                    bound.as_ref().map_or(Ok(()), |bound| bound.fmt(f))?;
                }
                f.write_str("]")
            }
            Kind::Call(call) => call.fmt(f),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut arguments = self.arguments.as_slice();
        if self.dotted
            && let [receiver, others @ ..] = arguments
        {
            held(f, receiver, level::VALUE)?;
            f.write_str(".")?;
            arguments = others;
        }
        write!(f, "{}(", self.name)?;
        for (i, argument) in arguments.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            argument.fmt(f)?;
        }
        if let Some(format) = &self.format {
            f.write_str(": ")?;
            quote(f, format)?;
        }
        f.write_str(")")
    }
}

fn quote(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    write!(out, "'{}'", text.replace('\'', "''"))
}

/// Writes a node in a place that holds things together as tightly as `level`.
fn held(f: &mut fmt::Formatter<'_>, node: &Node, level: u8) -> fmt::Result {
    if node.level() >= level { node.fmt(f) } else { write!(f, "({node})") }
}
