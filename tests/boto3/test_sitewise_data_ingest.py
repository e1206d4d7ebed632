"""Values come in: acceptance scenarios 1 to 8 of values, over the wire and by the real clock."""

import time

import pytest

from tests.aws import UUID, answer, refused
from tests.boto3.plant import create_asset, create_model

WEEK = 7 * 24 * 3600
# The clock goes on between two looks at it.
SLACK = 30


class Boiler:
    """An asset with a measurement of each type and an attribute."""

    def __init__(self, caller):
        self.client = caller.sitewise
        types = ["DOUBLE", "INTEGER", "BOOLEAN", "STRING"]
        given = [{"name": kind.lower(), "dataType": kind, "type": {"measurement": {}}} for kind in types]
        given.append({"name": "limit", "dataType": "INTEGER", "type": {"attribute": {"defaultValue": "7"}}})
        model = create_model(caller, assetModelProperties=given)
        found = self.client.describe_asset_model(assetModelId=model)["assetModelProperties"]
        self.double, self.integer, self.boolean, self.string, self.limit = (item["id"] for item in found)
        self.asset = create_asset(caller, model)
        self.now = int(time.time())

    def entry(self, name, values, prop=None):
        return {"entryId": name, "assetId": self.asset, "propertyId": prop or self.double, "propertyValues": values}

    def put(self, *entries, **more):
        return answer(self.client.batch_put_asset_property_value(entries=list(entries), **more))["errorEntries"]

    def history(self, prop=None, **more):
        where = more or {"assetId": self.asset, "propertyId": prop or self.double}
        pages = self.client.get_paginator("get_asset_property_value_history").paginate(**where)
        return [point for page in pages for point in page["assetPropertyValueHistory"]]


def value(seconds, given=1.0, nanos=0, quality="GOOD", member="doubleValue"):
    timestamp = {"timeInSeconds": seconds, "offsetInNanos": nanos}
    return {"value": {member: given}, "timestamp": timestamp, "quality": quality}


def errors(entries):
    """Entry, code and timestamps of every error."""
    found = []
    for entry in entries:
        for error in entry["errors"]:
            stamps = [(stamp["timeInSeconds"], stamp["offsetInNanos"]) for stamp in error["timestamps"]]
            assert error["errorMessage"]
            found.append((entry["entryId"], error["errorCode"], stamps))
    return found


@pytest.fixture
def boiler(caller):
    return Boiler(caller)


def test_data_scenario_01_the_window_reaches_from_seven_days_back_to_ten_minutes_ahead(boiler):
    now = boiler.now
    good = [value(now - WEEK + SLACK), value(now + 600 - SLACK)]
    old, far = value(now - WEEK - 1), value(now + 600 + SLACK, nanos=1)
    found = boiler.put(boiler.entry("in", good), boiler.entry("old", [old]), boiler.entry("far", [far]))
    code = "TimestampOutOfRangeException"
    assert errors(found) == [("old", code, [(now - WEEK - 1, 0)]), ("far", code, [(now + 600 + SLACK, 1)])]
    assert len(boiler.history()) == 2


def test_data_scenario_02_one_bad_value_fails_its_entry_or_only_itself(boiler):
    bad = boiler.now - WEEK - 1
    for partial in (False, True):
        mixed = boiler.entry("mixed", [value(boiler.now), value(bad)])
        clean = boiler.entry("clean", [value(boiler.now, 5, int(partial), member="integerValue")], boiler.integer)
        found = boiler.put(mixed, clean, enablePartialEntryProcessing=partial)
        assert errors(found) == [("mixed", "TimestampOutOfRangeException", [(bad, 0)])]
        assert len(boiler.history()) == int(partial)
        assert len(boiler.history(boiler.integer)) == 1 + int(partial)


def test_data_scenario_03_ten_entries_of_ten_values(boiler):
    def entry(number, count=10):
        return boiler.entry(f"e{number}", [value(boiler.now - 100 * number - i) for i in range(count)])

    put = boiler.client.batch_put_asset_property_value
    refused("InvalidRequestException", 400, put, entries=[entry(n) for n in range(11)])
    refused("InvalidRequestException", 400, put, entries=[entry(0, 11)])
    refused("InvalidRequestException", 400, put, entries=[])
    assert boiler.history() == []
    assert boiler.put(*[entry(n) for n in range(10)]) == []
    assert len(boiler.history()) == 100


def test_data_scenario_04_values_are_not_converted(boiler):
    now = boiler.now
    found = boiler.put(boiler.entry("e", [value(now, 38, member="integerValue")]))
    assert errors(found) == [("e", "InvalidRequestException", [(now, 0)])]
    assert "DOUBLE" in found[0]["errors"][0]["errorMessage"]
    assert boiler.put(boiler.entry("e", [value(now, 38)])) == []
    over = boiler.entry("e", [value(now, 2147483648, member="integerValue")], boiler.integer)
    put = boiler.client.batch_put_asset_property_value
    refused("InvalidRequestException", 400, put, entries=[over])
    assert boiler.put(boiler.entry("e", [value(now, -2147483648, member="integerValue")], boiler.integer)) == []


