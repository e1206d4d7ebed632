"""kill -9 while gems are pushed and come in from outside: a gem is there whole, or not at all."""

import hashlib
import http.client
import os
import random
import threading
import time
import uuid

import pytest

from tests.aws import Caller
from tests.clients.ruby.gem_host import GemHost, pack
from tests.server import Server, fetch

KILLS = 100 if os.environ.get("HOMEREGION_TEST_FULL") else 10
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"


class Load:
    """Workers that push and fetch until the server goes away."""

    def __init__(self, server, expected, offered, dice):
        self.server = server
        self.expected = expected
        self.offered = offered
        self.dice = dice
        self.faults = []
        self.token = Caller(server, ACCOUNT).codeartifact.get_authorization_token(domain="shop")["authorizationToken"]

    def run(self, seconds):
        works = [self.push, self.push, self.push, self.fetch, self.fetch]
        threads = [threading.Thread(target=self.repeat, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.server.kill()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a worker hangs"
        assert not self.faults, self.faults[:3]

    def repeat(self, work):
        while True:
            try:
                work()
            except OSError:
                return
            except http.client.IncompleteRead as error:
                # An answer that the kill cut off is none; a server that runs cuts none off.
                if not self.server.killed:
                    self.faults.append(error)
                return
            except Exception as error:  # noqa: BLE001 - the test reports it
                self.faults.append(error)
                return

    def ask(self, method, rest, body=None):
        url = f"{self.server.endpoint}/ruby/d/shop-{ACCOUNT}/app/{rest}"
        return fetch(method, url, body, {"Authorization": f"Bearer {self.token}"})

    def push(self):
        name, version = f"own-{self.dice.randrange(10)}", f"1.0.{uuid.uuid4().int % 10**12}"
        gem = pack(name, version, source=f"# {uuid.uuid4()}\n" * self.dice.choice([1, 1000, 100_000]))
        self.expected.unsure[name, version] = hashlib.sha256(gem).hexdigest()
        status, _, body = self.ask("POST", "api/v1/gems", gem)
        assert status == 200, f"push answered {status} {body[:300]}"
        self.expected.held[name, version] = self.expected.unsure.pop((name, version))

    def fetch(self):
        name, version = self.dice.choice(self.offered)
        status, _, body = self.ask("GET", f"gems/{name}-{version}.gem")
        assert status == 200, f"download answered {status} {body[:300]}"
        self.expected.held[name, version] = hashlib.sha256(body).hexdigest()


class Expected:
    """The digests of what the server acknowledged, and of what it was asked without an answer."""

    def __init__(self):
        self.held = {}
        self.unsure = {}


def compare(server, expected):
    """Everything acknowledged is listed and has its bytes; of the rest, what is listed has them too."""
    load = Load(server, expected, [], None)
    known = {**expected.held, **expected.unsure}
    for name in sorted({name for name, _ in known}):
        status, _, body = load.ask("GET", f"info/{name}")
        lines = body.decode().splitlines()[1:] if status == 200 else []
        listed = {line.split()[0]: line.split("checksum:")[1][:64] for line in lines}
        acknowledged = {version for held, version in expected.held if held == name}
        assert acknowledged <= set(listed), f"acknowledged versions of {name} are gone"
        unsure = {version for asked, version in expected.unsure if asked == name}
        for version in set(sorted(acknowledged)[-3:]) | unsure & set(listed):
            status, _, data = load.ask("GET", f"gems/{name}-{version}.gem")
            assert status == 200, f"{name} {version} is listed and not downloadable"
            assert hashlib.sha256(data).hexdigest() == listed[version] == known[name, version]
            expected.held[name, version] = listed[version]
    expected.unsure.clear()


@pytest.mark.max_seconds(60 + KILLS * 10)
def test_a_gem_is_there_whole_or_not_at_all():
    dice = random.Random(SEED)
    host = GemHost()
    offered = [(f"fixture-{number}", f"1.{minor}.0") for number in range(20) for minor in range(10)]
    for name, version in offered:
        host.publish(name, version, source=f"# {name}\n" * 1000)
    host.start()
    server = Server(HOMEREGION_UPSTREAM_RUBY_GEMS_ORG=host.url)
    try:
        caller = Caller(server.start(), ACCOUNT).codeartifact
        caller.create_domain(domain="shop")
        caller.create_repository(domain="shop", repository="store")
        caller.associate_external_connection(domain="shop", repository="store", externalConnection="public:ruby-gems-org")
        caller.create_repository(domain="shop", repository="app", upstreams=[{"repositoryName": "store"}])
        expected = Expected()
        for kill in range(KILLS):
            Load(server, expected, offered, dice).run(dice.uniform(0.2, 0.7))
            verified = server.verify()
            assert verified.returncode == 0, f"after kill {kill + 1}: {verified.stdout}{verified.stderr}"
            server.start()
            compare(server, expected)
        names = {name.split("-")[0] for name, _ in expected.held}
        assert names == {"own", "fixture"} and len(expected.held) > KILLS * 3, f"there was hardly any load: {len(expected.held)}"
        log = server.read_log()
        assert "panicked" not in log, log[-4000:]
    finally:
        host.stop()
        server.discard()
