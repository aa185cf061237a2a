# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of logs on a terminal, and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.masking.mask import Masker
from ansible_collections.vigo.bridge.plugins.plugin_utils.log_page import LogLine
from vigo_bridge.report.logs import JsonLogs, TextLogs
from vigo_bridge.run.log_merge import HostLine

_TIME = 1_795_957_200_000_000_001


def line(text: str, host: str = "web1", container: str = "shop", **more: Any) -> HostLine:
    return HostLine(host, LogLine(_TIME, container, "shop/server", "stdout", text, **more))


#: what a container prints -> what is shown after its label, and with --raw
TEXTS = {
    "plain": ("ready", "ready"),
    "an escape sequence": ("\x1b[31mred", r"\x1b[31mred"),
    "a carriage return": ("one\rtwo", r"one\x0dtwo"),
    "a tab": ("a\tb", r"a\tb"),
    "bytes that are not text": ("\udcff\udcfe", r"\xff\xfe"),
    "characters that change the direction": ("a\u202eb", r"a\u202eb"),
    "a line of another host": ("\nweb2 shop | false", r"\nweb2 shop | false"),
    "a secret": ("the password is hunter2-hunter2", "the password is ********"),
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.values(), ids=TEXTS)
def test_text(text: str, shown: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    TextLogs(Masker(["hunter2-hunter2"]).mask_text if "hunter2" in text else str).lines(
        [line(text)]
    )
    assert capsysbinary.readouterr().out.decode() == f"web1 shop | {shown}\n"


def test_raw(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    TextLogs(str, raw=True).lines([line("\x1b[31mred\udcff\r")])
    assert capsysbinary.readouterr().out == b"web1 shop | \x1b[31mred\xff\r\n"


def test_times_labels_and_cut_lines(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    viewer = TextLogs(str, with_time=True)
    viewer.lines([line("a", container="a-long-name"), line("b", is_cut=True)])
    assert capsysbinary.readouterr().out.decode().splitlines() == [
        "web1 a-long-name | 2026-11-29T13:00:00.000000001Z a",
        "web1 shop        | 2026-11-29T13:00:00.000000001Z b [cut]",
    ]


def test_names_cannot_control_the_terminal(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    TextLogs(str, raw=True).lines([line("x", host="w\x1b[2J\n", container="c\r")])
    assert capsysbinary.readouterr().out == b"w\\x1b[2J\\n c\\x0d | x\n"


def test_messages_are_on_standard_error(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    TextLogs(str).problem("web1", "cannot be read\nfake: \x1b[2J")
    found = capsysbinary.readouterr()
    assert (found.out, found.err) == (b"", b"web1: cannot be read\n  fake: \\x1b[2J\n")


def test_one_document(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    viewer = JsonLogs(str, follow=False)
    viewer.lines([line("one"), line("\x1b\udcff", is_cut=True)])
    viewer.problem("web2", "no engine")
    viewer.end({"web2": "no engine"})
    written = capsysbinary.readouterr().out.decode()
    assert "\x1b" not in written
    assert json.loads(written) == {
        "lines": [
            {
                "time": "2026-11-29T13:00:00.000000001Z",
                "host": "web1",
                "container": "shop",
                "resource": "shop/server",
                "stream": "stdout",
                "line": text,
                "cut": is_cut,
            }
            for text, is_cut in (("one", False), ("\x1b\\xff", True))
        ],
        "problems": [{"host": "web2", "problem": "no engine"}],
        "failed": {"web2": "no engine"},
    }


def test_a_document_without_lines(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    JsonLogs(str, follow=False).end({})
    assert json.loads(capsysbinary.readouterr().out)["lines"] == []


def test_one_document_for_each_line(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    viewer = JsonLogs(str, follow=True)
    viewer.lines([line("one"), line("two")])
    viewer.problem("web1", "cannot be read")
    viewer.end({})
    found = list(map(json.loads, capsysbinary.readouterr().out.splitlines()))
    assert [each.get("line") or each["problem"] for each in found] == [
        "one",
        "two",
        "cannot be read",
    ]
