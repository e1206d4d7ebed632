//! From a checked request to its answer: finds the streams, begins new ones, writes one batch, waits until it is durable.

use std::collections::BTreeSet;

use model_sitewise::types as t;
use series::Run;
use series::error::Error as EngineError;
use series::log::Batch;
use service::Call;
use tokio::sync::oneshot;

use super::judge::{Accepted, Rules, Verdict, Way, judge};
use super::refusal::{Code, Refusal};
use super::request::Request;
use super::value::Window;
use crate::Error;
use crate::asset_model::property::DataType;
use crate::data::route::{self, Route, Source, Target};
use crate::data::{Data, default, failed};
use crate::place::Place;

/// What callers are allowed or not.
const ACTION: &str = "iotsitewise:BatchPutAssetPropertyValue";

/// Stores the values of a request that are good, and says what is wrong with the others.
///
/// Everything that is stored is one batch: after a crash it is there as a whole or not at all, and it is there if this
/// has answered.
pub async fn put(
    data: &Data,
    call: &Call,
    request: &Request<'_>,
    window: Window,
) -> Result<t::BatchPutAssetPropertyValueResponse, Error> {
    request.check()?;
    let mut ways = ways(data, call, request).await?;
    let mut null_nan_forbidden = false;
    if request.has_null_or_nan() || ways.iter().any(|way| matches!(way, Found::Unknown)) {
        let standing = data.storage(call).await?;
        let configuration = standing.at(call.now, &call.installation);
        null_nan_forbidden = configuration.disallow_null_nan;
        settle(&mut ways, request, configuration.disassociated);
    }
    let mut ways: Vec<Way> = ways.into_iter().map(Found::way).collect();
    let rules = Rules { window, null_nan_forbidden, tables: data.engine().tables() };
    let mut verdict = judge(request, &ways, &rules).map_err(failed)?;
    if begin(data, call, request, (&verdict, &mut ways)).await? {
        // A stream may have begun with another type meanwhile, or its property may be gone.
        verdict = judge(request, &ways, &rules).map_err(failed)?;
    }
    let batch = batch(data, call, request, verdict.accepted).await?;
    if !batch.runs.is_empty() {
        submit(data, batch).await?;
    }
    Ok(t::BatchPutAssetPropertyValueResponse { error_entries: verdict.refused })
}

/// Answers at once if every stream is known and has values, and nothing has to be looked up in rows; what is stored is
/// under way then, and the answer waits for it.
pub fn try_put(
    data: &Data,
    call: &Call,
    request: &Request<'_>,
    window: Window,
) -> Option<(t::BatchPutAssetPropertyValueResponse, Option<Written>)> {
    request.check().ok()?;
    let mut null_nan_forbidden = false;
    if request.has_null_or_nan() {
        null_nan_forbidden = data.known_storage(call)?.at(call.now, &call.installation).disallow_null_nan;
    }
    let mut ways: Vec<Way> = Vec::with_capacity(request.entries.len());
    for entry in &request.entries {
        let target = entry.target().ok()?;
        let route = data.known(call, &target)?;
        call.allow_own(ACTION, || resource(call, &target)).ok()?;
        ways.push(Ok(route));
    }
    let tables = data.engine().tables();
    let verdict = judge(request, &ways, &Rules { window, null_nan_forbidden, tables }).ok()?;
    let is_first = |accepted: &Accepted| {
        let Route { key, has_data, source, .. } = accepted.route;
        // An attribute without values stores its default, too.
        let begins =
            source == Source::Attribute && key.is_none_or(|key| !matches!(tables.latest(key), Ok(Some(_))));
        key.is_none() || !has_data || begins
    };
    if verdict.accepted.iter().any(is_first) {
        return None;
    }
    let runs: Vec<Run> = verdict.accepted.into_iter().filter_map(run).collect();
    let written = (!runs.is_empty()).then(|| write(data, Batch { runs, note: Vec::new() }));
    Some((t::BatchPutAssetPropertyValueResponse { error_entries: verdict.refused }, written))
}

/// What was found out about where an entry goes.
enum Found {
    Way(Way),
    /// To an alias that nothing has.
    Unknown,
}

impl Found {
    fn way(self) -> Way {
        match self {
            Self::Way(way) => way,
            Self::Unknown => Err(Refusal::new(Code::NotFound, "The alias is not known")),
        }
    }
}

/// Finds where each entry goes, in the order of checks: what it names, whether the caller may, whether it is there.
async fn ways(data: &Data, call: &Call, request: &Request<'_>) -> Result<Vec<Found>, store::Error> {
    let mut refused: Vec<Option<Refusal>> = Vec::with_capacity(request.entries.len());
    let mut targets = Vec::with_capacity(request.entries.len());
    for entry in &request.entries {
        let target = entry.target().map_err(|sentence| Refusal::new(Code::Invalid, sentence));
        let allowed = target.and_then(|target| {
            let resource = || resource(call, &target);
            call.allow_own(ACTION, resource).map_err(|denied| Refusal::new(Code::Denied, denied.0))?;
            Ok(target)
        });
        match allowed {
            Ok(target) => {
                targets.push(target);
                refused.push(None);
            }
            Err(refusal) => refused.push(Some(refusal)),
        }
    }
    let mut routes = data.routes(call, &targets).await?.into_iter().zip(&targets);
    let found = refused.into_iter().map(|refusal| match refusal {
        Some(refusal) => Found::Way(Err(refusal)),
        None => match routes.next() {
            Some((Some(route), _)) => Found::Way(Ok(route)),
            Some((None, Target::Property { asset, property })) => {
                let message = format!(
                    "Property {property} of asset {asset} not found: there is no such asset, or its model has no such \
                     property"
                );
                Found::Way(Err(Refusal::new(Code::NotFound, message)))
            }
            Some((None, Target::Alias(_))) | None => Found::Unknown,
        },
    });
    Ok(found.collect())
}

