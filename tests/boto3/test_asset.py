"""Assets: created, described, listed, deleted."""

import re
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from tests.aws import UUID, answer, outcome, refused, together
from tests.boto3.plant import WAIT, Plant, children, create_asset, create_model, top_level, wait

EMPTY_WHEN_ABSENT = ("assetCompositeModels", "assetCompositeModelSummaries")


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


def arn(caller, asset):
    return f"arn:aws:iotsitewise:{caller.region}:{caller.account}:asset/{asset}"


def described(caller, asset, **more):
    found = answer(caller.sitewise.describe_asset(assetId=asset, **more))
    for key in EMPTY_WHEN_ABSENT:
        assert found.pop(key, []) == []
    return found


def test_creating_an_asset_answers_at_once_and_ends_active(caller):
    plant = Plant(caller)
    before = datetime.now(timezone.utc)
    made = answer(caller.sitewise.create_asset(assetName="Hall 1", assetModelId=plant.site_model), 202)
    asset = made["assetId"]
    assert UUID.match(asset)
    assert made == {"assetId": asset, "assetArn": arn(caller, asset), "assetStatus": {"state": "CREATING"}}
    wait(caller, "asset_active", assetId=asset)
    found = described(caller, asset)
    created, updated = found.pop("assetCreationDate"), found.pop("assetLastUpdateDate")
    assert abs(created - before) < timedelta(seconds=30)
    assert updated >= created
    assert found == {
        "assetId": asset,
        "assetArn": arn(caller, asset),
        "assetName": "Hall 1",
        "assetModelId": plant.site_model,
        "assetProperties": [],
        "assetHierarchies": [
            {"id": plant.in_use, "externalId": "in-use", "name": "in use"},
            {"id": plant.spare, "name": "spare"},
        ],
        "assetStatus": {"state": "ACTIVE"},
    }


def test_an_asset_has_the_properties_of_its_model(caller):
    measured = {"name": "wind", "dataType": "DOUBLE", "unit": "m/s", "type": {"measurement": {}}}
    model = create_model(caller, assetModelProperties=[measured])
    item = caller.sitewise.describe_asset_model(assetModelId=model)["assetModelProperties"][0]
    asset = create_asset(caller, model, "T1")
    topic = f"$aws/sitewise/asset-models/{model}/assets/{asset}/properties/{item['id']}"
    assert described(caller, asset)["assetProperties"] == [
        {
            "id": item["id"],
            "name": "wind",
            "dataType": "DOUBLE",
            "unit": "m/s",
            "notification": {"topic": topic, "state": "DISABLED"},
            "path": [{"id": asset, "name": "T1"}, {"id": item["id"], "name": "wind"}],
        }
    ]
    assert described(caller, asset, excludeProperties=True)["assetProperties"] == []


def test_an_asset_keeps_what_it_was_created_with(caller):
    model = create_model(caller, assetModelExternalId="machine-1")
    own_id = str(uuid.uuid4())
    caller.sitewise.create_asset(
        assetName="Größe 🚚",
        assetModelId="externalId:machine-1",
        assetId=own_id,
        assetExternalId="a.1:x",
        assetDescription="the first",
    )
    found = described(caller, "externalId:a.1:x")
    assert (found["assetId"], found["assetModelId"], found["assetName"]) == (own_id, model, "Größe 🚚")
    assert (found["assetExternalId"], found["assetDescription"]) == ("a.1:x", "the first")


def test_names_may_repeat_but_ids_may_not(caller):
    model = create_model(caller)
    asset = create_asset(caller, model, "same", assetExternalId="taken-id")
    create_asset(caller, model, "same")
    for more in ({"assetId": asset}, {"assetExternalId": "taken-id"}):
        refused(
            "ResourceAlreadyExistsException",
            409,
            caller.sitewise.create_asset,
            assetName="x",
            assetModelId=model,
            **more,
            members={"resourceId": asset, "resourceArn": arn(caller, asset)},
        )


