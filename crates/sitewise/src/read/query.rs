//! Reading in pages: where a page begins, where it ends, and what its token holds.

use model::Members;
use series::error::Error as EngineError;
use series::scan::Direction;
use series::tables::Tables;
use series::{Point, Quality};
use service::Call;
use service::page::Page;

use super::list::{List, Room};
use super::member::{get, text};
use super::source::Readable;
use crate::Error;
use crate::error::invalid;

/// The last item that was shown: its instant and its quality.
pub type Cursor = (i64, Quality);

/// How far a page came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Everything was shown.
    Complete,
    /// More follows behind this item, or from the beginning.
    Cut(Option<Cursor>),
}

/// What is asked of one stream.
pub trait Query: Sized + Send + Sync + 'static {
    /// The list in the answer.
    const LIST: &'static str;
    /// Most items of a page.
    const ITEMS_MAX: usize;
    /// Most items of a page over several streams.
    const BATCH_ITEMS_MAX: usize;
    /// Most bytes of a page.
    const BYTES_MAX: usize;

    /// Reads what is asked for, besides the stream.
    fn read(call: &Call, members: &Members) -> Result<Self, Error>;

    /// Writes the items behind `after` until the page is full.
    fn page(
        &self,
        tables: &Tables,
        readable: &Readable,
        after: Option<Cursor>,
        page: (&mut Room, &mut List),
    ) -> Result<Progress, EngineError>;
}

/// Reads `timeOrdering`; the oldest comes first if nothing is said.
pub fn direction(members: &Members) -> Direction {
    match text(members, "timeOrdering") {
        Some("DESCENDING") => Direction::Descending,
        _ => Direction::Ascending,
    }
}

/// Reads `maxResults`; more than a page may have is `InvalidRequestException` (assumed).
pub fn items(members: &Members, default: usize, most: usize) -> Result<usize, Error> {
    let Some(asked) = get::<i64>(members, "maxResults") else { return Ok(default) };
    let fits = usize::try_from(asked).ok().filter(|items| (1..=most).contains(items));
    fits.ok_or_else(|| invalid(format!("maxResults is {asked}; it must be from 1 to {most}")))
}

/// Says whether an item comes behind the last one that was shown.
pub fn is_behind(item: Cursor, shown: Option<Cursor>, direction: Direction) -> bool {
    match direction {
        Direction::Ascending => shown.is_none_or(|shown| item > shown),
        Direction::Descending => shown.is_none_or(|shown| item < shown),
    }
}

/// Answers what stands in lists in the place of a point.
pub fn cursor(point: &Point) -> Cursor {
    (point.timestamp, point.quality)
}

/// Writes a cursor into a token.
pub fn seal(cursor: Option<Cursor>) -> [String; 2] {
    cursor.map_or_else(Default::default, |(at, quality)| [at.to_string(), quality.code().to_string()])
}

/// Reads a cursor out of a token.
pub fn open(at: &str, quality: &str) -> Result<Option<Cursor>, Error> {
    if at.is_empty() {
        return Ok(None);
    }
    let quality = quality.parse().ok().and_then(Quality::from_code);
    match (at.parse(), quality) {
        (Ok(at), Some(quality)) => Ok(Some((at, quality))),
        _ => Err(invalid("nextToken is not valid")),
    }
}

/// Writes everything that is asked for as one text, for tokens: what follows a page is asked for in the same words.
pub fn words(members: &Members) -> String {
    let of_page = |name: &str| matches!(name, "maxResults" | "nextToken");
    let asked: Members = members
        .iter()
        .filter(|(name, value)| !of_page(name) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    serde_json::Value::Object(asked).to_string()
}

/// Opens the token of a request, if it has one; what it holds has `N` texts.
pub fn open_token<const N: usize>(page: &Page<'_>, members: &Members) -> Result<Option<[String; N]>, Error> {
    let opened = page.open_optional(text(members, "nextToken"), None);
    let opened = opened.map_err(|refused| invalid(format!("nextToken is not valid: {refused}")))?;
    let Some(texts) = opened else { return Ok(None) };
    texts.try_into().map(Some).map_err(|_| invalid("nextToken is not valid"))
}
