# SPDX-License-Identifier: GPL-3.0-or-later
"""A running project with twelve secrets: after an import with a store, nothing is left to do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.canary import watching
from tests.integration.free_ports import use_free_ports
from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Engine

pytestmark = pytest.mark.integration

SHOP = Path(__file__).parents[2] / "docs" / "examples" / "shop"
ENV_FILE = "secrets.env"
HOST = "store.compose.example.com"
SERVICES = ("web", "worker", "db", "cache")
#: A value of each of the twelve secrets: a part that nothing else contains.
VALUES = (
    *("horse-battery-4711", "staple-correct-0815", "not for $git", "5f0d6c1e8a7b4d3f"),
    *("a secret with spaces", "mail-me-if-you-can", "AKIAEXAMPLEEXAMPLE", "wJalrXUtnFEMI"),
    *("tok_0123456789abcdef", "hook-9b1fd2c07a44", "four-random-words-here", "bm90IGEgcmVhb"),
)


@dataclass
class Desk:
    """The project's files, the stack that is made from it, and all that was printed."""

    folder: Path
    project: Path
    name: str
    environment: Mapping[str, str]
    printed: list[str] = field(default_factory=list)

    def __call__(self, *arguments: str | Path, **more: str) -> Finished:
        finished = vigo_bridge(
            *arguments, environment={**self.environment, **more}, cwd=self.folder
        )
        self.printed.append(finished.out + finished.err)
        return finished

    def take_over(self, stack: str, store: str, *more: str) -> Finished:
        options = ("--stacks", stack, "--match", HOST, "--store", store, *more)
        return self("import", "compose", self.project, *options)

    def actions(self, command: str, stack: str, **more: str) -> dict[str, str]:
        run = (command, "--stacks", stack, "--local", "--as", HOST, "-o", "json")
        finished = self(*run, **more)
        assert finished.status in (0, 2), finished.out + finished.err
        found = finished.actions(HOST)
        return {name.partition("/")[2]: action for name, action in found.items()}


@pytest.fixture
def desk(tmp_path: Path, engine: Engine, compose_env: dict[str, str]) -> Iterator[Desk]:
    """Yield a copy of the example that runs, under a name of its own."""
    name = f"store{os.getpid()}"
    project = tmp_path / "sources" / "shop"
    shutil.copytree(SHOP, project)
    (project / "secrets" / "payment_key.txt").chmod(0o600)
    use_free_ports(project)
    file = project / "docker-compose.yml"
    file.write_text(file.read_text().replace("name: shop\n", f"name: {name}\n"))
    for folder in ("tmp", "home"):
        (tmp_path / folder).mkdir()
    compose = ["docker", "compose", "-f", str(file)]
    search_path = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
    environment = {**compose_env, **search_path}
    subprocess.run([*compose, "up", "-d", "--quiet-pull"], env=environment, check=True)
    own = {
        "HOME": str(tmp_path / "home"),
        "XDG_STATE_HOME": str(tmp_path / "home" / "state"),
        "TMPDIR": str(tmp_path / "tmp"),
    }
    yield Desk(tmp_path, project, name, {**compose_env, **own})
    with closing(engine.client()) as client:
        for service in SERVICES:
            for each in client.containers.list(all=True, filters={"name": f"{name}-{service}-1"}):
                each.remove(force=True, v=True)
        client.networks.get(f"{name}_default").remove()
        client.volumes.get(f"{name}_data").remove()


@pytest.mark.sweep
def test_nothing_is_typed_by_hand(desk: Desk, engine: Engine) -> None:
    before = identities(desk, engine)
    # The first two are arguments of the project's own containers.
    forms = {f"secret {number}": value for number, value in enumerate(VALUES[2:], 3)}
    watched = [str(desk.folder / "tmp"), "/dev/shm/vigo-bridge-*"]
    with watching(watched, [str(desk.folder)], [str(desk.project), ENV_FILE], forms=forms) as watch:
        # The vault: the next command finds the password by itself.
        imported = desk.take_over("vault-stack", "vault")
        assert imported.status == 0, imported.err
        assert "stored 12 secrets in vault-stack/secrets.vault.yml\n" in imported.out
        assert "Its password is in vault-stack/secrets.vault.password," in imported.out
        assert "secrets set" not in imported.out
        same = set(desk.actions("plan", "vault-stack").values())
        plan = desk("plan", "--stacks", "vault-stack", "--local", "--as", HOST)
        assert (same, plan.status) == ({"none"}, 0), plan.out
        assert "4 adopted as they are" in plan.out

        # A file of variables, which a shell reads.
        assert desk.take_over("env-stack", "env").status == 0
        variables = sourced(desk.folder / "env-stack" / "secrets.env")
        assert len(variables) == 12
        assert set(desk.actions("plan", "env-stack", **variables).values()) == {"none"}
        document = desk.take_over("env-stack", "env", "--force", "-o", "json").document
        assert document["store"]["added"] == []
        assert all(secret["stored"] for secret in document["secrets"])

        # Another password in the project is not taken over in silence.
        change(desk.project / ".env", VALUES[0], "another-battery-4712")
        refused = desk.take_over("vault-stack", "vault", "--force")
        assert refused.status == 1
        assert f"already has another value for {desk.name}/db_password." in refused.err
        change(desk.project / ".env", "another-battery-4712", VALUES[0])

        # A run keeps everything, and so does the next one.
        assert set(desk.actions("run", "vault-stack").values()) == {"none"}
        assert set(desk.actions("run", "vault-stack").values()) == {"none"}
    assert watch.hits == {}
    assert "argv" in watch.seen
    assert [value for value in VALUES for text in desk.printed if value in text] == []
    assert files_with(VALUES, desk) == {f"env-stack/{ENV_FILE}"}
    assert identities(desk, engine) == before
    modes(desk.folder / "vault-stack", "secrets.vault.yml", "secrets.vault.password")
    modes(desk.folder / "env-stack", "secrets.env")


def files_with(values: Sequence[str], desk: Desk) -> set[str]:
    """Return the files, except those of the project, that contain one of the values."""
    return {
        str(path.relative_to(desk.folder))
        for path in desk.folder.rglob("*")
        if path.is_file() and desk.project not in path.parents
        if any(value.encode() in path.read_bytes() for value in values)
    }


def identities(desk: Desk, engine: Engine) -> list[str]:
    with closing(engine.client()) as client:
        return [str(client.containers.get(f"{desk.name}-{name}-1").id) for name in SERVICES]


def sourced(file: Path) -> dict[str, str]:
    """Return the variables that a shell has after reading the file."""
    script = '. "$1"; python3 -c "import os, json; print(json.dumps(dict(os.environ)))"'
    shell = subprocess.run(
        ["sh", "-c", script, "sh", file], capture_output=True, text=True, check=True
    )
    found = json.loads(shell.stdout).items()
    return {name: value for name, value in found if name.startswith("VIGO_SECRET_STORE")}


def change(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(old, new))


def modes(folder: Path, *names: str) -> None:
    """Check that these files are private, and that Git ignores all but the vault."""
    for name in names:
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    subprocess.run(["git", "init", "-q", folder], check=True)
    status = subprocess.run(
        ["git", "-C", folder, "status", "--porcelain", "-uall"],
        capture_output=True,
        text=True,
        check=True,
    )
    listed: Sequence[str] = re.findall(r"secrets\.\S+", status.stdout)
    assert listed in ([], ["secrets.vault.yml"])
