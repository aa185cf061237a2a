# SPDX-License-Identifier: GPL-3.0-or-later
"""What vigo_bridge uses of Ansible without documentation, and what happens where it is missing."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.modules import ping

from vigo_bridge.ansible import ansible_compat
from vigo_bridge.failures import Refusal

FINDER = "ansible.utils.collection_loader._collection_finder._AnsibleCollectionFinder"
#: what may be missing on the controller -> what needs it
REFUSED: dict[str, Callable[[], Any]] = {
    "ansible.cli.init_plugin_loader": lambda: ansible_compat.prefer_collection("/nowhere"),
    "ansible.constants.COLLECTIONS_PATHS": lambda: ansible_compat.prefer_collection("/nowhere"),
    "ansible.plugins.loader.init_plugin_loader": lambda: ansible_compat.plugins().__enter__(),
    f"{FINDER}": lambda: ansible_compat.plugins().__enter__(),
    f"{FINDER}._remove": lambda: ansible_compat.plugins().__enter__(),
    "ansible.config.manager.ConfigManager": ansible_compat.configuration,
    "ansible_runner.utils.OutputEventFilter": lambda: ansible_compat.event_reader(
        None, print, is_event=bool
    ),
    "ansible_runner.utils.OutputEventFilter._emit_event": lambda: ansible_compat.event_reader(
        None, print, is_event=bool
    ),
    "ansible_runner.streaming.Transmitter": lambda: ansible_compat.transmit(
        Path("/nowhere"), {}, io.BytesIO()
    ),
    "ansible_runner.utils.streaming.unstream_dir": lambda: ansible_compat.receive(
        io.BytesIO(), 0, Path("/nowhere")
    ),
}


@pytest.mark.parametrize(("name", "use"), REFUSED.items(), ids=REFUSED)
def test_a_missing_name_on_the_controller(
    name: str, use: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(name)
    with pytest.raises(Refusal) as refused:
        use()
    assert "is not supported: " in str(refused.value)
    assert name.rpartition(".")[2] in str(refused.value)


def test_missing_documentation_of_options(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "data" in (
        ansible_compat.documented_options("ansible.builtin.ping", str(ping.__file__)) or {}
    )
    monkeypatch.delattr("ansible.utils.plugin_docs.get_docstring")


def test_missing_parser_of_metadata(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name = "ansible.utils.collection_loader._collection_finder._meta_yml_to_dict"
    monkeypatch.delattr(name)
    ansible_compat.keep_metadata(tmp_path)  # Ansible parses them as usual.


def test_missing_start_of_the_plugin_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("ansible.cli.init_plugin_loader")
    ansible_compat.load_plugins((), ())  # Ansible loads plugins when it needs them.
