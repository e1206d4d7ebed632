"""Storage, default encryption and logging of an account."""

import json
import re
import time

import pytest

from tests.aws import Caller, answer, refused
from tests.server import Server

DEFAULT = "SITEWISE_DEFAULT_STORAGE"
LAYERED = "MULTI_LAYER_STORAGE"
COLD = {
    "customerManagedS3Storage": {
        "s3ResourceArn": "arn:aws:s3:::plant-data/cold/",
        "roleArn": "arn:aws:iam::111122223333:role/sitewise",
    }
}


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def put(caller, storage_type=DEFAULT, **more):
    return answer(caller.sitewise.put_storage_configuration(storageType=storage_type, **more))


def describe(caller):
    return answer(caller.sitewise.describe_storage_configuration())


def test_scenario_33_rules_of_the_storage_configuration(caller):
    before = describe(caller)
    assert before == {
        "storageType": DEFAULT,
        "disassociatedDataStorage": "ENABLED",
        "retentionPeriod": {"unlimited": True},
        "warmTier": "DISABLED",
        "disallowIngestNullNaN": False,
        "configurationStatus": {"state": "ACTIVE"},
    }
    operation = caller.sitewise.put_storage_configuration
    invalid(operation, storageType=DEFAULT, disassociatedDataStorage="DISABLED", says="can't be DISABLED")
    invalid(operation, storageType=LAYERED, says="multiLayerStorage is required")
    invalid(operation, storageType=DEFAULT, retentionPeriod={"numberOfDays": 29}, says="30")
    invalid(operation, storageType=DEFAULT, retentionPeriod={"numberOfDays": 30, "unlimited": True})
    invalid(operation, storageType=DEFAULT, multiLayerStorage=COLD)
    assert describe(caller) == before


def test_what_is_put_is_described_as_active(caller):
    made = put(caller, retentionPeriod={"numberOfDays": 30}, disallowIngestNullNaN=True)
    assert made.pop("configurationStatus") == {"state": "UPDATE_IN_PROGRESS"}
    found = describe(caller)
    assert found.pop("configurationStatus") == {"state": "ACTIVE"}
    assert found.pop("lastUpdateDate")
    assert found == made
    assert (found["retentionPeriod"], found["disallowIngestNullNaN"]) == ({"numberOfDays": 30}, True)
    put(caller)
    assert describe(caller)["retentionPeriod"] == {"unlimited": True}


def test_a_cold_tier_fails_honestly_without_an_object_store(caller):
    made = put(caller, LAYERED, multiLayerStorage=COLD)
    assert made["multiLayerStorage"] == COLD
    found = describe(caller)
    assert (found["storageType"], found["multiLayerStorage"]) == (LAYERED, COLD)
    status = found["configurationStatus"]
    assert (status["state"], status["error"]["code"]) == ("UPDATE_FAILED", "VALIDATION_ERROR")
    assert "object store" in status["error"]["message"]


def test_there_is_no_key_service(caller):
    default = {"encryptionType": "SITEWISE_DEFAULT_ENCRYPTION", "configurationStatus": {"state": "ACTIVE"}}
    operation = caller.sitewise.put_default_encryption_configuration
    assert answer(operation(encryptionType="SITEWISE_DEFAULT_ENCRYPTION")) == default
    invalid(operation, encryptionType="KMS_BASED_ENCRYPTION", says="kmsKeyId")
    invalid(operation, encryptionType="KMS_BASED_ENCRYPTION", kmsKeyId="k", says="no key service is configured")
    assert answer(caller.sitewise.describe_default_encryption_configuration()) == default


def test_the_level_of_logging_is_kept(caller):
    assert answer(caller.sitewise.describe_logging_options()) == {"loggingOptions": {"level": "OFF"}}
    answer(caller.sitewise.put_logging_options(loggingOptions={"level": "ERROR"}))
    assert answer(caller.sitewise.describe_logging_options()) == {"loggingOptions": {"level": "ERROR"}}
    refused(
        "ResourceNotFoundException", 404, caller.sitewise.describe_logging_options, workspaceName="somewhere"
    )


