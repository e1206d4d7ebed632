"""Assets and their associations: acceptance scenarios 10 to 23, 25 to 27 and 29, by number."""

import itertools
import uuid

import pytest

from tests.aws import Caller, answer, outcome, refused, together
from tests.boto3.plant import WAIT, Plant, children, create_asset, create_model, hierarchies, parents, top_level, wait

PAIR = {"ok", "ResourceAlreadyExistsException"}


@pytest.fixture
def plant(caller):
    return Plant(caller)


def arn(caller, asset, kind="asset"):
    return f"arn:aws:iotsitewise:{caller.region}:{caller.account}:{kind}/{asset}"


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


def conflict(caller, asset, call, kind="asset", **parameters):
    members = {"resourceId": asset, "resourceArn": arn(caller, asset, kind)}
    return refused("ConflictingOperationException", 409, call, members=members, **parameters)


def exists(caller, asset, call, **parameters):
    members = {"resourceId": asset, "resourceArn": arn(caller, asset)}
    return refused("ResourceAlreadyExistsException", 409, call, members=members, **parameters)


def measurement(name, **more):
    return {"name": name, "dataType": "DOUBLE", "type": {"measurement": {}}, **more}


def properties(caller, model):
    """Ids of a model's own properties by their names."""
    found = caller.sitewise.describe_asset_model(assetModelId=model)["assetModelProperties"]
    return {item["name"]: item["id"] for item in found}


def described(caller, asset, prop):
    return answer(caller.sitewise.describe_asset_property(assetId=asset, propertyId=prop))


def chain(caller, length):
    """One asset of each of so many models, each the child model of the one before; and the hierarchies."""
    models = []
    for _ in range(length):
        below = [{"name": "below", "childAssetModelId": models[0]}] if models else []
        models.insert(0, create_model(caller, assetModelHierarchies=below))
    links = [hierarchies(caller, model).get("below") for model in models]
    return [create_asset(caller, model) for model in models], links


def test_scenario_10_assets_come_from_active_asset_models(caller):
    create = caller.sitewise.create_asset
    for kind in ("COMPONENT_MODEL", "INTERFACE"):
        model = create_model(caller, assetModelType=kind)
        invalid(create, assetName="x", assetModelId=model, says=kind)
    missing(create, assetName="x", assetModelId=str(uuid.uuid4()))


def slowly(server):
    """Starts a server again so that passing states last for a while."""
    assert server.stop() == 0
    server.arguments = ["--simulate-propagation-ms", "2000"]
    server.start()


def test_scenario_10_a_model_that_is_being_deleted_makes_no_assets(own_server):
    caller = Caller(own_server)
    model = create_model(caller)
    slowly(own_server)
    answer(caller.sitewise.delete_asset_model(assetModelId=model), 202)
    where = {"assetName": "x", "assetModelId": model}
    conflict(caller, model, caller.sitewise.create_asset, "asset-model", says="DELETING", **where)


def test_scenario_11_a_new_asset_is_never_missing(caller):
    model = create_model(caller)

    def work(_number):
        for _ in range(50):
            asset = caller.sitewise.create_asset(assetName="x", assetModelId=model)["assetId"]
            assert caller.sitewise.describe_asset(assetId=asset)["assetStatus"]["state"] in ("CREATING", "ACTIVE")
        wait(caller, "asset_active", assetId=asset)
        return "ok"

    assert together(4, work) == ["ok"] * 4


def test_scenario_12_describe_asset_shows_what_the_model_gives(caller, plant):
    link = {"name": "parts", "childAssetModelId": plant.machine_model, "externalId": "parts-1"}
    given = [measurement("flow"), {**measurement("serial"), "type": {"attribute": {}}}]
    model = create_model(caller, assetModelProperties=given, assetModelHierarchies=[link])
    asset = create_asset(caller, model)
    found = answer(caller.sitewise.describe_asset(assetId=asset))
    assert [item["name"] for item in found["assetProperties"]] == ["flow", "serial"]
    for item in found["assetProperties"]:
        topic = f"$aws/sitewise/asset-models/{model}/assets/{asset}/properties/{item['id']}"
        assert item["notification"] == {"topic": topic, "state": "DISABLED"}
    assert found["assetHierarchies"] == [
        {"id": hierarchies(caller, model)["parts"], "externalId": "parts-1", "name": "parts"}
    ]
    bare = answer(caller.sitewise.describe_asset(assetId=asset, excludeProperties=True))
    assert bare == {**found, "assetProperties": []}


