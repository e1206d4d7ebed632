"""Package groups and release ages as npm meets them, set with the AWS command line."""

import json
from datetime import datetime, timezone

import pytest

from tests.clients.npm.test_publish import publish, view
from tests.commandline import installed

AGE = "homeregion:minimum-release-age"
EXEMPT = "homeregion:release-age-exempt"
# The made-up registry says that 1.0.0 came out on the first of January 2015 at noon, 1.1.0 a day later.
BETWEEN = datetime(2015, 1, 2, tzinfo=timezone.utc)


def arn(shop, pattern):
    encoded = pattern.replace("*", "%2a").replace("$", "%24")
    where = f"{shop.caller.region}:{shop.caller.account}"
    return f"arn:aws:codeartifact:{where}:package-group/shop{encoded}"


def group(shop, pattern, *more):
    shop.home.aws("codeartifact", "create-package-group", "--domain", "shop", "--package-group", pattern, *more)


def restrict(shop, pattern, *more):
    operation = "update-package-group-origin-configuration"
    shop.home.aws("codeartifact", operation, "--domain", "shop", "--package-group", pattern, *more)


def allow(*entries):
    listed = [f"repositoryName={repository},originRestrictionType={kind}" for repository, kind in entries]
    return ("--add-allowed-repositories", *listed)


