"""SiteWise Monitor: portals, projects, dashboards, access policies, as boto3 sees them."""

import base64
import itertools
import json
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest

from tests.aws import UUID, Caller, answer, outcome, refused, together
from tests.boto3.monitor import (
    ROLE,
    create_access_policy,
    create_dashboard,
    create_portal,
    create_project,
    first_generation,
    picture,
    second_generation,
)
from tests.boto3.plant import Plant, create_asset, create_model

NOBODY = "00000000-0000-4000-8000-00000000dead"


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


def conflict(call, **parameters):
    return refused("ConflictingOperationException", 409, call, **parameters)


def arn(caller, kind, of):
    return f"arn:aws:iotsitewise:{caller.region}:{caller.account}:{kind}/{of}"


def fetch(url, method="GET", **headers):
    """Status, headers and body of what a URL alone leads to, without a signature."""
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def definitions(caller):
    """A plant with two measured values, and dashboards of both generations over it."""
    plant = Plant(caller)
    properties = [
        {"name": "flow", "dataType": "DOUBLE", "type": {"measurement": {}}},
        {"name": "state", "dataType": "STRING", "type": {"measurement": {}}},
    ]
    model = create_model(caller, assetModelProperties=properties)
    asset = create_asset(caller, model, "T1")
    found = caller.sitewise.describe_asset(assetId=asset)["assetProperties"]
    number, text = (item["id"] for item in found)
    return plant, asset, first_generation(asset, number, text), second_generation(asset, model, number, text)


