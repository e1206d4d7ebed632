"""Created artifacts of a migration task: associated, listed by pages, disassociated."""

import pytest

from tests.aws import answer, outcome, refused, together

WHERE = {"ProgressUpdateStream": "SMS", "MigrationTaskName": "sms-12de3cf1a"}
AMI = "arn:aws:ec2:us-east-1:488216288981:image/ami-6d0ba87b"


def arn(number):
    return f"arn:aws:ec2:us-east-1:488216288981:image/ami-{number:04}"


@pytest.fixture
def task(hub):
    """An account with one stream and two imported tasks."""
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    hub.mgh.import_migration_task(**WHERE)
    hub.mgh.import_migration_task(**other_task())
    return hub


def other_task():
    return {**WHERE, "MigrationTaskName": "sms-other"}


def associate(caller, name, description=None, where=WHERE):
    artifact = {"Name": name} if description is None else {"Name": name, "Description": description}
    return answer(caller.mgh.associate_created_artifact(**where, CreatedArtifact=artifact))


def disassociate(caller, name, where=WHERE):
    return answer(caller.mgh.disassociate_created_artifact(**where, CreatedArtifactName=name))


def listed(caller, where=WHERE, **more):
    return answer(caller.mgh.list_created_artifacts(**where, **more))


def invalid(call, **parameters):
    return refused("InvalidInputException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 400, call, **parameters)


def dry(call, **parameters):
    return refused("DryRunOperation", 400, call, DryRun=True, says="Dry Run was a success!", **parameters)


def test_a_task_without_artifacts_lists_none(task):
    assert listed(task) == {"CreatedArtifactList": []}


def test_an_associated_artifact_is_listed_with_what_was_said(task):
    assert associate(task, AMI, "image of the server") == {}
    assert associate(task, arn(1)) == {}
    assert listed(task) == {
        "CreatedArtifactList": [{"Name": arn(1)}, {"Name": AMI, "Description": "image of the server"}]
    }
    assert listed(task, other_task()) == {"CreatedArtifactList": []}


def test_associating_again_replaces_the_description(task):
    associate(task, AMI, "first")
    associate(task, AMI, "second")
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI, "Description": "second"}]}
    associate(task, AMI)
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI}]}


def test_an_empty_description_is_a_description(task):
    associate(task, AMI, "")
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI, "Description": ""}]}


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:ec2:us-east-1:488216288981:image/ami-1",
        "arn:aws:s3:::bucket/a b/ü",
        "arn:aws-us-gov:dms:us-gov-west-1:488216288981:endpoint:ABC",
        "arn:aws-cn:ec2:cn-north-1:488216288981:",
        "arn:a:b:::",
        "arn:aws:ec2:us-east-1:488216288981:two\nlines",
        pytest.param("arn:aws:ec2::488216288981:" + "x" * 1574, id="longest"),
    ],
)
def test_each_form_of_an_arn_is_kept_byte_for_byte(task, name):
    associate(task, name)
    assert listed(task) == {"CreatedArtifactList": [{"Name": name}]}
    disassociate(task, name)
    assert listed(task) == {"CreatedArtifactList": []}


BAD_ARNS = [
    "ami-6d0ba87b",
    "",
    "arn:aws:ec2:us-east-1:aws:image/x",
    "arn:aws:ec2:us-east-1:12345678901:image/x",
    "arn:AWS:ec2:us-east-1:488216288981:x",
    "arn:aws:ec2:us_east:488216288981:x",
    "arn:aws:ec2:us-east-1:488216288981",
    " arn:aws:ec2:us-east-1:488216288981:x",
    pytest.param("arn:aws:ec2::488216288981:" + "x" * 1575, id="too long"),
]


@pytest.mark.parametrize("name", BAD_ARNS)
def test_what_is_no_arn_is_not_associated(task, name):
    refusal = invalid(task.lax_mgh.associate_created_artifact, **WHERE, CreatedArtifact={"Name": name})
    assert "at 'createdArtifact.name' failed to satisfy constraint: Member must" in refusal.message
    assert listed(task) == {"CreatedArtifactList": []}


