# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of a watched host, by short names, for the tables of tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus

_PAGE = Result("site/page", "file", "none")
_WEB = Result("site/web", "container", "none")
_ERROR = {"message": "no such image", "log": ""}


def _edited(text: str) -> Result:
    diff = {"before_header": "/srv/page", "before": f"{text}\n", "after": "as described\n"}
    return replace(_PAGE, action="updated", reason="content changed", diff=diff)


_STOPPED = replace(
    _WEB,
    action="started",
    reason="it was exited",
    diff={"before": {"state": "exited"}, "after": {"state": "running"}},
)
_BROKEN = replace(_WEB, action="failed", reason="no such image", error=_ERROR)
_BLOCKED = replace(_PAGE, action="blocked", reason="no such image", error=_ERROR)
_HELD = replace(_PAGE, action="skipped", failed_dependency="site/web")


def _host(status: EnvoyStatus, page: Result = _PAGE, web: Result = _WEB) -> EnvoyResult:
    return EnvoyResult(status, resources=(page, web))


#: What `plan` returns.
LOOKS: Mapping[str, EnvoyResult | None] = {
    "nothing": None,
    "interrupted": EnvoyResult(EnvoyStatus.INTERRUPTED),
    "as described": _host(EnvoyStatus.CONVERGED),
    "page is one": _host(EnvoyStatus.PENDING, _edited("one")),
    "page is two": _host(EnvoyStatus.PENDING, _edited("two")),
    "web stopped": _host(EnvoyStatus.PENDING, web=_STOPPED),
    "both differ": _host(EnvoyStatus.PENDING, _edited("one"), _STOPPED),
    "page is one, web is unknown": _host(
        EnvoyStatus.PENDING, _edited("one"), replace(_WEB, action="unknown")
    ),
    "web fails": _host(EnvoyStatus.FAILED, web=_BROKEN),
    "web fails, page waits": _host(EnvoyStatus.FAILED, _HELD, _BROKEN),
    "both fail": _host(EnvoyStatus.FAILED, _BLOCKED, _BROKEN),
    "call fails": EnvoyResult(EnvoyStatus.FAILED, "no Python"),
    "gone": EnvoyResult(EnvoyStatus.UNREACHABLE, "no route to host"),
}
#: What a rollout returns.
REPAIRS: Mapping[str, EnvoyResult | None] = {
    "": None,
    "not reached": EnvoyResult(EnvoyStatus.UNTOUCHED),
    "interrupted": EnvoyResult(EnvoyStatus.INTERRUPTED),
    "nothing to do": _host(EnvoyStatus.CONVERGED),
    "page written": _host(EnvoyStatus.CHANGED, _edited("one")),
    "web started": _host(EnvoyStatus.CHANGED, web=_STOPPED),
    "both done": _host(EnvoyStatus.CHANGED, _edited("one"), _STOPPED),
    "page written, web fails": _host(EnvoyStatus.FAILED, _edited("one"), _BROKEN),
    "page waits, web fails": _host(EnvoyStatus.FAILED, _HELD, _BROKEN),
    "web fails": _host(EnvoyStatus.FAILED, web=_BROKEN),
    "web fails, rolled back": replace(
        _host(EnvoyStatus.FAILED, _edited("one"), _BROKEN), restored=(_edited("one"),)
    ),
    "rolled back": replace(_host(EnvoyStatus.ROLLED_BACK, _edited("one"))),
    "unhealthy": replace(_host(EnvoyStatus.FAILED, _edited("one")), message="health check failed"),
    "call fails": EnvoyResult(EnvoyStatus.FAILED, "no Python"),
    "gone": EnvoyResult(EnvoyStatus.UNREACHABLE, "no route to host"),
}
