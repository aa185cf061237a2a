# SPDX-License-Identifier: GPL-3.0-or-later
"""Go's own text/template, asked case by case."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

_PROGRAM = Path(__file__).with_name("main.go")
_BINARY = Path(__file__).parents[3] / ".cache" / "gotemplate-oracle"


@dataclass(frozen=True)
class Answer:
    """A rendered text, or None with the stage (``parse``, ``render``) and Go's message."""

    text: str | None
    stage: str = ""
    error: str = ""

    @property
    def core(self) -> str:
        """The message without the place that Go puts before it."""
        message = self.error
        if message.startswith("template: "):
            message = message.partition("main:")[2]
            message = message.lstrip("0123456789:").lstrip()
            if message.startswith('executing "'):
                message = message.partition(">: ")[2]
        return message


def has_go() -> bool:
    """Return whether a Go compiler is installed."""
    return shutil.which("go") is not None


class GoOracle:
    """A running Go program that renders what it is given. Use it as a context manager."""

    def __enter__(self) -> GoOracle:
        _BINARY.parent.mkdir(parents=True, exist_ok=True)
        if not _BINARY.exists() or _BINARY.stat().st_mtime < _PROGRAM.stat().st_mtime:
            subprocess.run(["go", "build", "-o", str(_BINARY), str(_PROGRAM)], check=True)
        self._process = subprocess.Popen(
            [str(_BINARY)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, template: str, data: Any) -> Answer:
        """Return Go's answer to one template with one value as its dot."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = json.dumps({"template": template, "data": data})
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        reply = json.loads(self._process.stdout.readline())
        if "hex" in reply:
            return Answer(bytes.fromhex(reply["hex"]).decode("utf-8", "surrogateescape"))
        return Answer(reply.get("text"), reply.get("stage", ""), reply.get("error", ""))
