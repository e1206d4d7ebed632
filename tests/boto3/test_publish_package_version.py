"""Generic packages through the API: published asset by asset, read whole and in part, counted once."""

import hashlib
import io
import json
import socket
import time
import urllib.request

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.aws import answer, refused, together
from tests.server import fetch

PACKAGE = {"domain": "shop", "format": "generic", "namespace": "team", "package": "tool"}
VERSION = {**PACKAGE, "repository": "web", "packageVersion": "1.0"}


@pytest.fixture
def shop(caller):
    caller.codeartifact.create_domain(domain="shop")
    for repository in ("web", "other"):
        caller.codeartifact.create_repository(domain="shop", repository=repository)
    return caller


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def publish(caller, name, content, **more):
    members = {**VERSION, "assetName": name, "assetContent": content, "assetSHA256": sha256(content), **more}
    return answer(caller.codeartifact.publish_package_version(**members))


def read(caller, name, **more):
    found = caller.codeartifact.get_package_version_asset(**{**VERSION, "asset": name, **more})
    return found["asset"].read()


def size(caller):
    return caller.codeartifact.describe_domain(domain="shop")["domain"]["assetSizeBytes"]


def statuses(caller, repository="web"):
    found = caller.codeartifact.list_package_versions(**PACKAGE, repository=repository)
    return {item["version"]: item["status"] for item in found["versions"]}


def test_scenario_33_assets_join_a_version_until_one_completes_it(shop):
    content = b"one\n"
    first = publish(shop, "one.txt", content, unfinished=True)
    hashes = {
        "MD5": hashlib.md5(content).hexdigest(),
        "SHA-1": hashlib.sha1(content).hexdigest(),
        "SHA-256": sha256(content),
        "SHA-512": hashlib.sha512(content).hexdigest(),
    }
    assert first == {
        "format": "generic",
        "namespace": "team",
        "package": "tool",
        "version": "1.0",
        "versionRevision": first["versionRevision"],
        "status": "Unfinished",
        "asset": {"name": "one.txt", "size": 4, "hashes": hashes},
    }
    assert publish(shop, "two.txt", b"two\n", unfinished=True)["status"] == "Unfinished"
    third = publish(shop, "three.txt", b"three\n")
    assert third["status"] == "Published" and third["versionRevision"] != first["versionRevision"]
    call = shop.codeartifact.publish_package_version
    more = {**VERSION, "assetContent": b"x", "assetSHA256": sha256(b"x")}
    members = {"resourceId": "tool@1.0", "resourceType": "package-version"}
    refused("ConflictException", 409, call, **more, assetName="four.txt", members=members)
    members = {"resourceId": "one.txt", "resourceType": "asset"}
    refused("ConflictException", 409, call, **more, assetName="one.txt", members=members)
    again = publish(shop, "one.txt", content)
    assert (again["status"], again["versionRevision"]) == ("Published", third["versionRevision"])
    invalid = {"members": {"reason": "FIELD_VALIDATION_FAILED"}}
    other = {**more, "packageVersion": "2.0", "assetName": "a"}
    refused("ValidationException", 400, call, **{**other, "assetSHA256": "0" * 64}, says=sha256(b"x"), **invalid)
    refused("ValidationException", 400, call, **{**other, "format": "npm"}, says="generic", **invalid)
    listed = answer(shop.codeartifact.list_package_version_assets(**VERSION))["assets"]
    assert [item["name"] for item in listed] == ["one.txt", "three.txt", "two.txt"]
    assert statuses(shop) == {"1.0": "Published"}
    assert read(shop, "two.txt") == b"two\n"


def test_the_readme_of_a_generic_version_is_none_and_so_are_its_dependencies(shop):
    publish(shop, "a", b"a")
    refused("ResourceNotFoundException", 404, shop.codeartifact.get_package_version_readme, **VERSION)
    assert answer(shop.codeartifact.list_package_version_dependencies(**VERSION))["dependencies"] == []
    described = answer(shop.codeartifact.describe_package_version(**VERSION))["packageVersion"]
    assert (described["displayName"], described["origin"]["originType"]) == ("tool", "INTERNAL")


def test_a_name_of_an_asset_is_of_the_documented_characters(shop):
    for name in ("Übung 2 [final].tar.gz", "日本語.bin", "~!@^&()-_+[]{};,.`"):
        publish(shop, name, name.encode(), unfinished=True)
        assert read(shop, name) == name.encode()
    call = shop.codeartifact.publish_package_version
    for name in ("..", "a/b", "a  b", "a:b", "a%2fb", "x" * 256):
        more = {**VERSION, "assetName": name, "assetContent": b"x", "assetSHA256": sha256(b"x")}
        refused("ValidationException", 400, call, **more)


def test_an_empty_asset_and_one_that_is_read_from_a_file(shop):
    publish(shop, "empty", b"", unfinished=True)
    content = bytes(range(256)) * 8192
    members = {**VERSION, "assetName": "large", "assetSHA256": sha256(content)}
    answer(shop.codeartifact.publish_package_version(**members, assetContent=io.BytesIO(content)))
    assert read(shop, "empty") == b""
    assert read(shop, "large") == content


