"""What happens to package versions is told: to webhooks, over HTTP, and by `homeregion events`."""

import json
import subprocess
import threading
import urllib.request

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.aws import Caller
from tests.boto3.packages import generic, publish_npm, token
from tests.receiver import Receiver, is_signed
from tests.server import Server, binary, environment, fetch

SECRET = "a secret of the receiver"
APP = {"domain": "shop", "repository": "app"}
KIT = {**APP, "format": "npm", "namespace": "acme", "package": "kit"}


def configured(text):
    """A server with a configuration file of its own, not started yet."""
    server = Server()
    file = server.folder / "homeregion.toml"
    file.write_text(text)
    server.arguments += ["--config", str(file)]
    return server


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def told(receiver):
    """A server that tells the receiver."""
    server = configured(f'[[events.webhook]]\nurl = "{receiver.url}"\nsecret = "{SECRET}"\n')
    try:
        yield server.start()
    finally:
        server.discard()


def shop(server, **more):
    caller = Caller(server, **more)
    caller.codeartifact.create_domain(domain="shop")
    caller.codeartifact.create_repository(**APP)
    return caller


def details(events):
    """Of each event: what happened, to which version, what it is now, what changed."""
    found = []
    for event in events:
        detail = event["detail"]
        changes = {name for name, value in detail["changes"].items() if value}
        version = f"{detail['repositoryName']}/{detail['packageName']}@{detail['packageVersion']}"
        found.append((detail["operationType"], version, detail["packageVersionState"], changes))
    return found


def test_scenario_39_one_event_for_each_thing_that_happens(told, receiver):
    caller = shop(told)
    client = caller.codeartifact
    client.create_repository(domain="shop", repository="team", upstreams=[{"repositoryName": "app"}])
    first = {"assetsAdded", "metadataUpdated", "statusChanged"}
    expected = []
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        publish_npm(caller, "left", version)
        expected.append(("Created", f"app/left@{version}", "Published", first))
    left = {**APP, "format": "npm", "package": "left"}
    client.update_package_versions_status(**left, versions=["1.0.0"], targetStatus="Archived")
    expected.append(("Updated", "app/left@1.0.0", "Archived", {"statusChanged"}))
    # Retained by the repository below, because its client takes the tarball.
    url = f"{told.endpoint}/npm/d/shop-{caller.account}/team/left/-/left-1.1.0.tgz"
    assert fetch("GET", url, headers={"Authorization": f"Bearer {token(caller)}"})[0] == 200
    expected.append(("Created", "team/left@1.1.0", "Published", first))
    client.publish_package_version(**generic(b"one", name="one", unfinished=True))
    expected.append(("Created", "app/tool@1.0.0", "Unfinished", first))
    client.publish_package_version(**generic(b"two", name="two"))
    expected.append(("Updated", "app/tool@1.0.0", "Published", {"assetsAdded", "statusChanged"}))
    client.delete_package(**left)
    deleted = [("1.0.0", "Archived"), ("1.1.0", "Published"), ("1.2.0", "Published")]
    events = receiver.events(len(expected) + len(deleted))
    assert details(events)[: len(expected)] == expected
    gone = sorted(details(events)[len(expected):])
    assert gone == [("Deleted", f"app/left@{version}", state, {"assetsRemoved"}) for version, state in deleted]

    arn = f"arn:aws:codeartifact:{caller.region}:{caller.account}:package/shop/app/npm//left"
    assert events[0]["resources"] == [arn]
    assert events[0]["detail"]["packageNamespace"] is None
    of_left = [e["detail"]["sequenceNumber"] for e in events if e["resources"] == [arn]]
    assert of_left == sorted(set(of_left)) and len(of_left) == 7
    assert len({event["detail"]["eventDeduplicationId"] for event in events}) == len(events)
    assert len({event["id"] for event in events}) == len(events)
    for headers, body in receiver.arrived:
        assert is_signed(headers, body, SECRET)
        event = json.loads(body)
        assert set(event) == {
            "version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail",
        }
        assert (event["detail-type"], event["source"]) == (
            "CodeArtifact Package Version State Change", "aws.codeartifact",
        )
        assert (event["account"], event["region"]) == (caller.account, caller.region)
        assert set(event["detail"]) == {
            "domainName", "domainOwner", "repositoryName", "repositoryAdministrator", "packageFormat",
            "packageNamespace", "packageName", "packageVersion", "packageVersionState", "packageVersionRevision",
            "changes", "operationType", "sequenceNumber", "eventDeduplicationId",
        }


def test_kill_9_between_a_commit_and_its_delivery_loses_nothing(told, receiver):
    receiver.status = 503
    caller = shop(told)
    for number in range(5):
        publish_npm(caller, "left", f"1.{number}.0")
    receiver.wait_refused(1)
    told.restart(kill=True)
    caller = Caller(told, caller.account)
    publish_npm(caller, "left", "2.0.0")
    receiver.wait_refused(receiver.refused + 1)
    receiver.status = 204
    found = [event["detail"]["packageVersion"] for event in receiver.events(6)]
    assert found == ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "2.0.0"], "in their order"
    # What was delivered is not delivered again.
    told.restart()
    publish_npm(Caller(told, caller.account), "left", "3.0.0")
    # But for the last one, whose delivery may not have been noted when the server stopped.
    found = [event["detail"]["packageVersion"] for event in receiver.events(7)[6:]]
    if found == ["2.0.0"]:
        found = [event["detail"]["packageVersion"] for event in receiver.events(8)[7:]]
    assert found == ["3.0.0"]


