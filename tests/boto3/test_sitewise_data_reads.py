"""Values are read back: current ones, histories, aggregates, values between points; in pages, one stream or several."""

import datetime
import json
import math
import time
import urllib.parse

import pytest

from tests.aws import REGION, answer, refused
from tests.boto3.plant import create_asset, create_model
from tests.protocol.wire import Connection, authorization, request

UTC = datetime.UTC
HOUR_S = 3600


def measurement(name, data_type="DOUBLE"):
    return {"name": name, "dataType": data_type, "type": {"measurement": {}}}


def point(seconds, value, nanos=0, quality="GOOD"):
    """A point; a number is a double."""
    value = {"doubleValue": value} if isinstance(value, float) else value
    return {"value": value, "timestamp": {"timeInSeconds": seconds, "offsetInNanos": nanos}, "quality": quality}


class Machine:
    """An asset with properties of every type, and a minute of the recent past that has ended."""

    def __init__(self, caller):
        self.caller = caller
        self.client = caller.sitewise
        given = [measurement("speed"), measurement("count", "INTEGER"), measurement("state", "STRING")]
        given += [{"name": "limit", "dataType": "DOUBLE", "type": {"attribute": {"defaultValue": "1.5"}}}]
        self.model = create_model(caller, assetModelProperties=given)
        self.asset = create_asset(caller, self.model)
        found = self.client.describe_asset_model(assetModelId=self.model)["assetModelProperties"]
        self.ids = {item["name"]: item["id"] for item in found}
        self.minute = int(time.time()) // 60 * 60 - 60

    def of(self, name="speed", **more):
        return {"assetId": self.asset, "propertyId": self.ids[name], **more}

    def put(self, values, **target):
        """Writes values in requests of a hundred."""
        target = target or self.of()
        for start in range(0, len(values), 100):
            chunk = values[start : start + 100]
            entries = [
                {"entryId": str(i), "propertyValues": chunk[i : i + 10], **target} for i in range(0, len(chunk), 10)
            ]
            assert answer(self.client.batch_put_asset_property_value(entries=entries)) == {"errorEntries": []}

    def history(self, **more):
        return answer(self.client.get_asset_property_value_history(**more))["assetPropertyValueHistory"]


@pytest.fixture
def machine(caller):
    return Machine(caller)


def at(seconds, microseconds=0):
    return datetime.datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)


def test_what_was_put_is_read_back_in_every_way(machine):
    client, start = machine.client, machine.minute
    target = machine.of()
    assert answer(client.get_asset_property_value(**target)) == {}
    assert answer(client.get_asset_property_value_history(**target)) == {"assetPropertyValueHistory": []}
    limit = answer(client.get_asset_property_value(**machine.of("limit")))["propertyValue"]
    assert (limit["value"], limit["quality"]) == ({"doubleValue": 1.5}, "GOOD")
    values = [point(start - 50 + i, float(i)) for i in range(50)]
    machine.put(values)
    assert answer(client.get_asset_property_value(**target))["propertyValue"] == values[-1]
    assert machine.history(**target) == values[:20], "a page has twenty points"
    assert machine.history(**target, timeOrdering="DESCENDING", maxResults=3) == values[:-4:-1]
    window = {"startDate": at(start - 60), "endDate": at(start), "resolution": "1m"}
    types = ["AVERAGE", "COUNT", "MAXIMUM", "MINIMUM", "SUM", "STANDARD_DEVIATION"]
    found = answer(client.get_asset_property_aggregates(**target, aggregateTypes=types, **window))["aggregatedValues"]
    [item] = found
    assert item["timestamp"] == at(start) and item["quality"] == "GOOD"
    deviation = item["value"].pop("standardDeviation")
    assert math.isclose(deviation, math.sqrt((50**2 - 1) / 12), rel_tol=1e-12)
    assert item["value"] == {"average": 24.5, "count": 50.0, "maximum": 49.0, "minimum": 0.0, "sum": 1225.0}
    grid = {"startTimeInSeconds": start - 50, "endTimeInSeconds": start - 45, "quality": "GOOD", "intervalInSeconds": 2}
    between = answer(client.get_interpolated_asset_property_values(**target, **grid, type="LINEAR_INTERPOLATION"))
    numbers = [item["value"]["doubleValue"] for item in between["interpolatedAssetPropertyValues"]]
    assert numbers == [2.0, 4.0]


