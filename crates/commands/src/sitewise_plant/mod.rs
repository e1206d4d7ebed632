//! A plant file: models and assets of IoT SiteWise as a person writes them, by their names.
//!
//! Reading and writing only; what an account holds, and how it becomes what the file says, is told elsewhere.
//! `docs/plant-file.md` describes the format.

mod alias;
mod check;
mod check_formula;
mod fault;
mod formula;
mod interface;
mod node;
mod order;
mod read;
mod read_asset;
mod read_model;
mod read_property;
mod text;
mod write;

use std::collections::BTreeMap;

pub use self::fault::{Fault, Mark};
pub use self::formula::infer;
pub use self::read::read;
pub use self::text::{is_equal_value, is_external_id, is_id};

/// The version of the format that is read and written.
pub const VERSION: &str = "1";

/// What a plant file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plant {
    /// Models of every kind; their names differ.
    pub models: Vec<Model>,
    /// Assets without a parent, each with everything below it.
    pub assets: Vec<Asset>,
}

/// What an asset model is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModelKind {
    /// Assets are made of it.
    #[default]
    Asset,
    /// Other models contain it.
    Component,
    /// Other models implement it.
    Interface,
}

impl ModelKind {
    /// The names in files and in the API.
    pub const NAMES: [(Self, &'static str, &'static str); 3] = [
        (Self::Asset, "asset", "ASSET_MODEL"),
        (Self::Component, "component", "COMPONENT_MODEL"),
        (Self::Interface, "interface", "INTERFACE"),
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(kind, ..)| *kind == self).expect("every kind has a name").1
    }

    /// The name in the API.
    pub fn api(self) -> &'static str {
        Self::NAMES.into_iter().find(|(kind, ..)| *kind == self).expect("every kind has a name").2
    }
}

/// An asset model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Unique in the account.
    pub name: String,
    /// The id to create it with, and to find it by.
    pub id: Option<String>,
    /// What it is found by whatever its name.
    pub external_id: Option<String>,
    /// What it is for.
    pub kind: ModelKind,
    /// For people.
    pub description: Option<String>,
    /// By their keys.
    pub tags: BTreeMap<String, String>,
    /// Its own properties.
    pub properties: Vec<Property>,
    /// Where assets of other models go below its assets.
    pub hierarchies: Vec<Hierarchy>,
    /// Alarms, components and groups of properties.
    pub composites: Vec<Composite>,
    /// The interfaces that it implements.
    pub interfaces: Vec<Implemented>,
    /// Where the file says so.
    pub at: Mark,
}

/// What the values of a property are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataType {
    /// Numbers of double precision.
    #[default]
    Double,
    /// Whole numbers of 32 bits.
    Integer,
    /// Text.
    String,
    /// Truth values.
    Boolean,
    /// The state of an alarm, the only structure there is.
    AlarmState,
}

impl DataType {
    /// The names in files and in the API.
    pub const NAMES: [(Self, &'static str, &'static str); 5] = [
        (Self::Double, "double", "DOUBLE"),
        (Self::Integer, "integer", "INTEGER"),
        (Self::String, "string", "STRING"),
        (Self::Boolean, "boolean", "BOOLEAN"),
        (Self::AlarmState, "alarm state", "STRUCT"),
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(kind, ..)| *kind == self).expect("every type has a name").1
    }

    /// The name in the API.
    pub fn api(self) -> &'static str {
        Self::NAMES.into_iter().find(|(kind, ..)| *kind == self).expect("every type has a name").2
    }
}

/// A property of a model or of a composite in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property {
    /// Unique among its siblings.
    pub name: String,
    /// What it is found by whatever its name.
    pub external_id: Option<String>,
    /// What its values are.
    pub data_type: DataType,
    /// Of its values, for people.
    pub unit: Option<String>,
    /// Where its values come from.
    pub kind: Kind,
    /// Where the file says so.
    pub at: Mark,
}

