"""A domain with `store` (connected to the made-up registry), `mid` above it and `app` above that."""

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.fixture_registry import FixtureRegistry
from tests.commandline import Home
from tests.server import Server


@pytest.fixture(scope="session")
def public():
    registry = FixtureRegistry().start()
    yield registry
    registry.stop()


@pytest.fixture(scope="session")
def connected(public):
    """A server whose `public:npmjs` is the made-up registry."""
    server = Server(HOMEREGION_UPSTREAM_NPMJS=public.url)
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()


class Shop:
    """One account: its domain, its command line, its boto3."""

    def __init__(self, server):
        self.server = server
        account = fresh_account()
        self.home = Home(server, account)
        self.caller = Caller(server, account)
        self.codeartifact = self.caller.codeartifact
        self.codeartifact.create_domain(domain="shop")
        for name, upstream in (("store", None), ("mid", "store"), ("app", "mid")):
            upstreams = [{"repositoryName": upstream}] if upstream else []
            self.codeartifact.create_repository(domain="shop", repository=name, upstreams=upstreams)
        self.connect()

    def connect(self):
        where = {"domain": "shop", "repository": "store", "externalConnection": "public:npmjs"}
        self.codeartifact.associate_external_connection(**where)

    def disconnect(self):
        where = {"domain": "shop", "repository": "store", "externalConnection": "public:npmjs"}
        return self.codeartifact.disassociate_external_connection(**where)

    def packages(self, repository):
        """The names of the packages that a repository holds."""
        pages = self.codeartifact.get_paginator("list_packages").paginate(domain="shop", repository=repository)
        names = set()
        for page in pages:
            for item in page["packages"]:
                names.add(f"@{item['namespace']}/{item['package']}" if "namespace" in item else item["package"])
        return names

    def where(self, repository, name):
        """The parameters that name a package."""
        scope, _, bare = name.rpartition("/")
        found = {"domain": "shop", "repository": repository, "format": "npm", "package": bare}
        return {**found, "namespace": scope.removeprefix("@")} if scope else found

    def versions(self, repository, name):
        found = self.codeartifact.list_package_versions(**self.where(repository, name))["versions"]
        return {item["version"]: item["status"] for item in found}

    def path(self, repository):
        return f"/npm/d/shop-{self.caller.account}/{repository}/"

    def bearer(self):
        token = self.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def shop(connected):
    shop = Shop(connected)
    yield shop
    shop.home.discard()
