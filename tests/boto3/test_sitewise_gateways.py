"""Gateways: the three platforms, and what their collectors are told."""

import json
import os
import urllib.request

import pytest

from tests.aws import UUID, Caller, answer, refused, together

OPC = "iotsitewise:opcuacollector:2"
GROUP = "arn:aws:greengrass:us-west-2:000000000000:/greengrass/groups/1b7a"
DOCUMENT_MAX = 10_000_000


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


def v2(thing, **more):
    return {"greengrassV2": {"coreDeviceThingName": thing, **more}}


def create(caller, name, **more):
    made = answer(caller.sitewise.create_gateway(gatewayName=name, gatewayPlatform=v2(name), **more), 201)
    return made["gatewayId"]


def put(caller, gateway, namespace, document):
    return caller.sitewise.update_gateway_capability_configuration(
        gatewayId=gateway, capabilityNamespace=namespace, capabilityConfiguration=document
    )


def get(caller, gateway, namespace):
    found = caller.sitewise.describe_gateway_capability_configuration(gatewayId=gateway, capabilityNamespace=namespace)
    return answer(found)


def test_scenario_34_a_gateway_runs_on_one_of_three_platforms(caller):
    platforms = {
        "v1": ({"greengrass": {"groupArn": GROUP}}, {}, "2"),
        "v2": (v2("core-1"), {"gatewayVersion": "2"}, "2"),
        "v3": (v2("core-2", coreDeviceOperatingSystem="LINUX_AARCH64"), {"gatewayVersion": "3"}, "3"),
        "siemens": ({"siemensIE": {"iotCoreThingName": "s7"}}, {}, "2"),
    }
    for name, (platform, more, version) in platforms.items():
        made = answer(caller.sitewise.create_gateway(gatewayName=name, gatewayPlatform=platform, **more), 201)
        gateway = made["gatewayId"]
        assert UUID.match(gateway)
        arn = f"arn:aws:iotsitewise:{caller.region}:{caller.account}:gateway/{gateway}"
        assert made == {"gatewayId": gateway, "gatewayArn": arn}
        found = answer(caller.sitewise.describe_gateway(gatewayId=gateway))
        assert found.pop("creationDate") == found.pop("lastUpdateDate")
        assert found == {
            "gatewayId": gateway,
            "gatewayArn": arn,
            "gatewayName": name,
            "gatewayPlatform": platform,
            "gatewayVersion": version,
            "gatewayCapabilitySummaries": [],
        }
    both = {**v2("core-3"), "siemensIE": {"iotCoreThingName": "core-3"}}
    for platform, more in [(both, {}), ({}, {}), (v2("core-3"), {"gatewayVersion": "3"})]:
        invalid(caller.sitewise.create_gateway, gatewayName="more", gatewayPlatform=platform, **more)
    listed = answer(caller.sitewise.list_gateways())["gatewaySummaries"]
    assert [gateway["gatewayName"] for gateway in listed] == list(platforms)


def test_scenario_34_a_capability_is_replaced_and_waits_for_its_device(caller):
    gateway = create(caller, "floor")
    missing(
        caller.sitewise.describe_gateway_capability_configuration, gatewayId=gateway, capabilityNamespace=OPC
    )
    sources = [{"name": "press", "endpoint": {"endpointUri": "opc.tcp://10.0.0.7:4840"}}]
    for document in [json.dumps({"sources": sources}, indent=3), '{"sources" :[ ]}\n', '{"é": "🏭"}']:
        made = answer(put(caller, gateway, OPC, document), 201)
        assert made == {"capabilityNamespace": OPC, "capabilitySyncStatus": "OUT_OF_SYNC"}
        assert get(caller, gateway, OPC) == {
            "gatewayId": gateway,
            "capabilityNamespace": OPC,
            "capabilityConfiguration": document,
            "capabilitySyncStatus": "OUT_OF_SYNC",
        }
    invalid(put, caller=caller, gateway=gateway, namespace=OPC, document="{sources: []}", says="JSON")
    summaries = [{"capabilityNamespace": OPC, "capabilitySyncStatus": "OUT_OF_SYNC"}]
    assert caller.sitewise.describe_gateway(gatewayId=gateway)["gatewayCapabilitySummaries"] == summaries
    assert caller.sitewise.list_gateways()["gatewaySummaries"][0]["gatewayCapabilitySummaries"] == summaries
    answer(caller.sitewise.delete_gateway(gatewayId=gateway))
    missing(put, caller=caller, gateway=gateway, namespace=OPC, document="{}")
    missing(caller.sitewise.describe_gateway, gatewayId=gateway)


def test_scenario_34_the_colons_of_a_namespace_may_stand_in_the_path_either_way(caller, server):
    gateway = create(caller, "floor")
    answer(put(caller, gateway, OPC, "{}"), 201)
    for namespace in [OPC, OPC.replace(":", "%3A"), OPC.replace(":", "%3a")]:
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={caller.account}/20260101/{caller.region}/iotsitewise/"
            "aws4_request, SignedHeaders=host, Signature=0"
        }
        url = f"{server.endpoint}/20200301/gateways/{gateway}/capability/{namespace}"
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as found:
            assert json.load(found)["capabilityNamespace"] == OPC


