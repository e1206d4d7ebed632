//! Random plants, and random changes that a service allows.

use commands::sitewise_plant::{
    Asset, Child, DataType, Formula, Hierarchy, Kind, Model, Plant, Property, Reference, Settings, Window,
};

/// Numbers from a seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// A text that YAML could take for something else.
    fn word(&mut self) -> String {
        let odd = ["no", "12", "a: b", "#x", "'q'", "\"", "ä ö", "- x", "~", "{y}", "x\\n", "&a", "1e3", "%"];
        let plain = ["power", "Flow rate", "Speed", "Inner temperature", "State"];
        let word = if self.chance(30) { self.pick(&odd) } else { self.pick(&plain) };
        format!("{word}{}", self.below(1000))
    }

    fn external_id(&mut self, percent: usize) -> Option<String> {
        self.chance(percent).then(|| format!("x-{}", self.next()))
    }

    fn optional(&mut self, percent: usize) -> Option<String> {
        self.chance(percent).then(|| self.word())
    }
}

pub fn plant(random: &mut Random) -> Plant {
    let mut plant = Plant::default();
    for number in 0..=random.below(4) {
        let model = model(random, number, &plant);
        plant.models.push(model);
    }
    for number in 0..random.below(4) {
        let model = random.below(plant.models.len());
        let asset = asset(random, &plant, model, number);
        plant.assets.push(asset);
    }
    plant
}

fn model(random: &mut Random, number: usize, plant: &Plant) -> Model {
    let mut model = Model {
        name: format!("M{number} {}", random.word()),
        external_id: random.external_id(50),
        description: random.optional(50),
        ..Model::default()
    };
    for _ in 0..random.below(3) {
        model.tags.insert(random.word(), random.word());
    }
    for _ in 0..random.below(6) {
        add_property(random, &mut model);
    }
    for place in 0..random.below(3).min(plant.models.len()) {
        let child = plant.models[random.below(plant.models.len())].name.clone();
        let name = format!("H{place} {}", random.word());
        model.hierarchies.push(Hierarchy {
            name,
            external_id: random.external_id(50),
            child,
            ..Hierarchy::default()
        });
    }
    if let Some(hierarchy) = model.hierarchies.first() {
        let child = plant.model(&hierarchy.child).unwrap();
        let read = child.properties.iter().find(|property| matches!(property.kind, Kind::Measurement { .. }));
        if let Some(read) = read {
            let reference =
                Reference { hierarchy: Some(hierarchy.name.clone()), property: read.name.clone() };
            let formula =
                Formula { expression: "sum(x)".to_owned(), variables: [("x".to_owned(), reference)].into() };
            let window = Window { interval: "5m".to_owned(), offset: None };
            let kind = Kind::Metric { formula, window, edge: false };
            let name = format!("Sum {}", random.word());
            model.properties.push(Property { name, kind, ..Property::default() });
        }
    }
    model
}

fn add_property(random: &mut Random, model: &mut Model) {
    let name = random.word();
    if model.properties.iter().any(|property| property.name == name) {
        return;
    }
    let moving: Vec<&Property> = model
        .properties
        .iter()
        .filter(|property| matches!(property.kind, Kind::Measurement { .. }))
        .collect();
    let kind = match random.below(4) {
        0 => Kind::Attribute { default: random.chance(50).then(|| random.below(100).to_string()) },
        2 | 3 if !moving.is_empty() => {
            let read = moving[random.below(moving.len())].name.clone();
            let reference = Reference { hierarchy: None, property: read };
            let variables = [("x".to_owned(), reference)].into();
            let factor = random.below(9);
            if random.chance(50) {
                let formula = Formula { expression: format!("x * {factor}"), variables };
                Kind::Transform { formula, edge: false, forwarding: true }
            } else {
                let formula = Formula { expression: format!("avg(x) + {factor}"), variables };
                let window = Window { interval: "1h".to_owned(), offset: None };
                Kind::Metric { formula, window, edge: false }
            }
        }
        _ => Kind::Measurement { forwarding: true },
    };
    let (external_id, unit) = (random.external_id(60), random.optional(50));
    let property =
        Property { name, external_id, data_type: DataType::Double, unit, kind, ..Property::default() };
    model.properties.push(property);
}

fn asset(random: &mut Random, plant: &Plant, model: usize, number: usize) -> Asset {
    let model = &plant.models[model];
    let mut asset = Asset {
        name: format!("A{number} {}", random.word()),
        external_id: random.external_id(50),
        description: random.optional(30),
        model: model.name.clone(),
        ..Asset::default()
    };
    if random.chance(30) {
        asset.tags.insert(random.word(), random.word());
    }
    for property in &model.properties {
        if matches!(property.kind, Kind::Attribute { .. }) && random.chance(50) {
            asset.attributes.insert(property.name.clone(), random.below(100).to_string());
        }
        if random.chance(30) {
            let alias = random.chance(70).then(|| format!("/{}/{}", random.next(), random.word()));
            let notifications = random.chance(30).then_some(true);
            let set = Settings { alias, unit: None, notifications };
            if !set.is_empty() {
                asset.settings.insert(property.name.clone(), set);
            }
        }
    }
    for hierarchy in &model.hierarchies {
        let child = plant.models.iter().position(|model| model.name == hierarchy.child).unwrap();
        for number in 0..random.below(3) {
            let child = self::asset(random, plant, child, number);
            asset.children.push(Child { hierarchy: hierarchy.name.clone(), asset: child });
        }
    }
    asset
}

