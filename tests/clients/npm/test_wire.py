"""What npm clients read on the wire: two forms of a listing, entity tags, names in every spelling."""

import gzip
import json
import socket

import pytest

from tests.server import fetch

ABBREVIATED = "application/vnd.npm.install-v1+json"
NPM_ACCEPT = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"


def get(shop, rest, method="GET", **headers):
    return fetch(method, f"{shop.server.endpoint}{shop.path('app')}{rest}", headers={**shop.bearer(), **headers})


def test_a_listing_has_two_forms(shop):
    status, headers, body = get(shop, "fixture-0", Accept=NPM_ACCEPT)
    assert (status, headers.get_content_type()) == (200, ABBREVIATED)
    short = json.loads(body)
    assert set(short) <= {"name", "modified", "dist-tags", "versions"}
    assert "readme" not in short
    status, headers, body = get(shop, "fixture-0", Accept="application/json")
    assert (status, headers.get_content_type()) == (200, "application/json")
    full = json.loads(body)
    assert full["_id"] == full["name"] == "fixture-0"
    assert set(full["time"]) >= {"created", "modified", "1.0.0"}
    assert set(full["versions"]) == set(short["versions"]) == {"1.0.0", "1.1.0", "2.0.0-beta.1"}
    assert full["dist-tags"] == short["dist-tags"] == {"latest": "1.1.0", "next": "2.0.0-beta.1"}
    status, headers, _ = get(shop, "fixture-0")
    assert (status, headers.get_content_type()) == (200, "application/json")


@pytest.mark.parametrize("name", ["@fixture/part-4", "@fixture%2fpart-4", "@fixture%2Fpart-4", "%40fixture%2fpart-4"])
def test_a_scoped_name_has_several_spellings(shop, name):
    status, _, body = get(shop, name)
    assert status == 200
    assert json.loads(body)["name"] == "@fixture/part-4"


def test_a_listing_that_did_not_change_is_not_sent_again(shop):
    status, headers, _ = get(shop, "fixture-0", Accept=NPM_ACCEPT)
    assert status == 200
    status, _, body = get(shop, "fixture-0", Accept=NPM_ACCEPT, **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")
    status, _, _ = get(shop, "fixture-0", Accept="application/json", **{"If-None-Match": headers["ETag"]})
    assert status == 200, "the other form has another tag"


def test_a_listing_is_packed_for_who_can_unpack(shop):
    status, headers, body = get(shop, "fixture-0", **{"Accept-Encoding": "gzip"})
    assert (status, headers.get("Content-Encoding")) == (200, "gzip")
    assert json.loads(gzip.decompress(body))["name"] == "fixture-0"


def test_head_answers_like_get_without_a_body(shop):
    for rest in ("fixture-0", "fixture-0/-/fixture-0-1.0.0.tgz"):
        status, headers, body = get(shop, rest)
        head_status, head_headers, head_body = get(shop, rest, method="HEAD")
        assert (head_status, head_body) == (status, b"") == (200, b"")
        assert head_headers.get("Content-Type") == headers.get("Content-Type")


def test_one_version_and_one_tag_have_their_own_documents(shop):
    for wanted, version in (("1.0.0", "1.0.0"), ("latest", "1.1.0"), ("next", "2.0.0-beta.1")):
        status, _, body = get(shop, f"fixture-0/{wanted}")
        assert (status, json.loads(body)["version"]) == (200, version)
    status, _, _ = get(shop, "fixture-0/9.9.9")
    assert status == 404


def test_a_part_of_a_tarball_can_be_asked_for(shop):
    rest = "fixture-0/-/fixture-0-1.0.0.tgz"
    _, _, whole = get(shop, rest)
    status, headers, part = get(shop, rest, Range="bytes=10-19")
    assert (status, part) == (206, whole[10:20])
    assert headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    status, _, _ = get(shop, rest, Range=f"bytes={len(whole)}-")
    assert status == 416


def test_what_is_unknown_is_not_found_in_the_words_of_npm(shop):
    for rest in ("unheard-of", "@acme%2funheard-of", "fixture-0/-/fixture-0-9.9.9.tgz", "fixture-0/-/other-1.0.0.tgz"):
        status, _, body = get(shop, rest)
        assert status == 404, rest
        assert "error" in json.loads(body)


def test_account_management_is_not_offered(shop):
    for method, rest in (("PUT", "-/user/org.couchdb.user:x"), ("POST", "-/v1/login"), ("GET", "-/npm/v1/tokens"), ("GET", "-/package/x/visibility")):
        status, _, body = fetch(method, f"{shop.server.endpoint}{shop.path('app')}{rest}", b"{}" if method != "GET" else None, shop.bearer())
        assert status in (404, 405), rest
        assert "this registry" in json.loads(body)["error"], rest


def test_an_audit_is_never_a_false_all_clear(shop):
    body = gzip.compress(json.dumps({"fixture-1": ["1.0.0"]}).encode())
    url = f"{shop.server.endpoint}{shop.path('app')}-/npm/v1/security/advisories/bulk"
    headers = {**shop.bearer(), "Content-Encoding": "gzip", "Content-Type": "application/json"}
    status, _, answered = fetch("POST", url, body, headers)
    assert (status, [item["severity"] for item in json.loads(answered)["fixture-1"]]) == (200, ["high"])
    shop.disconnect()
    status, _, answered = fetch("POST", url, body, headers)
    assert status == 404 and "audited" in json.loads(answered)["error"]


def test_who_waits_with_the_body_is_told_to_go_on_or_refused(shop):
    def begin(**headers):
        lines = [f"PUT {shop.path('store')}own-kit HTTP/1.1", "Host: localhost", "Content-Length: 2", "Expect: 100-continue"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection = socket.create_connection(("127.0.0.1", shop.server.port), timeout=10)
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return connection, connection.recv(4096).split(b"\r\n")[0]

    connection, said = begin()
    connection.close()
    assert said == b"HTTP/1.1 401 Unauthorized"
    connection, said = begin(**shop.bearer())
    assert said == b"HTTP/1.1 100 Continue"
    connection.sendall(b"{}")
    assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")
    connection.close()


def test_what_npm_keeps_of_people_is_answered_in_sentences(shop):
    """npm shows them to whoever tries."""
    shop.home.login("store")
    shop.home.npm("publish", cwd=shop.home.package("@acme/kit", "1.0.0"))
    for command, says in {
        "owner add bob @acme/kit": "this registry has no accounts of its own",
        "star @acme/kit": "stars and owners are not kept here",
        "access get status @acme/kit": "this registry keeps no access to packages",
        "profile get": "this registry keeps no profiles of users",
        "token list": "this registry keeps no tokens of npm",
        "team ls acme": "this registry keeps no teams",
    }.items():
        output = shop.home.npm(*command.split(), fails=True)
        assert says in output, (command, output)
    token = (shop.home.folder / ".npmrc").read_text().split(":_authToken=")[1].split()[0]
    headers = {"Authorization": f"Bearer {token}"}
    assert shop.server.get(f"{shop.path('store')}-/whoami", **headers)[0] == 200
    shop.home.npm("logout")
    assert "_authToken" not in (shop.home.folder / ".npmrc").read_text()
    status, _, body = shop.server.get(f"{shop.path('store')}-/whoami", **headers)
    assert (status, "revoked" in json.loads(body)["error"]) == (401, True), body
    assert token not in shop.server.read_log(), "a token stands in the log"
