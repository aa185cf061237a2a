# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fuzzers share: how they are started, where they begin, where they put what they find.

Each fuzzer needs atheris (``pip install atheris``), which is not a dependency of the project,
and is started with the seconds that it may take::

    python -m tests.fuzz.loader 600

It begins with the texts of the other tests and changes them at random, looking for code that has
not run before. It stops at the first input that raises anything that is not a proper error, or
takes longer than ``SLOWEST`` seconds; that input is then in ``.cache/fuzz``. Run the fuzzer with
that file instead of the seconds to see it again. A finding becomes a case of the unit tests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]

#: Seconds for one input; instrumented code is several times slower than usual.
SLOWEST = 20
LONGEST = 4096


def fuzz(
    name: str,
    examine: Callable[[bytes], None],
    beginnings: Iterable[bytes],
    words: Iterable[str],
) -> None:
    """Call ``examine`` with one input after another, and end the process.

    beginnings: valid inputs to start with. words: what is worth inserting.
    """
    if len(sys.argv) != 2:
        sys.exit(f"usage: python -m tests.fuzz.{name} SECONDS|FILE")
    folder = ROOT / ".cache" / "fuzz" / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for content in beginnings:
        (corpus / sha256(content).hexdigest()[:16]).write_bytes(content)
    dictionary = folder / "words"
    dictionary.write_text("".join(f"{_quoted(word)}\n" for word in words), encoding="utf-8")
    what = (
        [f"-max_total_time={sys.argv[1]}", str(corpus)] if sys.argv[1].isdigit() else [sys.argv[1]]
    )
    options = [
        f"-dict={dictionary}",
        f"-max_len={LONGEST}",
        f"-timeout={SLOWEST}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, *what], examine)
    atheris.Fuzz()


def _quoted(word: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"'
