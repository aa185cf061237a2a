# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret stores that an Ansible process queries."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ansible.errors import AnsibleError

from .secret_store_list import of_stack
from .secret_stores import StoreError
from .secrets import look_up

#: The variable that names the folder with ``secrets.yml`` and vault files, such as a stack's.
#: Without it, they are in the folder of the playbook.
FOLDER_VARIABLE = "vigo_secrets_folder"


def look_up_in_ansible(
    paths: Iterable[str], variables: Mapping[str, Any], loader: Any
) -> dict[str, str]:
    """Return the values of all these paths; vault files open with Ansible's vault passwords.

    loader: Ansible's DataLoader. Raise StoreError and UnknownSecrets.
    """
    folder = variables.get(FOLDER_VARIABLE) or variables.get("playbook_dir") or "."

    def read(path: str) -> str:
        try:
            return str(loader.get_text_file_contents(path))
        except AnsibleError as error:
            raise StoreError(
                f"{path} cannot be read: {error}; set its password with --vault-password-file, or"
                " ANSIBLE_VAULT_PASSWORD_FILE"
            ) from error

    return look_up(paths, of_stack(str(folder), read))
