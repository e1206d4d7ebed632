"""Time series as resources: acceptance scenario 32, and their lists, names and deletion."""

import uuid

import pytest

from tests.aws import UUID, answer, refused
from tests.boto3.plant import create_asset, create_model


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


class Pumps:
    """Two assets of a model with two measurements and a transform."""

    def __init__(self, caller):
        self.caller = caller
        self.client = caller.sitewise
        variables = [{"name": "x", "value": {"propertyId": "flow"}}]
        given = [
            {"name": "flow", "dataType": "DOUBLE", "type": {"measurement": {}}},
            {"name": "state", "dataType": "STRING", "type": {"measurement": {}}},
            {"name": "twice", "dataType": "DOUBLE", "type": {"transform": {"expression": "x * 2", "variables": variables}}},
        ]
        self.model = create_model(caller, assetModelProperties=given)
        found = self.client.describe_asset_model(assetModelId=self.model)["assetModelProperties"]
        self.flow, self.state, self.twice = (item["id"] for item in found)
        self.one, self.two = create_asset(caller, self.model), create_asset(caller, self.model)

    def name(self, asset, prop, alias):
        answer(self.client.update_asset_property(assetId=asset, propertyId=prop, propertyAlias=alias))

    def free(self, alias, prop=None):
        """A stream of its own: one that a property had, since no value arrives here."""
        prop = prop or self.flow
        self.name(self.two, prop, alias)
        where = {"alias": alias, "assetId": self.two, "propertyId": prop}
        answer(self.client.disassociate_time_series_from_asset_property(**where))
        return self.described(alias=alias)

    def described(self, **where):
        return answer(self.client.describe_time_series(**where))

    def alias(self, asset, prop):
        found = answer(self.client.describe_asset_property(assetId=asset, propertyId=prop))
        return found["assetProperty"].get("alias")

    def arn(self, series):
        return f"arn:aws:iotsitewise:{self.caller.region}:{self.caller.account}:time-series/{series}"


@pytest.fixture
def pumps(caller):
    return Pumps(caller)


def test_scenario_32_a_stream_is_associated_disassociated_and_deleted(pumps):
    link = pumps.client.associate_time_series_to_asset_property
    stream = pumps.free("/32/flow")
    assert UUID.match(stream["timeSeriesId"])
    assert (stream["alias"], stream["dataType"], stream.get("assetId")) == ("/32/flow", "DOUBLE", None)
    pair = {"assetId": pumps.one, "propertyId": pumps.flow}
    invalid(link, alias="/32/flow", assetId=pumps.one, propertyId=pumps.twice, says="measurement")
    invalid(link, alias="/32/flow", assetId=pumps.one, propertyId=pumps.state, says="DOUBLE")
    assert answer(link(alias="/32/flow", **pair)) == {}
    assert pumps.alias(**{"asset": pumps.one, "prop": pumps.flow}) == "/32/flow"
    series = f"{pumps.one}:{pumps.flow}"
    found = pumps.described(alias="/32/flow")
    assert found == pumps.described(**pair)
    assert (found["timeSeriesId"], found["timeSeriesArn"]) == (series, pumps.arn(series))
    assert (found["assetId"], found["propertyId"]) == (pumps.one, pumps.flow)
    pumps.free("/32/second")
    members = {"resourceId": series, "resourceArn": pumps.arn(series)}
    for alias in ("/32/second", "/32/flow"):
        refused("ConflictingOperationException", 409, link, alias=alias, **pair, members=members)
    leave = pumps.client.disassociate_time_series_from_asset_property
    missing(leave, alias="/32/second", **pair)
    assert answer(leave(alias="/32/flow", **pair)) == {}
    assert pumps.alias(pumps.one, pumps.flow) is None
    freed = pumps.described(alias="/32/flow")
    assert UUID.match(freed["timeSeriesId"])
    assert freed["timeSeriesId"] != stream["timeSeriesId"]
    missing(pumps.client.describe_time_series, **pair)
    answer(link(alias="/32/flow", **pair))
    answer(pumps.client.delete_time_series(**pair))
    assert pumps.alias(pumps.one, pumps.flow) is None
    missing(pumps.client.describe_time_series, alias="/32/flow")
    missing(pumps.client.delete_time_series, **pair)
    pumps.name(pumps.two, pumps.twice, "/32/flow")
    answer(pumps.client.delete_time_series(alias="/32/second"))
    missing(link, alias="/32/second", **pair)


