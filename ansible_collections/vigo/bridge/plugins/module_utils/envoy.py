# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges this machine from the plain arguments of a module call."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from . import state_folder
from .container.prune import prune
from .container.resource_type import Container
from .convergence import Convergence
from .errors import ResourceError
from .exec.resource_type import Exec
from .facts import Facts
from .file.resource_type import File
from .gotemplate.delimiters import OPEN
from .graph import GraphError
from .journal import Journal
from .resource import ResourceType, Result
from .resources import CrateInput, Resource, parse_crates, parse_resources
from .secret_references import texts
from .target import Target

TYPES: Mapping[str, ResourceType] = {kind.name: kind for kind in (Container(), File(), Exec())}


def converge(arguments: Mapping[str, Any], target: Target) -> list[Result]:
    """Applies ``resources``, or predicts that in check mode, and gives their results.

    arguments: ``resources``, ``crates``, ``vars``, ``scope``, ``state_dir``, ``prune``,
    ``only``, ``lock_timeout`` as the module documents them. Raises ResourceError when nothing
    could be started at all.
    """
    entries = arguments.get("crates") or {}
    resources = parse_resources(arguments.get("resources") or [], entries)
    crates = parse_crates(entries)
    path = arguments.get("state_dir") or state_folder.default_folder()
    folder = state_folder.StateFolder(path, target.check_mode, target.note)
    scope = arguments.get("scope") or "default"
    given = arguments.get("lock_timeout")
    with folder.locked(state_folder.LOCK_TIMEOUT if given is None else float(given)):
        journal = Journal.load(folder, scope)
        try:
            results = Convergence(
                resources,
                crates,
                arguments.get("vars") or {},
                TYPES,
                target,
                journal,
                Facts(_traits_named(resources, crates.values())),
                scope,
                arguments.get("only") or (),
            ).run()
        except GraphError as error:
            raise ResourceError("\n".join(map(str, error.problems))) from error
        ids = [resource.id for resource in resources]
        return results + prune(target, scope, ids, results, bool(arguments.get("prune")))


def _traits_named(resources: Iterable[Resource], crates: Iterable[CrateInput]) -> set[str]:
    """The traits that templates and conditions ask for; no others are collected."""
    conditions = [
        *(crate.condition for crate in crates),
        *(resource.condition for resource in resources),
    ]
    templates = [
        (text, resource.item is not None)
        for resource in resources
        for text in (texts(resource.attributes) if resource.template else ())
        if OPEN in text
    ]
    if not templates and not any(conditions):
        return set()
    from .trait_names import trait_names  # with it all that reads templates

    return trait_names(filter(None, conditions), templates)
