//! Reads assets: a tree in which each stands below a hierarchy of its parent.

use super::alias::{self, Filling};
use super::fault::instead;
use super::node::{Content, Node};
use super::read::{Members, Named, Reader};
use super::read_model::keys;
use super::text::value_fault;
use super::{Asset, Child, Kind, Model, ModelKind, Plant, Settings};

const ASSET_KEYS: &[&str] = &[
    "model",
    "externalId",
    "id",
    "description",
    "tags",
    "attributes",
    "properties",
    "aliases",
    "hierarchies",
];
/// Longest alias.
const ALIAS_CHARS_MAX: usize = 2048;

impl Reader {
    /// Reads an asset and what is below it; `model` is the model that its hierarchy asks for.
    pub(super) fn asset(
        &mut self,
        named: &Named<'_>,
        plant: &Plant,
        model: Option<&str>,
        pattern: Option<&str>,
        path: &mut Vec<String>,
    ) -> Option<Asset> {
        let what = format!("the asset '{}'", named.name);
        let members = self.members(named.node, &what, &keys(named, ASSET_KEYS))?;
        let model = self.model_of(&what, named, &members, model, plant)?;
        let mut asset = Asset {
            name: named.name.clone(),
            id: self.id(&members),
            external_id: self.external_id(&members),
            description: self.description(&members),
            tags: self.tags(&members),
            model: model.name.clone(),
            at: named.at,
            ..Asset::default()
        };
        self.attributes(&mut asset, &members, plant, model);
        self.settings(&mut asset, &members, plant, model);
        let own = if members.has("aliases") {
            self.pattern(members.get("aliases"))
        } else {
            pattern.map(str::to_owned)
        };
        path.push(named.name.clone());
        if let Some(pattern) = &own {
            self.fill(&mut asset, pattern, plant, model, path);
        }
        for (key, node) in self.hierarchies_of(&members) {
            let hierarchy = model.hierarchies.iter().find(|hierarchy| hierarchy.name == key.name);
            let Some(hierarchy) = hierarchy else {
                let instead = instead(&key.name, model.hierarchies.iter().map(|known| known.name.as_str()));
                let (hierarchy, model) = (&key.name, &model.name);
                self.faults
                    .add(key.at, format!("the model '{model}' has no hierarchy '{hierarchy}'{instead}"));
                continue;
            };
            for named in self.collection(Some(node), &hierarchy.name, true) {
                let child = self.asset(&named, plant, Some(&hierarchy.child), own.as_deref(), path);
                let child = child.map(|asset| Child { hierarchy: hierarchy.name.clone(), asset });
                asset.children.extend(child);
            }
        }
        path.pop();
        Some(asset)
    }

