"""Publishing: twine, uv; and what an upload must not do."""

import json

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.pypi import programs
from tests.clients.pypi.dists import sdist, wheel
from tests.tokens import expired


class Publisher:
    """One client's way to upload files to a repository."""

    def __init__(self, shop, name):
        self.shop, self.name = shop, name

    def upload(self, repository, *paths, token=None, **more):
        shop, url = self.shop, self.shop.bare_url(repository)
        token = token or shop.token()
        if self.name == "uv":
            return shop.home.run("uv", "publish", "--no-cache", "--publish-url", url, "-u", "aws", "-p", token, *paths, **more)
        arguments = ["--non-interactive", "--verbose", "--disable-progress-bar", "--repository-url", url]
        return shop.home.run("twine", "upload", *arguments, "-u", "aws", "-p", token, *paths, **more)


@pytest.fixture(params=["twine", "uv"])
def publisher(request, shop):
    return Publisher(shop, request.param)


def test_scenario_15_files_are_published_one_by_one(shop, publisher):
    built, source = wheel("Acme_Demo.Pkg", "1.0"), sdist("Acme_Demo.Pkg", "1.0")
    publisher.upload("app", *shop.write(built))
    where = shop.where("app", "acme-demo-pkg", packageVersion="1.0")
    first = shop.codeartifact.describe_package_version(**where)["packageVersion"]
    publisher.upload("app", *shop.write(source))
    second = shop.codeartifact.describe_package_version(**where)["packageVersion"]
    assert first["revision"] != second["revision"] and second["displayName"] == "Acme_Demo.Pkg"
    # Again: the same bytes are welcome.
    publisher.upload("app", *shop.write(built, source))
    changed = (built[0], wheel("Acme_Demo.Pkg", "1.0", content=b"changed = True\n")[1])
    said = publisher.upload("app", *shop.write(changed), fails=True)
    assert "409" in said and "already exists" in said.replace("\n", " "), said
    publisher.upload("app", *shop.write(wheel("Acme_Demo.Pkg", "1.0", tag="cp311-cp311-manylinux1_x86_64")))
    assert len(shop.assets("app", "acme-demo-pkg", "1.0")) == 3
    package = shop.codeartifact.describe_package(**shop.where("app", "acme-demo-pkg"))["package"]
    assert package["originConfiguration"] == {"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}}
    assert shop.codeartifact.get_package_version_readme(**where)["readme"] == "# Acme_Demo.Pkg\n"


@pytest.mark.parametrize("spelling", ["acme-demo-pkg", "Acme.Demo_Pkg"])
def test_scenario_16_what_was_published_is_installed_in_every_spelling(shop, spelling):
    Publisher(shop, "twine").upload("store", *shop.write(wheel("Acme_Demo.Pkg", "1.0")))
    index = shop.url("app") + "simple/"
    shop.pip("install", "--target", "site", "-i", index, spelling)
    shop.home.run("uv", "pip", "install", "--no-cache", "--target", "again", "--default-index", index, spelling)
    assert shop.versions("app", "acme-demo-pkg") == {"1.0": "Published"}


def test_uv_looks_at_what_is_there_before_it_uploads(shop):
    paths = shop.write(wheel("checked", "1.0"), sdist("checked", "1.0"))
    check = ["--check-url", shop.bare_url("app") + "simple/"]
    for _ in range(2):
        url = shop.bare_url("app")
        shop.home.run("uv", "publish", "--no-cache", "--publish-url", url, "-u", "aws", "-p", shop.token(), *check, *paths)
    assert len(shop.assets("app", "checked", "1.0")) == 2


def test_people_are_told_why_they_are_refused(shop):
    def said(*command):
        return " ".join(shop.home.run(*command, fails=True).split())

    shop.login("twine", "app")
    twine = ["twine", "upload", "--non-interactive", "-r", "codeartifact"]
    shop.home.run(*twine, *shop.write(wheel("taken", "1.0")))
    assert "already exists in repository app with other content" in said(*twine, *shop.write(wheel("taken", "1.0", ["other>=1"])))
    absent = shop.url("app") + "simple/none/1.0/none-1.0-py3-none-any.whl"
    assert "repository app has no file none-1.0-py3-none-any.whl" in said("pip", "install", "--no-input", "--target", "site", absent)


def test_scenario_31_login_configures_twine(shop):
    shop.login("twine", "app")
    shop.home.run("twine", "upload", "--non-interactive", "-r", "codeartifact", *shop.write(wheel("logged-in", "1.0")))
    assert shop.versions("app", "logged-in") == {"1.0": "Published"}


def test_nobody_else_publishes_and_no_token_lives_for_ever(shop, publisher):
    paths = shop.write(wheel("secret", "1.0"))
    stranger = Caller(shop.server, fresh_account())
    stranger.codeartifact.create_domain(domain="shop")
    foreign = stranger.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
    for token in (foreign, expired(shop.server, shop.token())):
        said = publisher.upload("app", *paths, token=token, fails=True)
        assert any(word in said for word in ("401", "403", "Unauthorized", "Forbidden")), said
    assert shop.versions("app", "secret") == {}


def test_an_explicit_deny_turns_the_owner_away(shop, publisher):
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Resource": "*",'
        ' "Action": "codeartifact:PublishPackageVersion"}]}'
    )
    where = {"domain": "shop", "repository": "app"}
    shop.codeartifact.put_repository_permissions_policy(**where, policyDocument=policy)
    paths = shop.write(wheel("denied", "1.0"))
    said = publisher.upload("app", *paths, fails=True)
    assert "403" in said or "Forbidden" in said, said
    shop.codeartifact.delete_repository_permissions_policy(**where)
    publisher.upload("app", *paths)
    assert shop.versions("app", "denied") == {"1.0": "Published"}


