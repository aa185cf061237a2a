# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables of an inventory are the user's own."""

from __future__ import annotations

from pathlib import Path

from vigo_bridge.ansible.inventory import read_inventory
from vigo_bridge.ansible.user_variables import user_variables

INVENTORY = """\
all:
  vars: {tag: v1, environment: x, ansible_user: root, port: 1}
  children:
    web:
      hosts:
        web1: {tag: v2, text: "{{ other }}", name: n, groups: g}
        web2: {}
"""


def test_of_hosts_and_their_groups_without_names_of_ansible(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text(INVENTORY)
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/web.yml").write_text("from_file: [1]\nkey: !vault $ANSIBLE_VAULT;1\n")
    found = user_variables(read_inventory([str(tmp_path / "hosts.yml")]))
    of_group = {"from_file": [1], "key": "(encrypted with ansible-vault)"}
    assert found.usable == {
        "web1": {"tag": "v2", "text": "{{ other }}", **of_group},
        "web2": {"tag": "v1", **of_group},
    }
    # `groups` is not even shown by `ansible-inventory`.
    of_all = {"environment": "x", "ansible_user": "root", "port": 1}
    assert found.reserved == {"web1": {**of_all, "name": "n"}, "web2": of_all}
