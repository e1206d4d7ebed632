"""Files that come from the repository behind an external connection."""

import hashlib
import threading
import time
from email.utils import formatdate

from tests.clients.maven.conftest import metadata
from tests.clients.maven.public_repository import PUBLISHED

SOURCES = (".pom", ".jar", "-sources.jar", "-javadoc.jar")


def path(artifact, version, suffix=".jar"):
    return f"org/public/{artifact}/{version}/{artifact}-{version}{suffix}"


def test_25_a_version_is_kept_here_and_where_the_connection_is(shop):
    shop.public.add("org.public", "whole", "1.0", (*SOURCES, "-tests.jar", ".module"))
    status, headers, body = shop.get("app", path("whole", "1.0"))
    assert (status, body) == (200, b"whole 1.0 .jar")
    assert headers["Last-Modified"] == formatdate(PUBLISHED, usegmt=True), "as the registry says"
    usual = {f"whole-1.0{suffix}" for suffix in SOURCES}
    for repository in ("app", "store"):
        shop.eventually(lambda: set(shop.assets(repository, "org.public:whole", "1.0")) == usual)
        described = shop.describe(repository, "org.public:whole", "1.0")
        assert described["origin"] == {
            "domainEntryPoint": {"externalConnectionName": "public:maven-central"}, "originType": "EXTERNAL"
        }
        assert described["displayName"] == "Public whole" and described["status"] == "Published"
        package = shop.codeartifact.describe_package(**shop.where(repository, "org.public:whole"))["package"]
        assert package["originConfiguration"]["restrictions"] == {"publish": "BLOCK", "upstream": "ALLOW"}
    assert shop.versions("mid", "org.public:whole") == {}
    for algorithm in ("md5", "sha1", "sha256", "sha512"):
        digest = shop.get("app", path("whole", "1.0", f".jar.{algorithm}"))[2].decode()
        assert digest == hashlib.new(algorithm, b"whole 1.0 .jar").hexdigest()

    # Others come when they are asked for, into both.
    assert shop.get("app", path("whole", "1.0", "-tests.jar"))[2] == b"whole 1.0 -tests.jar"
    for repository in ("app", "store"):
        assert set(shop.assets(repository, "org.public:whole", "1.0")) == {*usual, "whole-1.0-tests.jar"}
    assert shop.status("GET", "app", path("whole", "1.0", "-nothing.jar")) == 404


def test_25_what_is_kept_outlives_its_registry(shop):
    shop.public.add("org.public", "lasting", "1.0", SOURCES)
    assert shop.status("GET", "app", path("lasting", "1.0", ".pom")) == 200
    shop.eventually(lambda: len(shop.assets("app", "org.public:lasting", "1.0")) == 4)
    shop.public.failing = True
    assert shop.get("app", path("lasting", "1.0"))[2] == b"lasting 1.0 .jar"
    assert shop.status("GET", "app", path("lasting", "1.0", "-tests.jar")) == 502
    assert shop.status("GET", "app", path("never", "1.0")) == 502
    listed = shop.get("app", "org/public/lasting/maven-metadata.xml")
    assert listed[0] == 200 and b"<version>1.0</version>" in listed[2]
    shop.public.failing = False
    shop.codeartifact.disassociate_external_connection(
        domain="shop", repository="store", externalConnection="public:maven-central"
    )
    shop.codeartifact.delete_repository(domain="shop", repository="mid")
    assert shop.get("app", path("lasting", "1.0", "-sources.jar"))[2] == b"lasting 1.0 -sources.jar"


def test_a_version_without_a_jar_asks_for_none(shop):
    shop.public.add("org.public", "parent", "7", (".pom",), packaging="pom")
    assert shop.status("GET", "app", path("parent", "7", ".pom")) == 200
    shop.public.add("org.public", "marker", "1", (".pom",))
    assert shop.status("GET", "app", path("marker", "1", ".pom")) == 200
    shop.eventually(lambda: shop.public.asked("marker-1-javadoc.jar"))
    assert not shop.public.asked("parent-7.jar")


def test_bytes_that_differ_from_their_checksum_are_not_kept(shop):
    shop.public.add("org.public", "torn", "1.0")
    shop.public.wrong.add(path("torn", "1.0"))
    status, _, said = shop.get("app", path("torn", "1.0"))
    assert status == 502 and b"sha1" in said
    assert shop.versions("store", "org.public:torn") == {}
    shop.public.wrong.clear()
    assert shop.status("GET", "app", path("torn", "1.0")) == 200

    # Where no checksum stands beside a file, it is taken as it is; any that stands there counts.
    shop.public.add("org.public", "bare", "1.0")
    shop.public.sidecars, before = set(), shop.public.sidecars
    try:
        assert shop.status("GET", "app", path("bare", "1.0")) == 200
        shop.public.add("org.public", "other", "1.0")
        shop.public.sidecars = {"sha256"}
        shop.public.wrong.add(path("other", "1.0"))
        assert shop.status("GET", "app", path("other", "1.0")) == 502
    finally:
        shop.public.sidecars = before
        shop.public.wrong.clear()


def test_asking_by_head_keeps_nothing(shop):
    shop.public.add("org.public", "peeked", "1.0")
    status, headers, _ = shop.send("HEAD", "app", path("peeked", "1.0"))
    assert status == 200 and headers["Last-Modified"] == formatdate(PUBLISHED, usegmt=True)
    assert shop.status("HEAD", "app", path("peeked", "1.0", ".jar.sha1")) == 200
    assert shop.status("HEAD", "app", path("peeked", "2.0")) == 404
    assert shop.versions("store", "org.public:peeked") == {}
    assert shop.status("GET", "app", "org/public/peeked/maven-metadata.xml") == 200
    assert shop.versions("app", "org.public:peeked") == {}, "neither does reading what there is"


