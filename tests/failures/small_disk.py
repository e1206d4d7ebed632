"""A disk of a few megabytes, and a file that takes what is left of it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

CHUNK = b"\1" * 4096


class SmallDisk:
    """A tmpfs of its own; mounting needs root."""

    def __init__(self, megabytes):
        if os.geteuid() != 0:
            pytest.skip("mounting a small disk needs root")
        self.path = Path(tempfile.mkdtemp(prefix="homeregion-disk-"))
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.path)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            self.path.rmdir()
            pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        self.filler = self.path / "filler"

    def free_bytes(self):
        return shutil.disk_usage(self.path).free

    def fill(self, leave=0):
        """Takes the space but for some bytes."""
        with open(self.filler, "ab", buffering=0) as filler:
            while self.free_bytes() > leave:
                try:
                    filler.write(CHUNK)
                except OSError:
                    return

    def free(self):
        """Gives the space back."""
        self.filler.unlink(missing_ok=True)

    def discard(self):
        subprocess.run(["umount", str(self.path)], check=True, capture_output=True)
        self.path.rmdir()
