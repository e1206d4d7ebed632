"""What the two AWS protocols say to a malformed request."""

import json

import pytest

from tests.aws import UUID
from tests.protocol.wire import Connection, ask, authorization, request, rest, target

CONFIG = "AWSMigrationHubMultiAccountService"


def refused(answer, status, code):
    assert answer is not None, "the server closed without an answer"
    assert (answer.status, answer.code()) == (status, code), answer
    assert answer.headers["x-amzn-errortype"].split(":")[0] == code, answer
    assert UUID.match(answer.headers["x-amzn-requestid"]), answer
    return answer.json()


def message(body):
    return body.get("message") or body.get("Message")


@pytest.mark.parametrize("operation", ["AWSMigrationHub.Nothing", "Nobody.ListProgressUpdateStreams", "", "AWSMigrationHub", ".", "a.b.c"])
def test_an_unknown_target_is_an_unknown_operation(server, operation):
    refused(ask(server, target(operation)), 400, "UnknownOperationException")


def test_a_missing_target_is_an_unknown_operation(server):
    answer = ask(server, target(X_Amz_Target=None))
    assert answer.status in (400, 404), answer
    assert answer.code() == "UnknownOperationException"


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nothing"), ("PATCH", "/v1/domain?domain=shop"), ("DELETE", "/x")])
def test_an_unknown_route_of_codeartifact_is_a_validation_error(server, method, path):
    found = refused(ask(server, rest(method, path)), 400, "ValidationException")
    assert found["reason"] == "UNKNOWN_OPERATION", found


@pytest.mark.parametrize(("method", "path"), [("POST", "/assets/x/y/z"), ("PUT", "/assets"), ("GET", "/nothing")])
def test_an_unknown_route_of_sitewise_is_an_unknown_operation(server, method, path):
    refused(ask(server, rest(method, path, service="iotsitewise")), 404, "UnknownOperationException")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "POST"])
def test_the_root_without_a_target_is_an_unknown_operation(server, method):
    answer = ask(server, rest(method, "/", service="mgh"))
    assert answer.status in (400, 404, 405), answer
    assert answer.code() == "UnknownOperationException"


@pytest.mark.parametrize("path", ["/v1/domain?domain=shop", "/assets?filter=TOP_LEVEL"])
def test_an_unsigned_call_is_refused(server, path):
    refused(ask(server, rest("GET", path, Authorization=None)), 403, "MissingAuthenticationTokenException")


def test_an_unsigned_target_is_refused(server):
    answer = ask(server, target(Authorization=None))
    assert answer.status in (400, 403), answer
    assert answer.code() == "MissingAuthenticationTokenException"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer token",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-west-2/mgh, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0",
    ],
)
def test_a_broken_signature_is_refused(server, header):
    answer = ask(server, target(Authorization=header))
    assert 400 <= answer.status < 500, answer
    assert answer.code() in (
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    ), answer


MALFORMED = [b"{", b"nonsense", b"[]", b"1", b'"x"', b"{'a': 1}", b'{"a": 1', b'{"a": 1}}', b"\xff\xfe{}", b'{"a": "\xff"}', b"{} {}"]


@pytest.mark.parametrize("body", MALFORMED)
def test_malformed_json_is_refused_by_each_protocol(server, body):
    refused(ask(server, target(f"{CONFIG}.GetHomeRegion", body)), 400, "SerializationException")
    found = refused(ask(server, rest("POST", "/v1/domain?domain=shop", body)), 400, "ValidationException")
    assert found["reason"] == "CANNOT_PARSE", found
    refused(ask(server, rest("POST", "/assets", body, service="iotsitewise")), 400, "InvalidRequestException")


def test_an_empty_body_means_an_empty_object(server):
    answer = ask(server, target(f"{CONFIG}.GetHomeRegion", b""))
    assert (answer.status, answer.json()) == (200, {}), answer
    answer = ask(server, rest("POST", "/v1/domains", b""))
    assert (answer.status, answer.json()) == (200, {"domains": []}), answer


