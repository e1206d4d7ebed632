"""The acceptance scenarios of IoT SiteWise, 1 to 36 and 40: each has a test, and what is missing of one stands in a ledger.

A test that plays a scenario, or a part of it, carries its number: `test_scenario_07_...`. CodeArtifact has scenarios with
numbers of its own; they live in other files.
"""

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
LEDGER = TESTS / "ledgers" / "scenarios.txt"
SCENARIOS = {*range(1, 37), 40}
NUMBERED = re.compile(r"^(?:async )?def test_scenario_(\d+)_\w+\(", re.MULTILINE)
# Where SiteWise is tested in files that do not say so in their names.
ALSO = ("test_asset", "test_associate_assets", "test_disassociate_assets")


def is_about_sitewise(path):
    where = path.relative_to(TESTS).as_posix()
    return "sitewise" in where or "clients/monitor/" in where or path.name.startswith(ALSO)


def numbers():
    """The numbers of scenarios, each with the files that have a test of it."""
    found = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        if is_about_sitewise(path):
            for number in NUMBERED.findall(path.read_text()):
                found.setdefault(int(number), set()).add(path.name)
    return found


def ledger():
    """The lines of the ledger: number of a scenario and what is still missing of it."""
    lines = LEDGER.read_text().splitlines() if LEDGER.exists() else []
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_every_scenario_has_a_test():
    missing = sorted(SCENARIOS - numbers().keys())
    assert missing == [], f"no function test_scenario_NN_... in any test of SiteWise for {missing}"


def test_no_test_has_the_number_of_no_scenario():
    unknown = {number: files for number, files in numbers().items() if number not in SCENARIOS}
    assert unknown == {}


def test_each_line_of_the_ledger_names_a_scenario_and_what_is_missing():
    for line in ledger():
        number, colon, missing = line.partition(":")
        assert colon and number.strip().isdigit(), f"{line!r} is not 'NN: what is missing'"
        assert int(number) in SCENARIOS, f"{line!r} names no scenario that is due"
        assert len(missing.split()) >= 2, f"{line!r} does not say what is missing"
    assert len(set(ledger())) == len(ledger()), "a line stands twice"
