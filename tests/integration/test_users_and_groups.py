# SPDX-License-Identifier: GPL-3.0-or-later
"""Users and groups on a host: what Ansible's modules do, and what only these types do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.module_call import Answer, call
from tests.testbed import Fleet, Host

pytestmark = pytest.mark.integration

PASSWORD = "canary-4711-pass"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKtQSk3JcGeKzGZjrkSzmbyiAo7WYKMzGyUqlDl0CXjR one"
CLEAN = "userdel -r vigo-alice; userdel -r vigo-bob; groupdel vigo-staff; true"
RESOURCES: list[dict[str, Any]] = [
    {
        "id": "alice",
        "type": "user",
        "username": "vigo-alice",
        "shell": "/bin/sh",
        "password": "secret:db",
        "authorized_keys": [KEY],
    },
    {"id": "bob", "type": "user", "username": "vigo-bob", "manage_home": False},
    {"id": "staff", "type": "group", "group": "vigo-staff", "members": "vigo-bob, vigo-alice"},
]
GONE: list[dict[str, Any]] = [
    {"id": "bob", "type": "user", "username": "vigo-bob", "state": "absent"},
    {"id": "staff", "type": "group", "group": "vigo-staff", "members": ["vigo-alice"]},
]


class Site:
    """One host, and calls of converge on it."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        self._inventory = folder / "hosts.ini"
        self._inventory.write_text(f"{host.inventory_line()}\n")

    def apply(
        self, resources: list[dict[str, Any]], *options: str
    ) -> tuple[dict[str, str], Answer]:
        arguments = {"scope": "users", "resources": resources}
        answer = call(
            "converge", arguments, str(self._inventory), *options, VIGO_SECRET_DB=PASSWORD
        )
        assert PASSWORD not in answer.printed
        return {one["id"]: one["action"] for one in answer.result["resources"]}, answer


@pytest.fixture
def site(fleet3: Fleet, tmp_path: Path) -> Iterator[Site]:
    host = fleet3.hosts[0]
    host.run(f"({CLEAN}) 2>&1")
    yield Site(host, tmp_path)
    host.run(f"({CLEAN}) 2>&1")


def test_from_nothing_converged_and_gone(site: Site) -> None:
    planned, _ = site.apply(RESOURCES, "--check")
    first, _ = site.apply(RESOURCES)
    assert planned == first == dict.fromkeys(("alice", "bob", "staff"), "created")
    again, _ = site.apply(RESOURCES)
    checked, _ = site.apply(RESOURCES, "--check")
    assert set(again.values()) == set(checked.values()) == {"none"}

    shadow = site.host.run("getent shadow vigo-alice").split(":")[1]
    assert shadow.startswith("$6$")
    assert site.host.run("getent group vigo-staff").split(":")[3].strip() in (
        "vigo-alice,vigo-bob",
        "vigo-bob,vigo-alice",
    )
    assert site.host.run("cat ~vigo-alice/.ssh/authorized_keys") == f"{KEY}\n"
    seen = site.host.run("cd ~vigo-alice && stat -c '%a %U' .ssh .ssh/authorized_keys")
    assert seen.split("\n")[:2] == ["700 vigo-alice", "600 vigo-alice"]
    assert site.host.run("test -e /home/vigo-bob || echo no").strip() == "no"

    # Somebody else locks the account, adds a key and a member.
    site.host.run(
        "usermod -L vigo-alice; echo other >> ~vigo-alice/.ssh/authorized_keys;"
        " gpasswd -M root,vigo-alice vigo-staff"
    )
    changed, _ = site.apply(RESOURCES)
    assert changed == {"alice": "updated", "bob": "none", "staff": "updated"}
    assert site.host.run("getent shadow vigo-alice").split(":")[1] == f"!{shadow}"
    assert site.host.run("cat ~vigo-alice/.ssh/authorized_keys") == f"{KEY}\n"

    gone, _ = site.apply(GONE)
    assert gone == {"bob": "deleted", "staff": "none"}
    assert site.host.run("getent passwd vigo-bob || echo none").strip() == "none"
    assert site.host.run("getent group vigo-staff").split(":")[3].strip() == "vigo-alice"


def test_what_a_user_puts_in_the_way_is_not_followed(site: Site) -> None:
    alice = [RESOURCES[0]]
    site.apply(alice)
    site.host.run(
        "cd ~vigo-alice/.ssh && echo precious > /srv/vigo-precious &&"
        " ln -sf /srv/vigo-precious authorized_keys"
    )
    _, answer = site.apply(alice)
    assert "precious" not in answer.printed
    assert site.host.run("cat /srv/vigo-precious; rm /srv/vigo-precious") == "precious\n"
    assert site.host.run("cat ~vigo-alice/.ssh/authorized_keys") == f"{KEY}\n"
    site.host.run("cd ~vigo-alice && rm -r .ssh && mkdir /srv/vigo-x && ln -s /srv/vigo-x .ssh")
    found, answer = site.apply(alice)
    assert found == {"alice": "failed"}
    assert "symbolic link, which is not followed" in answer.printed
    assert site.host.run("ls -A /srv/vigo-x; rm -r /srv/vigo-x") == ""


def test_members_that_do_not_exist(site: Site) -> None:
    staff = {"id": "staff", "type": "group", "group": "vigo-staff", "members": "vigo-nobody"}
    found, answer = site.apply([staff])
    assert found == {"staff": "failed"}
    assert "members: user vigo-nobody does not exist; create them first" in answer.printed
