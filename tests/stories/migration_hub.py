"""Migration Hub: a tool reports the migration of one server and the image it made."""

TITLE = "3. Migration Hub: progress of a migration"
AMI = "arn:aws:ec2:us-east-1:488216288981:image/ami-6d0ba87b"


def play(home, tell):
    mgh = lambda *words: home.aws("mgh", *words)  # noqa: E731 - a word for a word
    config = lambda *words: home.aws("migrationhub-config", *words)  # noqa: E731
    said = home.aws_fails("mgh", "create-progress-update-stream", "--progress-update-stream-name", "SMS")
    assert "HomeRegionNotSetException" in said
    tell.step("without a home region: HomeRegionNotSetException")
    control = config("create-home-region-control", "--home-region", home.region, "--target", "Type=ACCOUNT")
    control = control["HomeRegionControl"]["ControlId"]
    found = config("describe-home-region-controls")["HomeRegionControls"]
    assert [item["ControlId"] for item in found] == [control]
    tell.step(f"create-home-region-control: {control}; get-home-region: {config('get-home-region')['HomeRegion']}")
    tell.step("create-progress-update-stream SMS, import-migration-task sms-1, notify-migration-task-state")
    mgh("create-progress-update-stream", "--progress-update-stream-name", "SMS")
    where = ["--progress-update-stream", "SMS", "--migration-task-name", "sms-1"]
    mgh("import-migration-task", *where)
    task = ["--task", "Status=IN_PROGRESS,ProgressPercent=40", "--update-date-time", "2026-01-02T03:04:05Z"]
    mgh("notify-migration-task-state", *where, *task, "--next-update-seconds", "60")
    mgh("associate-created-artifact", *where, "--created-artifact", f"Name={AMI},Description=image")
    found = mgh("list-created-artifacts", *where)["CreatedArtifactList"]
    tell.step(f"associate-created-artifact; list-created-artifacts: {len(found)}")
    assert found == [{"Name": AMI, "Description": "image"}]
    name = ["--created-artifact-name", AMI]
    assert "DryRunOperation" in home.aws_fails("mgh", "disassociate-created-artifact", *where, *name, "--dry-run")
    tell.step("disassociate-created-artifact --dry-run: DryRunOperation, nothing changes")
    assert len(mgh("list-created-artifacts", *where)["CreatedArtifactList"]) == 1
    mgh("disassociate-created-artifact", *where, *name)
    assert mgh("list-created-artifacts", *where)["CreatedArtifactList"] == []
    tell.step("disassociate-created-artifact; list-created-artifacts: 0")
    said = home.aws_fails("mgh", "disassociate-created-artifact", *where, *name)
    assert "ResourceNotFoundException" in said
    tell.step("disassociating again: ResourceNotFoundException")
    found = mgh("describe-migration-task", *where)["MigrationTask"]["Task"]
    tell.step(f"describe-migration-task: {found}")
    assert found == {"Status": "IN_PROGRESS", "ProgressPercent": 40}
    config("delete-home-region-control", "--control-id", control)
    tell.step("delete-home-region-control")
