# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions of rollouts that wait for a confirmation, and their answers.

A waiting rollout keeps a file with its question, and holds a lock on it, which the kernel frees
when its process ends. The answer is a file beside it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.damaged_files import open_lock
from ansible_collections.vigo.bridge.plugins.module_utils.host.private_files import (
    checked_folder,
    open_file,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at
from ansible_collections.vigo.bridge.plugins.module_utils.host.temporary_files import (
    write_atomically,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    Fields,
    InvalidData,
    read_json,
)
from vigo_bridge.run.state import private

CONTINUE, ABORT = "continue", "abort"
ANSWERS = (CONTINUE, ABORT)


@dataclass(frozen=True)
class Question:
    """The question of a rollout. number: of the rollout. command, subject: see `history.Record`.

    batch: the number of the last batch. batches: how many there are. hosts: of the next one. since:
    RFC 3339.
    """

    number: int
    command: str
    subject: str
    batch: int
    batches: int
    hosts: tuple[str, ...]
    since: str


class AnsweredAlready(Exception):
    """Another answer came first. The message is that answer."""


class Confirmations:
    """A folder with one file for each rollout that waits."""

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        """Use a folder. warn: called with messages about damaged files, which are renamed."""
        self._folder = folder
        self._warn = warn

    @contextlib.contextmanager
    def asked(self, question: Question) -> Iterator[Callable[[], str]]:
        """Ask a question in the block. The yielded function returns the answer; empty if there
        is none yet. Raise OSError.
        """
        private(self._folder)
        self._answer(question.number).unlink(missing_ok=True)
        path = self._path(question.number)
        with open_lock(str(path), self._warn) as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            with at(str(path)):
                stream.truncate(0)
                stream.write(json.dumps(asdict(question)).encode())
            try:
                yield lambda: self._read_answer(question.number)
            finally:
                path.unlink(missing_ok=True)
                self._answer(question.number).unlink(missing_ok=True)

    def waiting(self) -> list[Question]:
        """Return the questions of all rollouts that wait now. Raise OSError."""
        try:
            checked_folder(str(self._folder))
        except FileNotFoundError:
            return []
        paths = sorted(self._folder.glob("*.json"))
        found = (self._question(path) for path in paths if _is_held(path))
        return [question for question in found if question is not None]

    def answer(self, question: Question, answer: str) -> None:
        """Answer a question. Raise AnsweredAlready and OSError."""
        earlier = self._read_answer(question.number)
        if earlier:
            raise AnsweredAlready(earlier)
        path = str(self._answer(question.number))
        with at(path):
            write_atomically(path, json.dumps(answer).encode())

    def _read_answer(self, number: int) -> str:
        """Return the answer of a file; empty if there is none, or if it is damaged."""
        try:
            answer = read_json(self._answer(number))
        except InvalidData:
            return ""
        return str(answer) if answer in ANSWERS else ""

    def _question(self, path: Path) -> Question | None:
        """Return the question of a file; None if it has just been answered, or is damaged."""
        try:
            return _question(read_json(path))
        except InvalidData:
            return None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"

    def _answer(self, number: int) -> Path:
        return self._folder / f"{number:06d}.answer"


def _is_held(path: Path) -> bool:
    """Return whether the process that asked still exists."""
    try:
        descriptor = open_file(str(path))
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _question(data: Any) -> Question:
    fields = Fields(data)
    return Question(
        number=fields.integer("number"),
        command=fields.text("command"),
        subject=fields.text("subject"),
        batch=fields.integer("batch"),
        batches=fields.integer("batches"),
        hosts=fields.texts("hosts"),
        since=fields.text("since"),
    )
