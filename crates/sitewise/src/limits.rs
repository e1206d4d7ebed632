//! Quotas of IoT SiteWise: how many of a thing there may be.
//!
//! Passing one answers `LimitExceededException` (410). Each constant names AWS's quota code where it is known; the
//! defaults are the most permissive values that AWS published, since a home server has no neighbours to protect.

/// Asset models and component models of an account in a Region (L-CB5C18A8: 100 in 2023; the TwinMaker sync page
/// implies 1,000).
pub const ASSET_MODELS_MAX: i64 = 1_000;

/// Assets of one model (L-7D3E8B47: 10,000 in 2023; the TwinMaker sync page implies 100,000).
pub const ASSETS_PER_MODEL_MAX: i64 = 100_000;

/// One creation in so many counts the assets of its model.
///
/// Counting costs a walk over all of them, and on PostgreSQL it makes every concurrent creation collide; sampling
/// lets the quota be passed by a few dozen assets and keeps creation at constant cost.
pub const ASSETS_COUNTED_ONE_IN: u8 = 64;

/// Children of one asset over all of its hierarchies (L-350DA9CF: 100 in 2023; the TwinMaker sync page: 2,000).
pub const CHILDREN_PER_ASSET_MAX: i64 = 2_000;

/// Assets on the longest way from a root to a leaf (L-7E24D4D3).
pub const ASSET_TREE_DEPTH_MAX: i64 = 10;

/// Hierarchy definitions of one model (L-CEBEAFA0: 20 in 2023; raised since).
pub const HIERARCHIES_PER_MODEL_MAX: usize = 30;

/// Properties of one model (L-1526C0DE: 200 in 2023, up to 500 today; the TwinMaker sync page allows 600
/// properties and hierarchies together).
pub const PROPERTIES_PER_MODEL_MAX: usize = 600;

/// Composite models of one model, without those that component models give (L-C90B3537, value unpublished).
pub const COMPOSITES_PER_MODEL_MAX: usize = 30;

/// Composite models on the longest way from a model to a property (L-BEF0A9F6, value unpublished).
pub const COMPOSITE_DEPTH_MAX: usize = 10;

/// Properties of one composite model (L-9EE97145; 200 by the API reference).
pub const PROPERTIES_PER_COMPOSITE_MAX: usize = 200;

/// Properties and composite models of one model, with all that component models give: component models in component
/// models multiply, so there has to be an end.
pub const ELEMENTS_PER_MODEL_MAX: usize = 5_000;

/// Models that use one component model (L-0114DD6D, value unpublished).
pub const MODELS_PER_COMPONENT_MAX: i64 = 1_000;

/// Models in one tree of hierarchy definitions (50 in 2023).
pub const MODELS_PER_TREE_MAX: usize = 50;

/// Variables of one expression (10 in 2023).
pub const VARIABLES_PER_EXPRESSION_MAX: usize = 10;

/// Properties whose expression reads one property directly (20 in 2023).
pub const DIRECT_DEPENDENTS_MAX: usize = 20;

/// Properties that depend on one property directly or through others (30 in 2023).
pub const DEPENDENTS_MAX: usize = 30;

/// Properties on the longest chain of expressions (10 in 2023).
pub const PROPERTY_TREE_DEPTH_MAX: usize = 10;

/// Tags of one resource.
pub const TAGS_PER_RESOURCE_MAX: i64 = 50;

/// Entries of a page when the caller does not say.
pub const PAGE_DEFAULT: i64 = 50;

/// Assets to which one step of the reconciler (or the operation itself) rolls a new model version, and rows of theirs
/// that it removes; a fleet of less than so many is done before the answer is sent.
///
/// A step is one transaction, and the writer waits for it: no longer than 50 ms.
pub const ASSETS_PER_STEP: i64 = 500;

/// Portals of an account in a Region (L-A5652910).
pub const PORTALS_MAX: i64 = 100;

/// Projects of one portal.
pub const PROJECTS_PER_PORTAL_MAX: i64 = 100;

/// Dashboards of one project.
pub const DASHBOARDS_PER_PROJECT_MAX: i64 = 100;

/// Bytes of a portal's logo, less than: "the file size must be less than 1 MB" (API reference).
pub const PORTAL_LOGO_BYTES_MAX: usize = 1024 * 1024;

/// How long the address of a portal's logo is good for, in milliseconds (API reference: 15 minutes).
pub const PORTAL_LOGO_URL_MS: i64 = 15 * 60 * 1000;

/// Gateways of an account in a Region (100 in 2023).
pub const GATEWAYS_MAX: i64 = 100;

/// Sources of one kind (OPC UA, Modbus, EtherNet/IP) of one gateway (100 each in 2023).
pub const SOURCES_PER_GATEWAY_MAX: usize = 100;

/// Capabilities of one gateway: AWS names four collectors and publishers in a few versions each, and all of them are
/// shown at once, so there has to be an end.
pub const CAPABILITIES_PER_GATEWAY_MAX: usize = 50;

/// Asset models that implement one interface (L-F1B7F675; AWS publishes no value).
pub const MODELS_PER_INTERFACE_MAX: i64 = 1_000;

/// Computation models of an account in a Region (assumed: AWS names the quota and publishes no value).
pub const COMPUTATION_MODELS_MAX: i64 = 1_000;

/// Input properties of one computation model (assumed: AWS publishes no value; Lookout for Equipment took 300
/// sensors).
pub const COMPUTATION_MODEL_INPUTS_MAX: usize = 1_000;

/// Actions of one asset or computation model that are remembered, and their executions (assumed: AWS publishes no
/// value). The oldest are forgotten: AWS has no operation that deletes one, so a refusal would be for ever.
pub const ACTIONS_PER_TARGET_MAX: i64 = 1_000;

/// Models that one write of a component model or interface takes along before its answer is sent; the reconciler does
/// the others.
pub const FOLLOWERS_INLINE_MAX: usize = 20;

/// Models that follow a component model or interface and are looked up at a time.
pub const FOLLOWERS_PER_STEP: i64 = 20;
