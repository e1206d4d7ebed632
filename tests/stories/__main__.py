"""Plays the stories against the endpoint given as argument, else against a server started for them."""

import sys
import time
import traceback

from tests.commandline import Home
from tests.server import Server
from tests.stories import codeartifact, migration_hub, sitewise


class Elsewhere:
    """A server that somebody else runs."""

    def __init__(self, endpoint):
        self.endpoint = endpoint.rstrip("/")

    def storage(self):
        return []

    def run(self, *arguments, **_more):
        import subprocess

        from tests.server import binary

        return subprocess.run([str(binary()), *arguments], capture_output=True, text=True, timeout=30)

    def discard(self):
        pass


class Teller:
    """Prints each step and what came back."""

    def __init__(self):
        self.steps = 0

    def title(self, text):
        print(f"\n{text}\n{'-' * len(text)}")

    def step(self, text):
        self.steps += 1
        print(f"  {self.steps:>2}. {text}")


def main():
    arguments = sys.argv[1:]
    own = not arguments
    if own:
        import os

        # The server finds the public registry as it would for the person at this machine.
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HOMEREGION_"))}
        server = Server(**mine).start()
    else:
        server = Elsewhere(arguments[0])
    print(f"playing against {server.endpoint}")
    started, failed = time.monotonic(), 0
    stories = (codeartifact, sitewise, migration_hub)
    try:
        for story in stories:
            home = Home(server, str(int(time.time() * 1000) % 10**12).zfill(12))
            teller = Teller()
            teller.title(story.TITLE)
            try:
                story.play(home, teller)
                print(f"  done: {story.TITLE}")
            except Exception:  # noqa: BLE001 - a story that fails is told, and the next one is played
                failed += 1
                traceback.print_exc()
            finally:
                home.discard()
    finally:
        server.discard()
    print(f"\n{len(stories) - failed} passed, {failed} failed in {time.monotonic() - started:.1f}s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
