//! Arguments that many operations take: ids in either form, descriptions, and the page of a list.

use model::{Spec, Timestamp};
use service::Call;
use service::page::Page;

use crate::Error;
use crate::error::invalid;
use crate::id::{CustomId, ExternalId};
use crate::limits::PAGE_DEFAULT;

/// Reads an id that may also be an external id; `member` is its name in the request.
pub fn custom_id(member: &str, text: &str) -> Result<CustomId, Error> {
    CustomId::parse(text).ok_or_else(|| {
        invalid(format!("{member} '{text}' is neither a lowercase UUID nor 'externalId:' and an external id"))
    })
}

/// Reads the user's own id for a new thing.
pub fn own_id<T>(member: &str, text: Option<&str>, parse: fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
    let refuse =
        |text: &str| invalid(format!("{member} '{text}' is not a lowercase UUID other than the nil one"));
    text.map(|text| parse(text).ok_or_else(|| refuse(text))).transpose()
}

/// Reads the user's external id for a thing.
pub fn external_id(member: &str, text: Option<&str>) -> Result<Option<ExternalId>, Error> {
    let refuse = |text: &str| {
        invalid(format!(
            "{member} '{text}' is not an external id: 2 to 128 letters, digits, '_', '-', '.' or ':', a letter, \
             digit or '_' at both ends"
        ))
    };
    text.map(|text| ExternalId::parse(text).ok_or_else(|| refuse(text))).transpose()
}

/// Reads a description; an empty one is none, since clients send back what a template or a describe gave them.
pub fn description(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

/// One page of a list: how many entries, after which one.
pub struct Paging<'a> {
    page: Page<'a>,
    size: usize,
    after: Option<Vec<String>>,
}

impl<'a> Paging<'a> {
    /// Reads `nextToken` and `maxResults`; `filters` are all other arguments of the list, in a fixed order.
    pub fn open(
        call: &'a Call,
        spec: &'static Spec,
        filters: &'a [&'a str],
        next_token: Option<&str>,
        max_results: Option<i64>,
    ) -> Result<Self, Error> {
        let page = Page::new(call, spec, filters);
        let after = page
            .open_optional(next_token, None)
            .map_err(|refused| invalid(format!("nextToken is not valid: {refused}")))?;
        let size = usize::try_from(max_results.unwrap_or(PAGE_DEFAULT)).unwrap_or_default().max(1);
        Ok(Self { page, size, after })
    }

    /// Answers how many rows to look up: the page, and one more that tells whether another page follows.
    pub fn limit(&self) -> i64 {
        i64::try_from(self.size).expect("a page has at most 250 entries") + 1
    }

    /// Answers the key of the last entry shown, or nothing on the first page.
    pub fn after(&self) -> Option<&[String]> {
        self.after.as_deref()
    }

    /// Answers the position after which a list ordered by creation time and id goes on.
    pub fn after_created(&self) -> Result<(i64, &str), Error> {
        match self.after() {
            None => Ok((i64::MIN, "")),
            Some([created_at, id]) => match created_at.parse() {
                Ok(created_at) => Ok((created_at, id)),
                Err(_) => Err(invalid("nextToken is not valid")),
            },
            Some(_) => Err(invalid("nextToken is not valid")),
        }
    }

    /// Cuts the rows to the page and makes the token of the next one, if more rows follow.
    pub fn close<T>(&self, rows: &mut Vec<T>, key: impl Fn(&T) -> Vec<String>) -> Option<String> {
        if rows.len() <= self.size {
            return None;
        }
        rows.truncate(self.size);
        let key = key(rows.last()?);
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        Some(self.page.seal(&key))
    }
}

/// Makes the key of a row in a list ordered by creation time and id.
pub fn created_key(created_at: Timestamp, id: &str) -> Vec<String> {
    vec![created_at.millis().to_string(), id.to_owned()]
}
