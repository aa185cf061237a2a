#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.stack_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_info
short_description: Compare a host with a stack, and return the state of its containers
version_added: 0.1.0
description:
  - Returns for each resource what M(vigo.bridge.converge) would do, the state of the stack's
    containers, and who ran the stack last on this host.
  - The resources have the same form as for M(vigo.bridge.converge), and the same defaults.
  - Nothing is changed on the host. Guards such as C(onlyif) are run as commands, as in check mode
    of M(vigo.bridge.converge). The call does not wait for a run on the host to finish.
  - The task fails if a resource would fail, for example because an engine does not respond. All
    values are returned nevertheless.
author:
  - The vigo-bridge developers (@vigo-bridge)
options:
  scope:
    description:
      - The name of the stack.
      - Default is the variable C(vigo_scope), or V(default).
    type: str
  scope_is_default:
    description:
      - Whether O(scope) is only the name of a folder.
      - If O(scope) is not set either, default is the variable C(vigo_scope_is_default).
    type: bool
    default: false
  only:
    description:
      - Return only these crates, as C(CRATE), and resources, as C(CRATE/RESOURCE). All resources
        are checked nevertheless, because a change of one can cause changes of others.
      - Default is the variable C(vigo_only). If it is not set, all resources are returned.
    type: list
    elements: str
  docker_host:
    description:
      - The address of the engine for all containers that do not set their own.
    type: str
attributes:
  async:
    support: none
  check_mode:
    description: The same with and without check mode.
    support: full
  diff_mode:
    description: Differences are not returned. M(vigo.bridge.converge) in check mode returns them.
    support: none
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.stack
  - vigo.bridge.engine_group
  - vigo.bridge.action
  - vigo.bridge.sdk
seealso:
  - module: vigo.bridge.converge
  - module: vigo.bridge.stack_state
"""

EXAMPLES = r"""
- name: Find out how the stack that the inventory describes is on the host
  vigo.bridge.stack_info:
  register: stack

# stack.resources | rejectattr('action', 'in', ['none', 'skipped']) is what a run would change.

- name: Check one configcrate
  vigo.bridge.stack_info:
    only: [shop]
  register: shop

# shop.containers | selectattr('health', 'eq', 'unhealthy') are its unhealthy containers.
"""

RETURN = r"""
resources:
  description:
    - What M(vigo.bridge.converge) would do with each resource, in the order of the graph.
    - If the task fails, only the resources that failed.
  returned: always, unless the graph is invalid
  type: list
  elements: dict
  contains:
    id:
      description: The resource.
      type: str
    type:
      description: Its type.
      type: str
    action:
      description:
        - C(none) or C(skipped) if it is as desired, otherwise what would be done, such as
          C(updated); see RV(vigo.bridge.converge#module:resources[].action).
      type: str
    reason:
      description: The reason; always set for C(skipped).
      type: str
    failed_dependency:
      description: The failed resource because of which this one was skipped.
      type: str
    error:
      description: For C(failed) and C(blocked), C(message) and the last lines of C(log).
      type: dict
    duration_s:
      description: The duration in seconds.
      type: float
containers:
  description:
    - Each container that belongs to the stack or that a resource describes, sorted by resource and
      name. Also those that an earlier update has kept, such as C(NAME.vigo-failed).
  returned: always, unless the graph is invalid
  type: list
  elements: dict
  contains:
    resource:
      description: The ID of its resource.
      type: str
    engine:
      description: The address of its engine.
      type: str
    name:
      description: Its name.
      type: str
    id:
      description: Its full ID.
      type: str
    image:
      description: The image as it was named when the container was created.
      type: str
    digest:
      description: The digest of the image in its registry. The ID of the image if it has none.
      type: str
    state:
      description:
        - One of C(created), C(running), C(paused), C(restarting), C(removing), C(exited), C(dead).
      type: str
    health:
      description:
        - C(starting), C(healthy) or C(unhealthy). Empty without a healthcheck, and if it does not
          run.
      type: str
    exit_code:
      description: The exit code of its last process.
      type: int
    restarts:
      description: How often its restart policy has restarted it.
      type: int
    started_at:
      description: When it was started, as the engine reports it. Empty if it never was.
      type: str
    up_s:
      description: For how many seconds it has been running. Null if it does not run.
      type: int
    ports:
      description: Published ports, such as C(8080->80) or C(127.0.0.1:53->53/udp).
      type: list
      elements: str
last_run:
  description:
    - The last run of M(vigo.bridge.converge) for this stack on the host. Null if none is recorded.
  returned: always, unless the graph is invalid
  type: dict
  contains:
    at:
      description: When it ended, in RFC 3339.
      type: str
    by:
      description: Who started it, see O(vigo.bridge.converge#module:started_by).
      type: str
    outcome:
      description: C(converged), C(changed) or C(failed).
      type: str
    changed:
      description: How many resources changed.
      type: int
orphans:
  description: Containers of the stack that its resources no longer name.
  returned: always
  type: list
  elements: str
notes:
  description: Notes that are not errors.
  returned: always, also when the call fails
  type: list
  elements: str
"""

from ..module_utils.converge.info import stack_info
from ..module_utils.converge.required_modules import ADDED, require_modules
from ..module_utils.converge.stack_module import run_stack_module
from ..module_utils.converge.stack_options import STACK_OPTIONS


def main() -> None:
    run_stack_module(
        argument_spec={**STACK_OPTIONS},
        work=stack_info,
        uses_engine=lambda given: False,
        added=ADDED,
        prepare=require_modules,
        only_reads=True,
    )


if __name__ == "__main__":
    main()
