"""Values of notified properties are published to a broker of MQTT and over HTTP; nothing is lost on the way."""

import itertools
import json
import subprocess
import time

import pytest

from tests.aws import Caller, answer
from tests.boto3.plant import create_asset, create_model
from tests.broker import Broker
from tests.server import Server, environment

SPEED = {"name": "speed", "dataType": "DOUBLE", "type": {"measurement": {}}}
STATE = {"name": "state", "dataType": "STRING", "type": {"measurement": {}}}


def configured(text):
    """A server with a configuration file of its own, not started yet."""
    server = Server()
    file = server.folder / "homeregion.toml"
    file.write_text(text)
    server.arguments += ["--config", str(file)]
    return server


@pytest.fixture
def broker():
    broker = Broker()
    try:
        yield broker.start()
    finally:
        broker.discard()


@pytest.fixture
def told(broker):
    """A server that publishes to the broker."""
    server = configured(f'[sitewise.mqtt]\nurl = "{broker.url}"\n')
    try:
        yield server.start()
    finally:
        server.discard()


class Pump:
    """An asset with two measurements, notified or not."""

    def __init__(self, caller, notified=("speed",)):
        self.caller = caller
        self.model = create_model(caller, assetModelProperties=[SPEED, STATE])
        self.asset = create_asset(caller, self.model)
        found = caller.sitewise.describe_asset(assetId=self.asset)["assetProperties"]
        self.properties = {item["name"]: item["id"] for item in found}
        for name in notified:
            self.notify(name)

    def notify(self, name, state="ENABLED"):
        self.caller.sitewise.update_asset_property(
            assetId=self.asset, propertyId=self.properties[name], propertyNotificationState=state
        )

    def topic(self, name):
        return (
            f"$aws/sitewise/asset-models/{self.model}/assets/{self.asset}/properties/{self.properties[name]}"
        )

    def put(self, *values, name="speed", quality="GOOD", kind="doubleValue"):
        """Stores values at times of their own, up to ten."""
        stored = [
            {"timestamp": {"timeInSeconds": seconds}, "quality": quality, "value": {kind: value}}
            for seconds, value in values
        ]
        entry = {
            "entryId": "e", "assetId": self.asset, "propertyId": self.properties[name], "propertyValues": stored,
        }
        assert answer(self.caller.sitewise.batch_put_asset_property_value(entries=[entry])) == {"errorEntries": []}


def doubles(subscriber, topic):
    return [value["value"]["doubleValue"] for of, value in subscriber.values() if of == topic]


def test_values_of_notified_properties_are_published(told, broker):
    pump = Pump(Caller(told))
    subscriber = broker.subscribe("$aws/sitewise/asset-models/+/assets/+/properties/+")
    hash_only = broker.subscribe("#")
    now = int(time.time())
    pump.put(*[(now - i, float(i)) for i in range(10)])
    pump.put((now, "ON"), name="state", kind="stringValue")
    pump.put((now - 100, -1.5), quality="BAD")
    # Late, and stored over what was there: told again.
    pump.put((now - 5, 55.0))
    subscriber.wait(lambda arrived: len(arrived) >= 3)
    topic, payload = subscriber.arrived[0]
    assert topic == pump.topic("speed")
    assert json.loads(payload) == {
        "type": "PropertyValueUpdate",
        "payload": {
            "assetId": pump.asset,
            "propertyId": pump.properties["speed"],
            "values": [
                {
                    "timestamp": {"timeInSeconds": now - i, "offsetInNanos": 0},
                    "quality": "GOOD",
                    "value": {"doubleValue": float(i)},
                }
                for i in range(10)
            ],
        },
    }
    qualities = [value["quality"] for _, value in subscriber.values()]
    assert qualities == ["GOOD"] * 10 + ["BAD", "GOOD"]
    assert doubles(subscriber, topic)[10:] == [-1.5, 55.0]

    # At once, in both directions.
    pump.notify("state")
    pump.put((now + 1, "OFF"), name="state", kind="stringValue")
    subscriber.wait(lambda arrived: any(topic == pump.topic("state") for topic, _ in arrived))
    pump.notify("speed", "DISABLED")
    pump.put((now + 1, 1.0))
    pump.put((now + 2, "ON"), name="state", kind="stringValue")
    subscriber.wait(lambda arrived: len([1 for topic, _ in arrived if topic == pump.topic("state")]) == 2)
    assert len(doubles(subscriber, topic)) == 12
    assert hash_only.arrived == [], "# does not stand for topics that begin with $"


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_broker_may_ask_who_publishes(version):
    broker = Broker(user="plant", password="it's a secret")
    server = configured(
        f'[sitewise.mqtt]\nurl = "{broker.url}"\nversion = "{version}"\n'
        'user = "plant"\npassword = "it\'s a secret"\ntopic_prefix = "edge/"\n'
    )
    try:
        broker.start()
        pump = Pump(Caller(server.start()))
        subscriber = broker.subscribe("edge/$aws/#")
        pump.put((int(time.time()), 7.0))
        subscriber.wait(lambda arrived: len(arrived) == 1)
        assert doubles(subscriber, "edge/" + pump.topic("speed")) == [7.0]
    finally:
        server.discard()
        broker.discard()


