# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node answers while it runs a work unit: lines of JSON, as ansible-runner's worker writes.

The lines come from another machine: the controller reads them as data.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.result_file import file_name

#: The fields of events that a controller uses; results are sent as files.
_FIELDS = ("event", "uuid", "counter", "stdout")
_STARTING = "starting"
_ALIVE = "alive"
#: Seconds between signs of life; a controller gives up a node after six times as long.
_INTERVAL = 5.0
#: Why a unit ended: Ansible ran to its end, was interrupted, or the unit cannot be used.
SUCCESSFUL, CANCELED, ERROR = "successful", "canceled", "error"
_LONGEST_LINE = 1 << 27


@dataclass(frozen=True)
class Started:
    """Ansible is started now."""


@dataclass(frozen=True)
class Alive:
    """The node still works on the unit, though there may be nothing to report."""


@dataclass(frozen=True)
class Event:
    """An event of ansible-runner, with the fields that a run uses."""

    data: Mapping[str, Any]


@dataclass(frozen=True)
class HostResult:
    """The result file of a host. file: its name; content: its text."""

    file: str
    content: str


@dataclass(frozen=True)
class SecretsAsked:
    """An attached unit asks for secrets. id: what the answer must have, too."""

    id: int
    paths: Sequence[str]


@dataclass(frozen=True)
class Ended:
    """The end of the unit. status: one of SUCCESSFUL, CANCELED, ERROR.

    complaint: the last lines that Ansible printed. explanation: why the unit cannot be used.
    """

    status: str
    complaint: str = ""
    explanation: str = ""


@dataclass(frozen=True)
class Noise:
    """A line that is not part of the format, such as a message of the shell on the node."""

    text: str


Answer = Started | Alive | Event | HostResult | SecretsAsked | Ended | Noise


class Answers:
    """Writes the answer. on_loss: called once when nobody can receive it any more."""

    def __init__(self, output: IO[bytes], on_loss: Callable[[], None]) -> None:
        self._output = output
        self._on_loss = on_loss
        self._is_lost = False
        self._lock = threading.Lock()

    def started(self) -> None:
        self._write({"status": _STARTING})

    @contextlib.contextmanager
    def signs_of_life(self) -> Iterator[None]:
        """Send that the node is alive, at intervals, up to the end of the block."""
        is_over = threading.Event()

        def repeat() -> None:
            while not is_over.wait(_INTERVAL):
                self._write({_ALIVE: True})

        thread = threading.Thread(target=repeat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def event(self, event: Mapping[str, Any]) -> None:
        data = event.get("event_data")
        host = data.get("host") if isinstance(data, Mapping) else None
        kept = {name: event[name] for name in _FIELDS if name in event}
        self._write({**kept, "event_data": {"host": host} if host else {}})

    def result(self, file: str, content: str) -> None:
        self._write({"result": {"file": file, "content": content}})

    def ask(self, number: int, paths: Sequence[str]) -> None:
        self._write({"secrets": {"id": number, "paths": list(paths)}})

    def end(self, ended: Ended) -> None:
        last = {"status": ended.status, "complaint": ended.complaint}
        if ended.explanation:
            last["job_explanation"] = ended.explanation
        self._write(last, {"eof": True})

    def _write(self, *lines: Mapping[str, Any]) -> None:
        text = "".join(json.dumps(line) + "\n" for line in lines).encode()
        with self._lock:
            if self._is_lost:
                return
            try:
                self._output.write(text)
                self._output.flush()
            except OSError:
                self._is_lost = True
        if self._is_lost:
            self._on_loss()


class ResultFiles:
    """Sends each result file of a folder when it is new or has changed."""

    def __init__(self, folder: Path, answers: Answers) -> None:
        self._folder = folder
        self._answers = answers
        self._sent: dict[str, int] = {}

    def send(self, host: str) -> None:
        self._send(self._folder / file_name(host))

    def send_all(self) -> None:
        for path in sorted(self._folder.glob("*.json")):
            self._send(path)

    def _send(self, path: Path) -> None:
        try:
            changed = path.stat().st_mtime_ns
            if self._sent.get(path.name) != changed:
                self._answers.result(path.name, path.read_text(encoding="utf-8"))
                self._sent[path.name] = changed
        except FileNotFoundError:
            return


def read_answer(source: IO[bytes]) -> Iterator[Answer]:
    """Yield the answer of a unit up to its end.

    It is complete if its last part is an `Ended` and the iterator then ends; without one, the
    connection or the node was lost.
    """
    ended = None
    for line in iter(lambda: source.readline(_LONGEST_LINE), b""):
        found = _parsed(line)
        if isinstance(found, Ended):
            ended = found
        elif found is None:  # the mark of the end
            if ended:
                yield ended
            return
        else:
            yield found


def _parsed(line: bytes) -> Answer | None:
    """Return a part of an answer; None for the mark of its end."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        if data.get("eof") is True:
            return None
        found = _recognized(data)
        if found:
            return found
    return Noise(line.decode(errors="replace").rstrip("\n"))


def _recognized(data: Mapping[str, Any]) -> Answer | None:
    result, asked, status = data.get("result"), data.get("secrets"), data.get("status")
    if isinstance(result, dict) and _are_texts(result.get("file"), result.get("content")):
        return HostResult(result["file"], result["content"])
    if isinstance(asked, dict) and isinstance(asked.get("paths"), list):
        if isinstance(asked.get("id"), int) and _are_texts(*asked["paths"]):
            return SecretsAsked(asked["id"], asked["paths"])
        return None
    if data.get(_ALIVE) is True:
        return Alive()
    if status == _STARTING:
        return Started()
    if status in (SUCCESSFUL, CANCELED, ERROR):
        texts = data.get("complaint", ""), data.get("job_explanation", "")
        return Ended(status, *texts) if _are_texts(*texts) else None
    return Event(data) if isinstance(data.get("event"), str) else None


def _are_texts(*values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
