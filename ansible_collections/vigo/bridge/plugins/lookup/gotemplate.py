# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup vigo.bridge.gotemplate."""

from __future__ import annotations

DOCUMENTATION = r"""
name: gotemplate
short_description: Render Go templates
version_added: 0.1.0
author:
  - The vigo-bridge developers (@vigo-bridge)
description:
  - Renders templates of Go's C(text/template), as in C(.vgo) files.
  - A template can use C(.Vars), C(.Traits) and, if O(item) is set, C(.Item). Actions that use none
    of these, such as C({{.State}}), are not changed.
options:
  _terms:
    description: The templates.
    required: true
    type: list
    elements: str
  vars:
    description:
      - The value of C(.Vars).
      - By default, C(.Vars.NAME) is the host's variable of that name. If it does not exist, or
        the name is one of Ansible's own, it is the entry of that name in the variable C(vigo_vars).
    type: dict
  traits:
    description: The value of C(.Traits), usually RV(vigo.bridge.traits#module:traits).
    type: dict
    default: {}
  item:
    description: The value of C(.Item).
    type: raw
notes:
  - Mark a template in a playbook with C(!unsafe), otherwise Ansible renders its braces. So put it
    in a variable or a file, not in the call itself.
seealso:
  - module: vigo.bridge.traits
"""

EXAMPLES = r"""
- name: List all servers, separated by commas
  vigo.bridge.file:
    target_path: /etc/app/servers
    content: "{{ lookup('vigo.bridge.gotemplate', servers_line) }}"
  vars:
    servers_line: !unsafe 'servers={{ join "," .Vars.servers }}'

- name: Render a template file for this machine
  vigo.bridge.file:
    target_path: /etc/app/app.conf
    content: "{{ lookup('vigo.bridge.gotemplate', app_conf, traits=machine.traits) }}"
  vars:
    app_conf: "{{ lookup('ansible.builtin.file', 'app.conf.tmpl', rstrip=false) }}"
"""

RETURN = r"""
_raw:
  description: The rendered texts, in the order of the templates.
  type: list
  elements: str
"""

from typing import Any, Mapping

from ansible.utils.display import Display

from ..module_utils.language.go_template.template import Template, TemplateError, parse
from ..plugin_utils.ansible_compat import AnsibleLookup
from ..plugin_utils.clean_errors import clean_lookup_errors
from ..plugin_utils.reserved_names import is_reserved, unused

#: The variable that holds the values which a stack gives a host.
STACK_VARIABLES = "vigo_vars"

display = Display()


class LookupModule(AnsibleLookup):
    def run(
        self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any
    ) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        with clean_lookup_errors(TemplateError):
            return [self._rendered(str(term), variables or {}, "item" in kwargs) for term in terms]

    def _rendered(self, text: str, variables: Mapping[str, Any], has_item: bool) -> str:
        template = parse(text, foreach=has_item)
        namespaces = {
            "Vars": self._variables(template, variables),
            "Traits": _plain(self.get_option("traits")),
        }
        if has_item:
            namespaces["Item"] = _plain(self.get_option("item"))
        return template.render(namespaces)

    def _variables(self, template: Template, variables: Mapping[str, Any]) -> Any:
        """Return the variables that the template names: rendering all variables of a host would
        take long.
        """
        given = self.get_option("vars")
        if given is not None:
            return _plain(given)
        stack = _plain(self.template(variables.get(STACK_VARIABLES) or {}))
        names = {
            reference.chain[1]
            for reference in template.references()
            if reference.chain[0] == "Vars" and len(reference.chain) > 1
        }
        users = {
            name: _plain(self.template(variables[name]))
            for name in names
            if name in variables and not is_reserved(name)
        }
        warning = unused(names & set(stack), variables)
        if warning:
            display.warning(warning)
        return {**stack, **users}


def _plain(value: Any) -> Any:
    """Return the value without Ansible's tags, and with its templates rendered."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
