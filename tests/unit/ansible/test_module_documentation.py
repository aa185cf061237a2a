# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of collections that the user has installed are known when a stack is loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible import constants

from vigo_bridge.ansible import module_documentation
from vigo_bridge.ansible.module_documentation import (
    ModuleFacts,
    facts_of,
    forget_changed_modules,
)

MODULE = """\
from ansible.module_utils.basic import AnsibleModule
DOCUMENTATION = "{module: it, short_description: x, options: {size: {type: int}}}"
"""


@pytest.mark.parametrize("collection", ["vigo_test.installed", "vigo.others"])
def test_an_installed_collection(
    collection: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = tmp_path.joinpath("ansible_collections", *collection.split("."), "plugins/modules")
    modules.mkdir(parents=True)
    (modules / "it.py").write_text(MODULE)
    monkeypatch.setattr(constants, "COLLECTIONS_PATHS", [str(tmp_path)])
    before = set(sys.modules)
    module_documentation._known.clear()
    found = facts_of(f"{collection}.it")
    assert found == ModuleFacts({"size": {"type": "int"}})
    assert facts_of(f"{collection}.them").problem == f"{collection} has no module 'them'"
    assert not [name for name in set(sys.modules) - before if collection in name]


def test_it_is_not_found_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "COLLECTIONS_PATHS", [])
    module_documentation._known.clear()
    found = facts_of("vigo_test.installed.it")
    assert found.problem == "the collection vigo_test.installed is not installed"


def test_what_was_installed_changed_or_removed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As between two turns of a watcher."""
    monkeypatch.setattr(constants, "COLLECTIONS_PATHS", [str(tmp_path)])
    module_documentation._known.clear()
    file = tmp_path / "ansible_collections/vigo_test/later/plugins/modules/it.py"
    found = []
    for text in ("", MODULE, MODULE, MODULE.replace("size", "weight"), ""):
        if not text:
            file.unlink(missing_ok=True)
        elif not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        before = facts_of("vigo_test.later.it")
        forget_changed_modules()
        facts = facts_of("vigo_test.later.it")
        assert facts is facts_of("vigo_test.later.it")
        found.append(([*facts.options] if facts.options else facts.problem, facts is before))
    assert found == [
        ("the collection vigo_test.later is not installed", False),
        (["size"], False),
        (["size"], True),
        (["weight"], False),
        ("the collection vigo_test.later is not installed", False),
    ]
