"""The Swift toolchain of Debian 13, in a root folder of its own; it is made once, by whoever may.

`HOMEREGION_TEST_SWIFT_ROOT` names a root folder that is there already. Another one takes some minutes and four gigabytes.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commandline import tools

FULL = os.environ.get("HOMEREGION_TEST_FULL") == "1"
PACKAGES = ["swiftlang", "libc6-dev", "libstdc++-14-dev", "git", "unzip", "zip", "openssl"]
COMMAND_MAX_S = 300


class Failed(AssertionError):
    """A command that ended with an error."""


class Toolchain:
    """Commands in the root folder. SwiftPM's home is that of the user, whatever HOME says."""

    def __init__(self, root):
        self.root = root
        self.mounted = []
        for kind, name in (("proc", "proc"), ("bind", "dev")):
            where = root / name
            if not os.path.ismount(where):
                options = ["-t", "proc", "proc"] if kind == "proc" else ["--bind", f"/{name}"]
                subprocess.run(["mount", *options, str(where)], check=True, capture_output=True)
                self.mounted.append(where)

    def release(self):
        for where in reversed(self.mounted):
            subprocess.run(["umount", "-l", str(where)], capture_output=True)

    def forget(self):
        """Removes what SwiftPM remembers of registries and packages."""
        for name in ("root/.swiftpm", "root/.netrc", "root/.cache/org.swift.swiftpm", "srv/work"):
            path = self.root / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        (self.root / "srv/work/scratch").mkdir(parents=True)

    def trust(self, authority):
        """Makes the system in the root folder trust an authority."""
        shutil.copy(authority, self.root / "usr/local/share/ca-certificates/homeregion-test.crt")
        self.run("update-ca-certificates", "--fresh", cwd="/")

    def write(self, path, text):
        file = self.root / "srv" / "work" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *command, cwd="/srv/work", fails=False, may_abort=False):
        """Runs a command; answers what it printed. With `fails`, it has to fail.

        Debian's build of SwiftPM may abort after it has done a login or an upload, while it closes the connection.
        """
        variables = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
        words = ["chroot", str(self.root), "env", "-i", "-C", cwd, *variables, *command]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_MAX_S)
        printed = done.stdout + done.stderr
        aborted = may_abort and done.returncode in (134, 139, -6, -11)
        if aborted or (done.returncode != 0) == fails:
            return printed
        raise Failed(f"{' '.join(command)}\nended with {done.returncode}\n{printed}")


def find():
    """The toolchain, made if it may be; else the test is skipped, saying why."""
    if not FULL:
        pytest.skip("the Swift toolchain: --full")
    if os.geteuid() != 0:
        pytest.skip("the Swift toolchain lives in a root folder of its own, which takes root")
    chosen = os.environ.get("HOMEREGION_TEST_SWIFT_ROOT")
    root = Path(chosen) if chosen else tools() / "swift-root"
    if not os.path.lexists(root / "usr/bin/swift"):
        if chosen:
            pytest.skip(f"{root} has no /usr/bin/swift")
        make(root)
    try:
        return Toolchain(root)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"nothing can be mounted here: {error.stderr}")


def mirror():
    """Where this system's own packages come from."""
    sources = Path("/etc/apt")
    for file in [*sources.glob("sources.list.d/*.sources"), sources / "sources.list"]:
        found = re.search(r"^(?:URIs:|deb)\s+(?:\[[^]]*\]\s+)?(\S+)", file.read_text() if file.exists() else "", re.M)
        if found:
            return found.group(1)
    return None


def make(root):
    """Makes the root folder, under another name until it is whole."""
    partial = root.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        program, variables = debootstrap(partial.parent)
        step(program, "--variant=minbase", "--include=ca-certificates", "trixie", str(partial), mirror() or "", **variables)
        for name in ("resolv.conf", "hosts"):
            shutil.copy(Path("/etc") / name, partial / "etc" / name)
        for settings in Path("/etc/apt/apt.conf.d").iterdir():
            if "Acquire" in settings.read_text(errors="replace"):
                shutil.copy(settings, partial / "etc/apt/apt.conf.d")
        step("chroot", str(partial), "apt-get", "-qq", "update")
        step("chroot", str(partial), "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        output = getattr(error, "output", None) or ""
        pytest.skip(f"the Swift toolchain cannot be had here: {error}\n{output[-2000:]}")
    partial.rename(root)


def debootstrap(folder):
    """The program that makes root folders, unpacked from its package where it is not installed."""
    installed = shutil.which("debootstrap")
    if installed:
        return installed, {}
    unpacked = folder / "debootstrap"
    if not (unpacked / "usr/sbin/debootstrap").exists():
        download = folder / "debootstrap-package"
        shutil.rmtree(download, ignore_errors=True)
        download.mkdir()
        step("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", "debootstrap", cwd=download)
        (package,) = download.glob("*.deb")
        step("dpkg", "-x", str(package), str(unpacked))
    return str(unpacked / "usr/sbin/debootstrap"), {"DEBOOTSTRAP_DIR": str(unpacked / "usr/share/debootstrap")}


def step(*command, cwd=None, **variables):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", **variables}
    subprocess.run(
        command, cwd=cwd, env=environment, check=True, timeout=900, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
