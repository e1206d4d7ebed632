"""Progress update streams and migration tasks: created, imported, notified, described."""

from datetime import datetime, timedelta, timezone

import pytest

from tests.aws import answer, refused

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
WHERE = {"ProgressUpdateStream": "SMS", "MigrationTaskName": "sms-12de3cf1a"}


@pytest.fixture
def task(hub):
    """An account with one stream and one imported task."""
    assert answer(hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")) == {}
    assert answer(hub.mgh.import_migration_task(**WHERE)) == {}
    return hub


def notify(caller, status, at=START, next_update_s=60, **task):
    update = {**WHERE, "Task": {"Status": status, **task}, "UpdateDateTime": at, "NextUpdateSeconds": next_update_s}
    return answer(caller.mgh.notify_migration_task_state(**update))


def described(caller, **where):
    return answer(caller.mgh.describe_migration_task(**{**WHERE, **where}))["MigrationTask"]


def invalid(call, **parameters):
    return refused("InvalidInputException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 400, call, **parameters)


def dry(call, **parameters):
    return refused("DryRunOperation", 400, call, DryRun=True, says="Dry Run was a success!", **parameters)


def test_creating_a_stream_twice_is_the_same_stream(hub):
    for _ in range(3):
        assert answer(hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="DMS")) == {}
    assert answer(hub.mgh.import_migration_task(ProgressUpdateStream="DMS", MigrationTaskName="t")) == {}


def test_a_dry_run_creates_no_stream(hub):
    dry(hub.mgh.create_progress_update_stream, ProgressUpdateStreamName="SMS")
    missing(hub.mgh.import_migration_task, **WHERE)
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    dry(hub.mgh.create_progress_update_stream, ProgressUpdateStreamName="SMS")


@pytest.mark.parametrize("name", ["a/b", "a:b", "a|b", "a\x1fb", "\n", "\x00", "", "x" * 51])
def test_a_bad_stream_name_is_refused(hub, name):
    refusal = invalid(hub.lax_mgh.create_progress_update_stream, ProgressUpdateStreamName=name)
    assert "at 'progressUpdateStreamName' failed to satisfy constraint: Member must" in refusal.message


@pytest.mark.parametrize("name", ["x", "x" * 50, "with spaces ", "🚚" * 50, "Tool-1_a.b*", "\x20\x7f", "größe"])
def test_a_free_stream_name_is_kept_as_it_is(hub, name):
    assert answer(hub.mgh.create_progress_update_stream(ProgressUpdateStreamName=name)) == {}
    hub.mgh.import_migration_task(ProgressUpdateStream=name, MigrationTaskName="t")
    assert described(hub, ProgressUpdateStream=name, MigrationTaskName="t")["ProgressUpdateStream"] == name


def test_names_are_case_sensitive_and_not_trimmed(task):
    missing(task.mgh.describe_migration_task, **{**WHERE, "ProgressUpdateStream": "sms"})
    missing(task.mgh.describe_migration_task, **{**WHERE, "ProgressUpdateStream": "SMS "})
    missing(task.mgh.describe_migration_task, **{**WHERE, "MigrationTaskName": "SMS-12de3cf1a"})


@pytest.mark.parametrize("name", ["a:b", "a|b", "", "x" * 257])
def test_a_bad_task_name_is_refused(hub, name):
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    refusal = invalid(hub.lax_mgh.import_migration_task, ProgressUpdateStream="SMS", MigrationTaskName=name)
    assert "at 'migrationTaskName' failed to satisfy constraint: Member must" in refusal.message


@pytest.mark.parametrize("name", ["Agent Install - Success", "a/b", "two\nlines", "x" * 256, "日本語"])
def test_a_free_task_name_is_kept_as_it_is(hub, name):
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    assert answer(hub.mgh.import_migration_task(ProgressUpdateStream="SMS", MigrationTaskName=name)) == {}
    assert described(hub, MigrationTaskName=name)["MigrationTaskName"] == name


def test_missing_members_are_named(hub):
    refusal = invalid(hub.lax_mgh.import_migration_task)
    assert refusal.message.startswith("2 validation errors detected: "), refusal
    for member in ("progressUpdateStream", "migrationTaskName"):
        assert f"at '{member}' failed to satisfy constraint: Member must not be null" in refusal.message


def test_importing_needs_the_stream(hub):
    refusal = missing(hub.mgh.import_migration_task, **WHERE)
    assert "SMS" in refusal.message


def test_an_imported_task_is_not_started(hub):
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    before = datetime.now(timezone.utc)
    hub.mgh.import_migration_task(**WHERE)
    found = described(hub)
    assert abs(found["UpdateDateTime"] - before) < timedelta(seconds=30)
    assert found == {**WHERE, "Task": {"Status": "NOT_STARTED"}, "UpdateDateTime": found["UpdateDateTime"]}


def test_importing_again_changes_nothing(task):
    notify(task, "IN_PROGRESS", ProgressPercent=40, StatusDetail="copying")
    before = described(task)
    assert answer(task.mgh.import_migration_task(**WHERE)) == {}
    assert described(task) == before


def test_a_dry_run_imports_nothing(hub):
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    dry(hub.mgh.import_migration_task, **WHERE)
    missing(hub.mgh.describe_migration_task, **WHERE)


def test_a_dry_run_of_a_missing_stream_answers_that_it_is_missing(hub):
    missing(hub.mgh.import_migration_task, **WHERE, DryRun=True)


def test_an_update_replaces_the_whole_state(task):
    assert notify(task, "IN_PROGRESS", ProgressPercent=40, StatusDetail="copying") == {}
    full = {"Status": "IN_PROGRESS", "ProgressPercent": 40, "StatusDetail": "copying"}
    assert described(task) == {**WHERE, "Task": full, "UpdateDateTime": START}
    later = START + timedelta(seconds=1)
    notify(task, "FAILED", at=later)
    assert described(task) == {**WHERE, "Task": {"Status": "FAILED"}, "UpdateDateTime": later}


def test_a_late_update_does_not_overwrite_a_newer_state(task):
    notify(task, "COMPLETED", at=START)
    notify(task, "IN_PROGRESS", at=START - timedelta(seconds=10))
    assert described(task)["Task"] == {"Status": "COMPLETED"}


def test_of_two_updates_with_the_same_time_the_later_arrival_wins(task):
    notify(task, "IN_PROGRESS", at=START, ProgressPercent=1)
    notify(task, "IN_PROGRESS", at=START, ProgressPercent=2)
    assert described(task)["Task"] == {"Status": "IN_PROGRESS", "ProgressPercent": 2}


def test_states_move_in_any_direction(task):
    for second, status in enumerate(["COMPLETED", "NOT_STARTED", "FAILED", "IN_PROGRESS"]):
        notify(task, status, at=START + timedelta(seconds=second))
        assert described(task)["Task"] == {"Status": status}


def test_the_largest_interval_that_python_knows_is_accepted(task):
    notify(task, "COMPLETED", next_update_s=9223372036854775807)
    notify(task, "COMPLETED", next_update_s=0)
    assert described(task)["Task"] == {"Status": "COMPLETED"}


def test_notifying_needs_an_imported_task(hub):
    update = {**WHERE, "Task": {"Status": "COMPLETED"}, "UpdateDateTime": START, "NextUpdateSeconds": 60}
    missing(hub.mgh.notify_migration_task_state, **update)
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    assert "sms-12de3cf1a" in missing(hub.mgh.notify_migration_task_state, **update).message
    missing(hub.mgh.notify_migration_task_state, **update, DryRun=True)


def test_a_dry_run_notifies_nothing(task):
    before = described(task)
    update = {**WHERE, "Task": {"Status": "COMPLETED"}, "UpdateDateTime": START, "NextUpdateSeconds": 60}
    dry(task.mgh.notify_migration_task_state, **update)
    assert described(task) == before


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"Task": {"Status": "PAUSED"}}, "task.status"),
        ({"Task": {}}, "task.status"),
        ({"Task": {"Status": "COMPLETED", "ProgressPercent": 101}}, "task.progressPercent"),
        ({"Task": {"Status": "COMPLETED", "ProgressPercent": -1}}, "task.progressPercent"),
        ({"Task": {"Status": "COMPLETED", "StatusDetail": "x" * 2501}}, "task.statusDetail"),
        ({"NextUpdateSeconds": -1}, "nextUpdateSeconds"),
        ({"ProgressUpdateStream": "a/b"}, "progressUpdateStream"),
        ({"MigrationTaskName": "a:b"}, "migrationTaskName"),
    ],
)
def test_a_malformed_update_is_refused_and_the_member_named(task, change, path):
    update = {**WHERE, "Task": {"Status": "COMPLETED"}, "UpdateDateTime": START, "NextUpdateSeconds": 60}
    refusal = invalid(task.lax_mgh.notify_migration_task_state, **{**update, **change})
    assert refusal.message.startswith("1 validation error detected: Value"), refusal
    assert f"at '{path}' failed to satisfy constraint: Member must" in refusal.message
    assert described(task)["Task"] == {"Status": "NOT_STARTED"}


