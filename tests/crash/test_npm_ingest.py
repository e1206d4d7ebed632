"""kill -9 while versions come in from a public registry: what was handed out is kept in both repositories, whole."""

import hashlib
import http.client
import os
import random
import threading
import time

import pytest

from tests.aws import Caller
from tests.clients.fixture_registry import FixtureRegistry
from tests.server import Server, fetch

KILLS = 60 if os.environ.get("HOMEREGION_TEST_FULL") else 6
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"
PACKAGES = 200
VERSIONS = ("1.0.0", "1.1.0", "2.0.0-beta.1")
WORKERS = 4


class Fetching:
    """Workers that download through repositories until the server goes away."""

    def __init__(self, server, handed_out, dice):
        self.server = server
        self.handed_out = handed_out
        self.dice = dice
        self.stop = threading.Event()
        self.faults = []

    def run(self, seconds, token, repositories):
        threads = [threading.Thread(target=self.work, args=(token, repositories)) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.server.kill()
        self.stop.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a worker hangs"
        assert not self.faults, self.faults[:3]

    def work(self, token, repositories):
        while not self.stop.is_set():
            repository, version = self.dice.choice(repositories), self.dice.choice(VERSIONS)
            name = FixtureRegistry.name(self.dice.randrange(PACKAGES))
            try:
                status, _, body = fetch("GET", address(self.server, repository, name, version), headers=token)
            except OSError:
                return
            except http.client.IncompleteRead as error:
                # An answer that the kill cut off is none; a server that runs cuts none off.
                if not self.server.killed:
                    self.faults.append(error)
                return
            except Exception:  # noqa: BLE001 - half an answer, since the server is gone
                if self.server.running:
                    raise
                return
            if status != 200:
                self.faults.append((status, body[:300]))
                return
            self.handed_out[repository, name, version] = hashlib.sha256(body).hexdigest()


def address(server, repository, name, version):
    bare = name.rsplit("/", 1)[-1]
    return f"{server.endpoint}/npm/d/shop-{ACCOUNT}/{repository}/{name}/-/{bare}-{version}.tgz"


def held(caller, repository):
    """Every version that a repository holds, with the SHA-256 of its only asset."""
    api, found = caller.codeartifact, {}
    for page in api.get_paginator("list_packages").paginate(domain="shop", repository=repository):
        for package in page["packages"]:
            where = {"domain": "shop", "repository": repository, "format": "npm", "package": package["package"]}
            name = package["package"]
            if "namespace" in package:
                where["namespace"], name = package["namespace"], f"@{package['namespace']}/{name}"
            for version in api.list_package_versions(**where)["versions"]:
                [asset] = api.list_package_version_assets(**where, packageVersion=version["version"])["assets"]
                found[name, version["version"]] = asset["hashes"]["SHA-256"]
    return found


def compare(server, handed_out, repositories):
    caller = Caller(server, ACCOUNT)
    store = held(caller, "store")
    for repository in repositories:
        here = held(caller, repository)
        expected = {key[1:]: digest for key, digest in handed_out.items() if key[0] == repository}
        assert expected.items() <= here.items(), "what was handed out is gone"
        assert here.items() <= store.items(), "a repository retained what the one with the connection lacks"
    return len(store)


@pytest.mark.max_seconds(120 + KILLS * 15)
def test_what_was_handed_out_is_kept_whole():
    dice = random.Random(SEED)
    public = FixtureRegistry(packages=PACKAGES).start()
    server = Server(HOMEREGION_UPSTREAM_NPMJS=public.url)
    try:
        caller = Caller(server.start(), ACCOUNT)
        caller.codeartifact.create_domain(domain="shop")
        caller.codeartifact.create_repository(domain="shop", repository="store")
        where = {"domain": "shop", "repository": "store", "externalConnection": "public:npmjs"}
        caller.codeartifact.associate_external_connection(**where)
        handed_out, repositories, kept = {}, [], 0
        for kill in range(KILLS):
            # A fresh repository, so that there is always something new to retain.
            repositories.append(f"app-{kill}")
            caller = Caller(server, ACCOUNT)
            upstreams = [{"repositoryName": "store"}]
            caller.codeartifact.create_repository(domain="shop", repository=repositories[-1], upstreams=upstreams)
            found = caller.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
            token = {"Authorization": f"Bearer {found}"}
            Fetching(server, handed_out, dice).run(dice.uniform(0.1, 0.6), token, repositories[-2:])
            verified = server.verify()
            assert verified.returncode == 0, f"after kill {kill + 1}: {verified.stdout}{verified.stderr}"
            server.start()
            kept = compare(server, handed_out, repositories[-2:])
        public.stop()
        [(key, digest)] = dice.sample(sorted(handed_out.items()), 1)
        status, _, body = fetch("GET", address(server, *key), headers=token)
        assert (status, hashlib.sha256(body).hexdigest()) == (200, digest)
        assert kept > KILLS, "there was hardly any load"
        assert "panicked" not in server.read_log()
    finally:
        public.stop()
        server.discard()
