"""CodeArtifact: a private registry in front of the public one, and what stays when the two are parted."""

import json
import subprocess
import urllib.error
import urllib.request

from tests.commandline import installed

TITLE = "1. CodeArtifact: npm through a repository of your own"
PACKAGE = "express@4.21.2"


def reachable():
    """Whether the public npm registry answers from here."""
    try:
        url = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True, timeout=30, cwd="/").stdout
        with urllib.request.urlopen(f"{url.strip().rstrip('/')}/express/4.21.2", timeout=20):
            return True
    except (urllib.error.URLError, OSError, ValueError):
        return False


def play(home, tell):
    store, app = ["--domain", "shop", "--repository", "store"], ["--domain", "shop", "--repository", "app"]
    ca = lambda *words: home.aws("codeartifact", *words)  # noqa: E731 - a word for a word
    tell.step("create-domain shop")
    ca("create-domain", "--domain", "shop")
    tell.step("create-repository store, associate-external-connection public:npmjs")
    ca("create-repository", *store)
    found = ca("associate-external-connection", *store, "--external-connection", "public:npmjs")["repository"]
    [connection] = found["externalConnections"]
    assert connection == {"externalConnectionName": "public:npmjs", "packageFormat": "npm", "status": "Available"}
    tell.step("create-repository app with upstream store")
    ca("create-repository", *app, "--upstreams", "repositoryName=store")
    tell.step("aws codeartifact login --tool npm")
    home.login("app")
    project = install(home, tell)
    disassociate(home, tell, project)
    publish(home, tell)


def install(home, tell):
    if not reachable():
        print("      SKIPPED: the public npm registry cannot be reached from here")
        return None
    project = home.project("first")
    tell.step(f"npm install {PACKAGE}")
    home.npm("install", PACKAGE, cwd=project)
    found = installed(project)
    for repository in ("app", "store"):
        where = ["--domain", "shop", "--repository", repository, "--max-items", "1000"]
        listed = home.aws("codeartifact", "list-packages", *where)["packages"]
        tell.step(f"list-packages {repository}: {len(listed)} packages, node_modules has {len(found)}")
        assert len(listed) == len(found) > 50
    where = ["--domain", "shop", "--repository", "app", "--format", "npm", "--package", "express"]
    version = home.aws("codeartifact", "describe-package-version", *where, "--package-version", "4.21.2")["packageVersion"]
    tell.step(f"describe-package-version express 4.21.2: {version['status']}, {version['origin']['originType']}")
    assert version["origin"]["domainEntryPoint"] == {"externalConnectionName": "public:npmjs"}
    return project


def disassociate(home, tell, project):
    store = ["--domain", "shop", "--repository", "store"]
    found = home.aws("codeartifact", "disassociate-external-connection", *store, "--external-connection", "public:npmjs")
    tell.step(f"disassociate-external-connection: externalConnections is {found['repository']['externalConnections']}")
    assert found["repository"]["externalConnections"] == []
    if project:
        before = installed(project)
        home.forget_packages(project)
        home.npm("ci", cwd=project)
        assert installed(project) == before
        tell.step("npm ci of the same lockfile with an empty cache still works")
        said = home.npm("install", "left-pad@1.3.0", cwd=project, fails=True)
        assert "404" in said, said
        tell.step("npm install of a package never fetched: 404")
    said = home.aws_fails(
        "codeartifact", "disassociate-external-connection", *store, "--external-connection", "public:npmjs"
    )
    assert "ResourceNotFoundException" in said
    tell.step("disassociating again: ResourceNotFoundException")
    home.aws("codeartifact", "create-repository", "--domain", "shop", "--repository", "team")
    home.aws("codeartifact", "update-repository", *store, "--upstreams", "repositoryName=team")
    tell.step("store takes an upstream now")


def publish(home, tell):
    home.login("store")
    home.npm("publish", cwd=home.package("@acme/kit", "1.0.0"))
    tell.step("npm publish @acme/kit 1.0.0 to store")
    home.login("app")
    project = home.project("second", **{"@acme/kit": "1.0.0"})
    home.npm("install", cwd=project)
    assert installed(project) == {"@acme/kit": "1.0.0"}
    manifest = json.loads((project / "node_modules/@acme/kit/package.json").read_text())
    tell.step(f"npm install through app: {manifest['name']}@{manifest['version']}")
