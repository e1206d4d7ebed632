"""The AWS command line: one round trip of every operation of Migration Hub and Migration Hub Config."""

import re

import pytest

from tests.clients.migrationhub.operations import OPERATIONS

STREAM = "Migration tool"
TASK = "Agent Install - Success / größe"
WHERE = ["--progress-update-stream", STREAM, "--migration-task-name", TASK]
ARN = "arn:aws:ec2:us-east-1:488216288981:image/ami-6d0ba87b"
SERVER = "d-server-0025db43a885966c8"
APPLICATION = "d-application-0039038d504694533"


class Line:
    """The command line as operations, and which of them are done."""

    def __init__(self, home):
        self.home = home
        self.done = set()

    def call(self, service, operation, *arguments):
        words = re.sub("(?<!^)([A-Z])", r"-\1", operation).lower()
        found = self.home.aws(service, words, *arguments)
        self.done.add(operation)
        return found

    def hub(self, operation, *arguments):
        return self.call("mgh", operation, *arguments)

    def config(self, operation, *arguments):
        return self.call("migrationhub-config", operation, *arguments)

    def refused(self, code, *arguments):
        said = self.home.aws_fails(*arguments)
        assert f"An error occurred ({code}) when calling" in said, said
        return said


@pytest.mark.max_seconds(170)
def test_every_operation_round_trips_with_the_command_line(home):
    line = Line(home)
    assert line.config("GetHomeRegion") is None
    said = line.refused("HomeRegionNotSetException", "mgh", "list-progress-update-streams")
    assert "home region is not set" in said
    create = ["--home-region", "us-west-2", "--target", "Type=ACCOUNT"]
    line.refused("DryRunOperation", "migrationhub-config", "create-home-region-control", *create, "--dry-run")
    control = line.config("CreateHomeRegionControl", *create)["HomeRegionControl"]
    described = line.config("DescribeHomeRegionControls", "--home-region", "us-west-2")
    assert described == {"HomeRegionControls": [control]}
    assert line.config("GetHomeRegion") == {"HomeRegion": "us-west-2"}
    line.refused("InvalidInputException", "mgh", "create-progress-update-stream", "--progress-update-stream-name", "a/b")
    line.hub("CreateProgressUpdateStream", "--progress-update-stream-name", STREAM)
    streams = {"ProgressUpdateStreamSummaryList": [{"ProgressUpdateStreamName": STREAM}]}
    assert line.hub("ListProgressUpdateStreams") == streams
    line.refused("ResourceNotFoundException", "mgh", "describe-migration-task", *WHERE)
    line.hub("ImportMigrationTask", *WHERE)
    tell_state(line)
    tie_and_cut(line)
    status = ["--application-id", APPLICATION, "--status", "COMPLETED", "--update-date-time", "2026-01-02T03:04:05Z"]
    line.hub("NotifyApplicationState", *status)
    state = {"ApplicationStatus": "COMPLETED", "LastUpdatedTime": 1767323045}
    assert line.hub("DescribeApplicationState", "--application-id", APPLICATION) == state
    listed = line.hub("ListApplicationStates", "--application-ids", APPLICATION)
    assert listed == {"ApplicationStateList": [{"ApplicationId": APPLICATION, **state}]}
    line.hub("DeleteProgressUpdateStream", "--progress-update-stream-name", STREAM)
    gone = ["--progress-update-stream-name", STREAM]
    line.refused("ResourceNotFoundException", "mgh", "delete-progress-update-stream", *gone)
    line.config("DeleteHomeRegionControl", "--control-id", control["ControlId"])
    assert line.done == OPERATIONS


def tell_state(line):
    update = ["--task", "Status=IN_PROGRESS,ProgressPercent=40", "--update-date-time", "2026-01-02T03:04:05Z"]
    line.hub("NotifyMigrationTaskState", *WHERE, *update, "--next-update-seconds", "9223372036854775807")
    attributes = [{"Type": "FQDN", "Value": "web-1.example.com"}, {"Type": "IPV4_ADDRESS", "Value": "10.1.2.3"}]
    texts = [f"Type={item['Type']},Value={item['Value']}" for item in attributes]
    line.hub("PutResourceAttributes", *WHERE, "--resource-attribute-list", *texts)
    state = {"Status": "IN_PROGRESS", "ProgressPercent": 40}
    where = {"ProgressUpdateStream": STREAM, "MigrationTaskName": TASK}
    found = line.hub("DescribeMigrationTask", *WHERE)["MigrationTask"]
    assert found == {**where, "Task": state, "UpdateDateTime": 1767323045, "ResourceAttributeList": attributes}
    listed = line.hub("ListMigrationTasks", "--page-size", "1")
    assert listed == {"MigrationTaskSummaryList": [{**where, **state, "UpdateDateTime": 1767323045}]}
    update = {"UpdateDateTime": 1767323045, "UpdateType": "MIGRATION_TASK_STATE_UPDATED", "MigrationTaskState": state}
    assert line.hub("ListMigrationTaskUpdates", *WHERE) == {"MigrationTaskUpdateList": [update]}


def tie_and_cut(line):
    line.hub("AssociateCreatedArtifact", *WHERE, "--created-artifact", f"Name={ARN},Description=image")
    assert line.hub("ListCreatedArtifacts", *WHERE) == {"CreatedArtifactList": [{"Name": ARN, "Description": "image"}]}
    cut = [*WHERE, "--created-artifact-name", ARN]
    line.refused("DryRunOperation", "mgh", "disassociate-created-artifact", *cut, "--dry-run")
    line.hub("DisassociateCreatedArtifact", *cut)
    line.refused("ResourceNotFoundException", "mgh", "disassociate-created-artifact", *cut)
    line.hub("AssociateDiscoveredResource", *WHERE, "--discovered-resource", f"ConfigurationId={SERVER},Description=chosen")
    listed = line.hub("ListDiscoveredResources", *WHERE)["DiscoveredResourceList"]
    assert {"ConfigurationId": SERVER, "Description": "chosen"} in listed
    line.hub("DisassociateDiscoveredResource", *WHERE, "--configuration-id", SERVER)
    line.hub("AssociateSourceResource", *WHERE, "--source-resource", "Name=wave 1,StatusDetail=1 of 2")
    assert line.hub("ListSourceResources", *WHERE) == {"SourceResourceList": [{"Name": "wave 1", "StatusDetail": "1 of 2"}]}
    line.hub("DisassociateSourceResource", *WHERE, "--source-resource-name", "wave 1")
