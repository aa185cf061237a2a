# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installs a package from a file after checking the file."""

from __future__ import annotations

from typing import Sequence

from ...common.dataclass import dataclass, replace
from ...common.errors import ResourceError
from ...host import package_files
from ..ansible_module.answer import Answer
from ..base import ANYTHING, NOT_YET_KNOWN, Behaviour, Decision, Outcome, Turn, currently
from ..fetched.fetching import Fetched, fetched, refuse_mismatch
from ..managed.doing import as_decision, done, refuse_missing
from ..managed.managers import package_manager, this_machine
from ..managed.modules import DATABASES
from ..target import Target
from . import versions
from .descriptor import TYPE
from .spec import PackageFile

_INSTALL, _REMOVE, _LOCK = "install", "remove", "lock"


@dataclass(frozen=True)
class Observed:
    """installed: the installed version, empty for none. is_wanted: whether it is the wanted one;
    None if only the file shows that.

    answer: in check mode, the predicted change. unknown: why that is uncertain.
    """

    manager: str
    installed: str
    is_wanted: bool | None
    answer: Answer | None = None
    unknown: str = ""


class NonrepoPackage(Behaviour):
    type = TYPE

    def observe(self, spec: PackageFile, target: Target) -> Observed:
        manager = package_manager(this_machine())
        refuse_missing(spec.steps(manager), target)
        now = versions.installed(manager, spec.name, target)
        observed = Observed(manager, now, _is_wanted(spec, manager, now))
        if spec.version and observed.is_wanted is False and not spec.is_absent:
            _refuse_older(spec, observed, spec.version, target)
        if not target.check_mode:
            return observed
        answer = _predicted(spec, observed, target)
        if not all(map(target.overlay.is_clear, DATABASES)):
            reason = f"{NOT_YET_KNOWN}; {currently(answer.changed or 'none')}"
            return replace(observed, answer=answer, unknown=reason)
        return replace(observed, answer=answer)

    def decide(self, spec: PackageFile, observed: Observed, turn: Turn) -> Decision:
        if turn.check_mode:
            if observed.unknown:
                return Decision("unknown", observed.unknown)
            return as_decision([observed.answer or Answer("", "")])
        steps = []
        if not observed.is_wanted:
            steps.append(_REMOVE if spec.is_absent else _INSTALL)
        if spec.lock_steps(observed.manager):
            steps.append(_LOCK)
        return Decision("updated" if steps else "none", steps=tuple(steps))

    def act(
        self, spec: PackageFile, observed: Observed, decision: Decision, target: Target
    ) -> Outcome:
        answers: list[Answer] = []
        if _REMOVE in decision.steps:
            answers.append(done(spec.removal(observed.manager), target))
        if _INSTALL in decision.steps:
            answers.append(_install(spec, observed, target))
        answers += [done(step, target) for step in spec.lock_steps(observed.manager)]
        last = answers[-1]
        return Outcome(last.rc, last.output, decision=as_decision(answers))

    def may_alter(self, spec: PackageFile) -> Sequence[str]:
        return ANYTHING

    def may_add(self, spec: PackageFile) -> Sequence[str]:
        return package_files.ADDED

    def may_replace(self, spec: PackageFile) -> Sequence[str]:
        return package_files.replaced(spec.is_absent)


def _is_wanted(spec: PackageFile, manager: str, installed: str) -> bool | None:
    """Return whether the installed version is the wanted one; None if only the file shows that."""
    if spec.is_absent or not installed:
        return spec.is_absent and not installed
    return versions.is_version(manager, spec.version, installed) if spec.version else None


def _predicted(spec: PackageFile, observed: Observed, target: Target) -> Answer:
    """Return the first change."""
    if observed.is_wanted is False:
        return Answer("deleted", "it is installed") if spec.is_absent else _change(spec, observed)
    if observed.is_wanted is None:
        with fetched(spec.url, _suffix(observed.manager), target) as file:
            version = _checked(spec, observed, file, target)
        if version != observed.installed:
            return _change(spec, observed, version)
    for step in spec.lock_steps(observed.manager):
        answer = done(step, target)
        if answer.changed:
            return answer
    return Answer("", "")


def _install(spec: PackageFile, observed: Observed, target: Target) -> Answer:
    with fetched(spec.url, _suffix(observed.manager), target) as file:
        version = _checked(spec, observed, file, target)
        if version == observed.installed:
            return Answer("", "")
        answer = done(spec.installation(observed.manager, file.path), target)
    now = versions.installed(observed.manager, spec.name, target)
    if now != version:
        raise ResourceError(
            f"version {version} was not installed: the package manager kept {now or 'no'}",
            "set allow_downgrade: true for an older version",
            log=answer.output or "",
        )
    change = _change(spec, observed, version)
    return replace(answer, changed=change.changed, reason=change.reason)


def _checked(spec: PackageFile, observed: Observed, file: Fetched, target: Target) -> str:
    """Return the version in a file. Raise ResourceError if it is not the wanted package."""
    refuse_mismatch("the file", file.sha256, spec.sha256)
    found = versions.in_file(observed.manager, file.path, target)
    if found.name != spec.name:
        raise ResourceError(
            f"package: the file contains the package {found.name}, not {spec.name}",
            "correct package or url",
        )
    if spec.version and not versions.is_version(observed.manager, spec.version, found.version):
        raise ResourceError(
            f"version: the file has version {found.version}, not {spec.version}",
            "correct version or url",
        )
    _refuse_older(spec, observed, found.version, target)
    return found.version


def _refuse_older(spec: PackageFile, observed: Observed, version: str, target: Target) -> None:
    if spec.allows_downgrade:
        return
    if versions.is_older(observed.manager, version, observed.installed, target):
        raise ResourceError(
            f"version {observed.installed} is installed, and {version} is older",
            "set allow_downgrade: true to install it",
        )


def _change(spec: PackageFile, observed: Observed, version: str = "") -> Answer:
    after = version or spec.version
    if not observed.installed:
        return Answer("created", f"version {after}" if after else "it is not installed")
    return Answer("updated", f"version {observed.installed} -> {after}")


def _suffix(manager: str) -> str:
    return ".deb" if manager == "apt" else ".rpm"
