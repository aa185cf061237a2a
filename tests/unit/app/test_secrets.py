# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a secret is stored: never in a file that the stack would not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.app.secrets import file_for
from vigo_bridge.failures import Failure

#: the stack's secrets.yml, or None without one -> the file
FILES = {
    "no list": (None, "secrets.vault.yml"),
    "the first of the list": ("stores: [env, {vault_file: a.yml}, {vault_file: b.yml}]", "a.yml"),
}


@pytest.mark.parametrize(("text", "name"), FILES.values(), ids=FILES)
def test_file(text: str | None, name: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "secrets.yml").write_text(text)
    assert file_for(tmp_path, "shop/db") == tmp_path / name


def test_a_list_without_a_vault(tmp_path: Path) -> None:
    (tmp_path / "secrets.yml").write_text("stores: [env]\n")
    with pytest.raises(Failure, match=r"add `- vault_file: secrets\.vault\.yml` to it"):
        file_for(tmp_path, "shop/db")


def test_a_path_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="is not the path of a secret"):
        file_for(tmp_path, "../shop")
