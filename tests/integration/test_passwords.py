# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords that Ansible needs are prompted for once, in advance, or rejected; Ansible never waits
for one.

The host is this machine: programs in place of ssh and sudo note the password that Ansible gives.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pytest

from tests.integration.local_fleet import LocalFleet
from tests.integration.test_interrupt import processes_with

PROGRAMS = {
    # Asks as OpenSSH does, and runs the command here.
    "ssh": """\
#!/bin/sh
test -z "$SSH_ASKPASS" || "$SSH_ASKPASS" "root@h1's password: " > HERE/connection
for last; do :; done
exec /bin/sh -c "$last"
""",
    "sudo": """\
#!/bin/bash
while [ "$1" != -p ] && [ $# -gt 0 ]; do shift; done
printf '%s' "$2" >&2
read -r password
printf '%s' "$password" > HERE/become
while [ "$1" != /bin/sh ]; do shift; done
exec "$@"
""",
    "print": "#!/bin/sh\necho from the program >> HERE/asked\necho printed\n",
    "ask": """\
#!/bin/sh
exec < /dev/tty
stty -echo
printf 'What is it? ' >&2
read password
stty echo
echo "$password"
""",
    "secret": "of a file\n",
}
INVENTORY = (
    "h1 ansible_connection=ssh ansible_ssh_executable=HERE/ssh ansible_become_exe=HERE/sudo"
    f" ansible_python_interpreter={sys.executable} vigo_state_dir=HERE/hosts\n"
)
CONNECTION, BECOME = "SSH password: ", "BECOME password: "

#: options, ansible.cfg, environment, what is asked and answered, what ssh and sudo get
ASKED: dict[str, tuple[str, str, dict[str, str], list[tuple[str, str]], str, str]] = {
    "both options, two batches": (
        "-k -K -b --batch-size 1 --keep-artifacts",
        "",
        {},
        [(CONNECTION, "c0nn"), ("BECOME password[defaults to SSH password]: ", "bec0me")],
        "c0nn",
        "bec0me",
    ),
    "the become password is that of the connection": (
        "--ask-pass --ask-become-pass --become",
        "",
        {},
        [(CONNECTION, "c0nn"), ("defaults to SSH password]: ", "")],
        "c0nn",
        "c0nn",
    ),
    "ansible.cfg": (
        "",
        "[defaults]\nask_pass = yes\n[privilege_escalation]\nBECOME=yes\nbecome_ask_pass = yes\n",
        {},
        [(CONNECTION, "säge"), ("defaults to SSH password]: ", "a 'b' \"c\" $d")],
        "säge",
        "a 'b' \"c\" $d",
    ),
    "the environment": (
        "-b",
        "",
        {"ANSIBLE_ASK_PASS": "true", "ANSIBLE_BECOME_ASK_PASS": "1"},
        [(CONNECTION, "c"), ("defaults to SSH password]: ", "b")],
        "c",
        "b",
    ),
    "files win over the configuration": (
        "-b --connection-password-file HERE/secret --become-password-file HERE/print",
        "[defaults]\nask_pass = yes\n[privilege_escalation]\nbecome_ask_pass = yes\n",
        {},
        [],
        "of a file",
        "printed",
    ),
    "a program that asks": (
        "-b --become-password-file HERE/ask",
        "[defaults]\nconnection_password_file = secret\n",
        {},
        [("What is it? ", "t0ld")],
        "of a file",
        "t0ld",
    ),
}
EVERYDAY = ("both options, two batches", "a program that asks")


@pytest.mark.parametrize(
    ("options", "configuration", "environment", "dialogue", "connection", "become"),
    [
        pytest.param(*case, id=name, marks=() if name in EVERYDAY else pytest.mark.sweep)
        for name, case in ASKED.items()
    ],
)
def test_passwords_are_asked_for_once(
    tmp_path: Path,
    options: str,
    configuration: str,
    environment: Mapping[str, str],
    dialogue: Sequence[tuple[str, str]],
    connection: str,
    become: str,
) -> None:
    fleet = Fleet(tmp_path, configuration)
    terminal = fleet.terminal(f"run {options} -o json", environment)
    for question, answer in dialogue:
        terminal.expect_exact(question)
        terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0, terminal.before
    assert json.loads((tmp_path / "out").read_text())["status"] == "converged"
    assert (tmp_path / "connection").read_text() == connection
    assert (tmp_path / "become").read_text() == become
    texts = [path.read_text() for path in fleet.kept.rglob("*") if path.is_file()]
    texts.append(fleet.shown(terminal))
    long = [answer for _, answer in dialogue if len(answer) > 3]
    assert [answer for answer in long if any(answer in text for text in texts)] == []


