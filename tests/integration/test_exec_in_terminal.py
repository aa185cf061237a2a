# SPDX-License-Identifier: GPL-3.0-or-later
"""`vigo-bridge exec -it` gives a command in a container a terminal, here and over SSH."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.program import vigo_bridge

if TYPE_CHECKING:
    from tests.testbed import Engine, Fleet

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]

CRATE = """\
configcrate: shop
resources:
  - name: db
    type: container
    container: {name}
    image: redis:7-alpine
    settle_time: 300ms
"""
#: Typed, once what comes before was printed: the terminal's size, and an exit code.
DIALOGUE = ((b"# ", b"tty; echo size-$((40 + 2))\n"), (b"size-42", b"exit 5\n"))


class Place:
    """A stack with one container on one host."""

    def __init__(self, folder: Path, line: str, environment: dict[str, str]) -> None:
        self.name = f"terminal-{uuid.uuid4().hex[:8]}"
        files = {
            "stack/stack.vgo": f"name: {self.name}\nid: {uuid.uuid4().hex}\n",
            "stack/envoys/e.vgo": "envoys:\n  - match: '*'\n    configcrates: [shop]\n",
            "stack/configcrates/shop.vgo": CRATE.format(name=self.name),
            "hosts.ini": f"{line} vigo_state_dir=/var/lib/{self.name}\n",
        }
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        self.options = ["--stacks", str(folder / "stack"), "-i", str(folder / "hosts.ini")]
        self.environment = {**environment, "XDG_STATE_HOME": str(folder / "xdg")}

    def call(self, *words: str) -> None:
        finished = vigo_bridge(*words, *self.options, environment=self.environment)
        assert finished.status == 0, finished.out + finished.err

    def type_in(self, *command: str) -> tuple[int, str]:
        """Run a command in a terminal, and return its exit status and all that was shown."""
        words = [sys.executable, "-m", "vigo_bridge", "exec", "-it", "shop/db", *self.options]
        return typed([*words, "--", *command], {**os.environ, **self.environment})


def typed(words: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    number, terminal = pty.fork()
    if number == 0:
        os.execvpe(words[0], list(words), environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("hhhh", 41, 123, 0, 0))
    shown, pending, deadline = b"", list(DIALOGUE), time.monotonic() + 120
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # The program has ended.
            break
        shown += chunk
        if pending and pending[0][0] in shown:
            os.write(terminal, pending.pop(0)[1])
    _number, status = os.waitpid(number, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


@pytest.fixture
def here(usual_engine: Engine, tmp_path: Path) -> Iterator[Place]:
    line = f"one ansible_connection=local ansible_python_interpreter={sys.executable}"
    place = Place(tmp_path, line, {"DOCKER_HOST": usual_engine.docker_host})
    place.call("run")
    yield place
    with closing(usual_engine.client()) as client:
        client.api.remove_container(place.name, force=True, v=True)


def test_on_this_machine(here: Place) -> None:
    status, shown = here.type_in("sh")
    assert status == 3
    assert "/dev/pts/" in shown
    assert "size-42" in shown
    assert "one: shop/db: the command failed with exit code 5" in shown


@pytest.mark.sweep
@pytest.mark.parametrize("options", [[], ["-b"]], ids=["as root", "with become"])
def test_over_ssh(fleet3: Fleet, tmp_path: Path, options: list[str]) -> None:
    host = fleet3.hosts[0]
    place = Place(tmp_path, host.inventory_line(), {})
    place.options += options
    place.call("run")
    try:
        status, shown = place.type_in("sh")
    finally:
        place.call("down", "--yes")
    assert status == 3
    assert "/dev/pts/" in shown
    assert "shop/db: the command failed with exit code 5" in shown
