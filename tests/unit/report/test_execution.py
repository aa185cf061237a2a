# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command in one container printed is passed on, and what was lost or changed is said."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import CUT
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.report.execution import print_execution
from vigo_bridge.report.screen import Screen
from vigo_bridge.run.results import BatchResult, EnvoyResult, EnvoyStatus, RunResult, run_status

_CHANGED = (
    "web1: shop/db: standard output was changed: it contains bytes that are not plain text; for an"
    " exact copy, encode it (-- sh -c 'COMMAND | base64') and decode it here (base64 -d)\n"
)
_CUT = (
    "web1: shop/db: standard output is too long, and its beginning is missing; write it to a file"
    " in the container, and copy that file\n"
)

#: what is printed -> standard output, messages, whether it is complete
OUTPUTS: dict[str, tuple[str, str, str, bool]] = {
    "a text": ("a\n\tb", "a\n\tb", "", True),
    "line breaks of a network protocol": ("a\r\nb\r\n", "a\nb\n", "", True),
    "an escape sequence": ("\x1b[31mred\n", "\\x1b[31mred\n", _CHANGED, True),
    "a NUL": ("a\0b\n", "a\\x00b\n", _CHANGED, True),
    "bytes that are not text": ("a\ufffdb\n", "a\ufffdb\n", _CHANGED, True),
    "without its beginning": (f"{CUT}end\n", f"{CUT}end\n", _CUT, False),
}


def run(*results: Result) -> RunResult:
    envoys = {"web1": EnvoyResult(EnvoyStatus.CHANGED, "", results)}
    batches = (BatchResult(tuple(envoys)),)
    status = run_status(list(envoys.values()))
    return RunResult(status, batches, envoys, datetime(2026, 1, 2, tzinfo=UTC), 1.0)


@pytest.mark.parametrize(("output", "shown", "said", "whole"), OUTPUTS.values(), ids=OUTPUTS)
def test_one_container(
    output: str, shown: str, said: str, whole: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = io.StringIO()
    done = Result("shop/db", "container", "ran", "container db", rc=0, output=output, stderr="")
    assert print_execution(run(done), Screen(), Screen(file=errors, width=400)) is whole
    assert (capsys.readouterr().out, errors.getvalue()) == (shown, said)


def test_of_several_containers_the_end_suffices(capsys: pytest.CaptureFixture[str]) -> None:
    done = Result("shop/db", "container", "ran", rc=0, output=f"{CUT}end\r\n", stderr="")
    page = io.StringIO()
    both = run(done, replace(done, id="shop/web"))
    assert print_execution(both, Screen(file=page, width=100), Screen(stderr=True))
    assert "earlier output was removed" in page.getvalue()
    assert "\\x0d" not in page.getvalue()
