//! Texts of a policy that stand for many: wildcards `*` and `?`, and variables `${key}`.

use std::borrow::Cow;

use crate::context::Context;

/// One place of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// This character.
    One(char),
    /// Any one character.
    AnyOne,
    /// Any characters, also none.
    AnyMany,
}

/// A text of a policy, before the request says what its variables stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Tokens(Vec<Token>),
    Variable { key: String, default: Option<String> },
}

/// What characters of a text mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
    /// `${...}` is a variable.
    pub variables: bool,
}

impl Template {
    /// Reads a text; a variable that does not end, or that names nothing, is refused with the reason.
    pub fn read(text: &str, reading: Reading) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if reading.variables
                && let Some(after) = rest.strip_prefix("${")
            {
                let Some((inside, behind)) = after.split_once('}') else {
                    return Err(
                        "has a policy variable that begins with ${ and does not end with }".to_owned()
                    );
                };
                match inside {
                    "*" | "?" | "$" => tokens.extend(inside.chars().map(Token::One)),
                    _ => {
                        if !tokens.is_empty() {
                            pieces.push(Piece::Tokens(std::mem::take(&mut tokens)));
                        }
                        pieces.push(variable(inside)?);
                    }
                }
                rest = behind;
                continue;
            }
            tokens.push(match character {
                '*' if reading.wildcards => Token::AnyMany,
                '?' if reading.wildcards => Token::AnyOne,
                other => Token::One(other),
            });
            rest = &rest[character.len_utf8()..];
        }
        if !tokens.is_empty() {
            pieces.push(Piece::Tokens(tokens));
        }
        Ok(Template { pieces })
    }

    /// Puts in what the variables stand for; none where the request does not say it and there is no default.
    ///
    /// What comes from a request is plain text: a `*` in it is no wildcard.
    pub fn resolve(&self, context: &Context) -> Option<Cow<'_, [Token]>> {
        if let [Piece::Tokens(tokens)] = self.pieces.as_slice() {
            return Some(Cow::Borrowed(tokens));
        }
        let mut all = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Tokens(tokens) => all.extend_from_slice(tokens),
                Piece::Variable { key, default } => {
                    let value = context.single(key).or(default.as_deref())?;
                    all.extend(value.chars().map(Token::One));
                }
            }
        }
        Some(Cow::Owned(all))
    }

    /// Lists the keys that its variables name, in lower case.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key.as_str()),
            Piece::Tokens(_) => None,
        })
    }
}

/// Reads `key` or `key, 'default'`.
fn variable(inside: &str) -> Result<Piece, String> {
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => {
            let default = default.trim();
            let unquoted = default.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let Some(unquoted) = unquoted else {
                return Err(format!(
                    "has a policy variable ${{{inside}}} whose default is not in single quotes"
                ));
            };
            (key, Some(unquoted.to_owned()))
        }
    };
    let key = key.trim();
    if key.is_empty() || key.contains(['$', '{', '*', '?']) {
        return Err(format!("has a policy variable ${{{inside}}} that names no condition key"));
    }
    Ok(Piece::Variable { key: key.to_lowercase(), default })
}

/// Decides whether a pattern stands for a text.
///
/// It goes on from the last `*` only, so that it takes at most pattern times text steps.
pub fn matches(pattern: &[Token], text: &str) -> bool {
    let mut at = 0;
    let mut rest = text;
    let mut resume: Option<(usize, &str)> = None;
    loop {
        let next = rest.chars().next();
        match (pattern.get(at), next) {
            (Some(Token::AnyMany), _) => {
                resume = Some((at + 1, rest));
                at += 1;
            }
            (Some(Token::AnyOne), Some(found)) => {
                at += 1;
                rest = &rest[found.len_utf8()..];
            }
            (Some(Token::One(wanted)), Some(found)) if *wanted == found => {
                at += 1;
                rest = &rest[found.len_utf8()..];
            }
            (None, None) => return true,
            _ => {
                let Some((after, from)) = resume else { return false };
                let Some(skipped) = from.chars().next() else { return false };
                rest = &from[skipped.len_utf8()..];
                resume = Some((after, rest));
                at = after;
            }
        }
    }
}

