"""Application Discovery beside Migration Hub: what tools find, and what matching finds for them."""

import http.server
import io
import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
import zipfile
from datetime import datetime, timezone

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.aws import Caller, fresh_account
from tests.server import Server, binary

TASK = {"ProgressUpdateStream": "SMS", "MigrationTaskName": "sms-1"}
# Matching is promised within a second on an idle server; a busy machine may take longer.
MATCHED_MAX_S = 10


@pytest.fixture
def discovery(hub):
    return hub.client("discovery")


def await_server(mgh):
    """Waits until matching has tied a server to the task."""
    deadline = time.monotonic() + MATCHED_MAX_S
    while time.monotonic() < deadline:
        tied = mgh.list_discovered_resources(**TASK)["DiscoveredResourceList"]
        if tied:
            return tied[0]["ConfigurationId"]
        time.sleep(0.02)
    raise AssertionError("matching did not happen")


def test_every_operation_needs_a_home_region_and_says_so_typed(server):
    client = Caller(server, fresh_account()).client("discovery")
    with pytest.raises(client.exceptions.HomeRegionNotSetException, match="home region is not set"):
        client.describe_agents()


def test_attributes_make_a_server_known_and_find_it_again(hub, discovery):
    hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="SMS")
    hub.mgh.import_migration_task(**TASK)
    attributes = [{"Type": "FQDN", "Value": "web.example.com"}, {"Type": "MAC_ADDRESS", "Value": "00:1a:2b:3c:4d:5e"}]
    hub.mgh.put_resource_attributes(**TASK, ResourceAttributeList=attributes)
    server_id = await_server(hub.mgh)
    described = discovery.describe_configurations(configurationIds=[server_id])["configurations"]
    assert described[0]["server.hostName"] == "web.example.com"
    listed = discovery.list_configurations(
        configurationType="SERVER",
        filters=[{"name": "server.hostName", "values": ["web.example.com"], "condition": "EQUALS"}],
    )
    assert [row["server.configurationId"] for row in listed["configurations"]] == [server_id]


def test_a_status_of_a_server_as_cloud_migration_factory_reports_it(hub, discovery):
    server_id = "d-server-0025db43a885966c8"
    with pytest.raises(discovery.exceptions.InvalidParameterValueException):
        discovery.describe_configurations(configurationIds=[server_id])
    task = {"ProgressUpdateStream": "CloudMigrationFactory", "MigrationTaskName": "Agent Install - Success"}
    for _ in range(2):
        hub.mgh.create_progress_update_stream(ProgressUpdateStreamName="CloudMigrationFactory")
        hub.mgh.import_migration_task(**task)
        hub.mgh.associate_discovered_resource(**task, DiscoveredResource={"ConfigurationId": server_id})
        hub.mgh.notify_migration_task_state(
            **task,
            Task={"Status": "COMPLETED"},
            UpdateDateTime=datetime.now(timezone.utc),
            NextUpdateSeconds=9223372036854775807,
        )
    tasks = hub.mgh.list_migration_tasks(ResourceName=server_id)["MigrationTaskSummaryList"]
    assert [row["MigrationTaskName"] for row in tasks] == ["Agent Install - Success"]
    assert discovery.describe_configurations(configurationIds=[server_id])["configurations"]


def test_a_status_of_a_wave_as_cloud_migration_factory_reports_it(hub, discovery):
    application = discovery.create_application(name="shop")["configurationId"]
    found = discovery.list_configurations(
        configurationType="APPLICATION",
        filters=[{"name": "application.name", "values": ["shop"], "condition": "EQUALS"}],
    )["configurations"]
    assert [row["application.configurationId"] for row in found] == [application]
    for status in ("NOT_STARTED", "IN_PROGRESS", "COMPLETED"):
        hub.mgh.notify_application_state(ApplicationId=application, Status=status)
        assert hub.mgh.describe_application_state(ApplicationId=application)["ApplicationStatus"] == status
    with pytest.raises(hub.mgh.exceptions.ResourceNotFoundException):
        hub.mgh.notify_application_state(ApplicationId="no-such-application", Status="COMPLETED")
    with pytest.raises(hub.mgh.exceptions.DryRunOperation):
        hub.mgh.notify_application_state(ApplicationId=application, Status="NOT_STARTED", DryRun=True)
    assert hub.mgh.describe_application_state(ApplicationId=application)["ApplicationStatus"] == "COMPLETED"


def test_the_smoke_test_of_the_ruby_and_go_sdks(discovery):
    assert discovery.describe_agents()["agentsInfo"] == []


def test_tasks_of_discovery_end_by_themselves(discovery):
    export = discovery.start_export_task(exportDataFormat=["CSV"])["exportId"]
    imported = discovery.start_import_task(name="servers", importUrl="s3://bucket/servers.csv")["task"]["importTaskId"]
    task = discovery.start_batch_delete_configuration_task(configurationType="SERVER", configurationIds=["d-server-x"])
    deadline = time.monotonic() + MATCHED_MAX_S
    while time.monotonic() < deadline:
        exports = discovery.describe_export_tasks(exportIds=[export])["exportsInfo"]
        deletion = discovery.describe_batch_delete_configuration_task(taskId=task["taskId"])["task"]
        imports = discovery.describe_import_tasks(filters=[{"name": "IMPORT_TASK_ID", "values": [imported]}])["tasks"]
        # No host is listed that files may be read from, and s3:// is none that could be.
        ended = ("SUCCEEDED", "COMPLETED", "IMPORT_FAILED")
        if (exports[0]["exportStatus"], deletion["status"], imports[0]["status"]) == ended:
            return
        time.sleep(0.05)
    raise AssertionError(f"{exports} {deletion} {imports}")


