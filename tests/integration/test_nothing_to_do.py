# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources that are found unchanged without a module, compared with the modules of Ansible."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.managed import dpkg, systemd
from tests.integration.ansible_program import ansible
from tests.testbed import Host

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

#: Packages in each state, and units in each state.
PREPARING = r"""
set -e
mkdir -p /srv/states && cd /srv/states
for name in states-held states-left states-gone states-provider; do
    mkdir -p p/DEBIAN p/etc
    printf 'Package: %s\nVersion: 1:1.0-1\nArchitecture: all\nMaintainer: T <t@example.com>\n' \
        "$name" > p/DEBIAN/control
    printf 'Provides: states-virtual\nDescription: a test\n' >> p/DEBIAN/control
    echo "$name" > "p/etc/$name"
    echo "/etc/$name" > p/DEBIAN/conffiles
    dpkg-deb --build p "$name.deb" >/dev/null
    rm -r p
    dpkg -i "$name.deb" >/dev/null
done
apt-mark hold states-held >/dev/null
dpkg --remove states-left >/dev/null
dpkg --purge states-gone >/dev/null
unit() {
    name=$1; shift
    printf '[Unit]\nDescription=%s\n[Service]\n' "$name" > "/etc/systemd/system/$name.service"
    printf '%s\n' "$@" >> "/etc/systemd/system/$name.service"
}
wanted='[Install]
WantedBy=multi-user.target'
unit states-on ExecStart='/bin/sleep infinity' "$wanted"
unit states-off ExecStart='/bin/sleep infinity' "$wanted"
unit states-static ExecStart='/bin/sleep infinity'
unit states-failed ExecStart=/bin/false "$wanted"
unit states-slow ExecStartPre='/bin/sleep infinity' ExecStart=/bin/true TimeoutSec=infinity
unit states-masked ExecStart='/bin/sleep infinity' "$wanted"
unit states-wrong Nonsense
unit states-alias ExecStart='/bin/sleep infinity' "$wanted" Alias=states-other.service
unit states-runtime ExecStart='/bin/sleep infinity' "$wanted"
unit 'states-each@' ExecStart='/bin/sleep infinity' "$wanted"
mv /etc/systemd/system/states-masked.service /lib/systemd/system/
systemctl daemon-reload
systemctl -q enable --now states-on states-alias states-each@one
systemctl -q enable --runtime states-runtime
systemctl -q mask states-masked
systemctl start states-static
systemctl start --no-block states-slow
systemctl start states-failed || true
sleep 0.5
"""
CLEANING = r"""
systemctl stop 'states-*'; rm -f /etc/systemd/system/states-* /lib/systemd/system/states-*
rm -rf /etc/systemd/system/*/states-* /run/systemd/system/*/states-* /srv/states
systemctl daemon-reload
apt-mark unhold states-held; dpkg --purge states-held states-left states-provider; true
"""
#: By the options of the module, whether it need not be asked.
PACKAGES: list[tuple[dict[str, Any], bool]] = [
    ({"name": ["curl"], "state": "present"}, True),
    ({"name": ["curl", "ca-certificates"], "state": "present"}, True),
    ({"name": ["states-held"], "state": "present"}, True),
    ({"name": ["states-held=1:1.0-1"], "state": "present"}, True),
    ({"name": ["states-held=1.0-1"], "state": "present"}, False),
    ({"name": ["states-held=1:1.0*"], "state": "present"}, False),
    ({"name": ["states-left"], "state": "present"}, False),
    ({"name": ["states-gone"], "state": "present"}, False),
    ({"name": ["states-virtual"], "state": "present"}, False),
    ({"name": ["no-such-package"], "state": "present"}, False),
    ({"name": ["curl", "no-such-package"], "state": "present"}, False),
    ({"name": ["cur*"], "state": "present"}, False),
    ({"name": ["curl:amd64"], "state": "present"}, False),
    ({"name": ["curl"], "state": "latest"}, False),
    ({"name": ["no-such-package"], "state": "absent"}, True),
    ({"name": ["states-virtual"], "state": "absent"}, True),
    ({"name": ["states-gone"], "state": "absent", "purge": True}, True),
    ({"name": ["states-left"], "state": "absent"}, True),
    ({"name": ["states-left"], "state": "absent", "purge": True}, False),
    ({"name": ["states-held"], "state": "absent"}, False),
    ({"name": ["no-such-package", "states-provider"], "state": "absent"}, False),
]
SELECTIONS: list[tuple[dict[str, Any], bool]] = [
    ({"name": "states-held", "selection": "hold"}, True),
    ({"name": "curl", "selection": "hold"}, False),
    ({"name": "no-such-package", "selection": "hold"}, False),
]
SERVICES: list[tuple[dict[str, Any], bool]] = [
    ({"name": "states-on", "state": "started", "enabled": True}, True),
    ({"name": "states-on.service", "state": "started"}, True),
    ({"name": "states-on", "state": "started", "enabled": False}, False),
    ({"name": "states-on", "state": "stopped"}, False),
    ({"name": "states-off", "state": "stopped", "enabled": False}, True),
    ({"name": "states-off", "state": "started"}, False),
    ({"name": "states-off", "enabled": False}, True),
    ({"name": "states-failed", "state": "stopped"}, True),
    ({"name": "states-failed", "state": "started"}, False),
    ({"name": "states-slow", "state": "started"}, True),
    ({"name": "states-slow", "state": "stopped"}, False),
    ({"name": "states-static", "state": "started"}, True),
    ({"name": "states-static", "state": "started", "enabled": True}, False),
    ({"name": "states-runtime", "enabled": True}, False),
    ({"name": "states-alias", "state": "started", "enabled": True}, True),
    ({"name": "states-other", "state": "started", "enabled": True}, False),
    ({"name": "states-each@one", "state": "started", "enabled": True}, True),
    ({"name": "states-each@two", "state": "stopped"}, True),
    ({"name": "states-masked", "state": "stopped"}, False),
    ({"name": "states-wrong", "state": "stopped"}, False),
    ({"name": "no-such-service", "state": "stopped"}, False),
    ({"name": "docker.socket", "state": "started"}, True),
]


