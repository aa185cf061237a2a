# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the docker program that build and push an image: lists of words, for no shell."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets, find
from vigo_bridge.language.builds import is_remote
from vigo_bridge.language.model import Build
from vigo_bridge.language.values import Scalar

#: Keys that only BuildKit's client has; the older builder in engines lacks them.
_OF_BUILDX = (
    *("additional_contexts", "cache_to", "entitlements", "no_cache_filter", "secrets", "ssh"),
)
_TEXTS = {"target": "--target", "network": "--network", "shm_size": "--shm-size"}
_LISTS = {
    "cache_from": "--cache-from",
    "cache_to": "--cache-to",
    "entitlements": "--allow",
    "extra_hosts": "--add-host",
    "no_cache_filter": "--no-cache-filter",
    "ssh": "--ssh",
    "ulimits": "--ulimit",
}
_SWITCHES = {"no_cache": "--no-cache", "pull": "--pull"}
_SECRET = "VIGO_BRIDGE_BUILD_SECRET_"


@dataclass(frozen=True)
class Call:
    """One call of a program. environment: added variables, which may be secrets. stdin: its input.

    metadata: the file in which the program writes the image's digest, if it pushes.
    """

    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    stdin: str = ""
    metadata: Path | None = None


def needs_buildx(build: Build) -> str:
    """Return the key of a build that requires buildx; empty if there is none."""
    if has_platforms(build):
        return "platforms"
    return next((key for key in _OF_BUILDX if key in build.lists or key in build.maps), "")


def has_platforms(build: Build) -> bool:
    """Return whether the image is for several platforms, which an engine's store cannot hold."""
    return len(build.lists.get("platforms", ())) > 1


def build_call(
    build: Build, folder: Path, image: str, secrets: Secrets, *, buildx: bool, scratch: Path
) -> Call:
    """Return the call that builds an image.

    folder: of the stack, from which relative paths start. image: its name with the tag. buildx:
    whether BuildKit's client is there. scratch: a private folder.
    """
    words = ["docker", *(("buildx",) if buildx else ()), "build", f"--tag={image}"]
    metadata = None
    if has_platforms(build):
        metadata = scratch / "metadata.json"
        words += ["--push", f"--metadata-file={metadata}"]
    elif buildx:
        words.append("--load")
    if buildx:
        words.append("--progress=plain")
    environment: dict[str, str] = {}
    words += _dockerfile(build, folder)
    words += _options(build, folder)
    words += _arguments(build, secrets, environment)
    words += _secrets(build, secrets, environment)
    inline = build.texts.get("dockerfile_inline")
    return Call(
        (*words, context(build, folder)),
        {
            **environment,
            # Attestations contain the time, so that each build would have a digest of its own.
            "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
            # A docker that is interrupted leaves files there.
            "TMPDIR": str(scratch),
        },
        inline.text if inline is not None else "",
        metadata,
    )


def push_call(image: str) -> Call:
    """Return the call that pushes an image."""
    return Call(("docker", "push", image))


def context(build: Build, folder: Path) -> str:
    """Return the absolute path of the context, or its URL."""
    return _place(build.context.text, folder)


def dockerfile(build: Build, folder: Path) -> str | None:
    """Return the path of the Dockerfile, relative for a context that is a URL; None if it is the
    context's default.
    """
    written = build.texts.get("dockerfile")
    if written is None:
        return None
    if is_remote(build.context.text):
        return written.text
    return os.path.normpath(os.path.join(context(build, folder), written.text))  # noqa: PTH118


def folders(build: Build, folder: Path) -> list[str]:
    """Return the local folders and files that are built."""
    further = [item.text for item in build.maps.get("additional_contexts", {}).values()]
    named = [_place(text, folder) for text in (build.context.text, *further) if not is_remote(text)]
    file = dockerfile(build, folder)
    if file is not None and not is_remote(build.context.text):
        named.append(file)
    return named


def _place(text: str, folder: Path) -> str:
    if is_remote(text):
        return text
    return os.path.normpath(os.path.join(os.path.realpath(folder), text))  # noqa: PTH118


def _dockerfile(build: Build, folder: Path) -> Iterator[str]:
    if "dockerfile_inline" in build.texts:
        yield "--file=-"
    elif (file := dockerfile(build, folder)) is not None:
        yield f"--file={file}"


def _options(build: Build, folder: Path) -> Iterator[str]:
    for key, option in _TEXTS.items():
        if key in build.texts:
            yield f"{option}={build.texts[key].text}"
    for key, option in _LISTS.items():
        for item in build.lists.get(key, ()):
            yield f"{option}={item.text}"
    if "platforms" in build.lists:
        yield f"--platform={','.join(item.text for item in build.lists['platforms'])}"
    for name, label in build.maps.get("labels", {}).items():
        yield f"--label={name}={label.text}"
    for name, place in build.maps.get("additional_contexts", {}).items():
        yield f"--build-context={name}={_place(place.text, folder)}"
    for key, option in _SWITCHES.items():
        if key in build.switches:
            yield option


def _arguments(build: Build, secrets: Secrets, environment: dict[str, str]) -> Iterator[str]:
    """Yield the build arguments; docker reads those with secrets from its environment."""
    for name, value in build.maps.get("args", {}).items():
        if _is_from_environment(value):
            yield f"--build-arg={name}"
        elif find(value.text):
            environment[name] = secrets.reveal(value.text)
            yield f"--build-arg={name}"
        else:
            yield f"--build-arg={name}={value.text}"


def _is_from_environment(value: Scalar) -> bool:
    return value.data is None


def _secrets(build: Build, secrets: Secrets, environment: dict[str, str]) -> Iterator[str]:
    for number, (name, value) in enumerate(build.maps.get("secrets", {}).items(), 1):
        variable = f"{_SECRET}{number}"
        environment[variable] = secrets.reveal(value.text)
        yield f"--secret=id={name},env={variable}"
