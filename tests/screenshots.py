# SPDX-License-Identifier: GPL-3.0-or-later
"""`make screenshots`: the pictures of the documentation, from real runs on three hosts.

The example stack is planned and run on hosts of the testbed; on one of them another program holds a
port. Terminals become SVG; the report is opened in a browser.
"""

from __future__ import annotations

import io
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.text import Text

from tests.testbed import Fleet, use_testbed
from tests.testbed.browser import browser
from tests.testbed.common import TestbedError

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
HOSTS = [f"web{number}.app.example.com" for number in (1, 2, 3)]
COLUMNS = 96
SECRET = {"VIGO_SECRET_VIGO_WEBAPP_DATABASE_URL": "postgres://webapp:hidden@db/webapp"}
#: What moves the cursor. All other sequences that our programs print are styles.
_MOVES = re.compile(r"(\n|\r|\x1b\[\d*A|\x1b\[2K|\x1b\[\?25[hl])")
#: Fonts from elsewhere; those of the system do.
_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.S)


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    with use_testbed() as testbed, tempfile.TemporaryDirectory() as scratch:
        fleet = testbed.fleet(HOSTS)
        try:
            take(fleet, Path(scratch), folder)
        finally:
            fleet.close()


def take(fleet: Fleet, place: Path, folder: Path) -> None:
    """Plan, run with a failure, and write the pictures. place: an empty folder to run in."""
    shutil.copytree(ROOT / "stacks", place / "stacks")
    (place / "hosts.ini").write_text(fleet.inventory(), encoding="utf-8")
    hosts = "-i hosts.ini"
    shoot(f"vigo-bridge plan {hosts} --limit {HOSTS[0]}", place, folder / "plan.svg")
    terminal(f"vigo-bridge run {hosts}", place)
    fleet.hosts[1].run("nohup python3 -m http.server 9090 >/dev/null 2>&1 &")
    change = "--set redis_maxmemory=1gb --set app_port=9090 --batch-size 1"
    command = f"vigo-bridge run {hosts} {change} --max-failures 1 --report report.html"
    shoot(command, place, folder / "run.svg")
    with browser() as opened:
        opened.open(place / "report.html")
        opened.picture(folder / "report.png", width=1200, height=1000)
        with watched(f"vigo-bridge watch {hosts} --every 1h --listen 127.0.0.1:0", place) as url:
            opened.visit(url)
            opened.picture(folder / "fleet.png", width=1200, height=1150)


@contextmanager
def watched(command: str, place: Path) -> Iterator[str]:
    """Start a watcher, and yield the address of its page after its first turn."""
    with (place / "watch.log").open("w+") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("vigo-bridge")), *command.split()[1:]],
            cwd=place,
            env={**os.environ, **SECRET},
            stderr=log,
        )
        try:
            while not (found := re.search(r"listening on (\S+)", _text(log))):
                _require(process)
            while not _document(found[1])["last_turn"]:
                _require(process)
            yield found[1]
        finally:
            process.terminate()
            process.wait()


def _text(log: IO[str]) -> str:
    log.seek(0)
    return log.read()


def _document(url: str) -> Any:
    with urllib.request.urlopen(f"{url}status.json", timeout=60) as answer:
        return json.load(answer)


def _require(process: subprocess.Popen[bytes]) -> None:
    """Wait a moment for a program that must go on."""
    time.sleep(0.2)
    if process.poll() is not None:
        raise TestbedError("the watcher has ended")


def shoot(command: str, place: Path, path: Path) -> None:
    """Run a command in a terminal, and write what it shows as a picture."""
    output = terminal(command, place)
    path.write_text(as_svg(f"$ {command}\n{output}", path.stem), encoding="utf-8")


def terminal(command: str, place: Path) -> str:
    """Run a command in a terminal, and return its output with all control sequences."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, **SECRET, "PATH": path, "TERM": "xterm-256color"}
    environment |= {"COLUMNS": str(COLUMNS), "LINES": "50"}
    for variable in ("NO_COLOR", "CI"):
        environment.pop(variable, None)
    reader, writer = pty.openpty()
    with subprocess.Popen(
        command.split(), cwd=place, env=environment, stdin=writer, stdout=writer, stderr=writer
    ):
        os.close(writer)
        output = bytearray()
        try:
            while chunk := os.read(reader, 65536):
                output += chunk
        except OSError:  # Linux reports the end of a terminal as an error.
            pass
        finally:
            os.close(reader)
    return output.decode("utf-8", "replace")


def final_lines(output: str) -> list[str]:
    """Return the lines that a terminal shows at the end, with their styles."""
    lines, row = [""], 0
    for piece in _MOVES.split(output):
        if piece == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif piece.endswith("A") and piece.startswith("\x1b["):
            row = max(0, row - int(piece[2:-1] or 1))
        elif not _MOVES.fullmatch(piece):
            lines[row] += piece
    return lines


def as_svg(output: str, name: str) -> str:
    """Return the end of a terminal's output as an SVG document. name: makes its ids unique."""
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, legacy_windows=False
    )
    console.print(Text.from_ansi("\n".join(final_lines(output)).rstrip()))
    svg = console.export_svg(title="", unique_id=f"terminal-{name}")
    return _FONTS.sub("", svg).replace("Fira Code, monospace", "monospace")


if __name__ == "__main__":
    main(PICTURES)
