"""What the behaviour of Migration Hub is checked for, beyond the tests of its single objects."""

import re
import threading
import time

import pytest

from tests.aws import Caller, answer, outcome, refused, together
from tests.hub_contents import contents, fill, notify, paged, seconds, task

WHERE = task("SMS", "sms-12de3cf1a")
SERVER = "d-server-0025db43a885966c8"
APPLICATION = "d-application-0039038d504694533"
ARN = "arn:aws:ec2:us-east-1:488216288981:image/ami-6d0ba87b"
STATE = {"Task": {"Status": "COMPLETED"}, "UpdateDateTime": seconds(0), "NextUpdateSeconds": 60}
FQDN = [{"Type": "FQDN", "Value": "web.example.com"}]
TOKEN = re.compile(r"^[a-zA-Z0-9/+=]+$")
MATCHED_MAX_S = 10

WRITES = {
    "create_progress_update_stream": {"ProgressUpdateStreamName": "SMS"},
    "import_migration_task": WHERE,
    "notify_migration_task_state": {**WHERE, **STATE},
    "put_resource_attributes": {**WHERE, "ResourceAttributeList": FQDN},
    "associate_created_artifact": {**WHERE, "CreatedArtifact": {"Name": ARN}},
    "associate_discovered_resource": {**WHERE, "DiscoveredResource": {"ConfigurationId": SERVER}},
    "associate_source_resource": {**WHERE, "SourceResource": {"Name": "wave-1"}},
    "notify_application_state": {"ApplicationId": APPLICATION, "Status": "IN_PROGRESS"},
    "disassociate_created_artifact": {**WHERE, "CreatedArtifactName": ARN},
    "disassociate_discovered_resource": {**WHERE, "ConfigurationId": SERVER},
    "disassociate_source_resource": {**WHERE, "SourceResourceName": "wave-1"},
}
READS = {
    "list_progress_update_streams": {},
    "describe_migration_task": WHERE,
    "list_migration_tasks": {},
    "list_migration_task_updates": WHERE,
    "list_created_artifacts": WHERE,
    "list_discovered_resources": WHERE,
    "list_source_resources": WHERE,
    "describe_application_state": {"ApplicationId": APPLICATION},
    "list_application_states": {},
}
DELETE = {"delete_progress_update_stream": {"ProgressUpdateStreamName": "SMS"}}
ALL = {**WRITES, **READS, **DELETE}
assert len(ALL) == 21
LISTS = [name for name in READS if name.startswith("list_")]


@pytest.fixture
def sms(hub):
    """An account with one stream and one imported task."""
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    hub.mgh.import_migration_task(**WHERE)
    return hub


def call(caller, operation):
    return getattr(caller.mgh, operation)


def invalid(operation, **parameters):
    return refused("InvalidInputException", 400, operation, **parameters)


def missing(operation, **parameters):
    return refused("ResourceNotFoundException", 400, operation, **parameters)


def soon(found):
    """Waits for what follows a call: matching and the start of applications take up to a second."""
    deadline = time.monotonic() + MATCHED_MAX_S
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def servers_of(caller, where=None):
    found = paged(caller.mgh, "list_discovered_resources", **(where or WHERE))
    return [item["ConfigurationId"] for item in found]


def settled(caller):
    """Waits until everything put so far is matched: tasks are matched in the order they came."""
    where = task("SMS", "probe")
    caller.mgh.import_migration_task(**where)
    caller.mgh.put_resource_attributes(**where, ResourceAttributeList=[{"Type": "BIOS_ID", "Value": f"{time.monotonic()}"}])
    soon(lambda: servers_of(caller, where))


# 1
def test_every_operation_needs_a_home_region(caller):
    modelled = caller.mgh.meta.service_model
    for operation, parameters in ALL.items():
        name = caller.mgh.meta.method_to_api_mapping[operation]
        declared = {shape.name for shape in modelled.operation_model(name).error_shapes}
        refusal = refused(
            "HomeRegionNotSetException",
            400,
            call(caller, operation),
            typed="HomeRegionNotSetException" in declared,
            **parameters,
        )
        assert "home region is not set" in refusal.message, operation


