# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process in a container: its command, environment, user, labels, and output."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Mapping

from ....common.comma_strings import as_map, text
from ....common.errors import Key, ResourceError
from . import paths

if TYPE_CHECKING:
    from ..observed import Observed
    from ..setting import Making, Reveal
    from ..settings import Settings

#: The prefix of our own labels.
RESERVED = "vigo.bridge."

_NUMBER = re.compile(r"-?[0-9]+")


def env(value: Any, attribute: str) -> dict[str, str]:
    """Return environment variables by name."""
    variables = as_map(value, attribute)
    for name in variables:
        if not name or "=" in name or "\0" in name:
            raise ResourceError(
                f"{attribute}: invalid name {name!r}: expected NAME=VALUE", place=(Key(name),)
            )
    return variables


def user(value: Any, attribute: str) -> str:
    """Return a user. Engines look it up at the start, after the old container was stopped."""
    written = text(value).strip()
    name, colon, group = written.partition(":")
    is_whole = bool(name) and bool(group) == bool(colon) and ":" not in group
    parts = [part for part in (name, group) if _NUMBER.fullmatch(part)]
    is_too_large = any(len(part) > 10 or not 0 <= int(part) < 1 << 31 for part in parts)
    if not is_whole or any(map(str.isspace, written)) or is_too_large:
        raise ResourceError(f"{attribute}: invalid user {written!r}: expected USER or USER:GROUP")
    return written


def workdir(value: Any, attribute: str) -> str:
    """Return an absolute path, as the user wrote it."""
    written = text(value).strip()
    paths.absolute(written, attribute)
    return written


def workdir_form(path: str) -> str:
    """Return the shortest form; containers without one use the root."""
    return paths.clean(path) or "/"


def create_command(settings: Settings, making: Making) -> dict[str, Any]:
    """Return the command for the create call."""
    return {"Config.Cmd": sent_words(settings.command, making.reveal)}


def create_entrypoint(settings: Settings, making: Making) -> dict[str, Any]:
    """Return the entrypoint for the create call.

    Engines ignore an empty list; one empty word clears the image's.

    An empty command counts only together with an entrypoint, so the image's own is repeated there.
    """
    words = sent_words(settings.entrypoint, making.reveal)
    if settings.entrypoint == ():
        words = [""]
    elif settings.entrypoint is None and settings.command == ():
        words = list(making.image.get("Entrypoint") or [""])
    return {"Config.Entrypoint": words}


def read_entrypoint(value: Any) -> tuple[str, ...]:
    """Return the words.

    Podman's API of version 1.40 reports one text. One empty word clears an image's entrypoint.
    """
    words = tuple(value.split()) if isinstance(value, str) else tuple(value or ())
    return () if words == ("",) else words


def create_env(settings: Settings, making: Making) -> dict[str, Any]:
    """Return variables for the create call. Those of the resource override those of files."""
    written = settings.env or {}
    own = {name: _value(value, making.reveal) for name, value in written.items()}
    variables = [f"{name}={value}" for name, value in {**making.file_env, **own}.items()]
    return {"Config.Env": variables or None}


def read_env(entries: Any) -> dict[str, str]:
    """Return variables by name, from an inspect payload."""
    return {
        name: value for name, _equals, value in (entry.partition("=") for entry in entries or [])
    }


def users(observed: Observed) -> tuple[Any, ...]:
    """Return the user that a container has by default."""
    return (observed.image_config.get("User") or None,)


def workdirs(observed: Observed) -> tuple[Any, ...]:
    """Return the working directory that a container has by default."""
    return (workdir_form(observed.image_config.get("WorkingDir") or ""),)


def read_labels(value: Any) -> Mapping[str, str]:
    """Return the labels of an inspect payload."""
    return value or {}


def labels(observed: Observed) -> Mapping[str, str]:
    """Return the labels that a container has by default: the image's, and ours."""
    actual = observed.existing.labels
    ours = {name: text for name, text in actual.items() if name.startswith(RESERVED)}
    return {**(observed.image_config.get("Labels") or {}), **ours}


def create_log(settings: Settings, making: Making) -> dict[str, Any]:
    """Return the log driver and its options. Engines take them together."""
    driver, options = settings.log_driver, settings.log_opts
    if driver is None and options is None:
        return {}
    return {"HostConfig.LogConfig": {"Type": driver or "", "Config": dict(options or {})}}


def log_driver_form(name: str) -> str:
    """Return the driver's name.

    Podman's Docker API shows its ``k8s-file`` as Docker's name for it.
    """
    return "json-file" if name == "k8s-file" else name


def log_drivers(observed: Observed) -> tuple[Any, ...]:
    """Return the log driver that a container has by default: the engine's."""
    return (log_driver_form(observed.log_driver) or None,)


def usual_runtimes(observed: Observed) -> tuple[Any, ...]:
    """Return the runtimes that a container may have that sets none."""
    return (None, "runc", "crun", "oci", "io.containerd.runc.v2")


def refuse_runtime_on_podman(name: str) -> None:
    """Raise ResourceError: Podman's Docker API ignores it."""
    raise ResourceError(
        "runtime: not supported with Podman: its Docker API ignores it",
        "set it in containers.conf",
    )


def revealed_words(words: tuple[str, ...], reveal: Reveal) -> tuple[str, ...]:
    """Return words with the values of their secrets."""
    return tuple(reveal(word) for word in words)


def sent_words(words: tuple[str, ...] | None, reveal: Reveal) -> list[str] | None:
    """Return words for the create call, with the values of their secrets. Raise ResourceError."""
    return None if words is None else [_value(word, reveal) for word in words]


def _value(text: str, reveal: Reveal) -> str:
    """Return the value of a text with references.

    Raise ResourceError for characters that no engine accepts.
    """
    value = reveal(text)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ResourceError(
            f"{text!r} contains binary data",
            "container settings cannot contain NUL characters: write the secret to a file, and"
            " mount the file",
        )
    return value
