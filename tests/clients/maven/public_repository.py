"""A made-up Maven repository on a free port, which plays the one behind an external connection."""

import hashlib
import http.server
import threading
from email.utils import formatdate
from pathlib import Path

PUBLISHED = 1_600_000_000


class PublicRepository:
    """Files in memory or in a folder, with the checksum files that such repositories have; notes every request."""

    def __init__(self, folder=None):
        self.folder = Path(folder) if folder else None
        self.files = {}
        self.sidecars = {"sha1", "md5"}
        self.wrong = set()
        self.failing = False
        self.published = {}
        self.requests = []
        self.server = None
        self.port = 0

    def start(self):
        repository = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                repository.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            request_queue_size = 128

        self.server = Listener(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/maven2/"

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def add(self, group, artifact, version, suffixes=(".pom", ".jar"), packaging="jar", updated="20200913122640"):
        """Adds a version, and lists it in the metadata of its package."""
        base = f"{group.replace('.', '/')}/{artifact}"
        pom = (
            f"<project><modelVersion>4.0.0</modelVersion><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
            f"<version>{version}</version><packaging>{packaging}</packaging><name>Public {artifact}</name></project>"
        )
        for suffix in suffixes:
            body = pom if suffix == ".pom" else f"{artifact} {version} {suffix}"
            self.files[f"{base}/{version}/{artifact}-{version}{suffix}"] = body.encode()
        found = {path.split("/")[-2] for path in list(self.files) if path.startswith(f"{base}/") and path.endswith(".pom")}
        listed = "".join(f"<version>{one}</version>" for one in sorted(found))
        self.files[f"{base}/maven-metadata.xml"] = (
            f"<metadata><groupId>{group}</groupId><artifactId>{artifact}</artifactId><versioning>"
            f"<latest>{version}</latest><release>{version}</release><versions>{listed}</versions>"
            f"<lastUpdated>{updated}</lastUpdated></versioning></metadata>"
        ).encode()

    def read(self, path):
        if path in self.files:
            return self.files[path]
        if self.folder and (self.folder / path).is_file():
            return (self.folder / path).read_bytes()
        name, _, extension = path.rpartition(".")
        if extension not in self.sidecars:
            return None
        body = self.read(name) if not name.endswith((".sha1", ".md5")) else None
        if body is None:
            return None
        return hashlib.new(extension, body + b"!" if name in self.wrong else body).hexdigest().encode()

    def answer(self, handler):
        path = handler.path.removeprefix("/maven2/")
        self.requests.append((handler.command, path))
        body = None if self.failing else self.read(path)
        status = 503 if self.failing else 404 if body is None else 200
        body = body or b""
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        if status == 200:
            published = next((at for part, at in self.published.items() if part in path), PUBLISHED)
            handler.send_header("Last-Modified", formatdate(published, usegmt=True))
        handler.end_headers()
        if handler.command == "GET":
            handler.wfile.write(body)

    def asked(self, part):
        """The requests for paths with a text in them."""
        return [path for _, path in self.requests if part in path]
