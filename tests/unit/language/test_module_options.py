# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources that are modules of Ansible, checked against what the modules document."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vigo_bridge.app.modules import module_findings
from vigo_bridge.language import load

HEAD = "name: a\nresources:\n"
B = "ansible.builtin"


def findings(tmp_path: Path, resource: str) -> list[str]:
    path = tmp_path / "configcrates/a.vgo"
    path.parent.mkdir()
    path.write_text(f"{HEAD}  - {resource}\n")
    stack = load(tmp_path)
    return [
        str(one) for one in (*stack.diagnostics, *module_findings(stack)) if one.severity == "error"
    ]


@pytest.mark.parametrize(
    ("resource", "place", "message"),
    [
        (f"{{type: {B}.filee, args: {{}}}}", "3:12", "did you mean 'ansible.builtin.file'"),
        (f"{{type: {B}.template, args: {{}}}}", "3:12", "runs on the controller"),
        (f"{{type: {B}.copy, args: {{}}}}", "3:12", "use 'type: file'"),
        (f"{{type: {B}.package, args: {{}}}}", "3:12", "ansible.builtin.apt"),
        (f"{{type: {B}.service, args: {{}}}}", "3:12", "ansible.builtin.systemd_service"),
        (f"{{type: {B}.include_tasks, args: {{}}}}", "3:12", "runs on the controller"),
        ("{type: ansible.legacy.file, args: {}}", "3:12", "write ansible.builtin.file"),
        ("{type: vigo.bridge.exec, args: {}}", "3:12", "write 'type: exec'"),
        ("{type: no.such.thing, args: {}}", "3:12", "ansible-galaxy collection install no.such"),
        ("{type: no.such, args: {}}", "3:12", "NAMESPACE.COLLECTION.MODULE"),
        (f"{{type: {B}.ping, arg: {{}}}}", "3:34", "has no attribute 'arg'"),
        (f"{{type: {B}.ping, args: 5}}", "3:40", "args must be a mapping"),
        (f"{{type: {B}.file, args: {{path: /a, mod: x}}}}", "3:51", "did you mean 'mode'"),
        (f"{{type: {B}.file, args: {{}}}}", "3:5", f"the option 'path' of {B}.file is missing"),
        (f"{{type: {B}.file}}", "3:5", f"the option 'path' of {B}.file is missing"),
        (f"{{type: {B}.file, args: {{path: }}}}", "3:41", "'path' is required, but empty"),
        (f"{{type: {B}.file, args: {{dest: ~}}}}", "3:41", "'dest' is required, but empty"),
        (f"{{type: {B}.file, args: {{path: /a, dest: /b}}}}", "3:51", "are the same option"),
        (f"{{type: {B}.file, args: {{path: /a, state: dir}}}}", "3:58", "state must be absent or"),
        (f"{{type: {B}.file, args: {{path: /a, force: maybe}}}}", "3:58", "true or false"),
        (f"{{type: {B}.file, args: {{path: [a]}}}}", "3:47", "path must be a string"),
        (f"{{type: {B}.wait_for, args: {{port: http}}}}", "3:51", "port must be an integer"),
        (f"{{type: {B}.find, args: {{paths: {{a: b}}}}}}", "3:48", "paths must be a list"),
        (f"{{type: {B}.file, args: {{path: /etc, state: absent}}}}", "3:47", "a system folder"),
    ],
)
def test_errors(tmp_path: Path, resource: str, place: str, message: str) -> None:
    (found,) = findings(tmp_path, resource)
    assert found.startswith(f"configcrates/a.vgo:{place}: error: ")
    assert message in found


@pytest.mark.parametrize(
    "resource",
    [
        f"{{type: {B}.ping}}",
        f"{{type: {B}.ping, args: {{}}}}",
        f"{{type: {B}.file, args: {{dest: /a, mode: 0644, force: yes}}}}",
        f'{{type: {B}.file, args: {{path: /a, force: "{{{{ .Traits.os.family }}}}"}}}}',
        f"{{type: {B}.apt, args: {{name: 'a,b', cache_valid_time: 10}}}}",
        f"{{type: {B}.apt, args: {{pkg: [a, b]}}}}",
        f"{{type: {B}.shell, args: {{cmd: echo}}}}",
        f"{{type: {B}.command, args: {{argv: [echo]}}, timeout: 5m}}",
        f"{{type: {B}.uri, args: {{url: x, body: {{a: 1}}, headers: {{A: b}}}}}}",
        f"{{type: {B}.systemd, args: {{name: x}}}}",
    ],
)
def test_accepted(tmp_path: Path, resource: str) -> None:
    assert findings(tmp_path, resource) == []


def test_ansible_is_not_loaded_without_such_resources(tmp_path: Path) -> None:
    (tmp_path / "a.vgo").write_text("envoys: []\n")
    program = f"""
import sys
from pathlib import Path
from vigo_bridge.app.modules import module_findings
from vigo_bridge.language import load
assert not list(module_findings(load(Path({str(tmp_path)!r}))))
print(sorted(name for name in sys.modules if name.partition('.')[0] == 'ansible'))
"""
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert finished.stdout == "[]\n"