def test_nothing_is_lost_while_the_broker_is_away_or_the_server_is_killed(told, broker):
    pump = Pump(Caller(told), notified=("speed", "state"))
    now = int(time.time())
    numbers = itertools.count()

    def put(count):
        for _ in range(count):
            number = next(numbers)
            pump.put((now - 1000 + number, float(number)))

    put(5)
    broker.stop()
    put(40)
    told.restart(kill=True)
    put(40)
    broker.start()
    subscriber = broker.subscribe(pump.topic("speed"))
    put(40)
    # The last that the broker took before it went away nobody had subscribed to.
    expected = [float(number) for number in range(5, 125)]
    subscriber.wait(lambda _: set(doubles(subscriber, pump.topic("speed"))) >= set(expected), seconds=60)
    arrived = [number for number in doubles(subscriber, pump.topic("speed")) if number >= 5]
    first_times = list(dict.fromkeys(arrived))
    assert first_times == expected, "in the order in which they were stored"


def test_kill_9_right_after_an_answer_loses_no_notification(told, broker):
    pump = Pump(Caller(told))
    subscriber = broker.subscribe(pump.topic("speed"))
    now = int(time.time())
    expected = []
    for number in range(6):
        value = float(number)
        pump.put((now - 100 + number, value))
        expected.append(value)
        told.restart(kill=True)
    subscriber.wait(lambda _: set(doubles(subscriber, pump.topic("speed"))) >= set(expected), seconds=30)
    assert list(dict.fromkeys(doubles(subscriber, pump.topic("speed")))) == expected


class Follower:
    """curl at the stream of values."""

    def __init__(self, caller, query, *headers):
        url = f"{caller.server.endpoint}/_homeregion/values?{query}"
        command = [
            "curl", "-sN", "--noproxy", "*", "--aws-sigv4", f"aws:amz:{caller.region}:iotsitewise",
            "--user", f"{caller.account}:any", *[part for header in headers for part in ("-H", header)], url,
        ]
        self.process = subprocess.Popen(
            command, env=environment(caller.server.home), stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def line(self, beginning):
        for line in self.process.stdout:
            if line.startswith(beginning):
                return line[len(beginning):].strip()
        raise AssertionError(f"no line begins with {beginning}")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


def test_values_are_streamed_over_http(own_server):
    caller = Caller(own_server)
    pump = Pump(caller, notified=("speed", "state"))
    foreign = Pump(Caller(own_server))
    now = int(time.time())
    query = f"follow=true&topic=%24aws/sitewise/asset-models/%2B/assets/%2B/properties/{pump.properties['speed']}"
    pump.put((now - 60, 0.0))
    follower = Follower(caller, query + "&after=0", "Accept: text/event-stream")
    try:
        first = follower.line("id: ")
        assert json.loads(follower.line("data: "))["message"]["payload"]["values"][0]["value"] == {"doubleValue": 0.0}
        foreign.put((now, 99.0))
        pump.put((now, "ON"), name="state", kind="stringValue")
        pump.put((now, 1.0))
        assert int(follower.line("id: ")) > int(first)
        data = json.loads(follower.line("data: "))
        assert data["topic"] == pump.topic("speed")
        assert data["message"]["payload"]["values"][0]["value"] == {"doubleValue": 1.0}
    finally:
        follower.stop()
    again = Follower(caller, query, "Accept: text/event-stream", f"Last-Event-ID: {first}")
    try:
        assert json.loads(again.line("data: "))["message"]["payload"]["values"][0]["value"] == {"doubleValue": 1.0}
    finally:
        again.stop()
    # `#` does not stand for what begins with $; without a topic everything of the account is there.
    nothing = Follower(caller, "topic=%23")
    assert nothing.process.communicate(timeout=10)[0] == ""
    lines = Follower(caller, "").process.communicate(timeout=10)[0].splitlines()
    assert [json.loads(line)["topic"] for line in lines] == [
        pump.topic("speed"), pump.topic("state"), pump.topic("speed"),
    ]
