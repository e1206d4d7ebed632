//! Brings one model to what the file says: create or update, composites, interfaces, each waited for.

use serde_json::{Map, Value, json};

use super::difference;
use super::execute::{Failure, Run, wait};
use super::matching;
use super::request;
use crate::sitewise_account::{KnownComposite, KnownModel, Names, describe, is_gone};
use crate::sitewise_plant::{Composite, Model};

impl<A: crate::sitewise_account::Api> Run<'_, A> {
    /// Creates a model, or updates what differs; what only the account has stays.
    pub(super) fn bring_model(&self, place: usize) -> Result<(), Failure> {
        let model = &self.wanted.plant.models[place];
        let mut known = match self.ids.model(place) {
            Some(id) => self.update_model(place, &id)?,
            None => self.create_model(place)?,
        };
        let composites = model.composites.iter().any(|composite| !composite.alarm);
        if composites {
            known = self.bring_composites(place, &known)?;
            // Formulas that read from composites had to wait for them.
            known = self.update_model(place, &known.id)?;
        }
        self.bring_interfaces(place, &known)
    }

    fn create_model(&self, place: usize) -> Result<KnownModel, Failure> {
        let model = &self.wanted.plant.models[place];
        let definition = request::create(&self.ids, place, model).map_err(Failure::Refused)?;
        let answer = self.write("CreateAssetModel", definition.body)?;
        let id = answer["assetModelId"].as_str().unwrap_or_default().to_owned();
        self.settled_model(place, &id)
    }

    /// Updates a model if it differs now, and answers what it is then.
    fn update_model(&self, place: usize, id: &str) -> Result<KnownModel, Failure> {
        let model = &self.wanted.plant.models[place];
        let known = self.rested_model(id)?;
        self.ids.learn(place, &known);
        let differences = difference::of(model, &known, &self.names(place, &known)?);
        if differences.own.is_empty() {
            return Ok(known);
        }
        let definition = request::update(&self.ids, place, model, &known, true).map_err(Failure::Refused)?;
        // What waits for composites is sent with them there.
        let only_waiting =
            definition.waiting && differences.own.iter().all(|change| change.starts_with("add property"));
        if only_waiting
            && known.properties.len()
                == definition.body["assetModelProperties"].as_array().map_or(0, Vec::len)
        {
            return Ok(known);
        }
        self.write("UpdateAssetModel", definition.body)?;
        self.settled_model(place, id)
    }

    /// Removes what the file does not mention.
    pub(super) fn trim_model(&self, place: usize) -> Result<(), Failure> {
        let model = &self.wanted.plant.models[place];
        let Some(id) = self.ids.model(place) else { return Ok(()) };
        let mut known = self.rested_model(&id)?;
        for (interface, _) in known.interfaces.clone() {
            let is_wanted = model
                .interfaces
                .iter()
                .any(|implemented| self.ids.model_named(&implemented.interface).as_ref() == Some(&interface));
            if !is_wanted {
                let input = json!({ "assetModelId": id, "interfaceAssetModelId": interface });
                self.write("DeleteAssetModelInterfaceRelationship", input)?;
                known = self.rested_model(&id)?;
            }
        }
        let pairs = matching::properties(&model.properties, &known.properties);
        let extra = !pairs.extra(known.properties.len()).is_empty()
            || !matching::hierarchies(model, &known).extra(known.hierarchies.len()).is_empty();
        let composites = matching::composites(&model.composites, &known.composites);
        let composites: Vec<&KnownComposite> = composites
            .extra(known.composites.len())
            .into_iter()
            .map(|place| &known.composites[place])
            .collect();
        if extra || composites.iter().any(|composite| composite.inline.is_some()) {
            let definition =
                request::update(&self.ids, place, model, &known, false).map_err(Failure::Refused)?;
            self.write("UpdateAssetModel", definition.body)?;
            self.settled_model(place, &id)?;
        }
        let known = self.rested_model(&id)?;
        self.trim_composites(place, &id, &model.composites, &known.composites)?;
        self.settled_model(place, &id).map(|_| ())
    }

    fn trim_composites(
        &self,
        place: usize,
        id: &str,
        wanted: &[Composite],
        known: &[KnownComposite],
    ) -> Result<(), Failure> {
        let pairs = matching::composites(wanted, known);
        for extra in pairs.extra(known.len()) {
            if known[extra].inline.is_none() {
                let input = json!({ "assetModelId": id, "assetModelCompositeModelId": known[extra].id });
                self.write("DeleteAssetModelCompositeModel", input)?;
                self.rested_model(id)?;
            }
        }
        for (number, other) in pairs.known.iter().enumerate() {
            let Some(other) = other.map(|other| &known[other]) else { continue };
            let composite = &wanted[number];
            if composite.alarm || composite.component.is_some() {
                continue;
            }
            let pairs = matching::properties(&composite.properties, &other.properties);
            if !pairs.extra(other.properties.len()).is_empty() {
                self.update_composite(place, id, composite, other, false)?;
            }
            self.trim_composites(place, id, &composite.composites, &other.composites)?;
        }
        Ok(())
    }

    /// Deletes a model and waits until it is gone.
    pub(super) fn delete_model(&self, id: &str) -> Result<(), Failure> {
        let gone = |failure: &Failure| matches!(failure, Failure::Call(error) if is_gone(error));
        match self.rested_model(id) {
            Err(failure) if gone(&failure) => return Ok(()),
            other => other?,
        };
        self.write("DeleteAssetModel", json!({ "assetModelId": id }))?;
        wait(&format!("model {id}"), || match describe(self.api, id) {
            Ok(model) if model.state == "DELETING" => Ok(None),
            Ok(model) => Err(Failure::Refused(format!("model '{}' is {} again", model.name, model.state))),
            Err(error) if is_gone(&error) => Ok(Some(())),
            Err(error) => Err(error.into()),
        })
    }

    /// Waits until nothing is under way.
    fn rested_model(&self, id: &str) -> Result<KnownModel, Failure> {
        wait(&format!("model {id}"), || {
            let known = describe(self.api, id)?;
            Ok(Some(known).filter(KnownModel::is_settled))
        })
    }

    /// Waits until a write is through; a model that failed is an error.
    fn settled_model(&self, place: usize, id: &str) -> Result<KnownModel, Failure> {
        let known = self.rested_model(id)?;
        self.ids.learn(place, &known);
        if known.state == "FAILED" {
            let why = known.error.as_deref().unwrap_or("it does not say why");
            return Err(Failure::Refused(format!("model '{}' is FAILED: {why}", known.name)));
        }
        Ok(known)
    }

    /// The names of the account with those of the file in place, for comparing this model.
    fn names(&self, place: usize, known: &KnownModel) -> Result<Names, Failure> {
        let mut names = Names::default();
        let plant = self.wanted.plant;
        for (other, model) in plant.models.iter().enumerate() {
            if other == place {
                continue;
            }
            let is_child =
                plant.models[place].hierarchies.iter().any(|hierarchy| hierarchy.child == model.name);
            let Some(id) = self.ids.model(other) else { continue };
            names.models.insert(id.clone(), model.name.clone());
            if is_child {
                let child = describe(self.api, &id)?;
                names.add(&child);
                matching::rename(&mut names, model, &child);
            }
        }
        names.add(known);
        matching::rename(&mut names, &plant.models[place], known);
        Ok(names)
    }

    fn bring_composites(&self, place: usize, known: &KnownModel) -> Result<KnownModel, Failure> {
        let model = &self.wanted.plant.models[place];
        self.composites(place, &known.id, None, (&model.composites, &known.composites))?;
        self.settled_model(place, &known.id)
    }

    fn composites(
        &self,
        place: usize,
        id: &str,
        parent: Option<&str>,
        (wanted, known): (&[Composite], &[KnownComposite]),
    ) -> Result<(), Failure> {
        let pairs = matching::composites(wanted, known);
        let mut open: Vec<usize> = (0..wanted.len()).filter(|number| !wanted[*number].alarm).collect();
        while !open.is_empty() {
            // One that reads from another waits for it.
            let next = open.iter().position(|number| request::is_ready(&self.ids, place, &wanted[*number]));
            let number = open.remove(next.unwrap_or(0));
            let composite = &wanted[number];
            let Some(other) = pairs.known[number].map(|other| &known[other]) else {
                self.create_composite(place, id, parent, composite)?;
                continue;
            };
            if self.differs(place, composite, other)? {
                self.update_composite(place, id, composite, other, true)?;
            }
            if composite.component.is_none() {
                self.composites(place, id, Some(&other.id), (&composite.composites, &other.composites))?;
            }
        }
        Ok(())
    }

    /// Whether one composite differs, apart from what is inside.
    fn differs(&self, place: usize, wanted: &Composite, known: &KnownComposite) -> Result<bool, Failure> {
        let alone = |composite: &Composite| Composite { composites: Vec::new(), ..composite.clone() };
        let model =
            Model { composites: vec![alone(wanted)], name: "composite".to_owned(), ..Model::default() };
        let other = KnownModel {
            name: "composite".to_owned(),
            composites: vec![KnownComposite { composites: Vec::new(), ..known.clone() }],
            ..KnownModel::default()
        };
        let whole = self.rested_model(&self.ids.model(place).unwrap_or_default())?;
        let names = self.names(place, &whole)?;
        Ok(!difference::of(&model, &other, &names).composites.is_empty())
    }

    fn create_composite(
        &self,
        place: usize,
        id: &str,
        parent: Option<&str>,
        composite: &Composite,
    ) -> Result<(), Failure> {
        let mut body = self.composite_body(place, id, composite, None)?;
        body.insert("assetModelCompositeModelType".to_owned(), "CUSTOM".into());
        if let Some(parent) = parent {
            body.insert("parentAssetModelCompositeModelId".to_owned(), parent.into());
        }
        if let Some(component) = &composite.component {
            let missing = || Failure::Refused(format!("the component '{component}' is not there"));
            let component = self.ids.model_named(component).ok_or_else(missing)?;
            body.insert("composedAssetModelId".to_owned(), component.into());
            body.remove("assetModelCompositeModelProperties");
        }
        let answer = self.write("CreateAssetModelCompositeModel", Value::Object(body))?;
        self.settled_model(place, id)?;
        let made = answer["assetModelCompositeModelId"].as_str().unwrap_or_default();
        if composite.component.is_none() {
            self.composites(place, id, Some(made), (&composite.composites, &[]))?;
        }
        Ok(())
    }

    fn update_composite(
        &self,
        place: usize,
        id: &str,
        composite: &Composite,
        known: &KnownComposite,
        keep: bool,
    ) -> Result<(), Failure> {
        let mut body = self.composite_body(place, id, composite, Some(known))?;
        body.insert("assetModelCompositeModelId".to_owned(), known.id.clone().into());
        if composite.component.is_some() {
            body.remove("assetModelCompositeModelProperties");
        } else if keep {
            let pairs = matching::properties(&composite.properties, &known.properties);
            let extra = pairs.extra(known.properties.len()).into_iter();
            if let Some(Value::Array(properties)) = body.get_mut("assetModelCompositeModelProperties") {
                properties.extend(extra.map(|other| known.properties[other].definition.clone()));
            }
        }
        self.write("UpdateAssetModelCompositeModel", Value::Object(body))?;
        self.settled_model(place, id).map(|_| ())
    }

    fn composite_body(
        &self,
        place: usize,
        id: &str,
        composite: &Composite,
        known: Option<&KnownComposite>,
    ) -> Result<Map<String, Value>, Failure> {
        let properties = request::composite_properties(&self.ids, place, composite, known);
        let mut body = Map::new();
        let mut put = |member: &str, value: Value| body.insert(member.to_owned(), value);
        put("assetModelId", id.into());
        put("assetModelCompositeModelName", composite.name.clone().into());
        if let Some(description) = &composite.description {
            put("assetModelCompositeModelDescription", description.clone().into());
        }
        let external_id =
            composite.external_id.as_ref().or(known.and_then(|known| known.external_id.as_ref()));
        if let Some(external_id) = external_id {
            put("assetModelCompositeModelExternalId", external_id.clone().into());
        }
        put("assetModelCompositeModelProperties", properties.map_err(Failure::Refused)?.into());
        Ok(body)
    }

    fn bring_interfaces(&self, place: usize, known: &KnownModel) -> Result<(), Failure> {
        let model = &self.wanted.plant.models[place];
        for implemented in &model.interfaces {
            let name = &implemented.interface;
            let Some(number) = self.wanted.plant.models.iter().position(|model| model.name == *name) else {
                continue;
            };
            let missing = || Failure::Refused(format!("the interface '{name}' is not there"));
            let interface = self.ids.model(number).ok_or_else(missing)?;
            let mut pairs: Vec<(String, String)> = implemented
                .mapping
                .iter()
                .filter_map(|(theirs, ours)| {
                    Some((self.ids.property(number, theirs)?, self.ids.property(place, ours)?))
                })
                .collect();
            pairs.sort_unstable();
            let has = known.interfaces.iter().find(|(id, _)| *id == interface).map(|(_, pairs)| {
                let mut pairs = pairs.clone();
                pairs.sort_unstable();
                pairs
            });
            if has.as_ref() == Some(&pairs) {
                continue;
            }
            let overrides: Vec<Value> = pairs
                .iter()
                .map(|(theirs, ours)| json!({ "interfaceAssetModelPropertyId": theirs, "assetModelPropertyId": ours }))
                .collect();
            let input = json!({
                "assetModelId": known.id,
                "interfaceAssetModelId": interface,
                "propertyMappingConfiguration": { "overrides": overrides },
            });
            self.write("PutAssetModelInterfaceRelationship", input)?;
            self.settled_model(place, &known.id)?;
        }
        Ok(())
    }
}
