"""A broker of MQTT of a test's own: Debian's mosquitto, and a client that collects what is published."""

import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.server import end_with_the_tests

START_MAX_S = 10


def program(name):
    """Finds a program of mosquitto; without it the test is skipped."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin")
    return found or pytest.skip(f"{name} is not installed; install mosquitto and mosquitto-clients")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Broker:
    """One mosquitto on a free port; it may be stopped and started again on the same port."""

    def __init__(self, *settings, user=None, password=None):
        self.folder = Path(tempfile.mkdtemp(prefix="homeregion-broker-"))
        self.port = free_port()
        self.credentials = ["-u", user, "-P", password] if user else []
        self.settings = list(settings)
        if user:
            passwords = self.folder / "passwords"
            subprocess.run(
                [program("mosquitto_passwd"), "-b", "-c", str(passwords), user, password], check=True, capture_output=True
            )
            self.settings += ["allow_anonymous false", f"password_file {passwords}"]
        else:
            self.settings += ["allow_anonymous true"]
        self.process = None

    @property
    def url(self):
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self):
        lines = [f"listener {self.port} 127.0.0.1", "user root", "persistence false", "max_queued_messages 0"]
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text("\n".join([*lines, *self.settings]) + "\n")
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [program("mosquitto"), "-c", str(configuration)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=end_with_the_tests,
            )
        deadline = time.monotonic() + START_MAX_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=START_MAX_S)
            self.process = None

    def discard(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def subscribe(self, *topics):
        return Subscriber(self, topics)

    def publish(self, topic, payload, *options):
        """Publishes with quality 1 and waits for the acknowledgement."""
        command = [program("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", *self.credentials]
        subprocess.run([*command, *options, "-t", topic, "-m", payload], check=True, timeout=START_MAX_S)


class Subscriber:
    """Collects messages as pairs of topic and payload; it comes back after the broker was away."""

    def __init__(self, broker, topics):
        # Lines come at once, not when there are many of them.
        command = ["stdbuf", "-oL", program("mosquitto_sub"), "-h", "127.0.0.1", "-p", str(broker.port), "-q", "1"]
        command += ["-F", "%t %p", "-d"]
        for topic in topics:
            command += ["-t", topic]
        self.arrived = []
        self.subscribed = threading.Event()
        self.process = subprocess.Popen(
            [*command, *broker.credentials],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1,
            preexec_fn=end_with_the_tests,
        )
        threading.Thread(target=self._collect, daemon=True).start()
        assert self.subscribed.wait(START_MAX_S), "the broker does not take the subscription"

    def _collect(self):
        for line in self.process.stdout:
            if line.startswith("Subscribed "):
                self.subscribed.set()
            elif not line.startswith(("Client ", "Subscribed ")):
                topic, _, payload = line.rstrip("\n").partition(" ")
                self.arrived.append((topic, payload))

    def wait(self, enough, seconds=20):
        """Waits until what arrived is enough, and answers it."""
        deadline = time.monotonic() + seconds
        while not enough(self.arrived):
            assert time.monotonic() < deadline, f"after {seconds} s there are {len(self.arrived)}: {self.arrived[-5:]}"
            time.sleep(0.02)
        return list(self.arrived)

    def values(self):
        """The values of all messages, as pairs of topic and value, in the order of their arrival."""
        found = []
        for topic, payload in list(self.arrived):
            message = json.loads(payload)
            assert message["type"] == "PropertyValueUpdate", message
            found += [(topic, value) for value in message["payload"]["values"]]
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=START_MAX_S)
