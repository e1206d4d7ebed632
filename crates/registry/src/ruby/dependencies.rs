//! `api/v1/dependencies`: what several gems need, in all their versions. AWS has no other index.

use std::collections::BTreeSet;
use std::sync::Arc;

use formats::ruby::marshal::Encoder;
use formats::ruby::name;
use formats::ruby::route::decode;
use formats::ruby::spec::Gemspec;
use hyper::{Response, StatusCode};
use serde_json::json;

use super::limits::DEPENDENCIES_MAX;
use super::listing;
use super::text::Text;
use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// Answers what the gems of the query need; those that are not there are left out, and no gems need nothing.
///
/// Errors in this order: domain not found, access denied, repository not found, a query that names no gems or too many,
/// a host did not answer.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Visit,
    json: bool,
) -> Result<Response<Body>, Refusal> {
    lookup::reach(shared, visit).await?;
    let mut specs = Vec::new();
    for gem in asked(&visit.query)? {
        let shown = match listing::shown(shared, visit, &gem).await {
            Err(refusal) if refusal.status == StatusCode::NOT_FOUND => continue,
            shown => shown?,
        };
        specs.extend(shown.rows.iter().map(|row| row.spec(&gem)));
    }
    let text = if json {
        let all = specs.iter().map(|spec| {
            json!({"name": spec.name, "number": spec.version, "platform": spec.platform, "dependencies": needs(spec)})
        });
        Text::new(serde_json::Value::Array(all.collect()).to_string(), "application/json")
    } else {
        Text::new(marshalled(&specs), "application/octet-stream")
    };
    text.respond(visit)
}

fn needs(spec: &Gemspec) -> Vec<[String; 2]> {
    spec.runtime().map(|one| [one.name.clone(), one.requirement.texts().join(", ")]).collect()
}

fn marshalled(specs: &[Gemspec]) -> Vec<u8> {
    let mut encoder = Encoder::default();
    encoder.array(specs.len());
    for spec in specs {
        encoder.hash(4);
        for (name, value) in [("name", &spec.name), ("number", &spec.version), ("platform", &spec.platform)] {
            encoder.symbol(name);
            encoder.string(value);
        }
        encoder.symbol("dependencies");
        let needs = needs(spec);
        encoder.array(needs.len());
        for need in needs {
            encoder.strings(&need);
        }
    }
    encoder.finish()
}

/// The gems that a query names, each once.
fn asked(query: &str) -> Result<BTreeSet<String>, Refusal> {
    let named = query.split('&').filter_map(|pair| pair.strip_prefix("gems="));
    let mut gems = BTreeSet::new();
    for list in named {
        let list = decode(list).map_err(|_| Refusal::new(400, "gems in the query is no text"))?;
        gems.extend(list.split(',').filter(|gem| name::is_valid(gem)).map(str::to_owned));
    }
    if gems.len() > DEPENDENCIES_MAX {
        let sentence =
            format!("gems in the query names {} gems, at most {DEPENDENCIES_MAX} are taken", gems.len());
        return Err(Refusal::new(422, sentence));
    }
    Ok(gems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gems_are_named_in_one_list_and_no_gem_is_asked_for_twice() {
        let of = |query: &str| asked(query).unwrap().into_iter().collect::<Vec<_>>();
        assert_eq!(of("gems=b%2Ca,b&other=x"), ["a", "b"]);
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of("gems=../x,,1"), [""; 0]);
        assert!(asked("gems=%zz").is_err());
        let many: Vec<String> = (0..=DEPENDENCIES_MAX).map(|at| format!("g{at}")).collect();
        assert!(asked(&format!("gems={}", many.join(","))).is_err());
    }
}
