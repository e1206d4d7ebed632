"""AWS's JavaScript SDK v3 with `disableHostPrefix`: a plant's life, waiters, paginators, errors by their classes."""

import pytest


@pytest.mark.max_seconds(300)
def test_a_plant_comes_and_goes_with_the_javascript_sdk(javascript):
    assert set(javascript("plant.mjs")) == {
        "CreateAssetModel", "DescribeAssetModel", "UpdateAssetModel", "DeleteAssetModel", "ListAssetModels",
        "CreateAsset", "DescribeAsset", "UpdateAsset", "DeleteAsset", "ListAssets", "ListAssetProperties",
        "AssociateAssets", "DisassociateAssets", "ListAssociatedAssets",
        "TagResource", "UntagResource", "ListTagsForResource",
    }  # fmt: skip


@pytest.mark.max_seconds(300)
def test_portals_and_dashboards_come_and_go_with_the_javascript_sdk(javascript):
    assert set(javascript("monitor.mjs")) == {
        "CreatePortal", "DescribePortal", "UpdatePortal", "DeletePortal", "ListPortals",
        "CreateProject", "DescribeProject", "DeleteProject", "ListProjects",
        "CreateDashboard", "DescribeDashboard", "DeleteDashboard", "ListDashboards",
        "CreateAccessPolicy", "DescribeAccessPolicy", "DeleteAccessPolicy", "ListAccessPolicies",
    }  # fmt: skip
