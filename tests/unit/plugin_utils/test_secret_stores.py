# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores of secrets, with real programs and files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils import secret_stores
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import (
    CommandStore,
    EnvironmentStore,
    Store,
    StoreError,
    VaultFileStore,
    ask,
    configured,
    of_stack,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import UnknownSecrets, look_up


def no_vault(path: str) -> Any:
    raise StoreError(f"{path}: not here")


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGO_SECRET_WEB_APP_DB_URL", "value")
    found = EnvironmentStore().look_up(["web-app/db.url", "other"])
    assert found == {"web-app/db.url": "value"}


VAULTS = {
    "flat": {"web/db": "1", "web/key": "2"},
    "nested": {"web": {"db": "1", "key": 2}},
    "mixed": {"web/db": 1, "web": {"key": "2"}},
}


@pytest.mark.parametrize("content", VAULTS.values(), ids=VAULTS)
def test_vault_file(content: Any) -> None:
    store = VaultFileStore("file", lambda path: content)
    assert store.look_up(["web/db", "web/key", "web"]) == {"web/db": "1", "web/key": "2"}


def test_a_vault_file_that_is_no_mapping() -> None:
    with pytest.raises(StoreError, match="file must hold a mapping"):
        VaultFileStore("file", lambda path: ["a"]).look_up(["a"])


#: what the program does -> what the store finds for the path a/b
PROGRAMS: dict[str, tuple[str, dict[str, str]]] = {
    "prints it": ("print(path)", {"a/b": "a/b"}),
    "prints lines": ("print('x\\ny')", {"a/b": "x\ny"}),
    "without line break": ("print('x', end='')", {"a/b": "x"}),
    "has none": ("raise SystemExit(1)", {}),
    "bytes": ("sys.stdout.buffer.write(b'\\xff')", {"a/b": "\udcff"}),
}


@pytest.mark.parametrize(("code", "found"), PROGRAMS.values(), ids=PROGRAMS)
def test_command(code: str, found: dict[str, str]) -> None:
    program = [sys.executable, "-c", f"import sys; path = sys.argv[1]; {code}", "{path}"]
    assert CommandStore(program).look_up(["a/b"]) == found


def test_a_path_is_never_a_part_of_a_shell_command() -> None:
    assert CommandStore(["echo", "{path}"]).look_up(["$(id)"]) == {"$(id)": "$(id)"}


def test_a_program_that_is_missing() -> None:
    with pytest.raises(StoreError, match="'no-such-program' cannot be run"):
        CommandStore(["no-such-program"]).look_up(["a"])


def test_a_program_that_hangs() -> None:
    with pytest.raises(StoreError, match=r"did not answer within 0\.2 s when asked for a"):
        CommandStore(["sleep", "60"], timeout=0.2).look_up(["a"])


class Known(Store):
    def __init__(self, **values: str) -> None:
        self._values = values

    def look_up(self, paths: Any) -> dict[str, str]:
        return {path: self._values[path] for path in paths if path in self._values}


def test_the_first_store_that_has_a_secret_wins() -> None:
    assert ask(["a", "b", "c"], [Known(a="1"), Known(a="2", b="3")]) == {"a": "1", "b": "3"}


def test_an_empty_secret_is_an_error() -> None:
    with pytest.raises(StoreError, match="the secret a is empty"):
        ask(["a"], [Known(a="")])


def test_missing_secrets_are_told_with_the_stores_that_were_asked() -> None:
    with pytest.raises(UnknownSecrets, match=r"a/b \(VIGO_SECRET_A_B\).*\(env\)"):
        look_up(["a/b"], [EnvironmentStore()])


CONFIGURATIONS: dict[str, tuple[str, list[str]]] = {
    "all kinds": (
        'stores: [env, {vault_file: v.yml}, {command: [pass, show, "{path}"]}]',
        ["env", "vault_file v.yml", "command pass"],
    ),
    "one": ("stores: [env]", ["env"]),
}


@pytest.mark.parametrize(("text", "descriptions"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_secrets_yml(tmp_path: Path, text: str, descriptions: list[str]) -> None:
    (tmp_path / "secrets.yml").write_text(text)
    stores = of_stack(str(tmp_path), no_vault)
    assert [store.description for store in stores] == descriptions


def test_the_default(tmp_path: Path) -> None:
    def descriptions() -> list[str]:
        return [store.description for store in of_stack(str(tmp_path), no_vault)]

    assert descriptions() == ["env"]
    (tmp_path / secret_stores.DEFAULT_VAULT_FILE).touch()
    assert descriptions() == ["vault_file secrets.vault.yml", "env"]


MISTAKES: dict[str, tuple[str, str]] = {
    "no list": ("env", "must hold a list under `stores:`"),
    "no YAML": ("stores: [", "cannot be read"),
    "unknown kind": ("stores: [{vlaut_file: x}]", "is no secret store; write env"),
    "command as a text": ("stores: [{command: pass show}]", "is no secret store"),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_secrets_yml_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "secrets.yml").write_text(text)
    with pytest.raises(StoreError, match=message) as caught:
        of_stack(str(tmp_path), no_vault)
    assert str(tmp_path / "secrets.yml") in str(caught.value)


def test_a_package_can_add_a_kind_of_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real entry point, of a package that lies in a folder of the path."""
    metadata = tmp_path / "keeper-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: keeper\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[vigo_bridge.secret_stores]\nkeeper = keeper:Keeper\n"
    )
    (tmp_path / "keeper.py").write_text(
        "class Keeper:\n"
        "    description = 'keeper'\n"
        "    def __init__(self, setting): self.setting = setting\n"
        "    def look_up(self, paths): return {path: self.setting for path in paths}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert ask(["a"], configured([{"keeper": "x"}], "/", no_vault)) == {"a": "x"}
