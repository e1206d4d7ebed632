"""Asset models, composite models and component models: scenarios 1 to 10, 23, 24 and 28 to 30."""

import uuid

import pytest

from tests.aws import UUID, Caller, answer, refused
from tests.boto3.plant import WAIT, create_asset, create_model, hierarchies, top_level, wait
from tests.server import Server

NOBODY = "00000000-0000-4000-8000-00000000dead"
KINDS = ("ASSET_MODEL", "COMPONENT_MODEL", "INTERFACE")
BODY = (
    "assetModelName",
    "assetModelDescription",
    "assetModelExternalId",
    "assetModelProperties",
    "assetModelHierarchies",
    "assetModelCompositeModels",
)


def arn(caller, model):
    return f"arn:aws:iotsitewise:{caller.region}:{caller.account}:asset-model/{model}"


def invalid(call, says=(), **parameters):
    return refused("InvalidRequestException", 400, call, says=says, **parameters)


def conflict(call, caller, model, says=(), **parameters):
    members = {"resourceId": model, "resourceArn": arn(caller, model)}
    return refused("ConflictingOperationException", 409, call, says=says, members=members, **parameters)


def described(caller, model, **more):
    return answer(caller.sitewise.describe_asset_model(assetModelId=model, **more))


def body(found):
    """What an update sends to change nothing."""
    return {key: found[key] for key in BODY if key in found}


def update(caller, model, **changes):
    return answer(
        caller.sitewise.update_asset_model(assetModelId=model, **{**body(described(caller, model)), **changes}), 202
    )


def attribute(name, default="0"):
    return {"name": name, "dataType": "DOUBLE", "type": {"attribute": {"defaultValue": default}}}


def measurement(name):
    return {"name": name, "dataType": "DOUBLE", "type": {"measurement": {}}}


def transform(name, **value):
    formula = {"expression": "x * 2", "variables": [{"name": "x", "value": value}]}
    return {"name": name, "dataType": "DOUBLE", "type": {"transform": formula}}


def metric(name, interval="5m", **value):
    formula = {
        "expression": "avg(x)",
        "variables": [{"name": "x", "value": value}],
        "window": {"tumbling": {"interval": interval}},
    }
    return {"name": name, "dataType": "DOUBLE", "type": {"metric": formula}}


def compose(caller, model, name, **more):
    """Adds a composite model and answers its id."""
    made = answer(
        caller.sitewise.create_asset_model_composite_model(
            assetModelId=model,
            assetModelCompositeModelName=name,
            assetModelCompositeModelType="CUSTOM",
            **more,
        ),
        202,
    )
    wait(caller, "asset_model_active", assetModelId=model)
    return made["assetModelCompositeModelId"]


def all_paths(caller, model):
    """The names along the path of each property, with the property's id."""
    pages = caller.sitewise.get_paginator("list_asset_model_properties").paginate(assetModelId=model, filter="ALL")
    rows = [row for page in pages for row in page["assetModelPropertySummaries"]]
    return {"/".join(step["name"] for step in row["path"][1:]): row["id"] for row in rows}


def test_scenario_01_one_property_of_each_type_in_the_order_sent(caller):
    properties = [
        attribute("serial"),
        measurement("flow"),
        transform("twice", propertyId="flow"),
        metric("mean", propertyId="flow"),
    ]
    made = answer(caller.sitewise.create_asset_model(assetModelName="Pump", assetModelProperties=properties), 202)
    assert made["assetModelStatus"] == {"state": "CREATING"}
    once = {**WAIT, "MaxAttempts": 1}
    caller.sitewise.get_waiter("asset_model_active").wait(assetModelId=made["assetModelId"], WaiterConfig=once)
    found = described(caller, made["assetModelId"])["assetModelProperties"]
    assert [item["name"] for item in found] == ["serial", "flow", "twice", "mean"]
    ids = [item["id"] for item in found]
    assert len(set(ids)) == 4 and all(UUID.match(item) for item in ids)
    read = found[2]["type"]["transform"]["variables"]
    assert read == [{"name": "x", "value": {"propertyId": ids[1]}}]


