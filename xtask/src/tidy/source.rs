//! A Rust file as the rules see it: code with comments blanked, string literals apart, test regions known.
//!
//! This is a scanner for our own rustfmt-formatted code, not a parser; the compiler checks the language.

use std::ops::Range;

/// A scanned Rust file. Line numbers start at 1.
pub struct Source {
    /// The code, character for character as long as the file; comments and literals are blanked.
    pub code: Vec<char>,
    /// Every string literal with the line it starts on.
    pub strings: Vec<(usize, String)>,
    line_starts: Vec<usize>,
    test_regions: Vec<Range<usize>>,
}

/// A function and the size of its body.
pub struct Function {
    pub name: String,
    pub line: usize,
    pub body_lines: usize,
}

/// Stands in the code where a string or character literal had a character.
const LITERAL: char = '\u{1}';

impl Source {
    /// Scans one file.
    pub fn scan(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let mut line_starts = vec![0];
        line_starts.extend(characters.iter().enumerate().filter(|(_, c)| **c == '\n').map(|(at, _)| at + 1));
        let mut source =
            Self { code: characters, strings: Vec::new(), line_starts, test_regions: Vec::new() };
        source.blank();
        source.find_test_regions();
        source
    }

    /// The line that a position stands on.
    pub fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at)
    }

    /// Whether a position is inside an item that only tests compile.
    pub fn is_test(&self, at: usize) -> bool {
        self.test_regions.iter().any(|region| region.contains(&at))
    }

    /// Positions where `wanted` stands in the code.
    pub fn occurrences(&self, wanted: &str) -> Vec<usize> {
        let wanted: Vec<char> = wanted.chars().collect();
        self.code
            .windows(wanted.len())
            .enumerate()
            .filter(|(_, window)| *window == wanted)
            .map(|(at, _)| at)
            .collect()
    }

    /// Every function with a body; lines without code do not count.
    pub fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        for at in self.occurrences("fn ") {
            if at > 0 && is_word(self.code[at - 1]) {
                continue;
            }
            let name: String = self.code[at + 3..].iter().take_while(|c| is_word(**c)).collect();
            let Some(open) = self.body_start(at) else { continue };
            if name.is_empty() {
                continue;
            }
            let close = self.closing(open);
            let body = &self.code[open + 1..close.max(open + 1)];
            let body_lines =
                body.split(|c| *c == '\n').filter(|line| line.iter().any(|c| !c.is_whitespace())).count();
            found.push(Function { name, line: self.line(at), body_lines });
        }
        found
    }

    /// The brace that opens the item at `at`; none for a declaration that ends in a semicolon.
    fn body_start(&self, at: usize) -> Option<usize> {
        let mut depth = 0_i32;
        for (offset, c) in self.code[at..].iter().enumerate() {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                '{' if depth == 0 => return Some(at + offset),
                ';' if depth == 0 => return None,
                _ => {}
            }
        }
        None
    }

    /// The brace that closes the one at `open`.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0_i32;
        for (offset, c) in self.code[open..].iter().enumerate() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return open + offset;
            }
        }
        self.code.len()
    }

    fn find_test_regions(&mut self) {
        let mut regions = Vec::new();
        for marker in ["#[cfg(test)]", "#[test]", "#[tokio::test"] {
            for at in self.occurrences(marker) {
                let after = at + marker.len();
                if let Some(open) = self.body_start(after) {
                    regions.push(at..self.closing(open) + 1);
                }
            }
        }
        self.test_regions = regions;
    }

    /// Blanks comments and literals, and keeps the text of strings.
    fn blank(&mut self) {
        let mut at = 0;
        while at < self.code.len() {
            at = match self.code[at] {
                '/' if self.peek(at + 1) == Some('/') => self.blank_line_comment(at),
                '/' if self.peek(at + 1) == Some('*') => self.blank_block_comment(at),
                '"' => self.take_string(at),
                'r' if self.starts_raw(at) => self.take_raw_string(at),
                '\'' => self.take_character(at),
                _ => at + 1,
            };
        }
    }

    fn peek(&self, at: usize) -> Option<char> {
        self.code.get(at).copied()
    }

    fn blank_line_comment(&mut self, start: usize) -> usize {
        let mut at = start;
        while at < self.code.len() && self.code[at] != '\n' {
            self.code[at] = ' ';
            at += 1;
        }
        at
    }

    fn blank_block_comment(&mut self, start: usize) -> usize {
        let (mut at, mut depth) = (start, 0_i32);
        while at < self.code.len() {
            let step = match (self.code[at], self.peek(at + 1)) {
                ('/', Some('*')) => {
                    depth += 1;
                    2
                }
                ('*', Some('/')) => {
                    depth -= 1;
                    2
                }
                _ => 1,
            };
            self.overwrite(at, at + step, ' ');
            at += step;
            if depth == 0 {
                break;
            }
        }
        at
    }

    fn take_string(&mut self, start: usize) -> usize {
        let mut end = start + 1;
        while end < self.code.len() && self.code[end] != '"' {
            end += if self.code[end] == '\\' { 2 } else { 1 };
        }
        self.keep_string(start, start + 1, end, end + 1)
    }

    /// Whether an `r` begins a raw string, and is not the end of a word or a raw identifier.
    fn starts_raw(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.code[before]);
        let prefixed = matches!(before, Some('b' | 'c'));
        if before.is_some_and(is_word) && !prefixed {
            return false;
        }
        let hashes = self.code[at + 1..].iter().take_while(|c| **c == '#').count();
        self.peek(at + 1 + hashes) == Some('"')
    }

    fn take_raw_string(&mut self, start: usize) -> usize {
        let hashes = self.code[start + 1..].iter().take_while(|c| **c == '#').count();
        let open = start + 1 + hashes;
        let mut end = open + 1;
        while end < self.code.len() {
            let closes = self.code[end] == '"'
                && self.code[end + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
            if closes {
                break;
            }
            end += 1;
        }
        self.keep_string(start, open + 1, end, end + 1 + hashes)
    }

    fn keep_string(&mut self, start: usize, open: usize, close: usize, end: usize) -> usize {
        let close = close.min(self.code.len());
        let end = end.min(self.code.len());
        let text: String = self.code[open.min(close)..close].iter().collect();
        self.strings.push((self.line(start), text));
        self.overwrite(start, end, LITERAL);
        end
    }

    /// Blanks a character literal; a lifetime is code.
    fn take_character(&mut self, start: usize) -> usize {
        if self.peek(start + 1) == Some('\\') {
            let mut end = start + 3;
            while end < self.code.len() && self.code[end] != '\'' {
                end += 1;
            }
            self.overwrite(start, end + 1, LITERAL);
            return end + 1;
        }
        if self.peek(start + 2) == Some('\'') {
            self.overwrite(start, start + 3, LITERAL);
            return start + 3;
        }
        start + 1
    }

    /// Writes `filler` over a stretch and leaves its line breaks.
    fn overwrite(&mut self, start: usize, end: usize, filler: char) {
        let end = end.min(self.code.len());
        for c in &mut self.code[start..end] {
            if *c != '\n' {
                *c = filler;
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_not_code() {
        let source = Source::scan(
            "let a = \"x.unwrap()\"; // y.unwrap()\nlet b = '\"'; /* z /* .unwrap() */ */ c.unwrap()",
        );
        let found: Vec<usize> =
            source.occurrences(".unwrap()").into_iter().map(|at| source.line(at)).collect();
        assert_eq!(found, [2]);
        assert_eq!(source.strings, [(1, "x.unwrap()".to_owned())]);
    }

    #[test]
    fn raw_strings_end_at_their_own_mark() {
        let source = Source::scan("f(r#\"a \" b\"#); let r = 1; g(br\"c\");");
        assert_eq!(source.strings, [(1, "a \" b".to_owned()), (1, "c".to_owned())]);
    }

    #[test]
    fn items_under_cfg_test_are_tests() {
        let text = "fn a() { x.unwrap() }\n#[cfg(test)]\nmod tests {\n fn b() { y.unwrap() }\n}\nfn c() { z.unwrap() }";
        let source = Source::scan(text);
        let outside: Vec<usize> = source
            .occurrences(".unwrap()")
            .into_iter()
            .filter(|at| !source.is_test(*at))
            .map(|at| source.line(at))
            .collect();
        assert_eq!(outside, [1, 6]);
    }

    #[test]
    fn functions_are_measured_without_blank_lines_and_comments() {
        let text = "fn declared(a: [u8; 3]);\nfn long<'a>(a: &'a str) -> u8\nwhere\n    u8: Copy,\n{\n    // why\n\n    let b = 1;\n    b\n}\n";
        let functions = Source::scan(text).functions();
        assert_eq!(functions.len(), 1);
        assert_eq!((functions[0].name.as_str(), functions[0].line, functions[0].body_lines), ("long", 2, 2));
    }
}
