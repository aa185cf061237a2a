# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until the user confirms the next batch of a rollout, and answers other waiting rollouts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.failures import Failure
from vigo_bridge.report.printing import echo
from vigo_bridge.report.terminal import listed
from vigo_bridge.run.batches import Batch
from vigo_bridge.run.confirmation import ABORT, AnsweredAlready, Confirmations, Question
from vigo_bridge.run.history import Record
from vigo_bridge.run.state import controller_folder
from vigo_bridge.run.stop import Stop
from vigo_bridge.run.terminal_answer import TerminalAnswer
from vigo_bridge.run.watcher import Watcher

#: Seconds between two checks for an answer.
_INTERVAL = 0.2
ABORTED = "the next batch was not confirmed"


@dataclass(frozen=True)
class Confirming:
    """Asks the user whether a rollout may continue. A `run.fleet.Confirm`."""

    record: Record
    stop: Stop
    watcher: Watcher

    def __call__(self, batch: Batch, hosts: Sequence[str]) -> str:
        """Wait for the answer, or until the rollout is interrupted; return why it may not
        continue.
        """
        question = Question(
            self.record.number,
            self.record.command,
            self.record.subject,
            batch.number,
            batch.count,
            tuple(hosts),
            datetime.now().astimezone().isoformat(timespec="seconds"),
        )
        with contextlib.ExitStack() as held:
            terminal = TerminalAnswer()
            answer: Callable[[], str] = lambda: ""  # noqa: E731 - replaced where it can be asked
            try:
                answer = held.enter_context(confirmations().asked(question))
            except OSError as error:
                self.watcher.say(f"warning: {explained(error)}")
                if not terminal.is_open:
                    return f"the rollout cannot ask for a confirmation: {explained(error)}"
            self.watcher.say(_text(question, terminal.is_open))
            if terminal.is_open:
                held.enter_context(self.watcher.asking())
            return self._answered(answer, terminal)

    def _answered(self, answer: Callable[[], str], terminal: TerminalAnswer) -> str:
        while not self.stop.asked:
            said = answer()
            typed = terminal.read()
            if said == ABORT or typed is False:
                return ABORTED
            if said or typed:
                return ""
            self.stop.wait(_INTERVAL)
        return ""


def confirmations() -> Confirmations:
    """Return the questions of this user's rollouts on this machine."""
    return Confirmations(
        controller_folder() / "waiting", lambda text: echo(f"warning: {text}", err=True)
    )


def waiting_rollouts() -> list[Question]:
    """Return the questions of waiting rollouts. Raise Failure."""
    with _failing_to("list the rollouts that are waiting"):
        return confirmations().waiting()


def answer_rollout(number: int | None, answer: str) -> Question:
    """Answer a rollout that waits, and return its question. Raise Failure.

    number: None means the only one.
    """
    waiting = waiting_rollouts()
    wanted = [question for question in waiting if number in (None, question.number)]
    if not wanted:
        if number is None:
            raise Failure("no rollout is waiting for confirmation")
        raise Failure(
            f"rollout {number} is not waiting for confirmation; `vigo-bridge rollout list` shows"
            " those that do"
        )
    if len(wanted) > 1:
        numbers = ", ".join(str(question.number) for question in wanted)
        raise Failure(f"rollouts {numbers} wait for a confirmation; add the number of one of them")
    question = wanted[0]
    with _failing_to(f"answer rollout {question.number}"):
        try:
            confirmations().answer(question, answer)
        except AnsweredAlready as error:
            raise Failure(f"rollout {question.number} already has the answer {error}") from error
    return question


def _text(question: Question, on_terminal: bool) -> str:
    number = question.number
    here = ", or type yes or no and Enter" if on_terminal else ""
    return (
        f"waiting for a confirmation of batch {question.batch + 1} of {question.batches}"
        f" ({listed(question.hosts)}): run `vigo-bridge rollout continue {number}` or"
        f" `vigo-bridge rollout abort {number}`{here}"
    )


@contextlib.contextmanager
def _failing_to(do: str) -> Iterator[None]:
    """Raise Failure instead of OSError. do: the action, for the message."""
    try:
        yield
    except OSError as error:
        raise Failure(f"cannot {do}: {explained(error)}") from error
