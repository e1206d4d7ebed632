//! What an account has in IoT SiteWise: models, assets and how they hang together, read through the public operations.

mod asset;
mod call;
mod model;
mod names;
mod value;
mod view;

pub use self::asset::{KnownAsset, KnownProperty, Place, Units, assets, settings};
pub use self::call::{Api, Remote, all, each, is_gone, tags};
pub use self::model::{
    KnownComposite, KnownElement, KnownHierarchy, KnownModel, composite_leaf, describe, models,
};
pub use self::names::Names;
pub use self::value::{Reading, VALUES_PER_READ, VALUES_PER_WRITE, entry, values, written};
pub use self::view::{asset_view, model_view};