# 4
def test_writes_for_another_region_are_refused_and_reads_and_deletion_are_not(sms):
    elsewhere = sms.elsewhere("eu-west-1")
    for operation, parameters in WRITES.items():
        refusal = invalid(call(elsewhere, operation), **parameters)
        assert sms.region in refusal.message, operation
        invalid(call(elsewhere, operation), **parameters, DryRun=True)
    assert answer(elsewhere.mgh.list_progress_update_streams()) == {"ProgressUpdateStreamSummaryList": []}
    assert answer(elsewhere.mgh.list_migration_tasks()) == {"MigrationTaskSummaryList": []}
    for operation in ("describe_migration_task", "list_source_resources", "list_migration_task_updates"):
        missing(call(elsewhere, operation), **READS[operation])
    missing(elsewhere.mgh.delete_progress_update_stream, ProgressUpdateStreamName="SMS")
    assert answer(sms.mgh.list_progress_update_streams())["ProgressUpdateStreamSummaryList"]


# 5
def test_a_stream_is_listed_once_however_often_it_is_created(hub):
    names = ["b", "a", "🚚 mit Größe", "x" * 50]
    for name in names * 2:
        hub.mgh.create_progress_update_stream(ProgressUpdateStreamName=name)
    refused("DryRunOperation", 400, hub.mgh.create_progress_update_stream, ProgressUpdateStreamName="c", DryRun=True)
    found = paged(hub.mgh, "list_progress_update_streams", PaginationConfig={"PageSize": 1})
    assert [item["ProgressUpdateStreamName"] for item in found] == sorted(names)


# 8
def test_the_history_is_whole_and_in_order_while_a_writer_adds(sms):
    for at, percent in ((10, 1), (20, 2), (20, 3), (5, 4)):
        notify(sms.mgh, WHERE, "IN_PROGRESS", seconds(at), ProgressPercent=percent)
    assert answer(sms.mgh.describe_migration_task(**WHERE))["MigrationTask"]["Task"]["ProgressPercent"] == 3
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            # Some arrive before what is listed, some behind it.
            notify(sms.mgh, WHERE, "IN_PROGRESS", seconds(100 - number), ProgressPercent=50, StatusDetail=f"more {number}")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        pages = sms.mgh.get_paginator("list_migration_task_updates").paginate(**WHERE, PaginationConfig={"PageSize": 1})
        found = []
        for page in pages:
            [update] = page["MigrationTaskUpdateList"]
            found.append(update)
    finally:
        stop.set()
        writer.join()
    told = [(item["UpdateDateTime"], str(item["MigrationTaskState"])) for item in found]
    assert len(set(told)) == len(told), "each once"
    assert all(item["UpdateType"] == "MIGRATION_TASK_STATE_UPDATED" for item in found)
    times = [item["UpdateDateTime"] for item in found]
    assert times == sorted(times, reverse=True)
    first = [item for item in found if "StatusDetail" not in item["MigrationTaskState"]]
    assert [item["MigrationTaskState"]["ProgressPercent"] for item in first] == [3, 2, 1, 4], "all that stayed"


# 10
def test_attributes_are_replaced_as_a_whole_and_there_are_up_to_a_hundred(sms):
    put = sms.mgh.put_resource_attributes
    described = lambda: answer(sms.mgh.describe_migration_task(**WHERE))["MigrationTask"].get("ResourceAttributeList")  # noqa: E731
    assert described() is None
    hundred = [{"Type": "IPV4_ADDRESS", "Value": f"10.0.0.{number}"} for number in range(100)]
    put(**WHERE, ResourceAttributeList=hundred)
    assert sorted(item["Value"] for item in described()) == sorted(item["Value"] for item in hundred)
    put(**WHERE, ResourceAttributeList=FQDN)
    assert described() == FQDN
    for bad in ([], hundred + FQDN):
        invalid(sms.lax_mgh.put_resource_attributes, **WHERE, ResourceAttributeList=bad)
    for kind, value in (("IPV4_ADDRESS", "10.0.0.256"), ("MAC_ADDRESS", "00:1a:2b"), ("FQDN", "a/b"), ("COLOUR", "red"), ("FQDN", "")):
        invalid(sms.lax_mgh.put_resource_attributes, **WHERE, ResourceAttributeList=[{"Type": kind, "Value": value}])
    refused("DryRunOperation", 400, put, **WHERE, ResourceAttributeList=hundred, DryRun=True)
    assert described() == FQDN


