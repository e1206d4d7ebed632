//! SQL of composition: which composite models are made from which component model.

use std::collections::BTreeMap;

use store::{Error, Tx};

use crate::asset_model::Definition;
use crate::id::{AssetModelId, CompositeId};
use crate::place::Place;

/// One row for each composite model made from a component model, in the latest or the active version of its model.
///
/// `component_version` is the version of the component model that is written out, in the latest version if that one has
/// the composite model; rows behind the component's active version are what its propagation still has to do.
pub const SCHEMA: &str = "
CREATE TABLE sitewise_asset_model_composition (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    component_id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    composite_id TEXT NOT NULL,
    component_version INTEGER NOT NULL,
    PRIMARY KEY (account, region, component_id, model_id, composite_id)
);
CREATE INDEX sitewise_asset_model_composition_model
    ON sitewise_asset_model_composition (account, region, model_id);
";

/// Replaces what is known about the composite models of one model by what the given definitions say, the first that
/// has a composite model before the others.
pub fn put(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    definitions: &[&Definition],
) -> Result<(), Error> {
    let mut rows = BTreeMap::new();
    for definition in definitions {
        for composite in definition.composites.iter().filter(|composite| !composite.is_derived()) {
            if let Some(component) = &composite.component {
                let key = (component.id.as_str(), composite.id.as_str());
                rows.entry(key).or_insert(component.version);
            }
        }
    }
    let known = tx.query(
        "SELECT component_id, composite_id, component_version FROM sitewise_asset_model_composition
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 ORDER BY component_id, composite_id",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
        |row| Ok((row.text(0)?, row.text(1)?, row.integer(2)?)),
    )?;
    let same = known.len() == rows.len()
        && known.iter().all(|(component, composite, version)| {
            rows.get(&(component.as_str(), composite.as_str())) == Some(version)
        });
    if same {
        return Ok(());
    }
    delete(tx, place, model_id)?;
    for ((component_id, composite_id), version) in rows {
        tx.execute(
            "INSERT INTO sitewise_asset_model_composition
                 (account, region, component_id, model_id, composite_id, component_version)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                place.account.into(),
                place.region.into(),
                component_id.into(),
                model_id.as_str().into(),
                composite_id.into(),
                version.into(),
            ],
        )?;
    }
    Ok(())
}

/// Forgets the composite models of one model.
pub fn delete(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM sitewise_asset_model_composition WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &[place.account.into(), place.region.into(), model_id.as_str().into()],
    )?;
    Ok(())
}

/// Lists where a component model is used, by model and composite model.
pub fn uses(
    tx: &mut Tx,
    place: Place<'_>,
    component_id: &AssetModelId,
) -> Result<Vec<(AssetModelId, CompositeId)>, Error> {
    page(tx, place, component_id, ("", ""), i64::MAX)
}

/// Lists where a component model is used, after a pair of model and composite model.
pub fn page(
    tx: &mut Tx,
    place: Place<'_>,
    component_id: &AssetModelId,
    (model_id, composite_id): (&str, &str),
    limit: i64,
) -> Result<Vec<(AssetModelId, CompositeId)>, Error> {
    tx.query(
        "SELECT model_id, composite_id FROM sitewise_asset_model_composition
         WHERE account = ?1 AND region = ?2 AND component_id = ?3 AND (model_id, composite_id) > (?4, ?5)
         ORDER BY model_id, composite_id LIMIT ?6",
        &[
            place.account.into(),
            place.region.into(),
            component_id.as_str().into(),
            model_id.into(),
            composite_id.into(),
            limit.into(),
        ],
        |row| Ok((AssetModelId::stored(row.text(0)?), CompositeId::stored(row.text(1)?))),
    )
}

/// Counts the models that use a component model.
pub fn count_users(tx: &mut Tx, place: Place<'_>, component_id: &AssetModelId) -> Result<i64, Error> {
    let count = tx.query_one(
        "SELECT COUNT(DISTINCT model_id) FROM sitewise_asset_model_composition
         WHERE account = ?1 AND region = ?2 AND component_id = ?3",
        &[place.account.into(), place.region.into(), component_id.as_str().into()],
        |row| row.integer(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Lists models in which an older version of a component model is written out than the given one.
pub fn behind(
    tx: &mut Tx,
    place: Place<'_>,
    component_id: &AssetModelId,
    version: i64,
    limit: i64,
) -> Result<Vec<AssetModelId>, Error> {
    tx.query(
        "SELECT DISTINCT model_id FROM sitewise_asset_model_composition
         WHERE account = ?1 AND region = ?2 AND component_id = ?3 AND component_version < ?4
         ORDER BY model_id LIMIT ?5",
        &[
            place.account.into(),
            place.region.into(),
            component_id.as_str().into(),
            version.into(),
            limit.into(),
        ],
        |row| row.text(0).map(AssetModelId::stored),
    )
}

/// Finds a model that uses a component model and is in a passing state.
pub fn any_unsettled(
    tx: &mut Tx,
    place: Place<'_>,
    component_id: &AssetModelId,
) -> Result<Option<AssetModelId>, Error> {
    tx.query_one(
        "SELECT used.model_id FROM sitewise_asset_model_composition used
         JOIN sitewise_asset_model model
             ON model.account = used.account AND model.region = used.region AND model.id = used.model_id
         WHERE used.account = ?1 AND used.region = ?2 AND used.component_id = ?3
             AND model.state <> 'ACTIVE' AND model.state <> 'FAILED' LIMIT 1",
        &[place.account.into(), place.region.into(), component_id.as_str().into()],
        |row| row.text(0).map(AssetModelId::stored),
    )
}
