"""kill -9 during concurrent creates, associates and publishes: what was acknowledged is there, nothing is half done."""

import base64
import hashlib
import http.client
import json
import os
import random
import threading
import time
import uuid

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.aws import Caller
from tests.clients.npm.test_publish import document
from tests.server import Server, fetch

KILLS = 200 if os.environ.get("HOMEREGION_TEST_FULL") else 20
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"
NETWORK_ERRORS = (BotoCoreError, OSError)


class Expected:
    """What the server acknowledged, and what it was asked without an answer."""

    def __init__(self):
        self.lock = threading.Lock()
        self.machines = {}
        self.pending_parents = set()
        self.assets = {}
        self.artifacts = set()
        self.unsure_artifacts = set()
        self.repositories = {}
        self.unsure_repositories = set()
        self.published = {}
        self.unsure_published = {}
        self.acknowledged = 0


class Load:
    """Workers that write until the server goes away, and say what they know."""

    def __init__(self, server, expected, dice):
        self.server = server
        self.expected = expected
        self.dice = dice
        self.stop = threading.Event()
        self.faults = []

    def run(self, seconds):
        caller = Caller(self.server, ACCOUNT)
        caller.sitewise, caller.mgh, caller.codeartifact  # noqa: B018 - clients are made before the threads start
        token = caller.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
        works = [self.create_asset, self.create_asset, self.associate, self.artifact, self.artifact, self.repository]
        works += [lambda caller: self.publish(token)] * 2
        threads = [threading.Thread(target=self.repeat, args=(work, caller)) for work in works]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.server.kill()
        self.stop.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "a worker hangs"
        assert not self.faults, self.faults[:3]

    def repeat(self, work, caller):
        while not self.stop.is_set():
            try:
                work(caller)
                with self.expected.lock:
                    self.expected.acknowledged += 1
            except NETWORK_ERRORS:
                return
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 and self.server.running:
                    self.faults.append(error)
                return
            except http.client.IncompleteRead as error:
                # An answer that the kill cut off is none; a server that runs cuts none off.
                if not self.server.killed:
                    self.faults.append(error)
                return
            except Exception as error:  # noqa: BLE001 - the test reports it
                self.faults.append(error)
                return

    def create_asset(self, caller):
        asset, name = str(uuid.uuid4()), f"asset {uuid.uuid4()}"
        caller.sitewise.create_asset(assetId=asset, assetName=name, assetModelId=self.expected.child_model)
        with self.expected.lock:
            self.expected.assets[asset] = name

    def associate(self, caller):
        """Moves one machine between being associated and not."""
        with self.expected.lock:
            machine = self.dice.choice(sorted(self.expected.machines))
            state = self.expected.machines[machine]
            self.expected.machines[machine] = "unsure"
        where = {"assetId": self.expected.site, "hierarchyId": self.expected.hierarchy, "childAssetId": machine}
        if state == "unsure":
            listed = caller.sitewise.list_associated_assets(assetId=machine, traversalDirection="PARENT")
            state = bool(listed["assetSummaries"])
        call = caller.sitewise.disassociate_assets if state else caller.sitewise.associate_assets
        call(**where)
        with self.expected.lock:
            self.expected.machines[machine] = not state

    def artifact(self, caller):
        name = f"arn:aws:ec2:us-east-1:488216288981:image/{uuid.uuid4()}"
        where = {"ProgressUpdateStream": "S", "MigrationTaskName": "t"}
        with self.expected.lock:
            self.expected.unsure_artifacts.add(name)
        caller.mgh.associate_created_artifact(**where, CreatedArtifact={"Name": name})
        with self.expected.lock:
            self.expected.unsure_artifacts.discard(name)
            self.expected.artifacts.add(name)
            other = self.dice.choice(sorted(self.expected.artifacts))
            if self.dice.random() < 0.6:
                return
            self.expected.artifacts.discard(other)
            self.expected.unsure_artifacts.add(other)
        try:
            caller.mgh.disassociate_created_artifact(**where, CreatedArtifactName=other)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        with self.expected.lock:
            self.expected.unsure_artifacts.discard(other)

    def repository(self, caller):
        name = f"r-{uuid.uuid4()}"
        where = {"domain": "shop", "repository": name}
        with self.expected.lock:
            if len(self.expected.repositories) > 900:
                return
            self.expected.unsure_repositories.add(name)
        caller.codeartifact.create_repository(**where)
        with self.expected.lock:
            self.expected.repositories[name] = 0
        caller.codeartifact.associate_external_connection(**where, externalConnection="public:npmjs")
        with self.expected.lock:
            self.expected.repositories[name] = 1
            self.expected.unsure_repositories.discard(name)

    def publish(self, token):
        name, version = f"pack-{self.dice.randrange(20)}", f"1.0.{uuid.uuid4().int % 10**12}"
        body = document(name, version)
        data = base64.b64decode(body["_attachments"][f"{name}-{version}.tgz"]["data"])
        with self.expected.lock:
            self.expected.unsure_published[name, version] = hashlib.sha256(data).hexdigest()
        url = f"{self.server.endpoint}/npm/d/shop-{ACCOUNT}/store/{name}"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, _, answered = fetch("PUT", url, json.dumps(body).encode(), headers)
        if status not in (200, 201):
            raise AssertionError(f"publish answered {status} {answered[:300]}")
        with self.expected.lock:
            self.expected.published[name, version] = self.expected.unsure_published.pop((name, version))


