# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of an engine's containers a stack no longer names: a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.state.owners_file import OwnersFile
from ansible_collections.vigo.bridge.plugins.module_utils.state.ownership import Stack
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.named import Named
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.owners import Owners
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.prune import find_orphans

STACK = Stack("shop", "id-1", ("stacks",))
UNNAMED = Stack("shop")
ENGINE = "unix:///engine.sock"

#: The stack names a/web, whose container is `web`; a/job had no turn.
RESOURCES = {"a/web", "a/job"}
NAMED = {"a/web": "web"}


def labelled(scope: str, stack_id: str, resource: str) -> dict[str, str]:
    found = {label.SCOPE: scope, label.STACK_ID: stack_id, label.RESOURCE: resource}
    return {name: value for name, value in found.items() if value}


#: case -> stack, container's name, its labels, the stack and the resource of its record,
#: and whether it is an orphan
CASES: dict[str, tuple[Stack, str, dict[str, str], tuple[Stack, str] | None, bool]] = {
    "a resource that is gone": (STACK, "db", labelled("shop", "id-1", "a/db"), None, True),
    "the same of a renamed stack": (STACK, "db", labelled("old", "id-1", "a/db"), None, True),
    "another ID": (STACK, "db", labelled("shop", "id-2", "a/db"), None, False),
    "no ID": (STACK, "db", labelled("shop", "", "a/db"), None, False),
    "a former name": (STACK, "db", labelled("stacks", "", "a/db"), None, False),
    "no stack's": (STACK, "db", {}, None, False),
    "without a resource": (STACK, "db", labelled("shop", "id-1", ""), None, False),
    "its resource has another name now": (
        *(STACK, "site", labelled("shop", "id-1", "a/web"), None),
        True,
    ),
    "a resource without a turn": (STACK, "job", labelled("shop", "id-1", "a/job"), None, False),
    "a name in use": (STACK, "web", labelled("shop", "id-1", "a/gone"), None, False),
    "left of a replacement": (
        STACK,
        "db.vigo-failed",
        labelled("shop", "id-1", "a/db"),
        None,
        True,
    ),
    "of one that is in use": (STACK, "web.vigo-old", labelled("shop", "id-1", "a/db"), None, False),
    "adopted": (STACK, "db", {}, (STACK, "a/db"), True),
    "adopted, in use": (STACK, "web", {}, (STACK, "a/web"), False),
    "adopted by another": (STACK, "db", {}, (Stack("other", "id-2"), "a/db"), False),
    "taken over": (STACK, "db", labelled("stacks", "", "a/db"), (STACK, "a/db"), True),
    "taken over by another": (
        *(STACK, "db", labelled("stacks", "", "a/db"), (Stack("other", "id-2"), "a/db")),
        False,
    ),
    "no ID, ours neither": (UNNAMED, "db", labelled("shop", "", "a/db"), None, True),
    "an ID, ours has none": (UNNAMED, "db", labelled("shop", "id-1", "a/db"), None, False),
    "another scope": (UNNAMED, "db", labelled("other", "", "a/db"), None, False),
}


@pytest.mark.parametrize(
    ("stack", "name", "labels", "recorded", "expected"), CASES.values(), ids=CASES
)
def test_orphans(
    stack: Stack,
    name: str,
    labels: dict[str, str],
    recorded: tuple[Stack, str] | None,
    expected: bool,
    tmp_path: Path,
) -> None:
    record = OwnersFile.load(StateFolder(str(tmp_path)))
    if recorded:
        record.put("containers", "1", *recorded, name, ENGINE)
    entry: dict[str, Any] = {"Id": "1", "Names": [f"/{name}"], "Labels": labels}
    whose = Owners(stack, record, frozenset(RESOURCES))
    found = find_orphans([entry], whose, RESOURCES, Named(names=dict(NAMED)))
    assert [orphan.name for orphan in found] == ([name] if expected else [])
