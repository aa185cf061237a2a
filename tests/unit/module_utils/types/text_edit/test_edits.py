# SPDX-License-Identifier: GPL-3.0-or-later
"""What the types that edit text files do to a text, and which attributes are invalid."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.text_edit.behaviour import edited
from ansible_collections.vigo.bridge.plugins.module_utils.types.text_edit.edit import Edit
from tests.yaml_files import read_yaml

FOLDER = Path(__file__).parent
PATH = "/f"


def table(name: str) -> dict[str, tuple[str, dict[str, Any]]]:
    rows = read_yaml(FOLDER / f"{name}.yml")
    return {
        f"{kind}: {row.get('case', row['given'])}": (kind, row)
        for kind, of_kind in rows.items()
        for row in of_kind
    }


def edit_of(kind: str, attributes: dict[str, Any]) -> Edit:
    path = {"target_path": PATH} if "target_path" in TYPES[kind].options else {}
    return cast(Edit, TYPES[kind].parse({**path, **attributes}))


EDITS = table("edits")
MISTAKES = table("mistakes")


@pytest.mark.parametrize(("kind", "row"), EDITS.values(), ids=EDITS)
def test_edit(kind: str, row: dict[str, Any]) -> None:
    edit = edit_of(kind, row["given"])
    before = None if row["before"] is None else row["before"].encode("utf-8", "surrogateescape")
    if "error" in row:
        with pytest.raises(ResourceError) as raised:
            edited(edit, before, str)
        message = raised.value.message
        assert message[:40] == row["error"].replace("PATH", PATH)[:40]
        assert row.get("other_error") or message == row["error"].replace("PATH", PATH)
        return
    after = edited(edit, before, str)
    assert (None if after is None else after.decode()) == row["after"]
    assert edited(edit, after, str) == after


@pytest.mark.parametrize(("kind", "row"), MISTAKES.values(), ids=MISTAKES)
def test_mistake(kind: str, row: dict[str, Any]) -> None:
    with pytest.raises(ResourceError) as raised:
        edit_of(kind, row["given"])
    assert raised.value.message == row["error"]
    assert list(raised.value.place) == row["place"]


#: Few different characters, so that patterns often match.
TEXTS = st.text('ab=[] \r\n\t{}":1.', max_size=40)
LINES = st.text("ab= ", min_size=1, max_size=5)
PATTERNS = st.sampled_from(["a", "^a", "b$", "^", "a=", "=|b", "[ab]+", "(a)(b)?", ".*", "^$"])
MAYBE = st.one_of(st.none(), PATTERNS)
POSITIONS = st.sampled_from(["begin", "end", "after:a", "before:b", "after:^$"])
STATES = st.sampled_from(["present", "absent"])
KEYS = st.sampled_from(["a", "b.a", "a.0", "1", r"a\.b", "a.b.1"])
JSON = st.recursive(
    st.sampled_from(["1", "2.50", '"a"', "true", "null", "[]", "{}"]),
    lambda inner: st.one_of(
        inner.map(lambda one: f"[{one}]"), inner.map(lambda one: f'{{"a": {one}, "b": [{one}]}}')
    ),
    max_leaves=4,
)
HOSTS = st.lists(
    st.tuples(
        st.sampled_from(["192.0.2.1", "192.0.2.2", "::1", "#", "x"]),
        st.sampled_from(["a", "b", "a b", "A # c", ""]),
    ).map(" ".join),
    max_size=6,
).map("\n".join)
REGION = {"region_start": MAYBE, "region_end": MAYBE}
RULES: dict[str, tuple[st.SearchStrategy[str], dict[str, st.SearchStrategy[Any]]]] = {
    "file_line": (
        TEXTS,
        {"line": LINES, "match_pattern": MAYBE, "position": POSITIONS, "state": STATES, **REGION},
    ),
    "replace": (
        TEXTS,
        {
            "match_pattern": PATTERNS,
            "replacement": st.text("ab=$\n", max_size=4),
            "occurrences": st.sampled_from(["all", "first"]),
            **REGION,
        },
    ),
    "json_file": (st.one_of(JSON, TEXTS), {"key": KEYS, "value": JSON, "state": STATES}),
    "host": (
        HOSTS,
        {
            "hostname": st.sampled_from(["a", "b", "A"]),
            "ip": st.sampled_from(["192.0.2.1", "192.0.2.3", "::1"]),
            "aliases": st.sampled_from([None, [], "b", "b c"]),
            "state": STATES,
        },
    ),
    "cron": (
        TEXTS,
        {"name": st.just("a"), "command": LINES, "minute": st.just("1"), "state": STATES},
    ),
    "sysctl": (
        TEXTS,
        {"key": st.just("vm.x"), "value": LINES, "state": STATES},
    ),
}


@pytest.mark.parametrize("kind", RULES)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_edited_again_it_stays(kind: str, data: st.DataObject) -> None:
    texts, attributes = RULES[kind]
    before = data.draw(st.one_of(st.none(), texts))
    chosen = {name: data.draw(values, label=name) for name, values in attributes.items()}
    try:
        edit = edit_of(kind, chosen)
        once = edited(edit, None if before is None else before.encode(), str)
    except ResourceError:
        return
    assert edited(edit, once, str) == once
