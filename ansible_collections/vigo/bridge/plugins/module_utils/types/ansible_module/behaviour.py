# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module in a forked child of this process, and returns its result."""

from __future__ import annotations

from functools import partial
from typing import Any, Mapping, Sequence

from ...common.dataclass import dataclass, replace
from ...common.errors import ResourceError
from ...delivery import module_archive
from ...delivery.ansible_compat import run_as_module
from ...host import forked, package_files
from ...host.overlay import Overlay
from ...secrets import references as secret_references
from ..base import NOT_YET_KNOWN, Behaviour, Decision, Outcome, Turn, currently
from ..descriptor import ResourceType
from ..result import conceal_values as each_text
from ..target import Target
from .answer import Answer, Failure, read
from .effects import effect_of
from .spec import ModuleSpec, own_options, removed
from .system_folders import refuse_removal


@dataclass(frozen=True)
class Observed:
    """What check mode observed. is_certain: whether earlier changes cannot alter it."""

    answer: Answer
    is_certain: bool = True


class AnsibleModuleBehaviour(Behaviour):
    """One module. A real run does not observe first: a module compares and changes in one call."""

    def __init__(self, kind: ResourceType) -> None:
        self.type = kind

    def observe(self, spec: ModuleSpec, target: Target) -> Observed | None:
        if not target.check_mode:
            return None
        overlay, effect = target.overlay, effect_of(spec)
        is_certain = not overlay.uncertain or bool(effect and effect.is_certain(overlay))
        try:
            if effect and is_certain:
                effect.refuse(overlay)
            if effect and effect.is_awaiting(overlay):
                if is_certain and effect.creates():
                    return Observed(Answer("created", ""))
                return Observed(Answer("unknown", NOT_YET_KNOWN))
            answer = _applied(spec, target)
        except ResourceError as error:
            if is_certain:
                if effect:  # It may have made part of its changes before it failed.
                    effect.mark_uncertain(overlay)
                raise
            return Observed(Answer("unknown", f"{NOT_YET_KNOWN}: {error.message}"))
        return Observed(answer, is_certain)

    def decide(self, spec: ModuleSpec, observed: Observed | None, turn: Turn) -> Decision:
        if observed is None:
            return Decision("updated", steps=(spec.module,))
        decision = _decision(observed.answer)
        if observed.answer.skipped:
            return Decision(
                "unknown", f"its check mode does not predict changes: {decision.reason}"
            )
        if not observed.is_certain:
            return Decision("unknown", f"{NOT_YET_KNOWN}; {currently(decision.action)}")
        return decision

    def act(
        self, spec: ModuleSpec, observed: Observed | None, decision: Decision, target: Target
    ) -> Outcome:
        answer = _applied(spec, target)
        return Outcome(answer.rc, answer.output, decision=_decision(answer))

    def is_predictable(self, spec: ModuleSpec) -> bool:
        effect = effect_of(spec)
        return effect is not None and effect.is_predictable

    def predict(self, spec: ModuleSpec, observed: Observed | None, target: Target) -> None:
        effect = effect_of(spec)
        if effect:
            effect.predict(target.overlay)
        else:
            self.mark_uncertain(spec, target.overlay)

    def may_alter(self, spec: ModuleSpec) -> Sequence[str]:
        """Return all paths: a module whose effect is not known may change anything."""
        return ("/",)

    def may_add(self, spec: ModuleSpec) -> Sequence[str]:
        return package_files.ADDED if spec.is_of_packages else ()

    def may_replace(self, spec: ModuleSpec) -> Sequence[str]:
        return package_files.replaced(spec.is_removal) if spec.is_of_packages else ()

    def mark_uncertain(self, spec: ModuleSpec, overlay: Overlay) -> None:
        effect = effect_of(spec)
        if effect:
            effect.mark_uncertain(overlay)
        else:
            super().mark_uncertain(spec, overlay)


def _decision(answer: Answer) -> Decision:
    if answer.skipped:
        return Decision("skipped", answer.reason)
    return Decision(answer.changed or "none", answer.reason, answer.diff)


def library_of(target: Target) -> module_archive.Library:
    """Return the modules that the controller sent. Raise ResourceError if it sent none."""
    return target.service(module_archive.LIBRARY, _no_library)


def _applied(spec: ModuleSpec, target: Target) -> Answer:
    """Run the module and then its parts, in check mode without changes. Raise ResourceError."""
    effect = effect_of(spec)
    is_new = bool(effect and effect.creates())
    answer = apply_module(spec, target)
    if is_new and answer.changed:
        answer = replace(answer, changed="created")
    for part in spec.after:
        change = part.look(target)
        if change is None:
            continue
        if not target.check_mode:
            part.apply(target)
        reason = "; ".join(filter(None, [answer.reason, change.reason]))
        answer = replace(
            answer,
            changed=answer.changed or "updated",
            reason=reason,
            diff=answer.diff or change.diff,
        )
    return answer


def apply_module(spec: ModuleSpec, target: Target) -> Answer:
    """Run the module, in check mode if this call is. Raise Failure and Blocked."""
    library = library_of(target)
    options = each_text(own_options(spec.module, spec.args), target.secrets.reveal)
    for _option, path in removed(spec.module, options):
        refuse_removal(path)
    arguments = {
        **options,
        **library.told,
        "_ansible_module_name": spec.module,
        "_ansible_check_mode": target.check_mode,
        "_ansible_diff": True,
        # A call with secrets is not written to the target's log.
        "_ansible_no_log": bool(
            library.told.get("_ansible_no_log") or secret_references.paths(spec.args)
        ),
    }
    name = library.names[spec.module]
    module_archive.load(library.path)
    ended = forked.run(partial(_become, library.path, name, arguments), spec.timeout)
    try:
        answer = read(spec.module, spec.args, ended, spec.timeout)
    except Failure as error:
        _warn(spec, target, error.warnings)
        raise
    _warn(spec, target, answer.warnings)
    return answer


def _warn(spec: ModuleSpec, target: Target, warnings: Sequence[str]) -> None:
    # It may fail only because earlier changes are predicted, not made.
    for warning in () if target.overlay.uncertain else warnings:
        target.note(f"{spec.module}: {warning}")


def _become(path: str, name: str, arguments: Mapping[str, Any]) -> None:
    """Run the module in this process, which was forked for it."""
    module_archive.use(path)
    run_as_module(name, path, arguments)


def _no_library() -> module_archive.Library:
    raise ResourceError(
        "Ansible modules were not sent to the target; call the action by its full name,"
        " vigo.bridge.converge"
    )
