# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes on the variables that a user's inventory sets over the stack's."""

from __future__ import annotations

from vigo_bridge.language import Position
from vigo_bridge.language.model import Identity
from vigo_bridge.resolve import Group, Plan, Variable
from vigo_bridge.resolve.overrides import note_overrides

PLACE = Position("envoys.vgo", 1, 1)


def plan(hosts: tuple[str, ...]) -> Plan:
    variables = (Variable("port", 80, PLACE),)
    return Plan(Identity("s"), (Group("g", "*", hosts, None, (), (), variables, PLACE),), ())


def test_all_hosts_in_one_note() -> None:
    users = {f"web{number}": {"port": number, "other": 1} for number in range(8)}
    (note,) = note_overrides(plan((*users, "db")), users, {})
    assert str(note.position) == "envoys.vgo:1:1"
    assert note.message == (
        "the Ansible inventory also sets 'port', and overrides it for web0, web1, web2, web3, web4"
        " and 3 others"
    )


def test_the_command_line_wins_again() -> None:
    assert note_overrides(plan(("web",)), {"web": {"port": 1}}, {"port": 2}) == ()
