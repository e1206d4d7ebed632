//! Twenty threads change one plant at random: whatever they were answered adds up to what is there afterwards.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::plant::{CONFLICT, EXISTS, INVALID, NOT_FOUND, asset, each, model, text, triple};
use crate::twin::Dice;

const THREADS: u64 = 20;
const STEPS: usize = 40;
const LEVELS: usize = 4;
const WIDTH: usize = 4;
/// Fewer than assets, so that they are fought for.
const ALIASES: usize = 6;

/// One level of the plant: its model, the hierarchy of the level below, and its one property.
struct Level {
    model: String,
    hierarchy: String,
    property: String,
}

/// What one thread was answered, by what it wanted.
#[derive(Default)]
struct Diary {
    /// Associations minus disassociations that went well, by (parent, child).
    related: BTreeMap<(String, String), i32>,
    /// Deletions that went well.
    deleted: Vec<String>,
    /// Names of refusals.
    met: BTreeSet<String>,
}

fn levels(caller: &Caller<'_>) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    for depth in (0..LEVELS).rev() {
        let below = levels.first().map(|below| json!({ "name": "below", "childAssetModelId": below.model }));
        let property = json!({ "name": "level", "dataType": "DOUBLE", "type": { "measurement": {} } });
        let hierarchies: Vec<Value> = below.into_iter().collect();
        let input = json!({ "assetModelName": format!("level {depth}"), "assetModelProperties": [property],
            "assetModelHierarchies": hierarchies });
        let model = model(caller, input);
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": model }));
        let hierarchy = described["assetModelHierarchies"][0]["id"].as_str().unwrap_or_default().to_owned();
        let property = text(&described["assetModelProperties"][0]["id"]);
        levels.insert(0, Level { model, hierarchy, property });
    }
    levels
}

/// One thread's story.
fn play(caller: &Caller<'_>, levels: &[Level], assets: &[Vec<String>], seed: u64) -> Diary {
    let (mut dice, mut diary) = (Dice::new(seed), Diary::default());
    for _ in 0..STEPS {
        let depth = dice.below(LEVELS - 1);
        let parent = assets[depth][dice.below(WIDTH)].clone();
        let child = assets[depth + 1][dice.below(WIDTH)].clone();
        let relation = triple(&parent, &levels[depth].hierarchy, &child);
        let answer = match dice.below(20) {
            0 => {
                let answer = caller.send("DeleteAsset", json!({ "assetId": child }));
                diary.deleted.extend(answer.is_ok().then(|| child.clone()));
                answer
            }
            1..=6 => {
                let mut input = json!({ "assetId": child, "propertyId": levels[depth + 1].property });
                match dice.below(ALIASES + 2) {
                    i if i < ALIASES => input["propertyAlias"] = json!(format!("/{i}")),
                    _ => {}
                }
                caller.send("UpdateAssetProperty", input)
            }
            7..=11 => {
                let answer = caller.send("DisassociateAssets", relation);
                *diary.related.entry((parent, child)).or_default() -= i32::from(answer.is_ok());
                answer
            }
            _ => {
                let answer = caller.send("AssociateAssets", relation);
                *diary.related.entry((parent, child)).or_default() += i32::from(answer.is_ok());
                answer
            }
        };
        diary.met.extend(answer.err().map(|refusal| refusal.name));
    }
    diary
}

