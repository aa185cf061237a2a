# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks Ansible's configuration, because Ansible's programs print tracebacks for errors in it."""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import read_regular
from vigo_bridge.ansible import ansible_compat
from vigo_bridge.ansible.configuration_files import configuration_file
from vigo_bridge.failures import Refusal

_LARGEST = 1 << 20
#: The types of settings for which Ansible creates folders.
_FOLDERS = ("tmp", "tmppath", "temppath")
_EXPECTED = {"int": "an integer", "integer": "an integer", "float": "a number"}


def check_configuration_file() -> None:
    """Raise Refusal if Ansible cannot read the file that it would use, naming the line."""
    file = configuration_file()
    if file is not None:
        _parsed(file)


def check_configuration() -> None:
    """Raise Refusal if a file or a variable of the environment has a value of the wrong type.

    This takes a sixth of a second if anything is configured.
    """
    file = configuration_file()
    text = _parsed(file) if file is not None else ""
    if file is None and not any(name.startswith("ANSIBLE_") for name in os.environ):
        return
    from ansible.errors import AnsibleError

    try:
        manager = ansible_compat.configuration()
    except AnsibleError as error:
        raise Refusal(f"Ansible's configuration cannot be used: {error}") from error
    for name, definition in manager.get_configuration_definitions().items():
        if definition.get("type") in _FOLDERS:
            continue
        try:
            manager.get_config_value(name)
        except AnsibleError as error:
            raise Refusal(_invalid(name, definition, file, text, error)) from error


def _parsed(file: Path) -> str:
    """Return the file's text."""
    try:
        text = read_regular(str(file), _LARGEST).decode(errors="surrogateescape")
    except OSError as error:
        raise Refusal(
            f"{file}: Ansible's configuration cannot be read: {error.strerror};"
            " correct or remove it"
        ) from error
    if text.startswith("\ufeff") or "\0" in text:
        raise Refusal(f"{file}:1: expected UTF-8 text without a byte order mark; save it as such")
    try:
        configparser.ConfigParser(inline_comment_prefixes=(";",)).read_string(text)
    except configparser.Error as error:
        raise Refusal(f"{file}:{_mistake(error)}") from error
    return text


def _mistake(error: configparser.Error) -> str:
    """Return the number of the line, and the problem there."""
    if isinstance(error, configparser.MissingSectionHeaderError):
        return f"{error.lineno}: expected a section such as [defaults] before this line"
    if isinstance(error, configparser.ParsingError):
        return f"{error.errors[0][0]}: expected KEY = VALUE"
    if isinstance(error, configparser.DuplicateOptionError):
        return f"{error.lineno}: duplicate key {error.option!r} in [{error.section}]"
    if isinstance(error, configparser.DuplicateSectionError):
        return f"{error.lineno}: duplicate section [{error.section}]"
    return f" {error.message}"


def _invalid(
    name: str, definition: Mapping[str, Any], file: Path | None, text: str, error: Exception
) -> str:
    """Return where the value of a setting is, and what is expected of it. text: the file's."""
    kind, choices = definition.get("type"), definition.get("choices")
    expected = _EXPECTED.get(str(kind), f"a value of type {kind}")
    if choices:
        expected = f"one of {', '.join(map(str, choices))}"
    for variable in definition.get("env", ()):
        value = os.environ.get(variable["name"])
        if value is not None:
            return f"{variable['name']}: invalid value {value!r}: expected {expected}"
    for entry in definition.get("ini", ()):
        line = _line(text, entry["section"], entry["key"])
        if line:
            return f"{file}:{line}: invalid value for {entry['key']}: expected {expected}"
    return f"Ansible's setting {name} is invalid: {error}"


def _line(text: str, section: str, key: str) -> int | None:
    """Return the number of the line that sets a key, or None if none does."""
    key_at_begin = re.compile(rf"\s*{re.escape(key)}\s*[=:]", re.IGNORECASE)
    inside = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("["):
            inside = line.startswith(f"[{section}]")
        elif inside and key_at_begin.match(line):
            return number
    return None
