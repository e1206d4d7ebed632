"""Permissions policies to put, and the smallest package to publish."""

import base64
import gzip
import hashlib
import io
import json
import tarfile

from tests.aws import answer


def policy(effect, action, principal, **more):
    statement = {"Effect": effect, "Action": action, "Resource": "*", "Principal": {"AWS": principal}, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def put_domain(caller, document, **more):
    return answer(
        caller.codeartifact.put_domain_permissions_policy(domain="shop", policyDocument=document, **more)
    )["policy"]


def put_repository(caller, document, **more):
    where = {"domain": "shop", "repository": "app"}
    return answer(
        caller.codeartifact.put_repository_permissions_policy(**where, policyDocument=document, **more)
    )["policy"]


def tarball_of(name, version):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        content = json.dumps({"name": name, "version": version}).encode()
        entry = tarfile.TarInfo("package/package.json")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return base64.b64encode(gzip.compress(packed.getvalue(), mtime=0)).decode()


TARBALL = tarball_of("kit", "1.0.0")


def publication(name, version):
    """What `npm publish` sends for a package of one file."""
    tarball = base64.b64decode(TARBALL)
    integrity = base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    manifest = {"name": name, "version": version, "dist": {"integrity": f"sha512-{integrity}"}}
    attachment = {"content_type": "application/octet-stream", "data": TARBALL, "length": len(tarball)}
    document = {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": version},
        "versions": {version: manifest},
        "_attachments": {f"{name}-{version}.tgz": attachment},
    }
    return json.dumps(document).encode()