def prepare(server):
    """A plant, a task and a domain to write into."""
    caller = Caller(server, ACCOUNT)
    expected = Expected()
    sitewise, where = caller.sitewise, {"domain": "shop"}
    expected.child_model = sitewise.create_asset_model(assetModelName="child")["assetModelId"]
    hierarchy = {"name": "h", "childAssetModelId": expected.child_model}
    parent = sitewise.create_asset_model(assetModelName="parent", assetModelHierarchies=[hierarchy])["assetModelId"]
    expected.hierarchy = sitewise.describe_asset_model(assetModelId=parent)["assetModelHierarchies"][0]["id"]
    expected.site = sitewise.create_asset(assetName="site", assetModelId=parent)["assetId"]
    for _ in range(10):
        machine = sitewise.create_asset(assetName="m", assetModelId=expected.child_model)["assetId"]
        expected.machines[machine] = False
    caller.config.create_home_region_control(HomeRegion=caller.region, Target={"Type": "ACCOUNT"})
    caller.mgh.create_progress_update_stream(ProgressUpdateStreamName="S")
    caller.mgh.import_migration_task(ProgressUpdateStream="S", MigrationTaskName="t")
    caller.codeartifact.create_domain(**where)
    caller.codeartifact.create_repository(**where, repository="store")
    return expected


def compare(server, expected):
    """Everything acknowledged is there; what was not answered is there whole or not at all."""
    caller = Caller(server, ACCOUNT)
    pages = caller.sitewise.get_paginator("list_assets").paginate(
        assetModelId=expected.child_model, PaginationConfig={"PageSize": 250}
    )
    found = {item["id"]: item["name"] for page in pages for item in page["assetSummaries"]}
    missing = {asset: name for asset, name in expected.assets.items() if found.get(asset) != name}
    assert not missing, f"{len(missing)} acknowledged assets are gone"
    compare_machines(caller, expected)
    pages = caller.mgh.get_paginator("list_created_artifacts").paginate(ProgressUpdateStream="S", MigrationTaskName="t")
    artifacts = {item["Name"] for page in pages for item in page["CreatedArtifactList"]}
    assert expected.artifacts <= artifacts, "acknowledged artifacts are gone"
    assert artifacts <= expected.artifacts | expected.unsure_artifacts, "removed artifacts are back"
    expected.artifacts, expected.unsure_artifacts = artifacts, set()
    compare_repositories(caller, expected)
    compare_packages(caller, expected)


def compare_machines(caller, expected):
    pages = caller.sitewise.get_paginator("list_associated_assets").paginate(assetId=expected.site)
    children = {item["id"] for page in pages for item in page["assetSummaries"]}
    for machine, state in expected.machines.items():
        parents = caller.sitewise.list_associated_assets(assetId=machine, traversalDirection="PARENT")["assetSummaries"]
        assert bool(parents) == (machine in children), "parent and child disagree"
        if state != "unsure":
            assert state == bool(parents), f"the association of {machine} is not as acknowledged"
        expected.machines[machine] = bool(parents)


def compare_repositories(caller, expected):
    pages = caller.codeartifact.get_paginator("list_repositories_in_domain").paginate(domain="shop")
    names = {item["name"] for page in pages for item in page["repositories"]} - {"store"}
    assert set(expected.repositories) <= names, "acknowledged repositories are gone"
    assert names <= set(expected.repositories) | expected.unsure_repositories
    for name in names:
        if name in expected.unsure_repositories or expected.repositories.get(name) is None:
            where = {"domain": "shop", "repository": name}
            found = caller.codeartifact.describe_repository(**where)["repository"]
            expected.repositories[name] = len(found["externalConnections"])
    expected.unsure_repositories.clear()
    for name in random.Random(SEED).sample(sorted(names), min(20, len(names))):
        found = caller.codeartifact.describe_repository(domain="shop", repository=name)["repository"]
        assert len(found["externalConnections"]) == expected.repositories[name], name


def compare_packages(caller, expected):
    token = caller.codeartifact.get_authorization_token(domain="shop")["authorizationToken"]
    headers = {"Authorization": f"Bearer {token}"}
    base = f"{caller.server.endpoint}/npm/d/shop-{ACCOUNT}/store/"
    known = {**expected.published, **expected.unsure_published}
    for name in sorted({name for name, _ in known}):
        status, _, body = fetch("GET", base + name, headers=headers)
        listed = set(json.loads(body)["versions"]) if status == 200 else set()
        acknowledged = {version for package, version in expected.published if package == name}
        assert acknowledged <= listed, f"acknowledged versions of {name} are gone"
        assert listed <= {version for package, version in known if package == name}
        checked = sorted(listed)[-3:] + [version for package, version in expected.unsure_published if package == name]
        for version in set(checked) & listed:
            status, _, data = fetch("GET", f"{base}{name}/-/{name}-{version}.tgz", headers=headers)
            assert status == 200, f"{name}@{version} is listed and not downloadable"
            assert hashlib.sha256(data).hexdigest() == known[name, version]
            expected.published[name, version] = known[name, version]
    expected.unsure_published.clear()


@pytest.mark.max_seconds(60 + KILLS * 10)
def test_nothing_acknowledged_is_lost_and_nothing_is_half_done():
    dice = random.Random(SEED)
    server = Server()
    try:
        server.start()
        expected = prepare(server)
        for kill in range(KILLS):
            before = expected.acknowledged
            Load(server, expected, dice).run(dice.uniform(0.05, 0.7))
            verified = server.verify()
            assert verified.returncode == 0, f"after kill {kill + 1}: {verified.stdout}{verified.stderr}"
            server.start()
            compare(server, expected)
            print(f"kill {kill + 1}: {expected.acknowledged - before} more acknowledged")
        assert expected.acknowledged > KILLS * 5, "there was hardly any load"
        log = server.read_log()
        assert "panicked" not in log, log[-4000:]
    finally:
        server.discard()
