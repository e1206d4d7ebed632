"""The endpoint of a repository, the token of a domain, and what the token opens."""

import base64
import json
import re
from datetime import datetime, timedelta, timezone

import pytest

from tests.aws import Caller, answer, refused

FORMATS = ["npm", "pypi", "maven", "nuget", "generic", "ruby", "swift", "cargo"]


@pytest.fixture
def shop(caller):
    """An account with a domain and one repository in it."""
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(domain="shop", repository="app")
    return caller


def endpoint(caller, package_format="npm", **more):
    where = {"domain": "shop", "repository": "app", "format": package_format, **more}
    return answer(caller.codeartifact.get_repository_endpoint(**where))["repositoryEndpoint"]


def token(caller, domain="shop", **more):
    return answer(caller.codeartifact.get_authorization_token(domain=domain, **more))


def path(caller, package_format="npm"):
    return endpoint(caller, package_format)[len(caller.server.endpoint):]


def bearer(caller, domain="shop"):
    return {"Authorization": "Bearer " + token(caller, domain)["authorizationToken"]}


def invalid(call, **parameters):
    members = {"reason": "FIELD_VALIDATION_FAILED"}
    return refused("ValidationException", 400, call, members=members, **parameters)


@pytest.mark.parametrize("package_format", FORMATS)
def test_each_format_has_an_endpoint_that_ends_in_a_slash(shop, package_format):
    expected = f"{shop.server.endpoint}/{package_format}/d/shop-{shop.account}/app/"
    assert endpoint(shop, package_format) == expected
    assert endpoint(shop, package_format, domainOwner=shop.account, endpointType="ipv4") == expected
    assert endpoint(shop, package_format, endpointType="dualstack").endswith("/")


def test_a_malformed_endpoint_request_is_refused(shop):
    lax = shop.lax_codeartifact.get_repository_endpoint
    where = {"domain": "shop", "repository": "app"}
    assert "at 'format' failed to satisfy constraint" in invalid(lax, **where).message
    refusal = invalid(lax, **where, format="deb")
    assert "Member must satisfy enum value set: [" in refusal.message
    invalid(lax, **where, format="npm", endpointType="ipv6")


def test_a_token_lives_twelve_hours_unless_asked_otherwise(shop):
    for asked, lives_s in ((None, 43200), (0, 43200), (900, 900), (43200, 43200)):
        more = {} if asked is None else {"durationSeconds": asked}
        found = token(shop, **more)
        assert set(found) == {"authorizationToken", "expiration"}
        expected = datetime.now(timezone.utc) + timedelta(seconds=lives_s)
        assert abs(found["expiration"] - expected) < timedelta(seconds=30), asked


@pytest.mark.parametrize("duration", [1, 899, 43201, -1])
def test_a_token_lives_between_fifteen_minutes_and_twelve_hours(shop, duration):
    invalid(shop.lax_codeartifact.get_authorization_token, domain="shop", durationSeconds=duration)


def test_a_token_is_short_and_needs_no_escaping(shop):
    found = token(shop)["authorizationToken"]
    assert re.match(r"^eyJ2ZXIiOjE[A-Za-z0-9_.\-]+$", found), found
    assert len(found) < 500


def test_a_token_needs_its_domain(shop):
    members = {"resourceId": "none", "resourceType": "domain"}
    call = shop.codeartifact.get_authorization_token
    refused("ResourceNotFoundException", 404, call, domain="none", members=members)


def test_a_token_opens_every_repository_of_its_domain(shop):
    shop.codeartifact.create_repository(domain="shop", repository="second")
    headers = bearer(shop)
    for repository in ("app", "second"):
        status, _, body = shop.server.get(f"/npm/d/shop-{shop.account}/{repository}/-/ping", **headers)
        assert (status, json.loads(body)) == (200, {})
    status, _, body = shop.server.get(f"/npm/d/shop-{shop.account}/none/-/ping", **headers)
    assert status == 404, body


def test_basic_credentials_carry_the_token_as_password(shop):
    secret = token(shop)["authorizationToken"]
    for user in ("aws", "token"):
        credentials = base64.b64encode(f"{user}:{secret}".encode()).decode()
        status, _, _ = shop.server.get(path(shop) + "-/ping", Authorization=f"Basic {credentials}")
        assert status == 200


@pytest.mark.parametrize(
    "credentials",
    [None, "Bearer ", "Bearer nonsense", "Basic !!!", "Basic " + base64.b64encode(b"aws:nonsense").decode(), "Digest x"],
)
def test_without_a_good_token_the_answer_is_a_challenge(shop, credentials):
    headers = {"Authorization": credentials} if credentials is not None else {}
    for rest in ("-/ping", "lodash", "@scope%2fname", "none/-/none-1.0.0.tgz", ""):
        status, answered, _ = shop.server.get(path(shop) + rest, **headers)
        assert status == 401, rest
        challenges = ", ".join(answered.get_all("WWW-Authenticate") or [])
        assert 'Bearer realm="shop/app"' in challenges, challenges
        assert 'Basic realm="shop/app"' in challenges, challenges
    status, _, _ = shop.server.get(f"/npm/d/shop-{shop.account}/none/lodash", **headers)
    assert status == 401, "who may not look does not learn what exists"


def test_a_changed_token_is_no_token(shop):
    good = token(shop)["authorizationToken"]
    for at in (12, len(good) // 2, len(good) - 2):
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1:]
        status, _, _ = shop.server.get(path(shop) + "-/ping", Authorization=f"Bearer {changed}")
        assert status == 401, at


def test_a_token_does_not_open_another_domain(server, shop):
    shop.codeartifact.create_domain(domain="other")
    shop.codeartifact.create_repository(domain="other", repository="app")
    status, _, _ = shop.server.get(path(shop) + "-/ping", **bearer(shop, "other"))
    assert status in (401, 403)
    stranger = Caller(server)
    stranger.codeartifact.create_domain(domain="shop")
    status, _, _ = shop.server.get(path(shop) + "-/ping", **bearer(stranger))
    assert status in (401, 403)


def test_a_token_survives_a_kill_of_the_server(own_server):
    caller = Caller(own_server)
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(domain="shop", repository="app")
    headers, where = bearer(caller), path(caller)
    own_server.restart(kill=True)
    status, _, _ = own_server.get(where + "-/ping", **headers)
    assert status == 200


def test_host_style_addresses_the_same_repository(shop):
    host = f"shop-{shop.account}.d.codeartifact.{shop.region}.example.test"
    status, _, _ = shop.server.get("/npm/app/-/ping", Host=host, **bearer(shop))
    assert status == 200
    status, _, _ = shop.server.get("/npm/app/-/ping", Host=host)
    assert status == 401