def test_scenario_02_describe_and_update_without_description_make_a_round_trip(caller):
    child = create_model(caller)
    model = create_model(
        caller,
        assetModelProperties=[measurement("flow"), metric("mean", propertyId="flow")],
        assetModelHierarchies=[{"name": "parts", "childAssetModelId": child}],
    )
    before = described(caller, model)
    assert "assetModelDescription" not in before
    answer(caller.sitewise.update_asset_model(assetModelId=model, **body(before)), 202)
    wait(caller, "asset_model_active", assetModelId=model)
    after = described(caller, model)
    assert (before["assetModelVersion"], after["assetModelVersion"]) == ("1", "2")
    assert after["eTag"] != before["eTag"]
    assert body(after) == body(before)


def test_scenario_03_a_name_is_taken_once_by_all_kinds_of_models(caller):
    first = create_model(caller, "Pump")
    for kind in KINDS:
        refused(
            "ResourceAlreadyExistsException",
            409,
            caller.sitewise.create_asset_model,
            assetModelName="Pump",
            assetModelType=kind,
            says="Another resource is already using the name Pump",
            members={"resourceId": first, "resourceArn": arn(caller, first)},
        )


def test_scenario_04_a_client_token_makes_one_model_also_after_a_restart(own_server):
    caller = Caller(own_server)
    wanted = {"assetModelName": "Pump", "assetModelProperties": [measurement("flow")], "clientToken": str(uuid.uuid4())}
    first = answer(caller.sitewise.create_asset_model(**wanted), 202)
    assert answer(caller.sitewise.create_asset_model(**wanted), 202) == first
    update(caller, first["assetModelId"], assetModelName="Renamed")
    own_server.restart()
    assert answer(caller.sitewise.create_asset_model(**wanted), 202) == first
    assert len(answer(caller.sitewise.list_asset_models())["assetModelSummaries"]) == 1
    invalid(
        caller.sitewise.create_asset_model,
        **{**wanted, "assetModelName": "Other"},
        says="clientToken was already used with different parameters",
    )
    update(caller, first["assetModelId"], assetModelName="Pump")
    other = {**wanted, "clientToken": str(uuid.uuid4())}
    refused("ResourceAlreadyExistsException", 409, caller.sitewise.create_asset_model, **other)


@pytest.mark.parametrize(
    "wrong",
    [
        {"assetModelId": "A1B2C3D4-5678-90AB-CDEF-11111AAAAAAA"},
        {"assetModelId": "00000000-0000-0000-0000-000000000000"},
        {"assetModelExternalId": "x"},
        {"assetModelExternalId": "x" * 129},
    ],
)
def test_scenario_05_an_id_of_the_wrong_form_is_refused(caller, wrong):
    refusal = invalid(caller.lax_sitewise.create_asset_model, assetModelName="Pump", **wrong)
    assert next(iter(wrong)) in refusal.message
    assert answer(caller.sitewise.list_asset_models())["assetModelSummaries"] == []


def test_scenario_05_an_external_id_of_the_wrong_form_names_nothing(caller):
    for wrong in ("externalId:x", "externalId:" + "x" * 129):
        invalid(caller.lax_sitewise.describe_asset_model, assetModelId=wrong)


