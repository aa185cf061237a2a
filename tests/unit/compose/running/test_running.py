# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of an engine, by their inspect payloads, and the stacks that come of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import differences
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import SETTINGS
from tests.unit.compose.test_import import assert_imported
from tests.yaml_files import read_yaml
from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.importer import Destination, Import, imported
from vigo_bridge.compose.loading.project_name import normalised
from vigo_bridge.compose.running.engine_state import EngineState
from vigo_bridge.compose.running.project import project_of
from vigo_bridge.compose.running.services import FIELDS, LOST, observed
from vigo_bridge.language.position import Position

CASES = read_yaml(Path(__file__).parent / "cases.yaml")
PAYLOADS = Path(__file__).parents[2] / "module_utils/types/container/payloads"
KEYS = read_yaml(Path(__file__).parents[1] / "lost.yaml")
#: Keys that are read in another way, or that engines do not have.
ELSEWHERE = {
    **dict.fromkeys(("external_links",), "networks have them"),
    **dict.fromkeys(("isolation", "cpu_count", "cpu_percent"), "they are of Windows"),
}


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def put(content: dict[str, Any], place: str, value: Any) -> None:
    first, dot, rest = place.partition(".")
    if dot:
        put(content.setdefault(first, {}), rest, value)
    else:
        content[first] = value


def container(case: dict[str, Any], project: str | None) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(payload("docker-26.1-plain"))
    labels = case.get("labels", {})
    if project:
        labels = {"com.docker.compose.project": project, **labels}
        labels["com.docker.compose.service"] = case["service"]
    found["Name"] = f"/{case['name']}"
    found["Config"]["Labels"] = labels
    found["Mounts"] = []
    for place, value in case.get("set", {}).items():
        put(found, place, value)
    return found


def state_of(case: dict[str, Any]) -> EngineState:
    containers = tuple(container(one, case.get("project")) for one in case["containers"])
    image = payload("docker-26.1-redis-image")
    known = {**image, "RepoDigests": ["redis@sha256:0"]}
    images = {one["Image"]: {**known, "RepoDigests": []} if one["Image"] == "local" else known
              for one in containers}  # fmt: skip
    info = {"LoggingDriver": "json-file", "DefaultRuntime": "runc", **case.get("info", {})}
    return EngineState(
        containers,
        images,
        case.get("networks", {}),
        case.get("volumes", {}),
        info,
        is_podman=case.get("podman", False),
        api=(1, 45),
    )


def read(case: dict[str, Any], folder: Path) -> Import:
    findings = Findings()
    name = case.get("project")
    first = normalised(case["containers"][0]["name"])
    project = project_of(state_of(case), name or first, findings, is_whole=name is not None)
    start = Position("the engine", 0, 0)
    return imported(project, Destination("*", folder), findings, source="containers", start=start)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    if "error" in case:
        with pytest.raises(ComposeError) as caught:
            read(case, tmp_path)
        assert case["error"] in str(caught.value.finding)
        return
    found = read(case, tmp_path)
    assert_imported(found, case)
    if "resources" in case:
        names = [item.name for crate in found.stack.crates for item in crate.resources]
        assert names == case["resources"]
    told = [finding for finding in found.findings if finding.severity == "note"]
    assert len(told) == len(case.get("notes", ())), told


def test_every_setting_has_a_field() -> None:
    assert list(FIELDS) == list(SETTINGS)


def test_every_lost_key_that_engines_have_is_looked_for() -> None:
    known = {row["key"] for row in KEYS if row["engine"]}
    assert known == {*LOST, *ELSEWHERE}


RECORDED = [
    (name, image)
    for engine in ("docker-20.10", "docker-26.1", "podman-4.3")
    for name, image in (
        (f"{engine}-plain", f"{engine}-redis-image"),
        (f"{engine}-rich", f"{engine}-redis-image"),
        (f"{engine}-settings", f"{engine}-settings-image"),
    )
]


@pytest.mark.parametrize(("name", "image"), RECORDED, ids=[name for name, _ in RECORDED])
def test_a_container_is_as_its_stack_says(name: str, image: str, tmp_path: Path) -> None:
    """What a container of a real engine becomes does not differ from it."""
    found = payload(name)
    found["Config"]["Labels"] = {
        key: value
        for key, value in (found["Config"]["Labels"] or {}).items()
        if not key.startswith("vigo.bridge.")
    }
    images = {found["Image"]: payload(image)}
    state = EngineState((found,), images, info={"LoggingDriver": "json-file"},
                        is_podman="podman" in name)  # fmt: skip
    findings = Findings()
    project = project_of(state, "one", findings, is_whole=False)
    start = Position("the engine", 0, 0)
    result = imported(project, Destination("*", tmp_path), findings, source="it", start=start)
    assert result.losses == 0, result.findings
    (crate,) = result.stack.crates
    (attributes,) = (item.attributes for item in crate.resources if item.kind == "container")
    text = json.dumps(attributes)
    for variable, (value, _) in crate.vars.items():
        text = text.replace(f"{{{{ .Vars.{variable} }}}}", value)
    order = ("depends_on", "subscribes")
    given = {name: value for name, value in json.loads(text).items() if name not in order}
    wanted = spec.parse(given).settings
    assert differences.find(wanted, observed(found, state), _reveal) == ()


def _reveal(text: str) -> str:
    return "hunter2" if text.startswith("secret:") else text