def test_a_herd_is_answered_by_one_request(shop):
    shop.public.add("org.public", "herd", "1.0")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(shop.get("app", path("herd", "1.0"))[2])) for _ in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [b"herd 1.0 .jar"] * 24
    assert len([one for one in shop.public.asked("herd-1.0.jar") if one.endswith(".jar")]) == 1


def test_metadata_are_merged_over_own_versions_and_the_registrys(shop):
    shop.public.add("org.public", "mixed", "1.0")
    shop.public.add("org.public", "mixed", "1.9")
    shop.public.add("org.public", "mixed", "1.10")
    where = shop.where("app", "org.public:mixed")
    opened = {"publish": "ALLOW", "upstream": "ALLOW"}
    shop.codeartifact.put_package_origin_configuration(**where, restrictions=opened)
    own = "org/public/mixed/2.0/mixed-2.0.jar"
    shop.put("app", own, "ours")
    shop.put("app", "org/public/mixed/maven-metadata.xml", metadata("org.public", "mixed", "2.0"))
    text = shop.get("app", "org/public/mixed/maven-metadata.xml")[2].decode()
    places = [text.index(f"<version>{version}</version>") for version in ("1.0", "1.9", "1.10", "2.0")]
    assert places == sorted(places) and "<release>2.0</release>" in text
    status, _, said = shop.send("PUT", "app", path("mixed", "1.9"), "ours as well")
    assert status == 409 and b"already available" in said, "a registry has it"

    # A version that is not handed out here hides the registry's.
    assert shop.status("GET", "app", path("mixed", "1.0")) == 200
    shop.codeartifact.update_package_versions_status(**where, versions=["1.0"], targetStatus="Archived")
    assert "<version>1.0</version>" not in shop.get("app", "org/public/mixed/maven-metadata.xml")[2].decode()
    assert shop.status("GET", "app", path("mixed", "1.0")) == 404


def test_7_a_package_that_is_blocked_upstream_is_not_asked_for(shop):
    shop.put("app", path("internal", "1.0"), "ours")
    shop.put("app", "org/public/internal/maven-metadata.xml", metadata("org.public", "internal", "1.0"))
    shop.public.add("org.public", "internal", "9.9")
    shop.public.requests.clear()
    listed = shop.get("app", "org/public/internal/maven-metadata.xml")[2]
    assert b"9.9" not in listed and b"<version>1.0</version>" in listed
    for method in ("GET", "HEAD"):
        assert shop.status(method, "app", path("internal", "9.9")) == 404
        assert shop.status(method, "app", path("internal", "1.0", "-tests.jar")) == 404
    assert not shop.public.asked("internal")


def test_snapshots_are_never_taken_from_outside(shop):
    shop.public.add("org.public", "making", "1.0-SNAPSHOT")
    folder = "org/public/making/1.0-SNAPSHOT"
    shop.public.files[f"{folder}/maven-metadata.xml"] = b"<metadata/>"
    shop.public.requests.clear()
    for name in ("maven-metadata.xml", "making-1.0-SNAPSHOT.jar", "making-1.0-20261120.173701-1.jar"):
        for method in ("GET", "HEAD"):
            assert shop.status(method, "app", f"{folder}/{name}") == 404, name
    assert not shop.public.asked("making")
    assert shop.status("GET", "app", "org/public/making/maven-metadata.xml") == 404, "it lists nothing else"


def test_plugins_of_a_group_are_found_by_their_prefix(shop):
    shop.public.files["org/public/plugins/maven-metadata.xml"] = (
        b"<metadata><plugins><plugin><name>X</name><prefix>x</prefix><artifactId>x-maven-plugin</artifactId></plugin>"
        b"</plugins></metadata>"
    )
    status, _, body = shop.get("app", "org/public/plugins/maven-metadata.xml")
    assert status == 200 and b"<prefix>x</prefix>" in body and b"x-maven-plugin" in body


def test_what_is_missing_is_not_asked_for_over_and_over(shop):
    for _ in range(5):
        assert shop.status("GET", "app", path("absent", "1.0")) == 404
    assert len(shop.public.asked("absent-1.0.jar")) <= 3
    for _ in range(5):
        assert shop.status("GET", "app", "org/public/absent/maven-metadata.xml") == 404
    assert len(shop.public.asked("absent/maven-metadata.xml")) == 1


def test_versions_that_are_too_young_are_neither_listed_nor_handed_out(shop):
    now = time.strftime("%Y%m%d%H%M%S", time.gmtime())
    for version in ("1.0", "2.0"):
        shop.public.add("org.public", "aged", version, updated=now)
    shop.public.published["aged-2.0"] = time.time() - 3600
    assert shop.status("GET", "app", path("aged", "2.0")) == 200, "no group demands an age yet"
    shop.codeartifact.create_package_group(
        domain="shop", packageGroup="/maven/org.public/*", tags=[{"key": "homeregion:minimum-release-age", "value": "72h"}]
    )
    listed = shop.get("app", "org/public/aged/maven-metadata.xml")[2].decode()
    assert "<version>1.0</version>" in listed and "2.0" not in listed and "<release>1.0</release>" in listed
    for method in ("GET", "HEAD"):
        for suffix in (".jar", ".pom", ".jar.sha1", "-tests.jar"):
            for repository in ("app", "mid"):
                status, _, said = shop.send(method, repository, path("aged", "2.0", suffix))
                assert status in (403, 404), (method, suffix, repository, status)
                assert method == "HEAD" or b"72h" in said or b"minimum release age" in said, said
    assert shop.status("GET", "app", path("aged", "1.0")) == 200
