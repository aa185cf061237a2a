# SPDX-License-Identifier: GPL-3.0-or-later
"""The next run does what check mode predicted, except for results that it reported as unknown."""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import GraphError
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.envoys import run

Entry = dict[str, Any]
_PLACE = tempfile.TemporaryDirectory()
#: With the file `f` in the folder `d`.
ARCHIVE = Path(_PLACE.name) / "archive.tar"
with tarfile.open(ARCHIVE, "w") as _archive:
    _archive.addfile(tarfile.TarInfo("d/f"))


def actions(
    entries: list[Entry],
    folder: Path,
    *,
    check: bool,
    when: str | None = None,
    target: Callable[[bool], Target] = Target,
) -> dict[str, str]:
    """Return the actions. HERE is the folder, in every text. when: that of the crate c."""
    placed = [_placed(entry, str(folder)) for entry in entries]
    crates = {"c": {"when": _placed(when, str(folder))}, "d": {}} if when else None
    state = folder / "state"
    results = run(placed, state, check=check, crates=crates, target=target(check))
    return {result.id: result.action for result in results}


def _placed(value: Any, folder: str) -> Any:
    if isinstance(value, str):
        return value.replace("HERE", folder)
    if isinstance(value, list):
        return [_placed(item, folder) for item in value]
    if isinstance(value, dict):
        return {name: _placed(item, folder) for name, item in value.items()}
    return value


def file(name: str, **more: Any) -> Entry:
    return {"id": name, "type": "file", "target_path": f"HERE/{name}", **more}


def command(name: str, text: str = "true", **more: Any) -> Entry:
    return {"id": name, "type": "exec", "command": text, **more}


def package(name: str, **more: Any) -> Entry:
    path = {"target_path": f"HERE/{name}-package", "url": str(ARCHIVE)}
    return {"id": name, "type": "source_package", **path, **more}


