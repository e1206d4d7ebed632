"""Package groups with boto3: patterns, inheritance, lists, associations, tags, and what they block."""

import pytest

from tests.aws import Caller, answer, outcome, refused, together
from tests.boto3.packages import publish_npm

TYPES = ("EXTERNAL_UPSTREAM", "INTERNAL_UPSTREAM", "PUBLISH")


@pytest.fixture
def shop(caller):
    """An account with a domain and two repositories."""
    caller.codeartifact.create_domain(domain="shop")
    for repository in ("app", "lab"):
        caller.codeartifact.create_repository(domain="shop", repository=repository)
    return caller


def create(caller, pattern, **more):
    call = caller.codeartifact.create_package_group
    return answer(call(domain="shop", packageGroup=pattern, **more))["packageGroup"]


def described(caller, pattern):
    return answer(caller.codeartifact.describe_package_group(domain="shop", packageGroup=pattern))["packageGroup"]


def restrict(caller, pattern, restrictions=None, add=(), remove=()):
    def entries(pairs):
        return [{"repositoryName": name, "originRestrictionType": kind} for name, kind in pairs]

    more = {"restrictions": restrictions} if restrictions else {}
    if add:
        more["addAllowedRepositories"] = entries(add)
    if remove:
        more["removeAllowedRepositories"] = entries(remove)
    call = caller.codeartifact.update_package_group_origin_configuration
    return answer(call(domain="shop", packageGroup=pattern, **more))


def association(caller, package, **more):
    call = caller.codeartifact.get_associated_package_group
    found = answer(call(domain="shop", format=more.pop("format", "npm"), package=package, **more))
    return found["packageGroup"]["pattern"], found["associationType"]


def invalid(call, says, **parameters):
    members = {"reason": "FIELD_VALIDATION_FAILED"}
    return refused("ValidationException", 400, call, says=says, members=members, **parameters)


def missing(call, pattern, **parameters):
    members = {"resourceId": pattern}
    return refused("ResourceNotFoundException", 404, call, says=pattern, members=members, **parameters)


def arn(caller, pattern):
    encoded = pattern.replace("%", "%25").replace("*", "%2a").replace("$", "%24")
    return f"arn:aws:codeartifact:{caller.region}:{caller.account}:package-group/shop{encoded}"


def test_the_root_group_is_there_from_the_start_and_stays(shop):
    root = described(shop, "/*")
    assert "parent" not in root and root["arn"] == arn(shop, "/*")
    open_ = {"mode": "ALLOW", "effectiveMode": "ALLOW", "repositoriesCount": 0}
    assert root["originConfiguration"] == {"restrictions": {kind: open_ for kind in TYPES}}
    listed = answer(shop.codeartifact.list_package_groups(domain="shop"))["packageGroups"]
    assert listed == [root]
    invalid(shop.codeartifact.delete_package_group, "cannot be deleted", domain="shop", packageGroup="/*")
    refused(
        "ConflictException",
        409,
        shop.codeartifact.create_package_group,
        says="already exists",
        members={"resourceId": "/*"},
        domain="shop",
        packageGroup="/*",
    )


def test_a_group_lives_its_whole_life(shop):
    made = create(shop, "/npm/acme/*", description="ours", contactInfo="team@example.com")
    assert made["arn"] == arn(shop, "/npm/acme/*")
    assert made["parent"] == {"arn": arn(shop, "/*"), "pattern": "/*"}
    inherited = {
        "mode": "INHERIT",
        "effectiveMode": "ALLOW",
        "inheritedFrom": {"arn": arn(shop, "/*"), "pattern": "/*"},
        "repositoriesCount": 0,
    }
    assert made["originConfiguration"] == {"restrictions": {kind: inherited for kind in TYPES}}
    assert described(shop, "/npm/acme/*") == made
    update = shop.codeartifact.update_package_group
    changed = answer(update(domain="shop", packageGroup="/npm/acme/*", description="theirs"))["packageGroup"]
    assert changed == {**made, "description": "theirs"}
    gone = answer(shop.codeartifact.delete_package_group(domain="shop", packageGroup="/npm/acme/*"))
    assert gone["packageGroup"] == changed
    missing(shop.codeartifact.describe_package_group, "/npm/acme/*", domain="shop", packageGroup="/npm/acme/*")


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("/npm/acme", "must end in"),
        ("/npm//foo*", "use ~"),
        ("/maven/com.any-~", "only after a letter"),
        ("/maven//kit$", "needs a namespace"),
        ("/pypi//Foo_Bar$", "'foo-bar'"),
        ("/docker/*", "'docker'"),
    ],
)
def test_a_pattern_that_breaks_a_rule_is_refused(shop, pattern, says):
    invalid(shop.codeartifact.create_package_group, says, domain="shop", packageGroup=pattern)


