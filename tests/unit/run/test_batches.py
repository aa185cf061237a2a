# SPDX-License-Identifier: GPL-3.0-or-later
"""From the command line to batches."""

from __future__ import annotations

import pytest

from vigo_bridge.host_counts import BadSize, parse_batch_sizes, parse_budget
from vigo_bridge.run.batches import split

#: --batch-size -> number of hosts -> sizes of the batches
SPLITS = [
    ("1", 3, [1, 1, 1]),
    ("2", 5, [2, 2, 1]),
    ("5", 5, [5]),
    ("9", 5, [5]),
    ("25%", 8, [2, 2, 2, 2]),
    ("25%", 10, [2, 2, 2, 2, 2]),
    ("33%", 10, [3, 3, 3, 1]),
    ("1%", 3, [1, 1, 1]),
    ("100%", 3, [3]),
    ("1,2,4", 12, [1, 2, 4, 4, 1]),
    ("1,10%,50%", 20, [1, 2, 10, 7]),
    (" 1 , 50% ", 4, [1, 2, 1]),
    ("3,1", 6, [3, 1, 1, 1]),
    ("5", 0, []),
]


@pytest.mark.parametrize(("text", "hosts", "sizes"), SPLITS)
def test_split(text: str, hosts: int, sizes: list[int]) -> None:
    names = [f"h{number}" for number in range(hosts)]
    batches = split(names, parse_batch_sizes(text), hosts)
    assert [len(batch.hosts) for batch in batches] == sizes
    assert [host for batch in batches for host in batch.hosts] == names
    assert [(batch.number, batch.count) for batch in batches] == [
        (number, len(sizes)) for number in range(1, len(sizes) + 1)
    ]


def test_percentages_are_of_all_selected_hosts_also_when_some_are_finished() -> None:
    batches = split(["c", "d", "e"], parse_batch_sizes("50%"), total=4)
    assert [batch.hosts for batch in batches] == [("c", "d"), ("e",)]


def test_without_sizes_all_hosts_are_one_batch() -> None:
    assert [batch.hosts for batch in split(["a", "b"], (), 2)] == [("a", "b")]


#: an invalid batch size -> the expected message
BAD_SIZES = {
    "0": "a batch must have at least one host",
    "0%": "a batch must have at least one host",
    "2,0": "a batch must have at least one host",
    "101%": "101% is more than 100%",
    "-1": "'-1' is not a number of hosts",
    "-5%": "'-5%' is not a number of hosts",
    "many": "'many' is not a number of hosts",
    "1.5": "'1.5' is not a number of hosts",
    "": "'nothing' is not a number of hosts",
    "1,,2": "'nothing' is not a number of hosts",
    "%": "'%' is not a number of hosts",
    "5 %": "'5 %' is not a number of hosts",
    "٣": "'٣' is not a number of hosts",
    "9" * 30: "is not a number of hosts",
}


@pytest.mark.parametrize(("text", "told"), BAD_SIZES.items(), ids=BAD_SIZES)
def test_bad_batch_size(text: str, told: str) -> None:
    with pytest.raises(BadSize, match=told):
        parse_batch_sizes(text)


#: --max-failures -> number of hosts -> so many may fail
BUDGETS = [("0", 5, 0), ("2", 5, 2), ("10%", 25, 2), ("100%", 7, 7), ("0%", 7, 0), ("1%", 7, 0)]


@pytest.mark.parametrize(("text", "hosts", "allowed"), BUDGETS)
def test_budget(text: str, hosts: int, allowed: int) -> None:
    assert parse_budget(text).of(hosts) == allowed


@pytest.mark.parametrize("text", ["-1", "150%", "few", ""])
def test_bad_budget(text: str) -> None:
    with pytest.raises(BadSize, match=r"not a number of hosts|more than 100%"):
        parse_budget(text)
