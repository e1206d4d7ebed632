"""gem and Bundler install what the connection brings; what came once stays."""

import pytest

from tests.clients.ruby.conftest import Ruby, Shop, fill
from tests.clients.ruby.gem_host import GemHost
from tests.server import Server


def test_gem_installs_through_the_connection_and_only_that_is_kept(shop, ruby):
    ruby.install("fixture-top")
    assert ruby.installed() == {"fixture-top-1.0.0", "fixture-base-1.1.0"}
    for repository, packages in (("app", {"fixture-top", "fixture-base"}), ("mid", set()), ("store", {"fixture-top", "fixture-base"})):
        assert shop.packages(repository) == packages, repository
    assert shop.versions("store", "fixture-base") == {"1.1.0": "Published"}
    where = shop.where("app", "fixture-top", packageVersion="1.0.0")
    described = shop.codeartifact.describe_package_version(**where)["packageVersion"]
    assert described["origin"]["originType"] == "EXTERNAL", described
    assert described["origin"]["domainEntryPoint"]["externalConnectionName"] == "public:ruby-gems-org"
    assert described["sourceCodeRepository"] == "https://git.example/gem"
    needs = shop.codeartifact.list_package_version_dependencies(**where)["dependencies"]
    assert [(one["package"], one["dependencyType"], one["versionRequirement"]) for one in needs] == [
        ("fixture-base", "runtime", ">= 1.0, < 2"),
        ("fixture-tool", "development", ">= 0"),
    ]


def test_gems_for_platforms_are_assets_of_one_version(shop, ruby):
    ruby.install("fixture-native", "--platform", "x86_64-linux")
    assert ruby.installed() == {"fixture-native-3.0.0-x86_64-linux"}
    assert shop.assets("app", "fixture-native", "3.0.0") == {"fixture-native-3.0.0-x86_64-linux.gem"}
    ruby.gem("fetch", "fixture-native", "--platform", "x86_64-linux", "--clear-sources", "--source", ruby.source)
    status, _, body = shop.fetch("GET", "app", "gems/fixture-native-3.0.0-java.gem")
    assert status == 200, body
    both = {"fixture-native-3.0.0-x86_64-linux.gem", "fixture-native-3.0.0-java.gem"}
    assert shop.assets("app", "fixture-native", "3.0.0") == both == shop.assets("store", "fixture-native", "3.0.0")
    status, _, body = shop.fetch("GET", "app", "info/fixture-native")
    assert [line.split()[0] for line in body.decode().splitlines()[1:]] == ["3.0.0", "3.0.0-x86_64-linux", "3.0.0-java"]


@pytest.fixture
def away():
    """A made-up gem host of its own, which may go away, and a shop that is connected to it."""
    host = GemHost()
    fill(host)
    host.start()
    server = Server(HOMEREGION_UPSTREAM_RUBY_GEMS_ORG=host.url)
    try:
        yield host, Shop(server.start())
        assert "panicked" not in server.read_log()
    finally:
        host.stop()
        server.discard()


def test_a_project_is_installed_again_from_its_lock_file_while_the_host_is_away(gem_server, away):
    host, shop = away
    ruby = Ruby(shop)
    try:
        project = ruby.project('"fixture-top"')
        ruby.bundle("install")
        assert ruby.bundled() == {"fixture-top-1.0.0", "fixture-base-1.1.0"}
        assert "fixture-base (1.1.0)" in (project / "Gemfile.lock").read_text()
        host.stop()
        ruby.run("rm", "-rf", str(project / "vendor"), str(ruby.folder / "bundle"), str(ruby.folder / ".bundle" / "cache"))
        ruby.project('"fixture-top"')
        ruby.bundle("install")
        assert ruby.bundled() == {"fixture-top-1.0.0", "fixture-base-1.1.0"}
    finally:
        ruby.discard()


def test_bytes_that_are_not_those_of_the_index_are_not_kept(shop, ruby, host):
    host.publish("fixture-forged", "1.0.0", checksum="0" * 64)
    output = ruby.install("fixture-forged", fails=True)
    assert "502" in output or "SHA-256" in output, output
    assert shop.packages("store") == set() == shop.packages("app")


def test_what_is_blocked_is_never_asked_for(shop, ruby, host):
    ruby.repository = "store"
    ruby.push(ruby.build("own-secret", "1.0.0"))
    ruby.repository = "app"
    before = len(host.asked)
    ruby.install("own-secret")
    ruby.install("own-secret", "-v", "2.0.0", fails=True)
    assert not any("own-secret" in path for path in host.asked[before:]), host.asked[before:]


def test_what_only_the_host_has_is_copied_from_upstream(shop):
    copied = shop.codeartifact.copy_package_versions(
        domain="shop",
        sourceRepository="app",
        destinationRepository="own",
        format="ruby",
        package="fixture-native",
        versions=["3.0.0"],
        includeFromUpstream=True,
    )
    assert set(copied["successfulVersions"]) == {"3.0.0"}, copied
    gems = {f"fixture-native-3.0.0{ending}.gem" for ending in ("", "-x86_64-linux", "-java")}
    assert shop.assets("own", "fixture-native", "3.0.0") == gems == shop.assets("store", "fixture-native", "3.0.0")
    assert shop.packages("app") == set()
    status, _, body = shop.fetch("GET", "own", "info/fixture-native")
    assert status == 200 and body.count(b"\n") == 4, body
