//! The plant in memory: assets whose values are computed or read by computations, and how they hang together.
//!
//! It is read from the rows in one go whenever something was written that may change it; plans of versions that were
//! seen before are kept. Assets of models without formulas are left out unless a formula above them reads them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ::formula::Tumbling;
use series::SeriesKey;
use store::{Error, Tx};

use super::plan::{Input, Plan};
use super::table::{self, ActiveModel};
use crate::asset_model;
use crate::id::{AssetId, AssetModelId, HierarchyId, PropertyId};
use crate::place::Place;

/// Plans by the etag of the version.
pub type Plans = HashMap<String, Arc<Plan>>;

/// A property of an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instance {
    /// Position of the asset in the plant.
    pub asset: usize,
    /// Position of the property in the plan.
    pub node: usize,
}

/// An asset that computes or is read.
pub struct PlantAsset {
    /// Position of account and Region in the plant.
    pub place: usize,
    /// Id.
    pub id: AssetId,
    /// What the version of its model in force says.
    pub plan: Arc<Plan>,
    /// When it was created, in nanoseconds.
    pub created_ns: i64,
    /// The asset above it, and the hierarchy in which it stands there.
    pub parent: Option<(usize, HierarchyId)>,
    /// The assets below it, with the hierarchies in which they stand.
    pub children: Vec<(HierarchyId, usize)>,
    /// How many assets stand above it.
    pub level: usize,
    /// Under what the values of its properties are kept; nothing while there are none.
    pub streams: Vec<Option<SeriesKey>>,
    /// From when on windows of each property are computed even without points, in seconds.
    since_s: Vec<i64>,
}

/// All assets that compute or are read.
#[derive(Default)]
pub struct Plant {
    /// Accounts and Regions.
    pub places: Vec<(String, String)>,
    /// Assets.
    pub assets: Vec<PlantAsset>,
    /// Metrics by their windows.
    pub metrics: HashMap<Tumbling, Vec<Instance>>,
    by_id: HashMap<(usize, AssetId), usize>,
    feeds: HashMap<SeriesKey, Instance>,
    read_of_children: HashSet<PropertyId>,
}

/// What an asset is built from.
struct Draft {
    model: usize,
    place: usize,
    found: table::Found,
}

impl Plant {
    /// Reads the plant; `before` is what it was, and `plans` are completed and tidied.
    pub fn load(tx: &mut Tx, before: &Self, plans: &Plans) -> Result<(Self, Plans), Error> {
        let models = table::models(tx)?;
        let plans = load_plans(tx, &models, plans)?;
        let read: HashSet<&AssetModelId> =
            models.iter().flat_map(|model| &plans[&model.version.etag].read_models).collect();
        let mut plant = Self::default();
        let (mut drafts, mut streams) = (Vec::new(), Vec::new());
        for (i, model) in models.iter().enumerate() {
            let plan = &plans[&model.version.etag];
            if !plan.computes() && !read.contains(&model.id) {
                continue;
            }
            let place = Place { account: &model.account, region: &model.region };
            let at = plant.enter_place(place);
            let found = table::assets(tx, place, &model.id)?.into_iter();
            drafts.extend(found.map(|found| Draft { model: i, place: at, found }));
            streams.extend(table::streams(tx, place, &model.id)?.into_iter().map(|stream| (at, stream)));
            plant.read_of_children.extend(plan.read_of_children().cloned());
        }
        plant.enter_assets(drafts, &models, &plans, before);
        for (place, (key, asset, property)) in streams {
            plant.enter_stream(key, (place, asset), &property);
        }
        Ok((plant, plans))
    }

