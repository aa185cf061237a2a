# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.container_logs: calls it once, or, for `vigo-bridge logs`, until the end.

Each call continues where the last one ended, so that a call that was lost with its connection is
repeated without losing lines. While logs are followed, one call returns many results where the
connection allows that: each further call would start Python on the target. Elsewhere, nothing stays
on a target between two calls.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any, Mapping

from ansible.errors import (
    AnsibleAuthenticationFailure,
    AnsibleConnectionFailure,
    AnsibleError,
)

from ..module_utils.converge.logs import PACKED
from ..module_utils.delivery.live_call import LIVE
from ..module_utils.types.registry import TYPES
from ..plugin_utils.checked_data import InvalidData
from ..plugin_utils.clean_errors import clean_action_errors
from ..plugin_utils.log_page import LogPage, unpacked
from ..plugin_utils.log_stream import LogStream, stream_of
from ..plugin_utils.printable import clean, cleaned_result
from ..plugin_utils.secret_action import with_texts_only
from ..plugin_utils.stack_action import StackCall

MODULE = "vigo.bridge.container_logs"
_TEXTS = {name: {"type": "str"} for name in ("scope", "state_dir", "docker_host", "since", "until")}
#: Arguments that only the first of several calls needs.
_FIRST = ("resources", "crates", "vars")
#: The shortest wait, in seconds: incomplete lines are left for the next call.
_NO_WAIT = 0.001
#: Seconds from the beginning of one call to that of the next one, at least.
_PACE = 0.5
#: How many seconds longer than it waits for lines a call that stays may take for a result.
_SILENCE = 20.0
#: After so many such calls without any result, the connection does not allow them.
_MOST_SILENT = 3
#: Seconds before each further attempt to read a target; the last one repeats.
_RETRIES = (0.0, 1.0, 2.0, 5.0)


class _Failed(Exception):
    """The module has failed. The message says why."""


class ActionModule(StackCall):
    added = (PACKED, LIVE)
    #: The last page that was sent.
    _last: LogPage | None = None
    #: How many calls have stayed on the target in a row without a result.
    _silent_calls = 0

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        super().run(tmp, task_vars)
        variables = task_vars or {}
        with clean_action_errors():
            arguments, _warning = self.stack_arguments(variables)
            arguments = _engines_only(with_texts_only(arguments, _TEXTS))
            stream = stream_of(variables["inventory_hostname"])
            if stream is None:
                return cleaned_result(self._called(arguments, variables))
            with contextlib.closing(stream):
                return self._streamed(arguments, variables, stream)

    def _called(self, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        return self.call(MODULE, arguments, task_vars, needs_sdk=True)

    def _streamed(
        self, arguments: Mapping[str, Any], task_vars: Mapping[str, Any], stream: LogStream
    ) -> dict[str, Any]:
        """Send all lines, and with ``wait`` also new ones until the reader ends.

        With ``wait``, a target that cannot be read is retried, also at the beginning.
        """
        wait = float(arguments.get("wait") or 0)
        failures = 0
        next_call = 0.0
        while self._last is None or self._last.more or wait:
            time.sleep(max(0.0, next_call - time.monotonic()))
            next_call, asked = time.monotonic() + _PACE, time.time_ns()
            waiting = wait if not failures else min(wait, _NO_WAIT)
            given = _next_arguments(arguments, self._last, waiting)
            try:
                self._last = _page(self._called({**given, PACKED: True}, task_vars), stream)
            except (AnsibleError, _Failed) as error:
                is_lost = isinstance(error, AnsibleConnectionFailure)
                if not (wait and (self._last or _may_pass(error))):
                    stream.end(str(error))
                    return {"failed": True, "msg": str(error)}
                if not failures:
                    stream.trouble(str(error))
                if is_lost:
                    self.reset_connection()
                next_call = time.monotonic() + _RETRIES[min(failures, len(_RETRIES) - 1)]
                failures += 1
                continue
            if failures:
                failures = 0
                stream.trouble("")
            stream.page(self._last, asked)
            if wait and not self._last.more and self._silent_calls < _MOST_SILENT:
                self._stay(_next_arguments(arguments, self._last, wait), task_vars, stream)
        stream.end()
        return {"changed": False}

    def _stay(
        self, arguments: Mapping[str, Any], task_vars: Mapping[str, Any], stream: LogStream
    ) -> None:
        """Send what a call returns that stays on the target, until it ends.

        The next call finds out why it has ended, and continues after the last page.
        """
        call = self.live_call(MODULE, arguments, task_vars)
        if call is None:
            self._silent_calls = _MOST_SILENT
            return
        self._silent_calls += 1
        with contextlib.closing(call):
            while True:
                asked = time.time_ns()
                answer = call.next(float(arguments["wait"]) + _SILENCE)
                if answer is None:
                    return
                self._silent_calls = 0
                try:
                    self._last = _page(answer, stream)
                except (AnsibleConnectionFailure, _Failed):
                    return
                stream.page(self._last, asked)


def _page(result: Mapping[str, Any], stream: LogStream) -> LogPage:
    """Return the page in a result. Raise AnsibleConnectionFailure and _Failed."""
    if result.get("unreachable"):
        raise AnsibleConnectionFailure(str(result.get("msg")))
    if result.get("failed"):
        raise _Failed(str(result.get("msg")))
    for note in result.get("notes") or ():
        stream.note(clean(str(note)))
    try:
        return unpacked(result.get(PACKED))
    except InvalidData as error:
        raise _Failed(f"the host returned an invalid result: {error}") from error


def _may_pass(error: Exception) -> bool:
    """Return whether a target that was never read may answer later.

    A wrong password is not tried again, because accounts are locked after a few attempts.
    """
    if isinstance(error, AnsibleAuthenticationFailure):
        return False
    return isinstance(error, (AnsibleConnectionFailure, _Failed))


def _next_arguments(
    arguments: Mapping[str, Any], last: LogPage | None, wait: float
) -> dict[str, Any]:
    if last is None:
        return {**arguments, "wait": _NO_WAIT if wait else 0}
    given = {name: value for name, value in arguments.items() if name not in _FIRST}
    waiting = _NO_WAIT if wait and last.more else wait
    return {**given, "cursor": last.cursor, "wait": waiting}


def _engines_only(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with only those resources that say which engines are used.

    So no secret is sent that a resource uses. Of those on the usual engine, one is enough.
    """
    kept = []
    is_usual_known = False
    for resource in arguments.get("resources") or ():
        kind = TYPES.get(str(resource.get("type"))) if isinstance(resource, Mapping) else None
        if kind is None or not kind.needs_engine:
            continue
        if not resource.get("docker_host"):
            if is_usual_known:
                continue
            is_usual_known = True
        needed = [name for name, option in kind.options.items() if option.get("required")]
        names = ("id", "type", "docker_host", "template", "item", *needed)
        kept.append({name: resource[name] for name in names if name in resource})
    if kept and not arguments.get("containers"):
        return {**arguments, "resources": kept}
    return {name: value for name, value in arguments.items() if name not in _FIRST}