/// Where the values of a property come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Seldom changes.
    Attribute {
        /// Value of assets that have none of their own.
        default: Option<String>,
    },
    /// A stream of a device.
    Measurement {
        /// Whether an edge gateway sends it on.
        forwarding: bool,
    },
    /// Computed value by value.
    Transform {
        /// How.
        formula: Formula,
        /// Whether an edge gateway computes it.
        edge: bool,
        /// Whether that gateway sends it on.
        forwarding: bool,
    },
    /// Computed over windows of time.
    Metric {
        /// How.
        formula: Formula,
        /// How long the windows are.
        window: Window,
        /// Whether an edge gateway computes it.
        edge: bool,
    },
}

impl Default for Kind {
    fn default() -> Self {
        Self::Measurement { forwarding: true }
    }
}

impl Kind {
    /// The name, in files and in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Attribute { .. } => "attribute",
            Self::Measurement { .. } => "measurement",
            Self::Transform { .. } => "transform",
            Self::Metric { .. } => "metric",
        }
    }

    /// The default of an attribute.
    pub fn default_value(&self) -> Option<&str> {
        match self {
            Self::Attribute { default } => default.as_deref(),
            Self::Measurement { .. } | Self::Transform { .. } | Self::Metric { .. } => None,
        }
    }

    /// The formula of a transform or metric.
    pub fn formula(&self) -> Option<&Formula> {
        match self {
            Self::Transform { formula, .. } | Self::Metric { formula, .. } => Some(formula),
            Self::Attribute { .. } | Self::Measurement { .. } => None,
        }
    }

    /// The formula of a transform or metric, to change it.
    pub fn formula_mut(&mut self) -> Option<&mut Formula> {
        match self {
            Self::Transform { formula, .. } | Self::Metric { formula, .. } => Some(formula),
            Self::Attribute { .. } | Self::Measurement { .. } => None,
        }
    }
}

/// What is computed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formula {
    /// In SiteWise's language.
    pub expression: String,
    /// What the variables of the expression mean.
    pub variables: BTreeMap<String, Reference>,
}

/// Names a property from a formula.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The hierarchy to whose children it belongs.
    pub hierarchy: Option<String>,
    /// Its name, behind those of the composites that it lies in.
    pub property: String,
}

/// The windows of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// `15m`, `1h`.
    pub interval: String,
    /// When windows begin.
    pub offset: Option<String>,
}

/// A place for assets of another model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hierarchy {
    /// Unique in its model.
    pub name: String,
    /// What it is found by whatever its name.
    pub external_id: Option<String>,
    /// The name of the other model.
    pub child: String,
    /// Where the file says so.
    pub at: Mark,
}

/// A part of a model: an alarm, a component, or a group of properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Composite {
    /// Unique among its siblings.
    pub name: String,
    /// What it is found by whatever its name.
    pub external_id: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Whether it is an alarm, whose properties AWS prescribes.
    pub alarm: bool,
    /// The name of the component model that it repeats; it has nothing of its own then.
    pub component: Option<String>,
    /// Its own properties.
    pub properties: Vec<Property>,
    /// What is inside.
    pub composites: Vec<Composite>,
    /// Where the file says so.
    pub at: Mark,
}

/// An interface that a model implements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Implemented {
    /// The name of the interface.
    pub interface: String,
    /// The model's property for each of the interface's.
    pub mapping: BTreeMap<String, String>,
    /// Where the file says so.
    pub at: Mark,
}

/// An asset with everything below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asset {
    /// What people call it.
    pub name: String,
    /// The id to create it with, and to find it by.
    pub id: Option<String>,
    /// What it is found by wherever it is.
    pub external_id: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// By their keys.
    pub tags: BTreeMap<String, String>,
    /// The name of its model.
    pub model: String,
    /// Values of attributes, by the path of the property.
    pub attributes: BTreeMap<String, String>,
    /// What is set for single properties, by the path of the property.
    pub settings: BTreeMap<String, Settings>,
    /// The assets below it.
    pub children: Vec<Child>,
    /// Where the file says so.
    pub at: Mark,
}

