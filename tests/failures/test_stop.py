"""A server that is asked to end finishes the request that it has begun, and ends with 0."""

import signal
import socket
import time

import pytest

from tests.aws import Caller
from tests.protocol import wire
from tests.server import Server

STOP_MAX_S = 20


@pytest.fixture(params=[signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def how(request):
    return request.param


@pytest.fixture
def server():
    server = Server(database="sqlite")
    try:
        yield server.start()
    finally:
        server.discard()


def wait_until_closed(port):
    """Waits until nobody listens on the port any more."""
    deadline = time.monotonic() + STOP_MAX_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            return
        except ConnectionResetError:
            # It was in the listen queue when the server closed that; the next try tells.
            pass
        time.sleep(0.02)
    raise AssertionError("the server still accepts connections")


def test_a_request_whose_body_is_under_way_is_answered_and_kept(server, how):
    caller = Caller(server)
    body = b'{"HomeRegion": "us-west-2", "Target": {"Type": "ACCOUNT"}}'
    whole = wire.request(
        "POST",
        "/",
        {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AWSMigrationHubMultiAccountService.CreateHomeRegionControl",
            "Authorization": wire.authorization("mgh", account=caller.account),
        },
        body,
    )
    with wire.Connection(server) as busy, wire.Connection(server) as idle:
        idle.send(wire.target())
        assert idle.answer().status == 400
        busy.send(whole[:-10])
        # The server has read the head once a later request on another connection is answered.
        idle.send(wire.target())
        assert idle.answer().status == 400
        server.process.send_signal(how)
        wait_until_closed(server.port)
        assert server.running, "it waits for the request in flight"
        assert idle.closed(within_s=5), "an idle connection does not hold it up"
        busy.send(whole[-10:])
        answer = busy.answer()
        assert answer.status == 200, answer
        assert answer.headers.get("connection") == "close", answer
    assert server.process.wait(STOP_MAX_S) == 0
    server.process = None
    server.start()
    assert caller.config.get_home_region()["HomeRegion"] == "us-west-2"


def test_nobody_waits_for_a_client_that_says_nothing(server, how):
    with wire.Connection(server) as silent:
        silent.send(b"POST / HTTP/1.1\r\nHost: a")
        begun = time.monotonic()
        server.process.send_signal(how)
        assert server.process.wait(60) == 0
        server.process = None
        assert time.monotonic() - begun < 40