def test_an_asset_and_a_model_may_share_an_external_id(caller):
    model = create_model(caller, assetModelExternalId="shared-id")
    asset = create_asset(caller, model, assetExternalId="shared-id")
    assert described(caller, "externalId:shared-id")["assetId"] == asset


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"assetModelId": str(uuid.uuid4())}, "assetName"),
        ({"assetName": "x"}, "assetModelId"),
        ({"assetName": "", "assetModelId": str(uuid.uuid4())}, "assetName"),
        ({"assetName": "x" * 257, "assetModelId": str(uuid.uuid4())}, "assetName"),
        ({"assetName": "a\x00b", "assetModelId": str(uuid.uuid4())}, "assetName"),
        ({"assetName": "x", "assetModelId": "model"}, "assetModelId"),
        ({"assetName": "x", "assetModelId": str(uuid.uuid4()).upper()}, "assetModelId"),
        ({"assetName": "x", "assetModelId": str(uuid.uuid4()), "assetExternalId": "-x"}, "assetExternalId"),
        ({"assetName": "x", "assetModelId": str(uuid.uuid4()), "clientToken": "x" * 65}, "clientToken"),
    ],
)
def test_a_malformed_asset_is_refused_and_the_member_named(caller, parameters, path):
    refusal = invalid(caller.lax_sitewise.create_asset, **parameters)
    assert f"at '{path}' failed to satisfy constraint: Member must" in refusal.message, refusal
    assert top_level(caller) == []


def test_an_asset_needs_its_model(caller):
    unknown = str(uuid.uuid4())
    assert unknown in missing(caller.sitewise.create_asset, assetName="x", assetModelId=unknown).message
    missing(caller.sitewise.create_asset, assetName="x", assetModelId="externalId:nobody")


def test_describing_an_unknown_asset_names_it(caller):
    unknown = str(uuid.uuid4())
    assert unknown in missing(caller.sitewise.describe_asset, assetId=unknown).message
    missing(caller.sitewise.describe_asset, assetId="externalId:nobody")
    asset = create_asset(caller, create_model(caller))
    missing(caller.elsewhere("eu-west-1").sitewise.describe_asset, assetId=asset)


def test_an_asset_is_active_from_the_first_poll_in_four_threads(caller):
    model = create_model(caller)

    def work(_number):
        for _ in range(10):
            asset = caller.sitewise.create_asset(assetName="x", assetModelId=model)["assetId"]
            found = answer(caller.sitewise.describe_asset(assetId=asset))
            assert found["assetStatus"]["state"] in ("CREATING", "ACTIVE")
        return "ok"

    assert together(4, work) == ["ok"] * 4


def test_assets_are_listed_by_model_and_by_place(caller):
    plant = Plant(caller)
    machines = [plant.machine() for _ in range(3)]
    plant.associate(machines[1])
    listed = answer(caller.sitewise.list_assets(assetModelId=plant.machine_model))["assetSummaries"]
    assert [item["id"] for item in listed] == machines
    site = answer(caller.sitewise.list_assets(assetModelId=plant.site_model, filter="ALL"))["assetSummaries"]
    found = described(caller, plant.site)
    assert site == [
        {
            "id": plant.site,
            "arn": arn(caller, plant.site),
            "name": "site",
            "assetModelId": plant.site_model,
            "creationDate": found["assetCreationDate"],
            "lastUpdateDate": found["assetLastUpdateDate"],
            "status": {"state": "ACTIVE"},
            "hierarchies": found["assetHierarchies"],
        }
    ]
    assert top_level(caller) == [plant.site, machines[0], machines[2]]
    assert top_level(caller, assetModelId=plant.machine_model) == [machines[0], machines[2]]
    assert top_level(caller, assetModelId="externalId:machine-model") == [machines[0], machines[2]]
    assert top_level(caller, assetModelId=plant.other_model) == []


def test_listing_all_assets_needs_a_model(caller):
    invalid(caller.sitewise.list_assets)
    invalid(caller.sitewise.list_assets, filter="ALL")
    missing(caller.sitewise.list_assets, assetModelId=str(uuid.uuid4()))
    missing(caller.sitewise.list_assets, filter="TOP_LEVEL", assetModelId=str(uuid.uuid4()))


