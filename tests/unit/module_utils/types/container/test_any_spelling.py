# SPDX-License-Identifier: GPL-3.0-or-later
"""Any value in any two spellings is one value, and two values are two in any spelling.

``spellings.yml`` has the words of each setting; here they are made up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common import signals
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import decide
from tests.properties import examples
from tests.unit.module_utils.types.container.test_spellings import observed, wanted

NAMES = st.sampled_from(["a", "b", "c", "d-e", "f_g"])
NUMBERS = st.integers(0, 9)


def as_signal(number: int, draw: st.DataObject) -> Any:
    names = [name for name, known in signals._NUMBERS.items() if known == number]
    name = draw.draw(st.sampled_from(names))
    forms = [name, f"SIG{name}", name.lower(), f"sig{name.lower()}", number, str(number)]
    return draw.draw(st.sampled_from(forms))


def as_path(parts: tuple[str, ...], draw: st.DataObject) -> str:
    gaps = st.sampled_from(["/", "//", "/./", "/x/../"])
    path = "".join(draw.draw(gaps) + part for part in parts)
    return path + draw.draw(st.sampled_from(["", "/", "/."]))


def as_set(items: frozenset[str], draw: st.DataObject) -> Any:
    ordered = draw.draw(st.permutations(sorted(items)))
    repeated = ordered + ordered[: draw.draw(NUMBERS)]
    return draw.draw(st.sampled_from([ordered, repeated, ",".join(ordered)]))


def as_capabilities(items: frozenset[str], draw: st.DataObject) -> Any:
    forms = st.sampled_from([str.upper, str.lower, lambda name: f"CAP_{name}", "cap_{}".format])
    return as_set(frozenset(draw.draw(forms)(name) for name in items), draw)


def as_map(items: dict[str, int], draw: st.DataObject) -> Any:
    pairs = draw.draw(st.permutations(sorted(items.items())))
    texts = [f"{name}={value}" for name, value in pairs]
    return draw.draw(st.sampled_from([dict(pairs), texts, ",".join(texts)]))


def as_size(kilobytes: int, draw: st.DataObject) -> Any:
    forms = [
        kilobytes * 1024,
        f"{kilobytes}k",
        f"{kilobytes}K",
        f"{kilobytes}kb",
        f"{kilobytes}KiB",
    ]
    return draw.draw(st.sampled_from([*forms, f"{kilobytes / 1024}m"]))


def as_time(seconds: int, draw: st.DataObject) -> Any:
    minutes, rest = divmod(seconds, 60)
    forms = [seconds, str(seconds), f"{seconds}s", f"{seconds * 1000}ms", f"{minutes}m{rest}s"]
    return draw.draw(st.sampled_from(forms))


def as_check(seconds: int, draw: st.DataObject) -> Any:
    test = draw.draw(st.sampled_from(["x y", ["CMD-SHELL", "x y"]]))
    further: dict[str, Any] = draw.draw(st.sampled_from([{}, {"retries": 3}, {"timeout": "30s"}]))
    return {"test": test, "interval": as_time(seconds, draw), **further}


def as_ports(ports: frozenset[int], draw: st.DataObject) -> Any:
    forms = st.sampled_from(["{0}:{0}", "{0}:{0}/tcp", "0.0.0.0:{0}:{0}", "0{0}:{0}/TCP"])
    return as_set(frozenset(draw.draw(forms).format(port) for port in ports), draw)


def as_volumes(items: dict[str, int], draw: st.DataObject) -> Any:
    entries = [
        f"/src{number}:{as_path((name,), draw)}{draw.draw(st.sampled_from(['', ':rw', ':cached']))}"
        for name, number in items.items()
    ]
    return draw.draw(st.permutations(entries))


def as_hosts(items: dict[str, int], draw: st.DataObject) -> Any:
    addresses = st.sampled_from(["2001:db8::{}", "[2001:db8::{}]", "2001:DB8:0::{}"])
    hosts = {name: draw.draw(addresses).format(number + 1) for name, number in items.items()}
    texts = [
        f"{name}={address}" for name, address in draw.draw(st.permutations(sorted(hosts.items())))
    ]
    return draw.draw(st.sampled_from([hosts, texts]))


def as_limits(items: dict[str, int], draw: st.DataObject) -> Any:
    forms: list[Callable[[int], Any]] = [
        lambda n: n,
        str,
        "{0}:{0}".format,
        lambda n: {"soft": n, "hard": n},
    ]
    kinds = {"a": "nofile", "b": "nproc", "c": "core", "d-e": "stack", "f_g": "cpu"}
    cases: list[Callable[[str], str]] = [str.upper, str.lower, "RLIMIT_{}".format]
    return {
        draw.draw(st.sampled_from(cases))(kinds[name]): draw.draw(st.sampled_from(forms))(value)
        for name, value in items.items()
    }


SETS = st.frozensets(NAMES, min_size=1)
MAPS = st.dictionaries(NAMES, NUMBERS, min_size=1)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
CAPABILITIES = st.frozensets(st.sampled_from(["CHOWN", "KILL", "SYS_TIME", "BPF"]), min_size=1)
#: By setting: its values, and how one of them is spelled.
SPELLED: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any, st.DataObject], Any]]] = {
    "stop_signal": (st.integers(1, 31), as_signal),
    "workdir": (PATHS, as_path),
    "group_add": (SETS, as_set),
    "cap_add": (CAPABILITIES, as_capabilities),
    "cap_drop": (CAPABILITIES, as_capabilities),
    "dns_opt": (SETS, as_set),
    "security_opt": (st.frozensets(st.sampled_from(["a=b", "c=d", "e=f"]), min_size=1), as_set),
    "env": (MAPS, as_map),
    "labels": (MAPS, as_map),
    "log_opts": (MAPS, as_map),
    "ulimits": (MAPS, as_limits),
    "extra_hosts": (MAPS, as_hosts),
    "volumes": (MAPS, as_volumes),
    "ports": (st.frozensets(st.integers(1, 9), min_size=1), as_ports),
    "shm_size": (st.integers(1, 100).map(lambda number: number * 512), as_size),
    "memory": (st.integers(12, 100).map(lambda number: number * 512), as_size),
    "stop_timeout": (st.integers(0, 200), as_time),
    "healthcheck": (st.integers(1, 200), as_check),
}


@pytest.mark.parametrize("name", SPELLED)
@settings(max_examples=examples(10))
@given(data=st.data())
def test_values_not_spellings_are_compared(name: str, data: st.DataObject) -> None:
    values, spell = SPELLED[name]
    first, second = data.draw(values), data.draw(values)
    row = {"setting": name}
    one, other = (spell(first, data) for _ in range(2))
    another = spell(second, data) if first != second else None
    for ours in (True, False):
        there = observed(row, one, ours, podman=False)
        found = decide.decide(wanted(row, other), there, Turn())
        assert found.action == "none", (one, other, ours, found)
        if ours and first != second:
            found = decide.decide(wanted(row, another), there, Turn())
            assert found.action in ("recreated", "updated"), (one, another, found)
