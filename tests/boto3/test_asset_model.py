"""Asset models: created, described, listed, deleted."""

import re
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from tests.aws import UUID, answer, refused
from tests.boto3.plant import WAIT, create_asset, create_model, hierarchies, wait

ETAG = re.compile(r"^[\w-]{43}$")


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


def described(caller, model):
    return answer(caller.sitewise.describe_asset_model(assetModelId=model))


def arn(caller, model):
    return f"arn:aws:iotsitewise:{caller.region}:{caller.account}:asset-model/{model}"


def test_creating_a_model_answers_at_once_and_ends_active(caller):
    before = datetime.now(timezone.utc)
    made = answer(caller.sitewise.create_asset_model(assetModelName="Machine"), 202)
    model = made["assetModelId"]
    assert UUID.match(model)
    assert made == {
        "assetModelId": model,
        "assetModelArn": arn(caller, model),
        "assetModelStatus": {"state": "CREATING"},
    }
    wait(caller, "asset_model_active", assetModelId=model)
    found = described(caller, model)
    assert ETAG.match(found.pop("eTag"))
    created, updated = found.pop("assetModelCreationDate"), found.pop("assetModelLastUpdateDate")
    assert abs(created - before) < timedelta(seconds=30)
    assert updated >= created
    assert found == {
        "assetModelId": model,
        "assetModelArn": arn(caller, model),
        "assetModelName": "Machine",
        "assetModelType": "ASSET_MODEL",
        "assetModelProperties": [],
        "assetModelHierarchies": [],
        "assetModelCompositeModels": [],
        "assetModelCompositeModelSummaries": [],
        "interfaceDetails": [],
        "assetModelStatus": {"state": "ACTIVE"},
        "assetModelVersion": "1",
    }


def test_a_model_keeps_what_it_was_created_with(caller):
    model = str(uuid.uuid4())
    made = answer(
        caller.sitewise.create_asset_model(
            assetModelName="Größe 🚚",
            assetModelDescription="one of many",
            assetModelId=model,
            assetModelExternalId="m.1:x",
        ),
        202,
    )
    assert made["assetModelId"] == model
    found = described(caller, "externalId:m.1:x")
    assert (found["assetModelId"], found["assetModelName"]) == (model, "Größe 🚚")
    assert (found["assetModelDescription"], found["assetModelExternalId"]) == ("one of many", "m.1:x")


def test_hierarchies_name_their_child_by_its_uuid(caller):
    child = create_model(caller, assetModelExternalId="child-model")
    own_id = str(uuid.uuid4())
    parent = create_model(
        caller,
        assetModelHierarchies=[
            {"name": "b", "childAssetModelId": "externalId:child-model", "externalId": "ext-b"},
            {"name": "a", "childAssetModelId": child, "id": own_id},
        ],
    )
    found = described(caller, parent)["assetModelHierarchies"]
    assert UUID.match(found[0]["id"])
    assert found == [
        {"id": found[0]["id"], "externalId": "ext-b", "name": "b", "childAssetModelId": child},
        {"id": own_id, "name": "a", "childAssetModelId": child},
    ]


def test_properties_are_described_in_the_order_sent(caller):
    properties = [
        {"name": "serial", "dataType": "STRING", "type": {"attribute": {"defaultValue": "-"}}},
        {"name": "wind", "dataType": "DOUBLE", "unit": "m/s", "type": {"measurement": {}}, "externalId": "wind-1"},
    ]
    model = create_model(caller, "Turbine", assetModelProperties=properties)
    found = described(caller, model)["assetModelProperties"]
    assert [item["name"] for item in found] == ["serial", "wind"]
    assert all(UUID.match(item["id"]) for item in found)
    for item in found:
        assert item["path"] == [{"id": model, "name": "Turbine"}, {"id": item["id"], "name": item["name"]}]
    assert found[0]["type"] == {"attribute": {"defaultValue": "-"}}
    assert (found[1]["unit"], found[1]["externalId"], found[1]["dataType"]) == ("m/s", "wind-1", "DOUBLE")
    assert "measurement" in found[1]["type"]
    excluded = answer(caller.sitewise.describe_asset_model(assetModelId=model, excludeProperties=True))
    assert excluded["assetModelProperties"] == []


