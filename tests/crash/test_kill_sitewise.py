"""kill -9 while models of a plant change: nothing acknowledged is lost, nothing is half done, everything comes to rest."""

import http.client
import os
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.aws import Caller
from tests.server import Server

KILLS = 60 if os.environ.get("HOMEREGION_TEST_FULL") else 8
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"
NETWORK_ERRORS = (BotoCoreError, OSError)
# More than an operation rolls a new version over before it answers.
FLEET = 620
# The longest that states may take to rest after a restart.
REST_MAX_S = 30
PROPERTIES_MAX = 40
# How long passing states last in the lives of the server, by turns, so that kills hit those, too.
PROPAGATION_MS = [0, 40, 400]
# What a worker answers that had nothing to write.
IDLE = object()


def measurement(name, **more):
    return {"name": name, "dataType": "DOUBLE", "type": {"measurement": {}}, **more}


def metric(expression):
    variables = [{"name": "x", "value": {"propertyId": "speed"}}]
    window = {"tumbling": {"interval": "1h"}}
    return {
        "name": "mean",
        "dataType": "DOUBLE",
        "type": {"metric": {"expression": expression, "variables": variables, "window": window}},
    }


class Document:
    """Something that one worker replaces as a whole: what was acknowledged, and what was sent without an answer."""

    def __init__(self, acknowledged):
        self.acknowledged = acknowledged
        self.sent = acknowledged

    def send(self, value, call):
        self.sent = value
        try:
            call()
        except ClientError:
            self.sent = self.acknowledged
            raise
        self.acknowledged = value

    def found(self, value, what):
        assert value in (self.acknowledged, self.sent), f"{what} is {value}, not {self.acknowledged} or {self.sent}"
        self.acknowledged = self.sent = value


class Plant:
    """The models and assets that are written to, and what is known about them."""

    def __init__(self, caller):
        sitewise = caller.sitewise
        self.lock = threading.Lock()
        self.acknowledged = 0
        self.met_on_their_way = 0
        self.models, self.unsure_models = {}, {}
        self.assets, self.deleted, self.unsure_deleted = {}, set(), set()
        self.machines = {}

        def create(name, **more):
            return sitewise.create_asset_model(assetModelName=name, **more)["assetModelId"]

        self.fleet = create("fleet", assetModelProperties=[measurement("speed")])
        self.fleet_names = Document(("speed",))
        self.machine = create("machine")
        hierarchies = [{"name": "machines", "childAssetModelId": self.machine}]
        self.site_model = create("site", assetModelHierarchies=hierarchies)
        found = sitewise.describe_asset_model(assetModelId=self.site_model)
        self.hierarchy = found["assetModelHierarchies"][0]["id"]
        self.sites = [self.asset(caller, self.site_model) for _ in range(2)]
        self.machines = {self.asset(caller, self.machine): Document(None) for _ in range(12)}
        self.component = create("component", assetModelType="COMPONENT_MODEL", assetModelProperties=[measurement("c0")])
        self.component_names = Document(("c0",))
        self.users = [create(f"user {n}") for n in range(3)]
        for user in self.users:
            self.compose(caller, user, composedAssetModelId=self.component)
        self.user_assets = [self.asset(caller, user) for user in self.users]
        self.host = create("host")
        self.composites, self.unsure_composites = set(), set()
        self.interface = create(
            "interface", assetModelType="INTERFACE", assetModelProperties=[measurement("speed"), metric("avg(x)")]
        )
        self.interface_state = Document((("speed", "mean"), "avg(x)"))
        self.followers = [create(f"follower {n}", assetModelProperties=[measurement("speed")]) for n in range(4)]
        for follower in self.followers:
            self.put(caller, follower)
        self.follower_assets = [self.asset(caller, follower) for follower in self.followers]
        self.volunteer = create("volunteer")
        self.volunteers = Document(False)
        with ThreadPoolExecutor(8) as pool:
            self.fleet_assets = list(pool.map(lambda _: self.asset(caller, self.fleet), range(FLEET)))

    def asset(self, caller, model, name="a"):
        return caller.sitewise.create_asset(assetName=name, assetModelId=model)["assetId"]

    def compose(self, caller, model, composite=None, **more):
        composite = composite or str(uuid.uuid4())
        caller.sitewise.create_asset_model_composite_model(
            assetModelId=model,
            assetModelCompositeModelId=composite,
            assetModelCompositeModelName=f"part {composite}",
            assetModelCompositeModelType="CUSTOM",
            **more,
        )

    def put(self, caller, model):
        caller.sitewise.put_asset_model_interface_relationship(
            assetModelId=model,
            interfaceAssetModelId=self.interface,
            propertyMappingConfiguration={"matchByPropertyName": True, "createMissingProperty": True},
        )


