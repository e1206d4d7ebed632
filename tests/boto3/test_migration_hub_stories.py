"""The calls that AWS's own migration tools make, in their order: MGN, DMS, SMS, Cloud Migration Factory, examples."""

import sys
import time
from datetime import datetime, timezone

import pytest

from tests.aws import Caller, answer, refused
from tests.hub_contents import paged, seconds, task

MATCHED_MAX_S = 10


@pytest.fixture
def discovery(hub):
    return hub.client("discovery")


def home_of(caller, region):
    """What tools ask first; they go on in the region that they are told."""
    return caller.elsewhere(answer(caller.elsewhere(region).config.get_home_region())["HomeRegion"])


def matched(mgh, where):
    deadline = time.monotonic() + MATCHED_MAX_S
    while time.monotonic() < deadline:
        found = answer(mgh.list_discovered_resources(**where))["DiscoveredResourceList"]
        if found:
            return [item["ConfigurationId"] for item in found]
        time.sleep(0.02)
    raise AssertionError("matching did not happen")


def artifact(number):
    return f"arn:aws:ec2:us-west-2:488216288981:instance/i-{number:017}"


def test_application_migration_service_fires_and_forgets(hub):
    """MGN never reads; each report repeats everything, and a test instance is replaced by the one that cuts over."""
    mgn = home_of(hub, "eu-west-1").mgh
    where = task("MGN", "s-0123456789abcdef0")
    attributes = [
        {"Type": "FQDN", "Value": "db.example.com"},
        {"Type": "IPV4_ADDRESS", "Value": "10.0.0.5"},
        {"Type": "MAC_ADDRESS", "Value": "02:00:00:00:00:01"},
        {"Type": "BIOS_ID", "Value": "4c4c4544-0044-4410-8031-b4c04f4d5331"},
    ]
    reports = [("NOT_STARTED", 0), ("IN_PROGRESS", 30), ("IN_PROGRESS", 90), ("IN_PROGRESS", 100), ("COMPLETED", 100)]
    for number, (status, percent) in enumerate(reports):
        for _attempt in range(2):
            mgn.create_progress_update_stream(ProgressUpdateStreamName="MGN")
            mgn.import_migration_task(**where)
            mgn.put_resource_attributes(**where, ResourceAttributeList=attributes)
            mgn.notify_migration_task_state(
                **where,
                Task={"Status": status, "ProgressPercent": percent},
                UpdateDateTime=seconds(number * 60),
                NextUpdateSeconds=3600,
            )
        if number == 2:
            mgn.associate_created_artifact(**where, CreatedArtifact={"Name": artifact(1), "Description": "test instance"})
        if number == 3:
            mgn.associate_created_artifact(**where, CreatedArtifact={"Name": artifact(2)})
            assert len(paged(mgn, "list_created_artifacts", **where)) == 2, "for a moment there are both"
            mgn.disassociate_created_artifact(**where, CreatedArtifactName=artifact(1))
    assert answer(mgn.list_created_artifacts(**where)) == {"CreatedArtifactList": [{"Name": artifact(2)}]}
    found = answer(mgn.describe_migration_task(**where))["MigrationTask"]
    assert (found["Task"], found["UpdateDateTime"]) == ({"Status": "COMPLETED", "ProgressPercent": 100}, seconds(240))
    updates = paged(mgn, "list_migration_task_updates", **where)
    states = [(item["MigrationTaskState"]["Status"], item["MigrationTaskState"]["ProgressPercent"]) for item in updates]
    assert states == reports[::-1], "each attempt that was repeated is kept once"
    assert len(matched(mgn, where)) == 1, "putting the same attributes again finds the same server"


