"""What one does with a package manager, in the words of each: publish, add, reinstall, tag, deprecate and so on."""

import json
import shutil

from tests.clients.npm.programs import program
from tests.commandline import Failed


class Manager:
    """One package manager in a home folder of its own; commands that a manager lacks are None."""

    name = ""
    lockfile = "package-lock.json"
    # What it says when its token is over, and when there is none.
    says_expired = "401"
    says_nobody = "401"
    whoami_command = ("whoami",)

    def __init__(self, home):
        self.home = home
        self.program = program(self.name)
        self.variables = {"CI": "1", "FORCE_COLOR": "0", "NO_COLOR": "1"}

    def log_in(self, url, token):
        """Writes what `aws codeartifact login` tells the reader to write."""
        rest = url.removeprefix("http:")
        lines = [f"registry={url}", f"{rest}:_authToken={token}"]
        (self.home.folder / ".npmrc").write_text("\n".join([*lines, ""]))

    def run(self, *arguments, cwd=None, fails=False):
        return self.home.run(*self.program, *arguments, cwd=cwd, fails=fails, **self.variables)

    def project(self, name="project", **dependencies):
        return self.home.project(name, **dependencies)

    def package(self, name, version, **more):
        return self.home.package(name, version, folder="package", **more)

    def publish(self, folder, *more, fails=False):
        return self.run("publish", *more, cwd=folder, fails=fails)

    def add(self, project, wanted, fails=False):
        return self.run("install", wanted, cwd=project, fails=fails)

    def reinstall(self, project, fails=False):
        """Installs what the lockfile says, with nothing cached."""
        return self.run("ci", cwd=project, fails=fails)

    def forget(self, project):
        """Removes what was installed and everything that is cached."""
        self.home.forget_packages(project)
        for cache in (".cache", ".local", ".bun", ".yarn"):
            shutil.rmtree(self.home.folder / cache, ignore_errors=True)

    def whoami(self, fails=False, cwd=None):
        return self.run(*self.whoami_command, fails=fails, cwd=cwd)

    def versions(self, name):
        """The versions that it shows of a package."""
        return as_list(json.loads(self.run("view", name, "versions", "--json")))

    def tag(self, name, version, tag):
        return self.run("dist-tag", "add", f"{name}@{version}", tag)

    def tags(self, name):
        return self.run("dist-tag", "ls", name)

    def untag(self, name, tag):
        return self.run("dist-tag", "rm", name, tag)

    def deprecate(self, wanted, text):
        return self.run("deprecate", wanted, text)

    audit_command = ("audit", "--json")

    def audit(self, project):
        """What an audit prints; not all of them fail when they find something."""
        try:
            return self.run(*self.audit_command, cwd=project)
        except Failed as failed:
            return failed.output

    def search(self, text):
        """The names that a search finds."""
        return [found["name"] for found in json.loads(self.run("search", text, "--json"))]

    def unpublish(self, wanted, fails=False, cwd=None):
        return self.run("unpublish", wanted, "--force", fails=fails, cwd=cwd)


class Npm(Manager):
    name = "npm"

    def __init__(self, home):
        super().__init__(home)
        self.variables = {}


class Npm8(Npm):
    name = "npm8"


class Pnpm(Manager):
    name = "pnpm"
    lockfile = "pnpm-lock.yaml"

    def __init__(self, home):
        super().__init__(home)
        self.variables |= {"pnpm_config_minimum_release_age": "0", "npm_config_store_dir": str(home.folder / ".local" / "store")}

    def publish(self, folder, *more, fails=False):
        return self.run("publish", "--no-git-checks", *more, cwd=folder, fails=fails)

    def add(self, project, wanted, fails=False):
        return self.run("add", wanted, cwd=project, fails=fails)

    def reinstall(self, project, fails=False):
        return self.run("install", "--frozen-lockfile", cwd=project, fails=fails)