#: a stack -> the predicted actions in order; the run must do the same, `unknown` excepted
CASES: dict[str, tuple[list[Entry], list[str]]] = {
    "a file that would exist satisfies file_exists": (
        [file("a"), file("b", when="file_exists('HERE/a')", depends_on="a")],
        ["created", "created"],
    ),
    "and its folder dir_exists": (
        [file("d/a"), file("b", when="dir_exists('HERE/d')", depends_on="d/a")],
        ["created", "created"],
    ),
    "also where no edge says so": (
        [file("a"), file("b", when="file_exists('HERE/a')")],
        ["created", "created"],
    ),
    "what would be removed does not exist": (
        [
            file("a"),
            file("gone", target_path="HERE/a", state="absent", depends_on="a"),
            file("b", when="file_exists('HERE/a')", depends_on="gone"),
        ],
        ["created", "deleted", "skipped"],
    ),
    "a source that a command may alter": (
        [
            file("a"),
            file("c"),
            file("copy", target_path="HERE/c", source="HERE/a"),
            command("b", "echo x > HERE/a"),
            file("later", target_path="HERE/c", source="HERE/a"),
            file("new", source="HERE/a"),
        ],
        ["created", "created", "none", "ran", "unknown", "created"],
    ),
    "creates": (
        [file("a"), command("b", creates="HERE/a", depends_on="a")],
        ["created", "skipped"],
    ),
    "removes": (
        [file("a"), command("b", "rm HERE/a", removes="HERE/a", depends_on="a")],
        ["created", "ran"],
    ),
    "source": (
        [file("a", content="x"), file("b", source="HERE/a", depends_on="a")],
        ["created", "created"],
    ),
    "source that would be removed": (
        [
            file("a", content="x"),
            file("gone", target_path="HERE/a", state="absent", depends_on="a"),
            file("b", source="HERE/a", depends_on="gone"),
        ],
        ["created", "deleted", "failed"],
    ),
    "two resources of one file, equal": (
        [file("a", content="x"), file("again", target_path="HERE/a", content="x", depends_on="a")],
        ["created", "none"],
    ),
    "two resources of one file, different": (
        [file("a", content="x"), file("b", target_path="HERE/a", content="y", depends_on="a")],
        ["created", "updated"],
    ),
    "an edit of a file that would be written": (
        [
            file("a", content="x"),
            file("edit", target_path="HERE/a", stream_edit="tr x y", depends_on="a"),
            file("c", target_path="HERE/a", content="y", depends_on="edit"),
        ],
        ["created", "updated", "none"],
    ),
    "a command may alter any file": (
        [command("a", "touch HERE/x"), file("b", when="file_exists('HERE/x')", depends_on="a")],
        ["ran", "unknown"],
    ),
    "also where no edge says so, but only of what comes later": (
        [
            file("a", when="file_exists('HERE/x')"),
            command("b", "touch HERE/x"),
            file("c", when="file_exists('HERE/x')"),
        ],
        ["skipped", "ran", "unknown"],
    ),
    "a file may alter what a command says": (
        [file("a"), file("b", when="command_succeeds('test -e HERE/a')", depends_on="a")],
        ["created", "unknown"],
    ),
    "but not whether a process runs": (
        [file("a"), file("b", when="process_running('no-such')", depends_on="a")],
        ["created", "skipped"],
    ),
    "what runs anyway, and may be triggered as well": (
        [command("c/a"), command("d/b", unless="true", notify="c/a")],
        ["ran", "unknown"],
    ),
    "one side of && that is false decides": (
        [
            command("a"),
            file("b", when="file_exists('HERE/x') && hour_range('0', '24') && distro('no')"),
            file("c", when="file_exists('HERE/x') && !distro('no')", depends_on="a"),
            file("d", when="command_succeeds('x') && distro('no')", depends_on="a"),
            file("e", when="command_succeeds('x') || !distro('no')", depends_on="a"),
        ],
        ["ran", "skipped", "unknown", "skipped", "created"],
    ),
    "what is below something unknown": (
        [
            command("a"),
            command("b", onlyif="true", depends_on="a"),
            command("c", creates="HERE/x", depends_on="b"),
        ],
        ["ran", "unknown", "unknown"],
    ),
    "a trigger that may not come": (
        [
            command("a"),
            command("b", onlyif="false", depends_on="a", notify=["c", "d", "e", "f"]),
            command("c", when="changed"),
            command("d", unless="true"),
            command("e", "touch HERE/e", creates="HERE/e"),
            file("f"),
        ],
        ["ran", "unknown", "unknown", "unknown", "unknown", "created"],
    ),
    "a trigger that comes anyway": (
        [
            command("a", notify="c"),
            command("b", onlyif="false", depends_on="a", notify="c"),
            command("c", when="changed"),
        ],
        ["ran", "unknown", "ran"],
    ),
    "a trigger that may not come, and would change nothing": (
        [
            command("a"),
            file(
                "b",
                target_path="HERE/x",
                when="file_exists('HERE/x')",
                depends_on="a",
                subscribes="a",
            ),
            file("c", target_path="HERE/y", state="absent", depends_on="a", subscribes="b"),
        ],
        ["ran", "unknown", "none"],
    ),
    "a trigger that may not come, to a resource that waits for it alone": (
        [
            command("a"),
            command("b", onlyif="true", depends_on="a", notify=["c", "d"]),
            file("c", target_path="HERE/y", state="absent", when="changed"),
            command("d", "touch HERE/d", when="changed"),
        ],
        ["ran", "unknown", "unknown", "unknown"],
    ),
    "a condition that cannot be asked yet, of what has nothing to do anyway": (
        [
            command("a", "touch HERE/x"),
            file(
                "b",
                target_path="HERE/y",
                state="absent",
                when="file_exists('HERE/x')",
                depends_on="a",
            ),
            command("c", onlyif="false", when="file_exists('HERE/x')", depends_on="a"),
            command("d", creates="/", when="file_exists('/no/such')", depends_on="a"),
            command("e", "touch HERE/e", subscribes="b"),
        ],
        ["ran", "unknown", "unknown", "unknown", "ran"],
    ),
    "a file that a command may have altered since": (
        [
            command("before"),
            file("a", depends_on="before"),
            file("b", when="file_exists('HERE/a')", depends_on="a"),
            command("c", creates="HERE/a", depends_on="b"),
            command("d", "rm HERE/a", depends_on="c"),
            file("e", when="file_exists('HERE/a')", depends_on="d"),
            command("f", creates="HERE/a", depends_on="d"),
        ],
        ["ran", "created", "created", "skipped", "ran", "unknown", "unknown"],
    ),
    "a file that may be written may alter its own path alone": (
        [
            file("a"),
            file("d/b", when="command_succeeds('test -e HERE/a')"),
            file("c", when="file_exists('HERE/d/b')"),
            file("e", when="dir_exists('HERE/d')"),
            file("f", when="file_exists('HERE/other')"),
            file("g", when="file_exists('HERE/a')"),
        ],
        ["created", "unknown", "unknown", "unknown", "skipped", "created"],
    ),
    "a file that another resource may have written": (
        [
            file("a"),
            file("b", target_path="HERE/y", when="command_succeeds('test -e HERE/a')"),
            file("c", target_path="HERE/y"),
        ],
        ["created", "unknown", "unknown"],
    ),
    "a second turn that unknown hides what the first one does": (
        [
            file("a", content="x"),
            file("copy", source="HERE/a", subscribes="d/b"),
            command("d/b", "echo y > HERE/a"),
        ],
        ["created", "unknown", "ran"],
    ),
    "one guard that says no is enough": (
        [file("a"), command("b", onlyif="true", creates="HERE/a", depends_on="a")],
        ["created", "skipped"],
    ),
    "what an earlier command may provide is not missing": (
        [command("a", "echo x > HERE/x"), file("b", source="HERE/x", depends_on="a")],
        ["ran", "unknown"],
    ),
    "what an earlier file would be in the way of": (
        [file("a"), file("a/b", depends_on="a")],
        ["created", "failed"],
    ),
    "what an earlier file makes room for": (
        [file("a"), file("gone", target_path="HERE/a", state="absent"), file("a/b")],
        ["created", "deleted", "created"],
    ),
    "an archive that would be unpacked": (
        [
            file("other"),
            package("a", binary_path="d/f"),
            file("a-package/d/f", content="x"),
            command("b", creates="HERE/other"),
            command("c", creates="HERE/a-package/d/f"),
            package("again", target_path="HERE/a-package"),
        ],
        ["created", "created", "unknown", "skipped", "unknown", "unknown"],
    ),
    "an archive for a folder that would be there": (
        [file("a-package/own"), package("a"), package("b", binary_path="d/f")],
        ["created", "updated", "created"],
    ),
    "an archive for a folder that would be a file": (
        [file("a-package"), package("a")],
        ["created", "failed"],
    ),
    "what is in a folder that would be removed": (
        [
            file("a-package/d/f", content="x"),
            package("a", state="absent"),
            file("c", when="file_exists('HERE/a-package/d/f')"),
            file("a-package/d/g"),
        ],
        ["created", "deleted", "unknown", "unknown"],
    ),
    "a source that comes with an archive": (
        [package("a", binary_path="d/f"), file("b", source="HERE/a-package/d/f")],
        ["created", "unknown"],
    ),
    "what nobody provides is": (
        [file("a"), file("b", source="HERE/x", depends_on="a")],
        ["created", "failed"],
    ),
}


