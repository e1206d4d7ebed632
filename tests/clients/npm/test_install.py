"""npm install and npm ci through a chain of repositories, with and without the external connection."""

import base64
import hashlib
import json

from botocore.exceptions import ClientError

from tests.aws import answer, refused
from tests.clients.fixture_registry import FixtureRegistry
from tests.commandline import Failed, installed


def install(shop, **dependencies):
    shop.home.login("app")
    project = shop.home.project(**(dependencies or {"fixture-0": "1.0.0"}))
    shop.home.npm("install", cwd=project)
    return project


def test_logging_in_writes_registry_and_token(shop):
    printed = shop.home.login("app")
    assert "Successfully configured npm to use AWS CodeArtifact repository" in printed
    written = (shop.home.folder / ".npmrc").read_text()
    host = shop.server.endpoint.removeprefix("http:")
    assert f"registry={shop.server.endpoint}{shop.path('app')}" in written
    assert f"{host}{shop.path('app')}:_authToken=eyJ" in written


def test_a_package_with_dozens_of_dependencies_arrives_in_app_and_store_but_not_between(shop, public):
    project = install(shop)
    found = installed(project)
    assert set(found) == public.names()
    assert found["fixture-0"] == "1.0.0"
    assert {version for name, version in found.items() if name != "fixture-0"} == {"1.1.0"}
    lock = json.loads((project / "package-lock.json").read_text())
    for name, item in lock["packages"].items():
        if name:
            assert item["integrity"].startswith(("sha512-", "sha1-")), item
    assert shop.packages("app") == public.names()
    assert shop.packages("store") == public.names()
    assert shop.packages("mid") == set()
    assert shop.versions("app", "fixture-0") == {"1.0.0": "Published"}
    assert shop.versions("store", "@fixture/part-4") == {"1.1.0": "Published"}


def test_what_was_fetched_remembers_where_it_came_from(shop):
    install(shop, **{"@fixture/part-39": "1.0.0"})
    for repository in ("app", "store"):
        where = shop.where(repository, "@fixture/part-39")
        version = answer(shop.codeartifact.describe_package_version(**where, packageVersion="1.0.0"))["packageVersion"]
        assert version["origin"] == {
            "domainEntryPoint": {"externalConnectionName": "public:npmjs"},
            "originType": "EXTERNAL",
        }
        assert (version["format"], version["namespace"], version["packageName"]) == ("npm", "fixture", "part-39")
        assert (version["version"], version["status"]) == ("1.0.0", "Published")
        assert version["displayName"] == "@fixture/part-39"
        package = answer(shop.codeartifact.describe_package(**where))["package"]
        restrictions = {"publish": "BLOCK", "upstream": "ALLOW"}
        assert package == {
            "format": "npm",
            "namespace": "fixture",
            "name": "part-39",
            "originConfiguration": {"restrictions": restrictions},
        }


def test_the_asset_of_a_version_is_its_tarball_with_four_hashes(shop):
    install(shop, **{"fixture-38": "1.0.0"})
    where = shop.where("app", "fixture-38")
    listed = answer(shop.codeartifact.list_package_version_assets(**where, packageVersion="1.0.0"))
    [asset] = listed["assets"]
    status, _, body = shop.server.get(shop.path("app") + "fixture-38/-/fixture-38-1.0.0.tgz", **shop.bearer())
    assert status == 200
    expected = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
    assert asset == {
        "name": "package.tgz",
        "size": len(body),
        "hashes": {name: hashlib.new(kind, body).hexdigest() for name, kind in expected.items()},
    }


def test_scenario_5_after_disassociation_the_lockfile_still_installs_and_nothing_new_does(shop, public):
    project = install(shop)
    before = installed(project)
    answered = answer(shop.disconnect())["repository"]
    assert (answered["name"], answered["externalConnections"]) == ("store", [])
    shop.home.forget_packages(project)
    shop.home.npm("ci", cwd=project)
    assert installed(project) == before
    output = shop.home.npm("install", "fixture-0@1.1.0", cwd=project, fails=True)
    assert "404" in output or "ETARGET" in output or "notarget" in output, output
    status, _, _ = shop.server.get(shop.path("app") + "never-fetched", **shop.bearer())
    assert status == 404
    status, _, _ = shop.server.get(shop.path("app") + "fixture-0/-/fixture-0-1.1.0.tgz", **shop.bearer())
    assert status == 404
    try:
        shop.disconnect()
        raise AssertionError("disassociated twice")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ResourceNotFoundException"
    shop.codeartifact.create_repository(domain="shop", repository="other")
    shop.codeartifact.update_repository(domain="shop", repository="store", upstreams=[{"repositoryName": "other"}])


