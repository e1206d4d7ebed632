//! What differs between a model of the file and that of the account, in words.

use super::matching;
use crate::sitewise_account::{KnownModel, Names, model_view};
use crate::sitewise_plant::{Composite, Formula, Kind, Model, Property};

/// The differences of one model.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// Of what one update of the model carries: its own members, properties, hierarchies and alarms.
    pub(super) own: Vec<String>,
    /// Of composites, which have operations of their own.
    pub(super) composites: Vec<String>,
    /// Of the interfaces that it implements.
    pub(super) interfaces: Vec<String>,
    /// What the account has and the file does not mention.
    pub(super) extra: Vec<String>,
    /// What cannot be changed.
    pub(super) problems: Vec<String>,
}

/// Says how a text changes; nothing if it does not.
pub(super) fn changed(what: &str, before: Option<&str>, after: Option<&str>) -> Option<String> {
    let word = |text: Option<&str>| text.map_or_else(|| "none".to_owned(), |text| format!("'{text}'"));
    (before != after).then(|| format!("{what}: {} -> {}", word(before), word(after)))
}

/// Compares a model; `names` calls what is paired by the file's names.
pub(super) fn of(model: &Model, known: &KnownModel, names: &Names) -> Differences {
    let view = model_view(known, names);
    let mut found = Differences::default();
    found.own.extend(changed("name", Some(&view.name), Some(&model.name)));
    found.own.extend(changed("description", view.description.as_deref(), model.description.as_deref()));
    external_id(&mut found, "", model.external_id.as_deref(), view.external_id.as_deref());
    if model.kind != view.kind {
        let (name, before, after) = (&model.name, view.kind.name(), model.kind.name());
        found.problems.push(format!("model '{name}' is of kind {before} and can't become {after}"));
    }
    if known.state == "FAILED" {
        let why = known.error.as_deref().unwrap_or("it does not say why");
        found.own.push(format!("state: FAILED ({why})"));
    }
    let mut own = std::mem::take(&mut found.own);
    properties(&mut own, &mut found, &model.properties, (&view.properties, known.properties.as_slice()), "");
    found.own = own;
    hierarchies(&mut found, model, known, &view);
    composites(&mut found, &model.composites, (&view.composites, &known.composites), "");
    for wanted in &model.interfaces {
        match view.interfaces.iter().find(|other| other.interface == wanted.interface) {
            Some(other) if other.mapping == wanted.mapping => {}
            Some(_) => found.interfaces.push(format!("interface '{}': other properties", wanted.interface)),
            None => found.interfaces.push(format!("implement interface '{}'", wanted.interface)),
        }
    }
    let gone = view
        .interfaces
        .iter()
        .filter(|other| !model.interfaces.iter().any(|i| i.interface == other.interface));
    found.extra.extend(gone.map(|other| format!("interface '{}'", other.interface)));
    found
}

/// External ids can be added; the file need not mention one that is there.
fn external_id(found: &mut Differences, what: &str, wanted: Option<&str>, known: Option<&str>) {
    if let (Some(wanted), None) = (wanted, known) {
        found.own.push(format!("{what}external id: none -> '{wanted}'"));
    }
}

fn properties(
    changes: &mut Vec<String>,
    found: &mut Differences,
    wanted: &[Property],
    (view, known): (&[Property], &[crate::sitewise_account::KnownElement]),
    prefix: &str,
) {
    let pairs = matching::properties(wanted, known);
    found.extra.extend(
        pairs.extra(known.len()).into_iter().map(|place| format!("property '{prefix}{}'", known[place].name)),
    );
    found.problems.extend(pairs.problems);
    for (place, other) in pairs.known.into_iter().enumerate() {
        let property = &wanted[place];
        let name = format!("property '{prefix}{}'", property.name);
        match other {
            None => {
                let kind = property.kind.name();
                let article = if kind == "attribute" { "an" } else { "a" };
                changes.push(format!("add {name}, {article} {kind}"));
            }
            Some(other) => self::property(changes, found, property, &view[other], &name),
        }
    }
}

