# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security options: ``no-new-privileges``, ``seccomp=unconfined``, ``label=disable``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable

from ....common.errors import ResourceError

if TYPE_CHECKING:
    from ..observed import Observed

_TRUE = frozenset({"1", "t", "true"})
_FALSE = frozenset({"0", "f", "false"})


def form(options: Iterable[str]) -> dict[Any, Any]:
    """Return the options, each in one spelling."""
    return dict.fromkeys((one for one in map(_spelled, options) if one), True)


def _spelled(option: str) -> str:
    """Return an option in one spelling.

    ``label:disable`` is ``label=disable``; ``no-new-privileges`` is the same with ``:true``.
    """
    name, value = _parts(option)
    if name == "no-new-privileges":
        value = "" if value.lower() in _TRUE else value
        return "" if value.lower() in _FALSE else f"{name}={value}".rstrip("=")
    return f"{name}={value}" if value else name


def _parts(option: str) -> tuple[str, str]:
    name, _separator, value = option.partition("=" if "=" in option else ":")
    return name, value


def unset(observed: Observed) -> dict[Any, Any]:
    """Return the default options.

    Engines add SELinux's label next to a namespace of the host or of another container.
    """
    settings = observed.existing.settings
    shared = any(
        mode == "host" or (mode or "").startswith("container:")
        for mode in (settings.ipc, settings.pid)
    )
    if not (shared or settings.privileged):
        return {}
    return {
        option: True for option in form(settings.security_opt or ()) if option.startswith("label=")
    }


def refuse_on_docker(options: tuple[str, ...]) -> None:
    """Raise ResourceError for the path of a profile, which Docker refuses only at start.

    The docker command reads the file; the engine expects its content. Podman accepts a path.
    """
    for option in options:
        name, value = _parts(option)
        if name == "seccomp" and value not in ("unconfined", "builtin") and value[:1] != "{":
            raise ResourceError(
                f"security_opt: {option!r}: Docker does not accept the path of a profile",
                "write seccomp=unconfined, or a list with seccomp= and the profile's JSON",
            )
