# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of every kind reach containers, files and commands unchanged, and can be replaced."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import NotFound

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import environment_name
from tests.integration.canary import write_stack
from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Engine

pytestmark = pytest.mark.integration

HOST = "web1.example.com"
LARGE = "".join(chr(33 + number * 7919 % 94) for number in range(64 * 1024))

#: path -> value; none of these may be taken for anything else than a text.
VALUES = {
    "a": "alpha",
    "a/b": "alphabet",
    "a/bc": "alphabet soup",
    "comma": "one,TWO=three, four",
    "braces": "{{ .Vars.tag }} {{ lookup('env', 'HOME') }} {% raw %} {{secret_file}}",
    "quotes": "\"'`\\\\ \\1 \\n $HOME $(id) %s",
    "lines": "first\n\n  third\r\n\ttabs\n",
    "nested": "secret:a secret:{a/b} secret:nobody",
    "letters": "Grüße, 世界 🔑 \x7f\x85\u2028",
    "spaces": "  both ends  ",
    "yaml": "!unsafe [&a *a, no, 0123]",
    "large": LARGE,
}

#: One line of the comma-separated `env`, of the content and of the input for each secret.
VALUES_CRATE = """\
name: values
vars: {tag: v1, several: "secret:a+secret:a/b+secret:{a/bc}x secret:a."}
resources:
  - name: server
    type: container
    container: CONTAINER
    image: redis:7-alpine
    env: "ENV,SEVERAL={{ .Vars.several }},LAST=1"
    settle_time: 500ms
  - name: page
    type: file
    target_path: HERE/page
    content: "CONTENT{{ .Vars.several }}"
  - name: command
    type: exec
    command: "cat > HERE/stdin; cat {{secret_file}} > HERE/file; printenv SEVERAL > HERE/env"
    stdin: "CONTENT"
    secret_file: "CONTENT"
    environment: "ENV,SEVERAL={{ .Vars.several }}"
    creates: HERE/env
"""
SEVERAL = "alpha+alphabet+alphabet soupx alpha."

ROTATION = """\
name: rotation
resources:
  - name: first
    type: container
    container: CONTAINER-first
    image: redis:7-alpine
    env: "KEY=secret:rotation/one,PLAIN=1"
    notify: told
    settle_time: 500ms
  - name: second
    type: container
    container: CONTAINER-second
    image: redis:7-alpine
    command: [redis-server, --requirepass, "secret:rotation/two"]
    settle_time: 500ms
  - name: third
    type: container
    container: CONTAINER-third
    image: redis:7-alpine
    subscribes: page
    settle_time: 500ms
  - name: page
    type: file
    target_path: HERE/page
    content: "key = secret:rotation/one"
  - name: other
    type: file
    target_path: HERE/other
    content: "key = secret:rotation/two"
  - name: told
    type: exec
    command: "echo told >> HERE/told"
    when: changed
"""


class Shelf:
    """A stack of one crate on this machine, and the containers that it makes."""

    def __init__(self, folder: Path, engine: Engine, crate: str) -> None:
        self.folder = folder
        self.name = f"secret-values-{os.getpid()}"
        self.client = engine.client()
        self._environment = engine.env
        self.stack = write_stack(
            folder / self.name, [crate.replace("CONTAINER", self.name)], str(folder)
        )

    def __call__(self, command: str, values: dict[str, str], *options: str) -> Finished:
        secrets = {environment_name(path): value for path, value in values.items()}
        finished = vigo_bridge(
            *(command, "--stacks", self.stack, "--local", "--as", HOST, "-o", "json"),
            *options,
            environment={**self._environment, **secrets},
        )
        for value in values.values():
            assert value not in finished.out + finished.err or value == "alpha"
        return finished

    def container(self, suffix: str = "") -> Any:
        return self.client.containers.get(self.name + suffix)

    def environment_of(self, suffix: str = "") -> dict[str, str]:
        pairs = self.container(suffix).attrs["Config"]["Env"]
        return dict(pair.split("=", 1) for pair in pairs)

    def close(self) -> None:
        for suffix in ("", "-first", "-second", "-third"):
            try:
                self.container(suffix).remove(force=True, v=True)
            except NotFound:
                continue
        self.client.close()


@pytest.fixture
def shelf(tmp_path: Path, engine: Engine, request: pytest.FixtureRequest) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path, engine, request.param)
    yield shelf
    shelf.close()


def _every_value() -> str:
    env = ",".join(f"S{number}=secret:{path}" for number, path in enumerate(VALUES))
    content = "".join(f"<secret:{{{path}}}>" for path in VALUES)
    return VALUES_CRATE.replace("ENV", env).replace("CONTENT", content)


@pytest.mark.parametrize("shelf", [_every_value()], indirect=True)
def test_any_text_can_be_a_secret(shelf: Shelf) -> None:
    first = shelf("run", VALUES)
    assert first.status == 0, first.out[-3000:]
    assert first.actions(HOST) == {
        "values/server": "created",
        "values/page": "created",
        "values/command": "ran",
    }
    found = shelf.environment_of()
    assert {path: found[f"S{number}"] for number, path in enumerate(VALUES)} == VALUES
    assert (found["SEVERAL"], found["LAST"]) == (SEVERAL, "1")
    whole = "".join(f"<{value}>" for value in VALUES.values()).encode()
    assert (shelf.folder / "page").read_bytes() == whole + SEVERAL.encode()
    assert (shelf.folder / "stdin").read_bytes() == whole
    assert (shelf.folder / "file").read_bytes() == whole
    assert (shelf.folder / "env").read_text() == f"{SEVERAL}\n"
    assert (shelf.folder / "page").stat().st_mode & 0o777 == 0o600
    again = shelf("run", VALUES)
    assert set(again.actions(HOST).values()) <= {"none", "skipped"}, again.out[-3000:]


ONE, TWO = {"rotation/one": "the first value"}, {"rotation/two": "another-value"}
ALL = ("first", "second", "third", "page", "other", "told")


@pytest.mark.parametrize("shelf", [ROTATION], indirect=True)
def test_a_changed_secret_changes_what_uses_it_and_nothing_else(shelf: Shelf) -> None:
    assert shelf("run", {**ONE, **TWO}).status == 0
    (shelf.folder / "told").unlink()

    def changes(command: str, values: dict[str, str]) -> dict[str, str]:
        actions = shelf(command, values).actions(HOST)
        still = {"none", "skipped"}
        return {
            name: actions[f"rotation/{name}"]
            for name in ALL
            if actions.get(f"rotation/{name}", "none") not in still
        }

    before = {name: shelf.container(f"-{name}").id for name in ("first", "second", "third")}

    new = {"rotation/one": "the changed value"}
    wanted = {"first": "recreated", "third": "restarted", "page": "updated", "told": "ran"}
    assert changes("plan", {**new, **TWO}) == wanted
    assert changes("run", {**new, **TWO}) == wanted
    assert shelf.environment_of("-first")["KEY"] == "the changed value"
    assert (shelf.folder / "page").read_text() == "key = the changed value"
    assert (shelf.folder / "told").read_text() == "told\n"
    after = {name: shelf.container(f"-{name}").id for name in before}
    assert [name for name in before if before[name] != after[name]] == ["first"]

    # The first secret is the same again: whatever uses it stays as it is.
    newer = {"rotation/two": "yet-another"}
    assert changes("run", {**new, **newer}) == {"second": "recreated", "other": "updated"}
    assert shelf.container("-second").attrs["Config"]["Cmd"][-1] == "yet-another"
