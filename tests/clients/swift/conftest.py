"""A server that speaks TLS, a domain with `app` above `store` on it, and requests as SwiftPM sends them."""

import http.client
import json
import ssl

import boto3
import pytest
from botocore.config import Config

from tests.aws import REGION, fresh_account
from tests.server import Server


@pytest.fixture(scope="session")
def swift_server():
    server = Server(arguments=["--tls-self"])
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()


@pytest.fixture
def shop(swift_server):
    return Shop(swift_server)


class Shop:
    """One account: its domain and its boto3."""

    def __init__(self, server):
        self.server = server
        self.account = fresh_account()
        self.authority = server.data / "tls" / "ca.pem"
        self.context = ssl.create_default_context(cafile=str(self.authority))
        self.codeartifact = boto3.client(
            "codeartifact",
            endpoint_url=server.endpoint,
            region_name=REGION,
            aws_access_key_id=self.account,
            aws_secret_access_key="secret",
            verify=str(self.authority),
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )
        self.codeartifact.create_domain(domain="shop")
        self.codeartifact.create_repository(domain="shop", repository="store")
        self.codeartifact.create_repository(domain="shop", repository="app", upstreams=[{"repositoryName": "store"}])
        self.token = self.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]

    def url(self, repository="app"):
        """The endpoint as the API gives it."""
        found = self.codeartifact.get_repository_endpoint(domain="shop", repository=repository, format="swift")
        return found["repositoryEndpoint"]

    def ask(self, method, rest, body=None, repository="app", credentials=None, **headers):
        """One request; gives status, headers and body."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, context=self.context, timeout=30)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Authorization"] = credentials or f"Bearer {self.token}"
        try:
            connection.request(method, f"/swift/d/shop-{self.account}/{repository}/{rest}", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, rest, **more):
        status, _, body = self.ask("GET", rest, **more)
        assert status == 200, (status, body)
        return json.loads(body)

    def of(self, package, **more):
        """The members of a call about a package of scope acme."""
        return {"domain": "shop", "format": "swift", "namespace": "acme", "package": package, **more}
