//! Variables of formulas: which property each one reads, and the limits on who may read what.
//!
//! The text of an expression is not looked at here; that belongs to the formula crate.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::composite::Composite;
use super::definition::Definition;
use super::hierarchy::Hierarchy;
use super::identity::Element;
use super::property::{Property, PropertyKind};
use crate::Error;
use crate::error::{invalid, limit};
use crate::id::{AssetModelId, CustomId};
use crate::limits::{DEPENDENTS_MAX, DIRECT_DEPENDENTS_MAX, PROPERTY_TREE_DEPTH_MAX};

/// One variable of an expression.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name in the expression.
    pub name: String,
    /// The property that it reads: as sent (id, external id or name) until resolved, then the id.
    pub property_id: String,
    /// The hierarchy whose child assets have the property: as sent until resolved, then the id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hierarchy_id: Option<String>,
    /// The property as a path, if sent so; gone once resolved.
    #[serde(skip)]
    pub property_path: Vec<Segment>,
}

/// One step of a property path, by id, by name, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Id of the element.
    pub id: Option<String>,
    /// Name of the element.
    pub name: Option<String>,
}

/// What the variables of a model may refer to besides the model itself.
pub struct Scope<'a> {
    /// Id of the model itself.
    pub model_id: &'a AssetModelId,
    /// Active definitions of the hierarchies' child models.
    pub children: &'a HashMap<AssetModelId, Arc<Definition>>,
}

/// Replaces whatever form each variable was sent in by ids, and checks the rules on each formula's inputs.
///
/// Formulas that a component model gives are left alone: they were resolved there. Everything wrong here is
/// `InvalidRequestException`.
pub fn resolve(definition: &mut Definition, scope: &Scope<'_>) -> Result<(), Error> {
    let mut resolved = HashMap::new();
    for (property, home) in definition.all_properties().filter(|(property, _)| property.origin.is_none()) {
        if property.kind.is_computed() {
            let variables = resolve_one(property, home, definition, scope)?;
            resolved.insert(property.id.clone(), variables);
        }
    }
    for property in definition.all_properties_mut() {
        if let Some(variables) = resolved.remove(&property.id) {
            property.kind.variables_mut().clone_from_slice(&variables);
        }
    }
    Ok(())
}

fn resolve_one(
    property: &Property,
    home: Option<&Composite>,
    definition: &Definition,
    scope: &Scope<'_>,
) -> Result<Vec<Variable>, Error> {
    let variables = property.kind.variables();
    let mut names = HashSet::new();
    let mut inputs = Vec::with_capacity(variables.len());
    for variable in variables {
        if !names.insert(&variable.name) {
            return Err(invalid(format!(
                "Variable '{}' occurs more than once in the expression of property '{}'",
                variable.name, property.name
            )));
        }
        inputs.push(input((property, home), variable, definition, scope)?);
    }
    check_inputs(property, &inputs)?;
    Ok(std::iter::zip(variables, inputs).map(|(variable, input)| input.named(&variable.name)).collect())
}

/// What one variable reads.
struct Input<'a> {
    property: &'a Property,
    hierarchy: Option<&'a Hierarchy>,
}

impl Input<'_> {
    fn named(&self, name: &str) -> Variable {
        Variable {
            name: name.to_owned(),
            property_id: self.property.id.to_string(),
            hierarchy_id: self.hierarchy.map(|hierarchy| hierarchy.id.to_string()),
            property_path: Vec::new(),
        }
    }
}

fn input<'a>(
    (owner, home): (&Property, Option<&'a Composite>),
    variable: &Variable,
    own: &'a Definition,
    scope: &Scope<'a>,
) -> Result<Input<'a>, Error> {
    let place = format!("variable '{}' of property '{}'", variable.name, owner.name);
    let Some(wanted) = &variable.hierarchy_id else {
        let names = Names::Of(home);
        let property = find(variable, (own, scope.model_id), names, &place)?;
        return Ok(Input { property, hierarchy: None });
    };
    if matches!(owner.kind, PropertyKind::Transform { .. }) {
        return Err(invalid(format!("hierarchyId of {place}: a transform reads its own asset only")));
    }
    let hierarchy = own.hierarchies.iter().find(|hierarchy| means(*hierarchy, wanted, true));
    let Some(hierarchy) = hierarchy else {
        return Err(invalid(format!(
            "hierarchyId '{wanted}' of {place} names no hierarchy of this asset model"
        )));
    };
    let child = &hierarchy.child_asset_model_id;
    let Some(definition) = scope.children.get(child) else {
        return Err(invalid(format!(
            "hierarchyId '{wanted}' of {place} leads to asset model '{child}', which has no active version"
        )));
    };
    let property = find(variable, (definition, child), Names::Never, &place)?;
    Ok(Input { property, hierarchy: Some(hierarchy) })
}

