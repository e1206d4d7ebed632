//! What these tests share: a shop to start from, and ways to bring versions in.

use codeartifact::arrival::{self, NewVersion};
use codeartifact::domain::DomainKey;
use codeartifact::name::Coordinates;
use codeartifact::package_version::{Asset, Facts};
use codeartifact::repository::{self, Repository, RepositoryKey};
use codeartifact::resolution::Found;
use codeartifact::{Error, ROOM};
use serde_json::{Value, json};
use service::Call;
use store::Tx;
use testkit::{Caller, Refusal, World};

pub const OWNER: &str = "111122223333";
pub const REGION: &str = "us-east-1";

static ROOMS: &[&store::Room] = &[&ROOM];

/// Runs a test in a world of its own on every database.
pub fn each(test: impl Fn(&World)) {
    testkit::each_world(ROOMS, codeartifact::register, test);
}

/// Runs a test in a world with the domain `shop` and these repositories, each with its upstreams.
pub fn shop(repositories: &[(&str, &[&str])], test: impl Fn(&World, &Caller<'_>)) {
    each(|world| {
        let caller = world.caller();
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        for (name, upstreams) in repositories {
            let upstreams: Vec<Value> =
                upstreams.iter().map(|name| json!({"repositoryName": name})).collect();
            caller.ok(
                "CreateRepository",
                json!({"domain": "shop", "repository": name, "upstreams": upstreams}),
            );
        }
        test(world, &caller);
    });
}

/// Members of an input that name a repository of the shop, and more.
pub fn of(repository: &str, more: Value) -> Value {
    let mut input = json!({"domain": "shop", "repository": repository});
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// Members of an input that name an npm package of the shop, and more.
pub fn npm(repository: &str, package: &str, more: Value) -> Value {
    let mut input = of(repository, json!({"format": "npm"}));
    match package.strip_prefix('@').and_then(|package| package.split_once('/')) {
        Some((scope, name)) => {
            input["namespace"] = scope.into();
            input["package"] = name.into();
        }
        None => input["package"] = package.into(),
    }
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

pub fn connect(caller: &Caller<'_>, repository: &str) {
    caller.ok("AssociateExternalConnection", of(repository, json!({"externalConnection": "public:npmjs"})));
}

/// A policy of one statement on every resource.
pub fn policy(effect: &str, action: &str, principal: &str) -> String {
    let statement =
        json!({"Effect": effect, "Action": action, "Resource": "*", "Principal": {"AWS": principal}});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// Gives a repository of the shop a policy of one statement, as its owner.
pub fn set_policy(caller: &Caller<'_>, repository: &str, effect: &str, action: &str, principal: &str) {
    let document = policy(effect, action, principal);
    caller.ok("PutRepositoryPermissionsPolicy", of(repository, json!({"policyDocument": document})));
}

pub fn key(repository: &str) -> RepositoryKey {
    let domain = DomainKey { account: OWNER.into(), region: REGION.into(), name: "shop".into() };
    RepositoryKey { domain, name: repository.into() }
}

pub fn coordinates(package: &str) -> Coordinates {
    match package.strip_prefix('@').and_then(|package| package.split_once('/')) {
        Some((scope, name)) => Coordinates::npm(scope, name),
        None => Coordinates::npm("", package),
    }
}

/// A version whose only asset has the content `content` stands for.
pub fn new_version(package: &str, version: &str, content: char) -> NewVersion {
    let manifest = json!({"name": package, "version": version, "description": format!("{package} {version}"),
        "license": "MIT", "readme": "# read me", "dependencies": {"left": "^1", "@acme/right": "2"}});
    NewVersion {
        version: version.into(),
        facts: Facts::of_npm(manifest.as_object().unwrap()),
        manifest: manifest.to_string(),
        assets: vec![asset("package.tgz", content)],
        ..NewVersion::default()
    }
}

/// An asset of this name whose bytes `content` stands for.
pub fn asset(name: &str, content: char) -> Asset {
    let hash = |length: usize| content.to_string().repeat(length);
    let (sha256, sha1, sha512, md5) = (hash(64), hash(40), hash(128), hash(32));
    Asset { name: name.into(), size: 1000, sha256, sha1, sha512, md5, on_demand: false, arrived_at: None }
}

/// Runs a job that may change things.
pub fn write<T: Send + 'static>(
    world: &World,
    caller: &Caller<'_>,
    job: impl Fn(&mut Tx, &Call) -> Result<T, Error> + Send + Sync + 'static,
) -> Result<T, Refused> {
    let call = caller.call();
    world.store().write_blocking(move |tx| job(tx, &call)).map_err(Refused::from)
}

/// Publishes a version with this content; answers whether it is new.
pub fn publish(
    world: &World,
    caller: &Caller<'_>,
    repository: &str,
    package: &str,
    version: NewVersion,
) -> Result<bool, Refused> {
    let (key, package) = (key(repository), coordinates(package));
    let published =
        write(world, caller, move |tx, call| arrival::publish(tx, call, &key, &package, &version))?;
    Ok(published.created)
}

/// Publishes a version that must be new.
#[track_caller]
pub fn published(world: &World, caller: &Caller<'_>, repository: &str, package: &str, version: &str) {
    let content = char::from_digit(u32::try_from(version.len()).unwrap() % 10, 10).unwrap();
    let new = new_version(package, version, content);
    assert_eq!(publish(world, caller, repository, package, new), Ok(true));
}

/// Brings a version in through the connection of a repository, asked for through another.
pub fn ingest(
    world: &World,
    caller: &Caller<'_>,
    requested: &str,
    through: &str,
    package: &str,
    new: NewVersion,
) -> Found {
    let (requested, through, package) = (key(requested), key(through), coordinates(package));
    let found =
        write(world, caller, move |tx, call| arrival::ingest(tx, call, &requested, &through, &package, &new));
    found.unwrap()
}

/// Fetches a version through a repository, as a download does.
pub fn obtain(world: &World, caller: &Caller<'_>, requested: &str, package: &str, version: &str) -> Found {
    let (requested, package, version) = (key(requested), coordinates(package), version.to_owned());
    write(world, caller, move |tx, call| arrival::obtain(tx, call, &requested, &package, &version)).unwrap()
}

/// Finds a repository as the package endpoints do.
pub fn reach(tx: &mut Tx, call: &Call, name: &str) -> Result<Repository, Error> {
    repository::reach(tx, call, "codeartifact:ReadFromRepository", &key(name))
}

/// The versions that a repository lists, as `version status`.
pub fn versions(caller: &Caller<'_>, repository: &str, package: &str) -> Vec<String> {
    match caller.send("ListPackageVersions", npm(repository, package, json!({}))) {
        Ok(answer) => answer["versions"].as_array().unwrap().iter().map(shown).collect(),
        Err(refusal) => vec![refusal.name],
    }
}

fn shown(version: &Value) -> String {
    format!("{} {}", version["version"].as_str().unwrap(), version["status"].as_str().unwrap())
}

/// The name of the exception and the resource that a refusal names.
#[track_caller]
pub fn resource(refusal: &Refusal) -> (&str, &str, &str) {
    let text = |member: &str| refusal.body.get(member).and_then(Value::as_str).unwrap_or_default();
    assert!(!refusal.message().is_empty());
    (&refusal.name, text("resourceType"), text("resourceId"))
}

/// The name of the exception and the reason that a refusal gives.
#[track_caller]
pub fn reason(refusal: &Refusal) -> (&str, &str) {
    assert!(!refusal.message().is_empty());
    (&refusal.name, refusal.body["reason"].as_str().unwrap_or_default())
}

/// How an engine function refused, comparable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub name: String,
    pub message: String,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            service::Error::Modelled(error) => {
                let error: &dyn model::ModelledError = &error;
                Refused { name: error.name().to_owned(), message: error.message().to_owned() }
            }
            service::Error::Denied(denied) => {
                Refused { name: "AccessDeniedException".to_owned(), message: denied.0 }
            }
            service::Error::Store(error) => Refused { name: "store".to_owned(), message: error.to_string() },
        }
    }
}
