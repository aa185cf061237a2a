# SPDX-License-Identifier: GPL-3.0-or-later
"""A module has the same effect and result as a resource and as a plain task of Ansible.

Each case is applied to a folder of its own: by tasks, and as a resource; to do, done, and with
wrong arguments; for real and in check mode.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import module_archive
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.integration.ansible_program import ansible
from tests.testbed.peers import community_docker
from tests.unit.module_utils.ansible_modules import TOLD, packed
from tests.yaml_files import read_yaml

pytestmark = pytest.mark.integration

TABLES = Path(__file__).parent / "modules"
ROWS = read_yaml(TABLES / "cases.yml")
OTHERS = read_yaml(TABLES / "collections.yml")
#: What is applied one after the other: which arguments, and whether in check mode.
STEPS = (
    ("to do", "args", True),
    ("to do", "args", False),
    ("done", "args", True),
    ("done", "args", False),
    ("wrong", "wrong", True),
    ("wrong", "wrong", False),
)
UNDO = "groupdel vigo-oracle; userdel vigo-oracle-user; true"


@dataclass(frozen=True)
class Seen:
    """What a step came to. diff: before and after of each part in which they differ."""

    changed: bool
    failed: bool
    skipped: bool
    message: str
    diff: Sequence[tuple[Any, Any]]


def _name(row: Mapping[str, Any]) -> str:
    return str(row["module"])


QUICK = [row for row in ROWS if row.get("quick")]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Seen, Result]]]:
    return _both(QUICK, tmp_path_factory.mktemp("quick"))


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Seen, Result]]]:
    return _both(ROWS, tmp_path_factory.mktemp("all"))


@pytest.mark.parametrize("name", [_name(row) for row in QUICK])
def test_some(quick: dict[str, list[tuple[Seen, Result]]], name: str) -> None:
    assert list(_differences(quick[name])) == []


@pytest.mark.sweep
@pytest.mark.parametrize("name", [_name(row) for row in ROWS])
def test_all(every: dict[str, list[tuple[Seen, Result]]], name: str) -> None:
    assert list(_differences(every[name])) == []


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Seen, Result]]]:
    """Return the same of modules of other collections, which the package `ansible` has."""
    packages = next((community_docker().parents[1] / "lib").glob("python3*/site-packages"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANSIBLE_COLLECTIONS_PATH", str(packages))
        return _both(OTHERS, tmp_path_factory.mktemp("others"))


@pytest.mark.sweep
@pytest.mark.parametrize("name", [_name(row) for row in OTHERS])
def test_other_collections(others: dict[str, list[tuple[Seen, Result]]], name: str) -> None:
    assert list(_differences(others[name])) == []
    (_check, _), (to_do, _), _again, (done, _), _wrong, _last = others[name]
    assert not to_do.failed, to_do
    assert not done.changed


def test_there_are_enough() -> None:
    assert len(ROWS) >= 25
    assert len(OTHERS) >= 12


def _differences(steps: Sequence[tuple[Seen, Result]]) -> Iterator[str]:
    """Yield what differs. A failure that check mode predicts may be one that Ansible's does not,
    if the real task fails.
    """
    failing = {
        state
        for (state, _arguments, check), (plain, _own) in zip(STEPS, steps, strict=True)
        if plain.failed and not check
    }
    for (state, _arguments, check), (plain, own) in zip(STEPS, steps, strict=True):
        where = f"{state}, {'check' if check else 'real'}"
        if plain.skipped and check:
            if own.action != "unknown":
                yield f"{where}: {own.action} where a task is skipped"
            continue
        if check and own.failed and not plain.failed and state in failing:
            continue
        changed = plain.changed and not plain.failed  # what failed has no action beside that
        if own.failed != plain.failed or own.changed != changed:
            yield f"{where}: {own.action} ({own.reason}), as a task {plain}"
        if plain.message != own.reason and plain.message:
            yield f"{where}: {own.reason!r}, as a task {plain.message!r}"
        if changed and "prepared" not in (own.diff or {}):
            shown = own.diff or {}
            sides = [(shown.get("before", ""), shown.get("after", ""))] if own.diff else []
            if list(plain.diff) != sides:
                yield f"{where}: diff {sides}, as a task {plain.diff}"


def _both(rows: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, list[tuple[Seen, Result]]]:
    plain, own = _plain(rows, folder / "x"), _own(rows, folder / "x")
    return {_name(row): list(zip(plain[_name(row)], own[_name(row)], strict=True)) for row in rows}


def _prepared(rows: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows with folders of their own, always of the same names."""
    subprocess.run(["rm", "-rf", folder], check=True)
    subprocess.run(["sh", "-c", UNDO], check=True, capture_output=True)
    for number, row in enumerate(rows):
        here = folder / str(number)
        here.mkdir(parents=True)
        found = json.loads(json.dumps(row).replace("HERE", str(here)))
        subprocess.run(["sh", "-c", found.get("prepare", "true")], check=True)
        yield found


def _plain(rows: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, list[Seen]]:
    tasks: list[dict[str, Any]] = []
    names: list[str] = []
    for row in _prepared(rows, folder):
        for _state, arguments, check in STEPS:
            names.append(f"r{len(names)}")
            tasks.append(
                {
                    "name": f"{row['module']} {len(names)}",
                    row["module"]: row[arguments],
                    "check_mode": check,
                    "diff": True,
                    "ignore_errors": True,
                    "register": names[-1],
                }
            )
    inside = ", ".join(f"'{name}': {name}" for name in names)
    content = f"{{{{ {{{inside}}} | to_json }}}}"
    results = folder.parent / "results.json"
    tasks.append(
        {"name": "Write", "ansible.builtin.copy": {"content": content, "dest": str(results)}}
    )
    playbook = folder.parent / "play.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    finished = ansible("playbook", "-i", "localhost,", "-c", "local", playbook, cwd=folder.parent)
    assert finished.status == 0, finished.out + finished.err
    found = json.loads(results.read_text())
    seen = [_seen(found[name]) for name in names]
    count = len(STEPS)
    return {_name(row): seen[n * count : n * count + count] for n, row in enumerate(rows)}


def _seen(result: Mapping[str, Any]) -> Seen:
    written = result.get("diff") or []
    parts = written if isinstance(written, list) else [written]
    sides = [(part.get("before"), part.get("after")) for part in parts if "prepared" not in part]
    return Seen(
        bool(result.get("changed")),
        bool(result.get("failed")),
        bool(result.get("skipped")),
        str(result.get("msg", "")).removeprefix("Task failed: Module failed: "),
        [(before, after) for before, after in sides if before != after],
    )


def _own(rows: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, list[Result]]:
    archive = packed([_name(row) for row in rows], folder.parent)
    path = module_archive.provide(archive.offer(), archive.packed(), keep=False)
    assert path
    library = module_archive.Library(path, archive.names, TOLD)
    found: dict[str, list[Result]] = {}
    for row in _prepared(rows, folder):
        for _state, arguments, check in STEPS:
            target = Target(check_mode=check)
            target.service(module_archive.LIBRARY, lambda: library)
            given = {"args": row[arguments]}
            result = apply_resource("x", TYPES[_name(row)].behaviour(), lambda g=given: g, target)  # type: ignore[misc]
            found.setdefault(_name(row), []).append(result)
    return found
