//! The patterns of package groups: which packages one covers, and which of several is more specific.
//!
//! A pattern is the beginning of a package path (`/npm/acme/kit`, `/pypi//requests`) and a last character: `$` for
//! exactly that path, `~` for a beginning that ends where a word does, `*` for a beginning that ends between words.
//! Pure: which groups a domain has is the business of `set`.

use std::fmt;

use unicode_normalization::char::is_combining_mark;

use super::fold::fold;
use crate::name::{Coordinates, PackageFormat};

/// Characters of a pattern (API model).
const CHARS_MIN: usize = 2;
const CHARS_MAX: usize = 520;

/// How a pattern goes on from its literal beginning. In the order of how specific it makes a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Ending {
    /// `*`: in any way.
    Any,
    /// `~`: not within a word.
    Word,
    /// `$`: not at all.
    Exact,
}

/// A pattern of a package group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    text: String,
    /// All but the last character, with the folded spelling.
    beginning: String,
    folded: String,
    ending: Ending,
}

/// A package path in both spellings, to be matched with many patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    exact: String,
    folded: String,
}

/// How well a pattern fits, the better the greater: a longer beginning, then `$` before `~` before `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specificity(usize, Ending);

impl Pattern {
    /// The text of the pattern that covers every package.
    pub const ROOT: &'static str = "/*";

    /// Gives the pattern that covers every package.
    pub fn root() -> Pattern {
        Pattern { text: "/*".into(), beginning: "/".into(), folded: "/".into(), ending: Ending::Any }
    }

    /// Reads a pattern; `python` is taken as another word for `pypi`.
    ///
    /// The error is the sentence for the caller: what the pattern lacks, and where.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let length = text.chars().count();
        if !(CHARS_MIN..=CHARS_MAX).contains(&length) {
            return Err(format!("has {length} characters; {CHARS_MIN} to {CHARS_MAX} are allowed"));
        }
        if text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err("may not hold white space or control characters".to_owned());
        }
        if text == Pattern::ROOT {
            return Ok(Pattern::root());
        }
        let ending = match text.chars().next_back() {
            Some('*') => Ending::Any,
            Some('~') => Ending::Word,
            Some('$') => Ending::Exact,
            _ => {
                return Err(
                    "must end in $ (one package), ~ (a beginning up to the end of a word) or *".to_owned()
                );
            }
        };
        let parts = &text[..text.len() - 1];
        if let Some(letter) = parts.chars().find(|letter| "*~$#".contains(*letter)) {
            return Err(format!("may not hold {letter} before its last character"));
        }
        let Some(parts) = parts.strip_prefix('/') else {
            return Err("must begin with a slash and a package format".to_owned());
        };
        let mut parts = parts.splitn(3, '/');
        let word = parts.next().unwrap_or_default();
        let format = PackageFormat::parse(if word == "python" { "pypi" } else { word })
            .ok_or_else(|| format!("must begin with a package format, which '{word}' is not"))?;
        let namespace = parts.next().ok_or_else(|| format!("needs a slash after the format: /{format}/*"))?;
        let name = parts.next();
        check_parts(format, namespace, name, ending)?;
        let name = name.map_or_else(String::new, |name| format!("/{name}"));
        Ok(Pattern::of(format, &format!("{namespace}{name}"), ending))
    }

    fn of(format: PackageFormat, rest: &str, ending: Ending) -> Pattern {
        let beginning = format!("/{format}/{rest}");
        let last = match ending {
            Ending::Any => '*',
            Ending::Word => '~',
            Ending::Exact => '$',
        };
        let folded = folded(&beginning);
        Pattern { text: format!("{beginning}{last}"), beginning, folded, ending }
    }

    /// Gives the pattern as it is kept and shown.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Tells whether this is the pattern that covers every package.
    pub fn is_root(&self) -> bool {
        self.text == Pattern::ROOT
    }

    /// Gives the format of the packages that it may cover; `None` if it covers those of every one.
    pub fn format(&self) -> Option<PackageFormat> {
        PackageFormat::parse(self.beginning.split('/').nth(1)?)
    }

    /// Tells how well the pattern fits a package as it is spelled; `None` if it does not.
    pub fn strong(&self, path: &Path) -> Option<Specificity> {
        let specificity = Specificity(self.beginning.len(), self.ending);
        self.fits(&self.beginning, &path.exact).then_some(specificity)
    }

    /// Tells how well the pattern fits a package or one that looks like it; `None` if it does not.
    pub fn weak(&self, path: &Path) -> Option<Specificity> {
        let fits = self.fits(&self.folded, &path.folded) || self.fits(&self.beginning, &path.exact);
        fits.then_some(Specificity(self.folded.len(), self.ending))
    }

    /// Tells whether this pattern covers every package that `other` covers, and is another one.
    pub fn covers(&self, other: &Pattern) -> bool {
        self.text != other.text
            && self.ending != Ending::Exact
            && self.fits(&self.beginning, &other.beginning)
    }

    fn fits(&self, beginning: &str, path: &str) -> bool {
        let Some(rest) = path.strip_prefix(beginning) else { return false };
        match self.ending {
            Ending::Any => true,
            Ending::Word => !rest.starts_with(is_of_word),
            Ending::Exact => rest.is_empty(),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Path {
    /// Makes the path of a package.
    pub fn of(package: &Coordinates) -> Path {
        let exact = package.to_string();
        let folded = folded(&exact);
        Path { exact, folded }
    }
}

/// Folds a path or a beginning of one; the format and the slashes stay.
fn folded(path: &str) -> String {
    path.split('/').map(fold).collect::<Vec<_>>().join("/")
}

/// Tells whether a character goes on a word: a letter or a digit, or a mark on one.
fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter)
}

