//! Operations of the API over keep-alive connections: the product, a bare server with the same bytes, and moto.

use std::process::Command;
use std::time::{Duration, Instant};

use super::Bench;
use super::contender::{self, Contender};
use crate::ceiling;
use crate::peer::homeregion::{Refused, ask, call};
use crate::peer::signed::Operation;
use crate::peer::{moto, tools};
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// The name of the bare server.
const CEILING: &str = "bare hyper";
/// The name of the emulator.
const MOTO: &str = "moto_server";
/// The product with its metadata in PostgreSQL.
const ON_POSTGRES: &str = "homeregion on PostgreSQL";
/// Connections of the product and of the ceiling.
const CONNECTIONS: usize = 64;
/// How long a model or an asset may take to become active.
const ACTIVE_PAUSE_MAX: Duration = Duration::from_secs(20);

/// Prepares a fresh server and answers the operation to measure.
type Prepare = fn(&Process) -> Result<Operation, Refused>;
/// What moto is asked first, and what is measured.
type Nearest = (Vec<Operation>, Operation);

struct Subject {
    name: String,
    connections: usize,
    prepare: Prepare,
    nearest: Option<Nearest>,
    aims: Vec<Aim>,
    /// Whether it writes, and so is measured on PostgreSQL too.
    writes: bool,
}

/// The home region of the account: the smallest read.
pub fn get_home_region(bench: &Bench) -> Result<Vec<Measure>, String> {
    take(bench, vec![Subject::read("GetHomeRegion", home_region, moto::get_parameter())])
}

/// One asset with the properties of its model.
pub fn describe_asset(bench: &Bench) -> Result<Vec<Measure>, String> {
    take(bench, vec![Subject::read("DescribeAsset", describe, moto::describe_thing())])
}

/// One repository.
pub fn describe_repository(bench: &Bench) -> Result<Vec<Measure>, String> {
    take(bench, vec![Subject::read("DescribeRepository", repository, moto::get_repository())])
}

/// A new asset a request, durable before it is answered.
pub fn create_asset(bench: &Bench) -> Result<Vec<Measure>, String> {
    let nearest = Some(moto::create_thing());
    let one = Subject::write("CreateAsset", 1, create, None, Vec::new());
    let many = Subject::write("CreateAsset", CONNECTIONS, create, nearest, vec![Aim::Reach(2500.0)]);
    take(bench, vec![one, many])
}

/// A report on a migration task a request, durable before it is answered.
pub fn notify_migration_task_state(bench: &Bench) -> Result<Vec<Measure>, String> {
    let subject = |clients| Subject::write("NotifyMigrationTaskState", clients, notify, None, Vec::new());
    take(bench, vec![subject(1), subject(CONNECTIONS)])
}

impl Subject {
    fn read(name: &str, prepare: Prepare, nearest: Nearest) -> Self {
        let aims = vec![Aim::Times(CEILING, 0.5), Aim::Times(MOTO, 20.0)];
        let name = format!("{name}, {CONNECTIONS} connections");
        Self { name, connections: CONNECTIONS, prepare, nearest: Some(nearest), aims, writes: false }
    }

    fn write(
        name: &str,
        connections: usize,
        prepare: Prepare,
        nearest: Option<Nearest>,
        aims: Vec<Aim>,
    ) -> Self {
        let noun = if connections == 1 { "connection" } else { "connections" };
        let name = format!("{name} (durable), {connections} {noun}");
        Self { name, connections, prepare, nearest, aims, writes: true }
    }
}

fn take(bench: &Bench, subjects: Vec<Subject>) -> Result<Vec<Measure>, String> {
    subjects.into_iter().map(|subject| measure(bench, subject)).collect()
}

fn measure(bench: &Bench, subject: Subject) -> Result<Measure, String> {
    let mut contenders = Vec::new();
    let mut missing = Vec::new();
    match ours(bench, &subject) {
        Ok(both) => contenders.extend(both),
        Err(refused) => missing.push(Figure::missing(OURS, refused.to_string())),
    }
    if let Some(url) = bench.postgres.as_deref().filter(|_| subject.writes) {
        match on_postgres(bench, &subject, url) {
            Ok(contender) => contenders.push(contender),
            Err(refused) => missing.push(Figure::missing(ON_POSTGRES, refused.to_string())),
        }
    }
    if let Some(nearest) = &subject.nearest {
        match theirs(bench, nearest) {
            Ok(contender) => contenders.push(contender),
            Err(reason) => missing.push(Figure::missing(MOTO, reason)),
        }
    }
    missing.extend(contender::rounds(bench, contenders)?);
    Ok(Measure {
        name: subject.name,
        unit: "requests/s",
        better: Better::More,
        aims: subject.aims,
        figures: missing,
    })
}

/// The product, and a bare server that answers as the product does.
fn ours(bench: &Bench, subject: &Subject) -> Result<[Contender; 2], Refused> {
    bench.homeregion.forget("operation")?;
    let server = bench.homeregion.start("operation", &[])?;
    let operation = (subject.prepare)(&server)?;
    let answer = call(&server, &operation, 0)?;
    let file = bench.homeregion.data("ceiling.json");
    ceiling::write(&answer, &file)?;
    let log = bench.homeregion.data("ceiling.log");
    let bare = Process::announcing(Command::new(&bench.myself).arg("ceiling").arg(&file), &log)?;
    let contender = |server: Process, name: &'static str| Contender {
        template: operation.template(server.address),
        connections: subject.connections,
        figure: Figure::of(name),
        server,
    };
    Ok([contender(server, OURS), contender(bare, CEILING)])
}

