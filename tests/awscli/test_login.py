"""`aws codeartifact login` for each of its tools: what it asks, what it writes, and what the server makes of it later."""

import configparser
import json
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.aws import Caller, fresh_account
from tests.boto3.packages import publish_npm, token
from tests.commandline import Home, tools
from tests.server import Server, fetch

APP = ["--domain", "shop", "--repository", "app"]
DONE = "Successfully configured {} to use AWS CodeArtifact repository {}"


def furnished(home):
    """Gives a home the tools that are there, and stand-ins for those of which only the command line is looked at."""
    pip = tools() / "venv" / "bin" / "pip"
    (home.bin / "pip").symlink_to(pip)
    for name in ("nuget", "dotnet"):
        program = home.bin / name
        program.write_text('#!/bin/sh\necho "$@" >> "$HOME/ran"\necho "Registered Sources:"\n')
        program.chmod(0o755)
    return home


@pytest.fixture
def home(server):
    home = furnished(Home(server, fresh_account()))
    caller = Caller(server, home.account)
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(domain="shop", repository="app")
    yield home
    home.discard()


def login(home, tool, *more, **how):
    return home.run("aws", "codeartifact", "login", "--tool", tool, *APP, *more, **how)


def endpoint(home, package_format):
    return f"{home.server.endpoint}/{package_format}/d/shop-{home.account}/app/"


def pypirc(home):
    read = configparser.ConfigParser(interpolation=None)
    read.read(home.folder / ".pypirc")
    return read


def test_scenario_31_npm_pip_and_twine_are_logged_in(home):
    printed = login(home, "npm", "--endpoint-url", home.server.endpoint, "--duration-seconds", "0")
    url = endpoint(home, "npm")
    assert DONE.format("npm", url) in printed and "Login expires in 12 hours" in printed
    npmrc = (home.folder / ".npmrc").read_text()
    assert f"registry={url}" in npmrc and ":_authToken=eyJ2ZXIiOjE" in npmrc.replace('"', "")
    home.npm("ping")
    assert home.npm("whoami").strip() == f"arn:aws:iam::{home.account}:user/local"

    assert DONE.format("pip", endpoint(home, "pypi")) in login(home, "pip")
    index = home.run("pip", "config", "get", "global.index-url").strip()
    scheme, rest = endpoint(home, "pypi").split("://")
    assert index.startswith(f"{scheme}://aws:eyJ2ZXIiOjE") and index.endswith(f"@{rest}simple/")

    assert DONE.format("twine", endpoint(home, "pypi")) in login(home, "twine")
    section = pypirc(home)["codeartifact"]
    assert (section["repository"], section["username"]) == (endpoint(home, "pypi"), "aws")
    assert section["password"].startswith("eyJ2ZXIiOjE")

    scoped = login(home, "npm", "--namespace", "@acme")
    assert DONE.format("npm", url) in scoped
    assert f"@acme:registry={url}" in (home.folder / ".npmrc").read_text()


def test_scenario_31_a_namespace_is_an_error_of_the_command_line_after_both_calls(home):
    said = login(home, "pip", "--namespace", "acme", fails=True)
    assert "Argument --namespace is not supported for pip" in said
    deadline = time.monotonic() + 10
    asked = set()
    # The log is written beside the answers.
    while len(asked) < 2 and time.monotonic() < deadline:
        log = [line for line in home.server.read_log().splitlines() if f"account={home.account} " in line]
        names = ("GetAuthorizationToken", "GetRepositoryEndpoint")
        asked = {name for name in names for line in log if name in line and "status=200" in line}
        time.sleep(0.05)
    assert len(asked) == 2, asked


