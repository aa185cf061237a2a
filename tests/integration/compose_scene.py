# SPDX-License-Identifier: GPL-3.0-or-later
"""One compose file, started by compose or by our import of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Engine

FOLDER = Path(__file__).parent / "compose"
HOST = "one.compose.example.com"
FURTHER_FILES = {"overridden": ["overridden.over.yml"]}
PROFILES = {"profiles": ["--profile", "debug"]}
SECRETS = {
    "VIGO_SECRET_SECRETS_DB_PASSWORD": "hunter2-dotenv",
    "VIGO_SECRET_SECRETS_WEB_API_TOKEN": "abcdef-123456",
    "VIGO_SECRET_SECRETS_WEB_OTHER_URL": "postgres://app:hunter2-url@db/app",
    "VIGO_SECRET_SECRETS_WEB_PASSWORD": "hunter2-command",
    "DB_PASSWORD": "hunter2-dotenv",
}


class Scene:
    """One compose file, and the containers that come of it."""

    def __init__(
        self, stem: str, folder: Path, engine: Engine, environment: dict[str, str]
    ) -> None:
        self.stem = stem
        self.engine = engine
        self.environment = {**environment, **SECRETS}
        self.place = folder / "files"
        self.stack = folder / "stack"
        shutil.copytree(FOLDER, self.place)
        names = [f"{stem}.yml", *FURTHER_FILES.get(stem, [])]
        self.files = [str(self.place / name) for name in names]

    def compose(self, *words: str) -> None:
        named = [word for file in self.files for word in ("-f", file)]
        command = ["docker", "compose", *PROFILES.get(self.stem, []), *named, "-p", self.stem]
        finished = subprocess.run(
            [*command, *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr

    def imported(self, *arguments: str) -> Finished:
        return vigo_bridge(
            *("import", "compose", *self.files, "--stacks", str(self.stack), "-p", self.stem),
            *("--match", HOST, *PROFILES.get(self.stem, []), *arguments),
            environment=self.environment,
        )

    def bridge(self, command: str) -> Finished:
        return vigo_bridge(
            *(command, "--stacks", self.stack, "--local", "--as", HOST, "-o", "json"),
            environment=self.environment,
        )

    def containers(self) -> dict[str, Any]:
        """Return all containers of the file, by name."""
        with closing(self.engine.client()) as client:
            found = client.containers.list(ignore_removed=True, all=True)
            named = {str(container.name): container.attrs for container in found}
            mine = (f"{self.stem}-", f"{self.stem}_")
            return {name: attrs for name, attrs in named.items() if name.startswith(mine)}

    def clear(self) -> None:
        with closing(self.engine.client()) as client:
            for name in self.containers():
                client.api.remove_container(name, force=True, v=True)
            for network in client.networks.list():
                if str(network.name).startswith((f"{self.stem}_", f"{self.stem}-")):
                    network.remove()
            for volume in client.volumes.list():
                if volume.name.startswith((f"{self.stem}_", f"{self.stem}-")):
                    volume.remove()
