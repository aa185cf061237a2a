# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a module's result, in a run and in check mode; no module is started here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.delivery import module_archive
from ansible_collections.vigo.bridge.plugins.module_utils.host import forked
from ansible_collections.vigo.bridge.plugins.module_utils.host.forked import Ended
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module import behaviour
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.answer import (
    Answer,
    Failure,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.part import Change
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.spec import (
    ModuleSpec,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    NOT_YET_KNOWN,
    Decision,
    Outcome,
    Turn,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

APT, FILE, LINE = (f"ansible.builtin.{name}" for name in ("apt", "file", "lineinfile"))
MODULE: Any = TYPES[APT].behaviour()
FOLDER = ModuleSpec(FILE, {"path": "/srv/none", "state": "directory"}, 300)
EDIT = ModuleSpec(LINE, {"path": "/srv/none"}, 300)
PACKAGE = ModuleSpec(APT, {"name": "vim"}, 300)

Answers = Callable[..., None]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Return a function that sets the answer of each module, or its error."""

    def set_answer(answer: Answer | ResourceError) -> None:
        def apply_module(spec: ModuleSpec, target: Target) -> Answer:
            if isinstance(answer, ResourceError):
                raise answer
            return answer

        monkeypatch.setattr(behaviour, "apply_module", apply_module)

    return set_answer


def after(path: str = "", is_folder: bool = False) -> Target:
    """Return a target in check mode where an earlier change is about a path."""
    target = Target(check_mode=True, overlay=Overlay(uncertain=True, active=True, moment=1))
    if is_folder:
        target.overlay.files.put_folder(path, 1)
    elif path:
        target.overlay.mark_unknown([path])
    return target


@dataclass
class Step:
    """A step after a module that needs a change, and counts how often it is made."""

    change: Change | None
    made: int = 0
    looked: list[bool] = field(default_factory=list)

    def look(self, target: Target) -> Change | None:
        self.looked.append(target.check_mode)
        return self.change

    def apply(self, target: Target) -> None:
        self.made += 1


#: the answer of a module -> what a run reports
RUNS = [
    (Answer("", ""), Outcome(decision=Decision("none"))),
    (Answer("updated", "why"), Outcome(decision=Decision("updated", "why"))),
    (
        Answer("deleted", "why", diff={"before": "x"}, rc=3, output="text"),
        Outcome(3, "text", decision=Decision("deleted", "why", {"before": "x"})),
    ),
    (Answer("updated", "why", skipped=True), Outcome(decision=Decision("skipped", "why"))),
]


@pytest.mark.parametrize(("answer", "outcome"), RUNS)
def test_a_run(answer: Answer, outcome: Outcome, answers: Answers) -> None:
    """It observes nothing, since a module compares and changes in one call."""
    answers(answer)
    target = Target()
    assert MODULE.observe(PACKAGE, target) is None
    decision = MODULE.decide(PACKAGE, None, Turn())
    assert decision == Decision("updated", steps=(APT,))
    assert MODULE.act(PACKAGE, None, decision, target) == outcome


def test_what_did_not_exist_is_created(answers: Answers) -> None:
    answers(Answer("updated", ""))
    assert MODULE.act(FOLDER, None, Decision("updated"), Target()).decision.action == "created"
    answers(Answer("", ""))
    assert MODULE.act(FOLDER, None, Decision("updated"), Target()).decision.action == "none"
    answers(Answer("updated", ""))
    assert MODULE.act(EDIT, None, Decision("updated"), Target()).decision.action == "updated"


DIFF, OTHER = {"before": "a", "after": "b"}, {"before": "c", "after": "d"}
#: the module's answer, the steps after it -> the result
STEPS: list[tuple[Answer, list[Change | None], Answer]] = [
    (Answer("", ""), [None], Answer("", "")),
    (Answer("", "", rc=1), [Change("key")], Answer("updated", "key", rc=1)),
    (Answer("deleted", "gone"), [Change("key")], Answer("deleted", "gone; key")),
    (
        Answer("", ""),
        [Change("a", DIFF), None, Change("b", OTHER)],
        Answer("updated", "a; b", diff=DIFF),
    ),
    (Answer("updated", "", diff=OTHER), [Change("a", DIFF)], Answer("updated", "a", diff=OTHER)),
]


@pytest.mark.parametrize(("answer", "changes", "result"), STEPS)
@pytest.mark.parametrize("check", [True, False])
def test_steps_after_a_module(
    answer: Answer, changes: list[Change | None], result: Answer, check: bool, answers: Answers
) -> None:
    """In check mode they are only looked at."""
    answers(answer)
    steps = tuple(map(Step, changes))
    spec = replace(PACKAGE, after=steps)
    target = Target(check_mode=check)
    outcome = MODULE.act(spec, None, Decision("updated"), target)
    assert outcome.decision == Decision(result.changed or "none", result.reason, result.diff)
    assert [step.made for step in steps] == [0 if check or not step.change else 1 for step in steps]
    assert [step.looked for step in steps] == [[check]] * len(steps)


def predicted(spec: ModuleSpec, target: Target) -> Decision:
    decision: Decision = MODULE.decide(spec, MODULE.observe(spec, target), Turn(check_mode=True))
    return decision


UNKNOWN = f"{NOT_YET_KNOWN}; currently"
#: module, earlier changes, its answer -> the prediction
PREDICTIONS: list[tuple[ModuleSpec, Target, Answer, Decision]] = [
    (PACKAGE, Target(check_mode=True), Answer("", ""), Decision("none")),
    (PACKAGE, Target(check_mode=True), Answer("updated", "x"), Decision("updated", "x")),
    (PACKAGE, after(), Answer("", ""), Decision("unknown", f"{UNKNOWN} it is as desired")),
    (
        PACKAGE,
        after(),
        Answer("updated", ""),
        Decision("unknown", f"{UNKNOWN} it would be updated"),
    ),
    (
        PACKAGE,
        Target(check_mode=True),
        Answer("", "no check mode", skipped=True),
        Decision("unknown", "its check mode does not predict changes: no check mode"),
    ),
    (EDIT, after("/srv/other"), Answer("updated", "x"), Decision("updated", "x")),
    (
        EDIT,
        after("/srv/none"),
        Answer("updated", "x"),
        Decision("unknown", f"{UNKNOWN} it would be updated"),
    ),
    (FOLDER, after("/srv/other"), Answer("updated", "x"), Decision("created", "x")),
]


@pytest.mark.parametrize(("spec", "target", "answer", "decision"), PREDICTIONS)
def test_predictions(
    spec: ModuleSpec, target: Target, answer: Answer, decision: Decision, answers: Answers
) -> None:
    answers(answer)
    assert predicted(spec, target) == decision


OWNER = "vigo-new-user"


@pytest.mark.parametrize(
    ("spec", "is_certain", "decision"),
    [
        (FOLDER, True, Decision("created")),
        (FOLDER, False, Decision("unknown", NOT_YET_KNOWN)),
        (EDIT, True, Decision("unknown", NOT_YET_KNOWN)),
        (
            replace(FOLDER, args={**FOLDER.args, "path": "/usr"}),
            True,
            Decision("unknown", NOT_YET_KNOWN),
        ),
    ],
)
def test_an_owner_that_will_exist(
    spec: ModuleSpec, is_certain: bool, decision: Decision, answers: Answers
) -> None:
    """The module would fail in check mode, so it is not asked."""
    answers(ResourceError("no such user"))
    target = after("/srv/other" if is_certain else "/srv/none")
    target.overlay.accounts.users[OWNER] = 7
    assert predicted(replace(spec, args={**spec.args, "owner": OWNER}), target) == decision


def test_a_failure_of_check_mode(answers: Answers) -> None:
    """It counts if no earlier change can prevent it."""
    answers(ResourceError("no such thing"))
    for spec, target in ((PACKAGE, Target(check_mode=True)), (EDIT, after("/srv/other"))):
        with pytest.raises(ResourceError, match="no such thing"):
            MODULE.observe(spec, target)
    for spec, target in ((PACKAGE, after()), (EDIT, after("/srv/none"))):
        assert predicted(spec, target) == Decision("unknown", f"{NOT_YET_KNOWN}: no such thing")


def test_what_failed_may_have_changed_something(answers: Answers) -> None:
    answers(ResourceError("no such thing"))
    target = after("/srv/other")
    with pytest.raises(ResourceError):
        MODULE.observe(EDIT, target)
    assert not target.overlay.is_clear("/srv/none")


def test_what_a_run_would_refuse_is_refused_in_check_mode(answers: Answers) -> None:
    answers(Answer("", ""))
    spec = replace(EDIT, args={**EDIT.args, "owner": OWNER})
    with pytest.raises(ResourceError, match="does not exist; create it first"):
        MODULE.observe(spec, Target(check_mode=True))
    assert MODULE.observe(spec, after("/srv/none")).is_certain is False


@pytest.mark.parametrize(
    ("spec", "is_predictable"), [(FOLDER, True), (EDIT, False), (PACKAGE, False)]
)
def test_what_is_predictable(spec: ModuleSpec, is_predictable: bool) -> None:
    assert MODULE.is_predictable(spec) is is_predictable


@pytest.mark.parametrize("step", ["predict", "mark_uncertain"])
def test_what_is_unknown_afterwards(step: str) -> None:
    """All, if the effect of the module is not known."""
    for spec, path, is_clear in (
        (EDIT, "/srv/none", False),
        (EDIT, "/srv/other", True),
        (PACKAGE, "/srv/other", False),
        (FOLDER, "/srv/none", step == "predict"),
    ):
        target = Target(check_mode=True, overlay=Overlay(moment=1))
        if step == "predict":
            MODULE.predict(spec, None, target)
        else:
            MODULE.mark_uncertain(spec, target.overlay)
        assert target.overlay.is_clear(path) is is_clear


REMOVAL = replace(PACKAGE, args={"name": "vim", "state": "absent"})


@pytest.mark.parametrize(
    ("spec", "added", "replaced"),
    [(PACKAGE, "/", "/usr/bin"), (REMOVAL, "/", "/"), (EDIT, "", "")],
)
def test_files_of_packages(spec: ModuleSpec, added: str, replaced: str) -> None:
    assert list(MODULE.may_add(spec)) == ([added] if added else [])
    assert (replaced in MODULE.may_replace(spec)) is bool(replaced)
    assert ("/" in MODULE.may_replace(spec)) is spec.is_removal
    assert list(MODULE.may_alter(spec)) == ["/"]


@dataclass
class Started:
    """Replaces the process of a module, and keeps what it would get."""

    ended: Ended
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def run(self, call: Any, limit: float) -> Ended:
        self.calls.append((*call.args, limit))
        return self.ended


def started(
    monkeypatch: pytest.MonkeyPatch, output: str, told: dict[str, Any] | None = None
) -> tuple[Started, Target]:
    """Return a process that prints an output, and a target with the modules."""
    process = Started(Ended(0, output.encode(), b""))
    monkeypatch.setattr(forked, "run", process.run)
    monkeypatch.setattr(module_archive, "load", process.used.append)
    names = {module: f"{module}.py" for module in (APT, FILE, LINE)}
    target = Target(secrets=Secrets({"app/token": "s3cret"}))
    library = module_archive.Library("/modules", names, told or {})
    target.service(module_archive.LIBRARY, lambda: library)
    return process, target


@pytest.mark.parametrize("check", [True, False])
def test_what_a_module_gets(check: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    process, target = started(monkeypatch, '{"changed": true}', {"_ansible_version": "2.19"})
    target.check_mode = check
    answer = behaviour.apply_module(replace(PACKAGE, timeout=7), target)
    assert answer.changed == "updated"
    arguments = {
        "name": "vim",
        "_ansible_version": "2.19",
        "_ansible_module_name": APT,
        "_ansible_check_mode": check,
        "_ansible_diff": True,
        "_ansible_no_log": False,
    }
    assert process.calls == [("/modules", f"{APT}.py", arguments, 7)]
    assert process.used == ["/modules"]


def test_secrets_are_revealed_and_not_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    process, target = started(monkeypatch, '{"changed": false}')
    behaviour.apply_module(replace(EDIT, args={"line": "x secret:app/token"}), target)
    (arguments,) = [call[2] for call in process.calls]
    assert arguments["line"] == "x s3cret"
    assert arguments["_ansible_no_log"] is True


def test_the_controller_can_forbid_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    process, target = started(monkeypatch, '{"changed": false}', {"_ansible_no_log": True})
    behaviour.apply_module(EDIT, target)
    assert process.calls[0][2]["_ansible_no_log"] is True


def test_a_folder_of_the_system_is_not_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    process, target = started(monkeypatch, '{"changed": true}')
    with pytest.raises(ResourceError, match="must not be removed"):
        behaviour.apply_module(ModuleSpec(FILE, {"path": "/usr", "state": "absent"}, 9), target)
    assert process.calls == []


@pytest.mark.parametrize(
    ("output", "fails"),
    [
        ('{"changed": true, "warnings": ["old option"]}', False),
        ('{"failed": true, "msg": "no", "warnings": ["old option"]}', True),
    ],
)
@pytest.mark.parametrize("is_uncertain", [True, False])
def test_warnings(
    output: str, fails: bool, is_uncertain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are shown, unless their cause may be that earlier changes are only predicted."""
    _, target = started(monkeypatch, output)
    target = target.with_overlay(Overlay(uncertain=is_uncertain))
    if fails:
        with pytest.raises(Failure):
            behaviour.apply_module(EDIT, target)
    else:
        behaviour.apply_module(EDIT, target)
    assert target.notes == ([] if is_uncertain else [f"{LINE}: old option"])


def test_without_modules() -> None:
    with pytest.raises(ResourceError, match="were not sent to the target"):
        behaviour.library_of(Target())


def test_the_attributes() -> None:
    args, timeout = TYPES[APT].attributes()
    assert (args.name, args.type, args.secrets, args.deep, args.data) == (
        "args",
        "dict",
        True,
        True,
        True,
    )
    assert timeout.name == "timeout"
