//! SQL of asset models, their versions and elements.

use std::collections::BTreeMap;

use model::Timestamp;
use store::{Error, Row, Tx, Value};

use super::composite::table as composition;
use super::definition::Definition;
use super::{AssetModel, AssetModelType, ModelState, Version};
use crate::id::{AssetModelId, CustomId, ExternalId};
use crate::place::Place;

/// Which kind of element an id belongs to; ids are unique per kind in account and Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementKind {
    /// A property.
    Property,
    /// A hierarchy definition.
    Hierarchy,
    /// A composite model.
    Composite,
}

impl ElementKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Hierarchy => "hierarchy",
            Self::Composite => "composite",
        }
    }
}

fn model(row: &Row<'_>) -> Result<AssetModel, Error> {
    let active = match (row.optional_integer(10)?, row.optional_text(11)?) {
        (Some(number), Some(etag)) => Some(Version { number, etag }),
        _ => None,
    };
    Ok(AssetModel {
        id: AssetModelId::stored(row.text(0)?),
        external_id: row.optional_text(1)?.map(ExternalId::stored),
        name: row.text(2)?,
        model_type: AssetModelType::stored(row.str(3)?)?,
        state: ModelState::stored(row.str(4)?)?,
        due_at: row.optional_timestamp(5)?,
        error: row.optional_text(6)?,
        created_at: row.timestamp(7)?,
        updated_at: row.timestamp(8)?,
        latest: Version { number: row.integer(9)?, etag: row.text(12)? },
        active,
    })
}

/// Finds a model by either form of its id.
pub fn get(tx: &mut Tx, place: Place<'_>, id: &CustomId) -> Result<Option<AssetModel>, Error> {
    match id {
        CustomId::Id(id) => by_id(tx, place, id),
        CustomId::External(id) => by_external_id(tx, place, id),
    }
}

/// Finds a model by its id.
pub fn by_id(tx: &mut Tx, place: Place<'_>, id: &str) -> Result<Option<AssetModel>, Error> {
    tx.query_one(
        "SELECT id, external_id, name, model_type, state, due_at, error, created_at, updated_at,
                latest_version, active_version, active_etag, latest_etag
         FROM sitewise_asset_model WHERE account = ?1 AND region = ?2 AND id = ?3",
        &[place.account.into(), place.region.into(), id.into()],
        model,
    )
}

/// Finds a model by its external id.
pub fn by_external_id(tx: &mut Tx, place: Place<'_>, id: &ExternalId) -> Result<Option<AssetModel>, Error> {
    tx.query_one(
        "SELECT id, external_id, name, model_type, state, due_at, error, created_at, updated_at,
                latest_version, active_version, active_etag, latest_etag
         FROM sitewise_asset_model WHERE account = ?1 AND region = ?2 AND external_id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        model,
    )
}

/// Finds the id of the model that has a name.
pub fn id_by_name(tx: &mut Tx, place: Place<'_>, name: &str) -> Result<Option<String>, Error> {
    tx.query_one(
        "SELECT id FROM sitewise_asset_model WHERE account = ?1 AND region = ?2 AND name = ?3",
        &[place.account.into(), place.region.into(), name.into()],
        |row| row.text(0),
    )
}

/// Counts the models, with or without the interfaces.
pub fn count(tx: &mut Tx, place: Place<'_>, interfaces: bool) -> Result<i64, Error> {
    let sql = if interfaces {
        "SELECT COUNT(*) FROM sitewise_asset_model
         WHERE account = ?1 AND region = ?2 AND model_type = 'INTERFACE'"
    } else {
        "SELECT COUNT(*) FROM sitewise_asset_model
         WHERE account = ?1 AND region = ?2 AND model_type <> 'INTERFACE'"
    };
    let count = tx.query_one(sql, &[place.account.into(), place.region.into()], |row| row.integer(0))?;
    Ok(count.unwrap_or(0))
}

