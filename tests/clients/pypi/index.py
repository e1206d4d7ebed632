"""A made-up PyPI index on a free port: counts its requests; in JSON or HTML, with and without metadata beside wheels."""

import hashlib
import html
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.clients.pypi.dists import metadata_of


class Index:
    """Plays the public index behind an external connection."""

    def __init__(self):
        self.projects = {}
        self.yanked = {}
        self.uploaded = {}
        self.html = False
        self.sidecars = True
        self.requests = Counter()
        self.bytes_sent = 0
        handler = type("Handler", (Handler,), {"index": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/simple/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def put(self, project, *files):
        """Adds files, each a name with its bytes."""
        self.projects.setdefault(project, {}).update(dict(files))

    def asked(self, part):
        """How often a path that contains this was asked for."""
        return sum(count for path, count in self.requests.items() if part in path)

    def shown(self, name, content):
        found = {
            "filename": name,
            "url": f"../../files/{name}",
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "requires-python": ">=3.8",
            "size": len(content),
            "upload-time": self.uploaded.get(name, "2024-01-02T03:04:05.678901Z"),
            "yanked": self.yanked.get(name, False),
        }
        if self.sidecars and name.endswith(".whl"):
            found["core-metadata"] = {"sha256": hashlib.sha256(metadata_of(name, content)).hexdigest()}
        return found

    def page(self, project):
        files = [self.shown(name, content) for name, content in self.projects[project].items()]
        if not self.html:
            page = {"meta": {"api-version": "1.1"}, "name": project, "versions": [], "files": files}
            return json.dumps(page).encode(), "application/vnd.pypi.simple.v1+json"
        lines = []
        for file in files:
            more = f' data-requires-python="{html.escape(file["requires-python"])}"'
            if file["yanked"] is not False:
                more += f' data-yanked="{html.escape(file["yanked"])}"'
            if "core-metadata" in file:
                more += f' data-core-metadata="sha256={file["core-metadata"]["sha256"]}"'
            link = f'{file["url"]}#sha256={file["hashes"]["sha256"]}'
            lines.append(f'<a href="{link}"{more}>{file["filename"]}</a>')
        return f"<!DOCTYPE html><html><body>{''.join(lines)}</body></html>".encode(), "text/html"

    def file(self, name):
        for files in self.projects.values():
            if name in files:
                return files[name]
            if name.endswith(".metadata") and self.sidecars and name.removesuffix(".metadata") in files:
                wheel = name.removesuffix(".metadata")
                return metadata_of(wheel, files[wheel])
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    index = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.index.requests[self.path] += 1
        parts = self.path.strip("/").split("/")
        if parts[0] == "simple" and len(parts) == 2 and parts[1] in self.index.projects:
            body, kind = self.index.page(parts[1])
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            if self.headers.get("If-None-Match") == etag:
                return self.reply(304, b"", {})
            return self.reply(200, body, {"Content-Type": kind, "ETag": etag})
        content = self.index.file(parts[-1]) if parts[0] == "files" else None
        if content is None:
            return self.reply(404, b"no such thing", {})
        asked = self.headers.get("Range")
        if asked:
            first, last = (int(part) for part in asked.removeprefix("bytes=").split("-"))
            part = content[first : last + 1]
            self.index.bytes_sent += len(part)
            return self.reply(206, part, {"Content-Range": f"bytes {first}-{last}/{len(content)}"})
        self.index.bytes_sent += len(content)
        return self.reply(200, content, {"Content-Type": "application/octet-stream"})

    def reply(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
