"""The AWS command line with the recipes of the IoT SiteWise user guide: files in, describe, edit, update, wait."""

import json
import time

import pytest

PUMP = {
    "assetModelName": "pump",
    "assetModelDescription": "a pump with a meter",
    "assetModelProperties": [
        {"name": "flow", "dataType": "DOUBLE", "unit": "l/s", "type": {"measurement": {}}},
        {"name": "anomaly", "dataType": "STRING", "type": {"measurement": {}}},
        {"name": "height", "dataType": "DOUBLE", "type": {"attribute": {"defaultValue": "1.5"}}},
    ],
}


class Line:
    """The command line on one account, with files in its home folder."""

    def __init__(self, home):
        self.home = home

    def __call__(self, *words, **options):
        """`line("describe-asset", asset_id=…)`; answers the JSON."""
        flags = [text for name, value in options.items() for text in (f"--{name.replace('_', '-')}", value)]
        return self.home.aws("iotsitewise", *words, *flags)

    def refused(self, code, *words):
        said = self.home.aws_fails("iotsitewise", *words)
        assert f"An error occurred ({code}) when calling" in said, said
        return said

    def file(self, name, content):
        path = self.home.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
        return f"file://{path}"


@pytest.fixture
def line(home):
    return Line(home)


@pytest.mark.max_seconds(170)
def test_a_plant_is_built_changed_and_taken_down_with_the_command_line(line):
    pump = line("create-asset-model", cli_input_json=line.file("pump.json", PUMP))["assetModelId"]
    line("wait", "asset-model-active", asset_model_id=pump)
    hierarchies = line.file("hierarchies.json", [{"name": "pumps", "childAssetModelId": pump}])
    station = line("create-asset-model", asset_model_name="station", asset_model_hierarchies=hierarchies)["assetModelId"]
    house = line("create-asset", asset_name="house 1", asset_model_id=station, asset_external_id="house-1")["assetId"]
    first = line("create-asset", asset_name="pump 1", asset_model_id=pump, tags="site=north,row=2")["assetId"]
    line("wait", "asset-active", asset_id=first)

    # "Describe the model, edit the file, send it back" (user guide, "Updating asset models").
    model = line("describe-asset-model", asset_model_id=pump)
    edited = {name: value for name, value in model.items() if name in (
        "assetModelName", "assetModelDescription", "assetModelProperties", "assetModelHierarchies", "assetModelCompositeModels",
    )}  # fmt: skip
    edited["assetModelProperties"].append({"name": "pressure", "dataType": "DOUBLE", "type": {"measurement": {}}})
    status = line("update-asset-model", asset_model_id=pump, cli_input_json=line.file("edited.json", edited))
    assert status["assetModelStatus"]["state"] == "UPDATING"
    line("wait", "asset-model-active", asset_model_id=pump)
    asset = line("describe-asset", asset_id=first)
    assert [entry["name"] for entry in asset["assetProperties"]] == ["flow", "anomaly", "height", "pressure"]
    assert asset["assetStatus"] == {"state": "ACTIVE"}

    hierarchy = line("describe-asset-model", asset_model_id=station)["assetModelHierarchies"][0]["id"]
    relation = {"asset_id": "externalId:house-1", "hierarchy_id": hierarchy, "child_asset_id": first}
    line("associate-assets", **relation)
    children = line("list-associated-assets", asset_id=house, hierarchy_id=hierarchy)["assetSummaries"]
    assert [entry["id"] for entry in children] == [first]
    top = line("list-assets", filter="TOP_LEVEL")["assetSummaries"]
    assert [entry["name"] for entry in top] == ["house 1"]
    models = line("list-asset-models", page_size="1")["assetModelSummaries"]
    assert [entry["name"] for entry in models] == ["pump", "station"]
    said = line.refused("ConflictingOperationException", "delete-asset", "--asset-id", house)
    assert first in said
    line.refused("InvalidRequestException", "list-assets")

    line("disassociate-assets", **relation)
    for asset in (first, house):
        line("delete-asset", asset_id=asset)
        line("wait", "asset-not-exists", asset_id=asset)
    for model in (station, pump):
        line("delete-asset-model", asset_model_id=model)
        line("wait", "asset-model-not-exists", asset_model_id=model)
    line.refused("ResourceNotFoundException", "describe-asset-model", "--asset-model-id", pump)


