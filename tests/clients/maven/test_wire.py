"""What Maven clients put on the wire, request by request; the numbers are those of the acceptance scenarios."""

import gzip
import hashlib
import http.client
import json
import threading
from urllib.parse import urlsplit

from tests.aws import Caller, fresh_account, refused, together
from tests.clients.maven.conftest import metadata, pom
from tests.server import fetch
from tests.tokens import expired

LIB = "com/acme/lib"
JAR = b"PK\x03\x04 not really a jar"


def sha1(body):
    return hashlib.sha1(body).hexdigest()


def test_20_a_deploy_publishes_what_its_metadata_list(shop):
    more = (
        "<name>The Library</name><description>Does things</description><url>https://acme.example</url>"
        "<scm><url>https://git.example/lib</url></scm><licenses><license><name>MIT</name></license></licenses>"
        "<parent><groupId>com.acme</groupId><artifactId>parent</artifactId><version>7</version></parent>"
        "<dependencies><dependency><groupId>org.x</groupId><artifactId>y</artifactId><version>[1,2)</version>"
        "<scope>test</scope></dependency></dependencies>"
    )
    shop.put("app", f"{LIB}/1.0/lib-1.0.pom", pom("com.acme", "lib", "1.0", more))
    shop.put("app", f"{LIB}/1.0/lib-1.0.jar", JAR)
    assert shop.versions("app", "com.acme:lib") == {"1.0": "Unfinished"}
    assert shop.status("GET", "app", f"{LIB}/maven-metadata.xml") == 404
    shop.put("app", f"{LIB}/maven-metadata.xml", metadata("com.acme", "lib", "1.0"))
    assert shop.versions("app", "com.acme:lib") == {"1.0": "Published"}

    status, headers, body = shop.get("app", f"{LIB}/1.0/lib-1.0.jar")
    assert (status, body) == (200, JAR)
    assert headers["ETag"] == f'"{hashlib.sha256(JAR).hexdigest()}"'
    assert headers["Last-Modified"].endswith("GMT") and headers["Accept-Ranges"] == "bytes"
    for algorithm in ("md5", "sha1", "sha256", "sha512"):
        status, _, digest = shop.get("app", f"{LIB}/1.0/lib-1.0.jar.{algorithm}")
        assert (status, digest.decode()) == (200, hashlib.new(algorithm, JAR).hexdigest())
    names = shop.assets("app", "com.acme:lib", "1.0")
    assert set(names) == {"lib-1.0.jar", "lib-1.0.pom", "maven-metadata.xml"}
    assert names["lib-1.0.jar"]["hashes"]["SHA-512"] == hashlib.sha512(JAR).hexdigest()

    described = shop.describe("app", "com.acme:lib", "1.0")
    assert described["displayName"] == "The Library" and described["summary"] == "Does things"
    assert described["homePage"] == "https://acme.example"
    assert described["sourceCodeRepository"] == "https://git.example/lib"
    assert described["licenses"] == [{"name": "MIT"}]
    where = {**shop.where("app", "com.acme:lib"), "packageVersion": "1.0"}
    dependencies = shop.codeartifact.list_package_version_dependencies(**where)["dependencies"]
    assert dependencies == [
        {"namespace": "com.acme", "package": "parent", "dependencyType": "parent", "versionRequirement": "7"},
        {"namespace": "org.x", "package": "y", "dependencyType": "test", "versionRequirement": "[1,2)"},
    ]
    refused("ResourceNotFoundException", 404, shop.codeartifact.get_package_version_readme, **where)


