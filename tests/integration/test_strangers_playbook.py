# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules in an ordinary playbook, among Ansible's own."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_program import ansible
from tests.integration.program import Finished
from tests.testbed import Engine

pytestmark = pytest.mark.integration

PLAYBOOK = Path(__file__).parent / "shop.yml"
PASSWORD = "canary-55102"


@pytest.fixture
def variables(engine: Engine, tmp_path: Path) -> Iterator[dict[str, Any]]:
    prefix = f"shop-{uuid.uuid4().hex[:6]}"
    yield {
        "folder": str(tmp_path),
        "engine": engine.docker_host,
        "prefix": prefix,
        "departments": ["books", "music"],
    }
    with closing(engine.client()) as client:
        for container in client.containers.list(
            ignore_removed=True, all=True, filters={"name": prefix}
        ):
            container.remove(force=True, v=True)


def play(variables: dict[str, Any], folder: Path, *arguments: str) -> Finished:
    # No interpreter is named: Ansible finds one.
    (folder / "hosts.ini").write_text("[web]\nweb1 ansible_connection=local\n")
    finished = ansible(
        *("playbook", "-i", "hosts.ini", "-e", json.dumps(variables), *arguments, str(PLAYBOOK)),
        cwd=folder,
        environment={
            "VIGO_SECRET_SHOP_PASSWORD": PASSWORD,
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_PYTHON_INTERPRETER": "auto_silent",
            # A version manager's programs on the PATH may have no interpreter.
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        },
    )
    assert PASSWORD not in finished.out + finished.err
    return finished


def changed(finished: Finished) -> int:
    (number,) = re.findall(r"changed=(\d+)", finished.out)
    return int(number)


def test_check_apply_apply_again(variables: dict[str, Any], engine: Engine, tmp_path: Path) -> None:
    predicted = play(variables, tmp_path, "--check", "--diff")
    assert predicted.status == 0, predicted.out + predicted.err
    assert "+books on debian" in predicted.out
    assert not (tmp_path / "shop").exists()

    first = play(variables, tmp_path)
    assert first.status == 0, first.out + first.err
    assert changed(first) == changed(predicted)
    assert (tmp_path / "shop/shop.ini").read_text() == f"[database]\npassword = {PASSWORD}\n"
    assert (tmp_path / "shop/shop.ini").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "seen-web1").read_text() == "books,music\n"
    assert (tmp_path / "shop/log").read_text() == "changed\n"
    with closing(engine.client()) as client:
        books = client.containers.get(f"{variables['prefix']}-books")
        assert books.status == "running"
        assert books.attrs["Config"]["Cmd"] == ["redis-server", "--port", "7001"]

    again = play(variables, tmp_path)
    assert again.status == 0, again.out + again.err
    assert changed(again) == 0


#: module, arguments, more of the task -> what Ansible or we say
REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "a wrong type": (
        "exec",
        {"command": "true", "nice": "much"},
        {},
        "argument 'nice' is of type str and we were unable to convert to int",
    ),
    "a wrong choice": (
        "container",
        {"container": "x", "image": "y", "state": "up"},
        {},
        "value of state must be one of: running, started, stopped, restarted, present,"
        " absent, got: up",
    ),
    "an unknown option": (
        "file",
        {"target_path": "/x", "contents": ""},
        {},
        "Unsupported parameters for (vigo.bridge.file) module: contents",
    ),
    "a missing option": ("exec", {}, {}, "missing required arguments: command"),
    "options that are mutually exclusive": (
        "file",
        {"target_path": "/x", "content": "", "source": "/y"},
        {},
        "parameters are mutually exclusive: content|content_base64|src|source",
    ),
    "an option that another one needs": (
        "container",
        {"container": "x", "image": "y", "memory_swap": "1g"},
        {},
        "missing parameter(s) required by 'memory_swap': memory",
    ),
    "options that go together": (
        "container",
        {"container": "x", "image": "y", "registry_username": "z"},
        {},
        "parameters are required together: registry_username, registry_password",
    ),
    "async": (
        "exec",
        {"command": "true"},
        {"async": 10},
        "This action (vigo.bridge.exec) does not support async.",
    ),
    "an unknown trait": ("traits", {"names": ["os.famly"]}, {}, "did you mean 'os.family'?"),
    "no socket": (
        "container",
        {"container": "shop", "image": "y", "docker_host": "unix:///nowhere.sock"},
        {},
        "no engine responds at unix:///nowhere.sock (No such file or directory): install one",
    ),
    "no Python": (
        "exec",
        {"command": "true"},
        {"vars": {"ansible_python_interpreter": "/nowhere/python3"}},
        "install one (apt install python3), or name it in ansible_python_interpreter",
    ),
}


@pytest.mark.sweep
def test_refusals(tmp_path: Path) -> None:
    """All in one playbook, each task ignored after its failure."""
    tasks = [
        {"name": name, f"vigo.bridge.{module}": arguments, "ignore_errors": True, **more}
        for name, (module, arguments, more, _) in REFUSED.items()
    ]
    play = {"hosts": "web1", "connection": "local", "gather_facts": False, "tasks": tasks}
    (tmp_path / "play.json").write_text(json.dumps([play]))
    finished = ansible(
        *("playbook", "-i", "web1,", "play.json"),
        cwd=tmp_path,
        environment={"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"},
    )
    assert f"ignored={len(tasks)}" in finished.out, finished.out
    sections = finished.out.split("TASK [")[1:]
    for section, (name, (_, _, _, message)) in zip(sections, REFUSED.items(), strict=True):
        assert section.startswith(name)
        assert message in " ".join(section.split()).replace("''", "'"), section
    assert "Traceback" not in finished.out
