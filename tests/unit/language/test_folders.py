# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that are not stacks, and entries that are not regular files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.language.test_bad_stacks import cases, write_stack
from vigo_bridge.language import load
from vigo_bridge.language.diagnostics import CODES
from vigo_bridge.language.fingerprint import fingerprint
from vigo_bridge.report.diagnostics import as_text
from vigo_bridge.resolve import check, resolve


def findings(folder: Path) -> list[str]:
    return [str(item).replace(str(folder), "STACK") for item in check(load(folder))]


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    assert findings(tmp_path / "stack") == [
        "error: the stack 'STACK' does not exist\n  set the folder that contains configcrates/ and"
        " envoys/ with --stacks, or create a stack with `vigo-bridge init`"
    ]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "stack"
    file.touch()
    assert findings(file)[0].startswith("error: the stack 'STACK' is not a folder")


def test_the_folder_above_a_stack(tmp_path: Path) -> None:
    (tmp_path / "stockpile/modules").mkdir(parents=True)
    assert findings(tmp_path) == [
        "error: 'STACK' is not a stack, but contains one\n  write --stacks STACK/stockpile"
    ]


# What is at a path of a stack -> what is found there: a line, and what to do.
OUTSIDE = "files outside the stack's folder are not allowed: copy it there"
UNUSABLE = {
    "a link to nowhere": (
        "configcrates/web.vgo",
        lambda at: at.symlink_to("nowhere"),
        "error: the file cannot be read: No such file or directory",
        "correct the link, or remove it",
    ),
    "a link in a circle": (
        "envoys.vgo",
        lambda at: at.symlink_to("envoys.vgo"),
        "error: the file cannot be read: it is a circular symbolic link, not a regular file",
        "remove it, or rename it with a dot in front",
    ),
    "a FIFO": (
        "envoys/all.vgo",
        lambda at: os.mkfifo(at),
        "error: the file cannot be read: it is a FIFO, not a regular file",
        "remove it, or rename it with a dot in front",
    ),
    "a file outside": (
        "configcrates/web.vgo",
        lambda at: at.symlink_to("../../outside/web.vgo"),
        "error: the file cannot be read: it points outside the folder, to 'TOP/outside/web.vgo'",
        OUTSIDE,
    ),
    "a folder outside": (
        "configcrates/shared",
        lambda at: at.symlink_to("../../outside"),
        "error: the folder is not read: it points outside the folder, to 'TOP/outside'",
        OUTSIDE,
    ),
    "a folder of templates outside": (
        "templates/etc",
        lambda at: at.symlink_to("/etc"),
        "error: the folder is not read: it points outside the folder, to '/etc'",
        OUTSIDE,
    ),
    "a folder with the name of a file": (
        "stack.vgo",
        lambda at: at.mkdir(),
        "error: the file stack.vgo cannot be read: it is a folder, not a regular file",
        "rename the folder",
    ),
    "a folder named as a file further down": (
        "envoys/web/common.vgo",
        lambda at: at.mkdir(),
        "error: the file common.vgo cannot be read: it is a folder, not a regular file",
        "rename the folder",
    ),
    "a folder with the suffix of a file": (
        "envoys/x.vgo",
        lambda at: at.mkdir(),
        "error: the file x.vgo cannot be read: it is a folder, not a regular file",
        "rename the folder",
    ),
    "such a folder at the top": (
        "hosts.vgo",
        lambda at: at.mkdir(),
        "error: the file hosts.vgo cannot be read: it is a folder, not a regular file",
        "rename the folder",
    ),
    "a file with the name of a folder": (
        "tasks",
        lambda at: at.write_text("name: web"),
        "error: tasks is not a folder, so it is not read",
        "create a folder tasks/, or rename the file",
    ),
    "a link to nowhere with the name of a folder": (
        "roles",
        lambda at: at.symlink_to("nowhere"),
        "error: roles is not a folder, so it is not read",
        "create a folder roles/, or rename the file",
    ),
    "a FIFO with the name of a folder": (
        "templates",
        lambda at: os.mkfifo(at),
        "error: templates is not a folder, so it is not read",
        "create a folder templates/, or rename the file",
    ),
    "the older name of a folder": (
        "modules",
        lambda at: at.write_text("name: web"),
        "error: modules is not a folder, so it is not read",
        "create a folder modules/, or rename the file",
    ),
    "a suffix in capitals": (
        "web.VGO",
        lambda at: at.touch(),
        "warning: the file is not read: its name does not end in .vgo",
        "rename it to web.vgo",
    ),
    "a common file of another suffix": (
        "envoys/web/common.yaml",
        lambda at: at.touch(),
        "warning: the file is not read: its name does not end in .vgo",
        "rename it to common.vgo",
    ),
    "match entries of another suffix": (
        "envoys.yml",
        lambda at: at.touch(),
        "warning: the file is not read: its name does not end in .vgo",
        "rename it to envoys.vgo",
    ),
    "a list of secret stores of another suffix": (
        "secrets.yaml",
        lambda at: at.touch(),
        "warning: the file is not read: its name does not end in .yml",
        "rename it to secrets.yml",
    ),
    "a FIFO as stack.vgo": (
        "stack.vgo",
        lambda at: os.mkfifo(at),
        "error: the file cannot be read: it is a FIFO, not a regular file",
        "remove it, or rename it with a dot in front",
    ),
    "a stack.vgo that leads nowhere": (
        "stack.vgo",
        lambda at: at.symlink_to("nowhere"),
        "error: the file cannot be read: No such file or directory",
        "correct the link, or remove it",
    ),
    "a stack.vgo that leads to a folder": (
        "stack.vgo",
        lambda at: at.symlink_to("."),
        "error: the file stack.vgo cannot be read: it is a folder, not a regular file",
        "rename the folder",
    ),
    "another suffix": (
        "stack.yml",
        lambda at: at.touch(),
        "warning: the file is not read: its name does not end in .vgo",
        "rename it to stack.vgo",
    ),
    "a large file": (
        "roles/all.vgo",
        lambda at: at.write_bytes(b"#" * ((8 << 20) + 1)),
        "error: the file cannot be read: it is larger than 8 MiB",
        "split it, or move it out of the stack's folder",
    ),
    "a device among the templates": (
        "templates/zero",
        lambda at: at.symlink_to("/dev/zero"),
        "warning: no resource can use the file: it points outside the folder, to '/dev/zero'",
        OUTSIDE,
    ),
    "a FIFO among the templates": (
        "templates/pipe",
        lambda at: os.mkfifo(at),
        "warning: no resource can use the file: it is a FIFO, not a regular file",
        "remove it, or rename it with a dot in front",
    ),
    "deep folders": (
        "/".join(["d"] * 65),
        lambda at: at.mkdir(),
        "error: folders are nested deeper than 64 levels",
        "use a separate folder for the stack with --stacks",
    ),
}


