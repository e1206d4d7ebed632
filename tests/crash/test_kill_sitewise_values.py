"""kill -9 while values come in: what was acknowledged is there, and no request is there in part (scenario 30)."""

import os
import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.aws import Caller
from tests.server import Server

KILLS = 200 if os.environ.get("HOMEREGION_TEST_FULL") else 6
SEED = int(os.environ.get("HOMEREGION_TEST_SEED", "20261121"))
ACCOUNT = "111122223333"
WORKERS = 4
# Series that the ten entries of a request go to, ten values each.
ENTRIES = 10
VALUES = 10


class Writer:
    """Sends requests of 100 values, each with the number of the request as its value, and knows what was answered."""

    def __init__(self, number, begin):
        self.number = number
        self.begin = begin
        self.acknowledged = set()
        # Sent without an answer: there as a whole, or not at all.
        self.unsure = set()
        self.next = 0

    def aliases(self):
        return [f"/w{self.number}/s{entry}" for entry in range(ENTRIES)]

    def stamps(self, request):
        """Ten seconds of its own: no request replaces what another has written."""
        return [self.begin + request * VALUES + i for i in range(VALUES)]

    def entries(self, request):
        def value(seconds):
            return {"value": {"doubleValue": float(request)}, "timestamp": {"timeInSeconds": seconds}}

        return [
            {"entryId": f"e{n}", "propertyAlias": alias, "propertyValues": [value(second) for second in self.stamps(request)]}
            for n, alias in enumerate(self.aliases())
        ]

    def send(self, caller):
        request, self.next = self.next, self.next + 1
        self.unsure.add(request)
        found = caller.sitewise.batch_put_asset_property_value(entries=self.entries(request))
        assert found["errorEntries"] == [], found["errorEntries"][:1]
        self.unsure.discard(request)
        self.acknowledged.add(request)


def load(server, writers, seconds):
    caller = Caller(server, ACCOUNT)
    caller.sitewise  # noqa: B018 - the client is made before the threads start
    stop, faults = threading.Event(), []

    def repeat(writer):
        while not stop.is_set():
            try:
                writer.send(caller)
            except (BotoCoreError, OSError):
                return
            except ClientError as error:
                if not server.killed:
                    faults.append(error)
                return
            except Exception as error:  # noqa: BLE001 - the test reports it
                # An answer that the kill cut off is none.
                if not server.killed:
                    faults.append(error)
                return

    threads = [threading.Thread(target=repeat, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    server.kill()
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "a worker hangs"
    assert not faults, faults[:3]


def history(caller, alias):
    """The value of every second of a stream."""
    found, token = {}, {}
    while True:
        page = caller.sitewise.get_asset_property_value_history(propertyAlias=alias, maxResults=20000, **token)
        for point in page["assetPropertyValueHistory"]:
            found[point["timestamp"]["timeInSeconds"]] = int(point["value"]["doubleValue"])
        if "nextToken" not in page:
            return found
        token = {"nextToken": page["nextToken"]}


def compare(caller, writer):
    """Every acknowledged request is complete; one without an answer is complete or absent, in all of its streams."""
    streams = {}
    for alias in writer.aliases():
        try:
            streams[alias] = history(caller, alias)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException" and not writer.acknowledged
            streams[alias] = {}
    for request in sorted(writer.acknowledged | writer.unsure):
        kept = [found.get(second) for found in streams.values() for second in writer.stamps(request)]
        there = sum(value == request for value in kept)
        assert there in ((100,) if request in writer.acknowledged else (0, 100)), (
            f"request {request} of writer {writer.number} has {there} of 100 values"
        )
        if there:
            writer.acknowledged.add(request)
    writer.unsure.clear()
    expected = len(writer.acknowledged) * VALUES
    assert all(len(found) == expected for found in streams.values()), "there are values that nobody sent"
    if writer.acknowledged:
        last = max(writer.acknowledged)
        for alias in writer.aliases():
            latest = caller.sitewise.get_asset_property_value(propertyAlias=alias)["propertyValue"]
            assert latest["timestamp"]["timeInSeconds"] == writer.stamps(last)[-1]
            assert latest["value"] == {"doubleValue": float(last)}


@pytest.mark.max_seconds(120 + KILLS * 15)
def test_data_scenario_30_acknowledged_values_survive_kills_whole():
    dice = random.Random(SEED)
    server = Server()
    try:
        server.start()
        # Six days hold 5,000 requests of each writer.
        begin = int(time.time()) - 6 * 24 * 3600
        writers = [Writer(number, begin) for number in range(WORKERS)]
        for kill in range(KILLS):
            before = sum(len(writer.acknowledged) for writer in writers)
            load(server, writers, dice.uniform(0.2, 1.0))
            verified = server.verify()
            assert verified.returncode == 0, f"after kill {kill + 1}: {verified.stdout}{verified.stderr}"
            server.start()
            caller = Caller(server, ACCOUNT)
            # All of them every time would take longer than the load itself.
            for writer in writers if kill % 10 == 9 or kill == KILLS - 1 else [dice.choice(writers)]:
                compare(caller, writer)
            after = sum(len(writer.acknowledged) for writer in writers)
            print(f"kill {kill + 1}: {after - before} more requests acknowledged")
        assert sum(len(writer.acknowledged) for writer in writers) > KILLS * 10, "there was hardly any load"
        log = server.read_log()
        assert "panicked" not in log, log[-4000:]
    finally:
        server.discard()
