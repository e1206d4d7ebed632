//! `gem yank`: a version becomes Unlisted; of a version for several platforms, first one gem after the other is hidden.

use std::sync::Arc;

use codeartifact::package_version::{self, Status};
use codeartifact::{Error, arrival};
use formats::ruby::name::{self, GemFile, RUBY};
use formats::ruby::record::Record;
use formats::ruby::version;
use hyper::{Response, StatusCode};

use super::coordinates;
use super::describe::parameter;
use super::limits::FORM_BYTES_MAX;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// Yanks a gem that this repository holds, and says for the log what it was about.
///
/// RubyGems names no platform when the gem for every Ruby is meant. A gem that is hidden stays downloadable. Errors in
/// this order: a form that names no gem, domain not found, access denied (as for changing a status), repository not
/// found, gem not found, a status that may not change.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Visit,
    mut intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let form = match intake.small(FORM_BYTES_MAX).await {
        Ok(form) => form,
        Err(refusal) => return ("package=-".to_owned(), Err(refusal)),
    };
    let form = String::from_utf8_lossy(&form).into_owned();
    let field = |name: &str| {
        let found = parameter(&form, name).or_else(|| parameter(&visit.query, name));
        found.filter(|text| !text.is_empty())
    };
    let platform = field("platform").unwrap_or_else(|| RUBY.to_owned());
    let gem = match (field("gem_name"), field("version")) {
        (Some(name), Some(version))
            if name::is_valid(&name) && version::is_valid(&version) && name::is_platform(&platform) =>
        {
            GemFile { name, version, platform }
        }
        _ => {
            let sentence = "gem_name and version in the form have to name a gem";
            return ("package=-".to_owned(), Err(Refusal::new(400, sentence)));
        }
    };
    let described = format!("package={} version={}", gem.name, gem.version);
    (described, yank(shared, visit, gem).await)
}

async fn yank(shared: &Shared, visit: &Visit, gem: GemFile) -> Result<Response<Body>, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&gem.name));
    let wanted = gem.clone();
    let change = move |tx: &mut store::Tx| {
        let version = &wanted.version;
        let present = package_version::get(tx, &key, &package, version)?;
        let mut record = present.as_ref().map(|present| Record::read(&present.manifest)).unwrap_or_default();
        let file = wanted.file();
        let is_there = record.gems.contains_key(&file);
        let others = record.shown().any(|(other, _)| *other != file);
        // Of a version of which something stays, the status does; who may not set it hears so either way.
        let target = match &present {
            Some(present) if others || !is_there => present.status,
            _ => Status::Unlisted,
        };
        package_version::set_status(tx, &call, &key, &package, version, target)?;
        if !is_there {
            let sentence = format!("repository {} holds no gem {file}", key.name);
            return Ok(Err(Refusal::not_found(sentence)));
        }
        if others {
            record.flags.yanked.insert(file);
            arrival::restate(tx, &call, &key, &package, version, (record.write(), None))?;
        }
        Ok::<_, Error>(Ok(()))
    };
    shared.parts.store.write(change).await??;
    let number = name::number(&gem.version, &gem.platform);
    let sentence = format!("Successfully deleted gem: {} ({number})", gem.name);
    Ok(answer::text(StatusCode::OK, &sentence))
}
