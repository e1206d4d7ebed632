"""CopyPackageVersions of a version that only the public index has, with all of its files."""

from tests.aws import answer


def test_scenario_14_a_public_version_is_copied_whole_and_the_source_keeps_none(shop):
    shop.codeartifact.create_repository(domain="shop", repository="dest")
    where = {"domain": "shop", "format": "pypi", "package": "widget", "sourceRepository": "app"}
    call = shop.codeartifact.copy_package_versions
    found = answer(call(**where, destinationRepository="dest", versions=["1.0"], includeFromUpstream=True))
    assert (list(found["successfulVersions"]), found["failedVersions"]) == (["1.0"], {})
    assert shop.assets("dest", "widget", "1.0") == {"widget-1.0-py3-none-any.whl", "widget-1.0.tar.gz"}
    assert shop.versions("app", "widget") == shop.versions("mid", "widget") == {}
    found = answer(call(**where, destinationRepository="dest", versions=["9.9"], includeFromUpstream=True))
    assert found["failedVersions"]["9.9"]["errorCode"] == "NOT_FOUND"
