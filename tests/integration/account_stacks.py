# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources for a machine with a private /etc and /home, fixed and generated ones."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from hypothesis import strategies as st

from tests.integration.private_machine import Entry, PrivateMachine


def user(name: str, **more: Any) -> Entry:
    return {"id": name, "type": "user", "username": f"vigo-{name}", **more}


def group(name: str, **more: Any) -> Entry:
    return {"id": name, "type": "group", "group": f"vigo-{name}", **more}


def folder(name: str, **more: Any) -> Entry:
    return {"id": name, "type": "directory", "target_path": f"HERE/{name}", **more}


def file(name: str, **more: Any) -> Entry:
    return {"id": name, "type": "file", "target_path": f"HERE/{name}", "content": "x", **more}


def command(name: str, text: str = "true", **more: Any) -> Entry:
    return {"id": name, "type": "exec", "command": text, **more}


def module(name: str, module: str, **args: Any) -> Entry:
    return {"id": name, "type": f"ansible.builtin.{module}", "args": args}


#: The program does what its parameters say, and prints a result as docs/custom.md describes.
_PROGRAM = b"""#!/bin/sh
grep -q '"dry_run": true' && echo '{"action": "updated", "changed": true}' && exit
echo '{"action": "updated", "changed": true}'
"""


def program(name: str) -> Entry:
    more = {"executor": "it", "executor_base64": b64encode(_PROGRAM).decode()}
    return {"id": name, "type": "custom", "params": {}, **more}


def run_as_planned(machine: PrivateMachine, stack: list[Entry], predicted: dict[str, str]) -> None:
    """Run the stack, and compare the result with the prediction."""
    real = machine.actions(stack, check=False)
    known = {name for name, action in predicted.items() if action != "unknown"}
    assert {name: real[name] for name in known} == {name: predicted[name] for name in known}


NAMES = st.sampled_from("abc")
OWNERS = st.sampled_from(["vigo-ua", "vigo-ub", "root"])
GROUPS = st.sampled_from(["vigo-ga", "vigo-gb", "vigo-ua", "root"])
STATES = st.sampled_from(["present", "present", "absent"])


@st.composite
def resources(draw: st.DrawFn, number: int) -> Entry:
    """Draw a resource; several may be about the same user, group or path."""
    name, other = draw(NAMES), draw(NAMES)
    entry: Entry = draw(
        st.one_of(
            st.builds(user, st.just(f"u{name}"), groups=st.lists(GROUPS, max_size=1)),
            st.builds(user, st.just(f"u{name}"), state=STATES, system=st.booleans()),
            st.builds(group, st.just(f"g{name}")),
            st.builds(group, st.just(f"g{name}"), members=st.lists(OWNERS, max_size=1)),
            st.builds(folder, st.just(f"{name}-d"), owner=OWNERS, group=GROUPS),
            st.builds(folder, st.just(f"{name}-d"), state=STATES),
            st.builds(file, st.just(f"{name}-d/{other}"), owner=OWNERS),
            st.builds(file, st.just(f"{name}-d/{other}"), state=STATES),
            st.builds(file, st.just(other), target_path=st.just(f"/home/vigo-u{name}/{other}")),
            st.just(_link(f"{name}-l", f"{other}-d")),
            st.just(module("", "lineinfile", path=f"HERE/{name}-d/{other}", line="y", create=True)),
            st.just(command("", f"touch HERE/{name}", creates=f"HERE/{other}")),
            st.just(command("", "true", user=f"vigo-u{name}", when="changed")),
            st.just({"type": "process", "process": f"vigo-{name}", "state": "stopped"}),
            st.just(program("")),
        )
    )
    if draw(st.booleans()) and "when" not in entry:
        entry = {**entry, "when": f"{draw(st.sampled_from(['', '!']))}dir_exists('HERE/{other}-d')"}
    targets = draw(st.lists(st.integers(0, number), max_size=1))
    return {
        **entry,
        "id": f"r{number}",
        "notify": [f"r{each}" for each in targets if each < number],
    }


def _link(name: str, to: str) -> Entry:
    return {"type": "symlink", "target_path": f"HERE/{name}", "to": f"HERE/{to}"}


STACKS = st.integers(1, 7).flatmap(lambda size: st.tuples(*map(resources, range(size))))
#: What is there before.
BEFORE = st.lists(
    st.sampled_from(
        [
            "useradd -m vigo-ua",
            "groupadd vigo-ga",
            "useradd -M vigo-ub; groupadd vigo-gb",
            "mkdir a-d; touch a-d/b",
            "mkdir b-d; ln -s a-d c-d",
        ]
    ),
    unique=True,
)
