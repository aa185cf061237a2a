# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base class of edits of a text file, and parsers of their common attributes."""

from __future__ import annotations

import re
import warnings
from typing import Any, Callable, Mapping, Pattern

from ...common import switches
from ...common.comma_strings import text as written_text
from ...common.dataclass import dataclass
from ...common.errors import Offset, Problems, ResourceError
from ..file.spec import target_path

#: Puts secrets into a text that holds references to them.
Reveal = Callable[[str], str]


@dataclass(frozen=True)
class Edit:
    """The edit of one file. Subclasses edit the text.

    is_whole: whether the text replaces the whole file, whatever it was. is_ours: whether no other
    tool uses a file with this name. mode, owner: those that the file must have; None keeps those
    that it has.
    """

    path: str
    is_absent: bool

    is_whole = False
    is_ours = False

    @property
    def mode(self) -> int | None:
        return None

    @property
    def owner(self) -> str | None:
        return None

    def edited(self, text: str | None, reveal: Reveal) -> str | None:
        """Return the text after the edit, None for no file. text: None if there is no file.

        Lines end with a line feed. Pure. Raise ResourceError.
        """
        raise NotImplementedError

    @property
    def holds_secrets(self) -> bool:
        return False


def path_of(attributes: Mapping[str, Any], problems: Problems) -> str:
    path: str = problems.of("target_path", target_path, str(attributes.get("target_path") or ""))
    return path


def is_absent(attributes: Mapping[str, Any], problems: Problems) -> bool:
    return bool(problems.of("state", switches.is_absent, attributes.get("state") or "present"))


def needed(attributes: Mapping[str, Any], name: str) -> str:
    """Return a required attribute. Raise ResourceError if it is missing."""
    value = written_text(attributes.get(name))
    if not value:
        raise ResourceError(f"{name} is missing or empty", f"add {name}")
    return value


def one_line(value: str, attribute: str) -> str:
    """Return a text without line breaks. Raise ResourceError."""
    found = re.search("[\n\r]", value)
    if found:
        raise ResourceError(
            f"{attribute} contains a line break",
            "write one line",
            place=(Offset(found.start()),),
        )
    return value


def pattern(value: Any, attribute: str, start: int = 0, flags: int = 0) -> Pattern[str] | None:
    """Return a regular expression, or None if none is written. Raise ResourceError.

    start: where in the attribute it begins.
    """
    if value in (None, ""):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(value, flags)
    except re.error as error:
        place = (Offset(start + (error.pos or 0)),)
        problem = f"{attribute}: invalid regular expression {value!r}: {error.msg}"
        raise ResourceError(problem, place=place) from None
    except (OverflowError, RecursionError) as error:
        problem = f"{attribute}: invalid regular expression: {error}"
        raise ResourceError(problem, "use a simpler one") from None
