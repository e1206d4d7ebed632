"""Maven 3.8 and Ivy for real: every plugin is resolved through our server, whose public repository is the distribution's."""

import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.clients.maven import debian
from tests.clients.maven.conftest import Shop
from tests.clients.maven.public_repository import PublicRepository
from tests.server import Server, environment
from tests.tokens import expired

SETTINGS = """<settings>
  <localRepository>{local}</localRepository>
  <interactiveMode>false</interactiveMode>
  <servers><server><id>hr</id><username>aws</username><password>{token}</password></server></servers>
  <mirrors><mirror><id>hr</id><url>{url}</url><mirrorOf>*</mirrorOf></mirror></mirrors>
  <profiles><profile><id>hr</id>
    <repositories><repository><id>hr</id><url>{url}</url><releases><enabled>true</enabled></releases>
      <snapshots><enabled>true</enabled></snapshots></repository></repositories>
    <pluginRepositories><pluginRepository><id>hr</id><url>{url}</url></pluginRepository></pluginRepositories>
  </profile></profiles>
  <activeProfiles><activeProfile>hr</activeProfile></activeProfiles>
</settings>"""

LIBRARY = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>com.acme</groupId><artifactId>lib</artifactId><version>{version}</version><packaging>jar</packaging>
  <name>The Library</name><description>Says hello</description>
  <properties><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
    <maven.compiler.source>8</maven.compiler.source><maven.compiler.target>8</maven.compiler.target></properties>
  <distributionManagement><repository><id>hr</id><url>{url}</url></repository>
    <snapshotRepository><id>hr</id><url>{url}</url></snapshotRepository></distributionManagement>
</project>"""

IVY_SETTINGS = """<ivysettings>
  <settings defaultResolver="hr"/>
  <credentials host="127.0.0.1" realm="shop/app" username="aws" passwd="{token}"/>
  <caches defaultCacheDir="{cache}"/>
  <resolvers><ibiblio name="hr" m2compatible="true" root="{url}"/></resolvers>
</ivysettings>"""


class Workshop:
    """A folder to build in, with settings that lead everything through one repository."""

    def __init__(self, shop, folder, repository="app"):
        self.shop = shop
        self.folder = folder
        self.url = shop.url(repository)
        self.local = folder / "m2"
        self.settings = folder / "settings.xml"
        self.write_settings()

    def write_settings(self):
        text = SETTINGS.format(local=self.local, token=self.shop.token, url=self.url)
        self.settings.write_text(text)

    def library(self, version, greeting="hello"):
        folder = self.folder / "lib"
        source = folder / "src/main/java/com/acme"
        source.mkdir(parents=True, exist_ok=True)
        (folder / "pom.xml").write_text(LIBRARY.format(version=version, url=self.url))
        (source / "Hello.java").write_text(f'package com.acme; public class Hello {{ String say = "{greeting}"; }}')
        shutil.rmtree(folder / "target", ignore_errors=True)
        return folder

    def mvn(self, *arguments, cwd=None, fails=False):
        command = ["mvn", "-B", "-s", str(self.settings), *arguments]
        done = subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=environment(self.folder, MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"),
            capture_output=True,
            text=True,
            timeout=170,
        )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, output[-6000:]
        return output

    def forget(self, everything=False):
        """Empties the local repository, of our own packages or of all."""
        shutil.rmtree(self.local if everything else self.local / "com/acme", ignore_errors=True)


@pytest.fixture(scope="module")
def distribution():
    """A server whose `public:maven-central` is the distribution's repository."""
    debian.install()
    public = PublicRepository(debian.INSTALLED).start()
    public.files.update(debian.metadata())
    server = Server(HOMEREGION_UPSTREAM_MAVEN_CENTRAL=public.url)
    server.public = public
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()
        public.stop()


@pytest.fixture(scope="module")
def workshop(distribution, tmp_path_factory):
    shop = Shop(distribution)
    yield Workshop(shop, tmp_path_factory.mktemp("maven"))
    shop.home.discard()


