//! Which of the account's things is which of the file's: by id, by external id, else by name in its place.

use std::collections::{HashMap, HashSet};

use super::wanted::Wanted;
use crate::sitewise_account::{KnownAsset, KnownComposite, KnownModel, Names};
use crate::sitewise_plant::{Composite, Model, Plant};

/// What is compared of two things.
#[derive(Clone, Copy)]
pub(super) struct Identity<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) external_id: Option<&'a str>,
    pub(super) name: &'a str,
}

/// Pairs of things: for each that is wanted the known one, and sentences about those that cannot be paired.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pairs {
    pub(super) known: Vec<Option<usize>>,
    pub(super) problems: Vec<String>,
}

impl Pairs {
    /// The known things that nobody wants.
    pub(super) fn extra(&self, count: usize) -> Vec<usize> {
        let used: HashSet<usize> = self.known.iter().flatten().copied().collect();
        (0..count).filter(|place| !used.contains(place)).collect()
    }
}

/// Says whether two things are the same.
type Rule<'a> = &'a dyn Fn(&Identity<'_>, &Identity<'_>) -> bool;

/// Pairs siblings: by id, by external id, then by name unless the external ids differ.
pub(super) fn pair(what: &str, wanted: &[Identity<'_>], known: &[Identity<'_>]) -> Pairs {
    let mut pairs = Pairs { known: vec![None; wanted.len()], problems: Vec::new() };
    let mut used = vec![false; known.len()];
    let same = |a: Option<&str>, b: Option<&str>| a.is_some() && a == b;
    let rules: [Rule<'_>; 3] =
        [&|a, b| same(a.id, b.id), &|a, b| same(a.external_id, b.external_id), &|a, b| {
            a.name == b.name
                && (a.external_id.is_none() || b.external_id.is_none() || a.external_id == b.external_id)
        }];
    for rule in rules {
        for (place, element) in wanted.iter().enumerate() {
            if pairs.known[place].is_some() {
                continue;
            }
            let found = (0..known.len()).find(|other| !used[*other] && rule(element, &known[*other]));
            if let Some(found) = found {
                used[found] = true;
                pairs.known[place] = Some(found);
            }
        }
    }
    for (place, element) in wanted.iter().enumerate() {
        let taken = known.iter().zip(&used).find(|(other, used)| !**used && other.name == element.name);
        if let (None, Some((other, _))) = (pairs.known[place], taken) {
            let has = other.external_id.unwrap_or("none");
            let wants = element.external_id.unwrap_or("none");
            pairs.problems.push(format!(
                "{what} '{}' has the external id {has} in the account and {wants} in the file; external ids can't be \
                 changed",
                element.name
            ));
        }
    }
    pairs
}

/// Pairs models.
pub(super) fn models(plant: &Plant, known: &[KnownModel]) -> Pairs {
    let wanted: Vec<Identity<'_>> = plant
        .models
        .iter()
        .map(|model| Identity {
            id: model.id.as_deref(),
            external_id: model.external_id.as_deref(),
            name: &model.name,
        })
        .collect();
    let known: Vec<Identity<'_>> = known
        .iter()
        .map(|model| Identity {
            id: Some(&model.id),
            external_id: model.external_id.as_deref(),
            name: &model.name,
        })
        .collect();
    pair("model", &wanted, &known)
}

/// Pairs the properties, hierarchies and composites of one level.
pub(super) fn elements<'a, W: 'a, K: 'a>(
    what: &str,
    wanted: impl IntoIterator<Item = &'a W>,
    wanted_identity: impl Fn(&'a W) -> (Option<&'a str>, &'a str),
    known: impl IntoIterator<Item = &'a K>,
    known_identity: impl Fn(&'a K) -> (Option<&'a str>, &'a str),
) -> Pairs {
    let identity = |(external_id, name)| Identity { id: None, external_id, name };
    let wanted: Vec<Identity<'_>> =
        wanted.into_iter().map(|element| identity(wanted_identity(element))).collect();
    let known: Vec<Identity<'_>> =
        known.into_iter().map(|element| identity(known_identity(element))).collect();
    pair(what, &wanted, &known)
}

/// Pairs the properties of a model or composite.
pub(super) fn properties(
    wanted: &[crate::sitewise_plant::Property],
    known: &[crate::sitewise_account::KnownElement],
) -> Pairs {
    elements(
        "property",
        wanted,
        |property| (property.external_id.as_deref(), property.name.as_str()),
        known,
        |property| (property.external_id.as_deref(), property.name.as_str()),
    )
}

/// Pairs the hierarchies of a model.
pub(super) fn hierarchies(model: &Model, known: &KnownModel) -> Pairs {
    elements(
        "hierarchy",
        &model.hierarchies,
        |hierarchy| (hierarchy.external_id.as_deref(), hierarchy.name.as_str()),
        &known.hierarchies,
        |hierarchy| (hierarchy.external_id.as_deref(), hierarchy.name.as_str()),
    )
}

/// Pairs the composites of one level.
pub(super) fn composites(wanted: &[Composite], known: &[KnownComposite]) -> Pairs {
    elements(
        "composite",
        wanted,
        |composite| (composite.external_id.as_deref(), composite.name.as_str()),
        known,
        |composite| (composite.external_id.as_deref(), composite.name.as_str()),
    )
}

/// Calls what is paired by the file's names, so that only real differences show.
pub(super) fn rename(names: &mut Names, model: &Model, known: &KnownModel) {
    names.models.insert(known.id.clone(), model.name.clone());
    for (place, found) in hierarchies(model, known).known.into_iter().enumerate() {
        if let Some(found) = found {
            names
                .hierarchies
                .insert(known.hierarchies[found].id.clone(), model.hierarchies[place].name.clone());
        }
    }
    for (place, found) in properties(&model.properties, &known.properties).known.into_iter().enumerate() {
        if let Some(found) = found {
            names.properties.insert(known.properties[found].id.clone(), model.properties[place].name.clone());
        }
    }
    rename_inside(names, &model.composites, &known.composites, "");
}

fn rename_inside(names: &mut Names, wanted: &[Composite], known: &[KnownComposite], prefix: &str) {
    for (place, found) in composites(wanted, known).known.into_iter().enumerate() {
        let Some(found) = found else { continue };
        let (composite, known) = (&wanted[place], &known[found]);
        let prefix = format!("{prefix}{}/", composite.name);
        if composite.component.is_some() {
            derived(names, known, &prefix);
            continue;
        }
        for (place, found) in
            properties(&composite.properties, &known.properties).known.into_iter().enumerate()
        {
            if let Some(found) = found {
                let path = format!("{prefix}{}", composite.properties[place].name);
                names.properties.insert(known.properties[found].id.clone(), path);
            }
        }
        rename_inside(names, &composite.composites, &known.composites, &prefix);
    }
}

/// What is derived from a component keeps its names below the composite's.
fn derived(names: &mut Names, known: &KnownComposite, prefix: &str) {
    for property in &known.properties {
        names.properties.insert(property.id.clone(), format!("{prefix}{}", property.name));
    }
    for inside in &known.composites {
        derived(names, inside, &format!("{prefix}{}/", inside.name));
    }
}

/// The parent and its hierarchy, or nothing for the top, and a name there.
type Spot<'a> = (Option<(&'a str, &'a str)>, &'a str);

/// Pairs assets: by id or external id wherever they stand, else by name below the paired parent.
///
/// An asset that stands nowhere yet may be one at the top with the same name and model that the file does not know
/// there: an interrupted run leaves those between their creation and their association.
pub(super) fn assets(
    wanted: &Wanted<'_>,
    models: &[Option<String>],
    hierarchies: &HashMap<(usize, String), String>,
    known: &[KnownAsset],
) -> Pairs {
    let mut pairs = Pairs { known: vec![None; wanted.assets.len()], problems: Vec::new() };
    let mut used = vec![false; known.len()];
    let by_id: HashMap<&str, usize> =
        known.iter().enumerate().map(|(place, asset)| (asset.id.as_str(), place)).collect();
    let by_external: HashMap<&str, usize> = known
        .iter()
        .enumerate()
        .filter_map(|(place, asset)| Some((asset.external_id.as_deref()?, place)))
        .collect();
    for (place, flat) in wanted.assets.iter().enumerate() {
        let id = flat.asset.id.as_deref().and_then(|id| by_id.get(id));
        let found = id.or_else(|| flat.asset.external_id.as_deref().and_then(|id| by_external.get(id)));
        if let Some(found) = found.copied().filter(|found| !used[*found]) {
            used[found] = true;
            pairs.known[place] = Some(found);
        }
    }
    let mut below: HashMap<Spot<'_>, Vec<usize>> = HashMap::new();
    for (place, asset) in known.iter().enumerate() {
        let parent = asset.parent.as_ref().map(|parent| (parent.asset.as_str(), parent.hierarchy.as_str()));
        below.entry((parent, asset.name.as_str())).or_default().push(place);
    }
    // Those at the top come first, so that none of them is taken for a lost child.
    let tops = (0..wanted.assets.len()).filter(|place| wanted.assets[*place].parent.is_none());
    let order: Vec<usize> =
        tops.chain((0..wanted.assets.len()).filter(|place| wanted.assets[*place].parent.is_some())).collect();
    for place in order {
        if pairs.known[place].is_some() {
            continue;
        }
        let flat = &wanted.assets[place];
        let name = flat.asset.name.as_str();
        let at = match &flat.parent {
            None => Some(None),
            Some((parent, hierarchy)) => {
                let hierarchy = hierarchies.get(&(wanted.assets[*parent].model, hierarchy.clone()));
                let parent = pairs.known[*parent].map(|parent| known[parent].id.as_str());
                parent.zip(hierarchy.map(String::as_str)).map(Some)
            }
        };
        let model = models[flat.model].as_deref();
        let here = at.and_then(|at| below.get(&(at, name))).map(Vec::as_slice).unwrap_or_default();
        let lost = || below.get(&(None, name)).map(Vec::as_slice).unwrap_or_default().iter().copied();
        let free = |candidate: &usize| {
            let asset = &known[*candidate];
            let same = asset.external_id.is_none() || flat.asset.external_id.is_none();
            !used[*candidate] && same && flat.asset.id.is_none()
        };
        let found = here.iter().copied().find(free).or_else(|| {
            let fits = |candidate: &usize| {
                model == Some(known[*candidate].model.as_str()) && known[*candidate].external_id.is_none()
            };
            lost().filter(free).find(|candidate| fits(candidate) && flat.asset.external_id.is_none())
        });
        if let Some(found) = found {
            used[found] = true;
            pairs.known[place] = Some(found);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element<'a>(external_id: Option<&'a str>, name: &'a str) -> Identity<'a> {
        Identity { id: None, external_id, name }
    }

    #[test]
    fn external_ids_win_over_names() {
        let known = [element(Some("a"), "Power"), element(None, "Speed"), element(None, "Left")];
        let wanted = [element(Some("a"), "Output"), element(Some("new"), "Speed"), element(None, "Power")];
        let pairs = pair("property", &wanted, &known);
        assert_eq!(pairs.known, [Some(0), Some(1), None]);
        assert_eq!(pairs.extra(3), [2]);
        assert!(
            pairs.problems.is_empty(),
            "a new property may take a name that a renamed one leaves: {pairs:?}"
        );
    }

    #[test]
    fn an_external_id_that_would_change_is_a_problem() {
        let pairs = pair("property", &[element(Some("b"), "Power")], &[element(Some("a"), "Power")]);
        assert_eq!(pairs.known, [None]);
        assert!(pairs.problems[0].contains("external id a in the account and b in the file"), "{pairs:?}");
    }
}
