# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of docker_container's options names what exists here, and errors give its advice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import Meant
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import (
    docker_container_suboptions as suboptions,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.descriptor import TYPE
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.docker_container import (
    ALIAS,
    ALIASES,
    NOT_NEEDED,
    OPTIONS,
    OTHER,
    SAME,
    UNSUPPORTED,
    Row,
    advice,
    advice_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.spec import parse
from tests.yaml_files import read_yaml

OURS = {**TYPE.options, **TYPE.task_options}
ROWS = {row.names.split()[0]: row for row in OPTIONS}
#: What notes name besides options: values, and a program.
WORDS = {
    *("always", "false", "healthy", "missing", "no", "private", "running", "started", "sysctl"),
    *("true", "unlimited"),
}

every_row = pytest.mark.parametrize("row", OPTIONS, ids=ROWS)


@every_row
def test_a_row_names_options_that_exist(row: Row) -> None:
    first = row.names.split()[0]
    for name in row.here.split():
        assert name in OURS, f"{first}: option {name} does not exist"
    if row.fate in (SAME, ALIAS):
        aliases = OURS[row.here].get("aliases", ())
        assert {*row.names.split()} - {row.here} <= set(aliases)
    if row.fate == SAME:
        assert first == row.here


@every_row
def test_an_option_that_exists_is_not_called_unsupported(row: Row) -> None:
    """A new setting with a name of docker_container changes its row."""
    first = row.names.split()[0]
    if row.fate in (UNSUPPORTED, NOT_NEEDED) or (row.fate == OTHER and first != "restart"):
        assert first not in OURS, f"{first} exists now: change its row in docker_container.py"


@every_row
def test_a_row_says_what_to_write(row: Row) -> None:
    assert row.fate in (SAME, ALIAS, OTHER, NOT_NEEDED, UNSUPPORTED)
    if row.fate in (OTHER, NOT_NEEDED, UNSUPPORTED):
        assert row.note
        for name in row.names.split():
            if name not in OURS:
                assert advice(name)
    codes = set(re.findall(r"`([a-z_]+)`", row.note))
    assert codes <= {*OURS, *ROWS, *WORDS}


def test_each_option_has_one_row() -> None:
    names = [name for row in OPTIONS for name in row.names.split()]
    assert len(names) == len(set(names))
    assert set(ALIASES).isdisjoint(OURS)


#: a name -> what the error advises
ADVICE = {
    "published_ports": "did you mean 'ports'?",
    "publishd_ports": "did you mean 'ports'?",
    "capabilities": "did you mean 'cap_add'?",
    "comparisons": "remove it: only options that you set are compared, and those that the previous"
    " task set. For image: ignore, omit image and name the container only",
    "detach": "remove detach: true; use expect: exited instead of detach: false",
    "detatch": "did you mean 'detach'? If so, remove detach: true; use expect: exited instead of"
    " detach: false",
    "links": "not supported: use networks, in which containers find each other by name",
    "restart_retries": "write the number after the policy, restart: on-failure:5",
    "memry": "did you mean 'memory'?",
    "nothing_like_it": "",
}


@pytest.mark.parametrize(("name", "expected"), ADVICE.items(), ids=ADVICE)
def test_advice(name: str, expected: str) -> None:
    found = advice(name)
    assert found == expected
    assert isinstance(found, Meant) == bool(re.fullmatch(r"did you mean '\w+'\?", found))


#: option -> key -> its value (in a list of mappings: the whole entry), or two: as docker_container
#: has it, and as it is here.
KEYS: dict[str, dict[str, Any]] = read_yaml(Path(__file__).parent / "suboptions.yml")


def key_rows() -> Iterator[Any]:
    for option, rows in suboptions.SUBOPTIONS.items():
        yield from (pytest.param(option, row, id=f"{option}.{row.names}") for row in rows)


@pytest.mark.parametrize(("option", "row"), [*key_rows()])
def test_keys_of_options(option: str, row: Row) -> None:
    """A key that exists here is accepted with both names; for the others, the error says why."""

    def parsed(value: Any) -> Any:
        return parse({"container": "app", "image": "redis:8", option: value})

    theirs, *ours = KEYS[option][row.names]
    assert row.names in str(theirs)
    if row.fate == SAME:
        assert row.here == row.names
        assert parsed(theirs) != parse({"container": "app", "image": "redis:8"})
        assert not ours
    elif row.fate == ALIAS:
        assert parsed(theirs) == parsed(ours[0])
        assert path_in(ours[0], row.here.split("."))
    else:
        with pytest.raises(ResourceError) as raised:
            parsed(theirs)
        assert raised.value.advice == advice_of(row)


def path_in(value: Any, path: Sequence[str]) -> bool:
    """Return whether a mapping, or the first one of a list, has these keys in each other."""
    for key in path:
        mapping = value[0] if isinstance(value, list) else value
        if key not in mapping:
            return False
        value = mapping[key]
    return True


def test_each_key_has_one_row() -> None:
    for option, rows in suboptions.SUBOPTIONS.items():
        assert sorted(KEYS[option]) == sorted(row.names for row in rows)
    assert KEYS.keys() == suboptions.SUBOPTIONS.keys()


@pytest.mark.parametrize("written", ["mounts", "volumes"])
def test_other_errors_of_keys_keep_their_advice(written: str) -> None:
    given = [{"type": "tmpfs", "target": "/a", "tmpfs_sise": "1m"}]
    with pytest.raises(ResourceError, match="did you mean 'tmpfs_size'"):
        parse({"container": "app", "image": "redis:8", written: given})


#: attribute, value -> what the error advises
VALUES = {
    ("state", "started"): "did you mean 'running'?",
    ("pull", "true"): "did you mean 'always'?",
    ("state", "healthy"): "use running, which waits until a container with a health check is"
    " healthy",
    ("state", "sleeping"): "",
}


@pytest.mark.parametrize(("written", "expected"), VALUES.items())
def test_advice_for_values(written: tuple[str, str], expected: str) -> None:
    assert advice(*written) == expected
