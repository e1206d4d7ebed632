"""kill -9 while NuGet packages are pushed and come in from outside: a version is there whole, or not at all."""

import hashlib
import http.client
import json
import os
import random
import threading
import time
import uuid

import pytest

from tests.aws import Caller
from tests.clients.nuget.registry import NugetRegistry, form, pack
from tests.server import Server, fetch

KILLS = 100 if os.environ.get("HOMEREGION_TEST_FULL") else 10
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"


class Load:
    """Workers that publish and fetch until the server goes away."""

    def __init__(self, server, expected, offered, dice):
        self.server = server
        self.expected = expected
        self.offered = offered
        self.dice = dice
        self.faults = []
        self.token = Caller(server, ACCOUNT).codeartifact.get_authorization_token(domain="shop")["authorizationToken"]

    def run(self, seconds):
        works = [self.publish, self.publish, self.publish, self.fetch, self.fetch]
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

    def ask(self, method, repository, rest, body=None, **headers):
        url = f"{self.server.endpoint}/nuget/d/shop-{ACCOUNT}/{repository}/{rest}"
        return fetch(method, url, body, {"Authorization": f"Bearer {self.token}", **headers})

    def publish(self):
        name, version = f"own-{self.dice.randrange(10)}", f"1.0.{uuid.uuid4().int % 10**9}"
        package = pack(name, version, uuid.uuid4().bytes * self.dice.choice([1, 1000, 100_000]))
        self.expected.unsure[name, version] = hashlib.sha256(package).hexdigest()
        content_type, body = form(package)
        status, _, said = self.ask("PUT", "app", "v3/package/", body, **{"Content-Type": content_type})
        assert status == 201, f"push answered {status} {said[:300]}"
        self.expected.held[name, version] = self.expected.unsure.pop((name, version))

    def fetch(self):
        name, version = self.dice.choice(self.offered)
        status, _, body = self.ask("GET", "app", f"v2/package/{name}/{version}")
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
        status, _, body = load.ask("GET", "app", f"v3/flatcontainer/{name}/index.json")
        listed = set(json.loads(body)["versions"]) if status == 200 else set()
        acknowledged = {version for held, version in expected.held if held == name}
        assert acknowledged <= listed, f"acknowledged versions of {name} are gone"
        unsure = {version for asked, version in expected.unsure if asked == name}
        for version in set(sorted(acknowledged)[-3:]) | unsure & listed:
            status, _, data = load.ask("GET", "app", f"v2/package/{name}/{version}")
            assert status == 200, f"{name}@{version} is listed and not downloadable"
            assert hashlib.sha256(data).hexdigest() == known[name, version]
            expected.held[name, version] = known[name, version]
    expected.unsure.clear()


@pytest.mark.max_seconds(60 + KILLS * 10)
def test_a_package_is_there_whole_or_not_at_all():
    dice = random.Random(SEED)
    registry = NugetRegistry().start()
    offered = [(f"fixture-{number}", f"1.{minor}.0") for number in range(20) for minor in range(20)]
    for name, version in offered:
        registry.publish(name, version, name.encode() * 1000)
    server = Server(HOMEREGION_UPSTREAM_NUGET_ORG=registry.url)
    try:
        caller = Caller(server.start(), ACCOUNT).codeartifact
        caller.create_domain(domain="shop")
        caller.create_repository(domain="shop", repository="store")
        caller.associate_external_connection(domain="shop", repository="store", externalConnection="public:nuget-org")
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
        registry.stop()
        server.discard()
