# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory plugin vigo.bridge.stacks: groups and variables from a stack for the hosts of other
sources.

It is the one part of the collection that imports the translator, ``vigo_bridge``.
"""

from __future__ import annotations

DOCUMENTATION = r"""
name: stacks
short_description: Groups and variables from a stack of C(.vgo) files
version_added: 0.1.0
author:
  - The vigo-bridge developers (@vigo-bridge)
description:
  - Compares the hosts of earlier inventory sources with the match entries of a stack. It adds no
    hosts, so list it after the sources that define them.
  - Each match entry is a group with the variables that C(vigo.bridge.converge) reads,
    C(vigo_vars), C(vigo_crates), C(vigo_resources), C(vigo_scope), which is the stack's name, and
    C(vigo_stack_id). All these groups are in the group C(vigo).
  - The hosts are also in a group for their environment, for each role and for each configcrate,
    such as C(vigo_env_production), C(vigo_role_docker_app), C(vigo_crate_redis).
  - If you define a variable of the stack yourself, in any place that Ansible reads, your value is
    used.
  - Variables contain references to secrets, never their values.
requirements:
  - The Python package C(vigo-bridge) in Ansible's environment.
notes:
  - A stack with errors is not used; C(vigo-bridge config validate) shows the errors, too. Ansible
    continues with its other sources, unless E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) is set.
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin. The file's own name must end in C(.vigo.yml).
    type: str
    required: true
    choices: [vigo.bridge.stacks]
  stack:
    description:
      - The folder of the stack. A relative path is relative to the folder of this file, as is the
        default.
      - In the environment variable, a relative path is relative to the current folder, as for
        C(vigo-bridge).
    type: str
    default: stacks
    env:
      - name: VIGO_BRIDGE_STACKS
  settings:
    description:
      - Variables that override all other sources, as C(--set) of C(vigo-bridge) does.
      - If set, nothing is cached, since they may contain secrets.
    type: dict
    default: {}
  cache:
    description:
      - Whether the groups and variables are cached, with O(cache_plugin), as long as the
        stack's files and the hosts' names stay the same.
      - The cache contains no values of secrets.
"""

EXAMPLES = r"""
# my.vigo.yml
plugin: vigo.bridge.stacks
stack: stacks

# Then: ansible-playbook -i hosts.ini -i my.vigo.yml vigo.bridge.converge

---
# A stack in another folder, with one variable fixed and groups made from other variables.
plugin: vigo.bridge.stacks
stack: /srv/stacks
settings:
  app_tag: v2.1.0
strict: true
compose:
  redis_address: inventory_hostname ~ ':' ~ vigo_vars.redis_port
groups:
  with_redis: "'vigo_crate_redis' in group_names"
keyed_groups:
  - prefix: tag
    key: vigo_vars.app_tag
