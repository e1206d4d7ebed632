"""Bytes that are hardly HTTP: an answer or an orderly end, never a hang, never a 500."""

import random
import socket
import time

import pytest

from tests.protocol.wire import Connection, ask, authorization, request, rest, target

CONFIG = "AWSMigrationHubMultiAccountService"


def alive(server):
    answer = ask(server, target(f"{CONFIG}.GetHomeRegion"))
    assert answer.status == 200, answer


def refused_or_closed(server, data, finish=True):
    """Sends, and checks that the server answers 4xx, or closes where it read nothing like a request."""
    with Connection(server) as connection:
        connection.send(data)
        if finish:
            connection.finish()
        answer = connection.answer()
    assert answer is None or 400 <= answer.status < 500, answer
    alive(server)
    return answer


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"\x00" * 100,
        b"\xff" * 1000,
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
        b"GET  /  HTTP/1.1\r\nHost: a\r\n\r\n",
        b"G\xc3\x84T / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
    ],
)
def test_what_is_hardly_http_ends_in_order(server, data):
    refused_or_closed(server, data)


def test_a_broken_http_2_connection_ends_in_order(server):
    with Connection(server) as connection:
        connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100)
        assert connection.closed(within_s=10)
    alive(server)


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/npm/d/shop-111122223333/app/../../../../etc/passwd",
        "/npm/d/shop-111122223333/app/%2e%2e/%2e%2e/etc/passwd",
        "/npm/d/shop-111122223333/app/..%2f..%2fetc%2fpasswd",
        "/npm/d/shop-111122223333/app/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
        "/npm/d/shop-111122223333/app/%e0%80%ae/x",
        "/npm/d/shop-111122223333/app/a%00b",
        "/npm/d/shop-111122223333/app/%",
        "/npm/d/shop-111122223333/app/%zz",
        "/npm/d/shop-111122223333/app/%ff%fe",
        "/npm/d/shop-111122223333/app//////",
        "/npm/d/shop-/app/x",
        "/npm/d/-111122223333/app/x",
        "/npm/d/",
        "/npm/",
        "/npm",
        "/assets/%2e%2e%2fassets",
        "/assets/%00",
        "/assets/..",
        "/assets/%ff",
        "/assets/",
        "//assets",
        pytest.param("/asset-models/" + "%41" * 30_000, id="long"),
        "/_homeregion/../_homeregion/health",
        "/_homeregion/%2e%2e/x",
        pytest.param("/?" + "&" * 10_000, id="ampersands"),
    ],
)
def test_a_strange_path_is_refused(server, path):
    for service in ("codeartifact", "iotsitewise"):
        answer = ask(server, rest("GET", path, service=service))
        assert answer is None or 400 <= answer.status < 500, answer
        assert answer is None or b"root:" not in answer.body
    alive(server)


def test_a_head_of_any_size_is_refused_without_being_kept(server):
    before = resident(server)
    with Connection(server) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
        answer, line = None, b"X-Filler: " + b"x" * 60_000 + b"\r\n"
        for _ in range(1700):
            try:
                connection.socket.sendall(line)
            except OSError:
                break
        else:
            pytest.fail("a hundred megabytes of head were taken")
        connection.finish()
        try:
            answer = connection.answer()
        except AssertionError:
            answer = None
    assert answer is None or answer.status in (400, 413, 431), answer
    assert resident(server) - before < 32 * 1024, "the head was kept in memory"
    alive(server)


