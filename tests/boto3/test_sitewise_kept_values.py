"""What becomes of values when configuration changes: the parts of acceptance scenarios 6, 22 and 32 that need values."""

import time

import pytest

from tests.aws import answer, refused
from tests.boto3.plant import WAIT, create_asset, create_model, wait


def measurement(name):
    return {"name": name, "dataType": "DOUBLE", "type": {"measurement": {}}}


class Values:
    """Writes and reads values of one caller."""

    def __init__(self, caller):
        self.client = caller.sitewise
        self.now = int(time.time())

    def put(self, *numbers, **stream):
        """Stores numbers, a second apart."""
        points = [
            {"value": {"doubleValue": number}, "timestamp": {"timeInSeconds": self.now - len(numbers) + place}}
            for place, number in enumerate(numbers)
        ]
        entry = {"entryId": "1", "propertyValues": points, **stream}
        assert answer(self.client.batch_put_asset_property_value(entries=[entry]))["errorEntries"] == []

    def of(self, **stream):
        found = answer(self.client.get_asset_property_value_history(**stream))["assetPropertyValueHistory"]
        return [point["value"]["doubleValue"] for point in found]

    def are_gone(self, **stream):
        for call in (self.client.get_asset_property_value, self.client.get_asset_property_value_history):
            refused("ResourceNotFoundException", 404, call, **stream)


@pytest.fixture
def values(caller):
    return Values(caller)


def property_ids(caller, model):
    found = answer(caller.sitewise.describe_asset_model(assetModelId=model))["assetModelProperties"]
    return {item["name"]: item["id"] for item in found}


def test_scenario_06_values_of_a_property_that_is_left_out_are_gone_and_others_stay(caller, values):
    model = create_model(caller, assetModelProperties=[measurement("flow"), measurement("heat")])
    assets = [create_asset(caller, model) for _ in range(2)]
    ids = property_ids(caller, model)
    for asset in assets:
        values.put(1.0, 2.0, assetId=asset, propertyId=ids["flow"])
        values.put(7.0, 8.0, assetId=asset, propertyId=ids["heat"])

    def update(*properties):
        name = answer(caller.sitewise.describe_asset_model(assetModelId=model))["assetModelName"]
        change = {"assetModelId": model, "assetModelName": name, "assetModelProperties": list(properties)}
        answer(caller.sitewise.update_asset_model(**change), 202)
        wait(caller, "asset_model_active", assetModelId=model)

    heat = {**measurement("heat"), "id": ids["heat"]}
    update(heat)
    for asset in assets:
        values.are_gone(assetId=asset, propertyId=ids["flow"])
        assert values.of(assetId=asset, propertyId=ids["heat"]) == [7.0, 8.0]
    update(heat, measurement("flow"))
    again = property_ids(caller, model)["flow"]
    assert again != ids["flow"]
    for asset in assets:
        assert values.of(assetId=asset, propertyId=again) == []
        assert "propertyValue" not in answer(caller.sitewise.get_asset_property_value(assetId=asset, propertyId=again))
        values.are_gone(assetId=asset, propertyId=ids["flow"])


def test_scenario_22_values_of_a_deleted_asset_are_gone_and_its_alias_begins_anew(caller, values):
    model = create_model(caller, assetModelProperties=[measurement("flow")])
    flow = property_ids(caller, model)["flow"]
    asset, heir = create_asset(caller, model), create_asset(caller, model)
    rename = caller.sitewise.update_asset_property
    answer(rename(assetId=asset, propertyId=flow, propertyAlias="/22/flow"))
    values.put(1.0, 2.0, propertyAlias="/22/flow")
    assert values.of(assetId=asset, propertyId=flow) == [1.0, 2.0]
    answer(caller.sitewise.delete_asset(assetId=asset), 202)
    caller.sitewise.get_waiter("asset_not_exists").wait(assetId=asset, WaiterConfig=WAIT)
    values.are_gone(assetId=asset, propertyId=flow)
    values.are_gone(propertyAlias="/22/flow")
    answer(rename(assetId=heir, propertyId=flow, propertyAlias="/22/flow"))
    assert values.of(propertyAlias="/22/flow") == []
    values.put(3.0, propertyAlias="/22/flow")
    assert values.of(assetId=heir, propertyId=flow) == [3.0]


def test_scenario_32_values_go_with_their_stream(caller, values):
    model = create_model(caller, assetModelProperties=[measurement("flow")])
    pair = {"assetId": create_asset(caller, model), "propertyId": property_ids(caller, model)["flow"]}
    values.put(1.0, 2.0, propertyAlias="/32/flow")
    stream = answer(caller.sitewise.describe_time_series(alias="/32/flow"))
    assert stream.get("assetId") is None and stream["dataType"] == "DOUBLE"
    answer(caller.sitewise.associate_time_series_to_asset_property(alias="/32/flow", **pair))
    assert values.of(**pair) == [1.0, 2.0]
    assert values.of(propertyAlias="/32/flow") == [1.0, 2.0]
    answer(caller.sitewise.disassociate_time_series_from_asset_property(alias="/32/flow", **pair))
    assert values.of(**pair) == []
    assert values.of(propertyAlias="/32/flow") == [1.0, 2.0]
    # What arrives at the property now is its own, and in the way of the stream.
    values.put(5.0, **pair)
    assert (values.of(**pair), values.of(propertyAlias="/32/flow")) == ([5.0], [1.0, 2.0])
    again = caller.sitewise.associate_time_series_to_asset_property
    refused("ConflictingOperationException", 409, again, alias="/32/flow", **pair)
    answer(caller.sitewise.delete_time_series(**pair))
    answer(caller.sitewise.associate_time_series_to_asset_property(alias="/32/flow", **pair))
    assert values.of(**pair) == [1.0, 2.0]
    answer(caller.sitewise.delete_time_series(**pair))
    assert values.of(**pair) == []
    values.are_gone(propertyAlias="/32/flow")


def test_scenario_08_assets_compute_by_the_active_version_while_the_latest_one_is_failed(caller, values):
    def transform(name, of, expression="x * 2"):
        variables = [{"name": "x", "value": {"propertyId": of}}]
        return {"name": name, "dataType": "DOUBLE", "type": {"transform": {"expression": expression, "variables": variables}}}

    given = [measurement("raw"), transform("a", "raw"), transform("b", "a")]
    model = create_model(caller, assetModelProperties=given)
    asset, ids = create_asset(caller, model), property_ids(caller, model)
    b = {"assetId": asset, "propertyId": ids["b"]}

    def computed(wanted):
        end = time.monotonic() + 10
        while values.of(**b) != wanted and time.monotonic() < end:
            time.sleep(0.05)
        assert values.of(**b) == wanted

    values.put(1.0, 0.0, assetId=asset, propertyId=ids["raw"])
    computed([4.0, 0.0])
    found = answer(caller.sitewise.describe_asset_model(assetModelId=model))
    raw, a, last = found["assetModelProperties"]
    circular = {**a, "type": transform("a", ids["b"])["type"]}
    change = {"assetModelId": model, "assetModelName": found["assetModelName"], "assetModelProperties": [raw, circular, last]}
    answer(caller.sitewise.update_asset_model(**change), 202)
    failed = answer(caller.sitewise.describe_asset_model(assetModelId=model))
    assert failed["assetModelStatus"]["state"] == "FAILED"
    values.now += 1
    values.put(5.0, assetId=asset, propertyId=ids["raw"])
    computed([4.0, 0.0, 20.0])
