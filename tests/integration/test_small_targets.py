# SPDX-License-Identifier: GPL-3.0-or-later
"""A target as small distributions are: busybox for all commands, no bash, and a Python where no
search finds it.

The C library is Debian's: registries of packages have no Python for musl.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.container_scene import printed
from tests.integration.program import vigo_bridge
from tests.testbed import Testbed
from tests.testbed.fleet import SSH_OPTIONS, login_key, speaks_ssh
from tests.testbed.network import flags, run_on_network
from tests.testbed.sharing import owner_labels

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

NAME = "small.example.com"
PYTHON = "/usr/libexec/platform-python"
START = f"""\
#!/bin/sh
set -e
mkdir -p /run/sshd ~root/.ssh /usr/libexec
chmod 700 ~root ~root/.ssh
printf '%s\\n' "$KEY" > ~root/.ssh/authorized_keys
mv "$(readlink -f /usr/bin/python3)" {PYTHON}
rm -f /usr/bin/python3*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
exec /usr/sbin/sshd -D -e
"""
CRATE = """\
name: site
vars:
  greeting: hello
resources:
  - name: folder
    type: directory
    target_path: /srv/site
  - name: page
    type: file
    target_path: /srv/site/page
    content: "{{ .Vars.greeting }} {{ .Traits.network.hostname }}\\n"
    mode: "0640"
    notify: count
  - name: count
    type: exec
    command: wc -c < /srv/site/page >> /srv/site/sizes
    creates: /srv/site/sizes
  - name: shell
    type: exec
    command: "! command -v bash"
    unless: test -e /srv/no-bash
"""


class SmallHost:
    """The host, and a stack for it."""

    def __init__(self, testbed: Testbed, folder: Path) -> None:
        self.folder, self.stack = folder, folder / "stack"
        (self.stack / "configcrates").mkdir(parents=True)
        (self.stack / "stack.vgo").write_text("name: small\n")
        (self.stack / "envoys.vgo").write_text(f"match: {NAME}\nconfigcrates: [site]\n")
        (self.stack / "configcrates" / "site.vgo").write_text(CRATE)
        start = folder / "start"
        start.write_text(START)
        start.chmod(0o755)
        key = login_key().with_suffix(".pub").read_text().strip()
        options = [
            *("--hostname", "small", "--env", f"KEY={key}"),
            *("--volume", f"{start}:/start:ro", "--entrypoint", "/start"),
            *flags("--label", owner_labels()),
        ]
        with closing(testbed.base.client()) as client:
            client.images.pull("debian", "bookworm-slim")
        found = run_on_network(testbed.base, "debian:bookworm-slim", options)
        self.container, self.address = found
        deadline = time.monotonic() + 180
        while not speaks_ssh(self.address, 22):
            assert time.monotonic() < deadline, self.container.logs()
            time.sleep(1)

    def inventory(self, python: str) -> Path:
        path = self.folder / "hosts.ini"
        path.write_text(
            f"{NAME} ansible_host={self.address} ansible_user=root"
            f" ansible_ssh_private_key_file={login_key()} {python}"
            f" ansible_ssh_common_args='{' '.join(SSH_OPTIONS)}'\n"
        )
        return path

    def ask(self, command: str) -> str:
        return printed(self.container, ["sh", "-c", command]).decode().strip()

    def actions(self, *words: str) -> dict[str, str]:
        inventory = self.inventory(f"ansible_python_interpreter={PYTHON}")
        # Its Python has nothing compiled: on a busy machine it starts slowly.
        patient = {"ANSIBLE_TIMEOUT": "120"}
        options = ("--stacks", self.stack, "-i", inventory, "-o", "json")
        done = vigo_bridge(*words, *options, environment=patient)
        assert done.status in (0, 2), done.out + done.err
        return done.actions(NAME)


@pytest.fixture(scope="module")
def small(testbed: Testbed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHost]:
    if not testbed.base.ours:
        pytest.skip("its image would replace the user's own Debian")
    host = SmallHost(testbed, tmp_path_factory.mktemp("small"))
    yield host
    host.container.remove(force=True, v=True)


def test_a_python_that_no_search_finds(small: SmallHost) -> None:
    done = vigo_bridge("plan", "--stacks", small.stack, "-i", small.inventory(""))
    assert done.status == 3
    assert "ansible_python_interpreter" in done.out + done.err


def test_from_plan_to_nothing_left(small: SmallHost) -> None:
    assert small.ask("command -v bash; readlink -f /bin/sh") == "/bin/busybox"
    names = ("folder", "page", "count", "shell")
    expected = dict(
        zip((f"site/{name}" for name in names), ("created", "created", "ran", "ran"), strict=True)
    )
    planned = small.actions("plan")
    assert planned["site/folder"] == "created"
    assert small.ask("ls -d /srv/site") != "/srv/site"
    assert small.actions("run") == expected
    assert small.ask("stat -c '%a %U' /srv/site/page; cat /srv/site/page") == (
        "640 root\nhello small"
    )
    again = small.actions("run")
    assert again == {
        "site/folder": "none",
        "site/page": "none",
        "site/count": "skipped",
        "site/shell": "ran",
    }
    changed = small.actions("envoys", "push", "--all", "--set", "greeting=hello again")
    assert changed["site/page"] == "updated"
    assert small.ask("cat /srv/site/page; wc -l < /srv/site/sizes") == "hello again small\n2"
