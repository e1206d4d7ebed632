"""Package versions made by hand: what `npm publish` sends, and generic assets."""

import base64
import gzip
import hashlib
import io
import json
import tarfile

from tests.server import fetch


def tarball(name, version, readme="# Kit\n", **manifest):
    """The tarball of an npm package, the same bytes each time."""
    files = {
        "package/package.json": json.dumps({"name": name, "version": version, **manifest}).encode(),
        "package/README.md": readme.encode(),
    }
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(raw.getvalue(), mtime=0)


def token(caller, domain="shop"):
    return caller.codeartifact.get_authorization_token(domain=domain)["authorizationToken"]


def publish_npm(caller, name, version, repository="app", domain="shop", bearer=None, **manifest):
    """Publishes as npm does; answers the status."""
    content = tarball(name, version, **manifest)
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    file = f"{name}-{version}.tgz"
    url = f"{caller.server.endpoint}/npm/d/{domain}-{caller.account}/{repository}/{name.replace('/', '%2f')}"
    body = {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": version},
        "versions": {
            version: {
                "name": name,
                "version": version,
                "readme": "# Kit\n",
                **manifest,
                "dist": {
                    "integrity": integrity,
                    "shasum": hashlib.sha1(content).hexdigest(),
                    "tarball": f"{url}/-/{file}",
                },
            }
        },
        "_attachments": {
            file: {
                "content_type": "application/octet-stream",
                "data": base64.b64encode(content).decode(),
                "length": len(content),
            }
        },
    }
    headers = {"Authorization": f"Bearer {bearer or token(caller, domain)}", "Content-Type": "application/json"}
    status, _, answered = fetch("PUT", url, json.dumps(body).encode(), headers)
    assert status in (200, 201), (status, answered)
    return status


def generic(content, name="tool.bin", version="1.0.0", repository="app", domain="shop", **more):
    """The parameters of PublishPackageVersion."""
    return {
        "domain": domain,
        "repository": repository,
        "format": "generic",
        "namespace": "tools",
        "package": "tool",
        "packageVersion": version,
        "assetName": name,
        "assetSHA256": hashlib.sha256(content).hexdigest(),
        "assetContent": content,
        **more,
    }
