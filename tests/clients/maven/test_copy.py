"""CopyPackageVersions of a version that only the public repository has, with its usual files."""

from tests.aws import answer


def test_scenario_14_a_public_version_is_copied_whole_and_the_source_keeps_none(shop):
    shop.public.add("org.public", "copied", "1.0", (".pom", ".jar", "-sources.jar"))
    shop.codeartifact.create_repository(domain="shop", repository="dest")
    where = {"domain": "shop", "format": "maven", "namespace": "org.public", "package": "copied"}
    where = {**where, "sourceRepository": "app", "destinationRepository": "dest", "includeFromUpstream": True}
    found = answer(shop.codeartifact.copy_package_versions(**where, versions=["1.0"]))
    assert (list(found["successfulVersions"]), found["failedVersions"]) == (["1.0"], {})
    usual = {"copied-1.0.pom", "copied-1.0.jar", "copied-1.0-sources.jar"}
    assert set(shop.assets("dest", "org.public:copied", "1.0")) == usual
    assert shop.versions("app", "org.public:copied") == shop.versions("mid", "org.public:copied") == {}