class Yarn1(Manager):
    name = "yarn1"
    lockfile = "yarn.lock"
    whoami_command = None
    search = None
    # It asks a registry of its own, whatever is configured.
    audit = None
    says_expired = "the token has expired"
    says_nobody = "a token is needed"

    def __init__(self, home):
        super().__init__(home)
        self.variables["YARN_CACHE_FOLDER"] = str(home.folder / ".yarn" / "cache")

    def log_in(self, url, token):
        super().log_in(url, token)
        with (self.home.folder / ".npmrc").open("a") as file:
            file.write("always-auth=true\n")
        (self.home.folder / ".yarnrc").write_text(f'registry "{url}"\n')

    def publish(self, folder, *more, fails=False):
        version = json.loads((folder / "package.json").read_text())["version"]
        return self.run("publish", "--non-interactive", "--new-version", version, *more, cwd=folder, fails=fails)

    def add(self, project, wanted, fails=False):
        return self.run("add", wanted, cwd=project, fails=fails)

    def reinstall(self, project, fails=False):
        return self.run("install", "--frozen-lockfile", cwd=project, fails=fails)

    def versions(self, name):
        return as_list(json.loads(self.run("info", name, "versions", "--json"))["data"])

    def tag(self, name, version, tag):
        return self.run("tag", "add", f"{name}@{version}", tag)

    def tags(self, name):
        return self.run("tag", "list", name)

    def untag(self, name, tag):
        return self.run("tag", "remove", name, tag)


class Berry(Manager):
    name = "berry"
    lockfile = "yarn.lock"
    whoami_command = ("npm", "whoami")
    audit_command = ("npm", "audit", "--json")
    search = None
    says_expired = "Invalid authentication"
    says_nobody = "Invalid authentication (as an anonymous user)"

    def run(self, *arguments, cwd=None, fails=False):
        """It works in projects only."""
        elsewhere = self.home.folder / "elsewhere"
        if cwd is None and not elsewhere.exists():
            self.project("elsewhere")
        return super().run(*arguments, cwd=cwd or elsewhere, fails=fails)

    def log_in(self, url, token):
        settings = {
            "npmRegistryServer": url,
            "npmAuthToken": token,
            "npmAlwaysAuth": True,
            "unsafeHttpWhitelist": ["127.0.0.1"],
            "npmMinimalAgeGate": 0,
            "enableTelemetry": False,
            "enableGlobalCache": False,
            "enableImmutableInstalls": False,
            "enableProgressBars": False,
            "enableHardenedMode": False,
            "httpRetry": 0,
            "nodeLinker": "node-modules",
        }
        (self.home.folder / ".yarnrc.yml").write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items()))

    def project(self, name="project", **dependencies):
        folder = super().project(name, **dependencies)
        (folder / "yarn.lock").touch()
        return folder

    def package(self, name, version, **more):
        folder = super().package(name, version, **more)
        (folder / "yarn.lock").touch()
        self.run("install", cwd=folder)
        return folder

    def publish(self, folder, *more, fails=False):
        return self.run("npm", "publish", *more, cwd=folder, fails=fails)

    def add(self, project, wanted, fails=False):
        return self.run("add", wanted, cwd=project, fails=fails)

    def reinstall(self, project, fails=False):
        return self.run("install", "--immutable", cwd=project, fails=fails)

    def forget(self, project):
        super().forget(project)
        shutil.rmtree(project / ".yarn", ignore_errors=True)

    def versions(self, name):
        return as_list(json.loads(self.run("npm", "info", name, "--fields", "versions", "--json"))["versions"])

    def tag(self, name, version, tag):
        return self.run("npm", "tag", "add", f"{name}@{version}", tag)

    def tags(self, name):
        return self.run("npm", "tag", "list", name)

    def untag(self, name, tag):
        return self.run("npm", "tag", "remove", name, tag)


class Bun(Manager):
    name = "bun"
    lockfile = "bun.lock"
    whoami_command = ("pm", "whoami")
    tag = tags = untag = search = None

    def add(self, project, wanted, fails=False):
        return self.run("add", wanted, cwd=project, fails=fails)

    def reinstall(self, project, fails=False):
        return self.run("install", "--frozen-lockfile", cwd=project, fails=fails)

    def versions(self, name):
        return as_list(json.loads(self.run("pm", "view", name, "versions", "--json", cwd=self.home.folder)))


MANAGERS = {manager.name: manager for manager in (Npm, Npm8, Pnpm, Yarn1, Berry, Bun)}


def as_list(found):
    return found if isinstance(found, list) else [found]
