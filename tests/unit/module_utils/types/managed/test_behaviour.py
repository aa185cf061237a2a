# SPDX-License-Identifier: GPL-3.0-or-later
"""What is predicted and done with the steps of packages and services."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.delivery.module_archive import (
    LIBRARY,
    Library,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host import process
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.host.process import Finished
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.answer import Answer
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed import behaviour, doing
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.behaviour import (
    ManagedBehaviour,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.descriptor import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.managers import Machine
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.plan import Plan, Step
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

MANAGED = ManagedBehaviour(TYPES[0])
MACHINE = Machine("debian", lambda path: False, lambda path: path)
INSTALL, LOCK = Step("a.b.install", {"name": "x"}), Step("a.b.lock")
RELOAD = Step("a.b.reload", action="updated", reason="triggered", acts=True)
START = Step("a.b.start", unless_changed=True)
LATER = "unknown until the earlier changes are made"
NOT_UPDATED = "check mode does not update the list of packages"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Answer | ResourceError]:
    """Let each module answer as this says, by its name; otherwise, nothing changes."""
    given: dict[str, Answer | ResourceError] = {}

    def done(step: Step, target: Target) -> Answer:
        answer = given.get(step.module, Answer("", ""))
        if isinstance(answer, ResourceError):
            raise answer
        return answer

    monkeypatch.setattr(behaviour, "done", done)
    monkeypatch.setattr(behaviour, "refuse_missing", lambda steps, target: None)
    monkeypatch.setattr(behaviour, "this_machine", lambda: MACHINE)
    return given


def plan(*steps: Step, **more: Any) -> Plan:
    return Plan(lambda machine: machine.family, lambda *_: steps, ("/var/lib/db",), **more)


def target(uncertain: bool = False, unclear: bool = False) -> Target:
    """Return a machine in check mode. unclear: whether the manager's data may have changed."""
    overlay = Overlay(uncertain=uncertain)
    if unclear:
        overlay.mark_unknown(("/var/lib",))
    return Target(check_mode=True).with_overlay(overlay)


CREATED = Answer("created", "why", diff={"after": "x"})
FAILED = ResourceError("no such package")

#: the plan, what its modules answer, whether changes were predicted before and whether these may
#: concern the manager's data -> the predicted action and its reason
PREDICTED: dict[str, tuple[Plan, dict[str, Any], bool, bool, str, str]] = {
    "nothing": (plan(INSTALL, LOCK), {}, False, False, "none", ""),
    "the first step": (
        plan(INSTALL, LOCK),
        {"a.b.install": CREATED},
        False,
        False,
        "created",
        "why",
    ),
    "a later step": (plan(INSTALL, LOCK), {"a.b.lock": CREATED}, False, False, "created", "why"),
    "the first of two": (
        plan(INSTALL, LOCK),
        {"a.b.install": Answer("updated", "a"), "a.b.lock": Answer("created", "b")},
        *(False, False, "updated", "a"),
    ),
    "a step that always acts": (plan(RELOAD), {}, False, False, "updated", "triggered"),
    "a step that always acts, later": (plan(RELOAD), {}, True, True, "updated", "triggered"),
    "earlier changes elsewhere": (plan(INSTALL), {}, True, False, "none", ""),
    "earlier changes of the data": (
        plan(INSTALL),
        {},
        *(True, True, "unknown", f"{LATER}; currently it is as desired"),
    ),
    "a change after earlier changes of the data": (
        plan(INSTALL),
        {"a.b.install": CREATED},
        *(True, True, "unknown", f"{LATER}; currently it would be created"),
    ),
    "the latest version": (plan(INSTALL, takes_latest=True), {}, False, False, "none", ""),
    "the latest version after any change": (
        plan(INSTALL, takes_latest=True),
        {},
        *(True, False, "unknown", f"{LATER}; currently it is as desired"),
    ),
    "the latest version of a list that is old": (
        plan(INSTALL, takes_latest=True, updates_list=True),
        {},
        *(False, False, "unknown", f"{NOT_UPDATED}; currently it is as desired"),
    ),
    "a newer version in an old list": (
        plan(INSTALL, takes_latest=True, updates_list=True),
        {"a.b.install": CREATED},
        *(False, False, "created", "why"),
    ),
    "any version of a list that is old": (
        plan(INSTALL, updates_list=True),
        {},
        *(False, False, "none", ""),
    ),
    "a package that an old list does not have": (
        plan(INSTALL, updates_list=True),
        {"a.b.install": FAILED},
        *(False, False, "unknown", f"{NOT_UPDATED}: no such package"),
    ),
    "a package that an earlier change may bring": (
        plan(INSTALL),
        {"a.b.install": FAILED},
        *(True, False, "unknown", f"{LATER}: no such package"),
    ),
    "the same with an old list": (
        plan(INSTALL, updates_list=True),
        {"a.b.install": FAILED},
        *(True, True, "unknown", f"{LATER}: no such package"),
    ),
}