@pytest.mark.max_seconds(240)
def test_20_mvn_deploys_and_resolves(workshop):
    shop = workshop.shop
    library = workshop.library("1.0")
    output = workshop.mvn("deploy", cwd=library)
    assert "BUILD SUCCESS" in output and "WARNING: Checksum" not in output
    assert shop.versions("app", "com.acme:lib") == {"1.0": "Published"}
    names = set(shop.assets("app", "com.acme:lib", "1.0"))
    assert names == {"lib-1.0.jar", "lib-1.0.pom", "maven-metadata.xml"}, "no checksums"
    assert shop.describe("app", "com.acme:lib", "1.0")["displayName"] == "The Library"
    plugin = "org.apache.maven.plugins:maven-deploy-plugin"
    assert shop.versions("store", plugin), "its plugins came through our server"

    # The same bytes again are no conflict; others are.
    again = [f"-Durl={workshop.url}", "-DrepositoryId=hr", "-Dfile=target/lib-1.0.jar", "-DpomFile=pom.xml"]
    workshop.mvn("deploy:deploy-file", *again, cwd=library)
    jar = workshop.folder / "other.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        archive.writestr("other.txt", "other bytes")
    where = ["-DgroupId=com.acme", "-DartifactId=lib", "-Dversion=1.0", "-Dpackaging=jar"]
    into = [f"-Durl={workshop.url}", "-DrepositoryId=hr", f"-Dfile={jar}"]
    output = workshop.mvn("deploy:deploy-file", *into, *where, "-DgeneratePom=false", fails=True)
    assert "409" in output

    # A classifier may come later, from a build of its own.
    workshop.mvn("deploy:deploy-file", *into, *where, "-DgeneratePom=false", "-Dclassifier=sources")
    assert "lib-1.0-sources.jar" in shop.assets("app", "com.acme:lib", "1.0")

    workshop.forget()
    workshop.mvn("dependency:get", "-Dartifact=com.acme:lib:1.0", "-Dtransitive=false")
    got = workshop.local / "com/acme/lib/1.0/lib-1.0.jar"
    assert zipfile.ZipFile(got).read("com/acme/Hello.class")
    out = workshop.folder / "out"
    workshop.mvn("dependency:copy", "-Dartifact=com.acme:lib:1.0:jar:sources", f"-DoutputDirectory={out}")
    assert (out / "lib-1.0-sources.jar").exists()
    output = workshop.mvn("dependency:get", "-Dartifact=com.acme:nosuch:1.0", fails=True)
    assert "Could not find artifact com.acme:nosuch:jar:1.0" in output


@pytest.mark.max_seconds(240)
def test_23_mvn_deploys_a_snapshot_three_times(workshop):
    shop = workshop.shop
    for number in (1, 2, 3):
        library = workshop.library("2.0-SNAPSHOT", greeting=f"hello {number}")
        workshop.mvn("deploy", cwd=library)
        time.sleep(1 - time.time() % 1)
    versions = shop.versions("app", "com.acme:lib")
    builds = sorted(version for version in versions if version.startswith("2.0-2"))
    assert versions["2.0-SNAPSHOT"] == "Published" and len(builds) == 3
    assert {versions[build] for build in builds} == {"Unlisted"}
    workshop.forget()
    workshop.mvn("-U", "dependency:get", "-Dartifact=com.acme:lib:2.0-SNAPSHOT", "-Dtransitive=false")
    newest = workshop.local / "com/acme/lib/2.0-SNAPSHOT/lib-2.0-SNAPSHOT.jar"
    assert b"hello 3" in zipfile.ZipFile(newest).read("com/acme/Hello.class")
    workshop.mvn("dependency:get", f"-Dartifact=com.acme:lib:{builds[0]}", "-Dtransitive=false")
    oldest = workshop.local / f"com/acme/lib/2.0-SNAPSHOT/lib-{builds[0]}.jar"
    assert b"hello 1" in zipfile.ZipFile(oldest).read("com/acme/Hello.class")


