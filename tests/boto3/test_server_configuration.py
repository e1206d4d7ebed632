"""The configuration file: registries of one's own, the style of endpoints, proxies, quotas, and what is said of mistakes."""

import base64
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.aws import Caller, refused
from tests.boto3.packages import generic, token
from tests.server import Server, fetch

APP = {"domain": "shop", "repository": "app"}
FORMATS = ["npm", "pypi", "maven", "nuget", "generic", "ruby", "swift", "cargo"]
# What a client of each format asks for first.
ASKED = {
    "npm": "left",
    "pypi": "simple/left/",
    "maven": "org/acme/left/1.0/left-1.0.pom",
    "cargo": "le/ft/left",
}


class PrivateRegistry:
    """A registry that has nothing, and keeps what it was asked with."""

    def __init__(self):
        self.asked = []
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                registry.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listening.server_port}/private"
        threading.Thread(target=self.listening.serve_forever, daemon=True).start()

    def stop(self):
        self.listening.shutdown()
        self.listening.server_close()


@pytest.fixture
def registry():
    registry = PrivateRegistry()
    yield registry
    registry.stop()


class Configured:
    """Servers with a configuration of their own; ends them with the test."""

    def __init__(self):
        self.servers = []

    def __call__(self, text, *arguments, **variables):
        server = Server(arguments=arguments, **variables)
        self.servers.append(server)
        file = server.folder / "homeregion.toml"
        file.write_text(text)
        server.arguments += ["--config", str(file)]
        server.config = str(file)
        return server


@pytest.fixture
def configured():
    configured = Configured()
    yield configured
    for server in configured.servers:
        server.discard()


def shop(server):
    caller = Caller(server)
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(**APP)
    return caller


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


OPENED = {
    "token": ('token = "s3cret"', "Authorization", "Bearer s3cret"),
    "token_env": ('token_env = "TEAM_TOKEN"', "Authorization", "Bearer from the environment"),
    "token_file": ('token_file = "{folder}/secret"', "Authorization", "Bearer from a file"),
    "password": ('user = "me"\npassword = "p:w"', "Authorization", basic("me", "p:w")),
    "password_file": ('user = "me"\npassword_file = "{folder}/secret"', "Authorization", basic("me", "from a file")),
    "header": ('token = "s3cret"\nheader = "X-Api-Key"', "X-Api-Key", "s3cret"),
    "raw": ('token = "s3cret"\nheader = "Authorization"', "Authorization", "s3cret"),
}


def test_a_registry_of_ones_own_serves_every_format_and_is_opened_by_any_secret(configured, registry):
    text = ""
    names = []
    for package_format in ASKED:
        # All kinds with npm, one kind with each of the others.
        kinds = OPENED if package_format == "npm" else ["token_file"]
        for kind in kinds:
            names.append((f"{package_format}-{kind}", package_format, kind))
            text += (
                f'[connections.{package_format}-{kind}]\nurl = "{registry.url}/{package_format}-{kind}"\n'
                f'format = "{package_format}"\n{OPENED[kind][0]}\n'
            )
    server = configured(text, TEAM_TOKEN="from the environment")
    (server.folder / "secret").write_text("from a file\n")
    file = server.folder / "homeregion.toml"
    file.write_text(text.replace("{folder}", str(server.folder)))
    caller = shop(server.start())
    client = caller.codeartifact
    bearer = {"Authorization": f"Bearer {token(caller)}"}
    for name, package_format, kind in names:
        where = {"domain": "shop", "repository": name}
        client.create_repository(**where)
        found = client.associate_external_connection(**where, externalConnection=f"custom:{name}")
        connection = {
            "externalConnectionName": f"custom:{name}", "packageFormat": package_format, "status": "Available",
        }
        assert found["repository"]["externalConnections"] == [connection]
        described = client.describe_repository(**where)["repository"]
        assert described["externalConnections"] == [connection]
        path = f"/{package_format}/d/shop-{caller.account}/{name}/{ASKED[package_format]}"
        status, _, body = server.get(path, **bearer)
        assert status == 404, (name, status, body)
        asked = [headers for path, headers in registry.asked if f"/{name}/" in path]
        assert asked, f"{name}: the registry was not asked"
        _, header, value = OPENED[kind]
        assert {headers.get(header.lower()) for headers in asked} == {value}, name
        found = client.disassociate_external_connection(**where, externalConnection=f"custom:{name}")
        assert found["repository"]["externalConnections"] == []
    # A secret in a file may be exchanged while the server runs.
    (server.folder / "secret").write_text("another")
    where = {"domain": "shop", "repository": "npm-token_file"}
    client.associate_external_connection(**where, externalConnection="custom:npm-token_file")
    server.get(f"/npm/d/shop-{caller.account}/npm-token_file/right", **bearer)
    assert registry.asked[-1][1]["authorization"] == "Bearer another"
    log = server.read_log()
    assert "s3cret" not in log and "from a file" not in log

    printed = server.run("upstreams", *server.storage()[:2], "--config", server.config, TEAM_TOKEN="x").stdout
    line = f"custom:npm-token  {registry.url}/npm-token/  ([connections] of the configuration file)"
    assert line in printed.splitlines()
    assert "s3cret" not in printed
    for name in ("public:maven-central", "public:maven-clojars"):
        assert f"{name}  https://" in printed


