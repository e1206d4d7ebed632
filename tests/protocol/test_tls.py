"""TLS: the server's own authority, HTTP/2 by ALPN, both styles of endpoint, a certificate that is replaced."""

import json
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request

import boto3
import pytest
from botocore.config import Config

from tests.server import Server, environment

KEYS = {"aws_access_key_id": "111122223333", "aws_secret_access_key": "x", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def secure():
    server = Server(arguments=["--tls-self"])
    try:
        yield server.start()
    finally:
        server.discard()


def authority(server):
    return server.data / "tls" / "ca.pem"


def handshake(server, trusted, name="localhost", protocols=("h2", "http/1.1")):
    context = ssl.create_default_context(cafile=str(trusted))
    context.set_alpn_protocols(list(protocols))
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as connection:
            return connection.selected_alpn_protocol(), connection.version(), connection.getpeercert()


def client(server, service, **more):
    return boto3.client(
        service, endpoint_url=server.endpoint, verify=str(authority(server)), config=Config(**more), **KEYS
    )


def test_boto3_speaks_tls_and_is_given_https_urls(secure):
    assert secure.endpoint.startswith("https://")
    codeartifact = client(secure, "codeartifact")
    codeartifact.create_domain(domain="secure")
    codeartifact.create_repository(domain="secure", repository="app")
    found = codeartifact.get_repository_endpoint(domain="secure", repository="app", format="npm")
    assert found["repositoryEndpoint"] == f"{secure.endpoint}/npm/d/secure-111122223333/app/"
    token = codeartifact.get_authorization_token(domain="secure")["authorizationToken"]
    request = urllib.request.Request(found["repositoryEndpoint"] + "-/ping", headers={"Authorization": f"Bearer {token}"})
    context = ssl.create_default_context(cafile=str(authority(secure)))
    with urllib.request.urlopen(request, context=context, timeout=10) as answer:
        assert json.load(answer) == {}


def test_the_protocol_is_agreed_on_and_the_names_of_both_styles_are_shown(secure):
    assert handshake(secure, authority(secure))[0] == "h2"
    assert handshake(secure, authority(secure), protocols=["http/1.1"])[0] == "http/1.1"
    for name in ["localhost", "shop-111122223333.d.localhost", "data.localhost"]:
        handshake(secure, authority(secure), name)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(secure, authority(secure), "elsewhere.example")


def test_nobody_trusts_it_unasked(secure):
    context = ssl.create_default_context()
    with socket.create_connection(("127.0.0.1", secure.port), timeout=10) as plain:
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(plain, server_hostname="localhost")


def test_on_this_machine_plain_http_is_answered_beside_it(secure):
    with urllib.request.urlopen(f"http://127.0.0.1:{secure.port}/_homeregion/health", timeout=10) as answer:
        assert answer.status == 200


def test_the_commands_find_their_way(secure):
    def run(*words):
        command = [secure.command()[0], *words, "--data", str(secure.data)]
        return subprocess.run(command, capture_output=True, text=True, timeout=20, env=environment(secure.home))

    printed = run("env").stdout
    assert f"AWS_ENDPOINT_URL={secure.endpoint}" in printed and str(authority(secure)) in printed
    # Where the data folder is named from here, the certificate is found from elsewhere, too.
    command = [secure.command()[0], "env", "--data", secure.data.name]
    near = subprocess.run(command, capture_output=True, text=True, cwd=secure.data.parent, env=environment(secure.home))
    assert f"AWS_CA_BUNDLE='{authority(secure)}'" in near.stdout, near.stdout
    assert run("healthcheck").returncode == 0
    assert run("healthcheck", "--endpoint", secure.endpoint).returncode == 0


def test_npm_works_with_the_authority(secure):
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    codeartifact = client(secure, "codeartifact")
    codeartifact.create_domain(domain="npmtls")
    codeartifact.create_repository(domain="npmtls", repository="app")
    url = codeartifact.get_repository_endpoint(domain="npmtls", repository="app", format="npm")["repositoryEndpoint"]
    token = codeartifact.get_authorization_token(domain="npmtls")["authorizationToken"]
    # Where npm has certificates of its own, it asks Node for no others.
    settings = f"{url.removeprefix('https:')}:_authToken={token}\nregistry={url}\ncafile={authority(secure)}\n"
    (secure.home / ".npmrc").write_text(settings)
    variables = environment(secure.home)
    done = subprocess.run(["npm", "ping"], capture_output=True, text=True, timeout=60, env=variables, cwd=secure.home)
    assert done.returncode == 0, done.stderr


def test_the_authority_outlives_a_restart():
    server = Server(arguments=["--tls-self"])
    try:
        server.start()
        before = authority(server).read_bytes()
        server.kill()
        server.start()
        assert authority(server).read_bytes() == before
        handshake(server, authority(server))
    finally:
        server.discard()


@pytest.mark.parametrize("stall", [b"", b"\x16\x03\x01"])
def test_clients_that_stall_in_the_handshake_hold_nobody_up(secure, stall):
    held = [socket.create_connection(("127.0.0.1", secure.port), timeout=10) for _ in range(50)]
    try:
        for one in held:
            one.sendall(stall)
        handshake(secure, authority(secure))
    finally:
        for one in held:
            one.close()


def test_a_certificate_of_the_operator_is_shown_and_replaced_without_a_restart():
    # Two installations make their own; one stands for the operator's old certificate, the other for the new one.
    made = [Server(arguments=["--tls-self"]) for _ in range(2)]
    server = None
    try:
        for one in made:
            one.start()
            one.stop()
        old, new = (one.data / "tls" for one in made)
        shown = made[0].folder / "shown"
        shown.mkdir()
        certificate, key = shown / "server.pem", shown / "server-key.pem"
        shutil.copy(old / "server.pem", certificate)
        shutil.copy(old / "server-key.pem", key)
        server = Server(arguments=["--tls-cert", str(certificate), "--tls-key", str(key)]).start()
        handshake(server, old / "ca.pem")
        with pytest.raises(ssl.SSLCertVerificationError):
            handshake(server, new / "ca.pem")
        # For a moment the files do not belong together; the former pair is shown meanwhile.
        shutil.copy(new / "server.pem", certificate)
        handshake(server, old / "ca.pem")
        shutil.copy(new / "server-key.pem", key)
        deadline = time.monotonic() + 30
        while True:
            try:
                handshake(server, new / "ca.pem")
                break
            except ssl.SSLCertVerificationError:
                assert time.monotonic() < deadline, "the new certificate is not shown"
                time.sleep(0.2)
    finally:
        for one in [*made, *([server] if server else [])]:
            one.discard()


def test_files_that_are_no_certificate_end_the_start():
    server = Server()
    wrong = server.folder / "wrong.pem"
    wrong.write_text("nothing")
    server.arguments = ["--tls-cert", str(wrong), "--tls-key", str(wrong)]
    try:
        with pytest.raises(AssertionError, match="wrong.pem holds no"):
            server.start()
    finally:
        server.discard()
