# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts the patterns of a command line mean."""

from __future__ import annotations

from collections.abc import Sequence

import click

from vigo_bridge.language.diagnostics import did_you_mean
from vigo_bridge.report.terminal import listed
from vigo_bridge.resolve.globs import glob_matches, is_glob


def named(patterns: Sequence[str], hosts: Sequence[str]) -> tuple[str, ...]:
    """The hosts that a glob or name among the patterns means, in the hosts' order.

    Ends the command when a pattern means none.
    """
    for pattern in patterns:
        if not is_glob(pattern):
            raise click.ClickException(f"{pattern!r} is neither a host name nor a glob")
        if not any(glob_matches(pattern, host) for host in hosts):
            advice = did_you_mean(pattern, hosts) or f"the hosts are {listed(hosts)}"
            raise click.ClickException(
                f"{pattern} matches no host of the inventory; {advice}.\nNothing was touched."
            )
    return tuple(host for host in hosts if any(glob_matches(glob, host) for glob in patterns))
