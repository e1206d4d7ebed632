"""CodeArtifact repositories: created, described, updated, listed, deleted; their upstreams."""

from datetime import datetime, timedelta, timezone

import pytest

from tests.aws import Caller, answer, refused


@pytest.fixture
def shop(caller):
    """An account with one empty domain."""
    caller.codeartifact.create_domain(domain="shop")
    return caller


def create(caller, name="app", upstreams=(), **more):
    if upstreams:
        more["upstreams"] = [{"repositoryName": upstream} for upstream in upstreams]
    return answer(caller.codeartifact.create_repository(domain="shop", repository=name, **more))["repository"]


def described(caller, name="app"):
    return answer(caller.codeartifact.describe_repository(domain="shop", repository=name))["repository"]


def update(caller, name="app", **changes):
    return answer(caller.codeartifact.update_repository(domain="shop", repository=name, **changes))["repository"]


def upstreams(caller, name="app"):
    return [item["repositoryName"] for item in described(caller, name)["upstreams"]]


def to(*names):
    return [{"repositoryName": name} for name in names]


def invalid(call, says=(), **parameters):
    members = {"reason": "FIELD_VALIDATION_FAILED"}
    return refused("ValidationException", 400, call, says=says, members=members, **parameters)


def missing(call, name, kind="repository", **parameters):
    members = {"resourceId": name, "resourceType": kind}
    return refused("ResourceNotFoundException", 404, call, says=name, members=members, **parameters)


def whole(caller, name="app", **more):
    return {
        "name": name,
        "administratorAccount": caller.account,
        "domainName": "shop",
        "domainOwner": caller.account,
        "arn": f"arn:aws:codeartifact:{caller.region}:{caller.account}:repository/shop/{name}",
        "upstreams": [],
        "externalConnections": [],
        **more,
    }


def test_a_created_repository_is_described_as_created(shop):
    before = datetime.now(timezone.utc)
    made = create(shop)
    assert abs(made["createdTime"] - before) < timedelta(seconds=30)
    assert made == whole(shop, createdTime=made["createdTime"])
    assert described(shop) == made
    full = create(shop, "full", ["app"], description="für alle", tags=[{"key": "team", "value": "web"}])
    expected = whole(shop, "full", createdTime=full["createdTime"], description="für alle", upstreams=to("app"))
    assert full == expected
    assert described(shop, "full") == expected


def test_a_name_is_taken_once_in_a_domain(shop):
    create(shop)
    members = {"resourceId": "app", "resourceType": "repository"}
    where = {"domain": "shop", "repository": "app"}
    refused("ConflictException", 409, shop.codeartifact.create_repository, **where, says="app", members=members)
    create(shop, "App")
    shop.codeartifact.create_domain(domain="other")
    shop.codeartifact.create_repository(domain="other", repository="app")


@pytest.mark.parametrize("name", ["a", "a" * 101, "-app", ".app", "a/b", "a b", "app!", "größe", ""])
def test_a_bad_name_is_refused_by_every_operation(shop, name):
    lax = shop.lax_codeartifact
    for call in (lax.create_repository, lax.describe_repository, lax.update_repository, lax.delete_repository):
        invalid(call, says="at 'repository' failed to satisfy constraint: Member must", domain="shop", repository=name)


@pytest.mark.parametrize("name", ["ab", "a" * 100, "1.a_B-", "d"  "d"])
def test_a_good_name_is_kept(shop, name):
    assert create(shop, name)["name"] == name


def test_every_violation_is_told_at_once(shop):
    refusal = invalid(shop.lax_codeartifact.create_repository, domain="X", repository="-", description="d" * 1001)
    assert refusal.message.count("failed to satisfy constraint") >= 3, refusal
    assert "validation errors detected: " in refusal.message
    for path in ("domain", "repository", "description"):
        assert f"at '{path}' failed to satisfy constraint" in refusal.message


def test_a_description_has_one_line_of_at_most_1000_characters(shop):
    assert create(shop, description="d" * 1000)["description"] == "d" * 1000
    for description in ("d" * 1001, "two\nlines", "tab\t"):
        says = "at 'description' failed to satisfy constraint: Member must"
        call = shop.lax_codeartifact.create_repository
        invalid(call, says=says, domain="shop", repository="other", description=description)


