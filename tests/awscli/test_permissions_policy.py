"""A team shares a repository with another account through the AWS command line, as the user guide shows it."""

import json

import pytest

from tests.aws import fresh_account
from tests.commandline import Home

APP = ["--domain", "shop", "--repository", "app"]


@pytest.fixture
def homes(server):
    found = [Home(server, fresh_account()), Home(server, fresh_account())]
    yield found
    for home in found:
        home.discard()


def document(home, actions, principal):
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*", "Principal": {"AWS": principal}}
    path = home.folder / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return ["--policy-document", f"file://{path}"]


def test_a_repository_is_shared_and_taken_back(homes):
    owner, guest = homes
    ca = ("codeartifact",)
    owner.aws(*ca, "create-domain", "--domain", "shop")
    owner.aws(*ca, "create-repository", *APP)
    theirs = ["--domain-owner", owner.account]
    said = guest.aws_fails(*ca, "login", "--tool", "npm", *APP, *theirs)
    assert "(AccessDeniedException)" in said
    assert "codeartifact:GetAuthorizationToken on resource: arn:aws:codeartifact:" in said

    root = f"arn:aws:iam::{guest.account}:root"
    domain = document(owner, ["codeartifact:GetAuthorizationToken"], root)
    owner.aws(*ca, "put-domain-permissions-policy", "--domain", "shop", *domain)
    actions = ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
    put = owner.aws(*ca, "put-repository-permissions-policy", *APP, *document(owner, actions, root))["policy"]
    assert owner.aws(*ca, "get-repository-permissions-policy", *APP)["policy"] == put
    guest.login("app", *theirs)
    assert "E404" in guest.npm("view", "kit", fails=True), "it may read, and there is nothing"

    said = owner.aws_fails(*ca, "delete-repository-permissions-policy", *APP, "--policy-revision", "stale")
    assert "(ConflictException)" in said
    revision = ["--policy-revision", put["revision"]]
    assert owner.aws(*ca, "delete-repository-permissions-policy", *APP, *revision)["policy"] == put
    said = guest.npm("view", "kit", fails=True)
    assert "E403" in said, said
