# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables of a container's environment are compared. Pure."""

from __future__ import annotations

from typing import Mapping, cast

from ....secrets import references as secret_references
from ..observed import Existing, Observed
from ..settings import Settings

_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy")
#: The variables that Podman adds. Docker adds none that inspect shows.
_OF_PODMAN = frozenset(
    {"container", "TERM", "HOSTNAME", "HOME", "PATH", *_PROXIES, *map(str.upper, _PROXIES)}
)


def of_engine(podman: bool) -> frozenset[str]:
    """Return the variables that a container may have from its engine."""
    return _OF_PODMAN if podman else frozenset()


def of_image(observed: Observed) -> Mapping[str, str]:
    """Return the variables that a container has from its image."""
    entries = (observed.image.config.get("Env") if observed.image else None) or []
    return dict(entry.partition("=")[::2] for entry in entries)


def to_compare(wanted: Settings, observed: Observed) -> set[str]:
    """Return the names of the variables that may differ.

    These are the wanted ones and, for a container of this collection, those that were set before.
    The label contains neither the values of secrets nor those of files. A label that does not list
    the names in files was written by an earlier version, or would be too long: in this case, all
        variables are compared that are neither the engine's nor wanted.
    """
    container = cast(Existing, observed.container)
    written, recorded = wanted.env or {}, container.recorded
    if recorded is None:
        return {*written, *observed.file_env}
    names = set(observed.file_env)
    names.update(name for name in written if secret_references.find(written[name]))
    if not recorded.holds("env", written):
        before = recorded.env
        names.update(
            name for name in {**before, **written} if before.get(name) != written.get(name)
        )
    if recorded.variables is not None:
        names.update(recorded.variables)
    elif "env_file" in recorded.fields or "env" in recorded.hashed:
        added = of_engine(observed.podman)
        names.update(set(container.settings.env or {}) - added - {*written, *observed.file_env})
    return names