def test_all_ten_connections_are_accepted_by_their_names(configured):
    server = configured("").start()
    printed = server.run("upstreams", *server.storage()[:2]).stdout.splitlines()
    names = [line.split()[0] for line in printed if not line.startswith(" ")]
    assert len(names) == 10
    client = shop(server).codeartifact
    for name in names:
        repository = name.replace(":", "-")
        client.create_repository(domain="shop", repository=repository)
        client.associate_external_connection(domain="shop", repository=repository, externalConnection=name)
    says = "Unknown external connection: custom:team"
    refused(
        "ValidationException", 400, client.associate_external_connection, **APP,
        externalConnection="custom:team", says=says,
    )


MISTAKES = {
    "[connections.team]\nurl = 'https://x/'\nformat = 'deb'": "has the format \"deb\"; formats are npm",
    "[connections.team]\nurl = 'x'\nformat = 'npm'": "does not begin with http:// or https://",
    "[connections.team]\nurl = 'https://x/'\nformat = 'npm'\ntoken_env = 'NOT_SET_HERE'": "NOT_SET_HERE, which is not set",
    "[connections.team]\nurl = 'https://x/'\nformat = 'npm'\ntoken_file = '/none'": "/none cannot be read",
    "[upstreams]\nnpm = 'https://x/'": "\"npm\", which no external connection is called",
    "[upstreams]\nnpmjs = 'nowhere'": "not a usable http or https URL",
    "[server]\nendpoint_style = 'host'": "no base_domain",
    "[server]\ntrusted_proxies = ['x']": "neither an address nor a network",
    "[quotas]\ndomains = 1": "\"domains\", which is no quota; quotas are domains_per_account",
    "[quotas.rates]\nread = 0": "more than 0 requests in a second",
    "[[events.webhook]]\nurl = 'x'": "no http or https URL",
    "[serve]": "unknown field",
}


def test_mistakes_are_said_in_sentences(configured):
    server = configured("[connections.team]\nurl = 'http://x.example/'\nformat = 'swift'\ntoken = 't'\n")
    done = server.run("check-config", server.config)
    assert done.returncode == 0, done.stderr
    assert "can be used: 1 connection of its own, 0 webhooks." in done.stdout
    assert "swift, for which nothing is fetched" in done.stdout and "over http" in done.stdout
    for text, says in MISTAKES.items():
        (server.folder / "homeregion.toml").write_text(text)
        done = server.run("check-config", server.config)
        assert done.returncode == 1 and says in done.stderr, (text, done.stdout, done.stderr)
        assert server.config in done.stderr
    done = server.run("check-config", str(server.folder / "none.toml"))
    assert done.returncode == 1 and "cannot be read" in done.stderr