def test_unknown_and_null_members_are_ignored(server):
    body = json.dumps({"Unknown": [1], "ControlId": None, "MaxResults": 5}).encode()
    answer = ask(server, target(f"{CONFIG}.DescribeHomeRegionControls", body))
    assert (answer.status, answer.json()) == (200, {"HomeRegionControls": []}), answer


WRONG = [1, True, [], {}, 1.5]


@pytest.mark.parametrize("value", WRONG)
def test_a_wrong_type_is_refused_by_each_protocol(server, value):
    body = json.dumps({"HomeRegion": value, "Target": {"Type": "ACCOUNT"}}).encode()
    refused(ask(server, target(f"{CONFIG}.CreateHomeRegionControl", body)), 400, "SerializationException")
    body = json.dumps({"encryptionKey": value}).encode()
    found = refused(ask(server, rest("POST", "/v1/domain?domain=shop", body)), 400, "ValidationException")
    assert found["reason"] == "CANNOT_PARSE", found
    body = json.dumps({"assetName": value, "assetModelId": "x"}).encode()
    refused(ask(server, rest("POST", "/assets", body, service="iotsitewise")), 400, "InvalidRequestException")


def test_a_boolean_is_a_boolean(server):
    body = json.dumps({"HomeRegion": "us-west-2", "Target": {"Type": "ACCOUNT"}, "DryRun": "true"}).encode()
    refused(ask(server, target(f"{CONFIG}.CreateHomeRegionControl", body)), 400, "SerializationException")


def test_a_violation_is_told_in_the_words_of_aws(server):
    body = json.dumps({"HomeRegion": "x" * 51, "Target": {"Type": "ORG"}}).encode()
    found = refused(ask(server, target(f"{CONFIG}.CreateHomeRegionControl", body)), 400, "InvalidInputException")
    assert message(found) == (
        "2 validation errors detected: "
        f"Value '{'x' * 51}' at 'homeRegion' failed to satisfy constraint: Member must have length less than or equal to 50; "
        "Value 'ORG' at 'target.type' failed to satisfy constraint: Member must satisfy enum value set: [ACCOUNT]"
    )
    assert set(found) == {"__type", "Message"}, found


def test_a_missing_member_is_told_in_the_words_of_aws(server):
    found = refused(ask(server, rest("GET", "/v1/domain")), 400, "ValidationException")
    text = "1 validation error detected: Value null at 'domain' failed to satisfy constraint: Member must not be null"
    assert message(found).replace("Value 'null'", "Value null") == text
    assert found["reason"] == "FIELD_VALIDATION_FAILED"


def test_list_indices_count_from_one(server):
    body = json.dumps({"assetModelName": "x", "assetModelHierarchies": [{"name": "ok", "childAssetModelId": "y"}] * 2}).encode()
    found = refused(ask(server, rest("POST", "/asset-models", body, service="iotsitewise")), 400, "InvalidRequestException")
    assert "at 'assetModelHierarchies.2.member.childAssetModelId' failed to satisfy constraint" in message(found)


@pytest.mark.parametrize("depth", [200, 5_000, 400_000])
def test_deep_nesting_is_refused(server, depth):
    bodies = [b'{"Target":' * depth + b"1" + b"}" * depth, b'{"x":' + b"[" * depth + b"]" * depth + b"}", b"[" * depth]
    for body in bodies:
        answer = ask(server, target(f"{CONFIG}.CreateHomeRegionControl", body))
        assert 400 <= answer.status < 500, answer
        answer = ask(server, rest("POST", "/assets", body, service="iotsitewise"))
        assert 400 <= answer.status < 500, answer


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "", "\x7f", pytest.param("x" * 4000, id="long")])
def test_a_wrong_content_type_is_never_a_server_error(server, content_type):
    for data in (
        target(f"{CONFIG}.GetHomeRegion", b"{}", Content_Type=content_type),
        rest("POST", "/v1/domains", b"{}", Content_Type=content_type),
        rest("POST", "/assets", b"{}", service="iotsitewise", Content_Type=content_type),
    ):
        answer = ask(server, data)
        assert answer is not None, "no answer"
        assert answer.status == 200 or 400 <= answer.status < 500, answer


