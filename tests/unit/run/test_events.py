# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of ansible-runner say that there is something to read, and nothing else counts."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from vigo_bridge.ansible.ansible_compat import event_reader
from vigo_bridge.run.converge import Converger, RunOptions
from vigo_bridge.run.playbook import is_event
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus

#: the event -> the hosts whose progress it reports
EVENTS: list[tuple[Any, list[str]]] = [
    ({"event": "runner_on_start", "event_data": {"host": "web1"}}, ["web1"]),
    ({"event": "runner_on_ok", "event_data": {"host": "web1"}}, ["web1"]),
    ({"event": "runner_on_unreachable", "event_data": {"host": "web1"}}, ["web1"]),
    ({"event": "playbook_on_stats", "event_data": {"host": "web1"}}, []),
    ({"event": "runner_on_start", "event_data": {"host": "other"}}, []),
    ({"event": "runner_on_ok", "event_data": {"host": "../web1"}}, []),
    ({"event": "runner_on_ok", "event_data": {"host": "web1\x1b[2J"}}, []),
    ({"event": "runner_on_ok", "event_data": {"host": None}}, []),
    ({"event": "runner_on_ok", "event_data": {"host": ["web1"]}}, []),
    ({"event": "runner_on_ok", "event_data": {"host": 1}}, []),
    ({"event": "runner_on_ok", "event_data": {}}, []),
    ({"event": "runner_on_ok", "event_data": None}, []),
    ({"event": "runner_on_ok", "event_data": "web1"}, []),
    ({"event": "runner_on_ok", "event_data": [1]}, []),
    ({"event": "runner_on_ok"}, []),
    ({"event": ["runner_on_ok"], "event_data": {"host": "web1"}}, []),
    ({"event": None, "event_data": None}, []),
    ({}, []),
]


@pytest.mark.parametrize(("event", "expected"), EVENTS)
def test_events(event: Any, expected: list[str], tmp_path: Path) -> None:
    ignored = Mock()
    converger = Converger(
        Path(), (), RunOptions(), tmp_path, ignored, Path(), ignored, ignored, None
    )
    seen = []

    def progress(host: str, envoy: EnvoyResult | None) -> None:
        seen.append(host)

    converger._event_handler(["web1"], tmp_path, progress)(event)
    assert seen == expected


BEGUN = [("web1", None), ("web2", None)]
WITHOUT_RESULT = "Ansible exited without a result for this host; -vv shows its output:"
#: the kind of event -> whether the host has its result then; None: it is not reported
KINDS = {
    "runner_on_start": False,
    "runner_on_ok": True,
    "runner_on_failed": True,
    "runner_on_unreachable": True,
    "runner_on_skipped": None,
}


@pytest.mark.parametrize(("kind", "has_result"), KINDS.items())
def test_the_end_of_a_host_brings_its_result(
    kind: str, has_result: bool | None, tmp_path: Path
) -> None:
    stop = Mock(cut=False)
    converger = Converger(Path(), (), RunOptions(), tmp_path, Mock(), Path(), stop, Mock(), None)
    (tmp_path / "web1.json").write_text('{"resources": [], "msg": ""}')
    seen: list[tuple[str, EnvoyResult | None]] = []
    handle = converger._event_handler(["web1", "web2"], tmp_path, lambda *one: seen.append(one))
    for host in ("web1", "web2"):
        handle({"event": kind, "event_data": {"host": host}})
    ended = [
        ("web1", EnvoyResult(EnvoyStatus.CONVERGED)),
        ("web2", EnvoyResult(EnvoyStatus.FAILED, WITHOUT_RESULT)),
    ]
    assert seen == ([] if has_result is None else ended if has_result else BEGUN)


#: what stands where an event of Ansible would
LOOK_ALIKES = ["[1]", '"text"', "7", "null", "{}", "no JSON", '{"uuid": 7}', '{"uuid": "../../x"}']


@pytest.mark.parametrize("content", LOOK_ALIKES)
def test_what_only_looks_like_an_event(content: str) -> None:
    events: list[dict[str, Any]] = []
    output = event_reader(io.StringIO(), events.append, is_event=is_event)
    output.write(marked(content) + "printed\n" + marked(json.dumps({"uuid": "a-1"})) + "shown\n")
    output.write(marked("{}"))
    output.close()
    assert [event.get("stdout") for event in events[:-1]] == ["printed", "shown"]
    assert events[0]["event"] == "verbose"
    assert events[1]["uuid"] == "a-1"


def marked(content: str) -> str:
    """Return the content in the form in which Ansible's callback prints events."""
    return f"\x1b[K{base64.b64encode(content.encode()).decode()}\x1b[20D\x1b[K"
