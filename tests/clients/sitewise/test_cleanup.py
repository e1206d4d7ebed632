"""What tools do that take plants down or copy them out: many calls without waits, errors passed over, nothing left.

Written from what is known of AWS's cleanup sample for bulk operations, aws-nuke and AWS's export tool; none of their
code is here.
"""

import time

import pytest
from botocore.exceptions import ClientError

from tests.aws import Caller
from tests.server import Server

POLLS_MAX = 40
POLL_S = 0.05
PASSES_MAX = 6
MEASUREMENT = {"measurement": {}}


class Plant:
    """Two sites with lines with machines, each with an external id; a metric of a line reads its machines."""

    def __init__(self, caller):
        self.client = caller.sitewise
        self.machine = self.model(
            "machine",
            assetModelExternalId="model.machine",
            assetModelProperties=[
                {"name": "speed", "externalId": "speed", "dataType": "DOUBLE", "type": MEASUREMENT},
                {"name": "serial", "dataType": "STRING", "type": {"attribute": {"defaultValue": "none"}}},
            ],
        )
        speed = self.client.describe_asset_model(assetModelId=self.machine)["assetModelProperties"][0]["id"]
        machines = {"name": "machines", "externalId": "machines", "childAssetModelId": self.machine}
        self.line = self.model("line", assetModelHierarchies=[machines, {**machines, "name": "spares", "externalId": "spares"}])
        described = self.client.describe_asset_model(assetModelId=self.line)
        reads = {"propertyId": speed, "hierarchyId": described["assetModelHierarchies"][0]["id"]}
        mean = {"expression": "avg(s)", "variables": [{"name": "s", "value": reads}], "window": {"tumbling": {"interval": "5m"}}}
        self.client.update_asset_model(
            assetModelId=self.line,
            assetModelName="line",
            assetModelProperties=[{"name": "mean speed", "dataType": "DOUBLE", "type": {"metric": mean}}],
            assetModelHierarchies=described["assetModelHierarchies"],
        )
        wait_for_model(self.client, self.line)
        lines = {"name": "lines", "externalId": "lines", "childAssetModelId": self.line}
        self.site = self.model("site", assetModelExternalId="model.site", assetModelHierarchies=[lines])
        self.add_composites()
        self.build()

    def add_composites(self):
        """A motor in each machine, from a component model, and an inline group besides it."""
        heat = [{"name": "heat", "dataType": "DOUBLE", "type": MEASUREMENT}]
        self.component = self.model("motor", assetModelType="COMPONENT_MODEL", assetModelProperties=heat)
        where = {"assetModelId": self.machine, "assetModelCompositeModelType": "CUSTOM"}
        made = {"assetModelCompositeModelName": "motor", "composedAssetModelId": self.component}
        self.client.create_asset_model_composite_model(**where, **made)
        wait_for_model(self.client, self.machine)
        inline = {"assetModelCompositeModelName": "bearing", "assetModelCompositeModelProperties": heat}
        self.client.create_asset_model_composite_model(**where, **inline)
        wait_for_model(self.client, self.machine)

    def model(self, name, **more):
        made = self.client.create_asset_model(assetModelName=name, **more)["assetModelId"]
        wait_for_model(self.client, made)
        return made

    def build(self):
        for site in ("north", "south"):
            self.asset(self.site, site)
            for line in (f"{site}.1", f"{site}.2"):
                self.asset(self.line, line)
                self.put(site, "lines", line)
                for machine, hierarchy in ((f"{line}.a", "machines"), (f"{line}.b", "machines"), (f"{line}.c", "spares")):
                    self.asset(self.machine, machine)
                    self.put(line, hierarchy, machine)

    def asset(self, model, name):
        made = self.client.create_asset(assetModelId=model, assetName=name, assetExternalId=name, tags={"name": name})
        wait_for_rest(lambda: self.client.describe_asset(assetId=made["assetId"])["assetStatus"])

    def put(self, parent, hierarchy, child):
        """Associates by external ids; the child's own id comes from a describe, as in the tools."""
        child = self.client.describe_asset(assetId=f"externalId:{child}")["assetId"]
        self.client.associate_assets(
            assetId=f"externalId:{parent}", hierarchyId=f"externalId:{hierarchy}", childAssetId=child
        )


@pytest.fixture
def plant(caller):
    return Plant(caller)


@pytest.fixture(params=["at once", "after a while"])
def any_plant(request, caller):
    """A plant on a server whose passing states are over at once, and on one where they last as they do at AWS."""
    if request.param == "at once":
        yield Plant(caller)
        return
    server = Server(arguments=["--simulate-propagation-ms", "40"])
    try:
        server.start()
        yield Plant(Caller(server))
    finally:
        server.discard()


def pages(client, operation, member, **parameters):
    """All entries of a list, in pages as large as they may be."""
    size = parameters.pop("size", 250)
    found = []
    for page in client.get_paginator(operation).paginate(**parameters, PaginationConfig={"PageSize": size}):
        assert page["ResponseMetadata"]["HTTPStatusCode"] == 200
        found += page[member]
    return found


def attempt(call, **parameters):
    """Calls and passes over what the server refuses, as long as it is the client's fault; answers whether it went."""
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 404, 409), error
        return False
    return True


def nothing_left(client):
    for _ in range(POLLS_MAX):
        if not pages(client, "list_asset_models", "assetModelSummaries"):
            break
        time.sleep(POLL_S)
    assert pages(client, "list_asset_models", "assetModelSummaries") == []
    assert pages(client, "list_assets", "assetSummaries", filter="TOP_LEVEL") == []
    assert pages(client, "list_time_series", "TimeSeriesSummaries") == []


