//! Replays one task here. Everything is an upsert; updates that are here already are not sent again.

use serde_json::{Value, json};

use super::Side;
use super::source::{self, Revealed};
use super::summary::Counts;
use super::tie;
use crate::aws_client::{CallError, moment};

/// Brings a task here to what the source revealed of it; answers also the servers that it was tied to before this
/// server began to match it by its attributes, if it does.
pub(super) fn replay(
    here: Side<'_>,
    stream: &str,
    name: &str,
    revealed: &Revealed,
) -> Result<(Counts, Option<Vec<String>>), CallError> {
    let at = || source::input(stream, name);
    here.hub("ImportMigrationTask", &at())?;
    let mut counts = Counts { tasks: 1, ..Counts::default() };
    // Links come before attributes: what a person or the source's matching decided is not guessed again.
    for (operation, member, items, count) in [
        (
            "AssociateCreatedArtifact",
            "CreatedArtifact",
            &revealed.created_artifacts,
            &mut counts.created_artifacts,
        ),
        (
            "AssociateDiscoveredResource",
            "DiscoveredResource",
            &revealed.discovered_resources,
            &mut counts.discovered_resources,
        ),
        (
            "AssociateSourceResource",
            "SourceResource",
            &revealed.source_resources,
            &mut counts.source_resources,
        ),
    ] {
        for item in items {
            let mut input = at();
            input[member] = item.clone();
            here.hub(operation, &input)?;
            *count += 1;
        }
    }
    let tied = put_attributes(here, at(), &revealed.attributes, &mut counts)?;
    notify(here, stream, name, &revealed.updates, &mut counts)?;
    Ok((counts, tied))
}

fn put_attributes(
    here: Side<'_>,
    at: Value,
    attributes: &[Value],
    counts: &mut Counts,
) -> Result<Option<Vec<String>>, CallError> {
    if attributes.is_empty() {
        return Ok(None);
    }
    counts.attribute_lists += 1;
    let mut described = here.hub("DescribeMigrationTask", &at)?;
    // Putting the same list again would match the task again.
    if described["MigrationTask"]["ResourceAttributeList"].take() == json!(attributes) {
        return Ok(None);
    }
    let tied = tie::of(here, at.clone())?;
    let mut input = at;
    input["ResourceAttributeList"] = json!(attributes);
    here.hub("PutResourceAttributes", &input)?;
    Ok(Some(tied))
}

fn notify(
    here: Side<'_>,
    stream: &str,
    name: &str,
    updates: &[Value],
    counts: &mut Counts,
) -> Result<(), CallError> {
    if updates.is_empty() {
        counts.tasks_never_notified += 1;
        return Ok(());
    }
    counts.updates_of_equal_time += of_equal_time(updates);
    let missing = missing(updates, &source::updates(here, stream, name)?);
    counts.updates_here_already += updates.len() - missing.len();
    for update in missing {
        let mut input = source::input(stream, name);
        input["Task"] = update["MigrationTaskState"].clone();
        input["UpdateDateTime"] = update["UpdateDateTime"].clone();
        input["NextUpdateSeconds"] = json!(0);
        here.hub("NotifyMigrationTaskState", &input)?;
        counts.updates += 1;
    }
    Ok(())
}

/// The updates that are not among those here, each of those counting once; the order is kept.
fn missing<'a>(updates: &'a [Value], here: &[Value]) -> Vec<&'a Value> {
    let key = |update: &Value| (moment(&update["UpdateDateTime"]), update["MigrationTaskState"].to_string());
    let mut here: Vec<_> = here.iter().map(key).collect();
    here.sort();
    let mut used = vec![false; here.len()];
    updates
        .iter()
        .filter(|update| {
            let wanted = key(update);
            let first = here.partition_point(|known| *known < wanted);
            let same = (first..here.len()).take_while(|place| here[*place] == wanted);
            let free = same.into_iter().find(|place| !used[*place]);
            if let Some(place) = free {
                used[place] = true;
            }
            free.is_none()
        })
        .collect()
}

/// How many updates share their time with the one before.
fn of_equal_time(updates: &[Value]) -> usize {
    let same = |pair: &&[Value]| moment(&pair[0]["UpdateDateTime"]) == moment(&pair[1]["UpdateDateTime"]);
    updates.windows(2).filter(same).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(at: f64, percent: i64) -> Value {
        json!({"UpdateDateTime": at, "MigrationTaskState": {"Status": "IN_PROGRESS", "ProgressPercent": percent}})
    }

    #[test]
    fn only_what_is_not_here_is_sent_and_each_once() {
        let all = [update(1.0, 1), update(2.5, 2), update(2.5, 2), update(3.0, 3)];
        assert_eq!(missing(&all, &[]).len(), 4);
        let here = [update(3.0, 3), update(2.5, 2), update(9.0, 9)];
        assert_eq!(missing(&all, &here), [&all[0], &all[2]], "of two equal updates one is here");
        assert!(missing(&all, &all).is_empty());
        let whole = json!({"UpdateDateTime": 1, "MigrationTaskState": all[0]["MigrationTaskState"]});
        assert!(missing(&all[..1], &[whole]).is_empty(), "1 and 1.0 are the same time");
    }

    #[test]
    fn updates_of_one_second_are_counted() {
        assert_eq!(of_equal_time(&[update(1.0, 1), update(2.0, 2), update(2.0, 3), update(2.0, 4)]), 2);
    }
}
