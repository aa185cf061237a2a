# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths and the formats of the repositories of each package manager. Pure."""

from __future__ import annotations

from typing import Callable, Mapping, Tuple

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from .openpgp import armored
from .spec import RepositorySpec
from .written import Written

_APT = "/etc/apt/sources.list.d"
_LIST, _DEB822 = ".list", ".sources"


@dataclass(frozen=True)
class Piece:
    """A file. data: None if it must not exist."""

    path: str
    data: bytes | None


def _as_it_is(packets: bytes) -> bytes:
    return packets


@dataclass(frozen=True)
class Layout:
    """keys: the folder of keys, and the prefix and suffix of their file names.

    folder: the folder of repository files. extra: default options of a section. import_key: a
    command that makes the package manager accept a key; the path of the key is appended. has_index:
    whether a command fetches the index of a repository.
    """

    folder: str
    keys: Tuple[str, str, str]
    key_form: Callable[[bytes], bytes] = _as_it_is
    extra: Mapping[str, str] | None = None
    import_key: Tuple[str, ...] = ()
    has_index: bool = False

    def key_path(self, name: str) -> str:
        folder, prefix, suffix = self.keys
        return f"{folder}/{prefix}{name}{suffix}"

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes that the names of the files can have."""
        return (_DEB822, _LIST) if self.has_index else (".repo",)

    def suffix(self, spec: RepositorySpec) -> str:
        """Return the suffix of the name of the file."""
        return _LIST if self.has_index and spec.form == "list" else self.suffixes[0]

    def text(self, spec: RepositorySpec, written: Written, key_path: str) -> str:
        """Return the content of the file. key_path: empty for no key. Raise ResourceError."""
        if self.has_index != written.is_for_apt:
            kind = "apt" if self.has_index else "RPM packages"
            raise ResourceError(
                f"repo is not a repository for {kind}, which this host uses",
                "write a repo for each kind of host, for example with"
                ' case: "{{ .Traits.os.family }}"',
            )
        if not self.has_index:
            return written.as_ini(spec.name, key_path, spec.is_enabled, self.extra or {})
        if spec.form == "list":
            return written.as_list(key_path, spec.is_enabled)
        return written.as_deb822(key_path, spec.is_enabled)

    def pieces(self, spec: RepositorySpec, packets: bytes | None) -> tuple[Piece, ...]:
        """Return the files in the order in which they are to be written; the key comes first.

        packets: the key. Raise ResourceError.
        """
        key_path = self.key_path(spec.name)
        if spec.written is None:
            paths = [f"{self.folder}/{spec.name}{suffix}" for suffix in self.suffixes]
            return tuple(Piece(path, None) for path in (*paths, key_path))
        own = self.suffix(spec)
        text = self.text(spec, spec.written, key_path if packets else "")
        key = [Piece(key_path, self.key_form(packets))] if packets else []
        unused = [] if packets else [Piece(key_path, None)]
        others = [
            Piece(f"{self.folder}/{spec.name}{suffix}", None)
            for suffix in self.suffixes
            if suffix != own
        ]
        return (*key, Piece(f"{self.folder}/{spec.name}{own}", text.encode()), *others, *unused)


_RPM_KEYS = ("/etc/pki/rpm-gpg", "RPM-GPG-KEY-vigo-", "")
_DNF = Layout("/etc/yum.repos.d", _RPM_KEYS, armored)
LAYOUTS: Mapping[str, Layout] = {
    "apt": Layout(_APT, ("/etc/apt/keyrings", "", ".gpg"), has_index=True),
    "dnf": _DNF,
    "dnf5": _DNF,
    "zypper": Layout(
        "/etc/zypp/repos.d",
        _RPM_KEYS,
        armored,
        extra={"autorefresh": "1"},
        import_key=("rpm", "--import"),
    ),
}


def layout_of(manager: str) -> Layout:
    """Return the layout for a package manager. Raise ResourceError."""
    if manager not in LAYOUTS:
        raise ResourceError(
            f"repository is not supported with {manager}",
            'remove it for such hosts, for example with case: "{{ .Traits.os.family }}"',
        )
    return LAYOUTS[manager]