@pytest.mark.parametrize(("entries", "expected"), CASES.values(), ids=CASES)
def test_case(tmp_path: Path, entries: list[Entry], expected: list[str]) -> None:
    predicted = actions(entries, tmp_path, check=True)
    assert list(tmp_path.iterdir()) == [], "check mode touched it"
    assert list(predicted.values()) == expected
    real = actions(entries, tmp_path, check=False)
    assert _without_unknown(real, predicted) == _without_unknown(predicted, predicted)


FILES = "file copy absent edit"
ALL = f"{FILES} touch make remove wipe ask asked unpack unpacked removed"
#: Kinds that need the modules of Ansible.
MODULES = "line block gone touched linked edited folder inside"
ASKING = (
    "file_exists('HERE/{}')",
    "!file_exists('HERE/{}')",
    "dir_exists('HERE/{}') || file_exists('HERE/{}')",
    "changed",
    "changed && file_exists('HERE/{}')",
)


@st.composite
def stacks(draw: st.DrawFn, kinds: str = ALL) -> list[Entry]:
    """Draw a stack: each resource has a path of its own, HERE/rN; commands may remove what
    others have made.

    Edges, triggers, gates and guards are free.
    """
    names = [f"r{number}" for number in range(draw(st.integers(1, 7)))]
    crates = draw(st.lists(st.sampled_from("cd"), min_size=len(names), max_size=len(names)))
    ids = [f"{crate}/{name}" for crate, name in zip(crates, names, strict=True)]
    some = st.lists(st.sampled_from(ids), max_size=2, unique=True)
    asking = ASKING + (("command_succeeds('test -e HERE/{}')",) if "ask" in kinds else ())
    entries = []
    for identity, name in zip(ids, names, strict=True):
        entry = _entry(name, draw(st.sampled_from(names)), draw(st.sampled_from(kinds.split())))
        entry["id"] = identity
        if draw(st.booleans()):
            asked = draw(st.sampled_from(names))
            entry["when"] = draw(st.sampled_from(asking)).format(asked, asked)
        for attribute in ("depends_on", "notify", "subscribes"):
            if draw(st.booleans()):
                entry[attribute] = [other for other in draw(some) if other != identity]
        entries.append(entry)
    made = [name for name, entry in zip(names, entries, strict=True) if entry["type"] == "exec"]
    for entry in entries:
        if entry.get("command") == "rm -f":
            entry["command"] = f"rm -f HERE/{draw(st.sampled_from(made))}"
    return entries