@pytest.mark.parametrize(
    "query",
    [
        "domain=%",
        "domain=%zz",
        "domain=%ff",
        "domain=%c0%af",
        "domain=%00",
        "domain=a%0d%0ab",
        "domain=shop&domain=shop",
        "domain",
        "=&&=&",
        "max-results=x&domain=shop",
        pytest.param("domain=" + "x" * 100_000, id="long"),
        pytest.param("&".join(["domain=shop"] * 2000), id="often"),
    ],
)
def test_a_strange_query_is_a_validation_error(server, query):
    answer = ask(server, rest("GET", f"/v1/domain?{query}"))
    assert 400 <= answer.status < 500, answer


def test_numbers_in_a_query_are_numbers(server):
    for value in ("x", "1.5", "99999999999999999999", "", "-1", "0", "1e2"):
        answer = ask(server, rest("GET", f"/asset-models?maxResults={value}", service="iotsitewise"))
        refused(answer, 400, "InvalidRequestException")


def test_two_services_share_one_signing_name(server):
    answer = ask(server, target(f"{CONFIG}.GetHomeRegion"))
    assert answer.status == 200
    answer = ask(server, target("AWSMigrationHub.ListCreatedArtifacts", b'{"ProgressUpdateStream":"a","MigrationTaskName":"b"}'))
    assert answer.code() == "HomeRegionNotSetException"


def test_any_host_is_accepted(server):
    for host in ("api.iotsitewise.us-west-2.amazonaws.com", "data.localhost", "127.0.0.1:1", "[::1]", "x"):
        data = request("GET", "/asset-models", {"Authorization": authorization("iotsitewise")}, host=host)
        assert ask(server, data).status == 200


def test_trailing_slashes_of_five_routes_are_optional(server):
    body = b"{}"
    for path in ("/timeseries/associate", "/timeseries/associate/"):
        answer = ask(server, rest("POST", path, body, service="iotsitewise"))
        assert answer.code() != "UnknownOperationException", answer


def test_the_caller_is_told_who_he_is(server):
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Authorization": authorization("sts")}
    answer = ask(server, request("POST", "/", headers, b"Action=GetCallerIdentity&Version=2011-06-15"))
    assert answer.status == 200, answer
    text = answer.body.decode()
    assert "<Account>111122223333</Account>" in text
    assert "<Arn>arn:aws:iam::111122223333:user/local</Arn>" in text
    answer = ask(server, request("POST", "/", headers, b"Action=Nothing&Version=2011-06-15"))
    assert 400 <= answer.status < 500, answer


def test_health_needs_no_signature(server):
    for path in ("/_homeregion/health", "/_localstack/health"):
        answer = ask(server, request("GET", path, {}))
        assert answer.status == 200, answer
        assert isinstance(answer.json(), dict)


def test_only_an_ephemeral_server_forgets(server):
    answer = ask(server, request("POST", "/_homeregion/reset", {}))
    assert answer.status in (403, 404, 405), answer


def test_no_page_of_another_origin_may_call(server):
    headers = {"Origin": "https://example.test", "Access-Control-Request-Method": "POST"}
    answer = ask(server, request("OPTIONS", "/", headers))
    assert not any(name.startswith("access-control-") for name in answer.headers), answer
    answer = ask(server, target(f"{CONFIG}.GetHomeRegion", Origin="https://example.test"))
    assert not any(name.startswith("access-control-") for name in answer.headers), answer


def test_requests_in_a_row_are_answered_in_their_order(server):
    body = b'{"ProgressUpdateStream":"a","MigrationTaskName":"b"}'
    requests = [
        target(f"{CONFIG}.GetHomeRegion"),
        target("AWSMigrationHub.Nothing"),
        target("AWSMigrationHub.ListCreatedArtifacts", body),
        rest("GET", "/v1/domain?domain=none"),
        rest("POST", "/v1/domains"),
    ] * 10
    with Connection(server) as connection:
        connection.send(b"".join(requests))
        found = [connection.answer() for _ in requests]
    expected = [200, 400, 400, 404, 200] * 10
    assert [answer.status for answer in found] == expected
    assert len({answer.headers["x-amzn-requestid"] for answer in found}) == len(found)
