# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of ansible-playbook: its events, and what it prints."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.run.test_events import marked
from vigo_bridge.ansible import ansible_compat
from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.run import playbook as run_playbook
from vigo_bridge.run.playbook import Event, Playbook, is_event, play
from vigo_bridge.run.stop import Stop

PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: say
      ansible.builtin.debug:
        msg: "{{ lookup('env', 'CANARY') }}-{{ given }}"
    - name: fail
      ansible.builtin.fail:
        msg: it is broken
"""


def playbook(folder: Path, **more: Any) -> Playbook:
    (folder / "site.yml").write_text(PLAY)
    (folder / "hosts.ini").write_text("one ansible_connection=local\n")
    environment = {**ansible_environment(), "CANARY": "seen", "ANSIBLE_VAULT_PASSWORD": "hidden"}
    return Playbook(
        path=folder / "site.yml",
        inventory=[str(folder / "hosts.ini")],
        private=folder / "runner",
        environment=environment,
        arguments=["--extra-vars", "given=too"],
        **more,
    )


def test_a_playbook_that_fails(tmp_path: Path) -> None:
    events: list[Event] = []
    shown: list[str] = []
    with Stop(lambda text: None) as stop:
        last = play(playbook(tmp_path), events.append, shown.append, stop)
    kinds = [event["event"] for event in events]
    assert kinds[0] == "playbook_on_start"
    assert kinds[-1] == "playbook_on_stats"
    assert [kind for kind in kinds if kind.startswith("runner_on")] == [
        *("runner_on_start", "runner_on_ok"),
        *("runner_on_start", "runner_on_failed"),
    ]
    assert "seen-too" in "".join(shown)
    assert "it is broken" in last
    assert "PLAY RECAP" in last
    (artifacts,) = (tmp_path / "runner" / "artifacts").iterdir()
    assert list((artifacts / "job_events").iterdir()) == []
    assert (artifacts / "job_events").stat().st_mode & 0o777 == 0o700
    command = (artifacts / "command").read_text()
    assert command.startswith("ansible-playbook ")
    assert "--extra-vars given=too" in command
    assert command.endswith(f"{tmp_path}/site.yml\n")
    assert "seen-too" in (artifacts / "stdout").read_text()


def played(
    command: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], str]:
    """Return what is shown of a command that runs in the place of ansible-playbook, and its last
    lines.
    """
    monkeypatch.setattr("vigo_bridge.ansible.program.command", lambda *_arguments: command)
    shown: list[str] = []
    with Stop(lambda text: None) as stop:
        last = play(playbook(folder), lambda event: None, shown.append, stop)
    return shown, last


def printed(command: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is shown of a command that runs in the place of ansible-playbook."""
    return played(command, folder, monkeypatch)[0]


#: the value of ANSIBLE_HOST_KEY_CHECKING, None if it is not set
HOST_KEY_CHECKING = [None, "True", "False"]


