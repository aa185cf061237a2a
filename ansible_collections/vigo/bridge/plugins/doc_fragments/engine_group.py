# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action group of the modules that speak to a container engine."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description:
      - Supports C(module_defaults) with the group C(group/vigo.bridge.bridge), which contains the
        modules with the option C(docker_host).
    support: full
    membership:
      - vigo.bridge.bridge
"""
