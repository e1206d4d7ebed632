//! From the words of an expression to its tree.
//!
//! Loosest first: `or`, `and`, `not`, comparisons, `+ -`, `* / %`, signs and `!`, `^` (from the right), then calls,
//! points and brackets. So `-2^2` is −4 and `!a == b` compares `!a` with `b`.

use crate::lex::{Lexer, Placed, Token};
use crate::refusal::{Refusal, Rule};
use crate::syntax::{Call, Infix, Kind, Node, Part, Prefix, level};

/// Most parentheses, signs and calls inside one another: a bound on the recursion of the parser.
pub const NESTED_MAX: usize = 100;

const VALUE: &str = "a value is expected: a number, a text in quotes, a variable, a function or '('";

/// Reads an expression.
pub fn parse(text: &str) -> Result<Node, Refusal> {
    let chars: Vec<Placed> = text.chars().enumerate().map(|(i, c)| (i + 1, c)).collect();
    let mut parser = Parser::new(&chars, chars.len() + 1, 0)?;
    let node = parser.expression(level::OR)?;
    parser.expect_end()?;
    Ok(node)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    position: usize,
    token: Token,
    nested: usize,
}

impl<'a> Parser<'a> {
    fn new(chars: &'a [Placed], end: usize, nested: usize) -> Result<Self, Refusal> {
        let mut lexer = Lexer::new(chars, end);
        let (position, token) = lexer.token()?;
        Ok(Self { lexer, position, token, nested })
    }

