# SPDX-License-Identifier: GPL-3.0-or-later
"""The small stack that ``vigo-bridge init`` writes: its files are in the same folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import get_args

from vigo_bridge.files import all_or_nothing, write_text
from vigo_bridge.language.folder import Kind
from vigo_bridge.language.identity import FILE, lines, new_id, suggested_name
from vigo_bridge.language.schema import schema

#: The folder of the JSON Schemas.
SCHEMAS = ".schema"
_FOLDERS = ("configcrates", "roles", "envoys")
_HOST = "@HOST@"
_IDENTITY = "@IDENTITY@"


def files(host: str, folder: Path) -> dict[PurePosixPath, str]:
    """Return the content of each file by its path in the new stack. host: its host pattern.

    folder: the folder of the stack, from which its name is derived. The JSON Schemas that the
        files' first lines
    name are included, for editors.
    """
    identity = lines(suggested_name(folder), new_id()).rstrip()
    found = {
        path: source.read_text(encoding="utf-8").replace(_HOST, host).replace(_IDENTITY, identity)
        for path, source in _sources()
    }
    return found | _schemas()


@cache
def _schemas() -> dict[PurePosixPath, str]:
    """Return the JSON Schemas. All end with the same definitions, which take long to encode."""
    last = "$defs"
    definitions = json.dumps({last: schema()[last]}, indent=2).removeprefix("{")
    found = {}
    for kind in get_args(Kind):
        own = {key: value for key, value in schema(kind).items() if key != last}
        text = json.dumps(own, indent=2).removesuffix("\n}")
        found[PurePosixPath(SCHEMAS, f"{kind}.json")] = f"{text},{definitions}\n"
    return found


def _sources() -> Iterator[tuple[PurePosixPath, Traversable]]:
    here = resources.files(__name__)
    yield PurePosixPath(FILE), here / FILE
    for folder in _FOLDERS:
        for source in (here / folder).iterdir():
            yield PurePosixPath(folder, source.name), source


def write(folder: Path, host: str) -> list[Path]:
    """Write the whole stack into a folder that is new or empty; return its `.vgo` files, sorted."""
    written = files(host, folder)
    with all_or_nothing(folder) as new:
        for path, text in written.items():
            write_text(new / path, text)
    return [folder / path for path in sorted(written) if path.suffix == ".vgo"]
