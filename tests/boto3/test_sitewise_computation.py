"""Computation models, actions and executions with boto3: configuration as at AWS, executions that fail honestly."""

import json

import pytest

from tests.aws import UUID, answer, outcome, refused, together
from tests.boto3.plant import create_asset, create_model

TRAINING, INFERENCE = "AWS/ANOMALY_DETECTION_TRAINING", "AWS/ANOMALY_DETECTION_INFERENCE"
WINDOW = json.dumps({"exportDataStartTime": 1717225200, "exportDataEndTime": 1722789360})
START = json.dumps({"inferenceMode": "START", "dataUploadFrequency": "PT5M"})
CONFIGURATION = {"anomalyDetection": {"inputProperties": "${inputs}", "resultProperty": "${found}"}}


class Pumps:
    """Two pumps of one model, with an input and a place for results."""

    def __init__(self, caller):
        self.caller = caller
        measurement = {"measurement": {}}
        self.model = create_model(
            caller,
            assetModelProperties=[
                {"name": "flow", "dataType": "DOUBLE", "type": measurement},
                {"name": "turns", "dataType": "INTEGER", "type": measurement},
                {"name": "anomaly", "dataType": "STRING", "type": measurement},
            ],
        )
        found = caller.sitewise.describe_asset_model(assetModelId=self.model)["assetModelProperties"]
        self.properties = {entry["name"]: entry["id"] for entry in found}
        self.one, self.two = create_asset(caller, self.model), create_asset(caller, self.model)

    def on_model(self, name):
        return {"assetModelProperty": {"assetModelId": self.model, "propertyId": self.properties[name]}}

    def on_asset(self, asset, name):
        return {"assetProperty": {"assetId": asset, "propertyId": self.properties[name]}}

    def create(self, name, inputs, found, **more):
        return answer(
            self.caller.sitewise.create_computation_model(
                computationModelName=name,
                computationModelConfiguration=CONFIGURATION,
                computationModelDataBinding={"inputs": inputs, "found": found},
                **more,
            ),
            202,
        )

    def of_all(self, name="all pumps"):
        """A computation model of the asset model, as it is described."""
        inputs = {"list": [self.on_model("flow"), self.on_model("turns")]}
        return self.described(self.create(name, inputs, self.on_model("anomaly")))

    def of_one(self, name="pump one"):
        """A computation model of one pump, as it is described."""
        made = self.create(name, self.on_asset(self.one, "flow"), self.on_asset(self.one, "anomaly"))
        return self.described(made)

    def described(self, made):
        return answer(self.caller.sitewise.describe_computation_model(computationModelId=made["computationModelId"]))

    def act(self, model, kind, payload, asset=None, **more):
        actions = {action["actionType"]: action["actionDefinitionId"] for action in model["actionDefinitions"]}
        where = {"resolveTo": {"assetId": asset}} if asset else {}
        return {
            "targetResource": {"computationModelId": model["computationModelId"]},
            "actionDefinitionId": actions[kind],
            "actionPayload": {"stringValue": payload},
            **where,
            **more,
        }


@pytest.fixture
def pumps(caller):
    return Pumps(caller)


