# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of real files: what stays, what is refused, what check mode predicts."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from ansible_collections.vigo.bridge.plugins.module_utils.types.text_edit import (
    behaviour,
    cron,
    host,
    kernel_parameter,
    sysctl,
)
from tests.unit.module_utils.applying import apply

SECRETS = {"db": 'pa"ss\\word'}


def applied(kind: str, **attributes: Any) -> Result:
    """Apply a resource, and check that check mode predicts it without a change."""
    predicted = apply(TYPES[kind].behaviour(), attributes, check=True, secrets=SECRETS)
    result = apply(TYPES[kind].behaviour(), attributes, secrets=SECRETS)
    assert (predicted.action, predicted.reason) == (result.action, result.reason)
    assert predicted.diff == result.diff
    if not result.failed:
        assert apply(TYPES[kind].behaviour(), attributes, secrets=SECRETS).action == "none"
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\nc\r\n"),
        (b"\xef\xbb\xbfa\n", b"\xef\xbb\xbfa\nc\n"),
        (b"\xff\xfe a\n", b"\xff\xfe a\nc\n"),
        (b"\xe4\n", b"\xe4\nc\n"),
    ],
    ids=["line breaks of Windows", "byte order mark", "no UTF-8", "Latin 1"],
)
def test_all_other_bytes_stay(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = tmp_path / "f"
    path.write_bytes(before)
    assert applied("file_line", target_path=str(path), line="c").action == "updated"
    assert path.read_bytes() == after


def test_owner_and_mode_stay(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("a\n")
    path.chmod(0o4751)
    applied("file_line", target_path=str(path), line="secret:db")
    assert path.stat().st_mode & 0o7777 == 0o4751


@pytest.mark.parametrize(("line", "mode"), [("a", 0o644), ("secret:db", 0o600)])
def test_mode_of_a_new_file(tmp_path: Path, line: str, mode: int) -> None:
    path = tmp_path / "new" / "f"
    assert applied("file_line", target_path=str(path), line=line).action == "created"
    assert path.stat().st_mode & 0o7777 == mode


SECRET_EDITS: dict[str, tuple[dict[str, Any], str, str]] = {
    "file_line": ({"line": "p=secret:db"}, "x\n", 'x\np=pa"ss\\word\n'),
    "replace": (
        {"match_pattern": "^p=.*", "replacement": "p=secret:db"},
        "p=\n",
        'p=pa"ss\\word\n',
    ),
    "json_file": ({"key": "p", "value": '"secret:db"'}, '{"p": 1}', '{"p": "pa\\"ss\\\\word"}'),
}


@pytest.mark.parametrize(("kind", "row"), SECRET_EDITS.items(), ids=SECRET_EDITS)
def test_a_secret_is_written_and_not_shown(
    tmp_path: Path, kind: str, row: tuple[dict[str, Any], str, str]
) -> None:
    attributes, before, after = row
    path = tmp_path / "f"
    path.write_text(before)
    result = applied(kind, target_path=str(path), **attributes)
    assert path.read_text() == after
    assert "ss" not in str(result.diff)
    assert result.diff == {
        "before": "",
        "after": "",
        "prepared": "(not shown: the content holds secrets)\n",
    }


def _link(path: Path) -> None:
    path.with_name("other").write_text("other\n")
    path.symlink_to("other")


#: what is there, and the error
NOT_FOLLOWED = "which is not followed; use the path of the file itself"
REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link": (
        _link,
        f"PATH is a symbolic link to 'other', {NOT_FOLLOWED}",
    ),
    "a link to nothing": (
        lambda path: path.symlink_to("none"),
        f"PATH is a symbolic link to 'none', {NOT_FOLLOWED}",
    ),
    "a folder": (Path.mkdir, "PATH is a directory; remove it, or choose another target_path"),
    "a pipe": (
        os.mkfifo,
        "PATH is neither a file nor a link (a socket, pipe or device); choose another target_path",
    ),
    "binary": (
        lambda path: path.write_bytes(b"a\0b\n"),
        "PATH is not a text file: it contains a NUL character; correct target_path",
    ),
}
KINDS = {
    "file_line": {"line": "a"},
    "replace": {"match_pattern": "a", "replacement": "b"},
    "json_file": {"key": "a", "value": "1"},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("make", "error"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, kind: str, make: Callable[[Path], object], error: str) -> None:
    path = tmp_path / "f"
    make(path)
    result = applied(kind, target_path=str(path), **KINDS[kind])
    assert (result.action, result.reason) == ("failed", error.replace("PATH", str(path)))
    other = tmp_path / "other"
    assert not other.exists() or other.read_text() == "other\n"


def test_what_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behaviour, "LARGEST", 3)
    path = tmp_path / "f"
    path.write_text("abcd")
    result = applied("file_line", target_path=str(path), line="a")
    assert result.action == "failed"
    assert "is larger than" in result.reason


