#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.condition."""

from __future__ import annotations

DOCUMENTATION = r"""
module: condition
short_description: Evaluate a condition on a host
version_added: 0.1.0
description:
  - Evaluates a condition, as in C(when) of a resource, on the target. Register the result, and
    use RV(holds) in C(when) of the tasks that depend on it.
  - It changes nothing.
author:
  - The vigo-bridge developers (@vigo-bridge)
options:
  that:
    description:
      - Builtins, combined with C(&&), C(||), C(!) and parentheses.
      - C(file_exists('/path')), C(dir_exists('/path')), C(process_running('name')) and
        C(command_succeeds('command')) check the current state of the host.
      - C(os_family('debian')), C(distro('ubuntu')), C(arch('amd64')), C(version_ge('22.04')),
        C(is_container), C(has_enough_ram('2048')) (in megabytes) and C(has_trait('cloud.provider'))
        check its properties.
      - C(hour_range('22', '6')), C(minute_range('0', '30')), C(day_of_week('sat,sun')) and
        C(day_of_month('1,15')) check its clock. A range ends before its second value.
      - C(changed), with which a resource acts only when triggered, counts as true.
    type: str
    required: true
attributes:
  async:
    support: none
  check_mode:
    support: full
    details: The current state of the host is used. Predicted changes of earlier tasks are not
      considered.
  diff_mode:
    support: none
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.action
seealso:
  - module: vigo.bridge.traits
  - module: vigo.bridge.converge
"""

EXAMPLES = r"""
- name: Check whether there is a backup disk, and this is not a container
  vigo.bridge.condition:
    that: dir_exists('/mnt/backup') && !is_container
  register: backup_possible

- name: Back up if the condition holds
  vigo.bridge.exec:
    command: /usr/local/bin/backup /mnt/backup
  when: backup_possible.holds
"""

RETURN = r"""
holds:
  description: Whether the condition holds.
  returned: success
  type: bool
  sample: true
"""

from ..module_utils.common.errors import ResourceError
from ..module_utils.delivery.called_module import called_module
from ..module_utils.host.facts import Facts
from ..module_utils.language.conditions import when
from ..module_utils.secrets.references import Secrets
from ..module_utils.types.task import explained, leave, target_of


def main() -> None:
    module = called_module(argument_spec={"that": {"type": "str", "required": True}})
    target = target_of(module)
    with explained(module, target):
        holds = _holds(module.params["that"], target.secrets)
    leave(module, target.secrets, changed=False, holds=holds)


def _holds(text: str, secrets: Secrets) -> bool:
    try:
        condition = when.parse(text)
    except when.ConditionError as error:
        raise ResourceError(f"that: {error}") from error
    return bool(condition.holds(Facts(secrets=secrets)))


if __name__ == "__main__":
    main()
