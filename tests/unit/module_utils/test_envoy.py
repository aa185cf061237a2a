# SPDX-License-Identifier: GPL-3.0-or-later
"""A call of converge, from plain arguments: what templates name is there when they are rendered."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils import state_folder
from ansible_collections.vigo.bridge.plugins.module_utils.envoy import converge
from ansible_collections.vigo.bridge.plugins.module_utils.errors import Blocked
from ansible_collections.vigo.bridge.plugins.module_utils.target import Target

#: Templates that give "yes" on every machine.
TEMPLATES = {
    "a trait": "{{ if .Traits.os.kernel }}yes{{ end }}",
    "an element of a trait": "{{ if index .Traits.network.ip_addresses 0 }}yes{{ end }}",
    "the elements of a trait": "{{ range .Traits.network.ip_addresses }}{{ end }}yes",
    "a group of traits": "{{ with .Traits.os }}{{ if .arch }}yes{{ end }}{{ end }}",
    "all traits": '{{ with .Traits }}{{ if (index . "os").arch }}yes{{ end }}{{ end }}',
    "a variable": "{{ .Vars.answer }}",
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_template_finds_what_it_names(tmp_path: Path, template: str) -> None:
    path = tmp_path / "rendered"
    resource = {"type": "file", "target_path": str(path), "content": template}
    arguments = {
        "resources": [resource],
        "vars": {"answer": "yes"},
        "state_dir": str(tmp_path / "state"),
    }
    (result,) = converge(arguments, Target())
    assert (result.action, result.reason) == ("created", "it does not exist")
    assert path.read_text() == "yes"


def test_a_second_call_waits_as_long_as_it_is_told(tmp_path: Path) -> None:
    arguments = {"resources": [], "state_dir": str(tmp_path), "lock_timeout": 0}
    with state_folder.locked(str(tmp_path)), pytest.raises(Blocked, match="is still running"):
        converge(arguments, Target())
    assert converge(arguments, Target()) == []
