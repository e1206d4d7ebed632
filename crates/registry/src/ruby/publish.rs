//! `gem push`: the gem piece by piece into a blob and through a look at what is inside, the gate as soon as it has said
//! its name, and one commit at the end.
//!
//! Nothing is kept of a push that breaks off or is refused. Signatures inside a gem are part of its bytes and stay.

use std::sync::Arc;

use codeartifact::arrival::{self, Addition, Admission};
use codeartifact::name::Coordinates;
use codeartifact::package_version::{Asset, Facts};
use codeartifact::repository::Repository;
use codeartifact::resolution::{self, Found};
use formats::ruby::archive::{Limits, Reader};
use formats::ruby::info::Line;
use formats::ruby::name;
use formats::ruby::record::Record;
use formats::ruby::spec::Gemspec;
use formats::ruby::version;
use hyper::{Response, StatusCode};
use store::{Stage, Staged, Tx};

use super::limits::{GEM_BYTES_MAX, PUBLISHES_MAX};
use super::{coordinates, source};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::places;
use crate::refusal::Refusal;

/// Places for gems that are being read.
pub(super) struct Places(places::Places);

impl Default for Places {
    fn default() -> Self {
        Self(places::Places::new(PUBLISHES_MAX))
    }
}

/// Answers `POST api/v1/gems`, and says for the log what it was about.
///
/// Errors in this order: a gem that is none (as far as its specification), domain not found, access denied, repository
/// not found, publishing blocked, the gem or the version is there with other content or is upstream, a gem that is none
/// behind its specification, another spelling of the version is there.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    mut intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let mut described = "package=-".to_owned();
    let outcome = post(shared, visit, &mut intake, &mut described).await;
    if outcome.is_err() {
        intake.drain().await;
    }
    (described, outcome)
}

async fn post(
    shared: &Shared,
    visit: &Visit,
    intake: &mut Intake,
    described: &mut String,
) -> Result<Response<Body>, Refusal> {
    intake.check(GEM_BYTES_MAX)?;
    let _place = shared.ruby.publishing.0.take(visit).await;
    let (spec, stage) = receive(shared, visit, intake, described).await?;
    let admission = admit(shared, visit, &spec).await?;
    refuse_taken(shared, visit, &spec, &admission).await?;
    let staged = stage.finish().await?;
    commit(shared, visit, spec.clone(), staged).await?;
    let number = name::number(&spec.version, &spec.platform);
    let sentence = format!("Successfully registered gem: {} ({number})", spec.name);
    Ok(answer::text(StatusCode::OK, &sentence))
}

/// Reads the body; what the gem says of itself is decided about before the rest is read.
async fn receive(
    shared: &Shared,
    visit: &Visit,
    intake: &mut Intake,
    described: &mut String,
) -> Result<(Gemspec, Stage), Refusal> {
    let unreadable = |error: formats::ruby::archive::ArchiveError| Refusal::new(422, error.to_string());
    let mut stage = shared.parts.blobs.stage();
    let mut reader = Reader::new(Limits::default());
    let (mut size, mut admitted) = (0, false);
    while let Some(bytes) = intake.next().await? {
        size += bytes.len() as u64;
        if size > GEM_BYTES_MAX {
            return Err(Refusal::new(413, format!("the gem is larger than {GEM_BYTES_MAX} bytes")));
        }
        stage.write(&bytes).await?;
        // Unpacked, a piece may be a thousand times as long.
        let looked = tokio::task::spawn_blocking(move || reader.feed(&bytes).map(|()| reader)).await;
        let looked = looked.map_err(|_| Refusal::new(422, "the gem cannot be read"))?;
        reader = looked.map_err(unreadable)?;
        if let Some(spec) = reader.spec().filter(|_| !admitted) {
            *described = format!("package={} version={}", spec.name, spec.version);
            admit(shared, visit, spec).await?;
            admitted = true;
        }
    }
    Ok((reader.finish().map_err(unreadable)?, stage))
}

/// Asks whether the gem would be taken, whatever its bytes are.
async fn admit(shared: &Shared, visit: &Visit, spec: &Gemspec) -> Result<Admission, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&spec.name));
    let asset = Asset { name: spec.gem().file(), ..Asset::default() };
    let addition = addition(spec, asset);
    let ask = move |tx: &mut Tx| arrival::may_add(tx, &call, &key, &package, &addition);
    Ok(shared.parts.store.read(ask).await?)
}

