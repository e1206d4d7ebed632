"""The commands of docs/monitor.md, as they stand there."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.aws import Caller, fresh_account
from tests.boto3.monitor import picture
from tests.boto3.plant import create_asset, create_model
from tests.commandline import Home

PAGE = Path(__file__).parent.parent.parent / "docs" / "monitor.md"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
DEFINITION = '{\n  "widgets": []\n}'


@pytest.fixture
def home(server):
    home = Home(server, fresh_account())
    yield home
    home.discard()


@pytest.mark.skipif(os.environ.get("HOMEREGION_TEST_DATABASE") == "postgres", reason="runs on sqlite")
def test_the_page_on_monitor_can_be_followed(home):
    caller = Caller(home.server, home.account, home.region)
    farm = create_asset(caller, create_model(caller), "North")
    (home.folder / "flows.json").write_text(DEFINITION)
    (home.folder / "logo.png").write_bytes(picture())
    # The server of the test is elsewhere.
    script = "\n".join(BLOCK.findall(PAGE.read_text())).replace("export AWS_ENDPOINT_URL=http://127.0.0.1:4566\n", "")
    assert script.count("aws iotsitewise") == 10
    printed = home.run("bash", "-euc", script, farm=farm)
    assert DEFINITION in printed
    [portal] = caller.sitewise.list_portals()["portalSummaries"]
    [project] = caller.sitewise.list_projects(portalId=portal["id"])["projectSummaries"]
    assert (portal["name"], project["name"]) == ("Plant", "North hall")
    assert caller.sitewise.list_project_assets(projectId=project["id"])["assetIds"] == [farm]
    listed = json.loads("{" + printed[printed.rindex('"accessPolicySummaries"'):].split("\n}\n")[0] + "}")
    assert [item["resource"] for item in listed["accessPolicySummaries"]] == [{"project": {"id": project["id"]}}]
    assert (home.folder / "shown.png").read_bytes() == picture()
