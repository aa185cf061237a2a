# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that share the network of a replaced one are replaced with it, or all are restored."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge import run as envoy
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import (
    Engine as EngineApi,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.integration.container_scene import REDIS, Scene, output_of
from tests.integration.engines import on_one_of_them
from tests.integration.test_container_faults import little_patience
from tests.integration.test_container_recovery import killed_after
from tests.testbed.proxy import FAULTS, FaultyProxy

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

NEWER: dict[str, Any] = {"image": "redis:8-alpine"}
DYING = {"command": ["sh", "-c", "sleep 0.1; exit 9"]}
SECRET = {"side/password": "very-secret-word"}
#: The changing calls of a replacement with one follower.
CALLS = 14
ON_THE_WAY_BACK = range(13, 27)


class Pair(Scene):
    """A redis, and a second one on its network that has data of its own."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.side = f"{self.name}-side"
        common = {"docker_host": engine.docker_host, "settle_time": "300ms", "stop_timeout": 1}
        self.main_attributes: dict[str, Any] = {
            "container": self.name,
            "image": REDIS,
            "restart": "always",
            **common,
        }
        self.side_attributes: dict[str, Any] = {
            "container": self.side,
            "image": REDIS,
            "network_mode": f"container:{self.name}",
            "command": ["redis-server", "--port", "6380"],
            "env": {"PASSWORD": "secret:side/password", "PLAIN": "1"},
            "labels": {"tier": "side"},
            "volumes": f"{self.name}-kept:/kept",
            "restart": "unless-stopped",
            **common,
        }
        self.word = f"word-{random.randrange(10**9)}"

    def set_up(self) -> None:
        self.have(NEWER["image"])
        assert self.main().action == "created"
        assert self.beside().action == "created"
        assert self._redis("set", "word", self.word) == "OK"
        assert self._redis("save") == "OK"
        self.before = self.inspect("-side")

    def main(self, check: bool = False, **changes: Any) -> Result:
        return self.apply(check=check, **{**self.main_attributes, **changes})

    def beside(self, **changes: Any) -> Result:
        return self.apply(secrets=SECRET, **{**self.side_attributes, **changes})

    def _redis(self, *words: str) -> str:
        return self.redis("-p", "6380", *words, suffix="-side")

    def assert_alive(self) -> None:
        """Check that both run under their names, the second on the network of the first, with
        its data.
        """
        assert self.inspect()["State"]["Running"], self.names()
        side = self.inspect("-side")
        assert side["State"]["Running"], self.names()
        assert side["HostConfig"]["NetworkMode"] == f"container:{self.inspect()['Id']}"
        assert self._redis("get", "word") == self.word
        for key in ("Cmd", "User", "WorkingDir", "Image"):
            assert side["Config"][key] == self.before["Config"][key], key
        assert _chosen(side["Config"]["Env"]) == _chosen(self.before["Config"]["Env"])
        assert side["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
        assert _volumes(side) == _volumes(self.before)

    def assert_settled(self, **changes: Any) -> None:
        """Check that the next runs find nothing to do, and nothing is left over."""
        assert self.main(**changes).action == "none"
        assert self.beside().action == "none", self.apply(check=True, **self.side_attributes)
        assert self.names() <= {"", "-side", ".vigo-failed"}
        self.assert_alive()

    def close(self) -> None:
        for suffix in ("-side", ""):  # Podman wants it in this order.
            for entry in self.client.api.containers(all=True, filters={"name": self.name}):
                if any((self.name + suffix) in name for name in entry["Names"]):
                    self.client.api.remove_container(entry["Id"], force=True, v=True)
        for volume in self.client.volumes.list(filters={"name": self.name}):
            volume.remove(force=True)
        super().close()


def _volumes(inspected: dict[str, Any]) -> dict[str, str]:
    return {mount["Destination"]: mount["Name"] for mount in inspected["Mounts"]}


def _chosen(env: list[str]) -> set[str]:
    """Return the variables that were set: Podman adds the ID of the other container as HOSTNAME."""
    return {entry for entry in env if not entry.startswith("HOSTNAME=")}


@pytest.fixture
def pair(engine: Engine) -> Iterator[Pair]:
    pair = Pair(engine)
    yield pair
    pair.close()


@pytest.fixture
def pair_anywhere(each_engine: Engine) -> Iterator[Pair]:
    pair = Pair(each_engine)
    yield pair
    pair.close()


def test_a_follower_is_replaced_with_it(pair: Pair) -> None:
    pair.set_up()
    assert pair.main(**NEWER).action == "recreated"
    assert any(f"{pair.side} shares the network" in note for note in pair.notes)
    assert pair.inspect("-side")["Id"] != pair.before["Id"]
    pair.assert_settled(**NEWER)


def test_a_follower_on_podman_keeps_what_podman_does_not_show(
    any_podman: Engine, tmp_path: Path
) -> None:
    pair = Pair(any_podman)
    file = tmp_path / "variables"
    file.write_text("TERM=dumb\nhttp_proxy=http://192.0.2.1:3128\nA=1\n")
    pair.side_attributes |= {
        "ipc": "none",
        "cap_drop": "ALL",
        "user": "0",
        "tmpfs": "/scratch:size=64k,noexec",
        "env_file": str(file),
        "command": ["sh", "-c", "exec redis-server --port 6380"],
    }
    try:
        pair.set_up()
        before = seen_inside(pair)
        assert "http_proxy=http://192.0.2.1:3128" in before
        assert pair.main(**NEWER).action == "recreated"
        pair.assert_settled(**NEWER)
        assert seen_inside(pair) == before
    finally:
        pair.close()


def test_a_namespace_that_podman_ties_stands_in_the_way(any_podman: Engine) -> None:
    """Not only that of the network; Docker lets the other one follow in its own turn."""
    pair = Pair(any_podman)
    pair.side_attributes |= {"network_mode": "bridge", "ipc": f"container:{pair.name}"}
    try:
        pair.have(NEWER["image"])
        assert pair.main().action == "created"
        assert pair.beside().action == "created"
        former = pair.inspect()["Id"]
        for check in (True, False):
            result = pair.main(check=check, **NEWER)
            assert result.action == "failed"
            assert f"container {pair.side} has ipc: container:{pair.name}" in result.reason
        assert (pair.inspect()["Id"], pair.names()) == (former, {"", "-side"})
    finally:
        pair.close()


@pytest.mark.sweep
def test_one_that_shares_further_namespaces_follows_on_each_engine(pair_anywhere: Pair) -> None:
    pair = pair_anywhere
    pair.main_attributes["ipc"] = "shareable"
    pair.side_attributes["ipc"] = f"container:{pair.name}"
    pair.set_up()
    assert pair.main(**NEWER).action == "recreated"
    pair.assert_settled(**NEWER)
    assert pair.inspect("-side")["HostConfig"]["IpcMode"] == f"container:{pair.inspect()['Id']}"


def seen_inside(pair: Pair) -> set[str]:
    """Return its variables, capabilities and temporary file systems."""
    words = "echo begin; env; grep Cap /proc/1/status; grep tmpfs /proc/mounts"
    container = pair.client.containers.get(pair.side)
    output = output_of(container, ["sh", "-c", words], beginning="begin")
    return {line for line in output.split("\n") if not line.startswith("HOSTNAME=")}


@pytest.mark.sweep
def test_a_stopped_follower_stays_stopped(pair_anywhere: Pair) -> None:
    pair = pair_anywhere
    pair.set_up()
    assert pair.beside(state="stopped").action == "stopped"
    assert pair.main(**NEWER).action == "recreated"
    assert not pair.inspect("-side")["State"]["Running"]
    assert pair.beside(state="stopped").action == "none"
    assert pair.beside().action == "started"
    pair.assert_settled(**NEWER)


@pytest.mark.sample
def test_a_failure_brings_all_back(pair: Pair) -> None:
    all_are_brought_back(pair, "its follower's")


@pytest.mark.sweep
@pytest.mark.parametrize("whose", ["the container's", "its follower's"])
def test_it_follows_or_comes_back_on_each_engine(pair_anywhere: Pair, whose: str) -> None:
    all_are_brought_back(pair_anywhere, whose)
    assert pair_anywhere.main(**NEWER).action == "recreated"
    pair_anywhere.assert_settled(**NEWER)


def all_are_brought_back(pair: Pair, whose: str) -> None:
    """Check that all containers come back: the follower's successor counts its starts, and fails
    at the second.
    """
    start = "echo x >> /kept/starts; if [ $(wc -l < /kept/starts) = 2 ]; then exit 5; fi; "
    command = ["sh", "-c", start + "exec redis-server --port 6380"]
    if whose == "its follower's":
        pair.side_attributes["command"] = command
    pair.set_up()
    former = pair.inspect()["Id"]
    result = pair.main(**(NEWER if whose == "its follower's" else DYING))
    assert result.action == "failed"
    died = pair.side if whose == "its follower's" else pair.name
    # Podman may have restarted it before its exit code can be read.
    assert f"container {died} ended " in result.reason
    assert "was restored and is running" in result.reason
    assert (pair.inspect()["Id"], pair.inspect("-side")["Id"]) == (former, pair.before["Id"])
    pair.assert_settled()


@pytest.mark.sample
def test_in_one_run_it_counts_as_recreated_and_notifies(pair: Pair, tmp_path: Path) -> None:
    counts_as_recreated_and_notifies(pair, tmp_path)


@pytest.mark.sweep
def test_in_one_run_on_each_engine(pair_anywhere: Pair, tmp_path: Path) -> None:
    counts_as_recreated_and_notifies(pair_anywhere, tmp_path)


def counts_as_recreated_and_notifies(pair: Pair, tmp_path: Path) -> None:
    log = tmp_path / "log"

    def run(**changes: Any) -> dict[str, str]:
        resources = [
            {"id": "main", "type": "container", **pair.main_attributes, **changes},
            {
                "id": "side",
                "type": "container",
                **pair.side_attributes,
                "env": "PLAIN=1",
                "depends_on": "main",
                "notify": "told",
            },
            {"id": "told", "type": "exec", "command": f"echo x >> {log}", "when": "changed"},
        ]
        target = Target()
        state = str(tmp_path / "state")
        results = envoy.converge({"resources": resources, "state_dir": state}, target)
        return {result.id: result.action for result in results}

    assert run() == {"main": "created", "side": "created", "told": "ran"}
    assert run(**NEWER) == {"main": "recreated", "side": "recreated", "told": "ran"}
    assert log.read_text() == "x\nx\n"
    assert run(**NEWER) == {"main": "none", "side": "none", "told": "skipped"}
    assert pair.inspect("-side")["State"]["Running"]


#: As another tool started the second one. What its resource does not name stays, too.
FOREIGN_SIDE: dict[str, Any] = {
    "command": ["redis-server", "--port", "6380"],
    "environment": {"PLAIN": "1", "TERM": "dumb", "EXTRA": "2"},
    "labels": {"tier": "side", "other": "label"},
    "restart_policy": {"Name": "unless-stopped"},
    "user": "0:0",
    "cap_drop": ["MKNOD"],
    "tmpfs": {"/scratch": "size=64k"},
    "ulimits": [{"name": "nofile", "soft": 512, "hard": 1024}],
    "stop_signal": "SIGINT",
    "working_dir": "/kept",
    "read_only": True,
    "init": True,
}


def kept_of(inspected: dict[str, Any]) -> dict[str, Any]:
    """Return what a follower keeps, beside its volumes."""
    config, host = inspected["Config"], inspected["HostConfig"]
    names = ("Cmd", "Entrypoint", "Env", "User", "WorkingDir", "StopSignal", "Image")
    limits = ("CapDrop", "Tmpfs", "Ulimits", "ReadonlyRootfs", "Init", "RestartPolicy", "ShmSize")
    labels = {name: config["Labels"].get(name) for name in FOREIGN_SIDE["labels"]}
    kept = {**{n: config.get(n) for n in names}, **{n: host.get(n) for n in limits}, **labels}
    kept["Env"] = _chosen(config["Env"])
    tmpfs = host.get("Tmpfs") or {}
    kept["Tmpfs"] = {path: set(options.split(",")) for path, options in tmpfs.items()}
    return kept


@pytest.mark.sample
def test_an_adopted_follower(pair: Pair, tmp_path: Path) -> None:
    adopted_one_follows(pair, tmp_path)


@pytest.mark.sweep
def test_an_adopted_follower_on_each_engine(pair_anywhere: Pair, tmp_path: Path) -> None:
    adopted_one_follows(pair_anywhere, tmp_path)


def adopted_one_follows(pair: Pair, tmp_path: Path) -> None:
    """Check a follower from the run on that adopts it, whether or not that run replaces the
    other.
    """
    pair.have(NEWER["image"])

    podman = EngineApi(pair.engine.docker_host).is_podman
    # The Podman of the tests has no program for the one, and must not raise limits for the other.
    foreign_side = {**FOREIGN_SIDE, **({"init": False, "ulimits": None} if podman else {})}

    def start(suffix: str, **options: Any) -> None:
        pair.client.containers.run(REDIS, name=f"{pair.name}{suffix}", detach=True, **options)

    def run(check: bool = False, **changes: Any) -> dict[str, str]:
        main = {**pair.main_attributes, "restart": "no", **changes}
        side = {
            name: value
            for name, value in pair.side_attributes.items()
            if name not in ("env", "volumes", "restart", "stop_timeout")
        }
        resources = [
            {"id": "c/main", "type": "container", **main},
            {"id": "c/side", "type": "container", **side, "env": "PLAIN=1", "depends_on": "main"},
        ]
        target = Target(check)
        arguments = {"resources": resources, "state_dir": str(tmp_path), "scope": pair.name}
        results = envoy.converge(arguments, target)
        pair.notes = [*target.notes, *(result.reason for result in results)]
        return {result.id.partition("/")[2]: result.action for result in results}

    start("")
    start(
        "-side",
        network_mode=f"container:{pair.name}",
        volumes={f"{pair.name}-kept": {"bind": "/kept"}},
        **foreign_side,
    )
    before = pair.inspect("-side")
    for image in (NEWER["image"], REDIS):
        assert run(check=True, image=image) == {"main": "recreated", "side": "unknown"}, pair.notes
        assert run(image=image) == {"main": "recreated", "side": "recreated"}, pair.notes
        side = pair.inspect("-side")
        assert side["State"]["Running"]
        assert side["HostConfig"]["NetworkMode"] == f"container:{pair.inspect()['Id']}"
        assert kept_of(side) == kept_of(before)
        assert _volumes(side) == _volumes(before)
        assert run(check=True, image=image) == {"main": "none", "side": "none"}
        assert run(image=image) == {"main": "none", "side": "none"}
        assert pair.names() == {"", "-side"}


@pytest.mark.sample
def test_a_failure_brings_an_adopted_follower_back(pair: Pair, tmp_path: Path) -> None:
    adopted_one_is_brought_back(pair, tmp_path)


@pytest.mark.sweep
def test_a_failure_brings_an_adopted_follower_back_on_each_engine(
    pair_anywhere: Pair, tmp_path: Path
) -> None:
    adopted_one_is_brought_back(pair_anywhere, tmp_path)


def adopted_one_is_brought_back(pair: Pair, tmp_path: Path) -> None:
    former = pair.client.containers.run(REDIS, name=pair.name, detach=True).id
    side = pair.client.containers.run(
        REDIS,
        name=pair.side,
        detach=True,
        network_mode=f"container:{pair.name}",
        restart_policy=FOREIGN_SIDE["restart_policy"],
        command=FOREIGN_SIDE["command"],
        labels=FOREIGN_SIDE["labels"],
    ).id
    resources = [
        {"id": "c/main", "type": "container", **pair.main_attributes, "restart": "no", **DYING},
        {
            "id": "c/side",
            "type": "container",
            **pair.side_attributes,
            "env": {},
            "volumes": [],
            "depends_on": "main",
        },
    ]
    arguments = {"resources": resources, "state_dir": str(tmp_path), "scope": pair.name}
    first, second = envoy.converge(arguments, Target())
    assert (first.action, second.action) == ("failed", "skipped")
    assert "was restored and is running" in first.reason
    assert (pair.inspect()["Id"], pair.inspect("-side")["Id"]) == (former, side)
    assert pair.inspect("-side")["State"]["Running"]
    assert pair.inspect("-side")["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"


OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "a foreign one on its network": ({"network_mode": "container:{}"}, "was not created by"),
    "a link": ({"links": {"{}": "cache"}}, "has a link (--link) to"),
}


@pytest.mark.sample
def test_who_would_lose_it_for_good_stands_in_the_way(pair: Pair) -> None:
    stands_in_the_way(pair, "a foreign one on its network")


@pytest.mark.sweep
@pytest.mark.parametrize("other", OTHERS)
def test_who_would_lose_it_for_good_on_each_engine(pair_anywhere: Pair, other: str) -> None:
    if other == "a link" and EngineApi(pair_anywhere.engine.docker_host).is_podman:
        pytest.skip("Podman's Docker API has no links")
    stands_in_the_way(pair_anywhere, other)


def stands_in_the_way(pair: Pair, other: str) -> None:
    options, words = OTHERS[other]
    assert pair.main().action == "created"
    filled: dict[str, Any] = {
        key: value.format(pair.name)
        if isinstance(value, str)
        else {name.format(pair.name): alias for name, alias in value.items()}
        for key, value in options.items()
    }
    former = pair.inspect()["Id"]
    user = pair.client.containers.run(
        REDIS, ["sleep", "600"], name=f"{pair.name}-other", detach=True, **filled
    )
    for check in (True, False):
        result = pair.main(check=check, **NEWER)
        assert result.action == "failed"
        assert words in result.reason
        assert f"{pair.name}-other" in result.reason
    assert {name.partition("/")[0] for name in pair.names()} == {"", "-other"}
    assert pair.inspect()["Id"] == former
    user.remove(force=True, v=True)
    assert pair.main(**NEWER).action == "recreated"


def repaired_after(pair: Pair, calls: int, changes: dict[str, Any], first: str) -> None:
    """Kill a run after so many calls; then check the next run, in which one of the two has its
    turn first.
    """
    pair.set_up()
    killed_after(calls, {**pair.main_attributes, **changes})
    wanted = {} if changes is DYING else changes
    if first == "side":
        assert not pair.beside().failed
        assert not pair.main(**wanted).failed
    else:
        assert not pair.main(**wanted).failed
        assert not pair.beside().failed
    pair.assert_settled(**wanted)


@pytest.mark.sample
def test_a_killed_replacement(pair: Pair) -> None:
    """After the renames, in the follower's own turn."""
    repaired_after(pair, 9, NEWER, "side")


@pytest.mark.sweep
@on_one_of_them("calls, first", range(1, CALLS + 1), ["main", "side"])
def test_killed_after_every_call(pair_anywhere: Pair, calls: int, first: str) -> None:
    repaired_after(pair_anywhere, calls, NEWER, first)


@pytest.mark.sweep
@on_one_of_them("calls, first", ON_THE_WAY_BACK, ["main", "side"])
def test_killed_on_the_way_back(pair_anywhere: Pair, calls: int, first: str) -> None:
    repaired_after(pair_anywhere, calls, DYING, first)


@pytest.mark.sweep
@on_one_of_them("at, fault", range(1, CALLS + 1), FAULTS)
def test_every_fault_in_every_step(pair_anywhere: Pair, at: int, fault: str) -> None:
    pair = pair_anywhere
    pair.set_up()
    with FaultyProxy(pair.engine, fault, at) as proxy:
        with little_patience(proxy):
            result = pair.main(**NEWER, docker_host=proxy.docker_host)
        assert proxy.met
    if not fault.startswith("gone"):
        pair.assert_alive()  # At once: the engine answers.
    assert not pair.main(**NEWER).failed, result
    pair.assert_settled(**NEWER)