@pytest.mark.parametrize("name", BAD_ARNS)
def test_what_is_no_arn_is_refused_before_any_lookup(task, name):
    nowhere = {"ProgressUpdateStream": "Nowhere", "MigrationTaskName": "none"}
    for more in ({}, {"DryRun": True}):
        refusal = invalid(task.lax_mgh.disassociate_created_artifact, **nowhere, CreatedArtifactName=name, **more)
        assert "at 'createdArtifactName' failed to satisfy constraint: Member must" in refusal.message


def test_a_description_has_one_line_of_at_most_500_characters(task):
    associate(task, AMI, "d" * 500)
    for description in ("d" * 501, "two\nlines"):
        artifact = {"Name": AMI, "Description": description}
        refusal = invalid(task.lax_mgh.associate_created_artifact, **WHERE, CreatedArtifact=artifact)
        assert "at 'createdArtifact.description' failed to satisfy constraint: Member must" in refusal.message
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI, "Description": "d" * 500}]}


@pytest.mark.parametrize("operation", ["associate", "disassociate", "list"])
def test_stream_and_task_must_exist(task, operation):
    call, key = {
        "associate": (task.mgh.associate_created_artifact, {"CreatedArtifact": {"Name": AMI}}),
        "disassociate": (task.mgh.disassociate_created_artifact, {"CreatedArtifactName": AMI}),
        "list": (task.mgh.list_created_artifacts, {}),
    }[operation]
    dry_runs = [{}] if operation == "list" else [{}, {"DryRun": True}]
    for more in dry_runs:
        assert "Nowhere" in missing(call, **{**WHERE, "ProgressUpdateStream": "Nowhere"}, **key, **more).message
        assert "nothing" in missing(call, **{**WHERE, "MigrationTaskName": "nothing"}, **key, **more).message


def test_a_dry_run_associates_nothing(task):
    dry(task.mgh.associate_created_artifact, **WHERE, CreatedArtifact={"Name": AMI})
    assert listed(task) == {"CreatedArtifactList": []}
    associate(task, AMI, "kept")
    dry(task.mgh.associate_created_artifact, **WHERE, CreatedArtifact={"Name": AMI, "Description": "other"})
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI, "Description": "kept"}]}


def test_disassociating_removes_one_and_keeps_the_others(task):
    associate(task, AMI, "old")
    associate(task, arn(1))
    associate(task, AMI, "of another task", other_task())
    before = answer(task.mgh.describe_migration_task(**WHERE))
    assert disassociate(task, AMI) == {}
    assert listed(task) == {"CreatedArtifactList": [{"Name": arn(1)}]}
    assert listed(task, other_task()) == {"CreatedArtifactList": [{"Name": AMI, "Description": "of another task"}]}
    assert answer(task.mgh.describe_migration_task(**WHERE)) == before


def test_disassociating_again_says_that_it_is_gone(task):
    associate(task, AMI)
    disassociate(task, AMI)
    assert AMI in missing(task.mgh.disassociate_created_artifact, **WHERE, CreatedArtifactName=AMI).message
    assert AMI in missing(task.mgh.disassociate_created_artifact, **WHERE, CreatedArtifactName=AMI, DryRun=True).message


def test_an_artifact_of_another_task_is_not_this_tasks(task):
    associate(task, AMI, where=other_task())
    missing(task.mgh.disassociate_created_artifact, **WHERE, CreatedArtifactName=AMI)
    assert listed(task, other_task()) == {"CreatedArtifactList": [{"Name": AMI}]}


def test_artifacts_compare_byte_for_byte(task):
    associate(task, AMI)
    for name in (AMI.upper().replace("ARN:AWS:EC2:US-EAST-1", "arn:aws:ec2:us-east-1"), AMI[:-1], AMI + " ", AMI[:-3] + "*"):
        missing(task.mgh.disassociate_created_artifact, **WHERE, CreatedArtifactName=name)
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI}]}


def test_a_dry_run_disassociates_nothing(task):
    associate(task, AMI, "kept")
    dry(task.mgh.disassociate_created_artifact, **WHERE, CreatedArtifactName=AMI)
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI, "Description": "kept"}]}
    assert disassociate(task, AMI) == {}


def test_an_artifact_may_come_back_with_another_description(task):
    associate(task, AMI, "first")
    disassociate(task, AMI)
    associate(task, AMI)
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI}]}


