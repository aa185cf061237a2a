# SPDX-License-Identifier: GPL-3.0-or-later
"""A real sshd on this machine, from which git fetches."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.integration.free_ports import free_port

_SETTINGS = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""
#: For the ssh program; without the user's own settings.
_CLIENT = """\
Host *
    IdentityFile {folder}/{key}
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile {folder}/known_hosts
    GlobalKnownHostsFile none
    StrictHostKeyChecking yes
    BatchMode yes
"""


class GitSshServer:
    """The server, with a key that opens the account of this user, and another one that does not."""

    def __init__(self, folder: Path) -> None:
        """Write keys and settings to a folder, and start."""
        folder.mkdir()
        self.folder = folder
        self.port = free_port()
        for name in ("host_key", "user_key", "other_key"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(command, check=True)
        host_key = (folder / "host_key.pub").read_text()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host_key}")
        (folder / "sshd_config").write_text(_SETTINGS.format(folder=folder, port=self.port))
        self.start()

    def url(self, path: Path) -> str:
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{path}"

    def command(self, key: str = "user_key") -> str:
        """Return the ssh command of a user with a key, for GIT_SSH_COMMAND."""
        settings = self.folder / f"{key}_config"
        settings.write_text(_CLIENT.format(folder=self.folder, key=key))
        return f"ssh -F {settings}"

    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists on it.
        log = (self.folder / "log").open("w")
        sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
        assert sshd is not None
        self.process = subprocess.Popen(
            [sshd, "-D", "-e", "-f", str(self.folder / "sshd_config")], stderr=log
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                    assert connection.recv(4) == b"SSH-"
                    return
            except OSError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.05)

    def freeze(self) -> None:
        """Let it accept connections without ever answering."""
        self.process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
