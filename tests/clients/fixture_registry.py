"""A made-up npm registry on a free port: `fixture-0` needs all the others, every fifth package is scoped, and
`fixture-1` has an advisory for versions below 1.1.0."""

import json
import subprocess
from pathlib import Path

from tests.server import binary, environment, fetch


class FixtureRegistry:
    """Plays the public registry behind an external connection; may be stopped and started again."""

    def __init__(self, packages=40):
        self.packages = packages
        self.port = 0
        self.process = None
        self.url = None

    def start(self):
        program = Path(__file__).parents[2] / "target" / "debug" / "npm-fixture-registry"
        beside = binary().parent / "npm-fixture-registry"
        command = [str(beside if beside.exists() else program), "--packages", str(self.packages), "--until-input-ends"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            env=environment("/nonexistent"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.url = self.process.stdout.readline().decode().strip()
        assert self.url.startswith("http://127.0.0.1:"), self.url
        self.port = int(self.url.rstrip("/").rsplit(":", 1)[1])
        return self

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None

    def told(self):
        """What was sent to it: the bodies of audits."""
        return json.loads(fetch("GET", self.url + "-/told")[2])

    def names(self):
        """Every package that an install of `fixture-0` brings."""
        return {self.name(number) for number in range(self.packages)}

    @staticmethod
    def name(number):
        return f"@fixture/part-{number}" if number % 5 == 4 else f"fixture-{number}"
