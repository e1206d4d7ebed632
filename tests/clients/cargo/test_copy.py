"""CopyPackageVersions of a crate that only the public registry has."""

from tests.aws import answer


def test_scenario_14_a_public_crate_is_copied_from_upstream_and_the_source_keeps_none(shop):
    shop.codeartifact.create_repository(domain="shop", repository="dest")
    where = {"domain": "shop", "format": "cargo", "package": "fixture-base", "sourceRepository": "app"}
    versions = ["1.0.0", "9.9.9"]
    call = shop.codeartifact.copy_package_versions
    found = answer(call(**where, destinationRepository="dest", versions=versions, includeFromUpstream=True))
    codes = {version: failed["errorCode"] for version, failed in found["failedVersions"].items()}
    assert (found["successfulVersions"], codes) == ({}, {"1.0.0": "SKIPPED", "9.9.9": "NOT_FOUND"})
    found = answer(call(**where, destinationRepository="dest", versions=["1.0.0"], includeFromUpstream=True))
    assert list(found["successfulVersions"]) == ["1.0.0"]
    assert shop.packages("dest") == shop.packages("store") == {"fixture-base"}
    assert shop.packages("app") == shop.packages("mid") == set()
