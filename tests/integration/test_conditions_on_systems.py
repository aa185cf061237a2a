# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions and traits on Debian 12 (Python 3.11) and Debian 13 (Python 3.13), over SSH."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.traits import architecture
from tests.integration.program import vigo_bridge
from tests.testbed import Fleet, Host, Testbed

pytestmark = pytest.mark.integration

NAME = "web1.app.example.com"
FOLDER = "/var/tmp/conditions"
ARCH = architecture(platform.machine())
TRAITS = (
    "{{.Traits.os.family}} {{.Traits.os.distro}} {{.Traits.os.version}} {{.Traits.os.arch}}"
    " {{.Traits.os.kernel}} {{.Traits.network.hostname}} {{.Traits.hardware.cpu_count}}"
    " {{if gt .Traits.hardware.memory_mb 100}}enough{{end}}"
)


def conditions(version: int) -> dict[str, bool]:
    return {
        "os_family('debian')": True,
        "os_family('redhat')": False,
        "distro('debian')": True,
        "distro('ubuntu')": False,
        f"arch('{ARCH}')": True,
        "arch('s390x')": False,
        f"version_ge('{version}')": True,
        f"version_ge('{version}.0')": True,
        f"version_ge('{version + 1}')": False,
        "version_ge('9')": True,
        "is_container": True,
        "has_enough_ram": True,
        "has_enough_ram('999999999')": False,
        "has_trait('os.family')": True,
        "file_exists('/etc/os-release')": True,
        "dir_exists('/etc/os-release')": False,
        "process_running('sshd')": True,
        "process_running('no-such-program')": False,
        "command_succeeds('test -d /etc/apt')": True,
        "command_succeeds('exit 3')": False,
        "hour_range('0', '24')": True,
        "!is_container || (distro('debian') && !os_family('suse'))": True,
    }


def test_debian_12(fleet3: Fleet, tmp_path: Path) -> None:
    _examine(fleet3[NAME], tmp_path, 12)


@pytest.mark.sweep
def test_debian_13(testbed: Testbed, tmp_path: Path) -> None:
    _examine(testbed.fleet([NAME], suite="trixie")[NAME], tmp_path, 13)


def _examine(host: Host, folder: Path, version: int) -> None:
    asked = conditions(version)
    _write_stack(folder / "stack", asked)
    (folder / "hosts.ini").write_text(f"{host.inventory_line()}\n")

    finished = vigo_bridge(
        *("run", "--stacks", folder / "stack", "-i", folder / "hosts.ini", "-o", "json")
    )

    assert finished.status == 0, finished.out + finished.err
    actions = finished.actions(NAME)
    assert {text: actions[f"all/n{n}"] == "created" for n, text in enumerate(asked)} == asked
    words = host.run(f"cat {FOLDER}/traits; rm -r {FOLDER}").split()
    assert words == [
        *("debian", "debian", str(version), ARCH, os.uname().release),
        *(NAME.partition(".")[0], str(os.cpu_count()), "enough"),
    ]


def _write_stack(folder: Path, asked: dict[str, bool]) -> None:
    resources = [
        {"name": f"n{n}", "type": "file", "target_path": f"{FOLDER}/{n}", "when": text}
        for n, text in enumerate(asked)
    ]
    traits = {"name": "t", "type": "file", "target_path": f"{FOLDER}/traits", "content": TRAITS}
    (folder / "configcrates").mkdir(parents=True)
    crate = {"name": "all", "resources": [*resources, traits]}
    (folder / "configcrates" / "all.vgo").write_text(json.dumps(crate))
    (folder / "envoys.vgo").write_text('match: "*"\nconfigcrates: [all]\n')
