"""Every route of every package format asks the policies before it says anything."""

import json
import struct

import pytest

from tests.aws import Caller
from tests.permissions import policy, publication, put_domain
from tests.server import fetch

READ = "codeartifact:ReadFromRepository"
PUBLISH = "codeartifact:PublishPackageVersion"
METADATA = "codeartifact:PutPackageMetadata"
BOUNDARY = "boundary-of-an-upload"

# What a client reads, by format; NAME is a package that is there, or one that is not.
READS = {
    "npm": [
        "NAME",
        "NAME/1.0.0",
        "NAME/latest",
        "NAME/-/NAME-1.0.0.tgz",
        "-/package/NAME/dist-tags",
        "-/v1/search?text=NAME",
        "-/npm/v1/attestations/NAME@1.0.0",
        "-/ping",
        "-/whoami",
        "-/npm/v1/keys",
    ],
    "pypi": [
        "simple/",
        "simple/NAME/",
        "simple/NAME/1.0.0/NAME-1.0.0-py3-none-any.whl",
        "simple/NAME/1.0.0/NAME-1.0.0-py3-none-any.whl.metadata",
    ],
    "cargo": [
        "3/k/NAME",
        "na/me/NAME",
        "config.json",
        "api/v1/crates?q=NAME",
        "api/v1/crates/NAME",
        "api/v1/crates/NAME/versions",
        "api/v1/crates/NAME/owners",
        "api/v1/crates/NAME/1.0.0",
        "api/v1/crates/NAME/1.0.0/download",
    ],
    "maven": [
        "com/example/NAME/maven-metadata.xml",
        "com/example/NAME/maven-metadata.xml.sha1",
        "com/example/NAME/1.0.0/NAME-1.0.0.pom",
        "com/example/NAME/1.0.0/NAME-1.0.0.jar",
        "com/example/NAME/1.0.0/NAME-1.0.0.jar.sha256",
        "com/example/NAME/1.0-SNAPSHOT/maven-metadata.xml",
        "com/example/",
    ],
    "generic": ["team/NAME", "team/NAME/1.0.0", "team/NAME/1.0.0/tool.bin"],
}


def crate(name):
    """What `cargo publish` sends, with an archive that nobody gets to look into."""
    metadata = {"name": name, "vers": "1.0.0", "deps": [], "features": {}, "authors": [], "license": "MIT"}
    encoded = json.dumps(metadata).encode()
    return struct.pack("<I", len(encoded)) + encoded + struct.pack("<I", 4) + b"none"


def upload(name):
    """What twine sends."""
    fields = {":action": "file_upload", "protocol_version": "1", "metadata_version": "2.1", "name": name, "version": "1.0.0"}
    fields |= {"filetype": "sdist", "pyversion": "source"}
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="{name}-1.0.0.tar.gz"\r\n\r\n'
    return "".join(parts).encode() + head.encode() + b"none\r\n" + f"--{BOUNDARY}--\r\n".encode()


# What a client changes: method, path, body, content type, the permission that is missing.
WRITES = {
    "npm": [
        ("PUT", "NAME", lambda name: publication(name, "1.0.0"), "application/json", PUBLISH),
        ("PUT", "-/package/NAME/dist-tags/beta", lambda _: b'"1.0.0"', "application/json", METADATA),
        ("DELETE", "-/package/NAME/dist-tags/beta", None, None, METADATA),
    ],
    "pypi": [("POST", "", upload, f"multipart/form-data; boundary={BOUNDARY}", PUBLISH)],
    "cargo": [
        ("PUT", "api/v1/crates/new", crate, "application/octet-stream", PUBLISH),
        ("DELETE", "api/v1/crates/NAME/1.0.0/yank", None, None, METADATA),
        ("PUT", "api/v1/crates/NAME/1.0.0/unyank", None, None, METADATA),
    ],
    "maven": [
        ("PUT", "com/example/NAME/1.0.0/NAME-1.0.0.jar", lambda _: b"none", "application/java-archive", PUBLISH),
        ("PUT", "com/example/NAME/1.0.0/NAME-1.0.0.jar.sha1", lambda _: b"0" * 40, "text/plain", PUBLISH),
        ("PUT", "com/example/NAME/maven-metadata.xml", lambda _: b"<metadata/>", "text/xml", PUBLISH),
    ],
    "generic": [("PUT", "team/NAME/1.0.0/tool.bin", lambda _: b"none", "application/octet-stream", PUBLISH)],
}


