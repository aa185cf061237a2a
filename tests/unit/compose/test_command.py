# SPDX-License-Identifier: GPL-3.0-or-later
"""`vigo-bridge import compose` as users call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vigo_bridge.cli.program import program

LOSSY = """\
services:
  web:
    image: nginx
    isolation: default
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "lossy.yml").write_text(LOSSY, encoding="utf-8")
    (tmp_path / "fine.yml").write_text(
        LOSSY.replace("    isolation: default\n", ""), encoding="utf-8"
    )
    (tmp_path / "wrong.yml").write_text(LOSSY.replace("isolation", "isolationn"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compose(*arguments: str) -> Result:
    return CliRunner().invoke(program, ["import", "compose", *arguments])


def test_nothing_is_written_when_something_is_lost(folder: Path) -> None:
    finished = compose("lossy.yml")
    assert finished.exit_code == 1
    assert "lossy.yml:4:5: lost: isolation is not supported" in finished.stderr
    assert "add --allow-lossy" in finished.stderr
    assert not (folder / "stacks").exists()


def test_losses_that_are_allowed_stand_in_comments(folder: Path) -> None:
    finished = compose("lossy.yml", "--allow-lossy")
    assert finished.exit_code == 0, finished.stderr
    crates = list((folder / "stacks" / "configcrates").iterdir())
    assert "# Not converted: isolation is not supported" in crates[0].read_text()


def test_what_compose_would_refuse_is_refused(folder: Path) -> None:
    finished = compose("wrong.yml", "--allow-lossy")
    assert finished.exit_code == 1
    assert "wrong.yml:4:5: error: service web has no key 'isolationn'" in finished.stderr
    assert "Nothing was written." in finished.stderr
    assert not (folder / "stacks").exists()


def test_files_are_overwritten_only_by_force(folder: Path) -> None:
    call = ("fine.yml", "-p", "shop")
    assert compose(*call).exit_code == 0
    crate = folder / "stacks/configcrates/shop.vgo"
    crate.write_text("# mine\n")
    again = compose(*call)
    assert again.exit_code == 1
    assert "stacks/configcrates/shop.vgo" in again.stderr
    assert crate.read_text() == "# mine\n"
    assert compose(*call, "--force").exit_code == 0
    assert "shop-web-1" in crate.read_text()


def test_an_override_beside_the_file_is_named(folder: Path) -> None:
    (folder / "fine.override.yml").write_text("services: {}\n")
    finished = compose("fine.yml")
    assert (
        "fine.override.yml:1:1: note: `docker compose` without -f also reads this file"
        in finished.stderr
    )


ISOLATION = "it is for Windows"

#: arguments -> exit status, the document's status and message, and its findings: severity, key,
#: line, column and suggestion
DOCUMENTS: dict[str, tuple[tuple[str, ...], int, str, str, list[tuple[Any, ...]]]] = {
    "written": (("fine.yml",), 0, "written", "", []),
    "lost": (
        ("lossy.yml",),
        1,
        "refused",
        "1 setting cannot be converted. N",
        [("lost", "services.web.isolation", 4, 5, ISOLATION)],
    ),
    "lost, and allowed": (
        ("lossy.yml", "--allow-lossy"),
        0,
        "written",
        "",
        [("lost", "services.web.isolation", 4, 5, ISOLATION)],
    ),
    "wrong": (
        ("wrong.yml",),
        1,
        "refused",
        "service web has no key 'isolationn'",
        [("error", None, 4, 5, "did you mean 'isolation'?")],
    ),
}


@pytest.mark.parametrize(
    ("arguments", "status", "said", "message", "findings"), DOCUMENTS.values(), ids=DOCUMENTS
)
def test_as_json(
    folder: Path,
    arguments: tuple[str, ...],
    status: int,
    said: str,
    message: str,
    findings: list[tuple[Any, ...]],
) -> None:
    finished = compose(*arguments, "-p", "shop", "-o", "json")
    assert finished.exit_code == status, finished.stderr
    document = json.loads(finished.stdout)
    assert (document["status"], document["message"][: len(message) or None]) == (said, message)
    names = ("severity", "key", "line", "column", "suggestion")
    told = [tuple(finding[name] for name in names) for finding in document["findings"]]
    assert told == findings
    assert all(finding["file"] == arguments[0] for finding in document["findings"])
    assert all(Path(file).exists() == (said == "written") for file in document["files"])
    assert ("stacks/configcrates/shop.vgo" in document["files"]) == ("wrong.yml" not in arguments)


def test_the_secrets_of_the_document(folder: Path) -> None:
    (folder / "secret.yml").write_text(
        LOSSY.replace("isolation: default", "environment: {PASSWORD: x}")
    )
    document = json.loads(compose("secret.yml", "-p", "shop", "-o", "json").stdout)
    expected = {"path": "shop/web/password", "origin": "secret.yml:4:29", "stored": False}
    assert document["secrets"] == [expected]
