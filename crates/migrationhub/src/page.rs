//! Pages of Migration Hub's lists: sizes, tokens, and what a refused token answers.

use model::Spec;
use service::Call;
use service::page::{Page, Refused};

use crate::error::{self, Error};

/// How long a page token lives: "expire after 24 hours" (API reference of the two newest lists).
const TOKEN_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// One list call, bound to its arguments.
pub(crate) struct Listing<'a> {
    page: Page<'a>,
    /// Rows to answer.
    pub size: usize,
}

impl<'a> Listing<'a> {
    /// Binds a call; without MaxResults a page has `size_max` rows, the operation's most.
    pub(crate) fn new(
        call: &'a Call,
        spec: &'static Spec,
        arguments: &'a [&'a str],
        max_results: Option<i64>,
        size_max: usize,
    ) -> Self {
        let size = max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(size_max);
        Self { page: Page::new(call, spec, arguments), size }
    }

    /// Reads where the list goes on; the empty token means the first page.
    pub(crate) fn after(&self, token: Option<&str>) -> Result<Option<Vec<String>>, Error> {
        let token = token.filter(|token| !token.is_empty());
        self.page.open_optional(token, Some(TOKEN_KEPT_MS)).map_err(refused)
    }

    /// How many rows to ask the store for: one more than are shown tells whether there is a next page.
    pub(crate) fn limit(&self) -> i64 {
        i64::try_from(self.size + 1).expect("page sizes are at most 100")
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

fn refused(refused: Refused) -> Error {
    error::invalid_input(format!("InvalidToken: {refused}"))
}