def test_scenario_13_an_external_id_is_set_once(caller):
    model = create_model(caller)
    one, two = create_asset(caller, model), create_asset(caller, model)
    update = caller.sitewise.update_asset
    answer(update(assetId=one, assetName="a", assetExternalId="line.1:cell-7"), 202)
    answer(update(assetId=one, assetName="a", assetExternalId="line.1:cell-7"), 202)
    invalid(update, assetId=one, assetName="a", assetExternalId="line.1:cell-8")
    exists(caller, one, update, assetId=two, assetName="a", assetExternalId="line.1:cell-7")
    assert answer(caller.sitewise.describe_asset(assetId="externalId:line.1:cell-7"))["assetId"] == one
    # What an update leaves out stays, for it can never be removed.
    answer(update(assetId=one, assetName="b"), 202)
    assert answer(caller.sitewise.describe_asset(assetId="externalId:line.1:cell-7"))["assetName"] == "b"


def test_scenario_14_an_association_is_seen_everywhere_at_once(caller, plant):
    machine = plant.machine()
    before = [answer(caller.sitewise.describe_asset(assetId=asset)) for asset in (plant.site, machine)]
    assert plant.associate(machine) == {}
    assert children(caller, plant.site, plant.in_use) == [machine]
    assert children(caller, plant.site, plant.spare) == []
    assert parents(caller, machine) == [plant.site]
    assert top_level(caller) == [plant.site]
    path = answer(caller.sitewise.list_asset_relationships(assetId=machine, traversalType="PATH_TO_ROOT"))
    info = {"parentAssetId": plant.site, "childAssetId": machine}
    assert path["assetRelationshipSummaries"] == [{"relationshipType": "HIERARCHY", "hierarchyInfo": info}]
    assert [answer(caller.sitewise.describe_asset(assetId=asset)) for asset in (plant.site, machine)] == before
    conflict(caller, machine, caller.sitewise.delete_asset, assetId=machine)


