"""Gradle for real: thirty dependencies through a repository that has none of them yet, and a file that comes later."""

import os
import shutil
import subprocess

import pytest

from tests.clients.maven.debian import installed
from tests.server import environment

FULL = os.environ.get("HOMEREGION_TEST_FULL") == "1"

BUILD = """
configurations {{ wanted }}
repositories {{ maven {{ url '{url}'; credentials {{ username 'aws'; password '{token}' }} }} }}
dependencies {{ {dependencies} }}
task fetch(type: Copy) {{ from configurations.wanted; into 'out' }}
"""


@pytest.mark.skipif(not FULL, reason="Gradle: --full")
@pytest.mark.max_seconds(300)
def test_25_gradle_resolves_through_a_connection(shop, tmp_path):
    if not installed(["gradle"], lambda: shutil.which("gradle")):
        pytest.skip("Gradle is not installed: apt-get install gradle")
    wanted = []
    for number in range(30):
        shop.public.add("org.public", f"gradle-{number}", "1.0", (".pom", ".jar", "-tests.jar"))
        wanted.append(f"org.public:gradle-{number}:{'1.+' if number % 10 == 0 else '1.0'}")

    def fetch(*options):
        dependencies = "; ".join(f"wanted '{one}'" for one in wanted)
        text = BUILD.format(url=shop.url("app"), token=shop.token, dependencies=dependencies)
        (tmp_path / "build.gradle").write_text(text)
        done = subprocess.run(
            ["gradle", "--no-daemon", "--gradle-user-home", str(tmp_path / "home"), *options, "fetch"],
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=250,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]

    fetch()
    assert {file.name for file in (tmp_path / "out").iterdir()} == {f"gradle-{n}-1.0.jar" for n in range(30)}
    wanted.append("org.public:gradle-7:1.0:tests")
    fetch("--refresh-dependencies")
    assert (tmp_path / "out/gradle-7-1.0-tests.jar").read_text() == "gradle-7 1.0 -tests.jar"
    for repository in ("app", "store"):
        assert "gradle-7-1.0-tests.jar" in shop.assets(repository, "org.public:gradle-7", "1.0")
        assert "gradle-8-1.0-tests.jar" not in shop.assets(repository, "org.public:gradle-8", "1.0")
