"""A made-up gem host on a free port: a compact index and gems; counts who asks for what."""

import gzip
import hashlib
import io
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def specification(name, version, needs=(), platform="ruby", more=""):
    """A gemspec as RubyGems writes it."""

    def requirement(constraints, depth):
        lines = ["requirements:"]
        for constraint in constraints.split(", "):
            operator, number = constraint.split()
            lines += [f'- - "{operator}"', "  - !ruby/object:Gem::Version", f"    version: '{number}'"]
        return "\n".join(" " * depth + line for line in lines)

    text = f"--- !ruby/object:Gem::Specification\nname: {name}\nversion: !ruby/object:Gem::Version\n  version: {version}\n"
    text += f"platform: {platform}\nauthors:\n- Somebody\nbindir: bin\ncert_chain: []\ndate: 2020-01-02 00:00:00.000000000 Z\n"
    text += "dependencies:" + ("" if needs else " []") + "\n"
    for other, constraints, kind in needs:
        text += f"- !ruby/object:Gem::Dependency\n  name: {other}\n  requirement: !ruby/object:Gem::Requirement\n{requirement(constraints, 4)}\n"
        text += f"  type: :{kind}\n  prerelease: false\n"
    text += f"description: {name} of the fixture\nemail: somebody@example.com\nexecutables: []\nfiles:\n- lib/{name}.rb\n"
    text += "homepage: https://gems.example\nlicenses:\n- MIT\nmetadata:\n  source_code_uri: https://git.example/gem\n"
    text += f"require_paths:\n- lib\nrequired_ruby_version: !ruby/object:Gem::Requirement\n{requirement('>= 2.7', 2)}\n"
    text += f"rubygems_version: 3.3.15\nspecification_version: 4\nsummary: {name} of the fixture\n{more}"
    return text


def archive(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as made:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.mtime = len(content), 0o644, 1_153_704_088
            made.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def pack(name, version, needs=(), platform="ruby", source="", files=None, more=None):
    """The bytes of a gem."""
    constant = "".join(word.capitalize() for word in name.replace("-", "_").split("_"))
    source = source or f"module {constant}; VERSION = '{version}'; end\n"
    metadata = gzip.compress(specification(name, version, needs, platform).encode(), mtime=0)
    data = gzip.compress(archive({f"lib/{name}.rb": source.encode(), **(files or {})}), mtime=0)
    sums = f"---\nSHA256:\n  metadata.gz: {hashlib.sha256(metadata).hexdigest()}\n  data.tar.gz: {hashlib.sha256(data).hexdigest()}\n"
    sums += f"SHA512:\n  metadata.gz: {hashlib.sha512(metadata).hexdigest()}\n  data.tar.gz: {hashlib.sha512(data).hexdigest()}\n"
    parts = {"metadata.gz": metadata, "data.tar.gz": data, "checksums.yaml.gz": gzip.compress(sums.encode(), mtime=0)}
    return archive({**parts, **(more or {})})


class GemHost:
    """Plays the public gem host behind an external connection; may be stopped and started again."""

    def __init__(self):
        self.files = {}
        self.lines = {}
        self.asked = []
        self.port = 0
        self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def publish(self, name, version, needs=(), platform="ruby", checksum=None, **more):
        gem = pack(name, version, needs, platform, **more)
        number = version if platform == "ruby" else f"{version}-{platform}"
        self.files[f"/gems/{name}-{number}.gem"] = gem
        listed = ",".join(f"{other}:{constraints.replace(', ', '&')}" for other, constraints, kind in needs if kind == "runtime")
        self.lines.setdefault(name, []).append(f"{number} {listed}|checksum:{checksum or hashlib.sha256(gem).hexdigest()},ruby:>= 2.7")
        self.files[f"/info/{name}"] = ("---\n" + "\n".join(self.lines[name]) + "\n").encode()
        return gem

    def start(self):
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                host.asked.append(self.path)
                content = host.files.get(self.path)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None
