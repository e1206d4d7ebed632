"""Publishing, yanking and finding gems of one's own; scenario 28."""

import hashlib
import json

import pytest

from tests.clients.ruby.conftest import Ruby
from tests.clients.ruby.gem_host import pack


@pytest.fixture
def own(shop):
    """gem and Bundler for a repository without a connection above it."""
    found = Ruby(shop, "own")
    yield found
    found.discard()


def test_scenario_28_push_install_bundle_update_and_yank(shop, own):
    base = own.build("hr-base", "1.0.0")
    assert "Successfully registered gem: hr-base (1.0.0)" in own.push(base)
    assert "Successfully registered" in own.push(base)
    own.push(own.build("hr-base", "1.1.0.pre1"))
    own.push(own.build("hr-top", "1.0.0", 's.add_dependency "hr-base", ">= 1.0", "< 3"'))
    own.install("hr-top")
    assert own.installed() == {"hr-top-1.0.0", "hr-base-1.0.0"}
    own.install("hr-base", "--pre")
    assert "hr-base-1.1.0.pre1" in own.installed()
    project = own.project('"hr-top"')
    own.bundle("install")
    assert own.bundled() == {"hr-top-1.0.0", "hr-base-1.0.0"}
    own.push(own.build("hr-base", "1.5.0"))
    own.bundle("update", "hr-base")
    assert "hr-base (1.5.0)" in (project / "Gemfile.lock").read_text()
    own.gem("yank", "--host", own.url.rstrip("/"), "--key", "hr", "hr-base", "-v", "1.5.0")
    assert shop.versions("own", "hr-base") == {"1.0.0": "Published", "1.1.0.pre1": "Published", "1.5.0": "Unlisted"}
    # What is installed or locked counts to Bundler whatever is listed.
    own.run("rm", "-rf", str(project / "vendor"), str(project / "Gemfile.lock"))
    own.bundle("install")
    assert "hr-base (1.0.0)" in (project / "Gemfile.lock").read_text()
    status, _, _ = shop.fetch("GET", "own", "gems/hr-base-1.5.0.gem")
    assert status == 200
    own.run("rm", "-rf", str(project / "vendor"))
    own.bundle("install", "--full-index")
    assert own.bundled() == {"hr-top-1.0.0", "hr-base-1.0.0"}


def test_gem_finds_lists_and_describes_what_is_there(shop, own):
    own.push(own.build("hr-kit", "1.0.0"))
    own.push(own.build("hr-kit", "1.2.0", 's.platform = "java"'))
    where = ("--clear-sources", "--source", own.source)
    assert "hr-kit (1.2.0 java, 1.0.0)" in own.gem("search", "hr", "--remote", *where)
    assert "hr-kit (1.2.0 java, 1.0.0)" in own.gem("list", "--remote", "--all", "hr-kit", *where)
    described = own.gem("specification", "hr-kit", "--remote", "-v", "1.0.0", *where)
    assert "summary: hr-kit of ours" in described and "homepage: https://ours.example/" in described, described
    assert shop.caller.account in own.gem("owner", "--host", own.url.rstrip("/"), "--key", "hr", "hr-kit")
    own.gem("fetch", "hr-kit", "-v", "1.0.0", *where)
    assert (own.folder / "hr-kit-1.0.0.gem").exists()
    status, _, body = shop.fetch("GET", "own", "api/v1/search.json?query=kit")
    assert (status, [one["name"] for one in json.loads(body)]) == (200, ["hr-kit"])


