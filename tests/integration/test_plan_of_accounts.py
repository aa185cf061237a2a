# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says of users, groups, folders, files, links, commands, programs and processes
together is what the run does: on this machine, with an /etc and a /home of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings

from tests.integration.account_stacks import (
    BEFORE,
    STACKS,
    command,
    file,
    folder,
    group,
    module,
    program,
    run_as_planned,
    user,
)
from tests.integration.private_machine import Entry, PrivateMachine
from tests.integration.program import vigo_bridge
from tests.properties import examples

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateMachine]:
    machine = PrivateMachine(tmp_path_factory.mktemp("machine"))
    yield machine
    machine.close()


CHAIN = [
    group("team"),
    user("app", group="vigo-team", system=True, home="HERE/home"),
    user("ada", groups=["vigo-team"], shell="/bin/sh"),
    user("bob", groups=["vigo-team"]),
    folder("conf", owner="vigo-app", group="vigo-team", mode="0750"),
    file("conf/a", owner="vigo-app", group="vigo-team", notify="restart"),
    {"id": "link", "type": "symlink", "target_path": "HERE/link", "to": "HERE/conf/a"},
    folder("ssh", target_path="/home/vigo-ada/.ssh", owner="vigo-ada", group="vigo-ada"),
    group("admins", members=["vigo-bob"]),
    command("restart", when="changed", user="vigo-app"),
]
#: a title -> what was done before, the stack, and the predicted actions in order
CASES: dict[str, tuple[str, list[Entry], str]] = {
    "the chain from nothing": (
        "",
        CHAIN,
        "created created created created created created created created created ran",
    ),
    "the chain with a group and a user there": (
        "groupadd vigo-team; useradd vigo-ada -m -G vigo-team -s /bin/sh",
        CHAIN,
        "none created none created created created created created created ran",
    ),
    "a user that is there without its group": (
        "useradd vigo-app -r -m -d $PWD/home",
        CHAIN[:2],
        "created unknown",
    ),
    "a command before: nothing is sure but what is written anyway": (
        "",
        [command("before"), *CHAIN[:3], folder("conf"), file("b", owner="vigo-app")],
        "ran unknown unknown unknown unknown unknown",
    ),
    "a program of the stack before": ("", [program("before"), group("team")], "updated unknown"),
    "a user of a group that nothing creates": (
        "",
        [user("ada", groups=["vigo-none"])],
        "failed",
    ),
    "an owner that nothing creates": ("", [group("team"), file("a", owner="vigo-x")], "- failed"),
    "commands of users that exist, or would": (
        "useradd -m vigo-bob",
        [
            user("bob"),
            command("of-nobody", user="vigo-x", creates="HERE"),
            command("of-bob", user="vigo-bob", creates="HERE/x"),
        ],
        "none skipped ran",
    ),
    "a command of a user that would go": (
        "useradd vigo-bob",
        [user("bob", state="absent"), command("of-bob", user="vigo-bob")],
        "deleted failed",
    ),
    "a command of a user that nothing creates": (
        "",
        [folder("a"), command("of-nobody", user="vigo-x")],
        "created failed",
    ),
    "a command of a user that a command may create": (
        "",
        [command("before"), command("of-nobody", user="vigo-x")],
        "ran unknown",
    ),
    "an owner of a folder that nothing creates": (
        "",
        [folder("a", owner="vigo-x"), folder("b", group="vigo-x"), folder("c", state="absent")],
        "failed failed none",
    ),
    "an owner that is created before, and a group that is not": (
        "",
        [user("ada"), folder("a", owner="vigo-ada", group="vigo-x")],
        "created failed",
    ),
    "members that are created before": (
        "",
        [user("ada"), group("team", members=["vigo-ada"])],
        "created created",
    ),
    "members that nothing creates": (
        "",
        [user("ada"), group("team", members=["vigo-bob"])],
        "created failed",
    ),
    "members that joined by themselves": (
        "groupadd vigo-team",
        [user("ada", groups=["vigo-team"]), group("team", members=["vigo-ada"])],
        "created unknown",
    ),
    "members that are set before a user is changed": (
        "groupadd vigo-team; useradd vigo-ada -G vigo-team; useradd vigo-bob",
        [group("team", members=["vigo-bob"]), user("ada", groups=["vigo-team"])],
        "updated unknown",
    ),
    "no groups, after a group gets the user as a member": (
        "groupadd vigo-team; useradd vigo-ada",
        [group("team", members=["vigo-ada"]), user("ada", groups=[], manage_home=False)],
        "updated unknown",
    ),
    "no groups, after a group of the user goes": (
        "groupadd vigo-team; useradd vigo-ada -G vigo-team",
        [group("team", state="absent"), user("ada", groups=[], manage_home=False)],
        "deleted unknown",
    ),
    "the group that comes with a user": (
        "",
        [user("ada"), {**group("ada"), "id": "own"}, folder("a", group="vigo-ada")],
        "created unknown unknown",
    ),
    "the same user twice": ("", [user("ada"), {**user("ada"), "id": "again"}], "created unknown"),
    "a file of a skeleton": (
        "",
        [
            user("ada"),
            file("rc", target_path="/home/vigo-ada/.bashrc"),
            file("own", target_path="/home/vigo-ada/own", owner="vigo-ada"),
            file("gone", target_path="/home/vigo-ada/.profile", state="absent", content=None),
        ],
        "created unknown created unknown",
    ),
    "a home that is there gets no skeleton": (
        "mkdir /home/vigo-ada",
        [user("ada"), file("rc", target_path="/home/vigo-ada/.bashrc")],
        "created created",
    ),
    "paths in the home of a new user": (
        "",
        [user("ada"), file("own", target_path="~vigo-ada/own")],
        "created unknown",
    ),
    "paths in the home of a user that nothing creates": (
        "",
        [file("own", target_path="~vigo-ada/own")],
        "failed",
    ),
    "a file whose number may be the one that its owner gets": (
        "echo x > a; chmod 644 a; useradd vigo-ada; chown vigo-ada a; userdel vigo-ada",
        [user("ada"), file("a", owner="vigo-ada")],
        "created unknown",
    ),
    "a file that has another owner": (
        "echo x > a; useradd -m vigo-ada",
        [user("ada"), user("bob"), file("a", owner="vigo-bob")],
        "none created updated",
    ),
    "a user with a number": (
        "",
        [user("ada", uid=4711), file("a", owner="vigo-ada"), file("b", owner="4711")],
        "created created created",
    ),
    "a user that goes": (
        "useradd vigo-ada; groupadd vigo-team",
        [
            user("ada", state="absent"),
            file("a", owner="vigo-ada"),
            group("team"),
            {**group("ada", state="absent"), "id": "own"},
        ],
        "deleted failed none unknown",
    ),
    "a group that goes": (
        "groupadd vigo-team",
        [group("team", state="absent"), folder("a", group="vigo-team")],
        "deleted unknown",
    ),
    "an edit of the list of users": (
        "",
        [
            {
                "id": "edit",
                "type": "file_line",
                "target_path": "/etc/passwd",
                "line": "vigo-ada:x:4711:4711::/:/bin/sh",
            },
            user("ada"),
            group("team"),
        ],
        "updated unknown created",
    ),
    "a folder in a folder": ("", [folder("a"), folder("a/b"), file("a/b/c")], "- - created"),
    "a folder whose mode changes, and what is in it": (
        "mkdir a; printf x > a/b; chmod 644 a/b",
        [folder("a", mode="0700"), file("a/b"), {**folder("a", mode="0700"), "id": "again"}],
        "updated none unknown",
    ),
    "a folder that would be there": (
        "",
        [
            folder("a"),
            file("b", when="dir_exists('HERE/a')"),
            file("c", when="dir_exists('HERE/x')"),
        ],
        "created created skipped",
    ),
    "a folder in the place of a file": (
        "touch a",
        [file("gone", target_path="HERE/a", state="absent", content=None), folder("a/b")],
        "deleted unknown",
    ),
    "a folder below a file": ("", [file("a"), folder("a/b")], "created unknown"),
    "a file that a module touches before": (
        "",
        [
            module("touch", "file", path="HERE/a", state="touch"),
            file("a"),
            file("b"),
            file("gone", target_path="HERE/a", state="absent", content=None),
        ],
        "created unknown created unknown",
    ),
    "a file in a folder that goes": (
        "mkdir a; touch a/b",
        [
            folder("a", state="absent"),
            file("a/b", state="absent", content=None),
            file("c", state="absent", content=None),
        ],
        "deleted unknown none",
    ),
    "a link to what a file before would be": (
        "",
        [
            file("a"),
            {"id": "link", "type": "symlink", "target_path": "HERE/b", "to": "a"},
            {"id": "none", "type": "symlink", "target_path": "HERE/c", "to": "x"},
        ],
        "created created unknown",
    ),
    "a link that is there, to a file that changes": (
        "ln -s $PWD/a b",
        [
            file("a"),
            {"id": "link", "type": "symlink", "target_path": "HERE/b", "to": "HERE/a"},
        ],
        "created unknown",
    ),
    "a link that is there, to a file that is changed": (
        "touch a; ln -s $PWD/a b",
        [file("a"), {"id": "link", "type": "symlink", "target_path": "HERE/b", "to": "HERE/a"}],
        "updated none",
    ),
    "a link to what a command may create": (
        "",
        [
            command("before", "touch HERE/a"),
            {"id": "link", "type": "symlink", "target_path": "HERE/b", "to": "HERE/a"},
        ],
        "ran unknown",
    ),
    "a folder that is left behind when its owner cannot be set": (
        "",
        [folder("a", owner="vigo-x"), user("ada", when="dir_exists('HERE/a')")],
        "failed unknown",
    ),
    "a link to what would be removed": (
        "touch a",
        [
            file("a", state="absent", content=None),
            {"id": "link", "type": "symlink", "target_path": "HERE/b", "to": "HERE/a"},
        ],
        "deleted unknown",
    ),
    "a file below a new link": (
        "mkdir real; echo x > real/f; chmod 644 real/f",
        [
            {"id": "link", "type": "symlink", "target_path": "HERE/a", "to": "HERE/real"},
            file("f", target_path="HERE/a/f"),
        ],
        "created unknown",
    ),
    "a process after a folder and a user": (
        "",
        [
            folder("a"),
            user("ada"),
            {"id": "p", "type": "process", "process": "vigo-no-such", "state": "stopped"},
        ],
        "created created none",
    ),
    "a process after a command": (
        "",
        [
            command("before"),
            {"id": "p", "type": "process", "process": "vigo-no-such", "state": "stopped"},
        ],
        "ran unknown",
    ),
}


