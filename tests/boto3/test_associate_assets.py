"""AssociateAssets: the checks in their order, the effects, tokens and races."""

import os
import uuid

import pytest

from tests.aws import answer, outcome, refused, together
from tests.boto3.plant import Plant, children, create_asset, create_model, hierarchies, parents, top_level

UPPER_CASE = "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"
NIL = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def plant(caller):
    return Plant(caller)


def unknown():
    return str(uuid.uuid4())


def token():
    return str(uuid.uuid4())


def arn(caller, asset):
    return f"arn:aws:iotsitewise:{caller.region}:{caller.account}:asset/{asset}"


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


def taken(caller, child, **parameters):
    members = {"resourceId": child, "resourceArn": arn(caller, child)}
    call = caller.sitewise.associate_assets
    return refused("ResourceAlreadyExistsException", 409, call, childAssetId=child, members=members, **parameters)


def test_an_associated_child_is_seen_from_everywhere_at_once(caller, plant):
    machine, free = plant.machine(), plant.machine()
    before = [answer(caller.sitewise.describe_asset(assetId=asset)) for asset in (plant.site, machine)]
    assert plant.associate(machine) == {}
    assert children(caller, plant.site, plant.in_use) == [machine]
    assert children(caller, plant.site, plant.spare) == []
    assert children(caller, plant.site) == [machine]
    assert parents(caller, machine) == [plant.site]
    assert parents(caller, machine, hierarchyId=plant.in_use) == [plant.site]
    assert parents(caller, machine, hierarchyId=plant.spare) == []
    assert parents(caller, plant.site) == []
    assert top_level(caller) == [plant.site, free]
    after = [answer(caller.sitewise.describe_asset(assetId=asset)) for asset in (plant.site, machine)]
    assert after == before


def test_the_children_of_all_hierarchies_are_listed_together(caller, plant):
    first, second, third = plant.machine(), plant.machine(), plant.machine()
    plant.associate(third)
    plant.associate(first, plant.spare)
    plant.associate(second)
    assert children(caller, plant.site) == [first, second, third]
    assert children(caller, plant.site, "externalId:in-use") == [second, third]
    page = answer(caller.sitewise.list_associated_assets(assetId=plant.site, maxResults=2))
    assert [item["id"] for item in page["assetSummaries"]] == [first, second]
    rest = answer(caller.sitewise.list_associated_assets(assetId=plant.site, nextToken=page["nextToken"]))
    assert [item["id"] for item in rest["assetSummaries"]] == [third]
    assert "nextToken" not in rest
    where = {"assetId": plant.site, "nextToken": page["nextToken"], "hierarchyId": plant.spare}
    invalid(caller.sitewise.list_associated_assets, **where)


def test_a_listed_child_has_the_fields_of_an_asset_summary(caller, plant):
    machine = plant.machine(assetExternalId="m-1", assetDescription="d")
    plant.associate(machine)
    listed = answer(caller.sitewise.list_associated_assets(assetId=plant.site))["assetSummaries"]
    everywhere = answer(caller.sitewise.list_assets(assetModelId=plant.machine_model))["assetSummaries"]
    assert listed == everywhere
    assert (listed[0]["externalId"], listed[0]["description"]) == ("m-1", "d")


def test_listing_relatives_needs_asset_and_hierarchy(caller, plant):
    missing(caller.sitewise.list_associated_assets, assetId=unknown())
    missing(caller.sitewise.list_associated_assets, assetId=plant.site, hierarchyId=unknown())
    invalid(caller.lax_sitewise.list_associated_assets, assetId=plant.site, traversalDirection="UP")
    invalid(caller.lax_sitewise.list_associated_assets, assetId=plant.site, maxResults=251)


def test_relationships_lead_from_the_child_to_the_root(caller, needs):
    needs("ListAssetRelationships")
    plant = Plant(caller)
    machine = plant.machine()
    plant.associate(machine)
    listed = caller.sitewise.list_asset_relationships
    found = answer(listed(assetId=machine, traversalType="PATH_TO_ROOT"))["assetRelationshipSummaries"]
    info = {"parentAssetId": plant.site, "childAssetId": machine}
    assert found == [{"relationshipType": "HIERARCHY", "hierarchyInfo": info}]
    assert answer(listed(assetId=plant.site, traversalType="PATH_TO_ROOT"))["assetRelationshipSummaries"] == []


