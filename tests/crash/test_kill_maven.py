"""kill -9 while Maven versions are deployed and brought in: what was acknowledged is there, nothing is half done."""

import os
import random
import threading
import time
import uuid

import pytest

from tests.clients.maven.conftest import Shop, metadata, pom
from tests.clients.maven.public_repository import PublicRepository
from tests.server import Server

KILLS = 40 if os.environ.get("HOMEREGION_TEST_FULL") else 6
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))


class Work:
    """Deploys and downloads until the server goes away; knows what was acknowledged."""

    def __init__(self, shop):
        self.shop = shop
        self.stop = threading.Event()
        self.deployed = {}
        self.begun = {}
        self.brought = set()
        self.faults = []

    def deploy(self):
        artifact = f"lib-{uuid.uuid4().hex[:8]}"
        base = f"com/acme/{artifact}/1.0/{artifact}-1.0"
        jar = os.urandom(64 << 10)
        self.begun[artifact] = jar
        self.shop.put("app", f"{base}.jar", jar)
        self.shop.put("app", f"{base}.pom", pom("com.acme", artifact, "1.0"))
        self.shop.put("app", f"com/acme/{artifact}/maven-metadata.xml", metadata("com.acme", artifact, "1.0"))
        self.deployed[artifact] = jar

    def bring(self):
        artifact = f"part-{uuid.uuid4().hex[:8]}"
        self.shop.public.add("org.public", artifact, "1.0")
        status, _, body = self.shop.get("app", f"org/public/{artifact}/1.0/{artifact}-1.0.jar")
        assert (status, body) == (200, f"{artifact} 1.0 .jar".encode()), (status, body)
        self.brought.add(artifact)

    def repeat(self, work):
        while not self.stop.is_set():
            try:
                work()
            except OSError:
                return
            except Exception as error:  # noqa: BLE001 - the test reports it
                # An answer that was cut off is none.
                if self.shop.server.running and not self.stop.is_set():
                    self.faults.append(error)
                return

    def until_killed(self, seconds):
        self.stop.clear()
        works = [self.deploy] * 3 + [self.bring] * 3
        threads = [threading.Thread(target=self.repeat, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.stop.set()
        self.shop.server.kill()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a worker hangs"
        assert not self.faults, self.faults[:3]

    def check(self):
        """The registry is off: what was handed out is here."""
        self.shop.public.failing = True
        for artifact, jar in self.deployed.items():
            assert self.shop.versions("app", f"com.acme:{artifact}") == {"1.0": "Published"}
            assert self.shop.get("app", f"com/acme/{artifact}/1.0/{artifact}-1.0.jar")[2] == jar
        for artifact in self.brought:
            body = self.shop.get("app", f"org/public/{artifact}/1.0/{artifact}-1.0.jar")[2]
            assert body == f"{artifact} 1.0 .jar".encode()
            assert self.shop.versions("store", f"org.public:{artifact}") == {"1.0": "Published"}
        for artifact, jar in self.begun.items():
            found = self.shop.versions("app", f"com.acme:{artifact}")
            if not found:
                continue
            assets = self.shop.assets("app", f"com.acme:{artifact}", "1.0")
            assert assets[f"{artifact}-1.0.jar"]["size"] == len(jar)
            assert found == {"1.0": "Published" if "maven-metadata.xml" in assets else "Unfinished"}
        self.shop.public.failing = False


@pytest.mark.max_seconds(600)
def test_nothing_acknowledged_is_lost_and_nothing_is_half_done():
    dice = random.Random(SEED)
    public = PublicRepository().start()
    server = Server(HOMEREGION_UPSTREAM_MAVEN_CENTRAL=public.url)
    server.public = public
    try:
        server.start()
        work = Work(Shop(server))
        for _ in range(KILLS):
            work.until_killed(dice.uniform(0.05, 0.8))
            server.start()
            work.check()
        assert work.deployed and work.brought
        # Whatever was begun can be ended.
        for artifact, jar in work.begun.items():
            work.shop.put("app", f"com/acme/{artifact}/1.0/{artifact}-1.0.jar", jar)
            listed = metadata("com.acme", artifact, "1.0")
            work.shop.put("app", f"com/acme/{artifact}/maven-metadata.xml", listed)
            assert work.shop.versions("app", f"com.acme:{artifact}") == {"1.0": "Published"}
        server.stop()
        verified = server.verify()
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        server.discard()
        public.stop()
