# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds values of ``--set`` that are secrets, which are not kept in the history."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import find
from vigo_bridge.compose.secret_names import is_secret


def secret_settings(settings: Mapping[str, Any], known: Collection[str]) -> tuple[str, ...]:
    """Return the names of variables whose value is or contains a secret.

    known: the values of the run's secrets. A reference such as `secret:shop/db` is not a secret.
    """
    return tuple(
        name
        for name, value in settings.items()
        if any(_is_secret(key, text, known) for key, text in _texts(name, value))
    )


def _is_secret(name: str, text: str, known: Collection[str]) -> bool:
    if any(value in text for value in known if value):
        return True
    return not find(text) and is_secret(name, text)


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield every scalar of a value as text, with the name of the closest key."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield name, str(key)
            yield from _texts(str(key), item)
    elif isinstance(value, list | tuple | set):
        for item in value:
            yield from _texts(name, item)
    elif isinstance(value, bytes):
        yield name, value.decode(errors="replace")
    else:
        yield name, str(value)
