# SPDX-License-Identifier: GPL-3.0-or-later
"""Many secrets are added to a store at once, and nothing that it has is replaced or lost."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.secrets import vault
from vigo_bridge.secrets.adding import ENV, VAULT, addition, written

SECRETS = {"shop/db": "first value", "shop/web/token": "it's $HOME\nand more"}
ENV_TEXT = (
    "export VIGO_SECRET_SHOP_DB='first value'\n"
    "export VIGO_SECRET_SHOP_WEB_TOKEN='it'\"'\"'s $HOME\nand more'\n"
)


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace ansible-vault: what it encrypts has a header, and a password of the environment."""

    def run(
        arguments: Sequence[str],
        path: str,
        text: str | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> str:
        if arguments[0] == "view":
            return Path(path).read_text().split("\n", 1)[1]
        output = Path(arguments[arguments.index("--output") + 1])
        output.write_text(f"$ANSIBLE_VAULT;1.1;AES256\n{text}")
        output.chmod(0o600)
        return ""

    for name in ("ANSIBLE_VAULT_PASSWORD_FILE", "ANSIBLE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(vault, "_vault", run)


def add(kind: str, folder: Path, secrets: Mapping[str, str] = SECRETS) -> list[str]:
    found = addition(kind, folder, secrets)
    with written(found.files):
        pass
    return list(found.added)


def files(folder: Path) -> dict[str, tuple[str, int]]:
    """Return the text and the mode of each file."""
    return {
        str(path.relative_to(folder)): (path.read_text(), stat.S_IMODE(path.stat().st_mode))
        for path in folder.rglob("*")
        if path.is_file()
    }


def texts(folder: Path) -> dict[str, str]:
    return {name: text for name, (text, _) in files(folder).items()}


def test_a_new_env_file(tmp_path: Path) -> None:
    assert add(ENV, tmp_path / "stack") == sorted(SECRETS)
    found = files(tmp_path / "stack")
    assert found.pop(".gitignore") == ("/secrets.env\n", 0o644)
    (text, mode), *others = found.values()
    assert (mode, others) == (0o600, [])
    assert text.startswith("# ")
    assert text.endswith(ENV_TEXT)


def test_a_new_vault_has_a_password_of_its_own(tmp_path: Path) -> None:
    assert add(VAULT, tmp_path / "stack") == sorted(SECRETS)
    found = files(tmp_path / "stack")
    assert found.pop(".gitignore") == ("/secrets.vault.password\n", 0o644)
    password, mode = found.pop("secrets.vault.password")
    assert (len(password) > 40, mode) == (True, 0o600)
    text, mode = found.pop("secrets.vault.yml")
    assert ("shop/db: first value" in text, mode) == (True, 0o600)
    assert found == {}


def test_a_vault_with_a_password_in_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("sesame")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(tmp_path / "password"))
    add(VAULT, tmp_path / "stack")
    assert set(files(tmp_path / "stack")) == {"secrets.vault.yml"}


@pytest.mark.parametrize("kind", [ENV, VAULT])
def test_a_second_import_adds(kind: str, tmp_path: Path) -> None:
    add(kind, tmp_path)
    before = files(tmp_path)
    assert add(kind, tmp_path, {"shop/db": "first value"}) == []
    assert files(tmp_path) == before
    assert add(kind, tmp_path, {"shop/db": "first value", "blog/key": "x"}) == ["blog/key"]
    after = files(tmp_path)
    assert set(after) == set(before)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"secrets.env" if kind == ENV else "secrets.vault.yml"}
    assert add(kind, tmp_path, {**SECRETS, "blog/key": "x"}) == []


@pytest.mark.parametrize("kind", [ENV, VAULT])
def test_another_value_is_an_error_that_names_the_key_only(kind: str, tmp_path: Path) -> None:
    add(kind, tmp_path)
    before = files(tmp_path)
    with pytest.raises(StoreError) as error:
        add(kind, tmp_path, {**SECRETS, "shop/db": "second value", "new": "third value"})
    assert "already has another value for shop/db." in str(error.value)
    assert "value for new" not in str(error.value)
    assert not any(value in str(error.value) for value in ("first value", "second value"))
    assert files(tmp_path) == before


def test_a_store_that_is_queried_earlier_counts(tmp_path: Path) -> None:
    """A run would use its value instead."""
    add(VAULT, tmp_path, {"shop/db": "first value", "a": "same"})
    with pytest.raises(StoreError, match="another value for shop/db"):
        add(ENV, tmp_path, {"shop/db": "second value"})
    assert add(ENV, tmp_path, {"a": "same"}) == []
    (tmp_path / "secrets.yml").write_text("stores: [env, {vault_file: secrets.vault.yml}]\n")
    assert add(ENV, tmp_path, {"shop/db": "second value"}) == ["shop/db"]


