//! What is written reads back as the same tree, and whatever is thrown at the parser, it answers.

use crate::random::Random;
use formula::syntax::{Call, Infix, Kind, Node, Part, Prefix};
use formula::{Context, FUNCTIONS_MAX, Formula, Owner, Types, parse};

impl Random {
    fn node(&mut self, depth: usize) -> Node {
        let kinds = if depth == 0 { 3 } else { 9 };
        let kind = match self.below(kinds) {
            0 => Kind::Number(self.pick(&[0.0, 1.0, 0.5, 1e100, 1e-7, 123.25, 5e-324])),
            1 => Kind::Text(self.text()),
            2 => Kind::Name(self.pick(&["x", "e", "f", "_a1", "not_x", "android"]).to_owned()),
            3 => Kind::Prefix(
                self.pick(&[Prefix::Minus, Prefix::Plus, Prefix::Bang, Prefix::Not]),
                Box::new(self.node(depth - 1)),
            ),
            4 | 5 => Kind::Infix(
                self.pick(&Infix::ALL),
                Box::new(self.node(depth - 1)),
                Box::new(self.node(depth - 1)),
            ),
            6 => self.bracket(depth - 1),
            7 => self.template(depth - 1),
            _ => self.call(depth - 1),
        };
        Node::new(1, kind).unwrap()
    }

    fn bracket(&mut self, depth: usize) -> Kind {
        let text = Box::new(self.node(depth));
        if self.below(2) == 0 {
            return Kind::Index(text, Box::new(self.node(depth)));
        }
        let mut bounds = [None, None, None];
        for bound in &mut bounds {
            if self.below(2) == 0 {
                *bound = Some(Box::new(self.node(depth)));
            }
        }
        Kind::Slice(text, bounds)
    }

    fn template(&mut self, depth: usize) -> Kind {
        let mut parts = Vec::new();
        for _ in 0..self.below(3) {
            let text = self.text();
            if !text.is_empty() {
                parts.push(Part::Text(text));
            }
            let format = (self.below(2) == 0).then(|| self.text());
            parts.push(Part::Value(Box::new(self.node(depth)), format));
        }
        Kind::Template(parts)
    }

    fn call(&mut self, depth: usize) -> Kind {
        let dotted = self.below(2) == 0;
        let count = self.below(3) + usize::from(dotted);
        let arguments: Vec<Node> = (0..count).map(|_| self.node(depth)).collect();
        let behind = count - usize::from(dotted);
        let format = (behind > 0 && self.below(3) == 0).then(|| self.text());
        Kind::Call(Call { name: self.pick(&["abs", "Sum", "nothing"]).to_owned(), dotted, arguments, format })
    }
}

#[test]
fn a_tree_that_is_written_reads_back_as_itself() {
    let mut random = Random::new(1);
    for round in 0..20_000 {
        let tree = random.node(round % 5);
        let written = tree.to_string();
        match parse(&written) {
            Ok(read) => assert_eq!(read, tree, "{written}"),
            Err(refusal) => panic!("{refusal}: {written}"),
        }
    }
}

#[test]
fn whatever_is_thrown_at_the_parser_it_answers() {
    let words = [
        "x",
        "1",
        ".5",
        "'",
        "\"",
        "f'",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        ",",
        ".",
        "+",
        "-",
        "*",
        "/",
        "^",
        "%",
        "<=",
        "==",
        "!",
        "not ",
        " and ",
        " or ",
        "sum(",
        "if(",
        ".elif(",
        "localtime(",
        "mktime(",
        "jp(",
        "'$.a'",
        "format(",
        "'%d'",
        "timestamp(",
        "pretrigger(",
        "avg(",
        "ä",
        "\u{0}",
        "\u{10ffff}",
        "e9",
        " ",
    ];
    let variables =
        [formula::Variable { name: "x", types: Types::PLAIN, source: formula::Source::Stream, child: false }];
    let mut random = Random::new(2);
    let mut accepted = 0;
    for _ in 0..30_000 {
        let text: String = (0..random.below(12)).map(|_| random.pick(&words)).collect();
        for owner in [Owner::Transform, Owner::Metric] {
            let context =
                Context { owner, output: Types::PLAIN, variables: &variables, functions_max: FUNCTIONS_MAX };
            match Formula::compile(&text, &context) {
                Ok(_) => accepted += 1,
                Err(refusal) => {
                    let end = text.chars().count() + 1;
                    assert!((1..=end).contains(&refusal.position), "{text}: {refusal}");
                    assert!(!refusal.message.ends_with('.'), "{refusal}");
                }
            }
        }
    }
    assert!(accepted > 100, "only {accepted} of the random texts were expressions");
}