@pytest.mark.max_seconds(170)
def test_anomaly_detection_is_set_up_as_in_the_user_guide(line):
    """User guide, "Enable anomaly detection on sensors of an asset": the payloads come from files without line breaks."""
    pump = line("create-asset-model", cli_input_json=line.file("pump.json", PUMP))["assetModelId"]
    asset = line("create-asset", asset_name="pump 1", asset_model_id=pump)["assetId"]
    properties = {entry["name"]: entry["id"] for entry in line("describe-asset", asset_id=asset)["assetProperties"]}
    bound = {name: {"assetModelProperty": {"assetModelId": pump, "propertyId": id}} for name, id in properties.items()}
    payload = {
        "computationModelName": "anomaly-detection-computation-model-name",
        "computationModelConfiguration": {
            "anomalyDetection": {"inputProperties": "${input_properties}", "resultProperty": "${result_property}"}
        },
        "computationModelDataBinding": {
            "input_properties": {"list": [bound["flow"]]},
            "result_property": bound["anomaly"],
        },
    }
    made = line("create-computation-model", cli_input_json=line.file("model.json", payload))["computationModelId"]
    actions = line("describe-computation-model", computation_model_id=made)["actionDefinitions"]
    training = {entry["actionType"]: entry["actionDefinitionId"] for entry in actions}["AWS/ANOMALY_DETECTION_TRAINING"]
    window = line.file("training.json", '{"exportDataStartTime":1717225200,"exportDataEndTime":1722789360}')
    asked = ["execute-action", "--target-resource", f"computationModelId={made}", "--action-definition-id", training]
    asked += ["--action-payload", f"stringValue@={window}"]
    line.refused("InvalidRequestException", *asked)
    action = line(*asked, resolve_to=f"assetId={asset}")["actionId"]
    described = line("describe-action", action_id=action)
    assert described["actionPayload"] == {"stringValue": '{"exportDataStartTime":1717225200,"exportDataEndTime":1722789360}'}
    target = {"target_resource_type": "COMPUTATION_MODEL", "target_resource_id": made}
    [execution] = line("list-executions", **target)["executionSummaries"]
    assert execution["executionStatus"] == {"state": "FAILED"}
    seen = line("describe-execution", execution_id=execution["executionId"])
    assert "no anomaly detection engine" in seen["executionDetails"]["errorMessage"]
    assert len(line("list-actions", **target)["actionSummaries"]) == 1


@pytest.mark.max_seconds(170)
def test_values_are_put_and_queried_as_in_the_user_guide(line):
    """User guide, "Ingest data with the API" and "Query historical asset property values": payloads from files."""
    pump = line("create-asset-model", cli_input_json=line.file("pump.json", PUMP))["assetModelId"]
    asset = line("create-asset", asset_name="pump 1", asset_model_id=pump)["assetId"]
    properties = {entry["name"]: entry["id"] for entry in line("describe-asset", asset_id=asset)["assetProperties"]}
    alias = "/company/windfarm/3/turbine/7/temperature"
    line("update-asset-property", asset_id=asset, property_id=properties["flow"], property_alias=alias)
    start = int(time.time()) // 60 * 60 - 60
    values = [
        {"value": {"doubleValue": i + 0.5}, "timestamp": {"timeInSeconds": start - 50 + i, "offsetInNanos": 0}, "quality": "GOOD"}
        for i in range(10)
    ]
    payload = {
        "enablePartialEntryProcessing": False,
        "entries": [
            {"entryId": "flow", "propertyAlias": alias, "propertyValues": values},
            {"entryId": "height", "assetId": asset, "propertyId": properties["height"], "propertyValues": [
                {"value": {"integerValue": 3}, "timestamp": {"timeInSeconds": start}, "quality": "GOOD"}
            ]},
        ],
    }  # fmt: skip
    put = line("batch-put-asset-property-value", cli_input_json=line.file("values.json", payload))
    [error] = put["errorEntries"]
    assert error["entryId"] == "height"
    assert "DOUBLE" in error["errors"][0]["errorMessage"]

    of_pump = {"asset_id": asset, "property_id": properties["flow"]}
    assert line("get-asset-property-value", **of_pump)["propertyValue"] == values[-1]
    height = line("get-asset-property-value", asset_id=asset, property_id=properties["height"])["propertyValue"]
    assert height["value"] == {"doubleValue": 1.5}
    history = line("get-asset-property-value-history", property_alias=alias, start_date=str(start - 60), end_date=str(start))
    assert history["assetPropertyValueHistory"] == values
    paged = line("get-asset-property-value-history", "--page-size", "3", property_alias=alias, time_ordering="DESCENDING")
    assert paged["assetPropertyValueHistory"] == values[::-1]
    window = {"start_date": str(start - 60), "end_date": str(start), "aggregate_types": "AVERAGE", "resolution": "1m"}
    [item] = line("get-asset-property-aggregates", **of_pump, **window)["aggregatedValues"]
    assert item["value"] == {"average": 5.0}
    grid = {"start_time_in_seconds": str(start - 50), "end_time_in_seconds": str(start - 40), "interval_in_seconds": "3"}
    between = line("get-interpolated-asset-property-values", **of_pump, **grid, quality="GOOD", type="LINEAR_INTERPOLATION")
    assert [entry["value"]["doubleValue"] for entry in between["interpolatedAssetPropertyValues"]] == [3.5, 6.5, 9.5]
    entries = line.file("entries.json", {"entries": [{"entryId": "flow", "propertyAlias": alias}]})
    [success] = line("batch-get-asset-property-value", cli_input_json=entries)["successEntries"]
    assert success["assetPropertyValue"] == values[-1]
    line.refused("ResourceNotFoundException", "get-asset-property-value", "--property-alias", "/company/none")
