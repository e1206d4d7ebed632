//! Rows of values that are on their way to their sinks: pages of messages, and how far each sink has come.

use store::{Error, Row, Tx};

use super::Message;

/// Pages hold messages with the numbers `first` to `last`; the row of `notify_value_state` says up to which group of the
/// log of values they are there. `lost` counts what a sink can never get.
pub(crate) const SCHEMA: &str = "
CREATE TABLE notify_value_state (
    account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    position INTEGER NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (account, region, name));
CREATE TABLE notify_value_page (
    account TEXT NOT NULL, region TEXT NOT NULL, last INTEGER NOT NULL,
    first INTEGER NOT NULL, written_at INTEGER NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (account, region, last));
CREATE TABLE notify_value_sink (
    account TEXT NOT NULL, region TEXT NOT NULL, sink TEXT NOT NULL,
    number INTEGER NOT NULL, lost INTEGER NOT NULL,
    PRIMARY KEY (account, region, sink));
";

/// Up to where values are in pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// The last group of the log that is.
    pub position: u64,
    /// The number of the last message.
    pub number: i64,
}

/// How far a sink has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The last message that it need not see again.
    pub number: i64,
    /// Messages that were gone before it got them.
    pub lost: i64,
}

/// Messages in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The number of the first one.
    pub first: i64,
    pub messages: Vec<Message>,
}

/// Finds up to where values are in pages; nothing before the first start.
pub(crate) fn state(tx: &mut Tx) -> Result<Option<State>, Error> {
    tx.query_one(
        "SELECT position, number FROM notify_value_state WHERE account = '' AND region = '' AND name = 'main'",
        &[],
        |row| Ok(State { position: row.integer(0)?.unsigned_abs(), number: row.integer(1)? }),
    )
}

/// Keeps up to where values are in pages.
pub(crate) fn put_state(tx: &mut Tx, state: State) -> Result<(), Error> {
    let position = i64::try_from(state.position).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO notify_value_state (account, region, name, position, number) VALUES ('', '', 'main', ?1, ?2)
         ON CONFLICT (account, region, name) DO UPDATE SET position = ?1, number = ?2",
        &[position.into(), state.number.into()],
    )?;
    Ok(())
}

/// Adds a page.
pub(crate) fn add_page(tx: &mut Tx, page: &Page) -> Result<(), Error> {
    let body = encode(&page.messages);
    let last = page.first + i64::try_from(page.messages.len()).unwrap_or_default() - 1;
    let size = i64::try_from(body.len()).unwrap_or(i64::MAX);
    let now = tx.now();
    tx.execute(
        "INSERT INTO notify_value_page (account, region, last, first, written_at, size, body)
         VALUES ('', '', ?1, ?2, ?3, ?4, ?5)",
        &[last.into(), page.first.into(), now.into(), size.into(), body.into()],
    )?;
    Ok(())
}

/// Reads the page that holds the first message behind a number, or the first one after it that there is.
pub(crate) fn page_behind(tx: &mut Tx, number: i64) -> Result<Option<Page>, Error> {
    tx.query_one(
        "SELECT first, body FROM notify_value_page WHERE account = '' AND region = '' AND last > ?1
         ORDER BY last LIMIT 1",
        &[number.into()],
        page,
    )
}

fn page(row: &Row<'_>) -> Result<Page, Error> {
    let messages =
        decode(&row.blob(1)?).ok_or_else(|| Error::Broken("a page of values can't be read".to_owned()))?;
    Ok(Page { first: row.integer(0)?, messages })
}

/// The last number of the newest page, and how much all pages hold.
pub(crate) fn held(tx: &mut Tx) -> Result<i64, Error> {
    let held = tx.query_one(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM notify_value_page WHERE account = '' AND region = ''",
        &[],
        |row| row.integer(0),
    )?;
    Ok(held.unwrap_or_default())
}

/// Lists the oldest pages: last number, when it was written, size.
pub(crate) fn oldest(tx: &mut Tx, limit: i64) -> Result<Vec<(i64, i64, i64)>, Error> {
    tx.query(
        "SELECT last, written_at, size FROM notify_value_page WHERE account = '' AND region = ''
         ORDER BY last LIMIT ?1",
        &[limit.into()],
        |row| Ok((row.integer(0)?, row.integer(1)?, row.integer(2)?)),
    )
}

/// Removes pages up to a number.
pub(crate) fn remove(tx: &mut Tx, last: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM notify_value_page WHERE account = '' AND region = '' AND last <= ?1",
        &[last.into()],
    )
}

/// Finds how far a sink has come.
pub(crate) fn sink(tx: &mut Tx, name: &str) -> Result<Option<Place>, Error> {
    tx.query_one(
        "SELECT number, lost FROM notify_value_sink WHERE account = '' AND region = '' AND sink = ?1",
        &[name.into()],
        |row| Ok(Place { number: row.integer(0)?, lost: row.integer(1)? }),
    )
}

/// Keeps how far a sink has come.
pub(crate) fn put_sink(tx: &mut Tx, name: &str, place: Place) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO notify_value_sink (account, region, sink, number, lost) VALUES ('', '', ?1, ?2, ?3)
         ON CONFLICT (account, region, sink) DO UPDATE SET number = ?2, lost = ?3",
        &[name.into(), place.number.into(), place.lost.into()],
    )?;
    Ok(())
}

/// Finds how far the last of all sinks has come; nothing without sinks.
pub(crate) fn slowest(tx: &mut Tx) -> Result<Option<i64>, Error> {
    let least = tx.query_one(
        "SELECT MIN(number) FROM notify_value_sink WHERE account = '' AND region = ''",
        &[],
        |row| row.optional_integer(0),
    )?;
    Ok(least.flatten())
}

/// Forgets sinks that are not configured any more: nothing waits for them.
pub(crate) fn keep_sinks(tx: &mut Tx, names: &[String]) -> Result<(), Error> {
    let known =
        tx.query("SELECT sink FROM notify_value_sink WHERE account = '' AND region = ''", &[], |row| {
            row.text(0)
        })?;
    for name in known.iter().filter(|name| !names.contains(name)) {
        tx.execute(
            "DELETE FROM notify_value_sink WHERE account = '' AND region = '' AND sink = ?1",
            &[name.into()],
        )?;
    }
    Ok(())
}

/// Writes messages as lines of four fields; none of them holds a tab or the end of a line.
fn encode(messages: &[Message]) -> Vec<u8> {
    let mut body = Vec::new();
    for Message { account, region, topic, payload } in messages {
        let fields = [account, region, topic, payload];
        for (i, field) in fields.into_iter().enumerate() {
            body.extend_from_slice(field.as_bytes());
            body.push(if i == 3 { b'\n' } else { b'\t' });
        }
    }
    body
}

fn decode(body: &[u8]) -> Option<Vec<Message>> {
    std::str::from_utf8(body).ok()?.lines().map(line).collect()
}

fn line(line: &str) -> Option<Message> {
    let mut fields = line.splitn(4, '\t').map(str::to_owned);
    Some(Message {
        account: fields.next()?,
        region: fields.next()?,
        topic: fields.next()?,
        payload: fields.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_back() {
        let message = |payload: &str| Message {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            topic: "$aws/x".into(),
            payload: payload.into(),
        };
        let messages = vec![message(r#"{"a":"ä\t\n"}"#), message("")];
        assert_eq!(decode(&encode(&messages)), Some(messages));
        assert_eq!(decode(b""), Some(Vec::new()));
        assert_eq!(decode(b"a\tb\tc\n"), None);
    }
}
