"""What the clients' requests meet besides the clients: what they have already, parts of indexes, other paths."""

import base64
import hashlib
import json

from tests.clients.ruby.gem_host import pack


def push(shop, name, version, **more):
    status, _, body = shop.fetch("POST", "own", "api/v1/gems", pack(name, version, **more))
    assert status == 200, body


def test_the_list_of_versions_grows_at_its_end_only(shop):
    push(shop, "b", "1.0")
    status, headers, first = shop.fetch("GET", "own", "versions")
    assert status == 200 and first.startswith(b"created_at: "), first
    assert headers["ETag"] == f'"{hashlib.md5(first).hexdigest()}"'
    assert headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(first).digest()).decode()}:"
    etag = headers["ETag"]
    status, _, _ = shop.fetch("GET", "own", "versions", **{"If-None-Match": etag, "Range": f"bytes={len(first) - 1}-"})
    assert status == 304
    for name, version in (("a", "2.0"), ("b", "0.9"), ("c", "1.0")):
        push(shop, name, version)
    status, headers, part = shop.fetch("GET", "own", "versions", **{"If-None-Match": etag, "Range": f"bytes={len(first) - 1}-"})
    assert status == 206, part
    whole = first + part[1:]
    assert headers["ETag"] == f'"{hashlib.md5(whole).hexdigest()}"'
    lines = [line.split() for line in whole.decode().splitlines()[2:]]
    assert [line[:2] for line in lines] == [["b", "1.0"], ["a", "2.0"], ["b", "0.9"], ["c", "1.0"]]
    status, headers, info = shop.fetch("GET", "own", "info/b")
    assert lines[2][2] == hashlib.md5(info).hexdigest()
    assert [line.split()[0] for line in info.decode().splitlines()[1:]] == ["1.0", "0.9"]
    assert shop.fetch("GET", "own", "names")[2] == b"---\na\nb\nc\n"
    assert shop.fetch("GET", "own", "versions", Range="bytes=100000-")[0] == 416


def test_the_specs_indexes_are_not_sent_again_until_they_change(shop):
    push(shop, "a", "1.0")
    status, headers, body = shop.fetch("GET", "own", "specs.4.8.gz")
    assert status == 200 and headers["Last-Modified"], headers
    known = {"If-Modified-Since": headers["Last-Modified"]}
    assert shop.fetch("GET", "own", "specs.4.8.gz", **known)[0] == 304
    push(shop, "a", "1.1")
    assert shop.fetch("GET", "own", "specs.4.8.gz", **{"If-None-Match": headers["ETag"]})[0] == 200


def test_a_repository_with_a_connection_lists_nothing_but_answers_what_is_asked_for(shop):
    assert shop.fetch("GET", "app", "versions")[0] == 404
    assert shop.fetch("HEAD", "app", "versions")[0] == 200
    assert shop.fetch("HEAD", "app", "")[0] == 200
    status, _, body = shop.fetch("GET", "app", "api/v1/dependencies.json?gems=fixture-top,nothing")
    assert status == 200, body
    assert json.loads(body) == [
        {"name": "fixture-top", "number": "1.0.0", "platform": "ruby", "dependencies": [["fixture-base", ">= 1.0, < 2"]]}
    ]
    assert shop.fetch("GET", "app", "info/nothing")[0] == 404
    assert shop.packages("store") == set()


def test_gems_are_read_in_parts_and_asking_keeps_nothing(shop, host):
    path = "gems/fixture-base-1.0.0.gem"
    whole = host.files["/" + path]
    assert shop.fetch("HEAD", "app", path)[0] == 200
    assert shop.packages("store") == set()
    status, headers, body = shop.fetch("GET", "app", path, Range="bytes=10-19")
    assert (status, body, headers["Content-Range"]) == (206, whole[10:20], f"bytes 10-19/{len(whole)}")
    status, headers, _ = shop.fetch("GET", "app", path)
    assert shop.fetch("GET", "app", path, **{"If-None-Match": headers["ETag"]})[0] == 304


def test_a_gem_is_yanked_by_platform_and_by_query(shop):
    push(shop, "native", "1.0")
    push(shop, "native", "1.0", platform="java")
    status, _, body = shop.fetch("DELETE", "own", "api/v1/gems/yank", b"gem_name=native&version=1.0&platform=java")
    assert (status, body) == (200, b"Successfully deleted gem: native (1.0-java)\n")
    assert shop.versions("own", "native") == {"1.0": "Published"}
    assert [line.split()[0] for line in shop.fetch("GET", "own", "info/native")[2].decode().splitlines()[1:]] == ["1.0"]
    assert shop.fetch("DELETE", "own", "api/v1/gems/yank?gem_name=native&version=1.0")[0] == 200
    assert shop.versions("own", "native") == {"1.0": "Unlisted"}
    assert shop.fetch("GET", "own", "info/native")[0] == 404
    assert shop.fetch("DELETE", "own", "api/v1/gems/yank", b"gem_name=native&version=9")[0] == 404
    assert shop.fetch("DELETE", "own", "api/v1/gems/yank", b"version=9")[0] == 400


def test_who_is_not_known_is_asked_who_they_are(shop):
    for path in ("", "versions", "specs.4.8.gz", "info/fixture-base", "gems/fixture-base-1.0.0.gem"):
        status, headers, _ = shop.server.get(shop.url("app").removeprefix(shop.server.endpoint) + path)
        assert status == 401 and any("Basic" in value for value in headers.get_all("WWW-Authenticate")), path


def test_the_web_api_describes_gems_of_both_kinds(shop):
    push(shop, "kit", "1.0")
    push(shop, "kit", "1.1.rc1")
    status, _, body = shop.fetch("GET", "own", "api/v1/gems/kit.json")
    about = json.loads(body)
    assert (status, about["version"], about["licenses"], about["prerelease"]) == (200, "1.0", ["MIT"], False), body
    assert about["gem_uri"] == shop.url("own") + "gems/kit-1.0.gem"
    status, _, body = shop.fetch("GET", "own", "api/v1/versions/kit.json")
    assert (status, [one["number"] for one in json.loads(body)]) == (200, ["1.1.rc1", "1.0"])
    status, _, body = shop.fetch("GET", "app", "api/v1/gems/fixture-top.json")
    assert json.loads(body)["dependencies"]["runtime"] == [{"name": "fixture-base", "requirements": ">= 1.0, < 2"}], body
    assert shop.fetch("GET", "app", "api/v1/gems/nothing.json")[0] == 404
    status, headers, body = shop.fetch("GET", "own", "api/v1/gems/kit/owners.json")
    assert json.loads(body)[0]["handle"] == shop.caller.account
    assert shop.fetch("POST", "own", "api/v1/gems/kit/owners", b"email=a@b")[0] == 405
