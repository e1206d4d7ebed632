"""A homeregion server of a test's own: start, stop, kill -9, start again on the same data."""

import ctypes
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

READY = re.compile(r"^Ready\..*?(https?://[^\s,;]+)")
START_MAX_S = 30
STOP_MAX_S = 20

# What a server must not inherit from the person who runs the tests.
INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "RUST_BACKTRACE")


def binary():
    """The server under test, as `cargo xtask test` built it."""
    chosen = os.environ.get("HOMEREGION_BIN")
    path = Path(chosen) if chosen else Path(__file__).parent.parent / "target" / "debug" / "homeregion"
    assert path.exists(), f"{path} does not exist; run `cargo build` or `cargo xtask test`"
    return path


def environment(home, **more):
    """An environment with nothing of this machine in it but what programs need to run."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**kept, "HOME": str(home), **more}


def end_with_the_tests():
    """Makes the process that is about to start end with the one that starts it, where the system can (Linux)."""
    if hasattr(os, "pidfd_open"):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class PostgresDatabase:
    """A fresh database in the scratch server that `cargo xtask test` started."""

    def __init__(self):
        self.admin = os.environ["HOMEREGION_TEST_POSTGRES"]
        self.psql = os.environ.get("HOMEREGION_TEST_PSQL", "psql")
        self.name = f"t_{uuid.uuid4().hex}"
        self.run(f'CREATE DATABASE "{self.name}"')
        self.url = self.admin.rsplit("/", 1)[0] + "/" + self.name

    def run(self, statement):
        command = [self.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, self.admin]
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    def drop(self):
        self.run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


class Server:
    """One server process on a free port, and the data folder that outlives it."""

    def __init__(self, database=None, ephemeral=False, arguments=(), **variables):
        self.folder = Path(tempfile.mkdtemp(prefix="homeregion-test-"))
        self.data = self.folder / "data"
        self.home = self.folder / "home"
        self.home.mkdir()
        self.ephemeral = ephemeral
        self.arguments = list(arguments)
        self.variables = variables
        self.log = self.folder / "server.log"
        self.process = None
        self.killed = False
        self.endpoint = None
        self.listen = "127.0.0.1:0"
        wanted = database or os.environ.get("HOMEREGION_TEST_DATABASE", "sqlite")
        self.database = PostgresDatabase() if wanted == "postgres" else None

    def storage(self):
        """The arguments that name the data, for `serve`, `verify` and the like."""
        found = ["--data", str(self.data)]
        if self.database:
            found += ["--database", self.database.url]
        return found

    def command(self):
        mode = ["--ephemeral"] if self.ephemeral else []
        return [str(binary()), "serve", "--listen", self.listen, *self.storage(), *mode, *self.arguments]

    def start(self):
        """Starts the process and waits for its Ready line."""
        assert self.process is None, "it runs already"
        self.killed = False
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=environment(self.home, **self.variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                preexec_fn=end_with_the_tests,
            )
        lines = queue.Queue()
        threading.Thread(target=self._forward, args=(self.process, lines), daemon=True).start()
        deadline = time.monotonic() + START_MAX_S
        while True:
            try:
                line = lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise AssertionError(f"no Ready line within {START_MAX_S} s; log:\n{self.read_log()}") from None
            if line is None:
                status = self.process.wait()
                self.process = None
                raise AssertionError(f"the server ended with {status} before it was ready; log:\n{self.read_log()}")
            found = READY.match(line)
            if found:
                self.endpoint = found.group(1).rstrip("/.")
                return self

    def _forward(self, process, lines):
        with open(self.log, "ab") as log:
            for line in process.stdout:
                log.write(line)
                log.flush()
                lines.put(line.decode("utf-8", "replace").strip())
        lines.put(None)

    @property
    def port(self):
        return int(self.endpoint.rsplit(":", 1)[1])

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def read_log(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def kill(self):
        """kill -9: the process gets no chance to finish anything."""
        # Said first: whatever breaks off from here on, the kill may have broken off.
        self.killed = True
        self._end(signal.SIGKILL)

    def stop(self):
        """Asks the process to finish what is in flight and to end."""
        return self._end(signal.SIGTERM)

    def _end(self, how):
        if self.process is None:
            return None
        self.process.send_signal(how)
        try:
            status = self.process.wait(timeout=STOP_MAX_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not end within {STOP_MAX_S} s of {how!r}") from None
        finally:
            self.process = None
        return status

    def restart(self, kill=False):
        """Ends the process and starts it on the same data and the same port."""
        self.listen = f"127.0.0.1:{self.port}"
        self.kill() if kill else self.stop()
        return self.start()

    def discard(self):
        """Ends the process and removes everything it kept."""
        try:
            if self.running:
                self.stop()
        finally:
            self.kill()
            if self.database:
                self.database.drop()
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, timeout=60, **variables):
        """Runs another command of the binary."""
        env = environment(self.home, **{**self.variables, **variables})
        return subprocess.run(
            [str(binary()), *arguments], cwd=self.folder, env=env, capture_output=True, text=True, timeout=timeout
        )

    def verify(self):
        """Runs `homeregion verify` on the data of the stopped server."""
        assert not self.running
        return self.run("verify", *self.storage(), timeout=120)

    def get(self, path, **headers):
        """A plain GET: status, headers, body."""
        return fetch("GET", self.endpoint + path, headers=headers)

    def post(self, path, body=b"", **headers):
        return fetch("POST", self.endpoint + path, body, headers)

    def reset(self):
        status, _, body = self.post("/_homeregion/reset")
        assert status in (200, 204), (status, body)

    def health(self):
        status, _, body = self.get("/_homeregion/health")
        assert status == 200, (status, body)
        return json.loads(body)


def fetch(method, url, body=None, headers=None, timeout=30):
    """One request; an error status is an answer like any other."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()