@pytest.mark.parametrize("tool", ["DMS", "SMS"])
def test_database_and_server_migration_services_read_what_they_wrote(hub, discovery, tool):
    """DMS and SMS know their server, look before they write, and report the application as well."""
    mgh = home_of(hub, "us-east-1").mgh
    application = discovery.create_application(name="shop")["configurationId"]
    where = task(tool, f"{tool.lower()}-12de3cf1a")
    mgh.create_progress_update_stream(ProgressUpdateStreamName=tool)
    refused("ResourceNotFoundException", 400, mgh.describe_migration_task, **where)
    mgh.import_migration_task(**where)
    server = "d-server-0025db43a885966c8"
    assert answer(mgh.list_discovered_resources(**where)) == {"DiscoveredResourceList": []}
    resource = {"ConfigurationId": server, "Description": "chosen in the tool"}
    mgh.associate_discovered_resource(**where, DiscoveredResource=resource)
    discovery.associate_configuration_items_to_application(
        applicationConfigurationId=application, configurationIds=[server]
    )
    assert answer(mgh.list_discovered_resources(**where)) == {"DiscoveredResourceList": [resource]}
    assert answer(mgh.describe_application_state(ApplicationId=application))["ApplicationStatus"] == "NOT_STARTED"
    task_state = {"Status": "IN_PROGRESS", "StatusDetail": "full load", "ProgressPercent": 50}
    report = {**where, "Task": task_state, "UpdateDateTime": seconds(0), "NextUpdateSeconds": 300}
    mgh.notify_migration_task_state(**report)
    started = answer(mgh.describe_application_state(ApplicationId=application))
    assert started == {"ApplicationStatus": "IN_PROGRESS", "LastUpdatedTime": seconds(0)}
    found = answer(mgh.list_migration_tasks(ResourceName=server))["MigrationTaskSummaryList"]
    assert found == [{**where, **task_state, "UpdateDateTime": seconds(0)}]
    mgh.associate_created_artifact(**where, CreatedArtifact={"Name": artifact(7), "Description": "target"})
    assert len(answer(mgh.list_created_artifacts(**where))["CreatedArtifactList"]) == 1
    mgh.disassociate_created_artifact(**where, CreatedArtifactName=artifact(7))
    mgh.disassociate_discovered_resource(**where, ConfigurationId=server)
    assert answer(mgh.list_migration_tasks(ResourceName=server)) == {"MigrationTaskSummaryList": []}
    mgh.notify_application_state(ApplicationId=application, Status="COMPLETED")
    assert answer(mgh.describe_application_state(ApplicationId=application))["ApplicationStatus"] == "COMPLETED"
    listed = answer(mgh.list_application_states())["ApplicationStateList"]
    assert [(item["ApplicationId"], item["ApplicationStatus"]) for item in listed] == [(application, "COMPLETED")]


def test_the_recipe_for_partner_tools(hub, discovery):
    """What AWS's guide tells vendors: attributes rather than ids, then confirm, report and finish."""
    mgh = home_of(hub, "ap-northeast-1").mgh
    where = task("Vendor", "vm-17")
    mgh.create_progress_update_stream(ProgressUpdateStreamName="Vendor")
    mgh.import_migration_task(**where)
    attributes = [
        {"Type": "VM_MANAGER_ID", "Value": "vcenter-1"},
        {"Type": "VM_MANAGED_OBJECT_REFERENCE", "Value": "vm-17"},
        {"Type": "VM_NAME", "Value": "web"},
    ]
    mgh.put_resource_attributes(**where, ResourceAttributeList=attributes)
    [server] = matched(mgh, where)
    described = discovery.describe_configurations(configurationIds=[server])["configurations"]
    assert described[0]["server.configurationId"] == server
    # Another tool that means the same machine finds the same server.
    other = task("Vendor", "the same machine")
    mgh.import_migration_task(**other)
    mgh.put_resource_attributes(**other, ResourceAttributeList=attributes[:2])
    assert matched(mgh, other) == [server]
    for number, state in enumerate(
        [
            {"Status": "NOT_STARTED"},
            {"Status": "IN_PROGRESS", "ProgressPercent": 10},
            {"Status": "FAILED", "StatusDetail": "no space left"},
            {"Status": "IN_PROGRESS", "ProgressPercent": 5, "StatusDetail": "again"},
            {"Status": "COMPLETED", "ProgressPercent": 100},
        ]
    ):
        mgh.notify_migration_task_state(**where, Task=state, UpdateDateTime=seconds(number), NextUpdateSeconds=60)
        assert answer(mgh.describe_migration_task(**where))["MigrationTask"]["Task"] == state
    image = {"Name": "arn:aws:ec2:us-west-2:488216288981:image/ami-6d0ba87b"}
    mgh.associate_created_artifact(**where, CreatedArtifact=image)
    assert answer(mgh.list_created_artifacts(**where)) == {"CreatedArtifactList": [image]}


