//! Brings assets to what the file says: created, in their place, with their settings and values.

use serde_json::{Map, Value, json};

use super::execute::{Failure, Run, wait};
use super::plan::{KnownPlace, Work};
use crate::aws_client::CallError;
use crate::sitewise_account::{all, entry, is_gone, written};
use crate::sitewise_plant::is_id;

impl<A: crate::sitewise_account::Api> Run<'_, A> {
    /// Creates, updates and moves one asset.
    pub(super) fn bring_asset(
        &self,
        place: usize,
        known: Option<&KnownPlace>,
        associate: bool,
        update: bool,
    ) -> Result<(), Failure> {
        let flat = &self.wanted.assets[place];
        let id = match known {
            None => self.create_asset(place)?,
            Some(known) => known.id.clone(),
        };
        self.rested_asset(&id)?;
        if update {
            let asset = flat.asset;
            let mut body = Map::new();
            body.insert("assetId".to_owned(), id.clone().into());
            body.insert("assetName".to_owned(), asset.name.clone().into());
            for (member, value) in
                [("assetDescription", &asset.description), ("assetExternalId", &asset.external_id)]
            {
                if let Some(value) = value {
                    body.insert(member.to_owned(), value.clone().into());
                }
            }
            self.write("UpdateAsset", Value::Object(body))?;
            self.rested_asset(&id)?;
        }
        if let Some((parent, hierarchy)) = known.and_then(|known| known.parent.as_ref()) {
            let input = json!({ "assetId": parent, "hierarchyId": hierarchy, "childAssetId": id });
            self.write("DisassociateAssets", input)?;
        }
        if let (true, Some((parent, hierarchy))) = (associate, &flat.parent) {
            let model = self.wanted.assets[*parent].model;
            let missing = || Failure::Refused(format!("the parent of '{}' is not there", flat.path));
            let parent = self.ids.asset(*parent).ok_or_else(missing)?;
            let hierarchy = self.ids.hierarchy(model, hierarchy).ok_or_else(missing)?;
            let input = json!({ "assetId": parent, "hierarchyId": hierarchy, "childAssetId": id });
            match self.write("AssociateAssets", input) {
                // What an interrupted run had under way may have come through since this one looked.
                Err(Failure::Call(error)) if error.code() == Some("ResourceAlreadyExistsException") => {
                    self.check_parent(&parent, &hierarchy, &id, error)?;
                }
                other => {
                    other?;
                }
            }
        }
        Ok(())
    }

    /// Passes over an error if the asset stands where it should.
    fn check_parent(&self, parent: &str, hierarchy: &str, id: &str, error: CallError) -> Result<(), Failure> {
        let input = json!({ "assetId": parent, "hierarchyId": hierarchy, "traversalDirection": "CHILD" });
        let children = all(self.api, "ListAssociatedAssets", input, "assetSummaries")?;
        if children.iter().any(|child| child["id"] == id) { Ok(()) } else { Err(error.into()) }
    }

    fn create_asset(&self, place: usize) -> Result<String, Failure> {
        let flat = &self.wanted.assets[place];
        let asset = flat.asset;
        let missing = || Failure::Refused(format!("the model '{}' is not there", asset.model));
        let mut body = Map::new();
        body.insert("assetName".to_owned(), asset.name.clone().into());
        body.insert("assetModelId".to_owned(), self.ids.model(flat.model).ok_or_else(missing)?.into());
        for (member, value) in [
            ("assetId", &asset.id),
            ("assetExternalId", &asset.external_id),
            ("assetDescription", &asset.description),
        ] {
            if let Some(value) = value {
                body.insert(member.to_owned(), value.clone().into());
            }
        }
        if !asset.tags.is_empty() {
            body.insert("tags".to_owned(), json!(asset.tags));
        }
        let answer = self.write("CreateAsset", Value::Object(body))?;
        let id = answer["assetId"].as_str().unwrap_or_default().to_owned();
        self.ids.learn_asset(place, &id);
        Ok(id)
    }

    /// Waits until nothing is under way.
    fn rested_asset(&self, id: &str) -> Result<(), Failure> {
        wait(&format!("asset {id}"), || {
            let input = json!({ "assetId": id, "excludeProperties": true });
            let answer = self.api.call("DescribeAsset", &input)?;
            let status = &answer["assetStatus"];
            match status["state"].as_str() {
                Some("ACTIVE") => Ok(Some(())),
                Some("FAILED") => {
                    let why = status["error"]["message"].as_str().unwrap_or("it does not say why");
                    Err(Failure::Refused(format!("asset {id} is FAILED: {why}")))
                }
                _ => Ok(None),
            }
        })
    }

    /// Deletes an asset with its relations, and waits until it is gone.
    pub(super) fn delete_asset(&self, id: &str) -> Result<(), Failure> {
        let described =
            match self.api.call("DescribeAsset", &json!({ "assetId": id, "excludeProperties": true })) {
                Err(error) if is_gone(&error) => return Ok(()),
                other => other?,
            };
        for hierarchy in described["assetHierarchies"].as_array().into_iter().flatten() {
            let input =
                json!({ "assetId": id, "hierarchyId": hierarchy["id"], "traversalDirection": "CHILD" });
            let children = all(self.api, "ListAssociatedAssets", input, "assetSummaries")?;
            for child in children {
                let input =
                    json!({ "assetId": id, "hierarchyId": hierarchy["id"], "childAssetId": child["id"] });
                self.write("DisassociateAssets", input)?;
            }
        }
        self.leave_parent(id)?;
        self.write("DeleteAsset", json!({ "assetId": id }))?;
        wait(&format!("asset {id}"), || {
            match self.api.call("DescribeAsset", &json!({ "assetId": id, "excludeProperties": true })) {
                Ok(_) => Ok(None),
                Err(error) if is_gone(&error) => Ok(Some(())),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn leave_parent(&self, id: &str) -> Result<(), Failure> {
        let input = json!({ "assetId": id, "traversalDirection": "PARENT" });
        let answer = self.api.call("ListAssociatedAssets", &input)?;
        let Some(parent) = answer["assetSummaries"][0]["id"].as_str() else { return Ok(()) };
        let described =
            self.api.call("DescribeAsset", &json!({ "assetId": parent, "excludeProperties": true }))?;
        for hierarchy in described["assetHierarchies"].as_array().into_iter().flatten() {
            let input = json!({ "assetId": parent, "hierarchyId": hierarchy["id"], "childAssetId": id });
            match self.write("DisassociateAssets", input) {
                // It stands in another hierarchy of this parent.
                Err(Failure::Call(error)) if is_gone(&error) => {}
                other => return other.map(|_| ()),
            }
        }
        Ok(())
    }

    /// Sets alias, unit and notifications of one property.
    pub(super) fn set(&self, work: &Work) -> Result<(), Failure> {
        let Work::Setting { asset, path, alias, unit, notifications } = work else { return Ok(()) };
        let flat = &self.wanted.assets[*asset];
        let missing = || Failure::Refused(format!("'{path}' of '{}' is not there", flat.path));
        let own = || Some(path.clone()).filter(|path| is_id(path));
        let property = self.ids.property(flat.model, path).or_else(own).ok_or_else(missing)?;
        let mut body = json!({
            "assetId": self.ids.asset(*asset).ok_or_else(missing)?,
            "propertyId": property,
            "propertyNotificationState": if *notifications { "ENABLED" } else { "DISABLED" },
        });
        for (member, value) in [("propertyAlias", alias), ("propertyUnit", unit)] {
            if let Some(value) = value {
                body[member] = value.clone().into();
            }
        }
        self.write("UpdateAssetProperty", body).map(|_| ())
    }

    /// Writes values; those that are refused are named.
    pub(super) fn put_values(&self, entries: &[(usize, String)]) -> Result<(), Failure> {
        let (mut sent, mut names, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        // To the nanosecond and not when the run began: a value that is older than its asset is older than the default.
        let now = self.api.now();
        for (asset, path) in entries {
            let flat = &self.wanted.assets[*asset];
            let name = format!("'{path}' of '{}'", flat.path);
            let model = &self.wanted.plant.models[flat.model];
            let found = self.wanted.plant.property(model, path).zip(self.ids.asset(*asset));
            let Some(((property, asset_id), id)) = found.zip(self.ids.property(flat.model, path)) else {
                failures.push(format!("{name} is not there"));
                continue;
            };
            let value = (property.data_type, flat.asset.attributes[path].as_str());
            sent.push(entry(sent.len(), (&asset_id, &id), value, now));
            names.push(name);
        }
        if !sent.is_empty() {
            let answer = self.api.call("BatchPutAssetPropertyValue", &json!({ "entries": sent }))?;
            let mut failed: Vec<(usize, String)> = written(&answer).into_iter().collect();
            failed.sort_unstable();
            failures.extend(failed.into_iter().map(|(number, sentence)| {
                let name = names.get(number).map_or("a value", String::as_str);
                format!("{name}: {sentence}")
            }));
        }
        if failures.is_empty() { Ok(()) } else { Err(Failure::Refused(failures.join("; "))) }
    }

    /// Sets and removes tags.
    pub(super) fn tag(&self, work: &Work) -> Result<(), Failure> {
        let Work::Tags { arn, set, remove } = work else { return Ok(()) };
        if !set.is_empty() {
            self.api.call("TagResource", &json!({ "resourceArn": arn, "tags": set }))?;
        }
        if !remove.is_empty() {
            self.api.call("UntagResource", &json!({ "resourceArn": arn, "tagKeys": remove }))?;
        }
        Ok(())
    }
}