def test_scenario_06_a_property_left_out_is_gone_and_comes_back_as_another(caller):
    model = create_model(caller, assetModelProperties=[measurement("flow"), measurement("heat")])
    asset = create_asset(caller, model)
    flow, heat = described(caller, model)["assetModelProperties"]
    caller.sitewise.update_asset_property(assetId=asset, propertyId=flow["id"], propertyAlias="/flow")
    caller.sitewise.update_asset_property(assetId=asset, propertyId=heat["id"], propertyAlias="/heat")
    found = body(described(caller, model))
    again = {**found, "assetModelProperties": [measurement("flow"), heat]}
    invalid(caller.sitewise.update_asset_model, says="flow", assetModelId=model, **again)
    update(caller, model, assetModelProperties=[heat])
    wait(caller, "asset_model_active", assetModelId=model)
    missing = {"assetId": asset, "propertyId": flow["id"]}
    refused("ResourceNotFoundException", 404, caller.sitewise.describe_asset_property, **missing)
    refused("ResourceNotFoundException", 404, caller.sitewise.describe_time_series, alias="/flow")
    assert answer(caller.sitewise.describe_time_series(alias="/heat"))["propertyId"] == heat["id"]
    update(caller, model, assetModelProperties=[heat, measurement("flow")])
    wait(caller, "asset_model_active", assetModelId=model)
    kept, new = described(caller, model)["assetModelProperties"]
    assert (kept, new["name"]) == (heat, "flow")
    assert new["id"] != flow["id"]
    shown = answer(caller.sitewise.describe_asset_property(assetId=asset, propertyId=new["id"]))["assetProperty"]
    assert "alias" not in shown


def test_scenario_07_what_never_changes_is_refused_and_the_model_stays(caller):
    child, other = create_model(caller), create_model(caller)
    model = create_model(
        caller,
        assetModelExternalId="pump",
        assetModelProperties=[
            {**measurement("flow"), "externalId": "p-flow"},
            metric("mean", propertyId="flow"),
        ],
        assetModelHierarchies=[{"name": "parts", "childAssetModelId": child, "externalId": "h-parts"}],
    )
    before = described(caller, model)

    def changed(says, change):
        wanted = body(described(caller, model))
        change(wanted)
        invalid(caller.sitewise.update_asset_model, says=says, assetModelId=model, **wanted)
        assert described(caller, model) == before

    changed("dataType", lambda wanted: wanted["assetModelProperties"][0].update(dataType="STRING"))
    changed("type", lambda wanted: wanted["assetModelProperties"][0].update(type={"attribute": {}}))
    window = {"tumbling": {"interval": "1h"}}
    changed("window", lambda wanted: wanted["assetModelProperties"][1]["type"]["metric"].update(window=window))
    changed("childAssetModelId", lambda wanted: wanted["assetModelHierarchies"][0].update(childAssetModelId=other))
    changed("externalId", lambda wanted: wanted["assetModelProperties"][0].update(externalId="p-other"))
    changed("externalId", lambda wanted: wanted["assetModelHierarchies"][0].update(externalId="h-other"))
    changed("assetModelExternalId", lambda wanted: wanted.update(assetModelExternalId="other"))


def test_scenario_08_a_circular_formula_fails_the_model_and_the_active_version_heals_it(caller):
    model = create_model(
        caller, assetModelProperties=[measurement("raw"), transform("a", propertyId="raw"), transform("b", propertyId="a")]
    )
    asset = create_asset(caller, model)
    good = described(caller, model)
    raw, a, b = good["assetModelProperties"]
    a = {**a, "type": transform("a", propertyId=b["id"])["type"]}
    update(caller, model, assetModelProperties=[raw, a, b])
    failed = described(caller, model)
    assert failed["assetModelStatus"]["state"] == "FAILED"
    assert failed["assetModelStatus"]["error"]["code"] == "VALIDATION_ERROR"
    assert "circular" in failed["assetModelStatus"]["error"]["message"]
    active = described(caller, model, assetModelVersion="ACTIVE")
    assert (active["assetModelVersion"], body(active)) == ("1", body(good))
    assert answer(caller.sitewise.describe_asset(assetId=asset))["assetStatus"]["state"] == "ACTIVE"
    answer(caller.sitewise.update_asset_model(assetModelId=model, **body(active)), 202)
    wait(caller, "asset_model_active", assetModelId=model)
    assert body(described(caller, model)) == body(good)


