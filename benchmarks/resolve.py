# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares loading and resolving a large stack with Ansible reading an inventory of the same hosts.

    python -m benchmarks.resolve [--runs 3] [--hosts 10000]

Creates a stack of 100 configcrates with 1,000 resources and 200 match entries, and a static
inventory of the hosts that the entries match. Runs both programs in turn and prints the medians and
their ratio. Then does the same with twice the hosts, and measures the template interpreter alone.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CRATES = 100
RESOURCES_IN_A_CRATE = 10
ENTRIES = 200
CRATES_OF_AN_ENTRY = 5
TEMPLATES = 1000

#: Typical templates of stacks: names, ports, lines of configuration, a loop, a choice.
TEXTS = (
    "registry.example.com/app{n}:{{{{ .Vars.tag{n} }}}}",
    "{{{{ .Vars.app_port }}}}:8080",
    "/srv/app{n}/{{{{ .Vars.name | lower }}}}.conf",
    '{{{{ if eq .Traits.os.family "debian" }}}}apt{{{{ else }}}}dnf{{{{ end }}}} install app{n}',
    "{{{{ range $i, $peer := .Vars.peers }}}}{n} {{{{ $i }}}} {{{{ $peer }}}}\n{{{{ end }}}}",
)


@dataclass(frozen=True)
class Spent:
    """Wall-clock time and processor time, in seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Pair:
    """All runs of both programs for one number of hosts."""

    hosts: int
    ours: tuple[Spent, ...]
    ansible: tuple[Spent, ...]


def main() -> None:
    arguments = _arguments()
    if arguments.resolve:
        _resolve(Path(arguments.resolve))
        return
    once, twice = side_by_side(arguments.hosts, arguments.runs)
    _print(once)
    _print(twice)
    _print_growth(_median(once.ours), _median(twice.ours))
    median = statistics.median(templates(arguments.runs))
    print(f"{TEMPLATES} templates, parsed and rendered: CPU {median:.3f} s   (target: 0.1 s)")
    print("load average", *(f"{load:.1f}" for load in os.getloadavg()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--hosts", type=int, default=10_000)
    parser.add_argument("--resolve", metavar="FOLDER", help="only load and resolve; prints nothing")
    return parser.parse_args()


def _resolve(folder: Path) -> None:
    from vigo_bridge.language import load
    from vigo_bridge.language.diagnostics import has_errors
    from vigo_bridge.resolve import resolve

    hosts = (folder / "hosts").read_text(encoding="utf-8").split()
    plan, found = resolve(load(folder / "stack"), hosts)
    if has_errors(found) or plan.unmatched:
        sys.exit("\n".join(map(str, found[:10])))


# The stack and the inventory


def _write_stack(folder: Path) -> None:
    (folder / "configcrates").mkdir(parents=True)
    for number in range(CRATES):
        (folder / "configcrates" / f"app{number}.vgo").write_text(_crate(number), encoding="utf-8")
    (folder / "common.vgo").write_text("vars: {app_region: north}\n", encoding="utf-8")
    (folder / "envoys").mkdir()
    entries = "".join(map(_entry, range(ENTRIES)))
    (folder / "envoys" / "envoys.vgo").write_text(f"envoys:\n{entries}", encoding="utf-8")


def _crate(number: int) -> str:
    lines = [f"name: app{number}", "vars:", f"  tag{number}: v1.{number}", "resources:"]
    for place in range(RESOURCES_IN_A_CRATE):
        name = f"app{number}-{place}"
        if place % 3 == 0:
            lines += [
                f"  - name: {name}",
                "    type: container",
                f"    container: {name}",
                f'    image: "registry.example.com/app{number}:{{{{ .Vars.tag{number} }}}}"',
                f'    ports: ["{{{{ .Vars.app_port }}}}{number % 10}{place}:8080"]',
                "    env: {REGION: '{{ .Vars.app_region }}', ON: '{{ .Traits.network.hostname }}'}",
            ]
        elif place % 3 == 1:
            lines += [
                f"  - name: {name}",
                "    type: file",
                f"    target_path: /srv/{name}.conf",
                "    content: |",
                "      {{ range $i, $peer := .Vars.peers }}server {{ $i }} {{ $peer }}",
                f"      {{{{ end }}}}region {{{{ .Vars.app_region }}}} {name}",
                "    mode: 0644",
                f"    notify: app{number}-{place - 1}",
            ]
        else:
            lines += [
                f"  - name: {name}",
                "    type: exec",
                f"    command: setup {name} {{{{ .Vars.tag{number} }}}}",
                f"    unless: test -e /srv/{name}",
                f"    depends_on: app{number}-{place - 1}",
                "    when: os_family('debian') && !is_container",
            ]
    return "\n".join(lines) + "\n"


def _entry(number: int) -> str:
    crates = [
        f"app{(number * CRATES_OF_AN_ENTRY + step) % CRATES}" for step in range(CRATES_OF_AN_ENTRY)
    ]
    return (
        f"  - match: '*.g{number}.example.com'\n"
        f"    configcrates: [{', '.join(crates)}]\n"
        f"    vars: {{app_port: {number % 50 + 10}, app_region: r{number}, peers: [a, b, c]}}\n"
    )


def _write_hosts(folder: Path, count: int) -> None:
    names = [f"node{number}.g{number % ENTRIES}.example.com" for number in range(count)]
    (folder / "hosts").write_text("\n".join(names), encoding="utf-8")
    groups = "".join(_group(group, names[group::ENTRIES]) for group in range(ENTRIES))
    (folder / "inventory.yml").write_text(f"all:\n  children:\n{groups}", encoding="utf-8")


def _group(number: int, names: Sequence[str]) -> str:
    hosts = "".join(f"        {name}:\n" for name in names)
    variables = (
        f"      vars: {{app_port: {number % 50 + 10}, app_region: r{number}, peers: [a, b, c]}}\n"
    )
    return f"    g{number}:\n      hosts:\n{hosts}{variables}"


# Measuring


def side_by_side(hosts: int, runs: int) -> tuple[Pair, Pair]:
    """Measure both programs for this number of hosts, and for twice the number."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_stack(folder / "stack")
        return _pair(folder, hosts, runs), _pair(folder, 2 * hosts, runs)


