# SPDX-License-Identifier: GPL-3.0-or-later
"""Several projects in one stack: the role of each is in the entry of its hosts."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from vigo_bridge.cli.program import program
from vigo_bridge.compose.stack.match_entry import with_role

#: An entry for h1 with the role one -> the same with the role two; None for no change that is safe.
ENTRIES: dict[str, tuple[str, str | None]] = {
    "a list": (
        "envoys:\n  - match: h1\n    roles:\n      - one\n",
        "envoys:\n  - match: h1\n    roles:\n      - one\n      - two\n",
    ),
    "a list with comments": (
        "envoys:\n  - match: h1\n    roles:\n      - one  # first\n    vars: {a: 1}\n",
        "envoys:\n  - match: h1\n    roles:\n      - one  # first\n      - two\n    vars: {a: 1}\n",
    ),
    "a list without a line's end": (
        "envoys:\n  - match: h1\n    roles:\n    - one",
        "envoys:\n  - match: h1\n    roles:\n    - one\n    - two",
    ),
    "a list in brackets": (
        "envoys:\n  - match: h1\n    roles: [zero, one]  # both\n",
        "envoys:\n  - match: h1\n    roles: [zero, one, two]  # both\n",
    ),
    "a name in quotes": (
        'envoys:\n  - {match: "h1", roles: ["one"]}\n',
        'envoys:\n  - {match: "h1", roles: ["one", two]}\n',
    ),
    "the second of two entries": (
        "envoys:\n  - match: h0\n    roles: [x]\n  - match: h1\n    roles: [one]\n",
        "envoys:\n  - match: h0\n    roles: [x]\n  - match: h1\n    roles: [one, two]\n",
    ),
    "it has the role": (
        "envoys:\n  - match: h1\n    roles: [two, one]\n",
        "envoys:\n  - match: h1\n    roles: [two, one]\n",
    ),
    "no roles": ("envoys:\n  - match: h1\n    configcrates: [x]\n", None),
    "other hosts": ("envoys:\n  - match: h2\n    roles: [one]\n", None),
    "not YAML": ("envoys: [\n", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("before", "after"), ENTRIES.values(), ids=ENTRIES)
def test_a_role_is_added(before: str, after: str | None, tmp_path: Path) -> None:
    (tmp_path / "envoys.vgo").write_text(before)
    found = with_role(tmp_path, "h1", "two")
    assert (found and found[1]) == after
    assert (tmp_path / "envoys.vgo").read_text() == before


def imported(name: str, *arguments: str) -> str:
    folder = Path(name)
    folder.mkdir(exist_ok=True)
    (folder / "compose.yml").write_text("services: {web: {image: nginx}}\n")
    finished = CliRunner().invoke(
        program, ["import", "compose", name, "--match", "h1", *arguments], catch_exceptions=False
    )
    assert finished.exit_code == 0, finished.stderr
    return finished.stdout


def test_five_projects_in_one_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["shop", "blog", "wiki", "mail", "chat"]
    for name in names:
        said = imported(name)
    assert "added the role to stacks/envoys/shop.vgo" in said
    (entry,) = yaml.safe_load(Path("stacks/envoys/shop.vgo").read_text())["envoys"]
    assert entry["roles"] == names
    assert [path.name for path in Path("stacks/envoys").iterdir()] == ["shop.vgo"]
    checked = CliRunner().invoke(program, ["config", "validate", "--strict"])
    assert checked.exit_code == 0, checked.output
    assert "added" not in imported("blog", "--force")


def test_a_project_for_other_hosts_has_an_entry_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    imported("shop")
    imported("blog", "--match", "h2")
    assert sorted(path.name for path in Path("stacks/envoys").iterdir()) == ["blog.vgo", "shop.vgo"]