#: case -> kind, files of the stack, the error
REFUSED: dict[str, tuple[str, dict[str, str], str]] = {
    "no vault in the list": (
        VAULT,
        {"secrets.yml": "stores: [env]\n"},
        "does not list this store, so the secrets would not be found; add `- vault_file:"
        " secrets.vault.yml`",
    ),
    "no env in the list": (
        ENV,
        {"secrets.yml": "stores: [{vault_file: secrets.vault.yml}]\n"},
        "add `- env`",
    ),
    "another command": (
        ENV,
        {"secrets.env": "export A='b'\nrm -rf /\n"},
        "secrets.env: expected export NAME='VALUE', in line",
    ),
    "an open quote": (ENV, {"secrets.env": "export A='b\n"}, "a quote is not closed"),
    "not text": (ENV, {"secrets.env": "\udcff"}, "is not UTF-8 text"),
}


@pytest.mark.parametrize(("kind", "given", "error"), REFUSED.values(), ids=REFUSED)
def test_refused(kind: str, given: dict[str, str], error: str, tmp_path: Path) -> None:
    for name, text in given.items():
        (tmp_path / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(StoreError) as refused:
        add(kind, tmp_path)
    assert error in str(refused.value)
    assert {path.name for path in tmp_path.iterdir()} == set(given)


def test_a_listed_vault_elsewhere(tmp_path: Path) -> None:
    """Its folder is not the stack's, so no .gitignore is written there."""
    stack = tmp_path / "stack"
    stack.mkdir()
    (stack / "secrets.yml").write_text("stores: [{vault_file: ../all.yml}]\n")
    add(VAULT, stack)
    assert set(files(tmp_path)) == {"stack/secrets.yml", "all.yml", "all.password"}


def test_a_gitignore_keeps_its_lines_and_mode(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.bak")
    (tmp_path / ".gitignore").chmod(0o640)
    add(ENV, tmp_path)
    assert files(tmp_path)[".gitignore"] == ("*.bak\n/secrets.env\n", 0o640)
    add(ENV, tmp_path, {"new": "x"})
    assert texts(tmp_path)[".gitignore"] == "*.bak\n/secrets.env\n"


def test_values_are_not_in_what_is_printed_of_it(tmp_path: Path) -> None:
    shown = repr([addition(kind, tmp_path, SECRETS) for kind in (ENV, VAULT)])
    assert not any(value in shown for value in SECRETS.values())


BEFORE = {"new": {}, "with others": {".gitignore": "*.bak\n", "secrets.env": "export A=b\n"}}


@pytest.mark.parametrize("given", BEFORE.values(), ids=BEFORE)
@pytest.mark.parametrize("kind", [ENV, VAULT])
def test_an_error_afterwards_restores_everything(
    kind: str, given: dict[str, str], tmp_path: Path
) -> None:
    for name, text in given.items():
        (tmp_path / name).write_text(text)
    before = files(tmp_path)
    found = addition(kind, tmp_path / "a" / "b" if not given else tmp_path, SECRETS)
    with pytest.raises(OSError, match="full"), written(found.files):
        raise OSError("full")
    assert files(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == set(given)


@pytest.mark.parametrize("kind", [ENV, VAULT])
def test_killed_at_any_step(kind: str, tmp_path: Path) -> None:
    """Git sees no secret, no vault is without its password, and a second import completes it."""
    step = 0
    while True:
        folder = tmp_path / str(step)
        (folder / "stack").mkdir(parents=True)
        if not _is_killed(kind, folder / "stack", step):
            break
        _check_rest(folder / "stack")
        assert set(add(kind, folder / "stack")) in (set(SECRETS), set())
        assert sorted(SECRETS) == sorted(_stored(kind, folder / "stack"))
        step += 1
    assert step == (2 if kind == ENV else 3)


def _is_killed(kind: str, folder: Path, step: int) -> bool:
    """Add the secrets in another process, which ends at the renaming of this number."""
    child = os.fork()
    if not child:
        real, calls = os.rename, iter(range(step))

        def rename(*arguments: Any) -> None:
            if next(calls, None) is None:
                os._exit(9)
            real(*arguments)

        os.rename = rename  # type: ignore[assignment]
        add(kind, folder)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def _check_rest(folder: Path) -> None:
    found = {path.name for path in folder.iterdir() if ".vigo-" not in path.name}
    if "secrets.env" in found:
        assert ".gitignore" in found
    if "secrets.vault.yml" in found:
        assert {".gitignore", "secrets.vault.password"} <= found
    for path in folder.iterdir():
        if ".vigo-" in path.name:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _stored(kind: str, folder: Path) -> list[str]:
    return [path for path in SECRETS if path not in addition(kind, folder, SECRETS).added]
