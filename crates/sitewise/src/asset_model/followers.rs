//! How a new version of a component model or interface reaches the models that follow it.
//!
//! While it is PROPAGATING, each step gives some of its followers their next version, which then come to rest like
//! after any update; it becomes ACTIVE after the last of them. What is still to be done is read from the followers'
//! rows each time, so a step may be taken again after a crash.

use model::{ModelledError as _, Timestamp};
use store::{Error, Tx};

use super::accept::{accept_both, accept_within};
use super::composite::component;
use super::draft::Checked;
use super::interface::propagate as interface;
use super::progress::Budget;
use super::{AssetModel, AssetModelType, Definition, ModelState, definition, table};
use crate::id::AssetModelId;
use crate::limits::FOLLOWERS_PER_STEP;
use crate::place::Place;

/// How far the followers of a model are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All follow its active version and rest.
    Done,
    /// Some were given their next version, others wait for theirs.
    More,
    /// Nothing can be done before some follower has come to rest.
    Waits,
}

/// Gives followers of a model their next versions, as many as the budget allows.
pub fn propagate(
    tx: &mut Tx,
    place: Place<'_>,
    source: &AssetModel,
    budget: &mut Budget,
) -> Result<Progress, Error> {
    if source.model_type == AssetModelType::AssetModel {
        return Ok(Progress::Done);
    }
    let mut renewed = 0;
    for id in behind(tx, place, source, FOLLOWERS_PER_STEP)? {
        let Some(mut model) = table::by_id(tx, place, id.as_str())? else { continue };
        if !matches!(model.state, ModelState::Active | ModelState::Failed) {
            continue;
        }
        if !budget.take() {
            return Ok(Progress::More);
        }
        give(tx, place, source, &mut model, budget)?;
        renewed += 1;
    }
    if renewed > 0 && !behind(tx, place, source, 1)?.is_empty() {
        return Ok(Progress::More);
    }
    match any_unsettled(tx, place, source)? {
        Some(_) => Ok(Progress::Waits),
        None => Ok(Progress::Done),
    }
}

/// Gives one follower its next version; a follower that has FAILED gets one for each of its two versions.
fn give(
    tx: &mut Tx,
    place: Place<'_>,
    source: &AssetModel,
    model: &mut AssetModel,
    budget: &mut Budget,
) -> Result<(), Error> {
    // PROPAGATING began as long after the acceptance as UPDATING lasted, and lasts as long again.
    let lasts = source.due_at.map_or(0, |due_at| (due_at.millis() - source.updated_at.millis()) / 2);
    let due_at = Timestamp::from_millis(tx.now().millis() + lasts);
    let base = definition(tx, place, &model.id, &model.latest)?;
    let latest = renew(tx, place, source, model, &base)?;
    let active = model.active.clone().filter(|active| *active != model.latest);
    if let (Some(active), true) = (active, latest.failure.is_some()) {
        let base = definition(tx, place, &model.id, &active)?;
        let active = renew(tx, place, source, model, &base)?;
        if active.failure.is_none() {
            return accept_both(tx, place, model, (active, latest), (due_at, budget));
        }
    }
    accept_within(tx, place, model, latest, (due_at, budget))
}

fn behind(
    tx: &mut Tx,
    place: Place<'_>,
    source: &AssetModel,
    limit: i64,
) -> Result<Vec<AssetModelId>, Error> {
    match source.model_type {
        AssetModelType::AssetModel => Ok(Vec::new()),
        AssetModelType::ComponentModel => component::behind(tx, place, source, limit),
        AssetModelType::Interface => interface::behind(tx, place, source, limit),
    }
}

fn renew(
    tx: &mut Tx,
    place: Place<'_>,
    source: &AssetModel,
    model: &AssetModel,
    base: &Definition,
) -> Result<Checked, Error> {
    let renewed = match source.model_type {
        AssetModelType::Interface => interface::renew(tx, place, source, model, base),
        AssetModelType::AssetModel | AssetModelType::ComponentModel => {
            component::renew(tx, place, source, model, base)
        }
    };
    match renewed {
        Ok(checked) => Ok(checked),
        Err(crate::Error::Modelled(refused)) => {
            Ok(Checked { definition: base.clone(), failure: Some(refused.message().to_owned()) })
        }
        Err(crate::Error::Store(broken)) => Err(broken),
        Err(crate::Error::Denied(_)) => {
            Err(Error::Broken("a version of a follower was denied, though nobody asked".to_owned()))
        }
    }
}

fn any_unsettled(tx: &mut Tx, place: Place<'_>, source: &AssetModel) -> Result<Option<AssetModelId>, Error> {
    match source.model_type {
        AssetModelType::AssetModel => Ok(None),
        AssetModelType::ComponentModel => super::composite::table::any_unsettled(tx, place, &source.id),
        AssetModelType::Interface => interface::any_unsettled(tx, place, source),
    }
}