/// Another plant that has much of the first.
pub fn changed(before: &Plant, random: &mut Random) -> Plant {
    let mut plant = before.clone();
    for place in 0..plant.models.len() {
        change_model(random, &mut plant, place);
    }
    if random.chance(50) && !plant.assets.is_empty() {
        let place = random.below(plant.assets.len());
        plant.assets.remove(place);
    }
    let models: Vec<Model> = plant.models.clone();
    for asset in &mut plant.assets {
        change_asset(random, asset, &models);
    }
    if random.chance(70) {
        let model = random.below(plant.models.len());
        let number = 10 + plant.assets.len();
        let new = asset(random, &plant, model, number);
        plant.assets.push(new);
    }
    plant
}

fn change_model(random: &mut Random, plant: &mut Plant, place: usize) {
    let model = &mut plant.models[place];
    if random.chance(40) {
        model.description = random.optional(70);
    }
    if random.chance(30) {
        model.tags.clear();
    }
    for property in &mut model.properties {
        if random.chance(30) {
            property.unit = random.optional(60);
        }
        if let Kind::Attribute { default } = &mut property.kind
            && random.chance(30)
        {
            *default = Some(random.below(50).to_string());
        }
        if property.external_id.is_none() && random.chance(20) {
            property.external_id = random.external_id(100);
        }
    }
    // A property that others read stays; a name changes where an external id remembers who it is.
    for number in (0..plant.models[place].properties.len()).rev() {
        let (name, has_id) = {
            let property = &plant.models[place].properties[number];
            (property.name.clone(), property.external_id.is_some())
        };
        if random.chance(15) && !is_read(plant, &name) {
            plant.models[place].properties.remove(number);
            forget(&mut plant.assets, &plant.models[place].name, &name);
        } else if has_id && random.chance(20) {
            let new = format!("renamed {}", random.word());
            rename(plant, place, &name, &new);
        }
    }
    add_property(random, &mut plant.models[place]);
}

fn is_read(plant: &Plant, name: &str) -> bool {
    let all = plant.models.iter().flat_map(|model| &model.properties);
    let mut formulas = all.filter_map(|property| property.kind.formula());
    formulas.any(|formula| formula.variables.values().any(|reference| reference.property == name))
}

fn forget(assets: &mut [Asset], model: &str, name: &str) {
    for asset in assets {
        if asset.model == model {
            asset.settings.remove(name);
            asset.attributes.remove(name);
        }
        asset
            .children
            .iter_mut()
            .for_each(|child| forget(std::slice::from_mut(&mut child.asset), model, name));
    }
}

fn rename(plant: &mut Plant, place: usize, name: &str, new: &str) {
    let model = plant.models[place].name.clone();
    let property = plant.models[place].properties.iter_mut().find(|property| property.name == name).unwrap();
    new.clone_into(&mut property.name);
    for other in &mut plant.models {
        let children: Vec<String> = other
            .hierarchies
            .iter()
            .filter(|hierarchy| hierarchy.child == model)
            .map(|hierarchy| hierarchy.name.clone())
            .collect();
        for property in &mut other.properties {
            let Some(formula) = property.kind.formula_mut() else { continue };
            for reference in formula.variables.values_mut().filter(|reference| reference.property == name) {
                let means = match &reference.hierarchy {
                    None => other.name == model,
                    Some(hierarchy) => children.contains(hierarchy),
                };
                if means {
                    new.clone_into(&mut reference.property);
                }
            }
        }
    }
    rename_settings(&mut plant.assets, &model, name, new);
}

fn rename_settings(assets: &mut [Asset], model: &str, name: &str, new: &str) {
    for asset in assets {
        if asset.model == model
            && let Some(set) = asset.settings.remove(name)
        {
            asset.settings.insert(new.to_owned(), set);
        }
        if asset.model == model
            && let Some(value) = asset.attributes.remove(name)
        {
            asset.attributes.insert(new.to_owned(), value);
        }
        for child in &mut asset.children {
            rename_settings(std::slice::from_mut(&mut child.asset), model, name, new);
        }
    }
}

fn change_asset(random: &mut Random, asset: &mut Asset, models: &[Model]) {
    if random.chance(30) {
        asset.description = random.optional(60);
    }
    if asset.external_id.is_some() && random.chance(30) {
        asset.name = format!("renamed {}", random.word());
    }
    asset.settings.retain(|_, _| random.chance(70));
    for value in asset.attributes.values_mut() {
        if random.chance(40) {
            *value = random.below(100).to_string();
        }
    }
    asset.children.retain(|_| random.chance(80));
    let model = models.iter().find(|model| model.name == asset.model).unwrap();
    for child in &mut asset.children {
        // Another hierarchy of the same model is a move.
        let places: Vec<&Hierarchy> =
            model.hierarchies.iter().filter(|hierarchy| hierarchy.child == child.asset.model).collect();
        if child.asset.external_id.is_some() && random.chance(30) {
            child.hierarchy.clone_from(&places[random.below(places.len())].name);
        }
        change_asset(random, &mut child.asset, models);
    }
}
