# SPDX-License-Identifier: GPL-3.0-or-later
"""The language on top of types that are modules, on two hosts by SSH that differ in their
environment and their distribution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.integration.ansible_program import ansible
from tests.integration.program import vigo_bridge
from tests.testbed import Fleet, Host

pytestmark = pytest.mark.integration

STACK = {
    "stack.vgo": "name: language\nid: 0123456789abcdef0123456789abcded\n",
    "envoys.vgo": """\
envoys:
  - {match: web1.*, roles: [site], environment: production}
  - {match: web2.*, roles: [site], environment: staging, vars: {admins: [vigo-ada]}}
""",
    "roles.vgo": """\
roles:
  - name: site
    configcrates: [accounts, site]
    case: {debian: [with-apt], redhat: [with-dnf], default: []}
""",
    "configcrates/accounts.vgo": """\
name: accounts
vars: {admins: [vigo-ada, vigo-bob], shell: /bin/sh}
environment_overrides: {production: {shell: /bin/bash}}
defaults: {shell: "{{ .Vars.shell }}", system: true}
resources:
  - {name: team, type: group, group: vigo-team}
  - name: "{{ .Item }}"
    type: user
    foreach: admins
    username: "{{ .Item }}"
    groups: [vigo-team]
    manage_home: false
    depends_on: team
  - name: sudo
    type: group
    case: "{{ .Traits.os.family }}"
    match: {debian: {group: vigo-sudo}, default: {group: vigo-wheel}}
""",
    "configcrates/site.vgo": """\
name: site
depends_on: [accounts]
vars: {port: 80}
environment_overrides: {production: {port: 443}, test: {port: 1}}
defaults:
  args: {path: /srv/vigo-site/conf, line: "port={{ .Vars.port }}", create: true, mode: "0640"}
resources:
  - {name: folder, type: directory, target_path: /srv/vigo-site, owner: vigo-ada, group: vigo-team}
  - {name: conf, type: ansible.builtin.lineinfile, depends_on: folder, notify: restart}
  - name: family
    type: symlink
    target_path: /srv/vigo-site/link
    to: conf
    when: "os_family('debian')"
  - name: restart
    type: service
    service: vigo-site
    state: restarted
    restart_command: "echo {{ .Vars.port }} >> /srv/vigo-site/log"
    when: changed
""",
    "configcrates/with-apt.vgo": """\
name: with-apt
resources: [{name: mark, type: file, target_path: /srv/vigo-site/apt, owner: vigo-ada}]
""",
    "configcrates/with-dnf.vgo": """\
name: with-dnf
resources: [{name: mark, type: file, target_path: /srv/vigo-site/dnf, owner: vigo-ada}]
""",
}
CLEAN = """(
rm -rf /srv/vigo-site /etc/os-release; ln -s ../usr/lib/os-release /etc/os-release
userdel vigo-ada; userdel vigo-bob
for name in team sudo wheel; do groupdel vigo-$name; done; true
) 2>&1
"""
#: Has a host call itself a distribution of another family.
OTHER = r"rm /etc/os-release; printf 'ID=rocky\nID_LIKE=rhel\n' > /etc/os-release"
#: What a host is asked for in the end, and what it answers by its environment and family.
LOOK = """
getent passwd vigo-ada vigo-bob | cut -d: -f1,7; getent group vigo-sudo vigo-wheel | cut -d: -f1
cd /srv/vigo-site && ls && stat -c '%a %U %G' . conf && cat conf log
"""
SEEN = (
    "vigo-ada:/bin/bash vigo-bob:/bin/bash vigo-sudo"
    " apt conf link log 755 vigo-ada vigo-team 640 root root port=443 443",
    "vigo-ada:/bin/sh vigo-wheel conf dnf log 755 vigo-ada vigo-team 640 root root port=80 80",
)
#: The actions of a first run on each of the hosts, as far as they are on all.
FIRST = {
    "accounts/team": "created",
    "accounts/vigo-ada": "created",
    "accounts/sudo": "created",
    "site/folder": "created",
    "site/conf": "created",
    "site/restart": "restarted",
}
ONLY = (
    {"accounts/vigo-bob": "created", "site/family": "created", "with-apt/mark": "created"},
    {"site/family": "skipped", "with-dnf/mark": "created"},
)


class Site:
    """Two hosts of different families, and the stack for them."""

    def __init__(self, hosts: list[Host], folder: Path) -> None:
        self.hosts = hosts
        self.inventory = folder / "hosts.ini"
        self.inventory.write_text("".join(f"{host.inventory_line()}\n" for host in hosts))
        self.stack = folder / "stack"
        for name, text in STACK.items():
            (self.stack / name).parent.mkdir(parents=True, exist_ok=True)
            (self.stack / name).write_text(text)
        self.clean()

    def clean(self) -> None:
        for host in self.hosts:
            host.run(CLEAN)

    def actions(self, command: str) -> list[Mapping[str, str]]:
        """Return the actions on each host, without the crates of other families."""
        words = ("--stacks", self.stack, "-i", self.inventory, "-o", "json")
        finished = vigo_bridge(command, *words)
        assert finished.status in (0, 2), finished.out
        others = ("with-dnf/mark", "with-apt/mark")
        return [
            {name: action for name, action in finished.actions(host.name).items() if name != other}
            for host, other in zip(self.hosts, others, strict=True)
        ]

    def looks(self) -> tuple[str, ...]:
        return tuple(" ".join(host.run(LOOK).split()) for host in self.hosts)


@pytest.fixture
def site(fleet3: Fleet, tmp_path: Path) -> Iterator[Site]:
    site = Site(list(fleet3.hosts[:2]), tmp_path)
    site.hosts[1].run(OTHER)
    yield site
    site.clean()


def test_as_one_call_for_each_host(site: Site) -> None:
    expected = [{**FIRST, **more} for more in ONLY]
    # A module may write what the link leads to, or may not.
    planned = [{**expected[0], "site/family": "unknown"}, expected[1]]
    assert site.actions("plan") == planned
    assert site.actions("run") == expected
    assert site.looks() == SEEN
    again = [
        {
            name: "skipped" if one in ("skipped", "restarted") else "none"
            for name, one in host.items()
        }
        for host in expected
    ]
    assert site.actions("run") == again
    site.hosts[1].run("echo other > /srv/vigo-site/conf")
    changed = {**again[1], "site/conf": "updated", "site/restart": "restarted"}
    assert site.actions("plan") == site.actions("run") == [again[0], changed]


@pytest.mark.sweep
def test_as_roles(site: Site, tmp_path: Path) -> None:
    project = tmp_path / "project"
    words = ("--stacks", site.stack, "-i", site.inventory, "--style", "tasks")
    generated = vigo_bridge("generate", project, *words)
    assert generated.status == 0, generated.err
    inventories = (f"--inventory={site.inventory}", f"--inventory={project}/inventory")
    environment = {"ANSIBLE_PIPELINING": "true", "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3"}
    for _ in range(2):
        finished = ansible(
            *("playbook", *inventories, project / "site.yml"), cwd=project, environment=environment
        )
        assert finished.status == 0, finished.out[-4000:] + finished.err[-2000:]
    assert site.looks() == SEEN
    assert finished.out.count("changed=0 ") == len(site.hosts)
