//! The functions of the language: names, where each may be called, and how many arguments it takes.

use crate::refusal::closest;

/// What a formula belongs to, which decides the functions that it may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// One value computed from each new input value.
    Transform,
    /// One value computed over each window of time.
    Metric,
}

/// One function of the language.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Name as the user guide writes it.
    pub name: &'static str,
    /// What it does.
    pub role: Role,
    /// Fewest arguments.
    pub least: usize,
    /// Most arguments.
    pub most: usize,
    /// How it is called, for messages.
    pub usage: &'static str,
}

/// What a function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A number from one number.
    Math(Math),
    /// `pow(x, y)`.
    Power,
    /// Compares two values.
    Compare(Comparison),
    /// `isnan(x)`.
    IsNan,
    /// `if(condition, result, otherwise)`.
    If,
    /// `.elif(condition, result, otherwise)`.
    Elif,
    /// Works on texts.
    Text(TextFunction),
    /// `format("%d", x)` or `format(x: "d")`.
    Format,
    /// Reads JSON.
    JsonPath,
    /// Aggregates all points of a window.
    Aggregate(Aggregate),
    /// Picks from, or weighs, the points of a window by their times.
    Temporal(Temporal),
    /// The value before the one that triggered the computation.
    Pretrigger,
    /// The time of processing.
    Now,
    /// The time of a point.
    Timestamp,
    /// A time from year, month, day and so on.
    Mktime,
    /// Splits a time by a time zone; stands only inside the functions that read a field.
    Localtime,
    /// Reads one field of `localtime`.
    Field(Field),
}

/// Functions from one number to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named as in the language")]
pub enum Math {
    Abs,
    Acos,
    Asin,
    Atan,
    Cbrt,
    Ceil,
    Cos,
    Cosh,
    Cot,
    Exp,
    Expm1,
    Floor,
    Log,
    Log10,
    Log1p,
    Log2,
    Signum,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
}

/// Comparisons, as functions and as operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Exactly less.
    Less,
    /// Exactly greater.
    Greater,
    /// Less, or equal within the tolerance.
    LessOrEqual,
    /// Greater, or equal within the tolerance.
    GreaterOrEqual,
    /// Equal within the tolerance.
    Equal,
    /// Not exactly equal.
    NotEqual,
}

/// Functions on texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named as in the language")]
pub enum TextFunction {
    Len,
    Upper,
    Lower,
    Find,
    Contains,
    Join,
}

/// Functions over all points of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named as in the language")]
pub enum Aggregate {
    Avg,
    Sum,
    Min,
    Max,
    Count,
    Stdev,
}

/// Functions over the points of a window and their times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named as in the language")]
pub enum Temporal {
    First,
    Last,
    Earliest,
    Latest,
    Statetime,
    TimeWeightedAvg,
    TimeWeightedStDev,
}

/// The fields of a local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named as in the language")]
pub enum Field {
    Year,
    Month,
    MonthDay,
    WeekDay,
    YearDay,
    Hour,
    Minute,
    Second,
}

const fn row(name: &'static str, role: Role, (least, most): (usize, usize), usage: &'static str) -> Function {
    Function { name, role, least, most, usage }
}

const fn math(name: &'static str, math: Math, usage: &'static str) -> Function {
    row(name, Role::Math(math), (1, 1), usage)
}

const fn compare(name: &'static str, comparison: Comparison, usage: &'static str) -> Function {
    row(name, Role::Compare(comparison), (2, 2), usage)
}

const fn aggregate(name: &'static str, aggregate: Aggregate, usage: &'static str) -> Function {
    row(name, Role::Aggregate(aggregate), (1, usize::MAX), usage)
}

const fn temporal(name: &'static str, temporal: Temporal, most: usize, usage: &'static str) -> Function {
    row(name, Role::Temporal(temporal), (1, most), usage)
}

const fn field(name: &'static str, field: Field, usage: &'static str) -> Function {
    row(name, Role::Field(field), (1, 1), usage)
}

