#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.stack_state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_state
short_description: Restart, stop, start or remove what a stack runs on a host, or pull its images
version_added: 0.1.0
description:
  - Acts on the existing containers of a stack. Nothing is updated; M(vigo.bridge.converge) does
    that.
  - Only containers, networks and volumes that belong to the stack are changed. They have its
    O(scope) and O(stack_id) in their labels, or M(vigo.bridge.converge) has adopted them.
  - The resources have the same form as for M(vigo.bridge.converge), and the same defaults.
author:
  - The vigo-bridge developers (@vigo-bridge)
options:
  state:
    description:
      - V(restarted) restarts containers, and starts those that do not run. Each one is restarted
        after those that it depends on have become healthy.
      - V(started) starts containers that do not run, in the same order.
      - V(stopped) stops containers, in the reverse order. The host remembers this until they are
        started again. The next run of M(vigo.bridge.converge) starts them, with a note.
      - V(pulled) pulls the images of the containers and of their mounts of type V(image), also
        those that the engine has already. No container is changed.
      - V(absent) removes the containers of the stack with their anonymous volumes, the networks
        that were created for it, and its state in O(state_dir). O(only) has no effect.
      - Containers with C(expect=exited) or C(state=stopped) are not started.
    type: str
    required: true
    choices: [restarted, started, stopped, pulled, absent]
  volumes:
    description: Whether V(absent) also removes the named volumes that were created for the stack.
    type: bool
    default: false
  files:
    description:
      - Whether V(absent) also removes the files that M(vigo.bridge.converge) has written for
        resources of the type V(file). A file that was changed since stays, with a result
        C(skipped).
    type: bool
    default: false
  scope:
    description:
      - The name of the stack. V(absent) requires one that was set for this playbook or stack.
      - Default is the variable C(vigo_scope), or V(default).
    type: str
  scope_is_default:
    description:
      - Whether O(scope) is only the name of a folder. In this case, V(absent) is an error.
      - If O(scope) is not set either, default is the variable C(vigo_scope_is_default).
    type: bool
    default: false
  only:
    description:
      - Only these crates, as C(CRATE), and resources, as C(CRATE/RESOURCE).
      - Default is the variable C(vigo_only). If it is not set, all resources are used.
    type: list
    elements: str
  lock_timeout:
    description:
      - How many seconds to wait for another run on this host to finish.
      - Default is the variable C(vigo_lock_timeout), or V(30).
    type: float
  min_healthy_time:
    description:
      - How many seconds the containers must stay healthy after they were restarted or started.
      - Default is the variable C(vigo_min_healthy_time), or V(0).
    type: float
  pull_limit:
    description:
      - With O(state=pulled), how many hosts of the play may pull images at the same time. The
        others wait.
      - Default is the variable C(vigo_pull_limit). If it is not set, all hosts can pull at once.
    type: int
  docker_host:
    description:
      - The address of the engine for all containers that do not set their own.
    type: str
attributes:
  async:
    support: none
  check_mode:
    description: Predicts all changes. Whether an image is current is not predicted.
    support: full
  diff_mode:
    support: full
    details: The state of each container before and after.
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.stack
  - vigo.bridge.engine_group
  - vigo.bridge.action
  - vigo.bridge.sdk
seealso:
  - module: vigo.bridge.converge
  - module: vigo.bridge.container
"""

EXAMPLES = r"""
- name: Restart all containers of the stack that the inventory describes
  vigo.bridge.stack_state:
    state: restarted

- name: Stop one container until the next run
  vigo.bridge.stack_state:
    state: stopped
    only: [shop/server]

- name: Pull the images ahead of a run
  vigo.bridge.stack_state:
    state: pulled

- name: Remove a stack that a playbook describes, with its data
  vigo.bridge.stack_state:
    state: absent
    scope: shop
    volumes: true
    resources:
      - id: shop/server
        type: container
        container: shop
        image: registry.example.com/shop:v2.1.0
"""

RETURN = r"""
resources:
  description:
    - The result of each resource that was acted on, in this order.
    - With O(state=absent), also the results for objects that no resource describes any more, with
      the ID C(prune/NAME), C(prune/network/NAME) or C(prune/volume/NAME), or C(prune/filePATH) for
      a file; C(prune/ENGINE) for an engine that does not respond.
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
        - One of C(none), C(restarted), C(started), C(stopped), C(created) and C(updated) for
          images, C(deleted), C(skipped), C(failed), C(blocked), C(unknown).
        - C(blocked) is a failure outside the resource, such as an engine that does not respond.
        - C(unknown) occurs in check mode only.
      type: str
    reason:
      description: The reason; always set for C(skipped).
      type: str
    failed_dependency:
      description: The failed resource because of which this one was skipped.
      type: str
    diff:
      description: Before and after.
      type: dict
    error:
      description: For C(failed) and C(blocked), C(message) and the last lines of C(log).
      type: dict
    duration_s:
      description: The duration in seconds.
      type: float
orphans:
  description: Always empty. M(vigo.bridge.converge) returns containers here.
  returned: always
  type: list
  elements: str
notes:
  description: Notes that are not errors.
  returned: always, also when the call fails
  type: list
  elements: str
"""

from typing import Any, Mapping

from ..module_utils.converge.on_demand import bring_to_state
from ..module_utils.converge.stack_module import run_stack_module
from ..module_utils.converge.stack_options import STACK_OPTIONS
from ..module_utils.converge.take_down import take_down
from ..module_utils.types.result import Result
from ..module_utils.types.target import Target


def main() -> None:
    run_stack_module(
        argument_spec={
            "state": {
                "type": "str",
                "required": True,
                "choices": ["restarted", "started", "stopped", "pulled", "absent"],
            },
            "volumes": {"type": "bool", "default": False},
            "files": {"type": "bool", "default": False},
            **STACK_OPTIONS,
            "lock_timeout": {"type": "float"},
            "min_healthy_time": {"type": "float"},
            "pull_limit": {"type": "int"},
        },
        work=_work,
        uses_engine=lambda given: bool(given["state"] == "absent"),
    )


def _work(given: Mapping[str, Any], target: Target) -> list[Result]:
    return (take_down if given["state"] == "absent" else bring_to_state)(given, target)


if __name__ == "__main__":
    main()
