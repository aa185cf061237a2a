# SPDX-License-Identifier: GPL-3.0-or-later
"""The responses of the server, by path."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import parse_qs

from vigo_bridge.watch.server.fleet_page import fleet_page, style
from vigo_bridge.watch.server.metrics import exposition
from vigo_bridge.watch.server.rollout_page import Rollouts
from vigo_bridge.watch.server.server import Response
from vigo_bridge.watch.server.snapshot import Recorder
from vigo_bridge.watch.server.status_json import status_json

_HTML = "text/html; charset=utf-8"
_ROLLOUT = re.compile(r"/rollouts/([0-9]{1,15})", re.ASCII)
#: A page reloads itself only if its address asks for it, in seconds.
_SHORTEST_REFRESH, _LONGEST_REFRESH = 5, 86400


class Pages:
    """Returns the responses for one stack."""

    def __init__(self, label: str, recorder: Recorder, rollouts: Rollouts) -> None:
        """Show what the recorder has. label: of the stack, until its name is known."""
        self._label, self._recorder, self._rollouts = label, recorder, rollouts

    def __call__(self, path: str, query: str) -> Response | None:
        """Return the response for a path; None if there is none."""
        if path == "/":
            return self._fleet(query)
        if path == "/style.css":
            return Response(style().encode(), "text/css; charset=utf-8")
        if path == "/metrics":
            snapshot = self._recorder.snapshot
            type, text = exposition(snapshot, snapshot.stack or self._label)
            return Response(text, type)
        if path == "/status.json":
            document = status_json(self._recorder.snapshot, self._label, self._recorder.late)
            return Response(document.encode(), "application/json")
        if path == "/healthz":
            return self._health()
        if path == "/favicon.ico":
            return Response(b"", "image/x-icon", HTTPStatus.NO_CONTENT)
        found = _ROLLOUT.fullmatch(path)
        key = self._recorder.snapshot.key
        page = self._rollouts.report(key, int(found[1])) if found else None
        return None if page is None else _html(page)

    def _fleet(self, query: str) -> Response:
        refresh = _refresh(query)
        snapshot = self._recorder.snapshot
        rollouts = self._rollouts.rows(snapshot.key, snapshot.fleet.turn)
        page = fleet_page(
            snapshot, snapshot.stack or self._label, self._recorder.late, rollouts, refresh
        )
        return _html(page, {"Refresh": str(refresh)} if refresh else {})

    def _health(self) -> Response:
        late = self._recorder.late
        if late:
            return Response(f"{late}\n".encode(), status=HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(b"ok\n")


def _html(page: str, headers: dict[str, str] | None = None) -> Response:
    return Response(page.encode("utf-8", "backslashreplace"), _HTML, headers=headers or {})


def _refresh(query: str) -> int:
    """Return after how many seconds the page reloads itself; 0 for never."""
    given = parse_qs(query, max_num_fields=10).get("refresh", [""])[0] if len(query) < 200 else ""
    if not re.fullmatch(r"[0-9]{1,5}", given, re.ASCII) or not int(given):
        return 0
    return min(max(int(given), _SHORTEST_REFRESH), _LONGEST_REFRESH)