def test_data_scenario_07_nulls_and_nan_come_back_as_they_went(machine):
    start = machine.minute
    null = point(start, {"nullValue": {"valueType": "D"}}, quality="BAD")
    machine.put([null, point(start + 1, math.nan, quality="UNCERTAIN")])
    first, second = machine.history(**machine.of())
    assert first == null
    assert math.isnan(second["value"]["doubleValue"]) and second["quality"] == "UNCERTAIN"
    [bad] = machine.history(**machine.of(qualities=["BAD"]))
    assert bad == null


def test_data_scenario_09_bounds_of_the_query_count_to_the_microsecond(machine):
    start = machine.minute
    machine.put([point(start, float(i), i * 1000 + 500_000_000) for i in range(5)])
    bounds = {"startDate": at(start, 500_001), "endDate": at(start, 500_003)}
    found = machine.history(**machine.of(**bounds))
    assert [item["timestamp"]["offsetInNanos"] for item in found] == [500_002_000, 500_003_000]


def test_paginators_see_every_point_once(machine):
    client, start = machine.client, machine.minute - 1000
    values = [point(start + i, float(i)) for i in range(250)]
    machine.put(values)
    history = client.get_paginator("get_asset_property_value_history").paginate
    pages = list(history(**machine.of(), PaginationConfig={"PageSize": 100}))
    assert [len(page["assetPropertyValueHistory"]) for page in pages] == [100, 100, 50]
    assert [item for page in pages for item in page["assetPropertyValueHistory"]] == values
    assert "nextToken" not in pages[-1]
    pages = history(**machine.of(), timeOrdering="DESCENDING", PaginationConfig={"PageSize": 99})
    assert [item for page in pages for item in page["assetPropertyValueHistory"]] == values[::-1]
    window = {"startDate": at(start - 60), "endDate": at(start + 600), "resolution": "1m", "aggregateTypes": ["COUNT"]}
    aggregates = client.get_paginator("get_asset_property_aggregates").paginate
    pages = list(aggregates(**machine.of(), **window, PaginationConfig={"PageSize": 2}))
    assert sum(item["value"]["count"] for page in pages for item in page["aggregatedValues"]) == 250
    assert len(pages) > 2
    grid = {"startTimeInSeconds": start, "endTimeInSeconds": start + 240, "quality": "GOOD", "intervalInSeconds": 10}
    between = client.get_paginator("get_interpolated_asset_property_values").paginate
    pages = list(between(**machine.of(), **grid, type="LOCF_INTERPOLATION"))
    assert [len(page["interpolatedAssetPropertyValues"]) for page in pages] == [10, 10, 4]


def test_a_token_belongs_to_its_request(machine):
    client, start = machine.client, machine.minute - 1000
    machine.put([point(start + i, float(i)) for i in range(50)])
    read = client.get_asset_property_value_history
    token = answer(read(**machine.of(), maxResults=10))["nextToken"]
    refused("InvalidRequestException", 400, read, **machine.of(qualities=["GOOD"]), nextToken=token, says="nextToken")
    assert len(answer(read(**machine.of(), nextToken=token))["assetPropertyValueHistory"]) == 20


def test_streams_of_nobody_are_read_by_their_alias(machine):
    client, start = machine.client, machine.minute
    values = [point(start + i, {"integerValue": i}) for i in range(3)]
    machine.put(values, propertyAlias="/free/count")
    assert machine.history(propertyAlias="/free/count") == values
    assert answer(client.get_asset_property_value(propertyAlias="/free/count"))["propertyValue"] == values[-1]
    says = "/free/none"
    refused("ResourceNotFoundException", 404, client.get_asset_property_value, propertyAlias="/free/none", says=says)
    both = machine.of(propertyAlias="/free/count")
    refused("InvalidRequestException", 400, client.get_asset_property_value, **both, says="excludes")


def test_data_scenario_25_batches_are_paged_over_their_entries(machine):
    client, start = machine.client, machine.minute - 2 * HOUR_S
    for name in ("a", "b"):
        machine.put([point(start + 60 * i, float(i)) for i in range(100)], propertyAlias=f"/25/{name}")
    entries = [
        {"entryId": name, "propertyAlias": f"/25/{name}", "aggregateTypes": ["COUNT"], "resolution": "1m",
         "startDate": at(start - 60), "endDate": at(start + 99 * 60 + 60)}
        for name in ("a", "b", "c")
    ]  # fmt: skip
    read = client.batch_get_asset_property_aggregates
    first = answer(read(entries=entries, maxResults=120))
    lengths = [(entry["entryId"], len(entry["aggregatedValues"])) for entry in first["successEntries"]]
    assert (lengths, first["errorEntries"], first["skippedEntries"]) == ([("a", 100), ("b", 20)], [], [])
    second = answer(read(entries=entries, maxResults=120, nextToken=first["nextToken"]))
    lengths = [(entry["entryId"], len(entry["aggregatedValues"])) for entry in second["successEntries"]]
    assert (lengths, second.get("nextToken")) == ([("b", 80)], None)
    [error] = second["errorEntries"]
    assert (error["entryId"], error["errorCode"]) == ("c", "ResourceNotFoundException")
    assert second["skippedEntries"] == [{"entryId": "a", "completionStatus": "SUCCESS"}]


