# SPDX-License-Identifier: GPL-3.0-or-later
"""The file resource, on real files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from tests.unit.module_utils.applying import apply
from tests.unit.module_utils.killing import in_a_child

FILE = File()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


#: what is there -> attributes -> action, reason, and what is there then
CASES: dict[str, tuple[str | None, dict[str, Any], str, str, str | None]] = {
    "missing": (None, {"content": "a\n"}, "created", "it does not exist", "a\n"),
    "equal": ("a\n", {"content": "a\n"}, "none", "", "a\n"),
    "other content": ("b\n", {"content": "a\n"}, "updated", "content changed", "a\n"),
    "other mode": ("a", {"content": "a", "mode": "0600"}, "updated", "mode 0644 -> 0600", "a"),
    "both": (
        "b",
        {"content": "a", "mode": "0755"},
        "updated",
        "content changed; mode 0644 -> 0755",
        "a",
    ),
    "nothing said of the content": ("b", {}, "none", "", "b"),
    "nothing said, and missing": (None, {}, "created", "it does not exist", ""),
    "empty content": ("b", {"content": ""}, "updated", "content changed", ""),
    "absent": ("b", {"state": "absent"}, "deleted", "it exists", None),
    "absent already": (None, {"state": "absent"}, "none", "", None),
    "indented": (
        None,
        {"content": "a\n\nb\n", "baseindent": 2},
        "created",
        "it does not exist",
        "  a\n\n  b\n",
    ),
    "indented, with other separators inside a line": (
        None,
        {"content": "a\u2028b\x85c\fd\ne", "baseindent": 1},
        "created",
        "it does not exist",
        " a\u2028b\x85c\fd\n e",
    ),
    "edited content": (
        None,
        {"content": "a\n", "stream_edit": "tr a b"},
        "created",
        "it does not exist",
        "b\n",
    ),
    "edited in turn": (
        "x",
        {"content": "a", "stream_edit": ["tr a b", "tr b c"]},
        "updated",
        "content changed",
        "c",
    ),
    "edited as it is": (
        "port 1\n",
        {"stream_edit": "sed 's/1/2/'"},
        "updated",
        "content changed",
        "port 2\n",
    ),
    "edited, and right already": (
        "port 2\n",
        {"stream_edit": "sed 's/1/2/'"},
        "none",
        "",
        "port 2\n",
    ),
    "edited from nothing": (
        None,
        {"stream_edit": "cat > /dev/null; echo b"},
        "created",
        "it does not exist",
        "b\n",
    ),
    "edited without reading": (
        "a" * 999_999,
        {"stream_edit": "echo b"},
        "updated",
        "content changed",
        "b\n",
    ),
    "bytes that are no text": (None, {"content": "\udcff"}, "created", "it does not exist", None),
}


@pytest.mark.parametrize(
    ("before", "attributes", "action", "reason", "after"), CASES.values(), ids=CASES
)
def test_case(
    tmp_path: Path,
    before: str | None,
    attributes: dict[str, Any],
    action: str,
    reason: str,
    after: str | None,
) -> None:
    path = tmp_path / "it"
    if before is not None:
        path.write_text(before)
        path.chmod(0o644)
    attributes = {"target_path": str(path), **attributes}

    predicted = apply(FILE, attributes, check=True)
    assert (path.read_text() if path.exists() else None) == before, "check mode touched it"
    result = apply(FILE, attributes)
    assert (result.action, result.reason) == (action, reason)
    assert (predicted.action, predicted.reason) == (action, reason)
    if after is not None:
        assert path.read_text() == after
    assert apply(FILE, attributes).action == "none"
    assert [entry.name for entry in tmp_path.iterdir()] in ([], ["it"]), "litter"


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "relative path": ({"target_path": "etc/motd"}, "target_path: 'etc/motd' is not absolute"),
    "a directory": ({"target_path": "/x/new/"}, "target_path: '/x/new/' is a directory; write"),
    "two slashes": ({"target_path": "/x/new//"}, "target_path: '/x/new//' is a directory"),
    "the directory itself": ({"target_path": "/x/."}, "target_path: '/x/.' is a directory"),
    "the directory above": ({"target_path": "/x/.."}, "target_path: '/x/..' is a directory"),
    "the root": ({"target_path": "/"}, "target_path: '/' is a directory"),
    "a home": ({"target_path": "~"}, "target_path: '~' is a directory"),
    "a home directory": ({"target_path": "~/x/"}, "target_path: '~/x/' is a directory"),
    "the home of nobody": (
        {"target_path": "~no-such/x"},
        "target_path: user 'no-such' does not exist",
    ),
    "a source of nobody": ({"source": "~no-such/x"}, "source: user 'no-such' does not exist"),
    "a directory to remove": (
        {"target_path": "/x/new/", "state": "absent"},
        "target_path: '/x/new/' is a directory",
    ),
    "validate without the file": (
        {"content": "a", "validate": "nginx -t"},
        "validate: 'nginx -t' does not contain %s; use %s for",
    ),
    "owner in other digits": ({"owner": "²"}, "owner: user '²' does not exist"),
    "no octal mode": (
        {"mode": "rw"},
        "mode: invalid mode 'rw': expected an octal number such as 0644, or a symbolic",
    ),
    "unknown owner": ({"owner": "nobody-such"}, "owner: user 'nobody-such' does not exist"),
    "unknown group": ({"group": "no-such"}, "group: 'no-such' does not exist"),
    "two contents": ({"content": "a", "source": "/x"}, "content and source are mutually exclusive"),
    "two contents again": (
        {"content": "a", "content_base64": "YQ=="},
        "content and content_base64 are mutually exclusive",
    ),
    "no base64": ({"content_base64": "a"}, "content_base64: invalid base64: expected"),
    "src on a target": ({"src": "/etc/hosts"}, "src: only the action plugin"),
    "missing source": (
        {"source": "/no/such"},
        "No such file or directory; create it first, or correct the path",
    ),
    "source is a folder": ({"source": "/usr"}, "it is not a regular file; use a regular file"),
    "a script fails": (
        {"stream_edit": "exit 3"},
        "a script of stream_edit failed with exit code 3",
    ),
    "large mode": ({"mode": 99999}, "mode: invalid mode 99999"),
    "negative mode": ({"mode": -1}, "mode: invalid mode -1"),
    "true as mode": ({"mode": True}, "mode: invalid mode True"),
    "large owner": ({"owner": 99999999999}, "owner: 99999999999 is larger than the maximum ID"),
    "large group": ({"group": "4294967295"}, "group: 4294967295 is larger than the maximum ID"),
    "NUL in the path": ({"target_path": "/a\0"}, "target_path contains a NUL character"),
    "NUL in the source": ({"source": "/a\0"}, "source contains a NUL character"),
    "NUL in a script": ({"stream_edit": ["a\0"]}, "stream_edit contains a NUL character"),
    "a long name": ({"target_path": "/" + "a" * 300}, "File name too long; choose another path"),
    "negative indent": ({"content": "a", "baseindent": -1}, "-1 is not an integer from 0 to 1000"),
    "huge indent": ({"content": "a", "baseindent": 10**9}, "is not an integer from 0 to 1000"),
    "no number as indent": ({"baseindent": "x"}, "baseindent: 'x' is not an integer"),
    "a folder as suffix": ({"backup": "/x"}, "backup: '/x' is neither true nor a suffix"),
    "a map as script": (
        {"stream_edit": {"a": "b"}},
        "stream_edit: item 1: expected a string, not a mapping",
    ),
    "a map in a list of scripts": (
        {"stream_edit": ["cat", {"a": "b"}]},
        "stream_edit: item 2: expected a string, not a mapping",
    ),
    "a map as content": (
        {"content": {"a": 1}},
        "content: expected a string, not a mapping; write it as one quoted string",
    ),
    "a map as mode": ({"mode": {"a": 1}}, "mode: invalid mode"),
    "a list as owner": ({"owner": ["root"]}, "owner: expected a string, not a list"),
    "a list as content": ({"content": ["a"]}, "content: expected a string, not a list"),
    "a file as folder": (
        {"target_path": "/etc/passwd/it"},
        "/etc/passwd is a file, not a directory; remove it, or",
    ),
    "a device": ({"target_path": "/dev/null"}, "/dev/null is neither a file nor a link"),
    "unknown state": ({"state": "there"}, "state: 'there' is neither present nor absent"),
}


@pytest.mark.parametrize(("attributes", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistake(tmp_path: Path, attributes: dict[str, Any], message: str) -> None:
    path = tmp_path / "it"
    path.write_text("old")
    result = apply(FILE, {"target_path": str(path), **attributes})
    assert result.action == "failed"
    assert message in result.reason
    assert path.read_text() == "old"


def test_a_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "source").write_text("x")
    attributes = {"target_path": "~/a/it", "source": "~/source"}
    assert apply(FILE, attributes, check=True).action == "created"
    assert apply(FILE, attributes).action == "created"
    assert (tmp_path / "a" / "it").read_text() == "x"
    assert apply(FILE, {"target_path": "~/a/it", "state": "absent"}).action == "deleted"


def test_parents_are_made(tmp_path: Path) -> None:
    apply(FILE, {"target_path": str(tmp_path / "a" / "b" / "it"), "content": "x"})
    assert (tmp_path / "a" / "b" / "it").read_text() == "x"


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "it").mkdir()
    result = apply(FILE, {"target_path": str(tmp_path / "it"), "content": "x"})
    assert result.action == "failed"
    assert "is a directory; remove it" in result.reason


LINKS = {"to a file": "other", "to nothing": "nothing", "to a directory": ".", "to itself": "it"}


@pytest.mark.parametrize("to", LINKS.values(), ids=LINKS)
@pytest.mark.parametrize("attributes", [{"content": "x"}, {"source": "SOURCE"}, {"content": ""}])
def test_a_link_in_the_way_of_content_is_replaced_not_followed(
    tmp_path: Path, attributes: dict[str, Any], to: str
) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / "source").write_text("x")
    (tmp_path / "it").symlink_to(to)
    if "source" in attributes:
        attributes = {"source": str(tmp_path / "source")}
    result = apply(FILE, {"target_path": str(tmp_path / "it"), **attributes})
    assert result.reason == "it is a symbolic link, which is replaced with a file"
    assert result.diff is not None
    assert result.diff["before"] == f"symbolic link to {to}\n"
    assert (tmp_path / "other").read_text() == "other"
    assert not (tmp_path / "it").is_symlink()
    assert mode(tmp_path / "it") == 0o644


@pytest.mark.parametrize("to", LINKS.values(), ids=LINKS)
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"mode": "0600"},
        {"owner": "root"},
        {"stream_edit": "tr a b"},
        {"validate": "test -s %s"},
    ],
    ids=str,
)
def test_a_link_is_neither_followed_nor_replaced_where_no_content_is_named(
    tmp_path: Path, attributes: dict[str, Any], check: bool, to: str
) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / "it").symlink_to(to)
    result = apply(FILE, {"target_path": str(tmp_path / "it"), **attributes}, check=check)
    assert result.action == "failed"
    assert result.reason == (
        f"{tmp_path}/it is a symbolic link to {to!r}, which is not followed; set target_path to the"
        " path of the file, or set content to replace the link with a file"
    )
    assert str((tmp_path / "it").readlink()) == to
    assert (tmp_path / "other").read_text() == "other"


@pytest.mark.parametrize("to", ["other", "nothing"])
def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path, to: str) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / "it").symlink_to(tmp_path / to)
    assert apply(FILE, {"target_path": str(tmp_path / "it"), "state": "absent"}).action == "deleted"
    assert [entry.name for entry in tmp_path.iterdir()] == ["other"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("attributes", [{"content": "x"}, {"mode": "0600"}, {"state": "absent"}])
def test_others_are_told_to_become_root(tmp_path: Path, attributes: dict[str, Any]) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(0o700)
    (locked / "it").touch()

    def work() -> None:
        os.setuid(1)
        result = apply(FILE, {"target_path": str(locked / "it"), **attributes})
        os._exit(7 if result.failed and "run with become" in result.reason else 1)

    assert in_a_child(work) == 7


def test_validate_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_text("good")
    attributes = {"target_path": str(path), "validate": "grep -q good % || { echo bad; exit 1; }"}
    result = apply(FILE, {**attributes, "content": "wrong"})
    assert result.action == "failed"
    assert result.error == {
        "message": "validate rejected the new content (exit code 1); the old file is unchanged;"
        " correct the content",
        "log": "bad\n",
    }
    assert result.rc == 1
    assert path.read_text() == "good"
    assert apply(FILE, {**attributes, "content": "good too"}).action == "updated"


#: validate -> whether it accepts the content `x` of a file whose name has a blank in it
VALIDATIONS = {
    "grep -q x %": True,
    "grep -q x %s": True,
    "grep -q y %s": False,
    "grep -q x %s && test -s %s": True,
    "cat < % | grep -q x": True,
    "cat <%s | grep -q x": True,
    "test $(cat %s | wc -c) = 1 && test $(date +%%Y) -gt 2000": True,
    "test $(cat %s)% = x%": True,
    "/bin/sh -c 'grep -q x \"$1\"' sh %s": True,
}


@pytest.mark.parametrize(("command", "accepts"), VALIDATIONS.items(), ids=VALIDATIONS)
def test_validate(tmp_path: Path, command: str, accepts: bool) -> None:
    path = tmp_path / "a name"
    result = apply(FILE, {"target_path": str(path), "content": "x", "validate": command})
    assert (result.action, path.exists()) == (("created", True) if accepts else ("failed", False))


def test_backup(tmp_path: Path) -> None:
    path = tmp_path / "it"
    attributes = {"target_path": str(path), "backup": True}
    apply(FILE, {**attributes, "content": "1"})
    assert len(list(tmp_path.iterdir())) == 1, "nothing to back up"
    apply(FILE, {**attributes, "content": "2"})
    (backup,) = tmp_path.glob("it.*.bak")
    assert backup.read_text() == "1"


def test_secrets_are_written_but_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "it"
    attributes = {"target_path": str(path), "content": "password=secret:db/password\n"}
    result = apply(FILE, attributes, secrets={"db/password": "hunter22"})
    assert path.read_text() == "password=hunter22\n"
    assert mode(path) == 0o600
    assert "hunter22" not in str(result)
    assert apply(FILE, attributes, secrets={"db/password": "hunter22"}).action == "none"
    assert apply(FILE, attributes, secrets={"db/password": "other"}).action == "updated"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_owner_is_set_and_then_kept(tmp_path: Path) -> None:
    path = tmp_path / "it"
    apply(FILE, {"target_path": str(path), "content": "1", "owner": "daemon", "group": "daemon"})
    assert path.owner() == "daemon"
    apply(FILE, {"target_path": str(path), "content": "2"})
    assert (path.owner(), path.group()) == ("daemon", "daemon")


def test_the_diff_of_attributes(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.touch(0o644)
    assert apply(FILE, {"target_path": str(path), "mode": "0600"}).diff == {
        "before_header": str(path),
        "after_header": str(path),
        "before": "mode: 0644\n",
        "after": "mode: 0600\n",
    }


def test_a_backup_keeps_everything_of_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"\xff" * 10)
    path.chmod(0o640)
    before = path.stat()
    apply(FILE, {"target_path": str(path), "content": "2", "backup": ".old"})
    backup = tmp_path / "it.old"
    assert backup.read_bytes() == b"\xff" * 10
    after = backup.stat()
    assert (after.st_mode, after.st_uid, after.st_mtime) == (
        before.st_mode,
        before.st_uid,
        before.st_mtime,
    )
    apply(FILE, {"target_path": str(path), "content": "2", "mode": "0600", "backup": ".older"})
    assert not (tmp_path / "it.older").exists(), "only a change of content makes a backup"


@pytest.mark.parametrize("written", ["AAH/Cg==", "AAH/\n Cg==\n"])
def test_binary_content_in_base64(tmp_path: Path, written: str) -> None:
    attributes = {"target_path": str(tmp_path / "it"), "content_base64": written}
    assert apply(FILE, attributes).action == "created"
    assert (tmp_path / "it").read_bytes() == b"\0\1\xff\n"
    assert apply(FILE, attributes).action == "none"


def test_base64_of_nothing_is_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "it").write_text("old")
    assert apply(FILE, {"target_path": str(tmp_path / "it"), "_content": ""}).action == "updated"
    assert (tmp_path / "it").read_text() == ""


def test_binary_content_comes_from_a_source(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(bytes(range(256)))
    attributes = {"target_path": str(tmp_path / "it"), "source": str(tmp_path / "source")}
    result = apply(FILE, attributes)
    assert result.diff is not None
    assert "not shown" in result.diff["prepared"]
    assert (tmp_path / "it").read_bytes() == bytes(range(256))


def test_names_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 127)
    assert apply(FILE, {"target_path": str(path), "content": "x"}).action == "created"


def test_parents_have_their_mode_whatever_the_umask_is(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        apply(FILE, {"target_path": str(tmp_path / "a" / "b" / "it"), "content": "x"})
    finally:
        os.umask(before)
    assert [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o755, 0o755]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may set contexts")
def test_secontext(tmp_path: Path) -> None:
    path = tmp_path / "it"
    attributes = {"target_path": str(path), "secontext": "system_u:object_r:etc_t:s0"}
    result = apply(FILE, attributes)
    if result.failed:
        assert "does not support SELinux contexts" in result.reason
        return
    assert os.getxattr(path, "security.selinux") == b"system_u:object_r:etc_t:s0\0"
    assert apply(FILE, attributes).action == "none"
    result = apply(FILE, {**attributes, "secontext": "system_u:object_r:usr_t:s0"})
    assert result.reason == ("secontext system_u:object_r:etc_t:s0 -> system_u:object_r:usr_t:s0")


def test_a_file_system_without_contexts_is_named() -> None:
    result = apply(FILE, {"target_path": "/proc/it", "secontext": "a:b:c:s0"}, check=True)
    assert "secontext: the file system of /proc does not support SELinux contexts" in result.reason