def test_a_stale_revision_of_an_asset_conflicts(shop):
    first = publish(shop, "a", b"a", unfinished=True)["versionRevision"]
    second = publish(shop, "b", b"b")["versionRevision"]
    assert read(shop, "a", packageVersionRevision=second) == b"a"
    call = shop.codeartifact.get_package_version_asset
    refused("ConflictException", 409, call, **VERSION, asset="a", packageVersionRevision=first, says=second)


def signed(caller, method, path, headers=None, body=b""):
    """A request that boto3 has no words for, signed all the same."""
    request = AWSRequest(method, caller.server.endpoint + path, headers=headers or {}, data=body)
    SigV4Auth(Credentials(caller.account, "secret"), "codeartifact", caller.region).add_auth(request)
    return fetch(method, request.url, body or None, dict(request.headers.items()))


def test_a_part_of_an_asset_is_handed_out_beyond_aws(shop):
    publish(shop, "a", b"0123456789")
    query = "domain=shop&repository=web&format=generic&namespace=team&package=tool&version=1.0&asset=a"
    path = f"/v1/package/version/asset?{query}"
    status, headers, body = signed(shop, "GET", path, {"Range": "bytes=2-4"})
    assert (status, body, headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert headers["X-AssetName"] == "a"
    status, headers, _ = signed(shop, "GET", path, {"Range": "bytes=10-"})
    assert (status, headers["Content-Range"]) == (416, "bytes */10")
    status, headers, body = signed(shop, "GET", path)
    assert (status, body, headers["Accept-Ranges"]) == (200, b"0123456789", "bytes")


def test_scenario_40_bytes_are_counted_once_and_go_with_the_last_reference(shop):
    content = b"x" * 3_000_000
    publish(shop, "a", content)
    publish(shop, "a", content, repository="other")
    assert size(shop) == len(content)
    answer(shop.codeartifact.dispose_package_versions(**PACKAGE, repository="web", versions=["1.0"]))
    assert size(shop) == len(content)
    assert read(shop, "a", repository="other") == content
    for repository in ("web", "other"):
        answer(shop.codeartifact.delete_package_versions(**PACKAGE, repository=repository, versions=["1.0"]))
    assert size(shop) == 0


def test_sixteen_publish_the_same_version_at_once(shop):
    contents = [f"asset {number}".encode() for number in range(16)]

    def work(number):
        return publish(shop, f"{number}.txt", contents[number], unfinished=True)["status"]

    assert together(16, work) == ["Unfinished"] * 16
    listed = answer(shop.codeartifact.list_package_version_assets(**VERSION))["assets"]
    assert {item["name"]: item["hashes"]["SHA-256"] for item in listed} == {
        f"{number}.txt": sha256(content) for number, content in enumerate(contents)
    }
    final = publish(shop, "last.txt", b"last")
    assert final["status"] == "Published"


def begun(caller, content, sent):
    """A publish that is begun over a socket of its own and goes no further than that."""
    query = "domain=shop&repository=web&format=generic&namespace=team&package=tool&version=9&asset=torn"
    path = f"/v1/package/version/publish?{query}"
    request = AWSRequest("POST", caller.server.endpoint + path, headers={"X-Amz-Content-SHA256": sha256(content)})
    SigV4Auth(Credentials(caller.account, "secret"), "codeartifact", caller.region).add_auth(request)
    fields = {**dict(request.headers.items()), "Host": f"127.0.0.1:{caller.server.port}", "Content-Length": len(content)}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    connection = socket.create_connection(("127.0.0.1", caller.server.port), timeout=10)
    connection.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + content[:sent])
    return connection


def until(what):
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def test_an_upload_that_breaks_off_leaves_nothing(shop):
    staging = shop.server.data / "blobs" / "staging"
    before = set(staging.iterdir())
    connection = begun(shop, bytes(5_000_000), 4_000_000)
    until(lambda: any(file.stat().st_size for file in set(staging.iterdir()) - before))
    connection.close()
    until(lambda: set(staging.iterdir()) <= before)
    refused("ResourceNotFoundException", 404, shop.codeartifact.list_package_versions, **PACKAGE, repository="web")
    assert size(shop) == 0


def test_plain_http_gives_and_takes_what_the_api_does(shop):
    token = shop.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
    base = f"{shop.server.endpoint}/generic/d/shop-{shop.account}/web/team/tool/1.0"
    headers = {"Authorization": f"Bearer {token}"}
    status, _, body = fetch("PUT", f"{base}/a%20b.txt", b"hello\n", headers)
    assert status == 201, body
    assert json.loads(body)["asset"]["hashes"]["SHA-256"] == sha256(b"hello\n")
    assert read(shop, "a b.txt") == b"hello\n"
    status, found, body = fetch("GET", f"{base}/a%20b.txt", headers={**headers, "Range": "bytes=1-2"})
    assert (status, body, found["X-Checksum-Sha256"]) == (206, b"el", sha256(b"hello\n"))
    status, _, body = fetch("GET", f"{base}/", headers=headers)
    assert (status, json.loads(body)["assets"][0]["url"]) == (200, f"{base}/a%20b.txt")
    password = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    password.add_password(None, base, "aws", token)
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPBasicAuthHandler(password)
    with urllib.request.build_opener(*handlers).open(f"{base}/a%20b.txt", timeout=10) as got:
        assert got.read() == b"hello\n", "Basic, after a challenge"
