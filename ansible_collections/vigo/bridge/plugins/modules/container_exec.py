#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.container_exec."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_exec
short_description: Run a command in containers on Docker or Podman
version_added: 0.1.0
description:
  - Runs a command in the container O(container), or in all containers of a stack that O(only)
    selects. In a stack, only containers that the stack created or adopted are used.
  - The command is not run in a shell. It is neither repeated nor undone.
  - The task fails if the exit code of the command is not 0.
author:
  - The vigo-bridge developers (@vigo-bridge)
options:
  argv:
    description:
      - The program and its arguments.
      - They can contain references to secrets.
    type: list
    elements: str
    required: true
  container:
    description:
      - The name of a container. It does not need to belong to a stack.
      - Without it, the command is run in containers of the stack.
    type: str
  stdin:
    description: What the command can read from its standard input.
    type: str
  stdin_base64:
    description: The same as base64, for input that is not text.
    type: str
  user:
    description: The user in the container. Default is that of the container.
    type: str
  chdir:
    description: The folder in the container. Default is that of the container.
    type: str
  env:
    description: Environment variables for the command. They can contain references to secrets.
    type: dict
  timeout:
    description:
      - The time limit, in seconds or with a unit, such as V(5m). V(0) means no limit. Default is
        V(60).
      - After it, the command is killed if the engine runs on this host and the module runs as root.
        Otherwise it continues in the container, because engines cannot stop it.
    type: raw
  scope:
    description:
      - The name of the stack.
      - Default is the variable C(vigo_scope), or V(default).
    type: str
  scope_is_default:
    description:
      - Whether O(scope) is only the name of a folder. It has no effect here.
      - If O(scope) is not set either, default is the variable C(vigo_scope_is_default).
    type: bool
    default: false
  only:
    description:
      - Only these crates, as C(CRATE), and resources, as C(CRATE/RESOURCE).
      - Default is the variable C(vigo_only). If it is not set, all containers are used.
    type: list
    elements: str
  docker_host:
    description:
      - The address of the engine for all containers that do not set their own.
      - Standard input requires an engine at a Unix socket, or at a TCP port without encryption.
    type: str
attributes:
  async:
    support: none
  check_mode:
    description: Nothing is run. Whether each container exists is checked.
    support: full
  diff_mode:
    support: none
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.stack
  - vigo.bridge.engine_group
  - vigo.bridge.action
  - vigo.bridge.sdk
seealso:
  - module: vigo.bridge.exec
  - module: vigo.bridge.stack_state
"""

EXAMPLES = r"""
- name: Ask a server for its version
  vigo.bridge.container_exec:
    container: db
    argv: [psql, --username, postgres, --command, SELECT version()]

- name: Load a file into a database
  vigo.bridge.container_exec:
    container: db
    argv: [psql, --username, postgres, shop]
    stdin: "{{ lookup('file', 'schema.sql') }}"
    timeout: 10m

- name: Reload the configuration of one container of the stack that the inventory describes
  vigo.bridge.container_exec:
    argv: [nginx, -s, reload]
    only: [proxy/server]
"""

RETURN = r"""
resources:
  description:
    - The result of each container.
    - If the task fails, only those that failed.
  returned: always, unless the arguments are invalid
  type: list
  elements: dict
  contains:
    id:
      description: The resource, or the name of the container.
      type: str
    type:
      description: Always C(container).
      type: str
    action:
      description:
        - One of C(ran), C(skipped), C(failed), C(blocked).
        - C(skipped) means that the container does not exist on the host.
        - C(blocked) is a failure outside the command, such as an engine that does not respond.
      type: str
    reason:
      description: The container, or why the command failed or was not run.
      type: str
    rc:
      description: The exit code.
      type: int
    output:
      description:
        - What the command printed to standard output, at most 8 MiB.
        - If it is longer, the beginning is missing, and the first line says so.
        - If the command runs in several containers, they share these 8 MiB, at least 64 KiB each.
      type: str
    stderr:
      description: The same for standard error.
      type: str
    error:
      description: For C(failed) and C(blocked), C(message).
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

from ..module_utils.converge.execution import run_command
from ..module_utils.converge.stack_module import run_stack_module
from ..module_utils.converge.stack_options import STACK_OPTIONS
from ..module_utils.delivery.called_module import TERMINAL, CalledModule
from ..module_utils.types.target import Target


def _prepare(module: CalledModule, target: Target) -> None:
    if module.taken.get(TERMINAL):
        target.service(TERMINAL, lambda: True)


def main() -> None:
    run_stack_module(
        argument_spec={
            "argv": {"type": "list", "elements": "str", "required": True},
            "container": {"type": "str"},
            "stdin": {"type": "str"},
            "stdin_base64": {"type": "str"},
            "user": {"type": "str"},
            "chdir": {"type": "str"},
            "env": {"type": "dict"},
            "timeout": {"type": "raw"},
            **STACK_OPTIONS,
        },
        work=run_command,
        uses_engine=lambda given: bool(given["container"]),
        added=(TERMINAL,),
        prepare=_prepare,
    )


if __name__ == "__main__":
    main()