def test_data_scenario_05_a_point_is_named_by_instant_and_quality(boiler):
    now = boiler.now
    for given, quality in ((1, "GOOD"), (2, "GOOD"), (3, "BAD")):
        assert boiler.put(boiler.entry("e", [value(now, given, quality=quality)])) == []
    assert [(point["quality"], point["value"]["doubleValue"]) for point in boiler.history()] == [("GOOD", 2), ("BAD", 3)]
    good = boiler.history(assetId=boiler.asset, propertyId=boiler.double, qualities=["GOOD"])
    assert [point["value"] for point in good] == [{"doubleValue": 2.0}]


def test_data_scenario_06_ten_instants_of_one_quality_share_a_second(boiler):
    now = boiler.now
    assert boiler.put(boiler.entry("e", [value(now, nanos=i * 100_000_000) for i in range(10)])) == []
    found = boiler.put(boiler.entry("e", [value(now, nanos=950_000_000)]))
    assert errors(found) == [("e", "LimitExceededException", [(now, 950_000_000)])]
    assert boiler.put(boiler.entry("e", [value(now, nanos=950_000_000, quality="BAD")])) == []
    assert boiler.put(boiler.entry("e", [value(now, 2)])) == []
    assert len(boiler.history()) == 11


def test_data_scenario_07_null_and_nan_say_that_something_is_wrong(boiler):
    now, null = boiler.now, {"valueType": "D"}
    found = boiler.put(boiler.entry("e", [value(now, null, member="nullValue")]))
    assert errors(found) == [("e", "InvalidRequestException", [(now, 0)])]
    assert boiler.put(boiler.entry("e", [value(now, null, quality="BAD", member="nullValue")])) == []
    assert boiler.put(boiler.entry("e", [value(now, float("nan"), nanos=1, quality="BAD")])) == []
    kept = [point["value"] for point in boiler.history()]
    assert kept[0] == {"nullValue": {"valueType": "D"}}
    assert str(kept[1]["doubleValue"]).lower() == "nan"
    forbidden = {"storageType": "SITEWISE_DEFAULT_STORAGE", "disallowIngestNullNaN": True}
    answer(boiler.client.put_storage_configuration(**forbidden), 200)
    bad = [value(now, null, 2, "BAD", "nullValue"), value(now, float("nan"), 3, "BAD")]
    found = boiler.put(boiler.entry("e", bad))
    assert errors(found) == [("e", "InvalidRequestException", [(now, 2), (now, 3)])]
    assert len(boiler.history()) == 2


def test_data_scenario_08_an_unknown_alias_begins_a_stream_where_the_account_takes_such(boiler):
    client, now = boiler.client, boiler.now
    storage = {"storageType": "SITEWISE_DEFAULT_STORAGE", "disassociatedDataStorage": "ENABLED"}
    answer(client.put_storage_configuration(**storage), 200)
    entry = {"entryId": "e", "propertyAlias": "/a/b"}
    assert boiler.put({**entry, "propertyValues": [value(now, 1.5)]}) == []
    described = answer(client.describe_time_series(alias="/a/b"))
    assert described["dataType"] == "DOUBLE"
    assert UUID.fullmatch(described["timeSeriesId"])
    found = boiler.put({**entry, "propertyValues": [value(now, 1, member="integerValue")]})
    assert errors(found) == [("e", "InvalidRequestException", [(now, 0)])]
    latest = answer(client.get_asset_property_value(propertyAlias="/a/b"))["propertyValue"]
    assert latest["value"] == {"doubleValue": 1.5}
    answer(client.associate_time_series_to_asset_property(alias="/a/b", assetId=boiler.asset, propertyId=boiler.double))
    assert [point["value"] for point in boiler.history()] == [{"doubleValue": 1.5}]


def test_the_default_of_an_attribute_stays_in_its_history(boiler):
    where = {"assetId": boiler.asset, "propertyId": boiler.limit}
    latest = answer(boiler.client.get_asset_property_value(**where))["propertyValue"]
    assert latest["value"] == {"integerValue": 7}
    later = boiler.now + 60
    assert boiler.put(boiler.entry("e", [value(later, 9, member="integerValue")], boiler.limit)) == []
    kept = boiler.history(boiler.limit)
    assert [point["value"]["integerValue"] for point in kept] == [7, 9]
    assert answer(boiler.client.get_asset_property_value(**where))["propertyValue"]["value"] == {"integerValue": 9}
