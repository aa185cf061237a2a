# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file resource: a file with this content, owner and mode, or no file."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ...common.errors import ResourceError
from ..base import NOT_YET_KNOWN, Behaviour, Decision, Outcome, Turn, currently
from ..result import Result
from ..target import Target
from ..typed_attributes import typed
from . import differences, former, observation, obstacles, returned, writing
from .descriptor import TYPE
from .observation import Observed
from .reverted import before_first_change
from .spec import FileSpec, on_this_machine, parse
from .written import written_files


class File(Behaviour):
    type = TYPE

    def parse(self, attributes: Mapping[str, Any]) -> FileSpec:
        return before_first_change(on_this_machine(parse(attributes)))

    def observe(self, spec: FileSpec, target: Target) -> Observed:
        if not target.check_mode:
            writing.remove_temporary_files(spec.path)
        observed = observation.observe(spec, target)
        step = differences.step(spec, observed)
        if observed.kind in ("missing", "file", "link") and step and not observed.in_doubt:
            obstacles.refuse(spec, observed, step, target.overlay)
        return observed

    def decide(self, spec: FileSpec, observed: Observed, turn: Turn) -> Decision:
        if observed.kind == "directory":
            raise ResourceError(
                f"{spec.path} is a directory; remove it, or choose another target_path"
            )
        if observed.kind == "special":
            raise ResourceError(
                f"{spec.path} is neither a file nor a link (a socket, pipe or device);"
                " choose another target_path"
            )
        decision = self._decide(spec, observed)
        if observed.is_certain or decision.action == "unknown":
            return decision
        return Decision("unknown", f"{NOT_YET_KNOWN}; {currently(decision.action)}")

    def _decide(self, spec: FileSpec, observed: Observed) -> Decision:
        if spec.state == "absent":
            return _decide_absent(spec, observed)
        if observed.kind == "file" and observed.in_doubt:
            return Decision("unknown", "an earlier resource may change its source")
        if observed.kind == "link" and not spec.makes_content:
            raise ResourceError(
                f"{spec.path} is a symbolic link to {observed.link!r}, which is not followed; set"
                " target_path to the path of the file, or set content to replace the link with a"
                " file"
            )
        return _decide_present(spec, observed)

    def act(
        self, spec: FileSpec, observed: Observed, decision: Decision, target: Target
    ) -> Outcome:
        if differences.REMOVE in decision.steps:
            writing.remove(spec.path)
            written_files(target)[spec.path] = None
        elif differences.CONTENT in decision.steps:
            backup = writing.replace(spec, observed, target)
            written_files(target)[spec.path] = observed.desired_digest
            return Outcome(returned={"backup_file": backup} if backup else {})
        else:
            writing.set_attributes(spec, observed)
        return Outcome()

    def describe(
        self, attributes: Mapping[str, Any], result: Result, target: Target
    ) -> Mapping[str, Any]:
        """Return what ``ansible.builtin.copy`` returns."""
        try:
            spec = self.parse(typed(attributes, TYPE.options, TYPE.data))
        except ResourceError:
            return {}
        return returned.of_file(spec, target)

    def former_state(
        self, spec: FileSpec, observed: Observed, decision: Decision, target: Target
    ) -> Mapping[str, Any] | None:
        return former.state_of(spec.path)

    def restore(self, state: Mapping[str, Any], target: Target) -> Decision:
        return former.restore(state)

    def may_alter(self, spec: FileSpec) -> Sequence[str]:
        return (spec.path,)

    def may_replace(self, spec: FileSpec) -> Sequence[str]:
        return (spec.path,)  # Another resource may manage the same file.

    def predict(self, spec: FileSpec, observed: Observed, target: Target) -> None:
        observation.predict(spec, observed, target)


def _decide_absent(spec: FileSpec, observed: Observed) -> Decision:
    if observed.kind == "missing":
        return Decision("none")
    return Decision(
        "deleted", "it exists", {"before": f"{spec.path}\n", "after": ""}, (differences.REMOVE,)
    )


def _decide_present(spec: FileSpec, observed: Observed) -> Decision:
    step = differences.step(spec, observed)
    if observed.kind == "missing":
        return Decision("created", "it does not exist", _content_diff(spec, observed), (step,))
    if observed.kind == "link":
        reason = "it is a symbolic link, which is replaced with a file"
        return Decision("updated", reason, _content_diff(spec, observed), (step,))
    changes = differences.attribute_changes(spec, observed)
    reasons = [f"{name} {before} -> {after}" for name, before, after in changes]
    if step == differences.CONTENT:
        reason = "; ".join(["content changed", *reasons])
        return Decision("updated", reason, _content_diff(spec, observed), (step,))
    if step == differences.ATTRIBUTES:
        diff = _attribute_diff(spec, changes)
        return Decision("updated", "; ".join(reasons), diff, (step,))
    return Decision("none")


def _attribute_diff(spec: FileSpec, changes: Sequence[tuple[str, str, str]]) -> Mapping[str, str]:
    return {
        "before_header": spec.path,
        "after_header": spec.path,
        "before": "".join(f"{name}: {before}\n" for name, before, _after in changes),
        "after": "".join(f"{name}: {after}\n" for name, _before, after in changes),
    }


def _content_diff(spec: FileSpec, observed: Observed) -> Mapping[str, str] | None:
    """Return the content before and after as text; nothing if it is secret, binary or large."""
    if spec.holds_secrets:
        return {"before": "", "after": "", "prepared": "(not shown: the content holds secrets)\n"}
    if observed.before is None or observed.after is None:
        return {"before": "", "after": "", "prepared": "(not shown: binary or large content)\n"}
    return {
        "before_header": spec.path,
        "after_header": spec.path,
        "before": f"symbolic link to {observed.link}\n" if observed.link else observed.before,
        "after": observed.after,
    }
