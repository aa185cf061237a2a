# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of commands say of each what it says itself, without importing any."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from vigo_bridge.cli.lazy_commands import Later
from vigo_bridge.cli.program import program

ROOT = Path(__file__).parents[3]
#: What a terminal may leave for the text, in characters.
WIDTHS = range(5, 120, 5)


def listed(group: click.Group, path: str = "") -> Iterator[tuple[str, Later]]:
    """Yield all lazy commands, with those of their groups."""
    for name, command in group.commands.items():
        if isinstance(command, Later):
            yield f"{path} {name}", command
            command = command.command()
        if isinstance(command, click.Group):
            yield from listed(command, f"{path} {name}")


LISTED = dict(listed(program))


@pytest.mark.parametrize("later", LISTED.values(), ids=LISTED)
def test_lists_say_what_the_command_says(later: Later) -> None:
    real = later.command()
    assert later.name == real.name
    assert [later.get_short_help_str(width) for width in WIDTHS] == [
        real.get_short_help_str(width) for width in WIDTHS
    ]
    assert (later.hidden, later.deprecated) == (real.hidden, real.deprecated)


@pytest.mark.parametrize("path", LISTED)
def test_help_is_the_commands_own(path: str) -> None:
    shown = CliRunner().invoke(program, [*path.split(), "--help"])
    assert shown.exit_code == 0
    assert f"Usage: program{path} " in shown.output


def imported(*arguments: str) -> set[str]:
    """Return the modules that are imported when a call has ended."""
    script = (
        "import sys\nfrom vigo_bridge.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(finished.stderr.split())


def test_the_list_imports_no_command() -> None:
    ours = {name for name in imported("--help") if name.startswith(("vigo_bridge", "ansible"))}
    assert ours == {
        "vigo_bridge",
        "vigo_bridge.cli",
        "vigo_bridge.cli.lazy_commands",
        "vigo_bridge.cli.program",
        "vigo_bridge.report",
        "vigo_bridge.report.exit_status",
        "vigo_bridge.run",
        "vigo_bridge.run.processes",
        "vigo_bridge.failures",
        "vigo_bridge.run.signals",
    }


def test_validate_imports_nothing_that_only_runs_and_reports_need() -> None:
    loaded = imported("config", "validate")
    assert "vigo_bridge.resolve" in loaded
    libraries = {"rich", "jinja2", "ansible_runner", "importlib.metadata", "urllib.request"}
    assert not loaded & libraries
    assert not {name for name in loaded if name.startswith("vigo_bridge.emit")}
    on_targets = ("host.process", "host.overlay", "host.facts", "types.target", "converge.input")
    assert not {name for name in loaded if name.endswith(on_targets)}