def test_a_name_is_taken_once_by_all_kinds_of_models(caller):
    model = create_model(caller, "Machine")
    members = {"resourceId": model, "resourceArn": arn(caller, model)}
    for kind in ("ASSET_MODEL", "COMPONENT_MODEL"):
        refused(
            "ResourceAlreadyExistsException",
            409,
            caller.sitewise.create_asset_model,
            assetModelName="Machine",
            assetModelType=kind,
            says="Another resource is already using the name Machine",
            members=members,
        )
    create_model(caller, "machine")
    create_model(caller.elsewhere("eu-west-1"), "Machine")


def test_ids_are_taken_once(caller):
    model = create_model(caller, assetModelExternalId="taken-id")
    members = {"resourceId": model, "resourceArn": arn(caller, model)}
    taken = [{"assetModelId": model}, {"assetModelExternalId": "taken-id"}]
    for more in taken:
        refused(
            "ResourceAlreadyExistsException",
            409,
            caller.sitewise.create_asset_model,
            assetModelName="another",
            **more,
            members=members,
        )


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({}, "assetModelName"),
        ({"assetModelName": ""}, "assetModelName"),
        ({"assetModelName": "x" * 257}, "assetModelName"),
        ({"assetModelName": "a\nb"}, "assetModelName"),
        ({"assetModelName": "a\x7fb"}, "assetModelName"),
        ({"assetModelName": "x", "assetModelId": "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"}, "assetModelId"),
        ({"assetModelName": "x", "assetModelId": "00000000-0000-0000-0000-000000000000"}, "assetModelId"),
        ({"assetModelName": "x", "assetModelExternalId": "x"}, "assetModelExternalId"),
        ({"assetModelName": "x", "assetModelExternalId": "x" * 129}, "assetModelExternalId"),
        ({"assetModelName": "x", "assetModelExternalId": "-ab"}, "assetModelExternalId"),
        ({"assetModelName": "x", "assetModelExternalId": "a b"}, "assetModelExternalId"),
        ({"assetModelName": "x", "assetModelType": "MODEL"}, "assetModelType"),
        ({"assetModelName": "x", "clientToken": "short"}, "clientToken"),
        ({"assetModelName": "x", "clientToken": "a b" * 13}, "clientToken"),
        ({"assetModelName": "x", "assetModelHierarchies": [{"name": "h"}]}, "assetModelHierarchies.1.member.childAssetModelId"),
        (
            {"assetModelName": "x", "assetModelProperties": [{"name": "p", "dataType": "REAL", "type": {}}]},
            "assetModelProperties.1.member.dataType",
        ),
    ],
)
def test_a_malformed_model_is_refused_and_the_member_named(caller, parameters, path):
    refusal = invalid(caller.lax_sitewise.create_asset_model, **parameters)
    assert "validation error" in refusal.message, refusal
    assert f"at '{path}' failed to satisfy constraint: Member must" in refusal.message, refusal
    assert answer(caller.sitewise.list_asset_models()) == {"assetModelSummaries": []}


def test_an_empty_description_is_no_description(caller):
    model = answer(caller.lax_sitewise.create_asset_model(assetModelName="x", assetModelDescription=""), 202)["assetModelId"]
    assert "assetModelDescription" not in described(caller, model)


def test_a_hierarchy_needs_a_child_that_exists(caller):
    unknown = str(uuid.uuid4())
    hierarchy = {"name": "h", "childAssetModelId": unknown}
    refusal = missing(caller.sitewise.create_asset_model, assetModelName="x", assetModelHierarchies=[hierarchy])
    assert unknown in refusal.message


