# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the git program: without questions, hooks and foreign settings, with a time limit, and with
bounded output.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.watch.sources.git.guard import GRACE, guarded
from vigo_bridge.watch.sources.git.location import Location

#: Variables of the user that control the connection and the configuration. All others would
#: change what git does: where its files are, which programs it starts, what it logs.
_KEPT = (
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_ASKPASS",
    "GIT_PROXY_COMMAND",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_SSL_",
    "GIT_HTTP_",
)
_OPTIONS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
    "fetch.bundleURI=",
    "transfer.bundleURI=false",
    "submodule.recurse=false",
    "gc.autoDetach=false",
    "maintenance.autoDetach=false",
    "protocol.allow=never",
)
_ALLOWED = ("https", "ssh")
#: A credential helper that returns the credentials in the environment, and stores nothing.
_HELPER = (
    '!f() { test "$1" = get || exit 0;'
    ' printf "username=%s\\npassword=%s\\n"'
    ' "$VIGO_BRIDGE_GIT_USER" "$VIGO_BRIDGE_GIT_PASSWORD"; }; f'
)
_LARGEST_ERRORS = 1 << 16
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Finished:
    """A call that ended. output: standard output. errors: the end of the other one."""

    status: int
    output: bytes
    errors: str


class TooLong(Exception):
    """Git did not end in time."""


class TooMuch(Exception):
    """Git printed more than the limit."""


class NoGit(Exception):
    """The git program cannot be run."""


class Git:
    """Git for one bare repository of our own."""

    def __init__(self, folder: Path, location: Location) -> None:
        """Use a folder. location: where commits come from."""
        self.folder = folder
        self._location = location

    def run(
        self, *words: str, timeout: float, largest: int, stdin: bytes = b"", network: bool = False
    ) -> Finished:
        """Run git with these words. Raise TooLong, TooMuch and NoGit.

        timeout: in seconds. largest: bytes on standard output. network: whether it may connect.
        """
        command = ["git", *self._options(network), f"--git-dir={self.folder}", *words]
        if network:
            command = guarded(command)
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            try:
                process = subprocess.Popen(
                    command,
                    stdin=given,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=self._environment(network),
                    # Without a terminal, nothing can ask a question.
                    start_new_session=True,
                )
            except OSError as error:
                raise NoGit(error.strerror) from error
        with process:
            try:
                return _finished(process, time.monotonic() + timeout, largest)
            finally:
                _end(process)

    def _options(self, network: bool) -> Iterable[str]:
        allowed = {*_ALLOWED, self._location.scheme} if network else ()
        for option in (*_OPTIONS, *(f"protocol.{name}.allow=always" for name in sorted(allowed))):
            yield "-c"
            yield option

    def _environment(self, network: bool) -> Mapping[str, str]:
        found = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GIT_", "LANG", "LC_", "SSH_ASKPASS")) or name.startswith(_KEPT)
        }
        found |= {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "SSH_ASKPASS_REQUIRE": "never",
            "LC_ALL": "C.UTF-8",
        }
        credentials = self._location.credentials
        if network and credentials is not None:
            found["VIGO_BRIDGE_GIT_USER"] = credentials.user
            found["VIGO_BRIDGE_GIT_PASSWORD"] = credentials.password
            # The empty value removes the user's helpers, which would store credentials.
            _configure(found, "credential.helper", "")
            _configure(found, "credential.helper", _HELPER)
        return found


def _configure(environment: dict[str, str], key: str, value: str) -> None:
    count = environment.get("GIT_CONFIG_COUNT", "")
    number = int(count) if count.isdecimal() else 0
    environment["GIT_CONFIG_COUNT"] = str(number + 1)
    environment[f"GIT_CONFIG_KEY_{number}"] = key
    environment[f"GIT_CONFIG_VALUE_{number}"] = value


def _finished(process: subprocess.Popen[bytes], deadline: float, largest: int) -> Finished:
    """Return what a process prints until it ends. Raise TooLong and TooMuch."""
    output, errors = bytearray(), bytearray()
    assert process.stdout is not None
    assert process.stderr is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, output)
        selector.register(process.stderr, selectors.EVENT_READ, errors)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TooLong
            for key, _ in selector.select(left):
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                key.data.extend(chunk)
            if len(output) > largest:
                raise TooMuch
            del errors[:-_LARGEST_ERRORS]
    try:
        status = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise TooLong from None
    return Finished(status, bytes(output), errors.decode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started: git first removes its temporary files."""
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