/// Every function.
pub const FUNCTIONS: &[Function] = &[
    math("abs", Math::Abs, "abs(x)"),
    math("acos", Math::Acos, "acos(x)"),
    math("asin", Math::Asin, "asin(x)"),
    math("atan", Math::Atan, "atan(x)"),
    math("cbrt", Math::Cbrt, "cbrt(x)"),
    math("ceil", Math::Ceil, "ceil(x)"),
    math("cos", Math::Cos, "cos(x)"),
    math("cosh", Math::Cosh, "cosh(x)"),
    math("cot", Math::Cot, "cot(x)"),
    math("exp", Math::Exp, "exp(x)"),
    math("expm1", Math::Expm1, "expm1(x)"),
    math("floor", Math::Floor, "floor(x)"),
    math("log", Math::Log, "log(x)"),
    math("log10", Math::Log10, "log10(x)"),
    math("log1p", Math::Log1p, "log1p(x)"),
    math("log2", Math::Log2, "log2(x)"),
    math("signum", Math::Signum, "signum(x)"),
    math("sin", Math::Sin, "sin(x)"),
    math("sinh", Math::Sinh, "sinh(x)"),
    math("sqrt", Math::Sqrt, "sqrt(x)"),
    math("tan", Math::Tan, "tan(x)"),
    math("tanh", Math::Tanh, "tanh(x)"),
    row("pow", Role::Power, (2, 2), "pow(x, y)"),
    compare("gt", Comparison::Greater, "gt(x, y)"),
    compare("gte", Comparison::GreaterOrEqual, "gte(x, y)"),
    compare("eq", Comparison::Equal, "eq(x, y)"),
    compare("neq", Comparison::NotEqual, "neq(x, y)"),
    compare("lt", Comparison::Less, "lt(x, y)"),
    compare("lte", Comparison::LessOrEqual, "lte(x, y)"),
    row("isnan", Role::IsNan, (1, 1), "isnan(x)"),
    row("if", Role::If, (2, 3), "if(condition, result, otherwise)"),
    row("elif", Role::Elif, (3, 4), "if(…).elif(condition, result, otherwise)"),
    row("len", Role::Text(TextFunction::Len), (1, 1), "len(text)"),
    row("upper", Role::Text(TextFunction::Upper), (1, 1), "upper(text)"),
    row("lower", Role::Text(TextFunction::Lower), (1, 1), "lower(text)"),
    row("find", Role::Text(TextFunction::Find), (2, 2), "find(text, part)"),
    row("contains", Role::Text(TextFunction::Contains), (2, 2), "contains(text, part)"),
    row("join", Role::Text(TextFunction::Join), (2, usize::MAX), "join(separator, text, …)"),
    row("format", Role::Format, (1, usize::MAX), "format(\"%d\", x) or format(x: \"d\")"),
    row("jp", Role::JsonPath, (2, 2), "jp(text, '$.path')"),
    aggregate("avg", Aggregate::Avg, "avg(x, …)"),
    aggregate("sum", Aggregate::Sum, "sum(x, …)"),
    aggregate("min", Aggregate::Min, "min(x, …)"),
    aggregate("max", Aggregate::Max, "max(x, …)"),
    aggregate("count", Aggregate::Count, "count(x, …)"),
    aggregate("stdev", Aggregate::Stdev, "stdev(x, …)"),
    temporal("first", Temporal::First, 1, "first(x)"),
    temporal("last", Temporal::Last, 1, "last(x)"),
    temporal("earliest", Temporal::Earliest, 1, "earliest(x)"),
    temporal("latest", Temporal::Latest, 1, "latest(x)"),
    temporal("statetime", Temporal::Statetime, 1, "statetime(x)"),
    temporal("TimeWeightedAvg", Temporal::TimeWeightedAvg, 2, "TimeWeightedAvg(x, 'locf' or 'linear')"),
    temporal("TimeWeightedStDev", Temporal::TimeWeightedStDev, 2, "TimeWeightedStDev(x, 'f' or 'p')"),
    row("pretrigger", Role::Pretrigger, (1, 1), "pretrigger(variable)"),
    row("now", Role::Now, (0, 0), "now()"),
    row(
        "timestamp",
        Role::Timestamp,
        (0, 1),
        "timestamp(), timestamp(variable) or timestamp(pretrigger(variable))",
    ),
    row("mktime", Role::Mktime, (3, 7), "mktime(year, month, day, hour, minute, second, 'time zone')"),
    row("localtime", Role::Localtime, (1, 2), "localtime(seconds, 'time zone')"),
    field("year", Field::Year, "year(localtime(…))"),
    field("mon", Field::Month, "mon(localtime(…))"),
    field("mday", Field::MonthDay, "mday(localtime(…))"),
    field("wday", Field::WeekDay, "wday(localtime(…))"),
    field("yday", Field::YearDay, "yday(localtime(…))"),
    field("hour", Field::Hour, "hour(localtime(…))"),
    field("minute", Field::Minute, "minute(localtime(…))"),
    field("sec", Field::Second, "sec(localtime(…))"),
];