def test_older_rubygems_reads_the_specs_indexes(shop, own):
    """Without a compact index it reads names, versions and platforms by Marshal, and specifications one by one."""
    own.push(own.build("hr-old", "1.0.0", 's.add_dependency "hr-else", "~> 1.2"; s.add_development_dependency "hr-dev"'))
    own.push(own.build("hr-old", "1.1.0", 's.platform = "x86_64-linux"'))
    own.push(own.build("hr-old", "2.0.0.rc1"))
    program = """
    require 'rubygems'; require 'zlib'; require 'net/http'; require 'json'; require 'rubygems/specification'
    base = URI(ARGV[0])
    get = lambda { |path| q = Net::HTTP::Get.new(base + path); q.basic_auth('aws', ARGV[1]); Net::HTTP.start(base.host, base.port) { |http| http.request(q).body } }
    all = %w[specs latest_specs prerelease_specs].map { |name| Marshal.load(Zlib.gunzip(get.(name + '.4.8.gz'))).map { |n, v, p| [n, v.class.to_s, v.to_s, p] } }
    quick = ['hr-old-1.0.0', 'hr-old-1.1.0-x86_64-linux'].map { |full| Marshal.load(Zlib.inflate(get.("quick/Marshal.4.8/#{full}.gemspec.rz"))) }
    deps = Marshal.load(get.('api/v1/dependencies?gems=hr-old,none'))
    empty = Marshal.load(get.('api/v1/dependencies'))
    s = quick[0]
    puts JSON.dump({all: all, full: quick.map(&:full_name), platform: quick[1].platform.class.to_s, os: quick[1].platform.os,
      deps: s.dependencies.map { |d| [d.name, d.type, d.requirement.to_s] }, summary: s.summary, homepage: s.homepage, authors: s.authors,
      licenses: s.instance_variable_get(:@license) || s.licenses, ruby: s.required_ruby_version.to_s, date: s.date.class.to_s, answer: deps, empty: empty})
    """
    found = json.loads(own.run("ruby", "-e", program, own.url, own.token).splitlines()[-1])
    old, new, pre = (["hr-old", "Gem::Version", *rest] for rest in (["1.0.0", "ruby"], ["1.1.0", "x86_64-linux"], ["2.0.0.rc1", "ruby"]))
    assert found["all"] == [[old, new], [old, new], [pre]]
    assert found["full"] == ["hr-old-1.0.0", "hr-old-1.1.0-x86_64-linux"]
    assert (found["platform"], found["os"]) == ("Gem::Platform", "linux")
    assert found["deps"] == [["hr-else", "runtime", "~> 1.2"], ["hr-dev", "development", ">= 0"]]
    assert (found["summary"], found["homepage"], found["authors"]) == ("hr-old of ours", "https://ours.example/", ["Us"])
    assert (found["licenses"], found["ruby"], found["date"], found["empty"]) == (["MIT"], ">= 2.7", "Time", [])
    assert found["answer"][0] == {"name": "hr-old", "number": "1.0.0", "platform": "ruby", "dependencies": [["hr-else", "~> 1.2"]]}
    assert len(found["answer"]) == 3


def test_other_content_is_a_conflict_and_a_bad_gem_is_told(shop, own):
    own.push(own.build("hr-kit", "1.0.0"))
    own.push(own.build("hr-kit", "1.0.0", 's.description = "other"'), fails=True)
    output = own.push(own.build("hr-kit", "1.0"), fails=True)
    assert "1.0.0" in output, output
    for bad in (b"no gem", pack("hr-bad", "1.0.0", files={"../x": b""}), pack("hr-bad", "1.0.0")[:1500]):
        status, _, body = shop.fetch("POST", "own", "api/v1/gems", bad)
        assert status == 422 and b"gem" in body, (status, body)
    assert shop.packages("own") == {"hr-kit"}


def test_signatures_pass_through_and_a_version_is_copied_by_the_api(shop, own):
    gem = pack("hr-signed", "1.0.0", more={"metadata.gz.sig": b"signature", "data.tar.gz.sig": b"signature"})
    status, _, body = shop.fetch("POST", "own", "/api/v1/gems", gem)
    assert status == 200, body
    status, headers, body = shop.fetch("GET", "own", "gems/hr-signed-1.0.0.gem")
    assert (status, body) == (200, gem) and headers["ETag"] == f'"{hashlib.sha256(gem).hexdigest()}"'
    copied = shop.codeartifact.copy_package_versions(
        domain="shop", sourceRepository="own", destinationRepository="mid", format="ruby", package="hr-signed", versions=["1.0.0"]
    )
    assert set(copied["successfulVersions"]) == {"1.0.0"}, copied
    app = Ruby(shop, "app")
    try:
        app.install("hr-signed")
        assert app.installed() == {"hr-signed-1.0.0"}
    finally:
        app.discard()
    shop.codeartifact.update_package_versions_status(**shop.where("mid", "hr-signed", versions=["1.0.0"], targetStatus="Archived"))
    status, _, _ = shop.fetch("GET", "mid", "gems/hr-signed-1.0.0.gem")
    assert status == 404