def test_pages_bring_each_asset_once_and_end(caller):
    model = create_model(caller)
    assets = [create_asset(caller, model) for _ in range(7)]
    pages = list(
        caller.sitewise.get_paginator("list_assets").paginate(assetModelId=model, PaginationConfig={"PageSize": 1})
    )
    assert [item["id"] for page in pages for item in page["assetSummaries"]] == assets
    assert "nextToken" not in pages[-1]
    whole = answer(caller.sitewise.list_assets(assetModelId=model, maxResults=7))
    assert "nextToken" not in whole
    token = answer(caller.sitewise.list_assets(assetModelId=model, maxResults=3))["nextToken"]
    assert re.match(r"^[A-Za-z0-9+/=]{1,4096}$", token)
    invalid(caller.sitewise.list_assets, assetModelId=create_model(caller), nextToken=token)
    invalid(caller.sitewise.list_assets, filter="TOP_LEVEL", nextToken=token)
    for parameters in ({"nextToken": ""}, {"maxResults": 0}, {"maxResults": 251}, {"filter": "SOME"}, {"nextToken": "a-b"}):
        invalid(caller.lax_sitewise.list_assets, **{"assetModelId": model, **parameters})


def test_a_deleted_asset_is_gone(caller):
    model = create_model(caller)
    asset = create_asset(caller, model, assetExternalId="once-mine")
    gone = answer(caller.sitewise.delete_asset(assetId="externalId:once-mine"), 202)
    assert gone == {"assetId": asset, "assetStatus": {"state": "DELETING"}}
    caller.sitewise.get_waiter("asset_not_exists").wait(assetId=asset, WaiterConfig=WAIT)
    missing(caller.sitewise.describe_asset, assetId=asset)
    missing(caller.sitewise.delete_asset, assetId=asset)
    assert answer(caller.sitewise.list_assets(assetModelId=model)) == {"assetSummaries": []}
    assert create_asset(caller, model, assetExternalId="once-mine") != asset


def test_an_asset_with_relatives_is_not_deleted(caller):
    plant = Plant(caller)
    machine = plant.machine()
    plant.associate(machine)
    for asset, relative in ((plant.site, machine), (machine, plant.site)):
        refused(
            "ConflictingOperationException",
            409,
            caller.sitewise.delete_asset,
            assetId=asset,
            says=relative,
            members={"resourceId": asset, "resourceArn": arn(caller, asset)},
        )
    plant.disassociate(machine)
    answer(caller.sitewise.delete_asset(assetId=machine), 202)
    answer(caller.sitewise.delete_asset(assetId=plant.site), 202)


def test_the_cleanup_script_never_waits(caller):
    plant = Plant(caller)
    machine = plant.machine()
    plant.associate(machine)
    plant.disassociate(machine)
    answer(caller.sitewise.delete_asset(assetId=machine), 202)
    answer(caller.sitewise.delete_asset(assetId=plant.site), 202)
    answer(caller.sitewise.delete_asset_model(assetModelId=plant.site_model), 202)
    answer(caller.sitewise.delete_asset_model(assetModelId=plant.machine_model), 202)


def test_deleting_races_associating_and_one_of_them_wins(caller):
    plant = Plant(caller)
    for _ in range(6):
        machine = plant.machine()

        def work(number, machine=machine):
            if number % 2:
                return outcome(caller.sitewise.delete_asset, assetId=machine)
            where = {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": machine}
            return outcome(caller.sitewise.associate_assets, **where)

        associated, deleted = together(2, work)
        related = machine in children(caller, plant.site)
        if associated == "ok":
            assert deleted == "ConflictingOperationException"
            assert related
        else:
            assert associated in ("ResourceNotFoundException", "ConflictingOperationException")
            assert deleted == "ok"
            assert not related


def test_an_asset_can_be_renamed(caller, needs):
    needs("UpdateAsset")
    asset = create_asset(caller, create_model(caller), "old", assetDescription="old")
    updated = answer(caller.sitewise.update_asset(assetId=asset, assetName="new", assetExternalId="new-id"), 202)
    assert updated == {"assetId": asset, "assetStatus": {"state": "UPDATING"}}
    found = described(caller, "externalId:new-id")
    assert (found["assetName"], found.get("assetDescription")) == ("new", None)
    invalid(caller.sitewise.update_asset, assetId=asset, assetName="new", assetExternalId="other-id")
