"""Package groups over Maven: a group of artifacts that is blocked is asked of nobody, not even by its name."""

from tests.clients.maven.conftest import metadata, pom


def restrict(shop, pattern, mode):
    shop.codeartifact.update_package_group_origin_configuration(
        domain="shop", packageGroup=pattern, restrictions={"EXTERNAL_UPSTREAM": mode}
    )


def test_a_blocked_group_is_asked_of_nobody(shop):
    shop.public.add("com.inhouse", "kit", "9.0")
    shop.public.add("com.inhouse.team", "tool", "9.0")
    shop.codeartifact.create_package_group(domain="shop", packageGroup="/maven/com.inhouse~")
    restrict(shop, "/maven/com.inhouse~", "BLOCK")
    base = "com/inhouse/kit/1.0/kit-1.0"
    shop.put("app", f"{base}.pom", pom("com.inhouse", "kit", "1.0"))
    shop.put("app", f"{base}.jar", b"ours")
    shop.put("app", "com/inhouse/kit/maven-metadata.xml", metadata("com.inhouse", "kit", "1.0"))
    for repository in ("app", "store"):
        for method in ("GET", "HEAD"):
            for path in (
                "com/inhouse/kit/maven-metadata.xml",
                "com/inhouse/kit/maven-metadata.xml.sha1",
                "com/inhouse/kit/9.0/kit-9.0.jar",
                "com/inhouse/kit/9.0/kit-9.0.pom.sha1",
                "com/inhouse/kit/1.0/kit-1.0-sources.jar",
                "com/inhouse/kit/2.0-SNAPSHOT/maven-metadata.xml",
                "com/inhouse/maven-metadata.xml",
                "com/inhouse/team/maven-metadata.xml",
                "com/inhouse/team/tool/maven-metadata.xml",
                "com/inhouse/team/tool/9.0/tool-9.0.jar",
                "com/inhouse/never/maven-metadata.xml",
            ):
                status = shop.status(method, repository, path)
                ours = repository == "app" and path.startswith("com/inhouse/kit/maven-metadata")
                assert status == (200 if ours else 404), (method, repository, path, status)
    assert shop.public.asked("inhouse") == []
    listed = shop.get("app", "com/inhouse/kit/maven-metadata.xml")[2].decode()
    assert "<version>1.0</version>" in listed and "9.0" not in listed


def test_scenario_35_a_beginning_ends_with_a_word(shop):
    for group in ("com.any", "com.any.team", "com.anycompany"):
        shop.public.add(group, "part", "1.0")
    shop.codeartifact.create_package_group(domain="shop", packageGroup="/maven/com.any~")
    restrict(shop, "/maven/com.any~", "BLOCK")
    assert shop.status("GET", "store", "com/any/part/1.0/part-1.0.jar") == 404
    assert shop.status("GET", "store", "com/any/team/part/1.0/part-1.0.jar") == 404
    assert shop.status("GET", "store", "com/anycompany/part/1.0/part-1.0.jar") == 200
    listed = shop.get("store", "com/anycompany/part/maven-metadata.xml")
    assert listed[0] == 200 and b"<version>1.0</version>" in listed[2]
    restrict(shop, "/maven/com.any~", "INHERIT")
    assert shop.status("GET", "store", "com/any/part/1.0/part-1.0.jar") == 200