def test_20_ranges_conditions_and_head(shop):
    shop.put("app", f"{LIB}/1.0/lib-1.0.jar", JAR)
    shop.put("app", f"{LIB}/maven-metadata.xml", metadata("com.acme", "lib", "1.0"))
    path = f"{LIB}/1.0/lib-1.0.jar"
    status, headers, body = shop.send("HEAD", "app", path)
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(JAR)))
    status, headers, body = shop.get("app", path, Range="bytes=2-5")
    assert (status, body, headers["Content-Range"]) == (206, JAR[2:6], f"bytes 2-5/{len(JAR)}")
    assert shop.get("app", path, **{"If-None-Match": headers["ETag"]})[0] == 304
    document = f"{LIB}/maven-metadata.xml"
    status, headers, body = shop.get("app", document)
    assert status == 200 and b"<version>1.0</version>" in body
    assert shop.get("app", document, **{"If-None-Match": headers["ETag"]})[0] == 304
    assert shop.get("app", f"{document}.sha1")[2].decode() == sha1(body)
    assert shop.get("app", f"{document}.sha512")[2].decode() == hashlib.sha512(body).hexdigest()


def test_21_a_wrong_checksum_keeps_a_version_from_being_published(shop):
    jar = f"{LIB}/1.0/lib-1.0.jar"
    listed = metadata("com.acme", "lib", "1.0")
    assert shop.status("PUT", "app", f"{jar}.sha1", sha1(JAR)) == 404, "before the jar"
    assert shop.status("PUT", "app", jar, JAR) == 201
    status, _, body = shop.send("PUT", "app", f"{jar}.sha1", "0" * 40)
    assert status == 400 and b"lib-1.0.jar" in body
    assert shop.status("PUT", "app", f"{LIB}/1.0/lib-1.0.pom", pom("com.acme", "lib", "1.0")) == 201
    status, _, body = shop.send("PUT", "app", f"{LIB}/maven-metadata.xml", listed)
    assert status == 400 and b"sha1 of lib-1.0.jar" in body
    assert shop.versions("app", "com.acme:lib") == {"1.0": "Unfinished"}
    assert shop.status("GET", "app", jar) == 404, "unfinished files are handed to nobody"
    assert shop.status("GET", "app", f"{jar}.sha1") == 404
    assert shop.status("PUT", "app", f"{jar}.sha1", sha1(JAR).upper()) == 400, "letter case counts"
    assert shop.status("PUT", "app", f"{jar}.sha1", sha1(JAR)) == 201
    assert shop.status("PUT", "app", f"{LIB}/maven-metadata.xml", listed) == 201
    assert shop.versions("app", "com.acme:lib") == {"1.0": "Published"}
    digest = sha1(listed.encode())
    assert shop.status("PUT", "app", f"{LIB}/maven-metadata.xml.sha1", digest) in (200, 201)
    assert shop.status("PUT", "app", f"{LIB}/maven-metadata.xml.sha1", "0" * 40) == 400
    assert shop.status("PUT", "app", "com/acme/other/maven-metadata.xml.sha1", "0" * 40) == 404
    assert shop.get("app", jar)[2] == JAR


def test_22_a_version_may_be_published_by_the_api(shop):
    shop.put("app", f"{LIB}/1.0/lib-1.0.jar", JAR)
    shop.put("app", f"{LIB}/1.0/lib-1.0.pom", pom("com.acme", "lib", "1.0"))
    done = shop.codeartifact.update_package_versions_status(
        **shop.where("app", "com.acme:lib"), versions=["1.0"], targetStatus="Published", expectedStatus="Unfinished"
    )
    assert done["successfulVersions"]["1.0"]["status"] == "Published" and not done["failedVersions"]
    assert shop.get("app", f"{LIB}/1.0/lib-1.0.jar")[2] == JAR
    status, headers, body = shop.get("app", f"{LIB}/maven-metadata.xml")
    assert status == 200 and headers["Content-Type"] == "application/xml"
    assert b"<latest>1.0</latest>" in body and b"<release>1.0</release>" in body