/// Inserts a model, or overwrites what may change of it.
pub fn put(tx: &mut Tx, place: Place<'_>, model: &AssetModel) -> Result<(), Error> {
    let active = model.active.as_ref();
    tx.execute(
        "INSERT INTO sitewise_asset_model
             (account, region, id, external_id, name, model_type, state, due_at, error, created_at, updated_at,
              latest_version, latest_etag, active_version, active_etag)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT (account, region, id) DO UPDATE SET
             external_id = excluded.external_id, name = excluded.name, state = excluded.state,
             due_at = excluded.due_at, error = excluded.error, updated_at = excluded.updated_at,
             latest_version = excluded.latest_version, latest_etag = excluded.latest_etag,
             active_version = excluded.active_version, active_etag = excluded.active_etag",
        &[
            place.account.into(),
            place.region.into(),
            model.id.as_str().into(),
            model.external_id.as_ref().map(ExternalId::as_str).into(),
            model.name.as_str().into(),
            model.model_type.as_str().into(),
            model.state.as_str().into(),
            model.due_at.into(),
            (&model.error).into(),
            model.created_at.into(),
            model.updated_at.into(),
            model.latest.number.into(),
            model.latest.etag.as_str().into(),
            active.map(|version| version.number).into(),
            active.map(|version| version.etag.as_str()).into(),
        ],
    )?;
    Ok(())
}

/// Lists models in the order of their creation, after `cursor` (creation time and id).
pub fn list(
    tx: &mut Tx,
    place: Place<'_>,
    types: [AssetModelType; 3],
    active_only: bool,
    (created_at, id): (i64, &str),
    limit: i64,
) -> Result<Vec<AssetModel>, Error> {
    let [one, two, three] = types.map(AssetModelType::as_str);
    tx.query(
        "SELECT id, external_id, name, model_type, state, due_at, error, created_at, updated_at,
                latest_version, active_version, active_etag, latest_etag
         FROM sitewise_asset_model
         WHERE account = ?1 AND region = ?2 AND (created_at, id) > (?3, ?4)
             AND model_type IN (?5, ?6, ?7) AND COALESCE(active_version, 0) >= ?8
         ORDER BY created_at, id LIMIT ?9",
        &[
            place.account.into(),
            place.region.into(),
            created_at.into(),
            id.into(),
            one.into(),
            two.into(),
            three.into(),
            active_only.into(),
            limit.into(),
        ],
        model,
    )
}

/// Lists models whose passing state is over, in any account and Region.
pub fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<(String, String, AssetModel)>, Error> {
    tx.query(
        "SELECT id, external_id, name, model_type, state, due_at, error, created_at, updated_at,
                latest_version, active_version, active_etag, latest_etag, account, region
         FROM sitewise_asset_model WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
        &[now.into(), limit.into()],
        |row| Ok((row.text(13)?, row.text(14)?, model(row)?)),
    )
}

/// Puts models that wait for others to come to rest back into the queue.
pub fn wake(tx: &mut Tx, place: Place<'_>) -> Result<(), Error> {
    tx.execute(
        "UPDATE sitewise_asset_model SET due_at = updated_at
         WHERE account = ?1 AND region = ?2 AND state = 'PROPAGATING' AND due_at IS NULL",
        &[place.account.into(), place.region.into()],
    )?;
    Ok(())
}

/// Removes a model with all of its versions and elements.
pub fn delete(tx: &mut Tx, place: Place<'_>, id: &AssetModelId) -> Result<(), Error> {
    let key: [Value<'_>; 3] = [place.account.into(), place.region.into(), id.as_str().into()];
    tx.execute(
        "DELETE FROM sitewise_asset_model_element WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &key,
    )?;
    tx.execute(
        "DELETE FROM sitewise_asset_model_version WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &key,
    )?;
    tx.execute("DELETE FROM sitewise_asset_model WHERE account = ?1 AND region = ?2 AND id = ?3", &key)?;
    composition::delete(tx, place, id)?;
    Ok(())
}

/// Reads the document of one version.
pub fn document(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
    version: i64,
) -> Result<Option<Definition>, Error> {
    let document = tx.query_one(
        "SELECT document FROM sitewise_asset_model_version
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 AND version = ?4",
        &[place.account.into(), place.region.into(), id.as_str().into(), version.into()],
        |row| Definition::decode(row.str(0)?),
    )?;
    Ok(document)
}

/// Keeps the document of a version.
pub fn put_document(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
    version: i64,
    document: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_asset_model_version (account, region, model_id, version, document)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        &[place.account.into(), place.region.into(), id.as_str().into(), version.into(), document.into()],
    )?;
    Ok(())
}