class Load:
    """Workers that write until the server goes away, and say what they know."""

    def __init__(self, server, plant, dice):
        self.server = server
        self.plant = plant
        self.dice = dice
        self.stop = threading.Event()
        self.faults = []

    def run(self, seconds):
        caller = Caller(self.server, ACCOUNT)
        caller.sitewise  # noqa: B018 - the client is made before the threads start
        works = [self.create_model, self.create_asset, self.delete_asset, self.move, self.move]
        works += [self.update_fleet, self.update_component, self.update_interface, self.volunteer, self.composite]
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
                if work(caller) is IDLE:
                    time.sleep(0.01)
                    continue
                with self.plant.lock:
                    self.plant.acknowledged += 1
            except NETWORK_ERRORS:
                return
            except ClientError as error:
                if error.response["Error"]["Code"] == "ConflictingOperationException":
                    # What is on its way to another state waits for its next turn.
                    time.sleep(0.005)
                elif self.server.running:
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

    def create_model(self, caller):
        model, name = str(uuid.uuid4()), f"model {uuid.uuid4()}"
        with self.plant.lock:
            if len(self.plant.models) > 400:
                return IDLE
            self.plant.unsure_models[model] = name
        caller.sitewise.create_asset_model(
            assetModelId=model, assetModelName=name, assetModelProperties=[measurement("speed")]
        )
        with self.plant.lock:
            self.plant.models[model] = self.plant.unsure_models.pop(model)

    def create_asset(self, caller):
        asset, name = str(uuid.uuid4()), f"asset {uuid.uuid4()}"
        caller.sitewise.create_asset(assetId=asset, assetName=name, assetModelId=self.plant.machine)
        with self.plant.lock:
            self.plant.assets[asset] = name

    def delete_asset(self, caller):
        with self.plant.lock:
            if len(self.plant.assets) < 5:
                return IDLE
            asset = self.dice.choice(sorted(self.plant.assets))
            name = self.plant.assets.pop(asset)
            self.plant.unsure_deleted.add(asset)
        try:
            caller.sitewise.delete_asset(assetId=asset)
        except ClientError:
            with self.plant.lock:
                self.plant.unsure_deleted.discard(asset)
                self.plant.assets[asset] = name
            raise
        with self.plant.lock:
            self.plant.unsure_deleted.discard(asset)
            self.plant.deleted.add(asset)

    def move(self, caller):
        """Takes one machine from where it stands, or puts it below one of the sites."""
        with self.plant.lock:
            machine = self.dice.choice(sorted(self.plant.machines))
            document = self.plant.machines.pop(machine)
        try:
            where = {"hierarchyId": self.plant.hierarchy, "childAssetId": machine}
            if document.acknowledged:
                site, after, call = document.acknowledged, None, caller.sitewise.disassociate_assets
            else:
                site = after = self.dice.choice(self.plant.sites)
                call = caller.sitewise.associate_assets
            document.send(after, lambda: call(assetId=site, **where))
        finally:
            with self.plant.lock:
                self.plant.machines[machine] = document

    def replace_properties(self, caller, model, document, prefix):
        """Adds a property to a model, or removes all but the first when there are many."""
        found = caller.sitewise.describe_asset_model(assetModelId=model)
        kept = found["assetModelProperties"]
        if len(kept) < PROPERTIES_MAX:
            kept = kept + [measurement(f"{prefix}-{uuid.uuid4()}")]
        else:
            kept = kept[:1]
        names = tuple(item["name"] for item in kept)
        document.send(names, lambda: self.update(caller, found, kept))

    def update(self, caller, found, properties):
        caller.sitewise.update_asset_model(
            assetModelId=found["assetModelId"],
            assetModelName=found["assetModelName"],
            assetModelProperties=properties,
            ifMatch=found["eTag"],
            matchForVersionType="LATEST",
        )

    def update_fleet(self, caller):
        self.replace_properties(caller, self.plant.fleet, self.plant.fleet_names, "f")

    def update_component(self, caller):
        self.replace_properties(caller, self.plant.component, self.plant.component_names, "c")

    def update_interface(self, caller):
        """Gives the interface another formula, and one more property while it has few."""
        found = caller.sitewise.describe_asset_model(assetModelId=self.plant.interface)
        properties = found["assetModelProperties"]
        expression = "max(x)" if properties[1]["type"]["metric"]["expression"] == "avg(x)" else "avg(x)"
        properties[1]["type"]["metric"]["expression"] = expression
        if len(properties) < PROPERTIES_MAX:
            properties.append(measurement(f"i-{uuid.uuid4()}"))
        names = tuple(item["name"] for item in properties)
        self.plant.interface_state.send((names, expression), lambda: self.update(caller, found, properties))

    def volunteer(self, caller):
        where = {"assetModelId": self.plant.volunteer, "interfaceAssetModelId": self.plant.interface}
        document = self.plant.volunteers
        if document.acknowledged:
            document.send(False, lambda: caller.sitewise.delete_asset_model_interface_relationship(**where))
        else:
            document.send(True, lambda: self.plant.put(caller, self.plant.volunteer))

    def composite(self, caller):
        plant, where = self.plant, {"assetModelId": self.plant.host}
        if len(plant.composites) < 12:
            composite = str(uuid.uuid4())
            plant.unsure_composites.add(composite)
            plant.compose(
                caller, plant.host, composite, assetModelCompositeModelProperties=[measurement("a"), measurement("b")]
            )
            plant.composites.add(composite)
        else:
            composite = self.dice.choice(sorted(plant.composites))
            plant.unsure_composites.add(composite)
            caller.sitewise.delete_asset_model_composite_model(**where, assetModelCompositeModelId=composite)
            plant.composites.discard(composite)
        plant.unsure_composites.discard(composite)


