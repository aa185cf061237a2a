# SPDX-License-Identifier: GPL-3.0-or-later
"""A container is replaced exactly where a new one would be another.

Whatever an image sets, and whatever two specs ask for: of a container that is created from the
first, the second one changes nothing if both make the same container, and something otherwise.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import decide
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Existing,
    Observed,
    existing_of,
    image_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import (
    SETTINGS,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import healthcheck
from tests.properties import examples
from tests.unit.module_utils.types.container.created import created

NAMES = st.sampled_from(["A", "B"])
WORDS = st.sampled_from(["x", "two words"])
PATHS = st.sampled_from(["/a", "/b", "/data"])
CHECK = st.sampled_from([["CMD", "true"], ["CMD-SHELL", "true"], ["NONE"]])
MAPS = st.dictionaries(NAMES, WORDS, max_size=2)

IMAGES = st.fixed_dictionaries(
    {"Cmd": st.sampled_from([["x"], ["y", "z"]])},
    optional={
        "User": st.sampled_from(["0", "app"]),
        "WorkingDir": PATHS,
        "Env": MAPS.map(lambda env: [f"{name}={value}" for name, value in env.items()]),
        "Volumes": st.dictionaries(PATHS, st.just({}), max_size=2),
        "Entrypoint": st.sampled_from([["x"], ["sh", "-c"]]),
        "Healthcheck": st.builds(dict, Test=CHECK, Retries=st.integers(0, 4)),
        "Labels": MAPS,
        "StopSignal": st.sampled_from(["SIGINT", "15"]),
    },
)
SPECS = st.fixed_dictionaries(
    {"command": st.sampled_from([["x"], ["y", "z"], None])},
    optional={
        "entrypoint": st.sampled_from([["x"], ["sh", "-c"], None]),
        "env": MAPS,
        "labels": MAPS,
        "user": st.sampled_from(["0", "app"]),
        "workdir": st.sampled_from(["/a", "/a/", "/"]),
        "stop_signal": st.sampled_from(["INT", "2", "TERM"]),
        "stop_timeout": st.sampled_from([10, 3]),
        "healthcheck": st.fixed_dictionaries(
            {}, optional={"test": CHECK, "interval": st.sampled_from(["30s", "5s"])}
        ),
        "volumes": st.lists(st.sampled_from(["/a", "v:/b", "/h:/data:ro"]), unique=True),
        "tmpfs": st.sampled_from([[], ["/t"], ["/t:rw,size=1k"], ["/t:size=1024"]]),
        "cap_add": st.sampled_from([[], ["KILL"], ["cap_kill", "BPF"], ["BPF", "KILL"]]),
        "security_opt": st.sampled_from([[], ["no-new-privileges"], ["no-new-privileges:true"]]),
        "pid": st.sampled_from(["host", ""]),
        "tty": st.booleans(),
        "shm_size": st.sampled_from(["64m", "1m"]),
        "log_opts": MAPS,
    },
)


@st.composite
def two_specs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two that differ in a few settings only, which one of them may leave out."""
    first, other = draw(SPECS), draw(SPECS)
    names = draw(st.lists(st.sampled_from(sorted({**first, **other})), max_size=3))
    second = {**first, **{name: other[name] for name in names if name in other}}
    return first, {name: second[name] for name in second if name in other or name not in names}


@settings(max_examples=examples(60))
@given(IMAGES, two_specs())
def test_a_container_is_replaced_where_a_new_one_differs(
    config: dict[str, Any], specs: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    image = {"Id": "sha256:1", "Config": config}
    made, other = (container(attributes, image) for attributes in specs)
    wanted = spec.parse({"container": "app", "image": "x", **specs[1]})
    found = decide.decide(wanted, Observed(made, image_of(image), log_driver="json-file"), Turn())
    differing = [name for name in SETTINGS if form(made, name) != form(other, name)]
    assert (found.action == "recreated") == bool(differing), (found, differing)


def container(attributes: dict[str, Any], image: dict[str, Any]) -> Existing:
    found = existing_of(created(attributes, image))
    assert found is not None
    return found


def form(existing: Existing, name: str) -> Any:
    """Return one setting of it in one form, without what is not visible from inside."""
    value = getattr(existing.settings, name)
    if name == "labels":
        return {key: text for key, text in value.items() if not key.startswith("vigo.bridge.")}
    shown = SETTINGS[name].canonical(value)
    if name == "healthcheck":
        shown = {**healthcheck.USUAL, **(shown or {})}
        return shown if shown["test"] != ("NONE",) else None
    return shown
