"""External connections: associated with a repository, and disassociated from it."""

import pytest

from tests.aws import Caller, answer, outcome, refused, together

CONNECTIONS = {
    "public:npmjs": "npm",
    "public:pypi": "pypi",
    "public:maven-central": "maven",
    "public:maven-googleandroid": "maven",
    "public:maven-gradleplugins": "maven",
    "public:maven-commonsware": "maven",
    "public:maven-clojars": "maven",
    "public:nuget-org": "nuget",
    "public:ruby-gems-org": "ruby",
    "public:crates-io": "cargo",
}
STORE = {"domain": "shop", "repository": "store"}


@pytest.fixture
def shop(caller):
    """An account with a domain and one repository in it."""
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(**STORE, description="what came from outside")
    return caller


def described(caller):
    return answer(caller.codeartifact.describe_repository(**STORE))["repository"]


def associate(caller, name="public:npmjs"):
    return answer(caller.codeartifact.associate_external_connection(**STORE, externalConnection=name))["repository"]


def disassociate(caller, name="public:npmjs"):
    return answer(caller.codeartifact.disassociate_external_connection(**STORE, externalConnection=name))["repository"]


def invalid(call, says=(), **parameters):
    members = {"reason": "FIELD_VALIDATION_FAILED"}
    return refused("ValidationException", 400, call, says=says, members=members, **parameters)


def missing(call, name, kind, **parameters):
    members = {"resourceId": name, "resourceType": kind}
    return refused("ResourceNotFoundException", 404, call, says=name, members=members, **parameters)


@pytest.mark.parametrize(("name", "package_format"), CONNECTIONS.items())
def test_each_connection_serves_one_format(shop, name, package_format):
    before = described(shop)
    connection = {"externalConnectionName": name, "packageFormat": package_format, "status": "Available"}
    expected = {**before, "externalConnections": [connection]}
    assert associate(shop, name) == expected
    assert described(shop) == expected
    assert disassociate(shop, name) == before
    assert described(shop) == before


def test_disassociating_answers_the_whole_repository_unchanged_otherwise(shop):
    before = described(shop)
    associate(shop)
    found = disassociate(shop)
    assert found == {
        "name": "store",
        "administratorAccount": shop.account,
        "domainName": "shop",
        "domainOwner": shop.account,
        "arn": f"arn:aws:codeartifact:{shop.region}:{shop.account}:repository/shop/store",
        "description": "what came from outside",
        "upstreams": [],
        "externalConnections": [],
        "createdTime": before["createdTime"],
    }


def test_a_connection_that_is_not_there_is_not_found(shop):
    call = shop.codeartifact.disassociate_external_connection
    where = {**STORE, "externalConnection": "public:npmjs"}
    assert "public:npmjs" in missing(call, "store", "repository", **where).message
    associate(shop)
    assert "public:pypi" in missing(call, "store", "repository", **{**where, "externalConnection": "public:pypi"}).message
    assert len(described(shop)["externalConnections"]) == 1
    disassociate(shop)
    missing(call, "store", "repository", **where)


def test_the_same_connection_again_conflicts(shop):
    associate(shop)
    members = {"resourceId": "store", "resourceType": "repository"}
    call = shop.codeartifact.associate_external_connection
    refused("ConflictException", 409, call, **STORE, externalConnection="public:npmjs", members=members)
    assert len(described(shop)["externalConnections"]) == 1


def test_a_repository_has_at_most_one_connection(shop):
    associate(shop)
    refusal = invalid(shop.codeartifact.associate_external_connection, **STORE, externalConnection="public:pypi")
    assert refusal.message == "ExternalConnections for repositories are currently limited to 1"
    assert [item["externalConnectionName"] for item in described(shop)["externalConnections"]] == ["public:npmjs"]
    disassociate(shop)
    associate(shop, "public:pypi")


def test_upstreams_and_a_connection_exclude_each_other(shop):
    shop.codeartifact.create_repository(domain="shop", repository="other")
    upstreams = [{"repositoryName": "other"}]
    associate(shop)
    for wanted in (upstreams, []):
        invalid(shop.codeartifact.update_repository, **STORE, upstreams=wanted)
    found = answer(shop.codeartifact.update_repository(**STORE, description="new"))["repository"]
    assert (found["description"], len(found["externalConnections"])) == ("new", 1)
    disassociate(shop)
    found = answer(shop.codeartifact.update_repository(**STORE, upstreams=upstreams))["repository"]
    assert found["upstreams"] == upstreams
    invalid(shop.codeartifact.associate_external_connection, **STORE, externalConnection="public:npmjs")
    assert described(shop)["externalConnections"] == []
    shop.codeartifact.update_repository(**STORE, upstreams=[])
    associate(shop)


