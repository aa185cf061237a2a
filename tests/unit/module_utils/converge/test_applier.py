# SPDX-License-Identifier: GPL-3.0-or-later
"""What a resource's type gets at its turn, and what is known of its effects."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge.applier import Applier
from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    Resource,
    parse_crates,
    parse_resources,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.rendering import Rendering
from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.state.ownership import Stack
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

FOLDER = {"type": "ansible.builtin.file", "args": {"path": "/srv/a", "state": "directory"}}
EDIT = {"type": "ansible.builtin.lineinfile", "args": {"path": "/srv/a", "line": "x"}}
FILE = {"type": "file", "target_path": "/srv/a", "content": "{{ .Vars.port }}"}
EXEC = {"type": "exec", "command": "true", "user": "{{ .Vars.user }}"}
CONTAINER = {"type": "container", "container": "web", "image": "redis:{{ .Vars.port }}"}


def resource(given: dict[str, Any]) -> Resource:
    (found,) = parse_resources([{"id": "shop/it", **given}])
    return found


def applier(of: Resource) -> Applier:
    crates = parse_crates({"shop": {"vars": {"port": 81}}})
    rendering = Rendering(crates, {"port": 80, "user": "daemon", "nobody": ""}, Facts())
    types = {of.type: TYPES[of.type].behaviour()}
    return Applier(types, Target(), rendering, Stack("shop-stack", "ID"), frozenset())


#: the resource, its action -> whether check mode knows what that changes
PREDICTABLE: list[tuple[dict[str, Any], str, bool]] = [
    (FILE, "updated", True),
    (FILE, "unknown", True),
    (FOLDER, "created", True),
    (FOLDER, "unknown", False),
    (EDIT, "updated", False),
    (EDIT, "unknown", False),
    (EXEC, "ran", False),
    (EXEC, "unknown", False),
]


@pytest.mark.parametrize(("given", "action", "expected"), PREDICTABLE)
def test_what_is_predictable(given: dict[str, Any], action: str, expected: bool) -> None:
    wanted = resource(given)
    assert applier(wanted).is_predictable(wanted, action) is expected
    if action == "unknown":
        assert applier(wanted).is_predictable(wanted) is expected


LABELS = {"scope": "shop-stack", "stack_id": "ID", "resource": "shop/it"}

#: the resource -> its attributes, as the type gets them
ATTRIBUTES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (FILE, {"target_path": "/srv/a", "content": "81"}),
    (EXEC, {"command": "true", "user": "daemon"}),
    ({**EXEC, "user": "{{ .Vars.nobody }}"}, {"command": "true"}),
    ({**FILE, "template": False}, {"target_path": "/srv/a", "content": "{{ .Vars.port }}"}),
    (
        {**EXEC, "command": "echo {{ .Item }}", "item": "x", "user": "a"},
        {"command": "echo x", "user": "a"},
    ),
    (CONTAINER, {"container": "web", "image": "redis:81", **LABELS}),
]


@pytest.mark.parametrize(("given", "expected"), ATTRIBUTES)
def test_attributes(given: dict[str, Any], expected: dict[str, Any]) -> None:
    wanted = resource(given)
    assert applier(wanted).attributes(wanted)() == expected


def test_a_template_that_fails_names_its_attribute() -> None:
    wanted = resource({**CONTAINER, "env": {"A": "{{ .Vars.missing }}"}})
    with pytest.raises(ResourceError, match=r"^env\.A: .*missing"):
        applier(wanted).attributes(wanted)()


#: the resource -> what is the same in each run, of a resource that undoes another
UNDONE: list[tuple[dict[str, Any], str]] = [
    (FILE, '["file", {"target_path": "/srv/a"}]'),
    ({**EXEC, "cwd": "/"}, '["exec", {"command": "true"}]'),
    (FOLDER, '["ansible.builtin.file", {"args": {"path": "/srv/a", "state": "directory"}}]'),
]


@pytest.mark.parametrize(("given", "expected"), UNDONE)
def test_what_is_undone(given: dict[str, Any], expected: str) -> None:
    wanted = resource(given)
    assert applier(wanted).undone(wanted) == expected


#: the resource -> which of /srv/a and /srv/b it may change
UNCERTAIN: list[tuple[dict[str, Any], list[str]]] = [
    (FILE, ["/srv/a"]),
    (FOLDER, ["/srv/a"]),
    (EXEC, ["/srv/a", "/srv/b"]),
    ({**FILE, "mode": "rw"}, ["/srv/a", "/srv/b"]),
    ({**FILE, "content": "{{ .Vars.missing }}"}, ["/srv/a", "/srv/b"]),
]


@pytest.mark.parametrize(("given", "expected"), UNCERTAIN)
def test_what_may_be_changed(given: dict[str, Any], expected: list[str]) -> None:
    """If the attributes cannot be parsed yet, that is everything."""
    wanted, overlay = resource(given), Overlay()
    applier(wanted).mark_uncertain(wanted, overlay)
    assert [path for path in ("/srv/a", "/srv/b") if not overlay.is_clear(path)] == expected
