# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with systemd and an engine of its own is set up as the generated README says.

Only what a host gets from elsewhere is put there: git, vigo-bridge's packages, and the repository.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.program import vigo_bridge
from tests.testbed import Host
from tests.testbed.common import TestbedError

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

ROOT = Path(__file__).parents[2]
SECRET = "canary-4711"
REMOTE = "/srv/hosts.git"
UNIT = "vigo-bridge-pull.service"
WATCHER = "vigo-bridge-watch.service"
CRATE = """\
name: site
vars:
  greeting: hello
resources:
  - name: page
    type: file
    target_path: /srv/site/page
    content: "{{ .Vars.greeting }}\\n"
    notify: web
  - name: web
    type: container
    container: site-web
    image: redis:7-alpine
    env: "GREETING={{ .Vars.greeting }},KEY=secret:site/key"
    settle_time: 500ms
  - name: helper
    type: exec
    command: "setsid sleep 4711 >/dev/null 2>&1 &"
    unless: pgrep -f 'sleep 471[1]'
"""
STATE = "docker inspect -f '{{.Id}} {{.State.Status}} {{.Config.Env}}' site-web; cat /srv/site/page"


class PullingHost:
    """The host, and the repository that it pulls."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host, self.folder = host, folder
        self.stack, self.repository = folder / "stack", folder / "pull"
        (self.stack / "configcrates").mkdir(parents=True)
        (self.stack / "stack.vgo").write_text("name: site\nid: 0123456789abcdef\n")
        (self.stack / "envoys.vgo").write_text(f"match: {host.name}\nconfigcrates: [site]\n")
        subprocess.run(["git", "init", "-q", "-b", "main", self.repository], check=True)

    def write(self, crate: str) -> None:
        (self.stack / "configcrates" / "site.vgo").write_text(crate)

    def push(self, crate: str, edit: str = "") -> None:
        """Generate the repository, and put it on the host. edit: is added to the playbook."""
        self.write(crate)
        done = vigo_bridge(
            *("generate", self.repository, "--pull", "--git", f"file://{REMOTE}", "--every", "30s"),
            *("--secrets", "/etc/vigo-bridge", "--stacks", self.stack),
            *("--local", "--as", self.host.name),
        )
        assert done.status == 0, done.err
        playbook = self.repository / "hosts" / self.host.name / "site.yml"
        text = playbook.read_text()
        playbook.write_text(text + edit)
        person = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        git = ["git", "-C", str(self.repository), *person]
        subprocess.run([*git, "add", "--all", "."], check=True)
        subprocess.run([*git, "commit", "-q", "-m", "change"], check=True)
        playbook.write_text(text)
        bare = self.folder / "hosts.git"
        subprocess.run(["rm", "-rf", bare], check=True)
        subprocess.run(["git", "clone", "-q", "--bare", self.repository, bare], check=True)
        self.host.run(f"rm -rf {REMOTE}")
        self.host.copy(bare, REMOTE)
        self.host.run(f"chown -R root: {REMOTE}")

    def commands(self) -> str:
        """Return the commands of the README for a host."""
        text = (self.repository / "README.md").read_text().partition("## Set up a host")[2]
        blocks = re.findall(r"^```\n(.*?)^```", text, re.M | re.S)
        assert len(blocks) == 3
        return "set -e\n" + "".join(blocks)

    def state(self) -> str:
        return self.host.run(STATE)

    def turn(self) -> str:
        """Take a turn, and return what the journal has of it."""
        self.host.run("journalctl --rotate && journalctl --vacuum-time=1s")
        self.host.run(f"systemctl start {UNIT} || true")
        return self.host.run(f"journalctl -o cat -u {UNIT}")

    def wait_for(self, state: str) -> None:
        """Wait until the timer has repaired the host."""
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline:
            try:
                if self.state() == state:
                    return
            except TestbedError:
                pass  # The container may not exist at this moment.
            time.sleep(1)
        log = self.host.run(f"systemctl status vigo-bridge-pull.timer; journalctl -n 50 -u {UNIT}")
        raise AssertionError(log)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with vigo-bridge and what it requires, for the Python of the host."""
    folder = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.iterdir()
    options = ["--only-binary=:all:", "--python-version", "3.11", "--dest", str(folder)]
    download = [sys.executable, "-m", "pip", "download", "-q", *options, f"{wheel}[watch]"]
    subprocess.run(download, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def pulling(
    systemd_host: Host, wheels: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PullingHost]:
    host = systemd_host
    host.run(
        "apt-get -qq update && apt-get -qq install -y --no-install-recommends git python3-venv"
    )
    host.copy(wheels, "/srv/wheels")
    host.run("printf '[global]\\nno-index = true\\nfind-links = /srv/wheels\\n' > /etc/pip.conf")
    yield PullingHost(host, tmp_path_factory.mktemp("pulling"))
    host.run(
        f"systemctl disable --now vigo-bridge-pull.timer; systemctl stop {WATCHER};"
        "pkill -f 'sleep 471[1-3]';"
        "docker rm -fv site-web; rm -rf /srv/site /etc/vigo-bridge /var/lib/vigo-bridge-pull"
        f" {REMOTE} /opt/vigo-bridge /srv/wheels /etc/pip.conf /etc/systemd/system/vigo-bridge-*;"
        "systemctl daemon-reload; true"
    )


def test_a_host_converges_itself(pulling: PullingHost) -> None:
    host = pulling.host
    pulling.push(CRATE)
    setup = host.start_program("sh", "-c", pulling.commands())
    output, _ = setup.communicate(SECRET)
    assert setup.returncode == 0, output
    first = pulling.state()
    assert "running" in first
    assert "GREETING=hello" in first
    assert SECRET in first
    assert first.endswith("hello\n")
    helper = host.run("pgrep -f 'sleep 471[1]'")

    host.run("systemctl stop vigo-bridge-pull.timer")
    assert "changed=0 " in pulling.turn()
    assert pulling.state() == first
    assert host.run("stat -c '%a %U' /var/lib/vigo-bridge-pull") == "700 root\n"
    assert host.run("pgrep -f 'sleep 471[1]'") == helper

    host.run("docker stop -t 0 site-web; echo drift > /srv/site/page")
    host.run("systemctl start vigo-bridge-pull.timer")
    pulling.wait_for(first)
    host.run("systemctl stop vigo-bridge-pull.timer")

    pulling.push(CRATE.replace("hello", "second"))
    assert "changed=1 " in pulling.turn()
    second = pulling.state()
    assert "GREETING=second" in second
    assert second.endswith("second\n")

    pulling.push(CRATE.replace("hello", "third"))
    host.run("setsid flock /var/lib/vigo-bridge/lock sleep 4713 >/dev/null 2>&1 &")
    assert "another run" in pulling.turn()
    assert pulling.state() == second
    host.run("pkill -f 'sleep 471[3]'")

    pulling.push(CRATE.replace("hello", "third"), edit="  broken: [\n")
    assert "site.yml" in pulling.turn()
    assert host.run(f"systemctl is-failed {UNIT}") == "failed\n"
    assert pulling.state() == second

    searched = "/var/lib/vigo-bridge-pull /srv/hosts.git /etc/vigo-bridge /etc/systemd /var/log"
    found = host.run(
        f"grep -rls {SECRET} {searched} || true; journalctl | grep -c {SECRET} || true"
    )
    assert found == "0\n"


PAGE = """\
name: page
resources:
  - name: page
    type: file
    target_path: /srv/watched
    content: "watched\\n"
  - name: helper
    type: exec
    command: "umask > /srv/umask; setsid sleep 4712 >/dev/null 2>&1 &"
    unless: pgrep -f 'sleep 471[2]'
"""


def watch(host: Host, options: str) -> None:
    """Start a watcher by its unit, and wait until it has repaired the host."""
    call = f"/opt/vigo-bridge/bin/vigo-bridge watch --stacks /srv/stack {options} --repair"
    host.run(
        f"rm -f /srv/watched; cd /srv && {call} --every 1h --print-unit"
        f" > /etc/systemd/system/{WATCHER} && systemctl daemon-reload && systemctl start {WATCHER}"
    )
    wait_for_page(host)


def wait_for_page(host: Host) -> None:
    log = f"(journalctl -n 50 -u {WATCHER}; cd /srv/watch && docker compose logs) >&2; exit 1"
    host.run(
        "for i in $(seq 900); do grep -qs watched /srv/watched && exit 0; sleep 0.1; done; " + log
    )


@pytest.fixture
def watched(pulling: PullingHost, tmp_path: Path) -> Iterator[Host]:
    """Return the host with a stack; its own inventory reaches it by SSH."""
    host = pulling.host
    (tmp_path / "stack" / "configcrates").mkdir(parents=True)
    (tmp_path / "stack" / "stack.vgo").write_text("name: page\nid: 0123456789abcde0\n")
    (tmp_path / "stack" / "envoys.vgo").write_text('match: "*"\nconfigcrates: [page]\n')
    (tmp_path / "stack" / "configcrates" / "page.vgo").write_text(PAGE)
    host.copy(tmp_path / "stack", "/srv/stack")
    host.run(
        "test -e ~/.ssh/id_ed25519 || ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519;"
        "cat ~/.ssh/id_ed25519.pub >> ~/.ssh/authorized_keys;"
        f"ssh-keyscan -t ed25519 {host.address} > ~/.ssh/known_hosts 2>/dev/null;"
        f"echo '{host.name} ansible_host={host.address} ansible_user=root' > /srv/hosts.ini"
    )
    yield host
    host.run(
        "pkill -f 'sleep 471[2]'; rm -rf /srv/stack /srv/hosts.ini /srv/watched /srv/umask; true"
    )


def test_the_units_of_a_watcher(watched: Host) -> None:
    """One for the machine itself, and the hardened one, which reaches the machine by SSH."""
    host = watched
    watch(host, f"--local --as {host.name}")
    assert host.run("cat /srv/umask") == "0022\n"
    host.run(f"rm /srv/watched; systemctl reload {WATCHER}")
    wait_for_page(host)
    host.run(f"systemctl stop {WATCHER}; ! systemctl is-failed {WATCHER}")
    assert host.run("pgrep -fc 'sleep 471[2]'") == "1\n"

    watch(host, "-i /srv/hosts.ini")
    host.run(f"systemctl stop {WATCHER}; ! systemctl is-failed {WATCHER}")


#: The host itself as the image that the recipe begins with: it has no Debian mirror and no PyPI.
BASE_IMAGE = """\
set -e
tar -C / --one-file-system --exclude=./var/lib/docker --exclude=./srv/stack -c . | docker import \
    --change 'ENV PATH=/opt/vigo-bridge/bin:/usr/sbin:/usr/bin:/sbin:/bin' - debian-of-the-host
docker build -t python:3.13-slim - <<'END'
FROM debian-of-the-host
RUN rm -rf /etc/apt/sources.list*
RUN getent passwd 1000 | cut -d: -f1 | xargs --no-run-if-empty userdel
END
mkdir -p /srv/watch
cp -r ~/.ssh /srv/watch/ssh && chown -R 1000 /srv/watch/ssh
"""


def test_the_container_of_a_watcher(watched: Host) -> None:
    """It is started as its first comment says, repairs the host by SSH, and ends well."""
    host = watched
    host.run(BASE_IMAGE)
    host.run(
        "cd /srv/watch && /opt/vigo-bridge/bin/vigo-bridge watch --stacks /srv/stack"
        " -i /srv/hosts.ini --every 1h --repair --print-unit container > compose.yml"
    )
    start, turn = re.findall(
        r"(docker compose [^`\n]*)", host.run("head -2 /srv/watch/compose.yml")
    )
    try:
        host.run(f"rm -f /srv/watched; cd /srv/watch && {start}")
        wait_for_page(host)
        host.run(f"rm /srv/watched; cd /srv/watch && {turn}")
        wait_for_page(host)
        host.run("cd /srv/watch && docker compose stop")
        assert host.docker("inspect", "-f", "{{.State.ExitCode}}", "watch-watch-1") == "0\n"
    finally:
        host.run(
            "cd /srv/watch && docker compose down -v; cd / && rm -rf /srv/watch;"
            "docker rmi -f python:3.13-slim debian-of-the-host; true"
        )
