# SPDX-License-Identifier: GPL-3.0-or-later
"""`build` with a real docker, engine and registry, and the rollout of what it has built."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Engine, Registry, Testbed
from tests.testbed.buildx import buildx_binary
from tests.testbed.upload import MANIFEST

pytestmark = pytest.mark.integration

HOST = "one.build.example.com"
SECRET = "canary-build-4712"
COMPOSE = """\
name: built
services:
  web:
    build: {context: web, args: {GREETING: hello, API_TOKEN: "${API_TOKEN}"}}
"""
DOCKERFILE = """\
FROM redis:7-alpine
ARG GREETING
ARG API_TOKEN
COPY page /page
RUN echo "$GREETING" > /greeting && echo "with $API_TOKEN"
"""
CRATE = Path("stacks/configcrates/built.vgo")


@pytest.fixture(scope="module")
def protected(testbed: Testbed) -> Registry:
    """Return a registry that needs a login."""
    return testbed.private_registry({"user": "password"})


@pytest.fixture
def project(tmp_path: Path, engine: Engine, compose_env: dict[str, str]) -> Iterator[Project]:
    """Yield an imported project in a Git repository."""
    found = Project(tmp_path, compose_env)
    found.write("compose.yml", COMPOSE)
    found.write(".env", f"API_TOKEN={SECRET}\n")
    found.write(".gitignore", ".env\n")
    found.write("web/Dockerfile", DOCKERFILE)
    found.write("web/page", "one\n")
    imported = found.call("import", "compose", "--match", HOST)
    assert imported.status == 0, imported.err
    found.git("init", "-q")
    found.commit()
    yield found
    with closing(engine.client()) as client:
        for container in client.containers.list(all=True, filters={"name": "built-web-1"}):
            container.remove(force=True, v=True)
        for network in client.networks.list(names=["built_default"]):
            network.remove()


class Project:
    """A compose project with its stack."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = {
            **environment,
            "VIGO_SECRET_BUILT_API_TOKEN": SECRET,
            "GIT_CONFIG_GLOBAL": "/dev/null",
        }

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def git(self, *words: str) -> str:
        names = ("user.name=a", "user.email=a@example.com", "init.defaultBranch=main")
        settings = [word for name in names for word in ("-c", name)]
        return subprocess.run(
            ["git", *settings, *words],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def commit(self) -> str:
        """Return the short name of a new commit with everything."""
        self.git("add", ".")
        self.git("commit", "-q", "-m", "change")
        return self.git("rev-parse", "HEAD")[:12]

    def call(self, *words: str, **more: str) -> Finished:
        return vigo_bridge(*words, environment={**self.environment, **more}, cwd=self.folder)

    def built(self, *words: str) -> dict[str, object]:
        """Return the result of a build that succeeds."""
        finished = self.call("build", "-o", "json", *words)
        assert finished.status == 0, finished.out + finished.err
        result: dict[str, object] = finished.document["builds"]["built-web"]
        return result

    def act(self, command: str) -> str:
        """Return what `plan` or `run` says of the container."""
        finished = self.call(command, "--local", "--as", HOST, "-o", "json")
        assert finished.status in (0, 2), finished.out
        return finished.actions(HOST)["built/web"]


def test_from_a_change_to_the_container(
    project: Project, engine: Engine, registry: Registry
) -> None:
    """Each commit becomes a digest that hosts pull; building it again changes nothing."""
    first = project.built("--registry", registry.address)
    tag = project.git("rev-parse", "HEAD")[:12]
    assert first["image"] == f"{registry.address}/built-web:{tag}"
    assert first["value"] == f"{first['image']}@{first['digest']}"
    assert project.git("status", "--porcelain").split() == ["M", str(CRATE)]
    assert f'built_web_image: "{first["value"]}"' in (project.folder / CRATE).read_text()
    with closing(engine.client()) as client:
        manifest = f"{registry.url}/v2/built-web/manifests/{first['digest']}"
        assert requests.head(manifest, headers={"Accept": MANIFEST}, timeout=30).ok
        assert (project.act("plan"), project.act("run")) == ("created", "created")
        assert project.act("plan") == "none"
        container = client.containers.get("built-web-1")
        assert container.exec_run(["cat", "/page", "/greeting"]).output == b"one\nhello\n"

        project.commit()
        again = project.built("--registry", registry.address)
        assert (again["value"], again["changed_in"]) == (first["value"], [])
        assert project.git("status", "--porcelain") == ""
        assert project.act("plan") == "none"

        project.write("web/page", "two\n")
        refused = project.call("build", "--registry", registry.address)
        assert refused.status == 1
        assert "web/page is not committed" in refused.err
        newer = project.commit()
        second = project.built("--registry", registry.address)
        assert second["image"] == f"{registry.address}/built-web:{newer}"
        assert second["digest"] != first["digest"]
        assert (project.act("plan"), project.act("run")) == ("recreated", "recreated")
        container = client.containers.get("built-web-1")
        assert container.exec_run(["cat", "/page"]).output == b"two\n"
        assert project.act("plan") == "none"


@pytest.mark.sweep
def test_without_a_registry(project: Project) -> None:
    """For containers in the engine that builds; without --no-set, the stack would name the tag."""
    shown = project.call("build", "--no-push", "--tag", "dev", "--no-set")
    assert (shown.status, shown.out) == (0, "built-web: --set built_web_image=built-web:dev\n")
    assert project.git("status", "--porcelain") == ""
    built = project.built("--no-push", "--tag", "dev")
    assert (built["value"], built["digest"]) == ("built-web:dev", None)
    assert (project.act("run"), project.act("plan")) == ("created", "none")
    project.write("web/page", "two\n")
    again = project.built("--no-push", "--tag", "dev")
    assert again["changed_in"] == []
    assert (project.act("plan"), project.act("run")) == ("recreated", "recreated")


def test_the_secret_is_masked_and_in_no_command_line(
    project: Project, registry: Registry, tmp_path: Path
) -> None:
    """A program in front of docker records its command line."""
    project.write("web/page", f"{os.urandom(16).hex()}\n")  # Nothing comes from the cache.
    real = subprocess.run(["which", "docker"], capture_output=True, text=True, check=True).stdout
    project.write(
        "bin/docker", f'#!/bin/sh\necho "$*" >> {tmp_path}/calls\nexec {real.strip()} "$@"\n'
    )
    (tmp_path / "bin/docker").chmod(0o755)
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    for output in ("text", "json"):
        words = ("build", "--tag", "1", "--registry", registry.address, "-o", output)
        finished = project.call(*words, PATH=path)
        assert finished.status == 0, finished.err
        assert SECRET not in finished.out + finished.err
        if output == "text":
            assert "with ********" in finished.err
    calls = (tmp_path / "calls").read_text()
    assert "--build-arg=API_TOKEN" in calls
    assert SECRET not in calls
    written = [path for path in (tmp_path / "stacks").rglob("*") if path.is_file()]
    assert not [path for path in written if SECRET in path.read_text()]


@pytest.mark.parametrize(
    ("dockerfile", "address", "message", "in_log"),
    [
        ("FROM redis:7-alpine\nRUN exit 7\n", "", "docker build failed with exit status", "7"),
        ("FORM scratch\n", "", "docker build failed with exit status", "FORM"),
        ("FROM redis:7-alpine\n", "127.0.0.1:1", "docker push failed with exit status", "refused"),
        ("FROM redis:7-alpine\n", "", "`docker login", "auth"),
    ],
)
def test_a_failure_changes_nothing(
    project: Project, protected: Registry, dockerfile: str, address: str, message: str, in_log: str
) -> None:
    before = (project.folder / CRATE).read_text()
    project.write("web/Dockerfile", dockerfile)
    words = ("build", "--tag", "1", "--registry", address or protected.address)
    finished = project.call(*words, "-o", "json")
    assert finished.status == 3
    result = finished.document["builds"]["built-web"]
    assert (finished.document["status"], result["status"]) == ("failed", "failed")
    assert message in result["error"]["message"]
    assert in_log in result["error"]["log"]
    assert (project.folder / CRATE).read_text() == before
    shown = project.call(*words)
    assert in_log in shown.err
    assert "No variable was changed." in shown.out


BUILDX_DOCKERFILE = """\
    FROM redis:7-alpine
    ARG GREETING
    COPY --from=more file /file
    RUN --mount=type=secret,id=key test "$(cat /run/secrets/key)" = "$(cat /file)"
    RUN --mount=type=secret,id=key cat /run/secrets/key && echo "$GREETING" > /greeting
"""


@pytest.mark.sweep
def test_with_buildx(
    project: Project, docker_26: Engine, registry: Registry, tmp_path: Path
) -> None:
    """Secrets, a further context and a Dockerfile in the build; nothing is left behind."""
    plugins = tmp_path / "docker/cli-plugins"
    plugins.mkdir(parents=True)
    (plugins / "docker-buildx").symlink_to(buildx_binary())
    project.environment |= {
        "DOCKER_CONFIG": str(tmp_path / "docker"),
        "DOCKER_HOST": docker_26.docker_host,
    }
    with closing(docker_26.client()) as client:
        client.images.pull("redis", "7-alpine")  # BuildKit speaks TLS to the engine's mirror.
    project.write("more/file", SECRET)
    build = project.folder / "stacks/builds/built-web.vgo"
    build.write_text(
        build.read_text()
        + "secrets: {key: secret:built/api_token}\nadditional_contexts: {more: ../more}\n"
        + f"dockerfile_inline: |\n{BUILDX_DOCKERFILE}"
    )
    left = set(Path("/tmp").glob("dockerfile*"))
    first = project.call("build", "--tag", "1", "--registry", registry.address)
    assert first.status == 0, first.err
    assert SECRET not in first.out + first.err
    assert "********" in first.err
    again = project.built("--tag", "1", "--registry", registry.address)
    assert again["changed_in"] == []
    assert set(Path("/tmp").glob("dockerfile*")) == left
    project.write("stacks/builds/built-web.vgo", build.read_text().replace("from=more", "from=x"))
    failed = project.call("build", "--tag", "2", "--registry", registry.address)
    assert (failed.status, SECRET in failed.out + failed.err) == (3, False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_ends_docker_and_changes_nothing(
    project: Project, registry: Registry, number: int
) -> None:
    before = (project.folder / CRATE).read_text()
    mark = f"4{os.getpid()}"
    project.write("web/Dockerfile", f"FROM redis:7-alpine\nRUN echo began; sleep {mark}\n")
    command = ["build", "--tag", "1", "--registry", registry.address]
    with subprocess.Popen(
        [sys.executable, "-m", "vigo_bridge", *command],
        cwd=project.folder,
        env={**os.environ, **project.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        while not _running(f"sleep {mark}"):
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(number)
        output = process.communicate()[0]
    assert (process.returncode, b"Interrupted." in output) == (130, True)
    deadline = time.monotonic() + 30
    while _running(f"sleep {mark}") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _running(f"sleep {mark}")
    assert not _running("built-web:1")
    assert (project.folder / CRATE).read_text() == before


def _running(text: str) -> bool:
    """Return whether a process has a text in its command line."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line:
            return True
    return False
