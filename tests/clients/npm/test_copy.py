"""CopyPackageVersions of versions that only the public registry has."""

import pytest

from tests.aws import answer, refused


@pytest.fixture
def dest(shop):
    shop.codeartifact.create_repository(domain="shop", repository="dest")
    return shop


def copy(shop, name, versions, source="app", **more):
    where = {**shop.where(source, name), "sourceRepository": source, "destinationRepository": "dest"}
    del where["repository"]
    return answer(shop.codeartifact.copy_package_versions(**where, versions=versions, **more))


def test_scenario_14_public_versions_are_copied_from_upstream_and_the_source_keeps_none(dest):
    name = "@fixture/part-39"
    call = dest.codeartifact.copy_package_versions
    where = {"domain": "shop", "format": "npm", "namespace": "fixture", "package": "part-39", "sourceRepository": "app"}
    refused("ResourceNotFoundException", 404, call, **where, destinationRepository="dest", versions=["1.0.0"])
    found = copy(dest, name, ["1.0.0", "1.1.0"], includeFromUpstream=True)
    assert sorted(found["successfulVersions"]) == ["1.0.0", "1.1.0"]
    assert found["failedVersions"] == {}
    assert dest.versions("dest", name) == {"1.0.0": "Published", "1.1.0": "Published"}
    assert dest.versions("store", name) == {"1.0.0": "Published", "1.1.0": "Published"}
    assert dest.packages("app") == dest.packages("mid") == set()
    version = dest.codeartifact.describe_package_version(**dest.where("dest", name), packageVersion="1.0.0")
    origin = {"domainEntryPoint": {"externalConnectionName": "public:npmjs"}, "originType": "EXTERNAL"}
    assert version["packageVersion"]["origin"] == origin
    configuration = answer(dest.codeartifact.describe_package(**dest.where("dest", name)))["package"]["originConfiguration"]
    assert configuration["restrictions"] == {"publish": "BLOCK", "upstream": "ALLOW"}


def test_a_version_that_the_public_registry_has_not_is_not_found(dest):
    found = copy(dest, "fixture-0", ["1.0.0", "9.9.9"], includeFromUpstream=True)
    assert found["successfulVersions"] == {}
    assert {version: failed["errorCode"] for version, failed in found["failedVersions"].items()} == {
        "1.0.0": "SKIPPED",
        "9.9.9": "NOT_FOUND",
    }


def test_a_name_that_is_blocked_upstream_is_not_found(dest):
    where = dest.where("app", "@fixture/part-38")
    restrictions = {"publish": "ALLOW", "upstream": "BLOCK"}
    dest.codeartifact.put_package_origin_configuration(**where, restrictions=restrictions)
    found = copy(dest, "@fixture/part-38", ["1.0.0"], includeFromUpstream=True)
    assert found["failedVersions"]["1.0.0"]["errorCode"] == "NOT_FOUND"
    assert dest.packages("store") == set()