def test_a_computation_model_is_created_updated_and_deleted(caller, pumps):
    made = pumps.create(
        "pumps", pumps.on_model("flow"), pumps.on_model("anomaly"), computationModelDescription="all", tags={"site": "north"}
    )
    assert made["computationModelStatus"] == {"state": "CREATING"}
    id, arn = made["computationModelId"], made["computationModelArn"]
    assert UUID.match(id) and arn == f"arn:aws:iotsitewise:us-west-2:{caller.account}:computation-model/{id}"
    first = pumps.described(made)
    assert (first["computationModelStatus"], first["computationModelVersion"]) == ({"state": "ACTIVE"}, "1")
    assert [action["actionType"] for action in first["actionDefinitions"]] == [TRAINING, INFERENCE]
    assert caller.sitewise.list_tags_for_resource(resourceArn=arn)["tags"] == {"site": "north"}
    update = {
        "computationModelId": id,
        "computationModelName": "one pump",
        "computationModelConfiguration": CONFIGURATION,
        "computationModelDataBinding": {
            "inputs": {"list": [pumps.on_asset(pumps.one, "flow"), pumps.on_asset(pumps.two, "flow")]},
            "found": pumps.on_asset(pumps.one, "anomaly"),
        },
    }
    updated = answer(caller.sitewise.update_computation_model(**update), 202)
    assert updated == {"computationModelStatus": {"state": "UPDATING"}}
    for version, expected in (("LATEST", "2"), ("ACTIVE", "2"), ("2", "2"), ("1", "1")):
        seen = caller.sitewise.describe_computation_model(computationModelId=id, computationModelVersion=version)
        assert seen["computationModelVersion"] == expected
    seen = answer(caller.sitewise.describe_computation_model(computationModelId=id))
    assert "computationModelDescription" not in seen
    assert {key: seen[key] for key in update} == update
    [listed] = answer(caller.sitewise.list_computation_models())["computationModelSummaries"]
    assert (listed["id"], listed["arn"], listed["type"], listed["version"]) == (id, arn, "ANOMALY_DETECTION", "2")
    deleted = answer(caller.sitewise.delete_computation_model(computationModelId=id), 202)
    assert deleted == {"computationModelStatus": {"state": "DELETING"}}
    refused("ResourceNotFoundException", 404, caller.sitewise.describe_computation_model, computationModelId=id)


def test_a_computation_model_s_name_is_unique(caller, pumps):
    first = pumps.of_all("pumps")
    refused(
        "ResourceAlreadyExistsException",
        409,
        caller.sitewise.create_computation_model,
        computationModelName="pumps",
        computationModelConfiguration=CONFIGURATION,
        computationModelDataBinding={"inputs": pumps.on_model("flow"), "found": pumps.on_model("anomaly")},
        members={"resourceId": first["computationModelId"], "resourceArn": first["computationModelArn"]},
    )


def test_what_a_computation_model_is_bound_to_is_not_deleted(caller, pumps):
    id = pumps.of_one()["computationModelId"]
    arn = f"arn:aws:iotsitewise:us-west-2:{caller.account}:asset/{pumps.one}"
    delete = caller.sitewise.delete_asset
    kept = {"resourceId": pumps.one, "resourceArn": arn}
    refused("ConflictingOperationException", 409, delete, assetId=pumps.one, says=id, members=kept)
    of_all = pumps.of_all()["computationModelId"]
    for asset in (pumps.one, pumps.two):
        if asset == pumps.one:
            answer(caller.sitewise.delete_computation_model(computationModelId=id), 202)
        answer(delete(assetId=asset), 202)
    delete = caller.sitewise.delete_asset_model
    refused("ConflictingOperationException", 409, delete, assetModelId=pumps.model, says=of_all)
    answer(caller.sitewise.delete_computation_model(computationModelId=of_all), 202)
    answer(delete(assetModelId=pumps.model), 202)


def test_bindings_are_checked_before_anything_is_made(caller, pumps):
    def create(says, inputs, found, code="InvalidRequestException", status=400):
        refused(
            code,
            status,
            caller.sitewise.create_computation_model,
            computationModelName="m",
            computationModelConfiguration=CONFIGURATION,
            computationModelDataBinding={"inputs": inputs, "found": found},
            says=says,
        )

    flow, anomaly = pumps.on_model("flow"), pumps.on_model("anomaly")
    create("mixes", flow, pumps.on_asset(pumps.one, "anomaly"))
    create("measurement of type STRING", flow, pumps.on_model("turns"))
    create("DOUBLE or INTEGER", anomaly, anomaly)
    create("empty list", {"list": []}, anomaly)
    unknown = {"assetModelProperty": {"assetModelId": pumps.model, "propertyId": pumps.one}}
    create("has no property", unknown, anomaly, "ResourceNotFoundException", 404)
    assert answer(caller.sitewise.list_computation_models()) == {"computationModelSummaries": []}