impl Function {
    /// Finds a function by its name, in capital or small letters.
    pub fn named(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name))
    }

    /// Says whether the formula of such a property may call it.
    pub fn allowed_in(&self, owner: Owner) -> bool {
        match self.role {
            Role::Aggregate(_) | Role::Temporal(_) => owner == Owner::Metric,
            Role::Pretrigger => owner == Owner::Transform,
            _ => true,
        }
    }

    /// Says how many arguments it takes.
    pub fn counts(&self) -> String {
        match (self.least, self.most) {
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, usize::MAX) => format!("at least {least} argument{}", if least == 1 { "" } else { "s" }),
            (least, most) => format!("{least} to {most} arguments"),
        }
    }
}

/// Names known from other languages, and what this one has for them.
const ELSEWHERE: &[(&str, &str)] = &[
    ("average", "avg"),
    ("mean", "avg"),
    ("total", "sum"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("std", "stdev"),
    ("stddev", "stdev"),
    ("length", "len"),
    ("strlen", "len"),
    ("toupper", "upper"),
    ("tolower", "lower"),
    ("concat", "join"),
    ("ln", "log"),
    ("power", "pow"),
    ("sign", "signum"),
    ("ceiling", "ceil"),
    ("iif", "if"),
    ("ne", "neq"),
    ("ge", "gte"),
    ("le", "lte"),
    ("indexof", "find"),
    ("month", "mon"),
    ("day", "mday"),
    ("second", "sec"),
    ("weekday", "wday"),
    ("current_time", "now"),
    ("time", "timestamp"),
];

/// Finds the function that an unknown name probably means.
pub fn suggestion(name: &str) -> Option<&'static str> {
    let ours = FUNCTIONS.iter().map(|function| function.name);
    let near = closest(name, ELSEWHERE.iter().map(|(other, _)| *other).chain(ours))?;
    let known = ELSEWHERE.iter().find(|(other, _)| *other == near);
    Some(known.map_or(near, |(_, ours)| ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_in_any_case() {
        for (i, function) in FUNCTIONS.iter().enumerate() {
            let upper = function.name.to_uppercase();
            let found = Function::named(&upper).unwrap();
            assert_eq!(found.name, FUNCTIONS[i].name);
            assert!(
                function.usage.to_lowercase().contains(&function.name.to_lowercase()),
                "{}",
                function.name
            );
        }
    }

    #[test]
    fn every_suggestion_is_a_function() {
        for (other, ours) in ELSEWHERE {
            assert!(Function::named(other).is_none() && Function::named(ours).is_some(), "{other}");
        }
        assert_eq!(suggestion("AVERAGE"), Some("avg"));
        assert_eq!(suggestion("timeweigthedavg"), Some("TimeWeightedAvg"));
        assert_eq!(suggestion("quantile"), None);
    }
}
