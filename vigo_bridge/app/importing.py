# SPDX-License-Identifier: GPL-3.0-or-later
"""What all imports have in common: the files of a stack are written, and a summary is shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from vigo_bridge.app.import_secrets import StoreOptions, before_next_step, summary, to_store
from vigo_bridge.app.next_step import plan_call, stacks_option
from vigo_bridge.app.writing import writing
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.importer import Destination, Import, write
from vigo_bridge.failures import Ended, Failure
from vigo_bridge.language.position import Position
from vigo_bridge.report import exit_status
from vigo_bridge.report.compose import as_text, error_as_data, import_as_data
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.secrets.adding import Addition, written
from vigo_bridge.wording import counted


@dataclass(frozen=True)
class ImportOptions:
    """The options of all imports.

    stacks: the folder of the stack. match: the hosts of the match entry. allow_lossy: write the
    files even if something is not converted. force: overwrite files. store: where the values of
    secrets go.
    """

    stacks: Path
    match: str
    allow_lossy: bool
    force: bool
    store: StoreOptions

    @property
    def destination(self) -> Destination:
        """What the conversion has to know of this."""
        return Destination(self.match, self.stacks, self.store.is_store)


def import_from(read: Callable[[], Import], options: ImportOptions, output: str) -> None:
    """Write the files of a stack, and print a summary. Raise Failure, Ended.

    read: returns what is imported; raises ComposeError, or an error of an engine.
    """
    found = _read(read, output)
    stacks = options.stacks
    for finding in found.findings:
        echo(as_text(finding), err=True)
    refusal = _losses(found, options.allow_lossy) or _overwritten(found, stacks, options.force)
    stored = None
    if not refusal:
        try:
            stored = to_store(options.store, stacks, found.stack.secrets)
        except Failure as error:
            refusal = str(error)
    if not refusal:
        # The store comes first: without its secrets, the other files would be of no use.
        with writing("set another folder with --stacks"), written(stored.files if stored else ()):
            write(found.files, stacks, replace=options.force or found.extended is not None)
    if output == "json":
        echo_json(import_as_data(found, stacks, refusal, stored))
    elif not refusal:
        _sum_up(found, options, stored)
    if refusal:
        raise Failure(refusal)


def _read(read: Callable[[], Import], output: str) -> Import:
    try:
        return read()
    except ComposeError as error:
        refused = error
    except ResourceError as error:  # Of an engine, whose address the message has.
        refused = ComposeError(Position("engine", 0, 0), error.message)
    for finding in refused.findings:
        echo(as_text(finding), err=True)
    echo("Nothing was written.", err=True)
    if output == "json":
        echo_json(error_as_data(refused.findings))
    raise Ended(exit_status.INVALID) from refused


def _losses(found: Import, allowed: bool) -> str:
    if not found.losses or allowed:
        return ""
    return (
        f"{counted(found.losses, 'setting')} cannot be converted. Nothing was written; change"
        " what is imported, or add --allow-lossy"
    )


def _overwritten(found: Import, stacks: Path, allowed: bool) -> str:
    there = [
        str(stacks / path)
        for path in found.files
        if path != found.extended and os.path.lexists(stacks / path)
    ]
    if not there or allowed:
        return ""
    return (
        f"{', '.join(there)} would be overwritten. Nothing was written; use another folder"
        " with --stacks, or add --force"
    )


def _sum_up(found: Import, options: ImportOptions, stored: Addition | None) -> None:
    stacks = options.stacks
    for path in found.files:
        done = "added the role to" if path == found.extended else "wrote"
        echo(f"{done} {stacks / path}")
    for line in summary(found.stack.secrets, stored):
        echo(line)
    if found.stack.builds:
        echo("Build and push these images before a host pulls them:")
        for build in found.stack.builds:
            echo(f"  vigo-bridge build {build.name}{stacks_option(stacks)} --registry HOST")
    first = before_next_step(options.store, stored)
    validate = f"{first and f'{first}, then '}vigo-bridge config validate{stacks_option(stacks)}"
    echo(f"Next step: {validate}, then {plan_call(stacks, options.match)}")