def build(shop, number, content, snapshot="1.0", more=()):
    """Deploys a build of a snapshot as Maven 3 does; answers its version."""
    value = f"{snapshot}-20261120.17370{number}-{number}"
    folder = f"{LIB}/{snapshot}-SNAPSHOT"
    files = [("", "pom", pom("com.acme", "lib", f"{snapshot}-SNAPSHOT")), ("", "jar", content), *more]
    for classifier, extension, body in files:
        tail = f"-{classifier}.{extension}" if classifier else f".{extension}"
        shop.put("app", f"{folder}/lib-{value}{tail}", body)
    entries = "".join(
        f"<snapshotVersion>{f'<classifier>{c}</classifier>' if c else ''}<extension>{e}</extension>"
        f"<value>{value}</value><updated>2026112017370{number}</updated></snapshotVersion>"
        for c, e, _ in files
    )
    document = (
        f'<metadata modelVersion="1.1.0"><groupId>com.acme</groupId><artifactId>lib</artifactId>'
        f"<versioning><lastUpdated>2026112017370{number}</lastUpdated><snapshot><timestamp>20261120.17370{number}"
        f"</timestamp><buildNumber>{number}</buildNumber></snapshot><snapshotVersions>{entries}</snapshotVersions>"
        f"</versioning><version>{snapshot}-SNAPSHOT</version></metadata>"
    )
    shop.put("app", f"{folder}/maven-metadata.xml", document)
    shop.put("app", f"{LIB}/maven-metadata.xml", metadata("com.acme", "lib", f"{snapshot}-SNAPSHOT"))
    return value


def test_23_builds_of_a_snapshot_are_versions_of_their_own(shop):
    first = build(shop, 1, "one", more=[("sources", "jar", "source one")])
    second, third = build(shop, 2, "two"), build(shop, 3, "three")
    expected = {"1.0-SNAPSHOT": "Published", first: "Unlisted", second: "Unlisted", third: "Unlisted"}
    assert shop.versions("app", "com.acme:lib") == expected
    folder = f"{LIB}/1.0-SNAPSHOT"
    status, _, body = shop.get("app", f"{folder}/maven-metadata.xml")
    text = body.decode()
    assert status == 200 and "<timestamp>20261120.173703</timestamp>" in text
    assert "<buildNumber>3</buildNumber>" in text and f"<value>{third}</value>" in text
    assert shop.get("app", f"{folder}/maven-metadata.xml.sha1")[2].decode() == sha1(body)
    assert shop.get("app", f"{folder}/lib-{third}.jar")[2] == b"three"
    assert shop.get("app", f"{folder}/lib-{first}.jar")[2] == b"one", "older builds stay downloadable"
    assert set(shop.assets("app", "com.acme:lib", "1.0-SNAPSHOT")) == {f"lib-{third}.jar", f"lib-{third}.pom"}
    listed = shop.get("app", f"{LIB}/maven-metadata.xml")[2].decode()
    assert listed.count("<version>") == 1 and "<version>1.0-SNAPSHOT</version>" in listed
    assert "<release>" not in listed

    # The clean-up of the user guide.
    where = shop.where("app", "com.acme:lib")
    gone = shop.codeartifact.delete_package_versions(
        **where, versions=[first, second, third], expectedStatus="Unlisted"
    )
    assert len(gone["successfulVersions"]) == 3
    assert shop.versions("app", "com.acme:lib") == {"1.0-SNAPSHOT": "Published"}
    assert shop.get("app", f"{folder}/lib-{third}.jar")[2] == b"three", "the snapshot still has its files"
    assert shop.status("GET", "app", f"{folder}/lib-{first}.jar") == 404


