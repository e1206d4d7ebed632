"""cargo publishes, adds, builds, yanks, searches."""

import json
import os

from tests.aws import answer
from tests.clients.cargo.conftest import Cargo

KIT = "pub fn kit() -> u32 { 1 }"


def index(shop, path, repository="app"):
    status, _, body = shop.server.get(shop.url(repository).removeprefix(shop.server.endpoint) + path, Authorization=shop.token())
    return status, [json.loads(line) for line in body.decode().splitlines()] if status == 200 else body


def test_a_crate_is_published_once_and_described(shop, cargo):
    folder = cargo.package("own-kit", "1.0.0", KIT, 'real = { package = "fixture-base", version = "1", registry = "shop" }\n')
    output = cargo.publish(folder)
    assert "Published own-kit v1.0.0" in output, output
    assert shop.versions("app", "own-kit") == {"1.0.0": "Published"}
    where = shop.where("app", "own-kit", packageVersion="1.0.0")
    version = answer(shop.codeartifact.describe_package_version(**where))["packageVersion"]
    assert (version["displayName"], version["summary"]) == ("own-kit", "a crate of our own")
    assert (version["licenses"], version["sourceCodeRepository"]) == ([{"name": "MIT"}], "https://git.example/ours")
    assert version["origin"] == {"domainEntryPoint": {"repositoryName": "app"}, "originType": "INTERNAL"}
    assert answer(shop.codeartifact.get_package_version_readme(**where))["readme"] == "# own-kit\n"
    [dependency] = answer(shop.codeartifact.list_package_version_dependencies(**where))["dependencies"]
    assert dependency == {"package": "fixture-base", "dependencyType": "normal", "versionRequirement": "^1"}
    [asset] = answer(shop.codeartifact.list_package_version_assets(**where))["assets"]
    assert (asset["name"], set(asset["hashes"])) == ("own-kit-1.0.0.crate", {"MD5", "SHA-1", "SHA-256", "SHA-512"})
    package = answer(shop.codeartifact.describe_package(**shop.where("app", "own-kit")))["package"]
    assert package["originConfiguration"] == {"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}}
    content = shop.codeartifact.get_package_version_asset(**where, asset=asset["name"])["asset"].read()
    assert content[:2] == b"\x1f\x8b" and len(content) == asset["size"]
    output = cargo.publish(folder, fails=True)
    assert "already exists" in output, output


def test_scenario_30_renamed_dependencies_yanks_search_and_add(shop, cargo):
    cargo.publish(cargo.package("own-kit", "1.0.0", KIT))
    cargo.publish(cargo.package("own-kit", "1.1.0", KIT.replace("1 }", "11 }")))
    alias = 'alias = { package = "own-kit", version = "1", registry = "shop", features = [] }\n'
    cargo.publish(cargo.package("own-top", "1.0.0", "pub fn top() -> u32 { alias::kit() }", alias))
    _, [line] = index(shop, "ow/n-/own-top")
    [dependency] = line["deps"]
    assert (dependency["name"], dependency["package"], dependency.get("registry")) == ("alias", "own-kit", None)
    project = cargo.package("project", "0.1.0", "fn main() { println!(\"sum {}\", own_top::top()); }", program=True)
    assert "Adding own-top v1.0.0" in cargo.run("add", "--registry", "shop", "own-top", cwd=project)
    assert "sum 11" in cargo.run("run", cwd=project)
    assert cargo.locked(project)["own-kit"] == "1.1.0"
    cargo.run("yank", "--registry", "shop", "own-kit@1.1.0")
    assert index(shop, "ow/n-/own-kit")[1][1]["yanked"] is True
    assert shop.versions("app", "own-kit")["1.1.0"] == "Published"
    # What is locked is built with empty caches; what is resolved anew avoids it.
    cargo.forget()
    assert "sum 11" in cargo.run("run", "--locked", cwd=project)
    lock = (project / "Cargo.lock").read_text()
    (project / "Cargo.lock").unlink()
    cargo.run("generate-lockfile", cwd=project)
    assert cargo.locked(project)["own-kit"] == "1.0.0"
    cargo.run("yank", "--undo", "--registry", "shop", "own-kit@1.1.0")
    cargo.run("update", cwd=project)
    assert (project / "Cargo.lock").read_text() == lock
    found = cargo.run("search", "--registry", "shop", "own")
    assert 'own-kit = "1.1.0"' in found and 'own-top = "1.0.0"' in found and "a crate of our own" in found, found
    about = cargo.run("info", "--registry", "shop", "own-kit")
    assert "version: 1.1.0" in about, about


def test_unlisted_versions_are_built_from_a_lock_and_archived_ones_are_not(shop, cargo):
    for version in ("1.0.0", "1.1.0"):
        cargo.publish(cargo.package("own-kit", version, KIT))
    project = cargo.package("project", "0.1.0", "", 'own-kit = { version = "1", registry = "shop" }\n')
    cargo.run("fetch", cwd=project)
    where = shop.where("app", "own-kit", versions=["1.1.0"])
    shop.codeartifact.update_package_versions_status(**where, targetStatus="Unlisted")
    cargo.forget()
    cargo.run("build", "--locked", cwd=project)
    shop.codeartifact.update_package_versions_status(**where, targetStatus="Archived")
    cargo.forget()
    cargo.run("fetch", "--locked", cwd=project, fails=True)
    cargo.run("update", cwd=project)
    assert cargo.locked(project)["own-kit"] == "1.0.0"


def test_a_token_is_kept_by_login_or_asked_of_a_program(shop):
    cargo = Cargo(shop, token=False)
    try:
        folder = cargo.package("own-kit", "1.0.0", KIT)
        output = cargo.publish(folder, fails=True)
        assert "no token found" in output, output
        cargo.run("login", "--registry", "shop", text=shop.token() + "\n")
        cargo.publish(folder)
        cargo.run("logout", "--registry", "shop")
        cargo.publish(cargo.package("own-kit", "1.1.0", KIT), fails=True)
        # As AWS's guide has it: a program prints the token.
        aws = f"{os.environ.get('HOMEREGION_TEST_TOOLS', 'target/test-tools')}/venv/bin/aws"
        asked = f"codeartifact get-authorization-token --domain shop --query authorizationToken --output text --endpoint-url {shop.server.endpoint}"
        cargo.configure("app", provider=f"cargo:token-from-stdout {os.path.abspath(aws)} {asked}")
        cargo.variables = {"AWS_ACCESS_KEY_ID": shop.caller.account, "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-west-2"}
        cargo.publish(cargo.package("own-kit", "1.1.0", KIT))
        assert set(shop.versions("app", "own-kit")) == {"1.0.0", "1.1.0"}
    finally:
        cargo.discard()


def test_owners_are_shown_and_changed_elsewhere(shop, cargo):
    cargo.publish(cargo.package("own-kit", "1.0.0", KIT))
    assert shop.caller.account in cargo.run("owner", "--registry", "shop", "--list", "own-kit")
    output = cargo.run("owner", "--registry", "shop", "--add", "bob", "own-kit", fails=True)
    assert "put-repository-permissions-policy" in output, output


def test_names_that_differ_in_spelling_are_one_crate(shop, cargo):
    cargo.publish(cargo.package("own-kit", "1.0.0", KIT))
    output = cargo.publish(cargo.package("Own_Kit", "2.0.0", KIT), fails=True)
    assert "409" in output and "spelling own-kit" in output, output
    output = cargo.publish(cargo.package("rustc", "2.0.0", KIT), fails=True)
    assert "reserved" in output, output
    assert shop.packages("app") == {"own-kit"}


def test_a_workspace_is_published_at_once_and_verified_against_what_was(shop, cargo):
    needs = 'own-base = { version = "1", path = "../own-base", registry = "shop" }\n'
    base = cargo.package("own-base", "1.0.0", KIT)
    cargo.package("own-next", "1.0.0", "pub fn next() -> u32 { own_base::kit() + 1 }", needs)
    (base.parent / "Cargo.toml").write_text('[workspace]\nresolver = "2"\nmembers = ["own-base", "own-next"]\n')
    cargo.run("publish", "--registry", "shop", "--allow-dirty", "--workspace", cwd=base.parent)
    assert shop.packages("app") == {"own-base", "own-next"}
    _, [line] = index(shop, "ow/n-/own-next")
    [dependency] = line["deps"]
    assert (dependency["name"], dependency["req"], dependency.get("registry")) == ("own-base", "^1", None)
