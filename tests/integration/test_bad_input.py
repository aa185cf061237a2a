# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages for invalid input, after which nothing was changed."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Engine

HOST = "web1.app.example.com"
ENVOYS = """\
envoys:
  - match: "*.app.example.com"
    roles: [web]
"""
ROLES = """\
roles:
  - name: web
    configcrates: [site]
"""
SITE = """\
name: site
vars:
  tag: v1
resources:
  - name: page
    type: file
    target_path: HERE/page
    content: "{{ .Vars.tag }}"
"""


def write(folder: Path, **files: str) -> Path:
    """Return a valid stack of one file resource, with some of its files replaced."""
    texts = {"envoys": ENVOYS, "roles": ROLES, "configcrates/site": SITE, **files}
    stack = folder / "stack"
    for name, text in texts.items():
        path = stack / f"{name}.vgo"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("HERE", str(folder)))
    return stack


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


#: what is wrong -> the changed files -> the expected messages, parts of standard error
STACKS: dict[str, tuple[Mapping[str, str], list[str]]] = {
    "YAML error": (
        {"configcrates/site": replaced(SITE, "tag: v1", "tag: [v1")},
        ["configcrates/site.vgo:", ": error: "],
    ),
    "unknown key": (
        {"configcrates/site": replaced(SITE, "content:", "contnet:")},
        ["configcrates/site.vgo:8:5: error: ", "contnet", "did you mean 'content'?"],
    ),
    "unknown crate": (
        {"roles": replaced(ROLES, "[site]", "[sight]")},
        ["roles.vgo:3:20: error: ", "sight", "did you mean 'site'?"],
    ),
    "unknown role": (
        {"envoys": replaced(ENVOYS, "[web]", "[wep]")},
        ["envoys.vgo:3:13: error: ", "wep", "did you mean 'web'?"],
    ),
    "cycle": (
        {
            "configcrates/site": SITE
            + "    depends_on: [other]\n"
            + "  - name: other\n    type: exec\n    command: 'true'\n    unless: 'true'\n"
            + "    depends_on: [page]\n"
        },
        [": error: ", "site/page needs site/other (depends_on), which needs site/page"],
    ),
    "undefined variable": (
        {"configcrates/site": replaced(SITE, ".Vars.tag", ".Vars.tga")},
        ["configcrates/site.vgo:8:", ": error: ", "tga", "did you mean", "tag"],
    ),
}


@pytest.mark.parametrize(
    ("command", "name"), [("plan", "unknown crate"), *(("run", name) for name in STACKS)]
)
def test_an_invalid_stack_touches_nothing(tmp_path: Path, command: str, name: str) -> None:
    files, told = STACKS[name]
    stack = write(tmp_path, **files)
    finished = vigo_bridge(command, "--stacks", stack, "--local", "--as", HOST)
    assert finished.status == 1
    assert all(text in finished.err for text in told), finished.err
    assert "Nothing was changed." in finished.err
    assert not (tmp_path / "page").exists()


#: arguments after `run` -> the expected message
USAGES: dict[str, tuple[list[str], str]] = {
    "missing stack folder": (["--stacks", "no/such", "--local"], "no/such"),
    "no host matched": (
        ["--local", "--as", "db.example.org"],
        "matches db.example.org (patterns: *.app.example.com)",
    ),
    "missing inventory": (["-i", "no/such.ini"], "no/such.ini does not exist"),
    "limit matches nothing": (["-i", "a,b", "--limit", "c"], "--limit c: c matches no host"),
    "local and an inventory": (["--local", "-i", "a,"], "remove --inventory and --limit"),
    "a name without local": (["--as", "x"], "add --local"),
    "no assignment": (["--local", "--set", "x"], "--set x: write KEY=VALUE"),
    "unknown option": (["--lokal"], "Did you mean"),
}


@pytest.mark.parametrize(("arguments", "told"), USAGES.values(), ids=USAGES)
def test_bad_usage(tmp_path: Path, arguments: list[str], told: str) -> None:
    stack = write(tmp_path)
    environment = {"VIGO_BRIDGE_STACKS": str(stack)}
    finished = vigo_bridge("run", *arguments, environment=environment, cwd=tmp_path)
    assert finished.status == 1
    assert told in finished.err
    assert not (tmp_path / "page").exists()


