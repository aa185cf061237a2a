# SPDX-License-Identifier: GPL-3.0-or-later
"""The container resource on a real engine: all states from missing to absent, and failures."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docker.errors
import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from tests.integration.container_scene import REDIS, Scene
from tests.integration.free_ports import free_port

if TYPE_CHECKING:
    from tests.testbed import Engine, Registry

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
NEWER_REDIS = "redis:8-alpine"


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    scene = Scene(engine)
    yield scene
    scene.close()


def test_the_whole_life(scene: Scene) -> None:
    assert scene.apply(check=True).action == "created"
    assert scene.names() == set()
    scene.applied("created")
    scene.applied("stopped", state="stopped")
    scene.applied("started")
    scene.client.api.remove_container(scene.name, force=True, v=True)
    scene.applied("created")
    scene.client.api.pause(scene.name)
    scene.applied("started")
    scene.client.api.pause(scene.name)
    scene.applied("stopped", state="stopped")
    scene.applied("deleted", state="absent", remove_volumes=True)
    scene.applied("created", state="stopped")
    assert scene.inspect()["State"]["Status"] == "created"


@pytest.mark.sweep
def test_pre_stop_of_a_replacement(each_engine: Engine) -> None:
    """Its exit code counts, however short it runs, and whatever it prints."""
    scene = Scene(each_engine)
    other: dict[str, Any] = {"env": {"A": "b"}}
    try:
        scene.have(REDIS)
        scene.applied("created")
        for code in (3, 4):
            failed = scene.apply(**other, pre_stop=["sh", "-c", f"echo printed; exit {code}"])
            assert failed.action == "failed"
            assert f"pre_stop failed in the old container with exit code {code}" in failed.reason
        slow = scene.apply(**other, pre_stop=["sleep", "60"], pre_stop_timeout="1s")
        assert "pre_stop did not end in the old container within 1 s" in slow.reason
        scene.applied("recreated", **other, pre_stop=["true"])
    finally:
        scene.close()


def test_another_tag_replaces_and_the_data_stay(scene: Scene) -> None:
    port = f"127.0.0.1:{free_port()}:6379"
    scene.applied("created", ports=port)
    assert scene.redis("set", "colour", "green") == "OK"
    assert scene.redis("save") == "OK"
    result = scene.applied("recreated", image=NEWER_REDIS, ports=port)
    assert result.reason == f"image {REDIS} -> {NEWER_REDIS}"
    assert result.diff == {"before": {"image": REDIS}, "after": {"image": NEWER_REDIS}}
    assert scene.redis("get", "colour") == "green"
    assert scene.names() == {""}


def test_a_volume_that_exists_with_other_options(usual_engine: Engine) -> None:
    """It is used as it is, with a note that names what differs."""
    scene = Scene(usual_engine)
    options = {"type": "tmpfs", "device": "tmpfs", "o": "nosuid"}
    other, same = f"{scene.name}-other", f"{scene.name}-same"
    made = [scene.client.volumes.create(other)]
    made.append(scene.client.volumes.create(same, driver="local", driver_opts=options))

    def shown() -> list[Any]:
        found = [scene.client.volumes.get(volume.name).attrs for volume in made]
        return [(each["Driver"], each["Options"]) for each in found]

    try:
        before = shown()
        settings = {"driver_config": {"options": options}}
        mounts = [
            {"source": name, "target": f"/{name}", "volume": settings} for name in (other, same)
        ]
        for check in (True, False):
            assert scene.apply(check=check, volumes=mounts).action == "created"
            (note,) = scene.notes
            assert note.startswith(
                f"volume {other} already exists with other values of the options"
            )
        assert scene.apply(volumes=mounts).action == "none"
        assert len(scene.notes) == 1
        assert shown() == before
    finally:
        scene.close()
        for volume in made:
            volume.remove()


def test_new_anonymous_volumes_where_they_are_asked_for(scene: Scene) -> None:
    scene.applied("created")
    before = scene.inspect()["Mounts"][0]["Name"]
    scene.applied("recreated", image=NEWER_REDIS, renew_volumes=True)
    assert scene.inspect()["Mounts"][0]["Name"] != before


def test_absent_removes_anonymous_volumes_on_request(scene: Scene) -> None:
    scene.applied("created")
    scene.applied("recreated", image=NEWER_REDIS)
    volume = scene.inspect()["Mounts"][0]["Name"]
    scene.applied("deleted", state="absent", remove_volumes=True)
    with pytest.raises(docker.errors.NotFound):
        scene.client.volumes.get(volume)


def test_what_the_engine_can_change_is_changed_in_place(scene: Scene) -> None:
    scene.applied("created", memory="64m")
    identity = scene.inspect()["Id"]
    scene.applied("updated", memory="128m", restart="unless-stopped")
    result = scene.applied(
        "updated", memory="256m", memory_swap="-1", cpus="0.5", pids_limit=100, restart="always"
    )
    assert "memory 128m -> 256m" in result.reason
    assert scene.inspect()["Id"] == identity
    assert scene.inspect()["HostConfig"]["NanoCpus"] == 500_000_000
    scene.applied("recreated", restart="always")
    assert scene.inspect()["HostConfig"]["Memory"] == 0


def test_networks_are_made_and_joined_and_left(scene: Scene) -> None:
    front, back = f"{scene.name}-front", f"{scene.name}-back"
    scene.applied("created", networks=[front])
    identity = scene.inspect()["Id"]
    scene.applied("updated", networks={front: None, back: {"aliases": "cache"}})
    assert "cache" in scene.inspect()["NetworkSettings"]["Networks"][back]["Aliases"]
    scene.applied("updated", networks={front: None, back: {"aliases": "store"}})
    scene.applied("updated", network=front)
    assert scene.inspect()["Id"] == identity
    scene.applied("recreated", network=back)
    scene.applied("updated", networks=[back, {"name": front, "aliases": ["a", "b"]}])
    refused = scene.apply(networks=[f"{scene.name}-other"], create_networks=False)
    assert refused.action == "failed"
    assert "does not exist" in refused.reason


def test_a_secret_is_compared_by_value_and_shown_nowhere(scene: Scene, tmp_path: Path) -> None:
    attributes: dict[str, Any] = {
        "env": "PASSWORD=secret:app/password,PLAIN=1",
        "command": ["redis-server", "--requirepass", "secret:app/password"],
    }
    created = scene.applied("created", secrets={"app/password": "first-value"}, **attributes)
    config = scene.inspect()["Config"]
    assert "PASSWORD=first-value" in config["Env"]
    assert config["Cmd"][-1] == "first-value"
    assert "first-value" not in json.dumps(config["Labels"])
    assert "secret:app/password" in config["Labels"][label.SPEC]
    changed = scene.applied("recreated", secrets={"app/password": "second-value"}, **attributes)
    broken = scene.apply(
        secrets={"app/password": "third-value"},
        **{**attributes, "command": ["sh", "-c", "echo got secret:app/password; exit 4"]},
    )
    assert broken.action == "failed"
    assert broken.error is not None
    assert "got ********" in broken.error["log"]
    for result in (created, changed, broken):
        assert "-value" not in json.dumps(result.as_dict())


def test_a_file_of_variables_is_read_again(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "app.env"
    path.write_text("# ours\nTOKEN='one two'\nexport B=2\n")
    scene.applied("created", env_file=str(path), env={"B": "3"})
    assert {"TOKEN=one two", "B=3"} <= set(scene.inspect()["Config"]["Env"])
    path.write_text("TOKEN=other\nB=2\n")
    result = scene.applied("recreated", env_file=str(path), env={"B": "3"})
    assert result.reason == "env TOKEN changed"
    assert "other" not in json.dumps(result.as_dict())


def test_a_failed_replacement_puts_the_former_container_back(scene: Scene) -> None:
    port = f"127.0.0.1:{free_port()}:6379"
    scene.applied("created", ports=port, restart="always")
    identity = scene.inspect()["Id"]
    result = scene.apply(
        ports=port, restart="always", command=["sh", "-c", "echo no such host; exit 7"]
    )
    assert result.action == "failed"
    assert result.error is not None
    assert result.error["log"].splitlines()[-1] == "no such host"
    assert "was restored and is running" in result.error["message"]
    now = scene.inspect()
    assert now["Id"] == identity
    assert now["State"]["Running"]
    assert now["HostConfig"]["RestartPolicy"]["Name"] == "always"
    failed = scene.inspect(".vigo-failed")
    assert not failed["State"]["Running"]
    assert failed["HostConfig"]["RestartPolicy"]["Name"] == "no"
    scene.applied("recreated", image=NEWER_REDIS, ports=port, restart="always")
    assert scene.names() == {""}


def test_a_broken_image_says_why(scene: Scene) -> None:
    scene.applied("created", image="traefik/whoami:v1.10.1")
    result = scene.apply(image="traefik/whoami:broken")
    assert result.action == "failed"
    assert result.rc == 1
    assert "exit code 1" in result.reason
    assert scene.inspect()["Config"]["Image"] == "traefik/whoami:v1.10.1"
    assert scene.inspect()["State"]["Running"]


def test_a_new_container_that_dies_is_kept_apart(scene: Scene) -> None:
    result = scene.apply(command=["sh", "-c", "echo sorry; exit 3"], restart="always")
    assert result.action == "failed"
    assert result.error is not None
    assert result.error["log"].splitlines()[0] == "sorry"
    assert scene.names() == {".vigo-failed"}
    assert not scene.inspect(".vigo-failed")["State"]["Running"]
    scene.applied("created")
    assert scene.names() == {""}


def test_a_port_that_a_container_holds(scene: Scene, engine: Engine) -> None:
    port = free_port()
    holder = scene.client.containers.run(
        REDIS, name=f"{scene.name}-holder", detach=True, ports={"6379/tcp": ("127.0.0.1", port)}
    )
    result = scene.apply(ports=f"{port}:6379")
    assert result.action == "failed"
    assert f"port {port}/tcp is held by container {holder.name}" in result.reason
    assert scene.names() == {"-holder"}


def test_one_port_on_two_addresses(scene: Scene) -> None:
    port = free_port()
    scene.client.containers.run(
        REDIS, name=f"{scene.name}-other", detach=True, ports={"6379/tcp": ("127.0.0.2", port)}
    )
    scene.applied("created", ports=f"127.0.0.3:{port}:6379")
    scene.applied("recreated", ports=f"127.0.0.4:{port}:6379")


@pytest.mark.parametrize("there", [True, False])
def test_the_network_of_a_container_that_does_not_run(scene: Scene, there: bool) -> None:
    """Refused before anything is changed: the network of its own that it has now stays."""
    scene.applied("created")
    identity = scene.inspect()["Id"]
    if there:
        scene.client.api.create_container(REDIS, name=f"{scene.name}-base")
    result = scene.apply(network_mode=f"container:{scene.name}-base")
    assert result.action == "failed"
    assert ("is not running" if there else "does not exist") in result.reason
    assert scene.inspect()["Id"] == identity
    assert scene.inspect()["State"]["Running"]


def test_a_container_that_vanishes_when_stopped_is_not_replaced(scene: Scene) -> None:
    scene.client.containers.run(REDIS, name=scene.name, detach=True, remove=True)
    identity = scene.inspect()["Id"]
    result = scene.apply(env="A=1")
    assert result.action == "failed"
    assert "--rm" in result.reason
    assert scene.inspect()["Id"] == identity
    assert scene.names() == {""}


def test_somebody_elses_container_where_a_failed_one_would_be_kept(scene: Scene) -> None:
    scene.client.api.create_container(REDIS, name=f"{scene.name}.vigo-failed")
    network = f"{scene.name}-net"
    result = scene.apply(network=network)
    assert result.action == "failed"
    assert ".vigo-failed already exists" in result.reason
    assert scene.names() == {".vigo-failed"}
    assert not scene.client.networks.list(names=[network])


def test_a_port_that_a_process_holds(scene: Scene) -> None:
    scene.applied("created")
    identity = scene.inspect()["Id"]
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        result = scene.apply(ports=f"127.0.0.1:{port}:6379")
        assert result.action == "failed"
        assert f"port {port}/tcp" in result.reason
        assert f"(pid {os.getpid()})" in result.reason
    assert scene.names() == {""}
    assert scene.inspect()["Id"] == identity
    assert scene.inspect()["State"]["Running"]


def test_a_missing_bind_source_is_refused_before_anything_stops(scene: Scene) -> None:
    scene.applied("created")
    result = scene.apply(volumes="/no/such/folder:/in")
    assert result.action == "failed"
    assert "/no/such/folder" in result.reason
    assert scene.names() == {""}
    assert scene.inspect()["State"]["Running"]


def test_images_that_cannot_be_had(scene: Scene) -> None:
    missing = scene.apply(image="myregistry.example.com/webapp:no-such-tag")
    assert missing.action == "failed"
    assert "webapp:no-such-tag cannot be pulled" in missing.reason
    down = scene.apply(image=f"127.0.0.1:{free_port()}/webapp:v1")
    assert down.action == "blocked"
    never = scene.apply(image="redis:no-such-tag", pull="never")
    assert never.action == "failed"
    assert "pull is never" in never.reason
    assert scene.names() == set()


def test_a_tag_that_moves_is_noticed_with_pull_always(
    scene: Scene, engine: Engine, registry: Registry
) -> None:
    repository = f"myregistry.example.com/{scene.name}"
    for image in (REDIS, NEWER_REDIS):
        with contextlib.suppress(docker.errors.ImageNotFound):
            scene.client.images.get(image)
        scene.client.images.pull(image)
    registry.push(engine, REDIS, f"{repository}:stable")
    scene.applied("created", image=f"{repository}:stable", pull="always")
    assert scene.apply(check=True, image=f"{repository}:stable", pull="always").action == "none"
    registry.push(engine, NEWER_REDIS, f"{repository}:next")
    registry.tag(f"{repository}:next", "stable")
    assert scene.apply(image=f"{repository}:stable").action == "none"
    predicted = scene.apply(check=True, image=f"{repository}:stable", pull="always")
    assert predicted.action == "recreated"
    result = scene.applied("recreated", image=f"{repository}:stable", pull="always")
    assert "now has a different ID" in result.reason


HEALTHY = "redis-cli ping"


def test_healthchecks_are_waited_for(scene: Scene) -> None:
    check = {"test": HEALTHY, "interval": "500ms", "retries": 2}
    scene.applied("created", healthcheck=check)
    assert scene.inspect()["State"]["Health"]["Status"] == "healthy"
    result = scene.apply(
        healthcheck={"test": "false", "interval": "300ms", "retries": 1}, health_timeout="2s"
    )
    assert result.action == "failed"
    assert "not become healthy within 2 s" in result.reason
    assert scene.inspect()["State"]["Running"]
    assert scene.inspect()["Config"]["Healthcheck"]["Test"] == ["CMD-SHELL", HEALTHY]


def test_one_shot_containers(scene: Scene) -> None:
    job: dict[str, Any] = {"expect": "exited", "command": ["sh", "-c", "sleep 0.5; echo done"]}
    result = scene.applied("created", **job)
    assert (result.rc, result.output) == (0, "done\n")
    scene.applied("started", turn=Turn(triggered=True), **job)
    failed = scene.apply(expect="exited", command=["sh", "-c", "exit 5"])
    assert failed.action == "failed"
    assert failed.rc == 5


@pytest.mark.parametrize(
    ("turn", "action"),
    [
        (Turn(triggered=True), "restarted"),
        (Turn(triggered=True, earlier="updated"), "restarted"),
        (Turn(triggered=True, earlier="created"), "none"),
        (Turn(triggered=True, earlier="recreated"), "none"),
    ],
)
def test_triggers(scene: Scene, turn: Turn, action: str) -> None:
    scene.applied("created")
    started = scene.inspect()["State"]["StartedAt"]
    assert scene.apply(turn=turn).action == action
    assert (scene.inspect()["State"]["StartedAt"] != started) == (action == "restarted")


def test_an_engine_that_does_not_answer(scene: Scene, tmp_path: Path) -> None:
    silent = f"unix://{tmp_path}/no.sock"
    result = scene.apply(docker_host=silent)
    assert result.action == "blocked"
    assert silent in result.reason
    assert "systemctl start docker" in result.reason


WITHOUT_RIGHTS = """
import os, sys
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import Blocked
os.setgid(65534); os.setgroups([]); os.setuid(65534)
try:
    Engine(sys.argv[1])
