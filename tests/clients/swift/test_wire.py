"""SwiftPM's requests over TLS, and what the API says of releases."""

import base64
import hashlib
import json
import socket
import ssl

import pytest

from tests.aws import answer, refused
from tests.clients.swift.archives import JSON, form, pack

METADATA = {
    "author": {"name": "A"},
    "description": "a kit",
    "licenseURL": "https://git.example/license",
    "repositoryURLs": ["https://git.example/acme/Kit.git"],
}
MANIFESTS = {
    "Package.swift": "// swift-tools-version:5.9\nplain\n",
    "Package@swift-5.8.swift": "// swift-tools-version:5.8\nfive eight\n",
}


def publish(shop, release, archive=None, repository="app", **more):
    body, headers = form(archive or pack(MANIFESTS), **more)
    return shop.ask("PUT", release, body, repository, **headers)


def test_scenario_29_publish_list_and_consume(shop):
    archive = pack(MANIFESTS, **{"Sources/Kit/Kit.swift": "let a = 1\n"})
    more = {"metadata": json.dumps(METADATA), "signature": b"0\x82cms", "metadata_signature": b"0\x82cms too"}
    status, headers, _ = publish(shop, "Acme/Kit/1.0.0", archive, **more)
    assert (status, headers["Location"], headers["Content-Version"]) == (201, f"{shop.url()}Acme/Kit/1.0.0", "1")
    status, headers, body = publish(shop, "acme/kit/1.0.0", archive, **more)
    assert (status, headers["Content-Type"]) == (409, "application/problem+json")
    assert "already exists" in json.loads(body)["detail"]
    for name in ("acme/kit", "ACME/Kit.json"):
        assert list(shop.json(name, Accept=JSON)["releases"]) == ["1.0.0"]
    release = shop.json("acme/Kit/1.0.0", Accept=JSON)
    assert (release["id"], release["metadata"]) == ("acme.kit", METADATA)
    assert release["resources"][0]["checksum"] == hashlib.sha256(archive).hexdigest()
    status, headers, body = shop.ask("GET", "acme/Kit/1.0.0.zip", Accept="application/vnd.swift.registry.v1+zip")
    assert (status, body, headers["Content-Length"]) == (200, archive, str(len(archive)))
    assert headers["Digest"] == "sha-256=" + base64.b64encode(hashlib.sha256(archive).digest()).decode()
    assert headers["X-Swift-Package-Signature"] == base64.b64encode(b"0\x82cms").decode()
    manifest = "acme/Kit/1.0.0/Package.swift"
    status, headers, body = shop.ask("GET", manifest, Accept="application/vnd.swift.registry.v1+swift")
    assert (status, body.decode()) == (200, MANIFESTS["Package.swift"])
    assert 'filename="Package@swift-5.8.swift"; swift-tools-version="5.8"' in headers["Link"]
    for version in ("5.8", "5.8.0"):
        assert shop.ask("GET", f"{manifest}?swift-version={version}")[2].decode() == MANIFESTS["Package@swift-5.8.swift"]
    status, headers, _ = shop.ask("GET", f"{manifest}?swift-version=4.2")
    assert (status, headers["Location"]) == (303, shop.url() + manifest)
    found = shop.json("identifiers?url=https://git.example/acme/Kit.git", Accept=JSON)
    assert found == {"identifiers": ["acme.kit"]}


def test_login_takes_the_token_in_every_shape(shop):
    def login(credentials):
        return shop.ask("POST", "login", b"", credentials=credentials)[0]

    basic = [base64.b64encode(f"{user}:{shop.token}".encode()).decode() for user in ("token", "aws")]
    assert [login(f"Bearer {shop.token}"), *(login(f"Basic {one}") for one in basic)] == [200, 200, 200]
    status, headers, _ = shop.ask("POST", "login", b"", credentials="Bearer none")
    assert status == 401 and "realm=" in headers["WWW-Authenticate"] and headers["Content-Version"] == "1"


