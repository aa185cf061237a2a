# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values are secrets, judged by their names and forms."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(?:^|[_.-])(?:\w*passw(?:or)?d|passwd|pwd|pass|passphrase|\w*secret|\w*token|credentials?"
    r"|api_?key|private_?key|secret_?key|access_?key|encryption_?key|signing_?key|master_?key"
    r"|app_?key|auth_?key)(?:$|[_.-])",
    re.IGNORECASE,
)
#: A name of a file, or of a property of a secret, is not a secret.
_ABOUT = re.compile(
    r"(?:_FILE|_PATH|_DIR|_URL|_URI|_NAME|_LENGTH|_TTL|_EXPIRY|_EXPIRES|_LIFETIME|_HEADER|_TYPE"
    r"|_ID|_ALGORITHM)$",
    re.IGNORECASE,
)
_ALLOWS = re.compile(r"(?:^|_)(?:ALLOW|DISABLE|ENABLE|REQUIRE|RANDOM|EMPTY|USE)_", re.IGNORECASE)
_HARMLESS = re.compile(r"(?:true|false|yes|no|on|off|null|none|\d{0,3})", re.IGNORECASE)
#: Variables of every shell: folders.
_FOLDERS = frozenset({"PWD", "OLDPWD"})
#: A path, which is not a secret: base64 can begin with a slash, so most need a usual first folder.
_PATH = re.compile(
    r"(?:~|\.\.?|/(?:data|docker|etc|home|media|mnt|opt|root|run|srv|tmp|usr|var))(?:/[\w.@+-]+)+/?"
    r"|(?:/[\w.@+-]+)+/\.?(?:password|passwd|secret|token|credential)s?(?:\.\w{1,8})?/?"
)
#: Longer names are not searched, because that would take long.
_LONGEST_NAME = 256
#: A text that a shell of the container replaces.
_SHELL = re.compile(r"[\"']?(?:\$[A-Za-z_{(]|`)")
#: A password in an address: scheme://user:password@host.
_ADDRESS = re.compile(
    r"(?<![A-Za-z])[A-Za-z][A-Za-z0-9+.-]{0,30}://[^/\s:@]*:(?P<password>[^/\s@]+)@"
)
#: An option of a command line that is followed by a password.
_OPTION = re.compile(
    r"(?P<option>(?<!\S)--?[A-Za-z-]*(?:pass|passwd|password|secret|token|api-?key)[ =]+)"
    r"(?P<value>[^\s-]\S*)",
    re.IGNORECASE,
)


def names_secret(name: str) -> bool:
    """Return whether a variable of this name holds a secret."""
    if name in _FOLDERS or len(name) > _LONGEST_NAME:
        return False
    return bool(_NAME.search(name)) and not _ABOUT.search(name) and not _ALLOWS.search(name)


def may_be_secret(value: str) -> bool:
    """Return whether a value can be a secret: not a switch, a small number or a path."""
    return not _HARMLESS.fullmatch(value) and not _PATH.fullmatch(value)


def is_secret(name: str, value: str) -> bool:
    """Return whether a variable's value is a secret: by its name, or as an address with a
    password.
    """
    if _ADDRESS.search(value):
        return True
    return names_secret(name) and may_be_secret(value)


def has_password(text: str) -> bool:
    """Return whether a text is an address that holds a password."""
    return bool(_ADDRESS.search(text))


def option_values(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each password after an option of a command line."""
    found = _OPTION.finditer(text)
    return [match.span("value") for match in found if is_written_out(match["value"])]


def is_written_out(word: str) -> bool:
    """Return whether a word of a command line is a secret itself, after an option for one."""
    return may_be_secret(word.strip("\"'")) and not _SHELL.match(word)


def is_password_option(word: str) -> bool:
    """Return whether the next word of a command line is a secret."""
    return bool(_OPTION.fullmatch(f"{word} x"))
