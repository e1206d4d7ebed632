"""IoT SiteWise's other clients: installed once below target/test-tools, absent ones said so."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.aws import REGION, fresh_account
from tests.clients.migrationhub.conftest import install as install_javascript
from tests.clients.migrationhub.conftest import of_this_machine
from tests.commandline import Home, tools
from tests.server import environment

HERE = Path(__file__).parent
MCP_SERVER = "awslabs.aws-iot-sitewise-mcp-server==11.0.23"
INSTALL_MAX_S = 240
RUN_MAX_S = 100


def skip(capsys, reason):
    with capsys.disabled():
        print(f"\nSKIPPED a client of IoT SiteWise: {reason}")
    pytest.skip(reason)


def as_account(server, account):
    """What makes AWS's SDKs speak to a server as an account."""
    return {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }


@pytest.fixture
def home(server):
    """A fresh account with a command line of its own."""
    home = Home(server, fresh_account())
    yield home
    home.discard()


@pytest.fixture
def javascript(server, capsys):
    """Runs a script with AWS's JavaScript SDK v3 on a fresh account; answers the operations that it says it has done."""
    if not shutil.which("npm"):
        skip(capsys, "node and npm are not installed")
    folder = tools() / "sitewise-javascript"
    reason = install_javascript(folder, HERE / "javascript" / "package.json")
    if reason:
        skip(capsys, reason)

    def run(script):
        # Modules are looked up from where the script is.
        for name in ("client.mjs", script):
            shutil.copy(HERE / "javascript" / name, folder / name)
        return ran(["node", script], folder, as_account(server, fresh_account()))

    return run


@pytest.fixture
def mcp(server, capsys):
    """Runs a script with AWS's MCP server on a fresh account; answers the functions that it has called."""
    folder = tools() / "sitewise-mcp-11.0.23"
    reason = install_mcp_server(folder)
    if reason:
        skip(capsys, reason)

    def run(script, *arguments):
        variables = as_account(server, fresh_account())
        command = [str(folder / "bin" / "python"), str(HERE / "mcp" / script), *arguments]
        return ran(command, folder, {**variables, "SITEWISE_MCP_ALLOW_WRITES": "True"})

    return run


def install_mcp_server(folder):
    """Makes the environment of AWS's MCP server, unless it is there; answers why that does not work, or None."""
    if (folder / "installed").exists():
        return None
    shutil.rmtree(folder, ignore_errors=True)
    commands = [
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", MCP_SERVER],
    ]
    for command in commands:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INSTALL_MAX_S, env=of_this_machine()
            )
        except subprocess.TimeoutExpired:
            shutil.rmtree(folder, ignore_errors=True)
            return f"{MCP_SERVER} takes too long to install here"
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            return f"{MCP_SERVER} cannot be installed here: {done.stderr.strip()[-300:]}"
    (folder / "installed").touch()
    return None


def ran(command, folder, variables):
    """Runs a client; answers what it says it has done."""
    env = environment(folder, **variables)
    done = subprocess.run(
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=RUN_MAX_S
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout.split()
