//! The order in which files are written, so that equal plants are equal files.

use std::cmp::Ordering;

use super::{Asset, Composite, Plant};

/// Models, composites and assets go by name, as people count; properties and hierarchies stay as they are.
pub(super) fn sort(plant: &mut Plant) {
    plant.models.sort_by(|a, b| natural(&a.name, &b.name));
    for model in &mut plant.models {
        sort_composites(&mut model.composites);
        model.interfaces.sort_by(|a, b| natural(&a.interface, &b.interface));
    }
    let models = &plant.models;
    let place = |model: &str, hierarchy: &str| {
        let model = models.iter().find(|known| known.name == model)?;
        model.hierarchies.iter().position(|known| known.name == hierarchy)
    };
    sort_assets(&mut plant.assets, &place);
}

fn sort_composites(composites: &mut [Composite]) {
    composites.sort_by(|a, b| natural(&a.name, &b.name));
    for composite in composites {
        sort_composites(&mut composite.composites);
    }
}

fn sort_assets(assets: &mut [Asset], place: &impl Fn(&str, &str) -> Option<usize>) {
    assets.sort_by(by_name);
    for asset in assets {
        sort_asset(asset, place);
    }
}

fn sort_asset(asset: &mut Asset, place: &impl Fn(&str, &str) -> Option<usize>) {
    let model = asset.model.clone();
    asset.children.sort_by(|a, b| {
        let hierarchies = place(&model, &a.hierarchy).cmp(&place(&model, &b.hierarchy));
        hierarchies.then_with(|| by_name(&a.asset, &b.asset))
    });
    for child in &mut asset.children {
        sort_asset(&mut child.asset, place);
    }
}

fn by_name(a: &Asset, b: &Asset) -> Ordering {
    let same = natural(&a.name, &b.name);
    same.then_with(|| a.external_id.cmp(&b.external_id)).then_with(|| a.id.cmp(&b.id))
}

/// Compares names as people do: T2 comes before T10.
pub(super) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (x, y) = match (left.chars().next(), right.chars().next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (first, second) = (digits(left), digits(right));
            let number = |text: &str| text.trim_start_matches('0').len();
            let compared = number(first)
                .cmp(&number(second))
                .then_with(|| first.trim_start_matches('0').cmp(second.trim_start_matches('0')));
            if compared.is_ne() {
                return compared;
            }
            (left, right) = (&left[first.len()..], &right[second.len()..]);
            continue;
        }
        let compared = x.to_lowercase().cmp(y.to_lowercase());
        if compared.is_ne() {
            return compared;
        }
        (left, right) = (&left[x.len_utf8()..], &right[y.len_utf8()..]);
    }
}

fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_counted() {
        let mut names = ["T10", "t2", "T2", "T1", "a", "T02", "", "Ä", "T2b"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["", "a", "T1", "T02", "T2", "t2", "T2b", "T10", "Ä"]);
    }
}
