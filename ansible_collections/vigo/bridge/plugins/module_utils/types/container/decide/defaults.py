# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The default settings of a container: those of its image and of the engine. Pure.

All in the forms of ``canonical``.
"""

from __future__ import annotations

from typing import Any, Mapping, cast

from ..observed import Existing, Observed
from ..values.canonical import canonical
from ..values.mounts import Mount

NO_CHECK = ("NONE",)
#: Of a healthcheck that says no more than its test.
CHECKS: dict[str, Any] = {
    "test": NO_CHECK,
    "interval": 30000000000,
    "timeout": 30000000000,
    "retries": 3,
    "startperiod": 0,
    "startinterval": 5000000000,
}
_SIGTERM = 15
#: Docker's and Podman's.
_SHM_SIZES = (67108864, 65536000)


def of_collection(name: str, observed: Observed) -> Mapping[Any, Any]:
    """The entries that are there by themselves."""
    container, image = cast(Existing, observed.container), _config(observed)
    if name == "labels":
        ours = {key: text for key, text in container.labels.items() if _is_ours(key)}
        return {**(image.get("Labels") or {}), **ours}
    if name == "volumes":
        return {path: Mount(path) for path in image.get("Volumes") or {}}
    if name == "healthcheck":
        payload = image.get("Healthcheck") or {}
        check = {key.lower(): value for key, value in payload.items()}
        return {**CHECKS, **(canonical("healthcheck", check) or {})}
    if name == "security_opt":
        return _added_security_options(container)
    if name in ("cap_add", "cap_drop") and observed.podman and container.settings.privileged:
        return canonical(name, getattr(container.settings, name)) or {}
    return {}


def of_single(name: str, observed: Observed) -> tuple[Any, ...]:
    """The values that a container may have which is created without this setting."""
    container, image = cast(Existing, observed.container), _config(observed)
    if name == "user":
        return (image.get("User") or None,)
    if name == "workdir":
        return (canonical("workdir", image.get("WorkingDir") or "/"),)
    if name == "stop_signal":
        return (canonical("stop_signal", image.get("StopSignal") or str(_SIGTERM)),)
    if name == "stop_timeout":
        return (10,)
    if name == "hostname":
        return (container.id[:12],)
    if name == "shm_size":
        return _SHM_SIZES
    if name == "ipc":
        return (None, "private")
    if name == "pid":
        return (None, "private")
    if name == "log_driver":
        return (canonical("log_driver", observed.log_driver),)
    return (None,)


def of_words(name: str, observed: Observed, entrypoint: Any, command: Any) -> tuple[str, ...]:
    """Return the words that run. Setting the entry point drops the image's command."""
    image = _config(observed)
    if name == "entrypoint":
        return tuple(image.get("Entrypoint") or ()) if entrypoint is None else entrypoint
    if command is None and entrypoint is None:
        return tuple(image.get("Cmd") or ())
    return command or ()


def _config(observed: Observed) -> Mapping[str, Any]:
    return observed.image.config if observed.image else {}


def _is_ours(label: str) -> bool:
    return label.startswith("vigo.bridge.")


def _added_security_options(container: Existing) -> dict[Any, Any]:
    """Beside a namespace of the host or of another container, engines set SELinux's label."""
    settings = container.settings
    shared = any(
        mode == "host" or (mode or "").startswith("container:")
        for mode in (settings.ipc, settings.pid)
    )
    if not (shared or settings.privileged):
        return {}
    options = canonical("security_opt", settings.security_opt) or {}
    return {option: True for option in options if str(option).startswith("label=")}
