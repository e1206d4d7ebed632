"""cargo builds what comes through the external connection, and builds it again when its sources are gone."""

import json

import pytest

from tests.aws import answer
from tests.clients.cargo.conftest import CONNECTION, Cargo, Shop, fill
from tests.clients.cargo.registry import CrateRegistry
from tests.server import Server


@pytest.fixture
def apart():
    """A shop whose public registry may be stopped."""
    registry = CrateRegistry().start()
    fill(registry)
    server = Server(HOMEREGION_UPSTREAM_CRATES_IO=f"sparse+{registry.url}")
    cargo = None
    try:
        shop = Shop(server.start())
        cargo = Cargo(shop, replaces=True)
        yield shop, cargo, registry
        assert "panicked" not in server.read_log()
    finally:
        registry.stop()
        if cargo:
            cargo.discard()
        server.discard()


def test_a_locked_project_is_built_when_its_sources_are_gone(apart):
    shop, cargo, registry = apart
    show = 'fn main() { println!("sum {}", fixture_top::top()); }'
    project = cargo.package("project", "0.1.0", show, 'fixture_top = { package = "Fixture_Top", version = "2" }\n', program=True)
    # The whole of the public index is replaced: nothing in the project names the shop.
    assert "sum 111" in cargo.run("run", cwd=project)
    assert cargo.locked(project)["fixture-base"] == "1.1.0"
    assert "registry = " not in (project / "Cargo.toml").read_text()
    for repository, held in (("app", {"Fixture_Top", "fixture-base"}), ("mid", set()), ("store", {"Fixture_Top", "fixture-base"})):
        assert shop.packages(repository) == held, repository
    assert shop.versions("app", "fixture-base") == {"1.1.0": "Published"}
    version = answer(shop.codeartifact.describe_package_version(**shop.where("app", "Fixture_Top", packageVersion="2.0.0")))["packageVersion"]
    assert version["origin"] == {"domainEntryPoint": {"externalConnectionName": CONNECTION}, "originType": "EXTERNAL"}
    package = answer(shop.codeartifact.describe_package(**shop.where("app", "Fixture_Top")))["package"]
    assert package["originConfiguration"] == {"restrictions": {"publish": "BLOCK", "upstream": "ALLOW"}}
    registry.stop()
    shop.codeartifact.delete_package_versions(**shop.where("store", "fixture-base"), versions=["1.1.0"])
    shop.disconnect()
    shop.codeartifact.delete_repository(domain="shop", repository="mid")
    shop.server.restart()
    cargo.forget()
    cargo.run("clean", cwd=project)
    assert "sum 111" in cargo.run("run", "--locked", cwd=project)


def test_a_program_is_installed_and_installed_again_without_its_registry(apart):
    shop, cargo, registry = apart
    cargo.run("install", "--root", str(cargo.folder / "first"), "fixture-cli")
    registry.stop()
    shop.server.restart()
    cargo.forget()
    cargo.run("install", "--root", str(cargo.folder / "second"), "--version", "0.1.0", "fixture-cli")
    assert (cargo.folder / "second" / "bin" / "fixture-cli").exists()


def test_an_index_keeps_nothing_and_a_version_is_kept_when_it_is_fetched(shop, cargo):
    project = cargo.package("project", "0.1.0", "", 'fixture-base = { version = "=1.0.0", registry = "shop" }\n')
    cargo.run("generate-lockfile", cwd=project)
    assert shop.packages("app") == set()
    cargo.run("fetch", "--locked", cwd=project)
    assert shop.versions("app", "fixture-base") == {"1.0.0": "Published"}


def test_a_name_of_ours_is_never_asked_for_outside(shop, cargo, crates):
    crates.publish("our-secret", "9.9.9", 'compile_error!("confused");')
    crates.publish("our_secret", "9.9.9", 'compile_error!("confused");')
    # Before its first version the name is nobody's, and whether it is taken has to be asked.
    cargo.publish(cargo.package("our-secret", "1.0.0"))
    before = len(crates.asked_about("our"))
    project = cargo.package("project", "0.1.0", "", 'our-secret = { version = "*", registry = "shop" }\n')
    cargo.run("build", cwd=project)
    assert cargo.locked(project)["our-secret"] == "1.0.0"
    other = cargo.package("other", "0.1.0", "", 'our_secret = { version = "*", registry = "shop" }\n')
    cargo.run("fetch", cwd=other, fails=True)
    cargo.run("search", "--registry", "shop", "our-secret")
    assert len(crates.asked_about("our")) == before
    restrictions = {"publish": "ALLOW", "upstream": "ALLOW"}
    shop.codeartifact.put_package_origin_configuration(**shop.where("app", "our-secret"), restrictions=restrictions)
    cargo.run("update", cwd=project)
    assert cargo.locked(project)["our-secret"] == "9.9.9"


def test_a_young_version_is_neither_resolved_nor_handed_out(shop, cargo, crates):
    crates.publish("fixture-young", "1.0.0", "", pubtime="2020-01-01T00:00:00Z")
    crates.publish("fixture-young", "1.1.0", "")
    tags = [{"key": "homeregion:minimum-release-age", "value": "72h"}]
    shop.codeartifact.create_package_group(domain="shop", packageGroup="/cargo/*", tags=tags)
    project = cargo.package("project", "0.1.0", "", 'fixture-young = { version = "1", registry = "shop" }\n')
    cargo.run("fetch", cwd=project)
    assert cargo.locked(project)["fixture-young"] == "1.0.0"
    path = shop.url("app").removeprefix(shop.server.endpoint) + "api/v1/crates/fixture-young/1.1.0/download"
    for more in ({}, {"Range": "bytes=0-1"}):
        status, _, body = shop.server.get(path, Authorization=shop.token(), **more)
        assert status == 403 and "minimum release age" in json.loads(body)["errors"][0]["detail"], body
    assert not [path for path in crates.asked if "fixture-young-1.1.0" in path]


def test_a_repository_is_reached_in_host_style(shop, cargo):
    by_path, by_host = f"/cargo/d/shop-{shop.caller.account}/app/", "/cargo/app/"
    host = f"http://shop-{shop.caller.account}.d.localhost:{shop.server.port}"
    configuration = cargo.home / "config.toml"
    configuration.write_text(configuration.read_text().replace(shop.server.endpoint + by_path, host + by_host))
    project = cargo.package("project", "0.1.0", "", 'fixture-base = { version = "=1.0.0", registry = "shop" }\n')
    cargo.run("fetch", cwd=project)
    assert host in (project / "Cargo.lock").read_text()
    assert shop.versions("app", "fixture-base") == {"1.0.0": "Published"}
    cargo.publish(cargo.package("own-kit", "1.0.0"))
    assert shop.packages("app") == {"fixture-base", "own-kit"}