def large_document(size):
    """A document as collectors get them, of exactly so many characters, many of which JSON writes as two bytes."""
    source = json.dumps({"name": "ü", "path": "C:\\plant", "nodeFilterRules": [{"action": "INCLUDE"}]})
    items = ",\n".join([source] * ((size - 200) // (len(source) + 2)))
    document = f'{{"groups":[{items}]}}'
    return document + " " * (size - len(document))


def test_scenario_34_a_document_may_have_ten_million_characters(caller):
    gateway = create(caller, "floor")
    document = large_document(DOCUMENT_MAX)
    assert len(document) == DOCUMENT_MAX
    answer(put(caller, gateway, OPC, document), 201)
    assert get(caller, gateway, OPC)["capabilityConfiguration"] == document
    # One more character is refused, by the client and by the server.
    longer = {"gatewayId": gateway, "capabilityNamespace": OPC, "capabilityConfiguration": document + " "}
    invalid(caller.lax_sitewise.update_gateway_capability_configuration, **longer, says="10000000")
    # No other operation takes that much.
    refused(
        "RequestEntityTooLargeException",
        413,
        caller.lax_sitewise.create_asset_model,
        assetModelName="x",
        assetModelDescription="y" * (10 * 1024 * 1024),
        typed=False,
    )


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads the memory of a process from /proc")
def test_large_documents_of_many_clients_take_bounded_memory(own_server):
    """Five writers and five readers of 10 MB each at once: what finds no room is told to come again."""
    caller = Caller(own_server)
    gateways = [create(caller, f"g{i}") for i in range(3)]
    document = large_document(DOCUMENT_MAX)
    for gateway in gateways:
        answer(put(caller, gateway, OPC, document), 201)

    def one(i):
        gateway = gateways[i % 3]
        try:
            if i % 2:
                return get(caller, gateway, OPC)["capabilityConfiguration"] == document
            return answer(put(caller, gateway, OPC, document), 201)["capabilityNamespace"] == OPC
        except caller.sitewise.exceptions.ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"] == 503

    assert together(10, one) == [True] * 10
    with open(f"/proc/{own_server.process.pid}/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak < 768 * 1024, f"{peak} kB"
    # The room is given back.
    assert get(caller, gateways[0], OPC)["capabilityConfiguration"] == document


def test_names_and_devices_are_taken_once(caller):
    gateway = create(caller, "floor")
    arn = f"arn:aws:iotsitewise:{caller.region}:{caller.account}:gateway/{gateway}"
    for name, thing in [("floor", "other"), ("other", "floor")]:
        refused(
            "ResourceAlreadyExistsException",
            409,
            caller.sitewise.create_gateway,
            gatewayName=name,
            gatewayPlatform=v2(thing),
            members={"resourceId": gateway, "resourceArn": arn},
        )
    other = create(caller, "roof")
    refused(
        "ConflictingOperationException",
        409,
        caller.sitewise.update_gateway,
        gatewayId=other,
        gatewayName="floor",
        members={"resourceId": gateway, "resourceArn": arn},
    )
    answer(caller.sitewise.update_gateway(gatewayId=other, gatewayName="attic"))
    names = [item["gatewayName"] for item in caller.sitewise.list_gateways()["gatewaySummaries"]]
    assert names == ["floor", "attic"]


def test_gateways_are_listed_page_by_page(caller):
    for i in range(5):
        create(caller, f"g{i}")
    pages = list(caller.sitewise.get_paginator("list_gateways").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["gatewaySummaries"]) for page in pages] == [2, 2, 1]
    assert [item["gatewayName"] for page in pages for item in page["gatewaySummaries"]] == [f"g{i}" for i in range(5)]
    assert "nextToken" not in pages[-1]


def test_a_gateway_survives_kill_9(own_server):
    caller = Caller(own_server)
    gateway = create(caller, "floor", tags={"a": "1"})
    answer(put(caller, gateway, OPC, '{"sources": [] }'), 201)
    own_server.kill()
    own_server.start()
    caller = Caller(own_server, caller.account)
    assert get(caller, gateway, OPC)["capabilityConfiguration"] == '{"sources": [] }'
    arn = caller.sitewise.describe_gateway(gatewayId=gateway)["gatewayArn"]
    assert answer(caller.sitewise.list_tags_for_resource(resourceArn=arn)) == {"tags": {"a": "1"}}


def test_of_racing_writers_one_has_the_name_and_all_have_answers(caller):
    def make(i):
        try:
            return create(caller, "floor")
        except caller.sitewise.exceptions.ResourceAlreadyExistsException as error:
            return error.response["resourceId"]

    made = together(16, make)
    assert len(set(made)) == 1, made
    gateway = made[0]
    found = together(16, lambda i: answer(put(caller, gateway, OPC, f"[{i}]"), 201)["capabilitySyncStatus"])
    assert found == ["OUT_OF_SYNC"] * 16
    assert get(caller, gateway, OPC)["capabilityConfiguration"] in [f"[{i}]" for i in range(16)]
    assert len(caller.sitewise.describe_gateway(gatewayId=gateway)["gatewayCapabilitySummaries"]) == 1
