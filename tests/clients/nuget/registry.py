"""A made-up NuGet registry on a free port: service index, registrations, flat container, catalog; counts who asks for what."""

import base64
import hashlib
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def nuspec(name, version, more=""):
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata>'
        f"<id>{name}</id><version>{version}</version><authors>Acme</authors><description>{name} of the fixture</description>"
        f'<license type="expression">MIT</license><projectUrl>https://acme.example/</projectUrl>'
        f"<readme>README.md</readme>{more}</metadata></package>"
    )


def pack(name, version, content=b"", more=""):
    """The bytes of a package without a library: every framework takes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, bytes_ in (
            (f"{name}.nuspec", nuspec(name, version, more).encode()),
            ("README.md", f"# {name}\n".encode()),
            ("lib/netstandard2.0/_._", b""),
            ("content/payload.bin", content),
        ):
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), bytes_)
    return packed.getvalue()


def form(package):
    """The form that NuGet 5 pushes: Content-Type and body."""
    boundary = "9937e5c0-d34d-4439-a940-b3806217f530"
    head = f"--{boundary}\r\nContent-Disposition: form-data; name=package; filename=package.nupkg\r\n\r\n"
    return f'multipart/form-data; boundary="{boundary}"', head.encode() + package + f"\r\n--{boundary}--\r\n".encode()


class NugetRegistry:
    """Plays the public registry behind an external connection; may be stopped and started again."""

    def __init__(self):
        self.files = {}
        self.leaves = {}
        self.asked = []
        self.port = 0
        self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v3/index.json"

    def start(self):
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                registry.asked.append(self.path)
                content = registry.files.get(self.path)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        kinds = {"flat/": "PackageBaseAddress/3.0.0", "reg/": "RegistrationsBaseUrl/3.6.0", "catalog.json": "Catalog/3.0.0"}
        resources = [{"@id": self.at(path), "@type": kind} for path, kind in kinds.items()]
        self.put("v3/index.json", {"version": "3.0.0", "resources": resources})
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def at(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def put(self, path, content):
        self.files[f"/{path}"] = content if isinstance(content, bytes) else json.dumps(content).encode()

    def publish(self, name, version, content=b"", published="2020-01-01T00:00:00Z", **more):
        package = pack(name, version, content)
        lower = name.lower()
        path, leaf = f"flat/{lower}/{version}/{lower}.{version}.nupkg", f"catalog/{lower}.{version}.json"
        self.put(path, package)
        digest = base64.b64encode(hashlib.sha512(package).digest()).decode()
        self.put(leaf, {"packageHash": digest, "packageHashAlgorithm": "SHA512"})
        entry = {"@id": self.at(leaf), "id": name, "version": version, "listed": True, "published": published, **more}
        leaves = self.leaves.setdefault(lower, [])
        leaves.append({"catalogEntry": entry, "packageContent": self.at(path)})
        self.put(f"reg/{lower}/index.json", {"count": 1, "items": [{"items": leaves}]})
        return package
