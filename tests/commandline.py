"""The AWS command line and npm, each with a home folder of its own."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.server import environment

COMMAND_MAX_S = 110


def tools():
    return Path(os.environ.get("HOMEREGION_TEST_TOOLS", Path(__file__).parent.parent / "target" / "test-tools"))


class Failed(AssertionError):
    """A command that ended with an error."""

    def __init__(self, command, done):
        super().__init__(f"{' '.join(command)}\nended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        self.output = done.stdout + done.stderr


class Home:
    """A home folder, and commands that run in it against one server as one account."""

    def __init__(self, server, account=None, region="us-west-2"):
        self.server = server
        self.account = account
        self.region = region
        self.folder = Path(tempfile.mkdtemp(prefix="homeregion-home-"))
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for name, target in (("aws", tools() / "venv" / "bin" / "aws"), ("npm", shutil.which("npm")), ("node", shutil.which("node"))):
            if target:
                (self.bin / name).symlink_to(target)

    def discard(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self):
        """What `eval "$(homeregion env)"` puts into a shell, and nothing of this machine."""
        printed = self.server.run("env", *self.server.storage(), "--endpoint", self.server.endpoint, "--region", self.region)
        assert printed.returncode == 0, printed.stderr
        told = dict(line.removeprefix("export ").split("=", 1) for line in printed.stdout.splitlines() if line.startswith("export "))
        told = {name: value.strip("'\"") for name, value in told.items()}
        if self.account:
            told["AWS_ACCESS_KEY_ID"] = self.account
        found = environment(self.folder, **told)
        found["PATH"] = f"{self.bin}:{found['PATH']}"
        found["AWS_EC2_METADATA_DISABLED"] = "true"
        found["AWS_MAX_ATTEMPTS"] = "1"
        found["AWS_PAGER"] = ""
        found["npm_config_cache"] = str(self.folder / "npm-cache")
        found["npm_config_userconfig"] = str(self.folder / ".npmrc")
        found["npm_config_globalconfig"] = str(self.folder / "global-npmrc")
        found["npm_config_prefix"] = str(self.folder / "prefix")
        for name, value in (("update_notifier", "false"), ("fund", "false"), ("audit", "false"), ("fetch_retries", "0")):
            found[f"npm_config_{name}"] = value
        found["npm_config_progress"] = "false"
        found["NO_UPDATE_NOTIFIER"] = "1"
        return found

    def run(self, *command, cwd=None, fails=False, **variables):
        """Runs a command; answers what it printed. With `fails`, it has to fail."""
        done = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env={**self.environment(), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_MAX_S,
        )
        if fails:
            assert done.returncode != 0, f"{' '.join(command)} succeeded:\n{done.stdout}"
            return done.stdout + done.stderr
        if done.returncode != 0:
            raise Failed(command, done)
        return done.stdout

    def aws(self, *arguments, **more):
        """Runs the AWS command line; answers its JSON."""
        printed = self.run("aws", *arguments, "--output", "json", **more)
        return json.loads(printed) if printed.strip() else None

    def aws_fails(self, *arguments):
        """Runs the AWS command line, which has to fail; answers what it said."""
        return self.run("aws", *arguments, fails=True)

    def login(self, repository, *more, domain="shop"):
        """`aws codeartifact login` for npm."""
        where = ["--domain", domain, "--repository", repository, *more]
        return self.run("aws", "codeartifact", "login", "--tool", "npm", *where)

    def npm(self, *arguments, cwd=None, **more):
        return self.run("npm", *arguments, cwd=cwd, **more)

    def project(self, name="project", **dependencies):
        """A folder with a package.json."""
        folder = self.folder / name
        folder.mkdir()
        manifest = {"name": name, "version": "1.0.0", "private": True, "dependencies": dependencies}
        (folder / "package.json").write_text(json.dumps(manifest))
        return folder

    def package(self, name, version, folder="package", **more):
        """A folder that can be published."""
        where = self.folder / folder
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir()
        manifest = {"name": name, "version": version, "description": "a package of our own", "license": "MIT", **more}
        (where / "package.json").write_text(json.dumps(manifest))
        (where / "index.js").write_text(f"module.exports = '{name}@{version}';\n")
        (where / "README.md").write_text(f"# {name}\n")
        return where

    def forget_packages(self, project, lock=False):
        """Removes what npm installed and cached."""
        shutil.rmtree(project / "node_modules", ignore_errors=True)
        shutil.rmtree(self.folder / "npm-cache", ignore_errors=True)
        if lock:
            (project / "package-lock.json").unlink(missing_ok=True)


def installed(project):
    """The packages under node_modules with their versions."""
    found = {}
    for manifest in (project / "node_modules").glob("**/package.json"):
        inside = manifest.relative_to(project / "node_modules").parts
        if inside[-2].startswith(".") or (len(inside) > 2 and not inside[-3].startswith("@") and inside[-3] != "node_modules"):
            continue
        read = json.loads(manifest.read_text())
        found[read["name"]] = read["version"]
    return found
