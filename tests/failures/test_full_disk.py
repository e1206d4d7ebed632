"""A full disk: writes are refused with the service's own fault, reads go on, and nothing is lost."""

import base64
import hashlib
import json

import pytest
from botocore.exceptions import ClientError

from tests.aws import Caller
from tests.failures.small_disk import SmallDisk
from tests.server import Server, fetch

REASON = "no space left"
WRITES_MAX = 20_000


@pytest.fixture
def disk():
    disk = SmallDisk(megabytes=24)
    try:
        yield disk
    finally:
        disk.discard()


@pytest.fixture
def server(disk):
    server = Server(database="sqlite")
    server.data = disk.path / "data"
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()


def write_until_refused(write):
    """Writes until the disk is full; answers how many were acknowledged and the refusal."""
    for number in range(WRITES_MAX):
        try:
            write(number)
        except ClientError as error:
            return number, error.response
    raise AssertionError("the disk never filled up")


def assert_fault(response, code):
    assert response["Error"]["Code"] == code, response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 500, response
    assert REASON in response["Error"].get("Message", response.get("message", "")), response


def stream(caller, number):
    caller.mgh.create_progress_update_stream(ProgressUpdateStreamName=f"s{number}")


def repository(caller, number):
    if number == 0:
        caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(domain="shop", repository=f"r-{number}", description="d" * 1000)


def model(caller, number):
    caller.sitewise.create_asset_model(assetModelName=f"m{number}", assetModelDescription="d" * 2000)


def count(paginated, member):
    return sum(len(page[member]) for page in paginated.paginate())


@pytest.mark.parametrize(
    ("write", "code", "read"),
    [
        (
            stream,
            "InternalServerError",
            lambda caller: count(caller.mgh.get_paginator("list_progress_update_streams"), "ProgressUpdateStreamSummaryList"),
        ),
        (
            repository,
            "InternalServerException",
            lambda caller: count(caller.codeartifact.get_paginator("list_repositories"), "repositories"),
        ),
        (model, "InternalFailureException", lambda caller: count(caller.sitewise.get_paginator("list_asset_models"), "assetModelSummaries")),
    ],
    ids=["mgh", "codeartifact", "iotsitewise"],
)
def test_metadata_is_refused_read_and_sound(server, disk, write, code, read):
    caller = Caller(server)
    caller.config.create_home_region_control(HomeRegion=caller.region, Target={"Type": "ACCOUNT"})
    write(caller, 0)
    disk.fill(leave=256 * 1024)
    written, response = write_until_refused(lambda number: write(caller, number + 1))
    assert_fault(response, code)
    assert written > 0, "some of it found space"
    kept = written + 1
    assert read(caller) == kept, "reads go on, and what was refused is not there"
    with pytest.raises(ClientError) as again:
        write(caller, "again")
    assert_fault(again.value.response, code)

    disk.free()
    write(caller, "after")
    assert read(caller) == kept + 1

    server.restart(kill=True)
    assert read(caller) == kept + 1
    assert server.stop() == 0
    done = server.verify()
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_server_cannot_start_on_a_full_disk_and_says_so(disk):
    server = Server(database="sqlite")
    server.data = disk.path / "data"
    try:
        disk.fill()
        done = server.run("serve", "--listen", "127.0.0.1:0", *server.storage())
        assert done.returncode == 1, done.stdout
        assert "panicked" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "space" in done.stderr, done.stderr
        disk.free()
        server.start()
    finally:
        server.discard()


class Npm:
    """Just enough of an npm client to publish and to download."""

    def __init__(self, caller):
        where = {"domain": "shop", "domainOwner": caller.account}
        caller.codeartifact.create_domain(domain="shop")
        caller.codeartifact.create_repository(repository="app", **where)
        endpoint = caller.codeartifact.get_repository_endpoint(repository="app", format="npm", **where)
        self.url = endpoint["repositoryEndpoint"]
        token = caller.codeartifact.get_authorization_token(**where)["authorizationToken"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path):
        return fetch("GET", self.url + path, headers=self.headers)

    def publish(self, name, content):
        digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
        manifest = {"name": name, "version": "1.0.0", "dist": {"integrity": f"sha512-{digest}"}}
        attachment = {"data": base64.b64encode(content).decode(), "length": len(content)}
        document = {
            "_id": name,
            "name": name,
            "dist-tags": {"latest": "1.0.0"},
            "versions": {"1.0.0": manifest},
            "_attachments": {f"{name}-1.0.0.tgz": attachment},
        }
        body = json.dumps(document).encode()
        return fetch("PUT", self.url + name, body, {**self.headers, "Content-Type": "application/json"})


def test_blobs_are_refused_read_and_sound(server, disk):
    caller = Caller(server)
    npm = Npm(caller)
    status, _, body = npm.get("-/ping")
    assert status == 200, body
    content = bytes(range(256)) * 256
    status, _, body = npm.publish("first", content)
    assert status in (200, 201), body
    disk.fill(leave=3 * 1024 * 1024)

    kept, refused = ["first"], None
    for number in range(200):
        # Every blob differs, else it would be kept once for all.
        status, _, body = npm.publish(f"p{number}", content + b"%d" % number)
        if status >= 400:
            refused = status, body
            break
        kept.append(f"p{number}")
    assert refused, "the disk never filled up"
    status, body = refused
    assert status >= 500 and REASON.encode() in body, refused
    staging = server.data / "blobs" / "staging"
    assert not any(staging.iterdir()), "a refused upload leaves nothing behind"
    status, _, body = npm.get("first/-/first-1.0.0.tgz")
    assert (status, body) == (200, content), "reads go on"
    assert npm.get(f"p{len(kept) - 1}")[0] == 404, "what was refused is not there"

    disk.free()
    status, _, body = npm.publish("after", content + b"after")
    assert status in (200, 201), body
    server.restart(kill=True)
    for name in [*kept, "after"]:
        assert npm.get(f"{name}/-/{name}-1.0.0.tgz")[0] == 200, name
    assert server.stop() == 0
    done = server.verify()
    assert done.returncode == 0, done.stdout + done.stderr
