# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts have something of what `--only` names."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.app.selectors import hosts_of
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
