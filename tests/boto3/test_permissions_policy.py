"""Permissions policies of domains and repositories: kept, checked, and enforced where packages flow."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.aws import Caller, answer, refused
from tests.permissions import TARBALL, policy, publication, put_domain, put_repository
from tests.server import fetch

DENIED = "AccessDeniedException"


@pytest.fixture
def shop(caller):
    """An account with a domain and one repository in it."""
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(domain="shop", repository="app")
    return caller


@pytest.fixture
def stranger(shop):
    """Somebody of another account."""
    return Caller(shop.server)


def arn(caller, kind, rest):
    return f"arn:aws:codeartifact:{caller.region}:{caller.account}:{kind}/{rest}"


def bearer(caller, owner):
    found = caller.codeartifact.get_authorization_token(domain="shop", domainOwner=owner.account)
    return {"Authorization": f"Bearer {found['authorizationToken']}"}


def npm(owner, rest, headers, method="GET", body=None):
    url = f"{owner.server.endpoint}/npm/d/shop-{owner.account}/app/{rest}"
    return fetch(method, url, headers={"Content-Type": "application/json", **headers}, body=body)


def test_scenario_37_a_second_account_gets_as_far_as_the_policies_say(shop, stranger):
    theirs = {"domain": "shop", "domainOwner": shop.account}
    status, _, _ = npm(shop, "kit", bearer(shop, shop), "PUT", publication("kit", "1.0.0"))
    assert status in (200, 201)

    # Without a policy there is not even a token.
    refused(DENIED, 403, stranger.codeartifact.get_authorization_token, **theirs)
    # With a policy of the domain there is a token, and it reads nothing.
    first = put_domain(shop, policy("Allow", "codeartifact:GetAuthorizationToken", stranger.account))
    token = bearer(stranger, shop)
    status, _, body = npm(shop, "kit", token)
    assert status == 403
    assert "codeartifact:ReadFromRepository" in body.decode()
    refused(DENIED, 403, stranger.codeartifact.list_packages, **theirs, repository="app")
    # With a policy of the repository the same token reads.
    read = ["codeartifact:ReadFromRepository", "codeartifact:ListPackages"]
    put_repository(shop, policy("Allow", read, f"arn:aws:iam::{stranger.account}:root"))
    status, _, body = npm(shop, "kit", token)
    assert (status, json.loads(body)["name"]) == (200, "kit")
    status, _, body = npm(shop, "kit/-/kit-1.0.0.tgz", token)
    assert (status, body) == (200, base64.b64decode(TARBALL))
    found = answer(stranger.codeartifact.list_packages(**theirs, repository="app"))
    assert [package["package"] for package in found["packages"]] == ["kit"]
    # Reading is all.
    status, _, body = npm(shop, "kit", token, "PUT", publication("kit", "1.0.1"))
    assert (status, "codeartifact:PublishPackageVersion" in body.decode()) == (403, True)

    # A stale revision conflicts.
    second = put_domain(shop, policy("Allow", "codeartifact:*", stranger.account), policyRevision=first["revision"])
    assert second["revision"] != first["revision"]
    conflict = {"domain": "shop", "policyDocument": first["document"], "policyRevision": first["revision"]}
    refused("ConflictException", 409, shop.codeartifact.put_domain_permissions_policy, **conflict)

    # The policy changes: the token that was handed out reads no more.
    put_repository(shop, policy("Deny", "codeartifact:ReadFromRepository", stranger.account))
    for rest in ("kit", "kit/-/kit-1.0.0.tgz"):
        for method in ("GET", "HEAD"):
            assert npm(shop, rest, token, method)[0] == 403
    # Whoever denied everyone can still put another policy.
    put_repository(shop, policy("Deny", "*", "*"))
    assert npm(shop, "kit", bearer(shop, shop))[0] == 403
    where = {"domain": "shop", "repository": "app"}
    refused(DENIED, 403, shop.codeartifact.get_repository_permissions_policy, **where)
    put_domain(shop, policy("Deny", "*", "*"))
    refused(DENIED, 403, shop.codeartifact.describe_domain, domain="shop")
    put_repository(shop, policy("Allow", "codeartifact:*", stranger.account))
    put_domain(shop, policy("Allow", "codeartifact:*", stranger.account))
    assert npm(shop, "kit", token)[0] == 200
    assert npm(shop, "kit", bearer(shop, shop))[0] == 200


def test_a_policy_is_given_back_and_deleted(shop):
    document = policy("Allow", "codeartifact:*", "111122223333")
    kinds = {
        "domain": ({"domain": "shop"}, arn(shop, "domain", "shop"), put_domain),
        "repository": ({"domain": "shop", "repository": "app"}, arn(shop, "repository", "shop/app"), put_repository),
    }
    for kind, (where, resource, put) in kinds.items():
        get = getattr(shop.codeartifact, f"get_{kind}_permissions_policy")
        delete = getattr(shop.codeartifact, f"delete_{kind}_permissions_policy")
        name = where.get("repository", "shop")
        missing = {"resourceType": kind, "resourceId": name}
        refused("ResourceNotFoundException", 404, get, members=missing, **where)
        refused("ResourceNotFoundException", 404, delete, members=missing, **where)
        kept = put(shop, document)
        assert (kept["resourceArn"], kept["document"]) == (resource, document)
        assert answer(get(**where))["policy"] == kept
        stale = {"policyRevision": "not-this-one"}
        refused("ConflictException", 409, delete, says=kept["revision"], members=missing, **where, **stale)
        assert answer(delete(**where, policyRevision=kept["revision"]))["policy"] == kept
        refused("ResourceNotFoundException", 404, get, **where)


def test_of_many_who_change_the_same_revision_one_succeeds(shop):
    revision = put_domain(shop, policy("Allow", "codeartifact:*", "111122223333"))["revision"]

    def put(number):
        document = policy("Allow", "codeartifact:*", "111122223333", Sid=f"number{number}")
        try:
            return put_domain(shop, document, policyRevision=revision)
        except shop.codeartifact.exceptions.ConflictException:
            return None

    with ThreadPoolExecutor(8) as pool:
        kept = [policy for policy in pool.map(put, range(24)) if policy]
    assert len(kept) == 1
    assert answer(shop.codeartifact.get_domain_permissions_policy(domain="shop"))["policy"] == kept[0]


@pytest.mark.parametrize(
    "document, fault",
    [
        ("{", "the document is not well-formed JSON"),
        ('{"Version": "2012-10-17"}', "the document has no Statement"),
        ('{"Version": "2020-01-01", "Statement": []}', 'Version must be "2012-10-17" or "2008-10-17", not "2020-01-01"'),
        (policy("Permit", "*", "*"), 'Statement[0].Effect must be Allow or Deny, not "Permit"'),
        (policy("Allow", "ReadFromRepository", "*"), "Statement[0].Action must be"),
        (policy("Allow", "*", "ann"), "Statement[0].Principal.AWS must be"),
        (policy("Allow", "*", "*", Condition={"Sometimes": {}}), "Condition.Sometimes is not a condition operator"),
        (policy("Allow", "*", "*", Comment="x"), 'Statement[0] has an element "Comment"'),
    ],
)
def test_a_document_that_is_no_policy_is_refused(shop, document, fault):
    where = {"domain": "shop", "policyDocument": document}
    members = {"reason": "FIELD_VALIDATION_FAILED"}
    put = shop.codeartifact.put_domain_permissions_policy
    refused("ValidationException", 400, put, says=["policyDocument", fault], members=members, **where)
    put = shop.codeartifact.put_repository_permissions_policy
    refused("ValidationException", 400, put, says=["policyDocument", fault], members=members, **where, repository="app")


def test_a_document_has_at_most_7168_characters(shop):
    padded = policy("Allow", "*", "*", Sid="x" * 8000)
    put = shop.lax_codeartifact.put_domain_permissions_policy
    says = "Member must have length less than or equal to 7168"
    refused("ValidationException", 400, put, says=says, domain="shop", policyDocument=padded)
    put_domain(shop, policy("Allow", "*", "*").ljust(7168))


def test_another_account_learns_nothing_of_what_exists(shop, stranger):
    put_repository(shop, policy("Allow", "codeartifact:Describe*", stranger.account))
    where = {"domain": "shop", "domainOwner": shop.account}
    answer(stranger.codeartifact.describe_repository(**where, repository="app"))
    shop.codeartifact.create_repository(domain="shop", repository="other")
    for name in ("other", "absent"):
        refused(DENIED, 403, stranger.codeartifact.describe_repository, **where, repository=name)
    where["domain"] = "absent"
    refused(DENIED, 403, stranger.codeartifact.describe_repository, **where, repository="app")
    assert answer(stranger.codeartifact.list_domains()) == {"domains": []}


def test_a_denial_holds_at_once_and_no_longer_than_it_stands(shop):
    assert npm(shop, "kit", bearer(shop, shop), "PUT", publication("kit", "1.0.0"))[0] in (200, 201)
    token = bearer(shop, shop)
    where = {"domain": "shop", "repository": "app"}
    for _ in range(10):
        assert npm(shop, "kit", token)[0] == 200
        put_repository(shop, policy("Deny", "codeartifact:ReadFromRepository", shop.account))
        assert npm(shop, "kit", token)[0] == 403
        shop.codeartifact.delete_repository_permissions_policy(**where)


def test_conditions_see_the_client_and_its_address(shop):
    here = {"IpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1"]}, "StringLike": {"aws:UserAgent": "*Boto3*"}}
    put_domain(shop, policy("Deny", "codeartifact:DescribeDomain", "*", Condition=here))
    refused(DENIED, 403, shop.codeartifact.describe_domain, domain="shop", says="with an explicit deny")
    put_domain(shop, policy("Deny", "*", "*", Condition={"NotIpAddress": here["IpAddress"]}))
    answer(shop.codeartifact.describe_domain(domain="shop"))
    # On the package endpoints the user agent is not known, the address is.
    agent = {"StringLike": {"aws:UserAgent": "*"}}
    put_repository(shop, policy("Deny", "codeartifact:ReadFromRepository", "*", Condition=agent))
    assert npm(shop, "kit", bearer(shop, shop))[0] == 404
    address = {"IpAddress": here["IpAddress"]}
    put_repository(shop, policy("Deny", "codeartifact:ReadFromRepository", "*", Condition=address))
    assert npm(shop, "kit", bearer(shop, shop))[0] == 403