def rest(caller, plant):
    """Waits until no model and no asset is on its way to another state; answers the models by their ids."""
    sitewise, deadline, met = caller.sitewise, time.monotonic() + REST_MAX_S, set()
    while True:
        pages = sitewise.get_paginator("list_asset_models").paginate(PaginationConfig={"PageSize": 250})
        models = {item["id"]: item for page in pages for item in page["assetModelSummaries"]}
        busy = {model: item["status"] for model, item in models.items() if item["status"]["state"] != "ACTIVE"}
        for model in (plant.fleet, plant.machine, *plant.users, *plant.followers):
            if busy:
                break
            pages = sitewise.get_paginator("list_assets").paginate(
                assetModelId=model, PaginationConfig={"PageSize": 250}
            )
            items = [item for page in pages for item in page["assetSummaries"]]
            busy = {item["id"]: item["status"] for item in items if item["status"]["state"] != "ACTIVE"}
        if not busy:
            plant.met_on_their_way += bool(met)
            return models
        met |= set(busy)
        assert all(status["state"] != "FAILED" for status in busy.values()), busy
        assert time.monotonic() < deadline, f"after {REST_MAX_S} s still on their way: {busy}"
        time.sleep(0.02)


def names(items):
    return tuple(item["name"] for item in items)


def own_names(caller, model):
    return names(caller.sitewise.describe_asset_model(assetModelId=model)["assetModelProperties"])


def compare(caller, plant, dice):
    """Everything acknowledged is there; what was not answered is there whole or not at all."""
    models = rest(caller, plant)
    compare_models(models, plant)
    compare_assets(caller, plant)
    compare_machines(caller, plant)
    compare_fleet(caller, plant, dice)
    compare_component(caller, plant)
    compare_interface(caller, plant)
    compare_composites(caller, plant)


def compare_models(models, plant):
    found = {model: item["name"] for model, item in models.items() if item["name"].startswith("model ")}
    for model, name in plant.models.items():
        assert found.get(model) == name, f"the acknowledged model {name} is gone"
    assert all(plant.unsure_models.get(model) == name for model, name in found.items() if model not in plant.models)
    plant.models, plant.unsure_models = found, {}


def compare_assets(caller, plant):
    pages = caller.sitewise.get_paginator("list_assets").paginate(
        assetModelId=plant.machine, PaginationConfig={"PageSize": 250}
    )
    found = {item["id"]: item["name"] for page in pages for item in page["assetSummaries"]}
    missing = {asset: name for asset, name in plant.assets.items() if found.get(asset) != name}
    assert not missing, f"{len(missing)} acknowledged assets are gone"
    assert not plant.deleted & set(found), "deleted assets are back"
    plant.deleted |= plant.unsure_deleted - set(found)
    plant.unsure_deleted.clear()
    plant.assets = {asset: name for asset, name in found.items() if asset not in plant.machines}


def compare_machines(caller, plant):
    """Each machine has the one parent that lists it, or none."""
    parents = {}
    for site in plant.sites:
        pages = caller.sitewise.get_paginator("list_associated_assets").paginate(
            assetId=site, hierarchyId=plant.hierarchy
        )
        for child in [item["id"] for page in pages for item in page["assetSummaries"]]:
            assert child not in parents, f"{child} has two parents"
            parents[child] = site
    for machine, document in plant.machines.items():
        above = caller.sitewise.list_associated_assets(assetId=machine, traversalDirection="PARENT")["assetSummaries"]
        listed = [parents[machine]] if machine in parents else []
        assert [item["id"] for item in above] == listed, "the two sides of an association disagree"
        document.found(parents.get(machine), f"the parent of {machine}")


