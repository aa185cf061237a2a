#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.traits."""

from __future__ import annotations

DOCUMENTATION = r"""
module: traits
short_description: Return facts about a host under Vigo's names
version_added: 0.1.0
description:
  - Returns traits of a host, as in C(.Traits) in the templates of M(vigo.bridge.converge).
  - They are read from the kernel and from local files. Nothing else is collected, so this takes
    only milliseconds.
author:
  - The vigo-bridge developers (@vigo-bridge)
options:
  names:
    description:
      - The traits, for example V(os.family). A prefix such as V(os) selects all traits below it.
      - Default is all.
    type: list
    elements: str
attributes:
  async:
    support: full
  check_mode:
    support: full
  diff_mode:
    support: none
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.action
notes:
  - With C(async) and C(poll=0), the result is fetched by a task of M(ansible.builtin.async_status),
    for which Ansible itself selects the Python interpreter. If the first one on the host does not
    respond, set another one in C(ansible_python_interpreter).
seealso:
  - module: vigo.bridge.converge
  - module: ansible.builtin.setup
"""

EXAMPLES = r"""
- name: Get the operating system and the memory
  vigo.bridge.traits:
    names: [os, hardware.memory_mb]
  register: host

- name: Install the package with the name that this OS family uses
  ansible.builtin.package:
    name: "{{ 'redis' if host.traits.os.family == 'rhel' else 'redis-server' }}"
  when: host.traits.hardware.memory_mb >= 1024
"""

RETURN = r"""
traits:
  description:
    - The traits, nested by their names.
    - A trait that the host does not have is an empty string.
  returned: always
  type: dict
  sample:
    os: {family: debian, distro: debian, version: "12", kernel: 6.1.0-18-amd64, arch: amd64}
    hardware: {memory_mb: 7940}
"""

from ..module_utils.common.errors import ResourceError
from ..module_utils.delivery.called_module import called_module
from ..module_utils.host import traits


def main() -> None:
    module = called_module(argument_spec={"names": {"type": "list", "elements": "str"}})
    names = module.params["names"]
    try:
        found = traits.collect(traits.KNOWN if names is None else names)
    except ResourceError as error:
        module.fail_json(msg=error.message)
    module.exit_json(changed=False, traits=found)


if __name__ == "__main__":
    main()