@pytest.mark.parametrize(("before", "stack", "expected"), CASES.values(), ids=CASES)
def test_case(machine: PrivateMachine, before: str, stack: list[Entry], expected: str) -> None:
    machine.reset()
    machine.shell(f"cd HERE; {before}")
    predicted = machine.actions(stack, check=True)
    assert list(predicted.values()) == expected.replace("-", "created").split()
    run_as_planned(machine, stack, predicted)
    run_as_planned(machine, stack, machine.actions(stack, check=True))


STACK = {
    "stack.vgo": "name: plan\nid: 0123456789abcdef0123456789abcdef\n",
    "envoys.vgo": 'envoys: [{match: "*", configcrates: [shop]}]\n',
    "configcrates/shop.vgo": """\
name: shop
vars: {admins: [vigo-ada, vigo-bob]}
resources:
  - {name: team, type: group, group: vigo-team}
  - name: "{{ .Item }}"
    type: user
    foreach: admins
    username: "{{ .Item }}"
    groups: [vigo-team]
  - name: "keys-{{ .Item }}"
    type: directory
    foreach: admins
    target_path: "/home/{{ .Item }}/.ssh"
    owner: "{{ .Item }}"
  - name: folder
    type: directory
    target_path: /srv/vigo-shop
    group: vigo-team
    case: "{{ .Traits.os.family }}"
    match:
      debian: {owner: vigo-ada}
      default: {owner: vigo-bob}
  - name: config
    type: file
    target_path: /srv/vigo-shop/conf
    content: "port 80"
    owner: vigo-ada
    when: "dir_exists('/srv/vigo-shop')"
    notify: [restart, reload]
  - {name: restart, type: service, service: vigo-shop, state: restarted, when: changed}
  - {name: reload, type: exec, command: "true", user: vigo-ada, when: changed}
  - {name: other, type: group, group: vigo-other, when: "os_family('no-such')"}
""",
}


def test_the_language_on_top_is_planned(tmp_path: Path) -> None:
    """Loops, cases, conditions and triggers, of a stack for this machine, which is not changed."""
    for name, text in STACK.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    finished = vigo_bridge("plan", "--stacks", tmp_path, "--local", "-o", "json")
    created = ("team", "vigo-ada", "vigo-bob", "keys-vigo-ada", "keys-vigo-bob", "folder", "config")
    assert finished.actions("localhost") == {
        **{f"shop/{name}": "created" for name in created},
        "shop/restart": "restarted",
        "shop/reload": "ran",
        "shop/other": "skipped",
    }


@settings(
    max_examples=examples(3),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(stack=STACKS, before=BEFORE)
def test_any_stack(machine: PrivateMachine, stack: tuple[Entry, ...], before: list[str]) -> None:
    machine.reset()
    machine.shell("; ".join(["cd HERE", *before]))
    for _ in range(2):
        predicted = machine.actions(stack, check=True)
        for action in predicted.values():
            event(f"predicted {action}")
        run_as_planned(machine, list(stack), predicted)
