"""The heavier clients: poetry in every run, hatch, flit and pipenv with --full."""

import os

import pytest

from tests.clients.pypi import programs
from tests.clients.pypi.dists import sdist, wheel
from tests.commandline import tools

FULL = pytest.mark.skipif(os.environ.get("HOMEREGION_TEST_FULL") != "1", reason="the other Python clients: --full")


def python():
    return str(tools() / "venv" / "bin" / "python")


def project(shop, folder, text):
    where = shop.home.folder / folder
    where.mkdir()
    (where / "pyproject.toml").write_text(text)
    (where / "README.md").write_text("# ours\n")
    return where


def test_poetry_publishes_locks_and_installs_again(shop):
    poetry = str(programs.environment("poetry") / "poetry")
    where = project(
        shop,
        "with-poetry",
        '[project]\nname = "with-poetry"\nversion = "0.1"\nrequires-python = ">=3.8"\ndependencies = ["widget"]\n'
        "[tool.poetry]\npackage-mode = false\n"
        f'[[tool.poetry.source]]\nname = "shop"\nurl = "{shop.bare_url("app")}simple/"\npriority = "primary"\n',
    )
    secrets = {
        "POETRY_HTTP_BASIC_SHOP_USERNAME": "aws",
        "POETRY_HTTP_BASIC_SHOP_PASSWORD": shop.token(),
        "POETRY_REPOSITORIES_SHOP_URL": shop.bare_url("app"),
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    shop.home.run(poetry, "lock", "-n", cwd=where, **secrets)
    assert 'name = "gadget"' in (where / "poetry.lock").read_text()
    for _ in range(2):
        shop.home.run(poetry, "sync", "-n", "--no-cache", cwd=where, **secrets)
        site = next((where / ".venv" / "lib").iterdir()) / "site-packages"
        assert (site / "widget" / "__init__.py").exists() and (site / "gadget" / "__init__.py").exists()
    assert shop.versions("app", "widget") == {"1.1": "Published"}
    shop.write(wheel("by_poetry", "1.0"), sdist("by_poetry", "1.0"))
    (where / "pyproject.toml").write_text('[project]\nname = "by-poetry"\nversion = "1.0"\ndescription = "ours"\n')
    publish = [poetry, "publish", "-n", "-r", "shop", "--dist-dir", str(shop.home.folder / "dist")]
    shop.home.run(*publish, cwd=where, **secrets)
    assert len(shop.assets("app", "by-poetry", "1.0")) == 2
    said = shop.home.run(*publish, cwd=where, fails=True, **{**secrets, "POETRY_HTTP_BASIC_SHOP_PASSWORD": "nonsense"})
    assert "401" in said or "403" in said, said


@FULL
@pytest.mark.max_seconds(400)
def test_hatch_publishes(shop):
    hatch = str(programs.environment("hatch") / "hatch")
    [path] = shop.write(sdist("by-hatch", "1.0"))
    shop.home.run(hatch, "publish", "-n", "-r", shop.bare_url("app"), "-u", "aws", "-a", shop.token(), path)
    assert shop.versions("app", "by-hatch") == {"1.0": "Published"}


@FULL
@pytest.mark.max_seconds(400)
def test_flit_publishes(shop):
    flit = str(programs.environment("flit") / "flit")
    where = project(
        shop,
        "by_flit",
        '[build-system]\nrequires = ["flit_core>=3"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "by_flit"\nversion = "1.0"\ndescription = "ours"\nreadme = "README.md"\n',
    )
    (where / "by_flit.py").write_text('"""ours"""\n')
    secrets = {"FLIT_INDEX_URL": shop.bare_url("app"), "FLIT_USERNAME": "aws", "FLIT_PASSWORD": shop.token()}
    shop.home.run(flit, "publish", "--no-use-vcs", cwd=where, **secrets)
    assert len(shop.assets("app", "by-flit", "1.0")) == 2


@FULL
@pytest.mark.max_seconds(400)
def test_pipenv_installs_and_synchronises(shop):
    pipenv = str(programs.environment("pipenv") / "pipenv")
    where = shop.home.folder / "with-pipenv"
    where.mkdir()
    (where / "Pipfile").write_text(
        f'[[source]]\nname = "shop"\nurl = "{shop.url("app")}simple/"\nverify_ssl = false\n[packages]\nwidget = "*"\n'
    )
    quiet = {"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_NOSPIN": "1", "LANG": "C.UTF-8", "PIPENV_CACHE_DIR": str(where / "cache")}
    shop.home.run(pipenv, "--python", python(), "install", cwd=where, **quiet)
    assert "gadget" in (where / "Pipfile.lock").read_text()
    shop.home.run(pipenv, "sync", cwd=where, **quiet)
    assert shop.versions("app", "widget") == {"1.1": "Published"}