def test_a_virtual_machine_without_its_manager_is_kept_and_not_matched(sms):
    attributes = [{"Type": "VM_NAME", "Value": "web"}, {"Type": "VM_PATH", "Value": "/dc/web"}]
    sms.mgh.put_resource_attributes(**WHERE, ResourceAttributeList=attributes)
    settled(sms)
    assert answer(sms.mgh.describe_migration_task(**WHERE))["MigrationTask"]["ResourceAttributeList"] == attributes
    assert servers_of(sms) == []


# 11
def test_a_mac_address_leads_to_the_server_that_has_it(sms):
    mac = {"Type": "MAC_ADDRESS", "Value": "02:1A:2b:3c:4d:5e"}
    sms.mgh.put_resource_attributes(**WHERE, ResourceAttributeList=[*FQDN, mac])
    [server] = soon(lambda: servers_of(sms))
    listed = sms.client("discovery").list_configurations(configurationType="SERVER")["configurations"]
    assert [item["server.configurationId"] for item in listed] == [server], "a new server appears"
    other = task("SMS", "the same machine")
    sms.mgh.import_migration_task(**other)
    sms.mgh.put_resource_attributes(**other, ResourceAttributeList=[{**mac, "Value": "02-1a-2B-3C-4D-5E"}])
    assert soon(lambda: servers_of(sms, other)) == [server]


# 12
def test_each_kind_of_association_has_pages_of_ten(sms):
    kinds = {
        "created_artifact": ("CreatedArtifact", [{"Name": f"{ARN}{number:02}"} for number in range(25)]),
        "source_resource": ("SourceResource", [{"Name": f"wave\n{number:02} | a:b/ü"} for number in range(25)]),
        "discovered_resource": ("DiscoveredResource", [{"ConfigurationId": f"d-server-{n:017}"} for n in range(25)]),
    }
    for kind, (member, items) in kinds.items():
        for item in items:
            call(sms, f"associate_{kind}")(**WHERE, **{member: item})
        pages = list(sms.mgh.get_paginator(f"list_{kind}s").paginate(**WHERE))
        lists = [page[f"{member}List"] for page in pages]
        assert [len(page) for page in lists] == [10, 10, 5]
        assert [item for page in lists for item in page] == items
        assert all(TOKEN.match(page["NextToken"]) for page in pages[:-1]) and "NextToken" not in pages[-1]
        invalid(getattr(sms.lax_mgh, f"list_{kind}s"), **WHERE, MaxResults=11)
        invalid(getattr(sms.lax_mgh, f"list_{kind}s"), **WHERE, MaxResults=0)


# 13
@pytest.mark.parametrize(
    ("kind", "member", "key", "cut", "names"),
    [
        ("created_artifact", "CreatedArtifact", "Name", "CreatedArtifactName", [f"{ARN}a", f"{ARN}b"]),
        ("discovered_resource", "DiscoveredResource", "ConfigurationId", "ConfigurationId", [SERVER, "d-server-0025db43a885966c9"]),
        ("source_resource", "SourceResource", "Name", "SourceResourceName", ["wave-a", "wave-b"]),
    ],
)
def test_an_association_is_cut_alone_and_once(sms, kind, member, key, cut, names):
    disassociate = call(sms, f"disassociate_{kind}")
    for name in names:
        call(sms, f"associate_{kind}")(**WHERE, **{member: {key: name, "Description": "first"}})

    def listed():
        return [item[key] for item in paged(sms.mgh, f"list_{kind}s", **WHERE)]

    other = task("SMS", "another")
    missing(disassociate, **other, **{cut: names[0]})
    sms.mgh.import_migration_task(**other)
    missing(disassociate, **other, **{cut: names[0]})
    missing(disassociate, **task("DMS", WHERE["MigrationTaskName"]), **{cut: names[0]})
    # Only the resource part of an ARN may be written in capitals.
    capital = names[0][:-1] + names[0][-1].upper() if kind == "created_artifact" else names[0].upper()
    missing(disassociate, **WHERE, **{cut: capital})
    refused("DryRunOperation", 400, disassociate, **WHERE, **{cut: names[0]}, DryRun=True)
    assert listed() == names
    assert answer(disassociate(**WHERE, **{cut: names[0]})) == {}
    assert listed() == names[1:]
    missing(disassociate, **WHERE, **{cut: names[0]})
    missing(disassociate, **WHERE, **{cut: names[0]}, DryRun=True)
    call(sms, f"associate_{kind}")(**WHERE, **{member: {key: names[0]}})
    again = paged(sms.mgh, f"list_{kind}s", **WHERE)
    assert again[0] == {key: names[0]}, "it comes back with its new description only"
    assert sorted(together(4, lambda _: outcome(disassociate, **WHERE, **{cut: names[1]}))) == [
        "ResourceNotFoundException",
        "ResourceNotFoundException",
        "ResourceNotFoundException",
        "ok",
    ]