def test_scenario_31_the_other_tools_get_their_commands(home):
    # swift wants https and a client of its own; what it would be told is all there is to see.
    printed = login(home, "swift", "--dry-run", "--namespace", "acme")
    url = endpoint(home, "swift")
    assert f"swift package-registry set {url} --scope acme" in printed
    assert f"swift package-registry login {url}login" in printed
    host = home.server.endpoint.split("://")[1].split(":")[0]
    assert f"machine {host} login token password eyJ2ZXIiOjE" in printed
    for tool in ("nuget", "dotnet"):
        printed = login(home, tool, "--dry-run")
        assert f"{endpoint(home, 'nuget')}v3/index.json" in printed and "shop/app" in printed
        printed = login(home, tool)
        assert f"to use AWS CodeArtifact repository {endpoint(home, 'nuget')}" in printed
        ran = (home.folder / "ran").read_text().splitlines()[-1]
        assert f"{endpoint(home, 'nuget')}v3/index.json" in ran and "eyJ2ZXIiOjE" in ran
    assert f"npm config set registry {endpoint(home, 'npm')}" in login(home, "npm", "--dry-run")
    for tool in ("pip", "twine"):
        assert "eyJ2ZXIiOjE" in login(home, tool, "--dry-run"), "a dry run shows the token"
    assert not (home.folder / ".npmrc").exists() and not (home.folder / ".pypirc").exists()


class Prefixed:
    """A proxy that has the server below `/prefix`, and says so."""

    def __init__(self, server):
        class Handler(BaseHTTPRequestHandler):
            def pass_on(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                assert self.path.startswith("/prefix/"), self.path
                headers = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in ("host", "connection", "content-length", "accept-encoding")
                }
                headers |= {"X-Forwarded-Host": self.headers["Host"], "X-Forwarded-Prefix": "/prefix"}
                url = server.endpoint + self.path.removeprefix("/prefix")
                status, answered, content = fetch(self.command, url, body, headers)
                self.send_response(status)
                for name, value in answered.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listening.server_port}/prefix"
        threading.Thread(target=self.listening.serve_forever, daemon=True).start()

    def stop(self):
        self.listening.shutdown()
        self.listening.server_close()


def test_scenario_31_behind_a_proxy_with_a_prefix_everything_keeps_it():
    server = Server()
    file = server.folder / "homeregion.toml"
    file.write_text('[server]\ntrusted_proxies = ["127.0.0.1"]\n')
    server.arguments += ["--config", str(file)]
    proxy = home = None
    try:
        server.start()
        home = furnished(Home(server, fresh_account()))
        caller = Caller(server, home.account)
        caller.codeartifact.create_domain(domain="shop")
        caller.codeartifact.create_repository(domain="shop", repository="app")
        proxy = Prefixed(server)
        below = f"{proxy.url}/npm/d/shop-{home.account}/app/"
        printed = login(home, "npm", "--endpoint-url", proxy.url)
        assert DONE.format("npm", below) in printed
        home.npm("publish", cwd=home.package("@acme/kit", "1.0.0"))
        project = home.project(**{"@acme/kit": "1.0.0"})
        home.npm("install", cwd=project)
        locked = json.loads((project / "package-lock.json").read_text())["packages"]["node_modules/@acme/kit"]
        assert locked["resolved"].startswith(below)
        login(home, "pip", "--endpoint-url", proxy.url)
        index = home.run("pip", "config", "get", "global.index-url").strip()
        assert index.endswith(f"/prefix/pypi/d/shop-{home.account}/app/simple/")
    finally:
        if proxy:
            proxy.stop()
        if home:
            home.discard()
        server.discard()


