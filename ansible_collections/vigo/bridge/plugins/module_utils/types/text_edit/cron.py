# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file in /etc/cron.d, by its whole content."""

from __future__ import annotations

import re
from typing import Any, Mapping

from ...common.comma_strings import as_map
from ...common.dataclass import dataclass
from ...common.errors import Key, Offset, Problems, ResourceError
from ...secrets import references as secret_references
from ..file.spec import NEW_MODE, NEW_SECRET_MODE
from .edit import Edit, Reveal, is_absent, needed, one_line
from .schedule import FIELDS, field, schedule

FOLDER = "/etc/cron.d"
_NAME = re.compile("[A-Za-z0-9_-]+", re.ASCII)
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\$?", re.ASCII)
_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Cron(Edit):
    """when: five fields, or a name such as @daily. Values keep their references to secrets."""

    when: str
    user: str
    command: str
    environment: Mapping[str, str]

    is_whole = True

    @property
    def mode(self) -> int:
        return NEW_SECRET_MODE if self.holds_secrets else NEW_MODE

    @property
    def owner(self) -> str:
        """cron ignores files that are not owned by root."""
        return "root"

    def edited(self, text: str | None, reveal: Reveal) -> str | None:
        if self.is_absent:
            return None
        lines = ["# Managed by vigo.bridge; changes are overwritten."]
        for name, value in self.environment.items():
            lines.append(f"{name}={_quoted(name, reveal(value))}")
        return "\n".join([*lines, f"{self.when} {self.user} {self.command}", ""])

    @property
    def holds_secrets(self) -> bool:
        return bool(secret_references.paths(self.environment))


def parse(attributes: Mapping[str, Any]) -> Cron:
    """Return the spec. Raise ResourceError for invalid attributes."""
    problems = Problems()
    absent = is_absent(attributes, problems)
    name = problems.of("name", _name, attributes) or ""
    edit = Cron(
        path=f"{FOLDER}/{name}",
        is_absent=absent,
        when=_when(attributes, problems),
        user=problems.of("user", _user, str(attributes.get("user") or "root")),
        command="" if absent else problems.of("command", _command, attributes),
        environment=problems.of("environment", _environment, attributes.get("environment")),
    )
    problems.refuse()
    return edit


def _name(attributes: Mapping[str, Any]) -> str:
    name = needed(attributes, "name")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ResourceError(
            f"name: cron ignores files with the name {name!r}",
            "use letters, digits, '-' and '_' only",
        )
    return name


def _when(attributes: Mapping[str, Any], problems: Problems) -> str:
    written = attributes.get("schedule")
    if written:
        return problems.of("schedule", schedule, str(written)) or ""
    found = [
        problems.of(one.name, field, one, str(attributes.get(one.name) or "*")) for one in FIELDS
    ]
    return " ".join(str(one) for one in found)


def _user(user: str) -> str:
    if not _USER.fullmatch(user):
        raise ResourceError(f"user: invalid user name {user!r}")
    return user


def _command(attributes: Mapping[str, Any]) -> str:
    command = one_line(needed(attributes, "command"), "command").strip()
    found = re.search(r"(?<!\\)%", command)
    if found:
        raise ResourceError(
            "command: cron ends the command at a percent sign and passes the rest to its input",
            "write \\% for a percent sign",
            place=(Offset(found.start()),),
        )
    return command


def _environment(value: Any) -> Mapping[str, str]:
    found = as_map(value, "environment")
    for name, item in found.items():
        if not _VARIABLE.fullmatch(name):
            raise ResourceError(
                f"environment: invalid name {name!r}: expected letters, digits and '_'",
                place=(Key(name),),
            )
        if not secret_references.find(item):
            _quoted(name, item)
    return found


def _quoted(name: str, value: str) -> str:
    """Return a value in quotes, so that cron keeps its blanks. cron has no escapes."""
    one_line(value, f"environment: {name}")
    for quote in ('"', "'"):
        if quote not in value:
            return f"{quote}{value}{quote}"
    if value != value.strip() or value[0] in "\"'":
        raise ResourceError(
            f"environment: {name}: cron cannot have this value, with both kinds of quotes",
            "set the variable in the command",
        )
    return value
