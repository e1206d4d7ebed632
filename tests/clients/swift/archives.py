"""Source archives and publish requests, as SwiftPM makes them."""

import io
import uuid
import zipfile

JSON = "application/vnd.swift.registry.v1+json"


def pack(manifests=None, folder="Kit", **files):
    """A source archive: one folder with its manifests and files."""
    manifests = manifests or {"Package.swift": "// swift-tools-version:5.7\n"}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**manifests, **files}.items():
            archive.writestr(f"{folder}/{name}", text)
    return made.getvalue()


def form(archive, metadata=None, signature=None, metadata_signature=None):
    """The body of a publish request, and its headers."""
    boundary = str(uuid.uuid4()).upper()
    parts = [("source-archive", "application/zip", "binary", archive)]
    if signature:
        parts.append(("source-archive-signature", "application/octet-stream", "binary", signature))
    if metadata:
        # So it is declared, and not written.
        parts.append(("metadata", "application/json", "quoted-printable", metadata.encode()))
    if metadata_signature:
        parts.append(("metadata-signature", "application/octet-stream", "binary", metadata_signature))
    body = b""
    for name, kind, encoding, content in parts:
        head = f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n'
        body += head.encode() + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + content
    body += f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Accept": JSON,
        "Content-Type": f'multipart/form-data;boundary="{boundary}"',
        "Expect": "100-continue",
        "Prefer": "respond-async",
        "User-Agent": "SwiftPackageManager/6.0.3",
    }
    if signature:
        headers["X-Swift-Package-Signature-Format"] = "cms-1.0.0"
    return body, headers
