# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a module by its options, and what check mode makes of it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    NoAccount,
    ResourceError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module import accounts
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.accounts import (
    GroupEffect,
    UserEffect,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.effect import Effect
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.effects import (
    effect_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.files import (
    FileEffect,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.spec import (
    ModuleSpec,
)

BUILTIN = "ansible.builtin"
LINE, FILE, GIT = f"{BUILTIN}.lineinfile", f"{BUILTIN}.file", f"{BUILTIN}.git"
INI, HOSTS = "community.general.ini_file", f"{BUILTIN}.known_hosts"
USER, GROUP = f"{BUILTIN}.user", f"{BUILTIN}.group"
REPOSITORY = "https://example.com/app.git"


def edits(path: str, owner: str = "", group: str = "") -> FileEffect:
    return FileEffect((path,), owner=owner, group=group)


def known(module: str, args: dict[str, Any], has_parts: bool = False) -> Effect | None:
    return effect_of(ModuleSpec(module, args, 300, (object(),) if has_parts else ()))  # type: ignore[arg-type]


#: module, options -> its effect; None if it is not known
FILES: list[tuple[str, dict[str, Any], FileEffect | None]] = [
    ("ansible.builtin.apt", {"name": "vim"}, None),
    ("a.b.lineinfile", {"path": "/a"}, None),
    *((f"{BUILTIN}.{name}", {"path": "/a"}, edits("/a")) for name in ("blockinfile", "replace")),
    (LINE, {"path": "/a", "line": "x"}, edits("/a")),
    (LINE, {"dest": "/a"}, edits("/a")),
    (LINE, {"destfile": "/a"}, edits("/a")),
    (LINE, {"name": "/a"}, edits("/a")),
    (LINE, {"path": "/a", "owner": "me", "group": "us"}, edits("/a", "me", "us")),
    (LINE, {"path": "/a", "owner": 7}, edits("/a", "7")),
    (LINE, {"path": "/a", "dest": "/b"}, FileEffect(("/a", "/b"))),
    (LINE, {"path": "/a", "dest": ""}, edits("/a")),
    (LINE, {"path": "a"}, None),
    (LINE, {"path": "/a", "dest": "b"}, None),
    (LINE, {"path": ["/a"]}, None),
    (LINE, {"path": "~/a"}, None),
    (LINE, {}, None),
    (INI, {"path": "/a"}, edits("/a")),
    (INI, {"dest": "/a"}, edits("/a")),
    (INI, {"name": "/a"}, None),
    (HOSTS, {"path": "/etc/ssh/known"}, edits("/etc/ssh/known")),
    (HOSTS, {"path": "~/known"}, edits("/my/home/known")),
    (HOSTS, {"path": 7}, None),
    (HOSTS, {"name": "example.com"}, None),
    (GIT, {"dest": "/a", "repo": REPOSITORY}, edits("/a")),
    (GIT, {"dest": "/a", "repo": "git@example.com:app", "version": "v1"}, edits("/a")),
    (GIT, {"dest": "/a", "repo": REPOSITORY, "depth": 1, "force": True}, edits("/a")),
    (GIT, {"dest": "/a", "repo": REPOSITORY, "bare": True}, None),
    (GIT, {"dest": "/a", "repo": "/srv/app.git"}, None),
    (GIT, {"dest": "/a", "repo": "file:///srv/app.git"}, None),
    (GIT, {"dest": "/a"}, None),
    (GIT, {"dest": "a", "repo": REPOSITORY}, None),
    (FILE, {"path": "/a"}, edits("/a")),
    (FILE, {"dest": "/a"}, edits("/a")),
    (FILE, {"name": "/a"}, edits("/a")),
    (FILE, {"destfile": "/a"}, None),
    (FILE, {"path": "a"}, None),
    (FILE, {"path": "/a", "state": "file", "owner": "me"}, edits("/a", "me")),
    (FILE, {"path": "/a", "state": "absent"}, FileEffect(("/a",), follows=False)),
    (FILE, {"path": "/a", "state": "touch"}, FileEffect(("/a",), makes=True)),
    (FILE, {"path": "/a", "state": "directory"}, FileEffect(("/a",), True, "/a")),
    (
        FILE,
        {"path": "/a", "state": "directory", "owner": "me", "group": "us"},
        FileEffect(("/a",), True, "/a", "", "me", "us"),
    ),
    *(
        (
            FILE,
            {"path": "/a", "state": "directory", "recurse": off},
            FileEffect(("/a",), True, "/a"),
        )
        for off in (False, "no", "False", "off", 0, None, "")
    ),
    (FILE, {"path": "/a", "state": "directory", "recurse": True}, FileEffect(("/a",), makes=True)),
    (
        FILE,
        {"path": "/a", "dest": "/b", "state": "directory"},
        FileEffect(("/a", "/b"), makes=True),
    ),
    (
        FILE,
        {"path": "/a", "src": "/s", "state": "link", "owner": "me", "group": "us"},
        FileEffect(("/a", "/s"), True, "", "", "me", "us"),
    ),
    (FILE, {"path": "/a", "src": "/s", "state": "hard"}, FileEffect(("/a", "/s"), makes=True)),
    (FILE, {"path": "/a", "src": "/s"}, FileEffect(("/a", "/s"))),
    (FILE, {"path": "/a/b", "src": "s", "state": "hard"}, FileEffect(("/a/b", "/a/s"), True)),
    (FILE, {"path": "/a/b", "src": "../s", "state": "link"}, FileEffect(("/a/b", "/s"), True)),
    (
        FILE,
        {"path": "/a/b", "src": "s", "state": "link", "follow": "no", "owner": "me"},
        FileEffect(("/a/b",), True, "", "/a/s", "me", follows=False),
    ),
    (
        FILE,
        {"path": "/a", "src": "/s", "state": "hard", "follow": False},
        FileEffect(("/a", "/s"), makes=True),
    ),
    (FILE, {"path": "/a", "src": "~/s", "state": "link"}, None),
    (FILE, {"path": "/a", "src": ["/s"], "state": "link"}, None),
]


@pytest.mark.parametrize(("module", "args", "effect"), FILES)
def test_files(
    module: str, args: dict[str, Any], effect: FileEffect | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/my/home")
    found = known(module, args)
    if isinstance(found, FileEffect):
        found = dataclasses.replace(found, alters=tuple(found.alters))
    assert found == effect


#: module, options -> its effect; the last one with steps after the module
ACCOUNTS: list[tuple[str, dict[str, Any], Effect | None]] = [
    (USER, {"name": "me"}, UserEffect("me", makes_home=True)),
    (USER, {"name": "me", "state": "absent"}, UserEffect("me", True, makes_home=True)),
    (USER, {"name": "me", "uid": 7}, UserEffect("me", uid=7, makes_home=True)),
    (USER, {"name": "me", "uid": "7"}, UserEffect("me", uid=7, makes_home=True)),
    (USER, {"name": "me", "uid": "x"}, UserEffect("me", makes_home=True)),
    *(
        (USER, {"name": "me", "create_home": off}, UserEffect("me"))
        for off in (False, "no", "off", "False", 0, "0")
    ),
    (USER, {"name": "me", "create_home": "yes"}, UserEffect("me", makes_home=True)),
    (USER, {"name": "me", "home": "/h"}, UserEffect("me", makes_home=True, home="/h")),
    (USER, {"name": "me", "home": "h"}, None),
    (USER, {"name": "me", "group": "us"}, UserEffect("me", group="us", makes_home=True)),
    (
        USER,
        {"name": "me", "groups": "a, b"},
        UserEffect("me", groups=("a", "b"), makes_home=True, sets_groups=True),
    ),
    (
        USER,
        {"name": "me", "groups": ["a"]},
        UserEffect("me", groups=("a",), makes_home=True, sets_groups=True),
    ),
    (USER, {"name": "me", "groups": ""}, UserEffect("me", makes_home=True, sets_groups=True)),
    (USER, {"name": "me", "groups": {"a": 1}}, None),
    (USER, {"name": "me", "generate_ssh_key": True}, None),
    (USER, {"name": ""}, None),
    (USER, {}, None),
    (GROUP, {"name": "us"}, GroupEffect("us")),
    (GROUP, {"name": "us", "gid": 7, "system": True}, GroupEffect("us", gid=7)),
    (GROUP, {"name": "us", "state": "absent"}, GroupEffect("us", True)),
    (GROUP, {"name": "us", "local": True}, None),
    (GROUP, {}, None),
]


@pytest.mark.parametrize(("module", "args", "effect"), ACCOUNTS)
def test_accounts(module: str, args: dict[str, Any], effect: Effect | None) -> None:
    assert known(module, args) == effect
    with_parts = known(module, args, has_parts=True)
    if isinstance(effect, UserEffect):
        assert with_parts == dataclasses.replace(effect, with_keys=True)
    if isinstance(effect, GroupEffect):
        assert with_parts == dataclasses.replace(effect, sets_members=True)


@pytest.mark.parametrize(
    ("effect", "is_predictable"),
    [
        (edits("/a"), False),
        (FileEffect(("/a",), True), False),
        (FileEffect(("/a",), True, "/a"), True),
        (UserEffect("me"), True),
        (GroupEffect("us"), True),
        (Effect(), False),
    ],
)
def test_what_is_predictable(effect: Effect, is_predictable: bool) -> None:
    assert effect.is_predictable is is_predictable


def test_an_effect_creates_awaits_and_refuses_nothing_by_default() -> None:
    effect, overlay = Effect(), Overlay()
    assert not effect.creates()
    assert not effect.is_awaiting(overlay)
    effect.refuse(overlay)


Change = Callable[[Overlay], None]


def after(*changes: Change, moment: int = 5) -> Overlay:
    overlay = Overlay(uncertain=bool(changes), moment=moment)
    for change in changes:
        change(overlay)
    return overlay


def account(kind: str, name: str, number: int | None) -> Change:
    return lambda overlay: getattr(overlay.accounts, kind).__setitem__(name, number)


def joins(*groups: str) -> Change:
    return lambda overlay: overlay.accounts.joined.update(groups)


def sets_members(overlay: Overlay) -> None:
    overlay.accounts.are_members_set = True


def unknown(path: str) -> Change:
    return lambda overlay: overlay.files.mark_unknown(path, 1)


def folder(path: str) -> Change:
    return lambda overlay: overlay.files.put_folder(path, 1)


def removed(path: str) -> Change:
    return lambda overlay: overlay.files.put(path, None, 1)


#: A name that no machine has.
NEW, NEW_GROUP = "vigo-new-user", "vigo-new-group"
#: effect, what is predicted before -> whether what the module says in check mode is certain
CERTAIN: list[tuple[Effect, list[Change], bool]] = [
    (edits("/srv/a"), [], True),
    (edits("/srv/a"), [folder("/srv/b")], True),
    (edits("/srv/a"), [unknown("/srv/a")], False),
    (edits("/srv/a"), [folder("/srv/a")], False),
    (FileEffect(("/srv/a", "/srv/b")), [unknown("/srv/b")], False),
    (FileEffect(("/srv/a",), source="/usr"), [folder("/srv/b")], True),
    (FileEffect(("/srv/a",), source="/srv/none"), [], False),
    (FileEffect(("/srv/a",), source="/srv/none"), [folder("/srv/none")], True),
    (FileEffect(("/srv/a",), source="/srv/none"), [unknown("/srv/none")], False),
    (edits("/srv/a", "me"), [], True),
    (edits("/srv/a", "me"), [account("users", "me", 7)], True),
    (edits("/srv/a", "me"), [account("users", "me", None)], False),
    (edits("/srv/a", "me"), [account("users", "you", None)], True),
    (edits("/srv/a", "me"), [unknown("/etc/passwd")], False),
    (edits("/srv/a", "me"), [unknown("/etc/passwd/you")], True),
    (edits("/srv/a", "me"), [removed("/etc/passwd")], False),
    (edits("/srv/a", "me"), [unknown("/etc/group")], True),
    (edits("/srv/a", "", "us"), [account("groups", "us", 7)], True),
    (edits("/srv/a", "", "us"), [account("groups", "us", None)], False),
    (edits("/srv/a", "", "us"), [unknown("/etc/group/us")], False),
    (edits("/srv/a", "", "us"), [unknown("/etc/passwd")], True),
    (edits("/srv/a"), [unknown("/etc/group"), unknown("/etc/passwd")], True),
    (UserEffect(NEW), [], True),
    (UserEffect(NEW), [account("users", NEW, 7)], False),
    (UserEffect(NEW), [unknown(f"/etc/passwd/{NEW}")], False),
    (UserEffect(NEW, groups=("us",)), [account("groups", "us", 7)], True),
    (UserEffect("root", True, groups=("us",)), [account("groups", "us", 7)], True),
    (UserEffect("root", groups=("us",)), [account("groups", "us", 7)], False),
    (UserEffect("root", group="us"), [account("groups", "us", 7)], False),
    (UserEffect("root", group="us"), [account("groups", "you", 7)], True),
    (UserEffect("root"), [sets_members], True),
    (UserEffect("root", sets_groups=True), [sets_members], False),
    (UserEffect("root", sets_groups=True), [], True),
    (UserEffect("root"), [unknown("/srv/h")], True),
    (UserEffect("root", makes_home=True, home="/srv/h"), [unknown("/srv/h")], False),
    (UserEffect("root", with_keys=True, home="/srv/h"), [unknown("/srv/h")], False),
    (UserEffect("root", makes_home=True, home="/srv/h"), [unknown("/srv/i")], True),
    (UserEffect("root", makes_home=True), [unknown("/root")], False),
    (GroupEffect("us"), [], True),
    (GroupEffect("us"), [account("groups", "us", 7)], False),
    (GroupEffect("us"), [unknown("/etc/group/us")], False),
    (GroupEffect("us"), [joins("us")], True),
    (GroupEffect("us", sets_members=True), [joins("us")], False),
    (GroupEffect("us", sets_members=True), [joins("*")], False),
    (GroupEffect("us", sets_members=True), [joins("you")], True),
]


@pytest.mark.parametrize(("effect", "changes", "is_certain"), CERTAIN)
def test_certainty(effect: Effect, changes: list[Change], is_certain: bool) -> None:
    assert effect.is_certain(after(*changes)) is is_certain


#: effect, what is predicted before -> whether it needs that first
AWAITING: list[tuple[FileEffect, list[Change], bool]] = [
    (edits("/srv/a", NEW), [], False),
    (edits("/srv/a", NEW), [account("users", NEW, 7)], True),
    (edits("/srv/a", "root"), [account("users", "root", 0)], False),
    (edits("/srv/a", "root"), [account("users", "root", 7)], True),
    (edits("/srv/a", NEW), [account("users", NEW, None)], False),
    (edits("/srv/a", "", NEW_GROUP), [account("groups", NEW_GROUP, 7)], True),
    (edits("/srv/a", "", "root"), [account("groups", "root", 0)], False),
    (FileEffect(("/srv/a",), source="/usr"), [], False),
    (FileEffect(("/srv/a",), source="/srv/none"), [], False),
    (FileEffect(("/srv/a",), source="/srv/none"), [folder("/srv/none")], True),
    (FileEffect(("/srv/a",), source="/srv/none"), [unknown("/srv/none")], True),
]


@pytest.mark.parametrize(("effect", "changes", "is_awaiting"), AWAITING)
def test_what_must_exist_first(
    effect: FileEffect, changes: list[Change], is_awaiting: bool
) -> None:
    assert effect.is_awaiting(after(*changes)) is is_awaiting


@pytest.mark.parametrize(
    ("effect", "creates"),
    [
        (FileEffect(("/srv/none",), makes=True), True),
        (FileEffect(("/srv/none",)), False),
        (FileEffect(("/usr",), makes=True), False),
        (UserEffect(NEW), True),
        (UserEffect(NEW, True), False),
        (UserEffect("root"), False),
        (GroupEffect(NEW_GROUP), True),
        (GroupEffect(NEW_GROUP, True), False),
        (GroupEffect("root"), False),
    ],
)
def test_what_is_created(effect: Effect, creates: bool) -> None:
    assert effect.creates() is creates


def test_a_link_without_a_target_exists(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("none")
    assert not FileEffect((f"{tmp_path}/link",), makes=True).creates()


#: effect, what is predicted before -> the error
REFUSED: list[tuple[Effect, list[Change], str]] = [
    (edits("/a", NEW), [], f"owner: user '{NEW}' does not exist; create it first"),
    (edits("/a", "root"), [account("users", "root", None)], "owner: user 'root' does not exist"),
    (edits("/a", "", NEW_GROUP), [], f"group: '{NEW_GROUP}' does not exist; create it first"),
    (UserEffect(NEW, group=NEW_GROUP), [], f"group '{NEW_GROUP}' does not exist; create it first"),
    (UserEffect(NEW, groups=("root", NEW_GROUP)), [], f"group '{NEW_GROUP}' does not exist"),
    (UserEffect(NEW, group="root"), [account("groups", "root", None)], "group 'root' does not"),
    (FileEffect(("/etc/passwd/a",), True, "/etc/passwd/a"), [], "/etc/passwd/a: its parent /etc/"),
    (FileEffect(("/etc/passwd/a/b",), True, "/etc/passwd/a/b"), [], "/etc/passwd/a/b: its parent"),
]


@pytest.mark.parametrize(("effect", "changes", "message"), REFUSED)
def test_refused(effect: Effect, changes: list[Change], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        effect.refuse(after(*changes))
    assert raised.value.message.startswith(message)
    assert isinstance(raised.value, NoAccount) == ("does not exist" in message or "root" in message)


@pytest.mark.parametrize(
    ("effect", "changes"),
    [
        (edits("/a", "root", "root"), []),
        (edits("/a", NEW), [account("users", NEW, 7)]),
        (edits("/a", "7", "7"), []),
        (UserEffect(NEW, group=NEW_GROUP), [account("groups", NEW_GROUP, 7)]),
        (UserEffect(NEW, group="4294", groups=("root",)), []),
        (UserEffect(NEW, True, group=NEW_GROUP), []),
        (FileEffect(("/usr",), True, "/usr"), []),
        (FileEffect(("/usr/none/a",), True, "/usr/none/a"), []),
        (FileEffect(("/etc/passwd",), True, "/etc/passwd"), []),
        (GroupEffect(NEW_GROUP), []),
    ],
)
def test_accepted(effect: Effect, changes: list[Change]) -> None:
    effect.refuse(after(*changes))


def test_a_folder_is_predicted() -> None:
    overlay = after(moment=5)
    FileEffect(("/srv/a",), True, "/srv/a").predict(overlay)
    assert overlay.kind("/srv/a") == "directory"
    assert overlay.is_clear("/srv/a")


@pytest.mark.parametrize("predict", [True, False])
def test_other_files_are_unknown_after_a_change(predict: bool) -> None:
    overlay = after(moment=5)
    effect = FileEffect(("/srv/a", "/srv/b"))
    (effect.predict if predict else effect.mark_uncertain)(overlay)
    for path in ("/srv/a", "/srv/b"):
        assert not overlay.is_clear(path)
        assert not overlay.files.is_certain(path, is_missing=False)
    assert overlay.is_clear("/srv/c")
    assert overlay.files.is_certain("/srv/c", is_missing=False)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for homes, on a machine with one file for each new home."""
    (tmp_path / "skel").mkdir()
    (tmp_path / "skel/.profile").touch()
    settings = {"HOME": str(tmp_path), "USERGROUPS_ENAB": "yes"}
    monkeypatch.setattr(accounts, "_SKELETON", f"{tmp_path}/skel")
    monkeypatch.setattr(accounts, "_setting", lambda path, name: settings[name])
    return tmp_path


def test_a_new_user(machine: Path) -> None:
    overlay = after()
    effect = UserEffect(NEW, groups=("us", "you"), makes_home=True, with_keys=True)
    effect.predict(overlay)
    assert overlay.accounts.users == {NEW: -2}
    assert overlay.accounts.groups == {NEW: -3}
    assert overlay.accounts.joined == {"us", "you"}
    home = f"{machine}/{NEW}"
    assert overlay.kind(home) == "directory"
    for name in (".profile", ".ssh"):
        assert not overlay.is_clear(f"{home}/{name}")
        assert not overlay.files.is_certain(f"{home}/{name}", is_missing=False)
    assert overlay.files.is_certain(f"{home}/other", is_missing=False)


#: The user, what is predicted before -> users, groups and joined groups afterwards.
PREDICTED_USERS: list[tuple[UserEffect, list[Change], dict[str, Any], dict[str, Any], set[str]]] = [
    (UserEffect(NEW, uid=7), [], {NEW: 7}, {NEW: -3}, set()),
    (UserEffect(NEW, group="us"), [], {NEW: -2}, {}, set()),
    (UserEffect(NEW), [account("groups", NEW, 8)], {NEW: -3}, {NEW: 8}, set()),
    (UserEffect("root"), [], {"root": 0}, {}, {"*"}),
    (UserEffect("root", uid=7, groups=("us",)), [], {"root": 7}, {}, {"*"}),
    (UserEffect("root", True, uid=7), [], {"root": None}, {}, {"*"}),
    (UserEffect(NEW, True), [], {NEW: None}, {}, {"*"}),
]


@pytest.mark.parametrize(("effect", "changes", "users", "groups", "joined"), PREDICTED_USERS)
@pytest.mark.usefixtures("machine")
def test_predicted_users(
    effect: UserEffect,
    changes: list[Change],
    users: dict[str, Any],
    groups: dict[str, Any],
    joined: set[str],
) -> None:
    overlay = after(*changes)
    effect.predict(overlay)
    assert overlay.accounts.users == users
    assert overlay.accounts.groups == groups
    assert overlay.accounts.joined == joined
    assert overlay.is_clear(f"/etc/group/{effect.name}") is not effect.is_absent
    assert overlay.files.kind("/") is None


def test_a_new_user_without_a_group_of_its_own(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_setting", lambda path, name: "no")
    overlay = after()
    UserEffect(NEW).predict(overlay)
    assert overlay.accounts.groups == {}


def test_an_existing_home_stays(machine: Path) -> None:
    overlay = after()
    UserEffect(NEW, makes_home=True, home=str(machine), with_keys=True).predict(overlay)
    assert overlay.files.is_empty
    assert overlay.files.is_certain(f"{machine}/.ssh", is_missing=True)


@pytest.mark.parametrize(
    ("effect", "paths", "joined"),
    [
        (UserEffect(NEW, groups=("us",)), [], {"us"}),
        (UserEffect("root", groups=("us",)), [], {"*"}),
        (UserEffect(NEW, makes_home=True, home="/srv/h"), ["/srv/h"], set()),
    ],
)
def test_an_uncertain_user(effect: UserEffect, paths: list[str], joined: set[str]) -> None:
    overlay = after()
    effect.mark_uncertain(overlay)
    assert overlay.accounts.joined == joined
    assert overlay.accounts.users == {}
    for path in (*paths, f"/etc/passwd/{effect.name}", f"/etc/group/{effect.name}"):
        assert not overlay.is_clear(path)
    for path in ("/srv/h", "/root"):
        assert overlay.is_clear(path) == (path not in paths)
        assert overlay.files.is_certain(path, is_missing=False) == (path not in paths)


#: The group, whether it is certain -> groups afterwards, and whether members are set.
PREDICTED_GROUPS: list[tuple[GroupEffect, bool, dict[str, Any], bool]] = [
    (GroupEffect(NEW_GROUP), True, {NEW_GROUP: -2}, False),
    (GroupEffect(NEW_GROUP, gid=7), True, {NEW_GROUP: 7}, False),
    (GroupEffect(NEW_GROUP, gid=7, sets_members=True), True, {NEW_GROUP: 7}, True),
    (GroupEffect("root"), True, {}, False),
    (GroupEffect("root", gid=7), True, {"root": 7}, False),
    (GroupEffect("root", True, gid=7), True, {"root": None}, True),
    (GroupEffect(NEW_GROUP), False, {}, False),
    (GroupEffect(NEW_GROUP, sets_members=True), False, {}, True),
    (GroupEffect("root", True), False, {}, True),
]


@pytest.mark.parametrize(("effect", "is_certain", "groups", "are_set"), PREDICTED_GROUPS)
def test_predicted_groups(
    effect: GroupEffect, is_certain: bool, groups: dict[str, Any], are_set: bool
) -> None:
    overlay = after()
    (effect.predict if is_certain else effect.mark_uncertain)(overlay)
    assert overlay.accounts.groups == groups
    assert overlay.accounts.are_members_set is are_set
    assert overlay.is_clear(f"/etc/group/{effect.name}") is is_certain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("HOME=/srv\n", "/srv"),
        ("HOME /srv\n", "/srv"),
        ("# HOME=/no\nHOME=/srv\n", "/srv"),
        ("HOME=/a\nHOME=/b\n", "/b"),
        ("MYHOME=/no\n", ""),
        ("HOME=\n", ""),
        ("", ""),
    ],
)
def test_settings_of_the_machine(text: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "useradd").write_text(text)
    assert accounts._setting(f"{tmp_path}/useradd", "HOME") == value


def test_settings_that_are_missing(tmp_path: Path) -> None:
    assert accounts._setting(f"{tmp_path}/none", "HOME") == ""
    os.mkfifo(tmp_path / "pipe")
    assert accounts._setting(f"{tmp_path}/pipe", "HOME") == ""