/// Checks what stands between the format and the last character.
fn check_parts(
    format: PackageFormat,
    namespace: &str,
    name: Option<&str>,
    ending: Ending,
) -> Result<(), String> {
    if name.is_some_and(|name| name.contains('/')) {
        return Err("has too many slashes: /format/namespace/name".to_owned());
    }
    let last = name.unwrap_or(namespace);
    match ending {
        Ending::Exact if name.is_none_or(str::is_empty) => {
            return Err("names one package with $: /format/namespace/name$".to_owned());
        }
        Ending::Word if !last.chars().next_back().is_some_and(is_of_word) => {
            return Err("may have ~ only after a letter or a digit; use * instead".to_owned());
        }
        Ending::Any if last.chars().next_back().is_some_and(is_of_word) => {
            return Err("may have * only after a slash or between words; use ~ instead".to_owned());
        }
        _ => {}
    }
    // Without a name part the namespace is only begun, or not at all.
    if name.is_some() && namespace.is_empty() && format.needs_namespace() {
        return Err(format!("needs a namespace: packages of format {format} have one"));
    }
    if !namespace.is_empty() && !format.takes_namespace() {
        return Err(format!(
            "may not have the namespace '{namespace}': packages of format {format} have none"
        ));
    }
    for part in [namespace, name.unwrap_or_default()] {
        let normal = normalized(format, part);
        if normal != part {
            return Err(format!("must spell '{part}' as packages of format {format} are kept: '{normal}'"));
        }
    }
    Ok(())
}

/// Spells a part as its format stores it.
fn normalized(format: PackageFormat, part: &str) -> String {
    match format {
        PackageFormat::Nuget | PackageFormat::Swift => part.to_lowercase(),
        PackageFormat::Pypi => {
            let mut normal = String::with_capacity(part.len());
            for letter in part.to_lowercase().chars() {
                match letter {
                    '-' | '_' | '.' if normal.ends_with('-') => {}
                    '-' | '_' | '.' => normal.push('-'),
                    letter => normal.push(letter),
                }
            }
            normal
        }
        _ => part.to_owned(),
    }
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;
