"""SwiftPM itself, over TLS: login, publish, resolve, build, run."""

import json
import shlex

import pytest

from tests.clients.swift import toolchain
from tests.commandline import Home

pytestmark = pytest.mark.max_seconds(1500)

LIBRARY = """import PackageDescription
let package = Package(name: "DemoLib", products: [.library(name: "DemoLib", targets: ["DemoLib"])],
    targets: [.target(name: "DemoLib"%s)])
"""
APP = """// swift-tools-version:5.7
import PackageDescription
let package = Package(name: "App", dependencies: [%s],
    targets: [.executableTarget(name: "App", dependencies: [.product(name: "DemoLib", package: "%s")])])
"""
SOURCE = "http://127.0.0.1:1/acme/DemoLib.git"
BY_ID = ('.package(id: "acme.DemoLib", from: "1.0.0")', "acme.DemoLib")
BY_URL = (f'.package(url: "{SOURCE}", from: "1.0.0")', "DemoLib")


@pytest.fixture(scope="module")
def installed():
    found = toolchain.find()
    yield found
    found.release()


@pytest.fixture
def swift(installed, shop):
    installed.forget()
    installed.trust(shop.authority)
    # The manifest for this compiler says something that the plain one does not.
    installed.write("DemoLib/Package.swift", "// swift-tools-version:5.7\n" + LIBRARY % "")
    variant = ', swiftSettings: [.define("OF_THE_VARIANT")]'
    installed.write("DemoLib/Package@swift-6.0.swift", "// swift-tools-version:6.0\n" + LIBRARY % variant)
    hello = "public func hi() -> String {\n#if OF_THE_VARIANT\n\"hi of 6.0\"\n#else\n\"hi\"\n#endif\n}\n"
    installed.write("DemoLib/Sources/DemoLib/DemoLib.swift", hello)
    metadata = {"description": "a demo", "licenseURL": "http://127.0.0.1/l", "repositoryURLs": [SOURCE]}
    installed.write("DemoLib/package-metadata.json", json.dumps(metadata))
    installed.write("App/Sources/App/main.swift", "import DemoLib\nprint(hi())\n")
    who = "-c user.email=a@example.com -c user.name=a"
    installed.run("sh", "-c", f"git init -q . && git add -A && git {who} commit -qm 1", cwd="/srv/work/DemoLib")
    return installed


def log_in(swift, shop):
    url = shop.url().rstrip("/")
    swift.run("swift", "package-registry", "set", "--global", url)
    swift.run("swift", "package-registry", "login", f"{url}/login", "--token", shop.token, "--no-confirm", may_abort=True)
    netrc = (swift.root / "root/.netrc").read_text()
    assert netrc.strip() == f"machine 127.0.0.1 login token password {shop.token}"


def publish(swift, shop, version, *more, **how):
    url = shop.url().rstrip("/")
    words = ["acme.DemoLib", version, "--url", url, "--scratch-directory", "/srv/work/scratch", *more]
    return swift.run("swift", "package-registry", "publish", *words, cwd="/srv/work/DemoLib", **how)


def test_scenario_29_publish_resolve_and_build(swift, shop):
    log_in(swift, shop)
    publish(swift, shop, "1.0.0", may_abort=True)
    assert list(shop.json("acme/demolib")["releases"]) == ["1.0.0"]
    for _ in range(10):
        printed = publish(swift, shop, "1.0.0", fails=True)
        # Where it aborts, what it has to say may be lost.
        if "server error" in printed:
            break
    assert "server error 409: release 1.0.0 of acme.DemoLib already exists" in printed, printed
    publish(swift, shop, "1.1.0", "--metadata-path", "package-metadata.json", may_abort=True)
    assert list(shop.json("acme/demolib")["releases"]) == ["1.1.0", "1.0.0"]
    assert shop.json("acme/demolib/1.1.0")["metadata"]["repositoryURLs"] == [SOURCE]

    swift.write("App/Package.swift", APP % BY_ID)
    swift.run("swift", "package", "resolve", cwd="/srv/work/App")
    pins = json.loads((swift.root / "srv/work/App/Package.resolved").read_text())["pins"]
    assert [(pin["kind"], pin["state"]["version"]) for pin in pins] == [("registry", "1.1.0")]
    assert "hi of 6.0" in swift.run("swift", "run", "App", cwd="/srv/work/App").splitlines()


