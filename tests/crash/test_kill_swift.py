"""kill -9 while Swift packages are published and kept from upstream: a release is there whole, or not at all."""

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
from tests.clients.swift.archives import form, pack
from tests.server import Server, fetch

KILLS = 60 if os.environ.get("HOMEREGION_TEST_FULL") else 6
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"


class Expected:
    """The digests of what the server acknowledged, and of what it was asked without an answer."""

    def __init__(self):
        self.held = {}
        self.unsure = {}


class Load:
    """Workers that publish and fetch until the server goes away."""

    def __init__(self, server, expected, dice):
        self.server = server
        self.expected = expected
        self.dice = dice
        self.faults = []
        self.token = Caller(server, ACCOUNT).codeartifact.get_authorization_token(domain="shop")["authorizationToken"]

    def run(self, seconds):
        threads = [threading.Thread(target=self.repeat, args=(work,)) for work in [self.publish] * 3 + [self.fetch] * 2]
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
        url = f"{self.server.endpoint}/swift/d/shop-{ACCOUNT}/{repository}/{rest}"
        return fetch(method, url, body, {"Authorization": f"Bearer {self.token}", **headers})

    def publish(self):
        name, version = f"Kit-{self.dice.randrange(5)}", f"1.0.{uuid.uuid4().int % 10**12}"
        source = "\n".join(str(uuid.uuid4()) for _ in range(self.dice.choice([1, 100, 50_000])))
        archive = pack({"Package.swift": f"// swift-tools-version:5.7\n// {version}\n"}, **{"Sources/a.swift": source})
        body, headers = form(archive, metadata=json.dumps({"description": version}), signature=b"0\x82cms")
        # urllib does not wait for the server to ask for the body.
        del headers["Expect"]
        self.expected.unsure[name, version] = hashlib.sha256(archive).hexdigest()
        status, _, answer = self.ask("PUT", "store", f"acme/{name}/{version}", body, **headers)
        assert status == 201, f"publish answered {status} {answer[:300]}"
        self.expected.held[name, version] = self.expected.unsure.pop((name, version))

    def fetch(self):
        """Downloads what is kept on the way."""
        held = list(self.expected.held)
        if not held:
            return
        name, version = self.dice.choice(held)
        status, _, body = self.ask("GET", "app", f"acme/{name}/{version}.zip")
        assert status == 200, f"download answered {status} {body[:300]}"
        assert hashlib.sha256(body).hexdigest() == self.expected.held[name, version]


def compare(server, expected):
    """Everything acknowledged is listed and whole; of the rest, what is listed is whole too."""
    load = Load(server, expected, None)
    for name in sorted({name for name, _ in [*expected.held, *expected.unsure]}):
        status, _, body = load.ask("GET", "app", f"acme/{name}")
        listed = set(json.loads(body)["releases"]) if status == 200 else set()
        acknowledged = {version for held, version in expected.held if held == name}
        assert acknowledged <= listed, f"acknowledged releases of {name} are gone"
        unsure = {version for asked, version in expected.unsure if asked == name} & listed
        assert listed == acknowledged | unsure
        for version in {*sorted(acknowledged)[-2:], *unsure}:
            digest = {**expected.held, **expected.unsure}[name, version]
            release = json.loads(load.ask("GET", "app", f"acme/{name}/{version}")[2])
            assert (release["metadata"], release["resources"][0]["checksum"]) == ({"description": version}, digest)
            manifest = load.ask("GET", "app", f"acme/{name}/{version}/Package.swift")[2]
            assert manifest.decode() == f"// swift-tools-version:5.7\n// {version}\n"
            assert hashlib.sha256(load.ask("GET", "app", f"acme/{name}/{version}.zip")[2]).hexdigest() == digest
            expected.held[name, version] = digest
    expected.unsure.clear()


@pytest.mark.max_seconds(60 + KILLS * 10)
def test_a_release_is_there_whole_or_not_at_all():
    dice = random.Random(SEED)
    server = Server()
    try:
        caller = Caller(server.start(), ACCOUNT).codeartifact
        caller.create_domain(domain="shop")
        caller.create_repository(domain="shop", repository="store")
        caller.create_repository(domain="shop", repository="app", upstreams=[{"repositoryName": "store"}])
        expected = Expected()
        for kill in range(KILLS):
            Load(server, expected, dice).run(dice.uniform(0.3, 0.8))
            verified = server.verify()
            assert verified.returncode == 0, f"after kill {kill + 1}: {verified.stdout}{verified.stderr}"
            server.start()
            compare(server, expected)
        assert len(expected.held) > KILLS, f"there was hardly any load: {len(expected.held)}"
        log = server.read_log()
        assert "panicked" not in log, log[-4000:]
    finally:
        server.discard()