def test_scenario_09_of_two_writers_with_one_etag_one_is_stale(caller):
    model = create_model(caller)
    tag = described(caller, model)["eTag"]
    wanted = body(described(caller, model))
    answer(caller.sitewise.update_asset_model(assetModelId=model, ifMatch=tag, **wanted), 202)
    members = {"resourceId": model, "resourceArn": arn(caller, model)}
    stale = {"assetModelId": model, "ifMatch": tag, "matchForVersionType": "LATEST"}
    precondition = ("PreconditionFailedException", 412)
    refused(*precondition, caller.sitewise.update_asset_model, **stale, **wanted, members=members)
    composite = {
        "assetModelId": model,
        "assetModelCompositeModelName": "rotor",
        "assetModelCompositeModelType": "CUSTOM",
    }
    create = caller.sitewise.create_asset_model_composite_model
    refused(*precondition, create, **composite, ifMatch=tag, members=members)
    never = {"ifNoneMatch": "*", "matchForVersionType": "ACTIVE"}
    refused(*precondition, create, **composite, **never, members=members)
    refused(*precondition, caller.sitewise.update_asset_model, assetModelId=model, **never, **wanted, members=members)
    tag = described(caller, model)["eTag"]
    made = answer(create(**composite, ifMatch=tag), 202)
    assert described(caller, model)["eTag"] != tag
    named = {"assetModelId": model, "assetModelCompositeModelId": made["assetModelCompositeModelId"]}
    refused(*precondition, caller.sitewise.delete_asset_model_composite_model, **named, ifMatch=tag, members=members)
    tag = described(caller, model)["eTag"]
    renamed = {**named, "assetModelCompositeModelName": "other", "ifMatch": tag}
    answer(caller.sitewise.update_asset_model_composite_model(**renamed), 202)
    refused(*precondition, caller.sitewise.update_asset_model_composite_model, **renamed, members=members)


def test_scenario_10_assets_are_made_from_active_asset_models_only():
    server = Server(arguments=["--simulate-propagation-ms", "800"])
    try:
        caller = Caller(server.start())
        made = {kind: create_model(caller, kind, assetModelType=kind) for kind in KINDS}
        create = caller.sitewise.create_asset
        for kind in ("COMPONENT_MODEL", "INTERFACE"):
            invalid(create, says=kind, assetModelId=made[kind], assetName="x")
        refused("ResourceNotFoundException", 404, create, assetModelId=NOBODY, assetName="x")
        young = caller.sitewise.create_asset_model(assetModelName="young")["assetModelId"]
        conflict(create, caller, young, says="CREATING", assetModelId=young, assetName="x")
        model = made["ASSET_MODEL"]
        answer(caller.sitewise.delete_asset_model(assetModelId=model), 202)
        conflict(create, caller, model, says="DELETING", assetModelId=model, assetName="x")
    finally:
        server.discard()


def test_scenario_23_a_hierarchy_left_out_sets_its_children_free(caller):
    child = create_model(caller)
    model = create_model(
        caller,
        assetModelHierarchies=[
            {"name": "in use", "childAssetModelId": child},
            {"name": "spare", "childAssetModelId": child},
        ],
    )
    found = hierarchies(caller, model)
    site, used, kept = create_asset(caller, model), create_asset(caller, child), create_asset(caller, child)
    for hierarchy, asset in ((found["in use"], used), (found["spare"], kept)):
        caller.sitewise.associate_assets(assetId=site, hierarchyId=hierarchy, childAssetId=asset)
    assert top_level(caller) == [site]
    spare = described(caller, model)["assetModelHierarchies"][1]
    update(caller, model, assetModelHierarchies=[spare])
    wait(caller, "asset_model_active", assetModelId=model)
    assert sorted(top_level(caller)) == sorted([site, used])
    left = answer(caller.sitewise.list_associated_assets(assetId=site))["assetSummaries"]
    assert [item["id"] for item in left] == [kept]