def test_a_name_of_the_index_is_not_taken_over_and_ours_is_not_asked_for(shop, public):
    twine = Publisher(shop, "twine")
    said = twine.upload("app", *shop.write(wheel("widget", "1.0", content=b"ours = 1\n")), fails=True)
    assert "409" in said, said
    name = f"internal-{shop.account[-6:]}"
    twine.upload("app", *shop.write(wheel(name, "1.0")))
    public.put(name, wheel(name, "9.9"))
    before = public.asked(name)
    shop.pip("install", "--target", "site", "-i", shop.url("app") + "simple/", name)
    assert shop.installed() == {name.replace("-", "_"): "1.0"}
    assert public.asked(name) == before


def test_keyrings_codeartifact_gets_a_token(shop):
    """It recognises AWS's host names only; the call that follows goes where the environment says."""
    python = programs.environment("keyring") / "python"
    host = f"shop-{shop.account}.d.codeartifact.{shop.home.region}.amazonaws.com"
    ask = f"import keyring; print(keyring.get_password('https://{host}/pypi/app/simple/', 'aws'))"
    backend = {"PYTHON_KEYRING_BACKEND": "keyrings.codeartifact.CodeArtifactBackend"}
    token = shop.home.run(str(python), "-c", ask, **backend).strip().splitlines()[-1]
    shop.pip("install", "--target", "site", "-i", shop.url("app", token) + "simple/", "gadget==2.0")
    assert shop.installed() == {"gadget": "2.0"}


def test_projects_are_listed_and_a_version_can_be_yanked(shop):
    twine = Publisher(shop, "twine")
    twine.upload("mid", *shop.write(wheel("listed", "1.0")))
    twine.upload("mid", *shop.write(wheel("listed", "2.0")))
    twine.upload("app", *shop.write(wheel("near", "1.0")))
    _, _, names = shop.get("app", "simple/", Accept="application/vnd.pypi.simple.v1+json")
    assert [project["name"] for project in json.loads(names)["projects"]] == ["listed", "near"]
    status, _, _ = shop.get("mid", "simple/listed/2.0/yanked", method="PUT", body=b"it was broken")
    assert status == 200
    index = ["-i", shop.url("mid") + "simple/"]
    shop.pip("install", "--target", "site", *index, "listed")
    assert shop.installed() == {"listed": "1.0"}
    shop.pip("install", "--target", "pinned", *index, "listed==2.0")
    shop.get("mid", "simple/listed/2.0/yanked", method="DELETE")
    shop.pip("install", "--target", "back", *index, "listed")
    assert shop.installed("back") == {"listed": "2.0"}