@pytest.mark.parametrize("checking", HOST_KEY_CHECKING)
def test_what_ansible_gets(
    checking: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's settings decide, and secrets stay here."""
    given: list[tuple[list[str], dict[str, str], str]] = []
    handlers: list[object] = []

    def playing(arguments: list[str], environment: dict[str, str], folder: str) -> Any:
        given.append((arguments, environment, folder))
        handlers.append(signal.getsignal(signal.SIGTERM))
        return subprocess.Popen(["true"], stdout=subprocess.PIPE)

    monkeypatch.setattr(run_playbook, "playing", playing)
    monkeypatch.setenv("VIGO_SECRET_DB", "hidden")
    monkeypatch.delenv("ANSIBLE_HOST_KEY_CHECKING", raising=False)
    if checking:
        monkeypatch.setenv("ANSIBLE_HOST_KEY_CHECKING", checking)
    before = signal.getsignal(signal.SIGTERM)
    play(playbook(tmp_path), lambda event: None, lambda text: None, Stop(lambda text: None))
    ((arguments, environment, folder),) = given
    assert arguments == [
        *("--extra-vars", "given=too", "-i", f"{tmp_path}/hosts.ini"),
        f"{tmp_path}/site.yml",
    ]
    assert environment["CANARY"] == "seen"
    assert environment.get("ANSIBLE_HOST_KEY_CHECKING") == checking
    assert not {"VIGO_SECRET_DB", "ANSIBLE_CACHE_PLUGIN"} & {*environment}
    assert folder == str(Path.cwd())
    assert handlers == [before]
    assert {path.name for path in (tmp_path / "runner").iterdir()} == {"artifacts"}


#: what is printed -> the last lines
LAST = {
    r"a\n\nb\n": "a\nb",
    "".join(rf"{number}\n" for number in range(1, 41)): "\n".join(map(str, range(21, 41))),
    "1\\n" + "\\n" * 30 + "2\\n": "1\n2",
    "": "",
}


@pytest.mark.parametrize(("text", "last"), LAST.items())
def test_the_last_lines(
    text: str, last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert played(["printf", text], tmp_path, monkeypatch)[1] == last


def test_bytes_that_are_not_utf_8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(["printf", r"a\377b\n"], tmp_path, monkeypatch) == ["a\ufffdb"]


def test_a_program_in_the_background_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although it keeps the output open."""
    waits = tmp_path / "waits"
    os.mkfifo(waits)
    command = ["sh", "-c", f"cat {waits} & echo a"]
    assert printed(command, tmp_path, monkeypatch) == ["a"]
    os.close(os.open(waits, os.O_WRONLY))  # As soon as cat has opened it, it ends.


def test_line_breaks_of_a_terminal_are_shown_as_plain_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the text of an event, which may have several lines."""
    text = marked(json.dumps({"uuid": "a-1"})) + "a\r\nb\r\n" + marked("{}")
    assert printed(["printf", "%s", text], tmp_path, monkeypatch) == ["a\nb"]


def test_empty_lines_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(["printf", r"a\n\nb\n"], tmp_path, monkeypatch) == ["a", "", "b"]


def test_signals_of_the_terminal_do_not_reach_ansible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go to all processes of a session; vigo-bridge decides which of them Ansible gets."""
    (session,) = printed(["cut", "-d ", "-f6", "/proc/self/stat"], tmp_path, monkeypatch)
    assert int(session) != os.getsid(0)


def test_nothing_is_run_after_a_cut(tmp_path: Path) -> None:
    events: list[Event] = []
    with Stop(lambda text: None) as stop:
        stop.cut = True
        assert play(playbook(tmp_path), events.append, lambda text: None, stop) == ""
    assert events == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"uuid": "a-1_B"}, True),
        ({"uuid": "../a"}, False),
        ({"uuid": ""}, False),
        ({"uuid": 1}, False),
        ({}, False),
        ("uuid", False),
        (None, False),
    ],
)
def test_is_event(data: object, expected: bool) -> None:
    assert is_event(data) is expected


#: Prints that it is there, and ends with the exit code 7 when it gets SIGINT.
WAITS = "import signal,sys,time;signal.signal(2, lambda *_: sys.exit(7));print(1, flush=True)"


@pytest.mark.parametrize("moment", ["before the start", "while its output is shown"])
def test_ansible_is_interrupted(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a signal that came before its process was there, or if nothing more can be shown."""
    ended: list[int] = []

    @contextmanager
    def playing(*_: Any) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-c", f"{WAITS};time.sleep(60)"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            if moment == "before the start":
                assert process.stdout.readline() == b"1\n"
                stop.cut = True
            try:
                yield process
                ended.append(process.wait(30))
            except OSError:
                ended.append(process.wait(30))
                raise
            finally:
                process.kill()

    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(run_playbook, "playing", playing)
    if moment != "before the start":
        monkeypatch.setattr(run_playbook, "_chunks", lambda process: [process.stdout.readline()])
        reader = SimpleNamespace(write=refuse, close=refuse)
        monkeypatch.setattr(ansible_compat, "event_reader", lambda *_, **__: reader)
    stop = Stop(lambda text: None)
    given = playbook(tmp_path)
    if moment == "before the start":
        play(given, lambda event: None, lambda text: None, stop)
    else:
        with pytest.raises(OSError, match="No space left") as raised:
            play(given, lambda event: None, lambda text: None, stop)
        (artifacts,) = (tmp_path / "runner" / "artifacts").iterdir()
        assert raised.value.filename == str(artifacts)
    assert ended == [7]
