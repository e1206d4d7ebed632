//! Maven: checksums are judged, metadata publish what they list, snapshots are deployed build by build.

use codeartifact::arrival::{self, Addition};
use codeartifact::maven::{self, Deployment, Verdict};
use codeartifact::name::Coordinates;
use codeartifact::package_version::Facts;
use codeartifact::resolution;
use formats::maven::snapshot::Build;
use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::support::{Refused, asset, key, of, reach, set_policy, shop, write};

const JAR: &str = "lib-1.0.jar";

fn lib() -> Coordinates {
    Coordinates::new("maven", Some("com.acme"), "lib").unwrap()
}

/// Adds a file to a version, as a client does that puts it.
fn put(world: &World, caller: &Caller<'_>, version: &str, file: &str, content: char) {
    let addition = Addition {
        version: version.into(),
        assets: vec![asset(file, content)],
        facts: (file.rsplit('.').next() == Some("pom"))
            .then(|| Facts { display_name: file.into(), ..Facts::default() }),
        into_published: true,
        beside_upstream: true,
        ..Addition::default()
    };
    let added = write(world, caller, move |tx, call| maven::add(tx, call, &key("web"), &lib(), &addition));
    assert!(added.is_ok(), "{added:?}");
}

fn judge(
    world: &World,
    caller: &Caller<'_>,
    file: &'static str,
    checksum: String,
) -> Result<Verdict, Refused> {
    write(world, caller, move |tx, call| {
        let said = ("sha1", checksum.as_str());
        let (foreseen, _) = maven::compare(tx, call, &key("web"), &lib(), ("1.0", file), said)?;
        let verdict = maven::remember(tx, call, &key("web"), &lib(), ("1.0", file), said)?;
        assert_eq!(foreseen, verdict);
        let (_, is_new) = maven::compare(tx, call, &key("web"), &lib(), ("1.0", file), said)?;
        assert!(!is_new, "it is remembered");
        Ok(verdict)
    })
}

fn publish(world: &World, caller: &Caller<'_>, versions: &[&str]) -> Result<Vec<String>, Refused> {
    let versions: Vec<String> = versions.iter().map(|version| (*version).to_owned()).collect();
    write(world, caller, move |tx, call| {
        maven::publish(tx, call, &key("web"), &lib(), &versions, &asset("anything", '9'))
    })
}

fn deploy(world: &World, caller: &Caller<'_>, build: &str, files: &[(&str, &str)]) -> Result<bool, Refused> {
    let files = files.iter().map(|(version, file)| ((*version).to_owned(), (*file).to_owned())).collect();
    let deployment = Deployment { build: Build::parse(build).unwrap(), files };
    write(world, caller, move |tx, call| maven::deploy(tx, call, &key("web"), &lib(), &deployment))
}