def test_a_change_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    path.write_text("a\n")
    decide = behaviour.TextEdit.decide

    def meanwhile(*arguments: Any) -> Any:
        path.write_text("other\n")
        return decide(*arguments)

    monkeypatch.setattr(behaviour.TextEdit, "decide", meanwhile)
    result = apply(TYPES["file_line"].behaviour(), {"target_path": str(path), "line": "b"})
    assert result.reason == f"{path} was changed by something else meanwhile; run again"
    assert path.read_text() == "other\n"


def test_a_secret_with_a_line_break_is_no_line(tmp_path: Path) -> None:
    path = tmp_path / "f"
    given = {"target_path": str(path), "line": "a=secret:db"}
    result = apply(TYPES["file_line"].behaviour(), given, secrets={"db": "two\nlines"})
    assert result.reason == "line contains a line break; write one line"
    assert not path.exists()


def plan(tmp_path: Path, *resources: dict[str, Any]) -> dict[str, str]:
    """Return the actions that check mode predicts, after checking that a run takes them."""

    def run(check_mode: bool) -> dict[str, str]:
        arguments = {"resources": list(resources), "state_dir": str(tmp_path / "state")}
        return {one.id: one.action for one in converge(arguments, Target(check_mode))}

    predicted = run(True)
    done = run(False)
    certain = {name: action for name, action in predicted.items() if action != "unknown"}
    assert certain == {name: done[name] for name in certain}
    return predicted


def test_later_resources_see_the_edit(tmp_path: Path) -> None:
    path, copy = tmp_path / "f", tmp_path / "copy"
    line = {"type": "file_line", "target_path": str(path)}
    assert plan(
        tmp_path,
        {"id": "one", **line, "line": "a"},
        {"id": "two", **line, "line": "b", "match_pattern": "^a$"},
        {"id": "three", **line, "line": "b"},
        {"id": "copy", "type": "file", "target_path": str(copy), "source": str(path)},
        {"id": "same", "type": "file_line", "target_path": str(copy), "line": "b"},
        {"id": "seen", **line, "line": "c", "when": f"file_exists('{copy}')"},
        {"id": "not", **line, "line": "d", "when": f"!file_exists('{copy}')"},
    ) == {
        "one": "created",
        "two": "updated",
        "three": "none",
        "copy": "created",
        "same": "none",
        "seen": "updated",
        "not": "skipped",
    }
    assert path.read_text() == "b\nc\n"


def test_after_a_command_it_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("a\n")
    assert plan(
        tmp_path,
        {"id": "command", "type": "exec", "command": f"echo b >> {path}"},
        {"id": "line", "type": "file_line", "target_path": str(path), "line": "b"},
    ) == {"command": "ran", "line": "unknown"}


def test_a_file_of_cron_is_the_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cron, "FOLDER", str(tmp_path))
    path = tmp_path / "job"
    (tmp_path / "other").write_text("other\n")
    path.symlink_to("other")
    job = {"name": "job", "command": "true"}
    assert applied("cron", **job).action == "updated"
    assert not path.is_symlink()
    path.chmod(0o666)
    assert applied("cron", **job).reason == "mode 0666 -> 0644"
    assert applied("cron", **job, environment="A=secret:db").action == "updated"
    assert path.stat().st_mode & 0o777 == 0o600
    assert applied("cron", **job, state="absent").action == "deleted"
    assert (tmp_path / "other").read_text() == "other\n"


