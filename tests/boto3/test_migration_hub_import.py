"""`homeregion migrationhub import`: everything from one hub into another, whatever happens on the way."""

import http.client
import http.server
import json
import os
import pty
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.aws import Caller, answer, fresh_account
from tests.hub_contents import contents, fill, task
from tests.server import Server, binary, environment

ACCOUNT = "444455556666"
# What the source holds, the probe of `settled` with the rest.
TASKS = 126

# The import speaks to servers; what they keep their data in is told apart by the tests without this mark.
once = pytest.mark.skipif(os.environ.get("HOMEREGION_TEST_DATABASE") == "postgres", reason="runs on sqlite")


class Between:
    """A server between the import and its source, which looks at calls and may answer in the source's place."""

    def __init__(self, source, hook=lambda target, count, request: None):
        self.source, self.hook = source, hook
        self.count = 0
        self.lock = threading.Lock()
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with between.lock:
                    between.count += 1
                    count = between.count
                request = (dict(self.headers.items()), body)
                said = between.hook(self.headers["X-Amz-Target"].split(".")[1], count, request)
                if said == "hang up":
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, headers, content = said if isinstance(said, tuple) else between.forward(*request)
                if callable(said):
                    content = json.dumps(said(json.loads(content))).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forward(self, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.source.port, timeout=30)
        connection.request("POST", "/", body, headers)
        told = connection.getresponse()
        content = told.read()
        connection.close()
        return told.status, {"Content-Type": "application/x-amz-json-1.1"}, content

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def error(code, status=400, **headers):
    body = json.dumps({"__type": code, "Message": "not now"}).encode()
    return status, {"Content-Type": "application/x-amz-json-1.1", **headers}, body


@pytest.fixture(scope="module")
def source(server):
    """An account that has used its hub for long."""
    caller = Caller(server)
    fill(caller)
    # What matching makes of the attributes is a part of what is imported.
    settled(caller)
    caller.contents = contents(caller)
    return caller




def settled(caller):
    """Waits for matching to come to its end: a later task of the same server is matched after the earlier ones."""
    where = task("SMS", "probe")
    caller.mgh.import_migration_task(**where)
    caller.mgh.put_resource_attributes(**where, ResourceAttributeList=[{"Type": "BIOS_ID", "Value": "probe"}])
    wait_until(lambda: caller.mgh.list_discovered_resources(**where)["DiscoveredResourceList"])


def wait_until(done, most_s=60):
    deadline = time.monotonic() + most_s
    while not done():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.01)


@pytest.fixture
def between(source):
    made = []

    def make(hook):
        made.append(Between(source.server, hook))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def arguments(server, url, *more):
    return ["migrationhub", "import", *server.storage()[:2], "--endpoint-url", url, "--account", ACCOUNT, "--json", *more]


def keys(account):
    return {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "secret"}


