"""kill -9 while generic packages are published: an asset is there whole, or not at all, and nobody's half stays."""

import hashlib
import http.client
import os
import random
import threading
import time
import uuid

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.aws import Caller
from tests.server import Server, fetch

KILLS = 100 if os.environ.get("HOMEREGION_TEST_FULL") else 10
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"
PACKAGE = {"domain": "shop", "repository": "web", "format": "generic", "namespace": "team", "package": "tool"}
NETWORK_ERRORS = (BotoCoreError, OSError)


class Expected:
    """What the server acknowledged, and what it was asked without an answer; by version and asset."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}
        self.unsure = {}
        self.finished = set()


class Load:
    """Workers that publish until the server goes away."""

    def __init__(self, server, expected, dice):
        self.server = server
        self.expected = expected
        self.dice = dice
        self.faults = []

    def run(self, seconds):
        caller = Caller(self.server, ACCOUNT)
        token = caller.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
        works = [lambda number=number: self.publish(caller, number) for number in range(3)]
        works += [lambda number=number: self.put(token, number) for number in range(2)]
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
            except NETWORK_ERRORS:
                return
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 and self.server.running:
                    self.faults.append(error)
                return
            except http.client.IncompleteRead as error:
                # An answer that the kill cut off is none; a server that runs cuts none off.
                if not self.server.killed:
                    self.faults.append(error)
                return
            except Exception as error:  # noqa: BLE001 - the test reports it
                self.faults.append(error)
                return

    def content(self):
        """Mostly small, sometimes of many pieces; never the same."""
        size = self.dice.choice([10, 10_000, 3_000_000])
        return uuid.uuid4().bytes + bytes(size)

    def publish(self, caller, number):
        """Two assets of a version, the second completes it."""
        version = f"api-{number}-{uuid.uuid4()}"
        for name, unfinished in (("first", True), ("last", False)):
            content = self.content()
            digest = self.begin(version, name, content)
            caller.codeartifact.publish_package_version(
                **PACKAGE, packageVersion=version, assetName=name, assetContent=content, assetSHA256=digest,
                unfinished=unfinished,
            )
            self.end(version, name, not unfinished)

    def put(self, token, number):
        version = f"http-{number}-{uuid.uuid4()}"
        content = self.content()
        self.begin(version, "only", content)
        url = f"{self.server.endpoint}/generic/d/shop-{ACCOUNT}/web/team/tool/{version}/only"
        status, _, body = fetch("PUT", url, content, {"Authorization": f"Bearer {token}"})
        if status != 201:
            raise AssertionError(f"PUT answered {status} {body[:300]}")
        self.end(version, "only", True)

    def begin(self, version, name, content):
        digest = hashlib.sha256(content).hexdigest()
        with self.expected.lock:
            self.expected.unsure[version, name] = digest
        return digest

    def end(self, version, name, finished):
        with self.expected.lock:
            self.expected.acknowledged[version, name] = self.expected.unsure.pop((version, name))
            if finished:
                self.expected.finished.add(version)


def compare(server, expected):
    """Everything acknowledged is there with its bytes; of the rest, what is listed can be read."""
    caller = Caller(server, ACCOUNT).codeartifact
    pages = caller.get_paginator("list_package_versions").paginate(**PACKAGE)
    statuses = {item["version"]: item["status"] for page in pages for item in page["versions"]}
    known = {**expected.acknowledged, **expected.unsure}
    wanted = {version for version, _ in expected.acknowledged}
    assert wanted <= set(statuses), "acknowledged versions are gone"
    assert set(statuses) <= {version for version, _ in known}
    assert all(statuses[version] == "Published" for version in expected.finished)
    for version in {version for version, _ in expected.unsure} | set(sorted(wanted)[-5:]):
        if version not in statuses:
            continue
        found = caller.list_package_version_assets(**PACKAGE, packageVersion=version)["assets"]
        listed = {item["name"]: item["hashes"]["SHA-256"] for item in found}
        held = {name for held, name in expected.acknowledged if held == version}
        assert held <= set(listed) and listed, f"{version} has {sorted(listed)}, not {sorted(held)}"
        for name, digest in listed.items():
            read = caller.get_package_version_asset(**PACKAGE, packageVersion=version, asset=name)["asset"].read()
            assert hashlib.sha256(read).hexdigest() == digest == known[version, name]
            expected.acknowledged[version, name] = digest
        if statuses[version] == "Published":
            expected.finished.add(version)
    expected.unsure.clear()


@pytest.mark.max_seconds(60 + KILLS * 10)
def test_an_asset_is_there_whole_or_not_at_all():
    dice = random.Random(SEED)
    server = Server()
    try:
        server.start()
        caller = Caller(server, ACCOUNT).codeartifact
        caller.create_domain(domain="shop")
        caller.create_repository(domain="shop", repository="web")
        expected = Expected()
        Load(server, expected, dice).run(0.5)
        assert expected.acknowledged, "nothing was published"
        server.start()
        for kill in range(KILLS):
            Load(server, expected, dice).run(dice.uniform(0.1, 0.6))
            verified = server.verify()
            assert verified.returncode == 0, f"after kill {kill + 1}: {verified.stdout}{verified.stderr}"
            server.start()
            compare(server, expected)
        assert len(expected.acknowledged) > KILLS * 3, "there was hardly any load"
        log = server.read_log()
        assert "panicked" not in log, log[-4000:]
    finally:
        server.discard()
