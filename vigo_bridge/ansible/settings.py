# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads Ansible's settings from its configuration files and the environment."""

from __future__ import annotations

from typing import Any

from vigo_bridge.ansible import ansible_compat
from vigo_bridge.ansible.configuration import check_configuration, check_configuration_file
from vigo_bridge.failures import Refusal


def ansible_settings(*names: str) -> list[Any]:
    """Return the values of these settings, by their names in `ansible-config list`.

    Ansible's own reader takes a sixth of a second, `ansible-config` a whole one. Raise Refusal.
    """
    check_configuration_file()
    from ansible.errors import AnsibleError

    try:
        manager = ansible_compat.configuration()
        return [manager.get_config_value(name) for name in names]
    except AnsibleError as error:
        check_configuration()
        raise Refusal(f"Ansible's configuration cannot be read:\n{error}") from error