def test_an_alias_of_a_free_stream_takes_the_stream(pumps):
    pumps.free("/t/flow")
    invalid(pumps.client.update_asset_property, assetId=pumps.one, propertyId=pumps.state, propertyAlias="/t/flow")
    pumps.name(pumps.one, pumps.flow, "/t/flow")
    assert pumps.described(alias="/t/flow")["timeSeriesId"] == f"{pumps.one}:{pumps.flow}"


def test_a_series_is_named_in_one_way(pumps):
    for operation in (pumps.client.describe_time_series, pumps.client.delete_time_series):
        for where in (
            {},
            {"assetId": pumps.one},
            {"propertyId": pumps.flow},
            {"alias": "/x", "assetId": pumps.one, "propertyId": pumps.flow},
        ):
            invalid(operation, **where)
        missing(operation, alias="/x")
        missing(operation, alias="/x", workspaceName="nowhere")
        missing(operation, assetId=str(uuid.uuid4()), propertyId=pumps.flow)


def test_series_are_listed_by_asset_prefix_and_type(pumps):
    for alias in ("/l/b", "/l/a", "/m"):
        pumps.free(alias)
    pumps.name(pumps.one, pumps.flow, "/l/c")
    pumps.name(pumps.one, pumps.twice, "/n")

    def listed(**filters):
        pages = list(pumps.client.get_paginator("list_time_series").paginate(**filters, PaginationConfig={"PageSize": 2}))
        assert "nextToken" not in pages[-1]
        return [item["alias"] for page in pages for item in page["TimeSeriesSummaries"]]

    assert listed() == ["/l/b", "/l/a", "/m", "/l/c", "/n"]
    assert listed(timeSeriesType="ASSOCIATED") == ["/l/c", "/n"]
    assert listed(timeSeriesType="DISASSOCIATED") == ["/l/b", "/l/a", "/m"]
    assert listed(aliasPrefix="/l/") == ["/l/a", "/l/b", "/l/c"]
    assert listed(aliasPrefix="/l/", timeSeriesType="ASSOCIATED") == ["/l/c"]
    assert listed(assetId=pumps.one) == ["/l/c", "/n"]
    assert listed(assetId=pumps.two) == []
    lists = pumps.client.list_time_series
    invalid(lists, assetId=pumps.one, timeSeriesType="DISASSOCIATED")
    missing(lists, assetId=str(uuid.uuid4()))
    missing(lists, workspaceName="nowhere")
    token = answer(lists(maxResults=1))["nextToken"]
    invalid(lists, aliasPrefix="/l/", nextToken=token)
    shown = answer(lists(aliasPrefix="/m"))["TimeSeriesSummaries"]
    assert shown == [pumps.described(alias="/m")]


def test_tags_of_a_series_go_along_with_it(pumps):
    stream = pumps.free("/tags")
    pumps.client.tag_resource(resourceArn=stream["timeSeriesArn"], tags={"line": "7"})
    answer(pumps.client.associate_time_series_to_asset_property(alias="/tags", assetId=pumps.one, propertyId=pumps.flow))
    arn = pumps.described(alias="/tags")["timeSeriesArn"]
    assert answer(pumps.client.list_tags_for_resource(resourceArn=arn))["tags"] == {"line": "7"}
    missing(pumps.client.list_tags_for_resource, resourceArn=stream["timeSeriesArn"])
