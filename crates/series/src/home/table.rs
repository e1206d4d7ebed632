//! SQL of the manifest and of the log's rows.

use store::{Error, Row, Tx, Value};

use crate::log::Position;
use crate::manifest::Change;
use crate::segment::{Description, State};

/// Segments, how far the log is in them, and the log itself where it is kept in rows.
///
/// `engine` names the engine whose rows these are: one today; where several nodes share a database, each has its own.
pub const SCHEMA: &str = "
CREATE TABLE series_engine (
    engine TEXT NOT NULL,
    sealed INTEGER NOT NULL,
    next_number INTEGER NOT NULL,
    PRIMARY KEY (engine)
);

CREATE TABLE series_segment (
    engine TEXT NOT NULL,
    number INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    tier INTEGER NOT NULL,
    stretch INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    points INTEGER NOT NULL,
    size INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    PRIMARY KEY (engine, number)
);

CREATE TABLE series_log (
    engine TEXT NOT NULL,
    position INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (engine, position)
);
";

fn number(row: &Row<'_>, column: usize) -> Result<u64, Error> {
    u64::try_from(row.integer(column)?)
        .map_err(|_| Error::Broken("a number of a segment is negative".to_owned()))
}

fn stored(number: u64) -> Value<'static> {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn description(row: &Row<'_>) -> Result<Description, Error> {
    let small = |column| -> Result<u32, Error> {
        u32::try_from(row.integer(column)?)
            .map_err(|_| Error::Broken("a number of a segment is out of range".to_owned()))
    };
    Ok(Description {
        number: number(row, 0)?,
        generation: number(row, 1)?,
        tier: small(2)?,
        stretch: row.integer(3)?,
        first: row.integer(4)?,
        last: row.integer(5)?,
        points: number(row, 6)?,
        bytes: number(row, 7)?,
        crc: small(8)?,
    })
}

/// Reads the whole manifest of an engine; one that never changed is empty.
pub fn load(tx: &mut Tx, engine: &str) -> Result<State, Error> {
    let segments = tx.query(
        "SELECT number, generation, tier, stretch, first_at, last_at, points, size, crc
         FROM series_segment WHERE engine = ?1 ORDER BY number",
        &[engine.into()],
        description,
    )?;
    Ok(State { segments, ..progress(tx, engine)? })
}

/// Makes a change of the manifest.
pub fn save(tx: &mut Tx, engine: &str, change: &Change) -> Result<(), Error> {
    for removed in &change.removed {
        tx.execute(
            "DELETE FROM series_segment WHERE engine = ?1 AND number = ?2",
            &[engine.into(), stored(*removed)],
        )?;
    }
    for added in &change.added {
        tx.execute(
            "INSERT INTO series_segment
                 (engine, number, generation, tier, stretch, first_at, last_at, points, size, crc)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            &[
                engine.into(),
                stored(added.number),
                stored(added.generation),
                added.tier.into(),
                added.stretch.into(),
                added.first.into(),
                added.last.into(),
                stored(added.points),
                stored(added.bytes),
                added.crc.into(),
            ],
        )?;
    }
    let mut state = progress(tx, engine)?;
    state.apply(change);
    tx.execute(
        "INSERT INTO series_engine (engine, sealed, next_number) VALUES (?1, ?2, ?3)
         ON CONFLICT (engine) DO UPDATE SET sealed = excluded.sealed, next_number = excluded.next_number",
        &[engine.into(), stored(state.sealed), stored(state.next_number)],
    )?;
    Ok(())
}

/// Reads how far an engine is, without its segments.
fn progress(tx: &mut Tx, engine: &str) -> Result<State, Error> {
    let progress = tx.query_one(
        "SELECT sealed, next_number FROM series_engine WHERE engine = ?1",
        &[engine.into()],
        |row| Ok((number(row, 0)?, number(row, 1)?)),
    )?;
    let (sealed, next_number) = progress.unwrap_or_default();
    Ok(State { segments: Vec::new(), sealed, next_number })
}

/// Answers the position of the last group that is kept in rows.
pub fn last(tx: &mut Tx, engine: &str) -> Result<Option<Position>, Error> {
    tx.query_one(
        "SELECT position FROM series_log WHERE engine = ?1 ORDER BY position DESC LIMIT 1",
        &[engine.into()],
        |row| number(row, 0),
    )
}

/// Keeps a group.
pub fn append(tx: &mut Tx, engine: &str, position: Position, group: &[u8]) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO series_log (engine, position, content) VALUES (?1, ?2, ?3)",
        &[engine.into(), stored(position), group.into()],
    )?;
    Ok(())
}

/// Reads up to `limit` groups behind a position.
pub fn groups(
    tx: &mut Tx,
    engine: &str,
    after: Position,
    limit: i64,
) -> Result<Vec<(Position, Vec<u8>)>, Error> {
    tx.query(
        "SELECT position, content FROM series_log
         WHERE engine = ?1 AND position > ?2 ORDER BY position LIMIT ?3",
        &[engine.into(), stored(after), limit.into()],
        |row| Ok((number(row, 0)?, row.blob(1)?)),
    )
}

/// Forgets the groups behind a position.
pub fn forget_behind(tx: &mut Tx, engine: &str, last: Position) -> Result<(), Error> {
    tx.execute("DELETE FROM series_log WHERE engine = ?1 AND position > ?2", &[engine.into(), stored(last)])?;
    Ok(())
}

/// Forgets groups up to a position.
pub fn release(tx: &mut Tx, engine: &str, upto: Position) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM series_log WHERE engine = ?1 AND position <= ?2",
        &[engine.into(), stored(upto)],
    )?;
    Ok(())
}