class Shop:
    """A domain whose repository `app` holds the package `kit`, and somebody of another account with a token."""

    def __init__(self, server):
        self.owner = Caller(server)
        self.stranger = Caller(server)
        self.owner.codeartifact.create_domain(domain="shop")
        self.owner.codeartifact.create_repository(domain="shop", repository="app")
        put_domain(self.owner, policy("Allow", "codeartifact:GetAuthorizationToken", self.stranger.account))

    def allow(self, effect, action, principal):
        self.owner.codeartifact.put_repository_permissions_policy(
            domain="shop", repository="app", policyDocument=policy(effect, action, principal)
        )

    def send(self, caller, method, format, path, body=None, kind=None, repository="app"):
        token = caller.codeartifact.get_authorization_token(domain="shop", domainOwner=self.owner.account)
        headers = {"Authorization": f"Bearer {token['authorizationToken']}"}
        if kind:
            headers["Content-Type"] = kind
        url = f"{self.owner.server.endpoint}/{format}/d/shop-{self.owner.account}/{repository}/{path}"
        status, _, said = fetch(method, url, headers=headers, body=body)
        return status, said.decode(errors="replace")


@pytest.fixture(scope="module")
def shop(server):
    return Shop(server)


@pytest.mark.parametrize("format", READS)
def test_another_account_reads_nothing_and_learns_nothing(shop, format):
    shop.allow("Allow", PUBLISH, shop.stranger.account)
    if format == "npm":
        assert shop.send(shop.owner, "PUT", "npm", "kit", publication("kit", "1.0.0"), "application/json")[0] in (200, 201, 409)
    for path in READS[format]:
        for method in ("GET", "HEAD"):
            answers = set()
            for name, repository in (("kit", "app"), ("absent", "app"), ("kit", "none")):
                place = path.replace("NAME", name)
                status, said = shop.send(shop.stranger, method, format, place, repository=repository)
                assert status == 403, f"{method} {place} in {repository}: {status} {said}"
                assert method == "HEAD" or READ in said, said
                answers.add(said.replace("/shop/none", "/shop/app"))
            assert len(answers) == 1, answers


@pytest.mark.parametrize("path", ["-/npm/v1/security/advisories/bulk", "-/npm/v1/security/audits/quick"])
def test_an_audit_is_a_read(shop, path):
    shop.allow("Allow", PUBLISH, shop.stranger.account)
    body = json.dumps({"kit": ["1.0.0"]}).encode()
    status, said = shop.send(shop.stranger, "POST", "npm", path, body, "application/json")
    assert (status, READ in said) == (403, True), said


@pytest.mark.parametrize("format", READS)
def test_a_denial_bites_the_owner_on_every_route(shop, format):
    shop.allow("Deny", READ, "*")
    for path in READS[format]:
        status, said = shop.send(shop.owner, "GET", format, path.replace("NAME", "kit"))
        assert (status, "explicit deny" in said) == (403, True), f"{path}: {status} {said}"


@pytest.mark.parametrize("format", WRITES)
def test_who_may_only_read_changes_nothing(shop, format):
    for principal, effect, action in (
        (shop.stranger, "Allow", READ),
        (shop.owner, "Deny", [PUBLISH, METADATA]),
    ):
        shop.allow(effect, action, principal.account)
        for method, path, body, kind, missing in WRITES[format]:
            for name in ("kit", "absent"):
                content = body(name) if body else None
                place = path.replace("NAME", name)
                status, said = shop.send(principal, method, format, place, content, kind)
                assert (status, missing in said) == (403, True), f"{method} {place}: {status} {said}"
    packages = shop.owner.codeartifact.list_packages(domain="shop", repository="app", format=format)["packages"]
    assert [package["package"] for package in packages] in ([], ["kit"])