    fn hierarchies_of<'a>(&mut self, members: &Members<'a>) -> Vec<(Named<'a>, &'a Node)> {
        let Some(node) = members.get("hierarchies") else { return Vec::new() };
        let Content::Map(pairs) = &node.content else {
            self.faults.add(node.at, format!("hierarchies is a mapping by name; here is {}", node.kind()));
            return Vec::new();
        };
        let named = |(key, value): &'a (Node, Node)| match &key.content {
            Content::Scalar(name, _) if !value.is_nothing() => {
                Some((Named { name: name.clone(), node: value, at: key.at, listed: false }, value))
            }
            _ => None,
        };
        pairs.iter().filter_map(named).collect()
    }

    /// Finds the model of an asset: the one that it names, which a hierarchy above may know already.
    fn model_of<'p>(
        &mut self,
        what: &str,
        named: &Named<'_>,
        members: &Members<'_>,
        wanted: Option<&str>,
        plant: &'p Plant,
    ) -> Option<&'p Model> {
        let node = members.get("model");
        let given = node.and_then(|node| self.text(node, "model"));
        let at = node.map_or(named.at, |node| node.at);
        if let (Some(given), Some(wanted)) = (&given, wanted)
            && given != wanted
        {
            self.faults.add(
                at,
                format!("{what} is below a hierarchy of '{wanted}', so its model can't be '{given}'"),
            );
            return None;
        }
        let models = || plant.models.iter().filter(|model| model.kind == ModelKind::Asset);
        let Some(name) = given.as_deref().or(wanted) else {
            let instead = instead("", models().map(|model| model.name.as_str()));
            self.faults.add(at, format!("{what} needs a model{instead}"));
            return None;
        };
        let found = plant.model(name);
        match found {
            // A hierarchy whose model does not exist was told where the hierarchy is defined.
            None if wanted.is_some() => {}
            None => {
                let instead = instead(name, models().map(|model| model.name.as_str()));
                self.faults
                    .add(at, format!("{what} has the model '{name}', which is not in this file{instead}"));
            }
            Some(model) if model.kind != ModelKind::Asset => {
                let kind = model.kind.name();
                self.faults.add(at, format!("{what} can't be made of '{name}', which is of kind {kind}"));
                return None;
            }
            Some(_) => {}
        }
        found
    }

    fn attributes(&mut self, asset: &mut Asset, members: &Members<'_>, plant: &Plant, model: &Model) {
        for (path, text, at, value_at) in self.texts(members.get("attributes"), "attributes") {
            let property = plant.property(model, &path);
            let Some(property) = property.filter(|found| matches!(found.kind, Kind::Attribute { .. })) else {
                let all = plant.properties(model);
                let attributes = all.iter().filter(|(_, found)| matches!(found.kind, Kind::Attribute { .. }));
                let instead = instead(&path, attributes.map(|(path, _)| path.as_str()));
                let is = property.map(|found| format!(", but a {}", found.kind.name())).unwrap_or_default();
                let model = &model.name;
                self.faults.add(at, format!("'{path}' is no attribute of the model '{model}'{is}{instead}"));
                continue;
            };
            if let Some(right) = value_fault(property.data_type, &text) {
                let kind = property.data_type.name();
                self.faults.add(value_at, format!("the value '{text}' of '{path}' is not {kind}: {right}"));
            }
            asset.attributes.insert(path, text);
        }
    }

    /// Reads `Power: /north/t1/power`, or `Power: {alias: /north/t1/power, unit: kW, notifications: enabled}`.
    fn settings(&mut self, asset: &mut Asset, members: &Members<'_>, plant: &Plant, model: &Model) {
        for named in self.collection(members.get("properties"), "properties", false) {
            if plant.property(model, &named.name).is_none() {
                let all = plant.properties(model);
                let instead = instead(&named.name, all.iter().map(|(path, _)| path.as_str()));
                let (path, model) = (&named.name, &model.name);
                self.faults.add(named.at, format!("the model '{model}' has no property '{path}'{instead}"));
                continue;
            }
            let mut settings = Settings::default();
            if matches!(named.node.content, Content::Scalar(..)) {
                settings.alias = self.alias(named.node);
            } else {
                let what = format!("the property '{}' of an asset", named.name);
                let keys = keys(&named, &["alias", "unit", "notifications"]);
                let Some(members) = self.members(named.node, &what, &keys) else { continue };
                settings.alias = members.get("alias").and_then(|node| self.alias(node));
                settings.unit = self.unit(&members);
                let words = [(true, "enabled"), (false, "disabled")];
                let node = members.get("notifications");
                settings.notifications = node.and_then(|node| self.word(node, "notifications", &words));
            }
            asset.settings.insert(named.name, settings);
        }
    }

    fn alias(&mut self, node: &Node) -> Option<String> {
        let alias = self.text(node, "alias")?;
        if alias.chars().count() > ALIAS_CHARS_MAX || alias.chars().any(|c| c < ' ' || c == '\u{7f}') {
            let sentence = format!("an alias has at most {ALIAS_CHARS_MAX} characters, none that control");
            self.faults.add(node.at, sentence);
        }
        Some(alias)
    }

    /// Gives aliases to the measurements that have none of their own.
    fn fill(&mut self, asset: &mut Asset, pattern: &str, plant: &Plant, model: &Model, path: &[String]) {
        for (property, found) in plant.properties(model) {
            let is_stream = matches!(found.kind, Kind::Measurement { .. });
            if !is_stream || asset.settings.get(&property).is_some_and(|settings| settings.alias.is_some()) {
                continue;
            }
            let external_id = asset.external_id.as_deref();
            let filling = Filling { path, model: &model.name, external_id, property: &property };
            let Some(alias) = alias::fill(pattern, &filling) else {
                let needs_id = pattern.contains("{externalId}") && external_id.is_none();
                let missing = if needs_id { "external id" } else { "parent" };
                let name = &asset.name;
                self.faults.add(
                    asset.at,
                    format!("the asset '{name}' has no {missing}, which the aliases '{pattern}' are made of"),
                );
                return;
            };
            asset.settings.entry(property).or_default().alias = Some(alias);
        }
    }
}
