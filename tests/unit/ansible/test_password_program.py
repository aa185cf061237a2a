# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that print a password, and those that never end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.ansible import password_program
from vigo_bridge.ansible.login_passwords import login_passwords
from vigo_bridge.ansible.password_program import printed_password
from vigo_bridge.ansible.password_source import PasswordSource
from vigo_bridge.ansible.vault_passwords import vault_passwords
from vigo_bridge.failures import Refusal

ADVICE = "correct it"

#: case -> what the program does, and the password
ENDING = {
    "a word": ("echo word", b"word"),
    "line breaks at the ends": (r"printf '\n\nword\r\n\n'", b"word"),
    "blanks": ("echo ' word '", b" word "),
    "nothing": ("true", b""),
    "many bytes": ("head -c 100000 /dev/zero | tr '\\0' x", b"x" * 100_000),
    "it fails": ("echo word; exit 3", None),
    "it ends by a signal": ("echo word; kill -9 $$", None),
    "it closes its output and goes on": ("echo word; exec >&-; sleep 0.2", b"word"),
    "it leaves something in the background": ("echo word; sleep 600 &", b"word"),
}
#: case -> what the program does for ever
ENDLESS = {
    "it sleeps": "exec sleep 600",
    "it has a child that sleeps": "sleep 600; true",
    "it prints first": "echo word; exec sleep 600",
    "it closes its output": "exec >&-; exec sleep 600",
    "it ignores signals": "trap '' TERM INT HUP; while :; do sleep 0.1; done",
}


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(password_program, "LIMIT", 0.5)
    monkeypatch.setattr(password_program, "LIMIT_AT_TERMINAL", 0.5)
    return tmp_path / "program"


def write(program: Path, script: str) -> str:
    program.write_text(f"#!/bin/sh\necho $$ > {program}.pid\n{script}\n")
    program.chmod(0o700)
    return str(program)


@pytest.mark.parametrize(("script", "password"), ENDING.values(), ids=ENDING)
def test_what_a_program_prints(
    script: str, password: bytes | None, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_program, "LIMIT", 60.0)
    assert printed_password([write(program, script)], ADVICE) == password


@pytest.mark.parametrize("script", ENDLESS.values(), ids=ENDLESS)
def test_a_program_that_never_ends(script: str, program: Path) -> None:
    path = write(program, script)
    with pytest.raises(Refusal) as refused:
        printed_password([path], ADVICE)
    assert str(refused.value) == (
        f"the password program {path} did not finish within 0.5 s; correct it"
    )
    number = int(Path(f"{program}.pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_a_program_that_never_stops_printing(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_program, "LIMIT", 60.0)
    path = write(program, "exec yes")
    with pytest.raises(Refusal) as refused:
        printed_password([path], ADVICE)
    assert str(refused.value) == f"the password program {path} prints more than 1 MiB; correct it"


@pytest.mark.parametrize("setting", ["ANSIBLE_VAULT_PASSWORD_FILE", "ANSIBLE_VAULT_IDENTITY_LIST"])
def test_a_vault_password_program(
    setting: str, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(program, "exec sleep 600")
    monkeypatch.setenv(setting, path)
    vault_passwords.cache_clear()
    with pytest.raises(Refusal, match=f"{path} did not finish within 0.5 s; .*vault_password_file"):
        vault_passwords()
    vault_passwords.cache_clear()


@pytest.mark.parametrize("kind", ["connection", "become"])
def test_a_program_for_a_login(kind: str, program: Path) -> None:
    path = write(program, "exec sleep 600")
    sources: dict[str, Any] = {name: PasswordSource() for name in ("connection", "become")}
    sources[kind] = PasswordSource(file=path)
    with pytest.raises(Refusal, match=f"{path} did not finish within .*--{kind}-password-file"):
        login_passwords(**sources)
