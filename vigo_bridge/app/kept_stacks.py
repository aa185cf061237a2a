# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores and reads the stacks of rollouts in the controller's history."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import yaml

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from vigo_bridge.app.options import StackOptions
from vigo_bridge.app.secret_settings import secret_settings
from vigo_bridge.failures import Failure
from vigo_bridge.language.stack_files import stack_files
from vigo_bridge.report.printing import echo
from vigo_bridge.run.history import Record
from vigo_bridge.run.kept_stacks import LARGEST, KeptStack, KeptStacks, Settings, TooLarge
from vigo_bridge.run.state import controller_folder
from vigo_bridge.secrets.server import Secrets

_LIMIT = "VIGO_BRIDGE_HISTORY_MIB"
_MIB = 1 << 20


class NotKept(Exception):
    """The history does not have the files of a rollout, or cannot use them. The message says why,
    without a period; what a user can do depends on the command.
    """


def kept_stacks() -> KeptStacks:
    """Return the files in the controller's history. VIGO_BRIDGE_HISTORY_MIB sets their maximum
    size.
    """
    return KeptStacks(controller_folder() / "stacks", _limit(), _warn)


def keep(
    stacks: KeptStacks,
    record: Record,
    stack: StackOptions,
    secrets: Secrets,
    numbers: frozenset[int],
) -> None:
    """Store the files of a stack that is rolled out now; warn if that is not possible.

    numbers: the rollouts that the history still has.
    """
    consequence = f"`vigo-bridge rollback {record.number}` will not be possible"
    try:
        settings = as_settings(stack.settings, secrets.known)
        stacks.keep(record, stack_files(stack.files), settings, numbers)
    except TooLarge:
        if _limit():
            _warn(
                f"the files of this rollout are not kept, because they exceed {_limit() // _MIB}"
                f" MiB; {consequence}. Set {_LIMIT} to keep more"
            )
    except OSError as error:
        _warn(f"the files of this rollout cannot be kept: {explained(error)}; {consequence}")


def as_settings(settings: Mapping[str, Any], known: Mapping[str, str]) -> Settings:
    """Return the values of ``--set`` without secrets. known: the secrets of the run."""
    omitted = secret_settings(settings, known.values())
    plain = {name: value for name, value in settings.items() if name not in omitted}
    text = yaml.safe_dump(plain, allow_unicode=True) if plain else ""
    return Settings(text, tuple(sorted(omitted)))


def values_of(settings: Settings) -> dict[str, Any]:
    """Return the kept values of ``--set``. Raise InvalidData."""
    try:
        values = yaml.safe_load(settings.text) if settings.text else {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidData("the values of --set are not valid YAML") from error
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise InvalidData("the values of --set must be a mapping")
    return values


def kept_stack(record: Record) -> KeptStack:
    """Return what a rollout rolled out. Raise NotKept."""
    try:
        kept = kept_stacks().get(record)
    except (InvalidData, OSError) as error:
        raise damaged(record, error) from error
    if kept is None:
        raise NotKept(
            f"the history does not have the files of rollout {record.number}: it is from an earlier"
            f" version of vigo-bridge, or its files exceeded {_LIMIT}, or could not be written"
        )
    return kept


def damaged(record: Record, error: Exception) -> NotKept:
    """Return the exception for kept files that cannot be used."""
    problem = explained(error) if isinstance(error, OSError) else str(error)
    return NotKept(f"the kept files of rollout {record.number} cannot be used: {problem}")


def _limit() -> int:
    text = os.environ.get(_LIMIT, "")
    if not text:
        return LARGEST
    if not text.isdecimal() or len(text) > 9:
        raise Failure(f"{_LIMIT}={text}: expected an integer, 0 or more")
    return int(text) * _MIB


def _warn(text: str) -> None:
    echo(f"warning: {text}", err=True)