def imported(server, source, url=None, *more, **variables):
    """Imports, successfully; answers the summary."""
    done = server.run(*arguments(server, url or source.server.endpoint, *more), **keys(source.account), **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(server, *command, **variables):
    done = server.run(*command, **variables)
    assert done.returncode == 1, done
    return done.stderr


def here(server):
    return Caller(server, ACCOUNT)


def test_everything_arrives_and_a_second_run_changes_nothing(source, own_server):
    first = imported(own_server, source)
    assert contents(here(own_server)) == source.contents
    updates = sum(len(item["updates"]) for item in source.contents["tasks"])
    told = {
        "source": source.server.endpoint,
        "destination": own_server.endpoint,
        "account": ACCOUNT,
        "region": source.region,
        "homeRegionSet": True,
        "progressUpdateStreams": 4,
        "migrationTasks": TASKS,
        "migrationTasksDoneBefore": 0,
        "migrationTasksGone": 0,
        "updates": updates,
        "updatesHereAlready": 0,
        "resourceAttributeLists": 2,
        "createdArtifacts": 26,
        "discoveredResources": sum(len(item.get("discovered_resources", [])) for item in source.contents["tasks"]),
        "sourceResources": 12,
        "applicationStates": 2,
        "refused": [],
    }
    assert {name: first[name] for name in told} == told
    notes = " ".join(first["notCarried"])
    assert "2 tasks without any update" in notes and "86 updates have the time of another" in notes, notes
    second = imported(own_server, source)
    assert contents(here(own_server)) == source.contents
    assert second["updates"] == 0 and second["updatesHereAlready"] == updates
    assert second["homeRegionSet"] is False and second["migrationTasksDoneBefore"] == 0


@once
def test_an_interrupted_import_goes_on_where_it_ended(source, own_server, between):
    reached = threading.Event()
    go_on = threading.Event()

    def hook(_target, count, _request):
        if count > 200:
            reached.set()
            go_on.wait(60)

    slow = between(hook)
    command = [str(binary()), *arguments(own_server, slow.url)]
    home = environment(own_server.home, **keys(source.account))
    process = subprocess.Popen(command, env=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert reached.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    go_on.set()
    state = own_server.data / "migrationhub-import.jsonl"
    done = len(state.read_text().splitlines()) - 1
    assert 0 < done < TASKS, done
    assert contents(here(own_server)) != source.contents
    with open(state, "a") as torn:
        torn.write('{"stream":"SMS","ta')
    calls = slow.count
    slow.hook = lambda *_: None
    told = imported(own_server, source, slow.url)
    assert told["migrationTasksDoneBefore"] == done
    assert told["migrationTasks"] == TASKS - done
    assert slow.count - calls < TASKS * 5, "what is done is not read again"
    assert contents(here(own_server)) == source.contents
    assert not state.exists(), "everything is done, the next run begins anew"


@once
def test_a_state_file_belongs_to_one_import(source, own_server):
    state = own_server.folder / "elsewhere" / "state.jsonl"
    state.parent.mkdir()
    state.write_text('{"import":"something else"}\n')
    command = arguments(own_server, source.server.endpoint, "--state", str(state))
    said = refused(own_server, *command, **keys(source.account))
    assert "belongs to another import" in said and "--state" in said
    state.unlink()
    imported(own_server, source, None, "--state", str(state))
    assert contents(here(own_server)) == source.contents


@once
def test_throttling_failures_and_cut_connections_are_outlasted(source, own_server, between):
    seen = []

    def hook(_target, count, _request):
        # Every attempt of a bad moment fails once; the next one gets through.
        said = {0: error("ThrottlingException"), 14: error("InternalServerError", 500), 28: "hang up"}.get(count % 42)
        if count == 42:
            said = error("ThrottlingException", **{"Retry-After": "1"})
        if said:
            seen.append(count)
        return said

    imported(own_server, source, between(hook).url)
    assert len(seen) > 30, "there were bad moments"
    assert contents(here(own_server)) == source.contents


@once
def test_a_source_that_is_not_there_is_named(own_server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        said = refused(own_server, *arguments(own_server, url), **keys("111111111111"))
    assert f"{url} does not answer" in said and "refused" in said.lower(), said
    assert answer(here(own_server).config.get_home_region()) == {}
    said = refused(own_server, *arguments(own_server, "localhost:1"), **keys("111111111111"))
    assert "must begin with http://" in said


@once
def test_a_destination_that_is_not_there_is_named(source, own_server):
    own_server.stop()
    said = refused(own_server, *arguments(own_server, source.server.endpoint), **keys(source.account))
    assert f"{own_server.endpoint} does not answer" in said
    own_server.start()


@once
def test_profiles_are_found_and_wrong_ones_explained(source, own_server, between):
    signatures = []

    def verify(_target, _count, request):
        signatures.append(is_signed(*request))

    folder = own_server.home / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text(
        f"[old]\naws_access_key_id = {source.account}\naws_secret_access_key = s3cr3t/+=\naws_session_token = to/k+en==\n"
    )
    (folder / "config").write_text(
        f"[profile old]\nregion = {source.region}\nendpoint_url = {between(verify).url}\n"
        "[profile person]\nsso_session = company\n[profile deputy]\nrole_arn = arn:aws:iam::1:role/x\n"
    )
    command = ["migrationhub", "import", *own_server.storage()[:2], "--account", ACCOUNT, "--profile"]
    # As after `eval "$(homeregion env)"`: the named profile wins.
    shell = {**keys("homeregion"), "AWS_ENDPOINT_URL": own_server.endpoint, "AWS_REGION": "us-east-1"}
    done = own_server.run(*command, "old", **shell)
    assert done.returncode == 0, done.stderr
    assert contents(here(own_server)) == source.contents
    assert len(signatures) > 100 and all(signatures), "every call is signed as botocore signs"
    assert f"{TASKS} migration tasks" in done.stdout and "Not carried over:" in done.stdout
    assert "[##############################] 100%" not in done.stderr, "no bar without a terminal"
    said = refused(own_server, *command, "nobody", **shell)
    assert 'no profile "nobody"' in said and "there are: deputy, old, person" in said
    said = refused(own_server, *command, "person", **shell)
    assert "IAM Identity Center" in said and "aws configure export-credentials --profile person" in said
    assert "by assuming a role" in refused(own_server, *command, "deputy", **shell)
    said = refused(own_server, *command[:-1])
    assert 'the profile "default"' in said or 'no profile "default"' in said, said


def is_signed(headers, body):
    """Whether botocore comes to the same signature."""
    headers = {name.lower(): value for name, value in headers.items()}
    signed = headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    assert "x-amz-security-token" in signed
    credentials = Credentials(headers["authorization"].split("Credential=")[1].split("/")[0], "s3cr3t/+=", "to/k+en==")
    scope = headers["authorization"].split("Credential=")[1].split(",")[0].split("/")
    auth = SigV4Auth(credentials, scope[3], scope[2])
    request = AWSRequest("POST", f"http://{headers['host']}/", {name: headers[name] for name in signed}, body)
    request.context["timestamp"] = headers["x-amz-date"]
    text = auth.string_to_sign(request, auth.canonical_request(request))
    return headers["authorization"].endswith(f"Signature={auth.signature(text, request)}")


@once
def test_keys_that_expire_on_the_way_end_it_with_what_is_done_kept(source, own_server, between):
    said = {}
    expiring = between(lambda _target, count, _request: error("ExpiredTokenException") if count > 300 else said.get(None))
    text = refused(own_server, *arguments(own_server, expiring.url), **keys(source.account))
    assert "ExpiredTokenException: not now" in text and "goes on from here" in text
    expiring.hook = lambda *_: None
    assert imported(own_server, source, expiring.url)["migrationTasksDoneBefore"] > 0
    assert contents(here(own_server)) == source.contents


@once
def test_both_sides_need_the_same_home_region(server, source, own_server):
    caller = here(own_server)
    caller.config.create_home_region_control(HomeRegion="eu-west-1", Target={"Type": "ACCOUNT"})
    said = refused(own_server, *arguments(own_server, source.server.endpoint), **keys(source.account))
    assert "the home region of account 444455556666 is eu-west-1 here" in said and source.region in said
    stranger = fresh_account()
    said = refused(own_server, *arguments(own_server, server.endpoint), **keys(stranger))
    assert "has no home region set for this account" in said


@once
def test_an_account_is_not_imported_into_itself(source):
    command = ["migrationhub", "import", "--into", source.server.endpoint, "--endpoint-url", source.server.endpoint]
    said = refused(source.server, *command, "--account", source.account, **keys(source.account))
    assert "the same account" in said


@once
def test_another_account_of_the_same_server_is_another_hub(source):
    account = fresh_account()
    command = ["migrationhub", "import", "--into", source.server.endpoint, "--endpoint-url", source.server.endpoint]
    state = source.server.folder / "account.jsonl"
    done = source.server.run(*command, "--account", account, "--state", str(state), **keys(source.account))
    assert done.returncode == 0, done.stderr
    assert contents(Caller(source.server, account)) == source.contents


@once
def test_what_is_refused_here_is_named_and_tried_again(source, own_server, between):
    def tamper(target, _count, request):
        if target == "ListCreatedArtifacts" and json.loads(request[1])["MigrationTaskName"] == "many-007":
            return lambda told: {**told, "CreatedArtifactList": [{"Name": "no ARN"}]}
        return None

    odd = between(tamper)
    done = own_server.run(*arguments(own_server, odd.url), **keys(source.account))
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert len(told["refused"]) == 1 and "'many-007' of 'DMS'" in told["refused"][0], told["refused"]
    assert "InvalidInputException" in told["refused"][0]
    assert told["migrationTasks"] == TASKS - 1
    odd.hook = lambda *_: None
    told = imported(own_server, source, odd.url)
    assert (told["migrationTasks"], told["migrationTasksDoneBefore"]) == (1, TASKS - 1)
    assert contents(here(own_server)) == source.contents


@once
def test_a_source_of_before_2025_has_no_history(source, own_server, between):
    newer = ("ListMigrationTaskUpdates", "ListSourceResources")
    old = between(lambda target, _count, _request: error("UnknownOperationException") if target in newer else None)
    told = imported(own_server, source, old.url)
    assert told["updates"] == TASKS - 2, "the current state of each task that was ever notified"
    assert told["sourceResources"] == 0
    mgh = here(own_server).mgh
    where = task("SMS", "a/b\nc")
    state = mgh.describe_migration_task(**where)["MigrationTask"]
    assert state == source.mgh.describe_migration_task(**where)["MigrationTask"]


@once
def test_without_a_server_on_the_data_folder_the_usual_endpoint_is_tried(tmp_path):
    server = Server()
    try:
        command = ["migrationhub", "import", "--data", str(tmp_path / "nothing"), "--endpoint-url", "http://127.0.0.1:9"]
        said = refused(server, *command, **keys("111111111111"))
        assert "into http://127.0.0.1:4566" in said and "http://127.0.0.1:9 does not answer" in said
    finally:
        server.discard()


def test_applications_come_with_their_names_servers_and_tags(server, own_server):
    old = Caller(server)
    old.config.create_home_region_control(HomeRegion=old.region, Target={"Type": "ACCOUNT"})
    discovery = old.client("discovery")
    shop = discovery.create_application(name="shop", description="the shop", wave="first")["configurationId"]
    idle = discovery.create_application(name="idle")["configurationId"]
    old.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    where, lone = task("SMS", "web"), "d-server-00000000000000001"
    old.mgh.import_migration_task(**where)
    attributes = [{"Type": "FQDN", "Value": "web.example.com"}, {"Type": "IPV4_ADDRESS", "Value": "10.1.1.1"}]
    old.mgh.put_resource_attributes(**where, ResourceAttributeList=attributes)
    wait_until(lambda: old.mgh.list_discovered_resources(**where)["DiscoveredResourceList"])
    [tied] = old.mgh.list_discovered_resources(**where)["DiscoveredResourceList"]
    web = tied["ConfigurationId"]
    # A server that no task is about any more has no way to its id.
    old.mgh.associate_discovered_resource(**where, DiscoveredResource={"ConfigurationId": lone})
    old.mgh.disassociate_discovered_resource(**where, ConfigurationId=lone)
    discovery.associate_configuration_items_to_application(applicationConfigurationId=shop, configurationIds=[web, lone])
    discovery.create_tags(configurationIds=[web, lone, shop], tags=[{"key": "owner", "value": "größe"}])
    old.mgh.notify_migration_task_state(
        **where, Task={"Status": "IN_PROGRESS"}, UpdateDateTime=1767323045, NextUpdateSeconds=0
    )
    # By hand, after the task had started it.
    old.mgh.notify_application_state(ApplicationId=shop, Status="NOT_STARTED", UpdateDateTime=1767323046)
    for _ in range(2):
        told = imported(own_server, old)
        new = here(own_server)
        assert contents(new) == contents(old)
        assert (told["applications"], told["applicationMembers"], told["tags"]) == (2, 1, 2)
        assert any(note.startswith("1 servers without a migration task") for note in told["notCarried"])
    there, now = discovery, new.client("discovery")
    rows = {
        row["application.configurationId"]: row
        for row in now.list_configurations(configurationType="APPLICATION")["configurations"]
    }
    assert {id: row["application.name"] for id, row in rows.items()} == {shop: "shop", idle: "idle"}
    assert rows[shop]["application.description"] == "the shop"
    [before] = there.describe_configurations(configurationIds=[web])["configurations"]
    [after] = now.describe_configurations(configurationIds=[web])["configurations"]
    for name in ("server.hostName", "server.networkInterfaceInfo", "server.applications"):
        assert after[name] == before[name], "the server is known under its id by what its task told of it"
    tags = {(tag["configurationId"], tag["key"], tag["value"]) for tag in now.describe_tags()["tags"]}
    assert tags == {(web, "owner", "größe"), (shop, "owner", "größe")}


@once
def test_a_terminal_gets_a_bar(source, own_server):
    ours, theirs = pty.openpty()
    command = [str(binary()), *arguments(own_server, source.server.endpoint)]
    home = environment(own_server.home, **keys(source.account))
    process = subprocess.Popen(command, env=home, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 4096)
        except OSError:
            # The other end is closed.
            break
        shown += more
    os.close(ours)
    assert process.wait(timeout=30) == 0, shown
    bars = shown.decode().split("\r")
    assert len(bars) > 2, "it moves"
    assert f"[##############################] 100% {TASKS} of {TASKS} tasks" in shown.decode()


@once
def test_a_proxy_leads_to_aws_and_not_to_this_machine(source, own_server):
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    assert imported(own_server, source, **nowhere)["migrationTasks"] == TASKS


@once
def test_a_source_with_https_is_trusted_by_its_certificate(source, own_server, between):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key, certificate = own_server.folder / "key.pem", own_server.folder / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    # A certificate of its own authority has to be one for servers as well.
    uses = ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *subject, *uses, *files], check=True, capture_output=True, timeout=30)
    secure = between(lambda *_: None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    secure.server.socket = context.wrap_socket(secure.server.socket, server_side=True)
    url = secure.url.replace("http://127.0.0.1", "https://localhost")
    said = refused(own_server, *arguments(own_server, url), **keys(source.account))
    assert "does not answer" in said and "certificate" in said.lower(), said
    told = imported(own_server, source, url, SSL_CERT_FILE=str(certificate))
    assert told["migrationTasks"] == TASKS
    assert contents(here(own_server)) == source.contents


@once
def test_a_region_that_is_home_no_more_can_be_read(server, own_server):
    old = Caller(server)
    control = old.config.create_home_region_control(HomeRegion=old.region, Target={"Type": "ACCOUNT"})["HomeRegionControl"]
    old.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    old.mgh.import_migration_task(**task("SMS", "left behind"))
    old.config.delete_home_region_control(ControlId=control["ControlId"])
    old.config.create_home_region_control(HomeRegion="eu-west-1", Target={"Type": "ACCOUNT"})
    told = imported(own_server, old, None, "--region", old.region)
    assert (told["region"], told["migrationTasks"], told["homeRegionSet"]) == (old.region, 1, True)
    assert contents(here(own_server)) == {**contents(old), "home_region": old.region}
    said = refused(own_server, *arguments(own_server, server.endpoint), **keys(old.account))
    assert f"is {old.region} here, and the data to import is of eu-west-1" in said