def test_scenario_15_a_repeated_association_is_a_replay_or_exists(caller, plant):
    machine, token = plant.machine(), str(uuid.uuid4())
    where = {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": machine}
    plant.associate(machine, clientToken=token)
    plant.associate(machine, clientToken=token)
    exists(caller, machine, caller.sitewise.associate_assets, **where, clientToken=str(uuid.uuid4()))
    plant.disassociate(machine)
    plant.associate(machine, clientToken=token)
    assert children(caller, plant.site) == []


def test_scenario_16_the_first_fault_of_an_association_in_order(own_server):
    caller = Caller(own_server)
    plant = Plant(caller)
    nobody, other = str(uuid.uuid4()), create_asset(caller, plant.other_model)
    machine = plant.machine()
    plant.associate(machine)
    foreign_model = create_model(caller, assetModelHierarchies=[{"name": "x", "childAssetModelId": plant.machine_model}])
    foreign = hierarchies(caller, foreign_model)["x"]
    slowly(own_server)
    link = caller.sitewise.associate_assets
    # Every call carries the faults of the calls behind it as well: both assets are UPDATING, and the machine has a parent.
    for asset in (other, machine):
        answer(caller.sitewise.update_asset(assetId=asset, assetName="busy"), 202)
    invalid(link, assetId="externalId:-x", hierarchyId=foreign, childAssetId=nobody, says="assetId")
    unknown = str(uuid.uuid4())
    missing(link, assetId=unknown, hierarchyId=foreign, childAssetId=nobody, says=unknown)
    missing(link, assetId=plant.site, hierarchyId=foreign, childAssetId=nobody, says=nobody)
    missing(link, assetId=plant.site, hierarchyId=foreign, childAssetId=other, says=foreign)
    invalid(link, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=other, says="child model")
    conflict(caller, machine, link, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=machine)
    wait(caller, "asset_active", assetId=machine)
    exists(caller, machine, link, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=machine)


def test_scenario_17_a_child_has_one_parent_in_one_hierarchy(caller, plant):
    machine, site = plant.machine(), create_asset(caller, plant.site_model)
    plant.associate(machine)
    link = caller.sitewise.associate_assets
    exists(caller, machine, link, assetId=plant.site, hierarchyId=plant.spare, childAssetId=machine, says=plant.site)
    exists(caller, machine, link, assetId=site, hierarchyId=plant.in_use, childAssetId=machine, says=plant.site)
    plant.disassociate(machine)
    plant.associate(machine, plant.spare, site)
    assert parents(caller, machine) == [site]


def test_scenario_18_no_cycles_and_one_winner(caller, plant):
    site = plant.site_model
    found = answer(caller.sitewise.describe_asset_model(assetModelId=plant.machine_model))
    loop = {"assetModelHierarchies": [{"name": "up", "childAssetModelId": site}]}
    update = caller.sitewise.update_asset_model
    invalid(update, assetModelId=plant.machine_model, assetModelName=found["assetModelName"], **loop)
    link = caller.sitewise.associate_assets
    invalid(link, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=plant.site)
    machine = plant.machine()
    sites = [create_asset(caller, site) for _ in range(20)]

    def work(number):
        return outcome(link, assetId=sites[number], hierarchyId=plant.in_use, childAssetId=machine)

    outcomes = together(20, work)
    assert (outcomes.count("ok"), set(outcomes)) == (1, PAIR)
    for _ in range(5):
        victim = plant.machine()

        def race(number, victim=victim):
            if number:
                return outcome(caller.sitewise.delete_asset, assetId=victim)
            return outcome(link, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=victim)

        outcomes = together(2, race)
        assert outcomes.count("ok") == 1, outcomes
        assert (victim in children(caller, plant.site)) == (outcomes[0] == "ok")


def test_scenario_19_a_subtree_that_would_be_eleven_deep(caller):
    # The 2,001st child stands in test_associate_assets.py, since it takes long to make the others.
    assets, links = chain(caller, 11)
    link = caller.sitewise.associate_assets
    steps = [
        {"assetId": assets[i], "hierarchyId": links[i], "childAssetId": assets[i + 1]} for i in range(len(assets) - 1)
    ]
    for step in steps[:4] + steps[5:]:
        answer(link(**step))
    refusal = refused("LimitExceededException", 410, link, **steps[4])
    assert "11" in refusal.message
    assert parents(caller, assets[5]) == []


def test_scenario_20_a_disassociation_names_the_very_triple(caller, plant):
    machine, token = plant.machine(), str(uuid.uuid4())
    plant.associate(machine)
    leave = caller.sitewise.disassociate_assets
    missing(leave, assetId=plant.site, hierarchyId=plant.spare, childAssetId=machine)
    assert children(caller, plant.site) == [machine]
    missing(leave, assetId=machine, hierarchyId=plant.in_use, childAssetId=plant.site)
    plant.disassociate(machine, clientToken=token)
    missing(leave, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=machine)
    plant.disassociate(machine, clientToken=token)


def test_scenario_21_a_clean_up_without_waiting(caller, plant):
    machine = plant.machine()
    plant.associate(machine)
    plant.disassociate(machine)
    answer(caller.sitewise.delete_asset(assetId=machine), 202)
    answer(caller.sitewise.delete_asset(assetId=plant.site), 202)
    answer(caller.sitewise.delete_asset_model(assetModelId=plant.site_model), 202)
    answer(caller.sitewise.delete_asset_model(assetModelId=plant.machine_model), 202)


def test_scenario_22_an_asset_with_relatives_stays_and_its_alias_is_free_afterwards(caller):
    child_model = create_model(caller, assetModelProperties=[measurement("flow")])
    flow = properties(caller, child_model)["flow"]
    model = create_model(caller, assetModelHierarchies=[{"name": "h", "childAssetModelId": child_model}])
    parent, child, heir = (create_asset(caller, of) for of in (model, child_model, child_model))
    update = caller.sitewise.update_asset_property
    answer(update(assetId=child, propertyId=flow, propertyAlias="/22/flow"))
    triple = {"assetId": parent, "hierarchyId": hierarchies(caller, model)["h"], "childAssetId": child}
    answer(caller.sitewise.associate_assets(**triple))
    conflict(caller, parent, caller.sitewise.delete_asset, assetId=parent, says=child)
    conflict(caller, child, caller.sitewise.delete_asset, assetId=child, says=parent)
    invalid(update, assetId=heir, propertyId=flow, propertyAlias="/22/flow")
    answer(caller.sitewise.disassociate_assets(**triple))
    gone = answer(caller.sitewise.delete_asset(assetId=child), 202)
    assert gone["assetStatus"] == {"state": "DELETING"}
    caller.sitewise.get_waiter("asset_not_exists").wait(assetId=child, WaiterConfig=WAIT)
    missing(caller.sitewise.describe_asset_property, assetId=child, propertyId=flow)
    missing(caller.sitewise.describe_time_series, alias="/22/flow")
    answer(update(assetId=heir, propertyId=flow, propertyAlias="/22/flow"))
    assert described(caller, heir, flow)["assetProperty"]["alias"] == "/22/flow"


def test_scenario_23_children_of_a_dropped_hierarchy_stand_alone(caller, plant):
    used, spare = plant.machine(), plant.machine()
    plant.associate(used)
    plant.associate(spare, plant.spare)
    found = answer(caller.sitewise.describe_asset_model(assetModelId=plant.site_model))
    kept = [item for item in found["assetModelHierarchies"] if item["id"] == plant.in_use]
    answer(
        caller.sitewise.update_asset_model(
            assetModelId=plant.site_model, assetModelName=found["assetModelName"], assetModelHierarchies=kept
        ),
        202,
    )
    assert children(caller, plant.site) == [used]
    assert top_level(caller) == [plant.site, spare]
    assert parents(caller, spare) == []


def test_scenario_25_assets_are_listed_by_model_or_by_place(caller):
    invalid(caller.sitewise.list_assets)
    model = create_model(caller)
    other = create_asset(caller, create_model(caller))
    made = [create_asset(caller, model) for _ in range(7)]
    for filters in ({"assetModelId": model}, {"assetModelId": model, "filter": "TOP_LEVEL"}):
        pages = list(caller.sitewise.get_paginator("list_assets").paginate(**filters, PaginationConfig={"PageSize": 1}))
        assert [item["id"] for page in pages for item in page["assetSummaries"]] == made
        assert "nextToken" not in pages[-1]
    assert top_level(caller) == [other, *made]
    token = answer(caller.sitewise.list_assets(assetModelId=model, maxResults=2))["nextToken"]
    invalid(caller.lax_sitewise.list_assets, assetModelId=model, nextToken="")
    invalid(caller.sitewise.list_assets, filter="TOP_LEVEL", nextToken=token)


def test_scenario_26_relatives_are_listed_in_both_directions(caller, plant):
    used, spare = plant.machine(), plant.machine()
    plant.associate(used)
    plant.associate(spare, plant.spare)
    assert children(caller, plant.site) == [used, spare]
    assert parents(caller, used) == [plant.site]
    listed = caller.sitewise.list_associated_assets
    missing(listed, assetId=plant.site, hierarchyId=str(uuid.uuid4()))
    assets, links = chain(caller, 3)
    for i in range(2):
        answer(caller.sitewise.associate_assets(assetId=assets[i], hierarchyId=links[i], childAssetId=assets[i + 1]))
    path = answer(caller.sitewise.list_asset_relationships(assetId=assets[2], traversalType="PATH_TO_ROOT"))
    steps = [item["hierarchyInfo"] for item in path["assetRelationshipSummaries"]]
    assert [(step["childAssetId"], step["parentAssetId"]) for step in steps] == [
        (assets[2], assets[1]),
        (assets[1], assets[0]),
    ]


def test_scenario_27_update_asset_property_overwrites_all_three(caller):
    model = create_model(caller, assetModelProperties=[measurement("flow", unit="l/s"), measurement("level")])
    ids = properties(caller, model)
    one, two = create_asset(caller, model), create_asset(caller, model)
    update = caller.sitewise.update_asset_property
    whole = {"propertyAlias": "/27/flow", "propertyNotificationState": "ENABLED", "propertyUnit": "m3/h"}
    assert answer(update(assetId=one, propertyId=ids["flow"], **whole)) == {}
    shown = described(caller, one, ids["flow"])["assetProperty"]
    assert (shown["alias"], shown["unit"], shown["notification"]["state"]) == ("/27/flow", "m3/h", "ENABLED")
    for asset, prop in itertools.product((one, two), ids.values()):
        if (asset, prop) != (one, ids["flow"]):
            invalid(update, assetId=asset, propertyId=prop, propertyAlias="/27/flow", says="/27/flow")
    answer(update(assetId=one, propertyId=ids["flow"], propertyUnit="gal"))
    shown = described(caller, one, ids["flow"])["assetProperty"]
    assert (shown.get("alias"), shown["unit"], shown["notification"]["state"]) == (None, "gal", "DISABLED")
    answer(update(assetId=two, propertyId=ids["level"], propertyAlias="/27/flow"))
    answer(update(assetId=one, propertyId=ids["flow"]))
    assert described(caller, one, ids["flow"])["assetProperty"]["unit"] == "l/s"
    listed = answer(caller.sitewise.list_asset_properties(assetId=two))["assetPropertySummaries"]
    assert [item.get("alias") for item in listed] == [None, "/27/flow"]


def test_scenario_29_properties_of_nested_composite_models_are_properties_of_the_asset(caller):
    model = create_model(caller, assetModelProperties=[measurement("flow")])

    def compose(name, parent=None, **more):
        below = {"parentAssetModelCompositeModelId": parent} if parent else {}
        made = answer(
            caller.sitewise.create_asset_model_composite_model(
                assetModelId=model,
                assetModelCompositeModelName=name,
                assetModelCompositeModelType="CUSTOM",
                **below,
                **more,
            ),
            202,
        )
        wait(caller, "asset_model_active", assetModelId=model)
        return made["assetModelCompositeModelId"]

    outer = compose("drive", assetModelCompositeModelProperties=[measurement("speed")])
    inner = compose(
        "bearing", outer, assetModelCompositeModelDescription="d", assetModelCompositeModelProperties=[measurement("heat", unit="C")]
    )
    asset = create_asset(caller, model, "pump")
    listed = answer(caller.sitewise.list_asset_properties(assetId=asset, filter="ALL"))["assetPropertySummaries"]
    paths = [[step["name"] for step in item["path"]] for item in listed]
    assert paths == [["pump", "flow"], ["pump", "drive", "speed"], ["pump", "drive", "bearing", "heat"]]
    assert [item.get("assetCompositeModelId") for item in listed] == [None, outer, inner]
    assert [step["id"] for step in listed[2]["path"]] == [asset, outer, inner, listed[2]["id"]]
    base = answer(caller.sitewise.list_asset_properties(assetId=asset))["assetPropertySummaries"]
    assert base == listed[:1]
    heat = listed[2]["id"]
    answer(caller.sitewise.update_asset_property(assetId=asset, propertyId=heat, propertyAlias="/29/heat"))
    found = described(caller, asset, heat)
    assert "assetProperty" not in found
    composite = found["compositeModel"]
    assert (composite["name"], composite["type"], composite["id"]) == ("bearing", "CUSTOM", inner)
    shown = composite["assetProperty"]
    assert (shown["alias"], shown["unit"], shown["type"]) == ("/29/heat", "C", {"measurement": {}})
    assert "compositeModel" not in described(caller, asset, listed[0]["id"])
    whole = answer(caller.sitewise.describe_asset(assetId=asset))
    assert [item["name"] for item in whole["assetProperties"]] == ["flow"]
    assert whole["assetCompositeModels"] == []
    summary = {"id": outer, "name": "drive", "type": "CUSTOM", "path": [{"id": asset, "name": "pump"}, {"id": outer, "name": "drive"}]}
    assert whole["assetCompositeModelSummaries"] == [summary]
    part = answer(caller.sitewise.describe_asset_composite_model(assetId=asset, assetCompositeModelId=outer))
    assert [item["name"] for item in part["assetCompositeModelProperties"]] == ["speed"]
    assert part["assetCompositeModelPath"] == summary["path"]
    below = {"id": inner, "name": "bearing", "type": "CUSTOM", "description": "d", "path": [*summary["path"], {"id": inner, "name": "bearing"}]}
    assert part["assetCompositeModelSummaries"] == [below]
    part = answer(caller.sitewise.describe_asset_composite_model(assetId=asset, assetCompositeModelId=inner))
    assert (part["assetCompositeModelDescription"], part["assetCompositeModelName"]) == ("d", "bearing")
    assert part["assetCompositeModelProperties"][0]["alias"] == "/29/heat"
    missing(caller.sitewise.describe_asset_composite_model, assetId=asset, assetCompositeModelId=str(uuid.uuid4()))
    missing(caller.sitewise.describe_asset_composite_model, assetId=str(uuid.uuid4()), assetCompositeModelId=outer)