def test_writes_for_another_region_are_refused(task):
    associate(task, AMI)
    away = task.elsewhere("eu-west-1")
    for more in ({}, {"DryRun": True}):
        invalid(away.mgh.associate_created_artifact, **WHERE, CreatedArtifact={"Name": arn(1)}, **more)
        assert "us-west-2" in invalid(away.mgh.disassociate_created_artifact, **WHERE, CreatedArtifactName=AMI, **more).message
    missing(away.mgh.list_created_artifacts, **WHERE)
    assert listed(task) == {"CreatedArtifactList": [{"Name": AMI}]}


def test_of_two_disassociations_exactly_one_succeeds(task):
    for round_number in range(5):
        name = arn(round_number)
        associate(task, name)
        found = together(8, lambda _: outcome(task.mgh.disassociate_created_artifact, **WHERE, CreatedArtifactName=name))
        assert sorted(found) == sorted(["ok"] + ["ResourceNotFoundException"] * 7), found
    assert listed(task) == {"CreatedArtifactList": []}


def test_pages_hold_ten_and_end(task):
    names = [arn(number) for number in range(25)]
    for name in reversed(names):
        associate(task, name)
    sizes, found, token = [], [], {}
    while True:
        page = listed(task, **token)
        sizes.append(len(page["CreatedArtifactList"]))
        found += [artifact["Name"] for artifact in page["CreatedArtifactList"]]
        if "NextToken" not in page:
            break
        assert set(page["NextToken"]) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+=")
        token = {"NextToken": page["NextToken"]}
    assert (sizes, found) == ([10, 10, 5], names)
    pages = task.mgh.get_paginator("list_created_artifacts").paginate(**WHERE, PaginationConfig={"PageSize": 1})
    assert [artifact["Name"] for page in pages for artifact in page["CreatedArtifactList"]] == names


def test_rows_that_stay_appear_once_while_others_come_and_go(task):
    for number in range(0, 30, 2):
        associate(task, arn(number))
    first = listed(task, MaxResults=5)
    for number in (1, 11, 21):
        associate(task, arn(number))
    disassociate(task, arn(8))
    disassociate(task, arn(0))
    found = [artifact["Name"] for artifact in first["CreatedArtifactList"]]
    token = first["NextToken"]
    while token:
        page = listed(task, MaxResults=5, NextToken=token)
        found += [artifact["Name"] for artifact in page["CreatedArtifactList"]]
        token = page.get("NextToken")
    stayed = {arn(number) for number in range(2, 30, 2)} - {arn(8)}
    assert len(found) == len(set(found))
    assert stayed <= set(found)


def test_a_token_belongs_to_its_list(task):
    for number in range(3):
        associate(task, arn(number))
        associate(task, arn(number), where=other_task())
    token = listed(task, MaxResults=1)["NextToken"]
    changed = ("A" if token[5] != "A" else "B").join([token[:5], token[6:]])
    cases = [
        (WHERE, changed),
        (WHERE, "bm90IGEgdG9rZW4="),
        (other_task(), token),
    ]
    for where, bad in cases:
        refused(
            "InvalidInputException", 400, task.mgh.list_created_artifacts, **where, NextToken=bad, says="InvalidToken"
        )
    assert listed(task, NextToken=token)["CreatedArtifactList"][0] == {"Name": arn(1)}
    assert listed(task, NextToken="")["CreatedArtifactList"][0] == {"Name": arn(0)}


@pytest.mark.parametrize("parameters", [{"MaxResults": 0}, {"MaxResults": 11}, {"NextToken": "a-b"}, {"NextToken": "a" * 2049}])
def test_a_malformed_page_request_is_refused(task, parameters):
    refusal = invalid(task.lax_mgh.list_created_artifacts, **WHERE, **parameters)
    assert "failed to satisfy constraint: Member must" in refusal.message


def test_a_list_in_place_of_the_object_is_a_wrong_type(task):
    refused(
        "SerializationException",
        400,
        task.lax_mgh._make_api_call,
        "AssociateCreatedArtifact",
        {**WHERE, "CreatedArtifact": {"Name": ["x"]}},
        typed=False,
    )
