"""The server itself: its Ready line, ephemeral mode, one owner of the data, its own commands."""

import json
import os
import signal
import threading
import time

import pytest

from tests.aws import Caller, answer
from tests.server import Server, binary, environment


def home_region(caller):
    return answer(caller.config.get_home_region())


def set_home_region(caller):
    caller.config.create_home_region_control(HomeRegion=caller.region, Target={"Type": "ACCOUNT"})


def test_health_names_the_services(own_server):
    found = own_server.health()
    assert isinstance(found, dict)
    status, _, body = own_server.get("/_localstack/health")
    assert status == 200
    assert "services" in json.loads(body)


def test_an_ephemeral_server_forgets_on_request_and_at_its_end():
    server = Server(database="sqlite", ephemeral=True)
    try:
        server.start()
        caller = Caller(server)
        set_home_region(caller)
        server.reset()
        assert home_region(caller) == {}
        set_home_region(caller)
        server.restart()
        assert home_region(caller) == {}
    finally:
        server.discard()


def test_a_durable_server_keeps_and_does_not_reset(own_server):
    caller = Caller(own_server)
    set_home_region(caller)
    status, _, _ = own_server.post("/_homeregion/reset")
    assert status in (403, 404, 405)
    own_server.restart()
    assert home_region(caller) == {"HomeRegion": "us-west-2"}


def test_a_stopping_server_finishes_what_is_in_flight(own_server):
    caller = Caller(own_server)
    set_home_region(caller)
    caller.mgh.create_progress_update_stream(ProgressUpdateStreamName="S")
    acknowledged, refused = [], []
    stop = threading.Event()

    def work(number):
        count = 0
        while not stop.is_set():
            name = f"{number}-{count}"
            count += 1
            try:
                caller.mgh.import_migration_task(ProgressUpdateStream="S", MigrationTaskName=name)
                acknowledged.append(name)
            except Exception as error:  # noqa: BLE001 - the server is going away
                refused.append(repr(error))
                return

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    port = own_server.port
    assert own_server.stop() == 0
    stop.set()
    for thread in threads:
        thread.join(20)
    assert len(acknowledged) > 20
    own_server.listen = f"127.0.0.1:{port}"
    own_server.start()
    for name in acknowledged[-20:]:
        caller.mgh.describe_migration_task(ProgressUpdateStream="S", MigrationTaskName=name)


def test_only_one_server_owns_a_data_folder():
    server = Server(database="sqlite")
    try:
        server.start()
        second = server.run("serve", "--listen", "127.0.0.1:0", *server.storage(), timeout=20)
        assert second.returncode != 0
        assert str(server.data) in second.stderr, second.stderr
        assert home_region(Caller(server)) == {}
    finally:
        server.discard()


def test_any_key_is_accepted_only_on_loopback():
    server = Server(database="sqlite")
    try:
        done = server.run("serve", "--listen", "0.0.0.0:0", *server.storage(), timeout=20)
        assert done.returncode != 0
        assert "--insecure" in done.stderr, done.stderr
    finally:
        server.discard()


def test_a_taken_port_is_a_clear_error(own_server):
    other = Server(database="sqlite")
    try:
        done = other.run("serve", "--listen", f"127.0.0.1:{own_server.port}", *other.storage(), timeout=20)
        assert done.returncode != 0
        assert str(own_server.port) in done.stderr
        assert "panicked" not in done.stderr
    finally:
        other.discard()


def test_an_unwritable_folder_is_a_clear_error():
    server = Server(database="sqlite")
    try:
        server.data.write_text("a file, not a folder")
        done = server.run("serve", "--listen", "127.0.0.1:0", *server.storage(), timeout=20)
        assert done.returncode != 0
        assert str(server.data) in done.stderr, done.stderr
        assert "panicked" not in done.stderr
    finally:
        server.discard()


def test_a_database_that_is_none_is_a_clear_error():
    server = Server(database="sqlite")
    try:
        server.start()
        server.stop()
        files = list(server.data.glob("metadata*"))
        assert files, list(server.data.rglob("*"))
        for path in files:
            path.write_bytes(b"this is no database" * 1000)
        done = server.run("serve", "--listen", "127.0.0.1:0", *server.storage(), timeout=20)
        assert done.returncode != 0
        assert "panicked" not in done.stderr, done.stderr
        assert server.verify().returncode != 0
    finally:
        server.discard()


def test_a_sound_store_verifies(own_server):
    caller = Caller(own_server)
    set_home_region(caller)
    own_server.kill()
    done = own_server.verify()
    assert done.returncode == 0, done.stdout + done.stderr


def test_healthcheck_tells_by_its_exit_code(own_server):
    assert own_server.run("healthcheck", "--help").returncode == 0
    done = own_server.run("coverage")
    assert done.returncode == 0
    assert "codeartifact" in done.stdout


def test_the_home_region_can_be_set_at_first_start():
    server = Server(database="sqlite", arguments=["--home-region", "eu-west-1"])
    try:
        server.start()
        assert home_region(Caller(server, "000000000000", "eu-west-1")) == {"HomeRegion": "eu-west-1"}
        server.restart()
        assert home_region(Caller(server, "000000000000")) == {"HomeRegion": "eu-west-1"}
    finally:
        server.discard()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_an_error_and_no_corruption():
    import subprocess

    server = Server(database="sqlite")
    server.data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(server.data)], capture_output=True, text=True)
    if mounted.returncode != 0:
        server.discard()
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        server.start()
        caller = Caller(server)
        set_home_region(caller)
        caller.mgh.create_progress_update_stream(ProgressUpdateStreamName="S")
        kept, failures = [], 0
        filler = "d" * 2500
        for number in range(6000):
            where = {"ProgressUpdateStream": "S", "MigrationTaskName": f"t{number}"}
            try:
                caller.mgh.import_migration_task(**where)
                kept.append(where)
                caller.mgh.notify_migration_task_state(
                    **where, Task={"Status": "FAILED", "StatusDetail": filler}, UpdateDateTime="2026-01-01T00:00:00Z", NextUpdateSeconds=1
                )
            except Exception as error:  # noqa: BLE001 - the disk is full
                failures += 1
                code = getattr(error, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
                assert code is None or code >= 500, error
                if failures > 20:
                    break
        assert failures > 0, "the disk never got full"
        server.kill()
        (server.data / "nothing").unlink(missing_ok=True)
        subprocess.run(["mount", "-o", "remount,size=64m", str(server.data)], check=True, capture_output=True)
        done = server.verify()
        assert done.returncode == 0, done.stdout + done.stderr
        server.listen = f"127.0.0.1:{server.port}"
        server.start()
        for where in kept:
            caller.mgh.describe_migration_task(**where)
        caller.mgh.import_migration_task(ProgressUpdateStream="S", MigrationTaskName="after")
    finally:
        server.kill()
        subprocess.run(["umount", str(server.data)], capture_output=True)
        server.discard()


def test_an_interrupt_ends_it_like_a_person_would(own_server):
    own_server.process.send_signal(signal.SIGINT)
    assert own_server.process.wait(20) == 0
    own_server.process = None


def test_the_ready_line_is_the_only_thing_on_standard_output():
    import subprocess

    server = Server(database="sqlite")
    try:
        process = subprocess.Popen(
            [str(binary()), "serve", "--listen", "127.0.0.1:0", *server.storage()],
            env=environment(server.home),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        line = process.stdout.readline().decode()
        assert line.startswith("Ready. http://127.0.0.1:"), line
        process.terminate()
        assert process.stdout.read() == b""
        assert process.wait(20) == 0
    finally:
        server.discard()
