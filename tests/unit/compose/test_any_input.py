# SPDX-License-Identifier: GPL-3.0-or-later
"""For any content of a compose file, there is an import or an error with a position, never a
crash.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.importer import read_compose
from vigo_bridge.compose.loading.interpolation import Variable, substitute
from vigo_bridge.compose.loading.loader import SECTIONS
from vigo_bridge.compose.reading.reader import KEYS
from vigo_bridge.compose.text import Text, Use
from vigo_bridge.language.position import Position

WORDS = st.sampled_from(
    ["a", "web", "db", "80", "8080:80", "/x", "./x:/y:ro", "x:/y", "A=1", "a:b", "", "1m30s", "-1",
     "service:db", "${A:-b}", "${A}", "always", "bind", "volume", "{{ .x }}", "secret:x", "é\u2028"]
)  # fmt: skip
SCALARS = st.one_of(WORDS, st.integers(-2, 70000), st.booleans(), st.none(), st.floats(0, 2))
NAMES = st.one_of(
    WORDS,
    st.sampled_from(["type", "source", "target", "path", "file", "test", "interval", "condition",
                     "limits", "resources", "replicas", "aliases", "external", "name", "config",
                     "ipam", "subnet", "published", "disable", "service", "environment"]),
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)
SERVICES = st.dictionaries(st.sampled_from([*KEYS, "extends", "x-y"]), VALUES, max_size=4)
PROJECTS = st.fixed_dictionaries(
    {"services": st.fixed_dictionaries({"web": SERVICES, "db": SERVICES})},
    optional={name: st.dictionaries(WORDS, VALUES, max_size=2) for name in SECTIONS[1:]},
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(PROJECTS)
def test_an_import_or_an_error(project: dict[str, Any]) -> None:
    for service in project["services"].values():
        service.setdefault("image", "nginx")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "compose.yml"
        file.write_text(json.dumps(project), encoding="utf-8")
        position = _outcome(file)
    assert position is None or position.file.startswith(folder)


def _outcome(file: Path) -> Position | None:
    """Return the position of the error that ends the import, if there is one."""
    try:
        assert read_compose([file], {"A": "b"}, match="*").files
    except ComposeError as error:
        return error.finding.position
    return None


PARTS = st.lists(st.one_of(st.text("ab:/,", max_size=4), st.builds(Use, WORDS, WORDS, WORDS)))


@given(PARTS, st.sampled_from([":", "/", ","]), st.integers(-1, 3))
def test_texts_split_as_strings_do(parts: list[Any], separator: str, most: int) -> None:
    text = Text(tuple(parts), Position("x", 1, 1))
    assert [str(piece) for piece in text.split(separator, most)] == str(text).split(separator, most)


@given(st.text("a${}:-?+ A", max_size=30))
def test_interpolation_ends_with_a_text_or_an_error(text: str) -> None:
    try:
        parts = substitute(text, {"A": Variable("v", "here")}, Position("x", 1, 1), Findings())
    except ComposeError:
        return
    if "$" not in text:
        assert "".join(map(str, parts)) == text
