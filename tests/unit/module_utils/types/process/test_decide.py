# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done about the processes that were found. No process is changed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.processes import Process
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.process.behaviour import (
    ProcessBehaviour,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.process.spec import parse

NGINX = Process(12, 1, 100, frozenset({"nginx"}), "nginx: master process")
WORKER = Process(13, 12, 100, frozenset({"nginx"}), "nginx: worker process")
INIT = Process(1, 0, 1, frozenset({"systemd"}), "/sbin/init")
ENTRY = Process(1, 0, 1, frozenset({"sh"}), "sh /entry.sh")
SSHD = Process(50, 1, 1, frozenset({"sshd"}), "sshd: /usr/sbin/sshd -D [listener]")
KERNEL = Process(2, 0, 1, frozenset({"kthreadd"}), "[kthreadd]", is_kernel=True)
BY = {"restart_method": "start it"}
STOPPED = {"state": "stopped"}

#: attributes, what runs, whether it is triggered -> action and reason
CASES: dict[str, tuple[dict[str, Any], tuple[Process, ...], bool, str, str]] = {
    "runs": ({}, (NGINX,), False, "none", ""),
    "more than one": ({}, (NGINX, WORKER), False, "none", ""),
    "does not run": (BY, (), False, "started", "no process runs, expected at least 1"),
    "too few": (
        {**BY, "count": 2},
        (NGINX,),
        False,
        "restarted",
        "1 process runs: nginx (pid 12), expected 2",
    ),
    "too many": (
        {**BY, "max": 1},
        (NGINX, WORKER),
        False,
        "restarted",
        "2 processes run: nginx (pid 12), nginx (pid 13), expected 1",
    ),
    "triggered": (BY, (NGINX,), True, "restarted", "triggered"),
    "triggered, not running": (BY, (), True, "started", "no process runs, expected at least 1"),
    "triggered without a command": ({}, (NGINX,), True, "none", ""),
    "stopped": (STOPPED, (), False, "none", ""),
    "to be stopped": (STOPPED, (NGINX,), False, "stopped", "1 process runs: nginx (pid 12)"),
    "many to be stopped": (
        STOPPED,
        (NGINX,) * 7,
        False,
        "stopped",
        f"7 processes run: {', '.join(['nginx (pid 12)'] * 5)} and 2 more",
    ),
}

#: attributes, what runs -> the message
REFUSED: dict[str, tuple[dict[str, Any], tuple[Process, ...], str]] = {
    "no command": (
        {},
        (),
        "no process runs, expected at least 1; set restart_method to the command that starts it",
    ),
    "too many, no command": (
        {"max": 1},
        (NGINX, WORKER),
        "2 processes run: nginx (pid 12), nginx (pid 13), expected 1; stop some, or set"
        " restart_method to the command that corrects it",
    ),
    "init": (STOPPED, (NGINX, INIT), "process matches systemd (pid 1), which must not be stopped"),
    "first of a container": (STOPPED, (ENTRY,), "process matches sh (pid 1), which must not be"),
    "sshd": (STOPPED, (SSHD,), "process matches sshd (pid 50), which must not be stopped"),
    "the kernel": (STOPPED, (KERNEL,), "process matches kthreadd (pid 2), which must not be"),
}


@pytest.mark.parametrize(
    ("attributes", "found", "triggered", "action", "reason"), CASES.values(), ids=CASES
)
def test_decisions(
    attributes: dict[str, Any],
    found: tuple[Process, ...],
    triggered: bool,
    action: str,
    reason: str,
) -> None:
    spec = parse({"process": "nginx", **attributes})
    decision = ProcessBehaviour().decide(spec, found, Turn(triggered=triggered))
    assert (decision.action, decision.reason) == (action, reason)


@pytest.mark.parametrize(("attributes", "found", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done(
    attributes: dict[str, Any], found: tuple[Process, ...], message: str
) -> None:
    spec = parse({"process": "nginx", **attributes})
    with pytest.raises(ResourceError) as raised:
        ProcessBehaviour().decide(spec, found, Turn())
    assert raised.value.message.startswith(message)


@pytest.mark.parametrize("found", [(), (NGINX,)])
def test_it_is_unknown_where_earlier_changes_may_start_or_end_it(
    found: tuple[Process, ...],
) -> None:
    turn = Turn(check_mode=True, uncertain=True)
    assert ProcessBehaviour().decide(parse({"process": "nginx"}), found, turn).action == "unknown"


MATCHES = [
    ("nginx", "exact", True),
    ("ngin", "exact", False),
    ("/usr/sbin/nginx", "exact", True),
    ("nginx -g", "exact", False),
    ("ngin", "pattern", True),
    ("^/usr/sbin/nginx -g daemon off;$", "pattern", True),
    ("^nginx", "pattern", False),
]


@pytest.mark.parametrize(("process", "mode", "matches"), MATCHES)
def test_matching(process: str, mode: str, matches: bool) -> None:
    names = frozenset({"nginx", "/usr/sbin/nginx"})
    running = Process(12, 1, 100, names, "/usr/sbin/nginx -g daemon off;")
    assert parse({"process": process, "match_mode": mode}).matches(running) == matches