def test_lists_of_repositories_are_changed_and_read(shop):
    create(shop, "/npm/*")
    first = restrict(
        shop,
        "/npm/*",
        {"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES"},
        add=[("app", "PUBLISH"), ("lab", "PUBLISH")],
    )
    assert first["allowedRepositoryUpdates"] == {"PUBLISH": {"ADDED": ["app", "lab"]}}
    publish = first["packageGroup"]["originConfiguration"]["restrictions"]["PUBLISH"]
    assert publish == {
        "mode": "ALLOW_SPECIFIC_REPOSITORIES",
        "effectiveMode": "ALLOW_SPECIFIC_REPOSITORIES",
        "repositoriesCount": 2,
    }
    second = restrict(shop, "/npm/*", add=[("app", "PUBLISH")], remove=[("lab", "PUBLISH")])
    assert second["allowedRepositoryUpdates"] == {"PUBLISH": {"REMOVED": ["lab"]}}
    listed = shop.codeartifact.list_allowed_repositories_for_group(
        domain="shop", packageGroup="/npm/*", originRestrictionType="PUBLISH"
    )
    assert answer(listed)["allowedRepositories"] == ["app"]
    refused(
        "ResourceNotFoundException",
        404,
        shop.codeartifact.update_package_group_origin_configuration,
        says="none",
        members={"resourceId": "none", "resourceType": "repository"},
        domain="shop",
        packageGroup="/npm/*",
        addAllowedRepositories=[{"repositoryName": "none", "originRestrictionType": "PUBLISH"}],
    )


def test_lists_come_in_pages(shop):
    patterns = ["/*", "/maven/com.any~", "/npm/*", "/npm/acme/*", "/pypi/*"]
    for pattern in patterns[1:]:
        create(shop, pattern)
    pages = shop.codeartifact.get_paginator("list_package_groups").paginate(
        domain="shop", PaginationConfig={"PageSize": 2}
    )
    groups = [page["packageGroups"] for page in pages]
    assert [len(page) for page in groups] == [2, 2, 1]
    assert [group["pattern"] for page in groups for group in page] == patterns
    children = shop.codeartifact.get_paginator("list_sub_package_groups").paginate(
        domain="shop", packageGroup="/*", PaginationConfig={"PageSize": 1}
    )
    listed = [group["pattern"] for page in children for group in page["packageGroups"]]
    assert listed == ["/maven/com.any~", "/npm/*", "/pypi/*"]
    for package in ("left", "right"):
        assert publish_npm(shop, package, "1.0.0") in (200, 201)
    found = shop.codeartifact.get_paginator("list_associated_packages").paginate(
        domain="shop", packageGroup="/npm/*", PaginationConfig={"PageSize": 1}
    )
    packages = [package for page in found for package in page["packages"]]
    assert packages == [
        {"format": "npm", "package": name, "associationType": "STRONG"} for name in ("left", "right")
    ]


def test_scenario_34_publishing_is_for_named_repositories_and_look_alikes_are_blocked(shop):
    create(shop, "/npm/acme/*")
    create(shop, "/npm//lodash$")
    restrict(shop, "/npm/acme/*", {"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES"}, add=[("app", "PUBLISH")])
    assert publish_npm(shop, "@acme/x", "1.0.0", repository="app") in (200, 201)
    with pytest.raises(AssertionError, match="(?s)409.*package group /npm/acme/.*update-package-group-origin"):
        publish_npm(shop, "@acme/x", "1.0.0", repository="lab")
    assert association(shop, "lodash") == ("/npm//lodash$", "STRONG")
    assert association(shop, "Lodash") == ("/npm//lodash$", "WEAK")
    preview = shop.codeartifact.list_associated_packages(domain="shop", packageGroup="/npm/acme/x$", preview=True)
    assert answer(preview)["packages"] == [
        {"format": "npm", "namespace": "acme", "package": "x", "associationType": "STRONG"}
    ]


