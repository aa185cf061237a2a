# SPDX-License-Identifier: GPL-3.0-or-later
"""What `rollback` and `history diff` refuse, before any host is asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vigo_bridge.cli.program import program
from vigo_bridge.run.history import History, Record
from vigo_bridge.run.kept_stacks import KeptStacks, Settings
from vigo_bridge.run.state import controller_folder, stack_key

STACKS = Path(__file__).parents[3] / "stacks"
ID = "0123456789abcdef"
FILES = {"stack.vgo": f"name: shop\nid: {ID}\n".encode(), "envoys/e.vgo": b"envoys: []\n"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a folder with a stack and an empty history."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, content in FILES.items():
        (tmp_path / "stacks" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "stacks" / name).write_bytes(content)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(program, list(arguments))


def add(
    command: str = "run",
    key: str = "",
    subject: str = "/srv/shop",
    files: dict[str, bytes] | None = FILES,
    settings: Settings = Settings(),  # noqa: B008 - it cannot change
) -> Record:
    history = History(controller_folder() / "history")
    record = history.add(
        1,
        command=command,
        subject=subject,
        key=key or stack_key(Path("stacks"), ID),
        fingerprint="",
    )
    history.write(replace(record, ended=True, finished=("a",), result={"status": "converged"}))
    if files is not None:
        stacks = KeptStacks(controller_folder() / "stacks")
        stacks.keep(record, files.items(), settings, history.numbers())
    return record


def contents() -> list[Path]:
    return list((controller_folder() / "stacks" / "contents").iterdir())


Build = Callable[[], object]


def both(*steps: Build) -> Build:
    return lambda: [step() for step in steps]


#: what is in the history -> the arguments, the message
REFUSED: dict[str, tuple[Build, Sequence[str], str]] = {
    "an empty history": (lambda: None, [], "the history has no rollout of the stack stacks."),
    "an empty history, by number": (
        lambda: None,
        ["1"],
        "rollout 1 is not in the history; the history is empty.",
    ),
    "one rollout": (add, [], "the history has only one rollout (1) of the stack stacks."),
    "no such number": (
        both(add, add),
        ["7"],
        "rollout 7 is not in the history; the history has 1 to 2.",
    ),
    "another stack's": (
        both(add, lambda: add(key="blog", subject="/srv/blog")),
        ["2"],
        "rollout 2 is of another stack, /srv/blog, not of stacks;",
    ),
    "a former ID's": (
        lambda: add(key="stack-other", subject=str(Path("stacks").absolute())),
        ["1"],
        "stack.vgo in stacks had another ID then; restore the ID",
    ),
    "another stack's before the last": (
        both(lambda: add(key="blog"), add),
        [],
        "the history has only one rollout (2) of the stack stacks.",
    ),
    "a command": (
        lambda: add(command="task run", key="task 1", files=None),
        ["1"],
        "rollout 1 is a command (task run), not of a stack;",
    ),
    "the undoing of a rollout": (
        both(add, lambda: add(command="rollout undo 1", key="undo stack-1", files=None)),
        ["2"],
        "rollout 2 is the undoing of a rollout (rollout undo 1), not of a stack;",
    ),
    "a change of state": (
        lambda: add(command="restart", key="state stack-1", files=None),
        ["1"],
        "rollout 1 is a change of state (restart), not of a stack;",
    ),
    "the undoing of the only rollout": (
        both(add, lambda: add(command="rollout undo 1", key="undo stack-1", files=None)),
        [],
        "the history has only one rollout (1) of the stack stacks.",
    ),
    "an earlier version's": (
        lambda: add(files=None),
        ["1"],
        "the history does not have the files of rollout 1: it is from an earlier version",
    ),
    "damaged contents": (
        both(add, lambda: [path.write_text("x") for path in contents()]),
        ["1"],
        "the kept files of rollout 1 cannot be used: stack.vgo: its content was changed",
    ),
    "contents that are gone": (
        both(add, lambda: [path.unlink() for path in contents()]),
        ["1"],
        "the kept files of rollout 1 cannot be used: stack.vgo: its content is missing",
    ),
    "a damaged list": (
        both(add, lambda: (controller_folder() / "stacks/000001.json").write_text("{")),
        ["1"],
        "the kept files of rollout 1 cannot be used: it is not valid JSON",
    ),
    "damaged settings": (
        lambda: add(settings=Settings("[")),
        ["1"],
        "the kept files of rollout 1 cannot be used: the values of --set are not valid YAML",
    ),
    "a secret that is needed": (
        lambda: add(settings=Settings("", ("db_password",))),
        ["1"],
        "because it is a secret; add it: --set db_password=VALUE.",
    ),
    "a broken stack.vgo": (
        both(add, lambda: Path("stacks/stack.vgo").write_text("name: [")),
        ["1"],
        "stacks/stack.vgo:1:",
    ),
    "no stack": (lambda: shutil.rmtree("stacks"), ["1"], "the stack 'stacks' does not exist"),
    "a stack that was removed": (
        both(lambda: add(subject=str(Path("stacks").absolute())), lambda: shutil.rmtree("stacks")),
        ["1"],
        "The history has its rollouts, the last one is 1; to roll back to one of them, create"
        f' stacks/stack.vgo with these lines:\n  name: shop\n  id: "{ID}"\nThen run this command'
        " again.",
    ),
    "a stack without a name that was removed": (
        both(
            lambda: add(subject=str(Path("stacks").absolute()), files={"configcrates/a.vgo": b""}),
            lambda: shutil.rmtree("stacks"),
        ),
        [],
        "to roll back to one of them, create an empty folder stacks, and run this command again.",
    ),
    "a folder without an ID": (
        both(add, lambda: Path("stacks/stack.vgo").unlink()),
        [],
        "has no rollout of the stack stacks. A stack without an ID in stack.vgo is known by its"
        " path: if its folder was renamed or moved, move it back.",
    ),
    "a folder without an ID, by number": (
        both(add, lambda: Path("stacks/stack.vgo").unlink()),
        ["1"],
        "`vigo-bridge history` lists them. A stack without an ID in stack.vgo is known by",
    ),
    "a rollout that the history has no longer": (
        both(
            add, add, add, lambda: Path("state/vigo-bridge/controller/history/000001.json").unlink()
        ),
        ["1"],
        "the history has 2 to 3, the last 2 (VIGO_BRIDGE_HISTORY sets how many are kept).",
    ),
}


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["rollback", "dry run"])
@pytest.mark.parametrize(("build", "arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(build: Build, arguments: list[str], message: str, more: list[str]) -> None:
    build()
    result = call("rollback", *arguments, *more, "--local", "--as", "a.example.com")
    assert message in result.output
    assert result.output.endswith("Nothing was changed.\n")
    assert result.exit_code == 1


def test_a_stack_that_got_an_id_since_is_the_same_one() -> None:
    """The path was its key before; then it fails later: no entry matches the host."""
    add(key=stack_key(Path("stacks")))
    result = call("rollback", "1", "--local", "--as", "a.example.com")
    assert "rolling back to rollout 1 (run, " in result.output
    assert "no match entry of stacks matches a.example.com" in result.output


#: the arguments -> the first line of the output
DIFFERENCES: dict[str, tuple[list[str], str]] = {
    "two": (["1", "2"], "from rollout 1 to rollout 2:"),
    "backwards": (["2", "1"], "from rollout 2 to rollout 1:"),
    "to the last one": (["1"], "from rollout 1 to rollout 3:"),
    "of the last one": (["3"], "from rollout 2 to rollout 3:"),
    "the same": (["2", "2"], "from rollout 2 to rollout 2:"),
    "no such number": (
        ["1", "9"],
        "Error: rollout 9 is not in the history; the history has 1 to 6",
    ),
    "another stack's": (
        ["1", "4"],
        "Error: rollouts 1 and 4 cannot be compared: one is of /srv/shop, the other of /srv/blog",
    ),
    "a command": (
        ["5", "5"],
        "Error: rollout 5 is a command (task run); only stacks can be compared",
    ),
    "another one's command": (
        ["1", "5"],
        "Error: rollout 5 is a command (task run); only stacks can be compared",
    ),
    "the undoing of a rollout": (
        ["6"],
        "Error: rollout 6 is the undoing of a rollout (rollout undo 1); only stacks can be"
        " compared",
    ),
    "the only one of its stack": (["4"], "Error: rollout 4 is the only one of /srv/blog"),
}


@pytest.mark.parametrize(("arguments", "first"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_differences(arguments: list[str], first: str) -> None:
    for number in range(3):
        add(files={**FILES, "configcrates/a.vgo": b"%d\n" % number})
    add(key="blog", subject="/srv/blog")
    add(command="task run", key="task 1", files=None)
    add(command="rollout undo 1", key="undo stack-1", files=None)
    result = call("history", "diff", *arguments)
    assert result.output.splitlines()[0] == first
    assert result.exit_code == (1 if first.startswith("Error") else 0)


def test_the_list_shows_sizes() -> None:
    add(files={"a": b"1" * 2048, "b": b"1" * 2048})
    add(files=None)
    result = call("history")
    assert "2, 4.0 KiB" in result.output.splitlines()[1]
    assert result.output.splitlines()[2].endswith("-")
    assert "the files of 1 rollout take 2.0 KiB in " in result.output


@pytest.mark.parametrize("text", ["-1", "x", "1.5", "9" * 30])
def test_a_wrong_limit(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGO_BRIDGE_HISTORY_MIB", text)
    result = call("history")
    assert (
        result.output == f"Error: VIGO_BRIDGE_HISTORY_MIB={text}: expected an integer, 0 or more\n"
    )


def test_a_stack_whose_folder_has_the_name_of_a_task() -> None:
    for number in range(2):
        add(key=stack_key(Path("task-runner")), files={"a": b"%d" % number})
    assert call("history", "diff", "1").output.startswith("from rollout 1 to rollout 2:")
