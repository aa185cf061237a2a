# SPDX-License-Identifier: GPL-3.0-or-later
"""The Jinja2 environments for the files of a project, and their common functions."""

from __future__ import annotations

import jinja2

from vigo_bridge.emit.yaml_text import entry, indented
from vigo_bridge.resolve.plan import Variable


def variable_entry(variable: Variable) -> str:
    """Return a variable of the stack with its source, and the sources that it overrides."""
    comment = str(variable.position)
    if variable.overrides:
        comment += ", over " + ", ".join(str(position) for position in variable.overrides)
    return entry(variable.name, variable.value, comment)


def environment() -> jinja2.Environment:
    """Return a Jinja2 environment for YAML, INI and Markdown: nothing is escaped, and an
    undefined variable is an error.
    """
    return _environment()


def playbook_environment() -> jinja2.Environment:
    """Return a Jinja2 environment for texts with Ansible's templates: ours are ``<< >>`` and
    ``<% %>``.
    """
    return _environment(
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
    )


def _environment(**delimiters: str) -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("vigo_bridge.emit"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        **delimiters,  # type: ignore[arg-type]
    )
    found.filters.update(entry=entry, indented=indented, variable_entry=variable_entry)
    return found