/// The product with its metadata in PostgreSQL, everything else the same.
fn on_postgres(bench: &Bench, subject: &Subject, url: &str) -> Result<Contender, Refused> {
    bench.homeregion.forget("postgres")?;
    let server = bench.homeregion.start("postgres", &[("HOMEREGION_DATABASE", url)])?;
    let operation = (subject.prepare)(&server)?;
    let template = operation.template(server.address);
    Ok(Contender { server, template, connections: subject.connections, figure: Figure::of(ON_POSTGRES) })
}

fn theirs(bench: &Bench, (first, operation): &Nearest) -> Result<Contender, String> {
    let server = moto::start(&tools::moto(&bench.tools)?, &bench.homeregion.scratch)?;
    for operation in first.iter().chain([operation]) {
        call(&server, operation, 0).map_err(|refused| refused.to_string())?;
    }
    let template = operation.template(server.address);
    Ok(Contender { server, template, connections: moto::CONNECTIONS, figure: Figure::of(MOTO) })
}

fn home_region(server: &Process) -> Result<Operation, Refused> {
    let config = |name, body| Operation::target("mgh", name, body);
    call(
        server,
        &config(
            "AWSMigrationHubMultiAccountService.CreateHomeRegionControl",
            r#"{"HomeRegion":"us-west-2","Target":{"Type":"ACCOUNT"}}"#,
        ),
        0,
    )?;
    Ok(config("AWSMigrationHubMultiAccountService.GetHomeRegion", "{}"))
}

pub(super) fn notify(server: &Process) -> Result<Operation, Refused> {
    home_region(server)?;
    let mgh = |name, body| Operation::target("mgh", name, body);
    call(
        server,
        &mgh("AWSMigrationHub.CreateProgressUpdateStream", r#"{"ProgressUpdateStreamName":"bench"}"#),
        0,
    )?;
    let import = mgh(
        "AWSMigrationHub.ImportMigrationTask",
        r#"{"ProgressUpdateStream":"bench","MigrationTaskName":"task-{client}"}"#,
    );
    for client in 0..CONNECTIONS {
        call(server, &import, client)?;
    }
    Ok(mgh(
        "AWSMigrationHub.NotifyMigrationTaskState",
        r#"{"ProgressUpdateStream":"bench","MigrationTaskName":"task-{client}","Task":{"Status":"IN_PROGRESS","StatusDetail":"replicating","ProgressPercent":42},"UpdateDateTime":1{serial:9},"NextUpdateSeconds":60}"#,
    ))
}

/// A model with an attribute and two measurements; answers its id. Its external id carries the number.
fn model(server: &Process, number: usize) -> Result<String, Refused> {
    let body = r#"{"assetModelName":"pump NUMBER","assetModelExternalId":"pump-NUMBER","assetModelProperties":[
        {"name":"serial","dataType":"STRING","type":{"attribute":{"defaultValue":"none"}}},
        {"name":"temperature","dataType":"DOUBLE","unit":"C","type":{"measurement":{}}},
        {"name":"pressure","dataType":"DOUBLE","unit":"bar","type":{"measurement":{}}}]}"#;
    let body = body.replace("NUMBER", &format!("{number:04}"));
    let made = ask(server, &sitewise("POST", "/asset-models", &body))?;
    let id = made["assetModelId"].as_str().unwrap_or_default().to_owned();
    active(server, &format!("/asset-models/{id}"), "assetModelStatus")?;
    Ok(id)
}

/// Describes an asset of that model, made active first.
pub fn describe(server: &Process) -> Result<Operation, Refused> {
    let model = model(server, 0)?;
    let body = format!(r#"{{"assetName":"pump one","assetModelId":"{model}"}}"#);
    let made = ask(server, &sitewise("POST", "/assets", &body))?;
    let path = format!("/assets/{}", made["assetId"].as_str().unwrap_or_default());
    active(server, &path, "assetStatus")?;
    Ok(sitewise("GET", &path, ""))
}

fn create(server: &Process) -> Result<Operation, Refused> {
    // A model a client: one alone would meet the quota on its assets within a full run.
    for client in 0..CONNECTIONS {
        model(server, client)?;
    }
    let body = r#"{"assetName":"pump {serial:9}","assetModelId":"externalId:pump-{client}",
        "clientToken":"{hex:8}-{hex:4}-4{hex:3}-8{hex:3}-{hex:12}"}"#;
    Ok(sitewise("POST", "/assets", body))
}

fn repository(server: &Process) -> Result<Operation, Refused> {
    let send = |method, path, body| call(server, &Operation::rest("codeartifact", method, path, body), 0);
    send("POST", "/v1/domain?domain=shop", "{}")?;
    send("POST", "/v1/repository?domain=shop&repository=store", r#"{"description":"everything"}"#)?;
    let upstreams = r#"{"description":"of the app","upstreams":[{"repositoryName":"store"}]}"#;
    send("POST", "/v1/repository?domain=shop&repository=app", upstreams)?;
    Ok(Operation::rest("codeartifact", "GET", "/v1/repository?domain=shop&repository=app", ""))
}

fn sitewise(method: &'static str, path: &str, body: &str) -> Operation {
    Operation::rest("iotsitewise", method, path, body)
}

/// Waits until a model or an asset is active.
pub(super) fn active(server: &Process, path: &str, status: &str) -> Result<(), Refused> {
    let begun = Instant::now();
    while begun.elapsed() < ACTIVE_PAUSE_MAX {
        let described = ask(server, &sitewise("GET", path, ""))?;
        if described[status]["state"] == "ACTIVE" {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(Refused::Failed(format!("{path} does not become active")))
}
