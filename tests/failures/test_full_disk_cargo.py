"""A full disk while crates are published and come in from outside: refused, nothing half kept, and fine once there is room."""

import os

import pytest

from tests.clients.cargo.conftest import Shop
from tests.clients.cargo.registry import CrateRegistry
from tests.clients.cargo.test_wire import publication
from tests.failures.small_disk import SmallDisk
from tests.server import Server, fetch


@pytest.fixture
def disk():
    disk = SmallDisk(megabytes=24)
    try:
        yield disk
    finally:
        disk.discard()


def test_crates_are_refused_read_and_sound(disk):
    registry = CrateRegistry().start()
    for number in range(100):
        registry.publish("fixture-large", f"1.{number}.0", f"// {os.urandom(60_000).hex()}")
    server = Server(database="sqlite", HOMEREGION_UPSTREAM_CRATES_IO=registry.url)
    server.data = disk.path / "data"
    try:
        shop = Shop(server.start())
        headers = {"Authorization": shop.token()}

        def publish(version):
            body, _ = publication("own-kit", version, size=60_000)
            return fetch("PUT", shop.url("app") + "api/v1/crates/new", body, headers)

        def bring(number):
            return fetch("GET", shop.url("app") + f"api/v1/crates/fixture-large/1.{number}.0/download", headers=headers)

        assert publish("1.0.0")[0] == 200
        assert bring(0)[0] == 200
        disk.fill(leave=3 * 1024 * 1024)
        published, brought, refused = ["1.0.0"], [0], []
        for number in range(1, 100):
            for kept, status, body, what in (
                (published, *publish(f"1.{number}.0")[::2], f"1.{number}.0"),
                (brought, *bring(number)[::2], number),
            ):
                if status == 200:
                    kept.append(what)
                else:
                    refused.append((status, body))
            if len(refused) > 3:
                break
        assert len(refused) > 3, "the disk never filled up"
        assert all(status >= 500 and b"errors" in body for status, body in refused), refused
        assert any(b"no space left" in body for _, body in refused), refused
        assert not any((server.data / "blobs" / "staging").iterdir()), "what was refused leaves nothing behind"
        assert bring(0)[0] == 200, "reads go on"
        disk.free()
        server.restart(kill=True)
        headers["Authorization"] = shop.token()
        assert set(shop.versions("app", "own-kit")) == set(published)
        assert set(shop.versions("app", "fixture-large")) == {f"1.{number}.0" for number in brought}
        assert publish("2.0.0")[0] == 200
        assert bring(99)[0] == 200
        for version in published:
            assert fetch("GET", shop.url("app") + f"api/v1/crates/own-kit/{version}/download", headers=headers)[0] == 200
        assert "panicked" not in server.read_log()
        assert server.stop() == 0
        verified = server.verify()
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        registry.stop()
        server.discard()
