//! Matching: finds the server behind a task from the attributes that its tool put, or makes one known.
//!
//! PutResourceAttributes only leaves a row in a queue; the reconciler works the queue off soon after. Everything it
//! needs is in rows, so that a restart loses nothing and a step may be taken twice.

mod decision;
mod evidence;
mod table;

use std::collections::BTreeSet;

use model_migrationhub::mgh::types::ResourceAttribute;
use service::Call;
use store::{Error, Tx};

use crate::discovered_resource;
use crate::discovery::configuration_item::{self, Item, ItemKind, attribute, foreign};
use crate::migration_task::TaskKey;
use crate::place::Place;

pub(crate) use decision::Decision;
use decision::Narrowing;
use evidence::Evidence;
use table::Matching;
pub(crate) use table::{MIGRATION, purge};

/// Tasks that one transaction of the reconciler matches at most: some 50 ms of work.
const STEPS_MAX: i64 = 100;
/// Candidates that are read of one value; what more servers share tells them apart no better.
const CANDIDATES_MAX: i64 = 100;

/// Takes the attributes of a task for matching, which follows after the answer.
///
/// The generation rises only when the attributes changed, whatever their order. Without discovery nothing is matched.
pub(crate) fn enqueue(
    tx: &mut Tx,
    call: &Call,
    task: &TaskKey,
    stream_name: &str,
    attributes: &[ResourceAttribute],
) -> Result<(), Error> {
    if call.installation.discovery_off {
        return Ok(());
    }
    let pairs = attributes.iter().map(|attribute| (attribute.r#type.clone(), attribute.value.clone()));
    let attributes = Evidence::new(pairs).write();
    let at = Place::from(call);
    let before = table::get(tx, at, task)?;
    if before.as_ref().is_none_or(|before| before.attributes != attributes) {
        let generation = before.map_or(0, |before| before.generation) + 1;
        table::put(tx, at, task, &Matching { stream_name: stream_name.to_owned(), generation, attributes })?;
    }
    table::put_due(tx, at, task)
}

/// Calls off the matching of a task that waits; answers the generation of its attributes, 0 without any.
pub(crate) fn call_off(tx: &mut Tx, at: Place<'_>, task: &TaskKey) -> Result<i64, Error> {
    table::delete_due(tx, at, task)?;
    Ok(table::get(tx, at, task)?.map_or(0, |matching| matching.generation))
}

/// Matches some of the tasks that wait; answers how many.
pub(crate) fn reconcile(tx: &mut Tx, limit: i64) -> Result<usize, Error> {
    let due = table::due(tx, limit.min(STEPS_MAX))?;
    for due in &due {
        let at = Place { account: &due.account, region: &due.region };
        table::delete_due(tx, at, &due.task)?;
        let Some(matching) = table::get(tx, at, &due.task)? else { continue };
        // The stream may have been deleted meanwhile.
        if table::is_alive(tx, at, &due.task)? {
            step(tx, at, &due.task, &matching)?;
        }
    }
    Ok(due.len())
}

/// Says whether a task waits.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool, Error> {
    Ok(!table::due(tx, 1)?.is_empty())
}

fn step(tx: &mut Tx, at: Place<'_>, task: &TaskKey, matching: &Matching) -> Result<(), Error> {
    let evidence = Evidence::read(&matching.attributes)
        .ok_or_else(|| Error::Broken("the attributes of a task to be matched cannot be read".to_owned()))?;
    let steps = evidence.steps();
    if steps.iter().all(Vec::is_empty) {
        // Nothing here belongs to one machine, so there is nothing to know a new one by either.
        return Ok(());
    }
    let id = match decide(tx, at, steps)? {
        Decision::Ambiguous => return Ok(()),
        Decision::Server(id) => learn(tx, at, id, &evidence, &matching.stream_name)?,
        Decision::Unknown => match placeholders(tx, at, task)?.as_mut_slice() {
            [] => make(tx, at, &evidence, &matching.stream_name)?,
            [item] => {
                item.attributes.extend(evidence.attributes(&matching.stream_name));
                item.modified_at = tx.now();
                configuration_item::table::put(tx, at, item)?;
                item.configuration_id.clone()
            }
            _ => return Ok(()),
        },
    };
    discovered_resource::tie_automatically(tx, at, task, &id, matching.generation)
}

/// Makes a server known by what a task says of it.
fn make(tx: &mut Tx, at: Place<'_>, evidence: &Evidence, stream_name: &str) -> Result<String, Error> {
    let now = tx.now();
    let item = Item::new(tx, ItemKind::Server, evidence.attributes(stream_name), now);
    configuration_item::table::put(tx, at, &item)?;
    Ok(item.configuration_id)
}

/// The servers that the task was tied to by hand and of which nothing is known but their id: of one that was carried
/// over from AWS, the task's attributes are the first news, not those of another server (assumed).
fn placeholders(tx: &mut Tx, at: Place<'_>, task: &TaskKey) -> Result<Vec<Item>, Error> {
    let mut found = Vec::new();
    for id in discovered_resource::tied_by_hand(tx, at, task, CANDIDATES_MAX)? {
        let item = configuration_item::table::get(tx, at, &id)?;
        found.extend(item.filter(foreign::is_placeholder));
    }
    Ok(found)
}

/// Asks, step by step, which known servers have the values of a step.
pub(crate) fn decide(
    tx: &mut Tx,
    at: Place<'_>,
    steps: Vec<Vec<(configuration_item::identity::Class, String)>>,
) -> Result<Decision, Error> {
    let mut narrowing = Narrowing::default();
    for values in steps {
        let mut candidates = BTreeSet::new();
        for (class, value) in values {
            candidates.extend(configuration_item::table::with_identity(
                tx,
                at,
                class,
                &value,
                CANDIDATES_MAX,
            )?);
        }
        if let Some(id) = narrowing.take(candidates) {
            return Ok(Decision::Server(id));
        }
    }
    Ok(narrowing.end())
}

/// Adds what a task says to a server that matching itself made known from this stream; what others brought stays as
/// it is (assumed: nothing is published).
fn learn(
    tx: &mut Tx,
    at: Place<'_>,
    id: String,
    evidence: &Evidence,
    stream_name: &str,
) -> Result<String, Error> {
    let Some(mut item) = configuration_item::table::get(tx, at, &id)? else { return Ok(id) };
    if item.attribute(attribute::SOURCE) != Some(stream_name) {
        return Ok(id);
    }
    let before = item.attributes.clone();
    attribute::learn(&mut item.attributes, &evidence.attributes(stream_name));
    if item.attributes != before {
        item.modified_at = tx.now();
        configuration_item::table::put(tx, at, &item)?;
    }
    Ok(id)
}
