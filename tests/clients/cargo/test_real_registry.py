"""One build from the real public registry, through the server's own default upstream."""

import os
import subprocess

import pytest

from tests.aws import answer
from tests.clients.cargo.conftest import CONNECTION, Cargo, Shop
from tests.server import Server

CRATE, VERSION = "itoa", "1.0.11"


def unreachable():
    """Why the public registry cannot be reached from here, or None."""
    asked = subprocess.run(["cargo", "info", f"{CRATE}@{VERSION}"], capture_output=True, text=True, timeout=60, cwd="/")
    return None if asked.returncode == 0 else f"the public registry cannot be reached: {asked.stderr[-300:]}"


@pytest.mark.max_seconds(170)
def test_a_real_crate_is_built(capsys):
    reason = unreachable()
    if reason:
        with capsys.disabled():
            print(f"\nSKIPPED the build from the real registry: {reason}")
        pytest.skip(reason)
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOMEREGION_"))}
    server = Server(**mine)
    cargo = None
    try:
        shop = Shop(server.start())
        cargo = Cargo(shop, replaces=True)
        project = cargo.package("project", "0.1.0", "", f'{CRATE} = "={VERSION}"\n')
        cargo.run("build", cwd=project)
        assert shop.packages("app") == shop.packages("store") == {CRATE}
        where = shop.where("app", CRATE, packageVersion=VERSION)
        version = answer(shop.codeartifact.describe_package_version(**where))["packageVersion"]
        assert version["origin"]["domainEntryPoint"] == {"externalConnectionName": CONNECTION}
        assert version["summary"] and version["licenses"] == [{"name": "MIT OR Apache-2.0"}]
        shop.disconnect()
        cargo.forget()
        cargo.run("fetch", "--locked", cwd=project)
    finally:
        if cargo:
            cargo.discard()
        server.discard()
