# SPDX-License-Identifier: GPL-3.0-or-later
"""The Molecule scenario of a role, with which its users test it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
    TemplateError,
    parse,
)
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import (
    environment_name,
    paths,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.emit.rendering import playbook_environment
from vigo_bridge.emit.tasks.roles import Role
from vigo_bridge.emit.tasks.variables import STACK_VARIABLES
from vigo_bridge.files import write_text

_FILES = (
    "molecule.yml",
    "create.yml",
    "start_host.sh",
    "converge.yml",
    "verify.yml",
    "destroy.yml",
)


def write_scenario(role: Role, folder: Path) -> None:
    """Write the files of one scenario, `default`."""
    attributes = [resource.attributes for resource in role.crate.resources]
    values = {
        "role": role,
        "secrets": sorted(map(environment_name, paths([*attributes, role.known]))),
        "containers": list(dict.fromkeys(_containers(role))),
        "variables": _variables(role),
    }
    templates = playbook_environment()
    for name in _FILES:
        text = templates.get_template(f"tasks/molecule/{name}.j2").render(values)
        write_text(folder / name, text)


def _variables(role: Role) -> dict[str, Any]:
    """Return the variables that the role reads and does not define."""
    stack = {STACK_VARIABLES: dict(role.stack_values)} if role.stack_values else {}
    return {**role.needed, **stack}


def _containers(role: Role) -> Iterator[str]:
    """Yield the names of the role's containers that are known on the controller."""
    for resource in role.crate.resources:
        kind = TYPES[resource.type]
        if not kind.needs_engine:
            continue
        text = str(resource.attributes[kind.key])
        if not resource.template:
            yield text
            continue
        with suppress(TemplateError):  # A name with traits is known only on the host.
            namespaces = {"Vars": role.known, "Traits": {}}
            if resource.item is not None:
                namespaces["Item"] = resource.item
            yield parse(text, foreach=resource.item is not None).render(namespaces)