def test_a_component_has_no_hierarchies_and_no_assets(caller):
    child = create_model(caller)
    component = create_model(caller, assetModelType="COMPONENT_MODEL")
    invalid(
        caller.sitewise.create_asset_model,
        assetModelName="x",
        assetModelType="COMPONENT_MODEL",
        assetModelHierarchies=[{"name": "h", "childAssetModelId": child}],
    )
    invalid(caller.sitewise.create_asset, assetName="x", assetModelId=component)
    invalid(
        caller.sitewise.create_asset_model,
        assetModelName="x",
        assetModelHierarchies=[{"name": "h", "childAssetModelId": component}],
    )


def test_names_within_a_model_are_unique(caller):
    child = create_model(caller)
    twice = [{"name": "h", "childAssetModelId": child}, {"name": "h", "childAssetModelId": child}]
    invalid(caller.sitewise.create_asset_model, assetModelName="x", assetModelHierarchies=twice)
    measured = {"name": "p", "dataType": "DOUBLE", "type": {"measurement": {}}}
    invalid(caller.sitewise.create_asset_model, assetModelName="x", assetModelProperties=[measured, measured])


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": {}},
        {"type": {"measurement": {}, "attribute": {}}},
        {"type": {"attribute": {"defaultValue": "many"}}, "dataType": "INTEGER"},
        {"type": {"attribute": {"defaultValue": "yes"}}, "dataType": "BOOLEAN"},
        {"type": {"measurement": {}}, "dataType": "STRUCT"},
    ],
)
def test_a_contradictory_property_is_refused(caller, wrong):
    item = {"name": "p", "dataType": "DOUBLE", **wrong}
    invalid(caller.lax_sitewise.create_asset_model, assetModelName="x", assetModelProperties=[item])


def test_describing_an_unknown_model_names_it(caller):
    unknown = str(uuid.uuid4())
    assert unknown in missing(caller.sitewise.describe_asset_model, assetModelId=unknown).message
    refusal = missing(caller.sitewise.describe_asset_model, assetModelId="externalId:nobody")
    assert "nobody" in refusal.message
    missing(caller.elsewhere("eu-west-1").sitewise.describe_asset_model, assetModelId=create_model(caller))


@pytest.mark.parametrize(
    "model",
    [
        "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA",
        "00000000-0000-0000-0000-000000000000",
        "not-a-uuid-but-long-enough",
        "externalId:x",
        "externalId:" + "x" * 129,
        "externalid:machine-model",
    ],
)
def test_what_is_no_id_is_refused(caller, model):
    refusal = invalid(caller.lax_sitewise.describe_asset_model, assetModelId=model)
    assert "at 'assetModelId' failed to satisfy constraint: Member must" in refusal.message


def test_models_are_listed_in_the_order_of_their_creation(caller):
    models = [create_model(caller, f"model {9 - number}") for number in range(4)]
    component = create_model(caller, "component", assetModelType="COMPONENT_MODEL")
    listed = answer(caller.sitewise.list_asset_models())["assetModelSummaries"]
    assert [item["id"] for item in listed] == [*models, component]
    first = listed[0]
    found = described(caller, models[0])
    assert first == {
        "id": models[0],
        "arn": arn(caller, models[0]),
        "name": "model 9",
        "assetModelType": "ASSET_MODEL",
        "creationDate": found["assetModelCreationDate"],
        "lastUpdateDate": found["assetModelLastUpdateDate"],
        "status": {"state": "ACTIVE"},
        "version": "1",
    }
    only = answer(caller.sitewise.list_asset_models(assetModelTypes=["COMPONENT_MODEL"]))["assetModelSummaries"]
    assert [item["id"] for item in only] == [component]
    pages = caller.sitewise.get_paginator("list_asset_models").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["assetModelSummaries"]) for page in pages] == [2, 2, 1]


