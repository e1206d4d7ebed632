//! Formulas of transforms and metrics: whether they can be computed, from what their variables read.
//!
//! The language itself is the formula crate's; which property a variable reads is [`super::variable`]'s.

use std::collections::HashMap;
use std::sync::Arc;

use ::formula::{Context, FUNCTIONS_MAX, Formula, Owner, Refusal, Rule, Source, Types, Variable};

use super::definition::Definition;
use super::failure::{Code, Detail, Failure};
use super::property::{DataType, Property, PropertyKind};
use crate::Error;
use crate::error::{invalid, limit};
use crate::id::{AssetModelId, PropertyId};

/// Active definitions of child models.
pub type Children = HashMap<AssetModelId, Arc<Definition>>;

/// Checks every formula of a definition whose variables are resolved; answers why the model has to fail, if so.
///
/// Formulas that a component model gives are left alone: they were checked there. Errors in the order of their checks,
/// property by property: too many functions (`LimitExceededException`), then whatever is wrong with the expression alone
/// or with properties of the same model (`InvalidRequestException`). A type fault that takes a child model to see, and
/// inputs that are not where the formula is computed, fail the model instead (user guide; assumed for types).
pub fn check(definition: &Definition, children: &Children) -> Result<Option<Failure>, Error> {
    let inputs = Inputs::of(definition, children);
    let mut failure = None;
    for (property, _) in definition.all_properties().filter(|(property, _)| property.origin.is_none()) {
        let Some((owner, expression)) = formula(property) else { continue };
        compile(property, (owner, expression), &inputs.declared(property, false))
            .map_err(|refusal| refused(property, &refusal))?;
        let known = inputs.declared(property, true);
        if failure.is_none()
            && known.iter().any(|variable| variable.child)
            && let Err(refusal) = compile(property, (owner, expression), &known)
        {
            failure = Some(Failure { message: sentence(property, &refusal), details: Vec::new() });
        }
    }
    let details = inputs.misplaced(definition);
    if let (None, Some(first)) = (&failure, details.first()) {
        failure = Some(Failure { message: first.message.clone(), ..Failure::default() });
    }
    Ok(failure.map(|failure| Failure { details, ..failure }))
}

/// Compiles the formulas of a definition that is in force, by the properties that they compute. One that does not
/// compile computes nothing: a child model may have changed since it was accepted.
pub fn compiled(definition: &Definition, children: &Children) -> HashMap<PropertyId, Formula> {
    let inputs = Inputs::of(definition, children);
    let one = |property: &Property| {
        let formula = formula(property)?;
        let compiled = [true, false]
            .into_iter()
            .find_map(|child_types| compile(property, formula, &inputs.declared(property, child_types)).ok());
        Some((property.id.clone(), compiled?))
    };
    definition.all_properties().filter_map(|(property, _)| one(property)).collect()
}

/// Answers the formula of a property; an interface may leave it open.
fn formula(property: &Property) -> Option<(Owner, &str)> {
    let (owner, expression) = match &property.kind {
        PropertyKind::Transform { expression, .. } => (Owner::Transform, expression.as_str()),
        PropertyKind::Metric { expression, .. } => (Owner::Metric, expression.as_deref()?),
        PropertyKind::Attribute { .. } | PropertyKind::Measurement { .. } => return None,
    };
    (!expression.is_empty()).then_some((owner, expression))
}

/// Compiles the formula of a property.
fn compile(
    property: &Property,
    (owner, expression): (Owner, &str),
    variables: &[Variable<'_>],
) -> Result<Formula, Refusal> {
    let output = types(property.data_type);
    Formula::compile(expression, &Context { owner, output, variables, functions_max: FUNCTIONS_MAX })
}

/// Says what the values of a data type are in a formula.
fn types(data_type: DataType) -> Types {
    match data_type {
        DataType::Integer | DataType::Double | DataType::Boolean => Types::NUMBER,
        DataType::String | DataType::Struct => Types::TEXT,
    }
}

fn sentence(property: &Property, refusal: &Refusal) -> String {
    format!("expression of property '{}', character {}: {}", property.name, refusal.position, refusal.message)
}

fn refused(property: &Property, refusal: &Refusal) -> Error {
    let message = sentence(property, refusal);
    if refusal.rule == Rule::FunctionCount { limit(message) } else { invalid(message) }
}

/// What the variables of a model read.
struct Inputs<'a> {
    own: HashMap<&'a str, &'a Property>,
    /// Properties of the child model of each hierarchy.
    children: HashMap<&'a str, HashMap<&'a str, &'a Property>>,
}