# 14
def test_a_tie_to_a_server_that_was_deleted_can_be_cut(sms):
    discovery = sms.client("discovery")
    sms.mgh.associate_discovered_resource(**WHERE, DiscoveredResource={"ConfigurationId": SERVER})
    started = discovery.start_batch_delete_configuration_task(configurationType="SERVER", configurationIds=[SERVER])
    told = lambda: discovery.describe_batch_delete_configuration_task(taskId=started["taskId"])["task"]["status"]  # noqa: E731
    soon(lambda: told() == "COMPLETED")
    assert discovery.list_configurations(configurationType="SERVER")["configurations"] == []
    assert servers_of(sms) == [SERVER], "the tie stays"
    assert answer(sms.mgh.disassociate_discovered_resource(**WHERE, ConfigurationId=SERVER)) == {}
    assert servers_of(sms) == []
    missing(sms.mgh.list_migration_tasks, ResourceName=SERVER)


# 15
def test_matching_does_not_bring_back_what_was_cut_by_hand(sms):
    mgh = sms.mgh
    mgh.put_resource_attributes(**WHERE, ResourceAttributeList=FQDN)
    [server] = soon(lambda: servers_of(sms))
    mgh.disassociate_discovered_resource(**WHERE, ConfigurationId=server)
    for _ in range(3):
        mgh.put_resource_attributes(**WHERE, ResourceAttributeList=FQDN)
    settled(sms)
    assert servers_of(sms) == [], "the same attributes again change nothing"
    more = [*FQDN, {"Type": "BIOS_ID", "Value": "4c4c4544"}]
    mgh.put_resource_attributes(**WHERE, ResourceAttributeList=more)
    assert soon(lambda: servers_of(sms)) == [server], "other attributes are a new attempt"


# 16
def furnish(caller, stream, tasks):
    caller.mgh.create_progress_update_stream(ProgressUpdateStreamName=stream)
    for number in range(tasks):
        where = task(stream, f"task {number}")
        caller.mgh.import_migration_task(**where)
        notify(caller.mgh, where, "IN_PROGRESS", seconds(number))
        caller.mgh.associate_created_artifact(**where, CreatedArtifact={"Name": ARN})
        caller.mgh.associate_source_resource(**where, SourceResource={"Name": "wave"})


def test_a_stream_is_deleted_with_everything_and_comes_back_empty(hub):
    mgh = hub.mgh
    furnish(hub, "DMS", 1)
    for round_number in range(50):
        furnish(hub, "SMS", 1)
        refused("DryRunOperation", 400, mgh.delete_progress_update_stream, ProgressUpdateStreamName="SMS", DryRun=True)
        assert answer(mgh.delete_progress_update_stream(ProgressUpdateStreamName="SMS")) == {}
        where = task("SMS", "task 0")
        for operation in ("describe_migration_task", "list_created_artifacts", "list_migration_task_updates"):
            missing(call(hub, operation), **where)
        mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
        missing(mgh.describe_migration_task, **where)
        mgh.import_migration_task(**where)
        for kind, member in (("created_artifacts", "CreatedArtifactList"), ("source_resources", "SourceResourceList")):
            assert answer(getattr(mgh, f"list_{kind}")(**where)) == {member: []}, round_number
        mgh.delete_progress_update_stream(ProgressUpdateStreamName="SMS")
    missing(mgh.delete_progress_update_stream, ProgressUpdateStreamName="SMS")
    listed = paged(mgh, "list_migration_tasks")
    assert [(item["ProgressUpdateStream"], item["MigrationTaskName"]) for item in listed] == [("DMS", "task 0")]


