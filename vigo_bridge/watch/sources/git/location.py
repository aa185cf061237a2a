# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the URL of a repository, the name of a branch or tag, and a folder in the repository."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.failures import WrongUsage

_SCHEMES = ("https", "http", "ssh", "git", "file")
#: URL schemes that do not authenticate the server.
_UNPROTECTED = ("http", "git")
_HELPER = re.compile(r"[A-Za-z0-9+.-]+::")
_SCP = re.compile(r"(?:(?P<user>[^@/:]*)@)?(?P<host>\[[^\]]*\]|[^/:@]*):(?P<path>.*)", re.S)
_EXPECTED = "expected a URL such as https://HOST/PATH, USER@HOST:PATH, or the path of a folder"
_LONGEST = 2000
#: What git does not allow in the name of a branch or tag.
_BAD_REF = re.compile(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.@]$|^[-/]|[/.]$|/\.|^\.|\.lock(?:/|$)"
)
_REF_KINDS = ("refs/heads/", "refs/tags/")


@dataclass(frozen=True)
class Credentials:
    """The credentials in a URL. They are passed on only in the environment."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class Location:
    """A repository. url: without credentials, as git gets it. parts: of its path."""

    url: str
    scheme: str
    parts: tuple[str, ...]
    credentials: Credentials | None = None

    @property
    def is_unprotected(self) -> bool:
        """Whether anyone on the network can change what is fetched."""
        return self.scheme in _UNPROTECTED

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that no message may show."""
        found = self.credentials
        return tuple(filter(None, (found.password, found.user))) if found else ()


def location(text: str) -> Location:
    """Return the repository that a user names. Raise WrongUsage, without credentials in it."""
    if not text.strip() or text.startswith("-") or not text.isprintable() or len(text) > _LONGEST:
        raise _wrong("", "it is empty, too long, begins with - or contains control characters")
    if _HELPER.match(text):
        raise _wrong("", "programs as transports, such as ext::, are not supported")
    if "://" in text:
        return _of_url(text)
    scp = _SCP.fullmatch(text)
    if scp is None:
        path = Path(text).absolute()
        return Location(str(path), "file", _parts(str(path)))
    if not scp["host"] or _is_option(scp["user"], scp["host"], scp["path"]) or " " in scp["host"]:
        raise _wrong(text, "the host is missing, or a part of it begins with -")
    return Location(text, "ssh", _parts(scp["path"]))


def _of_url(text: str) -> Location:
    scheme = text.partition("://")[0].lower()
    if scheme not in _SCHEMES:
        raise _wrong(
            "", f"unsupported protocol {one_line(scheme)!r:.40}; use {', '.join(_SCHEMES)}"
        )
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        raise _wrong("", "invalid host or port") from None
    if url.query or url.fragment or "?" in text or "#" in text:
        raise _wrong("", "a query or fragment is not supported: encode ? as %3F and # as %23")
    if " " in text:
        raise _wrong("", "encode the space as %20")
    if scheme == "file":
        if host not in (None, "", "localhost") or not url.path.startswith("/"):
            raise _wrong("", "file:// requires an absolute path: file:///PATH")
        return Location(f"file://{url.path}", scheme, _parts(unquote(url.path)))
    if not host or _is_option(url.username, host, url.path):
        raise _wrong("", "the host is missing, or a part of the URL begins with -")
    plain = url._replace(scheme=scheme, netloc=url.netloc.rpartition("@")[2])
    parts = _parts(unquote(url.path))
    if scheme in ("https", "http"):
        return Location(plain.geturl(), scheme, parts, _credentials(url))
    if url.password is not None:
        raise _wrong("", f"a password is not used with {scheme}://: use a key, and remove it")
    return Location(url._replace(scheme=scheme).geturl(), scheme, parts)


def _credentials(url: SplitResult) -> Credentials | None:
    if url.username is None and url.password is None:
        return None
    found = Credentials(unquote(url.username or ""), unquote(url.password or ""))
    if not (found.user + found.password).isprintable():
        raise _wrong("", "the credentials contain control characters")
    return found


def _is_option(*parts: str | None) -> bool:
    return any(part is not None and part.startswith("-") for part in parts)


def _parts(path: str) -> tuple[str, ...]:
    """Return the components of a repository's path, without meaningless ones."""
    names = [name for name in path.split("/") if name not in ("", ".", "..", ".git", "~")]
    if names:
        names[-1] = names[-1].removesuffix(".git") or names[-1]
    return tuple(names)


def _wrong(text: str, reason: str) -> WrongUsage:
    shown = f" {one_line(text)!r:.80}" if text else ""
    return WrongUsage(f"--git{shown}: invalid repository: {reason}; {_EXPECTED}")


def reference(text: str | None) -> str | None:
    """Return the name of a branch or tag as the user writes it; None for the default branch.

    Raise WrongUsage.
    """
    if text is None or text == "HEAD":
        return None
    is_other = text.startswith("refs/") and not text.startswith(_REF_KINDS)
    if not text or is_other or not text.isprintable() or _BAD_REF.search(text) or len(text) > 255:
        raise WrongUsage(
            f"--ref {one_line(text)!r:.80}: expected the name of a branch or tag, such as main or"
            " v1.2.0"
        )
    return text


def subfolder(text: str | None) -> PurePosixPath:
    """Return a folder in the repository. Raise WrongUsage for one outside of it."""
    path = PurePosixPath(text or ".")
    is_hidden_git = any(part.lower() == ".git" for part in path.parts)
    if path.is_absolute() or ".." in path.parts or is_hidden_git or not str(path).isprintable():
        raise WrongUsage(
            f"--path {one_line(text or '')!r:.80}: expected a folder in the repository, without .."
            " and relative to its top"
        )
    return path
