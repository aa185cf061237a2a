# SPDX-License-Identifier: GPL-3.0-or-later
"""A setting of containers is its row: one that is new to a copy of the project works everywhere.

Beside the row, the module documents its option. Nothing else of the copy is changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.project_copy import ProjectCopy

pytestmark = pytest.mark.integration

ROWS = "ansible_collections/vigo/bridge/plugins/module_utils/types/container/rows/limits.py"
MODULE = "ansible_collections/vigo/bridge/plugins/modules/container.py"
ROW = """\
    kernel_memory: int | None = row(
        Setting(
            limits.memory,
            at="HostConfig.KernelMemory",
            read=as_number,
            engines=(Engines("yes", "yes", "no"),),
        )
    )

"""
OPTION = """\
  kernel_memory:
    description: The memory that the kernel may use for it.
    type: raw
"""
STACK = {
    "configcrates/shop.vgo": """\
name: shop
resources:
  - type: container
    container: shop
    image: redis
    kernel_memory: 64m
""",
    "envoys.vgo": """\
envoys:
  - match: "*"
    configcrates: [shop]
""",
    "stack.vgo": "name: shop\nid: 0123456789abcdef0123456789abcdef\n",
}
#: Of a container that is created from the first attributes, what is decided for the second ones.
DECIDED = """
import json, sys

from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import decide
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Observed,
    existing_of,
    image_of,
)
from tests.unit.module_utils.types.container.created import created

first, second, ours = map(json.loads, sys.argv[1:])
image = {"Id": "sha256:1", "Config": {"Cmd": ["run"]}}
payload = created(first, image, ours=ours)
existing = existing_of(payload)
wanted = spec.parse({"container": "app", "image": "x", **second})
found = decide.decide(wanted, Observed(existing, image_of(image)), Turn())
print(json.dumps({
    "sent": payload["HostConfig"].get("KernelMemory"),
    "read": existing.settings.kernel_memory,
    "recorded": (existing.recorded.fields if existing.recorded else {}).get("kernel_memory"),
    "action": found.action,
    "reason": found.reason,
}))
"""
REFERENCE = """
import sys

sys.path.insert(0, "docs/site")
import engine_table
import reference

print(reference.attributes(), engine_table.table())
"""


class Copy(ProjectCopy):
    """A copy of the project that has the setting, and a stack that uses it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "project", home=folder)
        self.stack = folder / "stack"
        self._insert(ROWS, before="    memory_swap: int", text=ROW)
        self._insert(MODULE, before="  shm_size:\n", text=OPTION)
        for name, text in STACK.items():
            (self.stack / name).parent.mkdir(parents=True, exist_ok=True)
            (self.stack / name).write_text(text)

    def _insert(self, file: str, before: str, text: str) -> None:
        source = (self.folder / file).read_text()
        assert source.count(before) == 1
        (self.folder / file).write_text(source.replace(before, text + before))

    def decided(self, first: Any, second: Any, ours: bool = True) -> dict[str, Any]:
        arguments = (json.dumps(value) for value in (first, second, ours))
        found: dict[str, Any] = json.loads(self.python(DECIDED, *arguments))
        return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("new_setting"))


def test_it_is_validated(copy: Copy) -> None:
    finished = copy("config", "validate", "--stacks", copy.stack)
    assert finished.status == 0, finished.err
    crate = copy.stack / "configcrates/shop.vgo"
    text = crate.read_text()
    for wrong, message in (
        ("kernel_memory: 1k", "kernel_memory: '1k' is too small"),
        ("kernel_memmory: 64m", "did you mean 'kernel_memory'?"),
    ):
        crate.write_text(text.replace("kernel_memory: 64m", wrong))
        refused = copy("config", "validate", "--stacks", copy.stack)
        assert refused.status != 0
        assert message in refused.out + refused.err
        assert "shop.vgo:6:" in refused.out + refused.err
    crate.write_text(text)


def test_its_schema_is_known(copy: Copy) -> None:
    schema = json.loads(copy("schema").out)
    assert "kernel_memory" in schema["$defs"]["container"]["properties"]


#: What a container was created with, what is wanted, whether by us, the action, its reason.
CASES: list[tuple[dict[str, Any], dict[str, Any], bool, str, str]] = [
    ({"kernel_memory": "64m"}, {"kernel_memory": 67108864}, True, "none", ""),
    ({"kernel_memory": "64m"}, {"kernel_memory": "64MiB"}, False, "none", ""),
    (
        {"kernel_memory": "64m"},
        {"kernel_memory": "65m"},
        True,
        "recreated",
        "kernel_memory 67108864 -> 68157440",
    ),
    ({"kernel_memory": "64m"}, {}, True, "recreated", "kernel_memory 67108864 -> unset"),
    ({}, {"kernel_memory": "64m"}, False, "recreated", "kernel_memory 0 -> 67108864"),
    ({}, {"kernel_memory": 0}, True, "none", ""),
]


@pytest.mark.parametrize(("first", "second", "ours", "action", "reason"), CASES)
def test_it_is_sent_and_compared(
    copy: Copy, first: Any, second: Any, ours: bool, action: str, reason: str
) -> None:
    found = copy.decided(first, second, ours)
    size = 67108864 if first else None
    assert (found["sent"], found["read"] or None) == (size, size)
    assert found["recorded"] == (size if ours else None)
    assert (found["action"], reason in found["reason"]) == (action, True)


def test_it_is_documented(copy: Copy) -> None:
    page = copy.python(REFERENCE)
    assert "| `kernel_memory` |  | The memory that the kernel may use for it. |" in page
    assert "| `kernel_memory` | yes | yes | no |" in page
