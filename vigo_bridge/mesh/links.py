# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the links to the nodes of a mesh."""

from __future__ import annotations

import os
import time
from contextlib import AbstractContextManager
from pathlib import Path

from vigo_bridge.mesh.attached import Attached
from vigo_bridge.mesh.inventory import UserInventory
from vigo_bridge.mesh.link import Link
from vigo_bridge.mesh.nodes import Command, Receptor
from vigo_bridge.mesh.payload import write_payload
from vigo_bridge.mesh.permissions import Permissions
from vigo_bridge.mesh.player import MakeLink
from vigo_bridge.mesh.receptor_control import Control
from vigo_bridge.mesh.sharding import Shard
from vigo_bridge.mesh.submitted import Submitted
from vigo_bridge.mesh.unit_journal import Noted, UnitJournal
from vigo_bridge.run.call import Call


def link_maker(
    inventory: UserInventory, journal: UnitJournal, permissions: Permissions
) -> MakeLink:
    """Return a function that makes the link to the node of a shard.

    inventory: the user's. journal: for units that survive this process. permissions: which secrets
    nodes get.
    """

    def make(call: Call, shard: Shard, folder: Path) -> Link:
        way = shard.node.way
        attached = isinstance(way, Command)
        unit = write_payload(call, shard.hosts, inventory, folder, attached=attached)
        if isinstance(way, Command):
            answers = permissions.answers(call.secrets, shard.hosts)
            return Attached(way.arguments, unit, folder, answers)

        def note(unit_id: str) -> None:
            journal.add(_noted(unit_id, way, shard, call))

        def permit() -> AbstractContextManager[str | None]:
            return permissions.token(call.secrets, shard.hosts)

        return Submitted(Control(way.socket), way, unit, folder, permit, note, journal.remove)

    return make


def _noted(unit_id: str, way: Receptor, shard: Shard, call: Call) -> Noted:
    # What a health check finds is of no use later.
    rollout = "" if call.variables else call.rollout
    return Noted(unit_id, str(way.socket), way.node, rollout, shard.hosts, os.getpid(), time.time())
