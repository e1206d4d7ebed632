"""One install from the real public registry, through the server's own default upstream."""

import os
import subprocess
import urllib.error
import urllib.request

import pytest

from tests.aws import answer
from tests.clients.npm.conftest import Shop
from tests.commandline import installed
from tests.server import Server

PACKAGE, VERSION = "express", "4.21.2"


def unreachable():
    """Why the public registry cannot be reached from here, or None."""
    asked = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True, timeout=30, cwd="/")
    url = asked.stdout.strip()
    if not url.startswith("http"):
        return "npm names no registry"
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/{PACKAGE}/{VERSION}", timeout=20):
            return None
    except (urllib.error.URLError, OSError) as error:
        return f"the public npm registry cannot be reached: {error}"


@pytest.mark.max_seconds(170)
def test_a_real_package_with_dozens_of_dependencies_installs(capsys):
    reason = unreachable()
    if reason:
        with capsys.disabled():
            print(f"\nSKIPPED the install from the real registry: {reason}")
        pytest.skip(reason)
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOMEREGION_"))}
    server = Server(**mine)
    shop = None
    try:
        shop = Shop(server.start())
        shop.home.login("app")
        project = shop.home.project(**{PACKAGE: VERSION})
        shop.home.npm("install", cwd=project)
        found = installed(project)
        assert found[PACKAGE] == VERSION
        assert len(found) > 50, found
        assert shop.packages("app") == shop.packages("store") == set(found)
        where = shop.where("app", PACKAGE)
        version = answer(shop.codeartifact.describe_package_version(**where, packageVersion=VERSION))["packageVersion"]
        assert version["origin"]["domainEntryPoint"] == {"externalConnectionName": "public:npmjs"}
        assert answer(shop.disconnect())["repository"]["externalConnections"] == []
        shop.home.forget_packages(project)
        shop.home.npm("ci", cwd=project)
        assert installed(project) == found
        output = shop.home.npm("install", "left-pad@1.3.0", cwd=project, fails=True)
        assert "404" in output, output
    finally:
        if shop:
            shop.home.discard()
        server.discard()
