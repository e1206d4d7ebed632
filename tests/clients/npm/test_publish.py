"""npm publish, dist-tag, deprecate, view, search, ping and whoami against a repository of our own."""

import base64
import gzip
import hashlib
import io
import json
import socket
import tarfile

import pytest

from tests.aws import answer
from tests.commandline import installed


@pytest.fixture
def kit(shop):
    """@acme/kit 1.0.0, published to `store`."""
    shop.home.login("store")
    folder = shop.home.package("@acme/kit", "1.0.0", keywords=["kit"])
    shop.home.npm("publish", cwd=folder)
    return shop


def publish(shop, version, *arguments, name="@acme/kit", **more):
    return shop.home.npm("publish", *arguments, cwd=shop.home.package(name, version, **more))


def view(shop, *arguments):
    return json.loads(shop.home.npm("view", *arguments, "--json"))


def test_an_own_package_is_published_and_installed_through_app(kit):
    assert kit.versions("store", "@acme/kit") == {"1.0.0": "Published"}
    kit.home.login("app")
    project = kit.home.project(**{"@acme/kit": "^1.0.0"})
    # npm keeps what it packed, and would not ask for it.
    kit.home.forget_packages(project)
    kit.home.npm("install", cwd=project)
    assert installed(project) == {"@acme/kit": "1.0.0"}
    printed = kit.home.run("node", "-p", "require('@acme/kit')", cwd=project)
    assert printed.strip() == "@acme/kit@1.0.0"
    assert kit.versions("app", "@acme/kit") == {"1.0.0": "Published"}
    for repository in ("store", "app"):
        where = kit.where(repository, "@acme/kit")
        version = answer(kit.codeartifact.describe_package_version(**where, packageVersion="1.0.0"))["packageVersion"]
        assert version["origin"] == {"domainEntryPoint": {"repositoryName": "store"}, "originType": "INTERNAL"}
        assert version["summary"] == "a package of our own"
        assert [item["name"] for item in version["licenses"]] == ["MIT"]
    package = answer(kit.codeartifact.describe_package(**kit.where("store", "@acme/kit")))["package"]
    assert package["originConfiguration"] == {"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}}
    [asset] = answer(
        kit.codeartifact.list_package_version_assets(**kit.where("store", "@acme/kit"), packageVersion="1.0.0")
    )["assets"]
    assert asset["name"] == "package.tgz"
    assert set(asset["hashes"]) == {"MD5", "SHA-1", "SHA-256", "SHA-512"}


def test_a_version_is_published_once(kit):
    folder = kit.home.package("@acme/kit", "1.0.0", keywords=["other bytes"])
    output = kit.home.npm("publish", cwd=folder, fails=True)
    assert "409" in output or "403" in output or "previously published" in output, output
    assert view(kit, "@acme/kit", "keywords") == ["kit"]


def test_a_package_that_came_from_outside_is_not_published_over(shop):
    shop.home.login("store")
    project = shop.home.project(**{"fixture-38": "1.0.0"})
    shop.home.npm("install", cwd=project)
    output = shop.home.npm("publish", cwd=shop.home.package("fixture-38", "9.0.0"), fails=True)
    assert "403" in output or "409" in output, output
    assert shop.versions("store", "fixture-38") == {"1.0.0": "Published"}


def test_tags_are_added_listed_and_removed(kit):
    publish(kit, "1.1.0-beta.1", "--tag", "beta")
    assert view(kit, "@acme/kit", "dist-tags") == {"latest": "1.0.0", "beta": "1.1.0-beta.1"}
    kit.home.npm("dist-tag", "add", "@acme/kit@1.0.0", "stable")
    listed = kit.home.npm("dist-tag", "ls", "@acme/kit").split("\n")
    assert {line.strip() for line in listed if line.strip()} == {"latest: 1.0.0", "beta: 1.1.0-beta.1", "stable: 1.0.0"}
    kit.home.npm("dist-tag", "rm", "@acme/kit", "stable")
    assert view(kit, "@acme/kit", "dist-tags") == {"latest": "1.0.0", "beta": "1.1.0-beta.1"}
    publish(kit, "1.2.0")
    assert view(kit, "@acme/kit", "dist-tags")["latest"] == "1.2.0"
    assert view(kit, "@acme/kit@beta", "version") == "1.1.0-beta.1"


def test_a_version_is_deprecated_and_undeprecated(kit):
    publish(kit, "1.1.0")
    kit.home.npm("deprecate", "@acme/kit@1.0.0", "too old")
    assert view(kit, "@acme/kit@1.0.0", "deprecated") == "too old"
    assert "deprecated" not in view(kit, "@acme/kit@1.1.0")
    kit.home.npm("deprecate", "@acme/kit@1.0.0", "")
    assert not view(kit, "@acme/kit@1.0.0").get("deprecated")


def test_a_package_is_viewed_and_found(kit):
    found = view(kit, "@acme/kit")
    assert (found["name"], found["version"], found["description"]) == ("@acme/kit", "1.0.0", "a package of our own")
    assert found["dist"]["tarball"].startswith(f"{kit.server.endpoint}{kit.path('store')}@acme/kit/-/")
    names = [item["name"] for item in json.loads(kit.home.npm("search", "kit", "--json"))]
    assert names == ["@acme/kit"]
    assert json.loads(kit.home.npm("search", "unheard-of-word", "--json")) == []


def test_ping_and_whoami_answer(kit):
    assert "PONG" in kit.home.run("sh", "-c", "npm ping 2>&1")
    assert kit.home.npm("whoami").strip()


def test_an_unscoped_name_with_dependencies_keeps_its_manifest(shop):
    shop.home.login("store")
    more = {"dependencies": {"fixture-30": "^1.0.0"}, "bin": {"tool": "index.js"}, "engines": {"node": ">=18"}}
    publish(shop, "0.1.0", name="own-tool", **more)
    found = view(shop, "own-tool")
    assert (found["dependencies"], found["engines"]) == ({"fixture-30": "^1.0.0"}, {"node": ">=18"})
    where = shop.where("store", "own-tool")
    listed = answer(shop.codeartifact.list_package_version_dependencies(**where, packageVersion="0.1.0"))
    expected = {"package": "fixture-30", "dependencyType": "regular", "versionRequirement": "^1.0.0"}
    assert listed["dependencies"] == [expected]


def test_an_own_package_hides_the_public_one_of_the_same_name(shop):
    shop.home.login("store")
    publish(shop, "7.0.0", name="fixture-31")
    assert view(shop, "fixture-31", "versions") in ("7.0.0", ["7.0.0"])
    where = shop.where("store", "fixture-31")
    shop.codeartifact.put_package_origin_configuration(**where, restrictions={"publish": "ALLOW", "upstream": "ALLOW"})
    assert set(view(shop, "fixture-31", "versions")) == {"1.0.0", "1.1.0", "2.0.0-beta.1", "7.0.0"}


def tarball(name="acme-raw", version="1.0.0"):
    content = json.dumps({"name": name, "version": version}).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("package/package.json")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def document(name="acme-raw", version="1.0.0", **dist):
    packed = tarball(name, version)
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
    manifest = {
        "name": name,
        "version": version,
        "_id": f"{name}@{version}",
        "dist": {"integrity": integrity, "shasum": hashlib.sha1(packed).hexdigest(), **dist},
    }
    attachment = {
        "content_type": "application/octet-stream",
        "data": base64.b64encode(packed).decode(),
        "length": len(packed),
    }
    return {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": version},
        "versions": {version: manifest},
        "_attachments": {f"{name}-{version}.tgz": attachment},
    }


def put(shop, body, name="acme-raw"):
    from tests.server import fetch

    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **shop.bearer()}
    return fetch("PUT", f"{shop.server.endpoint}{shop.path('store')}{name}", data, headers)[0]


