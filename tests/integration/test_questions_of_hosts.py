# SPDX-License-Identifier: GPL-3.0-or-later
"""A prompt of SSH or sudo fails the host, with the reason and the setting that answers it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.integration.program import vigo_bridge

if TYPE_CHECKING:
    from tests.testbed import Fleet
    from tests.testbed.fleet import Host

pytestmark = pytest.mark.testbed

#: A connection that an earlier test left open would ask for nothing.
OWN = "-o ControlPath=none"
TRUSTING = f"{OWN} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
#: By host of the inventory: how it is reached, and what its message must hold.
QUESTIONS = {
    "unknown-key": (
        f"ansible_user=root ansible_ssh_common_args='{OWN} -o UserKnownHostsFile=HERE/none'"
        " ansible_ssh_private_key_file=KEY",
        ["Host key verification failed", "ssh-keyscan"],
    ),
    "passphrase": (
        f"ansible_user=root ansible_ssh_common_args='{TRUSTING}'"
        " ansible_ssh_private_key_file=HERE/locked",
        ["Permission denied", "ssh-add"],
    ),
    "expired": (
        f"ansible_user=asked-old ansible_ssh_common_args='{TRUSTING}'"
        " ansible_ssh_private_key_file=KEY",
        ["Password change required", "log in with ssh and change it"],
    ),
    "sudo": (
        f"ansible_user=asked ansible_become=true ansible_ssh_common_args='{TRUSTING}'"
        " ansible_ssh_private_key_file=KEY",
        ["Missing sudo password", "--ask-become-pass"],
    ),
}
ACCOUNTS = """\
set -e
for name in asked asked-old; do
  useradd --create-home --shell /bin/sh $name
  echo $name:pw123 | chpasswd
  install -D -o $name -m 0600 ~/.ssh/authorized_keys /home/$name/.ssh/authorized_keys
  chown $name /home/$name/.ssh
done
chage -d 0 asked-old
echo 'asked ALL=(ALL) ALL' > /etc/sudoers.d/asked
"""
GONE = "rm -f /etc/sudoers.d/asked; userdel -rf asked; userdel -rf asked-old; true"


@pytest.fixture
def host(fleet3: Fleet, tmp_path: Path) -> Iterator[Host]:
    """Yield a host with an account that needs a password to become root, and one that must
    change it.
    """
    found = fleet3.hosts[0]
    key = tmp_path / "locked"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", str(key)], check=True
    )
    public = key.with_suffix(".pub").read_text().strip()
    found.run(f"{GONE}; cp -p ~/.ssh/authorized_keys ~/keys")
    found.run(f"{ACCOUNTS}\necho '{public}' >> ~/.ssh/authorized_keys")
    yield found
    found.run(f"mv ~/keys ~/.ssh/authorized_keys; {GONE}")


def inventory(host: Host, folder: Path, lines: dict[str, str]) -> Path:
    reached = f"ansible_host={host.address} ansible_port={host.port}"
    file = folder / "hosts.ini"
    file.write_text(
        "".join(f"{name} {reached} {line}\n" for name, line in lines.items())
        .replace("HERE", str(folder))
        .replace("KEY", str(host.key_file))
    )
    return file


def test_questions_fail_their_hosts(host: Host, tmp_path: Path) -> None:
    file = inventory(host, tmp_path, {name: line for name, (line, _) in QUESTIONS.items()})
    finished = vigo_bridge(
        *("task", "run", "id", "--target", "*", "-i", file, "-o", "json", "--max-failures", "9"),
        environment={"XDG_STATE_HOME": str(tmp_path), "SSH_AUTH_SOCK": ""},
    )
    assert finished.status == 3, finished.err
    for name, (_, said) in QUESTIONS.items():
        message = finished.document["envoys"][name]["message"]
        assert [text for text in said if text not in message] == [], message


def test_passwords_are_typed_once_for_ssh_and_sudo(host: Host, tmp_path: Path) -> None:
    reached = (
        f"ansible_user=asked ansible_become=true ansible_ssh_common_args='{TRUSTING}"
        " -o PubkeyAuthentication=no'"
    )
    file = inventory(host, tmp_path, {"one": reached, "two": reached})
    terminal = pexpect.spawn(
        sys.executable,
        [*("-m", "vigo_bridge", "task", "run", "id -un", "--target", "*", "-i", str(file)),
         *("-k", "-K", "--batch-size", "1")],
        encoding="utf-8",
        timeout=120,
    )  # fmt: skip
    terminal.expect_exact("SSH password: ")
    terminal.sendline("pw123")
    terminal.expect_exact("BECOME password[defaults to SSH password]: ")
    terminal.sendline("")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0, terminal.before
    assert "root" in terminal.before
    assert "2 envoys: 2 changed" in terminal.before