def set_age(shop, pattern="/*"):
    """Sets an age that 1.0.0 has reached and 1.1.0 has not."""
    hours = int((datetime.now(timezone.utc) - BETWEEN).total_seconds() // 3600)
    shop.home.aws(
        "codeartifact", "tag-resource", "--resource-arn", arn(shop, pattern), "--tags", f"key={AGE},value={hours}h"
    )


def test_npm_resolves_to_the_newest_version_that_is_old_enough(shop):
    shop.home.login("app")
    set_age(shop)
    assert view(shop, "fixture-38", "versions") in ("1.0.0", ["1.0.0"])
    assert view(shop, "fixture-38", "dist-tags") == {"latest": "1.0.0", "next": "1.0.0"}
    project = shop.home.project(**{"fixture-38": "^1.0.0"})
    shop.home.npm("install", cwd=project)
    assert installed(project) == {"fixture-38": "1.0.0"}
    output = shop.home.npm("install", "fixture-38@1.1.0", cwd=project, fails=True)
    assert "ETARGET" in output, output


def test_a_lockfile_does_not_get_around_the_age_and_an_exempt_version_does(shop):
    shop.home.login("app")
    project = shop.home.project(**{"fixture-38": "1.1.0"})
    shop.home.npm("install", cwd=project)
    assert shop.versions("app", "fixture-38") == {"1.1.0": "Published"}
    set_age(shop)
    shop.home.forget_packages(project)
    output = shop.home.npm("ci", cwd=project, fails=True)
    assert "403" in output and "younger than the minimum release age" in output, output
    assert "package group /* sets" in output and "becomes available at 20" in output, output
    group(shop, "/npm//fixture-38$", "--tags", f"key={EXEMPT},value=1.1.0 2.0.0-beta.1")
    shop.home.npm("ci", cwd=project)
    assert installed(project) == {"fixture-38": "1.1.0"}
    assert view(shop, "fixture-38", "dist-tags")["latest"] == "1.1.0"


def test_a_group_without_an_age_is_the_other_way_out(shop):
    shop.home.login("app")
    set_age(shop, "/*")
    group(shop, "/npm//fixture-38$", "--tags", f"key={AGE},value=0h")
    project = shop.home.project(**{"fixture-38": "^1.0.0"})
    shop.home.npm("install", cwd=project)
    assert installed(project) == {"fixture-38": "1.1.0"}


def test_scenario_34_a_scope_is_published_where_its_group_says_and_look_alikes_come_from_nowhere(shop):
    group(shop, "/npm/acme/*")
    group(shop, "/npm//fixture-38$")
    restrictions = ("--restrictions", "PUBLISH=ALLOW_SPECIFIC_REPOSITORIES,EXTERNAL_UPSTREAM=BLOCK")
    restrict(shop, "/npm/acme/*", *restrictions, *allow(("app", "PUBLISH")))
    shop.home.login("app")
    publish(shop, "1.0.0", name="@acme/x")
    shop.home.login("mid")
    output = shop.home.npm("publish", cwd=shop.home.package("@acme/x", "2.0.0"), fails=True)
    assert "409" in output and "package group /npm/acme/*" in output, output
    found = shop.home.aws(
        "codeartifact", "get-associated-package-group", "--domain", "shop", "--format", "npm", "--package", "Fixture_38"
    )
    assert (found["packageGroup"]["pattern"], found["associationType"]) == ("/npm//fixture-38$", "WEAK")
    for path in ("Fixture_38", "Fixture_38/-/Fixture_38-1.0.0.tgz"):
        status, _, _ = shop.server.get(f"{shop.path('store')}{path}", **shop.bearer())
        assert status == 404
    shop.home.login("app")
    assert view(shop, "fixture-38", "dist-tags")["latest"] == "1.1.0"


@pytest.fixture
def fork(shop):
    """`repo-a` and `repo-c`, both above `store`, which has the connection."""
    upstreams = [{"repositoryName": "store"}]
    for name in ("repo-a", "repo-c"):
        shop.codeartifact.create_repository(domain="shop", repository=name, upstreams=upstreams)
    return shop


def test_scenario_36_each_repository_of_a_chain_passes_its_own_gate(fork):
    fork.home.login("repo-c")
    kept = fork.home.project("kept", **{"fixture-37": "1.0.0"})
    fork.home.npm("install", cwd=kept)
    modes = "EXTERNAL_UPSTREAM=ALLOW_SPECIFIC_REPOSITORIES,INTERNAL_UPSTREAM=ALLOW_SPECIFIC_REPOSITORIES"
    lists = allow(("store", "EXTERNAL_UPSTREAM"), ("repo-a", "INTERNAL_UPSTREAM"))
    restrict(fork, "/*", "--restrictions", modes, *lists)
    fork.home.login("repo-a")
    fork.home.npm("install", cwd=fork.home.project("new", **{"fixture-38": "1.0.0"}))
    for repository in ("repo-a", "store"):
        assert fork.versions(repository, "fixture-38") == {"1.0.0": "Published"}
        where = fork.where(repository, "fixture-38")
        origin = fork.codeartifact.describe_package(**where)["package"]["originConfiguration"]["restrictions"]
        assert origin == {"publish": "ALLOW", "upstream": "ALLOW"}, "where a group restricts, it decides"
    fork.home.login("repo-c")
    output = fork.home.npm("install", cwd=fork.home.project("none", **{"fixture-38": "1.0.0"}), fails=True)
    assert "404" in output, output
    fork.home.forget_packages(kept)
    fork.home.npm("ci", cwd=kept)
    assert installed(kept) == {"fixture-37": "1.0.0"}


def test_the_commands_of_a_refusal_open_what_it_refused(shop):
    restrict(shop, "/*", "--restrictions", "PUBLISH=BLOCK")
    status, _, body = shop.server.get(f"{shop.path('app')}-/ping", **shop.bearer())
    assert status == 200, body
    shop.home.login("app")
    output = shop.home.npm("publish", cwd=shop.home.package("ours", "1.0.0"), fails=True)
    command = output.split("To allow it: ")[1].splitlines()[0].strip()
    assert command.startswith("aws codeartifact update-package-group-origin-configuration"), command
    answered = shop.home.run("sh", "-c", f"{command} --output json")
    shown = json.loads(answered)["packageGroup"]["originConfiguration"]["restrictions"]["PUBLISH"]
    assert shown["effectiveMode"] == "ALLOW"
    publish(shop, "1.0.0", name="ours")
