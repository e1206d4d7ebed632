"""Formulas of transforms and metrics: what is refused on the spot, and what makes a model FAILED."""

import uuid

import pytest
from botocore.exceptions import WaiterError

from tests.aws import refused
from tests.boto3.plant import create_model, wait


def measurement(name, data_type="DOUBLE", state=None):
    config = {"processingConfig": {"forwardingConfig": {"state": state}}} if state else {}
    return {"name": name, "dataType": data_type, "type": {"measurement": config}}


def variables(**read):
    return [{"name": name, "value": value if isinstance(value, dict) else {"propertyId": value}} for name, value in read.items()]


def transform(name, expression, data_type="DOUBLE", place=None, **read):
    kind = {"expression": expression, "variables": variables(**read)}
    if place:
        kind["processingConfig"] = {"computeLocation": place}
    return {"name": name, "dataType": data_type, "type": {"transform": kind}}


def metric(name, expression, data_type="DOUBLE", interval="5m", **read):
    kind = {"expression": expression, "variables": variables(**read), "window": {"tumbling": {"interval": interval}}}
    return {"name": name, "dataType": data_type, "type": {"metric": kind}}


MACHINE = [
    measurement("good"),
    measurement("bad"),
    measurement("part_number", "STRING"),
    measurement("state", "INTEGER"),
]


def test_the_formulas_of_the_user_guide_are_accepted(caller):
    create_model(
        caller,
        assetModelProperties=[
            *MACHINE,
            transform(
                "Quality_Monitor",
                'if(eq(part_number,"BLT123") and (bad/(good+bad) > 0.1), "Caution", "Normal")',
                "STRING",
                part_number="part_number",
                bad="bad",
                good="good",
            ),
            transform("Idle", "eq(state,1024)", state="state"),
            transform("Running", "state.eq(1111)", state="state"),
            metric("Successes", "sum(good)", good="good"),
            metric("Failures", "sum(bad)", bad="bad"),
            metric("Idle_Time", "statetime(idle)", idle="Idle"),
            metric("Run_Time", "statetime(running)", running="Running"),
            metric("Quality", "s / (s + f)", s="Successes", f="Failures"),
            metric("Average", "TimeWeightedAvg(good, 'linear')", good="good"),
            metric(
                "Mondays",
                "if(timestamp().localtime('PST').wday().eq(1), avg(good), none)",
                good="good",
            ),
        ],
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            transform("t", "averge(good)", good="good"),
            "expression of property 't', character 1: there is no function 'averge'; did you mean avg?",
        ),
        (
            transform("t", "avg(good)", good="good"),
            "expression of property 't', character 1: avg works on a window of time, which only a metric has",
        ),
        (
            transform("t", "good + (bad", good="good", bad="bad"),
            "expression of property 't', character 12: found the end where ')' is expected to close the parenthesis",
        ),
        (
            metric("t", "min(good/bad)", good="good", bad="bad"),
            "expression of property 't', character 10: an argument of min has one variable, but this one reads 'good' "
            "and 'bad'",
        ),
        (
            transform("t", "part", part="part_number"),
            "expression of property 't', character 1: the expression gives a text, but the data type of its property "
            "needs a number",
        ),
    ],
    ids=["misspelt", "metric only", "unclosed", "two variables", "type"],
)
def test_a_wrong_formula_is_refused_with_property_position_and_rule(caller, wrong, message):
    refused(
        "InvalidRequestException",
        400,
        caller.sitewise.create_asset_model,
        says=[message],
        assetModelName=f"model {uuid.uuid4()}",
        assetModelProperties=[*MACHINE, wrong],
    )


def test_a_type_that_only_the_child_model_tells_fails_the_model(caller):
    child = create_model(
        caller, assetModelProperties=[{**measurement("label", "STRING"), "externalId": "label-of-child"}]
    )
    made = caller.sitewise.create_asset_model(
        assetModelName=f"model {uuid.uuid4()}",
        assetModelHierarchies=[{"name": "below", "childAssetModelId": child}],
        assetModelProperties=[
            metric("total", "sum(x)", x={"propertyId": "externalId:label-of-child", "hierarchyId": "below"})
        ],
    )
    with pytest.raises(WaiterError):
        wait(caller, "asset_model_active", assetModelId=made["assetModelId"])
    status = caller.sitewise.describe_asset_model(assetModelId=made["assetModelId"])["assetModelStatus"]
    assert status == {
        "state": "FAILED",
        "error": {
            "code": "VALIDATION_ERROR",
            "message": "expression of property 'total', character 5: sum needs a number, not a text",
        },
    }


def test_what_is_not_where_it_is_computed_fails_the_model_with_details(caller):
    made = caller.sitewise.create_asset_model(
        assetModelName=f"model {uuid.uuid4()}",
        assetModelProperties=[
            measurement("raw", state="DISABLED"),
            transform("central", "x * 2", x="raw"),
            transform("edge", "x + 1", place="EDGE", x="central"),
        ],
    )
    with pytest.raises(WaiterError):
        wait(caller, "asset_model_active", assetModelId=made["assetModelId"])
    error = caller.sitewise.describe_asset_model(assetModelId=made["assetModelId"])["assetModelStatus"]["error"]
    assert [detail["code"] for detail in error["details"]] == [
        "INCOMPATIBLE_FORWARDING_CONFIGURATION",
        "INCOMPATIBLE_COMPUTE_LOCATION",
    ]
