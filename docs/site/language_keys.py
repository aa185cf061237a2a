# SPDX-License-Identifier: GPL-3.0-or-later
"""The page docs/reference/language.md of the keys in .vgo files.

It is made from the shapes of the files: `python docs/site/language_keys.py` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vigo_bridge.language import shapes
from vigo_bridge.language.shapes import Shape

PAGE = Path(__file__).parents[1] / "reference/language.md"
KINDS = {
    "A configcrate": shapes.CONFIGCRATE,
    "A resource, in addition to its attributes": shapes.RESOURCE,
    "A role": shapes.ROLE,
    "A match entry": shapes.ENTRY,
    "common.vgo": shapes.COMMON,
    "An environment in environments.vgo": shapes.ENVIRONMENT,
    "A task": shapes.TASK,
    "A build": shapes.BUILD,
}


def page() -> str:
    """Return the support matrix: what is read, what is renamed, ignored, or refused."""
    lines = [
        "# Keys of .vgo files",
        "",
        "The keys that Vigo documents, and whether they are supported. *Renamed* keys are accepted"
        " with a note. *Ignored* keys have no effect, which a note reports. *Refused* keys are an"
        " error.",
        "",
    ]
    for title, shape in KINDS.items():
        lines += [f"## {title}", "", "| key | | |", "|---|---|---|", *_keys(shape), ""]
    return "\n".join(lines)


def _keys(shape: Shape) -> Iterator[str]:
    for name, key in shape.keys.items():
        yield f"| `{name}` | supported | {_cell(key.about)} |"
    for old, new in shape.aliases.items():
        yield f"| `{old}` | renamed | now `{new}` |"
    for name in shape.ignored:
        yield f"| `{name}` | ignored | |"
    for name in shape.unsupported:
        yield f"| `{name}` | refused | |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