    fn advance(&mut self) -> Result<Token, Refusal> {
        let (position, token) = self.lexer.token()?;
        self.position = position;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn at(&self, symbol: &str) -> bool {
        matches!(self.token, Token::Symbol(found) if found == symbol)
    }

    /// Takes a symbol if it comes next.
    fn take(&mut self, symbol: &str) -> Result<bool, Refusal> {
        let found = self.at(symbol);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn expect(&mut self, symbol: &str, purpose: &str) -> Result<(), Refusal> {
        if self.take(symbol)? {
            return Ok(());
        }
        Err(self.found(&format!("'{symbol}' is expected {purpose}")))
    }

    fn expect_end(&self) -> Result<(), Refusal> {
        if self.token == Token::End {
            return Ok(());
        }
        Err(self.found("an operator or the end is expected"))
    }

    fn found(&self, expected: &str) -> Refusal {
        let message = format!("found {} where {expected}", self.token.shown());
        Refusal::new(self.position, Rule::Syntax, message)
    }

    /// Goes one level deeper for as long as `inside` runs.
    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Result<T, Refusal>) -> Result<T, Refusal> {
        if self.nested == NESTED_MAX {
            let message =
                format!("more than {NESTED_MAX} parentheses, signs or calls are inside one another");
            return Err(Refusal::new(self.position, Rule::Size, message));
        }
        self.nested += 1;
        let done = inside(self);
        self.nested -= 1;
        done
    }

    /// Reads operators that bind at least as tightly as `least`, and what is between them.
    fn expression(&mut self, least: u8) -> Result<Node, Refusal> {
        let position = self.position;
        let mut node = if self.at_word("not") {
            if least > level::NOT {
                return Err(self.found("a value is expected; put parentheses around 'not …'"));
            }
            self.advance()?;
            let node = self.deeper(|parser| parser.expression(level::NOT))?;
            Node::new(position, Kind::Prefix(Prefix::Not, Box::new(node)))?
        } else {
            self.signed()?
        };
        while let Some(operator) = self.infix().filter(|operator| operator.level() >= least) {
            self.advance()?;
            let right = self.deeper(|parser| parser.expression(operator.level() + 1))?;
            node = Node::new(position, Kind::Infix(operator, Box::new(node), Box::new(right)))?;
        }
        Ok(node)
    }

    fn at_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Name(name) if name.eq_ignore_ascii_case(word))
    }

    /// Answers the operator that comes next; `^` is none of them, since it binds more tightly than signs.
    fn infix(&self) -> Option<Infix> {
        let fits = |operator: &Infix| match &self.token {
            Token::Symbol(symbol) => *symbol == operator.as_str() && *operator != Infix::Power,
            Token::Name(name) => name.eq_ignore_ascii_case(operator.as_str()),
            _ => false,
        };
        Infix::ALL.into_iter().find(fits)
    }

    fn signed(&mut self) -> Result<Node, Refusal> {
        let position = self.position;
        let prefix = match self.token {
            Token::Symbol("-") => Prefix::Minus,
            Token::Symbol("+") => Prefix::Plus,
            Token::Symbol("!") => Prefix::Bang,
            _ => return self.power(),
        };
        self.advance()?;
        let node = self.deeper(Self::signed)?;
        Node::new(position, Kind::Prefix(prefix, Box::new(node)))
    }

    fn power(&mut self) -> Result<Node, Refusal> {
        let position = self.position;
        let base = self.postfix()?;
        if !self.take("^")? {
            return Ok(base);
        }
        let exponent = self.deeper(Self::signed)?;
        Node::new(position, Kind::Infix(Infix::Power, Box::new(base), Box::new(exponent)))
    }

    fn postfix(&mut self) -> Result<Node, Refusal> {
        let mut node = self.primary()?;
        loop {
            let position = self.position;
            if self.take(".")? {
                let Token::Name(name) = &self.token else {
                    return Err(self.found("the name of a function is expected after '.'"));
                };
                let (name, position) = (name.clone(), self.position);
                self.advance()?;
                self.expect("(", &format!("after '.{name}': a point is followed by a call"))?;
                node = self.call(position, name, Some(node))?;
            } else if self.take("[")? {
                node = self.bracket(position, node)?;
            } else {
                return Ok(node);
            }
        }
    }

    fn primary(&mut self) -> Result<Node, Refusal> {
        let position = self.position;
        match &self.token {
            Token::Symbol("(") => {
                self.advance()?;
                let node = self.deeper(|parser| parser.expression(level::OR))?;
                self.expect(")", "to close the parenthesis")?;
                return Ok(node);
            }
            Token::Name(name) if is_operator(name) => return Err(self.found(VALUE)),
            Token::Symbol(_) | Token::End => return Err(self.found(VALUE)),
            _ => {}
        }
        match self.advance()? {
            Token::Number(number) => Node::new(position, Kind::Number(number)),
            Token::Text(text) => Node::new(position, Kind::Text(text)),
            Token::Template(content) => {
                let parts = self.deeper(|parser| template(&content, position, parser.nested))?;
                Node::new(position, Kind::Template(parts))
            }
            Token::Name(name) if self.take("(")? => self.call(position, name, None),
            Token::Name(name) => Node::new(position, Kind::Name(name)),
            Token::Symbol(_) | Token::End => Err(self.found(VALUE)),
        }
    }

    /// Reads the arguments of a call, whose '(' is taken.
    fn call(&mut self, position: usize, name: String, receiver: Option<Node>) -> Result<Node, Refusal> {
        let dotted = receiver.is_some();
        let mut arguments: Vec<Node> = receiver.into_iter().collect();
        let mut format = None;
        if !self.take(")")? {
            loop {
                arguments.push(self.deeper(|parser| parser.expression(level::OR))?);
                if self.take(":")? {
                    format = Some(self.format()?);
                    self.expect(")", &format!("after the format of '{name}'"))?;
                    break;
                }
                if self.take(")")? {
                    break;
                }
                if !self.take(",")? {
                    return Err(
                        self.found(&format!("',' or ')' is expected among the arguments of '{name}'"))
                    );
                }
            }
        }
        Node::new(position, Kind::Call(Call { name, dotted, arguments, format }))
    }

    fn format(&mut self) -> Result<String, Refusal> {
        let Token::Text(_) = &self.token else {
            return Err(self.found("a format in quotes is expected after ':'"));
        };
        match self.advance()? {
            Token::Text(format) => Ok(format),
            other => unreachable!("a text was looked at, not {other:?}"),
        }
    }

    /// Reads what stands in brackets behind a text, whose '[' is taken.
    fn bracket(&mut self, position: usize, text: Node) -> Result<Node, Refusal> {
        let text = Box::new(text);
        let first = self.bound()?;
        if !self.at(":") {
            let Some(index) = first else { return Err(self.found("an index or ':' is expected")) };
            self.expect("]", "after the index")?;
            return Node::new(position, Kind::Index(text, index));
        }
        let mut bounds = [first, None, None];
        for bound in &mut bounds[1..] {
            if self.take(":")? {
                *bound = self.bound()?;
            }
        }
        self.expect("]", "after the bounds of a part")?;
        Node::new(position, Kind::Slice(text, bounds))
    }

    fn bound(&mut self) -> Result<Option<Box<Node>>, Refusal> {
        if self.at(":") || self.at("]") {
            return Ok(None);
        }
        self.deeper(|parser| parser.expression(level::OR)).map(|node| Some(Box::new(node)))
    }
}

/// Says whether a name is an operator, so that it can't be a value.
pub fn is_operator(name: &str) -> bool {
    ["and", "or", "not"].iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// Reads the content of an f-string: text with values in braces. Assumed: a brace written twice stands for itself.
fn template(content: &[Placed], end: usize, nested: usize) -> Result<Vec<Part>, Refusal> {
    let (mut parts, mut text) = (Vec::new(), String::new());
    let mut rest = content;
    while let Some(((position, c), behind)) = rest.split_first() {
        let doubled = behind.first().is_some_and(|(_, next)| next == c);
        match c {
            '{' | '}' if doubled => {
                text.push(*c);
                rest = &behind[1..];
            }
            '{' => {
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                let end = content.last().map_or(end, |(position, _)| position + 1);
                let mut parser = Parser::new(behind, end, nested)?;
                let node = parser.expression(level::OR)?;
                let format = if parser.take(":")? { Some(parser.format()?) } else { None };
                if !parser.at("}") {
                    return Err(parser.found("'}' is expected after a value in an f-string"));
                }
                rest = parser.lexer.rest();
                parts.push(Part::Value(Box::new(node), format));
            }
            '}' => {
                let message = "'}' closes nothing in this f-string; write '}}' for the character itself";
                return Err(Refusal::new(*position, Rule::Syntax, message));
            }
            _ => {
                text.push(*c);
                rest = behind;
            }
        }
    }
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}
