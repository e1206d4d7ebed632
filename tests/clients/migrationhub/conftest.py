"""Migration Hub's other clients: installed once below target/test-tools, absent ones said so."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.aws import fresh_account
from tests.commandline import Home, tools
from tests.server import environment

HERE = Path(__file__).parent
INSTALL_MAX_S = 160
BUILD_MAX_S = 900


def of_this_machine():
    """The environment of whoever runs the tests, whose own settings say where packages come from."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOMEREGION_"))}


@pytest.fixture
def home(server):
    """A fresh account with a command line of its own."""
    home = Home(server, fresh_account())
    yield home
    home.discard()


def install(folder, manifest):
    """Installs what a package.json names, unless it is there; answers why that does not work, or None."""
    wanted = manifest.read_text()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(manifest, folder / "package.json")
    command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error"]
    done = subprocess.run(
        command, cwd=folder, env=of_this_machine(), capture_output=True, text=True, timeout=INSTALL_MAX_S
    )
    if done.returncode != 0:
        return f"npm cannot install {manifest.parent.name}: {done.stderr.strip()[-300:]}"
    stamp.write_text(wanted)
    return None


def skip(capsys, reason):
    with capsys.disabled():
        print(f"\nSKIPPED a client of Migration Hub: {reason}")
    pytest.skip(reason)


@pytest.fixture
def javascript(capsys):
    """Runs a script with AWS's JavaScript SDK v3."""
    return scripts(capsys, "javascript")


@pytest.fixture
def javascript_v2(capsys):
    """Runs a script with AWS's JavaScript SDK v2."""
    if os.environ.get("HOMEREGION_TEST_FULL") != "1":
        pytest.skip("the JavaScript SDK v2, 108 MB, is installed by `cargo xtask test --full`")
    return scripts(capsys, "javascript_v2")


def scripts(capsys, name):
    if not shutil.which("npm"):
        skip(capsys, "node and npm are not installed")
    folder = tools() / f"migrationhub-{name}"
    reason = install(folder, HERE / name / "package.json")
    if reason:
        skip(capsys, reason)

    def run(script, **variables):
        # Modules are looked up from where the script is.
        shutil.copy(HERE / name / script, folder / script)
        return ran(["node", script], folder, variables)

    return run


@pytest.fixture
def rust(capsys):
    """Runs the program with AWS's Rust SDK."""
    if os.environ.get("HOMEREGION_TEST_FULL") != "1":
        pytest.skip("the Rust SDK is built by `cargo xtask test --full`")
    target = tools() / "migrationhub-rust"
    command = ["cargo", "build", "--quiet", "--manifest-path", str(HERE / "rust" / "Cargo.toml")]
    env = {**of_this_machine(), "CARGO_TARGET_DIR": str(target)}
    fetched = subprocess.run(
        ["cargo", "fetch", *command[2:]], env=env, capture_output=True, text=True, timeout=INSTALL_MAX_S
    )
    if fetched.returncode != 0:
        skip(capsys, f"cargo cannot fetch AWS's SDK: {fetched.stderr.strip()[-300:]}")
    built = subprocess.run(command, env=env, capture_output=True, text=True, timeout=BUILD_MAX_S)
    assert built.returncode == 0, built.stderr[-4000:]

    def run(**variables):
        return ran([str(target / "debug" / "migrationhub-rust-client")], target, variables)

    return run


def ran(command, folder, variables):
    """Runs a client on a fresh account; answers the operations that it says it has done."""
    env = environment(folder, RUST_BACKTRACE="0", **variables)
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-4000:]
    return done.stdout.split()


def as_account(server, account):
    return {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-west-2",
    }
