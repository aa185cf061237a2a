# SPDX-License-Identifier: GPL-3.0-or-later
"""The import beside the real compose program: its list of keys, and the containers that it runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.integration.container_scene import printed
from tests.integration.program import vigo_bridge
from tests.testbed import Engine
from tests.testbed.compose import compose_binary
from vigo_bridge.compose.reading.reader import KEYS
from vigo_bridge.compose.reading.sections import NETWORK_KEYS, SOURCE_KEYS, VOLUME_KEYS

pytestmark = pytest.mark.integration

HOST = "one.compose.example.com"


def test_our_model_has_every_key_of_compose() -> None:
    """The schema that the compose program itself carries."""
    schema = compose_schema(compose_binary())
    definitions = schema["definitions"]
    read_before = {"extends"}
    assert set(definitions["service"]["properties"]) - read_before <= set(KEYS)
    for name, known in (
        ("network", NETWORK_KEYS),
        ("volume", VOLUME_KEYS),
        ("config", SOURCE_KEYS),
        ("secret", SOURCE_KEYS),
    ):
        assert set(definitions[name]["properties"]) <= set(known)


def compose_schema(binary: Path) -> dict[str, Any]:
    content = binary.read_bytes()
    start = content.rfind(b'{\n  "$schema"', 0, content.find(b'"id": "compose_spec.json"'))
    text = content[start : start + 200_000].decode("utf-8", "replace")
    schema: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    return schema


COMPOSE = """\
services:
  db:
    image: redis:7-alpine
    volumes: [kept:/data]
  cache:
    image: redis:7-alpine
    command: redis-server /conf/cache.conf
    volumes:
      - ./conf:/conf:ro
      - ./files:/files
volumes:
  kept:
"""


@pytest.fixture
def running(tmp_path: Path, engine: Engine, compose_env: dict[str, str]) -> Iterator[Path]:
    """Yield a compose file whose containers run."""
    file = tmp_path / "adopted" / "compose.yml"
    file.parent.mkdir()
    file.write_text(COMPOSE, encoding="utf-8")
    (file.parent / "conf").mkdir()
    (file.parent / "conf/cache.conf").write_text('save ""\nmaxmemory 20mb\n', encoding="utf-8")
    (file.parent / "files").mkdir(mode=0o700)
    compose = ["docker", "compose", "-f", str(file)]
    environment = {**compose_env, "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
    subprocess.run([*compose, "up", "-d", "--quiet-pull"], env=environment, check=True)
    yield file
    with closing(engine.client()) as client:
        for name in ("adopted-db-1", "adopted-cache-1"):
            client.containers.get(name).remove(force=True, v=True)
        client.networks.get("adopted_default").remove()
        client.volumes.get("adopted_kept").remove()


@pytest.mark.sweep
def test_run_takes_over_what_compose_runs(
    running: Path, tmp_path: Path, engine: Engine, compose_env: dict[str, str]
) -> None:
    """Equal containers and files stay as they are; a changed one is replaced, and its volume stays.

    A change of the copy of a configuration file is written, and restarts its container. In another
    folder, the file is created before its container.
    """
    stack = tmp_path / "stack"
    with closing(engine.client()) as client:
        db = client.containers.get("adopted-db-1")
        assert db.exec_run(["redis-cli", "set", "order", "4711"]).exit_code == 0
        cache = client.containers.get("adopted-cache-1")
        imported = vigo_bridge(
            *("import", "compose", running, "--stacks", stack, "--match", HOST),
            environment=compose_env,
        )
        assert imported.status == 0, imported.err
        plan = ("plan", "--stacks", stack, "--local", "--as", HOST)
        assert "2 adopted as they are" in vigo_bridge(*plan, environment=compose_env).out
        run = ("run", "--stacks", stack, "--local", "--as", HOST, "-o", "json")
        first = vigo_bridge(*run, environment=compose_env)
        assert set(first.actions(HOST).values()) == {"none"}, first.reasons(HOST)
        assert "0 of 4 resources" in vigo_bridge(*plan, environment=compose_env).out
        changed = vigo_bridge(*run, "--set", "db_tag=8-alpine", environment=compose_env)
        files = {"adopted/file-conf-cache.conf": "none", "adopted/folder-files": "none"}
        containers = {"adopted/db": "recreated", "adopted/cache": "none"}
        assert changed.actions(HOST) == {**files, **containers}
        assert client.containers.get("adopted-cache-1").id == cache.id
        newer = client.containers.get("adopted-db-1")
        assert newer.id != db.id
        assert printed(newer, ["redis-cli", "get", "order"]).strip() == b"4711"
        (stack / "templates/adopted/conf/cache.conf").write_text("maxmemory 30mb\n")
        later = vigo_bridge(*run, "--set", "db_tag=8-alpine", environment=compose_env)
        assert later.actions(HOST)["adopted/file-conf-cache.conf"] == "updated"
        assert later.actions(HOST)["adopted/cache"] == "restarted"
        limit = printed(
            client.containers.get("adopted-cache-1"), ["redis-cli", "config", "get", "maxmemory"]
        )
        assert limit.split()[-1] == str(30 << 20).encode()
        assert (running.parent / "files").stat().st_mode & 0o777 == 0o700
        elsewhere = tmp_path / "elsewhere"
        moved = (*run, "--set", "db_tag=8-alpine", "--set", f"project_folder={elsewhere}")
        assert vigo_bridge(*moved, environment=compose_env).actions(HOST) == {
            "adopted/file-conf-cache.conf": "created",
            "adopted/folder-files": "created",
            "adopted/db": "none",
            "adopted/cache": "recreated",
        }
        assert (elsewhere / "conf/cache.conf").read_text() == "maxmemory 30mb\n"
        again = vigo_bridge(*moved, environment=compose_env)
        assert set(again.actions(HOST).values()) == {"none"}
