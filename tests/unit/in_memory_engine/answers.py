# SPDX-License-Identifier: GPL-3.0-or-later
"""The responses and arguments of an engine's calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.client import HTTPMessage
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import Answer

#: Answers one call. Gets the engine, the parts of the path, and ``params`` and ``body`` by name.
Handler = Callable[..., Any]


class Refusal(Exception):
    """An answer with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def as_json(code: int, content: Any, headers: Mapping[str, str] | None = None) -> Answer:
    head = headers_of({"Content-Type": "application/json", **(headers or {})})
    return Answer(code, head, json.dumps(content).encode())


def headers_of(values: Mapping[str, str]) -> HTTPMessage:
    headers = HTTPMessage()
    for name, value in values.items():
        headers[name] = value
    return headers


def has_labels(labels: Mapping[str, str], params: Mapping[str, str]) -> bool:
    for wanted in json.loads(params.get("filters") or "{}").get("label") or ():
        name, equals, value = wanted.partition("=")
        if name not in labels or (equals and labels[name] != value):
            return False
    return True
