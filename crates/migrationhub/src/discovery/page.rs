//! Pages of Application Discovery's lists: sizes, tokens, and what a refused one answers.

use model::Spec;
use service::Call;
use service::page::Page;

use super::error::{self, Error};

/// How long a page token lives; as in Migration Hub.
const TOKEN_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// One list call, bound to its arguments.
pub(crate) struct Listing<'a> {
    page: Page<'a>,
    size: usize,
}

impl<'a> Listing<'a> {
    /// Binds a call; the model bounds maxResults of few lists, the others refuse what is not 1 to `size_max`.
    pub(crate) fn new(
        call: &'a Call,
        spec: &'static Spec,
        arguments: &'a [&'a str],
        max_results: Option<i64>,
        size_max: usize,
    ) -> Result<Self, Error> {
        let size = match max_results {
            None => size_max,
            Some(size) => usize::try_from(size)
                .ok()
                .filter(|size| (1..=size_max).contains(size))
                .ok_or_else(|| error::invalid_value(format!("maxResults is {size}, not 1 to {size_max}")))?,
        };
        Ok(Self { page: Page::new(call, spec, arguments), size })
    }

    /// Reads where the list goes on; the empty token means the first page.
    pub(crate) fn after(&self, token: Option<&str>) -> Result<Option<Vec<String>>, Error> {
        let token = token.filter(|token| !token.is_empty());
        let opened = self.page.open_optional(token, Some(TOKEN_KEPT_MS));
        opened.map_err(|refused| error::invalid_value(format!("nextToken: {refused}")))
    }

    /// How many rows to look for: one more than are shown tells whether there is a next page.
    pub(crate) fn rows(&self) -> usize {
        self.size + 1
    }

    /// The same for a statement.
    pub(crate) fn limit(&self) -> i64 {
        i64::try_from(self.rows()).expect("pages have at most a thousand rows")
    }

    /// Cuts the surplus row off and makes the token of the next page.
    pub(crate) fn close<T>(&self, rows: &mut Vec<T>, key: impl Fn(&T) -> Vec<String>) -> Option<String> {
        if rows.len() <= self.size {
            return None;
        }
        rows.truncate(self.size);
        let key = key(rows.last()?);
        Some(self.page.seal(&key.iter().map(String::as_str).collect::<Vec<_>>()))
    }
}
