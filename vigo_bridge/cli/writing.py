# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command says when it cannot write its files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click


@contextlib.contextmanager
def writing(advice: str) -> Iterator[None]:
    """Ends the command where the system refuses to write. advice: what to do then."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written: {error.strerror}; {advice}"
        ) from error