def wait_for_model(client, model):
    """Polls the model alone until it rests; its assets are taken to rest then, too."""
    return wait_for_rest(lambda: client.describe_asset_model(assetModelId=model)["assetModelStatus"])


def wait_for_rest(status):
    for _ in range(POLLS_MAX):
        state = status()["state"]
        if state in ("ACTIVE", "FAILED"):
            return state
        time.sleep(POLL_S)
    raise AssertionError(f"still {state}")


def below(client, asset):
    """An asset and everything below it, children first, each with its model and its place in its parent."""
    described = client.describe_asset(assetId=asset)
    found = []
    for hierarchy in described["assetHierarchies"]:
        where = {"assetId": described["assetId"], "hierarchyId": hierarchy["id"], "traversalDirection": "CHILD"}
        for child in pages(client, "list_associated_assets", "assetSummaries", **where):
            for inner, model, place in below(client, child["id"]):
                found.append((inner, model, place or (described["assetId"], hierarchy["id"])))
    found.append((described["assetId"], described["assetModelId"], None))
    return found


def empty_models(client, models):
    """Empties models while their assets stand, polling the models only."""
    for model in models:
        described = client.describe_asset_model(assetModelId=model)
        for composite in described["assetModelCompositeModelSummaries"]:
            where = {"assetModelId": model, "assetModelCompositeModelId": composite["id"]}
            client.delete_asset_model_composite_model(**where)
            wait_for_model(client, model)
        client.update_asset_model(
            assetModelId=model,
            assetModelName=described["assetModelName"],
            assetModelProperties=[],
            assetModelHierarchies=[],
            assetModelCompositeModels=[],
        )
        assert wait_for_model(client, model) == "ACTIVE"


def test_scenario_21_a_plant_is_taken_down_as_aws_s_cleanup_script_does_it(any_plant):
    client = any_plant.client
    found = [entry for root in ("externalId:north", "externalId:south") for entry in below(client, root)]
    assert len(found) == 2 * (1 + 2 * (1 + 3))
    # From the top down, since a line reads what its machines measure.
    empty_models(client, (any_plant.site, any_plant.line, any_plant.machine))
    # The assets are ACTIVE as soon as their models are: they go at once, though nothing waited for them. Hierarchies
    # that went with the update have let their children go: to take them out once more is refused, and passed over.
    for asset, _, place in found:
        if place:
            assert not attempt(client.disassociate_assets, assetId=place[0], hierarchyId=place[1], childAssetId=asset)
        client.delete_asset(assetId=asset)
    # Each model right behind its last asset.
    for model in (any_plant.site, any_plant.line, any_plant.machine):
        client.delete_asset_model(assetModelId=model)
    client.delete_asset_model(assetModelId=any_plant.component)
    nothing_left(client)


def test_scenario_21_disassociation_deletion_of_asset_and_model_follow_without_a_wait(plant):
    client = plant.client
    models = {}
    for root in ("externalId:north", "externalId:south"):
        for asset, model, place in below(client, root):
            if place:
                client.disassociate_assets(assetId=place[0], hierarchyId=place[1], childAssetId=asset)
            client.delete_asset(assetId=asset)
            models[model] = asset
    for model in (plant.site, plant.line, plant.machine):
        assert model in models
        client.delete_asset_model(assetModelId=model)
    client.delete_asset_model(assetModelId=plant.component)
    nothing_left(client)


def test_a_plant_is_taken_down_as_aws_nuke_does_it(plant):
    """Everything is listed, everything is tried in no particular order, again and again until nothing is left."""
    client = plant.client
    for _ in range(PASSES_MAX):
        models = pages(client, "list_asset_models", "assetModelSummaries", size=25)
        if not models:
            break
        for model in models:
            for asset in pages(client, "list_assets", "assetSummaries", assetModelId=model["id"], size=25):
                children = pages(client, "list_associated_assets", "assetSummaries", assetId=asset["id"], size=25)
                for child in children:
                    went = [
                        attempt(client.disassociate_assets, assetId=asset["id"], hierarchyId=hierarchy["id"], childAssetId=child["id"])
                        for hierarchy in asset["hierarchies"]
                    ]
                    # Only the hierarchy in which the child stands lets it go, whatever order they are tried in.
                    assert went.count(True) == 1, went
                attempt(client.delete_asset, assetId=asset["id"])
            attempt(client.delete_asset_model, assetModelId=model["id"])
    nothing_left(client)


def test_a_plant_is_read_as_aws_s_export_tool_does_it(plant):
    """Every model and asset in pages of 250; members that are optional in the model are read without a test."""
    client = plant.client
    names = set()
    for model in pages(client, "list_asset_models", "assetModelSummaries", assetModelTypes=["ASSET_MODEL"]):
        described = client.describe_asset_model(assetModelId=model["id"])
        assert described["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert described["assetModelArn"] == model["arn"]
        assert client.list_tags_for_resource(resourceArn=model["arn"])["tags"] == {}
        for asset in pages(client, "list_assets", "assetSummaries", assetModelId=model["id"], filter="ALL"):
            seen = client.describe_asset(assetId=asset["id"])
            assert seen["ResponseMetadata"]["HTTPStatusCode"] == 200
            assert len(seen["assetProperties"]) == len(described["assetModelProperties"])
            assert {entry["notification"]["state"] for entry in seen["assetProperties"]} <= {"DISABLED"}
            assert client.list_tags_for_resource(resourceArn=asset["arn"])["tags"] == {"name": asset["name"]}
            for hierarchy in seen["assetHierarchies"]:
                where = {"assetId": asset["id"], "hierarchyId": hierarchy["id"]}
                names.update(child["name"] for child in pages(client, "list_associated_assets", "assetSummaries", **where))
            names.add(asset["name"])
    assert len(names) == 2 * (1 + 2 * (1 + 3))