@pytest.mark.max_seconds(170)
def test_a_large_stream_does_not_resurface_after_kill_9(own_server):
    caller = Caller(own_server)
    caller.config.create_home_region_control(HomeRegion=caller.region, Target={"Type": "ACCOUNT"})
    caller.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    caller.mgh.import_migration_task(**WHERE)
    # More rows than one transaction removes: each task has eight besides itself.
    count, each = 1300, 8

    def furnish_some(part):
        for number in range(part, count, 8):
            where = task("SMS", f"task {number}")
            caller.mgh.import_migration_task(**where)
            for update in range(each):
                notify(caller.mgh, where, "IN_PROGRESS", seconds(update))

    assert together(8, furnish_some) == [None] * 8
    assert answer(caller.mgh.delete_progress_update_stream(ProgressUpdateStreamName="SMS")) == {}
    own_server.restart(kill=True)
    where = task("SMS", "task 7")
    # Until the rows are gone the name is taken; what belonged to it is gone at once.
    for operation in ("describe_migration_task", "list_migration_task_updates"):
        missing(call(caller, operation), **where)
    assert answer(caller.mgh.list_migration_tasks()) == {"MigrationTaskSummaryList": []}
    assert answer(caller.mgh.list_progress_update_streams()) == {"ProgressUpdateStreamSummaryList": []}
    refusals = set()

    def created():
        said = outcome(caller.mgh.create_progress_update_stream, ProgressUpdateStreamName="SMS")
        refusals.add(said)
        return said == "ok"

    deadline = time.monotonic() + 60
    while not created():
        assert time.monotonic() < deadline
        for operation in ("import_migration_task", "notify_migration_task_state", "associate_source_resource"):
            said = outcome(call(caller, operation), **WRITES[operation])
            # The purge may end between two calls.
            assert said in ("InvalidInputException", "ResourceNotFoundException"), said
            refusals.add(said)
    assert refusals <= {"ok", "InvalidInputException", "ResourceNotFoundException"}
    missing(caller.mgh.describe_migration_task, **where)
    caller.mgh.import_migration_task(**where)
    assert answer(caller.mgh.list_migration_task_updates(**where)) == {"MigrationTaskUpdateList": []}
    own_server.stop()
    done = own_server.verify()
    assert done.returncode == 0, done.stdout + done.stderr


# 17
def test_tasks_are_listed_over_all_streams_and_by_server(hub):
    for stream, name, at in (("DMS", "b", 20), ("SMS", "a", 30), ("DMS", "a", 10), ("SMS", "b", 20), ("SMS", "c", 5)):
        hub.mgh.create_progress_update_stream(ProgressUpdateStreamName=stream)
        hub.mgh.import_migration_task(**task(stream, name))
        notify(hub.mgh, task(stream, name), "IN_PROGRESS", seconds(at))
    expected = [("SMS", "a"), ("DMS", "b"), ("SMS", "b"), ("DMS", "a"), ("SMS", "c")]

    def listed(**parameters):
        found = paged(hub.mgh, "list_migration_tasks", PaginationConfig={"PageSize": 2}, **parameters)
        return [(item["ProgressUpdateStream"], item["MigrationTaskName"]) for item in found]

    assert listed() == expected
    for stream, name in expected[1:4]:
        hub.mgh.associate_discovered_resource(**task(stream, name), DiscoveredResource={"ConfigurationId": SERVER})
    assert listed(ResourceName=SERVER) == expected[1:4]
    hub.mgh.disassociate_discovered_resource(**task(*expected[2]), ConfigurationId=SERVER)
    assert listed(ResourceName=SERVER) == [expected[1], expected[3]]
    missing(hub.mgh.list_migration_tasks, ResourceName="d-server-00000000000000000")
    missing(hub.mgh.list_migration_tasks, ResourceName="web.example.com")