def test_current_values_in_one_call(machine):
    client, start = machine.client, machine.minute
    machine.put([point(start, 2.0)])
    ask = [{"entryId": name, **machine.of(name)} for name in ("speed", "count", "limit")]
    ask.append({"entryId": "none", "propertyAlias": "/none"})
    found = answer(client.batch_get_asset_property_value(entries=ask))
    values = {entry["entryId"]: entry.get("assetPropertyValue", {}).get("value") for entry in found["successEntries"]}
    assert values == {"speed": {"doubleValue": 2.0}, "count": None, "limit": {"doubleValue": 1.5}}
    assert [entry["entryId"] for entry in found["errorEntries"]] == ["none"]
    assert found["skippedEntries"] == [] and "nextToken" not in found


def test_a_panel_of_grafana_loads(machine):
    """What the SiteWise data source sends: lists first, then batches of sixteen, each page with the same entries."""
    client, start = machine.client, machine.minute
    site = create_model(machine.caller, assetModelHierarchies=[{"name": "machines", "childAssetModelId": machine.model}])
    top = create_asset(machine.caller, site)
    hierarchy = client.describe_asset_model(assetModelId=site)["assetModelHierarchies"][0]["id"]
    answer(client.associate_assets(assetId=top, hierarchyId=hierarchy, childAssetId=machine.asset))
    listed = answer(client.list_associated_assets(assetId=top, hierarchyId=hierarchy, traversalDirection="CHILD"))
    assert [item["id"] for item in listed["assetSummaries"]] == [machine.asset]
    listed = answer(client.list_associated_assets(assetId=machine.asset, traversalDirection="PARENT"))
    assert [item["id"] for item in listed["assetSummaries"]] == [top]

    machine.put([point(start - 6 * HOUR_S + 60 * i, float(i)) for i in range(6 * 60)])
    entry = {**machine.of(), "startDate": at(start - 6 * HOUR_S - 1), "endDate": at(start + 1)}
    entries = [{"entryId": f"e{i}", **entry} for i in range(16)]
    collected = {item["entryId"]: 0 for item in entries}
    token, pages = {}, 0
    while True:
        page = answer(client.batch_get_asset_property_value_history(entries=entries, maxResults=1000, **token))
        for success in page["successEntries"]:
            collected[success["entryId"]] += len(success["assetPropertyValueHistory"])
        pages += 1
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert set(collected.values()) == {360} and pages == 6
    read = machine.caller.lax_sitewise.batch_get_asset_property_value_history
    refused("InvalidRequestException", 400, read, entries=[*entries, {"entryId": "e16", **entry}], says="16")
    # "The last value at or before": one point, from the end.
    asked = machine.of(endDate=at(start - HOUR_S + 30), timeOrdering="DESCENDING", maxResults=1, qualities=["GOOD"])
    [last] = machine.history(**asked)
    assert last["timestamp"]["timeInSeconds"] == start - HOUR_S


@pytest.mark.parametrize("host", ["data.iotsitewise.{}.amazonaws.com", "data.localhost", "localhost"])
def test_reads_are_answered_under_every_host(machine, host):
    start = machine.minute
    machine.put([point(start, math.nan, 7, "BAD")])
    query = urllib.parse.urlencode(machine.of(qualities="BAD", endDate=at(start, 1).isoformat().replace("+00:00", "Z")))
    headers = {"Authorization": authorization("iotsitewise", account=machine.caller.account)}
    with Connection(machine.caller.server) as connection:
        connection.send(request("GET", f"/properties/history?{query}", headers, b"", host=host.format(REGION)))
        told = connection.answer()
    assert told.status == 200, told.body
    value = {"value": {"doubleValue": "NaN"}, "timestamp": {"timeInSeconds": start, "offsetInNanos": 7}, "quality": "BAD"}
    assert json.loads(told.body) == {"assetPropertyValueHistory": [value]}
