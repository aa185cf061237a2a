# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One mount of a container, in the one form that all notations are read into."""

from __future__ import annotations

from ....common.dataclass import dataclass

BIND, VOLUME, TMPFS, IMAGE = TYPES = ("bind", "volume", "tmpfs", "image")
PROPAGATION = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})
RELABELLING = frozenset({"z", "Z"})
NO_COPY = "nocopy"
CREATES_PATH = "bind-create-src"
RECURSIVE, SUBPATH = "bind-recursive", "subpath"
#: Options that can follow the path in the short form.
SHORT = PROPAGATION | RELABELLING | {NO_COPY}
#: Options that only matter when the engine creates the path or the volume.
_OF_CREATION = (CREATES_PATH, "volume-driver=", "volume-opt=", "volume-label=")


@dataclass(frozen=True, order=True)
class Mount:
    """One mount.

    source: an absolute host path, a volume's name, an image, or empty (tmpfs, anonymous volume).
    options: sorted words besides ro and rw: those of the short form (propagation, ``nocopy``,
    SELinux's ``z`` and ``Z``), or as in ``docker run --mount``, such as ``volume-subpath=a/b``.
    kind: ``tmpfs`` or ``image``; empty if the source says which type it is.
    """

    target: str
    source: str = ""
    read_only: bool = False
    options: tuple[str, ...] = ()
    kind: str = ""

    @property
    def type(self) -> str:
        return self.kind or (BIND if self.source.startswith("/") else VOLUME)

    @property
    def is_bind(self) -> bool:
        return self.type == BIND

    @property
    def is_volume(self) -> bool:
        return self.type == VOLUME

    @property
    def is_image(self) -> bool:
        return self.kind == IMAGE

    @property
    def is_anonymous(self) -> bool:
        return self.is_volume and not self.source

    @property
    def propagation(self) -> str:
        return next((word for word in self.options if word in PROPAGATION), "")

    @property
    def recursive(self) -> str:
        """``disabled``, ``writable`` or ``readonly``; empty for the engine's default."""
        return self.value(RECURSIVE)

    @property
    def subpath(self) -> str:
        return self.value(f"{self.type}-{SUBPATH}")

    @property
    def creates_path(self) -> bool:
        """Whether a missing path of the host is created."""
        return CREATES_PATH in self.options

    @property
    def needs_path(self) -> bool:
        """Whether its source must be there."""
        return self.is_bind and not self.creates_path

    @property
    def is_of_binds(self) -> bool:
        """Whether the API's older ``Binds`` must be used: only it relabels, and creates paths on
        all engines.
        """
        relabels = bool(RELABELLING.intersection(self.options))
        return relabels or (self.creates_path and not self.recursive)

    @property
    def has_colon(self) -> bool:
        """Whether its paths cannot be written in the short form."""
        return ":" in f"{self.source}{self.target}"

    @property
    def in_use(self) -> tuple[str, ...]:
        """The options that a container has, without those for the creation of a source."""
        return tuple(word for word in self.options if not word.startswith(_OF_CREATION))

    def value(self, name: str) -> str:
        """Return the value of an option; empty without it."""
        return next(iter(self.values(name)), "")

    def values(self, name: str) -> list[str]:
        """Return the values of an option that can be repeated."""
        found = (word.partition("=") for word in self.options)
        return [value for word, equals, value in found if word == name and equals]

    def pairs(self, name: str) -> dict[str, str]:
        """Return the values of an option that are each ``NAME=VALUE``."""
        found = (value.partition("=") for value in self.values(name))
        return {key: value for key, _equals, value in found}

    def short(self) -> str:
        """Return the short form, without what it cannot express."""
        words = (("ro",) if self.read_only else ()) + self.options
        shown = [word for word in words if word == "ro" or word in SHORT]
        parts = [part for part in (self.source, self.target) if part]
        return ":".join([*parts, ",".join(shown)] if shown else parts)

    def __str__(self) -> str:
        """Return the short form; as in ``docker run --mount`` if there is none."""
        if not (self.kind or self.has_colon) and SHORT.issuperset(self.options):
            return self.short()
        fields = [f"type={self.type}"]
        fields += [f"source={self.source}"] if self.source else []
        fields += [f"target={self.target}"]
        fields += ["readonly"] if self.read_only and not self.is_image else []
        return ",".join(map(_quoted, [*fields, *map(self._flag, self.options)]))

    def _flag(self, word: str) -> str:
        if word in PROPAGATION:
            return f"bind-propagation={word}"
        if word in RELABELLING:
            return f"bind-selinux={word}"
        return "volume-nocopy" if word == NO_COPY else word


def _quoted(field: str) -> str:
    """Return a field of comma-separated values."""
    if not set(field) & set(',"\r\n'):
        return field
    return '"' + field.replace('"', '""') + '"'