def factory_report(caller, server, text):
    """One status change of one server, as Cloud Migration Factory 4.5.1 reports it."""
    region = answer(caller.elsewhere("us-west-2").config.get_home_region()).get("HomeRegion")
    if region is None:
        return
    at_home = caller.elsewhere(region)
    discovery = at_home.client("discovery")
    try:
        discovery.describe_configurations(configurationIds=[server])
    except discovery.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "InvalidParameterValueException"
        return
    where = task("CloudMigrationFactory", text)
    at_home.mgh.create_progress_update_stream(ProgressUpdateStreamName="CloudMigrationFactory")
    at_home.mgh.import_migration_task(**where)
    at_home.mgh.associate_discovered_resource(**where, DiscoveredResource={"ConfigurationId": server})
    at_home.mgh.notify_migration_task_state(
        **where,
        Task={"Status": "FAILED" if "failed" in text.lower() else "COMPLETED"},
        UpdateDateTime=int(time.time()),
        NextUpdateSeconds=sys.maxsize,
    )


def test_cloud_migration_factory_reports_servers(hub, discovery):
    mgh = hub.mgh
    # It knows the servers that discovery knows, and is silent about others.
    factory_report(hub, "d-server-00000000000000000", "Agent Install - Success")
    assert answer(mgh.list_migration_tasks()) == {"MigrationTaskSummaryList": []}
    known = task("elsewhere", "first")
    mgh.create_progress_update_stream(ProgressUpdateStreamName="elsewhere")
    mgh.import_migration_task(**known)
    servers = [f"d-server-{number:017}" for number in range(1, 4)]
    for server in servers:
        mgh.associate_discovered_resource(**known, DiscoveredResource={"ConfigurationId": server})
    before = datetime.now(timezone.utc)
    for _ in range(3):
        for server in servers:
            factory_report(hub, server, "Agent Install - Success")
    factory_report(hub, servers[0], "Agent Install - Failed")
    streams = answer(mgh.list_progress_update_streams())["ProgressUpdateStreamSummaryList"]
    assert [item["ProgressUpdateStreamName"] for item in streams] == ["CloudMigrationFactory", "elsewhere"]
    tasks = {item["MigrationTaskName"]: item for item in paged(mgh, "list_migration_tasks")}
    assert set(tasks) == {"first", "Agent Install - Success", "Agent Install - Failed"}
    assert tasks["Agent Install - Success"]["Status"] == "COMPLETED"
    assert tasks["Agent Install - Failed"]["Status"] == "FAILED"
    assert abs((tasks["Agent Install - Failed"]["UpdateDateTime"] - before).total_seconds()) < 60
    # One task is shared by all servers that are in the same state.
    tied = paged(mgh, "list_discovered_resources", **task("CloudMigrationFactory", "Agent Install - Success"))
    assert [item["ConfigurationId"] for item in tied] == servers
    of_one = paged(mgh, "list_migration_tasks", ResourceName=servers[0])
    assert {item["MigrationTaskName"] for item in of_one} == set(tasks)


