"""AWS's JavaScript SDK v3 with `disableHostPrefix`: every operation there is, waiters, paginators, errors by their classes."""

import boto3
import pytest

from tests.conftest import missing_operations

SCRIPTS = ("plant.mjs", "models.mjs", "monitor.mjs", "account.mjs", "values.mjs")


def operations():
    """The operations of the service that are not on the ledger."""
    client = boto3.client("iotsitewise", region_name="us-west-2", aws_access_key_id="x", aws_secret_access_key="x")
    return {name for name in client.meta.service_model.operation_names if f"iotsitewise.{name}" not in missing_operations()}


@pytest.mark.max_seconds(400)
def test_every_operation_round_trips_with_the_javascript_sdk(javascript):
    done = {name for script in SCRIPTS for name in javascript(script)}
    assert operations() - done == set()
