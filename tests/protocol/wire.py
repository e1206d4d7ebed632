"""Raw requests: bytes in, one answer out, always with a deadline."""

import json
import socket
import time

ANSWER_MAX_S = 20
DATE = "20260101T000000Z"


def authorization(service, account="111122223333", region="us-west-2"):
    """A SigV4 header as every SDK sends one; mode `open` reads the scope and checks no signature."""
    scope = f"{account}/20260101/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"


class Answer:
    def __init__(self, status, headers, body, raw):
        self.status, self.headers, self.body, self.raw = status, headers, body, raw

    def json(self):
        return json.loads(self.body)

    def code(self):
        return self.json()["__type"].split("#")[-1]

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:500]!r}"


class Connection:
    """A socket that reads whole answers."""

    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=ANSWER_MAX_S)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends; a server may refuse and close before it read everything."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def finish(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _fill(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.buffer += data
        return bool(data)

    def closed(self, within_s):
        """Whether the server closes the connection within a time."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            self.socket.settimeout(max(0.05, deadline - time.monotonic()))
            try:
                if not self._fill():
                    return True
            except TimeoutError:
                return False
        return False

    def answer(self):
        """The next answer, or None when the server closed without one."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._fill():
                assert not self.buffer.strip(), self.buffer[:200]
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            body = self._chunks()
        else:
            length = int(headers.get("content-length", "0"))
            while len(self.buffer) < length:
                assert self._fill(), "the answer is cut"
            body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(status, headers, body, head)

    def _chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                assert self._fill(), "the answer is cut"
            size, self.buffer = self.buffer.split(b"\r\n", 1)
            size = int(size.split(b";")[0], 16)
            while len(self.buffer) < size + 2:
                assert self._fill(), "the answer is cut"
            body, self.buffer = body + self.buffer[:size], self.buffer[size + 2:]
            if size == 0:
                return body


def request(method, path, headers, body=b"", host="localhost"):
    """The bytes of a request; a Content-Length is added unless the headers speak of the length."""
    lines = [f"{method} {path} HTTP/1.1"]
    headers = {"Host": host, **headers}
    told = {name.lower() for name in headers}
    if not told & {"content-length", "transfer-encoding"}:
        headers["Content-Length"] = str(len(body))
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def ask(server, data):
    """One connection, one request, one answer."""
    with Connection(server) as connection:
        connection.send(data)
        answer = connection.answer()
    assert server.running, server.read_log()[-2000:]
    return answer


def target(operation="AWSMigrationHub.ListProgressUpdateStreams", body=b"{}", **headers):
    """An awsJson request."""
    sent = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": operation,
        "X-Amz-Date": DATE,
        "Authorization": authorization("mgh"),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return request("POST", "/", sent, body)


def rest(method, path, body=b"", service="codeartifact", **headers):
    """A restJson request."""
    sent = {"X-Amz-Date": DATE, "Authorization": authorization(service)}
    if body:
        sent["Content-Type"] = "application/json"
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    return request(method, path, sent, body)
