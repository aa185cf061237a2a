# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches the URL of a health check, and handles any response."""

from __future__ import annotations

import contextlib
import http.client
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from ansible_collections.vigo.bridge.plugins.module_utils.host.http_opener import (
    Redirects,
    opener,
)

#: The time limit of one attempt, in seconds.
LIMIT = 10.0
_TICK = 0.1
_SHOWN_CHARACTERS = 500


def fetch(url: str, given_up: Callable[[], bool], limit: float = LIMIT) -> str:
    """Return the problem with the response of an address; empty if its status is 2xx.

    Never raises an exception, and returns after `limit` seconds, or soon after `given_up` returns
    True. Timeouts of sockets cannot do that: each byte restarts them, and name resolution has none.
    """
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()
    deadline = time.monotonic() + limit
    try:
        threading.Thread(target=lambda: answers.put(_problem(url, limit)), daemon=True).start()
    except RuntimeError as error:
        return str(error)
    while not given_up() and (left := deadline - time.monotonic()) > 0:
        with contextlib.suppress(queue.Empty):
            return answers.get(timeout=min(_TICK, left))
    return f"no complete response within {limit:g} s"


def _problem(url: str, limit: float) -> str:
    try:
        # Longer than the limit, so that `fetch` ends an attempt without a response.
        with opener(Redirects()).open(url, timeout=2 * limit):
            return ""
    except urllib.error.HTTPError as error:
        return ": ".join(filter(None, [f"HTTP {error.code}", _said(error)]))
    except http.client.HTTPException as error:
        return f"the response is not valid HTTP: {_shown(str(error))}"
    except Exception as error:
        return _shown(str(getattr(error, "reason", error))) or type(error).__name__


def _said(error: urllib.error.HTTPError) -> str:
    """Return the end of the body of a status, or else the status in words."""
    body = b""
    with contextlib.suppress(Exception), error:
        body = error.read(_SHOWN_CHARACTERS)
    return body.decode(errors="replace").strip() or _shown(str(error.reason))


def _shown(text: str) -> str:
    return " ".join(text.split())[:_SHOWN_CHARACTERS]
