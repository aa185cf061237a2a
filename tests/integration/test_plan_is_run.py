# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says of containers, files and commands together is what the run does, and with
users, groups, packages, modules and programs of the stack as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.integration.account_stacks import BEFORE, resources, run_as_planned
from tests.integration.container_scene import REDIS, Scene
from tests.integration.private_machine import Entry, PrivateMachine
from tests.properties import examples

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration


class Envoy(Scene):
    """HERE is a folder and NAME the name of this test's containers, in every text."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        super().__init__(engine)
        self.folder = folder

    def actions(self, resources: list[dict[str, Any]], *, check: bool) -> dict[str, str]:
        arguments = {
            "resources": [self._placed(resource) for resource in resources],
            "scope": self.name,
            "state_dir": f"{self.folder}/state",
        }
        return {result.id: result.action for result in converge(arguments, Target(check))}

    def _placed(self, resource: dict[str, Any]) -> dict[str, Any]:
        more = {}
        if resource["type"] == "container":
            more = {"image": REDIS, "settle_time": "0", "docker_host": self.engine.docker_host}
        return {name: self._text(value) for name, value in {**more, **resource}.items()}

    def _text(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.replace("HERE", str(self.folder)).replace("NAME", self.name)


@pytest.fixture
def envoy(engine: Engine, tmp_path: Path) -> Iterator[Envoy]:
    envoy = Envoy(engine, tmp_path)
    yield envoy
    envoy.close()


def stack(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a stack. changes: attributes of resources, by name."""
    resources: dict[str, dict[str, Any]] = {
        "config": {
            "type": "file",
            "target_path": "HERE/config",
            "content": "1",
            "notify": ["server", "reload"],
        },
        "variables": {"type": "file", "target_path": "HERE/variables", "content": "A=1"},
        "server": {
            "type": "container",
            "container": "NAME-server",
            "env_file": "HERE/variables",
            "volumes": "HERE/config:/config:ro",
            "depends_on": ["config", "variables"],
        },
        "beside": {
            "type": "container",
            "container": "NAME-beside",
            "network_mode": "container:NAME-server",
            "command": "sleep 1000",
            "stop_timeout": "0",
            "depends_on": "server",
        },
        "job": {
            "type": "container",
            "container": "NAME-job",
            "command": "true",
            "expect": "exited",
            "depends_on": "server",
        },
        "gone": {"type": "container", "container": "NAME-gone", "state": "absent"},
        "page": {
            "type": "file",
            "target_path": "HERE/page",
            "when": "file_exists('HERE/config')",
            "depends_on": "config",
        },
        "prepare": {
            "type": "exec",
            "command": "touch HERE/prepared",
            "creates": "HERE/prepared",
            "depends_on": "config",
        },
        "later": {
            "type": "file",
            "target_path": "HERE/later",
            "when": "file_exists('HERE/prepared')",
            "depends_on": "prepare",
        },
        "reload": {"type": "exec", "command": "true", "when": "changed"},
    }
    return [
        {"id": name, **attributes, **changes.get(name, {})}
        for name, attributes in resources.items()
    ]


#: what changes -> what is predicted, beside `none` and `skipped`; one after another
ROUNDS: list[tuple[str, dict[str, dict[str, Any]], dict[str, str]]] = [
    (
        "an empty host",
        {},
        {
            "config": "created",
            "variables": "created",
            "server": "created",
            "beside": "created",
            "job": "created",
            "page": "created",
            "prepare": "ran",
            "later": "unknown",
            "reload": "ran",
        },
    ),
    ("nothing", {}, {}),
    (
        "a file that containers and commands are told of",
        {"config": {"content": "2"}},
        {"config": "updated", "server": "restarted", "reload": "ran", "beside": "unknown"},
    ),
    (
        "a file of variables, and a container that shares a network",
        {"config": {"content": "2"}, "variables": {"content": "A=2"}},
        {"variables": "updated", "server": "recreated", "beside": "unknown"},
    ),
    (
        "a container's state",
        {"config": {"content": "2"}, "variables": {"content": "A=2"}, "job": {"state": "absent"}},
        {"job": "deleted"},
    ),
]


def test_plan_says_what_the_run_does(envoy: Envoy) -> None:
    for title, changes, expected in ROUNDS:
        resources = stack(**changes)
        before = sorted(envoy.folder.iterdir()), envoy.names()
        predicted = envoy.actions(resources, check=True)
        assert (sorted(envoy.folder.iterdir()), envoy.names()) == before, "check mode touched it"
        pending = {name: a for name, a in predicted.items() if a not in ("none", "skipped")}
        real = envoy.actions(resources, check=False)
        print(title, predicted, real, sep="\n  ")
        assert pending == expected, title
        known = [name for name in predicted if predicted[name] != "unknown"]
        assert [real[name] for name in known] == [predicted[name] for name in known], title
        after = envoy.actions(resources, check=True)
        assert set(after.values()) <= {"none", "skipped"}, (title, after)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMachine]:
    machine = PrivateMachine(tmp_path_factory.mktemp("machine"))
    yield machine
    machine.close()


@st.composite
def containers(draw: st.DrawFn, number: int) -> Entry:
    """Draw a container that reads files, folders and accounts which other resources describe."""
    path = f"HERE/{draw(st.sampled_from('abc'))}-d"
    more: Entry = draw(
        st.sampled_from(
            [
                {"state": "absent"},
                {"env_file": f"{path}/{draw(st.sampled_from('abc'))}"},
                {"volumes": f"{path}:/d:ro"},
                {"env": {"A": draw(st.sampled_from("12"))}},
                {"expect": "exited", "command": "true"},
                {"when": f"dir_exists('{path}')"},
            ]
        )
    )
    targets = draw(st.lists(st.integers(0, number), max_size=1))
    return {
        "id": f"r{number}",
        "type": "container",
        "container": f"NAME-{number}",
        "command": "sleep 1000",
        "stop_timeout": "0",
        **more,
        "notify": [f"r{each}" for each in targets if each < number],
    }


def packages(number: int) -> st.SearchStrategy[Entry]:
    """Draw packages of which nothing is to be installed or removed."""
    return st.sampled_from(
        [
            {"id": f"r{number}", "type": "package", "package": ["coreutils", "dpkg"]},
            {"id": f"r{number}", "type": "package", "package": "vigo-none", "state": "absent"},
        ]
    )


def mixed(number: int) -> st.SearchStrategy[Entry]:
    return st.one_of(resources(number), containers(number), packages(number))


STACKS = st.integers(2, 6).flatmap(lambda size: st.tuples(*map(mixed, range(size))))


@settings(
    max_examples=examples(3),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stacks=st.tuples(STACKS, STACKS), before=BEFORE)
def test_any_stacks(
    engine: Engine,
    machine: PrivateMachine,
    stacks: tuple[tuple[Entry, ...], ...],
    before: list[str],
) -> None:
    machine.reset()
    machine.shell("; ".join(["cd HERE", *before]))
    scene = Scene(engine)
    more = {"image": REDIS, "settle_time": "0", "docker_host": engine.docker_host}
    try:
        for stack in (*stacks, stacks[-1]):
            placed = [
                {**entry, **more, "container": entry["container"].replace("NAME", scene.name)}
                if entry["type"] == "container"
                else entry
                for entry in stack
            ]
            predicted = machine.actions(placed, check=True)
            for action in predicted.values():
                event(f"predicted {action}")
            run_as_planned(machine, placed, predicted)
    finally:
        scene.close()
