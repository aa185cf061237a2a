# SPDX-License-Identifier: GPL-3.0-or-later
"""Records what Go makes of every hand-written template case.

``python -m tests.oracle.gotemplate`` rewrites the results beside the unit tests of templates.
Needs Go (``apt-get install golang-go``).
"""

from __future__ import annotations

import json
import sys

from .cases import GOLDEN, case_files, cases_in
from .oracle import Answer, GoOracle, has_go


def main() -> int:
    if not has_go():
        print("Go is not installed. Debian has it in the package golang-go.", file=sys.stderr)
        return 1
    with GoOracle() as oracle:
        for path in case_files():
            recorded = {
                case.name: _record(oracle.ask(case.template, case.data)) for case in cases_in(path)
            }
            target = GOLDEN / f"{path.stem}.json"
            target.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")
            print(f"{target.name}: {len(recorded)} cases")
    return 0


def _record(answer: Answer) -> dict[str, str]:
    if answer.text is not None:
        return {"text": answer.text}
    return {"stage": answer.stage, "error": answer.core}


if __name__ == "__main__":
    sys.exit(main())