def test_scenario_24_a_model_in_use_is_not_deleted(caller):
    delete = caller.sitewise.delete_asset_model
    child = create_model(caller, assetModelProperties=[measurement("flow")])
    flow = described(caller, child)["assetModelProperties"][0]["id"]
    below = [{"name": "parts", "childAssetModelId": child, "externalId": "parts"}]
    parent = create_model(
        caller,
        assetModelHierarchies=below,
        assetModelProperties=[metric("all", propertyId=flow, hierarchyId="externalId:parts")],
    )
    conflict(delete, caller, child, says=["formula", parent], assetModelId=child)
    update(caller, parent, assetModelProperties=[])
    conflict(delete, caller, child, says=["hierarchy", parent], assetModelId=child)
    update(caller, parent, assetModelHierarchies=[])
    asset = create_asset(caller, child)
    conflict(delete, caller, child, says=["assets", asset], assetModelId=child)
    caller.sitewise.delete_asset(assetId=asset)
    component = create_model(caller, assetModelType="COMPONENT_MODEL")
    composite = compose(caller, child, "part", composedAssetModelId=component)
    conflict(delete, caller, component, says=["composed", child, composite], assetModelId=component)
    for model in (child, component, parent):
        answer(delete(assetModelId=model), 202)
        caller.sitewise.get_waiter("asset_model_not_exists").wait(assetModelId=model, WaiterConfig=WAIT)


def test_scenario_28_a_component_composed_twice_has_stable_ids_of_its_own(own_server):
    caller = Caller(own_server)
    motor = create_model(caller, assetModelType="COMPONENT_MODEL", assetModelProperties=[measurement("speed")])
    machine = create_model(caller, assetModelProperties=[measurement("load")])
    left = compose(caller, machine, "left", composedAssetModelId=motor)
    right = compose(caller, machine, "right", composedAssetModelId=motor)
    before = all_paths(caller, machine)
    assert set(before) == {"load", "left/speed", "right/speed"}
    assert len(set(before.values())) == 3
    asset = create_asset(caller, machine)
    update(caller, motor, assetModelProperties=described(caller, motor)["assetModelProperties"] + [measurement("heat")])
    wait(caller, "asset_model_active", assetModelId=motor)
    wait(caller, "asset_model_active", assetModelId=machine)
    own_server.restart()
    after = all_paths(caller, machine)
    assert set(after) == {*before, "left/heat", "right/heat"}
    assert before.items() <= after.items()
    shown = answer(caller.sitewise.describe_asset_property(assetId=asset, propertyId=after["right/heat"]))
    assert shown["compositeModel"]["assetProperty"]["name"] == "heat"
    used = answer(caller.sitewise.list_composition_relationships(assetModelId=motor))
    rows = used["compositionRelationshipSummaries"]
    assert {row["assetModelCompositeModelId"] for row in rows} == {left, right}
    assert all(row["assetModelId"] == machine and row["assetModelCompositeModelType"] == "CUSTOM" for row in rows)
    conflict(caller.sitewise.delete_asset_model, caller, motor, assetModelId=motor)
    summary = described(caller, machine)["assetModelCompositeModelSummaries"][0]
    named = {"assetModelId": machine, "assetModelCompositeModelId": summary["id"]}
    found = answer(caller.sitewise.describe_asset_model_composite_model(**named))
    assert found["compositionDetails"]["compositionRelationship"][0]["id"] == motor