def raw(server, path, headers):
    """A GET with any Host: status and body."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_endpoints_are_handed_out_in_host_style_and_served_in_both(configured):
    server = configured(
        '[server]\nendpoint_style = "host"\nbase_domain = "codeartifact.{region}.example.com"\n'
        'dualstack_domain = "codeartifact.{region}.example.net:8443"\n'
    )
    caller = shop(server.start())
    get = caller.codeartifact.get_repository_endpoint
    label = f"shop-{caller.account}.d.codeartifact.{caller.region}"
    for package_format in FORMATS:
        found = get(**APP, format=package_format)["repositoryEndpoint"]
        assert found == f"http://{label}.example.com/{package_format}/app/"
        assert get(**APP, format=package_format, endpointType="ipv4")["repositoryEndpoint"] == found
        found = get(**APP, format=package_format, endpointType="dualstack")["repositoryEndpoint"]
        assert found == f"http://{label}.example.net:8443/{package_format}/app/"
    bearer = {"Authorization": f"Bearer {token(caller)}"}
    for host, path in (
        (f"{label}.example.com", "/npm/app/-/ping"),
        (f"{label}.anything.else:99", "/npm/app/-/ping"),
        ("localhost", f"/npm/d/shop-{caller.account}/app/-/ping"),
    ):
        assert raw(server, path, {"Host": host, **bearer}) == (200, b"{}")


def test_only_trusted_proxies_are_believed_about_the_client(configured):
    said = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "packages.example",
        "X-Forwarded-Prefix": "/aws",
    }
    for trusted, base in (('["127.0.0.0/8", "::1"]', "https://packages.example/aws"), ("[]", None)):
        server = configured(f"[server]\ntrusted_proxies = {trusted}\n").start()
        caller = shop(server)
        base = base or server.endpoint

        def add(request, **_):
            for name, value in said.items():
                request.headers[name] = value

        caller.codeartifact.meta.events.register("before-send.codeartifact.*", add)
        found = caller.codeartifact.get_repository_endpoint(**APP, format="npm")["repositoryEndpoint"]
        assert found == f"{base}/npm/d/shop-{caller.account}/app/"
        from tests.boto3.packages import publish_npm

        publish_npm(caller, "left", "1.0.0")
        headers = {"Authorization": f"Bearer {token(caller)}", **said}
        _, _, body = server.get(f"/npm/d/shop-{caller.account}/app/left", **headers)
        tarball = json.loads(body)["versions"]["1.0.0"]["dist"]["tarball"]
        assert tarball == f"{base}/npm/d/shop-{caller.account}/app/left/-/left-1.0.0.tgz"


def test_quotas_are_set_and_exceeded(configured):
    server = configured(
        "[quotas]\ndomains_per_account = 2\nrepositories_per_domain = 3\nupstreams_per_repository = 1\n"
        "tags_per_resource = 1\nassets_per_version = 1\nasset_bytes = 10\n"
    ).start()
    client = shop(server).codeartifact
    client.create_domain(domain="second")

    def exceeded(kind, name, call, **parameters):
        members = {"resourceId": name, "resourceType": kind}
        refused("ServiceQuotaExceededException", 402, call, **parameters, members=members)

    exceeded("domain", "third", client.create_domain, domain="third")
    client.create_repository(domain="shop", repository="two")
    client.create_repository(domain="shop", repository="three")
    exceeded("repository", "four", client.create_repository, domain="shop", repository="four")
    up = [{"repositoryName": name} for name in ("two", "three")]
    exceeded("repository", "app", client.update_repository, **APP, upstreams=up)
    arn = client.describe_domain(domain="shop")["domain"]["arn"]
    tags = [{"key": key, "value": ""} for key in "ab"]
    exceeded("domain", "shop", client.tag_resource, resourceArn=arn, tags=tags)
    client.publish_package_version(**generic(b"small", name="one", unfinished=True))
    refused(
        "ServiceQuotaExceededException", 402, client.publish_package_version, **generic(b"small", name="two")
    )
    refused(
        "ServiceQuotaExceededException", 402, client.publish_package_version,
        **generic(b"larger than that", version="2.0.0"),
    )


def test_rates_are_off_unless_they_are_set(configured, server):
    caller = shop(server)
    for _ in range(100):
        caller.codeartifact.get_authorization_token(domain="shop")
    limited = configured("[quotas.rates]\nget_authorization_token = 0.01\npublish_package_version = 0.01\ntoken = 0.01\naddress = 0.01\n").start()
    caller = shop(limited)
    bearer = {"Authorization": f"Bearer {token(caller)}"}
    call = caller.codeartifact.get_authorization_token
    refusal = refused("ThrottlingException", 429, call, domain="shop")
    assert 1 <= int(refusal.headers["retry-after"]) <= 100
    assert refusal.members.get("retryAfterSeconds") == int(refusal.headers["retry-after"])
    publish = caller.codeartifact.publish_package_version
    publish(**generic(b"one"))
    refused("ThrottlingException", 429, publish, **generic(b"two", version="2.0.0"))
    other = Caller(limited)
    other.codeartifact.create_domain(domain="shop")
    token(other)
    path = f"{limited.endpoint}/npm/d/shop-{caller.account}/app/-/ping"
    assert fetch("GET", path, headers=bearer)[0] == 200
    status, headers, _ = fetch("GET", path, headers=bearer)
    assert status == 429 and int(headers["Retry-After"]) >= 1
    assert [fetch("GET", path)[0] for _ in range(2)] == [401, 429]
