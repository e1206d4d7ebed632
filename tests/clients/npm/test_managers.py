"""Every package manager of the npm family: publish, install, reinstall, tags, deprecation, and being turned away."""

import json
import os
import re

import pytest

from tests.aws import Caller, answer, fresh_account
from tests.clients.fixture_registry import FixtureRegistry
from tests.clients.npm.conftest import Shop
from tests.clients.npm.managers import MANAGERS
from tests.commandline import installed
from tests.server import Server
from tests.tokens import expired

FULL = os.environ.get("HOMEREGION_TEST_FULL") == "1"
# The managers that run by default: npm everywhere, two more where it matters most.
QUICK = ("npm",)
SMOKE = ("npm", "pnpm", "yarn1")


def each(*names, argument="manager", quick=QUICK):
    """The managers of a test; those that the default run leaves out wait for --full."""
    heavy = pytest.mark.skipif(not FULL, reason="the other package managers: --full")
    chosen = [pytest.param(name, marks=() if name in quick else heavy) for name in names]
    return pytest.mark.parametrize(argument, chosen, indirect=True)


@pytest.fixture
def manager(request, shop):
    """A manager that is logged in to `app`."""
    manager = MANAGERS[request.param](shop.home)
    manager.log_in(url(shop, "app"), token(shop))
    return manager


def url(shop, repository):
    return f"{shop.server.endpoint}{shop.path(repository)}"


def token(shop):
    return shop.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]


