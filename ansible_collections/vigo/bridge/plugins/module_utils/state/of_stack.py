# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes the state of one stack from a state folder."""

from __future__ import annotations

from .former import Former
from .journal import Journal
from .last_run import LastRun
from .owners_file import OwnersFile
from .ownership import Stack
from .reverts import Reverts
from .state_folder import StateFolder
from .stops import Stops


def remove_state(folder: StateFolder, stack: Stack, record: OwnersFile) -> None:
    """Remove the state of a stack; what other stacks have stays. Raise Blocked."""
    Former(folder, stack.scope, stack.id, "").discard()
    for kind in (Journal, LastRun, Reverts, Stops):
        folder.remove(kind.file(stack.scope, stack.id))
    record.forget(stack)
