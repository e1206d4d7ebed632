//! From the characters of an expression to its words.
//!
//! A point belongs to a number only if a digit follows, so that `5.sqrt()` calls a function.

use crate::refusal::{Refusal, Rule};

/// A character and its position in the expression, counted from 1.
pub type Placed = (usize, char);

/// One word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A number.
    Number(f64),
    /// A text in quotes, without them.
    Text(String),
    /// What stands between the quotes of an f-string.
    Template(Vec<Placed>),
    /// A name: of a variable, a constant, a function or an operator.
    Name(String),
    /// An operator or a mark.
    Symbol(&'static str),
    /// The end of the expression.
    End,
}

impl Token {
    /// Shows the token in an error message.
    pub fn shown(&self) -> String {
        match self {
            Self::Number(number) => format!("the number {number}"),
            Self::Text(_) => "a text".to_owned(),
            Self::Template(_) => "an f-string".to_owned(),
            Self::Name(name) => format!("'{name}'"),
            Self::Symbol(symbol) => format!("'{symbol}'"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Reads tokens from characters, one at a time.
pub struct Lexer<'a> {
    chars: &'a [Placed],
    at: usize,
    /// Position of the end, for messages.
    end: usize,
}

/// Two characters that form one symbol come before those that begin alike.
const SYMBOLS: [&str; 22] = [
    "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "^", "<", ">", "!", "(", ")", "[", "]", ",", ":", ".",
    "{", "}",
];

impl<'a> Lexer<'a> {
    /// Begins with the first of the characters; `end` is the position behind the last one.
    pub fn new(chars: &'a [Placed], end: usize) -> Self {
        Self { chars, at: 0, end }
    }

    /// Answers what is left behind the last token.
    pub fn rest(&self) -> &'a [Placed] {
        &self.chars[self.at..]
    }

    /// Reads the next token and the position where it begins.
    pub fn token(&mut self) -> Result<(usize, Token), Refusal> {
        while self.peek(0).is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        let position = self.position();
        let Some(first) = self.peek(0) else { return Ok((position, Token::End)) };
        let token = match first {
            '0'..='9' => self.number()?,
            '.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number()?,
            '\'' | '"' => Token::Text(self.quoted()?.into_iter().map(|(_, c)| c).collect()),
            'f' | 'F' if matches!(self.peek(1), Some('\'' | '"')) => {
                self.at += 1;
                Token::Template(self.quoted()?)
            }
            'a'..='z' | 'A'..='Z' | '_' => self.name(),
            _ => self.symbol()?,
        };
        Ok((position, token))
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|(_, c)| *c)
    }

    fn position(&self) -> usize {
        self.chars.get(self.at).map_or(self.end, |(position, _)| *position)
    }

    fn digits(&mut self, text: &mut String) {
        while let Some(digit) = self.peek(0).filter(char::is_ascii_digit) {
            text.push(digit);
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<Token, Refusal> {
        let position = self.position();
        let mut text = String::new();
        self.digits(&mut text);
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|next| next.is_ascii_digit()) {
            text.push('.');
            self.at += 1;
            self.digits(&mut text);
        }
        let sign = usize::from(matches!(self.peek(1), Some('+' | '-')));
        let exponent = self.peek(1 + sign).is_some_and(|next| next.is_ascii_digit());
        if matches!(self.peek(0), Some('e' | 'E')) && exponent {
            for _ in 0..=sign {
                text.extend(self.peek(0));
                self.at += 1;
            }
            self.digits(&mut text);
        }
        let number: f64 = text
            .parse()
            .map_err(|_| Refusal::new(position, Rule::Syntax, format!("'{text}' is not a number")))?;
        if number.is_finite() {
            return Ok(Token::Number(number));
        }
        Err(Refusal::new(position, Rule::Syntax, format!("the number '{text}' is too large")))
    }

    /// Reads from one quote to its partner; a quote written twice stands for itself, and nothing else is special.
    fn quoted(&mut self) -> Result<Vec<Placed>, Refusal> {
        let (opened, quote) = self.chars[self.at];
        self.at += 1;
        let mut content = Vec::new();
        loop {
            match self.peek(0) {
                None => {
                    let message = format!("the text that begins here has no closing {quote}");
                    return Err(Refusal::new(opened, Rule::Syntax, message));
                }
                Some(c) if c == quote && self.peek(1) == Some(quote) => {
                    content.push(self.chars[self.at]);
                    self.at += 2;
                }
                Some(c) if c == quote => {
                    self.at += 1;
                    return Ok(content);
                }
                Some(_) => {
                    content.push(self.chars[self.at]);
                    self.at += 1;
                }
            }
        }
    }

    fn name(&mut self) -> Token {
        let mut name = String::new();
        while let Some(c) = self.peek(0).filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
            name.push(c);
            self.at += 1;
        }
        Token::Name(name)
    }

    fn symbol(&mut self) -> Result<Token, Refusal> {
        let fits = |symbol: &&&str| symbol.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
        if let Some(symbol) = SYMBOLS.iter().find(fits) {
            self.at += symbol.len();
            return Ok(Token::Symbol(symbol));
        }
        let (position, c) = self.chars[self.at];
        let hint = match c {
            '=' => "; '==' compares two values",
            '&' => "; 'and' joins two conditions",
            '|' => "; 'or' joins two conditions",
            '$' => "; a variable is written by its name alone",
            ';' => "; an expression is one value",
            '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => "; a text stands in straight quotes",
            '\u{d7}' | '\u{b7}' => "; '*' multiplies",
            '\u{2212}' | '\u{2013}' => "; '-' subtracts",
            _ => "",
        };
        let message = format!("'{}' has no meaning in an expression{hint}", c.escape_debug());
        Err(Refusal::new(position, Rule::Syntax, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
        let chars: Vec<Placed> = text.chars().enumerate().map(|(i, c)| (i + 1, c)).collect();
        let mut lexer = Lexer::new(&chars, chars.len() + 1);
        let mut tokens = Vec::new();
        loop {
            match lexer.token()? {
                (_, Token::End) => return Ok(tokens),
                (_, token) => tokens.push(token),
            }
        }
    }

    #[test]
    fn numbers_of_the_guide() {
        for (text, number) in [("1", 1.0), ("2.0", 2.0), (".9", 0.9), ("7.89e3", 7890.0), ("3.4E-5", 3.4e-5)]
        {
            assert_eq!(tokens(text).unwrap(), [Token::Number(number)], "{text}");
        }
    }

    #[test]
    fn a_point_belongs_to_a_number_only_before_a_digit() {
        let name = |name: &str| Token::Name(name.to_owned());
        assert_eq!(tokens("5.sqrt").unwrap(), [Token::Number(5.0), Token::Symbol("."), name("sqrt")]);
        assert_eq!(tokens("x.log").unwrap(), [name("x"), Token::Symbol("."), name("log")]);
        assert_eq!(tokens("2e").unwrap(), [Token::Number(2.0), name("e")]);
        assert_eq!(tokens("2e+").unwrap(), [Token::Number(2.0), name("e"), Token::Symbol("+")]);
    }

    #[test]
    fn a_doubled_quote_is_the_only_escape() {
        let text = |text: &str| [Token::Text(text.to_owned())];
        assert_eq!(tokens(r#""{""temp"": ""high""}""#).unwrap(), text(r#"{"temp": "high"}"#));
        assert_eq!(tokens(r#"'{"temp": 52}'"#).unwrap(), text(r#"{"temp": 52}"#));
        assert_eq!(tokens("'a\\n\nb'").unwrap(), text("a\\n\nb"));
        assert_eq!(tokens("''").unwrap(), text(""));
        assert_eq!(tokens("''''").unwrap(), text("'"));
    }

    #[test]
    fn what_is_no_word_says_where_it_is() {
        for (text, position, message) in [
            ("a = b", 3, "'=' has no meaning in an expression; '==' compares two values"),
            ("a && b", 3, "'&' has no meaning in an expression; 'and' joins two conditions"),
            ("1 + 'ab", 5, "the text that begins here has no closing '"),
            ("1e999", 1, "the number '1e999' is too large"),
            ("ä", 1, "'ä' has no meaning in an expression"),
        ] {
            let refusal = tokens(text).unwrap_err();
            assert_eq!((refusal.position, refusal.message.as_str()), (position, message), "{text}");
        }
    }
}
