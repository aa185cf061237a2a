# SPDX-License-Identifier: GPL-3.0-or-later
"""The testbed by hand: `python -m tests.testbed up | env | status | down`.

up      start engine, registry and images, keep them, and print what to export
env     print that again
status  say what runs
down    stop what `up` started
"""

from __future__ import annotations

import sys
from contextlib import closing

from tests.testbed.common import TestbedError, state_folder
from tests.testbed.engine import answering_engine
from tests.testbed.sharing import LABEL, keep, kept
from tests.testbed.testbed import stop_unless_used, use_testbed


def main(arguments: list[str]) -> int:
    commands = {"up": up, "env": print_exports, "status": status, "down": down}
    if len(arguments) != 1 or arguments[0] not in commands:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    try:
        commands[arguments[0]]()
    except TestbedError as error:
        print(f"testbed: {error}", file=sys.stderr)
        return 1
    return 0


def up() -> None:
    keep(True)
    try:
        print_exports()
    except BaseException:
        keep(False)
        raise


def print_exports() -> None:
    with use_testbed() as testbed:
        for name, value in testbed.compose_env().items():
            print(f"export {name}={value}")


def status() -> None:
    print(f"state folder: {state_folder()}")
    print(f"kept running: {'yes' if kept() else 'no'}")
    base = answering_engine()
    if base is None:
        print("no engine answers")
        return
    print(f"base engine: {base.docker_host} ({'ours' if base.ours else 'the one of this machine'})")
    with closing(base.client()) as client:
        for container in client.containers.list(
            ignore_removed=True, all=True, filters={"label": LABEL}
        ):
            print(f"  {container.name}: {container.status}")


def down() -> None:
    keep(False)
    stop_unless_used()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
