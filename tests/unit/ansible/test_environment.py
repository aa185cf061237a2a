# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of Ansible, beside what the user sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.ansible.environment import ansible_environment

#: the text of ansible.cfg (None: no such file), the ANSIBLE_FORKS of the user, what Ansible gets
FORKS = [
    (None, None, "25"),
    ("[defaults]\npipelining = true\n", None, "25"),
    ("[defaults]\nforks = 3\n", None, None),
    ("[defaults]\n  forks=3\n", None, None),
    ("[defaults]\nforks: 3\n", None, None),
    ("[defaults]\n# (int) How many hosts.\n;forks=5\n#forks = 5\n", None, "25"),
    (None, "7", "7"),
    ("[defaults]\nforks = 3\n", "7", "7"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which is also the home folder, and empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    return tmp_path


@pytest.mark.parametrize(("configuration", "variable", "expected"), FORKS)
def test_forks(
    configuration: str | None,
    variable: str | None,
    expected: str | None,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if configuration is not None:
        (folder / "ansible.cfg").write_text(configuration)
    monkeypatch.delenv("ANSIBLE_FORKS", raising=False)
    if variable is not None:
        monkeypatch.setenv("ANSIBLE_FORKS", variable)
    assert ansible_environment().get("ANSIBLE_FORKS") == expected


@pytest.mark.parametrize("place", ["home/.ansible.cfg", "own/ansible.cfg", "own.cfg"])
def test_forks_of_other_configuration_files(
    place: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANSIBLE_FORKS", raising=False)
    file = folder / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("[defaults]\nforks = 3\n")
    if not place.startswith("home"):
        named = file.parent if file.parent != folder else file
        monkeypatch.setenv("ANSIBLE_CONFIG", str(named))
    assert "ANSIBLE_FORKS" not in ansible_environment()