def test_scenario_35_monitor_from_portal_to_dashboard_and_back(caller):
    sitewise = caller.sitewise
    plant, asset, first, second = definitions(caller)
    portal = create_portal(caller)
    project = create_project(caller, portal)
    # Project assets: a bad id is an error of its own, a second root is refused, what stands below the root is not.
    batch = answer(sitewise.batch_associate_project_assets(projectId=project, assetIds=[plant.site, NOBODY]))
    assert [(error["assetId"], error["code"]) for error in batch["errors"]] == [(NOBODY, "INTERNAL_FAILURE")]
    machine = plant.machine()
    second_root = dict(projectId=project, assetIds=[machine])
    refused("LimitExceededException", 410, sitewise.batch_associate_project_assets, **second_root, says=plant.site)
    plant.associate(machine)
    assert answer(sitewise.batch_associate_project_assets(**second_root)).get("errors", []) == []
    assert answer(sitewise.list_project_assets(projectId=project))["assetIds"] == [plant.site, machine]
    # Dashboards of both generations come back byte for byte.
    dashboards = {}
    for definition in (first, second):
        dashboard = create_dashboard(caller, project, definition)
        found = sitewise.describe_dashboard(dashboardId=dashboard)["dashboardDefinition"]
        assert found.encode() == definition.encode()
        dashboards[dashboard] = definition
    # Access policies by both pairs.
    ada, crew = {"user": {"id": "ada"}}, {"iamRole": {"arn": ROLE}}
    on_portal = create_access_policy(caller, ada, {"portal": {"id": portal}}, "ADMINISTRATOR")
    on_project = create_access_policy(caller, crew, {"project": {"id": project}})
    listed = lambda **by: [item["id"] for item in sitewise.list_access_policies(**by)["accessPolicySummaries"]]
    assert listed(identityType="USER", identityId="ada") == [on_portal]
    assert listed(identityType="IAM", iamArn=ROLE) == [on_project]
    assert listed(resourceType="PORTAL", resourceId=portal) == [on_portal]
    assert listed(resourceType="PROJECT", resourceId=project) == [on_project]
    # Everything goes from the bottom to the top only.
    refusal = conflict(sitewise.delete_portal, portalId=portal, says=project)
    assert refusal.members == {"resourceId": portal, "resourceArn": arn(caller, "portal", portal)}
    invalid(sitewise.delete_project, projectId=project, says="dashboard")
    for dashboard in dashboards:
        assert answer(sitewise.delete_dashboard(dashboardId=dashboard), 204) == {}
    assert answer(sitewise.delete_project(projectId=project), 204) == {}
    missing(sitewise.describe_access_policy, accessPolicyId=on_project)
    conflict(sitewise.delete_portal, portalId=portal, says=on_portal)
    assert answer(sitewise.delete_access_policy(accessPolicyId=on_portal), 204) == {}
    assert answer(sitewise.delete_portal(portalId=portal), 202) == {"portalStatus": {"state": "DELETING"}}
    waiter = sitewise.get_waiter("portal_not_exists")
    waiter.wait(portalId=portal, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    assert answer(sitewise.list_portals())["portalSummaries"] == []
    assert answer(sitewise.describe_asset(assetId=asset))["assetName"] == "T1"


def test_a_portal_is_described_at_once_and_starts_below_this_server(caller):
    made = answer(
        caller.sitewise.create_portal(portalName="Plant", portalContactEmail="ops@example.com", roleArn=ROLE), 202
    )
    portal = made["portalId"]
    assert UUID.match(portal)
    assert made["portalArn"] == arn(caller, "portal", portal)
    assert made["portalStatus"] == {"state": "CREATING"}
    assert made["portalStartUrl"] == f"{caller.server.endpoint}/portal/{portal}"
    assert made["ssoApplicationId"]
    found = answer(caller.sitewise.describe_portal(portalId=portal))
    assert found["portalStatus"] == {"state": "ACTIVE"}
    assert (found["portalStartUrl"], found["portalAuthMode"]) == (made["portalStartUrl"], "SSO")
    assert found["portalType"] == "SITEWISE_PORTAL_V1"
    again = answer(caller.sitewise.describe_portal(portalId=portal))
    assert found["portalClientId"] == again["portalClientId"]
    assert "portalDescription" not in found


def test_a_logo_is_downloaded_from_its_url_alone(caller):
    dark, light = picture(0), picture(255)
    portal = create_portal(caller, portalLogoImageFile={"data": dark, "type": "PNG"})
    location = caller.sitewise.describe_portal(portalId=portal)["portalLogoImageLocation"]
    assert UUID.match(location["id"])
    status, headers, body = fetch(location["url"])
    assert (status, headers["Content-Type"], body) == (200, "image/png", dark)
    assert fetch(location["url"], "HEAD")[0] == 200
    # A page of any origin may show it.
    assert fetch(location["url"], **{"Sec-Fetch-Site": "cross-site", "Origin": "https://plant.example"})[2] == dark
    keep = dict(portalId=portal, portalName="Plant", portalContactEmail="ops@example.com", roleArn=ROLE)
    answer(caller.sitewise.update_portal(**keep, portalLogoImage={"id": location["id"]}), 202)
    assert fetch(location["url"])[0] == 200
    answer(caller.sitewise.update_portal(**keep, portalLogoImage={"file": {"data": light, "type": "PNG"}}), 202)
    assert fetch(location["url"])[0] == 404
    replaced = caller.sitewise.describe_portal(portalId=portal)["portalLogoImageLocation"]
    assert fetch(replaced["url"])[2] == light
    answer(caller.sitewise.update_portal(**keep), 202)
    assert "portalLogoImageLocation" not in caller.sitewise.describe_portal(portalId=portal)
    assert fetch(replaced["url"])[0] == 404


def test_the_url_of_a_logo_cannot_be_made_up(caller):
    portal = create_portal(caller, portalLogoImageFile={"data": picture(), "type": "PNG"})
    url = caller.sitewise.describe_portal(portalId=portal)["portalLogoImageLocation"]["url"]
    *rest, until, signature = url.split("/")
    for forged in [
        "/".join([*rest, str(int(until) + 1), signature]),
        "/".join([*rest, until, "0" * 32]),
        "/".join([*rest, until]),
        "/".join(rest),
        url.replace(caller.account, "000000000000"),
        url + "/",
    ]:
        assert fetch(forged)[0] == 404, forged
    assert fetch(url, "DELETE")[0] == 405
    assert fetch(url)[0] == 200


def test_the_url_of_a_logo_outlives_the_server(own_server):
    caller = Caller(own_server)
    portal = create_portal(caller, portalLogoImageFile={"data": picture(), "type": "PNG"})
    url = urllib.parse.urlsplit(caller.sitewise.describe_portal(portalId=portal)["portalLogoImageLocation"]["url"])
    own_server.kill()
    own_server.start()
    assert fetch(f"{own_server.endpoint}{url.path}")[2] == picture()


def test_a_logo_is_a_png_of_less_than_a_megabyte(caller):
    create = dict(portalName="Plant", portalContactEmail="ops@example.com", roleArn=ROLE)
    most = 1024 * 1024 - 1
    portal = create_portal(caller, portalLogoImageFile={"data": picture().ljust(most, b"\0"), "type": "PNG"})
    url = caller.sitewise.describe_portal(portalId=portal)["portalLogoImageLocation"]["url"]
    assert len(fetch(url)[2]) == most
    for data, says in [
        (picture().ljust(most + 1, b"\0"), "1048576"),
        (b"GIF89a" + bytes(100), "PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "PNG"),
        (picture()[1:], "PNG"),
    ]:
        image = {"data": data, "type": "PNG"}
        invalid(caller.sitewise.create_portal, **create, portalLogoImageFile=image, says=says)
        invalid(caller.sitewise.update_portal, **create, portalId=portal, portalLogoImage={"file": image}, says=says)
    assert len(answer(caller.sitewise.list_portals())["portalSummaries"]) == 1
    assert fetch(url)[0] == 200


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@c.de", "a@b.c", "@b.cd", "ä@b.cd", "a@b.cd\n"])
def test_an_address_is_an_address(caller, address):
    create = dict(portalName="Plant", roleArn=ROLE)
    invalid(caller.sitewise.create_portal, **create, portalContactEmail=address, says="portalContactEmail")
    alarms = {"alarmRoleArn": ROLE}
    sender = dict(portalContactEmail="a@b.cd", alarms=alarms, notificationSenderEmail=address)
    invalid(caller.sitewise.create_portal, **create, **sender, says="notificationSenderEmail")


def test_a_portal_of_the_second_generation_keeps_its_tools(caller):
    tools = {"PortalTools": {"portalTools": ["ASSISTANT", "DASHBOARD"]}}
    alarms = {"alarmRoleArn": ROLE, "notificationLambdaArn": "arn:aws:lambda:us-west-2:123456789012:function:tell"}
    more = dict(
        portalDescription="all halls",
        portalType="SITEWISE_PORTAL_V2",
        portalTypeConfiguration=tools,
        alarms=alarms,
        notificationSenderEmail="alarms@example.com",
    )
    portal = create_portal(caller, "Plant", portalAuthMode="IAM", **more)
    found = caller.sitewise.describe_portal(portalId=portal)
    assert {name: found[name] for name in more} == more
    assert found["portalAuthMode"] == "IAM"
    least = dict(portalId=portal, portalName="Plant", portalContactEmail="ops@example.com", roleArn=ROLE)
    answer(caller.sitewise.update_portal(**least), 202)
    found = caller.sitewise.describe_portal(portalId=portal)
    assert set(more) & set(found) == {"portalType"}
    assert (found["portalType"], found["portalAuthMode"]) == ("SITEWISE_PORTAL_V2", "IAM")


def test_definitions_of_dashboards_are_kept_as_they_were_sent(caller):
    project = create_project(caller, create_portal(caller))
    longest = json.dumps("é" * 204_798, ensure_ascii=False)
    dashboard = create_dashboard(caller, project)
    for definition in ["[]", "0", '{"a":1,"a":2}', '\r\n{ "b" : 1e999,\t"a":"\\u00e9" }\n', longest]:
        update = dict(dashboardId=dashboard, dashboardName="flows", dashboardDefinition=definition)
        assert answer(caller.sitewise.update_dashboard(**update)) == {}
        assert caller.sitewise.describe_dashboard(dashboardId=dashboard)["dashboardDefinition"] == definition
    for bad, says in [
        ("{\n  widgets: []\n}", "line 2 column 3"),
        ('{"widgets": []', "line 1 column 14"),
        ("", "line 1"),
        (longest + " ", "204800"),
    ]:
        bad = dict(dashboardName="flows", dashboardDefinition=bad)
        invalid(caller.sitewise.update_dashboard, dashboardId=dashboard, **bad, says=says)
        invalid(caller.sitewise.create_dashboard, projectId=project, **bad, says=says)
    assert caller.sitewise.describe_dashboard(dashboardId=dashboard)["dashboardDefinition"] == longest


def test_lists_of_monitor_are_paged_in_the_order_of_creation(caller):
    sitewise = caller.sitewise
    portals = [create_portal(caller, f"portal {number}") for number in range(3)]
    projects = [create_project(caller, portals[0], f"project {number}") for number in range(3)]
    dashboards = [create_dashboard(caller, projects[0], name=f"dashboard {number}") for number in range(3)]
    on_portal = {"portal": {"id": portals[0]}}
    policies = [create_access_policy(caller, {"user": {"id": f"u{number}"}}, on_portal) for number in range(3)]
    site = Plant(caller)
    below = [site.site, *(site.machine() for _ in range(2))]
    for machine in below[1:]:
        site.associate(machine)
    for asset in below:
        answer(sitewise.batch_associate_project_assets(projectId=projects[0], assetIds=[asset]))
    for name, where, member, expected in [
        ("list_portals", {}, "portalSummaries", portals),
        ("list_projects", {"portalId": portals[0]}, "projectSummaries", projects),
        ("list_dashboards", {"projectId": projects[0]}, "dashboardSummaries", dashboards),
        ("list_access_policies", {"resourceType": "PORTAL", "resourceId": portals[0]}, "accessPolicySummaries", policies),
        ("list_project_assets", {"projectId": projects[0]}, "assetIds", below),
    ]:
        pages = list(sitewise.get_paginator(name).paginate(**where, PaginationConfig={"PageSize": 1}))
        found = [item if isinstance(item, str) else item["id"] for page in pages for item in page[member]]
        # Made in the same millisecond, two stand in the order of their ids.
        assert sorted(found) == sorted(expected) and len(pages) == 3, name
        assert all(len(page[member]) == 1 for page in pages)
        assert "nextToken" not in pages[-1]
        invalid(getattr(caller.lax_sitewise, name), **where, nextToken="")
        invalid(getattr(sitewise, name), **where, nextToken="AAAA")


def test_lists_of_what_is_unknown_are_empty(caller):
    sitewise = caller.sitewise
    assert answer(sitewise.list_projects(portalId=NOBODY)) == {"projectSummaries": []}
    assert answer(sitewise.list_dashboards(projectId=NOBODY)) == {"dashboardSummaries": []}
    assert answer(sitewise.list_project_assets(projectId=NOBODY)) == {"assetIds": []}
    where = dict(resourceType="PROJECT", resourceId=NOBODY)
    assert answer(sitewise.list_access_policies(**where)) == {"accessPolicySummaries": []}
    assert answer(sitewise.list_portals()) == {"portalSummaries": []}


def test_monitor_s_resources_have_tags_while_they_live(caller):
    sitewise = caller.sitewise
    tags = {"plant": "north"}
    portal = create_portal(caller, tags=tags)
    project = create_project(caller, portal, tags=tags)
    dashboard = create_dashboard(caller, project, tags=tags)
    policy = create_access_policy(caller, {"group": {"id": "g"}}, {"portal": {"id": portal}}, tags=tags)
    arns = [
        arn(caller, kind, of)
        for kind, of in [("portal", portal), ("project", project), ("dashboard", dashboard), ("access-policy", policy)]
    ]
    for resource in arns:
        assert sitewise.list_tags_for_resource(resourceArn=resource)["tags"] == tags
        answer(sitewise.tag_resource(resourceArn=resource, tags={"hall": "1"}))
        assert sitewise.list_tags_for_resource(resourceArn=resource)["tags"] == {**tags, "hall": "1"}
    sitewise.delete_dashboard(dashboardId=dashboard)
    sitewise.delete_project(projectId=project)
    sitewise.delete_access_policy(accessPolicyId=policy)
    sitewise.delete_portal(portalId=portal)
    for resource in arns:
        missing(sitewise.list_tags_for_resource, resourceArn=resource)


def test_tokens_create_one_thing_each(caller):
    sitewise = caller.sitewise
    portal, tokens = create_portal(caller), itertools.count()
    project = create_project(caller, portal)
    for call, member, parameters, other in [
        (
            sitewise.create_portal,
            "portalId",
            dict(portalName="a", portalContactEmail="a@b.cd", roleArn=ROLE),
            {"portalName": "b"},
        ),
        (sitewise.create_project, "projectId", dict(portalId=portal, projectName="a"), {"projectName": "b"}),
        (
            sitewise.create_dashboard,
            "dashboardId",
            dict(projectId=project, dashboardName="a", dashboardDefinition="{}"),
            {"dashboardDefinition": "{ }"},
        ),
        (
            sitewise.create_access_policy,
            "accessPolicyId",
            dict(
                accessPolicyIdentity={"user": {"id": "u"}},
                accessPolicyResource={"portal": {"id": portal}},
                accessPolicyPermission="VIEWER",
            ),
            {"accessPolicyPermission": "ADMINISTRATOR"},
        ),
    ]:
        token = f"{next(tokens):036}"
        made = call(**parameters, clientToken=token)[member]
        assert call(**parameters, clientToken=token)[member] == made
        invalid(call, **{**parameters, **other}, clientToken=token, says="clientToken")


def test_one_of_many_gets_the_last_access(caller):
    """Twenty at once give one identity access to one portal: one policy comes of it."""
    portal = create_portal(caller)
    create = dict(
        accessPolicyIdentity={"user": {"id": "ada"}},
        accessPolicyResource={"portal": {"id": portal}},
        accessPolicyPermission="VIEWER",
    )
    results = together(20, lambda _: outcome(caller.sitewise.create_access_policy, **create))
    assert sorted(results) == ["InvalidRequestException"] * 19 + ["ok"]
    found = caller.sitewise.list_access_policies(resourceType="PORTAL", resourceId=portal)
    assert len(found["accessPolicySummaries"]) == 1


def test_two_roots_never_share_a_project(caller):
    """Twenty assets at once want to be the root of a project: one of them is."""
    model = create_model(caller)
    assets = [create_asset(caller, model) for _ in range(20)]
    project = create_project(caller, create_portal(caller))
    add = caller.sitewise.batch_associate_project_assets
    results = together(20, lambda number: outcome(add, projectId=project, assetIds=[assets[number]]))
    assert sorted(results) == ["LimitExceededException"] * 19 + ["ok"]
    assert len(caller.sitewise.list_project_assets(projectId=project)["assetIds"]) == 1


def test_nothing_is_created_in_a_portal_that_goes(caller):
    """A project and the deletion of its portal race: either the project is there, or the portal is gone."""
    for _ in range(5):
        portal = create_portal(caller)
        create = lambda: outcome(caller.sitewise.create_project, portalId=portal, projectName="hall")
        delete = lambda: outcome(caller.sitewise.delete_portal, portalId=portal)
        results = together(2, lambda number: [create, delete][number]())
        assert results in (["ok", "ConflictingOperationException"], ["ResourceNotFoundException", "ok"]), results
        left = caller.sitewise.list_projects(portalId=portal)["projectSummaries"]
        assert len(left) == (1 if results[0] == "ok" else 0)


def test_a_deleted_asset_leaves_its_projects(caller):
    asset = create_asset(caller, create_model(caller))
    project = create_project(caller, create_portal(caller))
    answer(caller.sitewise.batch_associate_project_assets(projectId=project, assetIds=[asset]))
    caller.sitewise.delete_asset(assetId=asset)
    assert answer(caller.sitewise.list_project_assets(projectId=project))["assetIds"] == []
    batch = answer(caller.sitewise.batch_disassociate_project_assets(projectId=project, assetIds=[asset]))
    assert [error["assetId"] for error in batch["errors"]] == [asset]


def test_ids_of_monitor_are_plain_lower_case_ids(caller):
    portal = create_portal(caller)
    for bad in [portal.upper(), "externalId:portal-1", "00000000-0000-0000-0000-000000000000"]:
        bad = bad[:36].ljust(36, "0")
        invalid(caller.sitewise.describe_portal, portalId=bad)
        invalid(caller.sitewise.create_project, portalId=bad, projectName="hall")
        invalid(caller.sitewise.list_projects, portalId=bad)


def test_accounts_and_regions_do_not_see_each_other(caller):
    portal = create_portal(caller, portalLogoImageFile={"data": picture(), "type": "PNG"})
    for stranger in (Caller(caller.server), caller.elsewhere("eu-west-1")):
        missing(stranger.sitewise.describe_portal, portalId=portal)
        missing(stranger.sitewise.create_project, portalId=portal, projectName="hall")
        assert stranger.sitewise.list_portals()["portalSummaries"] == []


def test_a_logo_that_is_no_base64_is_refused_by_its_name(caller):
    """boto3 makes base64 of whatever it gets; other clients may not."""
    body = json.dumps(
        {
            "portalName": "Plant",
            "portalContactEmail": "a@b.cd",
            "roleArn": ROLE,
            "clientToken": str(uuid.uuid4()),
            "portalLogoImageFile": {"data": base64.b64encode(picture()).decode() + "!", "type": "PNG"},
        }
    )
    credential = f"Credential={caller.account}/20260101/{caller.region}/iotsitewise/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature={'0' * 64}"
    request = urllib.request.Request(
        f"{caller.server.endpoint}/portals",
        data=body.encode(),
        headers={"Content-Type": "application/json", "Authorization": authorization},
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    said = json.loads(caught.value.read())
    assert (caught.value.code, said["__type"]) == (400, "InvalidRequestException")
    assert "portalLogoImageFile.data" in said["message"]