def resident(server):
    """Kilobytes that the server keeps in memory."""
    for line in open(f"/proc/{server.process.pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


@pytest.mark.parametrize("count", [300, 5000])
def test_a_head_of_many_lines_is_refused(server, count):
    lines = "".join(f"X-{number}: y\r\n" for number in range(count)).encode()
    data = b"GET /v1/domain?domain=shop HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n"
    answer = refused_or_closed(server, data)
    assert answer is None or answer.status in (400, 403, 431), answer


def test_a_long_request_line_is_refused(server):
    answer = refused_or_closed(server, b"GET /" + b"a" * 2_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer is None or answer.status in (400, 414, 431), answer


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999999", "0x10", "5, 6", "+5", ""])
def test_a_nonsensical_length_is_refused(server, length):
    refused_or_closed(server, target(f"{CONFIG}.GetHomeRegion", b"{}", Content_Length=length))


def test_two_different_lengths_are_refused(server):
    data = target(f"{CONFIG}.GetHomeRegion", b"{}").replace(b"Content-Length: 2", b"Content-Length: 2\r\nContent-Length: 3")
    answer = refused_or_closed(server, data)
    assert answer is None or answer.status == 400


def test_a_length_and_chunks_at_once_smuggle_nothing(server):
    smuggled = request("GET", "/_homeregion/health", {})
    head = {
        "Authorization": authorization("mgh"),
        "X-Amz-Target": f"{CONFIG}.GetHomeRegion",
        "Content-Length": "4",
        "Transfer-Encoding": "chunked",
    }
    with Connection(server) as connection:
        connection.send(request("POST", "/", head, b"0\r\n\r\n" + smuggled))
        connection.finish()
        first = connection.answer()
        assert first is None or first.status < 500
        if first is not None and first.status == 400:
            assert connection.answer() is None, "a refused request must end its connection"
    alive(server)


def test_a_length_that_promises_too_much_ends_in_order(server):
    data = target(f"{CONFIG}.GetHomeRegion", b"{}", Content_Length="1000")
    refused_or_closed(server, data, finish=True)


def test_a_length_that_promises_too_little_leaves_no_second_request(server):
    body = b'{"a": 1}' + request("GET", "/_homeregion/health", {})
    data = target(f"{CONFIG}.GetHomeRegion", body, Content_Length="4")
    answer = refused_or_closed(server, data)
    assert answer is not None
    assert answer.code() == "SerializationException"


def test_a_body_that_announces_too_much_is_refused_at_once(server):
    data = target(f"{CONFIG}.GetHomeRegion", b"{", Content_Length=str(10**12))
    started = time.monotonic()
    answer = refused_or_closed(server, data, finish=False)
    assert answer is not None
    assert answer.status in (400, 413), answer
    assert time.monotonic() - started < 5


def test_an_endless_body_is_cut_off(server):
    head = request(
        "POST",
        "/",
        {
            "Authorization": authorization("mgh"),
            "X-Amz-Target": f"{CONFIG}.GetHomeRegion",
            "Content-Type": "application/x-amz-json-1.1",
            "Transfer-Encoding": "chunked",
        },
    )
    before = resident(server)
    with Connection(server) as connection:
        connection.send(head)
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        for _ in range(3000):
            try:
                connection.socket.sendall(chunk)
            except OSError:
                break
        else:
            pytest.fail("two hundred megabytes of body were taken")
    assert resident(server) - before < 96 * 1024
    alive(server)


@pytest.mark.parametrize("chunks", [b"zz\r\n{}\r\n0\r\n\r\n", b"2\r\n{}", b"2\r\n{}XX0\r\n\r\n", b"ffffffffffffffffff\r\n{}", b"-2\r\n{}\r\n0\r\n\r\n"])
def test_broken_chunks_are_refused(server, chunks):
    headers = {"Authorization": authorization("mgh"), "X-Amz-Target": f"{CONFIG}.GetHomeRegion", "Transfer-Encoding": "chunked"}
    refused_or_closed(server, request("POST", "/", headers, chunks))


def test_chunks_in_order_are_a_body(server):
    headers = {"Authorization": authorization("mgh"), "X-Amz-Target": f"{CONFIG}.GetHomeRegion", "Transfer-Encoding": "chunked"}
    answer = ask(server, request("POST", "/", headers, b"1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n"))
    assert answer.status == 200, answer


@pytest.mark.max_seconds(150)
def test_a_slow_client_is_not_waited_for_forever(server):
    """A head that never ends, and a body that never comes."""
    half_head = Connection(server)
    half_head.send(b"GET / HTTP/1.1\r\nHost: a\r\n")
    half_body = Connection(server)
    half_body.send(target(f"{CONFIG}.GetHomeRegion", b"{", Content_Length="100"))
    alive(server)
    try:
        assert half_head.closed(within_s=60), "half a head is kept open"
        assert half_body.closed(within_s=60), "half a body is kept open"
    finally:
        half_head.socket.close()
        half_body.socket.close()


def test_many_idle_connections_keep_nobody_out(server):
    idle = [Connection(server) for _ in range(200)]
    try:
        for connection in idle[:100]:
            connection.send(b"GET / HTTP/1.1\r\n")
        started = time.monotonic()
        alive(server)
        assert time.monotonic() - started < 5
    finally:
        for connection in idle:
            connection.socket.close()


def test_a_client_that_leaves_harms_nobody(server):
    for _ in range(50):
        with Connection(server) as connection:
            connection.send(target(f"{CONFIG}.GetHomeRegion"))
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    alive(server)


@pytest.mark.max_seconds(120)
def test_damaged_requests_never_bring_a_server_error(server):
    """Good requests with bytes changed, dropped and doubled, from a fixed seed."""
    dice = random.Random(20261121)
    body = b'{"HomeRegion":"us-west-2","Target":{"Type":"ACCOUNT"},"DryRun":true}'
    asset = b'{"assetName":"x","assetModelId":"12345678-1234-4234-8234-123456789012"}'
    model = b'{"assetModelName":"x","assetModelHierarchies":[{"name":"h","childAssetModelId":"externalId:abc"}]}'
    good = [
        target(f"{CONFIG}.CreateHomeRegionControl", body),
        target("AWSMigrationHub.ImportMigrationTask", b'{"ProgressUpdateStream":"a","MigrationTaskName":"b","DryRun":true}'),
        rest("POST", "/v1/domain?domain=shop", b'{"tags":[{"key":"a","value":"b"}]}'),
        rest("GET", "/v1/repository?domain=shop&repository=app&domain-owner=111122223333"),
        rest("POST", "/assets", asset, service="iotsitewise"),
        rest("POST", "/asset-models", model, service="iotsitewise"),
        rest("GET", "/npm/d/shop-111122223333/app/@scope%2fname"),
        rest("PUT", "/npm/d/shop-111122223333/app/name", b'{"_id":"name","versions":{},"_attachments":{}}'),
    ]
    deadline = time.monotonic() + 8
    count = 0
    while time.monotonic() < deadline:
        data = bytearray(dice.choice(good))
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(data))
            choice = dice.randrange(4)
            if choice == 0:
                data[at] = dice.randrange(256)
            elif choice == 1:
                del data[at:at + dice.randint(1, 8)]
            elif choice == 2:
                data[at:at] = bytes(dice.randrange(256) for _ in range(dice.randint(1, 8)))
            else:
                data[at:at] = data[at:at + dice.randint(1, 40)]
        with Connection(server) as connection:
            connection.send(bytes(data))
            connection.finish()
            try:
                answer = connection.answer()
            except (ValueError, AssertionError):
                continue
        assert answer is None or answer.status < 500 or answer.status == 501, (bytes(data), answer)
        count += 1
    assert count > 100
    alive(server)