def templates(runs: int) -> list[float]:
    """Return the processor time in seconds of parsing and rendering all templates, for each run."""
    from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
        parse,
    )

    texts = [TEXTS[n % len(TEXTS)].format(n=n) for n in range(TEMPLATES)]
    variables = {"app_port": 8080, "name": "Web", "peers": ["10.0.0.1", "10.0.0.2", "10.0.0.3"]}
    variables |= {f"tag{n}": f"v{n}" for n in range(TEMPLATES)}
    namespaces = {"Vars": variables, "Traits": {"os": {"family": "debian"}}}
    spent = []
    for _ in range(max(runs, 5)):
        start = time.process_time()
        for text in texts:
            parse(text).render(namespaces)
        spent.append(time.process_time() - start)
    return spent


def _pair(folder: Path, hosts: int, runs: int) -> Pair:
    _write_hosts(folder, hosts)
    ours = [sys.executable, "-m", "benchmarks.resolve", "--resolve", str(folder)]
    ansible = Path(sys.executable).with_name("ansible-inventory")
    theirs = [str(ansible), "--list", "-i", str(folder / "inventory.yml")]
    spent = [(_run(ours), _run(theirs)) for _ in range(runs)]
    return Pair(hosts, tuple(pair[0] for pair in spent), tuple(pair[1] for pair in spent))


def _run(command: Sequence[str]) -> Spent:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1])
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, cpu)


def _median(spent: Sequence[Spent]) -> Spent:
    return Spent(
        statistics.median(one.wall for one in spent), statistics.median(one.cpu for one in spent)
    )


def _print(pair: Pair) -> None:
    mine, other = _median(pair.ours), _median(pair.ansible)
    print(f"{pair.hosts} hosts, median of {len(pair.ours)}:")
    print(f"  vigo-bridge, load and resolve  {mine.wall:6.2f} s   CPU {mine.cpu:6.2f} s")
    print(f"  ansible-inventory --list       {other.wall:6.2f} s   CPU {other.cpu:6.2f} s")
    print(f"  ratio                          {mine.wall / other.wall:6.2f}     ", end="")
    print(f"CPU {mine.cpu / other.cpu:6.2f}   (target: at most 1)", flush=True)


def _print_growth(once: Spent, twice: Spent) -> None:
    wall, cpu = twice.wall / once.wall, twice.cpu / once.cpu
    print(f"twice the hosts take {wall:.2f} times as long, CPU {cpu:.2f}   (target: at most 2)")


if __name__ == "__main__":
    main()
