"""boto3 against a server under test: clients, whole answers, expected errors."""

import itertools
import re
import threading

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "us-west-2"
DEFAULT_ACCOUNT = "000000000000"
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")

# One session for all clients: it keeps the parsed API models.
_session = boto3.session.Session()
_session_lock = threading.Lock()
_accounts = itertools.count(100_000_000_001)
_accounts_lock = threading.Lock()


def fresh_account():
    """An account that no other test of this run uses."""
    with _accounts_lock:
        return str(next(_accounts))


class Caller:
    """One account in one region of one server."""

    def __init__(self, server, account=None, region=REGION):
        self.server = server
        self.account = account or fresh_account()
        self.region = region
        self._clients = {}

    def client(self, service, lax=False):
        """A client of a service; a lax one sends what boto3 itself would refuse."""
        key = (service, lax, self.server.endpoint)
        if key not in self._clients:
            config = Config(
                inject_host_prefix=False,
                parameter_validation=not lax,
                connect_timeout=10,
                read_timeout=30,
                retries={"total_max_attempts": 1},
                max_pool_connections=64,
                proxies={},
            )
            with _session_lock:
                self._clients[key] = _session.client(
                    service,
                    region_name=self.region,
                    endpoint_url=self.server.endpoint,
                    aws_access_key_id=self.account,
                    aws_secret_access_key="secret",
                    config=config,
                )
        return self._clients[key]

    def elsewhere(self, region):
        """The same account in another region."""
        return Caller(self.server, self.account, region)

    codeartifact = property(lambda self: self.client("codeartifact"))
    sitewise = property(lambda self: self.client("iotsitewise"))
    mgh = property(lambda self: self.client("mgh"))
    config = property(lambda self: self.client("migrationhub-config"))
    lax_codeartifact = property(lambda self: self.client("codeartifact", lax=True))
    lax_sitewise = property(lambda self: self.client("iotsitewise", lax=True))
    lax_mgh = property(lambda self: self.client("mgh", lax=True))
    lax_config = property(lambda self: self.client("migrationhub-config", lax=True))


def answer(response, status=200):
    """The members of an answer, after its status and its request id are checked."""
    members = dict(response)
    metadata = members.pop("ResponseMetadata")
    assert metadata["HTTPStatusCode"] == status, metadata
    assert UUID.match(metadata["HTTPHeaders"].get("x-amzn-requestid", "")), metadata["HTTPHeaders"]
    return members


class Refusal:
    """An error answer: code, status, message and the other members."""

    def __init__(self, error):
        metadata = error.response["ResponseMetadata"]
        self.code = error.response["Error"]["Code"]
        self.message = error.response["Error"].get("Message", "")
        self.status = metadata["HTTPStatusCode"]
        self.headers = metadata["HTTPHeaders"]
        self.class_name = type(error).__name__
        self.members = {
            key: value
            for key, value in error.response.items()
            if key not in ("ResponseMetadata", "Error", "message", "Message", "__type")
        }

    def __repr__(self):
        return f"{self.status} {self.code}: {self.message} {self.members}"


def refused(code, status, call, /, *arguments, says=(), members=None, typed=True, **parameters):
    """Calls, and checks that the answer is this error, arriving as its own class."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    refusal = Refusal(caught.value)
    assert (refusal.code, refusal.status) == (code, status), refusal
    assert UUID.match(refusal.headers.get("x-amzn-requestid", "")), refusal.headers
    assert refusal.headers.get("x-amzn-errortype", "").split(":")[0] == code, refusal.headers
    assert refusal.message.strip(), "an error says what happened"
    if typed:
        assert refusal.class_name == code, f"{refusal.class_name} is not the class of {code}"
    for text in [says] if isinstance(says, str) else says:
        assert text in refusal.message, refusal
    if members is not None:
        assert refusal.members == members, refusal
    return refusal


def outcome(call, /, **parameters):
    """The error code of a call, or `ok`; for races, where either may be right."""
    try:
        call(**parameters)
        return "ok"
    except ClientError as error:
        return Refusal(error).code


def together(count, work):
    """Runs `work(i)` in `count` threads that start at once; answers their results in order."""
    barrier = threading.Barrier(count)
    results = [None] * count

    def run(number):
        barrier.wait()
        try:
            results[number] = work(number)
        except BaseException as error:  # noqa: BLE001 - the test sees it
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "a call hangs"
    return results
