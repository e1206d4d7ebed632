"""DisassociateAssets: exactly one triple goes, and everything else stays."""

import uuid

import pytest

from tests.aws import Caller, answer, outcome, refused, together
from tests.boto3.plant import Plant, children, create_asset, create_model, hierarchies, parents, top_level


@pytest.fixture
def plant(caller):
    return Plant(caller)


def unknown():
    return str(uuid.uuid4())


def missing(call, **parameters):
    return refused("ResourceNotFoundException", 404, call, **parameters)


def invalid(call, **parameters):
    return refused("InvalidRequestException", 400, call, **parameters)


def test_a_disassociated_child_is_gone_from_everywhere_at_once(caller, plant):
    machine, kept = plant.machine(), plant.machine()
    plant.associate(machine)
    plant.associate(kept, plant.spare)
    before = [answer(caller.sitewise.describe_asset(assetId=asset)) for asset in (plant.site, machine)]
    assert plant.disassociate(machine) == {}
    assert children(caller, plant.site, plant.in_use) == []
    assert children(caller, plant.site) == [kept]
    assert parents(caller, machine) == []
    assert parents(caller, kept) == [plant.site]
    assert top_level(caller) == [plant.site, machine]
    after = [answer(caller.sitewise.describe_asset(assetId=asset)) for asset in (plant.site, machine)]
    assert after == before


def test_a_grandchild_keeps_its_parent(caller):
    leaf = create_model(caller)
    middle = create_model(caller, assetModelHierarchies=[{"name": "h", "childAssetModelId": leaf}])
    top = create_model(caller, assetModelHierarchies=[{"name": "h", "childAssetModelId": middle}])
    assets = [create_asset(caller, model) for model in (top, middle, leaf)]
    links = [hierarchies(caller, model)["h"] for model in (top, middle)]
    for number in (0, 1):
        where = {"assetId": assets[number], "hierarchyId": links[number], "childAssetId": assets[number + 1]}
        answer(caller.sitewise.associate_assets(**where))
    where = {"assetId": assets[0], "hierarchyId": links[0], "childAssetId": assets[1]}
    answer(caller.sitewise.disassociate_assets(**where))
    assert top_level(caller) == assets[:2]
    assert parents(caller, assets[2]) == [assets[1]]


def test_the_wrong_hierarchy_removes_nothing(caller, plant):
    machine = plant.machine()
    plant.associate(machine)
    where = {"assetId": plant.site, "hierarchyId": plant.spare, "childAssetId": machine}
    assert machine in missing(caller.sitewise.disassociate_assets, **where).message
    assert children(caller, plant.site, plant.in_use) == [machine]


def test_what_is_not_associated_is_not_found(caller, plant):
    machine, free = plant.machine(), plant.machine()
    second = create_asset(caller, plant.site_model)
    plant.associate(machine)
    cases = [
        {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": free},
        {"assetId": second, "hierarchyId": plant.in_use, "childAssetId": machine},
        {"assetId": machine, "hierarchyId": plant.in_use, "childAssetId": plant.site},
        {"assetId": plant.site, "hierarchyId": unknown(), "childAssetId": machine},
        {"assetId": unknown(), "hierarchyId": plant.in_use, "childAssetId": machine},
        {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": unknown()},
        {"assetId": "externalId:nobody", "hierarchyId": plant.in_use, "childAssetId": machine},
    ]
    for where in cases:
        missing(caller.sitewise.disassociate_assets, **where)
    assert children(caller, plant.site) == [machine]


def test_the_first_fault_in_order_is_the_answer(caller, plant):
    call = caller.sitewise.disassociate_assets
    parent, child, hierarchy = unknown(), unknown(), unknown()
    assert parent in missing(call, assetId=parent, hierarchyId=hierarchy, childAssetId=child).message
    assert child in missing(call, assetId=plant.site, hierarchyId=hierarchy, childAssetId=child).message
    machine = plant.machine()
    assert hierarchy in missing(call, assetId=plant.site, hierarchyId=hierarchy, childAssetId=machine).message
    missing(call, assetId=plant.site, hierarchyId=plant.in_use, childAssetId=machine)


def test_a_child_moves_by_disassociating_and_associating(caller, plant):
    machine = plant.machine()
    for hierarchy, other in ((plant.in_use, plant.spare), (plant.spare, plant.in_use)):
        plant.associate(machine, hierarchy)
        assert children(caller, plant.site, hierarchy) == [machine]
        assert children(caller, plant.site, other) == []
        plant.disassociate(machine, hierarchy)


def test_a_repetition_is_a_replay_only_with_the_same_token(caller, plant):
    machine, same = plant.machine(), unknown()
    plant.associate(machine)
    for _ in range(3):
        assert plant.disassociate(machine, clientToken=same) == {}
    where = {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": machine}
    missing(caller.sitewise.disassociate_assets, **where, clientToken=unknown())
    plant.associate(machine)
    assert plant.disassociate(machine, clientToken=same) == {}
    assert children(caller, plant.site) == [machine]
    other = {**where, "hierarchyId": plant.spare, "clientToken": same}
    invalid(caller.sitewise.disassociate_assets, **other)


def test_of_twenty_threads_one_removes_the_child(caller, plant):
    for _ in range(5):
        machine = plant.machine()
        plant.associate(machine)
        where = {"assetId": plant.site, "hierarchyId": plant.in_use, "childAssetId": machine}
        found = together(20, lambda _, where=where: outcome(caller.sitewise.disassociate_assets, **where))
        assert sorted(found) == ["ResourceNotFoundException"] * 19 + ["ok"], found
        assert children(caller, plant.site) == []


def test_twenty_threads_move_children_and_none_is_lost(caller, plant):
    machines = [plant.machine() for _ in range(4)]

    def work(number):
        machine = machines[number % 4]
        answers = set()
        for step in range(6):
            hierarchy = (plant.in_use, plant.spare)[(number + step) % 2]
            where = {"assetId": plant.site, "hierarchyId": hierarchy, "childAssetId": machine}
            call = caller.sitewise.associate_assets if step % 2 else caller.sitewise.disassociate_assets
            answers.add(outcome(call, **where))
        return answers

    allowed = {"ok", "ResourceAlreadyExistsException", "ResourceNotFoundException"}
    assert set().union(*together(20, work)) <= allowed
    seen = children(caller, plant.site, plant.in_use) + children(caller, plant.site, plant.spare)
    assert len(seen) == len(set(seen))
    assert sorted(seen) == sorted(machine for machine in machines if parents(caller, machine) == [plant.site])
    assert sorted(set(machines) - set(seen)) == sorted(set(top_level(caller)) & set(machines))


def test_a_disassociation_survives_a_kill(own_server):
    plant = Plant(Caller(own_server))
    machine = plant.machine()
    plant.associate(machine)
    own_server.restart(kill=True)
    assert children(plant.caller, plant.site) == [machine]
    plant.disassociate(machine)
    own_server.restart(kill=True)
    assert children(plant.caller, plant.site) == []
    assert top_level(plant.caller) == [plant.site, machine]
