"""A domain with `store` (connected to a made-up NuGet registry), `mid` above it and `app` above that; and .NET's SDK."""

import base64
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.nuget import sdk
from tests.clients.nuget.registry import NugetRegistry, form
from tests.commandline import Failed
from tests.server import Server, environment, fetch

CONNECTION = "public:nuget-org"


@pytest.fixture(scope="session")
def gallery():
    registry = NugetRegistry().start()
    registry.publish("Fixture.Base", "1.0.0")
    registry.publish("Fixture.Base", "1.1.0")
    registry.publish("Fixture.Base", "2.0.0-beta.1")
    yield registry
    registry.stop()


@pytest.fixture(scope="session")
def gallery_server(gallery):
    """A server whose `public:nuget-org` is the made-up registry."""
    server = Server(HOMEREGION_UPSTREAM_NUGET_ORG=gallery.url)
    try:
        yield server.start()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()


@pytest.fixture
def shop(gallery_server):
    return Shop(gallery_server)


@pytest.fixture
def dotnet(shop):
    """The SDK of somebody who has `app` as the only source, which the server asks for its token again and again."""
    found = Dotnet(shop, sdk.found())
    yield found
    found.discard()


class Shop:
    """One account: its domain, its boto3 and its requests to the NuGet endpoints."""

    def __init__(self, server):
        self.server = server
        self.caller = Caller(server, fresh_account())
        self.codeartifact = self.caller.codeartifact
        self.codeartifact.create_domain(domain="shop")
        for name, upstream in (("store", None), ("mid", "store"), ("app", "mid")):
            upstreams = [{"repositoryName": upstream}] if upstream else []
            self.codeartifact.create_repository(domain="shop", repository=name, upstreams=upstreams)
        self.codeartifact.associate_external_connection(domain="shop", repository="store", externalConnection=CONNECTION)
        self.token = self.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]

    def url(self, repository, path=""):
        return f"{self.server.endpoint}/nuget/d/shop-{self.caller.account}/{repository}/{path}"

    def send(self, method, repository, path, body=None, **headers):
        basic = "Basic " + base64.b64encode(f"aws:{self.token}".encode()).decode()
        return fetch(method, self.url(repository, path), body, {"Authorization": basic, **headers})

    def push(self, repository, package, path="v3/package/"):
        content_type, body = form(package)
        return self.send("PUT", repository, path, body, **{"Content-Type": content_type})[0]

    def where(self, repository, name, **more):
        return {"domain": "shop", "repository": repository, "format": "nuget", "package": name, **more}

    def versions(self, repository, name):
        try:
            found = self.codeartifact.list_package_versions(**self.where(repository, name))["versions"]
        except self.codeartifact.exceptions.ResourceNotFoundException:
            return {}
        return {item["version"]: item["status"] for item in found}


class Dotnet:
    """.NET's SDK with a home folder of its own."""

    def __init__(self, shop, program):
        self.shop = shop
        self.program = program
        self.folder = Path(tempfile.mkdtemp(prefix="homeregion-dotnet-"))
        (self.folder / "nuget.config").write_text(
            '<?xml version="1.0" encoding="utf-8"?><configuration>'
            f'<packageSources><clear/><add key="shop" value="{shop.url("app", "v3/index.json")}" protocolVersion="3"/>'
            '</packageSources><packageSourceCredentials><shop><add key="Username" value="aws"/>'
            f'<add key="ClearTextPassword" value="{shop.token}"/></shop></packageSourceCredentials>'
            f'<config><add key="globalPackagesFolder" value="{self.folder}/packages"/></config></configuration>'
        )

    def discard(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def forget(self):
        """Removes what NuGet cached: packages, and what it was told of them."""
        for folder in ("packages", ".local", "home/.local", "app/obj"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)

    def run(self, *arguments, cwd=None, fails=False):
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        variables = {"DOTNET_CLI_HOME": str(home), "DOTNET_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_NOLOGO": "1"}
        variables |= {"DOTNET_SKIP_FIRST_TIME_EXPERIENCE": "1", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        variables |= {"DOTNET_GENERATE_ASPNET_CERTIFICATE": "false", "LD_LIBRARY_PATH": str(Path(self.program).parent.parent.parent)}
        command = [str(self.program), *arguments]
        done = subprocess.run(
            command, cwd=cwd or self.folder, env={**environment(home), **variables}, capture_output=True, text=True, timeout=200
        )
        if fails:
            assert done.returncode != 0, f"{' '.join(command)} succeeded:\n{done.stdout}{done.stderr}"
        elif done.returncode != 0:
            raise Failed(command, done)
        return done.stdout + done.stderr

    def library(self, name, version, **properties):
        """Packs a library; answers the package's path."""
        folder = self.folder / f"{name}-{version}"
        folder.mkdir()
        more = "".join(f"<{key}>{value}</{key}>" for key, value in properties.items())
        (folder / f"{name}.csproj").write_text(
            '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>netcoreapp3.1</TargetFramework>'
            f"<PackageId>{name}</PackageId><Version>{version}</Version><Authors>acme</Authors>{more}</PropertyGroup></Project>"
        )
        kit = 'namespace Acme { public static class Kit { public static string Name = "kit"; static void Main() { } } }'
        (folder / "Kit.cs").write_text(kit)
        self.run("pack", "-o", "out", cwd=folder)
        return next((folder / "out").glob("*.nupkg"))

    def application(self, *references, **properties):
        """Writes a project that needs these packages; answers its folder."""
        folder = self.folder / "app"
        folder.mkdir(exist_ok=True)
        needed = "".join(f'<PackageReference Include="{name}" Version="{version}"/>' for name, version in references)
        more = "".join(f"<{key}>{value}</{key}>" for key, value in properties.items())
        (folder / "app.csproj").write_text(
            '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType>'
            f"<TargetFramework>netcoreapp3.1</TargetFramework><UseAppHost>false</UseAppHost>{more}</PropertyGroup>"
            f"<ItemGroup>{needed}</ItemGroup></Project>"
        )
        return folder


FULL = os.environ.get("HOMEREGION_TEST_FULL") == "1"