def test_the_first_fault_in_order_is_the_answer(caller, plant):
    """Each step still has every fault that is checked later."""
    other = create_asset(caller, plant.other_model)
    machine = plant.machine()
    call, lax = caller.sitewise.associate_assets, caller.lax_sitewise.associate_assets
    refusal = invalid(lax, assetId=unknown(), hierarchyId="short", childAssetId=unknown())
    assert "at 'hierarchyId' failed to satisfy constraint" in refusal.message
    parent, child, hierarchy = unknown(), unknown(), unknown()
    assert parent in missing(call, assetId=parent, hierarchyId=hierarchy, childAssetId=child).message
    assert child in missing(call, assetId=plant.site, hierarchyId=hierarchy, childAssetId=child).message
    invalid(call, assetId=plant.site, hierarchyId=hierarchy, childAssetId=plant.site)
    assert hierarchy in missing(call, assetId=plant.site, hierarchyId=hierarchy, childAssetId=other).message
    invalid(call, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=other)
    assert call(assetId=plant.site, hierarchyId=plant.in_use, childAssetId=machine)
    taken(caller, machine, assetId=plant.site, hierarchyId=plant.in_use)
    assert children(caller, plant.site) == [machine]


@pytest.mark.parametrize("bad", [UPPER_CASE, NIL, "externalId:x", "externalId:" + "x" * 129, "externalId:-x", "x" * 140, "in use"])
@pytest.mark.parametrize("member", ["assetId", "hierarchyId", "childAssetId"])
def test_what_is_no_id_is_refused_in_each_place(caller, member, bad):
    where = {"assetId": unknown(), "hierarchyId": unknown(), "childAssetId": unknown(), member: bad}
    for call in (caller.lax_sitewise.associate_assets, caller.lax_sitewise.disassociate_assets):
        refusal = invalid(call, **where)
        assert refusal.message.startswith(("1 validation error detected: ", "2 validation errors detected: ")), refusal
        assert f"at '{member}' failed to satisfy constraint: Member must" in refusal.message


def test_missing_members_are_named(caller):
    for call in (caller.lax_sitewise.associate_assets, caller.lax_sitewise.disassociate_assets):
        refusal = invalid(call, assetId=unknown())
        for member in ("hierarchyId", "childAssetId"):
            assert f"at '{member}' failed to satisfy constraint: Member must not be null" in refusal.message


