# SPDX-License-Identifier: GPL-3.0-or-later
"""The stacks of the page about Ansible roles are valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vigo_bridge.language import load
from vigo_bridge.resolve import check, resolve

PAGE = Path(__file__).parents[3] / "docs/migrate-from-ansible.md"
EXAMPLES = {
    name: text
    for text in re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    for name in re.findall(r"^# configcrates/(\S+)\.vgo$", text, re.M)
}


@pytest.mark.parametrize("name", ["shop", "monitoring"])
def test_the_examples(name: str, tmp_path: Path) -> None:
    files = {
        f"configcrates/{name}.vgo": EXAMPLES[name],
        "envoys.vgo": f"match: '*'\nconfigcrates: [{name}]\n",
        "stack.vgo": "name: shop\nid: '0123456789abcdef0123456789abcdef'\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    assert [str(item) for item in check(load(tmp_path), {})] == []
    _, found = resolve(load(tmp_path), ["a"])
    assert found == ()


def test_each_is_named() -> None:
    assert set(EXAMPLES) == {"shop", "monitoring"}
