# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of later Debians than the tests run on: their Python, their busybox as the shell, and the
Podman of an ordinary user.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from docker import DockerClient

from tests.integration.program import vigo_bridge
from tests.integration.stack_on_host import StackOnHost
from tests.testbed import Engine, Host
from tests.testbed.podman_on_host import USER, USER_SOCKET, let_user_log_in

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

CRATE = """\
name: site
vars:
  greeting: hello
  home: /srv
resources:
  - name: page
    type: file
    target_path: "{{ .Vars.home }}/page"
    content: "{{ .Vars.greeting }} {{ .Traits.os.family }}\\n"
    notify: web
  - name: web
    type: container
    container: site-web
    image: redis:7-alpine
    settle_time: 500ms
    env: "GREETING={{ .Vars.greeting }}"
    volumes: "site-data:/data"
    networks: site-net
    ports: "7071:6379"
  - name: mark
    type: exec
    command: python3 --version > "{{ .Vars.home }}/version"
    creates: "{{ .Vars.home }}/version"
"""
FILES = {
    "stack.vgo": "name: site\n",
    "envoys.vgo": "match: '*.example.com'\nconfigcrates: [site]\n",
}
CREATED = {"page": "created", "web": "created", "mark": "ran"}
UNCHANGED = {"page": "none", "web": "none", "mark": "skipped"}
CHANGED = {"page": "updated", "web": "recreated", "mark": "skipped"}


def client_of(engine: Engine) -> Iterator[DockerClient]:
    with closing(engine.client()) as client:
        yield client
        for container in client.containers.list(all=True, filters={"name": "site-web"}):
            container.remove(force=True)


@pytest.fixture
def busybox(forky: Host) -> Iterator[Host]:
    """Yield a host whose shell is busybox."""
    forky.run("ln -sf busybox /usr/bin/sh")
    yield forky
    forky.run("ln -sf dash /usr/bin/sh")


@pytest.fixture
def podman(podman_rootless: Engine) -> Iterator[DockerClient]:
    yield from client_of(podman_rootless)


@pytest.mark.parametrize(("suite", "python"), [("trixie", "3.13"), ("forky", "3.14")])
def test_its_python(
    suite: str, python: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    host: Host = request.getfixturevalue(suite)
    stack = StackOnHost(host, tmp_path, {**FILES, "configcrates/site.vgo": CRATE})
    with contextmanager(client_of)(host.engine) as docker:
        assert stack.run_as_planned() == CREATED
        assert stack.ask("cat /srv/version").startswith(f"Python {python}.")
        assert docker.containers.get("site-web").attrs["State"]["Running"]
        assert stack.actions("run") == UNCHANGED
        assert stack.run_as_planned("greeting=hi") == CHANGED
        assert stack.ask("cat /srv/page") == "hi debian"


def test_a_python_that_hangs_where_the_shell_is_busybox(busybox: Host, tmp_path: Path) -> None:
    """It is given up, the next one runs, and nothing of the search stays on the host."""
    busybox.run("printf '#!/bin/sh\\nexec sleep 1000\\n' > /srv/hangs && chmod +x /srv/hangs")
    crate = {"type": "exec", "name": "mark", "command": "readlink /proc/$PPID/exe"}
    files = {**FILES, "configcrates/site.vgo": json.dumps({"name": "site", "resources": [crate]})}
    stack = StackOnHost(busybox, tmp_path, files)
    pythons = '["/srv/hangs", "/usr/bin/python3"]'
    stack.inventory.write_text(
        f"{busybox.inventory_line()} ansible_python_interpreter=auto_silent"
        f" ansible_interpreter_python_fallback='{pythons}'\n"
    )
    options = ("--stacks", stack.stack, "-i", stack.inventory, "-o", "json")
    for command, action in (("plan", "ran"), ("run", "ran")):
        done = vigo_bridge(command, *options, environment={"ANSIBLE_TIMEOUT": "3"})
        assert done.actions(busybox.name) == {"site/mark": action}, done.out + done.err
        assert "/srv/hangs on the target does not respond" in done.out + done.err
        assert busybox.run("pgrep -f '[v]igo-bridge-python|[s]leep 1000' || true") == ""


def test_podman_of_an_ordinary_user(forky: Host, podman: DockerClient, tmp_path: Path) -> None:
    """Nothing is done as root: the state is in the user's home, the engine at the user's socket."""
    let_user_log_in(forky)
    line = f"    docker_host: unix://{USER_SOCKET}\n    env:"
    crate = CRATE.replace("    env:", line).replace("home: /srv", f"home: /home/{USER}")
    stack = StackOnHost(forky, tmp_path, {**FILES, "configcrates/site.vgo": crate})
    stack.inventory.write_text(stack.inventory.read_text().replace("user=root", f"user={USER}"))
    assert stack.run_as_planned() == CREATED
    assert podman.containers.get("site-web").attrs["State"]["Running"]
    assert stack.ask(f"stat -c %U /home/{USER}/page") == USER
    assert stack.ask(f"find /home/{USER} -name 'vigo-bridge*' -type d | head -n 1")
    assert stack.actions("run") == UNCHANGED
    assert stack.run_as_planned("greeting=hi") == CHANGED
    podman.containers.get("site-web").stop(timeout=1)
    assert stack.run_as_planned("greeting=hi")["web"] == "started"


def test_the_message_where_only_a_user_has_an_engine(
    forky: Host, podman: DockerClient, tmp_path: Path
) -> None:
    """The socket of the user is found and named if there is none at the usual place."""
    let_user_log_in(forky)
    crate = CRATE.replace("home: /srv", f"home: /home/{USER}/other")
    stack = StackOnHost(forky, tmp_path, {**FILES, "configcrates/site.vgo": crate})
    line = stack.inventory.read_text().replace("user=root", f"user={USER}")
    stack.inventory.write_text(line)
    finished = stack.call("plan")
    assert finished.actions(forky.name)["site/web"] == "blocked"
    assert f"docker_host: unix://{USER_SOCKET}" in finished.reasons(forky.name)["site/web"]