fn property(
    changes: &mut Vec<String>,
    found: &mut Differences,
    wanted: &Property,
    known: &Property,
    name: &str,
) {
    let mut immutable = |what: &str, before: &str, after: &str| {
        if before != after {
            found.problems.push(format!(
                "{what} of {name} can't be changed from {before} to {after}; remove the property with --prune, then add it \
                 again, which loses its data"
            ));
        }
    };
    immutable("the type", known.kind.name(), wanted.kind.name());
    immutable("the data type", known.data_type.name(), wanted.data_type.name());
    if let (Kind::Metric { window: before, .. }, Kind::Metric { window: after, .. }) =
        (&known.kind, &wanted.kind)
    {
        let offset = |window: &crate::sitewise_plant::Window| {
            window.offset.as_ref().map(|offset| format!(" from {offset}")).unwrap_or_default()
        };
        immutable(
            "the window",
            &format!("{}{}", before.interval, offset(before)),
            &format!("{}{}", after.interval, offset(after)),
        );
    }
    let mut change = |what: &str, before: Option<&str>, after: Option<&str>| {
        changes.extend(changed(&format!("{name} {what}"), before, after));
    };
    change("name", Some(&known.name), Some(&wanted.name));
    change("unit", known.unit.as_deref(), wanted.unit.as_deref());
    if wanted.external_id.is_some() {
        change("external id", known.external_id.as_deref(), wanted.external_id.as_deref());
    }
    let words = |on: bool, yes: &'static str, no: &'static str| Some(if on { yes } else { no });
    match (&known.kind, &wanted.kind) {
        (Kind::Attribute { default: before }, Kind::Attribute { default: after }) => {
            change("default", before.as_deref(), after.as_deref());
        }
        (Kind::Measurement { forwarding: before }, Kind::Measurement { forwarding: after }) => {
            change("forwarding", words(*before, "enabled", "disabled"), words(*after, "enabled", "disabled"));
        }
        (
            Kind::Transform { formula: before, edge: at, forwarding: sent },
            Kind::Transform { formula: after, edge, forwarding },
        ) => {
            change(
                "forwarding",
                words(*sent, "enabled", "disabled"),
                words(*forwarding, "enabled", "disabled"),
            );
            change("compute", words(*at, "edge", "cloud"), words(*edge, "edge", "cloud"));
            formula(changes, before, after, name);
        }
        (Kind::Metric { formula: before, edge: at, .. }, Kind::Metric { formula: after, edge, .. }) => {
            change("compute", words(*at, "edge", "cloud"), words(*edge, "edge", "cloud"));
            formula(changes, before, after, name);
        }
        _ => {}
    }
}

fn formula(changes: &mut Vec<String>, before: &Formula, after: &Formula, name: &str) {
    changes.extend(changed(&format!("{name} formula"), Some(&before.expression), Some(&after.expression)));
    let mut names: Vec<&String> = before.variables.keys().chain(after.variables.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for variable in names {
        let word = |formula: &Formula| {
            let reference = formula.variables.get(variable)?;
            let hierarchy =
                reference.hierarchy.as_ref().map(|hierarchy| format!("{hierarchy} > ")).unwrap_or_default();
            Some(format!("{hierarchy}{}", reference.property))
        };
        let what = format!("{name} variable {variable}");
        changes.extend(changed(&what, word(before).as_deref(), word(after).as_deref()));
    }
}

fn hierarchies(found: &mut Differences, model: &Model, known: &KnownModel, view: &Model) {
    let pairs = matching::hierarchies(model, known);
    let extra = pairs.extra(known.hierarchies.len());
    found
        .extra
        .extend(extra.into_iter().map(|place| format!("hierarchy '{}'", known.hierarchies[place].name)));
    found.problems.extend(pairs.problems);
    for (place, other) in pairs.known.into_iter().enumerate() {
        let wanted = &model.hierarchies[place];
        let name = format!("hierarchy '{}'", wanted.name);
        let Some(other) = other.map(|other| &view.hierarchies[other]) else {
            found.own.push(format!("add {name} of '{}'", wanted.child));
            continue;
        };
        found.own.extend(changed(&format!("{name} name"), Some(&other.name), Some(&wanted.name)));
        external_id(found, &format!("{name} "), wanted.external_id.as_deref(), other.external_id.as_deref());
        if other.child != wanted.child {
            let (before, after) = (&other.child, &wanted.child);
            found.problems.push(format!("the model of {name} can't be changed from '{before}' to '{after}'"));
        }
    }
}

fn composites(
    found: &mut Differences,
    wanted: &[Composite],
    (view, known): (&[Composite], &[crate::sitewise_account::KnownComposite]),
    prefix: &str,
) {
    let pairs = matching::composites(wanted, known);
    let extra = pairs.extra(known.len());
    found.extra.extend(extra.into_iter().map(|place| format!("composite '{prefix}{}'", known[place].name)));
    found.problems.extend(pairs.problems);
    for (place, other) in pairs.known.into_iter().enumerate() {
        let composite = &wanted[place];
        let name = format!("composite '{prefix}{}'", composite.name);
        let mut changes = Vec::new();
        if let Some(other) = other {
            let (view, known) = (&view[other], &known[other]);
            if view.alarm != composite.alarm || view.component != composite.component {
                found
                    .problems
                    .push(format!("{name} is something else in the account; remove it with --prune first"));
                continue;
            }
            changes.extend(changed(&format!("{name} name"), Some(&view.name), Some(&composite.name)));
            let description = changed(
                &format!("{name} description"),
                view.description.as_deref(),
                composite.description.as_deref(),
            );
            changes.extend(description);
            if let (Some(after), None) = (&composite.external_id, &view.external_id) {
                changes.push(format!("{name} external id: none -> '{after}'"));
            }
            let prefix = format!("{prefix}{}/", composite.name);
            if composite.component.is_none() {
                let sides = (view.properties.as_slice(), known.properties.as_slice());
                properties(&mut changes, found, &composite.properties, sides, &prefix);
                composites(found, &composite.composites, (&view.composites, &known.composites), &prefix);
            }
        } else {
            changes.push(format!("add {name}"));
        }
        if composite.alarm {
            found.own.extend(changes);
        } else {
            found.composites.extend(changes);
        }
    }
}
