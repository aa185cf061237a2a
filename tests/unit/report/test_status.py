# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of `status`, for people and scripts."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.stack_states import (
    ContainerState,
    LastRun,
)
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.status import print_status, status_as_data, status_of
from vigo_bridge.run.results import (
    BatchResult,
    EnvoyResult,
    EnvoyStatus,
    RunResult,
    run_status,
)

GOLDEN = Path(__file__).with_name("status_of_a_fleet.txt")
RUN = LastRun("2026-11-29T12:00:00+00:00", "alice@laptop", "changed", 3)


def box(container: str, /, **changes: Any) -> ContainerState:
    usual = ContainerState(
        resource=f"shop/{container}",
        engine="unix:///var/run/docker.sock",
        name=container,
        id="1" * 64,
        image=f"registry.example.com/{container}:v2",
        digest="sha256:0123456789abcdef",
        state="running",
        health="healthy",
        exit_code=0,
        restarts=0,
        started_at="2026-11-29T10:00:00Z",
        up_s=7200,
        ports=(),
    )
    return replace(usual, **changes)


def host(*containers: ContainerState, **changes: Any) -> EnvoyResult:
    results = tuple(Result(each.resource, "container", "none") for each in containers)
    files = (Result("shop/motd", "file", "none"), Result("shop/key", "file", "none"))
    found = EnvoyResult(
        EnvoyStatus.CONVERGED, "", (*results, *files), containers=containers, last_run=RUN
    )
    return replace(found, **changes)


def run(**envoys: EnvoyResult) -> RunResult:
    return RunResult(
        run_status(list(envoys.values())),
        (BatchResult(tuple(envoys)),),
        envoys,
        datetime(2026, 11, 29, 13, tzinfo=UTC),
        3.25,
    )


def page(result: RunResult, encoding: str = "utf-8", **options: Any) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", newline="\n")
    print_status(result, Screen(file=stream, width=80, **options))
    stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.fixture(autouse=True)
def in_utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def fleet() -> RunResult:
    """Return 200 hosts with 20 containers each; on five hosts, something is wrong."""
    names = [f"service{number:02}" for number in range(1, 21)]
    envoys: dict[str, EnvoyResult] = {}
    for number in range(1, 201):
        boxes = [
            box(name, up_s=3600 * number, ports=("8080->80",) if name == names[0] else ())
            for name in names
        ]
        envoys[f"web{number}"] = host(*boxes)
    sick = [box(name) for name in names]
    sick[3] = box(names[3], health="unhealthy", restarts=4, up_s=50)
    envoys["web17"] = host(
        *sick, notes=("container service04 is unhealthy; its last healthcheck failed",)
    )
    old = [box(name) for name in names]
    old[1] = box(names[1], image=f"registry.example.com/{names[1]}:v1", digest="sha256:fedcba9876")
    drift = Result(f"shop/{names[1]}", "container", "recreated", "image v1 -> v2")
    for name in ("web42", "web43"):
        kept = host(*old)
        results = tuple(drift if one.id == drift.id else one for one in kept.resources)
        envoys[name] = replace(kept, status=EnvoyStatus.PENDING, resources=results)
    left = box("legacy", resource="shop/legacy", state="exited", health="", exit_code=1, up_s=None)
    good = host(*(box(name) for name in names))
    envoys["web99"] = replace(good, containers=(*good.containers, left), orphans=("legacy",))
    envoys["web120"] = EnvoyResult(EnvoyStatus.UNREACHABLE, "ssh: connect: no route to host")
    return run(**envoys)


def test_a_large_fleet_is_readable() -> None:
    """Its page is a file of its own, so that a change of the page is seen in a review."""
    shown = page(fleet())
    assert shown == GOLDEN.read_text()
    assert len(shown.splitlines()) < 35


def test_problems_come_first() -> None:
    symbols = [line[0] for line in page(fleet()).splitlines() if line[0] in "✗~-✓"]
    assert symbols == sorted(symbols, key="✗~-✓".index)


def test_symbols_without_unicode() -> None:
    shown = page(fleet(), encoding="ascii")
    assert shown.isascii()
    assert {line[0] for line in shown.splitlines()} >= {"x", "~", "-", "+"}
    assert "\\u" not in shown


def test_colours_add_nothing_but_colours() -> None:
    coloured = page(fleet(), force_terminal=True, color_system="standard")
    assert "\x1b[" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert plain == page(fleet())


HOSTILE = "\x1b[2Jx\ny\u202e"


def test_what_hosts_say_cannot_control_the_terminal() -> None:
    bad = box("web", name=HOSTILE, resource=f"shop/{HOSTILE}", image=HOSTILE, ports=(HOSTILE,))
    result = run(
        a=host(
            bad,
            resources=(Result(bad.resource, "container", "updated", HOSTILE),),
            notes=(HOSTILE,),
            status=EnvoyStatus.PENDING,
            last_run=LastRun(HOSTILE, HOSTILE, "changed", 1),
        ),
        b=EnvoyResult(EnvoyStatus.FAILED, HOSTILE),
    )
    shown = page(result)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not any(line.startswith("y") for line in shown.splitlines())


