# SPDX-License-Identifier: GPL-3.0-or-later
"""Which vault passwords are asked for, and what Ansible gets in place of the question."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from vigo_bridge.ansible import typed_password, vault_passwords
from vigo_bridge.failures import Refusal

#: Programs and files in the current folder.
FILES = {
    "print": "#!/bin/sh\necho printed\n",
    "keys-client.sh": '#!/bin/sh\necho "$@"\n',
    "fail": "#!/bin/sh\nexit 1\n",
    "blanks": "#!/bin/sh\necho ' blanks '\n",
    "nothing": "#!/bin/sh\n",
    "plain": "a file\n",
}
#: ansible.cfg's [defaults] or the environment -> what Ansible gets; [X] is a file with X in memory.
CASES = [
    ("", {}, {}),
    ("vault_password_file = plain", {}, {}),
    ("ask_vault_pass = no", {}, {}),
    ("ask_vault_pass = yes", {}, {"LIST": "default@[typed default]", "ASK": "false"}),
    ("ASK_VAULT_PASS: 1", {}, {"LIST": "default@[typed default]", "ASK": "false"}),
    ("", {"ASK": "true"}, {"LIST": "default@[typed default]", "ASK": "false"}),
    (
        "vault_identity_list = dev@plain, ops@prompt, prompt",
        {},
        {"LIST": "dev@plain,ops@[typed ops],default@[typed default]", "ASK": "false"},
    ),
    ("", {"LIST": "dev@print"}, {"LIST": "dev@[printed]", "ASK": "false"}),
    ("", {"LIST": "dev@keys-client.sh"}, {"LIST": "dev@[--vault-id dev]", "ASK": "false"}),
    ("", {"LIST": "dev@fail,plain"}, {"LIST": "dev@fail,plain", "ASK": "false"}),
    ("", {"LIST": "dev@nowhere"}, {}),
    ("vault_password_file = print", {}, {"FILE": "[printed]"}),
    ("", {"FILE": "blanks"}, {}),
    ("", {"FILE": "nothing"}, {}),
    ("", {"FILE": "plain"}, {}),
]
NAMES = {
    "LIST": "ANSIBLE_VAULT_IDENTITY_LIST",
    "ASK": "ANSIBLE_ASK_VAULT_PASS",
    "FILE": "ANSIBLE_VAULT_PASSWORD_FILE",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a terminal at which the answer repeats the question."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o700 if text.startswith("#!") else 0o600)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (*NAMES.values(), "ANSIBLE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(typed_password, "has_terminal", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda text: f"typed {text.split('(')[1][:-3]}")
    return tmp_path


@pytest.mark.parametrize(("configuration", "environment", "given"), CASES)
def test_what_ansible_gets(
    configuration: str,
    environment: Mapping[str, str],
    given: Mapping[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "ansible.cfg").write_text(f"[defaults]\n{configuration}\n")
    for name, value in environment.items():
        monkeypatch.setenv(NAMES[name], value)
    found = vault_passwords.vault_passwords.__wrapped__()
    legible = {name: re.sub(r"/proc/[0-9]+/fd/[0-9]+", _content, value)
               for name, value in found.items()}  # fmt: skip
    assert legible == {NAMES[name]: value for name, value in given.items()}


def test_an_empty_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda text: "")
    monkeypatch.setenv(NAMES["LIST"], "dev@prompt")
    with pytest.raises(Refusal, match="the vault password 'dev' is empty"):
        vault_passwords.vault_passwords.__wrapped__()


def _content(path: re.Match[str]) -> str:
    return f"[{Path(path[0]).read_text()}]"


@pytest.mark.parametrize("setting", ["FILE", "LIST", "ansible.cfg"])
@pytest.mark.parametrize("kind", ["a FIFO", "a device", "a folder"])
def test_a_file_that_is_none_is_refused(
    kind: str, setting: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES.values():
        monkeypatch.delenv(name, raising=False)
    path = folder / "special"
    if kind == "a FIFO":
        os.mkfifo(path)
    elif kind == "a device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    if setting == "ansible.cfg":
        (folder / "ansible.cfg").write_text("[defaults]\nvault_password_file = special\n")
    else:
        monkeypatch.setenv(NAMES[setting], "dev@special" if setting == "LIST" else str(path))
    vault_passwords.vault_passwords.cache_clear()
    with pytest.raises(Refusal, match=f"{path} cannot be used: it is {kind}, not a regular file"):
        vault_passwords.vault_passwords()