@pytest.mark.parametrize("bad", ["short", "x" * 65, "x" * 35 + " ", ""])
def test_what_is_no_token_is_refused(caller, plant, bad):
    where = {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": plant.machine(), "clientToken": bad}
    refusal = invalid(caller.lax_sitewise.associate_assets, **where)
    assert "at 'clientToken' failed to satisfy constraint: Member must" in refusal.message
    assert children(caller, plant.site) == []


def test_a_hierarchy_belongs_to_the_model_of_the_parent(caller, plant):
    other = Plant(caller.elsewhere("eu-west-1"))
    model = create_model(caller, assetModelHierarchies=[{"name": "h", "childAssetModelId": plant.machine_model}])
    foreign = hierarchies(caller, model)["h"]
    machine = plant.machine()
    for hierarchy in (foreign, other.in_use, "externalId:nobody"):
        missing(caller.sitewise.associate_assets, assetId=plant.site, hierarchyId=hierarchy, childAssetId=machine)
    refusal = invalid(caller.lax_sitewise.associate_assets, assetId=plant.site, hierarchyId="in use", childAssetId=machine)
    assert "hierarchyId" in refusal.message


def test_external_ids_mix_with_uuids_in_every_place(caller, plant):
    site = create_asset(caller, plant.site_model, assetExternalId="site:1.a")
    machine = plant.machine(assetExternalId="externalId:m")
    forms = [(site, plant.in_use, machine), ("externalId:site:1.a", "externalId:in-use", "externalId:externalId:m")]
    for parent in (forms[0][0], forms[1][0]):
        for hierarchy in (forms[0][1], forms[1][1]):
            for child in (forms[0][2], forms[1][2]):
                where = {"assetId": parent, "hierarchyId": hierarchy, "childAssetId": child}
                assert answer(caller.sitewise.associate_assets(**where)) == {}
                assert children(caller, parent, hierarchy) == [machine]
                assert answer(caller.sitewise.disassociate_assets(**where)) == {}
                assert children(caller, parent, hierarchy) == []


def test_the_same_triple_again_exists_already(caller, plant):
    machine = plant.machine(assetExternalId="m-1")
    plant.associate(machine)
    taken(caller, machine, assetId=plant.site, hierarchyId=plant.in_use)
    members = {"resourceId": machine, "resourceArn": arn(caller, machine)}
    where = {"assetId": plant.site, "hierarchyId": "externalId:in-use", "childAssetId": "externalId:m-1"}
    refused("ResourceAlreadyExistsException", 409, caller.sitewise.associate_assets, **where, members=members)


def test_a_child_has_one_parent_in_one_hierarchy(caller, plant):
    machine = plant.machine()
    second = create_asset(caller, plant.site_model)
    plant.associate(machine)
    assert plant.site in taken(caller, machine, assetId=plant.site, hierarchyId=plant.spare).message
    assert plant.site in taken(caller, machine, assetId=second, hierarchyId=plant.in_use).message
    plant.disassociate(machine)
    assert plant.associate(machine, parent=second) == {}
    assert parents(caller, machine) == [second]


def test_an_asset_is_not_its_own_child(caller, plant):
    invalid(caller.sitewise.associate_assets, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=plant.site)


def test_a_repetition_with_the_same_token_is_the_same_call(caller, plant):
    machine, same = plant.machine(), token()
    for _ in range(3):
        assert plant.associate(machine, clientToken=same) == {}
    taken(caller, machine, assetId=plant.site, hierarchyId=plant.in_use, clientToken=token())
    plant.disassociate(machine)
    assert plant.associate(machine, clientToken=same) == {}
    assert children(caller, plant.site) == []


def test_a_token_is_not_used_for_another_request(caller, plant):
    first, second, same = plant.machine(), plant.machine(), token()
    plant.associate(first, clientToken=same)
    where = {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": second, "clientToken": same}
    says = "clientToken was already used with different parameters"
    refused("InvalidRequestException", 400, caller.sitewise.associate_assets, **where, says=says)
    where["childAssetId"], where["hierarchyId"] = first, "externalId:in-use"
    refused("InvalidRequestException", 400, caller.sitewise.associate_assets, **where, says=says)
    assert children(caller, plant.site) == [first]


def test_a_token_belongs_to_one_operation_account_and_region(server, caller, plant):
    from tests.aws import Caller

    machine, same = plant.machine(), token()
    plant.associate(machine, clientToken=same)
    plant.disassociate(machine, clientToken=same)
    assert children(caller, plant.site) == []
    for other in (Plant(Caller(server)), Plant(caller.elsewhere("eu-west-1"))):
        child = other.machine()
        assert other.associate(child, clientToken=same) == {}
        assert children(other.caller, other.site) == [child]


def test_a_failed_call_does_not_use_up_its_token(caller, plant):
    same, child = token(), str(uuid.uuid4())
    where = {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": child, "clientToken": same}
    missing(caller.sitewise.associate_assets, **where)
    create_asset(caller, plant.machine_model, assetId=child)
    assert answer(caller.sitewise.associate_assets(**where)) == {}
    assert children(caller, plant.site) == [child]


def test_creating_with_the_same_token_creates_once(caller, plant):
    same = token()
    request = {"assetName": "M", "assetModelId": plant.machine_model, "clientToken": same}
    made = answer(caller.sitewise.create_asset(**request), 202)
    assert answer(caller.sitewise.create_asset(**request), 202) == made
    invalid(caller.sitewise.create_asset, **{**request, "assetName": "N"})
    answer(caller.sitewise.delete_asset(assetId=made["assetId"]), 202)
    assert answer(caller.sitewise.create_asset(**request), 202) == made
    assert answer(caller.sitewise.list_assets(assetModelId=plant.machine_model)) == {"assetSummaries": []}


def test_twenty_threads_with_one_token_create_one_asset(caller, plant):
    same = token()
    request = {"assetName": "M", "assetModelId": plant.machine_model, "clientToken": same}
    made = together(20, lambda _: answer(caller.sitewise.create_asset(**request), 202))
    assert all(item == made[0] for item in made), made
    assert len(answer(caller.sitewise.list_assets(assetModelId=plant.machine_model))["assetSummaries"]) == 1


def test_tokens_survive_a_kill(own_server):
    from tests.aws import Caller

    caller = Caller(own_server)
    plant = Plant(caller)
    machine, same, created = plant.machine(), token(), token()
    request = {"assetName": "M", "assetModelId": plant.machine_model, "clientToken": created}
    made = answer(caller.sitewise.create_asset(**request), 202)
    plant.associate(machine, clientToken=same)
    own_server.restart(kill=True)
    assert plant.associate(machine, clientToken=same) == {}
    assert answer(caller.sitewise.create_asset(**request), 202) == made
    taken(caller, machine, assetId=plant.site, hierarchyId=plant.in_use, clientToken=token())


def test_of_twenty_threads_one_gets_the_child(caller, plant):
    second = create_asset(caller, plant.site_model)
    for _ in range(5):
        machine = plant.machine()
        places = [(plant.site, plant.in_use), (plant.site, plant.spare), (second, plant.in_use), (second, plant.spare)]

        def work(number, machine=machine):
            parent, hierarchy = places[number % 4]
            where = {"assetId": parent, "hierarchyId": hierarchy, "childAssetId": machine}
            return outcome(caller.sitewise.associate_assets, **where)

        found = together(20, work)
        assert sorted(found) == ["ResourceAlreadyExistsException"] * 19 + ["ok"], found
        assert len(parents(caller, machine)) == 1
        seen = children(caller, plant.site) + children(caller, second)
        assert seen.count(machine) == 1


def chain(caller, length):
    """Models of a tree one asset wide: the assets from the root down, not yet related, and their hierarchies."""
    models, assets, links = [create_model(caller)], [], []
    for _ in range(length - 1):
        models.append(create_model(caller, assetModelHierarchies=[{"name": "h", "childAssetModelId": models[-1]}]))
    for model in reversed(models):
        assets.append(create_asset(caller, model))
        links.append(hierarchies(caller, model).get("h"))
    return assets, links


def test_a_tree_is_at_most_ten_deep_counting_whole_subtrees(caller):
    assets, links = chain(caller, 11)

    def link(upper):
        where = {"assetId": assets[upper], "hierarchyId": links[upper], "childAssetId": assets[upper + 1]}
        return outcome(caller.sitewise.associate_assets, **where)

    halves = [*range(0, 4), *range(5, 10)]
    assert [link(upper) for upper in halves] == ["ok"] * 9
    where = {"assetId": assets[4], "hierarchyId": links[4], "childAssetId": assets[5]}
    refused("LimitExceededException", 410, caller.sitewise.associate_assets, **where)
    where = {"assetId": assets[9], "hierarchyId": links[9], "childAssetId": assets[10]}
    answer(caller.sitewise.disassociate_assets(**where))
    assert link(4) == "ok"
    refused("LimitExceededException", 410, caller.sitewise.associate_assets, **where)


@pytest.mark.skipif(not os.environ.get("HOMEREGION_TEST_FULL"), reason="two thousand children: --full")
@pytest.mark.max_seconds(600)
def test_a_parent_has_at_most_two_thousand_children(caller, plant):
    def work(number):
        for _ in range(number, 2000, 8):
            plant.associate(plant.machine())
        return "ok"

    assert together(8, work) == ["ok"] * 8
    where = {"assetId": plant.site, "hierarchyId": plant.spare, "childAssetId": plant.machine()}
    refused("LimitExceededException", 410, caller.sitewise.associate_assets, **where)
