# SPDX-License-Identifier: GPL-3.0-or-later
"""A file of variables: what is written is read again, by us and by the shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.secrets.env_file import variables, with_secrets

FILE = Path("secrets.env")
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(st.sampled_from(["a", "a/b", "shop/db_password", "x-y/z.1"]), VALUES))
def test_what_is_written_is_read(secrets: dict[str, str]) -> None:
    names = {path: f"VIGO_SECRET_{path.upper()}" for path in secrets}
    names = {path: "".join(c if c.isalnum() else "_" for c in name) for path, name in names.items()}
    text = with_secrets("", secrets, FILE)
    assert variables(text, FILE) == {names[path]: value for path, value in secrets.items()}


HARD = ["it's", '"$HOME" `x` \\', "two\nlines\n", "#no comment", "ümläut", "export A=b", "a;b", " "]


@pytest.mark.parametrize("value", HARD)
def test_the_shell_reads_the_same(value: str, tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text(with_secrets("export A=b", {"shop/db": value}, file))
    script = '. "$1"; printf "%s|%s" "$VIGO_SECRET_SHOP_DB" "$A"'
    shown = subprocess.run(["sh", "-c", script, "sh", file], capture_output=True, check=True)
    assert shown.stdout.decode() == f"{value}|b"
    assert variables(file.read_text(), file) == {"VIGO_SECRET_SHOP_DB": value, "A": "b"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "A=1 # a comment\nexport B='2'\n\nexport C\n"])
def test_files_of_people(text: str) -> None:
    if "export C" in text:
        with pytest.raises(StoreError, match=r"secrets\.env: expected export NAME='VALUE'"):
            variables(text, FILE)
    else:
        assert variables(text, FILE) == {}
