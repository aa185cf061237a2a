# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a configuration file holds secrets, judged by its name and its lines."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from vigo_bridge.compose import secret_names

_KEY_ENDINGS = frozenset(
    (".age", ".asc", ".gpg", ".htpasswd", ".jks", ".kdbx", ".key", ".keytab", ".p12", ".pfx")
)
_SECRETS = "/run/secrets"
#: A setting in a line of a file: NAME = VALUE, NAME: VALUE, "NAME": "VALUE".
_SETTING = re.compile(
    r"""(?<![\w.-])(?P<name>[A-Za-z][\w.-]{0,99})["']?[ \t]*[:=][ \t]*"""
    r"""["']?(?P<value>[^\s"',;#]{4,})"""
)
_FROM_ELSEWHERE = re.compile(r"[$%<{(]|env[.(:]|!secret")
_PASSWORD_HASH = re.compile(r"^[^:\s#]+:(?:\$(?:2[aby]|apr1|y|[1567])\$|\{SHA\})", re.MULTILINE)
#: Values that are too short to be found by chance.
_SHORTEST_SECRET = 6


def is_below(path: str, folder: str) -> bool:
    """Return whether a path is a folder, or in it."""
    return path.rstrip("/") == folder or path.startswith(f"{folder}/")


def secret_line(path: Path, target: str, text: str, known_secrets: Collection[str]) -> int:
    """Return the line of the first secret in a file; 0 without one, -1 if the whole file is one."""
    named = (path.stem, path.parent.name)
    if (
        is_below(target, _SECRETS)
        or path.suffix.lower() in _KEY_ENDINGS
        or path.name.startswith((".htpasswd", "htpasswd", "id_", ".env"))
        or any(secret_names.names_secret(name) or name == "secrets" for name in named)
        or "PRIVATE KEY-----" in text
    ):
        return -1
    for number, line in enumerate(text.split("\n"), 1):
        if _has_secret(line, known_secrets):
            return number
    return 0


def _has_secret(line: str, known_secrets: Collection[str]) -> bool:
    return (
        secret_names.has_password(line)
        or bool(_PASSWORD_HASH.search(line))
        or any(value in line for value in known_secrets if len(value) >= _SHORTEST_SECRET)
        or any(
            secret_names.names_secret(found["name"])
            and secret_names.may_be_secret(found["value"])
            and not _FROM_ELSEWHERE.match(found["value"])
            for found in _SETTING.finditer(line)
        )
    )
