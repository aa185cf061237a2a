# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages and services of a Debian host with systemd, from a repository that the test builds.

The chain of most roles: a package, an account, a folder, a file, a service, and its restart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.stack_on_host import StackOnHost
from tests.testbed import Host

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

#: Builds versions 1.0 and 2.0 of a package with a service, and has apt know only these.
REPOSITORY = r"""
set -e
python3 -c 'import apt' 2>/dev/null || {
    apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-apt
} >/dev/null
mkdir -p /srv/repo && cd /srv/repo
for version in 1.0 2.0; do
    mkdir -p p/DEBIAN p/usr/sbin p/lib/systemd/system p/etc/webd
    echo theirs > p/etc/webd/shipped.conf
    echo theirs > p/etc/webd/example.conf
    printf '/etc/webd/shipped.conf\n/etc/webd/example.conf\n' > p/DEBIAN/conffiles
    printf '#!/bin/sh\ngroupadd -f webd-data\n' > p/DEBIAN/postinst
    chmod 755 p/DEBIAN/postinst
    printf 'Package: webd\nVersion: %s\nArchitecture: all\nMaintainer: T <t@example.com>\n' \
        "$version" > p/DEBIAN/control
    printf 'Description: a service that waits\n' >> p/DEBIAN/control
    printf '#!/bin/sh\nexec sleep infinity\n' > p/usr/sbin/webd
    chmod 755 p/usr/sbin/webd
    printf '[Service]\nExecStart=/usr/sbin/webd\nExecReload=/bin/touch /run/webd-reloaded\n' \
        > p/lib/systemd/system/webd.service
    printf '[Install]\nWantedBy=multi-user.target\n' >> p/lib/systemd/system/webd.service
    dpkg-deb --build p "webd_${version}_all.deb" >/dev/null
    rm -r p
done
for file in *.deb; do
    dpkg-deb --field "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' \
        "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
done > Packages
mv /etc/apt/sources.list /etc/apt/sources.list.aside
echo 'deb [trusted=yes] file:/srv/repo ./' > /etc/apt/sources.list.d/webd.list
"""
REMOVING = """
systemctl disable --now webd; apt-mark unhold webd; dpkg --purge webd
userdel webd; groupdel webd; groupdel webd-data; groupdel webd-team
rm -rf /etc/webd; true
"""
CLEANING = f"""{REMOVING}
rm -rf /srv/repo /etc/apt/sources.list.d/webd.list
mv /etc/apt/sources.list.aside /etc/apt/sources.list
apt-get -qq update; true
"""
STACK = {
    "stack.vgo": "name: packages\nid: 0123456789abcdef0123456789abcdee\n",
    "configcrates/web.vgo": """\
name: web
vars: {webd: "1.0", port: 80, hold: false, older: false}
resources:
  - name: package
    type: package
    package: webd
    version: "{{ .Vars.webd }}"
    update_cache: true
    lock_version: "{{ .Vars.hold }}"
    allow_downgrade: "{{ .Vars.older }}"
  - {name: data, type: group, group: webd-data}
  - {name: shipped, type: file, target_path: /etc/webd/shipped.conf, content: ours}
  - {name: example, type: file, target_path: /etc/webd/example.conf, state: absent}
  - name: account
    type: ansible.builtin.user
    args: {name: webd, system: true, home: /etc/webd, create_home: false}
    depends_on: package
  - {name: folder, type: directory, target_path: /etc/webd, owner: webd, depends_on: account}
  - name: config
    type: file
    target_path: /etc/webd/webd.conf
    content: "port={{ .Vars.port }}\\n"
    owner: webd
    depends_on: folder
    notify: restart
  - {name: service, type: service, service: webd, enabled: true, depends_on: config}
  - {name: restart, type: service, service: webd, state: restarted, when: changed}
""",
    "configcrates/accounts.vgo": """\
name: accounts
vars: {port: 80}
resources:
  - {name: group, type: group, group: webd}
  - {name: account, type: user, username: webd, group: webd, home: /etc/webd, manage_home: false}
  - {name: folder, type: directory, target_path: /etc/webd, owner: webd, group: webd}
  - name: config
    type: file
    target_path: /etc/webd/webd.conf
    content: "port={{ .Vars.port }}\\n"
    owner: webd
    group: webd
    notify: restart
  - {name: package, type: package, package: webd, version: "1.0"}
  - {name: service, type: service, service: webd, enabled: true}
  - {name: restart, type: service, service: webd, state: restarted, when: changed}
""",
    "configcrates/team.vgo": """\
name: team
resources:
  - {name: group, type: group, group: webd-team, REVERT}
  - name: account
    type: user
    username: webd
    group: webd-team
    home: /etc/webd
    manage_home: false
    REVERT
  - {name: folder, type: directory, target_path: /etc/webd, owner: webd, REVERT}
  - {name: config, type: file, target_path: /etc/webd/webd.conf, owner: webd, REVERT}
  - {name: package, type: package, package: webd, version: "1.0", lock_version: true, REVERT}
  - {name: service, type: service, service: webd, enabled: true, REVERT}
""",
    "configcrates/gone.vgo": """\
name: gone
vars: {names: webd}
resources:
  - {name: service, type: service, service: webd, state: stopped, enabled: false}
  - name: package
    type: package
    package: "{{ .Vars.names }}"
    state: absent
    purge: true
    depends_on: service
""",
    "envoys.vgo": 'envoys: [{match: "*", configcrates: [web]}]\n',
}
IDS = ("package", "data", "shipped", "example", "account", "folder", "config", "service", "restart")


