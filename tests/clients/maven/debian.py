"""The distribution's own Maven repository as a public one: what its packages installed, and the metadata that they lack.

Maven, its plugins and Ivy are the distribution's packages; whoever may install packages gets those that are missing.
"""

import collections
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

INSTALLED = Path("/usr/share/maven-repo")
PACKAGES = [
    "default-jdk-headless",
    "maven",
    "ivy",
    *(f"libmaven-{one}-plugin-java" for one in ("clean", "compiler", "dependency", "deploy", "install", "jar")),
    "libmaven-resources-plugin-java",
    "libsurefire-java",
]
NEEDED = [INSTALLED / f"org/apache/maven/plugins/maven-{one}-plugin" for one in ("deploy", "dependency", "jar")]


def install():
    """Makes sure that Maven is here, or skips the test with what to do."""
    def is_here():
        return shutil.which("mvn") and shutil.which("javac") and all(folder.is_dir() for folder in NEEDED)

    if not installed(PACKAGES, is_here):
        pytest.skip("Maven and its plugins are not installed: apt-get install " + " ".join(PACKAGES))


def installed(packages, is_here):
    """Whether programs are here, after their packages were installed by whoever may."""
    if is_here():
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(command, env=environment, capture_output=True).returncode:
        subprocess.run(["apt-get", "update", "-qq"], env=environment, capture_output=True)
        subprocess.run(command, env=environment, capture_output=True)
    return bool(is_here())


def order(version):
    return [(0, int(part)) if part.isdigit() else (-1, 0) for part in re.split(r"[.\-]", version)]


def goal_prefix(jar):
    """What Maven calls the plugin in a jar, if there is one."""
    try:
        with zipfile.ZipFile(jar) as archive:
            found = re.search(r"<goalPrefix>([^<]+)", archive.read("META-INF/maven/plugin.xml").decode())
            return found and found.group(1)
    except (KeyError, zipfile.BadZipFile, OSError):
        return None


def metadata(root=INSTALLED):
    """The `maven-metadata.xml` of every package and of every group with plugins, by path."""
    versions, plugins, made = collections.defaultdict(dict), collections.defaultdict(dict), {}
    for pom in root.glob("**/*.pom"):
        if not pom.exists():
            continue
        *group, artifact, version, _ = pom.relative_to(root).parts
        jar = pom.with_name(f"{artifact}-{version}.jar")
        versions["/".join(group), artifact][version] = jar.exists()
        if artifact.endswith("-plugin") and jar.exists() and (prefix := goal_prefix(jar)):
            plugins["/".join(group)][prefix] = artifact
    for (group, artifact), found in versions.items():
        listed = sorted(found, key=order)
        newest = [version for version in listed if found[version]] or listed
        made[f"{group}/{artifact}/maven-metadata.xml"] = (
            f"<metadata><groupId>{group.replace('/', '.')}</groupId><artifactId>{artifact}</artifactId><versioning>"
            f"<latest>{newest[-1]}</latest><release>{newest[-1]}</release><versions>"
            + "".join(f"<version>{version}</version>" for version in listed)
            + "</versions></versioning></metadata>"
        ).encode()
    for group, found in plugins.items():
        made[f"{group}/maven-metadata.xml"] = (
            "<metadata><plugins>"
            + "".join(
                f"<plugin><name>{artifact}</name><prefix>{prefix}</prefix><artifactId>{artifact}</artifactId></plugin>"
                for prefix, artifact in found.items()
            )
            + "</plugins></metadata>"
        ).encode()
    return made