@pytest.fixture
def configured():
    servers = []

    def start(text=None, *arguments):
        server = Server(arguments=arguments)
        servers.append(server)
        if text is not None:
            file = server.folder / "homeregion.toml"
            file.write_text(text)
            server.arguments += ["--config", str(file)]
        return server.start()

    yield start
    for server in servers:
        server.discard()


@pytest.mark.parametrize(
    ("text", "arguments"),
    [("[sitewise]\ndisassociated_data_storage = false\n", ()), (None, ("--no-disassociated-data",))],
)
def test_the_operator_may_let_accounts_begin_without_disassociated_data(configured, text, arguments):
    server = configured(text, *arguments)
    caller = Caller(server)
    assert describe(caller)["disassociatedDataStorage"] == "DISABLED"
    put(caller, disassociatedDataStorage="DISABLED")
    put(caller, disassociatedDataStorage="ENABLED")
    # What an account has put holds, whatever the server is started with.
    assert server.stop() == 0
    server.start()
    caller = Caller(server, caller.account)
    assert describe(caller)["disassociatedDataStorage"] == "ENABLED"
    assert describe(Caller(server))["disassociatedDataStorage"] == "DISABLED"


def test_a_put_in_progress_excludes_another(configured):
    server = configured(None, "--simulate-propagation-ms", "60000")
    caller = Caller(server)
    put(caller)
    assert describe(caller)["configurationStatus"] == {"state": "UPDATE_IN_PROGRESS"}
    arn = f"arn:aws:iotsitewise:{caller.region}:{caller.account}:configuration/account/storage"
    refused(
        "ConflictingOperationException",
        409,
        caller.sitewise.put_storage_configuration,
        storageType=DEFAULT,
        members={"resourceId": caller.account, "resourceArn": arn},
    )


ENTRY = re.compile(r" (INFO|ERROR) +iotsitewise (\{.*\})$", re.MULTILINE)


def entries(server, account):
    """What the log says of an account's resources: level of the line and entry."""
    found = [(level, json.loads(entry)) for level, entry in ENTRY.findall(server.read_log())]
    return [(level, entry) for level, entry in found if entry["accountId"] == account]


def until(holds, what):
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_the_log_says_as_much_of_resources_as_an_account_wants(own_server):
    info, errors, nothing = (Caller(own_server) for _ in range(3))
    info.sitewise.put_logging_options(loggingOptions={"level": "INFO"})
    errors.sitewise.put_logging_options(loggingOptions={"level": "ERROR"})
    source = {"sourceType": "KENDRA", "sourceFormat": "KNOWLEDGE_BASE"}
    detail = {"knowledgeBaseArn": "arn:aws:bedrock:us-west-2:111122223333:knowledge-base/K"}
    detail["roleArn"] = "arn:aws:iam::111122223333:role/r"
    made = {}

    def create():
        for caller in (nothing, info, errors):
            dataset = caller.sitewise.create_dataset(
                datasetName="d", datasetSource={**source, "sourceDetail": {"kendra": detail}}
            )
            made[caller.account] = dataset["datasetId"]

    # A wish is heard within a second or so.
    def is_heard():
        create()
        return entries(own_server, info.account) and entries(own_server, errors.account)

    until(is_heard, "nothing was logged")
    create()

    def logged(caller, level, event):
        wanted = (level, event, {"datasetId": made[caller.account]})
        return any(
            (line, entry["eventType"], entry["resources"]) == wanted and entry["logLevel"] == level
            for line, entry in entries(own_server, caller.account)
        )

    until(lambda: logged(info, "INFO", "DatasetCreationSuccess"), "no entry of a creation")
    until(lambda: logged(info, "ERROR", "DatasetProcessingFailure"), "no entry of a failure")
    until(lambda: logged(errors, "ERROR", "DatasetProcessingFailure"), "no entry of a failure")
    assert {level for level, _ in entries(own_server, errors.account)} == {"ERROR"}
    assert entries(own_server, nothing.account) == []
    of_last = [entry for _, entry in entries(own_server, info.account) if made[info.account] in str(entry)]
    [entry] = [entry for entry in of_last if entry["logLevel"] == "INFO"]
    assert entry.pop("eventTime")
    assert entry == {
        "logLevel": "INFO",
        "eventType": "DatasetCreationSuccess",
        "accountId": info.account,
        "region": info.region,
        "resources": {"datasetId": made[info.account]},
    }
