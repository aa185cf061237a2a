# SPDX-License-Identifier: GPL-3.0-or-later
"""Work units whose controller has ended before they did: reads their results, and removes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.result_file import file_name
from vigo_bridge.files import write_text
from vigo_bridge.mesh.answer import Answer, HostResult
from vigo_bridge.mesh.link import Outcome
from vigo_bridge.mesh.receptor_control import Control, ReceptorError
from vigo_bridge.mesh.unit_journal import Noted, UnitJournal
from vigo_bridge.mesh.unit_output import UnitOutput
from vigo_bridge.private_folder import private_folder
from vigo_bridge.run.results import read_envoys
from vigo_bridge.wording import counted

#: Seconds without a sign of life after which a node is not waited for.
_SILENCE = 30.0
_TICK = 0.5
#: Seconds for which the units of an interrupted rollout are kept.
_KEPT = 7 * 86400


def remove_abandoned(journal: UnitJournal) -> None:
    """Let receptor forget units that no rollout will be resumed with.

    Of a unit whose node has lost its power, receptor never says that it has ended.
    """
    for noted in journal.units():
        is_old = time.time() - noted.submitted > _KEPT
        if noted.is_abandoned and (is_old or not noted.rollout):
            with suppress(ReceptorError):
                control = Control(Path(noted.socket))
                if is_old or control.state(noted.unit).is_over:
                    _release(control, noted, journal)


def recover(journal: UnitJournal, rollout: str, say: Callable[[str], None]) -> tuple[str, ...]:
    """Return the hosts that units of an interrupted rollout have converged, after their end.

    rollout: the name of its record. say: called with messages about what is waited for.
    """
    found: list[str] = []
    for noted in journal.units():
        if noted.rollout == rollout and noted.is_abandoned:
            say(
                f"reading the results of {counted(len(noted.hosts), 'host')} from node {noted.node}"
            )
            found += _recovered(noted, journal, say)
    return tuple(found)


def _recovered(noted: Noted, journal: UnitJournal, say: Callable[[str], None]) -> Sequence[str]:
    control = Control(Path(noted.socket))
    output = UnitOutput(control, noted.node, noted.unit)
    with private_folder() as folder:
        outcome = _read(output, noted, folder)
        if (outcome and outcome.ended) or _is_canceled(control, noted):
            _release(control, noted, journal)
        else:
            problem = outcome.problem if outcome else f"it has not responded for {_SILENCE:g} s"
            say(
                f"warning: node {noted.node} may still be running its part of the interrupted"
                f" rollout: {problem}"
            )
        envoys = read_envoys(noted.hosts, folder, check_mode=False, interrupted=True, complaint="")
    return [host for host, envoy in envoys.items() if envoy.status.is_good]


def _read(output: UnitOutput, noted: Noted, folder: Path) -> Outcome | None:
    """Write the results of a unit to a folder; return how it ended, None if its node is lost."""
    files = frozenset(map(file_name, noted.hosts))
    found: list[Outcome] = []

    def take(part: Answer) -> None:
        if isinstance(part, HostResult) and part.file in files:
            write_text(folder / part.file, part.content)

    reader = threading.Thread(target=lambda: found.append(output.read(take)), daemon=True)
    reader.start()
    while reader.is_alive() and time.monotonic() - output.heard < _SILENCE:
        reader.join(_TICK)
    output.give_up()
    return found[0] if found else None


def _is_canceled(control: Control, noted: Noted) -> bool:
    """Cancel a unit that sends nothing; return whether its node is there to obey.

    It may have lost its power in the meantime: then nothing runs, but receptor does not know that.
    """
    try:
        if not control.has_route(noted.node):
            return False
        control.cancel(noted.unit)
    except ReceptorError:
        return False
    return True


def _release(control: Control, noted: Noted, journal: UnitJournal) -> None:
    with suppress(ReceptorError):
        control.release(noted.unit)
    journal.remove(noted.unit)
