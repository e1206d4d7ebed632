"""AWS's JavaScript SDKs and the Rust SDK: one round trip of every operation, errors by their classes."""

import pytest

from tests.aws import fresh_account
from tests.clients.migrationhub.conftest import as_account
from tests.clients.migrationhub.operations import OPERATIONS, YOUNG_OPERATIONS


@pytest.mark.max_seconds(300)
def test_every_operation_round_trips_with_the_javascript_sdk(server, javascript):
    done = javascript("round_trip.mjs", **as_account(server, fresh_account()))
    assert set(done) == OPERATIONS - YOUNG_OPERATIONS


@pytest.mark.max_seconds(300)
def test_every_operation_round_trips_with_the_javascript_sdk_v2(server, javascript_v2):
    done = javascript_v2("round_trip.cjs", **as_account(server, fresh_account()))
    assert set(done) == OPERATIONS - YOUNG_OPERATIONS


@pytest.mark.max_seconds(1200)
def test_every_operation_round_trips_with_the_rust_sdk(server, rust):
    done = rust(**as_account(server, fresh_account()))
    assert set(done) == OPERATIONS
