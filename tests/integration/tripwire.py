# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for a secret, in all its forms, while something runs: at processes and into folders.

It is a program of its own, so that it can look on a target as well as here: it reads what to look
for as one line of JSON, looks until its input ends, and prints what it saw as JSON.

    {"forms": {name: text}, "watched": [glob, ...], "searched": [glob, ...],
     "spared": [regular expression, ...]}
    {"hits": {place: [form, ...]}, "seen": [place, ...]}

Processes and what is `watched` are looked at all the time, what is `searched` once in the end.
Places are paths, the `argv` of processes, and the environments of Ansible's programs. It needs
nothing but Python.
"""

from __future__ import annotations

import json
import os
import re
import select
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Seconds between two looks, at least: others need the processors, too.
_PAUSE = 0.2
#: No file of a run is as large; what else lies there need not be read again and again.
_LARGEST = 4 * 1024 * 1024


class Report:
    """What was seen. hits: the forms by place; seen: all places."""

    def __init__(self) -> None:
        self.hits: dict[str, set[str]] = {}
        self.seen: set[str] = set()


def contents(folders: list[str]) -> Iterator[tuple[str, bytes]]:
    """Return each place with its content, as bytes. What vanishes meanwhile is left out."""
    for process in Path("/proc").glob("[0-9]*"):
        command = content_of(process / "cmdline")
        if command:
            yield f"argv of {process}", command
            # Other programs' environments are what their users gave them.
            if b"bin/ansible" in command:
                yield f"environment of {process}", content_of(process / "environ")
    for pattern in folders:
        for folder in Path("/").glob(pattern.lstrip("/")):
            for place, _, names in os.walk(folder):  # It skips folders that vanish.
                for path in (Path(place, name) for name in names):
                    yield str(path), content_of(path, _LARGEST)


def content_of(path: Path, largest: int | None = None) -> bytes:
    """Return the content of a file; nothing for what is not a file, cannot be read, or is gone."""
    try:
        if path.is_symlink() or not path.is_file():
            return b""
        if largest is not None and path.stat().st_size > largest:
            return b""
        return path.read_bytes()
    except OSError:
        return b""


def look(task: dict[str, Any], report: Report, folders: list[str]) -> None:
    for place, content in contents(folders):
        if not content or any(re.search(pattern, place) for pattern in task["spared"]):
            continue
        report.seen.add(re.sub(r" of .*", "", place))
        for name, form in task["forms"].items():
            if form.encode() in content:
                report.hits.setdefault(place, set()).add(name)


def main() -> None:
    task = json.loads(sys.stdin.readline())
    report = Report()
    print("watching", flush=True)
    while not select.select([sys.stdin], [], [], _PAUSE)[0]:
        look(task, report, task["watched"])
    look(task, report, task["watched"] + task["searched"])
    hits = {place: sorted(names) for place, names in report.hits.items()}
    json.dump({"hits": hits, "seen": sorted(report.seen)}, sys.stdout)


if __name__ == "__main__":
    main()
