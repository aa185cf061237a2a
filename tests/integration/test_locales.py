# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's programs run in a UTF-8 locale, independent of the user's locale."""

from __future__ import annotations

import json
import locale
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vigo_bridge.ansible import locales, program
from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.failures import Refusal

#: The user's variables: those that are not there are unset.
LOCALES = [
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX"},
    {"LC_ALL": "xx_YY.UTF-8"},
    {"LC_ALL": "en_US.ISO-8859-1"},
    {"LC_ALL": "no locale at all"},
    {"LC_TIME": "xx_YY.UTF-8", "LANG": "C.UTF-8"},
    {"LANG": "C"},
    {"LC_CTYPE": "POSIX"},
    {"LC_ALL": "C.UTF-8"},
    {},
]


EVERYDAY = ({"LC_ALL": "C"}, {"LC_TIME": "xx_YY.UTF-8", "LANG": "C.UTF-8"})


@pytest.fixture(
    params=[
        pytest.param(each, marks=() if each in EVERYDAY else pytest.mark.sweep) for each in LOCALES
    ],
    ids=str,
)
def variables(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """Set these variables of a locale, and no others, and yield them."""
    for name in [name for name in os.environ if name.startswith("LC_") or name == "LANG"]:
        monkeypatch.delenv(name)
    given: dict[str, str] = request.param
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    locales.utf8_locale.cache_clear()
    yield given
    locales.utf8_locale.cache_clear()


def test_ansible_runs(variables: dict[str, str]) -> None:
    before = locale.setlocale(locale.LC_ALL)
    finished = subprocess.run(
        program.command("inventory", "--list", "-i", "höst,"),
        env=ansible_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "hosts" in finished.stdout
    assert locale.setlocale(locale.LC_ALL) == before


def test_a_locale_of_the_users_that_will_do_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    locales.utf8_locale.cache_clear()
    assert locales.utf8_locale() == {}
    locales.utf8_locale.cache_clear()


def test_a_system_without_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locales, "_is_utf8", lambda name: False)
    locales.utf8_locale.cache_clear()
    with pytest.raises(Refusal, match="set LC_ALL to its name"):
        locales.utf8_locale()
    locales.utf8_locale.cache_clear()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_characters_that_the_terminal_does_not_have(tmp_path: Path, encoding: str) -> None:
    """Text has them escaped; JSON is UTF-8. click prints UTF-8 instead of ASCII."""
    crate = tmp_path / "configcrates" / "page.vgo"
    crate.parent.mkdir()
    crate.write_text("name: page\nresources: [{type: file, name: f, typ\u2192: é}]\n", "utf-8")
    command = [sys.executable, "-m", "vigo_bridge", "config", "validate", "--stacks", str(tmp_path)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    text = subprocess.run(command, env=environment, capture_output=True, check=False)
    data = subprocess.run(
        [*command, "-o", "json"], env=environment, capture_output=True, check=False
    )
    assert b"Traceback" not in text.stderr + data.stderr
    assert (b"\\u2192" in text.stdout) == (encoding == "latin-1")
    assert "typ\u2192" in str(json.loads(data.stdout.decode()))
