//! The values of a condition in a policy, each read as its operator needs it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::network::Network;
use super::operator::Test;
use super::{date, network};
use crate::invalid::quoted;
use crate::pattern::{Reading, Template, Token};

/// One value of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Text(Template),
    Number(f64),
    /// Milliseconds since the epoch.
    Date(i64),
    Bool(bool),
    Bytes(Vec<u8>),
    Network(Network),
}

impl Operand {
    /// Reads a value for an operator; a refusal is the rule that the value breaks.
    pub(crate) fn read(test: Test, value: &str, variables: bool) -> Result<Operand, String> {
        let shown = quoted(value);
        match test {
            Test::StringEquals { .. } | Test::StringEqualsIgnoreCase { .. } => {
                Template::read(value, Reading { wildcards: false, variables }).map(Operand::Text)
            }
            Test::StringLike { .. } => {
                Template::read(value, Reading { wildcards: true, variables }).map(Operand::Text)
            }
            Test::Arn { .. } => {
                let open = variables && value.contains("${");
                if value != "*" && !open && (!value.starts_with("arn:") || value.splitn(6, ':').count() < 6) {
                    return Err(format!("must be an ARN of six parts or \"*\", not {shown}"));
                }
                Template::read(value, Reading { wildcards: true, variables }).map(Operand::Text)
            }
            Test::Numeric(_) => {
                number(value).map(Operand::Number).ok_or(format!("must be a number, not {shown}"))
            }
            Test::Date(_) => date::parse(value)
                .map(Operand::Date)
                .ok_or(format!("must be a date of ISO 8601 or seconds since 1970, not {shown}")),
            Test::Bool | Test::Null => {
                boolean(value).map(Operand::Bool).ok_or(format!("must be true or false, not {shown}"))
            }
            Test::Binary => bytes(value).map(Operand::Bytes).ok_or(format!("must be base64, not {shown}")),
            Test::IpAddress { .. } => network::parse(value)
                .map(Operand::Network)
                .ok_or(format!("must be an IP address or a range like 203.0.113.0/24, not {shown}")),
        }
    }
}

/// Reads a finite decimal number.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

/// The text that tokens without wildcards stand for.
pub(super) fn plain(tokens: &[Token]) -> String {
    tokens
        .iter()
        .map(|token| match token {
            Token::One(character) => *character,
            Token::AnyOne => '?',
            Token::AnyMany => '*',
        })
        .collect()
}
