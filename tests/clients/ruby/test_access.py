"""Who is turned away, and what gem and Bundler tell them."""

import json

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.ruby.conftest import Ruby
from tests.tokens import expired


def statement(effect, account, *actions):
    return {"Effect": effect, "Principal": {"AWS": account}, "Action": list(actions), "Resource": "*"}


def allow(shop, *statements):
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    shop.codeartifact.put_repository_permissions_policy(domain="shop", repository="app", policyDocument=json.dumps(document))


@pytest.fixture
def stranger(shop):
    """Somebody of another account who may come into the domain and read, and nothing else."""
    account = fresh_account()
    domain = {"Version": "2012-10-17", "Statement": [statement("Allow", account, "codeartifact:GetAuthorizationToken")]}
    shop.codeartifact.put_domain_permissions_policy(domain="shop", policyDocument=json.dumps(domain))
    allow(shop, statement("Allow", account, "codeartifact:ReadFromRepository"))
    found = Ruby(shop, "app", shop.token(Caller(shop.server, account)))
    found.account = account
    yield found
    found.discard()


def test_a_second_account_reads_and_neither_publishes_nor_yanks(shop, stranger):
    stranger.install("fixture-base")
    output = stranger.push(stranger.build("own-kit", "1.0.0"), fails=True)
    assert "not authorized" in output, output
    output = stranger.gem("yank", "--host", stranger.url.rstrip("/"), "--key", "hr", "fixture-base", "-v", "1.1.0")
    assert "not authorized" in output, output
    assert shop.versions("app", "fixture-base") == {"1.1.0": "Published"}
    assert shop.packages("app") == {"fixture-base"}


def test_an_explicit_deny_closes_what_was_open(shop, stranger):
    read, publish = "codeartifact:ReadFromRepository", "codeartifact:PublishPackageVersion"
    allow(shop, statement("Allow", stranger.account, read, publish))
    stranger.push(stranger.build("own-kit", "1.0.0"))
    allow(shop, statement("Allow", stranger.account, read, publish), statement("Deny", stranger.account, publish))
    output = stranger.push(stranger.build("own-kit", "1.1.0"), fails=True)
    assert "not authorized" in output or "denied" in output, output
    allow(shop, statement("Allow", stranger.account, read), statement("Deny", stranger.account, read))
    stranger.install("own-kit", fails=True)
    assert shop.versions("app", "own-kit") == {"1.0.0": "Published"}


def test_a_token_that_has_expired_is_told(shop, ruby):
    ruby.log_in(expired(shop.server, shop.token()))
    ruby.install("fixture-base", fails=True)
    ruby.project('"fixture-base"')
    output = ruby.bundle("install", fails=True)
    assert "uthentic" in output or "credentials" in output, output
    output = ruby.push(ruby.build("own-kit", "1.0.0"), fails=True)
    assert "expired" in output or "token" in output, output
    assert shop.packages("app") == set()
