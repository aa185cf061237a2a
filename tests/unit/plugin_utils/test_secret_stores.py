# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores of secrets, with real programs and files."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.plugin_utils import secret_store_list
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_store_list import of_stack
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import (
    CommandStore,
    EnvironmentStore,
    Store,
    StoreError,
    VaultFileStore,
    ask,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import UnknownSecrets, look_up
from vigo_bridge.secrets.vault import vault_text


def no_vault(path: str) -> str:
    raise StoreError(f"{path}: not here")


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGO_SECRET_WEB_APP_DB_URL", "value")
    found = EnvironmentStore().look_up(["web-app/db.url", "other"])
    assert found == {"web-app/db.url": "value"}


def vault(tmp_path: Path, decrypted: str, mode: int = 0o600) -> VaultFileStore:
    """Return a store whose file looks like a vault and, decrypted, has this text."""
    path = tmp_path / "vault.yml"
    path.write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    path.chmod(mode)
    return VaultFileStore(str(path), lambda path: decrypted)


VAULTS = {
    "flat": "{web/db: a, web/key: b}",
    "nested": "web: {db: a, key: b}",
    "mixed": "web/db: a\nweb: {key: b}",
}


@pytest.mark.parametrize("text", VAULTS.values(), ids=VAULTS)
def test_vault_file(tmp_path: Path, text: str) -> None:
    found = vault(tmp_path, text).look_up(["web/db", "web/key", "web"])
    assert found == {"web/db": "a", "web/key": "b"}


@pytest.mark.parametrize("text", ["0123", "1.10", "1e3", "yes", "2026-01-01", "~", "0x10"])
def test_a_value_in_a_vault_file_is_the_text_as_written(tmp_path: Path, text: str) -> None:
    assert vault(tmp_path, f"a: {text}").all() == {"a": text}


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_whatever_is_put_into_a_vault_file_comes_out_again(value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert vault(Path(folder), vault_text({"a/b": value})).all() == {"a/b": value}


#: the decrypted text -> the message. No message may quote a value.
BAD_VAULTS = {
    "a list": (
        "[hunter22]",
        "must contain a mapping of paths to secrets; correct it with `ansible-vault edit",
    ),
    "deep": ("[" * 600, "after decryption, its values are nested too deeply; correct it with"),
    "a list as a value": (
        "a: {b: [hunter22]}",
        "a/b is a list; a secret must be a string; correct it with",
    ),
    "no YAML": (
        "a: x\nb: *hunter22 'hunter22\n",
        "invalid YAML at line 2, column 4; correct it with",
    ),
    "an open quote": ('a: "hunter22', "invalid YAML at line 1"),
}


@pytest.mark.parametrize(("text", "message"), BAD_VAULTS.values(), ids=BAD_VAULTS)
def test_bad_vault_files(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        vault(tmp_path, text).look_up(["a"])
    assert "hunter22" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_vault_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(
        StoreError, match=rf"can be read by other users \(0{mode:o}\); run `chmod 600"
    ):
        vault(tmp_path, "a: b", mode).all()


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


def test_why_a_program_gave_nothing_is_told() -> None:
    program = [sys.executable, "-c", "import sys; sys.exit('no key for ' + sys.argv[1])", "{path}"]
    with pytest.raises(UnknownSecrets, match="on a/b: exit code 1: no key for a/b"):
        look_up(["a/b"], [CommandStore(program)])


def test_a_program_whose_child_keeps_hanging_is_not_waited_for(tmp_path: Path) -> None:
    script = f"sleep 300 & echo $! > {tmp_path}/pid; wait"
    with pytest.raises(StoreError, match="did not return a"):
        CommandStore(["sh", "-c", script, "{path}"], timeout=1).look_up(["a"])
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)  # it goes on all that time


def test_a_program_that_hangs() -> None:
    with pytest.raises(StoreError, match=r"did not return a within 0\.2 s"):
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
        look_up(["a"], [Known(a="")])


#: what another package's store does -> the message
STRANGE: dict[str, tuple[Any, str]] = {
    "raises": (
        lambda path: 1 / 0,
        "the secret store strange failed: ZeroDivisionError.*; report it to the store's authors",
    ),
    "gives no text": (
        lambda path: 5,
        "the secret store strange returned an invalid value for a; report it",
    ),
}


@pytest.mark.parametrize(("value", "message"), STRANGE.values(), ids=STRANGE)
def test_a_strange_store_is_named(value: Any, message: str) -> None:
    class Strange(Store):
        description = "strange"

        def look_up(self, paths: Any) -> dict[str, str]:
            return {path: value(path) for path in paths}

    with pytest.raises(StoreError, match=message):
        ask(["a"], [Strange()])


@pytest.mark.parametrize("path", ["../a", "a//b", "/a", "-a", "a/-b", "a b", "a/.", "", "a$b"])
def test_a_path_that_might_lead_elsewhere_is_asked_of_no_store(path: str) -> None:
    with pytest.raises(UnknownSecrets, match="is not the path of a secret: "):
        look_up([path], [CommandStore(["echo", "{path}"])])


def test_missing_secrets_are_told_with_the_stores_that_were_asked() -> None:
    with pytest.raises(UnknownSecrets, match=r"a/b \(VIGO_SECRET_A_B\).*\(env\)"):
        look_up(["a/b"], [EnvironmentStore()])


def test_without_a_store_the_message_says_where_to_add_one() -> None:
    with pytest.raises(UnknownSecrets) as caught:
        look_up(["a/b"], [])
    assert str(caught.value) == (
        "missing secrets: a/b; secrets.yml lists no store; add one to `stores:`, such as env"
    )


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
    (tmp_path / secret_store_list.DEFAULT_VAULT_FILE).touch()
    assert descriptions() == ["vault_file secrets.vault.yml", "env"]


MISTAKES: dict[str, tuple[str, str]] = {
    "no list": ("env", "must contain a list under `stores:`"),
    "no YAML": ("stores: [", "invalid YAML: .*; correct it there or in the lines above"),
    "unknown key": ("stores: [env]\nstore: [env]", "unknown key 'store'"),
    "unknown kind": (
        "stores:\n  - env\n  - vlaut_file: x",
        "secrets.yml:3:5: .* is not a secret store; did you mean 'vault_file'",
    ),
    "two kinds": (
        "stores: [{vault_file: x, env: y}]",
        ":1:10: .* is not a secret store; write env",
    ),
    "command as a text": ("stores: [{command: pass show}]", "'pass show' is not a list of strings"),
    "command without a path": ("stores: [{command: [pass]}]", "has {path}, so it"),
    "aliases": ("x: &x [1]\nstores: [*x]", ":2:10: aliases are not supported here"),
    "an alias of itself": ("stores: &x [*x]", ":1:13: aliases are not supported here"),
    "deep": ("stores: " + "[" * 600 + "]" * 600, "its values are nested too deep"),
    "no date": ("stores: [2026-13-45]", "invalid value: month must be"),
    "a wrong value behind a tag": ("stores: [!!int x]", "invalid value: invalid literal"),
    "a control character": ("stores: [a\0b]", "invalid YAML"),
    "no time": (
        'stores: [{command: ["{path}"], timeout: soon}]',
        "'soon' is not a number of seconds greater than 0 and up to 86400; use a number such as 30",
    ),
    "no end": ('stores: [{command: ["{path}"], timeout: .inf}]', "inf is not a number of seconds"),
    "not a number": ('stores: [{command: ["{path}"], timeout: .nan}]', "nan is not a number of"),
    "no number": ('stores: [{command: ["{path}"], timeout: true}]', "True is not a number of"),
    "no time at all": ('stores: [{command: ["{path}"], timeout: 0}]', "0 is not a number of"),
    "a long time": ('stores: [{command: ["{path}"], timeout: 1e300}]', "is not a number of"),
    "a NUL in a command": (
        'stores:\n  - env\n  - command: ["pass\\0", "{path}"]',
        ":3:5: command: it contains a NUL character, which is not allowed; remove it",
    ),
    "a NUL in an argument": (
        'stores: [{command: [pass, "{path}", "a\\0"]}]',
        ":1:10: command: it contains a NUL character",
    ),
    "a NUL in a path": (
        'stores: [{vault_file: "a\\0.yml"}]',
        ":1:10: vault_file: it contains a NUL character",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_wrong_secrets_yml_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "secrets.yml").write_text(text)
    with pytest.raises(StoreError, match=message) as caught:
        of_stack(str(tmp_path), no_vault)
    assert str(tmp_path / "secrets.yml") in str(caught.value)


# What is in the stack's folder -> what is said of it.
UNUSABLE = {
    "secrets.yml outside": ("secrets.yml", "../stores.yml", "cannot be read: it points outside"),
    "secrets.yml a device": ("secrets.yml", "/dev/zero", "cannot be read: it points outside"),
    "secrets.yml to nowhere": ("secrets.yml", "nowhere", "cannot be read: No such file"),
    "vault outside": (
        "secrets.vault.yml",
        "../vault.yml",
        "is not read: it points outside .*; add the file",
    ),
    "secrets.yml a FIFO": ("secrets.yml", None, "cannot be read: it is a FIFO, not a regular file"),
    "vault a FIFO": ("secrets.vault.yml", None, "cannot be read: it is a FIFO, not a regular"),
}


@pytest.mark.parametrize(("name", "target", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_files_of_a_stack_that_are_not_read(
    tmp_path: Path, name: str, target: str | None, message: str
) -> None:
    (tmp_path / "stores.yml").write_text("stores: [env]")
    vault(tmp_path, "a: b")
    folder = tmp_path / "stack"
    folder.mkdir()
    if target is None:
        os.mkfifo(folder / name)
    else:
        (folder / name).symlink_to(target)
    with pytest.raises(StoreError, match=message):
        ask(["a"], of_stack(str(folder), lambda path: "a: b"))


def test_a_vault_file_that_is_named_may_be_anywhere(tmp_path: Path) -> None:
    vault(tmp_path, "a: b")
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack/secrets.yml").write_text("stores: [{vault_file: ../vault.yml}]")
    assert ask(["a"], of_stack(str(tmp_path / "stack"), lambda path: "a: b")) == {"a": "b"}


def test_a_vault_file_that_is_too_large(tmp_path: Path) -> None:
    store = vault(tmp_path, "a: b")
    os.truncate(store.path, 17 << 20)
    with pytest.raises(StoreError, match="is larger than 16 MiB; split it"):
        store.all()


def test_a_check_of_the_list_loads_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plugin:
        name = "theirs"

        def load(self) -> None:
            raise AssertionError("it is loaded")

    monkeypatch.setattr(secret_store_list, "_plugins", lambda: [Plugin()])
    (tmp_path / "secrets.yml").write_text("stores: [{theirs: x}, {command: [touch, '{path}']}]")
    secret_store_list.check(str(tmp_path))
    with pytest.raises(StoreError, match="'theirs' cannot be used"):
        of_stack(str(tmp_path), no_vault)
