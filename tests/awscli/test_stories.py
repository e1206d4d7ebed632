"""The three stories, typed as a person would: `eval "$(homeregion env)"`, then the AWS command line."""

import subprocess

import pytest

from tests.aws import fresh_account
from tests.commandline import Home

STORE = ["--domain", "shop", "--repository", "store"]
WHERE = ["--progress-update-stream", "SMS", "--migration-task-name", "sms-1"]
AMI = "arn:aws:ec2:us-east-1:488216288981:image/ami-6d0ba87b"


@pytest.fixture
def home(server):
    home = Home(server, fresh_account())
    yield home
    home.discard()


def test_the_environment_can_be_evaluated(own_server):
    printed = own_server.run("env", *own_server.storage())
    assert printed.returncode == 0, printed.stderr
    shown = subprocess.run(
        ["sh", "-c", 'eval "$1"; echo "$AWS_ENDPOINT_URL $AWS_DISABLE_HOST_PREFIX_INJECTION $AWS_REGION"', "sh", printed.stdout],
        env={"PATH": "/usr/bin:/bin", "AWS_PROFILE": "x"},
        capture_output=True,
        text=True,
        timeout=10,
    )
    endpoint, prefix, region = shown.stdout.split()
    assert (endpoint, prefix) == (own_server.endpoint, "true")
    assert region


def test_most_tools_ask_first_who_they_are(home):
    found = home.aws("sts", "get-caller-identity")
    arn = f"arn:aws:iam::{home.account}:user/local"
    assert (found["Account"], found["Arn"]) == (home.account, arn)
    assert found["UserId"]


def test_the_story_of_codeartifact(home):
    ca = ("codeartifact",)
    home.aws(*ca, "create-domain", "--domain", "shop")
    store = home.aws(*ca, "create-repository", *STORE)["repository"]
    found = home.aws(*ca, "associate-external-connection", *STORE, "--external-connection", "public:npmjs")
    connection = {"externalConnectionName": "public:npmjs", "packageFormat": "npm", "status": "Available"}
    assert found["repository"] == {**store, "externalConnections": [connection]}
    app = ["--domain", "shop", "--repository", "app"]
    home.aws(*ca, "create-repository", *app, "--upstreams", "repositoryName=store")
    printed = home.run("aws", *ca, "login", "--tool", "npm", *app, "--dry-run")
    assert f"npm config set registry {home.server.endpoint}/npm/d/shop-{home.account}/app/" in printed
    found = home.aws(*ca, "disassociate-external-connection", *STORE, "--external-connection", "public:npmjs")
    assert found["repository"] == store
    said = home.aws_fails(*ca, "disassociate-external-connection", *STORE, "--external-connection", "public:npmjs")
    assert "(ResourceNotFoundException)" in said
    home.aws(*ca, "create-repository", "--domain", "shop", "--repository", "other")
    found = home.aws(*ca, "update-repository", *STORE, "--upstreams", "repositoryName=other")
    assert found["repository"]["upstreams"] == [{"repositoryName": "other"}]
    names = [item["name"] for item in home.aws(*ca, "list-repositories-in-domain", "--domain", "shop")["repositories"]]
    assert names == ["app", "other", "store"]


