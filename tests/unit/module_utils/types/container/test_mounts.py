# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts in all notations: what is read from one can be written, sent and read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    ResourceError,
    errors_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import (
    capabilities,
    decide,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Observed,
    existing_of,
    image_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.spec import ContainerSpec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import mounts
from tests.properties import examples
from tests.unit.module_utils.types.container.created import created

IMAGE = {"Id": "sha256:1", "Os": "linux", "Architecture": "amd64", "Config": {"Cmd": ["run"]}}
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
NAMES = st.text("abc", min_size=1, max_size=3)
PATHS = st.lists(st.text('ab:, "=', min_size=1, max_size=4), min_size=1, max_size=2).map("/".join)
PAIRS = st.dictionaries(NAMES, TEXTS, max_size=2)
SWITCHES = st.booleans()


def options(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


#: By type: its source, and its options.
LONG: dict[str, tuple[st.SearchStrategy[str], st.SearchStrategy[dict[str, Any]]]] = {
    "bind": (
        PATHS.map("/{}".format),
        options(
            propagation=st.sampled_from(["private", "rprivate", "rshared", "slave"]),
            create_host_path=SWITCHES,
            recursive=st.sampled_from(["enabled", "disabled", "writable", "readonly"]),
            selinux=st.sampled_from(["z", "Z"]),
        ),
    ),
    "volume": (
        NAMES,
        options(
            nocopy=SWITCHES,
            subpath=PATHS,
            labels=PAIRS,
            driver_config=options(name=NAMES, options=PAIRS),
        ),
    ),
    "image": (NAMES, options(subpath=PATHS)),
}


@st.composite
def long_forms(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(LONG)))
    source, details = LONG[kind]
    entry = {"type": kind, "source": draw(source), "target": f"/{draw(PATHS)}"}
    return {**entry, "read_only": draw(SWITCHES), kind: draw(details)}


def wanted(entry: Any) -> ContainerSpec | None:
    """Return a container with this mount; None if it is refused."""
    try:
        return spec.parse({"container": "app", "image": "x", "volumes": [entry]})
    except ResourceError:
        return None


@settings(max_examples=examples(100))
@given(long_forms())
@example({"type": "image", "source": "a", "target": "/b", "image": {"subpath": "c / "}})
@example({"type": "image", "source": "a", "target": "/ / "})
def test_what_is_created_is_read_back(entry: dict[str, Any]) -> None:
    container = wanted(entry)
    if container is None:
        return
    (mount,) = container.settings.volumes or ()
    assert mounts.entry(str(mount)) == mount
    for ours in (True, False):
        payload = created({"volumes": [entry]}, IMAGE, ours=ours)
        (found,) = mounts.read(payload)
        there = Observed(existing_of(payload), image_of(IMAGE))
        assert decide.decide(container, there, Turn()).action == "none"
        if mount.is_of_binds:
            continue  # Any mount of this kind creates a missing path.
        assert (found.target, found.source, found.type) == (mount.target, mount.source, mount.type)
        usual = {"rprivate"}
        assert set(found.options) - usual == set(mount.options) - usual
        assert found.read_only == mount.read_only


#: A mount, on Podman, the API's version, and a part of the error; empty if it is supported.
SUPPORT: list[tuple[str, bool, tuple[int, int], str]] = [
    (
        "type=image,source=i,target=/b",
        False,
        (1, 47),
        "/b: type image needs an engine with API 1.48",
    ),
    ("type=image,source=i,target=/b", False, (1, 48), ""),
    ("type=image,source=i,target=/b", True, (1, 41), ""),
    ("type=image,source=i,target=/b,image-subpath=c", True, (1, 41), "mount the whole image"),
    ("source=v,target=/b,volume-subpath=c", False, (1, 44), "(Docker 26); this one has 1.44"),
    ("source=v,target=/b,volume-subpath=c", False, (1, 45), ""),
    ("source=v,target=/b,volume-subpath=c", True, (1, 41), "its Docker API ignores it; mount the"),
    (
        "type=bind,src=/a,dst=/b,ro,bind-recursive=readonly",
        False,
        (1, 43),
        "recursive: readonly needs",
    ),
    (
        "type=bind,src=/a,dst=/b,ro,bind-recursive=writable",
        True,
        (1, 41),
        "not supported with Podman",
    ),
    ("type=bind,src=/a,dst=/b,bind-recursive=disabled", False, (1, 41), ""),
    ("type=bind,src=/a,dst=/b,bind-recursive=disabled", True, (1, 41), ""),
    (
        "type=bind,src=/a,dst=/b,bind-recursive=disabled,bind-create-src",
        False,
        (1, 41),
        "create_host_path with recursive needs an engine with API 1.42",
    ),
    ("target=/b,volume-opt=type=tmpfs", True, (1, 41), "without a name"),
    ("source=v,target=/b,volume-opt=type=tmpfs", True, (1, 41), ""),
]


@pytest.mark.parametrize(("entry", "podman", "api_version", "error"), SUPPORT)
def test_what_engines_do_not_support_is_refused(
    entry: str, podman: bool, api_version: tuple[int, int], error: str
) -> None:
    container = spec.parse({"container": "app", "image": "x", "volumes": [entry]})
    if not error:
        capabilities.refuse(container, api_version, (5, 8) if podman else None)
        return
    with pytest.raises(ResourceError, match="volumes: /b:") as caught:
        capabilities.refuse(container, api_version, (5, 8) if podman else None)
    assert error in caught.value.message


#: Attributes, and where the error is.
PLACES: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    ({"volumes": ["/a", {"type": "bin", "target": "/b"}]}, ("volumes", 1, "type")),
    (
        {"volumes": [{"target": "/b", "volume": {"nocopi": True}}]},
        ("volumes", 0, "volume", "nocopi"),
    ),
    ({"mounts": {"dst": "b"}}, ("mounts", "dst")),
    ({"mounts": ["/a", {"dst": "b"}], "volumes": "/c"}, ("mounts", 1, "dst")),
    ({"mounts": "/a", "volumes": ["/c", {"dst": "b"}]}, ("volumes", 1, "dst")),
]


@pytest.mark.parametrize(("attributes", "place"), PLACES)
def test_errors_say_where(attributes: dict[str, Any], place: tuple[Any, ...]) -> None:
    with pytest.raises(ResourceError) as caught:
        spec.parse({"container": "app", "image": "x", **attributes})
    assert errors_of(caught.value)[0].place == place