/// Which properties a variable may give by their bare name.
#[derive(Clone, Copy)]
enum Names<'a> {
    /// Those of the composite model in which the formula stands, then those of the model itself.
    Of(Option<&'a Composite>),
    /// None: names of another model's properties are not accepted.
    Never,
}

/// Finds the property that a variable reads, given by `propertyId`, `propertyPath`, or both alike.
fn find<'a>(
    variable: &Variable,
    (definition, model_id): (&'a Definition, &AssetModelId),
    names: Names<'a>,
    place: &str,
) -> Result<&'a Property, Error> {
    let by_id = match variable.property_id.as_str() {
        "" => None,
        wanted => Some(by_id(wanted, definition, names).ok_or_else(|| {
            let hint = by_name_only(wanted, definition, names);
            invalid(format!(
                "propertyId '{wanted}' of {place} names no property of asset model '{model_id}'{hint}"
            ))
        })?),
    };
    let by_path = match variable.property_path.as_slice() {
        [] => None,
        path => Some(walk(path, definition, model_id).ok_or_else(|| {
            let path: Vec<&str> = path.iter().map(Segment::shown).collect();
            let path = path.join("/");
            invalid(format!("propertyPath '{path}' of {place} names no property of asset model '{model_id}'"))
        })?),
    };
    match (by_id, by_path) {
        (Some(one), Some(other)) if one.id != other.id => {
            Err(invalid(format!("propertyId and propertyPath of {place} name two different properties")))
        }
        (Some(property), _) | (None, Some(property)) => Ok(property),
        (None, None) => Err(invalid(format!("value of {place} needs a propertyId or a propertyPath"))),
    }
}

fn by_id<'a>(wanted: &str, definition: &'a Definition, names: Names<'a>) -> Option<&'a Property> {
    let as_id = CustomId::parse(wanted).and_then(|id| definition.property_anywhere(&id));
    if let Some((property, _)) = as_id {
        return Some(property);
    }
    let Names::Of(home) = names else { return None };
    let near = home.map_or(&[][..], |home| &home.properties);
    near.iter().chain(&definition.properties).find(|property| property.name == wanted)
}

/// Says how to name a property whose bare name is not accepted, if that is what the text is.
fn by_name_only(wanted: &str, definition: &Definition, names: Names<'_>) -> String {
    let is_named = |properties: &[Property]| properties.iter().any(|property| property.name == wanted);
    if matches!(names, Names::Never) && is_named(&definition.properties) {
        return ": a property of another model is named by its id, by externalId:…, or by a propertyPath with its name"
            .to_owned();
    }
    let inside = wanted
        .split_once('/')
        .is_some_and(|(composite, _)| definition.composites_below(None).any(|known| known.name == composite));
    if inside {
        return ": a property of a composite model is named by its id, or by a propertyPath with one element for each \
                name"
            .to_owned();
    }
    String::new()
}

/// Follows a path down through composite models; it may start at the model itself, and it ends at a property.
fn walk<'a>(path: &[Segment], definition: &'a Definition, model_id: &AssetModelId) -> Option<&'a Property> {
    let follow = |path: &[Segment]| {
        let (last, way) = path.split_last()?;
        let mut above: Option<&'a Composite> = None;
        for step in way {
            let id = above.map(|composite| &composite.id);
            above = Some(definition.composites_below(id).find(|composite| step.means(*composite))?);
        }
        let properties = above.map_or(&definition.properties, |composite| &composite.properties);
        properties.iter().find(|property| last.means(*property))
    };
    let (first, rest) = path.split_first()?;
    let root = first.id.as_deref().is_none_or(|id| id == model_id.as_str())
        && first.name.as_deref().is_none_or(|name| name == definition.name)
        && (first.id.is_some() || first.name.is_some());
    follow(path).or_else(|| if root { follow(rest) } else { None })
}

impl Segment {
    /// What it was sent as, the name first.
    fn shown(&self) -> &str {
        self.name.as_deref().or(self.id.as_deref()).unwrap_or_default()
    }

    /// Says whether this step means an element: by id or external id, by name, or by both alike.
    fn means(&self, element: &impl Element) -> bool {
        let id = self.id.as_deref().is_none_or(|id| means(element, id, false));
        let name = self.name.as_deref().is_none_or(|name| name == element.name());
        id && name && (self.id.is_some() || self.name.is_some())
    }
}

