"""What cargo's requests meet besides cargo: offers of HTTP/2, waiting clients, parts of crates; and where upstreams are found."""

import hashlib
import json
import os
import socket
import struct

import pytest

from tests.clients.cargo.conftest import Shop, fill
from tests.clients.cargo.registry import CrateRegistry, manifest, pack
from tests.server import Server, fetch


def raw(shop, head, body=b""):
    """Sends bytes; answers everything that came back until the server closes."""
    with socket.create_connection(("127.0.0.1", shop.server.port), timeout=20) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer.decode("latin-1")


def path(shop, rest, repository="app"):
    return shop.url(repository).removeprefix(shop.server.endpoint) + rest


def publication(name, version, size=0):
    packed = pack(name, version, manifest(name, version), **{"src/lib.rs": "", "bytes": os.urandom(size).hex()})
    document = json.dumps({"name": name, "vers": version, "deps": [], "features": {}}).encode()
    return struct.pack("<I", len(document)) + document + struct.pack("<I", len(packed)) + packed, hashlib.sha256(packed).hexdigest()


def test_an_offer_of_http2_is_passed_over(shop):
    head = f"GET {path(shop, 'config.json')} HTTP/1.1\nHost: x\nAuthorization: {shop.token()}\n"
    answer = raw(shop, head + "Connection: Upgrade, HTTP2-Settings, close\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")
    assert answer.startswith("HTTP/1.1 200"), answer
    assert json.loads(answer.split("\r\n\r\n", 1)[1])["auth-required"] is True


def test_who_waits_for_leave_to_send_hears_first_whether_they_are_known(shop):
    body, _ = publication("own-kit", "1.0.0")
    head = f"PUT {path(shop, 'api/v1/crates/new')} HTTP/1.1\nHost: x\nContent-Length: {len(body)}\nExpect: 100-continue\nConnection: close"
    answer = raw(shop, head)
    assert answer.startswith("HTTP/1.1 401"), answer
    answer = raw(shop, f"{head}\nAuthorization: {shop.token()}", body)
    assert answer.startswith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"), answer


def test_a_crate_of_many_pieces_is_read_in_parts(shop):
    body, digest = publication("own-kit", "1.0.0", size=3_000_000)
    status, _, answered = fetch("PUT", shop.server.endpoint + path(shop, "api/v1/crates/new"), body, {"Authorization": shop.token()})
    assert status == 200, answered
    download = path(shop, "api/v1/crates/own-kit/1.0.0/download")
    status, headers, whole = shop.server.get(download, Authorization=shop.token())
    assert (status, hashlib.sha256(whole).hexdigest()) == (200, digest)
    assert headers["ETag"] == f'"{digest}"' and headers["Accept-Ranges"] == "bytes"
    for asked, part in (("bytes=0-9", whole[:10]), ("bytes=-7", whole[-7:]), ("bytes=2000000-", whole[2_000_000:])):
        status, headers, body = shop.server.get(download, Authorization=shop.token(), Range=asked)
        assert (status, body) == (206, part), asked
    status, _, body = shop.server.get(download, Authorization=shop.token(), **{"If-None-Match": f'"{digest}"'})
    assert (status, body) == (304, b"")


@pytest.fixture
def configured():
    """A server on a machine whose cargo reads from a made-up registry."""
    registry = CrateRegistry().start()
    fill(registry)
    server = Server()
    yield server, registry
    registry.stop()
    server.discard()


def write_configuration(server, url):
    folder = server.home / ".cargo"
    folder.mkdir(exist_ok=True)
    lines = ["[source.crates-io]", 'replace-with = "near"', "[registries.near]", f'index = "sparse+{url}"']
    (folder / "config.toml").write_text("\n".join([*lines, ""]))


def test_the_machines_cargo_says_where_the_public_registry_is(configured):
    server, registry = configured
    write_configuration(server, registry.url)
    shop = Shop(server.start())
    status, _, body = server.get(path(shop, "fi/xt/fixture-base"), Authorization=shop.token())
    assert status == 200 and len(body.splitlines()) == 2, body
    printed = server.run("upstreams", *server.storage()).stdout
    [line] = [line for line in printed.splitlines() if "public:crates-io" in line]
    assert registry.url in line and "config.toml" in printed, printed


def test_a_configuration_that_names_this_server_is_passed_over(configured):
    server, registry = configured
    write_configuration(server, registry.url)
    shop = Shop(server.start())
    # As somebody does who makes cargo use this server for everything.
    write_configuration(server, shop.url("app"))
    server.restart()
    status, _, body = server.get(path(shop, "fi/xt/fixture-base"), Authorization=shop.token())
    assert status == 200 and len(body.splitlines()) == 2, body
