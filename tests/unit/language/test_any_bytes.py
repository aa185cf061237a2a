# SPDX-License-Identifier: GPL-3.0-or-later
"""For any content of a .vgo file, there are diagnostics, never an exception."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.yaml_files import read_yaml
from vigo_bridge.language import load
from vigo_bridge.report.diagnostics import as_json, as_text
from vigo_bridge.resolve import check, resolve

PATHS = [
    "configcrates/web.vgo",
    "roles.vgo",
    "envoys.vgo",
    "common.vgo",
    "environments.vgo",
    "tasks/t.vgo",
    "templates/t",
]

#: Words that bring random values to the interesting branches.
WORDS = st.sampled_from(
    """name type vars resources container file exec image target_path command foreach when case
    match default defaults depends_on notify template envoys roles configcrates includes env
    environment source content state web * ** [a !x {{.Vars.a}} {{.Item}} {{ {{end}} changed
    templates/t secret:a true no 1.10 ~""".split()  # noqa: SIM905
)
ATTRIBUTES = """name container image target_path command content source foreach when case match
    depends_on notify subscribes env template""".split()  # noqa: SIM905
SCALARS = WORDS | st.text(max_size=8) | st.integers() | st.booleans() | st.none()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)
CRATES = st.fixed_dictionaries(
    {"name": st.just("web")},
    optional={
        "vars": st.dictionaries(WORDS, VALUES, max_size=3) | VALUES,
        "foreach": WORDS,
        "resources": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["container", "file", "exec"])},
                optional=dict.fromkeys(ATTRIBUTES, VALUES),
            ),
            max_size=3,
        ),
    },
)


STACKS = [
    case
    for file in sorted(
        (
            *Path(__file__).parent.glob("bad/*.yaml"),
            *Path(__file__).parents[1].glob("resolve/cases/*.yaml"),
        )
    )
    for case in read_yaml(file)
    if isinstance(case, dict) and isinstance(case.get("files"), dict) and case["files"]
]


@given(path=st.sampled_from(PATHS), content=st.binary(max_size=200))
@settings(deadline=None, max_examples=40)
def test_any_bytes(path: str, content: bytes) -> None:
    examine({path: content})


@given(
    path=st.sampled_from(PATHS),
    text=st.text("abc:-[]{}'\"|>&*!#%@`\\ \t\r\n\x85\u2028,?", max_size=60),
)
@settings(deadline=None, max_examples=50)
def test_any_punctuation(path: str, text: str) -> None:
    examine({path: text.encode()})


@given(crate=CRATES, entry=VALUES)
@settings(deadline=None, max_examples=50)
def test_any_values(crate: Any, entry: Any) -> None:
    envoys = {"match": "*", "configcrates": ["web"], "vars": entry}
    examine({"configcrates/web.vgo": as_yaml(crate), "envoys.vgo": as_yaml(envoys)})


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_stack_with_a_slip_of_the_hand(data: st.DataObject) -> None:
    slip(data)


@pytest.mark.sweep
@given(data=st.data())
@settings(deadline=None, max_examples=3000)
def test_many_slips_of_the_hand(data: st.DataObject) -> None:
    slip(data)


@pytest.mark.sweep
@given(files=st.dictionaries(st.sampled_from(PATHS), VALUES, max_size=4))
@settings(deadline=None, max_examples=3000)
def test_any_values_anywhere(files: dict[str, Any]) -> None:
    examine({path: as_yaml(value) for path, value in files.items()})


def slip(data: st.DataObject) -> None:
    """Change a few characters of a stack that the other tests use."""
    case = data.draw(st.sampled_from(STACKS))
    files = {path: text.encode() for path, text in case["files"].items()}
    path = data.draw(st.sampled_from(sorted(files)))
    text = files[path].decode()
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 3))
        text = text[:start] + data.draw(st.text("{}[]:-.,'\"|\n ax*", max_size=2)) + text[end:]
    examine(files | {path: text.encode()})


def as_yaml(value: Any) -> bytes:
    text: str = yaml.safe_dump(value, allow_unicode=True)
    return text.encode("utf-8", "surrogatepass")


def examine(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        stack = load(folder)
        found = check(stack)
        assert all(as_text(item, folder) for item in found)
        assert len(as_json(found)) == len(found)
        resolve(stack, ["web1", "web2.example.com"])
