//! What a formula in a plant file has to fulfil: its variables are there, and it can be computed from them.

use ::formula::{Context, Owner, Refusal, Rule, Source, Types, Variable};

use super::fault::{Faults, instead};
use super::{DataType, Formula, Kind, Model, ModelKind, Plant, Property, Reference, formula};

/// Checks the formulas of properties that lie side by side, after all variables are declared.
pub(super) fn formulas(plant: &Plant, model: &Model, properties: &[Property], faults: &mut Faults) {
    for property in properties {
        let Some(formula) = property.kind.formula() else { continue };
        let mut inputs = Vec::new();
        for (variable, reference) in &formula.variables {
            match input(plant, model, (variable, reference), &property.name) {
                Ok(input) => inputs.push((variable.as_str(), reference, input)),
                Err(sentence) => {
                    faults.add(property.at, sentence);
                    inputs.push((variable, reference, None));
                }
            }
        }
        if formula.expression.is_empty() && model.kind == ModelKind::Interface {
            continue;
        }
        if let Err(sentence) = compute(property, formula, &inputs, (model, properties)) {
            faults.add(property.at, sentence);
        }
    }
}

/// Finds the property that a variable means, by its path from the model or from that of a hierarchy's children; none
/// if the model of these is missing, which was told where the hierarchy is defined.
fn input<'a>(
    plant: &'a Plant,
    model: &'a Model,
    (variable, reference): (&str, &Reference),
    name: &str,
) -> Result<Option<&'a Property>, String> {
    let path = &reference.property;
    let owner = match &reference.hierarchy {
        None => model,
        Some(hierarchy) => {
            let Some(found) = model.hierarchies.iter().find(|known| known.name == *hierarchy) else {
                let known = model.hierarchies.iter().map(|known| known.name.as_str());
                let instead = instead(hierarchy, known);
                let sentence = format!("of '{name}' means the hierarchy '{hierarchy}', which is not there");
                return Err(format!("the variable '{variable}' {sentence}{instead}"));
            };
            let Some(child) = plant.model(&found.child) else { return Ok(None) };
            child
        }
    };
    let found = plant.property(owner, path);
    found.map(Some).ok_or_else(|| {
        let all = plant.properties(owner);
        let instead = instead(path, all.iter().map(|(path, _)| path.as_str()));
        let of = &owner.name;
        format!("'{path}', the variable '{variable}' of '{name}', is none of the model '{of}'{instead}")
    })
}

/// Compiles a formula as the server will; how many functions it may call is left to the server's quotas.
fn compute(
    property: &Property,
    formula: &Formula,
    inputs: &[(&str, &Reference, Option<&Property>)],
    (model, beside): (&Model, &[Property]),
) -> Result<(), String> {
    let (owner, is_transform) = match property.kind {
        Kind::Transform { .. } => (Owner::Transform, true),
        _ => (Owner::Metric, false),
    };
    // Words that could be several properties were told; here they only must not be told again.
    let (_, ambiguous) = formula::infer(&formula.expression, &formula.variables, beside);
    let unclear = ambiguous.iter().map(|name| Variable {
        name,
        types: Types::PLAIN,
        source: Source::Stream,
        child: false,
    });
    let variables: Vec<Variable<'_>> = inputs
        .iter()
        .map(|(name, reference, input)| Variable {
            name,
            types: input.map_or(Types::PLAIN, |input| types(input.data_type)),
            source: input.map_or(Source::Stream, source),
            child: reference.hierarchy.is_some(),
        })
        .chain(unclear)
        .collect();
    let context = Context {
        owner,
        output: types(property.data_type),
        variables: &variables,
        functions_max: usize::MAX,
    };
    let name = &property.name;
    if let Err(refusal) = ::formula::Formula::compile(&formula.expression, &context) {
        return Err(sentence(name, formula, &refusal, (model, beside)));
    }
    if is_transform && variables.iter().all(|variable| variable.source == Source::Attribute) {
        return Err(format!("the transform '{name}' has to read a property that is not an attribute"));
    }
    Ok(())
}

fn sentence(
    name: &str,
    formula: &Formula,
    refusal: &Refusal,
    (model, beside): (&Model, &[Property]),
) -> String {
    let (position, message) = (refusal.position, &refusal.message);
    if refusal.rule != Rule::UnknownName {
        return format!("the formula of '{name}', character {position}: {message}");
    }
    let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let found: String = formula.expression.chars().skip(position - 1).take_while(is_part).collect();
    let inside = model.composites.iter().find(|composite| {
        let first = composite.name.split(|c| !is_part(&c)).next();
        first == Some(found.as_str()) || formula::word(&composite.name).as_deref() == Some(found.as_str())
    });
    if let Some(composite) = inside {
        let path = format!("{}/…", composite.name);
        return format!(
            "'{found}' in the formula of '{name}' is no property; one inside a composite is declared: `variables: {{x: {path}}}`"
        );
    }
    let words: Vec<String> = beside
        .iter()
        .filter(|property| property.name != name)
        .filter_map(|property| formula::word(&property.name))
        .chain(formula.variables.keys().cloned())
        .collect();
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    let instead = instead(&found, words);
    format!(
        "'{found}' in the formula of '{name}' is neither a property beside it nor declared under variables{instead}"
    )
}

fn types(data_type: DataType) -> Types {
    match data_type {
        DataType::Double | DataType::Integer | DataType::Boolean => Types::NUMBER,
        DataType::String | DataType::AlarmState => Types::TEXT,
    }
}

fn source(property: &Property) -> Source {
    match property.kind {
        Kind::Attribute { .. } => Source::Attribute,
        Kind::Metric { .. } => Source::Metric,
        Kind::Measurement { .. } | Kind::Transform { .. } => Source::Stream,
    }
}
