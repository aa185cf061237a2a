# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits how many hosts of a play pull images at the same time.

Each turn is a lock on a file in the private folder that all workers of one ansible-playbook share.
The kernel releases the lock when its worker ends, however that happens.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import time
from typing import Any, Callable, Iterator, Mapping

from ansible import constants
from ansible.errors import AnsibleActionFail

from ..module_utils.delivery.pull_turns import ASK, LATER, PULL, PULLS, STEP

#: Seconds between two checks for a free turn.
_SHORTEST, _LONGEST = 0.1, 0.3

#: Calls the module with a value of `PULLS`, and returns its result.
Call = Callable[[Mapping[str, Any]], dict[str, Any]]


def limit_of(arguments: Mapping[str, Any]) -> int:
    """Return how many hosts may pull at the same time; 0 for any number. Raise AnsibleActionFail.

    arguments: those of the task, of which ``pull_limit`` may be a text.
    """
    given = arguments.get("pull_limit")
    if given in (None, ""):
        return 0
    try:
        limit = int(str(given))
    except ValueError:
        limit = 0
    if limit < 1:
        raise AnsibleActionFail(f"pull_limit: {given} is not a number of hosts; write 1 or more")
    return limit


def in_turns(limit: int, call: Call) -> dict[str, Any]:
    """Return the result of a host that pulls at its turn. See ``module_utils``' ``pull_turns``."""
    asked = call({STEP: ASK})
    if PULLS not in asked:
        return asked
    with turn(limit):
        pulled = call({STEP: PULL})
        if PULLS not in pulled:
            return pulled
        if asked[PULLS][LATER] or pulled[PULLS][LATER]:
            return call(pulled[PULLS])
    return call(pulled[PULLS])


@contextlib.contextmanager
def turn(limit: int) -> Iterator[None]:
    """Wait until fewer hosts than the limit have a turn, and take one."""
    folder = os.path.join(constants.DEFAULT_LOCAL_TMP, "vigo-pulls")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    while True:
        for number in range(limit):
            descriptor = os.open(os.path.join(folder, str(number)), os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            try:
                yield
            finally:
                os.close(descriptor)
            return
        time.sleep(random.uniform(_SHORTEST, _LONGEST))
