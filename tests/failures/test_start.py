"""A server that cannot start says why in one line, ends with 1, and leaves everything as it was."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.aws import Caller
from tests.server import Server, binary, environment

NOBODY = 65534


@pytest.fixture
def server():
    server = Server(database="sqlite")
    try:
        yield server
    finally:
        server.discard()


def assert_refused(done, *says):
    """One line for a person, nothing else, exit code 1."""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("homeregion: "), done.stderr
    for text in says:
        assert text in lines[0], done.stderr
    assert done.stdout == ""
    assert done.returncode == 1


def start(server, *arguments, listen="127.0.0.1:0"):
    return server.run("serve", "--listen", listen, *server.storage(), *arguments, timeout=20)


class Stranger:
    """Runs the binary as a user who owns nothing here."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="homeregion-stranger-"))
        self.folder.chmod(0o755)
        self.binary = self.folder / "homeregion"
        shutil.copy(binary(), self.binary)
        self.binary.chmod(0o755)

    def run(self, *arguments):
        user = []
        if os.geteuid() == 0:
            user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
        command = [*user, str(self.binary), *arguments]
        kept = environment(self.folder)
        return subprocess.run(command, cwd="/", env=kept, capture_output=True, text=True, timeout=20)


@pytest.fixture
def stranger():
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("running as another user needs setpriv")
    stranger = Stranger()
    try:
        yield stranger
    finally:
        shutil.rmtree(stranger.folder, ignore_errors=True)


@pytest.mark.parametrize("path", ["data", "not/there/yet"])
def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_created(stranger, path):
    closed = stranger.folder / "closed"
    (closed / "data").mkdir(parents=True)
    (closed / "data").chmod(0o555)
    closed.chmod(0o555)
    done = stranger.run("serve", "--listen", "127.0.0.1:0", "--data", str(closed / path))
    assert_refused(done, str(closed / path), "make it writable for this user, or name another folder")
    assert [entry.name for entry in closed.rglob("*")] == ["data"]


def test_a_folder_without_a_home_is_asked_for(stranger):
    kept = {name: value for name, value in environment("/").items() if name != "HOME"}
    done = subprocess.run([str(stranger.binary), "serve"], env=kept, capture_output=True, text=True, timeout=20)
    assert_refused(done, "--data DIR")


def test_data_that_became_read_only_is_refused_and_kept(stranger, server):
    server.start()
    server.stop()
    for path in [server.data, *server.data.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    server.folder.chmod(0o755)
    before = {path: path.read_bytes() for path in server.data.rglob("*") if path.is_file()}
    done = stranger.run("serve", "--listen", "127.0.0.1:0", "--data", str(server.data))
    assert_refused(done, str(server.data), "make it writable")
    assert {path: path.read_bytes() for path in server.data.rglob("*") if path.is_file()} == before


def test_a_folder_in_use_names_the_process_that_uses_it(server):
    server.start()
    for command in (["serve", "--listen", "127.0.0.1:0"], ["verify"]):
        done = server.run(*command, *server.storage(), timeout=20)
        assert_refused(done, str(server.data), f"({server.process.pid})", "in use")
    assert Caller(server).config.get_home_region().get("HomeRegion") is None


def test_data_of_a_newer_program_is_refused_and_kept(server):
    server.start()
    server.stop()
    database = server.data / "metadata.db"
    with sqlite3.connect(database) as connection:
        rooms = [room for (room,) in connection.execute("SELECT room FROM store_stamp")]
        assert {"store", "codeartifact", "sitewise", "migrationhub"} <= set(rooms), rooms
    connection.close()
    for room in rooms:
        with sqlite3.connect(database) as connection:
            (known,) = connection.execute("SELECT version FROM store_stamp WHERE room = ?", [room]).fetchone()
            connection.execute("UPDATE store_stamp SET version = 4711 WHERE room = ?", [room])
        connection.close()
        for done in (start(server), server.verify()):
            assert_refused(done, f"the data of {room} has version 4711", f"up to {known} only")
        with sqlite3.connect(database) as connection:
            assert connection.execute("SELECT version FROM store_stamp WHERE room = ?", [room]).fetchone() == (4711,)
            connection.execute("UPDATE store_stamp SET version = ? WHERE room = ?", [known, room])
        connection.close()
    server.start()


def test_a_taken_port_is_named(server):
    server.start()
    other = Server(database="sqlite")
    try:
        address = f"127.0.0.1:{server.port}"
        assert_refused(start(other, listen=address), f"cannot listen on {address}")
        other.start()
    finally:
        other.discard()


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "192.0.2.1:4566"])
def test_beyond_loopback_any_key_needs_consent(server, listen):
    assert_refused(start(server, listen=listen), "is not a loopback address", "--insecure")
    assert not server.data.exists()


def test_beyond_loopback_with_consent_it_starts(server):
    server.listen = "0.0.0.0:0"
    server.arguments = ["--insecure"]
    server.start()
    assert server.health()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--account", "12345"], "--account 12345"),
        (["--public-url", "example.test"], "--public-url example.test"),
        (["--database", "mysql://x"], "mysql://x"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(server, arguments, says):
    assert_refused(server.run("serve", "--listen", "127.0.0.1:0", "--data", str(server.data), *arguments), says)
