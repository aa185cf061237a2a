# SPDX-License-Identifier: GPL-3.0-or-later
"""A second, simple implementation of the rules of a rollout.

The program is held against this: its decisions in the unit tests, and the whole of it with a
real Ansible in the integration tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: What may become of a host. A sick host converges, and is never healthy; a slow one is healthy
#: when it is asked for the second time.
FATES = ("good", "failing", "unreachable", "sick", "slow")


@dataclass(frozen=True)
class World:
    """A fleet and how it is rolled out. sizes, budget: as on the command line, empty: no option.

    fates: one for each host, in order. down_from: the batch after which the address is down,
    0 for never; None when no address is given.
    """

    fates: tuple[str, ...]
    sizes: str = ""
    budget: str = "0"
    check: bool = False
    retries: int = 2
    down_from: int | None = None

    @property
    def hosts(self) -> list[str]:
        return [f"h{number}" for number in range(1, len(self.fates) + 1)]


@dataclass
class Expected:
    """What must come out. seen: what happens on each host, in order."""

    seen: dict[str, list[str]]
    envoys: dict[str, str]
    batches: list[tuple[list[str], str]] = field(default_factory=list)
    fetches: list[int] = field(default_factory=list)
    status: str = ""
    code: int = 0


def expected(world: World) -> Expected:
    hosts = world.hosts
    fate = dict(zip(hosts, world.fates, strict=True))
    out = Expected({host: [] for host in hosts}, dict.fromkeys(hosts, "untouched"))
    rest, failures, stopped = list(hosts), 0, False
    while rest and not stopped:
        size = size_of(world, len(out.batches))
        batch, rest = rest[:size], rest[size:]
        gate = "none"
        for host in batch:
            if fate[host] != "unreachable":
                out.seen[host].append("converge")
            out.envoys[host] = {"failing": "failed", "unreachable": "unreachable"}.get(
                fate[host], "changed"
            )
        asked = [host for host in batch if out.envoys[host] == "changed"]
        if world.check and asked:
            gate = "passed"
            for host in asked:
                needed = {"good": 1, "slow": 2, "sick": 10**6}[fate[host]]
                out.seen[host] += ["check"] * min(needed, world.retries)
                if needed > world.retries:
                    out.envoys[host] = gate = "failed"
        failures += sum(out.envoys[host] in ("failed", "unreachable") for host in batch)
        stopped = failures > allowed(world)
        number = len(out.batches) + 1
        if world.down_from is not None and not stopped:
            is_up = world.down_from == 0 or number < world.down_from
            out.fetches.append(1 if is_up else world.retries)
            stopped = not is_up
            gate = "failed" if stopped or gate == "failed" else "passed"
        out.batches.append((batch, gate))
    if stopped and "untouched" in out.envoys.values():
        out.status, out.code = "aborted", 4
    elif stopped or failures:
        out.status, out.code = "failed", 3
    else:
        out.status, out.code = "converged", 0
    return out


def size_of(world: World, number: int) -> int:
    """Return how many hosts the batch of this number has, from 0."""
    if not world.sizes:
        return len(world.fates)
    sizes = world.sizes.split(",")
    text = sizes[number] if number < len(sizes) else sizes[-1]
    if text.endswith("%"):
        return max(1, int(len(world.fates) * int(text[:-1]) / 100))
    return int(text)


def allowed(world: World) -> float:
    """Return the number of failures that it may have without stopping."""
    if world.budget.endswith("%"):
        return len(world.fates) * int(world.budget[:-1]) / 100
    return int(world.budget)