def changed(change):
    found = document()
    change(found)
    return found


BAD_DOCUMENTS = {
    "wrong shasum": changed(lambda d: d["versions"]["1.0.0"]["dist"].update(shasum="0" * 40)),
    "wrong integrity": changed(lambda d: d["versions"]["1.0.0"]["dist"].update(integrity="sha512-" + "A" * 86 + "==")),
    "wrong length": changed(lambda d: d["_attachments"]["acme-raw-1.0.0.tgz"].update(length=1)),
    "no base64": changed(lambda d: d["_attachments"]["acme-raw-1.0.0.tgz"].update(data="!!!")),
    "another name": changed(lambda d: d.update(name="other", _id="other")),
    "no version": changed(lambda d: d["versions"].clear()),
    "not semver": changed(lambda d: d.update(versions={"one": {**d["versions"]["1.0.0"], "version": "one"}})),
    "a list": [],
    "a string": "x",
    "nothing": b"",
    "no json": b"{",
    "no utf-8": b'{"_id": "\xff"}',
    "deep": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("body", BAD_DOCUMENTS.values(), ids=BAD_DOCUMENTS)
def test_a_bad_publish_is_refused_and_nothing_kept(shop, body):
    assert 400 <= put(shop, body) < 500
    assert shop.packages("store") == set()


def test_a_good_publish_by_hand_is_kept(shop):
    assert put(shop, document()) in (200, 201)
    assert shop.versions("store", "acme-raw") == {"1.0.0": "Published"}
    assert put(shop, document(), "other-name") in range(400, 500)


@pytest.mark.parametrize("name", ["..", "a/b/c", "%00", "@acme", "@/x", ".hidden", "_under", "x" * 300, "sp%20ace"])
def test_a_bad_name_is_refused(shop, name):
    assert 400 <= put(shop, document(), name) < 500
    assert shop.packages("store") == set()


def test_half_a_publish_keeps_nothing(shop):
    body = json.dumps(document()).encode()
    head = (
        f"PUT {shop.path('store')}acme-raw HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: {shop.bearer()['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    for part in (0, 1, len(body) // 2, len(body) - 1):
        with socket.create_connection(("127.0.0.1", shop.server.port), timeout=10) as connection:
            connection.sendall(head + body[:part])
    assert shop.packages("store") == set()
    assert put(shop, document()) in (200, 201)