def test_the_domain_must_exist(caller):
    where = {"domain": "shop", "repository": "app"}
    ca = caller.codeartifact
    for call in (ca.create_repository, ca.describe_repository, ca.update_repository, ca.delete_repository):
        missing(call, "shop", "domain", **where)
    missing(ca.list_repositories_in_domain, "shop", "domain", domain="shop")
    missing(ca.get_repository_endpoint, "shop", "domain", **where, format="npm")


def test_an_unknown_repository_is_named(shop):
    where = {"domain": "shop", "repository": "app"}
    missing(shop.codeartifact.describe_repository, "app", **where)
    missing(shop.codeartifact.update_repository, "app", **where)
    missing(shop.codeartifact.get_repository_endpoint, "app", **where, format="npm")
    create(shop)
    missing(shop.codeartifact.describe_repository, "APP", domain="shop", repository="APP")


def test_upstreams_keep_their_order(shop):
    for name in ("bb", "aa", "cc"):
        create(shop, name)
    create(shop, "app", ["cc", "aa", "bb"])
    assert upstreams(shop) == ["cc", "aa", "bb"]
    assert update(shop, upstreams=to("bb", "cc"))["upstreams"] == to("bb", "cc")
    assert upstreams(shop) == ["bb", "cc"]


def test_an_upstream_must_exist_in_the_same_domain(shop):
    shop.codeartifact.create_domain(domain="other")
    shop.codeartifact.create_repository(domain="other", repository="foreign")
    where = {"domain": "shop", "repository": "app"}
    missing(shop.codeartifact.create_repository, "foreign", **where, upstreams=to("foreign"))
    create(shop)
    missing(shop.codeartifact.update_repository, "foreign", **where, upstreams=to("foreign"))
    assert upstreams(shop) == []


def test_an_update_changes_only_what_it_names(shop):
    create(shop, "store")
    made = create(shop, "app", ["store"], description="old")
    assert update(shop) == made
    assert update(shop, description="new") == {**made, "description": "new"}
    assert update(shop, upstreams=[]) == {**made, "description": "new", "upstreams": []}
    cleared = update(shop, description="")
    assert cleared.get("description", "") == ""
    assert described(shop) == cleared


def test_a_repository_is_not_its_own_upstream(shop):
    create(shop, "aa")
    create(shop, "bb", ["aa"])
    create(shop, "cc", ["bb"])
    where = {"domain": "shop", "repository": "aa"}
    invalid(shop.codeartifact.update_repository, **where, upstreams=to("aa"))
    invalid(shop.codeartifact.update_repository, **where, upstreams=to("bb"))
    invalid(shop.codeartifact.update_repository, **where, upstreams=to("cc"))
    invalid(shop.codeartifact.update_repository, domain="shop", repository="cc", upstreams=to("bb", "bb"))
    call = shop.codeartifact.create_repository
    invalid(call, domain="shop", repository="dd", upstreams=to("aa", "aa"))
    assert upstreams(shop, "aa") == []
    update(shop, "cc", upstreams=to("aa", "bb"))


def test_a_repository_has_at_most_ten_upstreams(shop):
    names = [f"up{number}" for number in range(11)]
    for name in names:
        create(shop, name)
    create(shop, "app", names[:10])
    where = {"domain": "shop", "upstreams": to(*names)}
    members = {"resourceId": "app", "resourceType": "repository"}
    call = shop.codeartifact.update_repository
    refused("ServiceQuotaExceededException", 402, call, repository="app", **where, members=members)
    refused("ServiceQuotaExceededException", 402, shop.codeartifact.create_repository, repository="big", **where)
    assert upstreams(shop) == names[:10]


def test_a_deleted_repository_answers_its_last_description(shop):
    made = create(shop, description="once")
    gone = answer(shop.codeartifact.delete_repository(domain="shop", repository="app"))["repository"]
    assert gone == made
    missing(shop.codeartifact.describe_repository, "app", domain="shop", repository="app")
    assert answer(shop.codeartifact.delete_repository(domain="shop", repository="app")) == {}
    assert answer(shop.codeartifact.describe_domain(domain="shop"))["domain"]["repositoryCount"] == 0