def test_cloud_migration_factory_reports_waves(hub, discovery):
    ids = {name: discovery.create_application(name=name)["configurationId"] for name in ("shop", "shop-2")}
    for status in ("NOT_STARTED", "IN_PROGRESS", "COMPLETED", "IN_PROGRESS"):
        wanted = [{"name": "application.name", "values": ["shop"], "condition": "EQUALS"}]
        found = discovery.list_configurations(configurationType="APPLICATION", filters=wanted)["configurations"]
        assert [item["application.configurationId"] for item in found] == [ids["shop"]]
        before = datetime.now(timezone.utc)
        hub.mgh.notify_application_state(ApplicationId=ids["shop"], Status=status)
        state = answer(hub.mgh.describe_application_state(ApplicationId=ids["shop"]))
        assert state["ApplicationStatus"] == status
        assert abs((state["LastUpdatedTime"] - before).total_seconds()) < 60, "the server's own time"
    assert answer(hub.mgh.describe_application_state(ApplicationId=ids["shop-2"]))["ApplicationStatus"] == "NOT_STARTED"


def factory_set_up(caller, wanted):
    """The set-up task of Cloud Migration Factory: the home region is made the wanted one."""
    current = answer(caller.elsewhere(wanted).config.get_home_region()).get("HomeRegion")
    if current == wanted:
        return
    if current:
        old = caller.elsewhere(current).config
        control = answer(old.describe_home_region_controls())["HomeRegionControls"][0]
        old.delete_home_region_control(ControlId=control["ControlId"])
        assert "HomeRegion" not in answer(caller.elsewhere(wanted).config.get_home_region()), "it is gone at once"
    target = {"Type": "ACCOUNT", "Id": caller.account}
    caller.elsewhere(wanted).config.create_home_region_control(HomeRegion=wanted, Target=target)


def test_cloud_migration_factory_moves_the_home_region(caller):
    for wanted in ("us-west-2", "us-west-2", "eu-central-1", "us-west-2"):
        factory_set_up(caller, wanted)
        for region in ("us-west-2", "eu-central-1", "ap-southeast-2"):
            assert answer(caller.elsewhere(region).config.get_home_region()) == {"HomeRegion": wanted}
        at_home = caller.elsewhere(wanted)
        at_home.mgh.create_progress_update_stream(ProgressUpdateStreamName=wanted)
    # What was collected in a region is there again when the home comes back.
    streams = answer(caller.elsewhere("us-west-2").mgh.list_progress_update_streams())
    assert streams == {"ProgressUpdateStreamSummaryList": [{"ProgressUpdateStreamName": "us-west-2"}]}


def test_the_factory_does_nothing_without_a_home_region(server):
    caller = Caller(server)
    factory_report(caller, "d-server-0025db43a885966c8", "Agent Install - Success")
    refused("HomeRegionNotSetException", 400, caller.mgh.list_progress_update_streams)


def test_the_code_examples_of_aws(hub):
    """AWS's Java examples, one after the other, all in us-west-2."""
    mgh = hub.elsewhere("us-west-2").mgh
    where = task("ProgressSteam", "aTask")
    mgh.create_progress_update_stream(ProgressUpdateStreamName="ProgressSteam")
    mgh.import_migration_task(**where)
    assert answer(mgh.describe_migration_task(**where))["MigrationTask"]["Task"] == {"Status": "NOT_STARTED"}
    assert answer(mgh.list_application_states(MaxResults=10)) == {"ApplicationStateList": []}
    assert len(answer(mgh.list_migration_tasks(MaxResults=10))["MigrationTaskSummaryList"]) == 1
    assert answer(mgh.list_created_artifacts(**where, MaxResults=10)) == {"CreatedArtifactList": []}
    refused("ResourceNotFoundException", 400, mgh.describe_application_state, ApplicationId="d-application-x")
    assert answer(mgh.delete_progress_update_stream(ProgressUpdateStreamName="ProgressSteam")) == {}
    assert answer(mgh.list_migration_tasks()) == {"MigrationTaskSummaryList": []}
