"""IoT SiteWise: a wind farm with one turbine, related and parted again."""

TITLE = "2. IoT SiteWise: models, assets and their relations"


def play(home, tell):
    sw = lambda *words: home.aws("iotsitewise", *words)  # noqa: E731 - a word for a word
    wait = lambda *words: home.run("aws", "iotsitewise", "wait", *words)  # noqa: E731
    tell.step("create-asset-model Turbine, then Farm with a hierarchy of turbines")
    child = sw("create-asset-model", "--asset-model-name", "Turbine")["assetModelId"]
    wait("asset-model-active", "--asset-model-id", child)
    hierarchy = f"name=turbines,childAssetModelId={child},externalId=turbines"
    parent = sw("create-asset-model", "--asset-model-name", "Farm", "--asset-model-hierarchies", hierarchy)["assetModelId"]
    wait("asset-model-active", "--asset-model-id", parent)
    tell.step("create-asset North (a farm) and T1 (a turbine, external id t-1)")
    farm = sw("create-asset", "--asset-name", "North", "--asset-model-id", parent)["assetId"]
    turbine = sw("create-asset", "--asset-name", "T1", "--asset-model-id", child, "--asset-external-id", "t-1")["assetId"]
    for asset in (farm, turbine):
        wait("asset-active", "--asset-id", asset)
    tell.step("associate-assets, addressed by external ids")
    triple = ["--asset-id", farm, "--hierarchy-id", "externalId:turbines", "--child-asset-id", "externalId:t-1"]
    token = ["--client-token", "0123456789abcdef0123456789abcdef0123"]
    sw("associate-assets", *triple, *token)
    children = [item["name"] for item in sw("list-associated-assets", "--asset-id", farm)["assetSummaries"]]
    tops = [item["name"] for item in sw("list-assets", "--filter", "TOP_LEVEL")["assetSummaries"]]
    tell.step(f"list-associated-assets: {children}; list-assets TOP_LEVEL: {tops}")
    assert (children, tops) == (["T1"], ["North"])
    sw("associate-assets", *triple, *token)
    tell.step("the same call with the same client token is the same call")
    assert "ResourceAlreadyExistsException" in home.aws_fails("iotsitewise", "associate-assets", *triple)
    tell.step("without it: ResourceAlreadyExistsException")
    assert "ConflictingOperationException" in home.aws_fails("iotsitewise", "delete-asset", "--asset-id", turbine)
    tell.step("delete-asset of a child: ConflictingOperationException")
    sw("disassociate-assets", *triple)
    tops = [item["name"] for item in sw("list-assets", "--filter", "TOP_LEVEL")["assetSummaries"]]
    tell.step(f"disassociate-assets; list-assets TOP_LEVEL: {tops}")
    assert tops == ["North", "T1"]
    assert "ResourceNotFoundException" in home.aws_fails("iotsitewise", "disassociate-assets", *triple)
    tell.step("disassociating again: ResourceNotFoundException")
    for asset in (turbine, farm):
        sw("delete-asset", "--asset-id", asset)
        wait("asset-not-exists", "--asset-id", asset)
    for model in (parent, child):
        sw("delete-asset-model", "--asset-model-id", model)
        wait("asset-model-not-exists", "--asset-model-id", model)
    tell.step("assets and models are deleted")
    assert sw("list-asset-models")["assetModelSummaries"] == []