def test_scenario_35_a_beginning_ends_with_a_word(shop):
    create(shop, "/maven/com.any~")
    for namespace, pattern in [
        ("com.any", "/maven/com.any~"),
        ("com.any.team", "/maven/com.any~"),
        ("com.anycompany", "/*"),
    ]:
        assert association(shop, "kit", format="maven", namespace=namespace) == (pattern, "STRONG")


def test_tags_of_groups_and_the_settings_among_them(shop):
    create(shop, "/npm/*", tags=[{"key": "homeregion:minimum-release-age", "value": "72h"}])
    tag = shop.codeartifact.tag_resource
    answer(tag(resourceArn=arn(shop, "/npm/*"), tags=[{"key": "team", "value": "red"}]))
    listed = answer(shop.codeartifact.list_tags_for_resource(resourceArn=arn(shop, "/npm/*")))["tags"]
    assert listed == [{"key": "homeregion:minimum-release-age", "value": "72h"}, {"key": "team", "value": "red"}]
    age = {"key": "homeregion:minimum-release-age", "value": "soon"}
    invalid(tag, "hours or days such as 72h", resourceArn=arn(shop, "/*"), tags=[age])
    domain = f"arn:aws:codeartifact:{shop.region}:{shop.account}:domain/shop"
    invalid(tag, "package groups only", resourceArn=domain, tags=[{**age, "value": "72h"}])
    answer(shop.codeartifact.untag_resource(resourceArn=arn(shop, "/npm/*"), tagKeys=["team", age["key"]]))
    assert answer(shop.codeartifact.list_tags_for_resource(resourceArn=arn(shop, "/npm/*")))["tags"] == []


def test_another_account_is_denied_until_the_domains_policy_names_the_group(shop):
    create(shop, "/npm/*")
    stranger = Caller(shop.server)
    call = stranger.codeartifact.describe_package_group
    asked = {"domain": "shop", "domainOwner": shop.account, "packageGroup": "/npm/*"}
    refused("AccessDeniedException", 403, call, says="codeartifact:DescribePackageGroup", **asked)
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "codeartifact:DescribePackageGroup", '
        f'"Principal": {{"AWS": "arn:aws:iam::{stranger.account}:root"}}, "Resource": "{arn(shop, "/npm/*")}"}}]}}'
    )
    shop.codeartifact.put_domain_permissions_policy(domain="shop", policyDocument=policy)
    assert answer(call(**asked))["packageGroup"]["pattern"] == "/npm/*"
    asked["packageGroup"] = "/*"
    refused("AccessDeniedException", 403, call, says="codeartifact:DescribePackageGroup", **asked)


def test_racing_changes_lose_nothing(shop):
    def make(_):
        return outcome(shop.codeartifact.create_package_group, domain="shop", packageGroup="/npm/raced/*")

    made = together(8, make)
    assert sorted(made) == ["ConflictException"] * 7 + ["ok"]
    for number in range(8):
        shop.codeartifact.create_repository(domain="shop", repository=f"racer-{number}")

    def allow(number):
        restrict(shop, "/npm/raced/*", add=[(f"racer-{number}", "PUBLISH")])
        create(shop, f"/npm/raced/part-{number}$")

    together(8, allow)
    final = restrict(shop, "/npm/raced/*", {"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES"})["packageGroup"]
    assert final["originConfiguration"]["restrictions"]["PUBLISH"]["repositoriesCount"] == 8
    children = shop.codeartifact.list_sub_package_groups(domain="shop", packageGroup="/npm/raced/*")
    assert len(answer(children)["packageGroups"]) == 8
    # What the gates go by is what was written last.
    assert publish_npm(shop, "@raced/kit", "1.0.0", repository="racer-7") in (200, 201)
    with pytest.raises(AssertionError, match="409"):
        publish_npm(shop, "@raced/kit", "1.0.0", repository="app")
