//! Pages of lists: how many rows to read, and the token when more follow.

use model::Spec;
use service::Call;
use service::page::Page;
use store::Value;

use crate::error::{Error, foreign_token};

/// One page of one list, as its caller asked for it.
pub(crate) struct Asked<'a> {
    page: Page<'a>,
    /// Rows on this page.
    pub(crate) count: usize,
    /// The key of the last row before this page, one text a column.
    pub(crate) after: Option<Vec<String>>,
}

impl<'a> Asked<'a> {
    /// Reads `maxResults` and `nextToken`; `arguments` are all filters of the list, in a fixed order.
    pub(crate) fn new(
        call: &'a Call,
        spec: &'static Spec,
        arguments: &'a [&'a str],
        count: Option<i64>,
        count_default: usize,
        token: Option<&str>,
    ) -> Result<Asked<'a>, Error> {
        let page = Page::new(call, spec, arguments);
        let after = page.open_optional(token, None).map_err(foreign_token)?;
        let count = count.and_then(|count| usize::try_from(count).ok()).unwrap_or(count_default);
        Ok(Asked { page, count, after })
    }

    /// Gives column `index` of the key after which the page starts; the first page starts after the empty text.
    pub(crate) fn after(&self, index: usize) -> &str {
        self.after.as_ref().and_then(|key| key.get(index)).map_or("", String::as_str)
    }

    /// Says how many rows to read: one more than shown, which tells whether another page follows.
    pub(crate) fn read(&self) -> usize {
        self.count + 1
    }

    /// Cuts the surplus row off and makes the token from the key of the last row that stays.
    pub(crate) fn cut<T>(&self, rows: &mut Vec<T>, key: impl Fn(&T) -> Vec<String>) -> Option<String> {
        if rows.len() <= self.count {
            return None;
        }
        rows.truncate(self.count);
        let key = key(rows.last()?);
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        Some(self.token(&key))
    }

    /// Makes the token of the page after the row with this key.
    pub(crate) fn token(&self, key: &[&str]) -> String {
        self.page.seal(key)
    }
}

/// Turns a row count into a LIMIT.
pub(crate) fn limit(count: usize) -> Value<'static> {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}