def test_a_missing_secret_is_told_with_every_place_before_a_host_is_touched(
    tmp_path: Path,
) -> None:
    site = replaced(SITE, '"{{ .Vars.tag }}"', "secret:web/page")
    stack = write(tmp_path, **{"configcrates/site": site})
    finished = vigo_bridge("run", "--stacks", stack, "--local", "--as", HOST)
    assert finished.status == 1
    assert "web/page (VIGO_SECRET_WEB_PAGE)" in finished.err
    assert "configcrates/site.vgo:8:14: uses secret:web/page" in finished.err
    assert not (tmp_path / "page").exists()


CONTAINER = """\
name: site
vars:
  tag: v1
resources:
  - name: server
    type: container
    container: bad-input-server
    image: traefik/whoami:{{ .Vars.tag }}
    ports: "PORT:80"
"""


@pytest.fixture
def server(engine: Engine, tmp_path: Path) -> Iterator[tuple[Path, Engine, int]]:
    """Yield a stack of one container, an engine, and a free port of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stack = write(tmp_path, **{"configcrates/site": CONTAINER.replace("PORT", str(port))})
    yield stack, engine, port
    client = engine.client()
    for container in client.containers.list(
        ignore_removed=True, all=True, filters={"name": "bad-input-"}
    ):
        container.remove(force=True)
    client.close()


#: Runs a command without root's right to pass by file permissions.
POWERLESS = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
)


def run(stack: Path, docker_host: str, *arguments: str, prefix: Sequence[str] = ()) -> Finished:
    return vigo_bridge(
        *("run", "--stacks", str(stack), "--local", "--as", HOST, "-o", "json", *arguments),
        environment={"DOCKER_HOST": docker_host},
        prefix=prefix,
    )


def error(finished: Finished) -> tuple[str, str]:
    (resource,) = finished.document["envoys"][HOST]["resources"]
    return resource["action"], resource["error"]["message"]


@pytest.mark.integration
class TestEngine:
    def test_no_engine_answers(self, server: tuple[Path, Engine, int]) -> None:
        finished = run(server[0], "unix:///no/such.sock", "--set", "tag=v1.10.1")
        action, message = error(finished)
        assert (finished.status, action) == (3, "blocked")
        assert "/no/such.sock" in message

    def test_the_image_is_not_to_be_had(self, server: tuple[Path, Engine, int]) -> None:
        stack, engine, _ = server
        finished = run(stack, engine.docker_host, "--set", "tag=v0.0.0")
        action, message = error(finished)
        assert finished.status == 3
        assert action in ("failed", "blocked")
        assert "traefik/whoami:v0.0.0" in message
        assert names(engine) == []

    def test_the_port_is_taken(self, server: tuple[Path, Engine, int]) -> None:
        stack, engine, port = server
        client = engine.client()
        client.containers.run(
            "traefik/whoami:v1.10.1", name="bad-input-first", detach=True, ports={"80/tcp": port}
        )
        client.close()
        finished = run(stack, engine.docker_host, "--set", "tag=v1.10.1")
        action, message = error(finished)
        assert (finished.status, action) == (3, "failed")
        assert str(port) in message
        assert "bad-input-first" in message
        assert names(engine) == ["bad-input-first"], "something half done was left"

    def test_no_permission_on_the_socket(
        self, server: tuple[Path, Engine, int], tmp_path: Path
    ) -> None:
        """The socket is in a folder that nobody may enter; root's right to do so is dropped."""
        stack, engine, _ = server
        locked = tmp_path / "locked"
        locked.mkdir()
        socket_path = locked / "docker.sock"
        socket_path.symlink_to(engine.docker_host.removeprefix("unix://"))
        locked.chmod(0o000)
        finished = run(stack, f"unix://{socket_path}", "--set", "tag=v1.10.1", prefix=POWERLESS)
        locked.chmod(0o700)
        action, message = error(finished)
        assert (finished.status, action) == (3, "blocked")
        assert "permission" in message
        assert str(socket_path) in message
        assert "docker" in message


def names(engine: Engine) -> list[str]:
    client = engine.client()
    try:
        found = client.containers.list(
            ignore_removed=True, all=True, filters={"name": "bad-input-"}
        )
        return sorted(str(container.name) for container in found)
    finally:
        client.close()
