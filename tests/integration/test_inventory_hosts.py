# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of inventories, read by Ansible's own program."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.ansible.inventory import InventoryError, read_inventory, reading_inventory


def test_hosts_of_several_sources_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "one.ini").write_text("[web]\nweb2\nweb1 ansible_host=127.0.0.1\n")
    inventory = read_inventory([str(tmp_path / "one.ini"), "db1,db2,"])
    assert set(inventory.hosts) == {"web2", "web1", "db1", "db2"}
    assert inventory.sources == (str(tmp_path / "one.ini"), "db1,db2,")


def test_limit(tmp_path: Path) -> None:
    assert set(read_inventory(["a1,a2,b1"], "a?").hosts) == {"a1", "a2"}


def test_a_source_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("all: [")
    with pytest.raises(InventoryError, match=r"bad\.yml cannot be read"):
        read_inventory([str(tmp_path / "bad.yml")])


def test_ansible_configuration_names_the_inventory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hosts.ini").write_text("only\n")
    (tmp_path / "ansible.cfg").write_text("[defaults]\ninventory = hosts.ini\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    inventory = read_inventory([])
    assert inventory.hosts == ("only",)
    assert inventory.sources == (str(tmp_path / "hosts.ini"),)


def test_no_inventory_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_INVENTORY", str(tmp_path / "missing"))
    with pytest.raises(InventoryError, match="give one with -i, or use --local"):
        read_inventory([])


def test_only_what_is_there_of_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hosts.ini").write_text("only\n")
    sources = [str(tmp_path / "missing"), str(tmp_path / "hosts.ini")]
    monkeypatch.setenv("ANSIBLE_INVENTORY", ",".join(sources))
    inventory = read_inventory([])
    assert (inventory.hosts, inventory.sources) == (("only",), (sources[1],))


def test_what_is_wrong_is_told_to_whoever_waits(tmp_path: Path) -> None:
    with (
        reading_inventory([str(tmp_path / "missing")]) as answer,
        pytest.raises(InventoryError, match="missing does not exist"),
    ):
        answer()


#: What an inventory program does to ask something -> what must be said.
ASKING = {
    "read token < /dev/tty || exit 7": "Inventories are read without a terminal",
    "read token || { echo no token >&2; exit 7; }": "no token",
}


@pytest.mark.parametrize(("asking", "said"), ASKING.items())
def test_a_program_that_asks(tmp_path: Path, asking: str, said: str) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{asking}\necho '{{}}'\n")
    program.chmod(0o700)
    with pytest.raises(InventoryError, match=said):
        read_inventory([str(program)])