def test_a_dead_sink_holds_no_writer_up_and_a_living_one_gets_what_it_asked_for(receiver):
    server = configured(
        '[[events.webhook]]\nurl = "http://127.0.0.1:9/"\n'
        f'[[events.webhook]]\nurl = "{receiver.url}"\nformats = ["npm"]\ndomains = ["shop"]\n'
    )
    try:
        caller = shop(server.start())
        caller.codeartifact.create_domain(domain="other")
        caller.codeartifact.create_repository(domain="other", repository="app")
        caller.codeartifact.publish_package_version(**generic(b"one"))
        publish_npm(caller, "left", "1.0.0", domain="other")
        publish_npm(caller, "right", "1.0.0")
        [event] = receiver.events(1)
        assert event["detail"]["packageName"] == "right"
    finally:
        server.discard()


def test_the_administrator_of_a_repository_is_told_too(receiver):
    owner, administrator = "111122223333", "444455556666"
    server = configured(f'[[events.webhook]]\nurl = "{receiver.url}"\naccounts = ["{administrator}"]\n')
    try:
        server.start()
        one, two = Caller(server, owner), Caller(server, administrator)
        one.codeartifact.create_domain(domain="shop")
        statement = {"Effect": "Allow", "Principal": "*", "Action": "codeartifact:*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        one.codeartifact.put_domain_permissions_policy(domain="shop", policyDocument=document)
        two.codeartifact.create_repository(**APP, domainOwner=owner)
        one.codeartifact.publish_package_version(**generic(b"one"))
        [event] = receiver.events(1)
        assert event["account"] == owner, "the envelope is the same for both"
        assert event["detail"]["repositoryAdministrator"] == administrator
        printed = server.run("events", *server.storage(), "--account", administrator)
        [line] = printed.stdout.splitlines()
        assert json.loads(line)["body"] == event
    finally:
        server.discard()


def test_events_are_printed_while_the_server_runs(told):
    caller = shop(told)
    command = [str(binary()), "events", *told.storage(), "--follow", "--json"]
    following = subprocess.Popen(
        command, env=environment(told.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    timer = threading.Timer(60, following.kill)
    timer.start()
    try:
        seen = []
        for number in range(3):
            publish_npm(caller, "left", f"1.{number}.0")
            seen.append(json.loads(following.stdout.readline()))
    finally:
        timer.cancel()
        following.kill()
        following.communicate()
    assert [line["body"]["detail"]["packageVersion"] for line in seen] == ["1.0.0", "1.1.0", "1.2.0"]
    assert {line["topic"] for line in seen} == {"codeartifact.package-version-state-change"}
    sequences = [line["sequence"] for line in seen]
    assert sequences == sorted(set(sequences))

    def printed(*more):
        done = told.run("events", *told.storage(), *more)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    assert printed() == seen
    assert printed("--after", str(sequences[1])) == seen[2:]
    assert printed("--since", "1h") == seen
    assert printed("--since", "2999-01-01T00:00:00Z") == []
    assert printed("--account", "999999999999") == []
    done = told.run("events", *told.storage(), "--since", "yesterday")
    assert done.returncode == 1 and "--since yesterday" in done.stderr


def signed(caller, path, **headers):
    request = AWSRequest(method="GET", url=caller.server.endpoint + path, headers=headers)
    SigV4Auth(Credentials(caller.account, "secret"), "codeartifact", caller.region).add_auth(request)
    return urllib.request.Request(request.url, headers=dict(request.headers.items()))


def test_events_come_over_http_to_their_own_account(told):
    caller, stranger = shop(told), Caller(told)
    publish_npm(caller, "left", "1.0.0")
    path = "/_homeregion/events"
    with urllib.request.urlopen(signed(caller, path), timeout=10) as answer:
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        [line] = answer.read().splitlines()
    event = json.loads(line)["event"]
    assert event["detail"]["packageName"] == "left"
    with urllib.request.urlopen(signed(stranger, path), timeout=10) as answer:
        assert answer.read() == b""
    assert told.get(path)[0] == 403, "unsigned"
    asked = signed(caller, path + "?follow=true", Accept="text/event-stream")
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert json.loads(server_sent(answer)) == event
        publish_npm(caller, "left", "1.1.0")
        assert json.loads(server_sent(answer))["detail"]["packageVersion"] == "1.1.0"


def server_sent(answer):
    """The data of the next server-sent event."""
    while True:
        line = answer.readline()
        assert line, "the stream ended"
        if line.startswith(b"data: "):
            return line[len(b"data: "):]
