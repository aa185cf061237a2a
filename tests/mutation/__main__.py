# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.mutation [AREA...] [--sample N]``: change code slightly, and run the tests.

mutmut makes each change ("mutant") in a copy of the project and runs the unit tests that reach the
changed function. A mutant is killed if one of these fails; a surviving one shows what no test
covers. All mutants take hours, so a sample of each area is taken; the same seed takes the same
sample of the same code. Before its first mutant, the tests of an area run two times: those of
types/container for about four minutes of processor time, those of each other type for seconds.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable

from .areas import ROOT, Area, areas, samples

COPY = ROOT / "dist" / "mutation"
#: Counts what is imported, to which mutmut adds.
LEFT_OUT = "tests/unit/cli/test_lazy_commands.py"
#: A shell that waits for its command, and for processes that others left behind.
_SHELL = ("sh", "-c", '"$@"; exit $?', "sh")
#: Run what follows where its signals reach no other process; needs root. The first shell is
#: process 1, which gets what mutants leave behind; mutmut would take these processes for its own.
#: The second one is there since tests of processes must not be started by process 1.
APART = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", *_SHELL, *_SHELL]
#: How many times longer than without a mutant the tests of one may take.
PATIENCE = 5.0
#: mutmut's words for a mutant that the tests noticed.
NOTICED = {"killed", "timeout", "suspicious", "segfault"}


def main() -> None:
    """Measure the areas named on the command line, and print one table of all."""
    known = areas()
    parser = argparse.ArgumentParser(prog="make mutation ARGS=...")
    parser.add_argument("areas", nargs="*", help=f"of {', '.join(known)}; all when none is named")
    parser.add_argument("--sample", type=int, default=400, help="mutants in total; 0 takes all")
    parser.add_argument("--seed", default="1", help="another seed takes another sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    chosen = parser.parse_args()
    measured = {}
    for wanted in chosen.areas or known:
        found = {name: area for name, area in known.items() if f"{name}/".startswith(f"{wanted}/")}
        if not found:
            parser.error(f"unknown area {wanted!r}: expected one of {', '.join(known)}")
        measured |= found
    results = {}
    for name, count in samples(measured, chosen.sample).items():
        taken = count if chosen.sample else 0
        results[name] = measure(measured[name], taken, chosen.seed, chosen.jobs)
        print(*survivors(results[name]), sep="\n", flush=True)
    print(*table(results), sep="\n")


def measure(area: Area, sample: int, seed: str, jobs: int) -> dict[str, str]:
    """Return the mutants that were tried, each with its result."""
    copy_project(area)
    mutmut("run", "no.such.mutant")  # mutmut makes all mutants, then fails for want of this one
    mutants = sorted(results())
    if not mutants:
        sys.exit(f"mutmut made no mutants; see {COPY}")
    taken = random.Random(seed).sample(mutants, min(sample, len(mutants))) if sample else mutants
    printed, tried, left = "", {}, taken
    while left:  # A mutant that sends signals can end mutmut itself.
        printed = mutmut("run", "--max-children", str(jobs), *left)
        found = results()
        tried = {mutant: found[mutant] for mutant in taken if found[mutant] != "not checked"}
        before, left = left, [mutant for mutant in taken if mutant not in tried]
        if left == before:
            break
    if not tried:
        sys.exit(f"mutmut tried no mutants, as the tests fail without any:\n{printed[-3000:]}")
    if left:
        print(f"mutmut ended after {len(tried)} of {len(taken)} mutants")
    return tried


def copy_project(area: Area) -> None:
    """Copy the files that Git knows into a new folder, and configure mutmut there."""
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    for name in names:
        target = COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    top = sorted({name.split("/")[0] for name in names} - {"vigo_bridge", "ansible_collections"})
    tests = [path for path in area.tests if (ROOT / path).exists()]
    with (COPY / "pyproject.toml").open("a") as configuration:
        configuration.write(
            "\n[tool.mutmut]\n"
            'source_paths = ["vigo_bridge", "ansible_collections"]\n'
            f"only_mutate = {list(area.files)!r}\n"
            f"also_copy = {top!r}\n"
            f"timeout_multiplier = {PATIENCE}\n"
            # A new process for each mutant: what one has loaded or cached hides the next one, and
            # pytest escapes the names of tests once more each time it collects them.
            'process_isolation = "forkserver"\n'
            'forkserver_warmup = "none"\n'
            f"pytest_add_cli_args_test_selection = {tests!r}\n"
            'pytest_add_cli_args = ["-m", "not sweep and not testbed", "-p", "no:cacheprovider",'
            f' "-p", "tests.mutation.own_group", "--ignore", "{LEFT_OUT}"]\n'
        )


def mutmut(*arguments: str) -> str:
    """Run mutmut in the copy and return what it printed."""
    return subprocess.run(
        [*(APART if os.geteuid() == 0 else []), sys.executable, "-m", "mutmut", *arguments],
        cwd=COPY,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ).stdout


def results() -> dict[str, str]:
    """Return all mutants of the copy, each with mutmut's word for its result."""
    printed = mutmut("results", "--all", "true")
    return dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+?)\s*$", printed, re.M))


def survivors(found: dict[str, str]) -> Iterable[str]:
    """Yield each mutant that no test noticed, as a diff."""
    for mutant, state in sorted(found.items()):
        if state not in NOTICED:
            diff = mutmut("show", mutant).splitlines()
            changed = [line for line in diff if re.match(r"[-+](?![-+])", line)]
            yield f"{mutant}: {state}"
            yield from changed


def table(found: dict[str, dict[str, str]]) -> Iterable[str]:
    """Yield the score of each area as the rows of a Markdown table."""
    yield "| area | mutants tried | noticed | not noticed | reached by no test | score |"
    yield "|---|---|---|---|---|---|"
    for name, mutants in found.items():
        states = Counter(mutants.values())
        noticed = sum(count for state, count in states.items() if state in NOTICED)
        unreached = states["no tests"]
        missed = len(mutants) - noticed - unreached
        score = 100 * noticed / len(mutants)
        yield f"| {name} | {len(mutants)} | {noticed} | {missed} | {unreached} | {score:.0f} % |"


if __name__ == "__main__":
    main()