def test_23_metadata_of_a_snapshot_must_name_what_was_uploaded(shop):
    build(shop, 1, "one")
    folder = f"{LIB}/1.0-SNAPSHOT"

    def document(timestamp, number, value, extension="jar"):
        return (
            f"<metadata><groupId>com.acme</groupId><artifactId>lib</artifactId><version>1.0-SNAPSHOT</version>"
            f"<versioning><snapshot><timestamp>{timestamp}</timestamp><buildNumber>{number}</buildNumber></snapshot>"
            f"<snapshotVersions><snapshotVersion><extension>{extension}</extension><value>{value}</value>"
            f"</snapshotVersion></snapshotVersions></versioning></metadata>"
        )

    first = "1.0-20261120.173701-1"
    for body in (
        document("20261120.173702", 2, "1.0-20261120.173702-2"),
        document("20261120.173701", 2, first),
        document("20261120.173701", 1, first, "war"),
        document("20261120.173701", 1, "2.0-20261120.173701-1"),
        document("yesterday", 1, first),
        "<metadata><groupId>com.acme</groupId><artifactId>lib</artifactId></metadata>",
        "<metadata><groupId>com.acme</groupId><artifactId>other</artifactId></metadata>",
        "no xml",
    ):
        status, _, said = shop.send("PUT", "app", f"{folder}/maven-metadata.xml", body)
        assert status == 400 and said, (body, said)
    assert shop.versions("app", "com.acme:lib") == {"1.0-SNAPSHOT": "Published", first: "Unlisted"}
    status, _, said = shop.send("PUT", "app", f"{folder}/lib-1.0-SNAPSHOT.jar", "old style")
    assert status == 400 and b"Maven 3" in said


def test_23_a_classifier_may_be_deployed_alone(shop):
    first = build(shop, 1, "one")
    value = "1.0-20261120.173702-2"
    folder = f"{LIB}/1.0-SNAPSHOT"
    shop.put("app", f"{folder}/lib-{value}-sources.jar", "source two")
    entries = "".join(
        f"<snapshotVersion>{c}<extension>{e}</extension><value>{v}</value></snapshotVersion>"
        for c, e, v in (
            ("", "jar", first), ("", "pom", first), ("<classifier>sources</classifier>", "jar", value)
        )
    )
    shop.put(
        "app",
        f"{folder}/maven-metadata.xml",
        "<metadata><groupId>com.acme</groupId><artifactId>lib</artifactId><versioning><snapshot><timestamp>"
        f"20261120.173702</timestamp><buildNumber>2</buildNumber></snapshot><snapshotVersions>{entries}"
        "</snapshotVersions></versioning><version>1.0-SNAPSHOT</version></metadata>",
    )
    names = set(shop.assets("app", "com.acme:lib", "1.0-SNAPSHOT"))
    assert names == {f"lib-{first}.jar", f"lib-{first}.pom", f"lib-{value}-sources.jar"}
    text = shop.get("app", f"{folder}/maven-metadata.xml")[2].decode()
    assert text.count(f"<value>{first}</value>") == 2 and text.count(f"<value>{value}</value>") == 1


def test_23_the_newest_snapshot_wins_whichever_repository_has_it(shop):
    for repository, content in (("store", "old"), ("app", "new")):
        original = shop.put
        shop.put = lambda _, path, body, into=repository: original(into, path, body)
        build(shop, 1 if content == "old" else 2, content)
        shop.put = original
    for repository in ("app", "mid"):
        text = shop.get(repository, f"{LIB}/1.0-SNAPSHOT/maven-metadata.xml")[2].decode()
        newest = "2" if repository == "app" else "1"
        assert f"<buildNumber>{newest}</buildNumber>" in text
    path = f"{LIB}/1.0-SNAPSHOT/lib-1.0-20261120.173701-1.jar"
    assert shop.get("mid", path)[2] == b"old"
    assert shop.versions("mid", "com.acme:lib") == {"1.0-20261120.173701-1": "Unlisted"}, "retained as it was"


