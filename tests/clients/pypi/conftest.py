"""A domain with `store` (connected to the made-up index), `mid` above it and `app` above that."""

import base64
import urllib.request

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.pypi import programs
from tests.clients.pypi.dists import sdist, wheel
from tests.clients.pypi.index import Index
from tests.commandline import Home, tools
from tests.server import Server


@pytest.fixture(scope="session")
def public():
    index = Index()
    index.put("widget", wheel("widget", "1.0"), sdist("widget", "1.0"), wheel("widget", "1.1", ["gadget>=2"]))
    index.put("gadget", wheel("gadget", "2.0"), wheel("gadget", "3.0", size=2 << 20))
    yield index
    index.stop()


@pytest.fixture(scope="session")
def connected(public):
    """A server whose `public:pypi` is the made-up index."""
    server = Server(HOMEREGION_UPSTREAM_PYPI=public.url)
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()


class Shop:
    """One account: its domain, its command line, its boto3."""

    def __init__(self, server):
        self.server = server
        self.account = fresh_account()
        self.home = Home(server, self.account)
        self.caller = Caller(server, self.account)
        self.codeartifact = self.caller.codeartifact
        self.codeartifact.create_domain(domain="shop")
        for name, upstream in (("store", None), ("mid", "store"), ("app", "mid")):
            upstreams = [{"repositoryName": upstream}] if upstream else []
            self.codeartifact.create_repository(domain="shop", repository=name, upstreams=upstreams)
        where = {"domain": "shop", "repository": "store", "externalConnection": "public:pypi"}
        self.codeartifact.associate_external_connection(**where)
        # Programs by the names that people and the AWS command line call them by.
        clients = programs.environment("clients")
        for name in ("pip", "twine", "uv"):
            (self.home.bin / name).symlink_to(clients / name)
        (self.home.bin / "pip-of-old").symlink_to(tools() / "venv" / "bin" / "pip")

    def path(self, repository):
        return f"/pypi/d/shop-{self.account}/{repository}/"

    def token(self):
        return self.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]

    def url(self, repository, token=None):
        """The endpoint with credentials in it."""
        host = self.server.endpoint.removeprefix("http://")
        return f"http://aws:{token or self.token()}@{host}{self.path(repository)}"

    def bare_url(self, repository):
        return f"{self.server.endpoint}{self.path(repository)}"

    def get(self, repository, rest, method="GET", body=None, **headers):
        """A request of no client in particular; the answer's status, headers and bytes."""
        basic = base64.b64encode(f"aws:{self.token()}".encode()).decode()
        request = urllib.request.Request(self.bare_url(repository) + rest, data=body, method=method)
        for name, value in {"Authorization": f"Basic {basic}", **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()

    def where(self, repository, project, **more):
        return {"domain": "shop", "repository": repository, "format": "pypi", "package": project, **more}

    def versions(self, repository, project):
        try:
            found = self.codeartifact.list_package_versions(**self.where(repository, project))["versions"]
        except self.codeartifact.exceptions.ResourceNotFoundException:
            return {}
        return {item["version"]: item["status"] for item in found}

    def assets(self, repository, project, version):
        found = self.codeartifact.list_package_version_assets(**self.where(repository, project, packageVersion=version))
        return {item["name"] for item in found["assets"]}

    def login(self, tool, repository):
        where = ["--domain", "shop", "--repository", repository]
        return self.home.run("aws", "codeartifact", "login", "--tool", tool, *where)

    def pip(self, *arguments, program="pip", **more):
        return self.home.run(program, "--no-cache-dir", "--disable-pip-version-check", *arguments, **more)

    def installed(self, folder="site"):
        """What pip put into a folder: projects with their versions."""
        infos = (self.home.folder / folder).glob("*.dist-info")
        return dict(info.name.removesuffix(".dist-info").split("-") for info in infos)

    def write(self, *files):
        """Writes files to `dist`, each a name with its bytes; answers their paths."""
        folder = self.home.folder / "dist"
        folder.mkdir(exist_ok=True)
        for name, content in files:
            (folder / name).write_bytes(content)
        return [str(folder / name) for name, _ in files]


@pytest.fixture
def shop(connected):
    shop = Shop(connected)
    yield shop
    shop.home.discard()
