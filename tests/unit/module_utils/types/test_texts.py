# SPDX-License-Identifier: GPL-3.0-or-later
"""Where one text belongs, a list or a mapping is refused, in every attribute and at any depth."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.comma_strings import as_map, text
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.typed_attributes import (
    typed,
    with_texts,
)

#: A word that shows wherever it comes to.
ODD = "odd4711"
NESTED = {"a list": [ODD], "a mapping": {"x": ODD}}

#: Of types whose key attribute is not a path: what a resource needs.
NEEDED: Mapping[str, dict[str, Any]] = {
    "container": {"container": "web", "image": "web"},
    "host": {"hostname": "a", "ip": "192.0.2.7"},
    "cron": {"name": "a", "command": "a"},
    "sysctl": {"key": "a.b", "value": "a"},
    "json_file": {"target_path": "/a", "key": "a", "value": "1"},
    "custom": {"executor": "tool", "executor_base64": "IyEvYmluL3NoCg=="},
    "user": {"username": "deploy"},
    "group": {"group": "staff"},
    "network": {"network": "front"},
    "repository": {"repository": "it", "repo": "https://example.com"},
    "nonrepo_package": {"package": "it", "url": "https://example.com/it.deb"},
    "volume": {"volume": "data"},
}
PLACES: dict[str, Callable[[Any], Any]] = {
    "as the value": lambda nested: nested,
    "in a list": lambda nested: [nested],
    "in a list, behind a text": lambda nested: ["a", nested],
    "in a mapping": lambda nested: {"a": nested},
    "deep": lambda nested: {"name": "a", "test": ["CMD", nested], "aliases": [nested]},
}


@pytest.mark.parametrize("kind", TYPES)
def test_nothing_becomes_pythons_notation(kind: str) -> None:
    options = TYPES[kind].options
    required = [one for one, option in options.items() if option.get("required")]
    needed = NEEDED.get(kind, dict.fromkeys([*required, *TYPES[kind].needed_unless_absent], "/a"))
    for name, place, nested in itertools.product(options, PLACES.values(), NESTED.values()):
        value = place(nested)
        spec, problem = None, ""
        try:
            spec = TYPES[kind].parse(typed({**needed, name: value}, options))
        except ResourceError as error:
            problem = error.message
        assert spec is not None or name.partition("_")[0] in problem, (name, value)
        assert not [found for found in _texts(spec) if f"'{ODD}'" in found], (name, value)


def _texts(value: Any) -> Iterator[str]:
    if dataclasses.is_dataclass(value):
        value = vars(value)
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for pair in value.items() for item in pair for text in _texts(item))
    elif isinstance(value, tuple):
        yield from (text for item in value for text in _texts(item))


@pytest.mark.parametrize("kind", TYPES)
def test_a_task_is_refused_what_ansible_would_write_in_pythons_notation(kind: str) -> None:
    for name, option in TYPES[kind].options.items():
        if option["type"] == "str" and "choices" not in option:
            for nested in NESTED.values():
                with pytest.raises(ResourceError, match=f"{name}: expected a string"):
                    with_texts({name: nested}, TYPES[kind].options)
            assert with_texts({name: True}, TYPES[kind].options) == {name: "true"}
            assert with_texts({name: 5}, TYPES[kind].options) == {name: "5"}
            assert with_texts({name: None}, TYPES[kind].options) == {name: None}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, "true"), (False, "false"), (None, ""), (0, "0"), (1.5, "1.5"), ("True", "True")],
)
def test_scalars_are_what_yaml_has(value: Any, expected: str) -> None:
    assert text(value) == expected


_NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]*", fullmatch=True)
_SCALARS = st.one_of(st.text(), st.integers(), st.booleans())


@given(st.dictionaries(_NAMES, _SCALARS))
def test_a_list_and_a_mapping_of_the_same_values_are_the_same(values: dict[str, Any]) -> None:
    listed = [f"{name}={text(value)}" for name, value in values.items()]
    assert as_map(listed, "env") == as_map(values, "env")
    assert as_map(values, "env") == {name: text(value) for name, value in values.items()}


def test_what_is_not_a_text_stays_as_it_is() -> None:
    options = {"count": {"type": "int"}, "words": {"type": "list"}, "name": {"type": "str"}}
    given = {"count": 5, "words": ["a"], "name": 5, "other": 5}
    assert with_texts(given, options) == {"count": 5, "words": ["a"], "name": "5", "other": 5}
