"""Acceptance scenarios of packages that are both ours and others', by their numbers."""

import json

import pytest

from tests.aws import answer
from tests.clients.npm.conftest import Shop
from tests.clients.npm.test_publish import publish, view
from tests.commandline import installed


def tags(shop, repository, name):
    status, _, body = shop.server.get(f"{shop.path(repository)}-/package/{name}/dist-tags", **shop.bearer())
    assert status == 200, body
    return json.loads(body)


def open_origins(shop, repository, name):
    restrictions = {"publish": "ALLOW", "upstream": "ALLOW"}
    where = shop.where(repository, name)
    shop.codeartifact.put_package_origin_configuration(**where, restrictions=restrictions)


def test_scenario_7_a_name_of_ours_hides_the_public_one_until_both_are_allowed(shop):
    """`fixture-31` is public with 1.0.0, 1.1.0 and a beta; ours is 0.9.0, published to `app`, which has upstreams."""
    shop.home.login("app")
    # npm asks for the tag since it has seen a higher version.
    publish(shop, "0.9.0", "--tag", "latest", name="fixture-31")
    assert view(shop, "fixture-31", "versions") in ("0.9.0", ["0.9.0"])
    project = shop.home.project(**{"fixture-31": "*"})
    shop.home.npm("install", cwd=project)
    assert installed(project) == {"fixture-31": "0.9.0"}
    output = shop.home.npm("install", "fixture-31@1.1.0", cwd=project, fails=True)
    assert "ETARGET" in output, output
    status, _, _ = shop.server.get(f"{shop.path('app')}fixture-31/-/fixture-31-1.1.0.tgz", **shop.bearer())
    assert status == 404
    open_origins(shop, "app", "fixture-31")
    assert set(view(shop, "fixture-31", "versions")) == {"0.9.0", "1.0.0", "1.1.0", "2.0.0-beta.1"}
    output = shop.home.npm("publish", cwd=shop.home.package("fixture-31", "1.1.0"), fails=True)
    assert "previously published" in output or "409" in output, output
    # npm asks first; who does not is refused.
    from tests.clients.npm.test_publish import document
    from tests.server import fetch

    body = json.dumps(document("fixture-31", "1.1.0")).encode()
    headers = {"Content-Type": "application/json", **shop.bearer()}
    status, _, answered = fetch("PUT", f"{shop.server.endpoint}{shop.path('app')}fixture-31", body, headers)
    assert status == 409 and "store" in json.loads(answered)["error"], answered


@pytest.fixture
def two(connected):
    """`down` above `up`, without a connection; web-helper is in both."""
    shop = Shop(connected)
    shop.codeartifact.create_repository(domain="shop", repository="up")
    upstreams = [{"repositoryName": "up"}]
    shop.codeartifact.create_repository(domain="shop", repository="down", upstreams=upstreams)
    shop.home.login("up")
    publish(shop, "1.0.1", name="web-helper")
    open_origins(shop, "down", "web-helper")
    shop.home.login("down")
    publish(shop, "1.0.2-beta.1", "--tag", "beta", name="web-helper")
    publish(shop, "1.0.2", name="web-helper")
    yield shop
    shop.home.discard()


def test_scenario_8_of_a_tag_the_upstream_value_wins(two):
    assert view(two, "web-helper", "dist-tags") == {"latest": "1.0.1", "beta": "1.0.2-beta.1"}
    assert tags(two, "up", "web-helper") == {"latest": "1.0.1"}
    project = two.home.project()
    two.home.npm("install", "web-helper", cwd=project)
    assert installed(project) == {"web-helper": "1.0.1"}
    for wanted, version in (("web-helper@1.0.2", "1.0.2"), ("web-helper@beta", "1.0.2-beta.1")):
        two.home.npm("install", wanted, cwd=project)
        assert installed(project) == {"web-helper": version}
    two.home.npm("dist-tag", "add", "web-helper@1.0.2", "latest")
    assert tags(two, "down", "web-helper")["latest"] == "1.0.1", "a tag here does not move that of the upstream"


def test_scenario_9_a_copy_takes_its_tags_along(shop):
    shop.codeartifact.create_repository(domain="shop", repository="copies")
    for repository, version in (("store", "1.0.0"), ("copies", "0.5.0")):
        shop.home.login(repository)
        publish(shop, version)
    assert tags(shop, "copies", "@acme%2fkit") == {"latest": "0.5.0"}
    where = {name: value for name, value in shop.where("store", "@acme/kit").items() if name != "repository"}
    copied = answer(
        shop.codeartifact.copy_package_versions(
            **where, sourceRepository="store", destinationRepository="copies", versions=["1.0.0"]
        )
    )
    assert set(copied["successfulVersions"]) == {"1.0.0"}
    assert tags(shop, "copies", "@acme%2fkit") == {"latest": "1.0.0"}


def test_scenario_10_what_is_archived_nearer_hides_what_is_published_further_up(shop):
    """`mid` holds the version archived, `store` published: `app` above both gets nothing."""
    shop.home.login("mid")
    project = shop.home.project(**{"fixture-38": "1.0.0"})
    shop.home.npm("install", cwd=project)
    assert shop.versions("mid", "fixture-38") == shop.versions("store", "fixture-38") == {"1.0.0": "Published"}
    where = shop.where("mid", "fixture-38")
    file = f"{shop.path('app')}fixture-38/-/fixture-38-1.0.0.tgz"
    for status, expected in (("Unlisted", 200), ("Archived", 404)):
        shop.codeartifact.update_package_versions_status(**where, versions=["1.0.0"], targetStatus=status)
        listed = json.loads(shop.server.get(f"{shop.path('app')}fixture-38", **shop.bearer())[2])["versions"]
        assert "1.0.0" not in listed
        assert shop.server.get(file.replace("/app/", "/mid/"), **shop.bearer())[0] == expected
        if status == "Archived":
            assert shop.server.get(file, **shop.bearer())[0] == 404
    assert shop.packages("app") == set()
