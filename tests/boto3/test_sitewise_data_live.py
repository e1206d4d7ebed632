"""Values of notified properties are published to a broker of MQTT and over HTTP; nothing is lost on the way."""

import itertools
import json
import subprocess
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.aws import Caller, answer, fresh_account
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


def latest(caller, alias):
    found = answer(caller.sitewise.get_asset_property_value(propertyAlias=alias))
    return found["propertyValue"]


def eventually(check, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return check()
        except (AssertionError, KeyError, ClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_values_are_taken_from_a_broker(broker):
    account = fresh_account()
    server = configured(
        f'[sitewise.mqtt]\nurl = "{broker.url}"\n'
        f'[[sitewise.mqtt.subscribe]]\ntopic = "plant/+/+"\nalias = "/plant/{{1}}/{{2}}"\n'
        f'account = "{account}"\nregion = "us-west-2"\n'
    )
    try:
        caller = Caller(server.start(), account=account)
        now = int(time.time())
        value = {"value": 21.5, "timestamp": now - 60, "quality": "uncertain"}

        def subscribed():
            assert "values are taken from" in server.read_log()

        eventually(subscribed)
        broker.publish("plant/7/temperature", json.dumps(value))
        broker.publish("plant/7/state", "ON")
        broker.publish("plant/7/speed", json.dumps([{"value": i, "timestamp": now - 30 + i} for i in range(25)]))
        broker.publish("plant/7/speed", "{}")
        found = eventually(lambda: latest(caller, "/plant/7/temperature"))
        assert found == {
            "value": {"doubleValue": 21.5},
            "timestamp": {"timeInSeconds": now - 60, "offsetInNanos": 0},
            "quality": "UNCERTAIN",
        }
        assert eventually(lambda: latest(caller, "/plant/7/state"))["value"] == {"stringValue": "ON"}

        def all_there():
            assert latest(caller, "/plant/7/speed")["value"] == {"doubleValue": 24.0}

        eventually(all_there)
        history = answer(
            caller.sitewise.get_asset_property_value_history(propertyAlias="/plant/7/speed", maxResults=100)
        )
        assert [item["value"]["doubleValue"] for item in history["assetPropertyValueHistory"]] == [
            float(i) for i in range(25)
        ]
        # What arrives while nobody is here waits at the broker.
        server.kill()
        broker.publish("plant/8/speed", json.dumps({"value": 1, "timestamp": now}))
        server.start()
        caller = Caller(server, account=account)
        assert eventually(lambda: latest(caller, "/plant/8/speed"))["value"] == {"doubleValue": 1.0}
    finally:
        server.discard()


def sitewise_command(caller, *arguments):
    where = ["--endpoint", caller.server.endpoint, "--account", caller.account, "--region", caller.region]
    return caller.server.run("sitewise", *arguments, *where)


def test_data_scenario_30_a_file_with_one_bad_line_of_five(server, tmp_path):
    caller = Caller(server)
    now = int(time.time())
    file = tmp_path / "values.csv"
    file.write_text(
        "ALIAS,DATA_TYPE,TIMESTAMP_SECONDS,TIMESTAMP_NANO_OFFSET,QUALITY,VALUE\n"
        f"/pump/speed,DOUBLE,{now - 4},0,GOOD,1.0\n"
        f"/pump/speed,DOUBLE,{now - 3},0,GOOD,two\n"
        f"/pump/speed,DOUBLE,{now - 2},5,BAD,3.0\n"
        f'"/pump/state",STRING,{now - 1},,,"on, at last"\n'
        f"/pump/speed,DOUBLE,{now},0,GOOD,5.0\n"
    )
    errors = tmp_path / "errors.csv"
    done = sitewise_command(caller, "import", str(file), "--errors", str(errors))
    assert done.returncode == 4, done.stderr
    assert done.stdout == "4 of 5 rows stored, 1 refused\n"
    assert f"{file}:3: InvalidRequestException: VALUE is \"two\", which is no DOUBLE" in done.stderr
    report = errors.read_text().splitlines()
    assert len(report) == 2 and report[1].startswith("3,"), report
    history = answer(
        caller.sitewise.get_asset_property_value_history(propertyAlias="/pump/speed", qualities=["GOOD"])
    )
    assert [item["value"]["doubleValue"] for item in history["assetPropertyValueHistory"]] == [1.0, 5.0]
    assert latest(caller, "/pump/state")["value"] == {"stringValue": "on, at last"}


def test_an_import_tells_what_the_server_refuses_row_by_row(server, tmp_path):
    caller = Caller(server)
    now = int(time.time())
    file = tmp_path / "values.csv"
    rows = [f"/fan/speed,DOUBLE,{now - 1000 + i},{float(i)}" for i in range(250)]
    rows[7] = f"/fan/speed,DOUBLE,{now - 8 * 86400},7.0"
    rows[150] = f"/fan/speed,INTEGER,{now - 850},150"
    file.write_text("\n".join(rows) + "\n")
    columns = "ALIAS,DATA_TYPE,TIMESTAMP_SECONDS,VALUE"
    done = sitewise_command(caller, "import", str(file), "--columns", columns)
    assert done.returncode == 4, done.stderr
    assert done.stdout == "248 of 250 rows stored, 2 refused\n"
    assert f"{file}:8: TimestampOutOfRangeException" in done.stderr
    assert f"{file}:151: InvalidRequestException" in done.stderr
    file.write_text(f"no-uuid,p,DOUBLE,{now},1\n")
    columns = "ASSET_ID,PROPERTY_ID,DATA_TYPE,TIMESTAMP_SECONDS,VALUE"
    done = sitewise_command(caller, "import", str(file), "--columns", columns)
    assert (done.returncode, done.stdout) == (4, "0 of 1 rows stored, 1 refused\n")
    done = sitewise_command(caller, "import", str(file))
    assert done.returncode == 1 and "--columns" in done.stderr


def test_the_demo_is_there_after_one_command(server):
    caller = Caller(server)
    done = sitewise_command(caller, "demo", "--once", "--days", "1")
    assert done.returncode == 0, done.stderr
    assert "get-asset-property-value" in done.stdout
    now = time.time()
    for turbine in (1, 4):
        found = latest(caller, f"/Demo Wind Farm/Demo Turbine {turbine}/Wind speed")
        assert now - found["timestamp"]["timeInSeconds"] < 60
    # A second time there is nothing to create.
    again = sitewise_command(caller, "demo", "--once", "--days", "0")
    assert again.returncode == 0, again.stderr
    assert len(caller.sitewise.list_assets(filter="TOP_LEVEL")["assetSummaries"]) == 1


def test_grafana_logs_in_at_the_edge(server):
    account = fresh_account()
    login = {"username": account, "password": "any", "authMechanism": "linux"}
    status, _, body = server.post("/authenticate", json.dumps(login).encode(), **{"Content-Type": "application/json"})
    assert status == 200
    session = json.loads(body)
    assert set(session) == {
        "username", "accessKeyId", "secretAccessKey", "sessionToken", "sessionExpiryTime", "authMechanism",
    }
    client = boto3.client(
        "iotsitewise", region_name="Edge", endpoint_url=server.endpoint,
        aws_access_key_id=session["accessKeyId"], aws_secret_access_key=session["secretAccessKey"],
        aws_session_token=session["sessionToken"], config=Config(inject_host_prefix=False, proxies={}),
    )
    model = create_model(Caller(server, account=account, region="us-east-1"))
    assert [item["id"] for item in client.list_asset_models(maxResults=1)["assetModelSummaries"]] == [model]
    assert server.post("/authenticate", b"{}")[0] == 400
    assert server.get("/authenticate")[0] == 405
