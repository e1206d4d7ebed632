//! The portable subset of SQL, and what each engine makes of it.

use std::borrow::Cow;

/// Which engine a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// Gives the smallest text above every text that starts with `prefix`, for `key >= prefix AND key < end`.
///
/// An empty prefix (or one of only U+10FFFF) has no such text; U+10FFFF stands in, which no name reaches.
pub fn prefix_end(prefix: &str) -> String {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // The range steps over the surrogates by itself.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return end;
        }
    }
    char::MAX.to_string()
}

/// Splits a migration into statements in the engine's words.
pub(crate) fn statements(migration: &str, dialect: Dialect) -> Vec<String> {
    outside_quotes(migration, ';')
        .into_iter()
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .map(|statement| definition(statement, dialect))
        .collect()
}

/// Names the tables that migrations leave behind, in the order of their creation.
pub(crate) fn tables(migrations: &[&str]) -> Vec<String> {
    let mut tables: Vec<String> = Vec::new();
    for statement in migrations.iter().flat_map(|migration| statements(migration, Dialect::Sqlite)) {
        let words: Vec<&str> = statement
            .split(|c: char| c.is_whitespace() || c == '(')
            .filter(|word| !word.is_empty())
            .collect();
        let is = |i: usize, word: &str| words.get(i).is_some_and(|found| found.eq_ignore_ascii_case(word));
        let Some(name) = words.iter().skip(2).find(|word| !is_filler(word)) else { continue };
        if is(0, "CREATE") && is(1, "TABLE") {
            tables.push((*name).to_owned());
        } else if is(0, "DROP") && is(1, "TABLE") {
            tables.retain(|table| table != name);
        } else if is(0, "ALTER") && is(3, "RENAME") && is(4, "TO") {
            let renamed = words.get(5).map_or("", |word| *word);
            tables.iter_mut().filter(|table| *table == name).for_each(|table| renamed.clone_into(table));
        }
    }
    tables
}

fn is_filler(word: &str) -> bool {
    ["IF", "NOT", "EXISTS"].iter().any(|filler| word.eq_ignore_ascii_case(filler))
}

/// Turns one statement of a migration into the engine's words.
fn definition(statement: &str, dialect: Dialect) -> String {
    let starts = |words: &str| statement.get(..words.len()).is_some_and(|s| s.eq_ignore_ascii_case(words));
    match dialect {
        // A counting key needs the hidden row id, which WITHOUT ROWID removes.
        Dialect::Sqlite if starts("CREATE TABLE") && statement.contains("AUTOINCREMENT") => {
            format!("{statement} STRICT")
        }
        Dialect::Sqlite if starts("CREATE TABLE") => format!("{statement} STRICT, WITHOUT ROWID"),
        Dialect::Sqlite => statement.to_owned(),
        Dialect::Postgres if starts("CREATE TABLE") || starts("ALTER TABLE") => {
            map_words(statement, |word| match word {
                "TEXT" => Some("TEXT COLLATE \"C\""),
                "INTEGER" => Some("BIGINT"),
                "BLOB" => Some("BYTEA"),
                _ => None,
            })
        }
        Dialect::Postgres => placeholders(statement).into_owned(),
    }
}

/// Turns `?1` into `$1`, except inside quotes.
pub(crate) fn placeholders(sql: &str) -> Cow<'_, str> {
    if !sql.contains('?') {
        return Cow::Borrowed(sql);
    }
    let mut quoted = false;
    let text = sql.chars().map(|c| {
        quoted ^= c == '\'';
        if c == '?' && !quoted { '$' } else { c }
    });
    Cow::Owned(text.collect())
}

fn map_words(text: &str, replace: impl Fn(&str) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let word_length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if word_length == 0 {
            quoted ^= c == '\'';
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(word_length);
        out.push_str(if quoted { word } else { replace(word).unwrap_or(word) });
        rest = after;
    }
    out
}

fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '\'';
        c == separator && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_text() {
        assert_eq!(prefix_end("abc"), "abd");
        assert_eq!(prefix_end("a\u{10FFFF}"), "b");
        assert_eq!(prefix_end("\u{D7FF}"), "\u{E000}");
        assert_eq!(prefix_end(""), "\u{10FFFF}");
    }

    #[test]
    fn tables_are_strict_without_rowid_on_sqlite() {
        assert_eq!(
            statements("CREATE TABLE a (b TEXT PRIMARY KEY); CREATE INDEX c ON a (b);", Dialect::Sqlite),
            ["CREATE TABLE a (b TEXT PRIMARY KEY) STRICT, WITHOUT ROWID", "CREATE INDEX c ON a (b)"]
        );
    }

    #[test]
    fn words_of_definitions_become_postgresql_types_outside_quotes() {
        assert_eq!(
            statements(
                "CREATE TABLE a (b TEXT DEFAULT 'TEXT;', c INTEGER, d BLOB, TEXT_e TEXT)",
                Dialect::Postgres
            ),
            ["CREATE TABLE a (b TEXT COLLATE \"C\" DEFAULT 'TEXT;', c BIGINT, d BYTEA, \
              TEXT_e TEXT COLLATE \"C\")"]
        );
    }

    #[test]
    fn placeholders_become_dollars_outside_quotes() {
        assert_eq!(
            placeholders("SELECT '?1' WHERE a = ?1 AND b = ?12"),
            "SELECT '?1' WHERE a = $1 AND b = $12"
        );
    }

    #[test]
    fn tables_follow_creation_renaming_and_dropping() {
        let migrations = [
            "CREATE TABLE a(x TEXT PRIMARY KEY); CREATE TABLE IF NOT EXISTS b (x TEXT PRIMARY KEY)",
            "ALTER TABLE a RENAME TO c; DROP TABLE IF EXISTS b; CREATE TABLE d (x TEXT PRIMARY KEY)",
            "ALTER TABLE c ADD COLUMN y TEXT; CREATE INDEX e ON d (x)",
        ];
        assert_eq!(tables(&migrations), ["c", "d"]);
    }
}
