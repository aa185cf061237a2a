# SPDX-License-Identifier: GPL-3.0-or-later
"""An import with a store: the secrets come first, and an error leaves nothing of either."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest

from vigo_bridge.app import import_compose, importing
from vigo_bridge.app.import_secrets import StoreOptions, to_store
from vigo_bridge.compose.stack.content import NeededSecret
from vigo_bridge.failures import Failure, WrongUsage

COMPOSE = 'services: {a: {image: x, environment: {A_TOKEN: "a value", B_TOKEN: "${B_TOKEN:?}"}}}\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "compose.yml").write_text(COMPOSE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*more: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "vigo_bridge", "import", "compose", "shop", "--match", "*")
    return subprocess.run([*command, *more], capture_output=True, text=True, check=False)


def test_what_is_printed(project: Path) -> None:
    finished = call("--stacks", "stack", "--store", "env")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.endswith(
        "stored 1 secret in stack/secrets.env\n"
        "Add these secrets to a store; the files of the stack do not contain their values:\n"
        "  vigo-bridge secrets set shop/b_token    # they have no value\n"
        "Next step: . stack/secrets.env, then vigo-bridge config validate --stacks stack, then"
        " vigo-bridge plan --stacks stack --local\n"
    )
    assert "a value" not in finished.stdout


def test_a_conflict_changes_nothing(project: Path) -> None:
    call("--stacks", "stack", "--store", "env")
    compose = project / "shop" / "compose.yml"
    compose.write_text(COMPOSE.replace("a value", "another"))
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    refused = call("--stacks", "stack", "--store", "env", "--force", "-o", "json")
    assert refused.returncode == 1
    document = json.loads(refused.stdout)
    assert document["status"] == "refused"
    assert "already has another value for shop/a/a_token." in document["message"]
    assert document["message"].endswith("Nothing was written")
    assert not any(secret["stored"] for secret in document["secrets"])
    assert not any(value in refused.stdout for value in ("a value", "another,"))
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_the_store_comes_first_and_goes_with_an_error(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def write(*arguments: object, **options: object) -> None:
        seen.extend(sorted(path.name for path in (project / "stack").iterdir()))
        raise OSError(errno.ENOSPC, "No space left on device", "stack.vgo")

    monkeypatch.setattr(importing, "write", write)
    options = importing.ImportOptions(Path("stack"), "*", False, False, StoreOptions("env"))
    reading = import_compose.ComposeOptions((), None, (), None)
    with pytest.raises(Failure, match=r"stack\.vgo cannot be written: the disk is full"):
        import_compose.import_compose([Path("shop")], reading, options, "text")
    assert seen == [".gitignore", "secrets.env"]
    assert not (project / "stack").exists()


def test_a_password_file_needs_the_vault() -> None:
    with pytest.raises(WrongUsage, match="--vault-password-file requires --store vault"):
        to_store(StoreOptions("env", Path("x")), Path("stack"), ())


def test_without_a_store_nothing_is_read(tmp_path: Path) -> None:
    (tmp_path / "secrets.yml").write_text("not a list")
    assert to_store(StoreOptions(), tmp_path, (NeededSecret("a", "b", "c"),)) is None


def test_another_password_than_that_of_the_vault(tmp_path: Path) -> None:
    for name in ("secrets.vault.password", "other"):
        (tmp_path / name).write_text("x")
    with pytest.raises(Failure, match=r"is in .*secrets\.vault\.password, which is used instead"):
        to_store(StoreOptions("vault", tmp_path / "other"), tmp_path, ())
