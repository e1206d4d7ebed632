"""Python's package clients: each in an environment of its own, made once with the machine's pip as it is configured."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.commandline import tools

# name: what is installed together
PROGRAMS = {
    "clients": ("pip==26.3", "twine==7.0.0", "uv==0.13.9"),
    "keyring": ("keyrings.codeartifact==2.1.0",),
    "poetry": ("poetry==2.5.1",),
    "hatch": ("hatch==1.18.2",),
    "flit": ("flit==4.2.0",),
    "pipenv": ("pipenv==2026.10.3",),
}
INSTALL_MAX_S = 240


def environment(name):
    """The folder of a client's programs; the test is skipped where it cannot be had."""
    wanted = PROGRAMS[name]
    folder = tools() / f"pypi-{name}-{wanted[0].partition('==')[2] or 'newest'}"
    if not (folder / "installed").exists():
        install(folder, wanted)
    return folder / "bin"


def install(folder, wanted):
    """Makes an environment; a half-done one leaves nothing. Its place may not change afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    commands = [
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted],
    ]
    for command in commands:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INSTALL_MAX_S, env=os.environ
            )
        except subprocess.TimeoutExpired:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"{' '.join(wanted)} takes too long to install here")
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"{' '.join(wanted)} cannot be installed here: {done.stderr[-300:]}")
    (folder / "installed").touch()
