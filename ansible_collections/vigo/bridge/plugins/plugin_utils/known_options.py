# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the options of a task, with advice for users of other modules."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ansible.errors import AnsibleActionFail

from ..module_utils.common.suggest import did_you_mean
from ..module_utils.types.descriptor import NOTHING, ResourceType
from ..module_utils.types.task import TRIGGERED_OPTION


def by_name(arguments: Mapping[str, Any], kind: ResourceType) -> dict[str, Any]:
    """Return the arguments of a task with aliases replaced by the names of options.

    Raise AnsibleActionFail that lists all that are unknown.
    """
    options = task_options(kind)
    aliases = {
        alias: name for name, option in options.items() for alias in option.get("aliases", ())
    }
    problems = list(_problems(arguments, kind, options, aliases))
    if problems:
        raise AnsibleActionFail(". ".join(problems))
    return {aliases.get(name, name): value for name, value in arguments.items()}


def task_options(kind: ResourceType) -> Mapping[str, Mapping[str, Any]]:
    """Return all options of a task that applies a resource of this type."""
    triggered = TRIGGERED_OPTION if kind.on_trigger != NOTHING else {}
    return {**kind.options, **kind.task_options, **triggered}


def _problems(
    arguments: Mapping[str, Any],
    kind: ResourceType,
    options: Mapping[str, Mapping[str, Any]],
    aliases: Mapping[str, str],
) -> Iterator[str]:
    for name, value in arguments.items():
        if name in aliases:
            if aliases[name] in arguments:
                yield f"{name} is another name of {aliases[name]}; remove one of them"
        elif name not in options:
            advice = kind.advice(name) or did_you_mean(name, options)
            yield f"unknown option {name!r}; {advice or f'see `ansible-doc {kind.module}`'}"
        elif "choices" in options[name] and value not in options[name]["choices"]:
            advice = kind.advice(name, str(value)) if isinstance(value, (str, bool)) else ""
            if advice:
                yield f"{name}: {value!r} is not supported; {advice}"
