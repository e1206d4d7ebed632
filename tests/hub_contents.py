"""A Migration Hub filled with everything that its API takes, and everything that its API tells."""

from datetime import datetime, timedelta, timezone

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
SERVER_ID = "d-server-0025db43a885966c8"
APPLICATION_ID = "d-application-0039038d504694533"
IDLE_APPLICATION_ID = "d-application-00000000000000abc"


def seconds(count):
    return START + timedelta(seconds=count)


def task(stream, name):
    return {"ProgressUpdateStream": stream, "MigrationTaskName": name}


def notify(mgh, where, status, at, **state):
    mgh.notify_migration_task_state(**where, Task={"Status": status, **state}, UpdateDateTime=at, NextUpdateSeconds=60)


def fill(caller):
    """Sets the home region and fills the hub."""
    mgh = caller.mgh
    caller.config.create_home_region_control(HomeRegion=caller.region, Target={"Type": "ACCOUNT"})
    for stream in ("DMS", "SMS", "Tool mit Größe 🚚", "empty"):
        mgh.create_progress_update_stream(ProgressUpdateStreamName=stream)
    fill_task(mgh)
    # Names as tools choose them; a task that was never notified; updates that arrive late.
    for stream, name in (("SMS", "Agent Install - Success"), ("SMS", "a/b\nc"), ("Tool mit Größe 🚚", "日本語"), ("SMS", "idle")):
        mgh.import_migration_task(**task(stream, name))
    where = task("SMS", "a/b\nc")
    notify(mgh, where, "COMPLETED", seconds(50), ProgressPercent=100)
    notify(mgh, where, "FAILED", seconds(40), StatusDetail="told late")
    notify(mgh, task("Tool mit Größe 🚚", "日本語"), "IN_PROGRESS", seconds(1), ProgressPercent=0)
    notify(mgh, task("SMS", "Agent Install - Success"), "COMPLETED", seconds(2))
    for number in range(120):
        mgh.import_migration_task(**task("DMS", f"many-{number:03}"))
        notify(mgh, task("DMS", f"many-{number:03}"), "IN_PROGRESS", seconds(100 + number // 2), ProgressPercent=number % 101)
    mgh.notify_application_state(ApplicationId=APPLICATION_ID, Status="COMPLETED", UpdateDateTime=seconds(500))
    mgh.notify_application_state(ApplicationId=IDLE_APPLICATION_ID, Status="NOT_STARTED", UpdateDateTime=seconds(600))


def fill_task(mgh):
    """One task with more than a page of everything."""
    where = task("SMS", "sms-12de3cf1a")
    mgh.import_migration_task(**where)
    for number in range(130):
        notify(mgh, where, "IN_PROGRESS", seconds(number // 3), ProgressPercent=number % 101, StatusDetail=f"step {number}")
    for number in range(25):
        arn = f"arn:aws:ec2:us-east-1:488216288981:image/ami-{number:04}"
        mgh.associate_created_artifact(**where, CreatedArtifact={"Name": arn, "Description": f"image {number}"})
    mgh.associate_created_artifact(**where, CreatedArtifact={"Name": "arn:aws:dms:us-east-1:488216288981:"})
    for number in range(12):
        resource = {"Name": f"wave\n{number} | größe", "Description": "a wave", "StatusDetail": f"{number} done"}
        mgh.associate_source_resource(**where, SourceResource=resource)
    mgh.associate_discovered_resource(**where, DiscoveredResource={"ConfigurationId": SERVER_ID, "Description": "chosen"})
    attributes = [
        {"Type": "FQDN", "Value": "web-1.example.com"},
        {"Type": "MAC_ADDRESS", "Value": "00:1a:2b:3c:4d:5e"},
        {"Type": "IPV4_ADDRESS", "Value": "10.1.2.3"},
    ]
    mgh.put_resource_attributes(**where, ResourceAttributeList=attributes)


def paged(client, operation, **parameters):
    pages = list(client.get_paginator(operation).paginate(**parameters))
    key = next(key for key, value in pages[0].items() if isinstance(value, list))
    return [item for page in pages for item in page[key]]


def contents(caller):
    """All that the API tells, but for the times of import."""
    mgh = caller.mgh
    tasks = paged(mgh, "list_migration_tasks")
    for summary in tasks:
        where = task(summary["ProgressUpdateStream"], summary["MigrationTaskName"])
        described = mgh.describe_migration_task(**where)["MigrationTask"]
        updates = paged(mgh, "list_migration_task_updates", **where)
        summary["described"] = described
        summary["updates"] = updates
        # Of the many tasks that are alike, a few are looked at from all sides.
        is_alike = where["MigrationTaskName"].startswith("many-") and where["MigrationTaskName"] > "many-010"
        for kind in () if is_alike else ("created_artifacts", "discovered_resources", "source_resources"):
            summary[kind] = paged(mgh, f"list_{kind}", **where)
        if not updates:
            del summary["UpdateDateTime"], described["UpdateDateTime"]
    return {
        "home_region": caller.config.get_home_region().get("HomeRegion"),
        "streams": [item["ProgressUpdateStreamName"] for item in paged(mgh, "list_progress_update_streams")],
        "tasks": sorted(tasks, key=lambda item: (item["ProgressUpdateStream"], item["MigrationTaskName"])),
        "applications": paged(mgh, "list_application_states"),
    }
