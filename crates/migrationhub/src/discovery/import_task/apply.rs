//! What a row of an import does: a server known or described anew, its applications, its tags.

use std::collections::BTreeSet;

use store::{Error, Tx};

use super::row::Row;
use super::{COMPLETE, COMPLETE_WITH_ERRORS, FAILED, IN_PROGRESS, SERVER_LIMIT, Task, table};
use crate::application_state;
use crate::discovery::configuration_item::attribute::{self, Attributes};
use crate::discovery::configuration_item::{self, Item, ItemKind};
use crate::discovery::{application, tag};
use crate::matching::{self, Decision};
use crate::place::Place;

/// Servers that imports may bring: "10,000 imported servers" (user guide, quotas).
const IMPORTED_SERVERS_MAX: i64 = 10_000;

/// Applies the rows of a file behind those that were taken before, and ends the task with the last of them.
///
/// `rows` are all rows of the file, those that cannot be read with the reason; up to `limit` are taken. Answers
/// whether the task has ended.
pub fn apply(
    tx: &mut Tx,
    account: &str,
    region: &str,
    import_task_id: &str,
    rows: &[Result<Row, String>],
    limit: usize,
) -> Result<bool, Error> {
    let at = Place { account, region };
    // The task may have been deleted meanwhile.
    let found = table::get(tx, at, import_task_id)?.filter(|task| task.status == IN_PROGRESS);
    let Some(mut task) = found else { return Ok(true) };
    let taken = usize::try_from(task.rows_taken).unwrap_or(usize::MAX);
    let mut room = IMPORTED_SERVERS_MAX - configuration_item::table::count_imported(tx, at)?;
    for row in rows.iter().skip(taken).take(limit) {
        task.rows_taken += 1;
        let outcome = match row {
            Ok(row) => take(tx, at, &mut task, row, &mut room)?,
            Err(why) => Outcome::Failed(why.clone()),
        };
        match outcome {
            Outcome::Taken => task.servers_imported += 1,
            Outcome::Failed(why) => {
                task.servers_failed += 1;
                task.fail(task.rows_taken, &why);
            }
            Outcome::Full => {
                task.fail(task.rows_taken, &format!("{IMPORTED_SERVERS_MAX} servers are imported already"));
                task.end(SERVER_LIMIT, tx.now());
                table::put(tx, &task)?;
                return Ok(true);
            }
        }
    }
    let is_over = usize::try_from(task.rows_taken).is_ok_and(|taken| taken >= rows.len());
    if is_over {
        let status = match (task.servers_imported, task.failures.is_empty()) {
            (0, false) => FAILED,
            (_, false) => COMPLETE_WITH_ERRORS,
            (_, true) => COMPLETE,
        };
        task.end(status, tx.now());
    }
    table::put(tx, &task)?;
    Ok(is_over)
}

enum Outcome {
    Taken,
    Failed(String),
    /// No more servers may be imported.
    Full,
}

fn take(tx: &mut Tx, at: Place<'_>, task: &mut Task, row: &Row, room: &mut i64) -> Result<Outcome, Error> {
    let known = match matching::decide(tx, at, row.steps())? {
        Decision::Ambiguous => {
            return Ok(Outcome::Failed("several known servers fit this row".to_owned()));
        }
        Decision::Server(id) => configuration_item::table::get(tx, at, &id)?,
        Decision::Unknown => None,
    };
    if let Some(why) = too_many_tags(tx, at, known.as_ref(), row)? {
        return Ok(Outcome::Failed(why));
    }
    let now = tx.now();
    let server = match known {
        Some(mut server) => {
            attribute::replace(&mut server.attributes, &row.attributes);
            server.modified_at = now;
            server
        }
        None if *room <= 0 => return Ok(Outcome::Full),
        None => {
            *room -= 1;
            let mut attributes = row.attributes.clone();
            attributes.insert(attribute::TYPE.to_owned(), attribute::TYPE_OTHER.to_owned());
            let mut server = Item::new(tx, ItemKind::Server, attributes, now);
            server.import_task_id = Some(task.import_task_id.clone());
            server
        }
    };
    configuration_item::table::put(tx, at, &server)?;
    for (key, value) in &row.tags {
        tag::put(tx, at, &server, key, value)?;
    }
    for name in &row.applications {
        join(tx, at, task, &server.configuration_id, name)?;
    }
    Ok(Outcome::Taken)
}

fn too_many_tags(
    tx: &mut Tx,
    at: Place<'_>,
    known: Option<&Item>,
    row: &Row,
) -> Result<Option<String>, Error> {
    let mut keys: BTreeSet<String> = row.tags.iter().map(|(key, _)| key.clone()).collect();
    if let Some(item) = known {
        keys.extend(tag::table::of(tx, at, &item.configuration_id)?.into_iter().map(|tag| tag.key));
    }
    let many = keys.len() > tag::TAGS_MAX;
    Ok(many.then(|| format!("the server would have more than {} tags", tag::TAGS_MAX)))
}

/// Puts a server into the application of a name, which is created where there is none.
fn join(tx: &mut Tx, at: Place<'_>, task: &mut Task, server: &str, name: &str) -> Result<(), Error> {
    let id = match application::named(tx, at, name)? {
        Some(id) => id,
        None if application::is_full(tx, at)? => {
            task.applications_failed += 1;
            task.fail(task.rows_taken, &format!("the application '{name}' would be one too many"));
            return Ok(());
        }
        None => {
            task.applications_imported += 1;
            let name = (attribute::APPLICATION_NAME.to_owned(), name.to_owned());
            let now = tx.now();
            application::make(tx, at, Attributes::from([name]), now)?.configuration_id
        }
    };
    if application::table::count(tx, at, &id)? >= application::SERVERS_MAX
        && !application::table::servers_of(tx, at, &id)?.iter().any(|found| found == server)
    {
        task.applications_failed += 1;
        task.fail(task.rows_taken, &format!("the application '{name}' would have too many servers"));
        return Ok(());
    }
    if application::table::put(tx, at, &id, server)? {
        let now = tx.now();
        configuration_item::table::touch(tx, at, &id, now)?;
        application_state::server_joined(tx, at, &id, server)?;
    }
    Ok(())
}
