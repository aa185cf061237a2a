# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m tests.mutation [AREA...] [--sample N]``: change code slightly, and run the tests.

The unit tests run once, to record which lines each one reaches. Then each change ("mutant") is
made in a copy of the project, and the tests that can detect it run until one fails. A mutant that
survives shows what no unit test covers. All mutants take hours, so a sample is taken; the same
seed takes the same sample of the same code.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from queue import SimpleQueue

from tests.mutation.areas import ROOT, areas, below
from tests.mutation.copies import Copy
from tests.mutation.mutants import Mutant, changes, sample
from tests.mutation.reach import Reach, read_reach
from tests.mutation.results import Results

WORK = ROOT / "dist" / "mutation"
RECORD = WORK / "record"
AGAIN = "use the last record of the tests, and try no mutant again that was detected since then"


def main() -> None:
    """Measure the areas named on the command line, and print one table of all."""
    known = areas()
    parser = argparse.ArgumentParser(prog="make mutation ARGS=...")
    parser.add_argument("areas", nargs="*", help=f"of {', '.join(known)}; all when none is named")
    parser.add_argument("--sample", type=int, default=100, help="mutants of each; 0 takes all")
    parser.add_argument("--seed", default="1", help="another seed takes another sample")
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--jobs", type=int, default=cores, help="mutants at a time")
    parser.add_argument("--again", action="store_true", help=AGAIN)
    chosen = parser.parse_args()
    wanted = {name: below(name, known) for name in chosen.areas or ("types", "converge", "run")}
    for name, paths in wanted.items():
        if not paths:
            parser.error(f"unknown area {name!r}: expected one of {', '.join(known)}")
    copies = [Copy(ROOT, WORK / f"copy-{number}") for number in range(chosen.jobs)]
    every = sorted({path for files in known.values() for path in files})
    if not (chosen.again and RECORD.is_dir()):
        shutil.rmtree(RECORD, ignore_errors=True)
        RECORD.mkdir(parents=True)
        copies[0].record(RECORD, every, chosen.jobs)
    reach = read_reach(RECORD, copies[0].root, every)
    if not reach.seconds:
        sys.exit(f"the unit tests did not run; see {RECORD}/printed")
    results = Results(RECORD / "results")
    print(f"{len(reach.seconds)} unit tests were recorded", flush=True)
    rows = ["| area | mutants | tested | detected | survived |", "|---|---|---|---|---|"]
    for name, paths in wanted.items():
        found = [change for path in paths for change in changes(path, copies[0].root)]
        taken = sample(found, chosen.sample or len(found), chosen.seed)
        total = len(taken)
        states = measure(taken, reach, copies, results)
        detected = total - sum(state == "survived" for state in states)
        rate = f"{detected} ({100 * detected / total:.0f} %)"
        rows.append(f"| `{name}` | {len(found):,} | {total} | {rate} | {total - detected} |")
        print(f"{name}: {dict(Counter(states))}", flush=True)
    print(*rows, sep="\n")


def measure(
    taken: Sequence[Mutant], reach: Reach, copies: Iterable[Copy], results: Results
) -> list[str]:
    """Return the results of mutants, one at a time in each copy. Print and keep them."""
    idle: SimpleQueue[Copy] = SimpleQueue()
    numbers = count(1)
    for copy in copies:
        idle.put(copy)

    def tried(mutant: Mutant) -> str:
        copy = idle.get()
        try:
            state = results.detected(mutant)
            if not state:
                state = copy.tried(mutant, reach)
                results.add(mutant, state)
        finally:
            idle.put(copy)
        shown = mutant.diff if state == "survived" else []
        place = f"{next(numbers)}/{len(taken)} {mutant.name} {state}"
        print("\n".join([place, *shown]), flush=True)
        return state

    with ThreadPoolExecutor(idle.qsize()) as pool:
        return list(pool.map(tried, taken))


if __name__ == "__main__":
    main()