fn addition(spec: &Gemspec, asset: Asset) -> Addition {
    Addition {
        version: spec.version.clone(),
        assets: vec![asset],
        finished: true,
        into_published: true,
        ..Addition::default()
    }
}

/// Refuses a version that a host on the way can bring. A host that does not answer takes nothing, as on AWS.
async fn refuse_taken(
    shared: &Shared,
    visit: &Visit,
    spec: &Gemspec,
    admission: &Admission,
) -> Result<(), Refusal> {
    let same = |line: &Line| version::canonical(line.version()) == version::canonical(&spec.version);
    for repository in &admission.connections {
        let Some(connection) = &repository.connection else { continue };
        match source::ask(shared, visit, connection, &spec.name).await {
            Ok(Some(listing)) if listing.lines().iter().any(same) => {
                return Err(Admission::taken(&coordinates(&spec.name), &spec.version, repository).into());
            }
            Ok(_) => {}
            Err(refusal) => log::warn!(
                "{}@{} is published although {} could not be asked for it: {}",
                spec.name,
                spec.version,
                connection.name,
                refusal.sentence
            ),
        }
    }
    Ok(())
}

/// Adds the gem to its version.
async fn commit(shared: &Shared, visit: &Visit, spec: Gemspec, staged: Staged) -> Result<(), Refusal> {
    let line = Line::of(&spec, &staged.sha256);
    if Line::read(line.text()).is_none() {
        return Err(Refusal::new(422, "the gem needs more than a line of an index can say"));
    }
    let record = Record::of(&spec, &line, Some(visit.call.now.to_rfc3339()));
    let facts = Facts::of_ruby(&spec);
    let addition = addition(&spec, Asset::of_blob(&spec.gem().file(), &staged));
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&spec.name));
    let write = move |tx: &mut Tx| {
        let mut addition = addition.clone();
        let admission = arrival::may_add(tx, &call, &key, &package, &addition)?;
        if let Some(other) = other_spelling(tx, &admission.repository, &package, &addition.version)? {
            return Ok(Err(spelled_otherwise(&package, &addition.version, &other)));
        }
        let (manifest, fresh) = merged(tx, &admission.repository, &package, &addition, &record)?;
        addition.manifest = manifest;
        addition.facts = fresh.then(|| facts.clone());
        arrival::add(tx, &call, &key, &package, &addition)?;
        Ok::<_, codeartifact::Error>(Ok(()))
    };
    shared.parts.store.write(write).await?
}

/// The record of the version as it will be, `None` where it stays as it is; and whether the version is new here.
fn merged(
    tx: &mut Tx,
    asked: &Repository,
    package: &Coordinates,
    addition: &Addition,
    record: &Record,
) -> Result<(Option<String>, bool), store::Error> {
    let present = match resolution::find(tx, asked, package, &addition.version)? {
        Found::Held(held) if held.repository.key == asked.key => held.version,
        _ => return Ok((Some(record.write()), true)),
    };
    let mut next = Record::read(&present.manifest);
    if addition.assets.iter().all(|asset| next.gems.contains_key(&asset.name)) {
        return Ok((None, false));
    }
    next.add(record);
    Ok((Some(next.write()), false))
}

/// A version that RubyGems takes for the same in another spelling: `1.0` for `1.0.0`.
fn other_spelling(
    tx: &mut Tx,
    asked: &Repository,
    package: &Coordinates,
    wanted: &str,
) -> Result<Option<String>, store::Error> {
    let canonical = version::canonical(wanted);
    for listed in resolution::listing(tx, asked, package)?.repositories {
        let versions = listed.versions.into_iter().map(|version| version.version).chain(listed.too_young);
        let mut others = versions.filter(|other| *other != wanted);
        if let Some(other) = others.find(|other| version::canonical(other) == canonical) {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

fn spelled_otherwise(package: &Coordinates, version: &str, other: &str) -> Refusal {
    let sentence = format!(
        "version {other} of gem {} is there, which is the same as {version} to RubyGems; publish another version",
        package.name
    );
    Refusal::new(409, sentence)
}
