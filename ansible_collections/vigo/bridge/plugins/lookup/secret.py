# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup vigo.bridge.secret."""

from __future__ import annotations

DOCUMENTATION = r"""
name: secret
short_description: Look up secrets in the stores of vigo.bridge
version_added: 0.1.0
author:
  - The vigo-bridge developers (@vigo-bridge)
description:
  - Returns the values of secrets by their paths, like C(secret:PATH) in the options of this
    collection's modules.
  - The stores are listed in C(secrets.yml), in the folder that the variable C(vigo_secrets_folder)
    names, or else in the folder of the playbook. Without this file, C(secrets.vault.yml) in the
    same folder is used, and then the environment, where C(VIGO_SECRET_WEB_DB) is the secret
    C(web/db).
options:
  _terms:
    description: The paths of the secrets.
    required: true
    type: list
    elements: str
notes:
  - Ansible does not know that the returned value is secret. Set C(no_log) on tasks that use it. The
    modules of this collection do not need the lookup; they accept C(secret:PATH) and keep the value
    out of results and logs.
"""

EXAMPLES = r"""
- name: Create the database's user
  community.postgresql.postgresql_user:
    name: webapp
    password: "{{ lookup('vigo.bridge.secret', 'web/db_password') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The values, in the order of the paths.
  type: list
  elements: str
"""

from typing import Any

from ..plugin_utils.ansible_compat import AnsibleLookup
from ..plugin_utils.ansible_secrets import look_up_in_ansible
from ..plugin_utils.clean_errors import clean_lookup_errors
from ..plugin_utils.secret_stores import StoreError
from ..plugin_utils.secrets import UnknownSecrets


class LookupModule(AnsibleLookup):
    def run(
        self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any
    ) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        with clean_lookup_errors(StoreError, UnknownSecrets, OSError):
            values = look_up_in_ansible(terms, variables or {}, self.loader)
        return [values[term] for term in terms]
