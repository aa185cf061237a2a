#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.container_logs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_logs
short_description: Read the logs of containers, in order of time
version_added: 0.1.0
description:
  - Returns lines that containers have printed, as the engine has stored them. Nothing is changed.
  - Without O(containers), the containers of a stack are read, also those that are no longer in the
    stack, and those that are being replaced. They have its O(scope) and O(stack_id) in their
    labels, or M(vigo.bridge.converge) has adopted them.
  - The lines of all containers are merged by their times. Podman stores the order of lines, but
    shows times in whole seconds.
  - A call returns a limited number of bytes. To get the rest, and later what is new, pass
    RV(cursor) to the next call. No line is returned twice, and none is left out, also if containers
    are restarted or replaced, as long as the engine still has the lines.
author:
  - The vigo-bridge developers (@vigo-bridge)
requirements:
  - Docker Engine 20.10 or newer, or Podman 4.3 or newer with its Docker API enabled, on the target
  - Docker SDK for Python 5.0.3 or newer on the target or on the controller, only if the engine is
    not at a Unix socket or the user has a Docker configuration
options:
  containers:
    description:
      - Names of containers. They can belong to any stack, or to none.
      - Default is all containers of the stack.
    type: list
    elements: str
  only:
    description:
      - Only containers of these crates, as C(CRATE), and resources, as C(CRATE/RESOURCE).
      - Default is the variable C(vigo_only). If it is not set, all containers are read.
    type: list
    elements: str
  tail:
    description:
      - How many of the last lines of each container are returned. With O(grep), only matching lines
        count. In a call with O(cursor), it applies to containers that were not read yet.
      - Default is all lines.
    type: int
  since:
    description:
      - Only lines from this time on, for example V(2026-11-29T13:00:00Z), or V(10m) for the last
        ten minutes of the target's clock. A time without a zone is in UTC.
      - With O(cursor), it applies to containers that were not read yet.
    type: str
  until:
    description: Only lines until this time, in the same form as O(since).
    type: str
  grep:
    description: Only lines in which this regular expression of Python is found.
    type: str
  wait:
    description:
      - How many seconds to wait for new lines, if there are none.
      - Lines without a line break are left for a later call, unless the container has ended.
    type: float
    default: 0
  limit:
    description:
      - How many bytes of text are returned at most, but at least one line.
      - One line has at most 262144 bytes; the rest is left out, and C(cut) is true.
    type: int
    default: 1048576
  cursor:
    description: RV(cursor) of the last call, to continue there.
    type: dict
  resources:
    description:
      - The resources of the stack, see O(vigo.bridge.converge#module:resources). Only their
        C(docker_host) is used.
      - Default is the variable C(vigo_resources), which Ansible does not render.
    type: list
    elements: dict
  scope:
    description:
      - The name of the stack.
      - Default is the variable C(vigo_scope), or V(default).
    type: str
  scope_is_default:
    description:
      - Whether O(scope) is only the name of a folder. This makes no difference here.
      - If O(scope) is not set either, default is the variable C(vigo_scope_is_default).
    type: bool
    default: false
  state_dir:
    description:
      - The folder of M(vigo.bridge.converge) on the host, see
        O(vigo.bridge.converge#module:state_dir). It records the containers that were adopted.
    type: path
  docker_host:
    description:
      - The address of the engine for all containers that do not set their own.
    type: str
attributes:
  async:
    support: none
  check_mode:
    description: Nothing is changed in either mode.
    support: full
  diff_mode:
    support: none
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.stack
  - vigo.bridge.engine_group
  - vigo.bridge.action
  - vigo.bridge.sdk
notes:
  - Containers can print secrets. This module does not mask them; C(vigo-bridge logs) does. Set
    C(no_log) on the task if its result must not be shown.
seealso:
  - module: vigo.bridge.converge
  - module: vigo.bridge.stack_state
"""

EXAMPLES = r"""
- name: Read the last lines of all containers of the stack that the inventory describes
  vigo.bridge.container_logs:
    tail: 20
  register: last

- name: Find errors of the last hour in two containers
  vigo.bridge.container_logs:
    containers: [shop, shop-db]
    since: 1h
    grep: (?i)error
  register: errors

- name: Read what was printed since
  vigo.bridge.container_logs:
    containers: [shop, shop-db]
    cursor: "{{ errors.cursor }}"
"""

RETURN = r"""
lines:
  description: The lines, in order of time.
  returned: success
  type: list
  elements: dict
  contains:
    time:
      description: The time that the engine has stored with the line, in UTC.
      type: str
    container:
      description: The name of the container when its log was read.
      type: str
    resource:
      description: The resource that it belongs to, or an empty string.
      type: str
    stream:
      description: C(stdout) or C(stderr). With a terminal, always C(stdout).
      type: str
    line:
      description:
        - The text, without its line break. Bytes that are not valid UTF-8 are shown as C(\xNN).
      type: str
    cut:
      description: Whether the line was longer.
      type: bool
  sample:
    - time: "2026-11-29T13:00:00.123456789Z"
      container: shop
      resource: shop/server
      stream: stdout
      line: ready
      cut: false
problems:
  description:
    - The reasons why logs cannot be read, by the name of the container, for example because of its
      log driver. Each is returned once.
  returned: success
  type: dict
  sample:
    shop-metrics: configured logging driver does not support reading
more:
  description: Whether more lines are already available, for a call with RV(cursor).
  returned: success
  type: bool
complete_until:
  description: The time up to which all lines have been returned; a call with RV(cursor) returns
    later lines only.
  returned: success
  type: str
  sample: "2026-11-29T13:00:05.000000000Z"
now:
  description: The time of the target's clock when the logs had been read.
  returned: success
  type: str
  sample: "2026-11-29T13:00:05.100000000Z"
cursor:
  description: Where the next call continues. Its content can change in later versions.
  returned: success
  type: dict
notes:
  description: Notes that are not errors.
  returned: always, also when the call fails
  type: list
  elements: str
"""

import os
from typing import Any, Callable

from ..module_utils.converge.logs import PACKED, Found, follow_logs, packed, read_logs
from ..module_utils.converge.stack_options import STACK_OPTIONS
from ..module_utils.delivery.bundled_module import CALL
from ..module_utils.delivery.called_module import CalledModule, called_module
from ..module_utils.delivery.live_call import LIVE, LiveCaller
from ..module_utils.engine.address import needs_sdk
from ..module_utils.host import private_files
from ..module_utils.types.container.logs.times import rfc3339
from ..module_utils.types.target import Target
from ..module_utils.types.task import explained, leave, require_sdk, target_of


def main() -> None:
    module = called_module(
        argument_spec={
            "containers": {"type": "list", "elements": "str"},
            "tail": {"type": "int"},
            "since": {"type": "str"},
            "until": {"type": "str"},
            "grep": {"type": "str"},
            "wait": {"type": "float", "default": 0},
            "limit": {"type": "int", "default": 1048576},
            "cursor": {"type": "dict"},
            **STACK_OPTIONS,
        },
        added=(PACKED, LIVE),
    )
    target = target_of(module)

    def prepare(address: str) -> None:
        if needs_sdk(address):
            require_sdk(module, module.params["state_dir"] or private_files.default_folder())

    with explained(module, target, with_notes=True):
        if module.params["docker_host"]:
            os.environ["DOCKER_HOST"] = module.params["docker_host"]
        if module.taken.get(LIVE):
            follow_logs(module.params, target, prepare, _deliver(module, target))
        found = read_logs(module.params, target, prepare)
        answer = _answer(found, bool(module.taken.get(PACKED)))
    leave(module, target.secrets, changed=False, notes=target.notes, **answer)


def _deliver(module: CalledModule, target: Target) -> Callable[[Found], None]:
    """Return a function that sends a result, with the notes since the last one."""
    caller = LiveCaller(module.taken.get(CALL) or {})

    def deliver(found: Found) -> None:
        notes, target.notes[:] = list(target.notes), []
        caller.give({PACKED: packed(found), "notes": notes})

    return deliver


def _answer(found: Found, is_packed: bool) -> dict[str, Any]:
    if is_packed:
        return {PACKED: packed(found)}
    return {
        "lines": [
            {
                "time": rfc3339(line.time),
                "container": source.name,
                "resource": source.resource,
                "stream": line.stream,
                "line": line.text.decode("utf-8", "backslashreplace"),
                "cut": line.is_cut,
            }
            for source, line in found.page.lines
        ],
        "problems": found.page.problems,
        "more": found.page.more,
        "complete_until": rfc3339(found.complete_until),
        "now": rfc3339(found.now),
        "cursor": found.cursor,
    }


if __name__ == "__main__":
    main()
