# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a plan as an Ansible project of roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.emit.bundle import write_hosts, write_project_files
from vigo_bridge.emit.rendering import environment, variable_entry
from vigo_bridge.emit.tasks.molecule import write_scenario
from vigo_bridge.emit.tasks.roles import Role, roles_of
from vigo_bridge.emit.tasks.tasks import Written
from vigo_bridge.emit.tasks.variables import Default, Variables
from vigo_bridge.emit.yaml_text import entry, indented
from vigo_bridge.files import write_text
from vigo_bridge.resolve.plan import Group, Plan, Variable

#: The longest line of YAML, with indentation and key.
_WIDTH = 120
_NO_PREFIX = "# noqa: var-naming[no-role-prefix]"
#: ansible-lint treats the braces of an ``!unsafe`` text as a template.
_NOT_JINJA = "# noqa: jinja"


@dataclass(frozen=True)
class _Play:
    group: Group
    roles: tuple[str, ...]
    fixed: Sequence[Variable]


def write_tasks(
    plan: Plan,
    folder: Path,
    is_reserved: Callable[[str], bool],
    sources: Sequence[str],
    stack: Path,
    host_variables: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Write the whole project. Raise CannotExpress before anything is written.

    is_reserved: reports which names are Ansible's own. sources: the user's own inventories. stack:
    the folder of the stack. host_variables: variables that the inventory gives single hosts.
    """
    variables = Variables(plan, is_reserved)
    roles = roles_of(plan, variables)
    plays = [_Play(play.group, play.roles, variables.fixed(play.group)) for play in roles.plays]
    write_hosts(plan, folder, host_variables or {})
    write_project_files(plan, folder, sources, stack, has_roles=True)
    _write(folder / "README.md", "README.md.j2", plan=plan)
    _write(folder / "site.yml", "site.yml.j2", plan=plan, plays=plays)
    for group in plan.groups:
        path = folder / "inventory" / "group_vars" / f"{group.name}.yml"
        _write(path, "group_vars.yml.j2", group=group, variables=variables.of_group(group))
    for role in roles.roles.values():
        _write_role(role, plan, folder / "roles" / role.name)


def _write_role(role: Role, plan: Plan, folder: Path) -> None:
    head = f"# Configcrate {role.crate.name}, {role.crate.position}"
    files = {
        "tasks": _task_list(head, role.tasks) if role.tasks else "",
        "handlers": _task_list(head, role.handlers) if role.handlers else "",
        "defaults": _defaults(head, role) if role.defaults else "",
    }
    for name, text in files.items():
        if text:
            write_text(folder / name / "main.yml", text)
    text = entry("argument_specs", {"main": _specification(role)}, width=_WIDTH)
    write_text(folder / "meta" / "argument_specs.yml", f"---\n{text}\n")
    _write(
        folder / "README.md",
        "role_README.md.j2",
        plan=plan,
        role=role,
        tasks=list(_shown(role.tasks)),
        handlers=list(_shown(role.handlers)),
        has_containers=any(TYPES[one.type].needs_engine for one in role.crate.resources),
    )
    write_scenario(role, folder / "molecule" / "default")


def _task_list(head: str, tasks: Iterable[Written]) -> str:
    blocks = []
    for written in tasks:
        first, *rest = (entry(name, value, width=_WIDTH) for name, value in written.task.items())
        if any("!unsafe" in text for text in rest):
            first += f"  {_NOT_JINJA}"
        lines = "\n".join([first, *rest])
        comment = f"# {written.comment}\n" if written.comment else ""
        blocks.append(f"{comment}- {indented(lines, 2).lstrip(' ')}\n")
    return f"---\n{head}\n\n" + "\n".join(blocks)


def _defaults(head: str, role: Role) -> str:
    return "\n".join(
        [f"---\n{head}\n", *(_default(default, role) for default in role.defaults), ""]
    )


def _default(default: Default, role: Role) -> str:
    text = f"# {default.source}\n{entry(default.name, default.value, width=_WIDTH)}"
    if default.name.startswith(f"{role.name}_"):
        return text
    comment, key, *rest = text.split("\n")
    return "\n".join([comment, f"{key}  {_NO_PREFIX}", *rest])


def _specification(role: Role) -> dict[str, Any]:
    """Return the argument spec that Ansible checks when the role starts."""
    options: dict[str, dict[str, Any]] = {}
    for default in role.defaults:
        options[default.name] = {
            "type": _type(default.known),
            "description": f"Defined in {default.source}.",
        }
    for name, value in role.needed.items():
        options[name] = {
            "type": _type(value),
            "required": True,
            "description": "Another role of the play or the inventory defines it.",
        }
    return {
        "short_description": f"The configcrate {role.crate.name}",
        **({"options": options} if options else {}),
    }


def _type(value: Any) -> str:
    names = {bool: "bool", int: "int", float: "float", str: "str", dict: "dict", list: "list"}
    return names.get(type(value), "raw")


def _shown(tasks: Iterable[Written]) -> Iterator[tuple[str, str]]:
    for written in tasks:
        (module,) = [name for name in written.task if "." in name]
        yield written.task["name"], module


def _write(path: Path, template: str, **values: Any) -> None:
    write_text(path, _environment().get_template(f"tasks/{template}").render(values))


def _environment() -> jinja2.Environment:
    found = environment()
    found.filters.update(
        variable_entry=variable_entry,
        scalar=lambda text: entry("x", text).removeprefix("x: "),
        cell=lambda text: str(text).replace("|", "\\|"),
    )
    return found