@pytest.mark.max_seconds(240)
def test_ranges_and_a_reinstall_without_the_registry(workshop):
    application = workshop.folder / "application"
    application.mkdir(exist_ok=True)
    (application / "pom.xml").write_text(
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>com.acme</groupId><artifactId>application</artifactId><version>1</version><dependencies><dependency>"
        "<groupId>com.acme</groupId><artifactId>lib</artifactId><version>[1.0,2.0-alpha)</version></dependency>"
        "<dependency><groupId>commons-io</groupId><artifactId>commons-io</artifactId><version>[2,)</version>"
        "</dependency></dependencies></project>"
    )
    out = application / "out"
    resolve = ["dependency:copy-dependencies", f"-DoutputDirectory={out}"]
    workshop.mvn(*resolve, cwd=application)
    first = sorted(file.name for file in out.iterdir())
    assert "lib-1.0.jar" in first and any(name.startswith("commons-io-") for name in first)
    shutil.rmtree(out)
    workshop.forget(everything=True)
    workshop.shop.public.failing = True
    try:
        workshop.mvn(*resolve, cwd=application)
    finally:
        workshop.shop.public.failing = False
    assert sorted(file.name for file in out.iterdir()) == first


@pytest.mark.max_seconds(240)
def test_mvn_is_told_who_may_not(workshop):
    shop, token = workshop.shop, workshop.shop.token
    workshop.forget()
    get = ["dependency:get", "-Dartifact=com.acme:lib:1.0", "-Dtransitive=false"]
    other = Shop(shop.server, connection=False)
    try:
        for wrong, status in ((other.token, "403"), (expired(shop.server, token), "401")):
            shop.token = wrong
            workshop.write_settings()
            output = workshop.mvn(*get, fails=True)
            assert status in output, output[-3000:]
    finally:
        shop.token = token
        workshop.write_settings()
        other.home.discard()
    workshop.mvn(*get)


@pytest.mark.max_seconds(120)
def test_ivy_resolves_with_the_realm_of_the_repository(workshop):
    ivy = Path("/usr/share/java/ivy.jar")
    if not ivy.exists():
        pytest.skip("Ivy is not installed: apt-get install ivy")
    folder = workshop.folder / "ivy"
    folder.mkdir(exist_ok=True)
    settings = folder / "ivysettings.xml"
    settings.write_text(IVY_SETTINGS.format(token=workshop.shop.token, cache=folder / "cache", url=workshop.url))
    (folder / "ivy.xml").write_text(
        '<ivy-module version="2.0"><info organisation="com.acme" module="app"/><dependencies>'
        '<dependency org="com.acme" name="lib" rev="[1.0,1.9]" conf="default->default"/></dependencies></ivy-module>'
    )
    command = ["java", "-jar", str(ivy), "-settings", str(settings), "-ivy", str(folder / "ivy.xml")]
    done = subprocess.run(
        [*command, "-retrieve", str(folder / "out/[artifact]-[revision](-[classifier]).[ext]")],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert (folder / "out/lib-1.0.jar").exists(), sorted(folder.glob("out/*"))

    # It publishes without metadata: the version is there once somebody says so.
    module = folder / "ivy-1.0.xml"
    module.write_text(
        '<ivy-module version="2.0"><info organisation="com.acme" module="from-ivy" revision="1.0" status="release"/>'
        '<publications><artifact name="from-ivy" type="jar" ext="jar"/></publications></ivy-module>'
    )
    (folder / "from-ivy.jar").write_bytes(b"PK made by Ivy" * 1000)
    done = subprocess.run(
        [
            *["java", "-jar", str(ivy), "-settings", str(settings), "-ivy", str(module), "-publish", "hr"],
            *["-revision", "1.0", "-deliverto", str(folder / "ivy-delivered.xml"), "-overwrite"],
            *["-publishpattern", str(folder / "[artifact].[ext]")],
        ],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    shop = workshop.shop
    assert shop.versions("app", "com.acme:from-ivy") == {"1.0": "Unfinished"}
    assert "from-ivy-1.0.jar" in shop.assets("app", "com.acme:from-ivy", "1.0")
