//! Random associations, disassociations and deletions against a naive twin in memory.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use testkit::{Caller, World};

use crate::plant::{CONFLICT, EXISTS, INVALID, LIMIT, NOT_FOUND, asset, chain, each, text, triple};

/// Levels of models, one more than a tree of assets may have.
const LEVELS: usize = 11;
/// Assets of each level.
const WIDTH: usize = 3;
const STEPS: usize = 600;

/// The rules of the book, in the plainest form: level and parent of each asset.
#[derive(Default)]
struct Twin {
    levels: BTreeMap<String, usize>,
    parents: BTreeMap<String, String>,
}

impl Twin {
    fn depth(&self, id: &str) -> usize {
        1 + self.parents.get(id).map_or(0, |parent| self.depth(parent))
    }

    fn height(&self, id: &str) -> usize {
        1 + self.children(id).map(|child| self.height(child)).max().unwrap_or(0)
    }

    fn children<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a String> + 'a {
        self.parents.iter().filter(move |(_, parent)| *parent == id).map(|(child, _)| child)
    }

    /// What AssociateAssets must answer, where the hierarchy is the one of level `hierarchy`.
    fn associate(&mut self, parent: &str, hierarchy: usize, child: &str) -> Result<(), &'static str> {
        let level = *self.levels.get(parent).ok_or(NOT_FOUND)?;
        let child_level = *self.levels.get(child).ok_or(NOT_FOUND)?;
        match () {
            () if parent == child => Err(INVALID),
            () if hierarchy != level || level + 1 == LEVELS => Err(NOT_FOUND),
            () if child_level != level + 1 => Err(INVALID),
            () if self.parents.contains_key(child) => Err(EXISTS),
            () if self.depth(parent) + self.height(child) > 10 => Err(LIMIT),
            () => {
                self.parents.insert(child.to_owned(), parent.to_owned());
                Ok(())
            }
        }
    }

    fn disassociate(&mut self, parent: &str, hierarchy: usize, child: &str) -> Result<(), &'static str> {
        let level = *self.levels.get(parent).ok_or(NOT_FOUND)?;
        let there = self.parents.get(child).is_some_and(|other| other == parent);
        if !there || hierarchy != level {
            return Err(NOT_FOUND);
        }
        self.parents.remove(child);
        Ok(())
    }

    fn delete(&mut self, id: &str) -> Result<(), &'static str> {
        self.levels.get(id).ok_or(NOT_FOUND)?;
        if self.parents.contains_key(id) || self.children(id).next().is_some() {
            return Err(CONFLICT);
        }
        self.levels.remove(id);
        Ok(())
    }
}

/// A small generator (SplitMix64); the same seed gives the same story.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }
}

#[test]
fn random_stories_end_as_their_twin_says() {
    each(|world| {
        let met: BTreeSet<String> = (1..=3).flat_map(|seed| story(world, seed)).collect();
        // A story that never meets a rule does not test it.
        assert_eq!(met.len(), 5, "{met:?}");
    });
}

/// Plays one story; answers the names of all refusals that came up.
fn story(world: &World, seed: u64) -> BTreeSet<String> {
    let caller = world.caller().of_account(&format!("00000000000{seed}"));
    let models = chain(&caller, LEVELS);
    let (mut twin, mut dice) = (Twin::default(), Dice(seed));
    let (mut ids, mut met) = (Vec::new(), BTreeSet::new());
    for (level, (model, _)) in models.iter().enumerate() {
        for i in 0..WIDTH {
            let id = asset(&caller, model, &format!("{level}.{i}"));
            twin.levels.insert(id.clone(), level);
            ids.push(id);
        }
    }
    for step in 0..STEPS {
        let parent_at = dice.below(ids.len());
        // Mostly an asset of the next level, so that trees grow.
        let child_at = match dice.below(8) {
            0 => dice.below(ids.len()),
            _ => (parent_at / WIDTH + 1).min(LEVELS - 1) * WIDTH + dice.below(WIDTH),
        };
        let hierarchy = match dice.below(10) {
            0 => dice.below(LEVELS - 1),
            _ => (parent_at / WIDTH).min(LEVELS - 2),
        };
        let (parent, child) = (ids[parent_at].clone(), ids[child_at].clone());
        let input = triple(&parent, &models[hierarchy].1, &child);
        let (operation, expected, answer) = match dice.below(16) {
            0 => {
                let expected = twin.delete(&child);
                let answer = caller.send("DeleteAsset", json!({ "assetId": child }));
                if expected.is_ok() {
                    ids[child_at] = asset(&caller, &models[child_at / WIDTH].0, "new");
                    twin.levels.insert(ids[child_at].clone(), child_at / WIDTH);
                }
                ("DeleteAsset", expected, answer)
            }
            1..=4 => {
                let expected = twin.disassociate(&parent, hierarchy, &child);
                ("DisassociateAssets", expected, caller.send("DisassociateAssets", input))
            }
            _ => {
                let expected = twin.associate(&parent, hierarchy, &child);
                ("AssociateAssets", expected, caller.send("AssociateAssets", input))
            }
        };
        let answer = answer.map(|_| ()).map_err(|refusal| refusal.name);
        assert_eq!(
            answer.as_ref().map_err(String::as_str),
            expected.as_ref().map_err(|name| *name),
            "seed {seed}, step {step}: {operation}"
        );
        met.extend(answer.err());
    }
    assert!(twin.parents.len() > WIDTH, "seed {seed}: the story built no trees");
    compare(&caller, &twin);
    met
}

/// Compares every relation as the lists show it, and the invariants: one parent, no cycle, ten levels.
fn compare(caller: &Caller<'_>, twin: &Twin) {
    let ids = |list: serde_json::Value| -> Vec<String> {
        let mut ids: Vec<String> =
            list["assetSummaries"].as_array().unwrap().iter().map(|asset| text(&asset["id"])).collect();
        ids.sort();
        ids
    };
    for id in twin.levels.keys() {
        let children: Vec<String> = twin.children(id).cloned().collect();
        assert_eq!(ids(caller.ok("ListAssociatedAssets", json!({ "assetId": id }))), children);
        let parent: Vec<String> = twin.parents.get(id).into_iter().cloned().collect();
        let up = json!({ "assetId": id, "traversalDirection": "PARENT" });
        assert_eq!(ids(caller.ok("ListAssociatedAssets", up)), parent);
        let path = json!({ "assetId": id, "traversalType": "PATH_TO_ROOT" });
        let steps = caller.ok("ListAssetRelationships", path)["assetRelationshipSummaries"].clone();
        assert_eq!(steps.as_array().unwrap().len() + 1, twin.depth(id));
        assert!(twin.depth(id) <= 10);
    }
    let roots: Vec<String> =
        twin.levels.keys().filter(|id| !twin.parents.contains_key(*id)).cloned().collect();
    let pages = caller.pages("ListAssets", &json!({ "filter": "TOP_LEVEL", "maxResults": 10 }), "nextToken");
    let mut shown: Vec<String> = pages.into_iter().flat_map(ids).collect();
    shown.sort();
    assert_eq!(shown, roots);
}