def test_scenario_5_what_was_kept_outlives_its_sources(shop):
    project = install(shop, **{"fixture-30": "1.0.0"})
    before = installed(project)
    shop.disconnect()
    where = shop.where("store", "fixture-30")
    shop.codeartifact.delete_package_versions(**where, versions=["1.0.0"])
    shop.codeartifact.delete_repository(domain="shop", repository="mid")
    shop.home.forget_packages(project)
    shop.home.npm("ci", cwd=project)
    assert installed(project) == before
    assert shop.versions("app", "fixture-30") == {"1.0.0": "Published"}


def test_a_connection_that_comes_back_brings_new_packages_again(shop):
    project = install(shop, **{"fixture-30": "1.0.0"})
    shop.disconnect()
    shop.connect()
    shop.home.npm("install", "fixture-30@1.1.0", cwd=project)
    assert shop.versions("store", "fixture-30") == {"1.0.0": "Published", "1.1.0": "Published"}


def test_asking_for_a_listing_keeps_nothing(shop):
    shop.home.login("app")
    assert json.loads(shop.home.npm("view", "fixture-30", "versions", "--json")) == ["1.0.0", "1.1.0", "2.0.0-beta.1"]
    assert shop.packages("app") == set()
    assert shop.packages("store") == set()


def test_a_registry_that_is_down_does_not_matter_for_what_is_kept():
    from tests.clients.npm.conftest import Shop
    from tests.server import Server

    public = FixtureRegistry(packages=8).start()
    server = Server(HOMEREGION_UPSTREAM_NPMJS=public.url)
    shop = None
    try:
        shop = Shop(server.start())
        project = install(shop)
        before = installed(project)
        public.stop()
        server.restart(kill=True)
        shop.home.forget_packages(project)
        shop.home.npm("ci", cwd=project)
        assert installed(project) == before
        status, _, _ = server.get(shop.path("app") + "unheard-of", **shop.bearer())
        assert status in (404, 502, 503, 504)
    finally:
        public.stop()
        if shop:
            shop.home.discard()
        server.discard()


def test_without_a_token_npm_is_told_to_log_in(shop):
    registry = f"{shop.server.endpoint}{shop.path('app')}"
    output = shop.home.npm("view", "fixture-1", "--registry", registry, fails=True)
    assert "E401" in output, output


def test_a_token_of_another_domain_is_no_token(shop):
    shop.codeartifact.create_domain(domain="other")
    shop.codeartifact.create_repository(domain="other", repository="app")
    token = shop.codeartifact.get_authorization_token(domain="other")["authorizationToken"]
    status, _, _ = shop.server.get(shop.path("app") + "fixture-1", Authorization=f"Bearer {token}")
    assert status in (401, 403)


def test_an_unknown_repository_is_not_found(shop):
    where = f"/npm/d/shop-{shop.caller.account}/none/fixture-1"
    status, _, body = shop.server.get(where, **shop.bearer())
    assert status == 404, body


def test_a_version_that_is_unlisted_installs_from_a_lockfile_only(shop):
    project = install(shop, **{"fixture-30": "1.0.0"})
    where = shop.where("app", "fixture-30")
    shop.codeartifact.update_package_versions_status(**where, versions=["1.0.0"], targetStatus="Unlisted")
    shop.home.forget_packages(project)
    shop.home.npm("ci", cwd=project)
    listing = json.loads(shop.home.npm("view", "fixture-30", "versions", "--json"))
    assert "1.0.0" not in listing
    shop.codeartifact.update_package_versions_status(**where, versions=["1.0.0"], targetStatus="Archived")
    shop.home.forget_packages(project)
    try:
        shop.home.npm("ci", cwd=project)
        raise AssertionError("an archived version was installed")
    except Failed as failed:
        assert "404" in failed.output, failed.output


def test_integrity_is_that_of_the_bytes(shop):
    install(shop, **{"fixture-30": "1.0.0"})
    status, headers, body = shop.server.get(shop.path("app") + "fixture-30", **shop.bearer())
    assert status == 200
    dist = json.loads(body)["versions"]["1.0.0"]["dist"]
    expected = f"{shop.server.endpoint}{shop.path('app')}fixture-30/-/fixture-30-1.0.0.tgz"
    assert dist["tarball"] == expected
    status, _, tarball = shop.server.get(dist["tarball"].removeprefix(shop.server.endpoint), **shop.bearer())
    assert dist["shasum"] == hashlib.sha1(tarball).hexdigest()
    assert dist["integrity"] == "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()


def test_versions_are_deleted_and_missing_ones_are_told(shop):
    install(shop, **{"fixture-30": "1.0.0"})
    where = shop.where("app", "fixture-30")
    found = answer(shop.codeartifact.delete_package_versions(**where, versions=["1.0.0", "9.9.9"]))
    assert found["failedVersions"]["9.9.9"]["errorCode"] == "NOT_FOUND"
    refused(
        "ResourceNotFoundException",
        404,
        shop.codeartifact.describe_package_version,
        **shop.where("app", "unheard-of"),
        packageVersion="1.0.0",
    )
