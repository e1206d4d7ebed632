//! The tables of this service, as they came to be.
//!
//! Statements over them stand in the `table.rs` of each room.

/// Version 1: asset models, assets and tags.
///
/// - An asset has at most one parent, so the association is two columns of the child: no row can break that rule.
/// - `due_at` is set while a row is in a passing state: those rows are the reconciler's work queue.
/// - `model_version` is the version of its model that an asset was rolled to; it shows as UPDATING until that is
///   the model's active one, so that an update of a model need not touch all of its assets twice.
/// - The elements (properties, hierarchies) of all versions in use are listed for what must be unique in the
///   account or is looked up from outside; everything else about them is in the version's document.
pub const VERSION_1: &str = "
CREATE TABLE sitewise_asset_model (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    external_id TEXT,
    name TEXT NOT NULL,
    model_type TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    latest_version INTEGER NOT NULL,
    latest_etag TEXT NOT NULL,
    active_version INTEGER,
    active_etag TEXT,
    PRIMARY KEY (account, region, id)
);
CREATE UNIQUE INDEX sitewise_asset_model_name ON sitewise_asset_model (account, region, name);
CREATE UNIQUE INDEX sitewise_asset_model_external ON sitewise_asset_model (account, region, external_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX sitewise_asset_model_created ON sitewise_asset_model (account, region, created_at, id);
CREATE INDEX sitewise_asset_model_due ON sitewise_asset_model (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE sitewise_asset_model_version (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    model_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, region, model_id, version)
);

CREATE TABLE sitewise_asset_model_element (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    model_id TEXT NOT NULL,
    child_model_id TEXT,
    PRIMARY KEY (account, region, kind, id)
);
CREATE INDEX sitewise_asset_model_element_model ON sitewise_asset_model_element (account, region, model_id);
CREATE INDEX sitewise_asset_model_element_child ON sitewise_asset_model_element (account, region, child_model_id)
    WHERE child_model_id IS NOT NULL;

CREATE TABLE sitewise_asset (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    external_id TEXT,
    name TEXT NOT NULL,
    description TEXT,
    model_id TEXT NOT NULL,
    model_version INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    parent_id TEXT,
    hierarchy_id TEXT,
    PRIMARY KEY (account, region, id)
);
CREATE UNIQUE INDEX sitewise_asset_external ON sitewise_asset (account, region, external_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX sitewise_asset_model_assets ON sitewise_asset (account, region, model_id, created_at, id);
CREATE INDEX sitewise_asset_children ON sitewise_asset (account, region, parent_id, created_at, id)
    WHERE parent_id IS NOT NULL;
CREATE INDEX sitewise_asset_roots ON sitewise_asset (account, region, created_at, id) WHERE parent_id IS NULL;
CREATE INDEX sitewise_asset_due ON sitewise_asset (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE sitewise_tag (
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    resource TEXT NOT NULL,
    tag_key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, region, resource, tag_key)
);
";
