"""CopyPackageVersions: all versions or none, from a repository or from what lies above it."""

import base64
import hashlib
import json

import pytest

from tests.aws import answer, refused
from tests.clients.npm.test_publish import document
from tests.server import fetch

PACKAGE = {"domain": "shop", "format": "generic", "namespace": "team", "package": "tool"}


@pytest.fixture
def shop(caller):
    """`store` below `top`, and `dest` apart."""
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(domain="shop", repository="top")
    upstreams = [{"repositoryName": "top"}]
    caller.codeartifact.create_repository(domain="shop", repository="store", upstreams=upstreams)
    caller.codeartifact.create_repository(domain="shop", repository="dest")
    return caller


def publish(caller, repository, version, content):
    where = {**PACKAGE, "repository": repository, "packageVersion": version}
    sha256 = hashlib.sha256(content).hexdigest()
    more = {"assetName": "a", "assetContent": content, "assetSHA256": sha256}
    return answer(caller.codeartifact.publish_package_version(**where, **more))["versionRevision"]


def copy(caller, **more):
    where = {**PACKAGE, "sourceRepository": "store", "destinationRepository": "dest"}
    found = answer(caller.codeartifact.copy_package_versions(**{**where, **more}))
    return found["successfulVersions"], {
        version: (failed["errorCode"], failed["errorMessage"]) for version, failed in found["failedVersions"].items()
    }


def versions(caller, repository, **package):
    found = caller.codeartifact.list_package_versions(**(package or PACKAGE), repository=repository)
    return {item["version"]: (item["status"], item["revision"]) for item in found["versions"]}


def test_scenario_13_identical_versions_are_in_neither_map_and_one_failure_stops_all(shop):
    same = publish(shop, "store", "1", b"one")
    assert publish(shop, "dest", "1", b"one") == same, "equal content, equal revision"
    theirs, ours = publish(shop, "store", "2", b"two"), publish(shop, "dest", "2", b"other")
    assert copy(shop, versions=["1"]) == ({}, {})
    missing = ("NOT_FOUND", "Could not find version 3")
    done, failed = copy(shop, versions=["1", "3"])
    assert (done, failed["3"], failed["1"][0]) == ({}, missing, "SKIPPED")
    done, failed = copy(shop, versions=["2", "3"])
    assert (done, failed["2"][0], failed["3"]) == ({}, "ALREADY_EXISTS", missing)
    assert versions(shop, "dest") == {"1": ("Published", same), "2": ("Published", ours)}
    done, failed = copy(shop, versions=["2"], allowOverwrite=True)
    assert (done, failed) == ({"2": {"revision": theirs, "status": "Published"}}, {})
    read = shop.codeartifact.get_package_version_asset(**PACKAGE, repository="dest", packageVersion="2", asset="a")
    assert read["asset"].read() == b"two"


def test_scenario_14_what_lies_above_the_source_is_copied_when_asked_for(shop):
    revision = publish(shop, "top", "1", b"one")
    call = shop.codeartifact.copy_package_versions
    where = {**PACKAGE, "sourceRepository": "store", "destinationRepository": "dest", "versions": ["1"]}
    refused("ResourceNotFoundException", 404, call, **where)
    assert copy(shop, versions=["1"], includeFromUpstream=True) == (
        {"1": {"revision": revision, "status": "Published"}},
        {},
    )
    refused("ResourceNotFoundException", 404, shop.codeartifact.list_package_versions, **PACKAGE, repository="store")
    origin = shop.codeartifact.describe_package_version(**PACKAGE, repository="dest", packageVersion="1")
    entry = {"domainEntryPoint": {"repositoryName": "top"}, "originType": "INTERNAL"}
    assert origin["packageVersion"]["origin"] == entry


def test_revisions_are_checked_and_statuses_go_along(shop):
    first, second = publish(shop, "store", "1", b"one"), publish(shop, "store", "2", b"two")
    done, failed = copy(shop, versionRevisions={"1": first, "2": first})
    assert (done, failed["2"][0], failed["1"][0]) == ({}, "MISMATCHED_REVISION", "SKIPPED")
    assert failed["2"][1] == f"current revision: {second}, expected revision: {first}"
    where = {**PACKAGE, "repository": "store"}
    shop.codeartifact.update_package_versions_status(**where, versions=["1"], targetStatus="Unlisted")
    shop.codeartifact.update_package_versions_status(**where, versions=["2"], targetStatus="Archived")
    assert copy(shop, versions=["2"])[1]["2"][0] == "NOT_ALLOWED"
    assert copy(shop, versionRevisions={"1": first}) == ({"1": {"revision": first, "status": "Unlisted"}}, {})


def test_versions_or_revisions_and_two_repositories(shop):
    publish(shop, "store", "1", b"one")
    call = shop.codeartifact.copy_package_versions
    where = {**PACKAGE, "sourceRepository": "store", "destinationRepository": "dest"}
    for more in (
        {},
        {"versions": ["1"], "versionRevisions": {"1": "x"}},
        {"versions": ["1", "1"]},
        {"versions": ["1"], "destinationRepository": "store"},
    ):
        members = {"reason": "FIELD_VALIDATION_FAILED"}
        refused("ValidationException", 400, call, **{**where, **more}, members=members)
    for member in ("sourceRepository", "destinationRepository"):
        members = {"resourceId": "none", "resourceType": "repository"}
        more = {**where, "versions": ["1"], member: "none"}
        refused("ResourceNotFoundException", 404, call, **more, members=members)


def test_scenario_9_dist_tags_of_npm_versions_override_those_of_the_destination(shop):
    token = shop.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    base = f"{shop.server.endpoint}/npm/d/shop-{shop.account}"
    for repository, version in (("dest", "1.0.0"), ("store", "2.0.0")):
        body = json.dumps(document("kit", version)).encode()
        status, _, said = fetch("PUT", f"{base}/{repository}/kit", body, headers)
        assert status in (200, 201), said
    fetch("PUT", f"{base}/store/-/package/kit/dist-tags/beta", b'"2.0.0"', headers)
    npm = {"domain": "shop", "format": "npm", "package": "kit"}
    where = {**npm, "sourceRepository": "store", "destinationRepository": "dest"}
    found = answer(shop.codeartifact.copy_package_versions(**where, versions=["2.0.0"]))
    assert list(found["successfulVersions"]) == ["2.0.0"]
    _, _, body = fetch("GET", f"{base}/dest/kit", headers=headers)
    packument = json.loads(body)
    assert packument["dist-tags"] == {"latest": "2.0.0", "beta": "2.0.0"}
    status, _, tarball = fetch("GET", packument["versions"]["2.0.0"]["dist"]["tarball"], headers=headers)
    assert status == 200
    assert tarball == base64.b64decode(document("kit", "2.0.0")["_attachments"]["kit-2.0.0.tgz"]["data"])
