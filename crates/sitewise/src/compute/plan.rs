//! What one version of a model computes: its formulas compiled, what each reads, and what reads each property.

use std::collections::{HashMap, HashSet};

use ::formula::{Formula, Tumbling};

use crate::asset_model::definition::Definition;
use crate::asset_model::formula::{self, Children};
use crate::asset_model::property::{Property, PropertyKind};
use crate::asset_model::variable::Variable;
use crate::data::route::Source;
use crate::id::{AssetModelId, HierarchyId, PropertyId};

/// One version of a model, ready to be computed.
pub struct Plan {
    /// All properties, of the model itself and of its composite models.
    pub nodes: Vec<Node>,
    index: HashMap<PropertyId, usize>,
    /// Metrics by the property of child assets that they read, and the hierarchy in which those stand.
    child_readers: HashMap<(HierarchyId, PropertyId), Vec<usize>>,
    /// Models whose assets stand in hierarchies that metrics read.
    pub read_models: HashSet<AssetModelId>,
}

/// A property, and who reads it.
pub struct Node {
    /// The property.
    pub property: Property,
    /// Where its values come from.
    pub source: Source,
    /// Transforms that read it.
    pub transforms: Vec<usize>,
    /// Metrics of the same asset that read it.
    pub metrics: Vec<usize>,
    /// How it is computed, if it is.
    pub computed: Option<Computed>,
}

/// How a property is computed.
pub struct Computed {
    /// The formula.
    pub formula: Formula,
    /// What its variables read, in their order.
    pub inputs: Vec<Input>,
    /// The windows of a metric.
    pub windows: Option<Tumbling>,
    /// How many computed properties of the same asset stand one behind the other below this one.
    pub depth: usize,
}

/// What a variable reads.
pub enum Input {
    /// A property of the same asset.
    Own(usize),
    /// A property of all assets that stand in a hierarchy.
    Children(HierarchyId, PropertyId),
}

impl Plan {
    /// Compiles a definition that is in force; `children` are those of the models in its hierarchies.
    pub fn new(definition: &Definition, children: &Children) -> Self {
        let mut formulas = formula::compiled(definition, children);
        let properties: Vec<&Property> = definition.all_properties().map(|(property, _)| property).collect();
        let index: HashMap<PropertyId, usize> =
            properties.iter().enumerate().map(|(i, property)| (property.id.clone(), i)).collect();
        let mut plan =
            Self { nodes: Vec::new(), index, child_readers: HashMap::new(), read_models: HashSet::new() };
        for property in &properties {
            let formula = formulas.remove(&property.id);
            let computed = formula.and_then(|formula| plan.computed(property, formula));
            let source = Source::of(property);
            let property = (*property).clone();
            plan.nodes.push(Node { property, source, transforms: Vec::new(), metrics: Vec::new(), computed });
        }
        plan.enter_readers(definition);
        let mut known = vec![None; plan.nodes.len()];
        let depths: Vec<usize> = (0..plan.nodes.len()).map(|node| plan.depth(node, &mut known)).collect();
        for (node, depth) in plan.nodes.iter_mut().zip(depths) {
            if let Some(computed) = &mut node.computed {
                computed.depth = depth;
            }
        }
        plan
    }

    /// Says whether anything is computed.
    pub fn computes(&self) -> bool {
        self.nodes.iter().any(|node| node.computed.is_some())
    }

    /// Finds a property by its id.
    pub fn node(&self, id: &PropertyId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Lists the metrics that read a property of the children in a hierarchy.
    pub fn readers_of_child(&self, hierarchy: &HierarchyId, property: &PropertyId) -> &[usize] {
        let key = (hierarchy.clone(), property.clone());
        self.child_readers.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Lists the properties of child assets that metrics read.
    pub fn read_of_children(&self) -> impl Iterator<Item = &PropertyId> {
        self.child_readers.keys().map(|(_, property)| property)
    }

    fn computed(&self, property: &Property, formula: Formula) -> Option<Computed> {
        let input = |variable: &Variable| {
            let id = PropertyId::stored(variable.property_id.clone());
            match &variable.hierarchy_id {
                Some(hierarchy) => Some(Input::Children(HierarchyId::stored(hierarchy.clone()), id)),
                None => self.node(&id).map(Input::Own),
            }
        };
        let inputs = property.kind.variables().iter().map(input).collect::<Option<Vec<_>>>()?;
        let windows = match &property.kind {
            PropertyKind::Metric { window, .. } => Some(window.as_ref()?.tumbling().ok()?),
            _ => None,
        };
        Some(Computed { formula, inputs, windows, depth: 0 })
    }

    fn enter_readers(&mut self, definition: &Definition) {
        for reader in 0..self.nodes.len() {
            let Some(computed) = self.nodes[reader].computed.take() else { continue };
            for input in &computed.inputs {
                match input {
                    Input::Own(read) if computed.windows.is_some() => self.nodes[*read].metrics.push(reader),
                    Input::Own(read) => self.nodes[*read].transforms.push(reader),
                    Input::Children(hierarchy, property) => {
                        let key = (hierarchy.clone(), property.clone());
                        self.child_readers.entry(key).or_default().push(reader);
                        let standing = definition.hierarchies.iter().find(|other| other.id == *hierarchy);
                        self.read_models.extend(standing.map(|found| found.child_asset_model_id.clone()));
                    }
                }
            }
            self.nodes[reader].computed = Some(computed);
        }
        for node in &mut self.nodes {
            // Two variables may read one property.
            node.transforms.dedup();
            node.metrics.dedup();
        }
        self.child_readers.values_mut().for_each(Vec::dedup);
    }

    /// Counts what is computed from a property down, one behind the other.
    fn depth(&self, node: usize, known: &mut [Option<usize>]) -> usize {
        if let Some(depth) = known[node] {
            return depth;
        }
        // A definition that was accepted has no cycle; a broken one must not hang the server.
        known[node] = Some(0);
        let Some(computed) = &self.nodes[node].computed else { return 0 };
        let below = computed.inputs.iter().map(|input| match input {
            Input::Own(read) => self.depth(*read, known),
            Input::Children(..) => 0,
        });
        let depth = 1 + below.max().unwrap_or(0);
        known[node] = Some(depth);
        depth
    }
}