def test_an_export_is_downloaded_from_the_url_that_its_task_names(hub, discovery):
    application = discovery.create_application(name="shop")["configurationId"]
    export = discovery.start_export_task(exportDataFormat=["CSV"])["exportId"]
    deadline = time.monotonic() + MATCHED_MAX_S
    while "configurationsDownloadUrl" not in (found := discovery.describe_export_tasks(exportIds=[export])["exportsInfo"][0]):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    url = found["configurationsDownloadUrl"]
    with urllib.request.urlopen(url) as answer:
        assert answer.headers["Content-Type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert archive.testzip() is None
    assert archive.namelist() == ["servers.csv", "applications.csv", "application_servers.csv", "tags.csv"]
    assert application in archive.read("applications.csv").decode()
    for wrong in (url.replace(hub.account, "000000000000"), url + "x"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(wrong)
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(url, data=b"")


class Files(http.server.BaseHTTPRequestHandler):
    """One file, whatever the path."""

    CONTENT = b"HostName,IPAddress,Applications,Tags\nweb,10.0.0.1,shop,env:prod\ndb,10.0.0.2,shop,\nbad,10.0.0.300,,\n"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.CONTENT)))
        self.end_headers()
        self.wfile.write(self.CONTENT)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def files():
    """A server of files on a port of its own; answers its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/servers.csv"
    server.shutdown()
    thread.join()
    server.server_close()


def import_from(caller, url):
    """Starts an import and waits for its end."""
    discovery = caller.client("discovery")
    task = discovery.start_import_task(name="servers", importUrl=url)["task"]["importTaskId"]
    deadline = time.monotonic() + MATCHED_MAX_S
    while time.monotonic() < deadline:
        filters = [{"name": "IMPORT_TASK_ID", "values": [task]}]
        found = discovery.describe_import_tasks(filters=filters)["tasks"][0]
        if found["status"] != "IMPORT_IN_PROGRESS":
            return found
        time.sleep(0.05)
    raise AssertionError(f"{found}")


def test_files_are_imported_from_a_host_that_the_operator_listed(files, tmp_path):
    configuration = tmp_path / "homeregion.toml"
    configuration.write_text('[migrationhub]\nimport_hosts = ["127.0.0.1"]\n')
    server = Server(arguments=["--config", str(configuration)])
    try:
        caller = Caller(server.start())
        caller.config.create_home_region_control(HomeRegion=caller.region, Target={"Type": "ACCOUNT"})
        done = import_from(caller, files)
        assert done["status"] == "IMPORT_COMPLETE_WITH_ERRORS", done
        assert (done["serverImportSuccess"], done["serverImportFailure"]) == (2, 1)
        assert done["applicationImportSuccess"] == 1
        summary = caller.client("discovery").get_discovery_summary()
        assert (summary["servers"], summary["serversMappedToApplications"], summary["serversMappedtoTags"]) == (2, 2, 1)
        elsewhere = files.replace("127.0.0.1", "localhost")
        assert import_from(caller, elsewhere)["status"] == "IMPORT_FAILED", "localhost is not listed"
    finally:
        server.discard()


def test_no_file_is_read_unless_the_operator_listed_its_host(hub, files):
    assert import_from(hub, files)["status"] == "IMPORT_FAILED"
    assert hub.client("discovery").get_discovery_summary()["servers"] == 0


SERVERS = b"HostName,IPAddress,Applications\nweb,10.0.0.1,shop\ndb,10.0.0.2,shop\n"


def upload(caller, name, content):
    """Uploads a file for imports, signed as the SDKs sign; answers its URL."""
    url = f"{caller.server.endpoint}/_homeregion/discovery/imports/{name}"
    request = AWSRequest("PUT", url, data=content)
    SigV4Auth(Credentials(caller.account, "secret"), "discovery", caller.region).add_auth(request)
    sent = urllib.request.Request(url, data=content, method="PUT", headers=dict(request.headers))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(sent, timeout=30) as answer:
        return json.load(answer)["importUrl"]


def names_of_servers(caller):
    servers = caller.client("discovery").list_configurations(configurationType="SERVER")["configurations"]
    return sorted(server["server.hostName"] for server in servers)


def test_an_uploaded_file_is_imported(hub):
    url = upload(hub, "servers.csv", SERVERS)
    done = import_from(hub, url)
    assert done["status"] == "IMPORT_COMPLETE", done
    assert done["importUrl"] == url
    assert (done["serverImportSuccess"], done["applicationImportSuccess"]) == (2, 1)
    assert names_of_servers(hub) == ["db", "web"]
    upload(hub, "servers.csv", b"HostName\ncache\n")
    assert import_from(hub, "s3://homeregion/servers.csv")["status"] == "IMPORT_COMPLETE"
    assert names_of_servers(hub) == ["cache", "db", "web"]
    other = Caller(hub.server, region=hub.region)
    other.config.create_home_region_control(HomeRegion=other.region, Target={"Type": "ACCOUNT"})
    with pytest.raises(ClientError) as refused:
        other.client("discovery").start_import_task(name="servers", importUrl=url)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"


def test_the_command_line_uploads_a_file(hub, tmp_path):
    file = tmp_path / "wave 1.csv"
    file.write_bytes(SERVERS)
    place = ["--endpoint", hub.server.endpoint, "--account", hub.account, "--region", hub.region]
    command = [str(binary()), "migrationhub", "upload", str(file), *place]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("/wave-1.csv\n"), done.stdout
    assert import_from(hub, done.stdout.strip())["status"] == "IMPORT_COMPLETE"
    assert names_of_servers(hub) == ["db", "web"]
    file.write_bytes(b" " * (10 * 1024 * 1024 + 1))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "10 MiB" in done.stderr, done.stderr
