//! What a plant file has to fulfil as a whole: every name that is used is there, and nothing contains itself.

use std::collections::{BTreeMap, HashMap};

use super::check_formula::formulas;
use super::fault::{Faults, Mark, instead};
use super::{Asset, Composite, Formula, Model, ModelKind, Plant, Property, formula};

/// Checks models, after their formulas have all variables.
pub(super) fn models(plant: &mut Plant, faults: &mut Faults) {
    unique_external_ids(plant.models.iter().map(|model| (&model.external_id, model.at)), "models", faults);
    infer_all(plant, faults);
    for model in &plant.models {
        let name = &model.name;
        let ids = model.properties.iter().map(|property| (&property.external_id, property.at));
        unique_external_ids(ids, &format!("properties of '{name}'"), faults);
        for hierarchy in &model.hierarchies {
            let wanted = if model.kind == ModelKind::Interface {
                "an interface or asset model"
            } else {
                "an asset model"
            };
            let child = plant.model(&hierarchy.child);
            let fits = |child: &Model| match child.kind {
                ModelKind::Asset => true,
                ModelKind::Interface => model.kind == ModelKind::Interface,
                ModelKind::Component => false,
            };
            if !child.is_some_and(fits) {
                let (hierarchy_name, child) = (&hierarchy.name, &hierarchy.child);
                let legal = plant.models.iter().filter(|model| fits(model)).map(|model| model.name.as_str());
                let instead = instead(child, legal);
                let sentence = format!(
                    "'{child}' of hierarchy '{hierarchy_name}' is not {wanted} in this file{instead}"
                );
                faults.add(hierarchy.at, sentence);
            }
        }
        check_composites(plant, &model.composites, faults);
        formulas(plant, model, &model.properties, faults);
        formulas_inside(plant, model, &model.composites, faults);
    }
    cycles(plant, faults);
}

/// Checks that assets which are found by an id are different ones, and that nothing has two streams of one name.
pub(super) fn assets(plant: &Plant, faults: &mut Faults) {
    let mut all = Vec::new();
    let roots: Vec<&Asset> = plant.assets.iter().collect();
    twins(&roots, "at the top", faults);
    walk(&roots, &mut all, faults);
    unique_external_ids(all.iter().map(|asset| (&asset.external_id, asset.at)), "assets", faults);
    let mut aliases: HashMap<&str, (&Asset, &str)> = HashMap::new();
    for asset in all {
        for (property, settings) in &asset.settings {
            let Some(alias) = &settings.alias else { continue };
            if let Some((other, path)) = aliases.insert(alias, (asset, property)) {
                let (name, line, other) = (&asset.name, other.at.line, &other.name);
                faults.add(
                    asset.at,
                    format!(
                        "the alias '{alias}' of '{property}' of '{name}' is that of '{path}' of '{other}' in line {line}, too"
                    ),
                );
            }
        }
    }
}

fn walk<'a>(assets: &[&'a Asset], all: &mut Vec<&'a Asset>, faults: &mut Faults) {
    for asset in assets {
        all.push(asset);
        let mut hierarchies: Vec<&str> =
            asset.children.iter().map(|child| child.hierarchy.as_str()).collect();
        hierarchies.dedup();
        for hierarchy in hierarchies {
            let children = asset.children.iter().filter(|child| child.hierarchy == hierarchy);
            let children: Vec<&Asset> = children.map(|child| &child.asset).collect();
            twins(&children, &format!("in '{hierarchy}' of '{}'", asset.name), faults);
            walk(&children, all, faults);
        }
    }
}

/// Assets of one name side by side need ids to be told apart.
fn twins(assets: &[&Asset], place: &str, faults: &mut Faults) {
    let mut seen: HashMap<&str, &Asset> = HashMap::new();
    for asset in assets.iter().filter(|asset| asset.external_id.is_none() && asset.id.is_none()) {
        if let Some(other) = seen.insert(&asset.name, asset) {
            let (name, line) = (&asset.name, other.at.line);
            faults.add(
                asset.at,
                format!("'{name}' stands twice {place}, also in line {line}; an externalId tells them apart"),
            );
        }
    }
}

fn unique_external_ids<'a>(
    ids: impl Iterator<Item = (&'a Option<String>, Mark)>,
    what: &str,
    faults: &mut Faults,
) {
    let mut seen: HashMap<&str, Mark> = HashMap::new();
    for (id, at) in ids {
        let Some(id) = id else { continue };
        if let Some(other) = seen.insert(id, at) {
            let line = other.line;
            faults.add(
                at,
                format!("the externalId '{id}' is used twice among the {what}, also in line {line}"),
            );
        }
    }
}

/// Gives formulas the variables that need no declaration; doing it again changes nothing.
pub(super) fn infer_all(plant: &mut Plant, faults: &mut Faults) {
    for model in &mut plant.models {
        infer(&mut model.properties, &mut model.composites, "", faults);
    }
}

/// Declares what is clear, and lets names inside a composite mean the property beside before any other.
fn infer(properties: &mut [Property], composites: &mut [Composite], prefix: &str, faults: &mut Faults) {
    let known = properties.to_vec();
    for property in properties {
        let at = property.at;
        let Some(Formula { expression, variables }) = property.kind.formula_mut() else { continue };
        let (inferred, ambiguous) = formula::infer(expression, variables, &known);
        for word in ambiguous {
            let sentence = "could be several properties; say which one under variables";
            faults.add(at, format!("'{word}' in the formula of '{}' {sentence}", property.name));
        }
        variables.extend(inferred);
        for reference in variables.values_mut().filter(|reference| reference.hierarchy.is_none()) {
            if known.iter().any(|property| property.name == reference.property) {
                reference.property.insert_str(0, prefix);
            }
        }
    }
    for composite in composites {
        let prefix = format!("{prefix}{}/", composite.name);
        infer(&mut composite.properties, &mut composite.composites, &prefix, faults);
    }
}

fn check_composites(plant: &Plant, composites: &[Composite], faults: &mut Faults) {
    for composite in composites {
        if let Some(component) = &composite.component
            && plant.model(component).is_none_or(|model| model.kind != ModelKind::Component)
        {
            let components = plant.models.iter().filter(|model| model.kind == ModelKind::Component);
            let instead = instead(component, components.map(|model| model.name.as_str()));
            faults.add(composite.at, format!("'{component}' is no component in this file{instead}"));
        }
        check_composites(plant, &composite.composites, faults);
    }
}

fn formulas_inside(plant: &Plant, model: &Model, composites: &[Composite], faults: &mut Faults) {
    for composite in composites {
        formulas(plant, model, &composite.properties, faults);
        formulas_inside(plant, model, &composite.composites, faults);
    }
}

/// Reports models that contain themselves: through hierarchies, or through components.
fn cycles(plant: &Plant, faults: &mut Faults) {
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for model in &plant.models {
        let next = below.entry(&model.name).or_default();
        next.extend(model.hierarchies.iter().map(|hierarchy| hierarchy.child.as_str()));
        components(&model.composites, next);
    }
    for model in &plant.models {
        let (mut open, mut seen) = (below[model.name.as_str()].clone(), Vec::new());
        while let Some(next) = open.pop() {
            if next == model.name {
                faults.add(model.at, format!("the model '{next}' is below itself"));
                break;
            }
            if !seen.contains(&next) {
                seen.push(next);
                open.extend(below.get(next).into_iter().flatten());
            }
        }
    }
}

fn components<'a>(composites: &'a [Composite], found: &mut Vec<&'a str>) {
    for composite in composites {
        found.extend(composite.component.as_deref());
        components(&composite.composites, found);
    }
}
