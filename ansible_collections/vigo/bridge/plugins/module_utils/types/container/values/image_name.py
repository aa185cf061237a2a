# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image references: ``[REGISTRY/]PATH[:TAG][@DIGEST]``."""

from __future__ import annotations

import re
from typing import Any

from ....common.comma_strings import text as text_of
from ....common.dataclass import dataclass
from ....common.errors import ResourceError
from ....common.suggest import nearest

DOCKER_HUB = "docker.io"

_PATH = re.compile(
    r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[0-9a-fA-F]{32,}")
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{12,64}")
_SYSTEMS = ("linux", "windows", "freebsd", "darwin", "wasi")
_ARCHITECTURES = (
    *("386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle"),
    *("ppc64", "ppc64le", "riscv64", "s390x", "wasm"),
)
#: What machines call themselves: architecture and variant of their images.
_ALIASES = {
    "x86_64": ("amd64", ""),
    "x86-64": ("amd64", ""),
    "aarch64": ("arm64", ""),
    "i386": ("386", ""),
    "i686": ("386", ""),
    "armhf": ("arm", "v7"),
    "armel": ("arm", "v6"),
}
#: Variants that mean the same as the architecture alone.
_USUAL_VARIANTS = {"amd64": "v1", "arm64": "v8"}


@dataclass(frozen=True)
class ImageName:
    """A reference in full: ``redis`` is docker.io, library/redis, tag latest.

    tag is empty if only a digest was given; digest is empty or ``sha256:...``.
    """

    registry: str
    path: str
    tag: str
    digest: str = ""

    @property
    def repository(self) -> str:
        """As people write it: without docker.io and library/."""
        if self.registry != DOCKER_HUB:
            return f"{self.registry}/{self.path}"
        return self.path[len("library/") :] if self.path.startswith("library/") else self.path

    @property
    def pulled_as(self) -> str:
        """What follows the repository when pulling: the digest where there is one."""
        return self.digest or self.tag

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"


def parse(text: str) -> ImageName:
    """Return the parts of an image reference. Raise ResourceError for an invalid one."""
    rest, _at, digest = text.strip().partition("@")
    if digest and not _DIGEST.fullmatch(digest):
        raise ResourceError(f"image: {text!r} has a malformed digest", "write NAME@sha256:HEX")
    head, slash, tail = rest.rpartition("/")
    last, colon, tag = tail.partition(":")
    path = f"{head}{slash}{last}"
    registry, first_slash, remainder = path.partition("/")
    if first_slash and ("." in registry or ":" in registry or registry == "localhost"):
        path = remainder
    else:
        registry = DOCKER_HUB
    if registry in ("index.docker.io", "registry-1.docker.io"):
        registry = DOCKER_HUB
    if registry == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    if not _PATH.fullmatch(path) or (colon and not _TAG.fullmatch(tag)):
        raise ResourceError(
            f"image: invalid image reference {text!r}",
            "write NAME, NAME:TAG or REGISTRY/NAME:TAG, the name in lower case",
        )
    return ImageName(registry, path, tag or ("" if digest else "latest"), digest)


def reference(value: Any, attribute: str) -> str:
    """Return a reference in one canonical form. Raise ResourceError."""
    return str(parse(text_of(value)))


def read(value: Any) -> str:
    """Return the reference of an inspect payload."""
    return familiar(value or "")


def platform(value: Any, attribute: str) -> str:
    """Return ``OS[/ARCHITECTURE[/VARIANT]]`` in one form; an architecture alone is Linux's.

    Raise ResourceError.
    """
    written = text_of(value).strip().lower()
    parts = written.split("/")
    if parts[0] not in _SYSTEMS:
        parts.insert(0, "linux")
    system, architecture, variant = (*parts, "", "")[:3]
    architecture, variant = _ALIASES.get(architecture, (architecture, variant))
    if not all(parts) or len(parts) > 3 or architecture not in ("", *_ARCHITECTURES):
        near = nearest(architecture, _ARCHITECTURES)
        hint = f"did you mean linux/{near}?" if near else "write linux/amd64"
        raise ResourceError(f"{attribute}: invalid platform {written!r}", hint)
    variant = f"v{variant[1:] if variant.startswith('v') else variant}" if variant else ""
    if variant == _USUAL_VARIANTS.get(architecture):
        variant = ""
    return "/".join(part for part in (system, architecture, variant) if part)


def match(first: str, second: str) -> bool:
    """Return whether two platforms are the same: ``linux``, ``linux/arm64``, ``linux/arm64/v8``.

    An empty one matches any. Images often omit the variant: only parts that both have are compared.
    """
    parts = zip(first.split("/"), second.split("/"))
    return not first or not second or all(one == other for one, other in parts)


def familiar(text: str) -> str:
    """Return a reference in one canonical, short form; an image ID or an invalid text as it is."""
    if is_id(text):
        return text
    try:
        return str(parse(text))
    except ResourceError:
        return text


def is_id(text: str) -> bool:
    """Return whether it is an image ID, as engines record for ``docker run ID``."""
    return bool(_ID.fullmatch(text))
