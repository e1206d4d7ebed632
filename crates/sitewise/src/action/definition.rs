//! Which actions a computation model or an anomaly composite model offers.

use model_sitewise::types as t;
use sha2::{Digest as _, Sha256};

use crate::asset_model::composite::CompositeType;
use crate::asset_model::{Definition, composite::Composite};
use crate::id::ComputationModelId;

/// Action type that trains a computation model.
pub const TRAINING: &str = "AWS/ANOMALY_DETECTION_TRAINING";
/// Action type that starts and stops looking for anomalies.
pub const INFERENCE: &str = "AWS/ANOMALY_DETECTION_INFERENCE";
/// Action types of an `AWS/L4E_ANOMALY` composite model (AWS's sample for anomaly detection with Lookout for
/// Equipment names them).
pub const LOOKOUT: [&str; 3] = ["AWS/L4E_TRAINING", "AWS/L4E_INFERENCE", "AWS/L4E_TRAINING_WITH_INFERENCE"];

/// Lists the actions of a computation model: training and inference.
pub fn of_computation_model(id: &ComputationModelId) -> Vec<t::ActionDefinition> {
    [TRAINING, INFERENCE].into_iter().map(|name| definition(id.as_str(), name)).collect()
}

/// Lists the actions of a composite model: those of Lookout for Equipment, which are taken on the assets of
/// its model; nothing for composite models of other types.
pub fn of_composite(composite: &Composite) -> Option<Vec<t::ActionDefinition>> {
    let offered = || LOOKOUT.into_iter().map(|name| definition(composite.id.as_str(), name)).collect();
    (composite.composite_type == CompositeType::Anomaly).then(offered)
}

/// Lists the actions of all composite models of an asset's model.
pub fn of_asset(definition: &Definition) -> Vec<t::ActionDefinition> {
    definition.composites.iter().filter_map(of_composite).flatten().collect()
}

/// Describes an action; its name is that of its type (AWS's sample finds it so).
fn definition(owner: &str, name: &str) -> t::ActionDefinition {
    t::ActionDefinition {
        action_definition_id: derived_id(owner, name),
        action_name: name.to_owned(),
        action_type: name.to_owned(),
    }
}

/// Makes the id of an action: a UUID out of the digest of its owner's id and its type (assumed), so that it
/// stays the same without being stored.
fn derived_id(owner: &str, name: &str) -> String {
    let digest = Sha256::new().chain_update(owner).chain_update([0]).chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let number = u128::from_be_bytes(bytes);
    // Version 8 (custom) and the variant of RFC 9562.
    let number = number & !(0xf << 76) | (0x8 << 76);
    let number = number & !(0b11 << 62) | (0b10 << 62);
    let hex = format!("{number:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_action_is_a_uuid_that_never_changes() {
        let id = ComputationModelId::stored("a1b2c3d4-5678-90ab-cdef-11111aaaaaaa".into());
        let [training, inference] = &of_computation_model(&id)[..] else { panic!("two actions") };
        assert_eq!(training.action_definition_id, "c2d2cb34-4e80-8c05-b112-fc66738e9913");
        assert!(ComputationModelId::parse(&inference.action_definition_id).is_some());
        assert_ne!(training.action_definition_id, inference.action_definition_id);
        assert_eq!((training.action_type.as_str(), inference.action_name.as_str()), (TRAINING, INFERENCE));
    }
}
