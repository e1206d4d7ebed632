"""Installing: pip of old and pip of today, uv; again from a lock file; turned away; and never from ourselves."""

import hashlib
import os
import time

import pytest

from tests.aws import Caller, fresh_account
from tests.clients.pypi.conftest import Shop
from tests.clients.pypi.dists import sdist, wheel
from tests.server import Server
from tests.tokens import expired

FULL = pytest.mark.skipif(os.environ.get("HOMEREGION_TEST_FULL") != "1", reason="pip of old in every test: --full")
PIPS = pytest.mark.parametrize("pip", ["pip", "pip-of-old"])


def until(what):
    """Waits for what the server does in the background."""
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.05)


@PIPS
def test_scenario_4_a_package_and_its_dependency_are_kept_where_they_belong(shop, pip):
    shop.login("pip", "app")
    shop.pip("install", "--target", "site", "widget", program=pip)
    assert shop.installed() == {"widget": "1.1", "gadget": "3.0"}
    assert shop.versions("app", "widget") == {"1.1": "Published"}
    assert shop.versions("store", "widget") == {"1.1": "Published"}
    assert shop.versions("mid", "widget") == {}
    shown = shop.codeartifact.describe_package_version(**shop.where("app", "widget", packageVersion="1.1"))
    assert shown["packageVersion"]["origin"]["originType"] == "EXTERNAL"
    package = shop.codeartifact.describe_package(**shop.where("app", "widget"))["package"]
    assert package["originConfiguration"] == {"restrictions": {"publish": "BLOCK", "upstream": "ALLOW"}}


@PIPS
def test_hashes_of_a_lock_file_are_those_of_the_files(shop, public, pip):
    files = {**public.projects["widget"], **public.projects["gadget"]}
    pins = ("widget-1.1-py3-none-any.whl", "gadget-2.0-py3-none-any.whl")
    lines = [
        f"{name.split('-')[0]}=={name.split('-')[1]} --hash=sha256:{hashlib.sha256(files[name]).hexdigest()}" for name in pins
    ]
    (shop.home.folder / "locked.txt").write_text("\n".join(lines))
    index = shop.url("app") + "simple/"
    for folder in ("first", "again"):
        shop.pip("install", "--require-hashes", "-r", "locked.txt", "--target", folder, "-i", index, program=pip)
        assert shop.installed(folder) == {"widget": "1.1", "gadget": "2.0"}
    # What is kept is enough, without the connection.
    where = {"domain": "shop", "repository": "store", "externalConnection": "public:pypi"}
    shop.codeartifact.disassociate_external_connection(**where)
    shop.pip("install", "--require-hashes", "-r", "locked.txt", "--target", "later", "-i", index, program=pip)


def test_scenario_18_one_file_brings_the_version_and_later_changes_follow(shop, public):
    name = f"follow-{shop.account[-6:]}"
    first, source = wheel(name, "1.0"), sdist(name, "1.0")
    public.put(name, first, source)
    index = shop.url("app") + "simple/"
    shop.pip("download", "--only-binary", ":all:", "--dest", "got", "-i", index, name)
    until(lambda: shop.assets("store", name, "1.0") == {first[0], source[0]})
    until(lambda: shop.assets("app", name, "1.0") == {first[0], source[0]})


def test_scenario_19_uv_resolves_without_fetching_wheels(shop, public):
    public.sidecars = False
    try:
        name = f"large-{shop.account[-6:]}"
        public.put(name, wheel(name, "1.0", ["gadget==2.0"], size=2 << 20))
        (shop.home.folder / "in.txt").write_text(f"{name}\n")
        sent = public.bytes_sent
        printed = shop.home.run("uv", "pip", "compile", "in.txt", "--no-cache", "--default-index", shop.url("app") + "simple/")
        assert f"{name}==1.0" in printed and "gadget==2.0" in printed, printed
        assert public.bytes_sent - sent < 200_000
        assert shop.versions("store", name) == {}
    finally:
        public.sidecars = True


