# SPDX-License-Identifier: GPL-3.0-or-later
"""A host converges itself from the repository that ``generate --pull`` writes.

The call of its service is made here, with other folders.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.program import Finished, vigo_bridge
from vigo_bridge.emit.pull.units import PROGRAMS, STATE

pytestmark = pytest.mark.integration

HOST = "h1.example.com"
SECRET = "canary-4711"
CRATE = """\
name: site
vars:
  greeting: hello
resources:
  - name: page
    type: file
    target_path: HERE/page
    content: "{{ .Vars.greeting }}\\n"
  - name: key
    type: file
    target_path: HERE/key
    content: "secret:site/key"
  - name: logo
    type: file
    target_path: HERE/logo
    source: templates/logo.bin
    template: false
"""


class Pulled:
    """A stack, its repository, and the host that pulls it. here: the folder that it changes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.here = folder, folder / "target"
        self.stack, self.repository = folder / "stack", folder / "pull"
        self.remote, self.state = folder / "remote.git", folder / "state"
        for path in (self.here, self.state, self.stack / "configcrates", self.stack / "templates"):
            path.mkdir(parents=True)
        (self.stack / "templates" / "logo.bin").write_bytes(b"\0\xff")
        (self.stack / "stack.vgo").write_text("name: site\nid: 0123456789abcdef\n")
        (self.stack / "envoys.vgo").write_text('match: "*.example.com"\nconfigcrates: [site]\n')
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "XDG_STATE_HOME": str(folder / "xdg"),
        }
        self._set_up_git()
        self._set_up_secrets()

    def _set_up_git(self) -> None:
        key = self.folder / "key"
        self._call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
        signers = self.folder / "signers"
        signers.write_text(f"a@example.com {key.with_suffix('.pub').read_text()}")
        (self.folder / "gitconfig").write_text(
            f"[user]\nname = A\nemail = a@example.com\nsigningkey = {key}\n[gpg]\nformat = ssh\n"
            f'[gpg "ssh"]\nallowedSignersFile = {signers}\n[init]\ndefaultBranch = main\n'
        )
        self._call("git", "init", "-q", "--bare", str(self.remote))
        self._call("git", "init", "-q", str(self.repository))
        self.git("remote", "add", "origin", str(self.remote))

    def _set_up_secrets(self) -> None:
        """Create the vault, as the generated README says."""
        (self.folder / "secrets").mkdir(mode=0o700)
        password = self.folder / "secrets" / "secrets.vault.password"
        password.touch(0o600)
        password.write_text("only for this test\n")
        command = ["secrets", "set", "--stacks", str(self.folder / "secrets"), "site/key"]
        self._call(
            *(sys.executable, "-m", "vigo_bridge", *command),
            input=SECRET,
        )

    def _call(self, *command: str, input: str = "", **environment: str) -> str:
        return subprocess.run(
            command,
            env={**self.environment, **environment},
            input=input,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def git(self, *words: str) -> str:
        return self._call("git", "-C", str(self.repository), *words)

    def generate(self, crate: str = CRATE) -> Finished:
        """Generate the repository from a stack."""
        (self.stack / "configcrates" / "site.vgo").write_text(crate.replace("HERE", str(self.here)))
        return vigo_bridge(
            *("generate", self.repository, "--pull", "--git", f"file://{self.remote}"),
            *("--require-signed", "--secrets", self.folder / "secrets", "--stacks", self.stack),
            *("--local", "--as", HOST),
        )

    def push(self, *, signed: bool = True) -> None:
        self.git("add", "--all", ".")
        self.git("commit", "-q", "-m", "change", *(["-S"] if signed else ["--no-gpg-sign"]))
        self.git("push", "-q", "origin", "HEAD:main")

    def change(self, crate: str, *, signed: bool = True) -> None:
        generated = self.generate(crate)
        assert generated.status == 0, generated.err
        self.push(signed=signed)

    def turn(self) -> tuple[int, str]:
        """Take a turn as the service does, and return its status and what the journal gets."""
        unit = (self.repository / f"hosts/{HOST}/vigo-bridge-pull.service").read_text()
        here = unit.replace(f"{PROGRAMS}/bin", str(Path(sys.executable).parent))
        here = here.replace(STATE, str(self.state))
        settings = dict(re.findall("^Environment=(.*?)=(.*)$", here, re.M))
        (command,) = re.findall("^ExecStart=(.*)$", here, re.M)
        finished = subprocess.run(
            shlex.split(command),
            env={**self.environment, **settings},
            cwd=self.state,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert SECRET not in finished.stdout
        return finished.returncode, finished.stdout

    def changed(self) -> int:
        """Take a turn that succeeds, and return whether the play changed something."""
        status, log = self.turn()
        assert status == 0, log
        return int(re.findall(r"changed=(\d+)", log)[0])

    def target(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.here.iterdir())}


@pytest.fixture
def pulled(tmp_path: Path) -> Pulled:
    if not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen is not installed")
    return Pulled(tmp_path)


@pytest.mark.sweep
def test_a_host_follows_its_repository(pulled: Pulled) -> None:
    pulled.change(CRATE)
    assert pulled.changed() == 1
    first = {"key": SECRET.encode(), "logo": b"\0\xff", "page": b"hello\n"}
    assert pulled.target() == first
    assert pulled.changed() == 0

    (pulled.here / "page").write_text("drift\n")
    assert pulled.changed() == 1
    assert pulled.target() == first

    second = {**first, "page": b"second\n"}
    pulled.change(CRATE.replace("hello", "second"))
    assert pulled.changed() == 1
    assert pulled.target() == second

    playbook = pulled.repository / f"hosts/{HOST}/site.yml"
    text = playbook.read_text()
    playbook.write_text(f"{text}  broken: [\n")
    pulled.push()
    status, log = pulled.turn()
    assert status != 0, log
    assert pulled.target() == second
    playbook.write_text(text)

    pulled.change(CRATE.replace("hello", "unsigned"), signed=False)
    for _ in range(2):
        status, log = pulled.turn()
        assert status != 0
        assert "Failed to verify GPG signature" in log
        assert pulled.target() == second

    hidden = [path for path in pulled.repository.rglob("*") if path.is_file()]
    hidden += [path for path in pulled.state.rglob("*") if path.is_file()]
    assert len(hidden) > 20
    assert [path for path in hidden if SECRET.encode() in path.read_bytes()] == []


def test_a_host_that_is_not_in_the_repository(pulled: Pulled) -> None:
    """It is an error, and not a success because no host matches."""
    pulled.change(CRATE)
    folder = pulled.repository / "hosts" / HOST
    folder.rename(folder.with_name("other.example.com"))
    pulled.push()
    folder.with_name("other.example.com").rename(folder)
    status, log = pulled.turn()
    assert status != 0
    assert f"{HOST}/site.yml: File does not exist" in log
    assert pulled.target() == {}
