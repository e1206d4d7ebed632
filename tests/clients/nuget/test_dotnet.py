"""The real .NET SDK: pack, push, add, restore, list, delete, tools."""

import json
import os
import zipfile

import pytest

from tests.clients.nuget.conftest import FULL

pytestmark = [pytest.mark.skipif(not FULL, reason="the .NET SDK: --full"), pytest.mark.max_seconds(400)]


def test_26_what_dotnet_pushes_is_restored_unlisted_and_found_normalised(dotnet, shop):
    package = dotnet.library("Acme.Demo", "1.0.0.0")
    pushed = dotnet.run("nuget", "push", str(package), "--source", "shop")
    assert "Your package was pushed." in pushed
    assert shop.versions("app", "Acme.Demo") == {"1.0.0": "Published"}
    assets = shop.codeartifact.list_package_version_assets(**shop.where("app", "acme.demo", packageVersion="1.0.0.0"))["assets"]
    assert [asset["name"] for asset in assets] == ["acme.demo.1.0.0.nupkg"]
    # With the key alone; the same bytes are a success.
    dotnet.run("nuget", "push", str(package), "--source", "shop", "--api-key", shop.token)
    again = dotnet.library("ACME.demo", "1.0.0", Description="another")
    assert "409" in dotnet.run("nuget", "push", str(again), "--source", "shop", fails=True)
    dotnet.run("nuget", "push", str(again), "--source", "shop", "--skip-duplicate")

    app = dotnet.application()
    (app / "Program.cs").write_text("class Program { static void Main() { System.Console.WriteLine(Acme.Kit.Name); } }")
    dotnet.run("add", "package", "Acme.Demo", cwd=app)
    assert 'Include="Acme.Demo" Version="1.0.0"' in (app / "app.csproj").read_text()
    dotnet.run("add", "package", "Fixture.Base", "--version", "1.0.0", cwd=app)
    assert dotnet.run("run", cwd=app).strip().endswith("kit")
    assert shop.versions("app", "fixture.base") == {"1.0.0": "Published"}
    outdated = dotnet.run("list", "package", "--outdated", cwd=app)
    assert "Fixture.Base" in outdated and "1.1.0" in outdated and "Acme.Demo" not in outdated

    dotnet.run("nuget", "delete", "Acme.Demo", "1.0.0", "--source", "shop", "--non-interactive")
    assert shop.versions("app", "acme.demo") == {"1.0.0": "Unlisted"}
    dotnet.forget()
    dotnet.run("restore", cwd=app)


def test_a_locked_restore_needs_no_public_registry(dotnet, shop, gallery):
    app = dotnet.application(("Fixture.Base", "1.1.0"), RestorePackagesWithLockFile="true")
    dotnet.run("restore", cwd=app)
    lock = json.loads((app / "packages.lock.json").read_text())
    assert lock["dependencies"][".NETCoreApp,Version=v3.1"]["Fixture.Base"]["resolved"] == "1.1.0"
    dotnet.forget()
    gallery.stop()
    try:
        dotnet.run("restore", "--locked-mode", cwd=app)
    finally:
        gallery.start()
    assert shop.versions("store", "fixture.base")["1.1.0"] == "Published"


def test_prereleases_of_semver_2_and_tools_are_found(dotnet):
    dotnet.run("nuget", "push", str(dotnet.library("Acme.Next", "2.0.0-beta.1+build5")), "--source", "shop")
    app = dotnet.application(("Acme.Next", "2.0.0-*"))
    dotnet.run("restore", cwd=app)
    assets = json.loads((app / "obj" / "project.assets.json").read_text())
    assert "Acme.Next/2.0.0-beta.1" in assets["libraries"]
    tool = dotnet.library("Acme.Tool", "1.0.0", PackAsTool="true", OutputType="Exe", UseAppHost="false")
    dotnet.run("nuget", "push", str(tool), "--source", "shop")
    where = ["--tool-path", str(dotnet.folder / "tools"), "--configfile", str(dotnet.folder / "nuget.config")]
    dotnet.run("tool", "install", "Acme.Tool", "--version", "1.0.0", *where)


def test_what_is_too_large_for_one_piece_survives_the_challenge(dotnet, shop):
    package = dotnet.library("Acme.Large", "1.0.0")
    with zipfile.ZipFile(package, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("content/noise.bin", os.urandom(40 << 20))
    dotnet.run("nuget", "push", str(package), "--source", "shop")
    assert shop.versions("app", "acme.large") == {"1.0.0": "Published"}