def test_a_project_of_uv_is_locked_and_synchronised_again(shop):
    project = shop.home.folder / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[project]\nname = "project"\nversion = "0"\nrequires-python = ">=3.8"\ndependencies = ["widget"]\n'
        f'[[tool.uv.index]]\nname = "shop"\nurl = "{shop.bare_url("app")}simple/"\ndefault = true\n'
    )
    secrets = {"UV_INDEX_SHOP_USERNAME": "aws", "UV_INDEX_SHOP_PASSWORD": shop.token()}
    shop.home.run("uv", "lock", "--no-cache", cwd=project, **secrets)
    lock = (project / "uv.lock").read_text()
    assert "widget-1.1-py3-none-any.whl" in lock and 'hash = "sha256:' in lock
    assert shop.versions("app", "widget") == {}, "locking keeps nothing"
    for _ in range(2):
        shop.home.run("uv", "sync", "--locked", "--no-cache", "--reinstall", "--no-install-project", cwd=project, **secrets)
        assert (project / ".venv").exists()
    assert shop.versions("app", "widget") == {"1.1": "Published"}


def test_a_copy_from_upstream_brings_the_whole_version(shop):
    shop.codeartifact.create_repository(domain="shop", repository="release")
    copied = shop.codeartifact.copy_package_versions(
        domain="shop",
        sourceRepository="app",
        destinationRepository="release",
        format="pypi",
        package="widget",
        versions=["1.0"],
        includeFromUpstream=True,
    )
    assert set(copied["successfulVersions"]) == {"1.0"}, copied
    assert shop.assets("release", "widget", "1.0") == {"widget-1.0-py3-none-any.whl", "widget-1.0.tar.gz"}
    shop.pip("install", "--target", "site", "-i", shop.url("release") + "simple/", "widget")
    assert shop.installed() == {"widget": "1.0"}


@pytest.mark.parametrize("client", ["pip", pytest.param("pip-of-old", marks=FULL), "uv"])
def test_nobody_else_installs_and_no_token_lives_for_ever(shop, client):
    def install(token, **more):
        index = shop.url("app", token) + "simple/"
        if client == "uv":
            return shop.home.run("uv", "pip", "install", "--no-cache", "--target", "site", "--default-index", index, "gadget", **more)
        return shop.pip("install", "--no-input", "--target", "site", "-i", index, "gadget", program=client, **more)

    stranger = Caller(shop.server, fresh_account())
    stranger.codeartifact.create_domain(domain="shop")
    foreign = stranger.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
    for token in (foreign, expired(shop.server, shop.token()), "nonsense"):
        said = install(token, fails=True)
        # pip tells a page that is refused from an empty one in its log only.
        assert any(word in said for word in ("401", "403", "Unauthorized", "No matching distribution")), said
    assert shop.versions("app", "gadget") == {}
    install(shop.token())
    assert shop.versions("app", "gadget") == {"3.0": "Published"}


def test_an_explicit_deny_turns_the_owner_away(shop):
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Resource": "*",'
        ' "Action": "codeartifact:ReadFromRepository"}]}'
    )
    where = {"domain": "shop", "repository": "app"}
    shop.codeartifact.put_repository_permissions_policy(**where, policyDocument=policy)
    index = shop.url("app") + "simple/"
    said = shop.pip("install", "--no-input", "--target", "site", "-i", index, "gadget", fails=True)
    assert "403" in said or "No matching distribution" in said, said
    shop.codeartifact.delete_repository_permissions_policy(**where)
    shop.pip("install", "--target", "site", "-i", index, "gadget")


def test_scenario_31_login_does_not_make_the_server_its_own_upstream(public):
    """The index is the one of the machine's pip, which `aws codeartifact login` overwrites before a restart."""
    server = Server()
    conf = server.home / ".config" / "pip" / "pip.conf"
    conf.parent.mkdir(parents=True)
    conf.write_text(f"[global]\nindex-url = {public.url}\n")
    try:
        shop = Shop(server.start())
        shop.login("pip", "app")
        said = (shop.home.folder / ".config" / "pip" / "pip.conf").read_text()
        assert f"{shop.path('app')}simple/" in said, said
        # As if server and person shared a home folder.
        conf.write_text(said)
        server.stop()
        server.listen = server.endpoint.removeprefix("http://")
        server.start()
        shop.login("pip", "app")
        shop.pip("install", "--target", "site", "widget==1.0")
        assert shop.installed() == {"widget": "1.0"}
        assert shop.versions("store", "widget") == {"1.0": "Published"}
        shop.home.discard()
    finally:
        server.discard()