#[test]
fn what_twenty_threads_were_answered_adds_up() {
    each(|world| {
        let caller = world.caller();
        let levels = levels(&caller);
        let assets: Vec<Vec<String>> = levels
            .iter()
            .map(|level| (0..WIDTH).map(|i| asset(&caller, &level.model, &format!("a{i}"))).collect())
            .collect();
        let diaries: Vec<Diary> = std::thread::scope(|scope| {
            let (levels, assets) = (&levels, &assets);
            let threads: Vec<_> = (0..THREADS)
                .map(|seed| scope.spawn(move || play(&world.caller(), levels, assets, seed)))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let met: BTreeSet<&str> =
            diaries.iter().flat_map(|diary| diary.met.iter().map(String::as_str)).collect();
        assert_eq!(met, BTreeSet::from([CONFLICT, EXISTS, INVALID, NOT_FOUND]));
        let mut deleted: Vec<&String> = diaries.iter().flat_map(|diary| &diary.deleted).collect();
        let deletions = deleted.len();
        deleted.sort();
        deleted.dedup();
        assert_eq!(deleted.len(), deletions, "an asset was deleted twice");
        let mut related: BTreeMap<&(String, String), i32> = BTreeMap::new();
        for (pair, times) in diaries.iter().flat_map(|diary| &diary.related) {
            *related.entry(pair).or_default() += times;
        }
        let relations = related.into_iter().filter(|(_, times)| *times != 0);
        let mut parents: BTreeMap<&String, &String> = BTreeMap::new();
        for ((parent, child), times) in relations {
            assert_eq!(times, 1, "{parent} {child}");
            assert_eq!(parents.insert(child, parent), None, "{child} has two parents");
        }
        assert!(!parents.is_empty());
        check_tree(&caller, &assets, &deleted, &parents);
        check_aliases(world, &caller, &levels, &assets, &deleted);
    });
}

/// Compares every list with the relations that the answers add up to.
fn check_tree(
    caller: &Caller<'_>,
    assets: &[Vec<String>],
    deleted: &[&String],
    parents: &BTreeMap<&String, &String>,
) {
    let listed = |operation: &str, input: Value| -> Vec<String> {
        let pages = caller.pages(operation, &input, "nextToken");
        let rows = pages.iter().flat_map(|page| page["assetSummaries"].as_array().unwrap());
        let mut ids: Vec<String> = rows.map(|row| text(&row["id"])).collect();
        ids.sort();
        ids
    };
    let mut roots = Vec::new();
    for id in assets.iter().flatten() {
        if deleted.contains(&id) {
            assert_eq!(caller.refused("DescribeAsset", json!({ "assetId": id })).name, NOT_FOUND);
            assert!(!parents.contains_key(id) && !parents.values().any(|parent| *parent == id));
            continue;
        }
        let children: Vec<String> =
            parents.iter().filter(|(_, parent)| **parent == id).map(|(child, _)| (*child).clone()).collect();
        assert_eq!(listed("ListAssociatedAssets", json!({ "assetId": id, "maxResults": 2 })), children);
        let parent: Vec<String> = parents.get(id).map(|parent| (*parent).clone()).into_iter().collect();
        let up = json!({ "assetId": id, "traversalDirection": "PARENT" });
        assert_eq!(listed("ListAssociatedAssets", up), parent);
        let path = json!({ "assetId": id, "traversalType": "PATH_TO_ROOT" });
        let steps = caller.ok("ListAssetRelationships", path)["assetRelationshipSummaries"].clone();
        let steps: Vec<String> = steps
            .as_array()
            .unwrap()
            .iter()
            .map(|step| text(&step["hierarchyInfo"]["parentAssetId"]))
            .collect();
        let above = std::iter::successors(parents.get(id), |above| parents.get(**above));
        assert_eq!(steps, above.map(|above| (*above).clone()).collect::<Vec<_>>());
        roots.extend(parent.is_empty().then(|| id.clone()));
    }
    roots.sort();
    assert_eq!(listed("ListAssets", json!({ "filter": "TOP_LEVEL", "maxResults": 3 })), roots);
}

/// Every alias names one property of an asset that is there, and the property says the same; nothing is left of
/// deleted assets.
fn check_aliases(
    world: &World,
    caller: &Caller<'_>,
    levels: &[Level],
    assets: &[Vec<String>],
    deleted: &[&String],
) {
    let mut shown = BTreeMap::new();
    for (level, ids) in levels.iter().zip(assets) {
        for id in ids.iter().filter(|id| !deleted.contains(id)) {
            let input = json!({ "assetId": id, "propertyId": level.property });
            let described = caller.ok("DescribeAssetProperty", input);
            if let Some(alias) = described["assetProperty"].get("alias") {
                assert_eq!(shown.insert(text(alias), id.clone()), None, "{alias} stands twice");
            }
        }
    }
    let listed = caller.ok("ListTimeSeries", json!({}));
    let listed: BTreeMap<String, String> = listed["TimeSeriesSummaries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row["alias"]), text(&row["assetId"])))
        .collect();
    assert_eq!(listed, shown);
    assert!(!shown.is_empty());
    let rows = crate::table::own_rows(world);
    assert_eq!(rows, (i64::try_from(shown.len()).unwrap(), 0));
}
