# SPDX-License-Identifier: GPL-3.0-or-later
"""Without the packages of the extras, everything else works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Import modules in a Python that has none of the packages.
_WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(["apprise", "prometheus_client"]))
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
"""


def test_no_module_needs_them_when_it_is_imported() -> None:
    paths = [*(ROOT / "vigo_bridge/watch").rglob("*.py"), ROOT / "vigo_bridge/app/watch_outputs.py"]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    names = [name.removesuffix(".__init__") for name in names]
    done = subprocess.run([sys.executable, "-c", _WITHOUT, *names], cwd=ROOT, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("options", "extra"),
    [
        (["--listen", "127.0.0.1:0"], "vigo-bridge[metrics]"),
        (["--notify", "json://me:canary@localhost"], "vigo-bridge[notify]"),
        (["--notify", "true"], ""),
    ],
)
def test_the_command_names_the_extra(options: list[str], extra: str, tmp_path: Path) -> None:
    """A stack without hosts ends the turn at once."""
    program = f"{_WITHOUT}\nimport sys; sys.argv[0] = 'x'; from vigo_bridge.cli import main; main()"
    words = ["watch", "--turns", "1", "--stacks", str(tmp_path / "none"), "-i", "a,", *options]
    done = subprocess.run(
        [sys.executable, "-c", program.replace("sys.argv[1:]", "[]"), *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert ("pip install" in done.stderr) == bool(extra)
    assert extra in done.stderr
    assert "canary" not in done.stderr
    assert "Traceback" not in done.stderr
