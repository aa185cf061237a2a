# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of ``repo``, and the content of the file for each. Pure.

For apt, ``repo`` has lines or sections; for dnf and zypper, an address or a section.
"""

from __future__ import annotations

import configparser
import re
from typing import Mapping, Sequence, Tuple

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...common.suggest import did_you_mean_or_one_of

_HEAD = "# Managed by vigo.bridge; changes are overwritten.\n"
_LINE = re.compile(r"(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+\S+)*)\s*")
_COMMENT = re.compile(r"\s#.*")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_FIELD = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*):(.*)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: The options of a line, and the fields of a section that mean the same. In a line, several values
#: are separated by commas.
_OPTIONS: Mapping[str, str] = {
    "arch": "Architectures",
    "lang": "Languages",
    "target": "Targets",
    "pdiffs": "PDiffs",
    "by-hash": "By-Hash",
    "allow-insecure": "Allow-Insecure",
    "allow-weak": "Allow-Weak",
    "allow-downgrade-to-insecure": "Allow-Downgrade-To-Insecure",
    "trusted": "Trusted",
    "signed-by": "Signed-By",
    "check-valid-until": "Check-Valid-Until",
    "valid-until-min": "Valid-Until-Min",
    "valid-until-max": "Valid-Until-Max",
    "check-date": "Check-Date",
    "date-max-future": "Date-Max-Future",
    "inrelease-path": "InRelease-Path",
    "snapshot": "Snapshot",
}
_SIGNED = "signed-by"
_NEEDED = ("Types", "URIs", "Suites")
_EXAMPLE = "write a line such as 'deb https://deb.example.com stable main'"


@dataclass(frozen=True)
class Written:
    """A repository as it is written in a stack. Subclasses know the package managers that it is
    for.

    is_for_apt: whether it is for apt; otherwise it is for managers of RPM packages.
    """

    is_for_apt = False

    def check(self, form: str, has_key: bool) -> None:
        """Raise ResourceError if it conflicts with another attribute."""
        if form != "auto":
            raise ResourceError(
                f"format {form} is supported only with repositories for apt",
                _EXAMPLE,
                place=("format",),
            )

    def as_list(self, key: str, is_enabled: bool) -> str:
        """Return a file for apt with one line for each source. key: the path of the key, or
        empty.
        """
        raise NotImplementedError

    def as_deb822(self, key: str, is_enabled: bool) -> str:
        """Return a file for apt with one section for each source. key: as in ``as_list``."""
        raise NotImplementedError

    def as_ini(self, name: str, key: str, is_enabled: bool, extra: Mapping[str, str]) -> str:
        """Return the file for dnf or zypper. extra: defaults for options that are not written."""
        raise NotImplementedError


@dataclass(frozen=True)
class Line:
    """A line for apt. options: in their order."""

    kind: str
    options: Tuple[Tuple[str, str], ...]
    address: str
    suite: str
    components: Tuple[str, ...]


@dataclass(frozen=True)
class Lines(Written):
    lines: Tuple[Line, ...]

    is_for_apt = True

    def check(self, form: str, has_key: bool) -> None:
        _refuse_two_keys(has_key, any(_SIGNED in dict(line.options) for line in self.lines))

    def as_list(self, key: str, is_enabled: bool) -> str:
        text = _HEAD
        for line in self.lines:
            options = [*line.options, *([(_SIGNED, key)] if key else [])]
            shown = " ".join(f"{name}={value}" for name, value in options)
            words = [line.kind, *([f"[{shown}]"] if options else []), line.address, line.suite]
            text += f"{'' if is_enabled else '# '}{' '.join([*words, *line.components])}\n"
        return text

    def as_deb822(self, key: str, is_enabled: bool) -> str:
        sections = []
        for line in self.lines:
            fields = {"Types": line.kind, "URIs": line.address, "Suites": line.suite}
            if line.components:
                fields["Components"] = " ".join(line.components)
            for name, value in line.options:
                fields[_OPTIONS[name]] = value.replace(",", " ")
            sections.append(tuple(fields.items()))
        return _sections(sections, key, is_enabled)


@dataclass(frozen=True)
class Sections(Written):
    """Sections of deb822. Values keep their line breaks."""

    sections: Tuple[Tuple[Tuple[str, str], ...], ...]

    is_for_apt = True

    def check(self, form: str, has_key: bool) -> None:
        if form == "list":
            raise ResourceError(
                "format list requires deb lines, but repo has fields", _EXAMPLE, place=("format",)
            )
        names = {name.lower() for section in self.sections for name, _value in section}
        _refuse_two_keys(has_key, _SIGNED in names)

    def as_deb822(self, key: str, is_enabled: bool) -> str:
        return _sections(self.sections, key, is_enabled)


@dataclass(frozen=True)
class Address(Written):
    """The address of a repository of RPM packages."""

    address: str

    def as_ini(self, name: str, key: str, is_enabled: bool, extra: Mapping[str, str]) -> str:
        return _ini(name, {"name": name, "baseurl": self.address}, key, is_enabled, extra)


@dataclass(frozen=True)
class Ini(Written):
    """A section of a repository of RPM packages. name: the text in brackets."""

    name: str
    options: Tuple[Tuple[str, str], ...]

    def check(self, form: str, has_key: bool) -> None:
        super().check(form, has_key)
        _refuse_two_keys(has_key, "gpgkey" in dict(self.options))

    def as_ini(self, name: str, key: str, is_enabled: bool, extra: Mapping[str, str]) -> str:
        if self.name != name:
            raise ResourceError(
                f"repo: its section is [{self.name}], but the repository is {name}",
                "use the same name",
                place=("repo",),
            )
        return _ini(name, {"name": name, **dict(self.options)}, key, is_enabled, extra)


def read(text: str) -> Written:
    """Parse ``repo``. Raise ResourceError."""
    text = text.replace("\r\n", "\n").strip("\n")
    if not text.strip():
        raise ResourceError("repo is missing or empty", "add a deb line, a base URL, or a section")
    if _CONTROL.search(text.replace("\t", " ")):
        raise ResourceError("repo contains a control character", "remove it")
    lines = [line for line in text.split("\n") if line.strip() and line.lstrip()[0] != "#"]
    first = lines[0].strip() if lines else ""
    if first.startswith("["):
        return _read_ini(text)
    if re.match(r"deb(-src)?\s", first):
        return Lines(tuple(map(_read_line, lines)))
    if _ADDRESS.fullmatch(text.strip()) and not text.strip().startswith("ppa:"):
        return Address(text.strip())
    if _FIELD.fullmatch(first) and not first.startswith("ppa:"):
        return _read_sections(text)
    raise ResourceError(
        f"repo: invalid repository {first!r}",
        f"{_EXAMPLE} for apt, or a base URL for dnf and zypper",
    )


def _read_line(text: str) -> Line:
    found = _LINE.fullmatch(_COMMENT.sub("", text).strip())
    if not found:
        raise ResourceError(f"repo: invalid line {text.strip()!r}", _EXAMPLE)
    kind, options, address, suite, components = found.groups()
    if not _ADDRESS.fullmatch(address):
        raise ResourceError(f"repo: {address!r} is not a URL", _EXAMPLE)
    words = tuple(components.split())
    if suite.endswith("/") == bool(words):
        problem = "has components after a folder" if words else "has no components"
        raise ResourceError(f"repo: the line for {address} {problem}", _EXAMPLE)
    return Line(kind, tuple(map(_option, (options or "").split())), address, suite, words)


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    name = name.lower()
    if name not in _OPTIONS:
        hint = did_you_mean_or_one_of(name, _OPTIONS)
        raise ResourceError(f"repo: unknown option {name!r}", hint)
    if not equals or not value:
        raise ResourceError(f"repo: option {name!r} has no value", f"write {name}=VALUE")
    return name, value


def _read_sections(text: str) -> Sections:
    sections = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields: list[tuple[str, str]] = []
        for line in paragraph.split("\n"):
            if line.startswith("#") or not line.strip():
                continue
            if line[0] in " \t" and fields:
                name, value = fields.pop()
                fields.append((name, f"{value}\n {line.strip()}"))
                continue
            found = _FIELD.fullmatch(line)
            if not found:
                raise ResourceError(f"repo: {line!r} is not a field", "write NAME: VALUE")
            fields.append((found[1], found[2].strip()))
        if not fields:
            continue
        names = [name.lower() for name, _value in fields]
        for name in _NEEDED:
            if name.lower() not in names:
                raise ResourceError(f"repo: a section has no {name}", f"add {name}:")
        for name in names:
            if names.count(name) > 1:
                raise ResourceError(f"repo: duplicate field {name!r}", "remove one of them")
        sections.append(tuple(fields))
    return Sections(tuple(sections))


def _sections(sections: Sequence[Sequence[tuple[str, str]]], key: str, is_enabled: bool) -> str:
    texts = []
    for section in sections:
        fields = list(section)
        if not is_enabled:
            fields = [pair for pair in fields if pair[0].lower() != "enabled"]
            fields.append(("Enabled", "no"))
        if key:
            fields.append(("Signed-By", key))
        texts.append("".join(f"{name}:{_spaced(value)}\n" for name, value in fields))
    return _HEAD + "\n".join(texts)


def _spaced(value: str) -> str:
    return f" {value}" if value and not value.startswith("\n") else value


def _read_ini(text: str) -> Ini:
    parser = configparser.RawConfigParser(delimiters=("=", ":"), comment_prefixes=("#", ";"))
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    try:
        parser.read_string(text)
    except configparser.Error as error:
        reason = str(error).split("\n", maxsplit=1)[0].replace("'<string>'", "repo").rstrip(".")
        raise ResourceError(
            f"repo: invalid section: {reason}", "write [NAME], then KEY=VALUE"
        ) from None
    names = parser.sections()
    if len(names) != 1:
        raise ResourceError(
            f"repo has {len(names)} sections ({', '.join(names)})",
            "write a resource for each of them",
        )
    return Ini(names[0], tuple(parser.items(names[0])))


def _ini(
    name: str, options: Mapping[str, str], key: str, is_enabled: bool, extra: Mapping[str, str]
) -> str:
    found = {**options}
    for option, value in extra.items():
        found.setdefault(option, value)
    if not is_enabled or "enabled" not in found:
        found["enabled"] = "1" if is_enabled else "0"
    if key:
        found.setdefault("gpgcheck", "1")
        found["gpgkey"] = f"file://{key}"
    lines = [f"{option}={_indented(value)}" for option, value in found.items()]
    return "\n".join([f"{_HEAD}[{name}]", *lines, ""])


def _indented(value: str) -> str:
    return value.replace("\n", "\n  ")


def _refuse_two_keys(has_key: bool, is_written: bool) -> None:
    if has_key and is_written:
        raise ResourceError(
            "key_url cannot be combined with a key in repo",
            "remove one of them",
            place=("key_url",),
        )
