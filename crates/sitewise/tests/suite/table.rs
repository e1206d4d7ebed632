//! Rows as no operation leaves them, for tests of what operations do with them.

use testkit::World;

/// Puts an asset into a state in which no operation leaves it without a propagation delay.
#[track_caller]
pub fn set_state(world: &World, id: &str, state: &'static str) {
    let id = id.to_owned();
    let changed: Result<u64, store::Error> = world.store().write_blocking(move |tx| {
        tx.execute("UPDATE sitewise_asset SET state = ?1 WHERE id = ?2", &[state.into(), (&id).into()])
    });
    assert_eq!(changed.unwrap(), 1);
}

/// Puts an asset below another one without any check.
#[track_caller]
pub fn set_parent(world: &World, child: &str, parent: &str) {
    let (child, parent) = (child.to_owned(), parent.to_owned());
    let changed: Result<u64, store::Error> = world.store().write_blocking(move |tx| {
        tx.execute(
            "UPDATE sitewise_asset SET parent_id = ?1, hierarchy_id = ?2 WHERE id = ?3",
            &[(&parent).into(), "elsewhere".into(), (&child).into()],
        )
    });
    assert_eq!(changed.unwrap(), 1);
}

/// The id of one copy, counted from 1.
pub fn copied(i: i64) -> String {
    format!("00000000-0000-4000-9000-{i:012}")
}

/// Copies an asset many times; the copies are one millisecond younger.
#[track_caller]
pub fn copy(world: &World, id: &str, times: i64) {
    let id = id.to_owned();
    let copied: Result<u64, store::Error> = world.store().write_blocking(move |tx| {
        tx.execute(
            "WITH RECURSIVE number (i) AS (
                 SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM number WHERE i < ?2)
             INSERT INTO sitewise_asset (account, region, id, name, model_id, model_version, state, created_at,
                 updated_at)
             SELECT account, region, '00000000-0000-4000-9000-' || SUBSTR(CAST(1000000000000 + i AS TEXT), 2), name, model_id, model_version, state, created_at + 1, updated_at
             FROM sitewise_asset, number WHERE id = ?1",
            &[(&id).into(), times.into()],
        )
    });
    assert_eq!(copied.unwrap(), times.unsigned_abs());
}

/// Puts a computation model into a state in which no operation leaves it without a propagation delay.
#[track_caller]
pub fn set_computation_model_state(world: &World, id: &str, state: &'static str) {
    let id = id.to_owned();
    let changed: Result<u64, store::Error> = world.store().write_blocking(move |tx| {
        tx.execute(
            "UPDATE sitewise_computation_model SET state = ?1 WHERE id = ?2",
            &[state.into(), (&id).into()],
        )
    });
    assert_eq!(changed.unwrap(), 1);
}

/// Copies a computation model many times, without what its versions say.
#[track_caller]
pub fn copy_computation_model(world: &World, id: &str, times: i64) {
    let id = id.to_owned();
    let copied: Result<u64, store::Error> = world.store().write_blocking(move |tx| {
        tx.execute(
            "WITH RECURSIVE number (i) AS (
                 SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM number WHERE i < ?2)
             INSERT INTO sitewise_computation_model (account, region, id, name, state, created_at, updated_at,
                 latest_version)
             SELECT account, region, 'copy-' || i, 'copy-' || i, state, created_at, updated_at, latest_version
             FROM sitewise_computation_model, number WHERE id = ?1",
            &[(&id).into(), times.into()],
        )
    });
    assert_eq!(copied.unwrap(), times.unsigned_abs());
}

/// Counts rows of time series, and rows of what properties have of their own besides.
pub fn own_rows(world: &World) -> (i64, i64) {
    let rows: Result<_, store::Error> = world.store().write_blocking(|tx| {
        let series = tx.query_one("SELECT COUNT(*) FROM sitewise_time_series", &[], |row| row.integer(0))?;
        let own = tx.query_one("SELECT COUNT(*) FROM sitewise_asset_property", &[], |row| row.integer(0))?;
        Ok((series.unwrap(), own.unwrap()))
    });
    rows.unwrap()
}

/// Puts all copies of an asset into a hierarchy of a parent without any check.
#[track_caller]
pub fn set_parent_of_copies(world: &World, parent: &str, hierarchy: &str) {
    let (parent, hierarchy) = (parent.to_owned(), hierarchy.to_owned());
    let changed: Result<u64, store::Error> = world.store().write_blocking(move |tx| {
        tx.execute(
            "UPDATE sitewise_asset SET parent_id = ?1, hierarchy_id = ?2 WHERE id LIKE '00000000-0000-4000-9000-%'",
            &[(&parent).into(), (&hierarchy).into()],
        )
    });
    assert!(changed.unwrap() > 0);
}

/// How many tags there are in the whole database.
#[track_caller]
pub fn count_tags(world: &World) -> i64 {
    count(world, "SELECT COUNT(*) FROM sitewise_tag")
}

/// How many capabilities of gateways there are in the whole database.
#[track_caller]
pub fn count_capabilities(world: &World) -> i64 {
    count(world, "SELECT COUNT(*) FROM sitewise_gateway_capability")
}

#[track_caller]
fn count(world: &World, sql: &'static str) -> i64 {
    let count: Result<Option<i64>, store::Error> =
        world.store().read_blocking(move |tx| tx.query_one(sql, &[], |row| row.integer(0)));
    count.unwrap().unwrap()
}

/// Copies the relation between an interface and the model that implements it many times, for models that are not there.
#[track_caller]
pub fn copy_relation(world: &World, interface: &str, times: i64) {
    let interface = interface.to_owned();
    let copied: Result<u64, store::Error> = world.store().write_blocking(move |tx| {
        tx.execute(
            "WITH RECURSIVE number (i) AS (
                 SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM number WHERE i < ?2)
             INSERT INTO sitewise_interface_relation (account, region, model_id, interface_id, created_at,
                 interface_version, mapping)
             SELECT account, region, 'copy-' || i, interface_id, created_at, interface_version, mapping
             FROM sitewise_interface_relation, number WHERE interface_id = ?1",
            &[(&interface).into(), times.into()],
        )
    });
    assert_eq!(copied.unwrap(), times.unsigned_abs());
}

/// Marks a hierarchy as one that its model has lost, while rows of assets still name it.
#[track_caller]
pub fn drop_hierarchy(world: &World, id: &str, model: &str) {
    let (id, model) = (id.to_owned(), model.to_owned());
    let marked: Result<u64, store::Error> = world.store().write_blocking(move |tx| {
        tx.execute(
            "INSERT INTO sitewise_dropped_element (account, region, kind, id, model_id)
             VALUES (?1, ?2, 'hierarchy', ?3, ?4)",
            &["111122223333".into(), "us-east-1".into(), (&id).into(), (&model).into()],
        )
    });
    assert_eq!(marked.unwrap(), 1);
}