@pytest.fixture(scope="module")
def host(systemd_host: Host) -> Iterator[Host]:
    systemd_host.run(PREPARING)
    yield systemd_host
    systemd_host.run(CLEANING)


def answers(
    module: str, cases: list[tuple[dict[str, Any], bool]], host: Host, folder: Path
) -> list[Mapping[str, Any]]:
    """Return the results of Ansible's module in check mode."""
    task = {
        f"ansible.builtin.{module}": "{{ item }}",
        "loop": [args for args, _ in cases],
        "register": "found",
        "ignore_errors": True,
    }
    written = {"copy": {"dest": "{{ to }}", "content": "{{ found.results | to_json }}"}}
    here = {"delegate_to": "localhost", "check_mode": False}
    play = {"hosts": "all", "gather_facts": False, "tasks": [task, {**written, **here}]}
    (folder / "site.yml").write_text(json.dumps([play]))
    (folder / "hosts.ini").write_text(host.inventory_line() + "\n")
    options = ("-i", "hosts.ini", "-e", f"to={folder / 'found.json'}")
    environment = {
        "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_INJECT_FACT_VARS": "1",
    }
    finished = ansible(
        "playbook", "--check", "site.yml", *options, cwd=folder, environment=environment
    )
    assert finished.status == 0, finished.out + finished.err
    found = json.loads((folder / "found.json").read_text())
    assert len(found) == len(cases)
    return [each for each in found if isinstance(each, Mapping)]


def agrees(cases: list[tuple[dict[str, Any], bool]], found: list[Mapping[str, Any]]) -> None:
    """Check that where the module is not asked, it would have changed nothing, silently."""
    for (args, certain), answer in zip(cases, found, strict=True):
        if certain:
            assert not answer["changed"], (args, answer)
            assert not answer.get("failed"), (args, answer)
            assert not answer.get("warnings"), (args, answer)
            assert not answer.get("msg"), (args, answer)


def test_packages(host: Host, tmp_path: Path) -> None:
    listed = host.run("cat /var/lib/dpkg/status")
    found = [(args, dpkg.has_nothing_to_install(args, listed)) for args, _ in PACKAGES]
    assert found == PACKAGES
    agrees(PACKAGES, answers("apt", PACKAGES, host, tmp_path))


def test_selections(host: Host, tmp_path: Path) -> None:
    listed = host.run("cat /var/lib/dpkg/status")
    found = [(args, dpkg.has_nothing_to_select(args, listed)) for args, _ in SELECTIONS]
    assert found == SELECTIONS
    agrees(SELECTIONS, answers("dpkg_selections", SELECTIONS, host, tmp_path))


def test_services(host: Host, tmp_path: Path) -> None:
    def systemctl(*arguments: str) -> tuple[int, str]:
        command = f"systemctl {' '.join(arguments)} 2>&1 && rc=0 || rc=$?; echo; echo $rc"
        output, _, code = host.run(command).rstrip().rpartition("\n")
        return int(code), output.strip()

    found = [(args, systemd.has_nothing_to_do(args, systemctl)) for args, _ in SERVICES]
    assert found == SERVICES
    agrees(SERVICES, answers("systemd_service", SERVICES, host, tmp_path))
