# SPDX-License-Identifier: GPL-3.0-or-later
"""A vault file is replaced as a whole, or stays as it is."""

from __future__ import annotations

import re
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.secrets import vault
from vigo_bridge.secrets.vault import write_vault


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace ansible-vault: the program writes to the given file, and fails for a secret named
    so.
    """

    def run(arguments: Sequence[str], path: str, text: str | None, settings: None) -> str:
        output = Path(arguments[arguments.index("--output") + 1])
        output.write_text(f"encrypted {text}")
        if "fail" in str(text):
            raise StoreError(f"{path}: it failed")
        return ""

    monkeypatch.setattr(vault, "_vault", run)


@pytest.mark.parametrize("old", [None, "old"])
def test_it_is_replaced(tmp_path: Path, old: str | None) -> None:
    path = tmp_path / "secrets.vault.yml"
    if old is not None:
        path.write_text(old)
        path.chmod(0o644)

    write_vault(path, {"a": "b"})

    assert path.read_text() == "encrypted a: b\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_one_stays_where_encrypting_fails(tmp_path: Path) -> None:
    path = tmp_path / "secrets.vault.yml"
    path.write_text("old")

    with pytest.raises(StoreError, match="it failed"):
        write_vault(path, {"a": "fail"})

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "secrets.vault.yml"

    with pytest.raises(StoreError, match=f"^{re.escape(str(path))}: No such file"):
        write_vault(path, {"a": "b"})


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    write_vault(Path("secrets.vault.yml"), {"a": "b"})

    assert (tmp_path / "secrets.vault.yml").read_text() == "encrypted a: b\n"
