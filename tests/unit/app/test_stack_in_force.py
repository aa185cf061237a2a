# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of a stack is in force in a turn of a watcher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vigo_bridge.app.options import StackOptions
from vigo_bridge.app.stack_in_force import StackInForce
from vigo_bridge.files import write_text
from vigo_bridge.language.model import Stack
from vigo_bridge.language.stack_files import stack_files
from vigo_bridge.watch.sources.source import Good, NotFetched, Revision

NAMED = {"stack.vgo": "name: shop\nid: 0123456789abcdef\n"}
UNNAMED = {"envoys/e.vgo": "envoys: []\n"}
GONE = NotFetched("source", "the repository does not answer")
FULL = OSError(28, "No space left on device")


Version = tuple[str, Mapping[str, str]] | Exception


@dataclass
class Versions:
    """A source that returns one version after the other, or fails."""

    folder: Path
    versions: list[Version]
    named_after: Path = Path("/srv/blog")
    stores: Path | None = None
    label: str = "a source"
    url: str = ""
    shown: Path = Path()
    warnings: tuple[str, ...] = ()
    before: list[str] = field(default_factory=list)

    def fetch(self, copy: Path, good: Good | None) -> Revision:
        self.before.append(good.revision.id if good else "")
        version = self.versions.pop(0)
        if isinstance(version, Exception):
            raise version
        for name, text in version[1].items():
            write_text(copy / name, text)
        return Revision(version[0])

    def kept_files(self, copy: Path) -> Iterator[tuple[str, bytes]]:
        return stack_files(copy)


def wrong(stack: StackOptions, loaded: Stack) -> str | None:
    """Return the errors of a stack: what its file `wrong` says."""
    assert loaded.folder == stack.files
    path = stack.files / "templates/wrong"
    return path.read_text() if path.exists() else None


BAD = {**NAMED, "templates/wrong": "a.vgo:1:1: error"}
#: What the source has in each turn, and what is in force: revision, problem, kind.
TURNS: dict[str, tuple[list[Version], list[tuple[str, str | None, str]]]] = {
    "each version is used": (
        [("v1", NAMED), ("v2", UNNAMED)],
        [("v1", None, ""), ("v2", None, "")],
    ),
    "a version with errors": (
        [("v1", NAMED), ("v2", BAD), ("v3", NAMED)],
        [("v1", None, ""), ("v1", "a.vgo:1:1: error", "stack"), ("v3", None, "")],
    ),
    "the source is gone": (
        [("v1", NAMED), GONE, FULL],
        [("v1", None, ""), ("v1", str(GONE), "source"), ("v1", "the disk is full", "source")],
    ),
    "never a good one": (
        [("v1", BAD), GONE],
        [("", "a.vgo:1:1: error", "stack"), ("", str(GONE), "source")],
    ),
}


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("case", TURNS)
def test_the_version_in_force(case: str, restarts: bool, tmp_path: Path) -> None:
    versions, expected = TURNS[case]
    source = Versions(tmp_path / "shop", list(versions))
    in_force = StackInForce(source, tmp_path / "state", {"tag": 1}, pytest.fail)
    for revision, problem, kind in expected:
        if restarts:
            in_force = StackInForce(source, tmp_path / "state", {"tag": 1}, pytest.fail)
        with in_force.turn(wrong) as current:
            assert current.revision == revision
            assert current.kind == kind
            assert (problem is None) == (current.problem is None)
            assert problem is None or problem in str(current.problem)
            assert (current.stack is None) == (revision == "")
            if current.stack is not None:
                assert (current.stack.folder, current.stack.settings) == (source.folder, {"tag": 1})
                assert not (current.stack.files / "templates/wrong").exists()
        assert current.stack is None or not current.stack.files.exists()


def test_the_source_is_told_which_version_was_good(tmp_path: Path) -> None:
    source = Versions(tmp_path, [("v1", NAMED), ("v2", BAD), GONE, ("v3", NAMED), ("v4", NAMED)])
    in_force = StackInForce(source, tmp_path / "state", {}, pytest.fail)
    while source.versions:
        with in_force.turn(wrong):
            pass
    assert source.before == ["", "v1", "v1", "v1", "v3"]


def test_the_time_of_a_version_is_when_it_came(tmp_path: Path) -> None:
    source = Versions(tmp_path, [("v1", NAMED), GONE, ("v1", NAMED)])
    in_force = StackInForce(source, tmp_path / "state", {}, pytest.fail)
    times = set()
    while source.versions:
        with in_force.turn(wrong) as current:
            times.add(current.since)
    assert len(times) == 1


def test_kept_files_that_were_damaged_are_kept_again(tmp_path: Path) -> None:
    source = Versions(tmp_path, [("v1", NAMED), ("v1", NAMED), GONE])
    in_force = StackInForce(source, tmp_path / "state", {}, pytest.fail)
    with in_force.turn(wrong):
        pass
    for path in (tmp_path / "state").rglob("contents/*"):
        path.unlink()
    with in_force.turn(wrong):
        pass
    with in_force.turn(wrong) as current:
        assert current.stack is not None


@pytest.mark.parametrize(
    ("files", "name", "former"),
    [(NAMED, "shop", ("blog",)), (UNNAMED, "blog", ())],
    ids=["with a stack.vgo", "without"],
)
def test_a_copy_has_the_identity_of_the_stack(
    files: Mapping[str, str], name: str, former: tuple[str, ...], tmp_path: Path
) -> None:
    source = Versions(tmp_path, [("v1", files), GONE])
    in_force = StackInForce(source, tmp_path / "state", {}, pytest.fail)
    for _ in range(2):
        with in_force.turn(wrong) as current:
            assert current.stack is not None
            assert current.stack.earlier is not None
            identity = current.stack.earlier.identity
            assert (identity.name, identity.former) == (name, former)
            assert current.loaded is not None
            assert current.loaded.identity == identity


@pytest.mark.parametrize("url", ["", "ssh://git@example.com/shop.git"])
def test_how_a_stack_is_called(url: str, tmp_path: Path) -> None:
    source = Versions(tmp_path / "shop", [("v1", NAMED), GONE], url=url)
    in_force = StackInForce(source, tmp_path / "state", {}, pytest.fail)
    for _ in range(2):
        with in_force.turn(wrong) as current:
            assert current.stack is not None
            names = (current.stack.label, current.stack.subject)
            assert names == ((url,) * 2 if url else (str(tmp_path / "shop"),) * 2)


@pytest.mark.parametrize("stores", [None, Path("/srv/stores")])
def test_where_the_secret_stores_are(stores: Path | None, tmp_path: Path) -> None:
    source = Versions(tmp_path, [("v1", NAMED), GONE], stores=stores)
    in_force = StackInForce(source, tmp_path / "state", {}, pytest.fail)
    for _ in range(2):
        with in_force.turn(wrong) as current:
            assert current.stack is not None
            assert current.stack.stores == (stores or current.stack.files)


def test_a_stack_that_cannot_be_kept_is_used_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    source = Versions(tmp_path, [("v1", NAMED)])
    in_force = StackInForce(source, tmp_path / "state", {}, said.append)
    monkeypatch.setattr("vigo_bridge.run.kept_stacks.write_atomically", _full)
    with in_force.turn(wrong) as current:
        assert (current.revision, current.problem) == ("v1", None)
    assert "the stack cannot be kept" in said[0]
    assert "the disk is full" in said[0]


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")
