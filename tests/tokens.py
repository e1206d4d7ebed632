"""Authorization tokens as nobody hands them out: expired, signed with the server's own key."""

import base64
import hashlib
import hmac
import json
import sqlite3
import subprocess


def secret(server):
    """The key that the server signs tokens with, read from its database."""
    statement = "SELECT bytes FROM store_secret WHERE name = 'bearer tokens'"
    if server.database:
        encoded = statement.replace("bytes", "encode(bytes, 'hex')", 1)
        command = [server.database.psql, "-X", "-q", "-A", "-t", "-c", encoded, server.database.url]
        return bytes.fromhex(subprocess.run(command, check=True, capture_output=True, timeout=60, text=True).stdout.strip())
    with sqlite3.connect(f"file:{server.data / 'metadata.db'}?mode=ro", uri=True) as database:
        return database.execute(statement).fetchone()[0]


def expired(server, token):
    """The same token, but its time was over an hour ago."""
    header, payload, _ = token.split(".")
    claims = json.loads(decoded(payload))
    [place] = [place for place, claim in enumerate(claims) if isinstance(claim, int) and claim > 1_500_000_000]
    claims[place] = 1_600_000_000
    signed = f"{header}.{encoded(json.dumps(claims, separators=(',', ':')).encode())}"
    return f"{signed}.{encoded(hmac.new(secret(server), signed.encode(), hashlib.sha256).digest())}"


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
