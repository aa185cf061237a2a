# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts have something of what `--only` names."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.app.selectors import hosts_of, selected
from vigo_bridge.failures import Refusal
from vigo_bridge.language import load
from vigo_bridge.resolve import Plan, resolve

HOSTS = ["web1.app.example.com", "one.shop.example.com"]


@pytest.fixture(scope="module")
def plan() -> Plan:
    plan, diagnostics = resolve(load(Path(__file__).parents[3] / "stacks"), HOSTS)
    assert diagnostics == ()
    return plan


#: selectors -> the hosts
CHOSEN = [
    ([], HOSTS),
    (["redis"], HOSTS[:1]),
    (["redis/redis-container"], HOSTS[:1]),
    (["compose-app"], HOSTS[1:]),
    (["compose-app", "app-stack"], HOSTS),
]


@pytest.mark.parametrize(("selectors", "hosts"), CHOSEN)
def test_hosts(plan: Plan, selectors: list[str], hosts: list[str]) -> None:
    assert hosts_of(plan, selectors) == frozenset(hosts)


def test_what_nobody_gets_is_refused(plan: Plan) -> None:
    with pytest.raises(Refusal, match=r"--only rediss: .* did you mean 'redis'\?"):
        hosts_of(plan, ["redis", "rediss"])


#: patterns -> the IDs of containers
SELECTED: list[tuple[list[str], list[str]]] = [
    (["redis"], ["redis/redis-container"]),
    (["redis/redis-container"], ["redis/redis-container"]),
    (["redis/*"], ["redis/redis-container"]),
    (["REDIS/*container"], ["redis/redis-container"]),
    (["redis/redis-container", "redis"], ["redis/redis-container"]),
]


@pytest.mark.parametrize(("patterns", "ids"), SELECTED)
def test_selected(plan: Plan, patterns: list[str], ids: list[str]) -> None:
    assert list(selected(plan, patterns, {"container"})) == ids


def test_everything_is_selected(plan: Plan) -> None:
    everything = selected(plan, [], {"container"})
    assert set(everything) == set(selected(plan, ["*"], {"container"}))
    assert "redis/redis-container" in everything
    assert "app-stack/app-config" not in everything


#: a pattern -> the message
WRONG = {
    "rediss": r"rediss: no host has .*; did you mean 'redis'\?$",
    "redis/x*": r"redis/x\*: no host has",
    "": r": no host has",
}


@pytest.mark.parametrize(("pattern", "told"), WRONG.items(), ids=WRONG)
def test_a_pattern_that_selects_nothing(plan: Plan, pattern: str, told: str) -> None:
    with pytest.raises(Refusal, match=told):
        selected(plan, ["redis", pattern], {"container"})


def test_a_pattern_that_selects_no_container(plan: Plan) -> None:
    with pytest.raises(Refusal, match=r"redis: redis/redis-container is a container, not a"):
        selected(plan, ["redis"], {"file"})