def test_a_repository_with_a_connection_serves_as_upstream(shop):
    associate(shop)
    made = answer(
        shop.codeartifact.create_repository(domain="shop", repository="app", upstreams=[{"repositoryName": "store"}])
    )
    assert made["repository"]["externalConnections"] == []
    disassociate(shop)
    found = answer(shop.codeartifact.describe_repository(domain="shop", repository="app"))["repository"]
    assert found == made["repository"]


@pytest.mark.parametrize("name", ["x", "-npmjs", "public/npmjs", "a" * 101, "", "public npmjs"])
def test_a_malformed_name_is_refused(shop, name):
    lax = shop.lax_codeartifact
    for call in (lax.associate_external_connection, lax.disassociate_external_connection):
        says = "at 'externalConnection' failed to satisfy constraint: Member must"
        invalid(call, says=says, **STORE, externalConnection=name)


def test_an_unknown_name_is_told_the_ten_that_exist(shop):
    call = shop.codeartifact.associate_external_connection
    refusal = invalid(call, **STORE, externalConnection="public:unheard-of")
    assert all(name in refusal.message for name in CONNECTIONS), refusal
    assert described(shop)["externalConnections"] == []


def test_domain_and_repository_must_exist(shop):
    ca = shop.codeartifact
    for call in (ca.associate_external_connection, ca.disassociate_external_connection):
        where = {"domain": "none", "repository": "store", "externalConnection": "public:npmjs"}
        missing(call, "none", "domain", **where)
        where = {"domain": "shop", "repository": "none", "externalConnection": "public:npmjs"}
        missing(call, "none", "repository", **where)


def test_missing_members_are_named(shop):
    lax = shop.lax_codeartifact
    for call in (lax.associate_external_connection, lax.disassociate_external_connection):
        refusal = invalid(call, **STORE)
        assert "at 'externalConnection' failed to satisfy constraint: Member must not be null" in refusal.message
        refusal = invalid(call)
        assert refusal.message.startswith("3 validation errors detected: "), refusal


def test_another_account_may_neither_connect_nor_disconnect(server, shop):
    associate(shop)
    other = Caller(server)
    where = {**STORE, "domainOwner": shop.account, "externalConnection": "public:npmjs"}
    arn = f"arn:aws:codeartifact:{shop.region}:{shop.account}:repository/shop/store"
    for call, action in [
        (other.codeartifact.associate_external_connection, "AssociateExternalConnection"),
        (other.codeartifact.disassociate_external_connection, "DisassociateExternalConnection"),
    ]:
        says = [f"is not authorized to perform: codeartifact:{action}", f"on resource: {arn}"]
        refused("AccessDeniedException", 403, call, **where, says=says)
    assert len(described(shop)["externalConnections"]) == 1


def test_of_twenty_threads_one_connects_and_one_disconnects(shop):
    ca = shop.codeartifact
    where = {**STORE, "externalConnection": "public:npmjs"}
    for _ in range(3):
        found = together(20, lambda _: outcome(ca.associate_external_connection, **where))
        assert sorted(found) == ["ConflictException"] * 19 + ["ok"], found
        found = together(20, lambda _: outcome(ca.disassociate_external_connection, **where))
        assert sorted(found) == ["ResourceNotFoundException"] * 19 + ["ok"], found


def test_connections_and_upstreams_race_and_exclude_each_other(shop):
    ca = shop.codeartifact
    ca.create_repository(domain="shop", repository="other")
    for _ in range(5):
        def work(number):
            if number % 2:
                return outcome(ca.associate_external_connection, **STORE, externalConnection="public:npmjs")
            return outcome(ca.update_repository, **STORE, upstreams=[{"repositoryName": "other"}])

        together(8, work)
        found = described(shop)
        assert bool(found["upstreams"]) != bool(found["externalConnections"]), found
        if found["externalConnections"]:
            disassociate(shop)
        else:
            ca.update_repository(**STORE, upstreams=[])


def test_a_connection_survives_a_kill(own_server):
    caller = Caller(own_server)
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(**STORE)
    made = associate(caller)
    own_server.restart(kill=True)
    assert described(caller) == made
    disassociate(caller)
    own_server.restart(kill=True)
    assert described(caller)["externalConnections"] == []
    missing(
        caller.codeartifact.disassociate_external_connection,
        "store",
        "repository",
        **STORE,
        externalConnection="public:npmjs",
    )