/// Names what an entry writes to, as policies name it (assumed: a stream by its alias, a property by its asset).
fn resource(call: &Call, target: &Target<'_>) -> String {
    let rest = match target {
        Target::Alias(alias) => format!("time-series/{alias}"),
        Target::Property { asset, .. } => format!("asset/{asset}"),
    };
    call.arn("iotsitewise", &call.account, &rest)
}

/// Decides what becomes of aliases that nothing has: a stream of its own begins where the account takes such.
fn settle(ways: &mut [Found], request: &Request<'_>, disassociated: bool) {
    for (found, entry) in ways.iter_mut().zip(&request.entries) {
        if !matches!(found, Found::Unknown) {
            continue;
        }
        let alias = entry.alias.as_deref().unwrap_or_default();
        *found = Found::Way(match entry.data_type() {
            _ if !disassociated => Err(Refusal::new(
                Code::NotFound,
                format!(
                    "Time series with alias {alias} not found, and disassociatedDataStorage of the storage \
                     configuration is DISABLED"
                ),
            )),
            None => Err(Refusal::new(
                Code::Invalid,
                format!("The first values of alias {alias} do not say which data type it has"),
            )),
            Some(data_type) => {
                Ok(Route { key: None, has_data: false, data_type, source: Source::Stream, is_going: false })
            }
        });
    }
}

/// Makes rows for streams whose first values come, and follows the ways again; answers whether there were any.
async fn begin(
    data: &Data,
    call: &Call,
    request: &Request<'_>,
    (verdict, ways): (&Verdict, &mut [Way]),
) -> Result<bool, store::Error> {
    let first = |accepted: &&Accepted| accepted.route.key.is_none() || !accepted.route.has_data;
    let firsts: Vec<(usize, (Target<'_>, DataType))> = verdict
        .accepted
        .iter()
        .filter(first)
        .filter_map(|accepted| {
            let target = request.entries[accepted.entry].target().ok()?;
            Some((accepted.entry, (target, accepted.route.data_type)))
        })
        .collect();
    if firsts.is_empty() {
        return Ok(false);
    }
    let (places, targets): (Vec<usize>, Vec<_>) = firsts.into_iter().unzip();
    let routes = data.begin(call, &targets).await?;
    for (place, route) in places.into_iter().zip(routes) {
        let gone = || Refusal::new(Code::NotFound, "The property is gone meanwhile");
        ways[place] = route.ok_or_else(gone);
    }
    Ok(true)
}

/// Gathers what is stored; before the first value of an attribute stands its default, so that its history keeps it.
async fn batch(
    data: &Data,
    call: &Call,
    request: &Request<'_>,
    accepted: Vec<Accepted>,
) -> Result<Batch, Error> {
    let mut silent = BTreeSet::new();
    let mut wanted = Vec::new();
    for Accepted { entry, route, .. } in &accepted {
        if let Some(key) = route.key
            && route.source == Source::Attribute
            && data.engine().tables().latest(key).map_err(failed)?.is_none()
            && silent.insert(key)
            && let Ok(target) = request.entries[*entry].target()
        {
            wanted.push((key, target.to_owned()));
        }
    }
    let mut runs = Vec::with_capacity(wanted.len() + accepted.len());
    if !wanted.is_empty() {
        let (account, region) = (call.account.clone(), call.region.clone());
        let defaults = data.store().read(move |tx| {
            let place = Place { account: &account, region: &region };
            let of = |(key, target): &(_, Target<'_>)| Ok((*key, default::of(tx, place, target)?));
            wanted.iter().map(of).collect::<Result<Vec<_>, store::Error>>()
        });
        let defaults = defaults.await?;
        for (key, default) in defaults {
            let kind = accepted.iter().find(|accepted| accepted.route.key == Some(key));
            if let (Some(point), Some(kind)) = (default, kind) {
                runs.push(Run { key, kind: route::kind(kind.route.data_type), points: vec![point] });
            }
        }
    }
    runs.extend(accepted.into_iter().filter_map(run));
    Ok(Batch { runs, note: Vec::new() })
}

fn run(accepted: Accepted) -> Option<Run> {
    let Accepted { route, points, .. } = accepted;
    Some(Run { key: route.key?, kind: route::kind(route.data_type), points })
}

/// A batch on its way to the log.
pub type Written = oneshot::Receiver<Result<(), EngineError>>;

fn write(data: &Data, batch: Batch) -> Written {
    let (done, written) = oneshot::channel();
    let reply = move |result: Result<_, EngineError>| drop(done.send(result.map(|_| ())));
    data.engine().submit(batch, Box::new(reply));
    written
}

async fn submit(data: &Data, batch: Batch) -> Result<(), store::Error> {
    wait(write(data, batch)).await
}

/// Waits until a batch is durable.
pub async fn wait(written: Written) -> Result<(), store::Error> {
    match written.await {
        Ok(result) => result.map_err(failed),
        Err(_) => Err(store::Error::Broken("the engine of values is ending".to_owned())),
    }
}
