# SPDX-License-Identifier: GPL-3.0-or-later
"""What `rollback` chooses, and what it and `history diff` refuse, before any host is asked."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vigo_bridge.cli.program import program
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.run.history import History, Record
from vigo_bridge.run.kept_stacks import LARGEST, KeptStacks, Settings
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult, RunStatus
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
    outcome: str = "converged",
) -> Record:
    history = History(controller_folder() / "history")
    record = history.add(
        1,
        command=command,
        subject=subject,
        key=key or stack_key(Path("stacks"), ID),
        fingerprint="",
    )
    history.write(ended(record, outcome))
    if files is not None:
        stacks = KeptStacks(controller_folder() / "stacks", LARGEST, pytest.fail)
        stacks.keep(record, files.items(), settings, history.numbers())
    return record


#: what became of a rollout -> its status, those of its hosts, why it stopped
OUTCOMES: dict[str, tuple[RunStatus, Sequence[EnvoyStatus], str]] = {
    "converged": (RunStatus.CONVERGED, [EnvoyStatus.CHANGED], ""),
    "failed": (RunStatus.FAILED, [EnvoyStatus.CHANGED, EnvoyStatus.FAILED], ""),
    "a host was unreachable": (
        RunStatus.FAILED,
        [EnvoyStatus.CONVERGED, EnvoyStatus.UNREACHABLE],
        "",
    ),
    "no host was reachable": (RunStatus.FAILED, [EnvoyStatus.UNREACHABLE], ""),
    "a URL failed": (RunStatus.FAILED, [EnvoyStatus.CHANGED], "it answered 500"),
    "rolled back": (RunStatus.FAILED, [EnvoyStatus.ROLLED_BACK, EnvoyStatus.FAILED], "rolled back"),
    "aborted": (RunStatus.ABORTED, [EnvoyStatus.CHANGED, EnvoyStatus.UNTOUCHED], "aborted"),
    "interrupted": (RunStatus.INTERRUPTED, [EnvoyStatus.INTERRUPTED], ""),
}


def ended(record: Record, outcome: str) -> Record:
    if outcome == "killed":
        return replace(record, pid=1 << 30)
    status, hosts, stopped = OUTCOMES[outcome]
    envoys = {f"host{number}": EnvoyResult(one) for number, one in enumerate(hosts)}
    result = RunResult(status, (), envoys, datetime.datetime.now(datetime.UTC), 1.0, stopped)
    return replace(record, ended=True, result=run_as_data(result))


def contents() -> list[Path]:
    return list((controller_folder() / "stacks" / "contents").iterdir())


Build = Callable[[], object]


def remove_contents() -> None:
    for path in contents():
        path.unlink()


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
    "none that succeeded": (
        both(lambda: add(outcome="failed"), lambda: add(outcome="failed")),
        [],
        "no rollout of the stack stacks before rollout 2 succeeded; set the number",
    ),
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
    "the undo of a rollout": (
        both(add, lambda: add(command="rollout undo 1", key="undo stack-1", files=None)),
        ["2"],
        "rollout 2 is the undo of a rollout (rollout undo 1), not of a stack;",
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
        "the history does not have the files of rollout 1: it is from an earlier version of"
        " vigo-bridge, or its files exceeded VIGO_BRIDGE_HISTORY_MIB, or could not be written."
        " Instead, restore earlier files of the stack from version control, and use `vigo-bridge"
        " run`.",
    ),
    "damaged contents": (
        both(add, lambda: [path.write_text("x") for path in contents()]),
        ["1"],
        "the kept files of rollout 1 cannot be used: stack.vgo: its content was changed",
    ),
    "contents that are gone": (
        both(add, remove_contents),
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
        "The history has its rollouts, the last one is 1; to use one of them, create"
        f' stacks/stack.vgo with these lines:\n  name: shop\n  id: "{ID}"\nThen run this command'
        " again.",
    ),
    "a stack without a name that was removed": (
        both(
            lambda: add(subject=str(Path("stacks").absolute()), files={"configcrates/a.vgo": b""}),
            lambda: shutil.rmtree("stacks"),
        ),
        [],
        "to use one of them, create an empty folder stacks, and run this command again.",
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


GOOD = "converged"
#: rollouts, each with its files and what became of it -> which one is used without a number
DEFAULTS: dict[str, tuple[Sequence[tuple[str, str]], int]] = {
    "two": ([("a", GOOD), ("b", GOOD)], 1),
    "the last one failed": ([("a", GOOD), ("b", GOOD), ("c", "failed")], 2),
    "the last two failed": ([("a", GOOD), ("b", "failed"), ("c", "failed")], 1),
    "the one before the last failed": ([("a", GOOD), ("b", "failed"), ("c", GOOD)], 1),
    "it failed, and was repeated": ([("a", GOOD), ("b", "failed"), ("b", GOOD)], 1),
    "it was repeated": ([("a", GOOD), ("b", GOOD), ("b", GOOD)], 1),
    "all have the same files": ([("a", GOOD), ("a", GOOD)], 1),
    "all have the same files, and one failed": ([("a", GOOD), ("a", "failed"), ("a", GOOD)], 1),
    "it was repeated, and failed": ([("a", GOOD), ("b", GOOD), ("b", "failed")], 2),
    "it was rolled back": ([("z", GOOD), ("a", GOOD), ("b", "failed"), ("a", GOOD)], 1),
    "a rollback is taken back": ([("a", GOOD), ("b", GOOD), ("a", GOOD)], 2),
    **{
        f"the one before the last: {outcome}": ([("a", GOOD), ("b", outcome), ("c", "failed")], 1)
        for outcome in (
            *("no host was reachable", "a URL failed", "rolled back", "aborted"),
            *("interrupted", "killed"),
        )
    },
    "unreachable hosts do not count": (
        [("a", GOOD), ("b", "a host was unreachable"), ("c", "a host was unreachable")],
        2,
    ),
}


@pytest.mark.parametrize(("rollouts", "number"), DEFAULTS.values(), ids=DEFAULTS)
def test_the_default(rollouts: Sequence[tuple[str, str]], number: int) -> None:
    for content, outcome in rollouts:
        add(files={**FILES, "configcrates/a.vgo": content.encode()}, outcome=outcome)
    shown = call("rollback", "--local", "--as", "a.example.com").output
    assert f"rolling back to rollout {number} (run, " in shown
    skipped = [
        str(each)
        for each in range(number + 1, len(rollouts))
        if rollouts[each - 1][1] not in (GOOD, "a host was unreachable")
    ]
    said = f"skipping rollouts that did not succeed: {', '.join(skipped)}\n"
    assert (said in shown) is bool(skipped)


@pytest.mark.parametrize("outcome", ["failed", "aborted", "interrupted", "killed"])
def test_a_rollback_that_did_not_succeed_is_repeated(outcome: str) -> None:
    for content in ("a", "b"):
        add(files={**FILES, "configcrates/a.vgo": content.encode()})
    add(command="rollback 1", files={**FILES, "configcrates/a.vgo": b"a"}, outcome=outcome)
    shown = call("rollback", "--local", "--as", "a.example.com").output
    assert "rolling back to rollout 3 (rollback 1, " in shown


def test_a_default_whose_values_of_set_differ() -> None:
    for text in ("version: 1\n", "version: 2\n"):
        add(settings=Settings(text))
    shown = call("rollback", "--local", "--as", "a.example.com").output
    assert "rolling back to rollout 1 (run, " in shown


def test_a_default_without_files_is_not_passed_over() -> None:
    """An older one could be far from what the user expects."""
    for files in (FILES, None, {**FILES, "configcrates/a.vgo": b""}):
        add(files=files)
    shown = call("rollback", "--local", "--as", "a.example.com").output
    assert "the history does not have the files of rollout 2:" in shown


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
    "the undo of a rollout": (
        ["6"],
        "Error: rollout 6 is the undo of a rollout (rollout undo 1); only stacks can be compared",
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


#: what is in the history -> why it cannot be compared
NOT_KEPT: dict[str, tuple[Build, str]] = {
    "an earlier version's": (
        both(add, lambda: add(files=None)),
        "the history does not have the files of rollout 2: it is from an earlier version of"
        " vigo-bridge, or its files exceeded VIGO_BRIDGE_HISTORY_MIB, or could not be written",
    ),
    "a damaged list": (
        both(add, add, lambda: (controller_folder() / "stacks/000001.json").write_text("{")),
        "the kept files of rollout 1 cannot be used: it is not valid JSON",
    ),
    "contents that are gone": (
        both(add, lambda: add(files={}), remove_contents),
        "the kept files of rollout 1 cannot be used: envoys/e.vgo: its content is missing",
    ),
}


@pytest.mark.parametrize(("build", "problem"), NOT_KEPT.values(), ids=NOT_KEPT)
def test_what_cannot_be_compared(build: Build, problem: str) -> None:
    build()
    result = call("history", "diff", "1", "2")
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: rollouts 1 and 2 cannot be compared: {problem}")
    assert "vigo-bridge run" not in result.output
    assert "Nothing was changed" not in result.output


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