@pytest.mark.parametrize(
    ("wanted", "given", "uncertain", "unclear", "action", "reason"),
    PREDICTED.values(),
    ids=PREDICTED,
)
def test_prediction(
    wanted: Plan,
    given: dict[str, Any],
    uncertain: bool,
    unclear: bool,
    action: str,
    reason: str,
    answers: dict[str, Any],
) -> None:
    answers.update(given)
    observed = MANAGED.observe(wanted, target(uncertain, unclear))
    decision = MANAGED.decide(wanted, observed, Turn(check_mode=True))
    assert (decision.action, decision.reason) == (action, reason)
    assert decision.diff == (CREATED.diff if action == "created" else None)


def test_a_certain_error_is_one_in_check_mode(answers: dict[str, Any]) -> None:
    answers["a.b.install"] = FAILED
    for uncertain, unclear, more in ((False, False, {}), (False, True, {"updates_list": True})):
        with pytest.raises(ResourceError, match="no such package"):
            MANAGED.observe(plan(INSTALL, **more), target(uncertain, unclear))


#: the steps, what their modules answer -> the action, its reason, and the output of the last step
DONE: dict[str, tuple[tuple[Step, ...], dict[str, Any], str, str, str | None]] = {
    "nothing": ((INSTALL, LOCK), {}, "none", "", None),
    "both": (
        (INSTALL, LOCK),
        {"a.b.install": CREATED, "a.b.lock": Answer("updated", "held", output="o")},
        *("created", "why; held", "o"),
    ),
    "a start after a change": (
        (INSTALL, START),
        {"a.b.install": CREATED, "a.b.start": Answer("started", "down", output="o")},
        *("created", "why", None),
    ),
    "a start without a change": (
        (INSTALL, START),
        {"a.b.start": Answer("started", "down", output="o")},
        *("started", "down", "o"),
    ),
}


@pytest.mark.parametrize(("steps", "given", "action", "reason", "output"), DONE.values(), ids=DONE)
def test_what_is_done(
    steps: tuple[Step, ...],
    given: dict[str, Any],
    action: str,
    reason: str,
    output: str | None,
    answers: dict[str, Any],
) -> None:
    answers.update(given)
    machine = Target()
    observed = MANAGED.observe(plan(*steps), machine)
    decision = MANAGED.decide(plan(*steps), observed, Turn())
    assert (decision.action, decision.steps) == ("updated", steps)
    outcome = MANAGED.act(plan(*steps), observed, decision, machine)
    assert outcome.decision
    assert (outcome.decision.action, outcome.decision.reason) == (action, reason)
    assert outcome.output == output


@pytest.mark.parametrize("check_mode", [False, True])
def test_without_its_trigger_it_is_skipped(check_mode: bool, answers: dict[str, Any]) -> None:
    answers["a.b.reload"] = FAILED
    wanted = plan(RELOAD, only_triggered=True)
    observed = MANAGED.observe(wanted, Target(check_mode=check_mode))
    decision = MANAGED.decide(wanted, observed, Turn(check_mode=check_mode))
    assert (decision.action, decision.reason, decision.steps) == ("skipped", "not triggered", ())


def test_what_the_steps_depend_on(answers: dict[str, Any]) -> None:
    asked: list[Any] = []

    def steps(manager: str, triggered: bool) -> tuple[Step, ...]:
        asked.append((manager, triggered))
        return (INSTALL,)

    wanted = replace(plan(only_triggered=True), steps=steps)
    MANAGED.observe(MANAGED.when_triggered(wanted), Target())
    MANAGED.observe(replace(wanted, only_triggered=False), Target())
    assert asked == [("debian", True), ("debian", False)]