def test_the_story_of_sitewise(home):
    sw = ("iotsitewise",)
    child = home.aws(*sw, "create-asset-model", "--asset-model-name", "Turbine")["assetModelId"]
    home.run("aws", *sw, "wait", "asset-model-active", "--asset-model-id", child)
    hierarchy = f"name=turbines,childAssetModelId={child},externalId=turbines"
    parent = home.aws(
        *sw, "create-asset-model", "--asset-model-name", "Farm", "--asset-model-hierarchies", hierarchy
    )["assetModelId"]
    home.run("aws", *sw, "wait", "asset-model-active", "--asset-model-id", parent)
    farm = home.aws(*sw, "create-asset", "--asset-name", "North", "--asset-model-id", parent)["assetId"]
    turbine = home.aws(
        *sw, "create-asset", "--asset-name", "T1", "--asset-model-id", child, "--asset-external-id", "t-1"
    )["assetId"]
    for asset in (farm, turbine):
        home.run("aws", *sw, "wait", "asset-active", "--asset-id", asset)
    triple = ["--asset-id", farm, "--hierarchy-id", "externalId:turbines", "--child-asset-id", "externalId:t-1"]
    assert home.aws(*sw, "associate-assets", *triple) is None
    found = home.aws(*sw, "list-associated-assets", "--asset-id", farm)["assetSummaries"]
    assert [item["id"] for item in found] == [turbine]
    found = home.aws(*sw, "list-assets", "--filter", "TOP_LEVEL")["assetSummaries"]
    assert [item["id"] for item in found] == [farm]
    assert "(ResourceAlreadyExistsException)" in home.aws_fails(*sw, "associate-assets", *triple)
    assert home.aws(*sw, "disassociate-assets", *triple) is None
    assert "(ResourceNotFoundException)" in home.aws_fails(*sw, "disassociate-assets", *triple)
    for asset in (turbine, farm):
        home.aws(*sw, "delete-asset", "--asset-id", asset)
        home.run("aws", *sw, "wait", "asset-not-exists", "--asset-id", asset)
    for model in (parent, child):
        home.aws(*sw, "delete-asset-model", "--asset-model-id", model)
        home.run("aws", *sw, "wait", "asset-model-not-exists", "--asset-model-id", model)
    assert home.aws(*sw, "list-asset-models")["assetModelSummaries"] == []


def test_the_story_of_migration_hub(home):
    said = home.aws_fails("mgh", "create-progress-update-stream", "--progress-update-stream-name", "SMS")
    assert "(HomeRegionNotSetException)" in said
    config = ("migrationhub-config",)
    control = home.aws(*config, "create-home-region-control", "--home-region", "us-west-2", "--target", "Type=ACCOUNT")
    assert home.aws(*config, "get-home-region") == {"HomeRegion": "us-west-2"}
    found = home.aws(*config, "describe-home-region-controls")["HomeRegionControls"]
    assert [item["ControlId"] for item in found] == [control["HomeRegionControl"]["ControlId"]]
    home.aws("mgh", "create-progress-update-stream", "--progress-update-stream-name", "SMS")
    home.aws("mgh", "import-migration-task", *WHERE)
    update = ["--task", "Status=IN_PROGRESS,ProgressPercent=40", "--update-date-time", "2026-01-02T03:04:05Z"]
    home.aws("mgh", "notify-migration-task-state", *WHERE, *update, "--next-update-seconds", "60")
    home.aws("mgh", "associate-created-artifact", *WHERE, "--created-artifact", f"Name={AMI},Description=image")
    found = home.aws("mgh", "list-created-artifacts", *WHERE)
    assert found == {"CreatedArtifactList": [{"Name": AMI, "Description": "image"}]}
    name = ["--created-artifact-name", AMI]
    assert "(DryRunOperation)" in home.aws_fails("mgh", "disassociate-created-artifact", *WHERE, *name, "--dry-run")
    home.aws("mgh", "disassociate-created-artifact", *WHERE, *name)
    assert home.aws("mgh", "list-created-artifacts", *WHERE) == {"CreatedArtifactList": []}
    said = home.aws_fails("mgh", "disassociate-created-artifact", *WHERE, *name)
    assert "(ResourceNotFoundException)" in said
    found = home.aws("mgh", "describe-migration-task", *WHERE)["MigrationTask"]
    assert found["Task"] == {"Status": "IN_PROGRESS", "ProgressPercent": 40}
    assert found["UpdateDateTime"] == 1767323045.0
    home.aws(*config, "delete-home-region-control", "--control-id", control["HomeRegionControl"]["ControlId"])
    assert home.aws(*config, "get-home-region") is None
