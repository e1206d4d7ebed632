"""AWS's MCP server for IoT SiteWise, a client that nobody here wrote: its Python functions, and a session with it."""

import pytest


@pytest.mark.max_seconds(300)
def test_models_and_assets_come_and_go_through_the_mcp_server(mcp):
    done = set(mcp("drive.py", "plant"))
    assert done == {
        "create_asset_model", "describe_asset_model", "update_asset_model", "delete_asset_model", "list_asset_models",
        "list_asset_model_properties", "create_asset", "describe_asset", "update_asset", "delete_asset", "list_assets",
        "associate_assets", "disassociate_assets", "list_associated_assets",
    }  # fmt: skip


@pytest.mark.max_seconds(300)
def test_composite_models_are_made_through_the_mcp_server(mcp):
    assert "create_asset_model_composite_model" in mcp("drive.py", "composites")


@pytest.mark.max_seconds(300)
def test_time_series_are_tied_and_cut_through_the_mcp_server(mcp):
    assert {
        "associate_time_series_to_asset_property", "disassociate_time_series_from_asset_property",
        "describe_time_series", "list_time_series", "delete_time_series",
    } <= set(mcp("drive.py", "streams"))  # fmt: skip


@pytest.mark.max_seconds(300)
def test_gateways_are_kept_through_the_mcp_server(mcp):
    assert set(mcp("drive.py", "gateway")) == {
        "create_gateway", "describe_gateway", "list_gateways", "update_gateway", "delete_gateway",
        "describe_gateway_capability_configuration", "update_gateway_capability_configuration",
    }  # fmt: skip


@pytest.mark.max_seconds(300)
def test_the_account_is_configured_through_the_mcp_server(mcp):
    assert set(mcp("drive.py", "configuration")) == {
        "describe_default_encryption_configuration", "put_default_encryption_configuration",
        "describe_logging_options", "put_logging_options",
        "describe_storage_configuration", "put_storage_configuration",
    }  # fmt: skip


@pytest.mark.max_seconds(300)
def test_scenario_36_computation_models_through_the_mcp_server_fail_honestly(mcp):
    assert {
        "create_computation_model", "create_anomaly_detection_model", "update_computation_model",
        "describe_computation_model", "list_computation_models", "delete_computation_model",
        "list_computation_model_data_binding_usages", "list_computation_model_resolve_to_resources",
        "describe_computation_model_execution_summary", "execute_action", "execute_training_action",
        "execute_inference_action", "describe_action", "list_actions", "describe_execution", "list_executions",
    } <= set(mcp("drive.py", "anomalies"))  # fmt: skip


@pytest.mark.max_seconds(300)
def test_an_assistant_builds_a_plant_in_a_session_with_the_mcp_server(mcp):
    assert {"create_asset_model", "create_asset", "associate_assets", "list_associated_assets"} <= set(mcp("session.py"))
