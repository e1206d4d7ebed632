"""A domain with `store` (connected to the made-up repository), `mid` above it and `app` above that."""

import base64
import hashlib
import time

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.maven.public_repository import PublicRepository
from tests.commandline import Home
from tests.server import Server, fetch


@pytest.fixture(scope="session")
def connected():
    """A server whose `public:maven-central` is the made-up repository."""
    public = PublicRepository().start()
    server = Server(HOMEREGION_UPSTREAM_MAVEN_CENTRAL=public.url)
    server.public = public
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()
        public.stop()


class Shop:
    """One account: its domain, its boto3, its requests to the Maven endpoints."""

    def __init__(self, server, connection=True):
        self.server = server
        self.public = getattr(server, "public", None)
        account = fresh_account()
        self.home = Home(server, account)
        self.caller = Caller(server, account)
        self.codeartifact.create_domain(domain="shop")
        for name, upstream in (("store", None), ("mid", "store"), ("app", "mid")):
            upstreams = [{"repositoryName": upstream}] if upstream else []
            self.codeartifact.create_repository(domain="shop", repository=name, upstreams=upstreams)
        self.token = self.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
        if connection:
            where = {"domain": "shop", "repository": "store", "externalConnection": "public:maven-central"}
            self.codeartifact.associate_external_connection(**where)

    @property
    def codeartifact(self):
        return self.caller.codeartifact

    def url(self, repository, path=""):
        return f"{self.server.endpoint}/maven/d/shop-{self.caller.account}/{repository}/{path}"

    def basic(self):
        return {"Authorization": "Basic " + base64.b64encode(f"aws:{self.token}".encode()).decode()}

    def send(self, method, repository, path, body=None, **headers):
        if isinstance(body, str):
            body = body.encode()
        return fetch(method, self.url(repository, path), body, {**self.basic(), **headers})

    def get(self, repository, path, **headers):
        return self.send("GET", repository, path, **headers)

    def status(self, method, repository, path, body=None):
        return self.send(method, repository, path, body)[0]

    def put(self, repository, path, body):
        """Puts a file and its two checksums, as clients do."""
        body = body.encode() if isinstance(body, str) else body
        assert self.status("PUT", repository, path, body) in (200, 201)
        for algorithm in ("sha1", "md5"):
            digest = hashlib.new(algorithm, body).hexdigest()
            assert self.status("PUT", repository, f"{path}.{algorithm}", digest) in (200, 201), path

    def where(self, repository, package):
        group, _, artifact = package.partition(":")
        return {
            "domain": "shop", "repository": repository, "format": "maven", "namespace": group, "package": artifact
        }

    def versions(self, repository, package):
        """The versions that a repository holds, with their statuses."""
        try:
            found = self.codeartifact.list_package_versions(**self.where(repository, package))["versions"]
        except self.codeartifact.exceptions.ResourceNotFoundException:
            return {}
        return {item["version"]: item["status"] for item in found}

    def assets(self, repository, package, version):
        found = self.codeartifact.list_package_version_assets(
            **self.where(repository, package), packageVersion=version
        )["assets"]
        return {item["name"]: item for item in found}

    def describe(self, repository, package, version):
        where = {**self.where(repository, package), "packageVersion": version}
        return self.codeartifact.describe_package_version(**where)["packageVersion"]

    def eventually(self, what):
        """Waits for what happens in the background."""
        deadline = time.monotonic() + 20
        while not (found := what()):
            assert time.monotonic() < deadline, "it did not happen within 20 s"
            time.sleep(0.02)
        return found


def metadata(group, artifact, *versions):
    """What Maven puts at the end of a deploy."""
    listed = "".join(f"<version>{version}</version>" for version in versions)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<metadata><groupId>{group}</groupId>'
        f"<artifactId>{artifact}</artifactId><versioning><release>{versions[-1]}</release>"
        f"<versions>{listed}</versions><lastUpdated>20261120173706</lastUpdated></versioning></metadata>"
    )


def pom(group, artifact, version, more=""):
    return (
        f'<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>{more}</project>"
    )


@pytest.fixture
def shop(connected):
    connected.public.failing = False
    shop = Shop(connected)
    yield shop
    shop.home.discard()