class Machine(StackOnHost):
    """The host, and the stack for it."""

    def __init__(self, host: Host, folder: Path) -> None:
        super().__init__(host, folder, STACK)
        self.revert(on=False)

    def revert(self, *, on: bool) -> None:
        """Write the crate of the team, with all that it has undone or applied."""
        path = self.stack / "configcrates/team.vgo"
        text = STACK["configcrates/team.vgo"].replace("REVERT", f"revert: {str(on).lower()}")
        path.write_text(text)

    @property
    def started(self) -> str:
        return self.ask("systemctl show --property InvocationID --value webd")


@pytest.fixture(scope="module")
def host(systemd_host: Host) -> Iterator[Host]:
    """Yield the host, with a repository of its own."""
    systemd_host.run(REPOSITORY)
    yield systemd_host
    systemd_host.run(CLEANING)


@pytest.fixture
def machine(host: Host, tmp_path: Path) -> Machine:
    """Return the host without the package."""
    host.run(REMOVING)
    return Machine(host, tmp_path)


def _expect(**changed: str) -> dict[str, str]:
    return {**dict.fromkeys(IDS, "none"), "restart": "skipped", **changed}


def test_the_chain_from_nothing_and_again(machine: Machine) -> None:
    unknown = dict.fromkeys(IDS, "unknown")
    assert machine.actions("plan") == unknown  # The list of packages does not have it yet.
    machine.host.run("apt-get -qq update")
    assert machine.actions("plan") == {**unknown, "package": "updated"}
    done = machine.actions("run")
    assert done == {
        **dict.fromkeys(("account", "folder", "config"), "created"),
        "package": "updated",
        "service": "updated",
        "restart": "restarted",
        # These came with the package.
        "data": "none",
        "shipped": "updated",
        "example": "deleted",
        "folder": "updated",
    }
    assert machine.ask("systemctl is-active webd; systemctl is-enabled webd") == "active\nenabled"
    assert machine.ask("stat -c %U /etc/webd /etc/webd/webd.conf") == "webd\nwebd"
    assert machine.run_as_planned() == _expect()


def test_the_chain_half_done(machine: Machine) -> None:
    """What is there before the package is known before it is installed."""
    machine.host.run("useradd -r -d /etc/webd webd; mkdir -p /etc/webd; echo ours > /etc/webd/x")
    machine.run_as_planned()
    assert machine.run_as_planned() == _expect()
    machine.host.run("dpkg --remove webd")
    assert machine.run_as_planned()["package"] == "updated"
    machine.host.run("userdel webd")
    done = machine.run_as_planned()
    assert (done["account"], done["package"]) == ("created", "none")


