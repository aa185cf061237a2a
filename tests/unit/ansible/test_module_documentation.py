# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of collections that the user has installed are known when a stack is loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible import constants

from vigo_bridge.ansible.module_documentation import ModuleFacts, facts_of

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
    facts_of.cache_clear()
    found = facts_of(f"{collection}.it")
    assert found == ModuleFacts({"size": {"type": "int"}})
    assert facts_of(f"{collection}.them").problem == f"{collection} has no module 'them'"
    assert not [name for name in set(sys.modules) - before if collection in name]


def test_it_is_not_found_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "COLLECTIONS_PATHS", [])
    facts_of.cache_clear()
    found = facts_of("vigo_test.installed.it")
    assert found.problem == "the collection vigo_test.installed is not installed"