except Blocked as error:
    print(error.message)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without rights")
def test_no_permission_on_the_socket(engine: Engine) -> None:
    script = [sys.executable, "-c", WITHOUT_RIGHTS, engine.docker_host]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "no permission" in done.stdout, done.stderr
    assert "docker group" in done.stdout


WITHOUT_SDK = """
import sys
sys.modules["docker"] = None
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import Blocked
engine = Engine(sys.argv[1])
print(engine.container("nowhere"))
engine.remove("nowhere")
try:
    Engine("tcp://192.0.2.1:2375")
except Blocked as error:
    print(error.message)
"""


def test_only_an_engine_elsewhere_needs_the_sdk(engine: Engine) -> None:
    script = [sys.executable, "-c", WITHOUT_SDK, engine.docker_host]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True)
    answer, complaint = done.stdout.splitlines()
    assert answer == "None"
    assert "apt install python3-docker" in complaint


def test_older_images_are_removed_where_that_is_asked_for(scene: Scene) -> None:
    repository = f"keep-{scene.name}"
    for tag, image in enumerate((REDIS, NEWER_REDIS, "nginx:latest"), start=1):
        with contextlib.suppress(docker.errors.APIError):
            scene.client.images.pull(image)
        scene.client.images.get(image).tag(repository, str(tag))
    kept = {"pull": "never", "state": "stopped", "keep_images": 1}
    scene.applied("created", image=f"{repository}:1", state="stopped", pull="never")
    scene.applied("recreated", image=f"{repository}:2", state="stopped", pull="never")
    scene.applied("recreated", image=f"{repository}:3", **kept)
    left = {tag for image in scene.client.images.list(repository) for tag in image.tags}
    assert f"{repository}:1" not in left
    assert {f"{repository}:2", f"{repository}:3"} <= left