def test_24_who_shows_no_token_is_challenged_before_anything_else(shop):
    realm = "shop/app"
    paths = (f"{LIB}/1.0-SNAPSHOT/maven-metadata.xml", f"{LIB}/1.0/lib-1.0.jar", "", "../x", f"{LIB}/nothing/")
    for method in ("GET", "HEAD", "PUT"):
        for path in paths:
            status, headers, _ = fetch(method, shop.url("app", path), b"x" if method == "PUT" else None)
            assert status == 401, (method, path)
            # One header each: Maven reads the first way of a header only.
            challenges = headers.get_all("WWW-Authenticate")
            assert challenges == [f'Bearer realm="{realm}"', f'Basic realm="{realm}"']
    status, headers, _ = fetch("GET", shop.url("nowhere", f"{LIB}/1.0/lib-1.0.jar"))
    assert status == 401 and 'Basic realm="shop/nowhere"' in headers.get_all("WWW-Authenticate")
    assert shop.status("GET", "nowhere", f"{LIB}/1.0/lib-1.0.jar") == 404


def test_files_keep_their_bytes_and_new_ones_may_come_any_time(shop):
    path = f"{LIB}/1.0/lib-1.0.jar"
    shop.put("app", path, JAR)
    shop.put("app", f"{LIB}/maven-metadata.xml", metadata("com.acme", "lib", "1.0"))
    before = shop.describe("app", "com.acme:lib", "1.0")["revision"]
    assert shop.status("PUT", "app", path, JAR) == 200
    assert shop.describe("app", "com.acme:lib", "1.0")["revision"] == before
    status, _, said = shop.send("PUT", "app", path, b"other bytes")
    assert status == 409 and b"lib-1.0.jar" in said
    for suffix in ("-sources.jar", "-javadoc.jar", ".jar.asc", ".module"):
        shop.put("app", f"{LIB}/1.0/lib-1.0{suffix}", f"the {suffix}")
    assert shop.versions("app", "com.acme:lib") == {"1.0": "Published"}
    assert shop.describe("app", "com.acme:lib", "1.0")["revision"] != before
    assert shop.get("app", f"{LIB}/1.0/lib-1.0.jar.asc.sha1")[2].decode() == sha1(b"the .jar.asc")
    assert shop.get("app", path)[2] == JAR

    where = shop.where("app", "com.acme:lib")
    shop.codeartifact.update_package_versions_status(**where, versions=["1.0"], targetStatus="Archived")
    assert shop.status("GET", "app", path) == 404
    assert shop.status("PUT", "app", path, JAR) == 409
    assert shop.status("GET", "app", f"{LIB}/maven-metadata.xml") == 404


def test_versions_are_listed_in_mavens_order(shop):
    for version in ("1.10", "1.9", "2.0-rc1", "2.0-alpha-1"):
        shop.put("app", f"{LIB}/{version}/lib-{version}.jar", version)
    shop.put("app", f"{LIB}/maven-metadata.xml", metadata("com.acme", "lib", "1.9", "1.10", "2.0-rc1", "2.0-alpha-1"))
    text = shop.get("app", f"{LIB}/maven-metadata.xml")[2].decode()
    ordered = ["1.9", "1.10", "2.0-alpha-1", "2.0-rc1"]
    places = [text.index(f"<version>{version}</version>") for version in ordered]
    assert places == sorted(places) and "<release>2.0-rc1</release>" in text
    assert list(shop.versions("app", "com.acme:lib")) == ordered[::-1], "the API lists them so, newest first"


def test_long_metadata_are_packed_for_those_who_take_it(shop):
    versions = [f"1.{number}" for number in range(40)]
    for version in versions:
        assert shop.status("PUT", "app", f"{LIB}/{version}/lib-{version}.jar", JAR) == 201
    shop.put("app", f"{LIB}/maven-metadata.xml", metadata("com.acme", "lib", *versions))
    plain = shop.get("app", f"{LIB}/maven-metadata.xml")
    packed = shop.get("app", f"{LIB}/maven-metadata.xml", **{"Accept-Encoding": "gzip,deflate"})
    assert packed[1]["Content-Encoding"] == "gzip" and gzip.decompress(packed[2]) == plain[2]
    assert len(packed[2]) < len(plain[2]) / 3 and packed[1]["ETag"] != plain[1]["ETag"]
    again = {"Accept-Encoding": "gzip,deflate", "If-None-Match": packed[1]["ETag"]}
    assert shop.get("app", f"{LIB}/maven-metadata.xml", **again)[0] == 304


