# SPDX-License-Identifier: GPL-3.0-or-later
"""Why rollouts that wait cannot be listed or answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vigo_bridge.app import confirming
from vigo_bridge.failures import Failure
from vigo_bridge.run.confirmation import CONTINUE, Confirmations, Question
from vigo_bridge.run.state import controller_folder

QUESTION = Question(12, "run", "/srv/shop", 1, 3, ("b", "c"), "2026-01-01T10:00:00+00:00")


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let a rollout wait; return the folder of its question."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = controller_folder() / "waiting"
    with Confirmations(folder, pytest.fail).asked(QUESTION):
        yield folder


#: what is wrong -> what fails, the message
WRONG: dict[str, tuple[Callable[[Path], object], Callable[[], object], str]] = {
    "a folder that others can write to, listed": (
        lambda folder: folder.chmod(0o777),
        confirming.waiting_rollouts,
        "cannot list the rollouts that are waiting: ",
    ),
    "a folder that others can write to, answered": (
        lambda folder: folder.chmod(0o777),
        lambda: confirming.answer_rollout(12, CONTINUE),
        "cannot list the rollouts that are waiting: ",
    ),
    "a folder instead of the answer": (
        lambda folder: (folder / "000012.answer").mkdir(),
        lambda: confirming.answer_rollout(12, CONTINUE),
        "cannot answer rollout 12: ",
    ),
}


@pytest.mark.parametrize(("spoil", "do", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done(
    waiting: Path, spoil: Callable[[Path], object], do: Callable[[], object], message: str
) -> None:
    spoil(waiting)
    try:
        with pytest.raises(Failure) as error:
            do()
        assert str(error.value).startswith(message)
    finally:
        waiting.chmod(0o700)
        answer = waiting / "000012.answer"
        if answer.is_dir():
            answer.rmdir()