/// An asset below another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Child {
    /// The name of the parent's hierarchy.
    pub hierarchy: String,
    /// The asset.
    pub asset: Asset,
}

/// What an asset says of one of its properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The name of its data stream.
    pub alias: Option<String>,
    /// Instead of the model's.
    pub unit: Option<String>,
    /// Whether values are published.
    pub notifications: Option<bool>,
}

impl Settings {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Plant {
    /// Finds a model by its name.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// Puts everything in the order in which files are written, and leaves out what says nothing: units and values
    /// that are the model's, notifications that are off.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        let models = Self { models: self.models.clone(), assets: Vec::new() };
        for asset in &mut self.assets {
            models.simplify(asset);
        }
        order::sort(&mut self);
        self
    }

    fn simplify(&self, asset: &mut Asset) {
        if let Some(model) = self.model(&asset.model) {
            for (path, settings) in &mut asset.settings {
                let unit = self.property(model, path).and_then(|property| property.unit.as_ref());
                settings.unit = settings.unit.take().filter(|own| Some(own) != unit);
                settings.notifications = settings.notifications.filter(|on| *on);
            }
            asset.attributes.retain(|path, value| {
                let property = self.property(model, path);
                let default =
                    property.and_then(|property| property.kind.default_value().zip(Some(property.data_type)));
                !default.is_some_and(|(default, data_type)| is_equal_value(data_type, default, value))
            });
        }
        asset.settings.retain(|_, settings| !settings.is_empty());
        for child in &mut asset.children {
            self.simplify(&mut child.asset);
        }
    }

    /// Writes the file.
    pub fn to_yaml(&self) -> String {
        write::plant(self)
    }

    /// Finds a property by its path from a model: `Power`, or `Gearbox/Oil temperature` inside a composite.
    pub fn property<'a>(&'a self, model: &'a Model, path: &str) -> Option<&'a Property> {
        self.inside(&model.properties, &model.composites, path, 0)
    }

    /// Walks all properties of a model with their paths, those of its components, too.
    pub fn properties<'a>(&'a self, model: &'a Model) -> Vec<(String, &'a Property)> {
        let mut found = Vec::new();
        self.collect(&model.properties, &model.composites, "", 0, &mut found);
        found
    }

    fn inside<'a>(
        &'a self,
        properties: &'a [Property],
        composites: &'a [Composite],
        path: &str,
        depth: usize,
    ) -> Option<&'a Property> {
        if let Some(found) = properties.iter().find(|property| property.name == path) {
            return Some(found);
        }
        if depth > DEPTH_MAX {
            return None;
        }
        composites.iter().find_map(|composite| {
            let rest = path.strip_prefix(composite.name.as_str())?.strip_prefix('/')?;
            let (properties, composites) = self.content(composite);
            self.inside(properties, composites, rest, depth + 1)
        })
    }

    fn collect<'a>(
        &'a self,
        properties: &'a [Property],
        composites: &'a [Composite],
        prefix: &str,
        depth: usize,
        found: &mut Vec<(String, &'a Property)>,
    ) {
        found.extend(properties.iter().map(|property| (format!("{prefix}{}", property.name), property)));
        if depth > DEPTH_MAX {
            return;
        }
        for composite in composites {
            let (properties, composites) = self.content(composite);
            let prefix = format!("{prefix}{}/", composite.name);
            self.collect(properties, composites, &prefix, depth + 1, found);
        }
    }

    /// What is in a composite, be it its own or its component's.
    fn content<'a>(&'a self, composite: &'a Composite) -> (&'a [Property], &'a [Composite]) {
        match &composite.component {
            None => (&composite.properties, &composite.composites),
            Some(name) => match self.model(name) {
                Some(model) => (&model.properties, &model.composites),
                None => (&[], &[]),
            },
        }
    }
}

/// How deep composites nest at most; what goes deeper repeats itself.
const DEPTH_MAX: usize = 10;
