"""A large generic asset with the AWS command line and plain HTTP: in and out, in little memory."""

import hashlib
import http.client
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.aws import Caller
from tests.commandline import Home

ASSET_BYTES = int(os.environ.get("HOMEREGION_TEST_ASSET_BYTES", str(200 * 1024 * 1024)))
GROWTH_BYTES_MAX = 64 * 1024 * 1024
WHERE = ["--domain", "shop", "--repository", "web", "--format", "generic", "--namespace", "team", "--package", "tool"]


def resident(server):
    """How much memory the server holds now, and held at most, in bytes."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return tuple(int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def forget_the_peak(server):
    Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


def fill(path):
    """Writes a file that nothing can make smaller; answers its SHA-256."""
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        left = ASSET_BYTES
        while left:
            chunk = os.urandom(min(left, 1 << 20))
            digest.update(chunk)
            file.write(chunk)
            left -= len(chunk)
    return digest.hexdigest()


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.max_seconds(300)
def test_a_large_asset_goes_in_and_out_in_little_memory(own_server):
    server = own_server
    home = Home(server, "111122223333")
    try:
        caller = Caller(server, "111122223333", home.region)
        caller.codeartifact.create_domain(domain="shop")
        caller.codeartifact.create_repository(domain="shop", repository="web")
        path = home.folder / "large.bin"
        digest = fill(path)
        version = [*WHERE, "--package-version", "1.0"]
        before, _ = resident(server)
        forget_the_peak(server)
        published = home.aws(
            "codeartifact", "publish-package-version", *version, "--asset-content", str(path),
            "--asset-name", "large.bin", "--asset-sha256", digest,
        )
        assert (published["asset"]["size"], published["status"]) == (ASSET_BYTES, "Published")
        written = resident(server)[1] - before
        forget_the_peak(server)
        back = home.folder / "back.bin"
        home.run("aws", "codeartifact", "get-package-version-asset", *version, "--asset", "large.bin", str(back))
        assert sha256(back) == digest
        read = resident(server)[1] - before
        back.unlink()
        forget_the_peak(server)
        put(server, caller, path)
        over_http = resident(server)[1] - before
        grown = {"published": written, "read": read, "put": over_http}
        print({name: f"{bytes / 2**20:.1f} MiB" for name, bytes in grown.items()})
        assert max(grown.values()) < GROWTH_BYTES_MAX, grown
    finally:
        home.discard()


def put(server, caller, path):
    """Puts the file over plain HTTP as another version, from disk."""
    token = caller.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
    connection = http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=120)
    with open(path, "rb") as file:
        headers = {"Authorization": f"Bearer {token}", "Content-Length": str(ASSET_BYTES)}
        connection.request("PUT", "/generic/d/shop-111122223333/web/team/tool/2.0/large.bin", file, headers)
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
    connection.close()