def test_what_comes_before_the_package_is_known(machine: Machine) -> None:
    (machine.stack / "envoys.vgo").write_text('envoys: [{match: "*", configcrates: [accounts]}]\n')
    machine.host.run("apt-get -qq update")
    planned = machine.actions("plan")
    assert planned == {
        **dict.fromkeys(("group", "account", "folder", "config"), "created"),
        "package": "updated",
        "service": "unknown",
        "restart": "restarted",
    }
    done = machine.actions("run")
    assert done == {**planned, "service": "updated"}
    again = {**dict.fromkeys(planned, "none"), "restart": "skipped"}
    assert machine.run_as_planned() == again
    assert machine.run_as_planned("port=81") == {
        **again,
        "config": "updated",
        "restart": "restarted",
    }


def test_a_changed_file_restarts_the_service(machine: Machine) -> None:
    machine.actions("run")
    before = machine.started
    done = machine.run_as_planned("port=81")
    assert done == _expect(config="updated", restart="restarted")
    assert machine.started not in ("", before)


def test_a_stopped_service_is_started(machine: Machine) -> None:
    machine.actions("run")
    machine.host.run("systemctl stop webd")
    assert machine.run_as_planned() == _expect(service="updated")
    assert machine.ask("systemctl is-active webd") == "active"


def test_versions_and_holds(machine: Machine) -> None:
    def installed() -> str:
        return machine.ask("dpkg-query -W -f '${Version}' webd; echo; apt-mark showhold")

    machine.actions("run")
    assert machine.run_as_planned("hold=true") == _expect(package="updated")
    assert installed() == "1.0\nwebd"
    newer = ("hold=true", 'webd="2.0"')
    assert machine.run_as_planned(*newer) == _expect(package="updated")
    assert installed() == "2.0\nwebd"
    assert machine.run_as_planned(*newer) == _expect()
    refused = machine.call("run", "hold=true")
    assert refused.actions(machine.host.name)["web/package"] == "failed"
    assert installed() == "2.0\nwebd"
    assert machine.run_as_planned("hold=true", "older=true") == _expect(package="updated")
    assert installed() == "1.0\nwebd"


def test_what_does_not_exist_fails(machine: Machine) -> None:
    failed = machine.call("run", 'webd="9.9"')
    assert failed.status == 3
    assert failed.actions(machine.host.name)["web/package"] == "failed"
    assert "9.9" in failed.reasons(machine.host.name)["web/package"]


def test_resources_are_undone_in_reverse(machine: Machine) -> None:
    """The service needs its unit file when it is stopped, and the group is that of the account."""
    machine.host.run("apt-get -qq update")
    (machine.stack / "envoys.vgo").write_text('envoys: [{match: "*", configcrates: [team]}]\n')
    machine.run_as_planned()
    assert machine.ask("apt-mark showhold") == "webd"
    machine.revert(on=True)
    assert machine.run_as_planned() == {
        **dict.fromkeys(("group", "account", "folder", "config", "package"), "deleted"),
        "service": "updated",
    }
    left = "ls -d /etc/webd /usr/sbin/webd; getent group webd-team; getent passwd webd"
    assert machine.ask(f"({left}; systemctl is-active webd; true) 2>/dev/null") == "inactive"
    assert machine.ask("apt-mark showhold") == ""
    assert set(machine.actions("run").values()) == {"none"}


def test_it_is_stopped_and_removed(machine: Machine) -> None:
    machine.actions("run")
    (machine.stack / "envoys.vgo").write_text('envoys: [{match: "*", configcrates: [gone]}]\n')
    refused = machine.call("run", 'names="*"')
    assert refused.actions(machine.host.name)["gone/package"] == "failed"
    assert "would remove every package" in refused.reasons(machine.host.name)["gone/package"]
    assert machine.run_as_planned()["package"] in ("deleted", "updated")
    assert machine.ask("dpkg-query -W webd 2>/dev/null || echo gone") == "gone"
