# SPDX-License-Identifier: GPL-3.0-or-later
"""The outputs of a watcher besides its log: notifications, metrics and pages."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.app.rollout_job import history
from vigo_bridge.app.watch_turn import WatchOptions
from vigo_bridge.run.state import stack_key
from vigo_bridge.watch.sources.source import Source
from vigo_bridge.watch.states.model import FleetState
from vigo_bridge.watch.turns import Outputs


@dataclass(frozen=True)
class OutputOptions:
    """The options of outputs. notify: URLs, commands and files. listen: an address and port."""

    notify: tuple[str, ...] = ()
    listen: str | None = None
    token_file: Path | None = None


@contextlib.contextmanager
def watch_outputs(
    told: OutputOptions,
    source: Source,
    wanted: WatchOptions,
    state: FleetState,
    say: Callable[[str], None],
) -> Iterator[Sequence[Outputs]]:
    """Start what the options ask for, and end it after the block. Raise Refusal.

    state: the one from before the start. say: called with warnings for the user.
    """
    # Imported when needed: few watchers use all of it.
    from vigo_bridge.watch.notifications.targets import read_targets

    outputs: list[Outputs] = []
    with contextlib.ExitStack() as opened:
        targets = read_targets(told.notify)
        if any(target.is_url for target in targets if target.value in told.notify):
            say(
                "--notify: other users of this machine can see the URL in the list of processes;"
                " write it to a file and use --notify @FILE, or set VIGO_BRIDGE_NOTIFY"
            )
        if targets:
            from vigo_bridge.watch.notifications.delivery import check
            from vigo_bridge.watch.notifications.notifier import Notifier

            check(targets)
            key = stack_key(source.folder)
            notifier = Notifier(targets, key, source.label, say, wanted.diverged_after)
            opened.callback(notifier.close)
            outputs.append(notifier)
        if told.listen is not None:
            from vigo_bridge.watch.server.listen_address import read_access, read_address
            from vigo_bridge.watch.server.metrics import check_library
            from vigo_bridge.watch.server.pages import Pages
            from vigo_bridge.watch.server.rollout_page import Rollouts
            from vigo_bridge.watch.server.server import Server
            from vigo_bridge.watch.server.snapshot import Recorder

            check_library()
            address = read_address(told.listen)
            access = read_access(address, told.token_file)
            recorder = Recorder(state, wanted.every, (lambda: notifier.counts) if targets else dict)
            server = Server(address, access, Pages(source.label, recorder, Rollouts(history())))
            opened.callback(server.close)
            outputs.append(recorder)
            say(f"listening on {server.url}")
        yield tuple(outputs)
