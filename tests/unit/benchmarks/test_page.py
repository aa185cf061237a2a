# SPDX-License-Identifier: GPL-3.0-or-later
"""From results to what a reader sees: targets, tables, picture, page."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.workloads import own_cost, page, results
from benchmarks.workloads.chart import as_svg
from benchmarks.workloads.host_cost import FIRST, LATER, ROUND_TRIPS
from benchmarks.workloads.lost_requests import START_FIRST
from benchmarks.workloads.results import Figures, Result
from benchmarks.workloads.table import NOTHING, as_markdown, targets_as_text
from benchmarks.workloads.targets import judge

OURS, PING = "vigo-bridge run", "ansible all -m ping"
ANSIBLE, PYINFRA = "Ansible with community.docker", "pyinfra"
CONFIGURED = "vigo-bridge run, inventory from ansible.cfg"
GENERATED = "ansible-playbook on the generated project"
MACHINE = {"cores": "2", "processor": "a <processor>", "memory": "16 GiB", "Python": "3.11.7"}


def result(workload: str, *cases: Figures) -> Result:
    return Result(workload, "2026-01-02T03:04:05+00:00", 90.0, 0.4, MACHINE, cases)


ALL = {
    found.workload: found
    for found in (
        result(
            "W1",
            Figures(
                "20 unchanged",
                10,
                {
                    OURS: [2.2, 2.0, 2.1],
                    ANSIBLE: [63.0, 62.0],
                    PYINFRA: [6.3, 6.4, 6.2],
                    PING: [1.5, 1.6, 1.4],
                },
            ),
        ),
        result(
            "W2",
            *(
                Figures(f"{size} unchanged", 10, {OURS: [seconds]})
                for size, seconds in (
                    ("1 file", 2.0),
                    ("1 container", 2.5),
                    ("20", 2.7),
                    ("100", 3.0),
                )
            ),
        ),
        result(
            "W3",
            Figures("20 unchanged", 1, {OURS: [1.0], PING: [1.0]}),
            Figures("20 unchanged", 10, {OURS: [2.0], PING: [1.5]}),
            Figures("20 unchanged", 41, {OURS: [5.0], PING: [3.0]}),
        ),
        result(
            "W4", Figures("10 from nothing", 10, {OURS: [5.0], ANSIBLE: [30.0], PYINFRA: [4.0]})
        ),
        result("W5", Figures("1 of 20 changed", 10, {OURS: [3.0], ANSIBLE: [60.0]})),
        result(
            "W6", Figures("20 unchanged", 10, {OURS: [2.1], CONFIGURED: [2.5], GENERATED: [1.9]})
        ),
        result(
            "W7",
            Figures(
                "start",
                0,
                {own_cost.PYTHON: [0.02], own_cost.HELP: [0.2], own_cost.VALIDATE: [0.6]},
            ),
        ),
        result(
            "W8",
            *(
                Figures(
                    f"{envoys} envoys resolved",
                    0,
                    {own_cost.OURS: [seconds], own_cost.ANSIBLE_INVENTORY: [8.0]},
                )
                for envoys, seconds in ((10000, 4.0), (20000, 7.0))
            ),
            Figures("templates", 0, {own_cost.TEMPLATES: [0.04]}),
            Figures(
                "1000 local hosts planned",
                0,
                {own_cost.PLAN: [60.0], own_cost.TREE: [900.0]},
                "MiB",
            ),
        ),
        result(
            "W9",
            Figures("40 unchanged", 10, {OURS: [5.0], ANSIBLE: [60.0], PYINFRA: [7.0]}),
            Figures("1 of 40 changed", 10, {OURS: [6.0], ANSIBLE: [54.0], PYINFRA: [12.0]}),
            Figures("40 unchanged, first contact", 10, {OURS: [7.0]}),
            Figures("1 module unchanged", 1, {OURS: [1.0], ANSIBLE: [1.5]}),
            Figures("41 modules unchanged", 1, {OURS: [1.8], ANSIBLE: [13.5]}),
        ),
        result(
            "W10",
            *(
                Figures(name, 0, {START_FIRST: [ours], ANSIBLE: [theirs]}, "requests")
                for name, ours, theirs in (
                    ("20 updates, requests sent", 12345.0, 12000.0),
                    ("20 updates, failed through nginx", 0.0, 700.0),
                    ("1 update with a broken image, failed", 1.0, 900.0),
                )
            ),
        ),
        result(
            "W11",
            Figures("20 unchanged", 10, {OURS: [1.5], PING: [1.2]}),
            Figures("20 unchanged", 200, {OURS: [11.0], PING: [20.2]}),
        ),
        result(
            "W12",
            *(
                Figures(f"20 unchanged, {name}", 10, values, unit)
                for name in (FIRST, LATER)
                for values, unit in (
                    ({OURS: [1.5], ANSIBLE: [60.0], PYINFRA: [6.0]}, "s"),
                    ({OURS: [3.0], ANSIBLE: [153.0], PYINFRA: [40.5]}, ROUND_TRIPS),
                )
            ),
        ),
        result("W13", Figures("1 file unchanged", 10, {OURS: [1.4], PYINFRA: [0.6]})),
        result(
            "W14",
            Figures("5000 local hosts", 0, {own_cost.PLAN: [900.0]}),
            Figures("5000 local hosts", 0, {own_cost.PLAN: [1500.0]}, "MiB"),
        ),
    )
}

#: The figure of each target, and whether it is met.
JUDGED = [
    ("W1", 62.5 / 2.1, True),  # Ansible, at least 20
    ("W1", 3.0, True),  # pyinfra, at least 3
    ("W1", 1.4, False),  # ping, at most 0.75
    ("W2", 1.5, False),  # of one file, at most 1.3
    ("W2", 1.2, True),  # of one container
    ("W3", 2.0, False),  # 4 s against 2 s for 40 hosts more, at most 1.3
    ("W4", 6.0, True),  # Ansible, at least 3
    ("W4", 0.8, False),  # pyinfra, at least 1
    ("W5", 20.0, True),  # Ansible, at least 10
    ("W6", 0.2, True),  # seconds, at most 0.25
    ("W6", 0.6, False),  # the same without -i
    ("W7", 10.0, True),  # --help, at most 12.5
    ("W7", 30.0, False),  # config validate, at most 25
    ("W8", 0.5, True),  # of ansible-inventory, at most 1
    ("W8", 1.75, True),  # of half as many, at most 2
    ("W8", 0.04, True),  # seconds, at most 0.1
    ("W8", 900.0, True),  # MiB, at most 1024
    ("W9", 12.0, True),  # Ansible without changes, at least 10
    ("W9", 1.4, False),  # pyinfra, at least 1.5
    ("W9", 9.0, False),  # Ansible with a change
    ("W9", 2.0, True),  # pyinfra with a change
    ("W9", 20.0, True),  # milliseconds of a module, at most 30
    ("W9", 15.0, True),  # the same in Ansible, at least 10 times
    ("W10", 0.0, True),  # failed requests, none
    ("W10", 1.0, False),  # with a broken image, none
    ("W11", 0.5, True),  # processor time of 190 hosts more, at most 0.8 of ping
    ("W12", 3.0, True),  # round trips, at most 3
    ("W12", 4.0, False),  # pyinfra, at least 5
    ("W12", 40.0, True),  # Ansible, at least 30
    ("W14", 1500.0, True),  # MiB, at most 1536
]


def test_targets() -> None:
    judged = judge(ALL)
    assert [(target.workload, target.met) for target in judged] == [
        (workload, met) for workload, _, met in JUDGED
    ]
    assert [target.figure for target in judged] == pytest.approx([each[1] for each in JUDGED])


def test_one_fleet_alone_has_no_cost_of_a_further_host() -> None:
    one = replace(ALL["W3"], cases=ALL["W3"].cases[:1])
    assert judge({"W3": one}) == []


def test_a_ping_that_more_hosts_make_no_slower_meets_no_target() -> None:
    flat = [replace(case, values={**case.values, PING: [1.0]}) for case in ALL["W3"].cases]
    (target,) = judge({"W3": replace(ALL["W3"], cases=tuple(flat))})
    assert not target.met


def test_tables() -> None:
    text = as_markdown(ALL)
    assert f"| W1 | {ANSIBLE} / {OURS} | 29.8 | at least 20 | met |" in text
    assert "| W6 | " in text
    assert "| 0.20 s | at most 0.25 s | met |" in text
    assert "| W1 | 20 unchanged | 10 | 2.10 s (2.00 to 2.20) |" in text
    assert "| 62.50 s (62.00 to 63.00)<br>29.8 times |" in text
    assert "| W5 | 1 of 20 changed | 10 | 3.00 s | 60.00 s<br>20.0 times |  |  |  |" in text
    assert f"| W7 | start | {own_cost.PYTHON} | 0.020 s |" in text
    assert "| 900 MiB |" in text
    assert f"| W10 | 20 updates, failed through nginx | {ANSIBLE} | 700 requests |" in text
    assert text.count("measured on 2026-01-02, on 2 cores of a <processor>, 16 GiB") == 1
    assert "| W12 | 20 unchanged, open connections | 10 | 3.0 round trips |" in text
    assert "Load average before that: 0.4. Took 21 min." in text


def test_results_of_two_machines_are_told_apart() -> None:
    other = replace(ALL["W5"], machine={**MACHINE, "cores": "64"})
    text = as_markdown({"W1": ALL["W1"], "W5": other})
    assert "W1: measured on 2026-01-02, on 2 cores" in text
    assert "W5: measured on 2026-01-02, on 64 cores" in text


def test_targets_on_a_terminal() -> None:
    first, *_ = targets_as_text(judge(ALL)).splitlines()
    assert " ".join(first.split()) == f"W1 met 29.8 (at least 20) {ANSIBLE} / {OURS}"


def test_picture_has_each_tool_with_its_figure() -> None:
    picture = ET.fromstring(as_svg(ALL))
    names = {"svg": "http://www.w3.org/2000/svg"}
    texts = [found.text for found in picture.iterfind("svg:text", names)]
    assert texts[:9] == [
        "Nothing to do: 10 hosts, 20 resources each",
        *(PING, "1.5 s"),
        *(OURS, "2.1 s"),
        *(PYINFRA, "6.3 s"),
        *(ANSIBLE, "62.5 s"),
    ]
    bars = [float(bar.get("width", 0)) for bar in picture.iterfind("svg:rect[@rx]", names)]
    assert len(bars) == 9
    assert bars[3] / bars[1] == pytest.approx(62.5 / 2.1, rel=0.01)
    width = float(picture.get("viewBox", "").split()[2])
    right = max(float(text.get("x", 0)) for text in picture.iterfind("svg:text", names))
    assert right + 50 < width
    assert len(as_svg(ALL)) < 8000


def test_page_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    speed = tmp_path / "speed.md"
    speed.write_text(f"# Speed\n\n{page.BEGIN}\nold\n{page.END}\n\nMore.\n")
    page.write(ALL, tmp_path)
    text = speed.read_text()
    assert text.startswith(f"# Speed\n\n{page.BEGIN}\n\n![")
    assert text.endswith(f"|\n\n{page.END}\n\nMore.\n")
    assert "old" not in text
    assert (tmp_path / "pictures" / "speed.svg").read_text() == as_svg(ALL)
    page.write(ALL, tmp_path)
    assert speed.read_text() == text


#: the workloads with results -> the workloads of the page that have none
LOST = [
    (["W1"], "W2, W3, W4, W5, W6, W7, W8, W9, W10, W11, W12, W13, W14"),
    ([each for each in ALL if each != "W1"], "W1"),
    ([each for each in ALL if each != "W10"], "W10"),
    ([], "W1, W2, W3, W4, W5, W6, W7, W8, W9, W10, W11, W12, W13, W14"),
]


@pytest.mark.parametrize(("measured", "lost"), LOST)
def test_no_figures_are_lost(measured: list[str], lost: str, tmp_path: Path) -> None:
    """What was measured elsewhere, or is not in the folder any more, stays on the page."""
    (tmp_path / "pictures").mkdir()
    speed = tmp_path / "speed.md"
    speed.write_text(f"{page.BEGIN}{page.END}")
    page.write(ALL, tmp_path)
    before = speed.read_text()
    with pytest.raises(ValueError, match=f"^no results of {lost}, which the page shows"):
        page.write({name: ALL[name] for name in measured}, tmp_path)
    assert speed.read_text() == before


def test_nothing_measured_is_said(tmp_path: Path) -> None:
    (tmp_path / "speed.md").write_text(f"{page.BEGIN}{page.END}")
    page.write(results.load(tmp_path), tmp_path)
    assert (tmp_path / "speed.md").read_text() == f"{page.BEGIN}\n\n{NOTHING}\n\n{page.END}"
    assert not (tmp_path / "pictures").exists()


def test_the_page_of_the_documentation_has_its_marks() -> None:
    text = (page.DOCS / "speed.md").read_text(encoding="utf-8")
    assert NOTHING not in page.with_results(text, ALL)
    with pytest.raises(ValueError, match="measured: begin"):
        page.with_results(text.replace(page.END, ""), ALL)


def test_results_are_kept(tmp_path: Path) -> None:
    for workload in ("W8", "W10", "W1"):
        results.save(ALL[workload], tmp_path / "results")
    found = results.load(tmp_path / "results")
    assert found == {name: ALL[name] for name in ("W1", "W8", "W10")}
    assert list(found) == ["W1", "W8", "W10"]
