"""Dashboards that the server keeps, read and drawn by AWS's own library for them."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.aws import Caller
from tests.boto3.monitor import create_dashboard, create_portal, create_project
from tests.boto3.test_sitewise_monitor import definitions
from tests.commandline import tools
from tests.server import environment

HERE = Path(__file__).parent
FILES = ("package.json", "page.js", "bundle.cjs")
INSTALL_MAX_S = 500
DRAW_MAX_S = 60
INSTALL = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error"]


def install(folder):
    """Installs the library and makes one file of it, unless that is done; answers why it does not work, or None."""
    stamp, wanted = folder / "installed", "\n".join((HERE / name).read_text() for name in FILES)
    if stamp.exists() and stamp.read_text() == wanted:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in FILES:
        shutil.copy(HERE / name, folder / name)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOMEREGION_"))}
    # Its own peers are not found as it lists them, and none of its scripts is needed.
    for command in ([*INSTALL, "--ignore-scripts", "--legacy-peer-deps"], ["node", "bundle.cjs"]):
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=INSTALL_MAX_S)
        if done.returncode != 0:
            return f"{command[0]} cannot prepare it: {done.stderr.strip()[-300:]}"
    stamp.write_text(wanted)
    return None


def measure(caller, asset):
    """Writes a value of each property of the asset, so that there is something to show."""
    number, text = (item["id"] for item in caller.sitewise.describe_asset(assetId=asset)["assetProperties"])
    now = {"timestamp": {"timeInSeconds": int(time.time()) - 5}, "quality": "GOOD"}
    entries = [
        {"entryId": "n", "assetId": asset, "propertyId": number, "propertyValues": [{"value": {"doubleValue": 7.25}, **now}]},
        {"entryId": "t", "assetId": asset, "propertyId": text, "propertyValues": [{"value": {"stringValue": "RUNNING"}, **now}]},
    ]
    assert caller.sitewise.batch_put_asset_property_value(entries=entries)["errorEntries"] == []


@pytest.fixture
def drawn(server, capsys):
    """Draws two dashboards of a fresh account, and answers what is to be seen with what they were made from."""
    if os.environ.get("HOMEREGION_TEST_FULL") != "1":
        pytest.skip("AWS's library of dashboards, 750 MB, is installed by `cargo xtask test --full`")
    folder = tools() / "monitor"
    reason = install(folder) if shutil.which("npm") else "node and npm are not installed"
    if reason:
        with capsys.disabled():
            print(f"\nSKIPPED AWS's library of dashboards: {reason}")
        pytest.skip(reason)
    caller = Caller(server)
    _plant, asset, first, second = definitions(caller)
    measure(caller, asset)
    project = create_project(caller, create_portal(caller))
    env = {
        "MONITOR_ENDPOINT": server.endpoint,
        "MONITOR_ACCOUNT": caller.account,
        "MONITOR_REGION": caller.region,
        "MONITOR_FIRST": create_dashboard(caller, project, first),
        "MONITOR_SECOND": create_dashboard(caller, project, second),
        "MONITOR_SHOWS": json.dumps(["North hall", "Flow", "flow (T1)", "state (T1)", "/plant/hall/flow", "7.25", "RUNNING"]),
    }
    shutil.copy(HERE / "draw.cjs", folder / "draw.cjs")
    command = ["node", "draw.cjs"]
    done = subprocess.run(
        command, cwd=folder, env=environment(folder, **env), capture_output=True, text=True, timeout=DRAW_MAX_S
    )
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-4000:]
    return asset, json.loads(first), json.loads(done.stdout), json.loads(env["MONITOR_SHOWS"])


@pytest.mark.max_seconds(1200)
def test_scenario_35_aws_s_library_draws_the_stored_dashboards(drawn):
    asset, first, seen, wanted = drawn
    for text in wanted:
        assert text in seen["text"], seen
    # It asked this server for the names of asset and properties, and for their values.
    assert f"GET /assets/{asset} 200" in seen["calls"]
    assert [call for call in seen["calls"] if not call.endswith(" 200")] == []
    assert any(call.startswith("POST /properties/") for call in seen["calls"]), seen["calls"]
    # A definition of the first generation becomes one of the second, widget by widget.
    migrated = seen["migrated"]["widgets"]
    assert [widget["type"] for widget in migrated] == ["xy-plot", "status", "table"]
    plot = next(widget for widget in migrated if widget["type"] == "xy-plot")
    metric = first["widgets"][0]["metrics"][0]
    [queried] = plot["properties"]["queryConfig"]["query"]["assets"]
    assert queried["assetId"] == asset
    assert [item["propertyId"] for item in queried["properties"]] == [metric["propertyId"]]
    assert plot["properties"]["title"] == "Flow"
    assert plot["properties"]["thresholds"][0]["value"] == 12.5
