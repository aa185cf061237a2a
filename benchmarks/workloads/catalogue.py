# SPDX-License-Identifier: GPL-3.0-or-later
"""The workloads that need hosts: the work, the number of hosts, and the tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.workloads import ansible_peer, ours, pyinfra_peer
from benchmarks.workloads.controller import Controller
from benchmarks.workloads.machine import directories, machine
from benchmarks.workloads.measure import (
    FirstContact,
    Nothing,
    NothingOfTheWork,
    OneFileChanged,
    Situation,
    Tool,
    Unchanged,
)
from benchmarks.workloads.work import Work, work
from tests.testbed import Host

RUN = Tool("vigo-bridge run", ours.run)
RUN_THAT_WAITS = replace(RUN, prepare=partial(ours.run, wait=True))
RUN_CONFIGURED = Tool("vigo-bridge run, inventory from ansible.cfg", ours.run_configured)
GENERATED = Tool("ansible-playbook on the generated project", ours.generated)
ANSIBLE = Tool("Ansible with community.docker", ansible_peer.playbook, slow=True)
PYINFRA = Tool("pyinfra", pyinfra_peer.deploy)
PING = Tool("ansible all -m ping", ansible_peer.ping)

#: Workloads on hosts with systemd.
ON_SYSTEMD = frozenset({"W9"})
#: The largest fleet of W3, if the machine has enough memory.
MANY = 50
#: The number of modules by which the last two cases of W9 differ.
MORE_MODULES = 40


@dataclass(frozen=True)
class Case:
    """One situation, and the tools that are called in it.

    Attributes:
        name: as the table shows it, and as the targets find it.
        hosts: how many.
    """

    name: str
    situation: Callable[[Controller, Sequence[Host], Work], Situation]
    work: Work
    hosts: int
    tools: tuple[Tool, ...]


def cases(workload: str, hosts: int, many: int) -> Iterator[Case]:
    """Yield the cases of a workload. hosts: the usual number; many: of W3's largest fleet."""
    twenty = work(containers=5, files=10, commands=5)
    slow_pyinfra = replace(PYINFRA, slow=True)
    match workload:
        case "W1":
            all_tools = (RUN, ANSIBLE, PYINFRA, PING)
            yield Case("20 unchanged", Unchanged, twenty, hosts, all_tools)
        case "W2":
            sizes = {
                "1 file unchanged": work(files=1),
                "1 container unchanged": work(containers=1),
                "20 unchanged": twenty,
                "100 unchanged": work(containers=25, files=50, commands=25),
            }
            for name, size in sizes.items():
                yield Case(name, Unchanged, size, hosts, (RUN, slow_pyinfra))
        case "W3":
            for count in sorted({1, hosts, many}):
                yield Case("20 unchanged", Unchanged, twenty, count, (RUN, slow_pyinfra, PING))
        case "W4":
            few = work(containers=3, files=5, commands=2)
            yield Case("10 from nothing", Nothing, few, hosts, (RUN, ANSIBLE, PYINFRA))
            seen = "10 from nothing, hosts seen before"
            yield Case(seen, NothingOfTheWork, few, hosts, (RUN, PYINFRA))
            waiting = "10 from nothing, default settle_time"
            yield Case(waiting, Nothing, few, hosts, (RUN_THAT_WAITS,))
        case "W5":
            triggering = work(containers=5, files=10, commands=4, reload=True)
            name = "1 of 20 changed, and a trigger"
            yield Case(name, OneFileChanged, triggering, hosts, (RUN, ANSIBLE, PYINFRA))
        case "W6":
            yield Case("20 unchanged", Unchanged, twenty, hosts, (RUN, RUN_CONFIGURED, GENERATED))
        case "W9":
            whole, peers = work(containers=4, files=6, machine=machine()), (RUN, ANSIBLE, PYINFRA)
            yield Case("40 unchanged", Unchanged, whole, hosts, peers)
            yield Case("1 of 40 changed", OneFileChanged, whole, hosts, peers)
            yield Case("40 unchanged, first contact", FirstContact, whole, hosts, peers)
            for count, name in ((1, "1 module"), (1 + MORE_MODULES, f"{1 + MORE_MODULES} modules")):
                modules = work(machine=directories(count))
                yield Case(f"{name} unchanged", Unchanged, modules, 1, (RUN, ANSIBLE))
        case "W13":
            one, all_tools = work(files=1), (RUN, ANSIBLE, PYINFRA, PING)
            yield Case("1 file unchanged", Unchanged, one, hosts, all_tools)
