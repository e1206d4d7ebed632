//! What one version of a computation model says: its configuration, and what its variables are bound to.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::{invalid, limit};
use crate::id::{AssetId, AssetModelId, PropertyId};
use crate::limits::COMPUTATION_MODEL_INPUTS_MAX;

/// Layout of the document; a later one takes the next number and reads this one too.
const LAYOUT: u32 = 1;

/// One version of a computation model: everything that an update replaces.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    layout: u32,
    /// Name of the model in this version.
    pub name: String,
    /// Description, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The variable, without `${}`, that stands for what anomalies are looked for in.
    pub inputs: String,
    /// The variable, without `${}`, that stands for where results go.
    pub result: String,
    /// What each variable is bound to.
    pub bindings: BTreeMap<String, Binding>,
}

/// What a variable is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Binding {
    /// One property.
    One(BoundProperty),
    /// Several properties.
    List(Vec<BoundProperty>),
}

/// A property that a variable is bound to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BoundProperty {
    /// A property of all assets of a model; each action says which asset is meant.
    AssetModel(AssetModelId, PropertyId),
    /// A property of one asset.
    Asset(AssetId, PropertyId),
}

/// An asset or asset model, as something that bindings name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bindable<'a> {
    /// An asset.
    Asset(&'a AssetId),
    /// An asset model.
    AssetModel(&'a AssetModelId),
}

impl Definition {
    /// Puts a definition together.
    ///
    /// Errors in the order of their checks: a variable that stands for both inputs and result, one that is
    /// not bound, a binding that no variable uses, no input at all, too many, several results, asset models
    /// and assets mixed, several asset models.
    pub fn new(
        name: String,
        description: Option<String>,
        (inputs, result): (String, String),
        bindings: BTreeMap<String, Binding>,
    ) -> Result<Self, Error> {
        let definition = Self { layout: LAYOUT, name, description, inputs, result, bindings };
        definition.check_variables()?;
        definition.check_counts()?;
        definition.check_level()?;
        Ok(definition)
    }

    /// Lists the properties that inputs are read from.
    pub fn input_properties(&self) -> &[BoundProperty] {
        self.bindings.get(&self.inputs).map_or(&[], Binding::properties)
    }

    /// Lists the property that results go to: one.
    pub fn result_property(&self) -> &[BoundProperty] {
        self.bindings.get(&self.result).map_or(&[], Binding::properties)
    }

    /// Lists all properties that the variables are bound to, in the order of the variables.
    pub fn bound(&self) -> impl Iterator<Item = &BoundProperty> {
        self.bindings.values().flat_map(Binding::properties)
    }

    /// Answers the asset model that all properties are bound on; nothing when they are bound on assets.
    pub fn asset_model(&self) -> Option<&AssetModelId> {
        self.bound().find_map(|bound| match bound {
            BoundProperty::AssetModel(model, _) => Some(model),
            BoundProperty::Asset(..) => None,
        })
    }

    fn check_variables(&self) -> Result<(), Error> {
        if self.inputs == self.result {
            return Err(invalid(format!(
                "inputProperties and resultProperty both use the variable '{}'; they need one each",
                self.inputs
            )));
        }
        let used = [&self.inputs, &self.result];
        if let Some(unbound) = used.into_iter().find(|variable| !self.bindings.contains_key(*variable)) {
            return Err(invalid(format!(
                "The variable '{unbound}' of computationModelConfiguration has no entry in \
                 computationModelDataBinding"
            )));
        }
        match self.bindings.keys().find(|variable| !used.contains(variable)) {
            None => Ok(()),
            Some(stray) => Err(invalid(format!(
                "computationModelDataBinding binds '{stray}', which computationModelConfiguration does not use; it \
                 uses '{}' and '{}'",
                self.inputs, self.result
            ))),
        }
    }

    fn check_counts(&self) -> Result<(), Error> {
        if self.input_properties().is_empty() {
            return Err(invalid(format!(
                "The variable '{}' is bound to an empty list; anomalies are looked for in one property or more",
                self.inputs
            )));
        }
        let count = self.input_properties().len();
        if count > COMPUTATION_MODEL_INPUTS_MAX {
            return Err(limit(format!(
                "The variable '{}' is bound to {count} properties; a computation model reads \
                 {COMPUTATION_MODEL_INPUTS_MAX} at most",
                self.inputs
            )));
        }
        if matches!(self.bindings.get(&self.result), Some(Binding::List(_))) {
            return Err(invalid(format!(
                "The variable '{}' is bound to a list; results go to exactly one assetModelProperty or \
                 assetProperty",
                self.result
            )));
        }
        Ok(())
    }

    /// Checks that all bindings are of one level, and those of asset models of one asset model (assumed).
    fn check_level(&self) -> Result<(), Error> {
        let Some(model) = self.asset_model() else { return Ok(()) };
        for bound in self.bound() {
            match bound {
                BoundProperty::AssetModel(other, _) if other == model => {}
                BoundProperty::AssetModel(other, _) => {
                    return Err(invalid(format!(
                        "computationModelDataBinding names the asset models '{model}' and '{other}'; all properties \
                         must be of one asset model, or be given as assetProperty"
                    )));
                }
                BoundProperty::Asset(asset, _) => {
                    return Err(invalid(format!(
                        "computationModelDataBinding mixes assetModelProperty (asset model '{model}') and \
                         assetProperty (asset '{asset}'); all entries must be of one kind"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Writes the document.
    ///
    /// # Panics
    /// Never: a definition holds only strings, lists and maps of strings, which always encode.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("a definition holds only strings and lists")
    }

    /// Reads a document that [`Definition::encode`] wrote.
    pub fn decode(document: &str) -> Result<Self, store::Error> {
        let definition: Self = serde_json::from_str(document).map_err(|error| {
            store::Error::Broken(format!("a computation model's definition can't be read: {error}"))
        })?;
        if definition.layout == LAYOUT {
            return Ok(definition);
        }
        let layout = definition.layout;
        Err(store::Error::Broken(format!("a computation model's definition has the unknown layout {layout}")))
    }
}

impl Binding {
    /// Lists the properties.
    pub fn properties(&self) -> &[BoundProperty] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::List(list) => list,
        }
    }
}

impl BoundProperty {
    /// Answers whose property it is.
    pub fn owner(&self) -> Bindable<'_> {
        match self {
            Self::AssetModel(model, _) => Bindable::AssetModel(model),
            Self::Asset(asset, _) => Bindable::Asset(asset),
        }
    }

    /// Answers the id of the property.
    pub fn property(&self) -> &PropertyId {
        match self {
            Self::AssetModel(_, property) | Self::Asset(_, property) => property,
        }
    }
}

impl<'a> Bindable<'a> {
    /// The kind of an asset as it is stored.
    pub const ASSET: &'static str = "asset";

    /// Answers the id.
    pub fn id(self) -> &'a str {
        match self {
            Self::Asset(id) => id.as_str(),
            Self::AssetModel(id) => id.as_str(),
        }
    }

    /// Names the kind as it is stored.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Asset(_) => Self::ASSET,
            Self::AssetModel(_) => "asset-model",
        }
    }
}

impl fmt::Display for Bindable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asset(id) => write!(f, "Asset '{id}'"),
            Self::AssetModel(id) => write!(f, "Asset model '{id}'"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_model(model: &str, property: &str) -> BoundProperty {
        BoundProperty::AssetModel(AssetModelId::stored(model.into()), PropertyId::stored(property.into()))
    }

    fn on_asset(asset: &str, property: &str) -> BoundProperty {
        BoundProperty::Asset(AssetId::stored(asset.into()), PropertyId::stored(property.into()))
    }

    fn make(bindings: Vec<(&str, Binding)>) -> Result<Definition, Error> {
        let bindings =
            bindings.into_iter().map(|(variable, binding)| (variable.to_owned(), binding)).collect();
        Definition::new("pumps".into(), None, ("inputs".into(), "result".into()), bindings)
    }

    #[test]
    fn a_definition_reads_back_as_it_was_written() {
        let made = make(vec![
            ("inputs", Binding::List(vec![on_asset("a", "p"), on_asset("b", "p")])),
            ("result", Binding::One(on_asset("a", "r"))),
        ])
        .unwrap();
        assert_eq!(Definition::decode(&made.encode()).unwrap(), made);
        assert_eq!(made.asset_model(), None);
        assert_eq!(made.bound().count(), 3);
    }

    #[test]
    fn a_document_of_a_newer_layout_is_refused() {
        let newer = r#"{"layout":2,"name":"n","inputs":"i","result":"r","bindings":{}}"#;
        assert!(matches!(Definition::decode(newer), Err(store::Error::Broken(_))));
    }

    #[test]
    fn one_asset_model_or_any_assets() {
        let inputs = |list| ("inputs", Binding::List(list));
        let one = |bound| ("result", Binding::One(bound));
        assert!(make(vec![inputs(vec![on_model("m", "p")]), one(on_model("m", "r"))]).is_ok());
        assert!(make(vec![inputs(vec![on_model("m", "p")]), one(on_model("n", "r"))]).is_err());
        assert!(make(vec![inputs(vec![on_asset("a", "p")]), one(on_model("m", "r"))]).is_err());
        assert!(make(vec![inputs(Vec::new()), one(on_model("m", "r"))]).is_err());
    }
}
