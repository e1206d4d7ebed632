"""Migration Hub Config: one home region for an account, set, described, read and deleted."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from tests.aws import DEFAULT_ACCOUNT, Caller, answer, refused

CONTROL_ID = re.compile(r"^hrc-[a-z0-9]{12}$")
ACCOUNT = {"Type": "ACCOUNT"}


def create(caller, region="us-west-2", **more):
    return answer(caller.config.create_home_region_control(HomeRegion=region, Target=ACCOUNT, **more))["HomeRegionControl"]


def invalid(call, **parameters):
    return refused("InvalidInputException", 400, call, **parameters)


def test_an_unset_home_region_is_absent_from_the_answer(caller):
    assert answer(caller.config.get_home_region()) == {}
    assert answer(caller.config.describe_home_region_controls()) == {"HomeRegionControls": []}


def test_creating_a_control_sets_the_home_region(caller):
    before = datetime.now(timezone.utc)
    control = create(caller)
    assert CONTROL_ID.match(control["ControlId"]), control
    assert abs(control["RequestedTime"] - before) < timedelta(seconds=30)
    target = {"Type": "ACCOUNT", "Id": caller.account}
    assert control == {
        "ControlId": control["ControlId"],
        "HomeRegion": "us-west-2",
        "Target": target,
        "RequestedTime": control["RequestedTime"],
    }
    assert answer(caller.config.get_home_region()) == {"HomeRegion": "us-west-2"}
    assert answer(caller.config.describe_home_region_controls()) == {"HomeRegionControls": [control]}


def test_the_target_may_name_the_calling_account(caller):
    target = {"Type": "ACCOUNT", "Id": caller.account}
    made = answer(caller.config.create_home_region_control(HomeRegion="eu-west-1", Target=target))
    assert made["HomeRegionControl"]["Target"] == target


def test_the_target_may_not_name_another_account(caller):
    target = {"Type": "ACCOUNT", "Id": "999999999999"}
    refusal = invalid(caller.config.create_home_region_control, HomeRegion="us-west-2", Target=target)
    assert "999999999999" in refusal.message
    assert answer(caller.config.get_home_region()) == {}


def test_a_control_for_the_same_region_is_created_once(caller):
    assert create(caller) == create(caller)


def test_a_second_home_region_is_refused_until_the_first_is_deleted(caller):
    control = create(caller)
    refusal = invalid(caller.config.create_home_region_control, HomeRegion="eu-central-1", Target=ACCOUNT)
    assert "us-west-2" in refusal.message
    assert answer(caller.config.delete_home_region_control(ControlId=control["ControlId"])) == {}
    assert create(caller, "eu-central-1")["HomeRegion"] == "eu-central-1"
    assert answer(caller.config.get_home_region()) == {"HomeRegion": "eu-central-1"}


def test_a_dry_run_sets_nothing(caller):
    refused(
        "DryRunOperation",
        400,
        caller.config.create_home_region_control,
        HomeRegion="us-west-2",
        Target=ACCOUNT,
        DryRun=True,
        says="Dry Run was a success!",
    )
    assert answer(caller.config.get_home_region()) == {}


def test_a_dry_run_with_a_fault_answers_the_fault(caller):
    create(caller)
    invalid(caller.config.create_home_region_control, HomeRegion="eu-west-1", Target=ACCOUNT, DryRun=True)
    invalid(caller.config.create_home_region_control, HomeRegion="us-gov-west-1", Target=ACCOUNT, DryRun=True)


@pytest.mark.parametrize(
    "region",
    ["ap-northeast-1", "ap-southeast-2", "eu-central-1", "eu-west-1", "eu-west-2", "us-east-1", "us-west-2"],
)
def test_each_supported_region_may_be_home(caller, region):
    assert create(caller, region)["HomeRegion"] == region


@pytest.mark.parametrize("region", ["xy-nowhere-1", "sa-east-1"])
def test_an_unsupported_region_is_refused(caller, region):
    assert region in invalid(caller.config.create_home_region_control, HomeRegion=region, Target=ACCOUNT).message


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"HomeRegion": "us-gov-west-1", "Target": ACCOUNT}, "homeRegion"),
        ({"HomeRegion": "", "Target": ACCOUNT}, "homeRegion"),
        ({"HomeRegion": "a" * 45 + "-b-1-1", "Target": ACCOUNT}, "homeRegion"),
        ({"Target": ACCOUNT}, "homeRegion"),
        ({"HomeRegion": "us-west-2"}, "target"),
        ({"HomeRegion": "us-west-2", "Target": {}}, "target.type"),
        ({"HomeRegion": "us-west-2", "Target": {"Type": "ORGANIZATION"}}, "target.type"),
        ({"HomeRegion": "us-west-2", "Target": {"Type": "ACCOUNT", "Id": "12"}}, "target.id"),
    ],
)
def test_a_malformed_control_is_refused_and_the_member_named(caller, parameters, path):
    refusal = invalid(caller.lax_config.create_home_region_control, **parameters)
    assert "validation error" in refusal.message, refusal
    assert f"at '{path}' failed to satisfy constraint" in refusal.message, refusal
    assert answer(caller.config.get_home_region()) == {}


def test_several_violations_are_told_at_once(caller):
    refusal = invalid(caller.lax_config.create_home_region_control, HomeRegion="x", Target={"Type": "y"})
    assert refusal.message.startswith("2 validation errors detected: "), refusal
    assert "Value 'x' at 'homeRegion' failed to satisfy constraint: Member must satisfy regular expression" in refusal.message
    assert "Value 'y' at 'target.type' failed to satisfy constraint: Member must satisfy enum value set: [ACCOUNT]" in refusal.message


def test_describe_filters_combine(caller):
    control = create(caller)

    def described(**filters):
        return answer(caller.config.describe_home_region_controls(**filters))["HomeRegionControls"]

    own = {"Type": "ACCOUNT", "Id": caller.account}
    assert described(ControlId=control["ControlId"]) == [control]
    assert described(HomeRegion="us-west-2") == [control]
    assert described(Target=ACCOUNT) == [control]
    assert described(Target=own) == [control]
    assert described(ControlId=control["ControlId"], HomeRegion="us-west-2", Target=own, MaxResults=1) == [control]
    assert described(ControlId="hrc-aaaaaaaaaaaa") == []
    assert described(HomeRegion="eu-west-1") == []
    assert described(Target={"Type": "ACCOUNT", "Id": "999999999999"}) == []
    assert described(ControlId=control["ControlId"], HomeRegion="eu-west-1") == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"ControlId": "hrc-A"},
        {"HomeRegion": "nowhere"},
        {"MaxResults": 0},
        {"MaxResults": 101},
        {"NextToken": "with-dash"},
        {"NextToken": "a" * 2049},
        {"NextToken": "bm90IGEgdG9rZW4="},
        {"Target": {"Type": "ACCOUNT", "Id": "x"}},
    ],
)
def test_a_malformed_description_request_is_refused(caller, parameters):
    invalid(caller.lax_config.describe_home_region_controls, **parameters)


def test_an_empty_token_means_the_first_page(caller):
    control = create(caller)
    assert answer(caller.config.describe_home_region_controls(NextToken="")) == {"HomeRegionControls": [control]}


def test_deleting_an_unknown_control_is_refused(caller):
    control = create(caller)
    refusal = invalid(caller.config.delete_home_region_control, ControlId="hrc-000000000000")
    assert "hrc-000000000000" in refusal.message
    invalid(caller.lax_config.delete_home_region_control, ControlId="hrc-UPPER")
    invalid(caller.lax_config.delete_home_region_control)
    assert answer(caller.config.delete_home_region_control(ControlId=control["ControlId"])) == {}
    invalid(caller.config.delete_home_region_control, ControlId=control["ControlId"])
    assert answer(caller.config.get_home_region()) == {}


def test_the_home_region_is_read_and_written_from_any_supported_region(caller):
    control = create(caller.elsewhere("eu-west-1"), "us-west-2")
    assert answer(caller.elsewhere("us-east-1").config.get_home_region()) == {"HomeRegion": "us-west-2"}
    assert answer(caller.config.describe_home_region_controls()) == {"HomeRegionControls": [control]}
    assert answer(caller.elsewhere("ap-southeast-2").config.delete_home_region_control(ControlId=control["ControlId"])) == {}


def test_accounts_do_not_see_each_other(server, caller):
    control = create(caller)
    other = Caller(server)
    assert answer(other.config.get_home_region()) == {}
    assert answer(other.config.describe_home_region_controls(ControlId=control["ControlId"])) == {"HomeRegionControls": []}
    invalid(other.config.delete_home_region_control, ControlId=control["ControlId"])


def test_a_key_that_is_no_account_means_the_default_account(own_server):
    caller = Caller(own_server, "AKIAEXAMPLE")
    assert create(caller)["Target"] == {"Type": "ACCOUNT", "Id": DEFAULT_ACCOUNT}
    assert answer(Caller(own_server, DEFAULT_ACCOUNT).config.get_home_region()) == {"HomeRegion": "us-west-2"}


def test_without_a_home_region_the_hub_refuses(caller):
    stream, task = "Tool", "task"
    time = datetime(2026, 1, 1, tzinfo=timezone.utc)
    where = {"ProgressUpdateStream": stream, "MigrationTaskName": task}
    arn = "arn:aws:ec2:us-east-1:111122223333:image/ami-1"
    calls = [
        (caller.mgh.create_progress_update_stream, {"ProgressUpdateStreamName": stream}),
        (caller.mgh.import_migration_task, where),
        (
            caller.mgh.notify_migration_task_state,
            {**where, "Task": {"Status": "COMPLETED"}, "UpdateDateTime": time, "NextUpdateSeconds": 60},
        ),
        (caller.mgh.describe_migration_task, where),
        (caller.mgh.associate_created_artifact, {**where, "CreatedArtifact": {"Name": arn}}),
        (caller.mgh.list_created_artifacts, where),
        (caller.mgh.disassociate_created_artifact, {**where, "CreatedArtifactName": arn}),
        (caller.mgh.disassociate_created_artifact, {**where, "CreatedArtifactName": arn, "DryRun": True}),
    ]
    text = "Your home region is not set. Before calling AWS Migration Hub APIs, set your home region with CreateHomeRegionControl."
    for call, parameters in calls:
        refused("HomeRegionNotSetException", 400, call, **parameters, says=text)
    control = create(caller)
    answer(caller.mgh.create_progress_update_stream(ProgressUpdateStreamName=stream))
    caller.config.delete_home_region_control(ControlId=control["ControlId"])
    refused("HomeRegionNotSetException", 400, caller.mgh.create_progress_update_stream, ProgressUpdateStreamName=stream)


def test_constraints_are_checked_before_the_home_region(caller):
    refused("InvalidInputException", 400, caller.mgh.create_progress_update_stream, ProgressUpdateStreamName="a/b")
