# SPDX-License-Identifier: GPL-3.0-or-later
"""Explains git's error output in one line that is the same in each turn."""

from __future__ import annotations

import re
from urllib.parse import quote

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import (
    explained,
    named_in,
)
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import MASK
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line

#: The output of git, ssh and curl, and the messages for it. The first match is used.
_MEANINGS = (
    (
        r"could not resolve host|name or service not known|temporary failure in name resolution",
        "the host name cannot be resolved; check the URL and the DNS",
    ),
    (
        r"host key verification failed",
        "the SSH host key is unknown or has changed; check it, and add it to known_hosts",
    ),
    (
        r"dubious ownership",
        "the repository belongs to another user; trust it with `git config --global --add"
        " safe.directory PATH`",
    ),
    (
        r"authentication failed|could not read (username|password)|permission denied"
        r"|terminal prompts disabled|invalid (username|credentials)|access denied|error: 40[13]\b"
        r"|http basic",
        "access denied; check the SSH key or the credential helper of the watcher's user",
    ),
    (
        r"certificate|ssl|tls",
        "the TLS connection failed; check the server's certificate",
    ),
    (
        r"repository .*not found|not found|does not appear to be a git repository"
        r"|no such file or directory|does not exist|not a git repository|not exported|error: 404\b",
        "the repository does not exist or cannot be read; check the URL and the permissions",
    ),
    (
        r"connection refused|timed out|no route to host|network is unreachable|failed to connect"
        r"|couldn't connect|could not connect|connect to host|unable to connect"
        r"|connection (was )?(reset|closed)",
        "the server cannot be reached",
    ),
    (r"transport '.*' not allowed", "git is configured not to use this protocol"),
    (r"mismatched algorithms|unknown object format", "the repository's hash is not supported"),
    (
        r"early eof|unexpected disconnect|hung up unexpectedly|rpc failed|recv failure"
        r"|invalid index-pack output|unexpected eof|did not send all necessary objects"
        r"|shallow file has changed",
        "the connection was lost, or the repository is damaged",
    ),
    (
        r"not our ref|fsck error|index-pack failed|unpack-objects failed|bad object|corrupt"
        r"|missing blob|bad pack",
        "the repository is damaged; run `git fsck` on it",
    ),
)
_TIMES = re.compile(r" after \d+ ms")
_LONGEST = 200
#: The shortest secret that is masked; shorter ones occur in other words.
_SHORTEST_SECRET = 4


def meaning(errors: str, secrets: tuple[str, ...]) -> str:
    """Return the explanation. secrets: texts that must not be shown."""
    fault = named_in(errors)
    if fault is not None:
        return explained(fault)
    for pattern, text in _MEANINGS:
        if re.search(pattern, errors, re.I):
            return text
    return f"git failed: {quoted(errors, secrets)}"


def quoted(errors: str, secrets: tuple[str, ...]) -> str:
    """Return the most telling line of git's errors."""
    lines = [line.strip() for line in errors.split("\n") if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    line = (fatal or lines or ["it printed no error"])[-1]
    for secret in secrets:
        for form in (secret, quote(secret, safe="")):
            if len(form) >= _SHORTEST_SECRET:
                line = line.replace(form, MASK)
    return one_line(_TIMES.sub("", line))[:_LONGEST]