#: what asks -> what the message must hold. Without a terminal, nobody can answer.
REFUSED = {
    "-k": "--connection-password-file",
    "-K -b": "--become-password-file",
    "ANSIBLE_ASK_PASS=1": "Ansible is configured to prompt for the connection password (ask_pass)",
    "ANSIBLE_BECOME_ASK_PASS=1": "ANSIBLE_BECOME_PASSWORD_FILE",
    "ANSIBLE_ASK_VAULT_PASS=1": "vault_password_file",
    "ANSIBLE_VAULT_IDENTITY_LIST=dev@prompt": "the vault password 'dev'",
    "ANSIBLE_CONNECTION_PASSWORD_FILE=/nowhere": "/nowhere, cannot be read: No such file",
    "--become-password-file /nowhere": "'/nowhere' does not exist",
    "--become-password-file /dev/zero": "/dev/zero, has more than 65536 bytes",
    "-k --connection-password-file /dev/null": "are mutually exclusive",
}


REFUSED_EVERYDAY = ("-k", "ANSIBLE_BECOME_ASK_PASS=1", "ANSIBLE_ASK_VAULT_PASS=1")


@pytest.mark.parametrize(
    ("asking", "said"),
    [
        pytest.param(asking, said, marks=() if asking in REFUSED_EVERYDAY else pytest.mark.sweep)
        for asking, said in REFUSED.items()
    ],
)
def test_without_a_terminal_they_are_refused(tmp_path: Path, asking: str, said: str) -> None:
    fleet = Fleet(tmp_path)
    variable, is_set, value = asking.partition("=")
    finished = fleet(
        *shlex.split(f"run --stacks HERE/stack -i HERE/hosts.ini {'' if is_set else asking}"),
        environment={variable: value} if is_set else {},
        # No terminal of the user who runs the tests, either.
        prefix=["setsid", "--wait"],
    )
    assert finished.status == 1, finished.out
    assert said in " ".join(finished.err.split())
    assert not (tmp_path / "connection").exists()
    assert not list((tmp_path / "state").rglob("history/*"))


#: As with an account whose password has expired: at a terminal it waits for a new one.
EXPIRED = """\
#!/bin/sh
case " $* " in *" -tt "*) exec HERE/sleep 300 ;; esac
echo "Password change required but no TTY available." >&2
exit 1
"""


def test_an_expired_password_is_not_waited_for(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path)
    (tmp_path / "sleep").symlink_to("/bin/sleep")
    (tmp_path / "ssh").write_text(EXPIRED.replace("HERE", str(tmp_path)))
    line = fleet.inventory.read_text()
    fleet.inventory.write_text(line.replace("ansible_python_interpreter", "unused"))
    finished = fleet.run()
    assert finished.status == 3, finished.err
    message = finished.document["envoys"]["h1"]["message"]
    assert "Password change required" in message
    assert "log in with ssh and change it" in message
    assert processes_with(str(tmp_path)) == []


@pytest.mark.parametrize("end", [pytest.param("Ctrl-C", marks=pytest.mark.sweep), "SIGTERM"])
def test_the_end_at_a_question_restores_the_terminal(tmp_path: Path, end: str) -> None:
    fleet = Fleet(tmp_path)
    terminal = fleet.terminal("run -K", {})
    terminal.expect_exact(BECOME)
    assert not _echoes(terminal)
    if end == "Ctrl-C":
        terminal.sendintr()
    else:
        os.kill(terminal.pid, signal.SIGTERM)
    terminal.expect(pexpect.EOF)
    assert _echoes(terminal)
    terminal.close()
    assert terminal.exitstatus == 130
    assert "Interrupted." in fleet.shown(terminal)
    assert processes_with(str(tmp_path)) == []


def _echoes(terminal: pexpect.spawn) -> bool:
    return bool(termios.tcgetattr(terminal.child_fd)[3] & termios.ECHO)


class Fleet(LocalFleet):
    """One host that is reached, and become root on, by programs that need a password."""

    def __init__(self, folder: Path, configuration: str = "") -> None:
        super().__init__(folder, [], "true", count=1)
        self._write(PROGRAMS, folder)
        for name, text in PROGRAMS.items():
            (folder / name).chmod(0o700 if text.startswith("#!") else 0o600)
        self.inventory.write_text(INVENTORY.replace("HERE", str(folder)))
        (folder / "ansible.cfg").write_text(configuration)
        self.kept = folder / "kept"
        self.kept.mkdir()

    def terminal(self, arguments: str, environment: Mapping[str, str]) -> pexpect.spawn:
        """Start the program at a terminal, and return it; its standard output goes to the file
        `out`.
        """
        arguments = arguments.replace("HERE", str(self.folder))
        command = f"{sys.executable} -m vigo_bridge {arguments} --stacks stack -i hosts.ini"
        log = (self.folder / "log").open("w", encoding="utf-8")
        terminal = pexpect.spawn(
            "/bin/sh",
            ["-c", f"exec {command} > out"],
            cwd=str(self.folder),
            env={**os.environ, "TMPDIR": str(self.kept), **self.environment, **environment},
            timeout=120,
            encoding="utf-8",
        )
        terminal.logfile_read = log
        return terminal

    def shown(self, terminal: pexpect.spawn) -> str:
        terminal.logfile_read.close()
        return (self.folder / "log").read_text()