"""

import dataclasses
import os
import sys
from pathlib import Path
from typing import Any, Iterable

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ..plugin_utils.ansible_compat import inventory_variables
from ..plugin_utils.printable import clean

try:
    from vigo_bridge.emit.group_variables import InventoryGroup, inventory_groups
    from vigo_bridge.language import load
    from vigo_bridge.language.diagnostics import did_you_mean, has_errors, listed
    from vigo_bridge.language.fingerprint import fingerprint
    from vigo_bridge.report.diagnostics import as_text
    from vigo_bridge.resolve import resolve

    MISSING = None
except ImportError as error:
    MISSING = error

_SUFFIXES = (".vigo.yml", ".vigo.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "vigo.bridge.stacks"

    def verify_file(self, path: str) -> bool:
        return super().verify_file(path) and path.endswith(_SUFFIXES)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        if MISSING is not None:
            raise AnsibleParserError(
                "vigo.bridge.stacks needs the Python package vigo-bridge in Ansible's environment"
                f" ({MISSING}); install it: {sys.executable} -m pip install vigo-bridge"
            )
        self._refuse_unknown(path, self._read_config_data(path))
        hosts = list(inventory.hosts)
        if not hosts:
            self.display.warning(
                f"{path}: no hosts are known yet, so the stack matches none; list this file after"
                " the inventory sources that define the hosts"
            )
            return
        groups = self._groups(path, hosts, cache)
        for group in groups:
            self._add(group)
        self._construct({host for group in groups for host in group.hosts})

    def _refuse_unknown(self, path: str, options: Iterable[Any]) -> None:
        """Raise AnsibleError for an unknown option: it would be ignored, and the default used."""
        known = self.option_definitions
        for name in options:
            if name not in known:
                advice = did_you_mean(str(name), known) or f"it has {listed(known)}"
                raise AnsibleParserError(f"{path}: unknown option {name!r}; {advice}")

    def _folder(self, path: str) -> Path:
        """Return the stack's folder. A relative path begins at the file that contains it."""
        given, origin = self.get_option_and_origin("stack")
        if not given:
            raise AnsibleParserError(f"{path}: stack: set the folder that contains configcrates/")
        begin = "" if str(origin).startswith("env:") else os.path.dirname(os.path.abspath(path))
        expanded = os.path.expandvars(os.path.expanduser(given))
        return Path(os.path.abspath(os.path.join(begin, expanded)))

    def _groups(self, path: str, hosts: list[str], cache: bool) -> list[InventoryGroup]:
        """Return the stack's groups for these hosts, from the cache if it is still valid."""
        folder = self._folder(path)
        if not folder.is_dir():
            raise AnsibleParserError(
                f"{path}: stack: {folder} is not a folder; set the folder that contains"
                " configcrates/ and envoys/"
            )
        if not self.get_option("cache") or self.get_option("settings"):
            return self._resolved(path, folder, hosts)
        key, digest = self.get_cache_key(path), _digest(folder, hosts)
        if cache and (kept := self._kept(key)) and kept["digest"] == digest:
            return [InventoryGroup(**group) for group in kept["groups"]]
        groups = self._resolved(path, folder, hosts)
        plain = [dataclasses.asdict(group) for group in groups]
        self._cache[key] = {"digest": digest, "groups": plain}
        return groups

    def _kept(self, key: str) -> dict[str, Any] | None:
        try:
            kept: dict[str, Any] = self._cache[key]
        except KeyError:
            return None
        return kept

    def _resolved(self, path: str, folder: Path, hosts: list[str]) -> list[InventoryGroup]:
        plan, diagnostics = resolve(load(folder), hosts, self.get_option("settings"))
        if has_errors(diagnostics):
            errors = [finding for finding in diagnostics if finding.severity == "error"]
            lines = clean("\n".join(as_text(finding, folder) for finding in errors))
            # Ansible shows an exception several times, so the whole message is shown here, once.
            self.display.error(f"{path}: the stack {folder} is not valid\n{lines}", wrap_text=False)
            raise AnsibleParserError(f"{path}: the stack is not valid, see above")
        if not plan.groups:
            self.display.warning(
                f"{path}: no match entry of the stack {folder} matches any host; add one, or rename"
                " the hosts"
            )
        return inventory_groups(plan, str(folder))

    def _add(self, group: InventoryGroup) -> None:
        self.inventory.add_group(group.name)
        for member in (*group.hosts, *group.children):
            self.inventory.add_child(group.name, member)
        for name, value in (group.variables or {}).items():
            self.inventory.set_variable(group.name, name, value)

    def _construct(self, hosts: Iterable[str]) -> None:
        """Add the variables and groups that the file itself defines for the matched hosts."""
        strict = self.get_option("strict")
        for name in sorted(hosts):
            self._set_composite_vars(
                self.get_option("compose"), self._variables(name), name, strict=strict
            )
            variables = self._variables(name)
            self._add_host_to_composed_groups(
                self.get_option("groups"), variables, name, strict=strict, fetch_hostvars=False
            )
            self._add_host_to_keyed_groups(
                self.get_option("keyed_groups"),
                variables,
                name,
                strict=strict,
                fetch_hostvars=False,
            )

    def _variables(self, name: str) -> dict[str, Any]:
        return inventory_variables(self.inventory.get_host(name))


def _digest(folder: Path, hosts: list[str]) -> str:
    """Return a digest that changes with the stack's files, the hosts, or this program."""
    return fingerprint(folder, {"folder": str(folder), "hosts": hosts, "version": _version()})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("vigo-bridge")
    except PackageNotFoundError:
        return ""