#: a host -> the exit status and the status in JSON
ANSWERS: dict[str, tuple[EnvoyResult, int, str]] = {
    "as described": (host(box("web")), 0, "converged"),
    "no containers": (host(), 0, "converged"),
    "drift": (
        host(box("web"), status=EnvoyStatus.PENDING),
        2,
        "pending",
    ),
    "unhealthy": (host(box("web", health="unhealthy")), 2, "unhealthy"),
    "starting": (host(box("web", health="starting")), 0, "converged"),
    "restarting": (host(box("web", health="", state="restarting")), 2, "unhealthy"),
    "no longer in the stack": (host(box("web"), orphans=("old",)), 0, "converged"),
    "failed": (EnvoyResult(EnvoyStatus.FAILED, "no"), 3, "failed"),
    "unreachable": (EnvoyResult(EnvoyStatus.UNREACHABLE, "no"), 3, "failed"),
    "interrupted": (EnvoyResult(EnvoyStatus.INTERRUPTED), 130, "interrupted"),
}


@pytest.mark.parametrize(("envoy", "code", "word"), ANSWERS.values(), ids=ANSWERS)
def test_exit_status(envoy: EnvoyResult, code: int, word: str) -> None:
    result = run(a=envoy)
    assert status_of(result) == code
    assert status_as_data(result)["status"] == word


def test_a_failure_wins_over_drift() -> None:
    result = run(
        a=host(box("web", health="unhealthy"), status=EnvoyStatus.PENDING),
        b=EnvoyResult(EnvoyStatus.UNREACHABLE, "no"),
    )
    assert status_of(result) == 3


def test_json() -> None:
    data = status_as_data(run(a=host(box("web", ports=("80->80",)))))
    assert data["envoys"]["a"]["last_run"]["by"] == "alice@laptop"
    (container,) = data["envoys"]["a"]["containers"]
    assert container["resource"] == "shop/web"
    assert container["ports"] == ["80->80"]


#: the state of one container -> what its line must contain
LINES: dict[str, tuple[ContainerState, str]] = {
    "seconds": (box("web", up_s=59), "up 59 s"),
    "minutes": (box("web", up_s=60), "up 1 min"),
    "hours": (box("web", up_s=7199), "up 1 h"),
    "days": (box("web", up_s=86400 * 3), "up 3 d"),
    "exit code": (box("web", state="exited", exit_code=137, up_s=None), "exited (137)"),
    "restarts": (box("web", restarts=2), "restarts 2"),
    "digest": (box("web"), "registry.example.com/web:v2 (0123456789ab)"),
    "no digest": (box("web", digest=""), "registry.example.com/web:v2"),
    "no healthcheck": (box("web", health=""), "running  "),
}


@pytest.mark.parametrize(("container", "text"), LINES.values(), ids=LINES)
def test_lines(container: ContainerState, text: str) -> None:
    assert text in page(run(a=host(container))).splitlines()[0]


def test_an_engine_that_does_not_respond() -> None:
    """It is not known whether a container exists; what depends on it is not as described."""
    blocked = Result("shop/db", "container", "blocked", "no engine responds", error={})
    skipped = Result(
        "shop/web", "container", "skipped", "shop/db failed", failed_dependency="shop/db"
    )
    when = Result("shop/key", "file", "skipped", "when: false")
    results = (blocked, skipped, when)
    shown = page(run(a=host(resources=results, status=EnvoyStatus.FAILED)))
    assert shown.startswith(
        "✗ shop/db     a\n    blocked: no engine responds\n"
        "✗ shop/web    a\n    skipped: shop/db failed\n"
        "✓ 1 resource  a\n"
    )


def test_a_skipped_container_that_exists() -> None:
    skipped = Result("shop/web", "container", "skipped", "x failed", failed_dependency="shop/x")
    shown = page(run(a=host(box("web"), resources=(skipped,), status=EnvoyStatus.FAILED)))
    assert "✗ shop/web  running, healthy" in shown
    assert "\n    skipped: x failed\n" in shown


def test_a_missing_container() -> None:
    missing = Result("shop/web", "container", "created", "it does not exist")
    shown = page(run(a=host(resources=(missing,), status=EnvoyStatus.PENDING)))
    assert shown.startswith("~ shop/web  missing  a\n    would be created: it does not exist\n")


def test_a_container_that_an_update_has_kept() -> None:
    failed = box("web", name="web.vigo-failed", state="exited", health="", exit_code=1, up_s=None)
    envoy = host(box("web"))
    shown = page(run(a=replace(envoy, containers=(*envoy.containers, failed))))
    assert shown.split()[:4] == ["-", "web.vigo-failed", "exited", "(1)"]
    assert "kept by an update of shop/web" in shown


def test_hosts_that_no_run_is_known_of() -> None:
    shown = page(run(a=host(box("web")), b=host(box("web"), last_run=None)))
    assert "last run: 2026-11-29 12:00 by alice@laptop, changed  a\n" in shown
    assert "last run: none recorded  b\n" in shown
