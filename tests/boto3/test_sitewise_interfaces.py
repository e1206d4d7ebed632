"""Interfaces of asset models: applied, enforced, propagated, taken away again."""

from tests.aws import answer, refused
from tests.boto3.plant import create_asset, create_model, wait


def measurement(name, **more):
    return {"name": name, "dataType": "DOUBLE", "type": {"measurement": {}}, **more}


def metric(name, expression, reads):
    variables = [{"name": "x", "value": {"propertyId": reads}}]
    window = {"tumbling": {"interval": "1h"}}
    return {
        "name": name,
        "dataType": "DOUBLE",
        "type": {"metric": {"expression": expression, "variables": variables, "window": window}},
    }


def interface(caller, properties):
    return create_model(caller, assetModelType="INTERFACE", assetModelProperties=properties)


def described(caller, model):
    return answer(caller.sitewise.describe_asset_model(assetModelId=model))


def properties(caller, model):
    """A model's properties by their names."""
    return {found["name"]: found for found in described(caller, model)["assetModelProperties"]}


def edit(found, **more):
    """The update that leaves a model as it is, but for what is given."""
    kept = ("assetModelId", "assetModelName", "assetModelProperties", "assetModelHierarchies")
    return {**{member: found[member] for member in kept}, **more}


def put(caller, model, standard, match=True, create=True, overrides=()):
    return caller.sitewise.put_asset_model_interface_relationship(
        assetModelId=model,
        interfaceAssetModelId=standard,
        propertyMappingConfiguration={
            "matchByPropertyName": match,
            "createMissingProperty": create,
            "overrides": [
                {"assetModelPropertyId": own, "interfaceAssetModelPropertyId": theirs} for own, theirs in overrides
            ],
        },
    )


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def applied(caller):
    """An interface, and a model that it was applied to."""
    standard = interface(caller, [measurement("speed"), metric("mean", "avg(x)", "speed")])
    machine = create_model(caller, assetModelProperties=[measurement("speed"), measurement("torque")])
    made = answer(put(caller, machine, standard), 202)
    assert made["assetModelStatus"] == {"state": "UPDATING"}
    wait(caller, "asset_model_active", assetModelId=machine)
    return standard, machine


def test_scenario_31_an_interface_is_applied_by_name_and_by_creation(caller):
    standard, machine = applied(caller)
    found = properties(caller, machine)
    assert list(found) == ["speed", "torque", "mean"]
    pushed = found["mean"]["type"]["metric"]
    assert pushed["expression"] == "avg(x)"
    assert pushed["variables"] == [{"name": "x", "value": {"propertyId": found["speed"]["id"]}}]
    theirs = properties(caller, standard)
    relation = answer(
        caller.sitewise.describe_asset_model_interface_relationship(
            assetModelId=machine, interfaceAssetModelId=standard
        )
    )
    assert relation == {
        "assetModelId": machine,
        "interfaceAssetModelId": standard,
        "propertyMappings": [
            {"assetModelPropertyId": found[name]["id"], "interfaceAssetModelPropertyId": theirs[name]["id"]}
            for name in ("speed", "mean")
        ],
        "hierarchyMappings": [],
    }
    listed = answer(caller.sitewise.list_interface_relationships(interfaceAssetModelId=standard))
    assert listed == {"interfaceRelationshipSummaries": [{"id": machine}]}
    assert described(caller, machine)["interfaceDetails"] == [{"id": standard}]
    summaries = answer(caller.sitewise.list_asset_model_properties(assetModelId=machine))
    shown = {item["name"]: item.get("interfaceSummaries") for item in summaries["assetModelPropertySummaries"]}
    assert shown["torque"] is None
    assert shown["speed"] == [
        {"interfaceAssetModelId": standard, "interfaceAssetModelPropertyId": theirs["speed"]["id"]}
    ]


def test_scenario_31_what_would_break_the_mapping_is_refused(caller):
    standard, machine = applied(caller)
    before = described(caller, machine)
    update = caller.sitewise.update_asset_model

    def changed(which, /, **more):
        return [{**found, **more} if found["name"] == which else found for found in before["assetModelProperties"]]

    refusal = invalid(update, **edit(before, assetModelProperties=changed("speed", name="velocity")))
    assert refusal.message.startswith("Property 'speed' can't be renamed: it is mapped to 'speed' of interface")
    assert standard in refusal.message
    invalid(update, **edit(before, assetModelProperties=changed("speed", type={"attribute": {}})))
    invalid(update, **edit(before, assetModelProperties=changed("speed", dataType="INTEGER")))
    without = [found for found in before["assetModelProperties"] if found["name"] != "mean"]
    assert "can't be removed" in invalid(update, **edit(before, assetModelProperties=without)).message
    assert described(caller, machine) == before
    answer(update(**edit(before, assetModelProperties=changed("speed", unit="rpm"))), 202)