def test_what_may_change() -> None:
    wanted = plan(INSTALL, adds=("/usr/bin",), replaces=("/usr/lib",))
    assert MANAGED.may_alter(wanted) == ("/",)
    assert MANAGED.may_add(wanted) == ("/usr/bin",)
    assert MANAGED.may_replace(wanted) == ("/usr/lib",)


def machine(*names: str, check_mode: bool = False) -> Target:
    """Return a machine that has got these modules, and knows one secret."""
    found = Target(check_mode, Secrets({"a/b": "hunter22"}))
    library = Library("/archive", dict.fromkeys(names, "x"), {})
    found.service(LIBRARY, lambda: library)
    return found


def test_modules_that_the_controller_lacks() -> None:
    doing.refuse_missing((INSTALL, Step(command="true")), machine("a.b.install"))
    with pytest.raises(ResourceError) as raised:
        doing.refuse_missing((INSTALL, LOCK), machine("a.b.install"))
    assert raised.value.message == (
        "this host needs a.b.lock, which the controller does not have; install it there:"
        " ansible-galaxy collection install a.b"
    )


#: the step, whether nothing is to be done, the module's answer -> action, reason, whether it ran
STEPS: dict[str, tuple[Step, bool, Answer, tuple[str, str], bool]] = {
    "no change": (INSTALL, False, Answer("", "r"), ("", "r"), True),
    "a change": (INSTALL, False, CREATED, ("created", "why"), True),
    "nothing to do": (INSTALL, True, CREATED, ("", ""), False),
    "nothing to do, but it always acts": (RELOAD, True, CREATED, ("updated", "why"), True),
    "its own action": (
        replace(INSTALL, action="started"),
        False,
        CREATED,
        ("started", "why"),
        True,
    ),
    "its own reason": (
        replace(INSTALL, reason="mine"),
        *(False, Answer("created", ""), ("created", "mine"), True),
    ),
}


@pytest.mark.parametrize(
    ("step", "is_done", "answer", "expected", "ran"), STEPS.values(), ids=STEPS
)
def test_a_step(
    step: Step,
    is_done: bool,
    answer: Answer,
    expected: tuple[str, str],
    ran: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[Any] = []

    def apply_module(spec: Any, target: Target) -> Answer:
        calls.append((spec.module, spec.args, spec.timeout))
        return answer

    monkeypatch.setattr(doing, "apply_module", apply_module)
    monkeypatch.setattr(doing, "has_nothing_to_do", lambda step, target: is_done)
    found = doing.done(step, Target())
    assert (found.changed, found.reason) == expected
    assert calls == ([(step.module, step.args, 300)] if ran else [])


def test_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step(command="echo secret:a/b; exit 0", action="updated", reason="triggered")
    answer = doing.done(step, machine())
    assert (answer.changed, answer.reason) == ("updated", "triggered")
    assert (answer.rc, answer.output) == (0, "********\n")
    with pytest.raises(ResourceError) as raised:
        doing.done(replace(step, command="echo out; exit 3"), machine())
    error = raised.value
    assert error.message == "the command failed with exit code 3; correct it"
    assert (error.log, error.rc) == ("out\n", 3)
    monkeypatch.setattr(doing, "TIME_LIMIT", 0.2)
    with pytest.raises(ResourceError) as raised:
        doing.done(replace(step, command="echo out; sleep 60"), machine())
    assert raised.value.message == "the command did not finish within 0.2 s and was stopped"
    assert raised.value.log == "out\n"


@pytest.mark.parametrize(("command", "hidden"), [("echo secret:a/b", True), ("echo plain", False)])
def test_a_command_with_a_secret_is_hidden(
    command: str, hidden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def run(words: str, **how: Any) -> Any:
        given.update(how, words=words)
        return Finished(0, "")

    monkeypatch.setattr(process, "run", run)
    target = machine()
    doing.done(Step(command=command), target)
    words = command.replace("secret:a/b", "hunter22")
    assert given == {
        "words": words,
        "hidden": hidden,
        "timeout": 300,
        "secrets": target.secrets,
    }
