# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module about a whole stack, with a result for each resource."""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable, Mapping, Sequence

from ..common.wording import counted
from ..delivery.called_module import CalledModule, called_module
from ..engine.address import needs_sdk, usual_engine_is_there
from ..host import private_files
from ..types.result import Result, conceal_values, concealed
from ..types.target import Target
from ..types.task import explained, leave, require_sdk, target_of
from .input import docker_hosts
from .run import check_options


def run_stack_module(
    argument_spec: Mapping[str, Mapping[str, Any]],
    work: Callable[[Mapping[str, Any], Target], Iterable[Result]],
    uses_engine: Callable[[Mapping[str, Any]], bool],
    added: Sequence[str] = (),
    prepare: Callable[[CalledModule, Target], None] = lambda module, target: None,
    *,
    only_reads: bool = False,
) -> None:
    """Run a module: read its arguments, do the work, print Ansible's result.

    uses_engine: whether the default engine is used if no resource is on one. added, prepare:
    further names of arguments that the action plugin adds, and what is done with them first.
    only_reads: whether results are predictions, and nothing is changed.
    """
    module = called_module(argument_spec=argument_spec, added=added)
    target = target_of(module)
    with explained(module, target, with_notes=True):
        check_options(module.params)
        if module.params["docker_host"]:
            os.environ["DOCKER_HOST"] = module.params["docker_host"]
        if _needs_sdk(module.params, uses_engine):
            require_sdk(module, module.params["state_dir"] or private_files.default_folder())
        prepare(module, target)
        given = {name: module.taken.get(name) for name in added}
        results = list(work({**module.params, **given}, target))
    secrets = target.secrets
    results = [concealed(result, secrets) for result in results]
    answer = {
        "changed": not only_reads and any(result.changed for result in results),
        "resources": [result.as_dict() for result in results],
        "orphans": target.orphans,
        "notes": [secrets.conceal_sentence(note) for note in target.notes],
        **conceal_values(target.returned, secrets.conceal),
    }
    failures = [result for result in results if result.failed]
    if failures:
        lines = [f"{failure.id}: {failure.reason}" for failure in failures]
        head = f"{len(failures)} of {counted(len(results), 'resource')} failed"
        leave(module, secrets, failed=True, msg="\n".join([head, *lines]), **answer)
    leave(module, secrets, **answer)


def _needs_sdk(params: Mapping[str, Any], uses_engine: Callable[[Mapping[str, Any]], bool]) -> bool:
    hosts = docker_hosts(params)
    if not hosts and uses_engine(params) and usual_engine_is_there():
        hosts = [""]
    return any(map(needs_sdk, hosts))