@each("npm", "npm8", "pnpm", "yarn1", "berry", "bun", quick=SMOKE)
def test_scenario_6_a_package_is_published_once(shop, manager):
    manager.log_in(url(shop, "store"), token(shop))
    folder = manager.package("@acme/kit", "1.0.0")
    manager.publish(folder)
    assert shop.versions("store", "@acme/kit") == {"1.0.0": "Published"}
    where = shop.where("store", "@acme/kit")
    [asset] = answer(shop.codeartifact.list_package_version_assets(**where, packageVersion="1.0.0"))["assets"]
    assert (asset["name"], set(asset["hashes"])) == ("package.tgz", {"MD5", "SHA-1", "SHA-256", "SHA-512"})
    package = answer(shop.codeartifact.describe_package(**where))["package"]
    assert package["namespace"] == "acme"
    assert package["originConfiguration"] == {"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}}
    (folder / "index.js").write_text("module.exports = 'other bytes';\n")
    output = manager.publish(folder, fails=True)
    assert any(word in output for word in ("409", "EPUBLISHCONFLICT", "already exist", "previously published", "cannot publish over")), output
    again = answer(shop.codeartifact.list_package_version_assets(**where, packageVersion="1.0.0"))["assets"]
    assert again == [asset]


@each("npm", "npm8", "pnpm", "yarn1", "berry", "bun", argument="manager_without_sources", quick=SMOKE)
def test_scenarios_4_and_5_what_was_installed_is_reinstalled_without_its_sources(manager_without_sources):
    shop, manager, public = manager_without_sources
    project = manager.project()
    manager.add(project, "fixture-0@1.0.0")
    before = installed(project)
    assert before["fixture-0"] == "1.0.0"
    assert set(before) == public.names()
    assert (project / manager.lockfile).exists()
    assert shop.packages("mid") == set()
    assert shop.versions("store", "fixture-0") == shop.versions("app", "fixture-0") == {"1.0.0": "Published"}
    for repository in ("app", "store"):
        where = shop.where(repository, "fixture-0")
        version = answer(shop.codeartifact.describe_package_version(**where, packageVersion="1.0.0"))["packageVersion"]
        assert version["origin"] == {"domainEntryPoint": {"externalConnectionName": "public:npmjs"}, "originType": "EXTERNAL"}
    public.stop()
    shop.codeartifact.delete_package_versions(**shop.where("store", "fixture-0"), versions=["1.0.0"])
    shop.disconnect()
    shop.codeartifact.delete_repository(domain="shop", repository="mid")
    manager.forget(project)
    manager.reinstall(project)
    assert installed(project) == before


@pytest.fixture
def manager_without_sources(request):
    """A manager, logged in to `app` of a server of its own, whose public registry may be stopped."""
    public = FixtureRegistry(packages=6).start()
    server = Server(HOMEREGION_UPSTREAM_NPMJS=public.url)
    shop = None
    try:
        shop = Shop(server.start())
        found = MANAGERS[request.param](shop.home)
        found.log_in(url(shop, "app"), token(shop))
        yield shop, found, public
    finally:
        public.stop()
        if shop:
            shop.home.discard()
        server.discard()


@each("npm", "npm8", "pnpm", "yarn1", "berry", "bun", quick=SMOKE)
def test_a_token_that_has_expired_is_told(shop, manager):
    manager.log_in(url(shop, "app"), expired(shop.server, token(shop)))
    project = manager.project()
    output = manager.add(project, "fixture-30", fails=True)
    assert manager.says_expired in output, output
    assert shop.packages("app") == set()


@each("npm", "npm8", "pnpm", "yarn1", "berry", "bun")
def test_scenario_24_without_a_token_nothing_is_told_but_the_way_in(shop, manager):
    for file in (".npmrc", ".yarnrc.yml"):
        path = shop.home.folder / file
        if path.exists():
            lines = [line for line in path.read_text().splitlines() if "uthToken" not in line and "lways-auth" not in line]
            path.write_text("\n".join([*lines, ""]).replace("npmAlwaysAuth: true", "npmAlwaysAuth: false"))
    for name in ("fixture-30", "unheard-of"):
        output = manager.add(manager.project(name), name, fails=True)
        assert manager.says_nobody in output, output


@each("npm", "npm8", "pnpm", "yarn1", "berry")
def test_scenario_9_tags_are_added_listed_and_removed(shop, manager):
    manager.log_in(url(shop, "store"), token(shop))
    for version in ("1.0.0", "1.1.0"):
        manager.publish(manager.package("@acme/kit", version))
    assert sorted(manager.versions("@acme/kit")) == ["1.0.0", "1.1.0"]
    manager.tag("@acme/kit", "1.0.0", "stable")
    listed = manager.tags("@acme/kit")
    assert "stable" in listed and "latest" in listed, listed
    shown = json.loads(shop.server.get(f"{shop.path('store')}-/package/@acme%2fkit/dist-tags", **shop.bearer())[2])
    assert shown == {"latest": "1.1.0", "stable": "1.0.0"}
    manager.untag("@acme/kit", "stable")
    assert "stable" not in manager.tags("@acme/kit")


@each("npm", "npm8", "pnpm")
def test_scenario_9_a_version_is_deprecated(shop, manager):
    manager.log_in(url(shop, "store"), token(shop))
    for version in ("1.0.0", "1.1.0"):
        manager.publish(manager.package("@acme/kit", version))
    manager.deprecate("@acme/kit@1.0.0", "too old")
    shown = json.loads(shop.server.get(f"{shop.path('store')}@acme%2fkit", **shop.bearer())[2])["versions"]
    assert (shown["1.0.0"]["deprecated"], shown["1.1.0"].get("deprecated")) == ("too old", None)


@each("npm", "npm8", "pnpm", "berry", "bun")
def test_the_one_who_asks_is_named(shop, manager):
    assert shop.caller.account in manager.whoami(cwd=manager.project())


@each("npm", "npm8", "pnpm")
def test_packages_are_found_by_words(shop, manager):
    manager.log_in(url(shop, "store"), token(shop))
    manager.publish(manager.package("@acme/kit", "1.0.0", keywords=["toolbox"], description="for hammering"))
    for words in ("kit", "toolbox", "hammering", "acme hammering"):
        assert manager.search(words) == ["@acme/kit"], words
    assert manager.search("unheard-of-word") == []


@each("npm", "npm8", "pnpm", "yarn1", "berry", "bun")
def test_scenario_10_an_unlisted_version_is_reinstalled_and_an_archived_one_is_not(shop, manager):
    project = manager.project()
    manager.add(project, "fixture-38@1.0.0")
    where = shop.where("app", "fixture-38")
    for status in ("Unlisted", "Archived"):
        shop.codeartifact.update_package_versions_status(**where, versions=["1.0.0"], targetStatus=status)
        manager.forget(project)
        assert "1.0.0" not in manager.versions("fixture-38")
        output = manager.reinstall(project, fails=status == "Archived")
        if status == "Unlisted":
            assert installed(project)["fixture-38"] == "1.0.0"
    assert "404" in output, output


@each("npm", "npm8", "pnpm", "berry", "bun")
def test_an_audit_finds_what_is_known_and_tells_no_name_of_ours(shop, manager, public):
    manager.log_in(url(shop, "store"), token(shop))
    manager.publish(manager.package("@acme/secret", "1.0.0"))
    project = manager.project()
    manager.add(project, "fixture-1@1.0.0")
    manager.add(project, "@acme/secret@1.0.0")
    before = len(public.told())
    output = manager.audit(project)
    assert "Trouble in fixture-1" in output and "high" in output.lower(), output
    told = json.dumps(public.told()[before:])
    assert "fixture-1" in told and "acme" not in told and "secret" not in told, told
    shop.disconnect()
    output = manager.audit(project)
    assert "Trouble" not in output, output


@each("npm", "npm8", "pnpm")
def test_unpublishing_is_refused(shop, manager):
    manager.log_in(url(shop, "store"), token(shop))
    for version in ("1.0.0", "1.1.0"):
        manager.publish(manager.package("@acme/kit", version))
    output = manager.unpublish("@acme/kit@1.0.0", fails=True)
    assert "405" in output or "not unpublished by npm" in output, output
    assert set(shop.versions("store", "@acme/kit")) == {"1.0.0", "1.1.0"}


@pytest.fixture
def manager_that_may_unpublish(request):
    """A manager, logged in to `store` of a server that lets clients unpublish."""
    server = Server(arguments=["--allow-unpublish"])
    shop = None
    try:
        shop = Shop(server.start())
        found = MANAGERS[request.param](shop.home)
        found.log_in(url(shop, "store"), token(shop))
        shop.disconnect()
        yield shop, found
    finally:
        if shop:
            shop.home.discard()
        server.discard()


@each("npm", "npm8", "pnpm", argument="manager_that_may_unpublish")
def test_versions_and_packages_are_unpublished_where_that_is_allowed(manager_that_may_unpublish):
    shop, manager = manager_that_may_unpublish
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        manager.publish(manager.package("@acme/kit", version))
    manager.unpublish("@acme/kit@1.2.0")
    assert set(shop.versions("store", "@acme/kit")) == {"1.0.0", "1.1.0"}
    assert sorted(manager.versions("@acme/kit")) == ["1.0.0", "1.1.0"]
    tags = json.loads(shop.server.get(f"{shop.path('store')}-/package/@acme%2fkit/dist-tags", **shop.bearer())[2])
    assert tags == {"latest": "1.1.0"}
    manager.unpublish("@acme/kit")
    assert shop.versions("store", "@acme/kit") == {}
    manager.publish(manager.package("@acme/kit", "1.0.0"))
    manager.unpublish("@acme/kit@1.0.0")
    assert shop.versions("store", "@acme/kit") == {}


def allow(*actions, effect="Allow", principal):
    """A policy document of one statement."""
    actions = [f"codeartifact:{action}" for action in actions]
    statement = {"Effect": effect, "Action": actions, "Resource": "*", "Principal": {"AWS": principal}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def denied(output):
    """Whether a manager says that the server forbids it, in the server's words or by the status."""
    # Some break the sentence into lines.
    words = re.sub(r"[\s│]+", " ", output)
    return "is not authorized to perform: codeartifact:" in words or "403" in words


def permit(shop, document, repository="store"):
    shop.codeartifact.put_repository_permissions_policy(domain="shop", repository=repository, policyDocument=document)


@each("npm", "npm8", "pnpm", "yarn1", "berry", "bun")
def test_another_account_may_do_what_policies_allow(shop, manager):
    manager.log_in(url(shop, "store"), token(shop))
    manager.publish(manager.package("@acme/kit", "1.0.0"))
    stranger = Caller(shop.server)
    with pytest.raises(stranger.codeartifact.exceptions.AccessDeniedException):
        stranger.codeartifact.get_authorization_token(domain="shop", domainOwner=shop.caller.account)
    document = allow("GetAuthorizationToken", principal=stranger.account)
    shop.codeartifact.put_domain_permissions_policy(domain="shop", policyDocument=document)
    found = stranger.codeartifact.get_authorization_token(domain="shop", domainOwner=shop.caller.account)
    manager.log_in(url(shop, "store"), found["authorizationToken"])
    project = manager.project()
    output = manager.add(project, "@acme/kit@1.0.0", fails=True)
    assert denied(output), output
    permit(shop, allow("ReadFromRepository", principal=stranger.account))
    manager.forget(project)
    manager.add(project, "@acme/kit@1.0.0")
    assert installed(project) == {"@acme/kit": "1.0.0"}
    output = manager.publish(manager.package("@acme/kit", "2.0.0"), fails=True)
    assert denied(output), output
    permit(shop, allow("ReadFromRepository", "PublishPackageVersion", principal=stranger.account))
    manager.publish(manager.package("@acme/kit", "2.0.0"))
    assert set(shop.versions("store", "@acme/kit")) == {"1.0.0", "2.0.0"}


@each("npm", "npm8", "pnpm", "yarn1", "berry", "bun")
def test_an_explicit_deny_stops_the_owner_too(shop, manager):
    project = manager.project()
    manager.add(project, "fixture-38@1.0.0")
    manager.forget(project)
    permit(shop, allow("ReadFromRepository", effect="Deny", principal=shop.caller.account), "app")
    output = manager.reinstall(project, fails=True)
    assert denied(output), output
    shop.codeartifact.delete_repository_permissions_policy(domain="shop", repository="app")
    manager.forget(project)
    manager.reinstall(project)
    assert installed(project)["fixture-38"] == "1.0.0"


@each("npm", "pnpm")
def test_scenario_9_tags_and_deprecations_need_one_permission(shop, manager):
    manager.log_in(url(shop, "store"), token(shop))
    for version in ("1.0.0", "1.1.0"):
        manager.publish(manager.package("@acme/kit", version))
    stranger = Caller(shop.server)
    document = allow("GetAuthorizationToken", principal=stranger.account)
    shop.codeartifact.put_domain_permissions_policy(domain="shop", policyDocument=document)
    permit(shop, allow("ReadFromRepository", "PutPackageMetadata", principal=stranger.account))
    found = stranger.codeartifact.get_authorization_token(domain="shop", domainOwner=shop.caller.account)
    manager.log_in(url(shop, "store"), found["authorizationToken"])
    manager.tag("@acme/kit", "1.0.0", "stable")
    manager.deprecate("@acme/kit@1.0.0", "too old")
    shown = json.loads(shop.server.get(f"{shop.path('store')}@acme%2fkit", **shop.bearer())[2])
    assert shown["dist-tags"] == {"latest": "1.1.0", "stable": "1.0.0"}
    assert shown["versions"]["1.0.0"]["deprecated"] == "too old"
    permit(shop, allow("ReadFromRepository", principal=stranger.account))
    output = shop.home.run(*manager.program, "dist-tag", "add", "@acme/kit@1.0.0", "other", fails=True, **manager.variables)
    assert denied(output), output