def test_scenario_29_paths_lead_through_nested_composite_models(caller):
    machine = create_model(caller)
    rotor = compose(caller, machine, "rotor")
    blade = compose(
        caller,
        machine,
        "blade",
        parentAssetModelCompositeModelId=rotor,
        assetModelCompositeModelProperties=[measurement("angle")],
    )
    angle = all_paths(caller, machine)["rotor/blade/angle"]
    asset = create_asset(caller, machine, "m-1")
    shown = answer(caller.sitewise.describe_asset_property(assetId=asset, propertyId=angle))
    assert "assetProperty" not in shown
    assert (shown["compositeModel"]["name"], shown["compositeModel"]["id"]) == ("blade", blade)
    steps = [step["name"] for step in shown["compositeModel"]["assetProperty"]["path"]]
    assert steps == ["m-1", "rotor", "blade", "angle"]
    mixed = [{"name": "rotor"}, {"id": blade}, {"name": "angle"}]
    update(caller, machine, assetModelProperties=[transform("twice", propertyPath=mixed)])
    wait(caller, "asset_model_active", assetModelId=machine)
    read = described(caller, machine)["assetModelProperties"][0]["type"]["transform"]["variables"][0]["value"]
    assert read == {"propertyId": angle}
    wrong = [{"name": "rotor"}, {"name": "angle"}]
    invalid(
        caller.sitewise.update_asset_model,
        says="propertyPath",
        assetModelId=machine,
        assetModelName="m",
        assetModelProperties=[transform("other", propertyPath=wrong)],
    )


def alarm(kind="EXTERNAL", *more):
    return [
        {"name": "AWS/ALARM_TYPE", "dataType": "STRING", "type": {"attribute": {"defaultValue": kind}}},
        {
            "name": "AWS/ALARM_STATE",
            "dataType": "STRUCT",
            "dataTypeSpec": "AWS/ALARM_STATE",
            "type": {"measurement": {}},
        },
        *more,
    ]


def test_scenario_30_an_alarm_has_exactly_its_fixed_properties(caller):
    create = caller.sitewise.create_asset_model

    def wanted(properties):
        composites = [{"name": "too hot", "type": "AWS/ALARM", "properties": properties}]
        return {"assetModelName": str(uuid.uuid4()), "assetModelCompositeModels": composites}

    source = {"name": "AWS/ALARM_SOURCE", "dataType": "STRING", "type": {"attribute": {}}}
    for properties in (alarm(), alarm("IOT_EVENTS", source)):
        model = answer(create(**wanted(properties)), 202)["assetModelId"]
        wait(caller, "asset_model_active", assetModelId=model)
        found = described(caller, model)
        shown = found["assetModelCompositeModels"][0]
        assert [item["name"] for item in shown["properties"]] == [item["name"] for item in properties]
        answer(caller.sitewise.update_asset_model(assetModelId=model, **body(found)), 202)
        assert described(caller, model)["assetModelCompositeModels"] == [shown]
        asset = create_asset(caller, model)
        on_asset = answer(caller.sitewise.describe_asset(assetId=asset))["assetCompositeModels"][0]
        assert [item["id"] for item in on_asset["properties"]] == [item["id"] for item in shown["properties"]]
    invalid(create, says="AWS/ALARM_STATE is required", **wanted(alarm()[:1]))
    invalid(create, says="Property 'more' is not supported", **wanted(alarm("EXTERNAL", measurement("more"))))
    invalid(create, says="AWS/ALARM_SOURCE is required", **wanted(alarm("IOT_EVENTS")))
    broken = alarm()
    broken[1]["type"] = {"attribute": {}}
    refusal = invalid(create, **wanted(broken))
    assert refusal.message == "Property type should only be Measurement for property AWS/ALARM_STATE"


def test_scenario_30_an_alarm_made_alone_stands_in_the_model(caller):
    model = create_model(caller)
    made = answer(
        caller.sitewise.create_asset_model_composite_model(
            assetModelId=model,
            assetModelCompositeModelName="too cold",
            assetModelCompositeModelType="AWS/ALARM",
            assetModelCompositeModelProperties=alarm(),
        ),
        202,
    )
    found = described(caller, model)
    assert [item["id"] for item in found["assetModelCompositeModels"]] == [made["assetModelCompositeModelId"]]
    assert found["assetModelCompositeModelSummaries"] == []
