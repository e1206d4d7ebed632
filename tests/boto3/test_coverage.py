"""Every operation of the models is routed, decoded and validated; what is still to come says so."""

import re

import pytest
from botocore.exceptions import ClientError

from tests.aws import Refusal, fresh_account, Caller
from tests.conftest import missing_operations

SERVICES = ["codeartifact", "iotsitewise", "mgh", "migrationhub-config", "discovery"]
SAMPLES = [
    "12345678-1234-4234-8234-123456789012",
    "abc",
    "a",
    "1",
    "0" * 12,
    "arn:aws:iam::123456789012:role/x",
    "arn:aws:ec2:us-east-1:123456789012:image/x",
    "us-west-2",
    "hrc-abcdefghijkl",
    "x" * 40,
    "A" * 43,
    "a@b.example",
    "https://example.test/",
    "s3://bucket/key",
    "/a/b",
    "/*",
    "a:b:1",
    "public:npmjs",
    "2026-01-01T00:00:00Z",
    "123456789012.dkr.ecr.us-west-2.amazonaws.com/a:b",
]


def operations():
    from botocore.session import Session

    session = Session()
    for service in SERVICES:
        model = session.get_service_model(service)
        for name in model.operation_names:
            yield service, name


def text(shape):
    values = shape.metadata.get("enum")
    if values:
        return values[0]
    pattern = shape.metadata.get("pattern")
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 10**9)
    for sample in SAMPLES:
        if low <= len(sample) <= high and (not pattern or re.fullmatch(anchored(pattern), sample)):
            return sample
    return "x" * max(1, low)


def anchored(pattern):
    pattern = pattern.replace(r"\P{C}", r"[^\x00-\x1f]").replace(r"[[^\x00-\x1f]\s]", r"[\s\S]")
    try:
        re.compile(pattern)
    except re.error:
        return ".*"
    return pattern


def sample(shape, depth=0):
    """The smallest value that a shape allows, as far as one can tell without knowing the service."""
    kind = shape.type_name
    if kind == "structure":
        required = shape.required_members
        if shape.is_tagged_union and not required:
            required = list(shape.members)[:1]
        return {name: sample(shape.members[name], depth + 1) for name in required} if depth < 12 else {}
    if kind == "list":
        return [sample(shape.member, depth + 1) for _ in range(shape.metadata.get("min", 0))]
    if kind == "map":
        return {text(shape.key): sample(shape.value, depth + 1)} if shape.metadata.get("min", 0) else {}
    if kind == "string":
        return text(shape)
    if kind in ("integer", "long"):
        return int(shape.metadata.get("min", 1))
    if kind in ("float", "double"):
        return float(shape.metadata.get("min", 1))
    return {"boolean": True, "timestamp": "2026-01-01T00:00:00Z", "blob": b"x"}[kind]


def snake(name):
    from botocore import xform_name

    return xform_name(name)


@pytest.fixture(scope="module")
def stranger(server):
    return Caller(server, fresh_account())


@pytest.mark.parametrize(("service", "operation"), list(operations()))
def test_the_smallest_request_gets_an_answer(stranger, service, operation):
    client = stranger.client(service, lax=True)
    shape = client.meta.service_model.operation_model(operation).input_shape
    parameters = sample(shape) if shape is not None else {}
    # Two services may have an operation of the same name.
    is_pending = f"{service}.{operation}" in missing_operations()
    try:
        getattr(client, snake(operation))(**parameters)
        assert not is_pending, f"{operation} answers; take it off the ledger"
    except ClientError as error:
        refusal = Refusal(error)
        if refusal.status == 501:
            assert refusal.code.startswith("NotImplemented"), refusal
            assert operation in refusal.message, refusal
            assert is_pending, f"{operation} answers 501 and is not on the ledger"
        else:
            assert 400 <= refusal.status < 500, refusal
            assert refusal.code not in ("UnknownOperationException", "NotImplemented"), refusal
            assert "validation error" in refusal.message or not is_pending, refusal


@pytest.mark.parametrize(("service", "operation"), list(operations()))
def test_required_members_are_required(stranger, service, operation):
    client = stranger.client(service, lax=True)
    shape = client.meta.service_model.operation_model(operation).input_shape
    if shape is None:
        return
    token = client.meta.service_model.operation_model(operation).idempotent_members
    labels = [name for name, member in shape.members.items() if member.serialization.get("location") == "uri"]
    payload = shape.serialization.get("payload")
    required = [name for name in shape.required_members if name not in labels and name not in token and name != payload]
    # Older tools leave this one out, and the service description gives it a default.
    required = [name for name in required if (operation, name) != ("NotifyMigrationTaskState", "NextUpdateSeconds")]
    if not required:
        return
    parameters = {name: sample(shape.members[name]) for name in labels}
    if payload in shape.required_members:
        parameters[payload] = sample(shape.members[payload])
    with pytest.raises(ClientError) as caught:
        getattr(client, snake(operation))(**parameters)
    refusal = Refusal(caught.value)
    expected = {
        "codeartifact": "ValidationException",
        "iotsitewise": "InvalidRequestException",
        "discovery": "InvalidParameterException",
    }
    code = expected.get(service, "InvalidInputException")
    assert (refusal.status, refusal.code) == (400, code), refusal
    for name in required:
        assert f"at '{name[0].lower() + name[1:]}' failed to satisfy constraint: Member must not be null" in refusal.message
