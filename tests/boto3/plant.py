"""A small plant for the SiteWise tests: models of a site and its machines, and assets of them."""

import uuid

from tests.aws import answer

WAIT = {"Delay": 1, "MaxAttempts": 20}


def wait(caller, name, **where):
    caller.sitewise.get_waiter(name).wait(**where, WaiterConfig=WAIT)


def create_model(caller, name=None, **more):
    """Creates a model, waits until it is active and answers its id."""
    made = answer(caller.sitewise.create_asset_model(assetModelName=name or f"model {uuid.uuid4()}", **more), 202)
    wait(caller, "asset_model_active", assetModelId=made["assetModelId"])
    return made["assetModelId"]


def create_asset(caller, model, name=None, **more):
    """Creates an asset, waits until it is active and answers its id."""
    made = answer(caller.sitewise.create_asset(assetModelId=model, assetName=name or f"asset {uuid.uuid4()}", **more), 202)
    wait(caller, "asset_active", assetId=made["assetId"])
    return made["assetId"]


def hierarchies(caller, model):
    """The ids of a model's hierarchies by their names."""
    found = caller.sitewise.describe_asset_model(assetModelId=model)["assetModelHierarchies"]
    return {hierarchy["name"]: hierarchy["id"] for hierarchy in found}


def children(caller, asset, hierarchy=None, **more):
    where = {"hierarchyId": hierarchy} if hierarchy else {}
    found = answer(caller.sitewise.list_associated_assets(assetId=asset, **where, **more))
    return [item["id"] for item in found["assetSummaries"]]


def parents(caller, asset, **more):
    found = answer(caller.sitewise.list_associated_assets(assetId=asset, traversalDirection="PARENT", **more))
    return [item["id"] for item in found["assetSummaries"]]


def top_level(caller, **more):
    found = answer(caller.sitewise.list_assets(filter="TOP_LEVEL", **more))
    return [item["id"] for item in found["assetSummaries"]]


class Plant:
    """One site with two hierarchies over the same machine model, and a model of something else."""

    def __init__(self, caller):
        self.caller = caller
        self.machine_model = create_model(caller, assetModelExternalId="machine-model")
        self.other_model = create_model(caller)
        self.site_model = create_model(
            caller,
            assetModelHierarchies=[
                {"name": "in use", "childAssetModelId": self.machine_model, "externalId": "in-use"},
                {"name": "spare", "childAssetModelId": self.machine_model},
            ],
        )
        found = hierarchies(caller, self.site_model)
        self.in_use, self.spare = found["in use"], found["spare"]
        self.site = create_asset(caller, self.site_model, "site")

    def machine(self, **more):
        return create_asset(self.caller, self.machine_model, **more)

    def associate(self, child, hierarchy=None, parent=None, **more):
        return answer(
            self.caller.sitewise.associate_assets(
                assetId=parent or self.site, hierarchyId=hierarchy or self.in_use, childAssetId=child, **more
            )
        )

    def disassociate(self, child, hierarchy=None, parent=None, **more):
        return answer(
            self.caller.sitewise.disassociate_assets(
                assetId=parent or self.site, hierarchyId=hierarchy or self.in_use, childAssetId=child, **more
            )
        )