def test_the_list_of_bindings_is_no_update(caller, pumps):
    """Its path looks like an update of the model named data-binding-usages."""
    one, of_all = pumps.of_one()["computationModelId"], pumps.of_all()["computationModelId"]

    def usages(**by):
        found = caller.sitewise.list_computation_model_data_binding_usages(dataBindingValueFilter=by)
        return answer(found)["dataBindingUsageSummaries"]

    [usage] = usages(**pumps.on_model("turns"))
    assert usage == {"computationModelIds": [of_all], "matchedDataBinding": {"value": pumps.on_model("turns")}}
    assert len(usages(assetModel={"assetModelId": pumps.model})) == 3
    assert {usage["computationModelIds"][0] for usage in usages(asset={"assetId": pumps.one})} == {one}
    assert usages(asset={"assetId": pumps.two}) == []
    pages = caller.sitewise.get_paginator("list_computation_model_data_binding_usages").paginate(
        dataBindingValueFilter={"assetModel": {"assetModelId": pumps.model}}, PaginationConfig={"PageSize": 1}
    )
    assert [len(page["dataBindingUsageSummaries"]) for page in pages] == [1, 1, 1]


def test_scenario_36_an_action_without_resolve_to_is_refused_and_executions_fail_honestly(caller, pumps):
    model = pumps.of_all()
    id = model["computationModelId"]
    execute = caller.sitewise.execute_action
    refused("InvalidRequestException", 400, execute, **pumps.act(model, TRAINING, WINDOW), says="resolveTo is required")
    action = answer(execute(**pumps.act(model, TRAINING, WINDOW, pumps.one)), 202)["actionId"]
    answer(execute(**pumps.act(model, INFERENCE, START, pumps.two)), 202)
    described = answer(caller.sitewise.describe_action(actionId=action))
    assert described["actionPayload"] == {"stringValue": WINDOW}
    assert described["resolveTo"] == {"assetId": pumps.one}
    target = {"targetResourceType": "COMPUTATION_MODEL", "targetResourceId": id}
    listed = answer(caller.sitewise.list_executions(**target))["executionSummaries"]
    assert {entry["actionType"] for entry in listed} == {TRAINING, INFERENCE}
    for summary in listed:
        seen = answer(caller.sitewise.describe_execution(executionId=summary["executionId"]))
        assert seen["executionStatus"] == {"state": "FAILED"}
        assert "no anomaly detection engine is installed" in seen["executionDetails"]["errorMessage"]
        assert "executionResult" not in seen and "executionEntityVersion" not in seen
        assert seen["targetResourceVersion"] == "1"
    pages = caller.sitewise.get_paginator("list_actions").paginate(**target, PaginationConfig={"PageSize": 1})
    assert [len(page["actionSummaries"]) for page in pages] == [1, 1]
    summary = caller.sitewise.describe_computation_model_execution_summary(computationModelId=id)
    assert answer(summary)["computationModelExecutionSummary"] == {}
    found = answer(caller.sitewise.list_computation_model_resolve_to_resources(computationModelId=id))
    resolved = [entry["resolveTo"]["assetId"] for entry in found["computationModelResolveToResourceSummaries"]]
    assert sorted(resolved) == sorted([pumps.one, pumps.two])


