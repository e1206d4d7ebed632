"""A domain with `store` (connected to a made-up gem host), `mid` above it and `app` above that, `own` beside; and gem and
Bundler.

Both are the distribution's packages; whoever may install packages gets them if they are missing.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.maven.debian import installed
from tests.clients.ruby.gem_host import GemHost
from tests.commandline import COMMAND_MAX_S, Failed
from tests.server import Server, environment, fetch

CONNECTION = "public:ruby-gems-org"


def fill(host):
    """Gems that need each other, one for several platforms, and a pre-release."""
    host.publish("fixture-base", "1.0.0")
    host.publish("fixture-base", "1.1.0")
    host.publish("fixture-base", "2.0.0.rc1")
    host.publish("fixture-top", "1.0.0", [("fixture-base", ">= 1.0, < 2", "runtime"), ("fixture-tool", ">= 0", "development")])
    for platform in ("ruby", "x86_64-linux", "java"):
        host.publish("fixture-native", "3.0.0", platform=platform, source=f"module FixtureNative; FOR = '{platform}'; end\n")


@pytest.fixture(scope="session")
def host():
    made = GemHost()
    fill(made)
    yield made.start()
    made.stop()


@pytest.fixture(scope="session")
def gem_server(host):
    """A server whose public gem host is the made-up one."""
    if not installed(["ruby", "ruby-bundler"], lambda: shutil.which("gem") and shutil.which("bundle")):
        pytest.skip("gem and Bundler are not installed: apt-get install ruby ruby-bundler")
    server = Server(HOMEREGION_UPSTREAM_RUBY_GEMS_ORG=host.url)
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()


@pytest.fixture
def shop(gem_server):
    return Shop(gem_server)


@pytest.fixture
def ruby(shop):
    """gem and Bundler of somebody who is logged in to `app`."""
    found = Ruby(shop)
    yield found
    found.discard()


class Shop:
    """One account: its domain and its boto3."""

    def __init__(self, server, account=None):
        self.server = server
        self.caller = Caller(server, account or fresh_account())
        self.codeartifact = self.caller.codeartifact
        self.codeartifact.create_domain(domain="shop")
        for name, upstream in (("store", None), ("mid", "store"), ("app", "mid"), ("own", None)):
            upstreams = [{"repositoryName": upstream}] if upstream else []
            self.codeartifact.create_repository(domain="shop", repository=name, upstreams=upstreams)
        self.codeartifact.associate_external_connection(domain="shop", repository="store", externalConnection=CONNECTION)

    def disconnect(self):
        self.codeartifact.disassociate_external_connection(domain="shop", repository="store", externalConnection=CONNECTION)

    def url(self, repository):
        return f"{self.server.endpoint}/ruby/d/shop-{self.caller.account}/{repository}/"

    def token(self, caller=None):
        asked = (caller or self.caller).codeartifact
        return asked.get_authorization_token(domain="shop", domainOwner=self.caller.account)["authorizationToken"]

    def fetch(self, method, repository, rest, body=None, **headers):
        """One request as somebody who is logged in; answers status, headers and body."""
        return fetch(method, self.url(repository) + rest, body, {"Authorization": f"Bearer {self.token()}", **headers})

    def where(self, repository, name, **more):
        return {"domain": "shop", "repository": repository, "format": "ruby", "package": name, **more}

    def packages(self, repository):
        return {item["package"] for item in self.codeartifact.list_packages(domain="shop", repository=repository)["packages"]}

    def versions(self, repository, name):
        found = self.codeartifact.list_package_versions(**self.where(repository, name))["versions"]
        return {item["version"]: item["status"] for item in found}

    def assets(self, repository, name, version):
        found = self.codeartifact.list_package_version_assets(**self.where(repository, name, packageVersion=version))["assets"]
        return {item["name"] for item in found}


class Ruby:
    """gem and Bundler with a home folder of their own, for one repository."""

    def __init__(self, shop, repository="app", token=None):
        self.shop = shop
        self.repository = repository
        self.token = token or shop.token()
        self.folder = Path(tempfile.mkdtemp(prefix="homeregion-ruby-"))
        self.log_in(self.token)

    def log_in(self, token):
        self.token = token
        credentials = self.folder / ".gem" / "credentials"
        credentials.parent.mkdir(exist_ok=True)
        credentials.write_text(f"---\n:hr: Bearer {token}\n")
        credentials.chmod(0o600)

    @property
    def url(self):
        return self.shop.url(self.repository)

    @property
    def source(self):
        return self.url.replace("http://", f"http://aws:{self.token}@")

    def discard(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self):
        gems = str(self.folder / "gems")
        found = environment(self.folder, GEM_HOME=gems, GEM_PATH=gems, BUNDLE_USER_HOME=str(self.folder / "bundle"))
        found["BUNDLE_SILENCE_ROOT_WARNING"] = "1"
        found["BUNDLE_RETRY"] = "0"
        found["LANG"] = "C.UTF-8"
        return found

    def run(self, *command, cwd=None, fails=False):
        """Runs a program; answers what it printed on both outputs. With `fails`, it has to fail."""
        done = subprocess.run(
            command, cwd=cwd or self.folder, env=self.environment(), input="", capture_output=True, text=True, timeout=COMMAND_MAX_S
        )
        if fails:
            assert done.returncode != 0, f"{' '.join(command)} succeeded:\n{done.stdout}{done.stderr}"
        elif done.returncode != 0:
            raise Failed(command, done)
        return done.stdout + done.stderr

    def gem(self, *arguments, **more):
        return self.run("gem", *arguments, **more)

    def build(self, name, version, more=""):
        """Builds a gem with `gem build`; answers its path."""
        folder = self.folder / "source" / f"{name}-{version}"
        (folder / "lib").mkdir(parents=True, exist_ok=True)
        (folder / "lib" / f"{name}.rb").write_text(f"X = '{version}'\n")
        text = f's.name="{name}"; s.version="{version}"; s.summary="{name} of ours"; s.authors=["Us"]; s.files=["lib/{name}.rb"]\n'
        text += f's.license="MIT"; s.homepage="https://ours.example/"; s.required_ruby_version=">= 2.7"\n{more}\n'
        (folder / f"{name}.gemspec").write_text(f"Gem::Specification.new do |s|\n{text}end\n")
        self.gem("build", f"{name}.gemspec", cwd=folder)
        return next(folder.glob("*.gem"))

    def push(self, gem, **more):
        return self.gem("push", "--host", self.url.rstrip("/"), "--key", "hr", str(gem), **more)

    def install(self, *arguments, **more):
        return self.gem("install", "--no-document", *arguments, "--clear-sources", "--source", self.source, **more)

    def installed(self):
        return {path.name for path in (self.folder / "gems" / "gems").glob("*")}

    def project(self, *gems):
        """A folder with a Gemfile; Bundler knows how to log in."""
        folder = self.folder / "project"
        folder.mkdir(exist_ok=True)
        lines = [f'source "{self.url}"', *(f"gem {gem}" for gem in gems), ""]
        (folder / "Gemfile").write_text("\n".join(lines))
        self.run("bundle", "config", "set", "--global", self.url, f"aws:{self.token}")
        self.run("bundle", "config", "set", "--local", "path", "vendor", cwd=folder)
        return folder

    def bundle(self, *arguments, **more):
        return self.run("bundle", *arguments, cwd=self.folder / "project", **more)

    def bundled(self):
        return {path.name for path in (self.folder / "project" / "vendor").glob("ruby/*/gems/*")}
