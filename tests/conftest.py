"""Fixtures that every black-box test may use."""

import os
import signal
from pathlib import Path

import pytest

from tests.aws import Caller
from tests.server import Server

TEST_MAX_S = int(os.environ.get("HOMEREGION_TEST_MAX_S", "120"))
LEDGER = Path(__file__).parent / "ledgers" / "operations.txt"


@pytest.fixture(autouse=True)
def no_hang(request):
    """A test that hangs fails instead."""
    seconds = TEST_MAX_S
    marker = request.node.get_closest_marker("max_seconds")
    if marker:
        seconds = marker.args[0]

    def give_up(_signal, _frame):
        raise TimeoutError(f"the test took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def pytest_configure(config):
    config.addinivalue_line("markers", "max_seconds(n): the test may take n seconds")


@pytest.fixture(scope="session")
def server():
    """One durable server for the tests that only need an account of their own."""
    server = Server()
    try:
        server.start()
        yield server
        assert server.running, f"the server died; log:\n{server.read_log()[-4000:]}"
        log = server.read_log()
        assert "panicked" not in log, log[-4000:]
        assert server.stop() == 0, "asked to stop, the server ends with 0"
    finally:
        server.discard()


@pytest.fixture
def own_server():
    """A server that the test may stop, kill and start again."""
    server = Server()
    try:
        yield server.start()
    finally:
        server.discard()


@pytest.fixture
def caller(server):
    """A fresh account in the default region."""
    return Caller(server)


@pytest.fixture
def hub(caller):
    """A fresh account whose home region is set."""
    caller.config.create_home_region_control(HomeRegion=caller.region, Target={"Type": "ACCOUNT"})
    return caller


def missing_operations():
    """The operations that the ledger says are still to come."""
    if not LEDGER.exists():
        return []
    return [line.strip() for line in LEDGER.read_text().splitlines() if line.strip() and not line.startswith("#")]


@pytest.fixture
def needs():
    """Skips a test whose operations are on the ledger."""
    def check(*operations):
        names = {entry.replace(".", " ").replace(":", " ").split()[-1] for entry in missing_operations()}
        missing = sorted(set(operations) & names)
        if missing:
            pytest.skip(f"on the ledger: {', '.join(missing)}")
    return check