@pytest.mark.parametrize(("path", "make", "found", "advice"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_not_read(
    path: str, make: Callable[[Path], None], found: str, advice: str, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/web.vgo").write_text("name: web\n")
    stack = tmp_path / "stack"
    (stack / path).parent.mkdir(parents=True)
    make(stack / path)
    (stack / "common.vgo").write_text("vars: {}\n")

    text = f"{path}:1:1: {found}\n  {advice}"
    assert [item.replace(str(tmp_path), "TOP") for item in findings(stack)] == [text]
    assert not load(stack).configcrates
    assert all(as_text(item, stack).count("\n") <= 3 for item in load(stack).diagnostics)
    assert fingerprint(stack, {}) == fingerprint(stack, {})


@pytest.mark.parametrize("name", ["templates/stack.vgo", "envoys/vgo", "envoys/web.d", "old.vgo.d"])
def test_a_folder_with_any_other_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir(parents=True)
    (tmp_path / "common.vgo").write_text("vars: {}\n")
    assert findings(tmp_path) == []


TEMPLATES = {
    "outside": (
        lambda at: at.symlink_to("../../secret"),
        "it points outside the folder, to 'TOP/secret'",
    ),
    "a device": (lambda at: at.symlink_to("/dev/zero"), "it points outside the folder, to '/dev/"),
    "a FIFO": (lambda at: os.mkfifo(at), "it is a FIFO, not a regular file"),
    "large": (lambda at: os.truncate(_empty(at), 1 << 34), "it is larger than 8 MiB"),
}


@pytest.mark.parametrize("source", ["templates/t", '"templates/{{ .Vars.name }}"'])
@pytest.mark.parametrize(("make", "reason"), TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_that_is_not_read(
    make: Callable[[Path], None], reason: str, source: str, tmp_path: Path
) -> None:
    """Where a resource names it, there is the finding; no envoy gets what is behind it."""
    (tmp_path / "secret").write_text("hunter22")
    stack = tmp_path / "stack"
    (stack / "templates").mkdir(parents=True)
    make(stack / "templates/t")
    (stack / "configcrates").mkdir()
    (stack / "configcrates/web.vgo").write_text(
        "name: web\nvars: {name: t}\nresources:\n"
        f"  - {{type: file, target_path: /x, source: {source}}}\n"
    )
    (stack / "envoys.vgo").write_text('envoys: [{match: "*", configcrates: [web]}]\n')

    errors = [item for item in findings(stack) if " error: " in item]
    assert len(errors) == 1
    assert errors[0].startswith("configcrates/web.vgo:4:43: error: the file 'templates/t' cannot")
    assert reason in errors[0].replace(str(tmp_path), "TOP")
    plan, _ = resolve(load(stack), ["web1"])
    assert "hunter22" not in repr(plan)


EXECUTORS = {
    **TEMPLATES,
    "elsewhere in the stack": (
        lambda at: at.symlink_to("../templates/t"),
        "it points outside the folder, to 'STACK/templates/t'",
    ),
}


@pytest.mark.parametrize(("make", "reason"), EXECUTORS.values(), ids=EXECUTORS)
def test_an_executor_that_is_not_read(
    make: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    """A program never comes from outside of its folder."""
    (tmp_path / "secret").write_text("#!/bin/sh\nhunter22")
    stack = tmp_path / "stack"
    for name in ("executors", "templates", "configcrates"):
        (stack / name).mkdir(parents=True)
    (stack / "templates/t").write_text("#!/bin/sh\nhunter22")
    make(stack / "executors/t")
    (stack / "configcrates/web.vgo").write_text(
        "name: web\nresources:\n  - {type: custom, executor: t}\n"
    )
    (stack / "envoys.vgo").write_text('envoys: [{match: "*", configcrates: [web]}]\n')

    errors = [item for item in findings(stack) if " error: " in item]
    assert len(errors) == 1
    assert errors[0].startswith("configcrates/web.vgo:3:30: error: the file 'executors/t' cannot")
    assert reason in errors[0].replace(str(tmp_path), "TOP")
    plan, _ = resolve(load(stack), ["web1"])
    assert "hunter22" not in repr(plan)


def test_links_inside_are_followed_each_folder_once(tmp_path: Path) -> None:
    (tmp_path / "stack/shared").mkdir(parents=True)
    (tmp_path / "stack/shared/web.vgo").write_text("name: web\n")
    (tmp_path / "stack/configcrates").symlink_to("shared")
    (tmp_path / "stack/shared/again").symlink_to("../../stack")
    (tmp_path / "link").symlink_to("stack")
    assert list(load(tmp_path / "link").configcrates) == ["web"]


def test_the_size_of_all_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigo_bridge.language.stack.MAX_VGO_TOTAL", 1 << 20)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.vgo").write_bytes(b"#" * 700_000)
    errors = [item for item in findings(tmp_path) if " error: " in item]
    assert [item.split(":")[0] for item in errors] == ["b.vgo"]


def test_the_number_of_values_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigo_bridge.language.stack.MAX_VALUES", 5)
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.vgo").write_text("match: x\nvars: {a: [1, 2]}\n")
    errors = [item.split("\n")[0] for item in findings(tmp_path) if " error: " in item]
    assert errors == [
        "b.vgo:1:1: error: including this file, the .vgo files exceed 5 values; the others are"
        " not read"
    ]


def test_the_number_of_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigo_bridge.language.folder.MAX_NAMES", 5)
    (tmp_path / "templates").mkdir()
    for number in range(6):
        (tmp_path / f"templates/{number}").touch()
    assert "templates:1:1: error: the stack contains more than 5 files" in "".join(
        findings(tmp_path)
    )


def test_a_template_that_nobody_names_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    for number in range(3):
        os.truncate(_empty(tmp_path / f"templates/{number}"), 1 << 34)
    assert [item for item in findings(tmp_path) if "templates" in item] == []


def _empty(at: Path) -> Path:
    at.touch()
    return at


def test_hidden_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/x.vgo").write_text("[")
    (tmp_path / ".x.vgo").write_text("[")
    assert load(tmp_path).broken == frozenset()


def test_every_code_has_a_case(tmp_path: Path) -> None:
    seen = {"VB101", "VB209", "VB310", "VB311"}  # here, and where hosts are known
    seen |= {"VB604", "VB606"}  # where the secret stores are known
    seen |= {"VB505"}  # where Ansible is asked
    for number, parameters in enumerate(cases()):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_stack(folder, parameters.values[0])
        seen |= {item.code for item in check(load(folder))}
    assert seen == set(CODES)
