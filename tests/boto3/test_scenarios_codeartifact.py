"""The acceptance scenarios of the control plane, by their numbers in the behaviour book."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from tests.aws import Caller, Refusal, answer, outcome, refused, together
from tests.boto3.packages import generic, publish_npm, token
from tests.server import fetch
from tests.tokens import expired

APP = {"domain": "dom", "repository": "app"}
FORMATS = ["npm", "pypi", "maven", "nuget", "generic", "ruby", "swift", "cargo"]


@pytest.fixture
def dom(caller):
    caller.codeartifact.create_domain(domain="dom")
    caller.codeartifact.create_repository(**APP)
    return caller


def up(*names):
    return [{"repositoryName": name} for name in names]


def test_scenario_1_what_was_created_is_described_and_listed(caller):
    client = caller.codeartifact
    created = answer(client.create_domain(domain="dom"))["domain"]
    assert (created["repositoryCount"], created["assetSizeBytes"]) == (0, 0)
    assert created == answer(client.describe_domain(domain="dom"))["domain"]
    repository = answer(client.create_repository(**APP))["repository"]
    assert repository == answer(client.describe_repository(**APP))["repository"]
    assert [domain["name"] for domain in client.list_domains()["domains"]] == ["dom"]
    assert [found["name"] for found in client.list_repositories()["repositories"]] == ["app"]
    assert client.describe_domain(domain="dom")["domain"]["repositoryCount"] == 1
    [root] = client.list_package_groups(domain="dom")["packageGroups"]
    assert root["pattern"] == "/*"


def test_scenario_2_a_domain_goes_when_it_is_empty_and_may_be_gone(dom):
    client = dom.codeartifact
    members = {"resourceId": "dom", "resourceType": "domain"}
    refused("ConflictException", 409, client.delete_domain, domain="dom", members=members)
    answer(client.delete_repository(**APP))
    assert answer(client.delete_domain(domain="dom"))["domain"]["status"] == "Deleted"
    assert answer(client.delete_domain(domain="dom")) == {}


def test_scenario_3_a_connection_and_upstreams_exclude_each_other(dom):
    client = dom.codeartifact
    connect = {**APP, "externalConnection": "public:npmjs"}
    client.associate_external_connection(**connect)
    refused("ValidationException", 400, client.update_repository, **APP, upstreams=[])
    client.update_repository(**APP, description="x")
    described = client.describe_repository(**APP)["repository"]
    assert described["description"] == "x"
    assert [found["externalConnectionName"] for found in described["externalConnections"]] == ["public:npmjs"]
    says = "ExternalConnections for repositories are currently limited to 1"
    other = {**connect, "externalConnection": "public:pypi"}
    refused("ValidationException", 400, client.associate_external_connection, **other, says=says)
    client.disassociate_external_connection(**connect)
    client.create_repository(domain="dom", repository="base")
    client.update_repository(**APP, upstreams=up("base"))
    refused("ValidationException", 400, client.associate_external_connection, **connect)


def test_scenario_11_expectations_that_fail_change_nothing(dom):
    client = dom.codeartifact
    for version in ("4.0.0", "4.1.0"):
        publish_npm(dom, "left", version, domain="dom")
    left = {**APP, "format": "npm", "package": "left", "versions": ["4.0.0", "4.1.0"]}
    found = answer(client.update_package_versions_status(**left, targetStatus="Archived", expectedStatus="Unlisted"))
    codes = {version: failed["errorCode"] for version, failed in found["failedVersions"].items()}
    assert codes == {"4.0.0": "MISMATCHED_STATUS", "4.1.0": "MISMATCHED_STATUS"}
    where = {**APP, "format": "npm", "package": "left"}
    listed = {item["version"]: item for item in client.list_package_versions(**where)["versions"]}
    revisions = {"4.0.0": "wrong", "4.1.0": listed["4.1.0"]["revision"]}
    found = answer(client.update_package_versions_status(**left, targetStatus="Archived", versionRevisions=revisions))
    codes = {version: failed["errorCode"] for version, failed in found["failedVersions"].items()}
    assert codes == {"4.0.0": "MISMATCHED_REVISION", "4.1.0": "SKIPPED"}
    assert not found.get("successfulVersions")
    after = {item["version"]: item for item in client.list_package_versions(**where)["versions"]}
    assert after == listed


def test_scenario_12_disposed_is_the_end_until_the_version_is_deleted(dom):
    client = dom.codeartifact
    publish_npm(dom, "left", "1.0.0", domain="dom")
    left = {**APP, "format": "npm", "package": "left", "versions": ["1.0.0"]}
    for target in ("Disposed", "Unfinished"):
        refused("ValidationException", 400, client.update_package_versions_status, **left, targetStatus=target)
    client.dispose_package_versions(**left)
    found = answer(client.update_package_versions_status(**left, targetStatus="Published"))
    assert found["failedVersions"]["1.0.0"]["errorCode"] == "NOT_ALLOWED"
    client.delete_package_versions(**left)
    publish_npm(dom, "left", "1.0.0", domain="dom")


ANONYMOUS = [
    "/npm/d/{label}/app/left",
    "/npm/d/{label}/none/left",
    "/maven/d/{label}/app/org/acme/kit/1.0-SNAPSHOT/maven-metadata.xml",
    "/cargo/d/{label}/app/config.json",
    "/nuget/d/{label}/app/v3/index.json",
    "/pypi/d/{label}/app/simple/left/",
    "/generic/d/{label}/app/tools/tool/1.0.0/tool.bin",
    "/ruby/d/{label}/app/specs.4.8.gz",
    "/swift/d/{label}/app/login",
]


@pytest.mark.parametrize("path", ANONYMOUS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_scenario_24_without_a_token_every_format_challenges(dom, path, method):
    url = dom.server.endpoint + path.format(label=f"dom-{dom.account}")
    status, headers, _ = fetch(method, url)
    assert status == 401
    challenge = ", ".join(headers.get_all("WWW-Authenticate"))
    assert "Bearer realm=" in challenge and "Basic realm=" in challenge


def test_scenario_31_a_token_opens_its_own_domain_only(dom):
    client = dom.codeartifact
    client.create_repository(domain="dom", repository="second")
    client.create_domain(domain="other")
    client.create_repository(domain="other", repository="app")
    bearer = {"Authorization": f"Bearer {token(dom, 'dom')}"}
    ping = lambda domain, repository: dom.server.get(  # noqa: E731
        f"/npm/d/{domain}-{dom.account}/{repository}/-/ping", **bearer
    )[0]
    assert (ping("dom", "app"), ping("dom", "second"), ping("other", "app")) == (200, 200, 403)


def test_scenario_32_durations_and_the_end_of_a_token(dom):
    client = dom.lax_codeartifact
    for duration in (0, 900, 43200):
        answer(client.get_authorization_token(domain="dom", durationSeconds=duration))
    for duration in (899, 43201):
        refused("ValidationException", 400, client.get_authorization_token, domain="dom", durationSeconds=duration)
    old = expired(dom.server, token(dom, "dom"))
    for format in FORMATS:
        path = f"/{format}/d/dom-{dom.account}/app/x/y/z/1"
        status, headers, body = dom.server.get(path, Authorization=f"Bearer {old}")
        assert status == 401 and b"expired" in body, format
        assert "Bearer realm=" in ", ".join(headers.get_all("WWW-Authenticate"))


def test_scenario_38_lookups_visit_25_repositories_and_graphs_have_rules(dom):
    client = dom.codeartifact
    # r26 <- r25 <- … <- r1: what clients ask is r1 or r2.
    client.create_repository(domain="dom", repository="r26")
    for number in range(25, 0, -1):
        client.create_repository(domain="dom", repository=f"r{number}", upstreams=up(f"r{number + 1}"))
    publish_npm(dom, "left", "1.0.0", repository="r26", domain="dom")
    bearer = {"Authorization": f"Bearer {token(dom, 'dom')}"}
    get = lambda repository: dom.server.get(  # noqa: E731
        f"/npm/d/dom-{dom.account}/{repository}/left/-/left-1.0.0.tgz", **bearer
    )[0]
    assert (get("r1"), get("r2")) == (404, 200)

    eleven = [f"r{number}" for number in range(1, 12)]
    call, update = client.create_repository, client.update_repository
    members = {"resourceId": "wide", "resourceType": "repository"}
    wide = {"domain": "dom", "repository": "wide"}
    refused("ServiceQuotaExceededException", 402, call, **wide, upstreams=up(*eleven), members=members)
    client.create_repository(domain="dom", repository="wide", upstreams=up(*eleven[:10]))
    refused("ValidationException", 400, update, domain="dom", repository="r26", upstreams=up("r20"))

    client.create_repository(domain="dom", repository="left", upstreams=up("app"))
    client.create_repository(domain="dom", repository="right", upstreams=up("app"))
    client.create_repository(domain="dom", repository="bottom", upstreams=up("left", "right"))
    publish_npm(dom, "kit", "1.0.0", domain="dom")
    status, _, body = dom.server.get(f"/npm/d/dom-{dom.account}/bottom/kit", **bearer)
    assert status == 200 and list(json.loads(body)["versions"]) == ["1.0.0"]
    url = f"/npm/d/dom-{dom.account}/bottom/kit/-/kit-1.0.0.tgz"
    assert dom.server.get(url, **bearer)[0] == 200
    where = {"domain": "dom", "format": "npm", "package": "kit"}
    held = lambda name: client.list_package_versions(**where, repository=name)["versions"]  # noqa: E731
    assert len(held("bottom")) == 1
    for between in ("left", "right"):
        refusal = refused("ResourceNotFoundException", 404, held, between)
        assert isinstance(refusal, Refusal)


def test_an_asset_in_two_repositories_is_counted_once(dom):
    client = dom.codeartifact
    content = b"x" * 100_000
    client.create_repository(domain="dom", repository="other")
    size = lambda: client.describe_domain(domain="dom")["domain"]["assetSizeBytes"]  # noqa: E731
    client.publish_package_version(**generic(content, domain="dom"))
    client.publish_package_version(**generic(content, domain="dom", repository="other"))
    client.publish_package_version(**generic(content, domain="dom", name="twin", version="2.0.0"))
    assert size() == 100_000
    tool = {"domain": "dom", "format": "generic", "namespace": "tools", "package": "tool", "versions": ["1.0.0"]}
    client.dispose_package_versions(**tool, repository="app")
    assert size() == 100_000
    client.delete_package(domain="dom", repository="app", format="generic", namespace="tools", package="tool")
    client.delete_repository(domain="dom", repository="other")
    assert size() == 0


def test_a_large_repository_goes_in_steps_that_a_kill_does_not_lose(own_server):
    caller = Caller(own_server)
    caller.codeartifact.create_domain(domain="dom")
    caller.codeartifact.create_repository(**APP)

    def publish(thread):
        for number in range(65):
            asset = generic(b"x", domain="dom", version=f"1.{number}.0")
            caller.codeartifact.publish_package_version(**{**asset, "package": f"p{thread}"})

    together(8, publish)
    answer(caller.codeartifact.delete_repository(**APP))
    refused("ResourceNotFoundException", 404, caller.codeartifact.describe_repository, **APP)
    own_server.restart(kill=True)
    client = Caller(own_server, caller.account).codeartifact
    deadline = time.monotonic() + 60
    while outcome(client.create_repository, **APP) == "ConflictException":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert client.list_packages(**APP)["packages"] == []
    assert client.describe_domain(domain="dom")["domain"]["assetSizeBytes"] == 0
    lines = own_server.run("events", *own_server.storage()).stdout.splitlines()
    kinds = [json.loads(line)["body"]["detail"]["operationType"] for line in lines]
    assert (kinds.count("Created"), kinds.count("Deleted")) == (520, 520)


def test_tags_are_on_domains_repositories_and_package_groups(dom):
    client = dom.codeartifact
    prefix = f"arn:aws:codeartifact:{dom.region}:{dom.account}"
    client.create_package_group(domain="dom", packageGroup="/npm/acme/*")
    group = client.describe_package_group(domain="dom", packageGroup="/npm/acme/*")["packageGroup"]["arn"]
    for resource in (f"{prefix}:domain/dom", f"{prefix}:repository/dom/app", group):
        tags = [{"key": "a", "value": "1"}, {"key": "b", "value": ""}]
        answer(client.tag_resource(resourceArn=resource, tags=tags))
        assert answer(client.list_tags_for_resource(resourceArn=resource))["tags"] == tags
        answer(client.untag_resource(resourceArn=resource, tagKeys=["a"]))
        assert answer(client.list_tags_for_resource(resourceArn=resource))["tags"] == tags[1:]


def test_a_token_with_another_signature_is_none(dom):
    """The end of the line for what `expired` does with the server's own key."""
    good = token(dom, "dom")
    signed = good.rsplit(".", 1)[0]
    code = hmac.new(b"another key", signed.encode(), hashlib.sha256).digest()
    forged = f"{signed}.{base64.urlsafe_b64encode(code).decode().rstrip('=')}"
    path = f"/npm/d/dom-{dom.account}/app/-/ping"
    assert dom.server.get(path, Authorization=f"Bearer {good}")[0] == 200
    assert dom.server.get(path, Authorization=f"Bearer {forged}")[0] == 401


def test_repositories_are_listed_to_their_administrator(server):
    owner, administrator = Caller(server), Caller(server)
    owner.codeartifact.create_domain(domain="dom")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "codeartifact:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    owner.codeartifact.put_domain_permissions_policy(domain="dom", policyDocument=document)
    administrator.codeartifact.create_repository(**APP, domainOwner=owner.account)
    names = lambda found: [item["name"] for item in found["repositories"]]  # noqa: E731
    assert names(owner.codeartifact.list_repositories()) == []
    assert names(administrator.codeartifact.list_repositories()) == ["app"]
    assert administrator.codeartifact.list_domains()["domains"] == []
    listed = owner.codeartifact.list_repositories_in_domain
    assert names(listed(domain="dom")) == ["app"]
    assert names(listed(domain="dom", administratorAccount=owner.account)) == []
    assert names(listed(domain="dom", administratorAccount=administrator.account)) == ["app"]
