# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivers messages in the background: a service that does not respond does not delay turns.

Each target has a thread of its own, which starts one process for each message. A failure is
reported once; its message is kept with those that come later, and tried again.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.ansible.environment import is_secret
from vigo_bridge.failures import Refusal
from vigo_bridge.run.processes import set_apart
from vigo_bridge.watch.notifications.sender import command
from vigo_bridge.watch.notifications.targets import Target
from vigo_bridge.wording import counted

#: Seconds that one attempt may take.
LIMIT = 30.0
#: Seconds between two attempts after a failure: doubled up to the longest.
SHORTEST_WAIT, LONGEST_WAIT = 30.0, 900.0
#: How many messages are kept for one target; the oldest one is dropped first.
KEPT = 50
#: The environment variable with the message as JSON, for commands.
VARIABLE = "VIGO_BRIDGE_NOTIFICATION"
_SHOWN_CHARACTERS = 300
_TICK = 0.2

#: A message as it is kept: its title, text and severity, and its data as JSON.
Parcel = Mapping[str, str]


@dataclass(frozen=True)
class Counts:
    """The counts of one target: delivered messages, failed attempts, dropped messages."""

    delivered: int = 0
    failed: int = 0
    dropped: int = 0


def check(targets: Sequence[Target]) -> None:
    """Ask apprise whether it accepts the URLs. Raise Refusal."""
    urls = [target for target in targets if target.is_url]
    if not urls:
        return
    output, problem = _run(command(), json.dumps({"urls": [one.value for one in urls]}), {})
    try:
        accepted = json.loads(output)
    except ValueError:
        raise Refusal(f"--notify: cannot start apprise: {problem or output}") from None
    for target, good in zip(urls, accepted, strict=True):
        if not good:
            raise Refusal(
                f"--notify: apprise does not accept the URL of target {target.name}; see the"
                " documentation of apprise for the form of its URLs"
            )


def deliver(target: Target, parcel: Parcel, given_up: Callable[[], bool] = lambda: False) -> str:
    """Deliver one message, and return the reason if that failed, otherwise an empty text."""
    if target.is_command:
        text = f"{parcel['title']}\n\n{parcel['text']}\n"
        variables = {VARIABLE: parcel["data"]}
        return _run(["/bin/sh", "-c", target.value], text, variables, given_up)[1]
    job = {name: parcel[name] for name in ("title", "text", "severity")}
    output, problem = _run(command(), json.dumps({**job, "url": target.value}), {}, given_up)
    if problem:
        # An exception of apprise can hold a part of the URL.
        return problem.partition(": ")[0]
    with contextlib.suppress(ValueError):
        return one_line(str(json.loads(output)))
    return "apprise printed no result"


class Mailbox:
    """The messages of one target, and the thread that delivers them."""

    def __init__(
        self,
        target: Target,
        waiting: Sequence[Parcel],
        say: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        """Deliver the waiting messages, then those that `put` adds.

        say: called with what a person must know. changed: called when fewer messages are waiting.
        """
        self.target = target
        self._say, self._changed = say, changed
        self._waiting: deque[Parcel] = deque(waiting, KEPT)
        self._counts, self._reported_drops = Counts(), 0
        self._news = threading.Condition()
        self._is_closed, self._is_given_up = threading.Event(), threading.Event()
        name = f"notify {target.name}"
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> tuple[Parcel, ...]:
        with self._news:
            return tuple(self._waiting)

    @property
    def counts(self) -> Counts:
        with self._news:
            return self._counts

    def put(self, parcel: Parcel) -> None:
        with self._news:
            if len(self._waiting) == KEPT:
                self._count(dropped=1)
            self._waiting.append(parcel)
            self._news.notify()

    def end(self) -> None:
        """End after one attempt for each message that waits."""
        self._is_closed.set()
        with self._news:
            self._news.notify()

    def close(self, seconds: float) -> None:
        """Do the same, and give up what is not delivered within so many seconds."""
        self.end()
        self._thread.join(seconds)
        self._is_given_up.set()
        self._thread.join(2 * _TICK)

    def _work(self) -> None:
        wait = 0.0
        while True:
            parcel = self._next(wait)
            if parcel is None:
                return
            problem = deliver(self.target, parcel, self._is_given_up.is_set)
            if problem and self._is_closed.is_set():
                return  # It stays, for the next start.
            with self._news:
                if problem:
                    self._count(failed=1)
                else:
                    self._count(delivered=1)
                    with contextlib.suppress(ValueError):  # dropped in the meantime
                        self._waiting.remove(parcel)
            self._report(problem, wait)
            wait = min(max(2 * wait, SHORTEST_WAIT), LONGEST_WAIT) if problem else 0.0

    def _next(self, wait: float) -> Parcel | None:
        """Return the oldest message, after a time; None at the end."""
        if wait and self._is_closed.wait(wait):
            return None
        with self._news:
            while not self._waiting and not self._is_closed.is_set():
                self._news.wait()
            # At the end, each waiting message gets one attempt, unless the last attempt failed.
            return self._waiting[0] if self._waiting else None

    def _report(self, problem: str, wait: float) -> None:
        if problem and not wait:
            self._say(
                f"cannot notify target {self.target.name}: {problem}; the message is kept and tried"
                " again"
            )
        elif not problem and wait:
            self._say(f"target {self.target.name} gets notifications again")
        dropped = self.counts.dropped
        if not problem and dropped > self._reported_drops:
            lost = counted(dropped - self._reported_drops, "older message")
            self._say(
                f"target {self.target.name}: dropped {lost}, as more than {KEPT} were waiting"
            )
            self._reported_drops = dropped
        if not problem:
            self._changed()

    def _count(self, delivered: int = 0, failed: int = 0, dropped: int = 0) -> None:
        known = self._counts
        self._counts = Counts(
            known.delivered + delivered, known.failed + failed, known.dropped + dropped
        )


def _run(
    arguments: Sequence[str],
    text: str,
    variables: Mapping[str, str],
    given_up: Callable[[], bool] = lambda: False,
) -> tuple[str, str]:
    """Run a program with a text on its standard input; return its output, and the error.

    It is ended with all that it has started, if it takes too long. Secrets of the environment are
    removed.
    """
    environment = {name: value for name, value in os.environ.items() if not is_secret(name)}
    try:
        # A pipe would stay open as long as anything that the program has started, and one to a
        # program that reads nothing would block us.
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
            given.write(text.encode("utf-8", "replace"))
            given.seek(0)
            process = subprocess.Popen(
                arguments,
                env={**environment, **variables},
                stdin=given,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            # Signals that end the watcher do not interrupt a delivery: `close` limits the time.
            with set_apart(process.pid):
                code = _wait(process, given_up)
            if code is None:
                return "", f"did not finish within {LIMIT:g} s"
            shown = _end(output)
            short = one_line(shown[-_SHOWN_CHARACTERS:])
            return shown, f"exit code {code}: {short}".rstrip(": ") if code else ""
    except (OSError, ValueError) as error:
        shown = explained(error) if isinstance(error, OSError) else str(error)
        return "", f"cannot be run: {shown}"


def _wait(process: subprocess.Popen[bytes], given_up: Callable[[], bool]) -> int | None:
    """Return a program's exit code; None if it took too long or was given up, and was ended."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline and not given_up():
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(_TICK)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return None


def _end(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - 64 * 1024))
    return output.read().decode("utf-8", errors="replace").strip()
