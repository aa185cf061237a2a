# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets without the docker SDK get the controller's, once, where it is needed.

That is so where a user has a Docker config, or the engine is not at a Unix socket.
"""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.ansible_program import TARGET_PYTHON
from tests.integration.module_call import call
from tests.matrix.pythons import find_python
from tests.testbed import Engine, Host, Testbed

pytestmark = pytest.mark.integration

IMAGE = "redis:7-alpine"


class TestThisMachine:
    """A Python of this machine that has nothing but its standard library."""

    @pytest.fixture
    def bare(self, tmp_path: Path) -> Path:
        command = [TARGET_PYTHON, "-m", "venv", "--without-pip", str(tmp_path / "bare")]
        subprocess.run(command, check=True)
        return tmp_path / "bare/bin/python"

    @pytest.fixture
    def name(self, engine: Engine) -> Iterator[str]:
        name = f"sdk-{uuid.uuid4().hex[:8]}"
        yield name
        with closing(engine.client()) as client:
            for container in client.containers.list(
                ignore_removed=True, all=True, filters={"name": name}
            ):
                container.remove(force=True, v=True)

    @pytest.fixture
    def docker_config(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Write what `docker login` leaves."""
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker/config.json").write_text('{"auths": {}}', encoding="utf-8")
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))

    @pytest.mark.usefixtures("docker_config")
    def test_it_is_sent_once_and_kept(
        self, bare: Path, name: str, engine: Engine, tmp_path: Path
    ) -> None:
        inventory = tmp_path / "hosts.ini"
        inventory.write_text(
            f"here ansible_connection=local ansible_python_interpreter={bare}\n", encoding="utf-8"
        )
        container = {"container": name, "image": IMAGE, "docker_host": engine.docker_host}
        state = {"state_dir": str(tmp_path / "state"), "scope": name}
        graph = {**state, "resources": [{"type": "container", **container}]}

        predicted = call("converge", graph, str(inventory), "--check")
        assert predicted.result["resources"][0]["action"] == "created", predicted.printed
        assert not (tmp_path / "state").exists()

        first = call("converge", graph, str(inventory))
        assert first.result["resources"][0]["action"] == "created", first.printed
        assert first.sent == 1
        second = call("converge", graph, str(inventory))
        assert second.result["resources"][0]["action"] == "none", second.printed
        assert second.sent == 0, second.printed

        (kept,) = (path for path in (tmp_path / "state/sdk").iterdir() if path.is_dir())
        assert (tmp_path / "state/sdk").stat().st_mode & 0o777 == 0o700
        assert list(kept.glob("docker/__pycache__/*.pyc"))

    def test_a_unix_socket_needs_none(
        self, bare: Path, name: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert engine.docker_host.startswith("unix://")
        (tmp_path / "home").mkdir()
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.delenv("DOCKER_CONFIG", raising=False)
        inventory = tmp_path / "hosts.ini"
        inventory.write_text(
            f"here ansible_connection=local ansible_python_interpreter={bare}\n", encoding="utf-8"
        )
        container = {"container": name, "image": IMAGE, "docker_host": engine.docker_host}
        state = {"state_dir": str(tmp_path / "state"), "scope": name}
        for wanted, action in (
            (container, "created"),
            ({**container, "state": "absent"}, "deleted"),
        ):
            graph = {**state, "resources": [{"type": "container", **wanted}]}
            answer = call("converge", graph, str(inventory))
            assert answer.result["resources"][0]["action"] == action, answer.printed
        assert not (tmp_path / "state/sdk").exists()

    @pytest.mark.sweep
    def test_files_and_commands_need_none(self, bare: Path, tmp_path: Path) -> None:
        inventory = tmp_path / "hosts.ini"
        inventory.write_text(
            f"here ansible_connection=local ansible_python_interpreter={bare}\n", encoding="utf-8"
        )
        resources = [{"type": "exec", "command": "true"}]
        graph = {"state_dir": str(tmp_path / "state"), "resources": resources}
        answer = call("converge", graph, str(inventory))
        assert (answer.sent, answer.result["changed"]) == (1, True), answer.printed
        assert not (tmp_path / "state/sdk").exists()


@pytest.mark.sweep
class TestSshHost:
    """A host without the SDK, reached by SSH as root, and as a user with and without become."""

    @pytest.fixture(scope="class", params=["bookworm"])
    @classmethod
    def host(cls, request: pytest.FixtureRequest, testbed: Testbed) -> Host:
        """Return a host of a release of Debian: the usual one, or a later one where a test names
        it.
        """
        (host,) = testbed.fleet(["bare.app.example.com"], suite=request.param).hosts
        host.run("dpkg --remove --force-depends python3-docker python3-requests python3-urllib3")
        host.run("useradd --create-home --groups docker --shell /bin/sh deploy")
        host.run("echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/deploy")
        for home in ("~root", "/home/deploy"):
            host.run(f"mkdir -p {home}/.docker && echo '{{}}' > {home}/.docker/config.json")
        host.run("cp -r ~root/.ssh /home/deploy/ && chown -R deploy: /home/deploy")
        return host

    @pytest.fixture
    def as_user(self, host: Host) -> Iterator[str]:
        """Yield the name of a container that is removed; what the user keeps is removed, too."""
        yield "sdk"
        host.run("docker rm --force --volumes sdk >/dev/null 2>&1 || true")
        host.run("rm -rf /home/deploy/.local /var/tmp/vigo-bridge-sdk-* /var/lib/vigo-bridge")

    @pytest.mark.parametrize(
        ("host", "version"),
        [
            ("bookworm", ""),
            ("bookworm", "3.8"),
            ("bookworm", "3.9"),
            ("bookworm", "3.13"),
            ("trixie", ""),
        ],
        indirect=["host"],
        scope="class",
    )
    @pytest.mark.parametrize("options", [(), ("--become",)], ids=["without become", "with become"])
    def test_every_python(
        self, host: Host, as_user: str, version: str, options: Sequence[str], tmp_path: Path
    ) -> None:
        inventory = self._inventory(host, tmp_path, self._python(host, version))
        container = {"container": as_user, "image": IMAGE}
        first = call("container", container, inventory, *options)
        assert first.result.get("action") == "created", first.printed
        assert first.sent == 1
        second = call("container", container, inventory, *options)
        assert second.result.get("action") == "none", second.printed
        assert second.sent == 0, second.printed
        folder = "/var/lib/vigo-bridge" if options else "/home/deploy/.local/state/vigo-bridge"
        assert host.run(f"stat -c %a {folder}/sdk") == "700\n"

    def test_without_pipelining(self, host: Host, as_user: str, tmp_path: Path) -> None:
        inventory = self._inventory(host, tmp_path)
        arguments = {"container": as_user, "image": IMAGE}
        answer = call("container", arguments, inventory, ANSIBLE_PIPELINING="false")
        assert (answer.sent, answer.result.get("action")) == (2, "created"), answer.printed

    def test_a_home_that_cannot_be_written(self, host: Host, as_user: str, tmp_path: Path) -> None:
        host.run("mount --bind /home/deploy /home/deploy")
        host.run("mount -o remount,bind,ro /home/deploy")
        try:
            inventory = self._inventory(host, tmp_path)
            arguments = {"container": as_user, "image": IMAGE}
            calls = [call("container", arguments, inventory) for _ in range(2)]
        finally:
            host.run("umount /home/deploy")
        assert [answer.sent for answer in calls] == [2, 1], calls[0].printed
        assert calls[1].result.get("action") == "none"

    def test_a_folder_of_somebody_else_is_not_trusted(
        self, host: Host, as_user: str, tmp_path: Path
    ) -> None:
        uid = host.run("id -u deploy").strip()
        host.run(f"mkdir -p /var/tmp/vigo-bridge-sdk-{uid} && chmod 777 /var/tmp/vigo-bridge-sdk-*")
        host.run("mkdir -p /home/deploy/.local/state && chmod 555 /home/deploy/.local/state")
        inventory = self._inventory(host, tmp_path)
        answer = call("container", {"container": as_user, "image": IMAGE}, inventory)
        assert "other users can write to it (mode 0777)" in answer.result["msg"], answer.printed

    def test_a_full_disk(self, host: Host, as_user: str, tmp_path: Path) -> None:
        state = "/home/deploy/.local/state/vigo-bridge"
        host.run(f"mkdir -p {state} && mount -t tmpfs -o size=256k,mode=1777 tmpfs {state}")
        host.run("mount -t tmpfs -o size=256k,mode=1777 tmpfs /var/tmp")
        try:
            inventory = self._inventory(host, tmp_path)
            answer = call("container", {"container": as_user, "image": IMAGE}, inventory)
            left = host.run(f"find {state}/sdk /var/tmp/vigo-bridge-sdk-* -mindepth 1")
        finally:
            host.run(f"umount {state}; umount /var/tmp")
        assert "the disk is full" in answer.result["msg"], answer.printed
        assert "apt install python3-docker" in answer.result["msg"]
        assert answer.result.get("action") == "blocked"
        assert left == ""

    def _inventory(self, host: Host, folder: Path, python: str = "/usr/bin/python3") -> str:
        path = folder / "hosts.ini"
        line = host.inventory_line().replace("ansible_user=root", "ansible_user=deploy")
        path.write_text(f"{line} ansible_python_interpreter={python}\n", encoding="utf-8")
        return str(path)

    def _python(self, host: Host, version: str) -> str:
        """Return an interpreter of that version on the host, copied from this machine's pyenv."""
        if not version:
            return "/usr/bin/python3"
        found = find_python(version)
        if found is None or "pyenv/versions" not in found:
            pytest.skip(f"no Python {version} in pyenv")
        if host.run(f"ls /opt/{version} 2>/dev/null || true") == "":
            host.copy(Path(found).resolve().parents[1], f"/opt/{version}")
            # It may have been built with a shared library.
            host.run(f"echo /opt/{version}/lib > /etc/ld.so.conf.d/{version}.conf && ldconfig")
        return f"/opt/{version}/bin/python{version}"
