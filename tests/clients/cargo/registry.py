"""A made-up crate registry on a free port: sparse index, config.json, crates; counts who asks for what."""

import gzip
import hashlib
import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def index_path(name):
    name = name.lower()
    folder = {1: "1", 2: "2", 3: f"3/{name[:1]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")
    return f"/{folder}/{name}"


def pack(name, version, manifest, **files):
    """The bytes of a crate; names of files have `__` for `/` and `_` before the extension's period is kept out."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, text in {"Cargo.toml": manifest, **files}.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            content = text.encode()
            entry.size, entry.mode, entry.mtime = len(content), 0o644, 1_153_704_088
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def manifest(name, version, dependencies=(), edition="2021"):
    """A Cargo.toml as cargo packs it; dependencies are (name in the manifest, requirement, package or None)."""
    lines = ["[package]", f'name = "{name}"', f'version = "{version}"', f'edition = "{edition}"']
    lines += [f'description = "{name} of the fixture"', 'license = "MIT"', 'readme = "README.md"']
    for alias, requirement, package in dependencies:
        lines += [f"[dependencies.{alias}]", f'version = "{requirement}"']
        lines += [f'package = "{package}"'] if package else []
    return "\n".join([*lines, ""])


class CrateRegistry:
    """Plays the public registry behind an external connection; may be stopped and started again."""

    def __init__(self):
        self.files = {}
        self.lines = {}
        self.asked = []
        self.port = 0
        self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

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
        self.files["/config.json"] = json.dumps({"dl": self.url + "dl/{lowerprefix}/{crate}-{version}.crate", "api": self.url}).encode()
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def publish(self, name, version, source="", dependencies=(), program=False, **more):
        """Lists a library, or a program, that can be built."""
        file = "src/main.rs" if program else "src/lib.rs"
        packed = pack(name, version, manifest(name, version, dependencies), **{file: source, "README.md": f"# {name}\n"})
        deps = [
            {"name": alias, "req": requirement, "features": [], "optional": False, "default_features": True, "target": None,
             "kind": "normal", **({"package": package} if package else {})}
            for alias, requirement, package in dependencies
        ]
        line = {"name": name, "vers": version, "deps": deps, "features": {}, "yanked": False, "cksum": hashlib.sha256(packed).hexdigest()}
        self.lines.setdefault(name, {})[version] = {**line, **more}
        path = index_path(name)
        self.files[path] = "".join(json.dumps(line) + "\n" for line in self.lines[name].values()).encode()
        prefix = path.rsplit("/", 1)[0]
        self.files[f"/dl{prefix}/{name}-{version}.crate"] = packed

    def asked_about(self, name):
        return [path for path in self.asked if name.lower() in path.lower()]
