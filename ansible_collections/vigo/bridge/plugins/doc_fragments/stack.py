# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a stack that all modules about one have."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  resources:
    description:
      - The resources of the stack, see O(vigo.bridge.converge#module:resources).
      - Default is the variable C(vigo_resources), which Ansible does not render.
    type: list
    elements: dict
  crates:
    description:
      - Configcrates by name, see O(vigo.bridge.converge#module:crates).
      - Default is the variable C(vigo_crates), which Ansible does not render.
    type: dict
  vars:
    description:
      - The value of C(.Vars) in templates, see O(vigo.bridge.converge#module:vars).
      - Default is the variable C(vigo_vars), which Ansible does not render.
    type: dict
  stack_id:
    description:
      - The ID of the stack, see O(vigo.bridge.converge#module:stack_id).
      - If O(scope) is not set either, default is the variable C(vigo_stack_id).
    type: str
  former_scopes:
    description:
      - Former names of the stack.
      - If O(scope) is not set either, default is the variable C(vigo_former_scopes).
    type: list
    elements: str
  state_dir:
    description:
      - The folder of M(vigo.bridge.converge) on the host, see
        O(vigo.bridge.converge#module:state_dir).
    type: path
"""
