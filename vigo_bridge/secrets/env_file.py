# SPDX-License-Identifier: GPL-3.0-or-later
"""A file for the shell that sets the variables of the ``env`` secret store."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import read_regular
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import environment_name
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError

DEFAULT_ENV_FILE = "secrets.env"
_LARGEST = 16 << 20
_HEADER = "# Secrets of the stack. Load them before you call vigo-bridge: `. {}`\n"
_ASSIGNMENT = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)", re.DOTALL)


def read_env_file(file: Path) -> str:
    """Return the text of the file; empty if it does not exist. Raise StoreError."""
    try:
        return read_regular(str(file), _LARGEST).decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StoreError(f"{file} cannot be read: {reason}; correct it, or remove it") from error


def variables(text: str, file: Path) -> dict[str, str]:
    """Return the variables that the file sets, by name. Raise StoreError for any other command."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    found = {}
    try:
        for word in lexer:
            match = _ASSIGNMENT.fullmatch(word)
            if match:
                found[match["name"]] = match["value"]
            elif word != "export":
                raise StoreError(_invalid(file, lexer.lineno, "expected export NAME='VALUE'"))
    except ValueError as error:
        raise StoreError(_invalid(file, lexer.lineno, "a quote is not closed")) from error
    return found


def _invalid(file: Path, line: int, reason: str) -> str:
    return f"{file}: {reason}, in line {line} or before; correct it, or remove the file"


def with_secrets(text: str, secrets: Mapping[str, str], file: Path) -> str:
    """Return the text with further secrets, by path."""
    start = text or _HEADER.format(file.name)
    if not start.endswith("\n"):
        start += "\n"
    lines = [
        f"export {environment_name(path)}={shlex.quote(value)}\n"
        for path, value in sorted(secrets.items())
    ]
    return start + "".join(lines)
