# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that a container resource refuses: left out of the stack, and reported."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    ResourceError,
    errors_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from vigo_bridge.compose.conversion.job import Job

_ADVICE = "correct it in the compose file, and import again"
_VARIABLE = re.compile(r"\{\{ \.Vars\.(\w+) \}\}")
#: Attributes that have another name in compose files.
_KEYS = {
    "log_driver": "logging",
    "log_opts": "logging",
    "memory": "mem_limit",
    "memory_swap": "memswap_limit",
    "stop_timeout": "stop_grace_period",
    "workdir": "working_dir",
}


def drop_refused(job: Job) -> None:
    """Report and omit what the target would refuse, entry by entry in lists."""
    while (error := _refusal(job, _whole(job))) is not None:
        name = error.attribute
        holder = job.volumes if name == "volumes" else job.attributes.get(name)
        if not holder:
            return  # Its reason is reported elsewhere, or when the stack is loaded.
        job.lost(_KEYS.get(name, name), error.message, _ADVICE)
        kept = _kept(job, name, holder) if isinstance(holder, list) else []
        if name == "volumes":
            job.volumes[:] = kept
        elif kept:
            job.attributes[name] = kept
        else:
            del job.attributes[name]


def _kept(job: Job, name: str, entries: list[Any]) -> list[Any]:
    """Return the entries that do not conflict with earlier ones."""
    kept: list[Any] = []
    for entry in entries:
        if _refusal(job, {name: [*kept, entry]}) is None:
            kept.append(entry)
    return kept if len(kept) < len(entries) else []


def _whole(job: Job) -> dict[str, Any]:
    return {**job.attributes, "volumes": job.volumes}


def _refusal(job: Job, attributes: dict[str, Any]) -> ResourceError | None:
    """Return the first reason why the target would refuse the attributes.

    Variables of the import count with their values.
    """
    filled = _filled(attributes, {name: value for name, (value, _) in job.renderer.vars.items()})
    try:
        spec.parse({"image": "x", **filled, "container": "app"})
    except ResourceError as error:
        return errors_of(error)[0]
    return None


def _filled(value: Any, variables: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, variables) for item in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda use: variables[use[1]], value)
    return value
