"""`aws codeartifact login --tool swift` over TLS, with a stand-in for swift that writes down what it is told."""

import urllib.request

import pytest

from tests.commandline import Home

APP = ["--domain", "shop", "--repository", "app"]


@pytest.fixture
def home(shop):
    home = Home(shop.server, shop.account)
    program = home.bin / "swift"
    program.write_text('#!/bin/sh\necho "$@" >> "$HOME/ran"\n')
    program.chmod(0o755)
    yield home
    home.discard()


def test_scenario_31_swift_is_logged_in(shop, home):
    home.run("aws", "codeartifact", "login", "--tool", "swift", *APP, "--namespace", "acme")
    ran = (home.folder / "ran").read_text().splitlines()
    url = shop.url()
    assert url.startswith("https://") and url.endswith("/app/")
    assert ran[0] == f"package-registry set {url} --scope acme"
    assert ran[1].startswith(f"package-registry login {url}login")
    netrc = (home.folder / ".netrc").read_text().split()
    assert netrc[:4] == ["machine", "127.0.0.1", "login", "token"]
    request = urllib.request.Request(f"{url}login", data=b"", headers={"Authorization": f"Bearer {netrc[5]}"})
    with urllib.request.urlopen(request, context=shop.context, timeout=10) as answer:
        assert (answer.status, answer.headers["Content-Version"]) == (200, "1")
