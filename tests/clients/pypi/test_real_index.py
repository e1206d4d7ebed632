"""One install from the real public index, through the server's own default upstream."""

import os
import subprocess
import urllib.error
import urllib.request

import pytest

from tests.clients.pypi.conftest import Shop
from tests.clients.pypi.test_install import until
from tests.commandline import tools
from tests.server import Server

PACKAGE, VERSION = "rich", "13.9.4"
ASK = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"


def unreachable():
    """Why the public index cannot be reached from here, or None."""
    asked = subprocess.run(["python3", "-I", "-c", ASK], capture_output=True, text=True, timeout=30, cwd="/")
    url = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()
    if not url.startswith("http"):
        return "this machine has no pip"
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/{PACKAGE}/", timeout=20):
            return None
    except (urllib.error.URLError, OSError) as error:
        return f"the public index cannot be reached: {error}"


@pytest.mark.max_seconds(170)
def test_a_real_package_with_its_dependencies_installs(capsys):
    reason = unreachable()
    if reason:
        with capsys.disabled():
            print(f"\nSKIPPED the install from the real index: {reason}")
        pytest.skip(reason)
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOMEREGION_"))}
    server = Server(**mine)
    shop = None
    try:
        shop = Shop(server.start())
        index = shop.url("app") + "simple/"
        resolve = ["--no-cache", "--default-index", index, "--python", str(tools() / "venv" / "bin" / "python")]
        (shop.home.folder / "in.txt").write_text(f"{PACKAGE}=={VERSION}\n")
        locked = shop.home.run("uv", "pip", "compile", "in.txt", "--generate-hashes", *resolve)
        (shop.home.folder / "locked.txt").write_text(locked)
        assert shop.versions("store", PACKAGE) == {}, "resolving keeps nothing"
        shop.pip("install", "--require-hashes", "-r", "locked.txt", "--target", "site", "-i", index)
        found = shop.installed()
        assert found[PACKAGE] == VERSION and len(found) >= 4, found
        for project, version in found.items():
            name = project.lower().replace("_", "-")
            assert shop.versions("app", name) == shop.versions("store", name) == {version: "Published"}
            until(lambda name=name, version=version: len(shop.assets("store", name, version)) == 2)
        shown = shop.codeartifact.describe_package_version(**shop.where("app", PACKAGE, packageVersion=VERSION))
        assert shown["packageVersion"]["origin"]["domainEntryPoint"] == {"externalConnectionName": "public:pypi"}
        where = {"domain": "shop", "repository": "store", "externalConnection": "public:pypi"}
        shop.codeartifact.disassociate_external_connection(**where)
        shop.pip("install", "--require-hashes", "-r", "locked.txt", "--target", "again", "-i", index)
        assert shop.installed("again") == found
    finally:
        if shop:
            shop.home.discard()
        server.discard()
