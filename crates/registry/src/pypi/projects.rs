//! `GET simple/`: the projects that this repository and its upstream repositories hold.
//!
//! Indexes behind connections are not listed: they have hundreds of thousands.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use codeartifact::name::PackageFormat;
use codeartifact::{package, resolution};
use formats::pypi::rendering;
use hyper::Response;

use super::page::{self, Text};
use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// Answers the list of projects.
///
/// Errors in this order: no form that the client takes, domain not found, access denied, repository not found.
pub(super) async fn answer(shared: &Shared, visit: &Visit, slash: bool) -> Result<Response<Body>, Refusal> {
    let form = page::form(visit)?;
    let asked = lookup::reach(shared, visit).await?;
    let read = move |tx: &mut store::Tx| {
        let mut names = BTreeSet::new();
        for repository in resolution::search_list(tx, &asked)? {
            let projects = package::published(tx, &repository.key, PackageFormat::Pypi)?;
            names.extend(projects.into_iter().map(|package| package.name));
        }
        Ok::<_, store::Error>(names)
    };
    let names: Vec<String> = shared.parts.store.read(read).await?.into_iter().collect();
    let folder = if slash { "" } else { "simple/" };
    let text = Arc::new(Text::new(form, Bytes::from(rendering::projects(form, &names, folder))));
    Ok(page::respond(&text, None, visit).await)
}