def test_a_body_is_asked_for_only_once_the_gate_is_passed(shop):
    """Clients that say `Expect: 100-continue` send nothing in vain."""
    shop.put("app", f"{LIB}/1.0/lib-1.0.jar", JAR)
    where = shop.where("app", "com.acme:lib")
    closed = {"publish": "BLOCK", "upstream": "ALLOW"}
    shop.codeartifact.put_package_origin_configuration(**where, restrictions=closed)
    parts = urlsplit(shop.url("app", f"{LIB}/2.0/lib-2.0.jar"))
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.putrequest("PUT", parts.path)
    for name, value in {**shop.basic(), "Expect": "100-continue", "Content-Length": str(1 << 30)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 409 and b"publish=BLOCK" in answer.read()
    connection.close()


def test_a_checksum_waits_for_its_file(shop):
    """Parallel uploads: the checksum is put while the jar is still on its way."""
    body = JAR * 1000
    parts = urlsplit(shop.url("app", f"{LIB}/1.0/lib-1.0.jar"))
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.putrequest("PUT", parts.path)
    for name, value in {**shop.basic(), "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(body[:1000])
    assert shop.status("PUT", "app", f"{LIB}/1.0/lib-1.0.pom.sha1", sha1(b"x")) == 404, "no wait for another file"
    found = []
    waiting = threading.Thread(
        target=lambda: found.append(shop.status("PUT", "app", f"{LIB}/1.0/lib-1.0.jar.sha1", sha1(body)))
    )
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive(), "it waits"
    connection.send(body[1000:])
    assert connection.getresponse().status == 201
    waiting.join(20)
    assert found == [201]
    connection.close()


def test_20_files_may_be_put_in_parallel(shop):
    """As Maven 3.9 does: every file and its checksums on a connection of their own, then the metadata."""
    suffixes = [".pom", ".jar", *(f"-part{number}.jar" for number in range(14))]
    bodies = {suffix: pom("com.acme", "lib", "1.0") if suffix == ".pom" else suffix * 500 for suffix in suffixes}
    done = together(len(suffixes), lambda at: shop.put("app", f"{LIB}/1.0/lib-1.0{suffixes[at]}", bodies[suffixes[at]]))
    assert done == [None] * len(suffixes), done
    shop.put("app", f"{LIB}/maven-metadata.xml", metadata("com.acme", "lib", "1.0"))
    names = {f"lib-1.0{suffix}" for suffix in suffixes}
    assert set(shop.assets("app", "com.acme:lib", "1.0")) == names | {"maven-metadata.xml"}
    for suffix in suffixes:
        assert shop.get("app", f"{LIB}/1.0/lib-1.0{suffix}")[2].decode() == bodies[suffix]


def test_refused_paths_and_methods_are_explained(shop):
    for method, path, status in (
        ("PUT", f"{LIB}/1.0/", 400),
        ("PUT", "lib-1.0.jar", 400),
        ("PUT", "com/acme/../lib/1.0/lib-1.0.jar", 400),
        ("PUT", f"{LIB}/1.0/lib%2f..%2f1.0.jar", 400),
        ("PUT", f"{LIB}/1.0/lib-1.0.jar.sha1.sha1", 400),
        ("GET", f"{LIB}/1.0/", 404),
        ("GET", "", 404),
        ("DELETE", f"{LIB}/1.0/lib-1.0.jar", 405),
        ("POST", f"{LIB}/1.0/lib-1.0.jar", 405),
    ):
        found, _, body = shop.send(method, "app", path, b"x" if method in ("PUT", "POST") else None)
        assert found == status and body.strip(), (method, path, found, body)
    assert shop.status("PUT", "app", f"{LIB}/1.0/lib-1.0.jar.sha1", "a" * 5000) == 413


def test_a_second_account_may_not_read_or_deploy(shop):
    other = Caller(shop.server, fresh_account())
    other.codeartifact.create_domain(domain="shop")
    theirs = other.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
    shop.put("app", f"{LIB}/1.0/lib-1.0.jar", JAR)
    ours, shop.token = shop.token, theirs
    assert shop.status("GET", "app", f"{LIB}/1.0/lib-1.0.jar") == 403
    assert shop.status("PUT", "app", f"{LIB}/1.0/lib-1.0.pom", b"<project/>") == 403
    shop.token = ours[:-4] + "AAAA"
    assert shop.status("GET", "app", f"{LIB}/1.0/lib-1.0.jar") == 401
    shop.token = expired(shop.server, ours)
    status, _, said = shop.get("app", f"{LIB}/1.0/lib-1.0.jar")
    assert status == 401 and b"the token has expired" in said


def test_a_policy_may_deny_single_packages(shop):
    shop.put("app", f"{LIB}/1.0/lib-1.0.jar", JAR)
    where = {"domain": "shop", "repository": "app"}
    package = f"arn:aws:codeartifact:{shop.caller.region}:{shop.caller.account}:package/shop/app/maven/com.acme/lib"
    deny = {"Effect": "Deny", "Principal": "*", "Resource": package}
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {**deny, "Action": "codeartifact:PutPackageMetadata"},
            {**deny, "Action": "codeartifact:PublishPackageVersion", "Resource": package.replace("/lib", "/closed")},
        ],
    }
    shop.codeartifact.put_repository_permissions_policy(**where, policyDocument=json.dumps(document))
    assert shop.status("PUT", "app", f"{LIB}/1.0/lib-1.0.pom", pom("com.acme", "lib", "1.0")) == 201
    status, _, said = shop.send("PUT", "app", f"{LIB}/maven-metadata.xml", metadata("com.acme", "lib", "1.0"))
    assert status == 403 and b"PutPackageMetadata" in said
    assert shop.versions("app", "com.acme:lib") == {"1.0": "Unfinished"}
    for path in ("1.0/closed-1.0.jar", "1.0/closed-1.0.jar.sha1", "maven-metadata.xml", "maven-metadata.xml.md5"):
        status, _, said = shop.send("PUT", "app", f"com/acme/closed/{path}", b"x")
        assert status == 403 and b"PublishPackageVersion" in said, (path, status, said)
    document["Statement"] = [{**deny, "Action": "codeartifact:ReadFromRepository", "Resource": "*"}]
    shop.codeartifact.put_repository_permissions_policy(**where, policyDocument=json.dumps(document))
    for path in ("1.0/lib-1.0.jar", "1.0/lib-1.0.jar.sha1", "maven-metadata.xml", "2-SNAPSHOT/maven-metadata.xml", ""):
        for method in ("GET", "HEAD"):
            assert shop.status(method, "app", f"{LIB}/{path}") == 403, path


def test_plugins_of_a_group_are_found_by_the_names_of_their_packages(shop):
    folder = "com/acme/hello-maven-plugin"
    shop.put("store", f"{folder}/1.0/hello-maven-plugin-1.0.jar", JAR)
    group = (
        "<metadata><plugins><plugin><name>Hello</name><prefix>hello</prefix>"
        "<artifactId>hello-maven-plugin</artifactId></plugin></plugins></metadata>"
    )
    assert shop.status("GET", "app", "com/acme/maven-metadata.xml") == 404, "nothing is published yet"
    shop.put("store", f"{folder}/maven-metadata.xml", metadata("com.acme", "hello-maven-plugin", "1.0"))
    shop.put("store", "com/acme/maven-metadata.xml", group)
    status, _, body = shop.get("app", "com/acme/maven-metadata.xml")
    assert status == 200 and b"<prefix>hello</prefix>" in body and b"hello-maven-plugin" in body