@pytest.mark.parametrize("parameters", [{"maxResults": 0}, {"maxResults": 251}, {"nextToken": ""}, {"nextToken": "with-dash"}])
def test_a_malformed_page_request_is_refused(caller, parameters):
    invalid(caller.lax_sitewise.list_asset_models, **parameters)


def test_a_token_belongs_to_its_filter(caller):
    for _ in range(3):
        create_model(caller)
    token = answer(caller.sitewise.list_asset_models(maxResults=1))["nextToken"]
    assert re.match(r"^[A-Za-z0-9+/=]+$", token)
    invalid(caller.sitewise.list_asset_models, nextToken=token, assetModelTypes=["ASSET_MODEL"])
    invalid(caller.sitewise.list_asset_models, nextToken="bm90IGEgdG9rZW4=")
    assert len(answer(caller.sitewise.list_asset_models(nextToken=token))["assetModelSummaries"]) == 2


def test_a_deleted_model_is_gone_and_its_name_free(caller):
    model = create_model(caller, "Machine", assetModelExternalId="machine")
    gone = answer(caller.sitewise.delete_asset_model(assetModelId="externalId:machine"), 202)
    assert gone == {"assetModelId": model, "assetModelStatus": {"state": "DELETING"}}
    caller.sitewise.get_waiter("asset_model_not_exists").wait(assetModelId=model, WaiterConfig=WAIT)
    missing(caller.sitewise.describe_asset_model, assetModelId=model)
    missing(caller.sitewise.delete_asset_model, assetModelId=model)
    create_model(caller, "Machine", assetModelExternalId="machine")


def test_a_model_in_use_is_not_deleted(caller):
    child = create_model(caller)
    parent = create_model(caller, assetModelHierarchies=[{"name": "h", "childAssetModelId": child}])
    members = {"resourceId": child, "resourceArn": arn(caller, child)}
    refused("ConflictingOperationException", 409, caller.sitewise.delete_asset_model, assetModelId=child, members=members)
    asset = create_asset(caller, parent)
    members = {"resourceId": parent, "resourceArn": arn(caller, parent)}
    refused("ConflictingOperationException", 409, caller.sitewise.delete_asset_model, assetModelId=parent, members=members)
    caller.sitewise.delete_asset(assetId=asset)
    answer(caller.sitewise.delete_asset_model(assetModelId=parent), 202)
    answer(caller.sitewise.delete_asset_model(assetModelId=child), 202)


def test_a_model_is_describable_from_the_first_moment(caller):
    for _ in range(20):
        model = caller.sitewise.create_asset_model(assetModelName=str(uuid.uuid4()))["assetModelId"]
        assert described(caller, model)["assetModelStatus"]["state"] in ("CREATING", "ACTIVE")


def test_a_stale_writer_is_told_so(caller):
    model = create_model(caller)
    refused(
        "PreconditionFailedException",
        412,
        caller.sitewise.delete_asset_model,
        assetModelId=model,
        ifMatch="A" * 43,
        members={"resourceId": model, "resourceArn": arn(caller, model)},
    )
    etag = described(caller, model)["eTag"]
    answer(caller.sitewise.delete_asset_model(assetModelId=model, ifMatch=etag), 202)


def test_describe_and_update_make_a_round_trip(caller, needs):
    needs("UpdateAssetModel")
    child = create_model(caller)
    model = create_model(caller, assetModelHierarchies=[{"name": "h", "childAssetModelId": child}])
    found = described(caller, model)
    update = {key: found[key] for key in ("assetModelName", "assetModelProperties", "assetModelHierarchies")}
    answer(caller.sitewise.update_asset_model(assetModelId=model, **update), 202)
    again = described(caller, model)
    assert hierarchies(caller, model) == {"h": found["assetModelHierarchies"][0]["id"]}
    assert (again["assetModelVersion"], again["eTag"] != found["eTag"]) == ("2", True)
