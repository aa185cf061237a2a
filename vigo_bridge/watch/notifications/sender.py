# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends one message with apprise, in a process of its own: `notify_delivery` starts it.

So a service that does not answer can be ended, memory of the watcher does not grow, and a URL with
a password is in no command line: it arrives on standard input. Standard output gets one line of
JSON, in which no part of the URL is.
"""

from __future__ import annotations

import json
import logging
import re
import signal
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

#: Seconds after which the system ends this process, also if the watcher was killed.
LIMIT = 60
_LONGEST_REASON = 300
#: The shortest part of a URL that is masked; shorter ones such as `s` or `to` occur in other words.
_SHORTEST_PART = 3
_PARTS = re.compile(r"[/:@?&=,;+#\s]+")
#: Mentions that would notify people in chat services.
_MENTION = re.compile(r"@(?=\w)|<(?=[!@#])")


def command() -> list[str]:
    """Return the command that starts this program."""
    return [sys.executable, "-P", __file__]


def main() -> None:
    """Check URLs, or send a message; what to do is JSON on standard input."""
    signal.alarm(LIMIT)
    job: dict[str, Any] = json.load(sys.stdin)
    if "urls" in job:
        answer: object = [_service(url) is not None for url in job["urls"]]
    else:
        answer = _send(job["url"], job["title"], job["text"], job["severity"])
    json.dump(answer, sys.stdout)


def _service(url: str) -> Any:
    """Return the service of a URL; None if apprise does not accept it."""
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(
        app_id="vigo-bridge",
        app_desc="vigo-bridge",
        async_mode=False,
        secure_logging=True,
        storage_mode="memory",
    )
    _quiet()
    found: Any = Apprise.instantiate(url, asset=asset)
    if found is not None and "overflow=" not in url.lower():
        from apprise.common import OverflowMode

        found.overflow_mode = OverflowMode.TRUNCATE
    return found


def _send(url: str, title: str, text: str, severity: str) -> str:
    """Send a message; return why that failed, or an empty text."""
    from apprise import Apprise, NotifyFormat

    sender = Apprise()
    service = _service(url)
    if service is None:
        return "apprise does not accept this URL"
    reasons = _quiet()
    sender.add(service)
    done = sender.notify(
        body=_without_mentions(text),
        title=_without_mentions(title),
        notify_type=severity,
        body_format=NotifyFormat.TEXT,
    )
    if done:
        return ""
    said = " ".join(" ".join(reasons.found).split()) or "the service did not accept the message"
    return without_parts(said, url)[:_LONGEST_REASON]


class _Reasons(logging.Handler):
    """The warnings of apprise, as texts."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


def _quiet() -> _Reasons:
    """Keep apprise from printing, and return what it would have printed from now on."""
    logger, reasons = logging.getLogger("apprise"), _Reasons()
    logger.handlers, logger.propagate = [reasons], False
    logger.setLevel(logging.WARNING)
    return reasons


def _without_mentions(text: str) -> str:
    """Return a text without mentions that would notify people in a chat."""
    return _MENTION.sub(r"\g<0> ", text)


def without_parts(text: str, url: str) -> str:
    """Return a text with each part of the URL replaced, as any of them can be a password."""
    rest = url.partition("://")[2]
    parts = {part for one in (rest, unquote(rest)) for part in _PARTS.split(one)}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _SHORTEST_PART:
            text = text.replace(part, "***")
    return text


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
