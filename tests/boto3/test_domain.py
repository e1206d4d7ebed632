"""CodeArtifact domains: created, described, listed, deleted."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from tests.aws import Caller, answer, refused


def domain_arn(caller, name):
    return f"arn:aws:codeartifact:{caller.region}:{caller.account}:domain/{name}"


def invalid(call, says=(), **parameters):
    members = {"reason": "FIELD_VALIDATION_FAILED"}
    return refused("ValidationException", 400, call, says=says, members=members, **parameters)


def missing(call, name, **parameters):
    members = {"resourceId": name, "resourceType": "domain"}
    return refused("ResourceNotFoundException", 404, call, says=name, members=members, **parameters)


def create(caller, name="shop", **more):
    return answer(caller.codeartifact.create_domain(domain=name, **more))["domain"]


def described(caller, name="shop", **more):
    return answer(caller.codeartifact.describe_domain(domain=name, **more))["domain"]


def listed(caller, **more):
    return answer(caller.codeartifact.list_domains(**more))


def test_a_created_domain_is_described_as_created(caller):
    before = datetime.now(timezone.utc)
    made = create(caller)
    assert abs(made["createdTime"] - before) < timedelta(seconds=30)
    assert re.match(rf"^arn:aws:kms:{caller.region}:{caller.account}:(key|alias)/.+$", made["encryptionKey"]), made
    assert made == {
        "name": "shop",
        "owner": caller.account,
        "arn": domain_arn(caller, "shop"),
        "status": "Active",
        "createdTime": made["createdTime"],
        "encryptionKey": made["encryptionKey"],
        "repositoryCount": 0,
        "assetSizeBytes": 0,
        "s3BucketArn": f"arn:aws:s3:::assets-{caller.account}-{caller.region}",
    }
    assert described(caller) == made
    assert described(caller, domainOwner=caller.account) == made


def test_a_key_arn_is_kept_as_given(caller):
    key = f"arn:aws:kms:{caller.region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    assert create(caller, encryptionKey=key)["encryptionKey"] == key
    assert described(caller)["encryptionKey"] == key


def test_a_key_in_any_form_comes_back_as_an_arn(caller):
    for number, key in enumerate(["1234abcd-12ab-34cd-56ef-1234567890ab", "alias/mine"]):
        found = create(caller, f"shop{number}", encryptionKey=key)["encryptionKey"]
        assert re.match(rf"^arn:aws:kms:{caller.region}:{caller.account}:(key|alias)/", found), found
        assert found.endswith(key.rsplit("/", 1)[-1])


def test_a_name_is_taken_once_in_an_account_and_region(server, caller):
    create(caller)
    members = {"resourceId": "shop", "resourceType": "domain"}
    refused("ConflictException", 409, caller.codeartifact.create_domain, domain="shop", says="shop", members=members)
    create(Caller(server))
    create(caller.elsewhere("eu-west-1"))
    assert len(listed(caller)["domains"]) == 1


@pytest.mark.parametrize("name", ["a", "a" * 51, "Shop", "1shop", "shop-", "sh_op", "sh op", "größe", "../shop", ""])
def test_a_bad_name_is_refused_by_every_operation(caller, name):
    lax = caller.lax_codeartifact
    for call in (lax.create_domain, lax.describe_domain, lax.delete_domain):
        invalid(call, says="at 'domain' failed to satisfy constraint: Member must", domain=name)
    assert listed(caller) == {"domains": []}


@pytest.mark.parametrize("name", ["ab", "a" * 50, "a-1", "a--b"])
def test_a_good_name_is_kept(caller, name):
    assert create(caller, name)["name"] == name


def test_missing_members_are_named(caller):
    invalid(caller.lax_codeartifact.create_domain, says="at 'domain' failed to satisfy constraint: Member must not be null")


def test_an_unknown_domain_is_named(caller):
    missing(caller.codeartifact.describe_domain, "shop", domain="shop")
    create(caller)
    missing(caller.elsewhere("eu-west-1").codeartifact.describe_domain, "shop", domain="shop")


def test_a_domain_of_another_account_is_not_ones_own(server, caller):
    create(caller)
    other = Caller(server)
    missing(other.codeartifact.describe_domain, "shop", domain="shop")
    where = {"domain": "shop", "domainOwner": caller.account}
    for call, action in [
        (other.codeartifact.describe_domain, "DescribeDomain"),
        (other.codeartifact.delete_domain, "DeleteDomain"),
        (other.codeartifact.list_repositories_in_domain, "ListRepositoriesInDomain"),
        (other.codeartifact.get_authorization_token, "GetAuthorizationToken"),
    ]:
        user = f"User: arn:aws:iam::{other.account}:user/local is not authorized to perform: codeartifact:{action}"
        refused("AccessDeniedException", 403, call, **where, says=[user, f"on resource: {domain_arn(caller, 'shop')}"])
    assert described(caller)["status"] == "Active"


@pytest.mark.parametrize("owner", ["1", "12345678901a", "1234567890123"])
def test_a_bad_owner_is_refused(caller, owner):
    create(caller)
    says = "at 'domainOwner' failed to satisfy constraint: Member must"
    invalid(caller.lax_codeartifact.describe_domain, says=says, domain="shop", domainOwner=owner)


def test_a_domain_with_repositories_is_not_deleted(caller):
    create(caller)
    caller.codeartifact.create_repository(domain="shop", repository="app")
    assert described(caller)["repositoryCount"] == 1
    members = {"resourceId": "shop", "resourceType": "domain"}
    refused("ConflictException", 409, caller.codeartifact.delete_domain, domain="shop", says="shop", members=members)
    caller.codeartifact.delete_repository(domain="shop", repository="app")
    before = described(caller)
    gone = answer(caller.codeartifact.delete_domain(domain="shop"))["domain"]
    assert gone == {**before, "status": "Deleted"}
    missing(caller.codeartifact.describe_domain, "shop", domain="shop")


def test_deleting_what_is_not_there_succeeds(caller):
    assert answer(caller.codeartifact.delete_domain(domain="shop")) == {}
    create(caller)
    answer(caller.codeartifact.delete_domain(domain="shop"))
    assert answer(caller.codeartifact.delete_domain(domain="shop")) == {}


def test_a_freed_name_is_a_new_domain(caller):
    create(caller)
    caller.codeartifact.delete_domain(domain="shop")
    create(caller)
    assert answer(caller.codeartifact.list_repositories_in_domain(domain="shop")) == {"repositories": []}


def test_domains_are_listed_by_name_without_counts(server, caller):
    for name in ("zoo", "bar", "shop"):
        create(caller, name)
    create(Caller(server), "alien")
    found = listed(caller)
    assert [item["name"] for item in found["domains"]] == ["bar", "shop", "zoo"]
    whole = described(caller, "bar")
    del whole["repositoryCount"], whole["assetSizeBytes"], whole["s3BucketArn"]
    assert found["domains"][0] == whole
    assert "nextToken" not in found
    assert listed(caller.elsewhere("eu-west-1")) == {"domains": []}


def test_pages_bring_each_domain_once_and_end(caller):
    names = [f"shop{number}" for number in range(5)]
    for name in names:
        create(caller, name)
    pages = list(caller.codeartifact.get_paginator("list_domains").paginate(PaginationConfig={"PageSize": 2}))
    assert [[item["name"] for item in page["domains"]] for page in pages] == [names[0:2], names[2:4], names[4:]]
    token = listed(caller, maxResults=1)["nextToken"]
    assert [item["name"] for item in listed(caller, nextToken=token)["domains"]] == names[1:]
    assert "nextToken" not in listed(caller, maxResults=5)


@pytest.mark.parametrize("parameters", [{"maxResults": 0}, {"maxResults": 1001}, {"nextToken": ""}, {"nextToken": "a b"}, {"nextToken": "bm90IGEgdG9rZW4="}])
def test_a_malformed_page_request_is_refused(caller, parameters):
    invalid(caller.lax_codeartifact.list_domains, **parameters)


def test_an_account_has_at_most_ten_domains(caller):
    for number in range(10):
        create(caller, f"shop{number}")
    refusal = refused("ServiceQuotaExceededException", 402, caller.codeartifact.create_domain, domain="shop10")
    assert refusal.members.get("resourceType") == "domain"
    caller.codeartifact.delete_domain(domain="shop0")
    create(caller, "shop10")


def test_the_root_package_group_exists_from_the_start(caller, needs):
    needs("ListPackageGroups")
    create(caller)
    found = answer(caller.codeartifact.list_package_groups(domain="shop"))["packageGroups"]
    assert [item["pattern"] for item in found] == ["/*"]
