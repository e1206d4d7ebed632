"""Made-up wheels and source distributions, built without a build backend."""

import base64
import hashlib
import io
import tarfile
import zipfile


def stem(project):
    """The name as files spell it; uv passes over files that spell it otherwise."""
    return project.replace("-", "_").replace(".", "_").lower()


def metadata(project, version, requires=()):
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project}",
        f"Version: {version}",
        f"Summary: A made-up {project}",
        "License-Expression: MIT",
        "Requires-Python: >=3.8",
        *(f"Requires-Dist: {one}" for one in requires),
        "Description-Content-Type: text/markdown",
        "",
        f"# {project}",
        "",
    ]
    return "\n".join(lines)


def wheel(project, version, requires=(), tag="py3-none-any", content=b"", size=0):
    """The name and the bytes of a wheel; `size` bytes of it cannot be packed."""
    name = stem(project)
    info = f"{name}-{version}.dist-info"
    noise = b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(size // 32))
    files = {
        f"{name}/__init__.py": f"version = '{version}'\n".encode() + content,
        f"{name}/data.bin": noise,
        f"{info}/METADATA": metadata(project, version, requires).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = []
    for path, body in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
        record.append(f"{path},sha256={digest},{len(body)}")
    files[f"{info}/RECORD"] = ("\n".join([*record, f"{info}/RECORD,,"]) + "\n").encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, body in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2024, 1, 2, 3, 4, 6)), body)
    return f"{name}-{version}-{tag}.whl", packed.getvalue()


def sdist(project, version):
    """The name and the bytes of a source distribution."""
    root = f"{stem(project)}-{version}"
    pyproject = f'[project]\nname = "{project}"\nversion = "{version}"\n'
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, body in (("PKG-INFO", metadata(project, version)), ("pyproject.toml", pyproject)):
            entry = tarfile.TarInfo(f"{root}/{path}")
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body.encode()))
    return f"{root}.tar.gz", packed.getvalue()


def metadata_of(name, content):
    """The METADATA in a wheel."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        [path] = [path for path in archive.namelist() if path.endswith(".dist-info/METADATA")]
        return archive.read(path)