def test_payloads_are_checked_and_tokens_make_one_action(caller, pumps):
    model = pumps.of_one()
    execute = caller.sitewise.execute_action
    for kind, payload, says in (
        (TRAINING, "{", "not JSON"),
        (TRAINING, "{}", "exportDataStartTime"),
        (TRAINING, START, "exportDataStartTime"),
        (INFERENCE, '{"inferenceMode": "START"}', "dataUploadFrequency"),
        (INFERENCE, '{"inferenceMode": "START", "dataUploadFrequency": "PT7M"}', "PT5M, PT10M"),
        (INFERENCE, '{\n"inferenceMode": "STOP"}', "stringValue"),
    ):
        refused("InvalidRequestException", 400, execute, **pumps.act(model, kind, payload), says=says)
    asked = pumps.act(model, INFERENCE, START)
    token = {"clientToken": "token-0000-0000-0000-0000-0000-000000001"}
    first = answer(execute(**asked, **token), 202)
    assert answer(execute(**asked, **token), 202) == first
    assert answer(execute(**asked), 202) != first
    other = {**pumps.act(model, TRAINING, WINDOW), **token}
    refused("InvalidRequestException", 400, execute, **other, says="clientToken was already used")
    target = {"targetResourceType": "COMPUTATION_MODEL", "targetResourceId": model["computationModelId"]}
    assert len(answer(caller.sitewise.list_actions(**target))["actionSummaries"]) == 2


def test_what_is_not_there_is_not_found(caller, pumps):
    nobody = "00000000-0000-4000-8000-00000000dead"
    client = caller.sitewise
    for call, where in (
        (client.describe_computation_model, {"computationModelId": nobody}),
        (client.delete_computation_model, {"computationModelId": nobody}),
        (client.describe_computation_model_execution_summary, {"computationModelId": nobody}),
        (client.list_computation_model_resolve_to_resources, {"computationModelId": nobody}),
        (client.describe_action, {"actionId": nobody}),
        (client.describe_execution, {"executionId": nobody}),
        (client.list_actions, {"targetResourceType": "ASSET", "targetResourceId": nobody}),
        (client.list_executions, {"targetResourceType": "COMPUTATION_MODEL", "targetResourceId": nobody}),
    ):
        refused("ResourceNotFoundException", 404, call, **where)
    model = pumps.of_one()
    asked = pumps.act(model, INFERENCE, START)
    refused("ResourceNotFoundException", 404, client.execute_action, **{**asked, "actionDefinitionId": nobody})
    refused("ResourceNotFoundException", 404, client.execute_action, **{**asked, "targetResource": {"assetId": pumps.one}})
    assert answer(client.list_actions(targetResourceType="ASSET", targetResourceId=pumps.one)) == {"actionSummaries": []}


def test_one_of_twenty_gets_the_name(caller, pumps):
    def create(_number):
        return outcome(
            caller.sitewise.create_computation_model,
            computationModelName="pumps",
            computationModelConfiguration=CONFIGURATION,
            computationModelDataBinding={"inputs": pumps.on_model("flow"), "found": pumps.on_model("anomaly")},
        )

    assert sorted(together(20, create)) == ["ResourceAlreadyExistsException"] * 19 + ["ok"]
    assert len(answer(caller.sitewise.list_computation_models())["computationModelSummaries"]) == 1


def test_an_asset_is_either_bound_or_deleted(caller, pumps):
    for turn in range(5):
        asset = create_asset(caller, pumps.model)

        def bind_or_delete(number, asset=asset, turn=turn):
            if number % 2:
                return outcome(caller.sitewise.delete_asset, assetId=asset)
            return outcome(
                caller.sitewise.create_computation_model,
                computationModelName=f"{turn} {number}",
                computationModelConfiguration=CONFIGURATION,
                computationModelDataBinding={
                    "inputs": pumps.on_asset(asset, "flow"), "found": pumps.on_asset(asset, "anomaly")
                },
            )

        outcomes = together(8, bind_or_delete)
        assert set(outcomes) <= {"ok", "ResourceNotFoundException", "ConflictingOperationException"}, outcomes
        found = caller.sitewise.list_computation_model_data_binding_usages(
            dataBindingValueFilter={"asset": {"assetId": asset}}
        )["dataBindingUsageSummaries"]
        bound = sum(result == "ok" for result in outcomes[::2])
        deleted = sum(result == "ok" for result in outcomes[1::2])
        assert (bound > 0) != (deleted > 0) and deleted <= 1, outcomes
        assert sum(len(usage["computationModelIds"]) for usage in found) == 2 * bound
