"""A domain with `store` (connected to a made-up crate registry), `mid` above it and `app` above that; and cargo."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.cargo.registry import CrateRegistry
from tests.commandline import COMMAND_MAX_S, Failed, tools
from tests.server import Server, environment

CONNECTION = "public:crates-io"


def fill(registry):
    """Crates that need each other, one under another name, and a program."""
    registry.publish("fixture-base", "1.0.0", "pub fn base() -> u32 { 100 }", pubtime="2020-01-01T00:00:00Z")
    registry.publish("fixture-base", "1.1.0", "pub fn base() -> u32 { 110 }", pubtime="2021-01-01T00:00:00Z")
    needs = [("renamed", "1", "fixture-base")]
    registry.publish("Fixture_Top", "2.0.0", "pub fn top() -> u32 { renamed::base() + 1 }", needs)
    show = 'fn main() { println!("{}", fixture_base::base()); }'
    registry.publish("fixture-cli", "0.1.0", show, [("fixture-base", "1", None)], program=True)


@pytest.fixture(scope="session")
def crates():
    registry = CrateRegistry().start()
    fill(registry)
    yield registry
    registry.stop()


@pytest.fixture(scope="session")
def crates_server(crates):
    """A server whose public crate registry is the made-up one."""
    server = Server(HOMEREGION_UPSTREAM_CRATES_IO=f"sparse+{crates.url}")
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()


@pytest.fixture
def shop(crates_server):
    return Shop(crates_server)


@pytest.fixture
def cargo(shop):
    """cargo of somebody who is logged in to `app`."""
    found = Cargo(shop)
    yield found
    found.discard()


class Shop:
    """One account: its domain and its boto3."""

    def __init__(self, server, account=None):
        self.server = server
        self.caller = Caller(server, account or fresh_account())
        self.codeartifact = self.caller.codeartifact
        self.codeartifact.create_domain(domain="shop")
        for name, upstream in (("store", None), ("mid", "store"), ("app", "mid")):
            upstreams = [{"repositoryName": upstream}] if upstream else []
            self.codeartifact.create_repository(domain="shop", repository=name, upstreams=upstreams)
        self.codeartifact.associate_external_connection(domain="shop", repository="store", externalConnection=CONNECTION)

    def disconnect(self):
        self.codeartifact.disassociate_external_connection(domain="shop", repository="store", externalConnection=CONNECTION)

    def url(self, repository):
        return f"{self.server.endpoint}/cargo/d/shop-{self.caller.account}/{repository}/"

    def token(self, caller=None):
        asked = (caller or self.caller).codeartifact
        return asked.get_authorization_token(domain="shop", domainOwner=self.caller.account)["authorizationToken"]

    def where(self, repository, name, **more):
        return {"domain": "shop", "repository": repository, "format": "cargo", "package": name, **more}

    def packages(self, repository):
        return {item["package"] for item in self.codeartifact.list_packages(domain="shop", repository=repository)["packages"]}

    def versions(self, repository, name):
        found = self.codeartifact.list_package_versions(**self.where(repository, name))["versions"]
        return {item["version"]: item["status"] for item in found}


class Cargo:
    """cargo with a home folder of its own, in which `shop` is a repository."""

    def __init__(self, shop, repository="app", token=True, replaces=False):
        self.shop = shop
        self.folder = Path(tempfile.mkdtemp(prefix="homeregion-cargo-"))
        self.home = self.folder / "home"
        self.home.mkdir()
        self.configure(repository, replaces=replaces)
        self.variables = {"CARGO_REGISTRIES_SHOP_TOKEN": shop.token()} if token else {}

    def configure(self, repository, replaces=False, provider="cargo:token"):
        lines = ["[registries.shop]", f'index = "sparse+{self.shop.url(repository)}"', f'credential-provider = "{provider}"']
        lines += ["[registry]", 'default = "shop"', "[net]", "retry = 0", "[term]", "color = 'never'"]
        # Nothing that these tests build is on the public index.
        lines += ["[source.crates-io]", 'replace-with = "shop"'] if replaces else []
        (self.home / "config.toml").write_text("\n".join([*lines, ""]))

    def discard(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def forget(self):
        """Removes what cargo cached of indexes and crates."""
        shutil.rmtree(self.home / "registry", ignore_errors=True)

    def environment(self):
        toolchain = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True, cwd="/").stdout.strip()
        found = environment(self.folder, CARGO_HOME=str(self.home), **self.variables)
        found["PATH"] = f"{toolchain}/bin:{tools() / 'venv' / 'bin'}:{found['PATH']}"
        found["CARGO_INCREMENTAL"] = "0"
        found["CARGO_TARGET_DIR"] = str(self.folder / "target")
        return found

    def run(self, *arguments, cwd=None, fails=False, text=None):
        """Runs cargo; answers what it printed on both outputs. With `fails`, it has to fail."""
        command = ["cargo", *arguments]
        done = subprocess.run(
            command, cwd=cwd or self.folder, env=self.environment(), input=text or "", capture_output=True, text=True, timeout=COMMAND_MAX_S
        )
        if fails:
            assert done.returncode != 0, f"{' '.join(command)} succeeded:\n{done.stdout}{done.stderr}"
        elif done.returncode != 0:
            raise Failed(command, done)
        return done.stdout + done.stderr

    def package(self, name, version, source="", dependencies="", more="", program=False):
        """A folder that can be built and published."""
        where = self.folder / name
        shutil.rmtree(where, ignore_errors=True)
        (where / "src").mkdir(parents=True)
        about = 'description = "a crate of our own"\nlicense = "MIT"\nrepository = "https://git.example/ours"\n'
        head = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n{about}{more}\n[dependencies]\n{dependencies}\n'
        (where / "Cargo.toml").write_text(head)
        (where / "src" / ("main.rs" if program else "lib.rs")).write_text(source)
        (where / "README.md").write_text(f"# {name}\n")
        return where

    def publish(self, folder, **more):
        return self.run("publish", "--registry", "shop", "--allow-dirty", "--no-verify", cwd=folder, **more)

    def locked(self, project):
        """The versions in the lock file."""
        found, name = {}, None
        for line in (project / "Cargo.lock").read_text().splitlines():
            if line.startswith("name = "):
                name = json.loads(line.split(" = ", 1)[1])
            elif line.startswith("version = ") and name:
                found[name] = json.loads(line.split(" = ", 1)[1])
        return found