def test_scenario_31_an_update_of_the_interface_propagates_to_models_and_assets(caller):
    standard, machine = applied(caller)
    asset = create_asset(caller, machine)
    found = described(caller, standard)
    more = found["assetModelProperties"] + [measurement("noise"), metric("loudest", "max(x)", "noise")]
    more[1]["type"]["metric"]["expression"] = "max(x)"
    answer(caller.sitewise.update_asset_model(**edit(found, assetModelProperties=more)), 202)
    wait(caller, "asset_model_active", assetModelId=standard)
    now = properties(caller, machine)
    assert list(now) == ["speed", "torque", "mean", "noise", "loudest"]
    assert now["mean"]["type"]["metric"]["expression"] == "max(x)"
    assert now["loudest"]["type"]["metric"]["variables"][0]["value"]["propertyId"] == now["noise"]["id"]
    wait(caller, "asset_active", assetId=asset)
    names = [item["name"] for item in answer(caller.sitewise.describe_asset(assetId=asset))["assetProperties"]]
    assert names == ["speed", "torque", "mean", "noise", "loudest"]


def test_scenario_31_and_24_an_interface_in_use_stays_and_a_deleted_relation_keeps_the_properties(caller):
    standard, machine = applied(caller)
    before = described(caller, machine)
    refusal = refused("ConflictingOperationException", 409, caller.sitewise.delete_asset_model, assetModelId=standard)
    assert refusal.members["resourceId"] == standard
    assert refusal.members["resourceArn"].endswith(f":asset-model/{standard}")
    where = {"assetModelId": machine, "interfaceAssetModelId": standard}
    answer(caller.sitewise.delete_asset_model_interface_relationship(**where), 202)
    wait(caller, "asset_model_active", assetModelId=machine)
    after = described(caller, machine)
    assert after["assetModelProperties"] == before["assetModelProperties"]
    assert after["interfaceDetails"] == []
    call = caller.sitewise.describe_asset_model_interface_relationship
    refused("ResourceNotFoundException", 404, call, **where)
    answer(caller.sitewise.delete_asset_model(assetModelId=standard), 202)
    wait(caller, "asset_model_not_exists", assetModelId=standard)


def test_every_interface_property_has_to_be_mapped(caller):
    standard = interface(caller, [measurement("speed"), measurement("torque")])
    machine = create_model(caller, assetModelProperties=[measurement("rotation"), measurement("torque")])
    where = {"assetModelId": machine, "interfaceAssetModelId": standard}
    call = caller.sitewise.put_asset_model_interface_relationship
    message = invalid(call, **where, propertyMappingConfiguration={"matchByPropertyName": True}).message
    assert message.startswith("Properties 'speed' of interface")
    own, theirs = properties(caller, machine), properties(caller, standard)
    pair = (own["rotation"]["id"], theirs["speed"]["id"])
    answer(put(caller, machine, standard, create=False, overrides=[pair]), 202)
    twice = [pair, (own["rotation"]["id"], theirs["torque"]["id"])]
    overrides = [{"assetModelPropertyId": a, "interfaceAssetModelPropertyId": b} for a, b in twice]
    message = invalid(call, **where, propertyMappingConfiguration={"overrides": overrides}).message
    assert "can't share" in message


def test_models_of_an_interface_are_paged(caller):
    standard = interface(caller, [measurement("speed")])
    made = [create_model(caller) for _ in range(3)]
    for model in made:
        answer(put(caller, model, standard), 202)
    pages = caller.sitewise.get_paginator("list_interface_relationships").paginate(
        interfaceAssetModelId=standard, PaginationConfig={"PageSize": 1}
    )
    pages = [[item["id"] for item in page["interfaceRelationshipSummaries"]] for page in pages]
    assert [len(page) for page in pages] == [1, 1, 1]
    assert sorted(sum(pages, [])) == sorted(made)
