"""kill -9 while Python packages are uploaded and brought in: what was acknowledged is there, nothing is half done."""

import hashlib
import json
import os
import random
import threading
import time
import urllib.error
import uuid

import pytest

from tests.aws import Caller
from tests.clients.pypi.dists import sdist, wheel
from tests.clients.pypi.index import Index
from tests.server import Server, fetch

KILLS = 40 if os.environ.get("HOMEREGION_TEST_FULL") else 6
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"


class Work:
    """Uploads and downloads until the server goes away; knows what was acknowledged."""

    def __init__(self, server, index):
        self.server, self.index = server, index
        self.stop = threading.Event()
        self.begun, self.uploaded, self.brought = {}, {}, {}
        self.faults = []

    def url(self, repository):
        return f"{self.server.endpoint}/pypi/d/shop-{ACCOUNT}/{repository}/"

    def headers(self):
        token = Caller(self.server, ACCOUNT).codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
        return {"Authorization": f"Bearer {token}"}

    def upload(self, headers):
        project = f"own-{uuid.uuid4().hex[:8]}"
        for name, content in (wheel(project, "1.0", content=os.urandom(50_000).hex().encode()), sdist(project, "1.0")):
            self.begun[name] = hashlib.sha256(content).hexdigest()
            form = {
                ":action": "file_upload",
                "protocol_version": "1",
                "name": project,
                "version": "1.0",
                "filetype": "bdist_wheel" if name.endswith(".whl") else "sdist",
                "sha256_digest": self.begun[name],
            }
            part = "--between\r\nContent-Disposition: form-data; name="
            body = "".join(f'{part}"{field}"\r\n\r\n{value}\r\n' for field, value in form.items())
            body = f'{body}{part}"content"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n--between--\r\n"
            more = {"Content-Type": "multipart/form-data; boundary=between"}
            status, _, said = fetch("POST", self.url("app"), body, {**headers, **more})
            assert status == 200, (status, said)
            self.uploaded[name] = project

    def bring(self, headers):
        project = f"part-{uuid.uuid4().hex[:8]}"
        files = [wheel(project, "1.0", size=64 << 10), sdist(project, "1.0")]
        self.index.put(project, *files)
        name, content = files[0]
        status, _, body = fetch("GET", f"{self.url('app')}simple/{project}/1.0/{name}", headers=headers)
        assert (status, body) == (200, content), status
        self.brought[project] = {name: hashlib.sha256(content).hexdigest() for name, content in files}

    def repeat(self, work, headers):
        while not self.stop.is_set():
            try:
                work(headers)
            except (OSError, urllib.error.URLError):
                return
            except Exception as error:  # noqa: BLE001 - the test reports it
                # An answer that was cut off is none.
                if self.server.running and not self.stop.is_set():
                    self.faults.append(error)
                return

    def until_killed(self, seconds):
        self.stop.clear()
        headers = self.headers()
        works = [self.upload, self.upload, self.bring, self.bring]
        threads = [threading.Thread(target=self.repeat, args=(work, headers)) for work in works]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.server.kill()
        self.stop.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a worker hangs"
        assert not self.faults, self.faults[:3]

    def page(self, repository, project, headers):
        """The files that a project's page lists, with their digests."""
        accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
        status, _, body = fetch("GET", f"{self.url(repository)}simple/{project}/", headers={**headers, **accept})
        files = json.loads(body)["files"] if status == 200 else []
        return {file["filename"]: file["hashes"]["sha256"] for file in files}

    def compare(self):
        headers = self.headers()
        for name, project in self.uploaded.items():
            assert self.page("app", project, headers).get(name) == self.begun[name], f"{name} is gone"
        # What was not acknowledged is there whole, or not at all.
        for name, digest in self.begun.items():
            project = name.split("-")[0].replace("_", "-")
            if name in self.page("app", project, headers):
                status, _, body = fetch("GET", f"{self.url('app')}simple/{project}/1.0/{name}", headers=headers)
                assert (status, hashlib.sha256(body).hexdigest()) == (200, digest), name
        caller = Caller(self.server, ACCOUNT)
        for project, files in self.brought.items():
            assert self.page("app", project, headers) == files
            where = {"domain": "shop", "format": "pypi", "package": project, "packageVersion": "1.0"}
            # The page heals what the background had no time for.
            for repository in ("app", "store"):
                deadline = time.monotonic() + 20
                while True:
                    found = caller.codeartifact.list_package_version_assets(**where, repository=repository)["assets"]
                    if {asset["name"]: asset["hashes"]["SHA-256"] for asset in found} == files:
                        break
                    assert time.monotonic() < deadline, f"{project} in {repository} has {found}"
                    time.sleep(0.05)
        self.begun.clear(), self.uploaded.clear(), self.brought.clear()


@pytest.mark.max_seconds(60 + 8 * KILLS)
def test_kill_while_python_packages_come_in():
    dice = random.Random(SEED)
    index = Index()
    server = Server(HOMEREGION_UPSTREAM_PYPI=index.url).start()
    try:
        codeartifact = Caller(server, ACCOUNT).codeartifact
        codeartifact.create_domain(domain="shop")
        codeartifact.create_repository(domain="shop", repository="store")
        codeartifact.create_repository(domain="shop", repository="app", upstreams=[{"repositoryName": "store"}])
        codeartifact.associate_external_connection(domain="shop", repository="store", externalConnection="public:pypi")
        work = Work(server, index)
        for _ in range(KILLS):
            work.until_killed(dice.uniform(0.15, 0.6))
            server.start()
            work.compare()
        assert "panicked" not in server.read_log()
    finally:
        server.discard()
        index.stop()