def compare_fleet(caller, plant, dice):
    found = own_names(caller, plant.fleet)
    plant.fleet_names.found(found, "the fleet's definition")
    for asset in dice.sample(plant.fleet_assets, 25) + [plant.fleet_assets[0], plant.fleet_assets[-1]]:
        shown = caller.sitewise.describe_asset(assetId=asset)
        assert names(shown["assetProperties"]) == found, f"{asset} does not follow its model"
        assert shown["assetStatus"]["state"] == "ACTIVE"


def compare_component(caller, plant):
    found = own_names(caller, plant.component)
    plant.component_names.found(found, "the component's definition")
    for user, asset in zip(plant.users, plant.user_assets, strict=True):
        pages = caller.sitewise.get_paginator("list_asset_model_properties").paginate(assetModelId=user, filter="ALL")
        derived = names(item for page in pages for item in page["assetModelPropertySummaries"])
        assert derived == found, f"{user} does not follow the component"
        pages = caller.sitewise.get_paginator("list_asset_properties").paginate(assetId=asset, filter="ALL")
        listed = tuple(item["path"][-1]["name"] for page in pages for item in page["assetPropertySummaries"])
        assert listed == found, f"{asset} does not follow the component"


def compare_interface(caller, plant):
    sitewise = caller.sitewise
    properties = sitewise.describe_asset_model(assetModelId=plant.interface)["assetModelProperties"]
    expression = properties[1]["type"]["metric"]["expression"]
    plant.interface_state.found((names(properties), expression), "the interface's definition")
    pages = sitewise.get_paginator("list_interface_relationships").paginate(interfaceAssetModelId=plant.interface)
    related = {item["id"] for page in pages for item in page["interfaceRelationshipSummaries"]}
    assert related - {plant.volunteer} == set(plant.followers)
    plant.volunteers.found(plant.volunteer in related, "the volunteer's relation")
    shown = sitewise.describe_asset_model(assetModelId=plant.volunteer)["interfaceDetails"]
    assert bool(shown) == (plant.volunteer in related), "the sides of a relation disagree"
    for follower in related:
        own = {item["id"]: item for item in sitewise.describe_asset_model(assetModelId=follower)["assetModelProperties"]}
        relation = sitewise.describe_asset_model_interface_relationship(
            assetModelId=follower, interfaceAssetModelId=plant.interface
        )
        mapped = {pair["interfaceAssetModelPropertyId"]: pair["assetModelPropertyId"] for pair in relation["propertyMappings"]}
        assert list(mapped) == [item["id"] for item in properties], f"{follower} does not follow the interface"
        assert [own[mapped[item["id"]]]["name"] for item in properties] == list(names(properties))
        assert own[mapped[properties[1]["id"]]]["type"]["metric"]["expression"] == expression, "a formula was not pushed"
    for follower, asset in zip(plant.followers, plant.follower_assets, strict=True):
        shown = names(sitewise.describe_asset(assetId=asset)["assetProperties"])
        assert shown == own_names(caller, follower), f"{asset} does not follow its model"


def compare_composites(caller, plant):
    pages = caller.sitewise.get_paginator("list_asset_model_composite_models").paginate(assetModelId=plant.host)
    found = {item["id"] for page in pages for item in page["assetModelCompositeModelSummaries"]}
    assert plant.composites - plant.unsure_composites <= found, "acknowledged composite models are gone"
    assert found <= plant.composites | plant.unsure_composites, "deleted composite models are back"
    for composite in found:
        shown = caller.sitewise.describe_asset_model_composite_model(
            assetModelId=plant.host, assetModelCompositeModelId=composite
        )
        assert names(shown["assetModelCompositeModelProperties"]) == ("a", "b")
    plant.composites, plant.unsure_composites = found, set()


@pytest.mark.max_seconds(120 + KILLS * 15)
def test_models_that_change_lose_nothing_and_come_to_rest():
    dice = random.Random(SEED)
    server = Server()
    try:
        server.start()
        plant = Plant(Caller(server, ACCOUNT))
        for kill in range(KILLS):
            before = plant.acknowledged
            Load(server, plant, dice).run(dice.uniform(0.2, 1.5))
            verified = server.verify()
            assert verified.returncode == 0, f"after kill {kill + 1}: {verified.stdout}{verified.stderr}"
            lasts = PROPAGATION_MS[(kill + 1) % len(PROPAGATION_MS)]
            server.arguments = ["--simulate-propagation-ms", str(lasts)]
            server.start()
            compare(Caller(server, ACCOUNT), plant, dice)
            print(f"kill {kill + 1}: {plant.acknowledged - before} more acknowledged")
        assert plant.acknowledged > KILLS * 10, "there was hardly any load"
        assert plant.met_on_their_way > 0, "no kill hit a passing state"
        log = server.read_log()
        assert "panicked" not in log, log[-4000:]
    finally:
        server.discard()
