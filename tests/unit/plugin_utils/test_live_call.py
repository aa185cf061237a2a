# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a call that returns several, as its action gets them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils import live_call
from ansible_collections.vigo.bridge.plugins.plugin_utils.live_call import LiveCall

ROOT = Path(__file__).parents[3]
CALL = "0f" * 16


def answer(number: int, call: str = CALL) -> str:
    return json.dumps({"number": number, "invocation": {"module_args": {"_call": {call: True}}}})


#: what a program prints after what it was given, with requests read as `next` -> its results
PRINTED: dict[str, tuple[str, list[int | None]]] = {
    "two results": (f"read next; echo '{answer(1)}'; read next; echo '{answer(2)}'", [1, 2, None]),
    "nothing": ("true", [None, None]),
    "text of other programs": (
        f"echo Welcome; echo '{{}}'; printf '\\377\\n'; echo '{answer(7)}'; read next", [7, None],
    ),
    "another call": (f"echo '{answer(7, '1e' * 16)}'; sleep 100", [None]),
    "no end of the line": (f"printf %s '{answer(7)}'", [None]),
    "silence": ("sleep 100", [None]),
    "a line without end": ("head -c 3000000 /dev/zero; sleep 100", [None]),
}  # fmt: skip


@pytest.mark.parametrize(("program", "numbers"), PRINTED.values(), ids=PRINTED)
def test_results(program: str, numbers: list[int | None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_call, "_LONGEST", 1_000_000)
    with closing(LiveCall(["sh", "-c", program], b"given\n", CALL)) as call:
        for number in numbers:
            limit = 0.2 if number is None else 60.0
            assert (call.next(limit) or {}).get("number") == number


def test_a_result_that_comes_in_parts() -> None:
    parts = f"sleep 0.1; printf %s '{answer(8)[:9]}'; sleep 0.1; echo '{answer(8)[9:]}'; read next"
    with closing(LiveCall(["sh", "-c", f"{parts}; {parts}"], b"given\n", CALL)) as call:
        assert [(call.next(60) or {}).get("number") for _ in range(3)] == [8, 8, None]


def test_a_program_that_does_not_exist() -> None:
    with pytest.raises(OSError, match="nothing-here"):
        LiveCall(["/nothing-here"], b"", CALL)


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_closing_ends_the_program(tmp_path: Path) -> None:
    """And what it has started, which reads the same input."""
    program = f"sh -c 'echo $$ > {tmp_path}/pid; exec cat'; true"
    call = LiveCall(["sh", "-c", program], b"given\n", CALL)
    assert call.next(0.5) is None
    call.close()
    assert gone(int((tmp_path / "pid").read_text()))


def test_it_ends_when_this_process_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from ansible_collections.vigo.bridge.plugins.plugin_utils.live_call import LiveCall\n"
        f"call = LiveCall(['sh', '-c', 'echo $$ > {tmp_path}/pid; exec cat'], b'x', 'y')\n"
        "call.next(0.5)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert gone(int((tmp_path / "pid").read_text()))
