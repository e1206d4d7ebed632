"""The package managers beside the machine's own npm: each installed once, by name and version, with npm itself."""

import json
import os
import shutil
import subprocess

import pytest

from tests.commandline import tools

# name: (package, version, the program inside its folder, whether node runs it)
PROGRAMS = {
    "npm8": ("npm", "8.19.4", "npm/bin/npm-cli.js"),
    "pnpm": ("pnpm", "12.21.0", ".bin/pnpm"),
    "yarn1": ("yarn", "1.22.22", "yarn/bin/yarn.js"),
    "berry": ("@yarnpkg/cli-dist", "4.18.1", "@yarnpkg/cli-dist/bin/yarn.js"),
    "bun": ("bun", "1.4.5", ".bin/bun"),
}
INSTALL_MAX_S = 100


def program(name):
    """The words that start a package manager; the test is skipped where it cannot be had."""
    if name == "npm":
        return ["npm"]
    package, version, path = PROGRAMS[name]
    folder = tools() / f"npm-{name}-{version}"
    entry = folder / "node_modules" / path
    if not entry.exists():
        install(folder, package, version)
    assert entry.exists(), f"{package} {version} has no {path}"
    return ["node", str(entry)] if entry.suffix == ".js" else [str(entry)]


def install(folder, package, version):
    """Installs with the machine's npm as it is configured; a half-done installation leaves nothing."""
    beside = folder.with_name(f"{folder.name}-{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    (beside / "package.json").write_text(json.dumps({"name": "client", "private": True}))
    command = ["npm", "install", f"{package}@{version}", "--no-package-lock", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command, cwd=beside, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=INSTALL_MAX_S
    )
    if done.returncode != 0:
        shutil.rmtree(beside, ignore_errors=True)
        pytest.skip(f"{package} {version} cannot be installed here: {done.stderr[-300:]}")
    try:
        beside.rename(folder)
    except OSError:
        shutil.rmtree(beside, ignore_errors=True)