class Registry:
    """A registry of one npm package without versions worth having; it keeps the paths that it was asked for."""

    def __init__(self):
        self.asked = []
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                registry.asked.append(self.path)
                body = json.dumps({"name": "left", "dist-tags": {}, "versions": {}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listening.server_port}/"
        threading.Thread(target=self.listening.serve_forever, daemon=True).start()

    def stop(self):
        self.listening.shutdown()
        self.listening.server_close()


@pytest.mark.parametrize("first", ["before", "after"])
def test_a_server_in_the_home_of_its_clients_never_becomes_its_own_upstream(first):
    """The same person runs the server, npm and pip; logins and restarts come in any order."""
    public = Registry()
    server = Server()
    home = furnished(Home(server, fresh_account()))
    server.variables["HOME"] = str(home.folder)
    (home.folder / ".npmrc").write_text(f"registry={public.url}\n")
    (home.folder / ".config" / "pip").mkdir(parents=True)
    (home.folder / ".config" / "pip" / "pip.conf").write_text(f"[global]\nindex-url = {public.url}simple/\n")
    try:
        server.start()
        caller = Caller(server, home.account)
        client = caller.codeartifact
        client.create_domain(domain="shop")
        client.create_repository(domain="shop", repository="app")
        client.associate_external_connection(domain="shop", repository="app", externalConnection="public:npmjs")

        def listing(name):
            headers = {"Authorization": f"Bearer {token(caller)}"}
            server.get(f"/npm/d/shop-{home.account}/app/{name}", **headers)
            return [path for path in public.asked if path.strip("/") == name]

        if first == "before":
            assert listing("first"), "the registry of the client is asked"
        login(home, "npm")
        login(home, "pip")
        assert server.endpoint in (home.folder / ".npmrc").read_text()
        for attempt in range(2):
            server.restart(kill=attempt == 1)
            caller.server.endpoint = server.endpoint
            assert listing(f"after{attempt}"), "and still after a login and a restart"
            login(home, "npm")
        printed = server.run("upstreams", *server.storage()[:2]).stdout
        [line] = [line for line in printed.splitlines() if line.startswith("public:npmjs ")]
        assert public.url in line, line
        [line] = [line for line in printed.splitlines() if line.startswith("public:pypi ")]
        assert server.endpoint not in line, line
    finally:
        public.stop()
        home.discard()
        server.discard()


def test_npm_logout_ends_the_token(home):
    login(home, "npm")
    npmrc = home.folder / ".npmrc"
    kept = npmrc.read_text()
    home.npm("ping")
    home.npm("logout")
    npmrc.write_text(kept)
    assert "E401" in home.npm("ping", fails=True)
    login(home, "npm")
    home.npm("ping")


def test_an_operator_revokes_tokens(home):
    caller = Caller(home.server, home.account)
    server = home.server
    old = token(caller)

    def ping(bearer):
        path = f"/npm/d/shop-{home.account}/app/-/ping"
        return server.get(path, Authorization=f"Bearer {bearer}")[0]

    def revoke(*more):
        where = ["--endpoint", server.endpoint, "--account", home.account, "--region", home.region, "--domain", "shop"]
        return server.run("codeartifact", "revoke-tokens", *server.storage()[:2], *where, *more)

    assert ping(old) == 200
    done = revoke("--principal", f"arn:aws:iam::{home.account}:user/somebody-else")
    assert done.returncode == 0, done.stderr
    assert ping(old) == 200
    done = revoke("--before", "2020-01-01T00:00:00Z")
    assert done.returncode == 0 and ping(old) == 200
    done = revoke()
    assert done.returncode == 0, done.stderr
    assert "Tokens of domain shop that everybody got until" in done.stdout
    assert ping(old) == 401
    assert ping(token(caller)) == 200, "a token that is issued later is good"
    for more, says in (
        (["--before", "soon"], 'homeregion: before is "soon", which is no time'),
        (["--principal", "ann"], 'homeregion: principal is "ann", which is no ARN'),
        (["--before", "2999-01-01T00:00:00Z"], "still to come"),
        (["--domain-owner", fresh_account()], "not authorized"),
    ):
        done = revoke(*more)
        assert done.returncode == 1 and says in done.stderr, done.stderr
    status, _, body = fetch("PUT", f"{server.endpoint}/_homeregion/codeartifact/revoked-tokens", b"{}")
    assert status == 403, body


def test_revocations_survive_a_kill(own_server):
    caller = Caller(own_server)
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(domain="shop", repository="app")
    publish_npm(caller, "left", "1.0.0")
    bearer = token(caller)
    url = f"/npm/d/shop-{caller.account}/app/-/user/token/{bearer}"
    request = urllib.request.Request(
        own_server.endpoint + url, method="DELETE", headers={"Authorization": f"Bearer {bearer}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answered:
        assert answered.status == 200
    own_server.restart(kill=True)
    path = f"/npm/d/shop-{caller.account}/app/left"
    status, _, body = own_server.get(path, Authorization=f"Bearer {bearer}")
    assert status == 401 and b"revoked" in body
    # A domain of the same name is another domain.
    caller = Caller(own_server, caller.account)
    bearer = token(caller)
    assert own_server.get(path, Authorization=f"Bearer {bearer}")[0] == 200
    caller.codeartifact.delete_repository(domain="shop", repository="app")
    caller.codeartifact.delete_domain(domain="shop")
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(domain="shop", repository="app")
    status, _, body = own_server.get(path, Authorization=f"Bearer {bearer}")
    assert status == 401 and b"former domain" in body
    assert Path(own_server.data).exists()