/// Forgets all versions but the latest and the active one.
pub fn delete_old_documents(tx: &mut Tx, place: Place<'_>, model: &AssetModel) -> Result<(), Error> {
    let active = model.active.as_ref().map_or(model.latest.number, |version| version.number);
    tx.execute(
        "DELETE FROM sitewise_asset_model_version
         WHERE account = ?1 AND region = ?2 AND model_id = ?3 AND version <> ?4 AND version <> ?5",
        &[
            place.account.into(),
            place.region.into(),
            model.id.as_str().into(),
            model.latest.number.into(),
            active.into(),
        ],
    )?;
    Ok(())
}

/// Finds the model that has an element with this id.
pub fn owner(
    tx: &mut Tx,
    place: Place<'_>,
    kind: ElementKind,
    id: &str,
) -> Result<Option<AssetModelId>, Error> {
    tx.query_one(
        "SELECT model_id FROM sitewise_asset_model_element
         WHERE account = ?1 AND region = ?2 AND kind = ?3 AND id = ?4
         UNION ALL
         SELECT model_id FROM sitewise_dropped_element
         WHERE account = ?1 AND region = ?2 AND kind = ?3 AND id = ?4",
        &[place.account.into(), place.region.into(), kind.as_str().into(), id.into()],
        |row| row.text(0).map(AssetModelId::stored),
    )
}

/// Replaces the elements of a model by those of the given definitions.
///
/// What a component model gives is not listed: nobody can choose its ids, nor look it up without the model.
pub fn put_elements(
    tx: &mut Tx,
    place: Place<'_>,
    id: &AssetModelId,
    definitions: &[&Definition],
) -> Result<(), Error> {
    let mut elements = BTreeMap::new();
    for definition in definitions {
        for (property, _) in definition.all_properties().filter(|(property, _)| property.origin.is_none()) {
            elements.insert((ElementKind::Property.as_str(), property.id.as_str()), None);
        }
        for composite in definition.composites.iter().filter(|composite| !composite.is_derived()) {
            elements.insert((ElementKind::Composite.as_str(), composite.id.as_str()), None);
        }
        for hierarchy in &definition.hierarchies {
            let key = (ElementKind::Hierarchy.as_str(), hierarchy.id.as_str());
            elements.insert(key, Some(&hierarchy.child_asset_model_id));
        }
    }
    // Most updates add and remove little: only that is written.
    let known = tx.query(
        "SELECT kind, id FROM sitewise_asset_model_element
         WHERE account = ?1 AND region = ?2 AND model_id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    for (kind, element) in &known {
        if elements.remove(&(kind.as_str(), element.as_str())).is_none() {
            tx.execute(
                "DELETE FROM sitewise_asset_model_element
                 WHERE account = ?1 AND region = ?2 AND kind = ?3 AND id = ?4",
                &[place.account.into(), place.region.into(), kind.as_str().into(), element.as_str().into()],
            )?;
        }
    }
    for (key, child) in elements {
        put_element(tx, place, id, key, child)?;
    }
    composition::put(tx, place, id, definitions)
}

fn put_element(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    (kind, id): (&str, &str),
    child: Option<&AssetModelId>,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO sitewise_asset_model_element (account, region, kind, id, model_id, child_model_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (account, region, kind, id) DO NOTHING",
        &[
            place.account.into(),
            place.region.into(),
            kind.into(),
            id.into(),
            model_id.as_str().into(),
            child.map(AssetModelId::as_str).into(),
        ],
    )?;
    Ok(())
}

/// Lists the pairs of models that hierarchies join, parent first, one pair for each hierarchy.
pub fn edges(tx: &mut Tx, place: Place<'_>) -> Result<Vec<(AssetModelId, AssetModelId)>, Error> {
    tx.query(
        "SELECT model_id, child_model_id FROM sitewise_asset_model_element
         WHERE account = ?1 AND region = ?2 AND kind = 'hierarchy'",
        &[place.account.into(), place.region.into()],
        |row| Ok((AssetModelId::stored(row.text(0)?), AssetModelId::stored(row.text(1)?))),
    )
}

/// Lists the models with a hierarchy of which this model's assets are the children, once for each hierarchy.
pub fn parents(tx: &mut Tx, place: Place<'_>, id: &AssetModelId) -> Result<Vec<AssetModelId>, Error> {
    tx.query(
        "SELECT model_id FROM sitewise_asset_model_element
         WHERE account = ?1 AND region = ?2 AND kind = 'hierarchy' AND child_model_id = ?3",
        &[place.account.into(), place.region.into(), id.as_str().into()],
        |row| row.text(0).map(AssetModelId::stored),
    )
}