@pytest.mark.parametrize("expect, line", [("100-continue", b"HTTP/1.1 409 "), ("a-miracle", b"HTTP/1.1 417 ")])
def test_what_would_be_refused_is_not_asked_for(shop, expect, line):
    assert publish(shop, "acme/Kit/1.0.0")[0] == 201
    head = f"PUT /swift/d/shop-{shop.account}/app/acme/Kit/1.0.0 HTTP/1.1\r\nHost: 127.0.0.1:{shop.server.port}\r\n"
    head += f"Authorization: Bearer {shop.token}\r\nContent-Length: 1000000\r\nExpect: {expect}\r\n"
    head += "Content-Type: multipart/form-data;boundary=X\r\n\r\n"
    with socket.create_connection(("127.0.0.1", shop.server.port), timeout=10) as plain:
        with shop.context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
            assert connection.version() >= "TLSv1.2" and isinstance(connection, ssl.SSLSocket)
            connection.sendall(head.encode())
            assert connection.recv(1000).startswith(line)


def test_the_api_describes_releases(shop):
    assert publish(shop, "Acme/Kit/1.0.0", metadata=json.dumps(METADATA), repository="store")[0] == 201
    call = shop.codeartifact
    version = shop.of("Kit", repository="store", packageVersion="1.0.0")
    described = call.describe_package_version(**version)["packageVersion"]
    assert (described["displayName"], described["packageName"], described["summary"]) == ("Acme.Kit", "kit", "a kit")
    assert described["sourceCodeRepository"] == METADATA["repositoryURLs"][0]
    assets = {asset["name"]: asset for asset in call.list_package_version_assets(**version)["assets"]}
    assert set(assets) == {"source-archive.zip", "metadata.json", *MANIFESTS}
    content = call.get_package_version_asset(**version, asset="metadata.json")["asset"].read()
    assert json.loads(content) == METADATA
    assert hashlib.sha256(content).hexdigest() == assets["metadata.json"]["hashes"]["SHA-256"]
    assert call.list_package_version_dependencies(**version)["dependencies"] == []
    refused("ResourceNotFoundException", 404, call.get_package_version_readme, **version)


def test_releases_are_retained_copied_and_closed(shop):
    call = shop.codeartifact
    for version in ("1.0.0", "1.1.0"):
        assert publish(shop, f"acme/Kit/{version}", repository="store")[0] == 201
    assert list(shop.json("acme/kit")["releases"]) == ["1.1.0", "1.0.0"]
    assert call.list_packages(domain="shop", repository="app")["packages"] == []
    assert shop.ask("GET", "acme/kit/1.0.0.zip")[0] == 200
    held = call.list_package_versions(**shop.of("kit", repository="app"))["versions"]
    assert [(one["version"], one["status"]) for one in held] == [("1.0.0", "Published")]
    call.create_repository(domain="shop", repository="dest")
    where = shop.of("Kit", sourceRepository="app", destinationRepository="dest")
    copied = answer(call.copy_package_versions(**where, versions=["1.0.0", "1.1.0"], includeFromUpstream=True))
    assert set(copied["successfulVersions"]) == {"1.0.0", "1.1.0"}
    assert list(shop.json("acme/kit", repository="dest")["releases"]) == ["1.1.0", "1.0.0"]
    call.update_package_versions_status(**shop.of("kit", repository="dest"), versions=["1.0.0"], targetStatus="Archived")
    assert list(shop.json("acme/kit", repository="dest")["releases"]) == ["1.1.0"]
    assert shop.ask("GET", "acme/kit/1.0.0.zip", repository="dest")[0] == 404
    call.put_package_origin_configuration(
        **shop.of("kit", repository="dest"), restrictions={"publish": "BLOCK", "upstream": "ALLOW"}
    )
    assert publish(shop, "acme/Kit/2.0.0", repository="dest")[0] == 409


def test_bad_archives_are_refused(shop):
    for archive in (b"nothing", pack({"README.md": "x"})):
        status, headers, body = publish(shop, "acme/Kit/1.0.0", archive)
        assert (status, headers["Content-Type"], json.loads(body)["status"]) == (422, "application/problem+json", 422)
    assert shop.ask("GET", "acme/Kit", Accept="application/vnd.swift.registry.v2+json")[0] == 400
    assert shop.ask("GET", "acme/Kit")[0] == 404
