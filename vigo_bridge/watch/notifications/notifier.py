# SPDX-License-Identifier: GPL-3.0-or-later
"""``--notify``: sends a message when the state of the fleet changes. It is one of the outputs."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.run.state import watch_folder
from vigo_bridge.run.state_file import StateFile
from vigo_bridge.watch.notifications.announcements import Announced, announce
from vigo_bridge.watch.notifications.delivery import Counts, Mailbox, Parcel
from vigo_bridge.watch.notifications.messages import Message, message
from vigo_bridge.watch.notifications.stored_data import Kept, kept_as_data, kept_from_data
from vigo_bridge.watch.notifications.targets import Target
from vigo_bridge.watch.states.model import DIVERGED_AFTER, FleetState
from vigo_bridge.watch.states.transitions import Transition
from vigo_bridge.watch.turns import Turn


class Notifier:
    """Announces changes to all targets.

    Announced facts and undelivered messages are kept over restarts.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        key: str,
        stack: str,
        say: Callable[[str], None],
        diverged_after: int = DIVERGED_AFTER,
    ) -> None:
        """Start to deliver what is left from before.

        key: see `run.state.stack_key`. stack: what messages call it, until a turn
        knows its name. say: called with what a person must know,
        also by threads.
        """
        self._stack, self._say, self._diverged_after = stack, say, diverged_after
        self._file = StateFile(watch_folder() / f"{key}.notifications.json", say)
        self._lock = threading.Lock()
        kept = self._file.read(kept_from_data) or Kept()
        self._announced: Announced = kept.announced
        self._is_saved = True
        self._mailboxes: tuple[Mailbox, ...] = ()
        with self._lock:  # A delivery that ends now is stored after all of them are known.
            self._mailboxes = tuple(
                Mailbox(target, kept.waiting.get(_identity(target), ()), say, self._save)
                for target in targets
            )

    @property
    def counts(self) -> Mapping[str, Counts]:
        """The counts of deliveries since the start, by the targets' names."""
        return {mailbox.target.name: mailbox.counts for mailbox in self._mailboxes}

    def turn_begins(self, number: int) -> None:
        """Do nothing."""

    def turn_ended(self, state: FleetState, transitions: Sequence[Transition], turn: Turn) -> None:
        """Send one message, if there are changes that were not announced yet."""
        announced, events = announce(self._announced, state, self._diverged_after)
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        self._stack = turn.stack or self._stack
        found = message(events, state, self._stack, now)
        if announced == self._announced and found is None:
            return
        self._announced = announced
        if found is not None:
            for mailbox in self._mailboxes:
                mailbox.put(_parcel(found))
        self._save()

    def close(self, seconds: float = 10.0) -> None:
        """Deliver what is waiting, if that is possible in time; the rest waits for a restart."""
        deadline = time.monotonic() + seconds
        for mailbox in self._mailboxes:
            mailbox.end()
        for mailbox in self._mailboxes:
            mailbox.close(max(0.0, deadline - time.monotonic()))
        self._save()

    def _save(self) -> None:
        with self._lock:
            waiting = {_identity(one.target): one.waiting for one in self._mailboxes}
            try:
                self._file.write(kept_as_data(Kept(self._announced, waiting)))
                self._is_saved = True
            except OSError as error:
                if self._is_saved:
                    self._say(
                        f"cannot store which notifications were sent: {explained(error)}; a restart"
                        " may send some of them again"
                    )
                self._is_saved = False


def _parcel(found: Message) -> Parcel:
    return {
        "title": found.title,
        "text": found.text,
        "severity": found.severity.value,
        "data": found.as_json,
    }


def _identity(target: Target) -> str:
    """Return an identifier of a target that does not reveal passwords."""
    return hashlib.sha256(f"vigo-bridge notify {target.value}".encode()).hexdigest()[:32]
