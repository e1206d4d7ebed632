"""Datasets outside of workspaces: connections to sources of documents."""

import uuid

from tests.aws import UUID, answer, refused

SOURCE = {
    "sourceType": "KENDRA",
    "sourceFormat": "KNOWLEDGE_BASE",
    "sourceDetail": {
        "kendra": {
            "knowledgeBaseArn": "arn:aws:bedrock:us-west-2:111122223333:knowledge-base/KB1",
            "roleArn": "arn:aws:iam::111122223333:role/reader",
        }
    },
}
SERIES = {"sourceType": "SITEWISE", "sourceFormat": "TIMESERIES"}


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


def create(caller, name="manuals", **more):
    return answer(caller.sitewise.create_dataset(datasetName=name, datasetSource=SOURCE, **more), 202)


def test_a_dataset_is_created_updated_listed_and_deleted(caller):
    made = create(caller, datasetDescription="of all machines", metadata={"line": "7"}, tags={"a": "1"})
    dataset = made["datasetId"]
    assert UUID.match(dataset)
    arn = f"arn:aws:iotsitewise:{caller.region}:{caller.account}:dataset/{dataset}"
    assert made == {"datasetId": dataset, "datasetArn": arn, "datasetStatus": {"state": "CREATING"}}
    found = answer(caller.sitewise.describe_dataset(datasetId=dataset))
    status = found.pop("datasetStatus")
    assert (status["state"], status["error"]["code"]) == ("FAILED", "VALIDATION_ERROR")
    assert "retrieval backend" in status["error"]["message"]
    assert found.pop("datasetCreationDate") == found.pop("datasetLastUpdateDate")
    assert found == {
        "datasetId": dataset,
        "datasetArn": arn,
        "datasetName": "manuals",
        "datasetDescription": "of all machines",
        "datasetType": "EXTERNAL",
        "datasetSource": SOURCE,
        "datasetVersion": "1",
        "metadata": {"line": "7"},
    }
    changed = caller.sitewise.update_dataset(datasetId=dataset, datasetName="books", datasetSource=SOURCE)
    assert answer(changed, 202) == {"datasetId": dataset, "datasetArn": arn, "datasetStatus": {"state": "UPDATING"}}
    found = answer(caller.sitewise.describe_dataset(datasetId=dataset, datasetVersion="2"))
    assert (found["datasetName"], "datasetDescription" in found, "metadata" in found) == ("books", False, False)
    missing(caller.sitewise.describe_dataset, datasetId=dataset, datasetVersion="1")
    [item] = answer(caller.sitewise.list_datasets(sourceType="KENDRA"))["datasetSummaries"]
    assert (item["id"], item["name"], item["status"]["state"]) == (dataset, "books", "FAILED")
    deleted = answer(caller.sitewise.delete_dataset(datasetId=dataset), 202)
    assert deleted == {"datasetStatus": {"state": "DELETING"}}
    missing(caller.sitewise.describe_dataset, datasetId=dataset)
    missing(caller.sitewise.list_tags_for_resource, resourceArn=arn)
    assert answer(caller.sitewise.list_datasets(sourceType="KENDRA")) == {"datasetSummaries": []}


def test_an_id_of_ones_own_is_taken_once(caller):
    own = str(uuid.uuid4())
    arn = create(caller, datasetId=own)["datasetArn"]
    refused(
        "ResourceAlreadyExistsException",
        409,
        caller.sitewise.create_dataset,
        datasetId=own,
        datasetName="x",
        datasetSource=SOURCE,
        members={"resourceId": own, "resourceArn": arn},
    )
    create(caller)


def test_a_repetition_makes_one_dataset(caller):
    token = str(uuid.uuid4())
    first = create(caller, clientToken=token)
    assert create(caller, clientToken=token) == first
    invalid(caller.sitewise.create_dataset, datasetName="x", datasetSource=SOURCE, clientToken=token)


def test_datasets_of_workspaces_need_a_workspace(caller):
    operation = caller.sitewise.create_dataset
    session = {
        "session": {
            "sessionStartTimestamp": {"timeInSeconds": 1_700_000_000},
            "sessionEndTimestamp": {"timeInSeconds": 1_700_003_600},
        }
    }
    for kind, more in [("SESSION", {"datasetConfig": session}), ("CURATED", {})]:
        kept = {"datasetName": "d", "datasetType": kind, "datasetSource": SERIES, **more}
        invalid(operation, **kept, says="workspaceName is required")
        missing(operation, **kept, workspaceName="floor", says="floor")
    invalid(operation, datasetName="d", datasetSource=SERIES, says="KENDRA")
    invalid(operation, datasetName="d", datasetSource=SOURCE, workspaceName="floor", says="EXTERNAL")
    invalid(operation, datasetName="d", datasetSource=SOURCE, datasetConfig=session, says="session")
    invalid(operation, datasetName="a/b", datasetSource=SOURCE)
    invalid(caller.sitewise.list_datasets, sourceType="SITEWISE", says="workspaceName is required")
    missing(caller.sitewise.list_datasets, sourceType="SITEWISE", workspaceName="floor")
    dataset = create(caller)["datasetId"]
    missing(caller.sitewise.describe_dataset, datasetId=dataset, workspaceName="floor")


def test_datasets_are_listed_page_by_page(caller):
    for i in range(5):
        create(caller, f"d{i}")
    pages = caller.sitewise.get_paginator("list_datasets").paginate(
        sourceType="KENDRA", PaginationConfig={"PageSize": 2}
    )
    names = [[item["name"] for item in page["datasetSummaries"]] for page in pages]
    assert names == [["d0", "d1"], ["d2", "d3"], ["d4"]]