impl<'a> Inputs<'a> {
    fn of(definition: &'a Definition, children: &'a Children) -> Self {
        let by_id = |definition: &'a Definition| -> HashMap<&'a str, &'a Property> {
            definition.all_properties().map(|(property, _)| (property.id.as_str(), property)).collect()
        };
        let hierarchies = definition.hierarchies.iter().filter_map(|hierarchy| {
            let child = children.get(&hierarchy.child_asset_model_id)?;
            Some((hierarchy.id.as_str(), by_id(child)))
        });
        Self { own: by_id(definition), children: hierarchies.collect() }
    }

    fn property(&self, variable: &super::variable::Variable) -> Option<&'a Property> {
        let properties = match &variable.hierarchy_id {
            Some(hierarchy) => self.children.get(hierarchy.as_str())?,
            None => &self.own,
        };
        properties.get(variable.property_id.as_str()).copied()
    }

    /// Lists the variables of a property as the formula crate wants them; types in child models only if asked for.
    fn declared<'b>(&self, property: &'b Property, child_types: bool) -> Vec<Variable<'b>> {
        let declared = |variable: &'b super::variable::Variable| {
            let input = self.property(variable);
            let child = variable.hierarchy_id.is_some();
            let known = input.filter(|_| child_types || !child);
            Variable {
                name: &variable.name,
                types: known.map_or(Types::PLAIN, |input| types(input.data_type)),
                source: match input.map(|input| &input.kind) {
                    Some(PropertyKind::Attribute { .. }) => Source::Attribute,
                    Some(PropertyKind::Metric { .. }) => Source::Metric,
                    _ => Source::Stream,
                },
                child,
            }
        };
        property.kind.variables().iter().map(declared).collect()
    }

    /// Finds inputs that are not where a formula is computed: an edge gateway has only what is at the edge, and AWS
    /// (here: this server) only what the edge forwards.
    fn misplaced(&self, definition: &Definition) -> Vec<Detail> {
        let mut details = Vec::new();
        for (property, _) in definition.all_properties() {
            let place = Place::of(property);
            for variable in property.kind.variables() {
                let Some(input) = self.property(variable) else { continue };
                let fault = match (place, Place::of(input)) {
                    (Place::Edge { .. }, Place::Cloud) => Code::IncompatibleComputeLocation,
                    (Place::Cloud, Place::Edge { forwards: false }) => {
                        Code::IncompatibleForwardingConfiguration
                    }
                    _ => continue,
                };
                let (name, input) = (&property.name, &input.name);
                let message = match fault {
                    Code::IncompatibleComputeLocation => format!(
                        "Property '{name}' is computed at EDGE, but property '{input}' that it reads is computed at CLOUD"
                    ),
                    Code::IncompatibleForwardingConfiguration => format!(
                        "Property '{name}' is computed at CLOUD, but forwarding of property '{input}' that it reads is \
                         DISABLED"
                    ),
                };
                details.push(Detail { code: fault, message });
            }
        }
        details
    }
}

/// Where the values of a property are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At this server, and only there.
    Cloud,
    /// At an edge gateway, and at this server if it forwards them.
    Edge { forwards: bool },
    /// Everywhere: attributes.
    Both,
}

impl Place {
    /// Says where the values of a property are. Assumed: CLOUD unless said otherwise, and forwarded unless DISABLED.
    fn of(property: &Property) -> Self {
        let is = |setting: &Option<String>, value: &str| setting.as_deref() == Some(value);
        match &property.kind {
            PropertyKind::Attribute { .. } => Self::Both,
            PropertyKind::Measurement { forwarding } => Self::Edge { forwards: !is(forwarding, "DISABLED") },
            PropertyKind::Transform { compute_location, forwarding, .. } if is(compute_location, "EDGE") => {
                Self::Edge { forwards: !is(forwarding, "DISABLED") }
            }
            PropertyKind::Metric { compute_location, .. } if is(compute_location, "EDGE") => {
                Self::Edge { forwards: true }
            }
            PropertyKind::Transform { .. } | PropertyKind::Metric { .. } => Self::Cloud,
        }
    }
}