    /// Answers the account and Region of an asset.
    pub fn place(&self, asset: &PlantAsset) -> Place<'_> {
        let (account, region) = &self.places[asset.place];
        Place { account, region }
    }

    /// Finds an asset.
    pub fn asset(&self, place: Place<'_>, id: &AssetId) -> Option<usize> {
        let found = |(account, region): &(String, String)| account == place.account && region == place.region;
        let at = self.places.iter().position(found)?;
        self.by_id.get(&(at, id.clone())).copied()
    }

    /// Answers the property whose values a stream has, if anything reads them.
    pub fn fed_by(&self, key: SeriesKey) -> Option<Instance> {
        self.feeds.get(&key).copied()
    }

    /// Lists all streams that something reads.
    pub fn feeding(&self) -> impl Iterator<Item = SeriesKey> {
        self.feeds.keys().copied()
    }

    /// Says whether anything is computed at all.
    pub fn is_idle(&self) -> bool {
        self.assets.is_empty()
    }

    /// Answers under what the values of a property are kept.
    pub fn key(&self, at: Instance) -> Option<SeriesKey> {
        self.assets[at.asset].streams[at.node]
    }

    /// Says that the values of a property are kept under a key from now on.
    pub fn enter_key(&mut self, at: Instance, key: SeriesKey) -> bool {
        let asset = &mut self.assets[at.asset];
        asset.streams[at.node] = Some(key);
        let node = &asset.plan.nodes[at.node];
        let is_read = !node.transforms.is_empty()
            || !node.metrics.is_empty()
            || self.read_of_children.contains(&node.property.id);
        if is_read {
            self.feeds.insert(key, at);
        }
        is_read
    }

    /// Enters the stream of a property of an asset; answers whether something reads it.
    pub fn enter_stream(&mut self, key: SeriesKey, asset: (usize, AssetId), property: &PropertyId) -> bool {
        let Some(asset) = self.by_id.get(&asset).copied() else { return false };
        let Some(node) = self.assets[asset].plan.node(property) else { return false };
        self.enter_key(Instance { asset, node }, key)
    }

    /// Lists the metrics that read a property: of its own asset, and of the one above.
    pub fn readers(&self, at: Instance, each: &mut dyn FnMut(Instance, Tumbling)) {
        let asset = &self.assets[at.asset];
        let node = &asset.plan.nodes[at.node];
        let windows =
            |plan: &Plan, node: usize| plan.nodes[node].computed.as_ref().and_then(|known| known.windows);
        for reader in &node.metrics {
            if let Some(windows) = windows(&asset.plan, *reader) {
                each(Instance { asset: at.asset, node: *reader }, windows);
            }
        }
        let Some((parent, hierarchy)) = &asset.parent else { return };
        let above = &self.assets[*parent].plan;
        for reader in above.readers_of_child(hierarchy, &node.property.id) {
            if let Some(windows) = windows(above, *reader) {
                each(Instance { asset: *parent, node: *reader }, windows);
            }
        }
    }

    /// Says in which order metrics are computed that end together: those of assets that stand lower first.
    pub fn rank(&self, at: Instance) -> (usize, usize) {
        let asset = &self.assets[at.asset];
        let depth = asset.plan.nodes[at.node].computed.as_ref().map_or(0, |computed| computed.depth);
        (usize::MAX - asset.level, depth)
    }

    /// Answers from when on windows of a metric are computed even without points, in seconds.
    pub fn since_s(&self, at: Instance) -> i64 {
        self.assets[at.asset].since_s[at.node]
    }

    /// Answers where an instance of another plant is in this one.
    pub fn moved(&self, other: &Self, at: Instance) -> Option<Instance> {
        let asset = &other.assets[at.asset];
        let here = self.asset(other.place(asset), &asset.id)?;
        let node = self.assets[here].plan.node(&asset.plan.nodes[at.node].property.id)?;
        self.assets[here].plan.nodes[node].computed.as_ref()?;
        Some(Instance { asset: here, node })
    }

    /// Lists what a variable reads: one property of the asset itself, or of each child.
    pub fn read_by(&self, asset: usize, input: &Input, each: &mut dyn FnMut(Instance)) {
        match input {
            Input::Own(node) => each(Instance { asset, node: *node }),
            Input::Children(hierarchy, property) => {
                for (_, child) in self.assets[asset].children.iter().filter(|(at, _)| at == hierarchy) {
                    if let Some(node) = self.assets[*child].plan.node(property) {
                        each(Instance { asset: *child, node });
                    }
                }
            }
        }
    }

    fn enter_place(&mut self, place: Place<'_>) -> usize {
        let known = |(account, region): &(String, String)| account == place.account && region == place.region;
        self.places.iter().rposition(known).unwrap_or_else(|| {
            self.places.push((place.account.to_owned(), place.region.to_owned()));
            self.places.len() - 1
        })
    }

    fn enter_assets(&mut self, drafts: Vec<Draft>, models: &[ActiveModel], plans: &Plans, before: &Self) {
        for (i, draft) in drafts.iter().enumerate() {
            self.by_id.insert((draft.place, draft.found.id.clone()), i);
        }
        for Draft { model, place, found } in drafts {
            let plan = plans[&models[model].version.etag].clone();
            let parent = found
                .parent
                .and_then(|(parent, hierarchy)| Some((*self.by_id.get(&(place, parent))?, hierarchy)));
            let created_ms = found.created_at.millis();
            let asset = PlantAsset {
                place,
                id: found.id,
                created_ns: created_ms.saturating_mul(1_000_000),
                parent,
                children: Vec::new(),
                level: 0,
                streams: vec![None; plan.nodes.len()],
                since_s: Vec::new(),
                plan,
            };
            let since_s = self.all_since(&asset, created_ms, models[model].updated_at.millis(), before);
            self.assets.push(PlantAsset { since_s, ..asset });
        }
        self.link();
        for (i, asset) in self.assets.iter().enumerate() {
            for (node, known) in asset.plan.nodes.iter().enumerate() {
                if let Some(windows) = known.computed.as_ref().and_then(|computed| computed.windows) {
                    self.metrics.entry(windows).or_default().push(Instance { asset: i, node });
                }
            }
        }
    }

    /// Says from when on each metric of an asset is there (assumed: earlier windows are not filled): as long as it was seen before, else since the model's last
    /// update if the asset is older than that and was seen, else since the asset's creation.
    fn all_since(&self, asset: &PlantAsset, created_ms: i64, updated_ms: i64, before: &Self) -> Vec<i64> {
        let known = before.asset(self.place(asset), &asset.id).map(|at| &before.assets[at]);
        let of_node = |id: &PropertyId| match known {
            None => created_ms / 1000,
            Some(known) => {
                match known.plan.node(id).filter(|node| known.plan.nodes[*node].computed.is_some()) {
                    Some(node) => known.since_s[node],
                    None => updated_ms.max(created_ms) / 1000,
                }
            }
        };
        asset.plan.nodes.iter().map(|node| of_node(&node.property.id)).collect()
    }

    fn link(&mut self) {
        for i in 0..self.assets.len() {
            if let Some((parent, hierarchy)) = self.assets[i].parent.clone() {
                self.assets[parent].children.push((hierarchy, i));
            }
            let (mut level, mut above) = (0, self.assets[i].parent.as_ref());
            // A tree has no cycle; a broken one must not hang the server.
            while let Some((parent, _)) = above.filter(|_| level <= self.assets.len()) {
                level += 1;
                above = self.assets[*parent].parent.as_ref();
            }
            self.assets[i].level = level;
        }
    }
}

/// Compiles the plans of models that are not there yet.
fn load_plans(tx: &mut Tx, models: &[ActiveModel], known: &Plans) -> Result<Plans, Error> {
    let by_id: HashMap<(&str, &str, &AssetModelId), &ActiveModel> =
        models.iter().map(|model| ((&*model.account, &*model.region, &model.id), model)).collect();
    let mut plans = Plans::with_capacity(models.len());
    for model in models {
        let etag = &model.version.etag;
        if let Some(plan) = known.get(etag) {
            plans.insert(etag.clone(), plan.clone());
            continue;
        }
        let place = Place { account: &model.account, region: &model.region };
        let definition = asset_model::definition(tx, place, &model.id, &model.version)?;
        let mut children = HashMap::new();
        for hierarchy in &definition.hierarchies {
            let id = &hierarchy.child_asset_model_id;
            if let Some(child) = by_id.get(&(place.account, place.region, id)) {
                children.insert(id.clone(), asset_model::definition(tx, place, id, &child.version)?);
            }
        }
        plans.insert(etag.clone(), Arc::new(Plan::new(&definition, &children)));
    }
    Ok(plans)
}