/// Says whether text means an element: as its id, as `externalId:…`, or where allowed as its name.
fn means(element: &impl Element, text: &str, by_name: bool) -> bool {
    let named = by_name && element.name() == text;
    named || CustomId::parse(text).is_some_and(|id| id.names(element.id(), element.external_id()))
}

fn check_inputs(owner: &Property, inputs: &[Input<'_>]) -> Result<(), Error> {
    let name = &owner.name;
    match &owner.kind {
        PropertyKind::Transform { .. } => {
            let moving = |input: &Input<'_>| !matches!(input.property.kind, PropertyKind::Attribute { .. });
            if !inputs.iter().any(moving) {
                let declared = if inputs.is_empty() { "; it declares no variables" } else { "" };
                return Err(invalid(format!(
                    "Transform '{name}' needs at least one variable that is not an attribute{declared}"
                )));
            }
        }
        PropertyKind::Metric { window: Some(window), .. } => {
            // Of children, all results within the window are read, whatever their windows.
            for input in inputs.iter().filter(|input| input.hierarchy.is_none()) {
                if let PropertyKind::Metric { window: Some(other), .. } = &input.property.kind
                    && !window.ends_with(other)
                {
                    return Err(invalid(format!(
                        "Metric '{name}' has {}, but metric '{}' that it reads has {}; both must be equal",
                        window.shown(),
                        input.property.name,
                        other.shown()
                    )));
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// The properties of one model as a graph: who reads whom, by position.
pub struct Dependencies<'a> {
    properties: Vec<&'a Property>,
    /// For each property, those whose formula reads it.
    readers: Vec<Vec<usize>>,
}

impl<'a> Dependencies<'a> {
    /// Draws the graph of properties whose variables are resolved.
    pub fn of(definition: &'a Definition) -> Self {
        let properties: Vec<&Property> = definition.all_properties().map(|(property, _)| property).collect();
        let positions: HashMap<&str, usize> =
            properties.iter().enumerate().map(|(i, property)| (property.id.as_str(), i)).collect();
        let mut readers = vec![Vec::new(); properties.len()];
        for (reader, property) in properties.iter().enumerate() {
            let own = property.kind.variables().iter().filter(|variable| variable.hierarchy_id.is_none());
            let read: HashSet<usize> =
                own.filter_map(|variable| positions.get(variable.property_id.as_str()).copied()).collect();
            for input in read {
                readers[input].push(reader);
            }
        }
        Self { properties, readers }
    }

    /// Finds a formula that depends on itself, directly or through others.
    pub fn circular(&self) -> Option<&'a str> {
        let own = |start: usize| self.reached(start).contains(&start);
        (0..self.properties.len()).find(|start| own(*start)).map(|start| self.properties[start].name.as_str())
    }

    /// Checks the quotas on dependents and depth; there must be no circular formula.
    pub fn check(&self) -> Result<(), Error> {
        let mut depths = vec![None; self.properties.len()];
        for (i, property) in self.properties.iter().enumerate() {
            let (direct, all, depth) =
                (self.readers[i].len(), self.reached(i).len(), self.depth(i, &mut depths));
            let name = &property.name;
            if direct > DIRECT_DEPENDENTS_MAX {
                return Err(limit(format!(
                    "{direct} properties read property '{name}' directly; {DIRECT_DEPENDENTS_MAX} are allowed"
                )));
            }
            if all > DEPENDENTS_MAX {
                return Err(limit(format!(
                    "{all} properties depend on property '{name}'; {DEPENDENTS_MAX} are allowed"
                )));
            }
            if depth > PROPERTY_TREE_DEPTH_MAX {
                return Err(limit(format!(
                    "The property tree on property '{name}' is {depth} levels deep; {PROPERTY_TREE_DEPTH_MAX} are \
                     allowed"
                )));
            }
        }
        Ok(())
    }

    /// All properties that depend on one, itself included only when the formula is circular.
    fn reached(&self, start: usize) -> HashSet<usize> {
        let mut reached = HashSet::new();
        let mut open = self.readers[start].clone();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(&self.readers[next]);
            }
        }
        reached
    }

    fn depth(&self, start: usize, known: &mut [Option<usize>]) -> usize {
        if let Some(depth) = known[start] {
            return depth;
        }
        let above = self.readers[start].iter().map(|reader| self.depth(*reader, known)).max().unwrap_or(0);
        known[start] = Some(above + 1);
        above + 1
    }
}
