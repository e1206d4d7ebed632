"""Routing of IoT SiteWise: by method and path alone, whatever the host is called and whatever stands before the path."""

import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from botocore.config import Config

from tests.aws import REGION, Caller, answer, fresh_account
from tests.protocol.wire import Connection, authorization, request
from tests.server import fetch

ID = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa"
PREFIXES = ("", "api.", "data.", "monitor.", "model.", "edge.")
LOGGED = re.compile(r" iotsitewise\.(\w+) account=\d+ request_id=([0-9a-f-]{36}) ")


def operations():
    """Method and path of every operation, as the clients' own model has them; its labels filled in."""
    client = boto3.client("iotsitewise", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
    model = client.meta.service_model
    for name in model.operation_names:
        http = model.operation_model(name).http
        yield name, http["method"], re.sub(r"\{\w+\}", ID, http["requestUri"])


def routed(server, requests):
    """Sends requests over one connection; answers the operation that each was taken for, by the server's log."""
    sent = []
    with Connection(server) as connection:
        for data in requests:
            connection.send(data)
            told = connection.answer()
            assert told.status != 500, told.body
            sent.append(told.headers["x-amzn-requestid"])
    # The log is complete once the server has stopped.
    assert server.stop() == 0
    found = {request_id: name for name, request_id in LOGGED.findall(server.read_log())}
    return [found.get(request_id) for request_id in sent]


def sent(method, path, host="localhost"):
    headers = {"Authorization": authorization("iotsitewise"), "Content-Type": "application/json"}
    return request(method, path, headers, b"{}" if method in ("POST", "PUT") else b"", host=host)


def test_scenario_40_every_operation_is_found_under_every_host(own_server):
    hosts = [f"{prefix}iotsitewise.{REGION}.amazonaws.com" for prefix in PREFIXES]
    hosts += ["api.localhost:4566", "127.0.0.1:4566", "sitewise.plant.example"]
    wanted = [(name, sent(method, path, host)) for host in hosts for name, method, path in operations()]
    assert len(wanted) >= 149 * len(hosts)
    assert routed(own_server, [data for _, data in wanted]) == [name for name, _ in wanted]


def test_scenario_40_slashes_at_the_end_and_neighbours_in_the_tree(own_server):
    wanted = []
    for name, method, path in operations():
        if path.startswith("/timeseries/"):
            wanted += [(name, method, path.rstrip("/")), (name, method, path.rstrip("/") + "/")]
    assert len(wanted) == 10
    wanted += [
        ("ListTimeSeries", "GET", "/timeseries?aliasPrefix=%2Fa"),
        ("ListTimeSeries", "GET", "/timeseries/?aliasPrefix=%2Fa"),
        ("ListComputationModelDataBindingUsages", "POST", "/computation-models/data-binding-usages"),
        ("ListComputationModelDataBindingUsages", "POST", "/computation-models/data-binding-usages/"),
        ("UpdateComputationModel", "POST", f"/computation-models/{ID}"),
        ("UpdateComputationModel", "POST", "/computation-models/data-binding-usage"),
        ("CreateComputationModel", "POST", "/computation-models"),
        ("DescribeAsset", "GET", "/assets/externalId%3Aa.b"),
        ("DescribeAsset", "GET", "/assets/externalId:a.b"),
    ]
    found = routed(own_server, [sent(method, path) for _, method, path in wanted])
    assert found == [name for name, _, _ in wanted]


@pytest.fixture
def names(monkeypatch):
    """Every name below `localhost` is this machine, as where a wildcard is in the DNS."""
    look_up = socket.getaddrinfo

    def found(host, *more, **named):
        return look_up("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def client(endpoint, account, **more):
    config = Config(retries={"total_max_attempts": 1}, proxies={}, **more)
    return boto3.client(
        "iotsitewise",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=account,
        aws_secret_access_key="secret",
        config=config,
    )


def test_scenario_40_a_client_that_puts_prefixes_before_the_host_signs_and_is_understood(server, names):
    account = fresh_account()
    port = server.endpoint.rsplit(":", 1)[1]
    prefixing = client(f"http://localhost:{port}", account)
    seen = []
    prefixing.meta.events.register("before-send.iotsitewise", lambda request, **_: seen.append(request.url))
    answer(prefixing.list_gateways())
    answer(prefixing.list_portals())
    with pytest.raises(prefixing.exceptions.ClientError):
        prefixing.get_asset_property_value(propertyAlias="/nothing")
    assert [url.split("//")[1].split(".")[0] for url in seen] == ["api", "monitor", "data"]
    # What is created under one host is found under all of them.
    made = prefixing.create_asset_model(assetModelName="pump")["assetModelId"]
    for host in PREFIXES:
        plain = client(f"http://{host}localhost:{port}", account, inject_host_prefix=False)
        assert plain.describe_asset_model(assetModelId=made)["assetModelName"] == "pump"


class Below:
    """A proxy that has the server below a path."""

    def __init__(self, server, prefix):
        self.paths = paths = []

        class Handler(BaseHTTPRequestHandler):
            def pass_on(self):
                paths.append(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                kept = ("authorization", "content-type", "x-amz-date")
                headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
                headers["X-Forwarded-Prefix"] = prefix
                url = server.endpoint + self.path.removeprefix(prefix)
                status, answered, content = fetch(self.command, url, body, headers)
                self.send_response(status)
                for name, value in answered.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.listening.server_port}{prefix}"
        threading.Thread(target=self.listening.serve_forever, daemon=True).start()

    def stop(self):
        self.listening.shutdown()
        self.listening.server_close()


def test_scenario_40_the_endpoint_may_have_a_path_behind_a_proxy(server):
    proxy = Below(server, "/sitewise")
    try:
        below = client(proxy.url, fresh_account(), inject_host_prefix=False)
        made = answer(below.create_asset_model(assetModelName="pump"), 202)["assetModelId"]
        assert below.describe_asset_model(assetModelId=made)["assetModelName"] == "pump"
        answer(below.delete_asset_model(assetModelId=made), 202)
        assert proxy.paths[0] == "/sitewise/asset-models"
        assert proxy.paths[1].startswith(f"/sitewise/asset-models/{made}")
    finally:
        proxy.stop()


def test_what_no_operation_has_is_said_to_be_unknown(server):
    caller = Caller(server)
    headers = {"Authorization": authorization("iotsitewise")}
    for method, path in [("GET", "/assets/a/b/c"), ("GET", "/20200301/gateway"), ("PATCH", "/assets")]:
        status, told, body = fetch(method, server.endpoint + path, None, headers)
        assert (status, told["x-amzn-ErrorType"]) == (404, "UnknownOperationException"), (path, body)
        assert json.loads(body)["message"]
    assert caller.sitewise.list_gateways()["gatewaySummaries"] == []
