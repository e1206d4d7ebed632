//! The indexes of all gems: `versions` and `names` of the compact one, and the older ones that RubyGems reads whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;
use formats::ruby::name::number;
use formats::ruby::route::Specs;
use formats::ruby::{info, marshal, version};
use hyper::Response;
use model::Timestamp;

use super::inventory::{self, Held, Inventory};
use super::text::Text;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// The documents made of one inventory, each when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct Indexes(Mutex<BTreeMap<&'static str, Arc<Text>>>);

/// Answers the root: RubyGems before 3.5 asks for it to find out whether there is a compact index.
pub(super) async fn root(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    lookup::reach(shared, visit).await?;
    Ok(answer::text(hyper::StatusCode::OK, "this is a repository of gems"))
}

/// Answers `versions`.
///
/// Bundler takes a gem that is not in it for one that does not exist. Where a connection may bring gems that nobody can
/// list, GET is therefore refused, and Bundler goes on with `api/v1/dependencies`, as on AWS, which has no other index;
/// HEAD, by which RubyGems finds out whether it may ask for `info/{gem}`, is answered everywhere (assumed).
pub(super) async fn versions(shared: &Arc<Shared>, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let inventory = inventory::inventory(shared, visit).await?;
    if inventory.is_connected && !visit.head {
        let sentence = "this repository has gems by an external connection that no list names: ask for them with \
                        api/v1/dependencies or info/{gem}";
        return Err(Refusal::not_found(sentence));
    }
    made(&inventory, "versions", |inventory| Text::plain(render_versions(inventory))).await?.respond(visit)
}

/// Answers `names`.
pub(super) async fn names(shared: &Arc<Shared>, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let inventory = inventory::inventory(shared, visit).await?;
    let render = |inventory: &Inventory| {
        let mut text = info::BEGINNING.to_owned();
        for (name, entry) in &inventory.entries {
            if !entry.held.is_empty() {
                text.push_str(name);
                text.push('\n');
            }
        }
        Text::plain(text)
    };
    made(&inventory, "names", render).await?.respond(visit)
}

/// Answers `specs.4.8.gz` and its like.
pub(super) async fn specs(
    shared: &Arc<Shared>,
    visit: &Visit,
    which: Specs,
) -> Result<Response<Body>, Refusal> {
    let inventory = inventory::inventory(shared, visit).await?;
    let name = match which {
        Specs::All => "specs",
        Specs::Latest => "latest",
        Specs::Prerelease => "prerelease",
    };
    let now = visit.call.now;
    let render = move |inventory: &Inventory| {
        let gems = listed(inventory, which);
        let index = marshal::specs(
            gems.iter().map(|(name, held)| (*name, held.version.as_str(), held.platform.as_str())),
        );
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&index).expect("memory takes every byte");
        let packed = encoder.finish().expect("memory takes every byte");
        Text::new(packed, "application/octet-stream").put_together(now)
    };
    made(&inventory, name, render).await?.respond(visit)
}

/// Finds a document, or makes it: on a thread of its own, since there may be many gems.
async fn made(
    inventory: &Arc<Inventory>,
    name: &'static str,
    render: impl FnOnce(&Inventory) -> Text + Send + 'static,
) -> Result<Arc<Text>, Refusal> {
    let found = |inventory: &Inventory| {
        inventory.indexes.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).map(Arc::clone)
    };
    if let Some(text) = found(inventory) {
        return Ok(text);
    }
    let inventory = Arc::clone(inventory);
    let making = tokio::task::spawn_blocking(move || {
        let mut made = inventory.indexes.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(made.entry(name).or_insert_with(|| Arc::new(render(&inventory))))
    });
    making.await.map_err(|error| store::Error::Broken(error.to_string()).into())
}

/// Writes `versions`: a line for each gem that came, in the order that they came, with the digest that the list of its
/// gem had then. So the file only grows while gems are added, and clients read on where they ended.
fn render_versions(inventory: &Inventory) -> String {
    let mut lines: Vec<(Timestamp, &str, usize, &Held)> = Vec::new();
    for (name, entry) in &inventory.entries {
        let mut at = Timestamp::from_millis(0);
        for (place, held) in entry.held.iter().enumerate() {
            // The order within a gem is that of its list.
            at = at.max(held.at);
            lines.push((at, name, place, held));
        }
    }
    lines.sort_by(|left, right| (left.0, left.1, left.2).cmp(&(right.0, right.1, right.2)));
    let mut text = format!("created_at: {}\n---\n", inventory.created_at().to_rfc3339());
    for (_, name, _, held) in lines {
        let number = number(&held.version, &held.platform);
        let _ = writeln!(text, "{name} {number} {}", held.info_md5);
    }
    text
}

/// The gems in an index, by name and version.
fn listed(inventory: &Inventory, which: Specs) -> Vec<(&str, &Held)> {
    let mut listed = Vec::new();
    for (name, entry) in &inventory.entries {
        let wanted = |held: &&Held| version::is_prerelease(&held.version) == (which == Specs::Prerelease);
        let mut gems: Vec<&Held> = entry.held.iter().filter(wanted).collect();
        gems.sort_by(|a, b| {
            version::compare(&a.version, &b.version).then_with(|| a.platform.cmp(&b.platform))
        });
        if which == Specs::Latest {
            let newest: BTreeMap<&str, &Held> =
                gems.into_iter().map(|held| (held.platform.as_str(), held)).collect();
            gems = newest.into_values().collect();
        }
        listed.extend(gems.into_iter().map(|held| (name.as_str(), held)));
    }
    listed
}