def test_hosts_are_lines_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost\n")
    monkeypatch.setattr(host, "PATH", str(path))
    assert applied("host", hostname="db", ip="192.0.2.7").action == "updated"
    assert path.read_text() == "127.0.0.1 localhost\n192.0.2.7\tdb\n"


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in place of /proc/sys, with one parameter."""
    live = tmp_path / "live"
    (live / "vm").mkdir(parents=True)
    (live / "vm/x").write_text("1\t2\n")
    monkeypatch.setattr(sysctl, "FOLDER", str(tmp_path))
    monkeypatch.setattr(sysctl, "LIVE_FOLDER", str(live))
    return live / "vm/x"


#: attributes -> action, reason, live value, and whether there is a file
PARAMETERS: dict[str, tuple[dict[str, Any], str, str, str, bool]] = {
    "equal": ({"value": "1 2"}, "created", "it does not exist", "1\t2\n", True),
    "not kept": ({"value": "1 2", "persist": False}, "none", "", "1\t2\n", False),
    "other": (
        {"value": "3"},
        "updated",
        "the current value is 1 2; the file is created",
        "3\n",
        True,
    ),
    "other, not kept": (
        {"value": "3", "persist": "false"},
        "updated",
        "the current value is 1 2",
        "3\n",
        False,
    ),
    "absent": ({"state": "absent"}, "none", "", "1\t2\n", False),
}


@pytest.mark.parametrize("row", PARAMETERS.values(), ids=PARAMETERS)
def test_parameter(
    kernel: Path, tmp_path: Path, row: tuple[dict[str, Any], str, str, str, bool]
) -> None:
    attributes, action, reason, live, is_kept = row
    result = applied("sysctl", key="vm.x", **attributes)
    assert (result.action, result.reason) == (action, reason)
    assert kernel.read_text() == live
    file = tmp_path / "99-vigo-vm.x.conf"
    assert file.exists() == is_kept
    if is_kept:
        assert applied("sysctl", key="vm.x", state="absent").action == "deleted"
        assert kernel.read_text() == live


def test_a_parameter_that_there_is_not(kernel: Path) -> None:
    result = applied("sysctl", key="vm.y", value="1")
    assert result.reason == (
        "vm.y: this kernel has no such parameter; correct key, or load the module that has it first"
    )


def test_later_parameters_see_the_value(kernel: Path, tmp_path: Path) -> None:
    one = {"type": "sysctl", "key": "vm.x", "persist": False}
    assert plan(tmp_path, {"id": "a", **one, "value": "3"}, {"id": "b", **one, "value": "3"}) == {
        "a": "updated",
        "b": "none",
    }


def refusing(code: int) -> Callable[[str], str]:
    def refuse(value: str) -> str:
        raise OSError(code, os.strerror(code))

    return refuse


#: what the kernel does with a value -> the error
REFUSALS: dict[str, tuple[Callable[[str], str], str]] = {
    "invalid": (
        refusing(errno.EINVAL),
        "vm.x: the kernel refuses '3': Invalid argument; correct value",
    ),
    "forbidden": (
        refusing(errno.EPERM),
        "vm.x: the kernel refuses '3': Operation not permitted; run with become",
    ),
    "changed": (
        lambda value: "4\n",
        "vm.x: the kernel changed the value '3' to '4'; write the value as the kernel shows it",
    ),
}


@pytest.mark.parametrize(("given", "error"), REFUSALS.values(), ids=REFUSALS)
def test_a_value_that_the_kernel_refuses(
    given: Callable[[str], str],
    error: str,
    kernel: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The file is not written then."""

    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            kernel.write_text(given(text))
            return len(text)

    monkeypatch.setattr(kernel_parameter, "open", lambda *_, **__: Stream(), raising=False)
    result = apply(TYPES["sysctl"].behaviour(), {"key": "vm.x", "value": "3"})
    assert (result.action, result.reason) == ("failed", error)
    assert not (tmp_path / "99-vigo-vm.x.conf").exists()


@pytest.mark.parametrize(("value", "is_refused"), [("1 2", False), ("3", True)])
def test_a_parameter_that_is_read_only(
    value: str, is_refused: bool, kernel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    result = applied("sysctl", key="vm.x", value=value, persist=False)
    assert (result.action == "failed") is is_refused
    if is_refused:
        assert result.reason == (
            f"vm.x cannot be set: {kernel} is read-only here; run with become; in a container, set"
            " it on the host"
        )


@pytest.mark.parametrize("state", ["present", "absent"])
def test_what_a_parameter_may_alter(state: str, kernel: Path, tmp_path: Path) -> None:
    kind = TYPES["sysctl"]
    given = {"key": "vm.x", "value": "3", "state": state}
    live = [] if state == "absent" else ["/proc/sys"]
    paths = kind.behaviour().may_alter(kind.parse(given))
    assert list(paths) == [str(tmp_path / "99-vigo-vm.x.conf"), *live]
