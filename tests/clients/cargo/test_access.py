"""Who is turned away, and what cargo tells them."""

import json

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.cargo.conftest import Cargo
from tests.tokens import expired


@pytest.fixture
def stranger(shop):
    """Somebody of another account who may come into the domain and read, and nothing else."""
    account = fresh_account()
    domain = {"Version": "2012-10-17", "Statement": [statement("Allow", account, "codeartifact:GetAuthorizationToken")]}
    shop.codeartifact.put_domain_permissions_policy(domain="shop", policyDocument=json.dumps(domain))
    allow(shop, statement("Allow", account, "codeartifact:ReadFromRepository"))
    cargo = Cargo(shop, token=False)
    cargo.account = account
    cargo.variables = {"CARGO_REGISTRIES_SHOP_TOKEN": shop.token(Caller(shop.server, account))}
    yield cargo
    cargo.discard()


def statement(effect, account, *actions):
    return {"Effect": effect, "Principal": {"AWS": account}, "Action": list(actions), "Resource": "*"}


def allow(shop, *statements):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    shop.codeartifact.put_repository_permissions_policy(domain="shop", repository="app", policyDocument=json.dumps(document))


def test_a_second_account_reads_and_does_not_publish(shop, stranger):
    project = stranger.package("project", "0.1.0", "", 'fixture-base = { version = "1", registry = "shop" }\n')
    stranger.run("fetch", cwd=project)
    output = stranger.publish(stranger.package("own-kit", "1.0.0"), fails=True)
    assert "403" in output and "not authorized" in output, output
    output = stranger.run("yank", "--registry", "shop", "fixture-base@1.1.0", fails=True)
    assert "403" in output, output
    assert shop.packages("app") == {"fixture-base"}


def test_an_explicit_deny_closes_what_was_open(shop, stranger):
    read, publish = "codeartifact:ReadFromRepository", "codeartifact:PublishPackageVersion"
    allow(shop, statement("Allow", stranger.account, read, publish))
    stranger.publish(stranger.package("own-kit", "1.0.0"))
    allow(shop, statement("Allow", stranger.account, read, publish), statement("Deny", stranger.account, publish))
    output = stranger.publish(stranger.package("own-kit", "1.1.0"), fails=True)
    assert "403" in output, output
    allow(shop, statement("Allow", stranger.account, read), statement("Deny", stranger.account, read))
    project = stranger.package("project", "0.1.0", "", 'own-kit = { version = "1", registry = "shop" }\n')
    stranger.forget()
    output = stranger.run("fetch", cwd=project, fails=True)
    assert "403" in output, output
    assert set(shop.versions("app", "own-kit")) == {"1.0.0"}


def test_a_token_that_has_expired_is_told(shop, cargo):
    cargo.variables["CARGO_REGISTRIES_SHOP_TOKEN"] = expired(shop.server, shop.token())
    project = cargo.package("project", "0.1.0", "", 'fixture-base = { version = "1", registry = "shop" }\n')
    output = cargo.run("fetch", cwd=project, fails=True)
    assert "token rejected" in output, output
    assert shop.packages("app") == set()


def test_scenario_24_without_a_token_cargo_is_told_to_log_in(shop):
    cargo = Cargo(shop, token=False)
    try:
        for name in ("fixture-base", "unheard-of"):
            project = cargo.package("project", "0.1.0", "", f'{name} = {{ version = "1", registry = "shop" }}\n')
            output = cargo.run("fetch", cwd=project, fails=True)
            assert "no token found" in output, output
        status, headers, body = shop.server.get(shop.url("app").removeprefix(shop.server.endpoint) + "config.json")
        assert status == 401 and "errors" in json.loads(body), body
    finally:
        cargo.discard()