fn input(more: Value) -> Value {
    let mut input = of("web", json!({"format": "maven", "namespace": "com.acme", "package": "lib"}));
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// The versions with their statuses, by version.
fn versions(caller: &Caller<'_>) -> Vec<String> {
    let answer = caller.ok("ListPackageVersions", input(json!({})));
    let shown = |version: &Value| {
        format!("{} {}", version["version"].as_str().unwrap(), version["status"].as_str().unwrap())
    };
    let mut all: Vec<String> = answer["versions"].as_array().unwrap().iter().map(shown).collect();
    all.sort();
    all
}

fn files(caller: &Caller<'_>, version: &str) -> Vec<String> {
    let answer = caller.ok("ListPackageVersionAssets", input(json!({"packageVersion": version})));
    let assets = answer["assets"].as_array().unwrap().iter();
    assets.map(|asset| asset["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_wrong_checksum_is_remembered_until_the_right_one_comes() {
    shop(&[("web", &[])], |world, caller| {
        put(world, caller, "1.0", JAR, 'a');
        put(world, caller, "2.0", "lib-2.0.jar", 'b');
        let revision = |version: &str| {
            let found = caller.ok("DescribePackageVersion", input(json!({"packageVersion": version})));
            found["packageVersion"]["revision"].as_str().unwrap().to_owned()
        };
        let before = revision("1.0");
        assert_eq!(judge(world, caller, "none.jar", "a".repeat(40)), Ok(Verdict::NoAsset));
        assert_eq!(judge(world, caller, JAR, "A".repeat(40)), Ok(Verdict::Differs), "letter case counts");
        assert_eq!(revision("1.0"), before, "what is said of a file is not its content");
        let refused = publish(world, caller, &["1.0", "2.0"]).unwrap_err();
        assert_eq!(refused.name, "ValidationException");
        assert!(refused.message.contains("the sha1 of lib-1.0.jar"), "{}", refused.message);
        assert_eq!(versions(caller), ["1.0 Unfinished", "2.0 Unfinished"], "all or none");
        assert_eq!(judge(world, caller, JAR, "a".repeat(40)), Ok(Verdict::Agrees));
        assert_eq!(publish(world, caller, &["1.0", "2.0", "3.0"]), Ok(vec!["1.0".into(), "2.0".into()]));
        assert_eq!(versions(caller), ["1.0 Published", "2.0 Published"]);
        assert_eq!(files(caller, "1.0"), [JAR, "maven-metadata.xml"]);
        assert_eq!(publish(world, caller, &["1.0"]), Ok(Vec::new()), "there is nothing left to publish");
    });
}

#[test]
fn a_build_becomes_the_newest_state_of_its_snapshot() {
    const ONE: &str = "1.0-20261120.173701-1";
    const TWO: &str = "1.0-20261120.173702-2";
    const SNAPSHOT: &str = "1.0-SNAPSHOT";
    shop(&[("web", &[])], |world, caller| {
        put(world, caller, ONE, &format!("lib-{ONE}.pom"), 'a');
        put(world, caller, ONE, &format!("lib-{ONE}-sources.jar"), 'b');
        let (pom, sources) = (format!("lib-{ONE}.pom"), format!("lib-{ONE}-sources.jar"));
        assert_eq!(deploy(world, caller, ONE, &[(ONE, &pom), (ONE, &sources)]), Ok(true));
        assert_eq!(versions(caller), [format!("{ONE} Unlisted"), format!("{SNAPSHOT} Published")]);
        put(world, caller, TWO, &format!("lib-{TWO}.jar"), 'c');
        let jar = format!("lib-{TWO}.jar");
        let refused = deploy(world, caller, TWO, &[(TWO, "lib-1.0-20261120.173702-2.war")]).unwrap_err();
        assert!(refused.message.contains(".war, which was not uploaded"), "{}", refused.message);
        assert_eq!(versions(caller)[1], format!("{TWO} Unfinished"));
        assert_eq!(deploy(world, caller, TWO, &[(TWO, &jar), (ONE, &sources)]), Ok(false));
        assert_eq!(
            files(caller, SNAPSHOT),
            [sources, jar],
            "files of earlier builds stay while they are named"
        );
        let described = caller.ok("DescribePackageVersion", input(json!({"packageVersion": SNAPSHOT})));
        assert_eq!(
            described["packageVersion"]["displayName"], pom,
            "a build without a POM says nothing else"
        );
        let refused = deploy(world, caller, "1.0-20261120.173709-9", &[]).unwrap_err();
        assert_eq!(refused.name, "ValidationException");
        assert!(refused.message.contains("of which no file was uploaded"), "{}", refused.message);
        let status = input(json!({"versions": [SNAPSHOT], "targetStatus": "Archived"}));
        caller.ok("UpdatePackageVersionsStatus", status);
        assert_eq!(deploy(world, caller, TWO, &[]).unwrap_err().name, "ConflictException");
    });
}

#[test]
fn both_permissions_are_asked_for() {
    for (denied, may_judge) in
        [("codeartifact:PublishPackageVersion", false), ("codeartifact:PutPackageMetadata", true)]
    {
        shop(&[("web", &[])], |world, caller| {
            put(world, caller, "1.0", JAR, 'a');
            put(world, caller, "1.0-20261120.173701-1", "lib-1.0-20261120.173701-1.jar", 'a');
            set_policy(caller, "web", "Deny", denied, "*");
            let refusals = [
                publish(world, caller, &["1.0"]).unwrap_err(),
                deploy(world, caller, "1.0-20261120.173701-1", &[]).unwrap_err(),
            ];
            for refused in refusals {
                assert_eq!(refused.name, "AccessDeniedException");
                assert!(refused.message.contains(denied), "{}", refused.message);
            }
            assert_eq!(judge(world, caller, JAR, "a".repeat(40)).is_ok(), may_judge);
        });
    }
}

#[test]
fn plugins_are_packages_that_are_named_so_and_published() {
    shop(&[("base", &[]), ("web", &["base"])], |world, caller| {
        for artifact in ["hello-maven-plugin", "maven-jar-plugin", "lib"] {
            let package = Coordinates::new("maven", Some("com.acme"), artifact).unwrap();
            let addition = Addition {
                version: "1.0".into(),
                assets: vec![asset("x.jar", 'a')],
                finished: artifact != "maven-jar-plugin",
                ..Addition::default()
            };
            write(world, caller, move |tx, call| arrival::add(tx, call, &key("base"), &package, &addition))
                .unwrap();
        }
        let found = write(world, caller, |tx, call| {
            let asked = reach(tx, call, "web")?;
            let plugins = maven::plugins(tx, &asked, "com.acme")?;
            assert!(maven::plugins(tx, &asked, "com")?.is_empty(), "groups below are others");
            let path = resolution::path(tx, &asked, &lib())?;
            let listed = maven::listed(tx, &path, &lib())?;
            assert_eq!(listed.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1]);
            Ok(plugins)
        });
        let prefixes: Vec<String> = found.unwrap().into_iter().map(|plugin| plugin.prefix).collect();
        assert_eq!(prefixes, ["hello"]);
    });
}
