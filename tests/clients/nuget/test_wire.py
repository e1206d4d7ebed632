"""NuGet endpoints over a real socket: challenges, what boto3 shows, copies, and what the registry behind is asked."""

import base64
import http.client
import json
import urllib.parse

from tests.clients.nuget.registry import form, pack


def test_a_body_that_came_before_the_challenge_leaves_the_connection_usable(shop):
    """NuGet 5.4 sends the whole body in chunks, gets 401, and sends it again on the same connection."""
    package = pack("Acme.Wire", "1.0.0", b"x" * (4 << 20))
    content_type, body = form(package)
    url = urllib.parse.urlsplit(shop.url("app", "v3/package/"))
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    chunks = [body[at : at + 8192] for at in range(0, len(body), 8192)]

    def put(**headers):
        connection.request("PUT", url.path, iter(chunks), {"Content-Type": content_type, **headers}, encode_chunked=True)
        answer = connection.getresponse()
        return answer, answer.read()

    chunked = {"Transfer-Encoding": "chunked"}
    answer, _ = put(**chunked)
    socket = connection.sock
    assert answer.status == 401 and "Basic realm=" in ", ".join(answer.headers.get_all("WWW-Authenticate"))
    basic = base64.b64encode(f"aws:{shop.token}".encode()).decode()
    answer, _ = put(Authorization=f"Basic {basic}", **chunked)
    assert answer.status == 201 and connection.sock is socket
    answer, _ = put(**{"X-NuGet-ApiKey": shop.token}, **chunked)
    assert answer.status == 201
    connection.close()
    assert shop.versions("app", "acme.wire") == {"1.0.0": "Published"}


def test_27_spellings_and_hives(shop):
    assert shop.push("app", pack("Newtonsoft.Test", "2.0.0-beta.1+meta")) == 201
    assert shop.push("app", pack("Newtonsoft.Test", "12.0.3")) == 201
    described = shop.codeartifact.describe_package_version(**shop.where("app", "Newtonsoft.TEST", packageVersion="12.0.03.0"))
    assert described["packageVersion"]["displayName"] == "Newtonsoft.Test"
    asked = shop.where("app", "newtonsoft.test", packageVersion="12.0.3")
    body = shop.codeartifact.get_package_version_asset(**asked, asset="newtonsoft.test.12.0.3.nupkg")["asset"].read()
    assert body == pack("Newtonsoft.Test", "12.0.3")
    try:
        shop.codeartifact.get_package_version_asset(**asked, asset="Newtonsoft.Test.12.0.3.nupkg")
        raise AssertionError("an asset in another spelling was found")
    except shop.codeartifact.exceptions.ResourceNotFoundException:
        pass
    assert shop.codeartifact.get_package_version_readme(**asked)["readme"] == "# Newtonsoft.Test\n"

    def shown(hive):
        index = json.loads(shop.send("GET", "app", f"v3/{hive}/newtonsoft.test/index.json")[2])
        return [leaf["catalogEntry"]["version"] for page in index["items"] for leaf in page["items"]]

    assert shown("registration") == shown("registration-gz") == ["12.0.3"]
    assert shown("registration-semver2") == ["2.0.0-beta.1+meta", "12.0.3"]


def test_statuses_of_boto3_and_of_clients_are_the_same(shop):
    assert shop.push("app", pack("Acme.Status", "1.0.0")) == 201
    update = shop.codeartifact.update_package_versions_status
    done = update(**shop.where("app", "ACME.Status", versions=["1.0.0.0"], targetStatus="Unlisted"))
    assert list(done["successfulVersions"]) == ["1.0.0"]
    index = json.loads(shop.send("GET", "app", "v3/registration/acme.status/index.json")[2])
    assert index["items"][0]["items"][0]["catalogEntry"]["listed"] is False
    assert shop.send("POST", "app", "v3/package/Acme.Status/1.0.0")[0] == 200
    assert shop.versions("app", "acme.status") == {"1.0.0": "Published"}
    assert shop.send("DELETE", "app", "v3/package/Acme.Status/1.0.0")[0] == 204
    assert shop.versions("app", "acme.status") == {"1.0.0": "Unlisted"}


def test_a_public_package_is_copied_from_upstream_and_the_source_keeps_none(shop):
    shop.codeartifact.create_repository(domain="shop", repository="dest")
    where = {"domain": "shop", "format": "nuget", "package": "Fixture.Base", "sourceRepository": "app"}
    call = shop.codeartifact.copy_package_versions
    found = call(**where, destinationRepository="dest", versions=["1.0.0"], includeFromUpstream=True)
    assert list(found["successfulVersions"]) == ["1.0.0"], found
    assert shop.versions("dest", "fixture.base") == shop.versions("store", "fixture.base") == {"1.0.0": "Published"}
    assert shop.versions("app", "fixture.base") == {}


def test_parts_and_tags(shop):
    path = "v3/flatcontainer/fixture.base/1.1.0/fixture.base.1.1.0.nupkg"
    status, headers, whole = shop.send("GET", "app", path)
    assert status == 200 and headers["Accept-Ranges"] == "bytes"
    assert shop.send("GET", "app", path, Range="bytes=2-5")[2] == whole[2:6]
    assert shop.send("GET", "app", path, **{"If-None-Match": headers["ETag"]})[0] == 304
    status, headers, _ = shop.send("GET", "app", "v3/index.json")
    assert shop.send("GET", "app", "v3/index.json", **{"If-None-Match": headers["ETag"]})[0] == 304
