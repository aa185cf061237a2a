# SPDX-License-Identifier: GPL-3.0-or-later
"""Modes, read as the program chmod reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.file import mode
from tests.properties import examples

#: what is written -> the mode of a file that had 0644
WRITTEN: dict[object, int | None] = {
    None: None,
    "": None,
    "0600": 0o600,
    "600": 0o600,
    "0o640": 0o640,
    "4755": 0o4755,
    0o640: 0o640,
    0: 0,
    "u=rw,g=r": 0o644,
    "u=rw,g=r,o=": 0o640,
    "u=rwX,go=rX": 0o644,
    "u+x": 0o744,
    "a+x": 0o755,
    "+x": 0o755,
    "go-r": 0o600,
    "g=u": 0o664,
    "u=rwx,g=u-w,o=": 0o750,
    "ug+s": 0o6644,
    "a=": 0,
}


@pytest.mark.parametrize(("written", "expected"), WRITTEN.items(), ids=map(str, WRITTEN))
def test_mode(written: object, expected: int | None) -> None:
    parsed = mode.parse(written)
    assert (parsed and parsed.of(0o644)) == expected


WRONG = ["rw", "u", "u=q", "u=rw,", ",u=r", "u=rw g=r", "0888", "10000", "-1", "u=ru", " 0644"]
WRONG_DATA = [True, False, -1, 0o10000, 6.5, ["0644"], {"u": "rw"}]


@pytest.mark.parametrize("written", [*WRONG, *WRONG_DATA], ids=str)
def test_no_mode(written: object) -> None:
    with pytest.raises(ResourceError, match="mode: invalid mode"):
        mode.parse(written)


_CHANGES = st.builds(
    "{}{}".format, st.sampled_from("+-="), st.text("rwxXst", max_size=3) | st.sampled_from("ugo")
)
_CLAUSES = st.builds(
    "{}{}".format,
    st.text("ugoa", max_size=2),
    st.lists(_CHANGES, min_size=1, max_size=2).map("".join),
)


@settings(
    max_examples=examples(10),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(
    st.lists(
        st.tuples(st.lists(_CLAUSES, min_size=1, max_size=3), st.integers(0, 0o7777)), min_size=5
    )
)
def test_any_mode_is_what_chmod_makes_of_it(
    tmp_path: Path, cases: list[tuple[list[str], int]]
) -> None:
    path = tmp_path / "it"
    path.touch()
    script = "".join(
        f"chmod {before:o} {path} && chmod -- {','.join(clauses)} {path} && stat -c %a {path}\n"
        for clauses, before in cases
    )
    shown = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True)
    for (clauses, before), after in zip(cases, shown.stdout.split(), strict=True):
        parsed = mode.parse(",".join(clauses))
        assert parsed is not None
        assert f"{parsed.of(before):o}" == after, (clauses, f"{before:o}")