def test_a_dependency_from_its_source_comes_from_the_registry(swift, shop):
    log_in(swift, shop)
    publish(swift, shop, "1.1.0", "--metadata-path", "package-metadata.json", may_abort=True)
    swift.write("App/Package.swift", APP % BY_URL)
    swift.run("swift", "package", "--replace-scm-with-registry", "resolve", cwd="/srv/work/App")
    pins = json.loads((swift.root / "srv/work/App/Package.resolved").read_text())["pins"]
    assert [(pin["identity"], pin["kind"]) for pin in pins] == [("acme.demolib", "registry")]


def test_a_signed_release_is_checked_by_the_client(swift, shop):
    log_in(swift, shop)
    request = ["-subj", "/CN=Acme Signer/OU=u/O=o", "-addext", "keyUsage=critical,digitalSignature"]
    request += ["-addext", "extendedKeyUsage=critical,codeSigning", "-addext", "basicConstraints=critical,CA:FALSE"]
    swift.run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "k.pem")
    swift.run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", "k.pem", "-outform", "DER", "-out", "k.der")
    swift.run("openssl", "req", "-x509", "-new", "-key", "k.pem", "-days", "9", *request, "-outform", "DER", "-out", "c.der")
    keys = ["--private-key-path", "../k.der", "--cert-chain-paths", "../c.der"]
    publish(swift, shop, "1.2.0", *keys, may_abort=True)
    signing = shop.json("acme/demolib/1.2.0")["resources"][0]["signing"]
    assert signing["signatureFormat"] == "cms-1.0.0" and len(signing["signatureBase64Encoded"]) > 500
    assets = shop.codeartifact.list_package_version_assets(**shop.of("demolib", repository="app", packageVersion="1.2.0"))
    names = {asset["name"] for asset in assets["assets"]}
    assert {"source-archive-signature", "metadata.json", "metadata-signature"} <= names
    # The signer is nobody that this system trusts, which only somebody who reads the signature can say.
    swift.write("App/Package.swift", APP % BY_ID)
    printed = swift.run("swift", "package", "resolve", cwd="/srv/work/App")
    assert "the signer" in printed and "Acme Signer" in printed and "is not trusted" in printed, printed


def test_aws_codeartifact_login_logs_swift_in(swift, shop):
    home = Home(shop.server, shop.account)
    program = home.bin / "swift"
    # What it wrote into the home folder here counts in the root folder, too.
    netrc = shlex.quote(str(swift.root / "root/.netrc"))
    inside = f'exec chroot {shlex.quote(str(swift.root))} env -C /srv/work/App HOME=/root PATH=/usr/bin:/bin swift "$@"'
    program.write_text(f'#!/bin/sh\n[ -f "$HOME/.netrc" ] && cp "$HOME/.netrc" {netrc}\n{inside}\n')
    program.chmod(0o755)
    swift.write("App/Package.swift", APP % BY_ID)
    try:
        home.run("aws", "codeartifact", "login", "--tool", "swift", "--domain", "shop", "--repository", "app")
    except AssertionError as error:
        # The abort after a login that is done.
        assert "_MultiHandle deallocated" in str(error), error
    finally:
        home.discard()
    configuration = json.loads((swift.root / "srv/work/App/.swiftpm/configuration/registries.json").read_text())
    assert configuration["registries"]["[default]"]["url"].rstrip("/") == shop.url().rstrip("/")
    publish(swift, shop, "1.0.0", may_abort=True)
    swift.run("swift", "package", "resolve", cwd="/srv/work/App")
