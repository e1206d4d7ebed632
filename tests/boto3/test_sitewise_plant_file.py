"""Plant files with the real binary: applied, changed, looked at, interrupted and carried elsewhere."""

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.boto3 import plant as raw
from tests.server import binary, environment

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "plant-file.md"
FILE = """
version: 1
models:
  Turbine:
    externalId: turbine
    description: Any maker
    tags: {team: wind}
    properties:
      Maker: {attribute: string, default: unknown}
      Power: {measurement: double, unit: kW, externalId: power}
      Mean power: {metric: avg(power), window: 15m}
  Farm:
    properties:
      Output: {metric: sum(p), window: 15m, variables: {p: {hierarchy: Turbines, property: Mean power}}}
    hierarchies: {Turbines: Turbine, Spares: Turbine}
aliases: /{path}/{property}
assets:
  North:
    model: Farm
    hierarchies:
      Turbines: {T1: {}, T2: {externalId: t-2}}
"""


class Shell:
    """Runs `homeregion sitewise` as one account."""

    def __init__(self, caller, folder):
        self.caller = caller
        self.folder = folder

    def file(self, text, name="plant.yaml"):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def command(self, *arguments):
        server = self.caller.server
        where = ["--endpoint", server.endpoint, "--account", self.caller.account, "--region", self.caller.region]
        return [str(binary()), "sitewise", *arguments, *where]

    def run(self, *arguments, code=0):
        env = environment(self.folder)
        done = subprocess.run(self.command(*arguments), env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stdout[-3000:] + done.stderr
        return done

    def apply(self, text, *more, code=0):
        return self.run("apply", self.file(text), *more, code=code).stdout

    def export(self, *more):
        return self.run("export", *more).stdout


@pytest.fixture
def shell(caller, tmp_path):
    return Shell(caller, tmp_path)


def test_a_plant_is_made_once_and_then_there_is_nothing_to_do(shell):
    told = shell.apply(FILE)
    assert "+ model Turbine" in told and "+ asset North/Turbines/T1" in told, told
    assert told.rstrip().endswith("steps."), told
    sitewise = shell.caller.sitewise
    turbine = sitewise.describe_asset_model(assetModelId="externalId:turbine")
    assert turbine["assetModelDescription"] == "Any maker"
    assert sitewise.list_tags_for_resource(resourceArn=turbine["assetModelArn"])["tags"] == {"team": "wind"}
    [north] = raw.top_level(shell.caller)
    assert len(raw.children(shell.caller, north)) == 2
    second = sitewise.describe_asset(assetId="externalId:t-2")
    [power] = [p for p in second["assetProperties"] if p["name"] == "Power"]
    assert power["alias"] == "/North/T2/Power"
    assert "Nothing to do: 5 models and assets are as the file says." in shell.apply(FILE)
    shell.apply(FILE, "--check")


def test_a_change_is_shown_first_and_keeps_ids(shell):
    shell.apply(FILE)
    sitewise = shell.caller.sitewise
    before = sitewise.describe_asset_model(assetModelId="externalId:turbine")
    changed = FILE.replace("Power: {measurement", "Output: {measurement").replace("avg(power)", "avg(output)")
    changed = changed.replace("T2: {externalId", "T two: {externalId").replace("Any maker", "One maker")
    told = shell.apply(changed, "--dry-run")
    for line in ("property 'Output' name: 'Power' -> 'Output'", "description: 'Any maker' -> 'One maker'", "name: 'T2' -> 'T two'"):
        assert line in told, told
    assert sitewise.describe_asset_model(assetModelId="externalId:turbine")["assetModelVersion"] == before["assetModelVersion"]
    shell.apply(changed, "--check", code=5)
    shell.apply(changed)
    after = sitewise.describe_asset_model(assetModelId="externalId:turbine")
    ids = lambda model: [p["id"] for p in model["assetModelProperties"]]  # noqa: E731
    assert ids(after) == ids(before)
    assert sitewise.describe_asset(assetId="externalId:t-2")["assetName"] == "T two"
    shell.apply(changed, "--check")


def test_a_file_is_exported_as_it_was_applied(shell):
    shell.apply(FILE)
    exported = shell.export()
    assert "Nothing to do" in shell.apply(exported)
    assert "Nothing to do" in shell.apply(exported, "--prune")
    shell.run("export", "-o", str(shell.folder / "out.yaml"))
    assert (shell.folder / "out.yaml").read_text() == exported
    elsewhere = Shell(shell.caller.elsewhere("eu-west-1"), shell.folder)
    elsewhere.apply(exported)
    assert elsewhere.export() == exported


def test_only_one_tree_is_exported_with_the_models_that_it_needs(shell):
    shell.apply(FILE.replace("models:", "models:\n  Other: {}", 1) + "  Left: {model: Other}\n")
    exported = shell.export("--asset", "externalId:t-2")
    assert "T2:" in exported and "Turbine:" in exported, exported
    assert "Farm" not in exported and "Other" not in exported and "T1" not in exported, exported
    told = shell.run("export", "--asset", "externalId:nobody", code=1)
    assert "there is no asset externalId:nobody here" in told.stderr


def test_who_finds_no_server_is_told_how_to_name_one(tmp_path):
    file = tmp_path / "plant.yaml"
    file.write_text(FILE)
    (tmp_path / "endpoint").write_text("http://127.0.0.1:1")
    env = environment(tmp_path) | {"AWS_ENDPOINT_URL": "http://127.0.0.1:2"}
    for command in (["apply", str(file)], ["export"]):
        asked = [str(binary()), "sitewise", *command, "--data", str(tmp_path)]
        done = subprocess.run(asked, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, done.stdout
        assert "http://127.0.0.1:1 does not answer" in done.stderr
        assert "start it with `homeregion serve`, or say which one is meant with --data DIR or --endpoint URL" in done.stderr
        assert "AWS_ENDPOINT_URL is http://127.0.0.1:2, which --endpoint would ask" in done.stderr
        named = [*asked, "--endpoint", "http://127.0.0.1:1"]
        told = subprocess.run(named, env=env, capture_output=True, text=True, timeout=60).stderr
        assert "does not answer" in told and "--data DIR" not in told, told


def test_faults_of_a_file_are_told_with_their_places(shell):
    wrong = FILE.replace("unit: kW", "units: kW").replace("model: Farm", "model: Fram").replace("window: 15m}", "window: 15}", 1)
    done = shell.run("apply", shell.file(wrong), code=1)
    assert "there are 3 faults in" in done.stderr
    assert re.search(r"plant.yaml:10:\d+: the property 'Power' has no key 'units' \(did you mean 'unit'\?", done.stderr), done.stderr
    assert "did you mean 'Farm'?" in done.stderr and "the window '15' is none" in done.stderr
    misspelt = shell.run("apply", shell.file(FILE.replace("avg(power)", "avg(powr)")), code=1).stderr
    assert "'powr' in the formula of 'Mean power' is neither a property beside it nor declared" in misspelt, misspelt
    assert "did you mean 'power'?" in misspelt
    assert raw.top_level(shell.caller) == []
    assert "cannot be read" in shell.run("apply", str(shell.folder / "none.yaml"), code=1).stderr


def test_what_the_server_refuses_has_its_exit_code_and_json_tells_it(shell):
    shell.apply(FILE)
    told = shell.apply(FILE.replace("Power: {measurement: double", "Power: {measurement: integer"), code=4)
    assert "the data type of property 'Power' can't be changed from double to integer" in told
    many = " + ".join(11 * ["avg(power)"])
    report = json.loads(shell.apply(FILE.replace("avg(power)", many), "--json", code=4))
    [step] = report["steps"]
    assert (step["outcome"], step["name"], report["exitCode"]) == ("refused", "Turbine", 4), report
    assert "functions" in step["reason"], step
    assert report["unchanged"] == 4


def test_nothing_is_deleted_unless_asked_for(shell):
    shell.apply(FILE)
    less = "version: 1\nmodels:\n  Turbine: {externalId: turbine}\n"
    told = shell.apply(less)
    assert "Kept although the file does not mention it" in told and "model 'Farm'" in told, told
    assert len(raw.top_level(shell.caller)) == 1
    shell.apply(less, "--prune")
    assert shell.export() == "version: 1\n\nmodels:\n  Turbine:\n    externalId: turbine\n"


def test_what_was_interrupted_goes_on(shell):
    many = "".join(f"        T{number}: {{}}\n" for number in range(60))
    file = FILE.replace("      Turbines: {T1: {}, T2: {externalId: t-2}}\n", f"      Turbines:\n{many}")
    path = shell.file(file)
    sitewise = shell.caller.sitewise

    def count():
        try:
            found = sitewise.list_assets(assetModelId="externalId:turbine", maxResults=250)
        except sitewise.exceptions.ResourceNotFoundException:
            return 0
        return len(found["assetSummaries"])

    kills = 0
    for least in (1, 15, 30, 45):
        process = subprocess.Popen(
            shell.command("apply", path), env=environment(shell.folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while process.poll() is None and count() < least:
            pass
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
        # What the server had under way comes through: a run that looked before would make it again.
        before = -1
        while before != (before := count()):
            time.sleep(0.05)
    assert kills, "it was never interrupted"
    shell.run("apply", path)
    [north] = raw.top_level(shell.caller)
    assert len(raw.children(shell.caller, north, maxResults=250)) == 60
    assert "Nothing to do" in shell.run("apply", path).stdout


def test_states_are_waited_for(own_server, tmp_path):
    own_server.stop()
    own_server.arguments = ["--simulate-propagation-ms", "200"]
    own_server.start()
    from tests.aws import Caller

    shell = Shell(Caller(own_server), tmp_path)
    shell.apply(FILE)
    assert "Nothing to do" in shell.apply(FILE)


def test_values_of_attributes_are_set_changed_and_exported(shell):
    file = FILE.replace("T1: {}", "T1: {attributes: {Maker: Acme}}")
    file += "".join(f"        Spare {number}: {{attributes: {{Maker: Maker {number}}}}}\n" for number in range(14)).join(
        ["      Spares:\n", ""]
    )
    shell.apply(file)
    sitewise = shell.caller.sitewise
    [north] = raw.top_level(shell.caller)
    children = [sitewise.describe_asset(assetId=child) for child in raw.children(shell.caller, north)]
    t1 = next(child for child in children if child["assetName"] == "T1")
    [maker] = [p["id"] for p in t1["assetProperties"] if p["name"] == "Maker"]

    def history():
        found = sitewise.get_asset_property_value_history(assetId=t1["assetId"], propertyId=maker)
        return [point["value"]["stringValue"] for point in found["assetPropertyValueHistory"]]

    newest = sitewise.get_asset_property_value(assetId=t1["assetId"], propertyId=maker)["propertyValue"]
    assert newest["value"] == {"stringValue": "Acme"} and newest["quality"] == "GOOD"
    assert abs(newest["timestamp"]["timeInSeconds"] - time.time()) < 60
    assert "Nothing to do" in shell.apply(file)
    assert history() == ["unknown", "Acme"], "the default before it is kept, and nothing was written twice"

    exported = shell.export()
    assert exported.count("Maker: ") == 16 and "Maker: Maker 13" in exported, exported
    assert "Nothing to do" in shell.apply(exported)
    elsewhere = Shell(shell.caller.elsewhere("eu-west-1"), shell.folder)
    elsewhere.apply(exported)
    assert elsewhere.export() == exported

    told = shell.apply(file.replace("Acme", "Other"))
    assert "North/Turbines/T1: 'Maker': 'Acme' -> 'Other'" in told
    assert history()[-1] == "Other"
    # The default is a value like others, and not worth a line.
    back = shell.apply(file.replace("Acme", "unknown"))
    assert "North/Turbines/T1: 'Maker': 'Other' -> 'unknown'" in back
    assert shell.export().count("Maker: ") == 15
    assert "Nothing to do" in shell.apply(file.replace("Acme", "unknown"))


def test_a_value_is_set_though_others_are_far_away_in_time(shell):
    file = FILE.replace("T1: {}", "T1: {externalId: t-1, attributes: {Maker: Acme}}")
    shell.apply(file.replace(", attributes: {Maker: Acme}", ""))
    sitewise = shell.caller.sitewise
    t1 = sitewise.describe_asset(assetId="externalId:t-1")
    [maker] = [p["id"] for p in t1["assetProperties"] if p["name"] == "Maker"]
    week = int(time.time()) - 6 * 24 * 3600
    point = {"value": {"stringValue": "Old"}, "timestamp": {"timeInSeconds": week}}
    entry = {"entryId": "1", "assetId": t1["assetId"], "propertyId": maker, "propertyValues": [point]}
    assert sitewise.batch_put_asset_property_value(entries=[entry])["errorEntries"] == []
    # The default is as old as the asset, and newer than that.
    assert "'Maker': 'unknown' -> 'Acme'" in shell.apply(file)
    assert "Nothing to do" in shell.apply(file)


def test_a_value_of_the_wrong_type_is_told_with_its_line(shell):
    wrong = FILE.replace("Maker: {attribute: string, default: unknown}", "Size: {attribute: integer, default: 3}")
    wrong = wrong.replace("T1: {}", "T1: {attributes: {Size: big}}")
    line = 1 + wrong[: wrong.index("Size: big")].count("\n")
    done = shell.run("apply", shell.file(wrong), code=1)
    assert re.search(rf"plant.yaml:{line}:\d+: the value 'big' of 'Size' is not integer: ", done.stderr), done.stderr
    assert raw.top_level(shell.caller) == []


def test_a_profile_leads_to_another_account(shell):
    (shell.folder / ".aws").mkdir()
    (shell.folder / ".aws" / "config").write_text(
        f"[profile plant]\nregion = {shell.caller.region}\nendpoint_url = {shell.caller.server.endpoint}\n"
        f"aws_access_key_id = {shell.caller.account}\naws_secret_access_key = secret\n"
    )
    command = [str(binary()), "sitewise", "apply", shell.file(FILE), "--profile", "plant"]
    done = subprocess.run(command, env=environment(shell.folder), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert 'with the keys of the profile "plant"' in done.stderr
    command[-2:] = ["--aws"]
    env = environment(shell.folder, AWS_PROFILE="plant")
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "Nothing to do" in done.stdout) == (0, True), done.stderr
    assert "Nothing to do" in shell.apply(FILE)


def test_the_documented_example_works(shell, needs):
    [example] = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    shell.run("apply", shell.file(example), "--dry-run")
    needs("CreateAssetModelCompositeModel", "PutAssetModelInterfaceRelationship")
    shell.apply(example)
    exported = shell.export()
    assert "Nothing to do" in shell.apply(exported), exported
    elsewhere = Shell(shell.caller.elsewhere("eu-west-1"), shell.folder)
    elsewhere.apply(exported)
    assert elsewhere.export() == exported