def _entry(name: str, other: str, kind: str) -> Entry:
    return {
        "file": file(name, content="x"),
        "copy": file(name, source=f"HERE/{other}"),
        "absent": file(name, state="absent"),
        "edit": file(name, stream_edit="echo y"),
        "touch": command(name, f"touch HERE/{name}"),
        "make": command(name, f"touch HERE/{name}", creates=f"HERE/{name}"),
        "remove": command(name, f"rm -f HERE/{name}", removes=f"HERE/{name}"),
        "ask": command(name, f"touch HERE/{name}", unless=f"test -e HERE/{other}"),
        "asked": command(name, f"touch HERE/{name}", onlyif=f"test -e HERE/{other}"),
        "wipe": command(name, "rm -f"),
        "unpack": package(name),
        "unpacked": file(name, target_path=f"HERE/{other}-package/d/f", content="x"),
        "removed": package(name, state="absent"),
        "line": _module(name, "lineinfile", path=f"HERE/{name}", line="z", create=True),
        "block": _module(name, "blockinfile", path=f"HERE/{name}", block="z", create=True),
        "gone": _module(name, "file", path=f"HERE/{name}", state="absent"),
        "touched": _module(name, "command", cmd=f"touch HERE/{name}", creates=f"HERE/{other}"),
        "linked": _module(
            name, "file", path=f"HERE/{name}-link", src=f"HERE/{other}", state="hard"
        ),
        "edited": {
            "id": name,
            "type": "file_line",
            "target_path": f"HERE/{name}",
            "line": "w",
        },
        "folder": {"id": name, "type": "directory", "target_path": f"HERE/{name}-folder"},
        "inside": file(name, target_path=f"HERE/{other}-folder/x", content="x"),
    }[kind]


def _module(name: str, module: str, **args: Any) -> Entry:
    return {"id": name, "type": f"ansible.builtin.{module}", "args": args}


START = st.sets(st.integers(0, 6))
#: Conditions of the crate c.
WHEN = st.sampled_from([None, None, "file_exists('HERE/r1')", "!file_exists('HERE/r2')"])


RELAXED = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@settings(RELAXED, max_examples=25, derandomize=True)  # the sweep looks for new ones
@given(entries=stacks(), start=START, when=WHEN)
def test_a_run_does_what_was_predicted(
    entries: list[Entry], start: set[int], when: str | None
) -> None:
    compare(entries, start, when)


@settings(RELAXED, max_examples=25, derandomize=True)  # the sweep looks for new ones
@given(entries=stacks(FILES), start=START, when=WHEN)
def test_files_alone_are_always_predicted(
    entries: list[Entry], start: set[int], when: str | None
) -> None:
    assert "unknown" not in compare(entries, start, when)


@pytest.mark.sweep
@settings(RELAXED, max_examples=2000)
@given(entries=stacks(), start=START, when=WHEN)
def test_long_runs_do_what_was_predicted(
    entries: list[Entry], start: set[int], when: str | None
) -> None:
    compare(entries, start, when)


def compare(
    entries: list[Entry],
    start: set[int],
    when: str | None,
    target: Callable[[bool], Target] = Target,
) -> list[str]:
    """Predict and run a stack twice, and return the last predictions.

    start: the numbers of the paths that are there before. target: makes what stands for the host.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in start:
            (folder / f"r{number}").write_text(f"{number}")
        before = sorted(folder.iterdir())
        for _ in range(2):
            try:
                predicted = actions(entries, folder, check=True, when=when, target=target)
            except GraphError:
                assume(False)
            assert sorted(folder.iterdir()) == before
            real = actions(entries, folder, check=False, when=when, target=target)
            # A prediction assumes that what it cannot know does not fail: what is unknown, and a
            # source that a command takes away before its turn.
            surprises = [
                entry
                for entry in entries
                if real[entry["id"]] == "failed" != predicted[entry["id"]]
            ]
            assert all(
                predicted[e["id"]] == "unknown" or "source" in e or "args" in e for e in surprises
            )
            if not surprises:
                assert _without_unknown(real, predicted) == _without_unknown(predicted, predicted)
            for action in predicted.values():
                event(f"predicted {action}")
            before = sorted(folder.iterdir())
    return list(predicted.values())


def _without_unknown(taken: dict[str, str], predicted: dict[str, str]) -> dict[str, str]:
    return {name: action for name, action in taken.items() if predicted[name] != "unknown"}