def test_a_deleted_upstream_vanishes_from_its_downstreams(shop):
    for name in ("aa", "bb"):
        create(shop, name)
    create(shop, "app", ["aa", "bb"])
    shop.codeartifact.delete_repository(domain="shop", repository="aa")
    assert upstreams(shop) == ["bb"]
    create(shop, "aa")
    assert upstreams(shop) == ["bb"]


def test_repositories_are_listed_by_name_without_upstreams(shop):
    create(shop, "store", description="s")
    create(shop, "app", ["store"])
    shop.codeartifact.create_domain(domain="other")
    shop.codeartifact.create_repository(domain="other", repository="app")
    in_domain = answer(shop.codeartifact.list_repositories_in_domain(domain="shop"))
    expected = [described(shop, "app"), described(shop, "store")]
    for item in expected:
        del item["upstreams"], item["externalConnections"]
    assert in_domain == {"repositories": expected}
    everywhere = answer(shop.codeartifact.list_repositories())["repositories"]
    found = sorted((item["domainName"], item["name"]) for item in everywhere)
    assert found == [("other", "app"), ("shop", "app"), ("shop", "store")]


def test_lists_filter_by_prefix_and_administrator(shop):
    for name in ("app-web", "app-db", "store", "App-x"):
        create(shop, name)
    ca = shop.codeartifact

    def names(call, **more):
        return [item["name"] for item in answer(call(**more))["repositories"]]

    assert names(ca.list_repositories, repositoryPrefix="app-") == ["app-db", "app-web"]
    assert names(ca.list_repositories_in_domain, domain="shop", repositoryPrefix="app-") == ["app-db", "app-web"]
    where = {"domain": "shop", "administratorAccount": shop.account, "repositoryPrefix": "st"}
    assert names(ca.list_repositories_in_domain, **where) == ["store"]
    assert names(ca.list_repositories_in_domain, **{**where, "administratorAccount": "999999999999"}) == []
    assert names(ca.list_repositories, repositoryPrefix="app-web-and-more") == []


def test_pages_bring_each_repository_once_and_end(shop):
    names = [f"app{number}" for number in range(5)]
    for name in names:
        create(shop, name)
    ca = shop.codeartifact
    for operation, where in (("list_repositories", {}), ("list_repositories_in_domain", {"domain": "shop"})):
        pages = list(ca.get_paginator(operation).paginate(**where, PaginationConfig={"PageSize": 2}))
        assert [[item["name"] for item in page["repositories"]] for page in pages] == [names[0:2], names[2:4], names[4:]]
        call = getattr(ca, operation)
        token = answer(call(**where, maxResults=1))["nextToken"]
        invalid(call, **where, nextToken=token, repositoryPrefix="app")
        invalid(call, **where, nextToken="bm90IGEgdG9rZW4=")
    token = answer(ca.list_repositories(maxResults=1))["nextToken"]
    invalid(ca.list_repositories_in_domain, domain="shop", nextToken=token)


def test_a_repository_of_another_account_needs_its_permission(server, shop):
    create(shop)
    other = Caller(server)
    where = {"domain": "shop", "domainOwner": shop.account, "repository": "app"}
    arn = f"arn:aws:codeartifact:{shop.region}:{shop.account}:repository/shop/app"
    for operation in ("describe_repository", "update_repository", "delete_repository"):
        action = "".join(word.capitalize() for word in operation.split("_"))
        says = [f"is not authorized to perform: codeartifact:{action}", f"on resource: {arn}"]
        refused("AccessDeniedException", 403, getattr(other.codeartifact, operation), **where, says=says)
    refused("AccessDeniedException", 403, other.codeartifact.create_repository, **{**where, "repository": "mine"})
    assert answer(other.codeartifact.list_repositories()) == {"repositories": []}
    assert described(shop)["name"] == "app"


def test_everything_survives_a_kill(own_server):
    caller = Caller(own_server)
    caller.codeartifact.create_domain(domain="shop")
    create(caller, "store", description="s")
    made = create(caller, "app", ["store"])
    own_server.restart(kill=True)
    assert described(caller) == made
    update(caller, upstreams=[])
    own_server.restart(kill=True)
    assert upstreams(caller) == []
