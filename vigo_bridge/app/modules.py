# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a stack's resources that are Ansible modules."""

from __future__ import annotations

from collections.abc import Sequence

from vigo_bridge.ansible.module_documentation import facts_of
from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.language.model import Stack
from vigo_bridge.language.module_options import check_modules


def module_findings(stack: Stack) -> Sequence[Diagnostic]:
    """Return the errors of modules and of their options.

    Ansible is queried only if a stack has any.
    """
    found = Diagnostics()
    check_modules(stack, facts_of, found)
    return found.sorted()