def test_the_longest_status_detail_is_kept(task):
    notify(task, "FAILED", StatusDetail="d" * 2500, ProgressPercent=0)
    assert described(task)["Task"] == {"Status": "FAILED", "StatusDetail": "d" * 2500, "ProgressPercent": 0}


def test_describing_names_what_is_missing(hub):
    assert "SMS" in missing(hub.mgh.describe_migration_task, **WHERE).message
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    assert "sms-12de3cf1a" in missing(hub.mgh.describe_migration_task, **WHERE).message
    invalid(hub.lax_mgh.describe_migration_task, **{**WHERE, "MigrationTaskName": "a|b"})


def test_writes_for_another_region_are_refused_and_reads_see_its_own_data(task):
    away = task.elsewhere("eu-west-1")
    update = {**WHERE, "Task": {"Status": "COMPLETED"}, "UpdateDateTime": START, "NextUpdateSeconds": 60}
    for call, parameters in [
        (away.mgh.create_progress_update_stream, {"ProgressUpdateStreamName": "SMS"}),
        (away.mgh.import_migration_task, WHERE),
        (away.mgh.notify_migration_task_state, update),
    ]:
        assert "us-west-2" in invalid(call, **parameters).message
        invalid(call, **parameters, DryRun=True)
    missing(away.mgh.describe_migration_task, **WHERE)


def test_data_stays_in_its_region_when_the_home_moves(task):
    notify(task, "COMPLETED")
    before = described(task)
    control = task.config.describe_home_region_controls()["HomeRegionControls"][0]
    task.config.delete_home_region_control(ControlId=control["ControlId"])
    task.config.create_home_region_control(HomeRegion="eu-west-1", Target={"Type": "ACCOUNT"})
    away = task.elsewhere("eu-west-1")
    missing(away.mgh.describe_migration_task, **WHERE)
    assert described(task) == before
    invalid(task.mgh.import_migration_task, **WHERE)


def test_everything_survives_a_restart_and_a_kill(own_server):
    from tests.aws import Caller

    caller = Caller(own_server)
    caller.config.create_home_region_control(HomeRegion=caller.region, Target={"Type": "ACCOUNT"})
    caller.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    own_server.restart(kill=True)
    caller.mgh.import_migration_task(**WHERE)
    own_server.restart(kill=True)
    notify(caller, "IN_PROGRESS", ProgressPercent=7)
    own_server.restart()
    assert described(caller) == {
        **WHERE,
        "Task": {"Status": "IN_PROGRESS", "ProgressPercent": 7},
        "UpdateDateTime": START,
    }