# 18
def test_the_state_of_an_application(sms):
    mgh, discovery = sms.mgh, sms.client("discovery")
    missing(mgh.describe_application_state, ApplicationId=APPLICATION)
    shop = discovery.create_application(name="shop")["configurationId"]
    state = lambda: answer(mgh.describe_application_state(ApplicationId=shop))["ApplicationStatus"]  # noqa: E731
    assert state() == "NOT_STARTED"
    mgh.associate_discovered_resource(**WHERE, DiscoveredResource={"ConfigurationId": SERVER})
    join = {"applicationConfigurationId": shop, "configurationIds": [SERVER]}
    discovery.associate_configuration_items_to_application(**join)
    assert state() == "NOT_STARTED", "the task has not started"
    notify(mgh, WHERE, "IN_PROGRESS", seconds(1))
    soon(lambda: state() == "IN_PROGRESS")
    mgh.notify_application_state(ApplicationId=shop, Status="NOT_STARTED")
    notify(mgh, WHERE, "IN_PROGRESS", seconds(2))
    assert state() == "NOT_STARTED", "the same task does not start it again"
    mgh.notify_application_state(ApplicationId=shop, Status="COMPLETED")
    notify(mgh, WHERE, "IN_PROGRESS", seconds(3))
    settled(sms)
    assert state() == "COMPLETED"
    invalid(sms.lax_mgh.notify_application_state, ApplicationId=shop, Status="FAILED")
    listed = answer(mgh.list_application_states(ApplicationIds=[shop, shop, "d-application-x"]))["ApplicationStateList"]
    assert [(item["ApplicationId"], item["ApplicationStatus"]) for item in listed] == [(shop, "COMPLETED")]
    ids = [f"d-application-{number}" for number in range(101)]
    assert answer(mgh.list_application_states(ApplicationIds=ids[:100])) == {"ApplicationStateList": []}
    invalid(sms.lax_mgh.list_application_states, ApplicationIds=ids)
    invalid(sms.lax_mgh.list_application_states, ApplicationIds=[])


# 19
@pytest.mark.parametrize("operation", LISTS)
def test_tokens_are_bound_to_their_list(sms, operation):
    mgh = sms.mgh
    for number in range(3):
        mgh.create_progress_update_stream(ProgressUpdateStreamName=f"stream {number}")
        notify(mgh, WHERE, "IN_PROGRESS", seconds(number))
        mgh.import_migration_task(**task("SMS", f"task {number}"))
        mgh.associate_created_artifact(**WHERE, CreatedArtifact={"Name": f"{ARN}{number}"})
        mgh.associate_source_resource(**WHERE, SourceResource={"Name": f"{number}"})
        mgh.associate_discovered_resource(**WHERE, DiscoveredResource={"ConfigurationId": f"d-server-{number:017}"})
        mgh.notify_application_state(ApplicationId=f"d-application-{number:017}", Status="NOT_STARTED")
    ask = call(sms, operation)
    first = answer(ask(**READS[operation], MaxResults=1))
    token = first.pop("NextToken")
    assert TOKEN.match(token) and len(token) <= 2048
    empty = answer(ask(**READS[operation], MaxResults=1, NextToken=""))
    assert empty.pop("NextToken") and empty == first
    second = answer(ask(**READS[operation], MaxResults=1, NextToken=token))
    assert second != first
    middle = len(token) // 2
    tampered = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    other = next(name for name in LISTS if name != operation)
    foreign = answer(call(sms, other)(**READS[other], MaxResults=1))["NextToken"]
    for bad in (tampered, foreign, "AAAA", token[:-4]):
        refusal = invalid(ask, **READS[operation], MaxResults=1, NextToken=bad)
        assert refusal.message.startswith("InvalidToken"), refusal
    elsewhere = Caller(sms.server)
    elsewhere.config.create_home_region_control(HomeRegion=sms.region, Target={"Type": "ACCOUNT"})
    elsewhere.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    elsewhere.mgh.import_migration_task(**WHERE)
    invalid(call(elsewhere, operation), **READS[operation], MaxResults=1, NextToken=token)
    if operation == "list_migration_tasks":
        invalid(ask, ResourceName="d-server-00000000000000000", MaxResults=1, NextToken=token)


# 21
def test_nothing_acknowledged_is_lost_by_kill_9(own_server):
    caller = Caller(own_server)
    fill(caller)
    soon(lambda: "web-1.example.com" in str(caller.client("discovery").list_configurations(configurationType="SERVER")))
    before = contents(caller)
    own_server.restart(kill=True)
    assert contents(caller) == before
    for operation in list(WRITES)[:4]:
        call(caller, operation)(**WRITES[operation])
        after = contents(caller)
        own_server.restart(kill=True)
        assert contents(caller) == after, operation