/// Decides whether the parts of an ARN pattern stand for those of an ARN: each of the first five by itself, and the
/// rest as one.
pub fn matches_arn(pattern: &[Token], arn: &str) -> bool {
    if pattern == [Token::AnyMany] {
        return true;
    }
    let mut patterns = pattern.splitn(6, |token| *token == Token::One(':'));
    let mut parts = arn.splitn(6, ':');
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if matches(pattern, part) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Reading = Reading { wildcards: true, variables: false };
    const FULL: Reading = Reading { wildcards: true, variables: true };

    fn fits(pattern: &str, text: &str) -> bool {
        let template = Template::read(pattern, PLAIN).unwrap();
        matches(&template.resolve(&Context::new()).unwrap(), text)
    }

    /// The definition, word for word; takes exponential time.
    fn naive(pattern: &[Token], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, rest) => rest.is_none(),
            (Some((Token::AnyMany, more)), rest) => {
                naive(more, text) || rest.is_some_and(|(_, text)| naive(pattern, text))
            }
            (Some((Token::AnyOne, more)), Some((_, text))) => naive(more, text),
            (Some((Token::One(wanted), more)), Some((found, text))) => wanted == found && naive(more, text),
            (Some(_), None) => false,
        }
    }

    #[test]
    fn every_short_pattern_and_text_match_as_the_definition_says() {
        let alphabet = ['a', 'b', '*', '?'];
        let mut patterns = vec![String::new()];
        for start in 0.. {
            let Some(pattern) = patterns.get(start).cloned() else { break };
            if pattern.len() < 5 {
                patterns.extend(alphabet.iter().map(|letter| format!("{pattern}{letter}")));
            }
        }
        let mut texts = vec![String::new()];
        for start in 0.. {
            let Some(text) = texts.get(start).cloned() else { break };
            if text.len() < 6 {
                texts.extend(["a", "b"].iter().map(|letter| format!("{text}{letter}")));
            }
        }
        for pattern in &patterns {
            let template = Template::read(pattern, PLAIN).unwrap();
            let tokens = template.resolve(&Context::new()).unwrap().into_owned();
            for text in &texts {
                let characters: Vec<char> = text.chars().collect();
                assert_eq!(matches(&tokens, text), naive(&tokens, &characters), "{pattern} {text}");
            }
        }
    }

    #[test]
    fn many_wildcards_take_no_exponential_time() {
        let pattern = "*a".repeat(2_000) + "b";
        assert!(!fits(&pattern, &"a".repeat(4_000)));
        assert!(fits(&"*".repeat(5_000), &"ä".repeat(2_000)));
    }

    #[test]
    fn wildcards_stand_for_characters_not_bytes() {
        assert!(fits("caf?", "café"));
        assert!(!fits("caf??", "café"));
    }

    #[test]
    fn a_variable_stands_for_what_the_request_says_as_plain_text() {
        let mut context = Context::new();
        context.set("aws:UserName", "a*b");
        let template = Template::read("team/${aws:username}/*", FULL).unwrap();
        let tokens = template.resolve(&context).unwrap();
        assert!(matches(&tokens, "team/a*b/x"));
        assert!(!matches(&tokens, "team/axb/x"));
        assert_eq!(template.resolve(&Context::new()), None);
        let defaulted = Template::read("${aws:username, 'nobody'}", FULL).unwrap();
        assert!(matches(&defaulted.resolve(&Context::new()).unwrap(), "nobody"));
    }

    #[test]
    fn wildcards_can_be_meant_literally() {
        let template = Template::read("${*}${?}${$}", FULL).unwrap();
        let tokens = template.resolve(&Context::new()).unwrap();
        assert!(matches(&tokens, "*?$"));
        assert!(!matches(&tokens, "abc"));
        assert!(fits("${x}", "${x}"), "the older version has no variables");
    }

    #[test]
    fn broken_variables_are_refused() {
        for text in ["${", "x${aws:username", "${}", "${ }", "${a, b}", "${a${b}}"] {
            assert!(Template::read(text, FULL).is_err(), "{text}");
        }
    }

    #[test]
    fn the_parts_of_an_arn_match_one_by_one() {
        let fits = |pattern: &str, arn: &str| {
            let template = Template::read(pattern, PLAIN).unwrap();
            matches_arn(&template.resolve(&Context::new()).unwrap(), arn)
        };
        let role = "arn:aws:iam::111122223333:role/team/build";
        assert!(fits("arn:aws:iam::111122223333:role/*", role));
        assert!(fits("arn:*:iam::*:role/*/build", role));
        assert!(!fits("arn:*:role/team/build", role));
        assert!(fits("*", role));
        assert!(!fits("arn:aws:iam::11112222333?:user/*", role));
    }
}
