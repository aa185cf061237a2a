# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to an engine's socket.

An engine at a Unix socket is reached with the standard library (``unix_socket``), any other with
the docker SDK (``sdk_session``). The single calls are in ``types/container/engine``.
"""

from __future__ import annotations

import base64
import errno
import http.client
import json
import os
import socket
import sys
from typing import Any, Callable, Iterator, Mapping
from urllib.parse import urlencode

from ..common.errors import Blocked, ResourceError
from ..host.background import Background
from ..host.system_errors import named_in, reason
from .address import address, has_docker_config
from .transport import Transport
from .unix_socket import unix_socket
from .versions import (
    NEWEST_API,
    OLDEST_API,
    api_version,
    as_text,
    common_version,
    podman_version,
)

#: Seconds without a byte after which an engine counts as not responding; ``allowance`` in calls is
#: the additional time that a command may take.
TIMEOUT = 60.0
_PING_TIMEOUT = 20.0
#: Timeout of a credential helper for registries, in seconds.
_HELPER_TIMEOUT = 30.0

#: The exceptions of a broken connection. Those of ``requests`` are all OSError.
_LOST = (OSError, http.client.HTTPException)

_START_HINT = (
    "install one (apt install docker.io, or podman) or start it (systemctl start docker, or"
    " podman.socket), or set docker_host"
)


#: A part of an engine's error, and what to do about it.
_ADVICE = (
    (
        'could not select device driver "cdi"',
        'turn on CDI on the engine: {"features": {"cdi": true}} in daemon.json',
    ),
    (
        "could not select device driver",
        "install the container toolkit of this driver on the engine's host",
    ),
    ("unresolvable CDI devices", "add a file that describes them to /etc/cdi on the engine's host"),
    ("No such container", "create it first, or correct its name"),
)


class Refused(ResourceError):
    """The engine returned an error. said: its message. code: its HTTP status."""

    def __init__(self, said: str, code: int) -> None:
        super().__init__(f"the engine returned an error: {said}; {_advice(said)}")
        found = named_in(said)
        if found is not None and found.errno in (errno.ENOSPC, errno.EDQUOT):
            self.status = Blocked.status
            self.message = (
                f"{reason(found)} where the engine keeps its data ({said}); free some space on it"
                " (docker system df shows what uses it)"
            )
        self.said = said
        self.code = code


class Silent(Blocked):
    """The engine has sent nothing for the time that it was given."""


class Events:
    """The events of an engine, an endless stream of lines. answer: that stream."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[Any]:
        return (json.loads(line) for line in self._answer.iter_lines() if line.strip())

    def close(self) -> None:
        """End the iteration, from any thread."""
        self._answer.close()


class Connection:
    """One engine.

    Raises Blocked at once when it does not answer, or has no version of the API in common with
    this code. api_version: the newest that both have. podman_version: None on Docker.
    """

    def __init__(self, docker_host: str = "") -> None:
        self.host = address(docker_host)
        self._engine = transport_to(self.host)
        self._prefix = ""
        ping = self.ping()
        self.podman_version = podman_version(ping.headers.get("Server", ""))
        self.is_podman = self.podman_version is not None
        newest = api_version(ping.headers.get("Api-Version", ""))
        # Every version until NEWEST_API is supported by an engine that has no newer one.
        oldest = self._oldest_version() if newest > NEWEST_API else OLDEST_API
        self.api_version = common_version(self.host, oldest, newest)
        self._prefix = "/v" + as_text(self.api_version)

    def ping(self) -> Any:
        """Return the engine's response. Raise Blocked if there is none."""
        return self._send("GET", "/_ping", timeout=_PING_TIMEOUT)

    def call(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        allowance: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send one request, and return its JSON, or its text. Raise Refused or Blocked."""
        timeout = TIMEOUT + allowance
        answer = self._send(method, self._prefix + path, params, body, headers, timeout=timeout)
        return self._content(answer)

    def call_libpod(self, method: str, path: str, timeout: float = TIMEOUT) -> Any:
        """Send one request of Podman's own API, which has versions of its own."""
        return self._content(self._send(method, f"/v4.0.0/libpod{path}", timeout=timeout))

    def find(self, path: str) -> Any:
        """Return the response to a GET, or None if the object does not exist."""
        try:
            return self.call("GET", path)
        except Refused as error:
            if error.code == 404:
                return None
            raise

    def stream(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str], timeout: float
    ) -> Iterator[dict[str, Any]]:
        """Send a POST, and yield its response, one JSON object a line. timeout: seconds of
        silence.
        """
        answer = self._stream("POST", path, params, headers, timeout, silence=timeout)
        try:
            for line in answer.iter_lines():
                if line.strip():
                    yield json.loads(line)
        except ValueError as error:
            raise self._unexpected() from error
        except _LOST as error:
            raise self._unreachable(error) from error
        finally:
            answer.close()

    def content(self, path: str, params: Mapping[str, Any]) -> Iterator[bytes]:
        """Yield the response to a GET in chunks: it may be longer than memory.

        Raise Refused and Blocked.
        """
        answer = self._stream("GET", path, params, None, TIMEOUT, silence=TIMEOUT)
        try:
            yield from answer.iter_chunks()
        except _LOST as error:
            raise self._unreachable(error) from error
        finally:
            answer.close()

    def events(self, filters: Mapping[str, Any]) -> Events:
        """Return the events from now on."""
        params = {"filters": json.dumps(filters)}
        return Events(self._stream("GET", "/events", params, None, TIMEOUT, silence=None))

    def converse(self, path: str, body: Any, given: bytes) -> Iterator[bytes]:
        """Start a program with a POST, send its input, and yield its output; empty bytes from time
        to time.

        Raise Refused or Blocked.
        """
        target = self._prefix + path
        program = self._answer(
            lambda: self._engine.converse(target, TIMEOUT, body, has_input=bool(given))
        )
        try:
            yield from program.exchange(given)
        except _LOST as error:
            raise self._unreachable(error) from error
        finally:
            program.close()

    def credentials(self, registry: str) -> tuple[dict[str, Any] | None, str]:
        """Return the credentials in this user's Docker config for a registry, and a warning or an
        empty text.

        A missing credential helper must not fail a pull that needs no credentials.
        """
        if not has_docker_config():
            return None, ""
        from . import sdk  # slow to load

        docker = sdk.imported()
        try:
            # The SDK waits for a credential helper without any limit.
            found = Background(lambda: docker.auth.load_config().resolve_authconfig(registry))
            return found.result(_HELPER_TIMEOUT), ""
        except (docker.errors.DockerException, ValueError, KeyError, OSError) as error:
            return None, (
                f"the Docker config's credentials for {registry} cannot be used"
                f" ({type(error).__name__}); pulling without a login"
            )

    def _oldest_version(self) -> tuple[int, int]:
        found = self._content(self._send("GET", "/version", timeout=_PING_TIMEOUT))
        return api_version(str(found.get("MinAPIVersion", "")) if isinstance(found, dict) else "")

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float,
    ) -> Any:
        target = _with(path, params)
        return self._answer(lambda: self._engine.request(method, target, timeout, headers, body))

    def _stream(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any],
        headers: Mapping[str, str] | None,
        timeout: float,
        silence: float | None,
    ) -> Any:
        """Return a response by lines. timeout: seconds until it begins. silence: seconds without
        a byte.
        """
        target = _with(self._prefix + path, params)
        return self._answer(lambda: self._engine.stream(method, target, timeout, headers, silence))

    def _answer(self, ask: Callable[[], Any]) -> Any:
        try:
            answer = ask()
        except _LOST as error:
            raise self._unreachable(error) from error
        if answer.status_code >= 400:
            raise Refused(_message(answer), answer.status_code)
        return answer

    def _content(self, answer: Any) -> Any:
        if "json" not in answer.headers.get("Content-Type", "") or not answer.content:
            return answer.content
        try:
            return answer.json()
        except ValueError as error:
            raise self._unexpected() from error

    def _unexpected(self) -> Blocked:
        return Blocked(
            f"unexpected response from {self.host}: not a Docker API; check its log, and any proxy"
            " between this host and the engine"
        )

    def _unreachable(self, error: Exception) -> Blocked:
        cause = _operating_system_error(error)
        if isinstance(cause, PermissionError):
            return Blocked(
                f"no permission on the engine's socket {self.host}: use become, or add the user"
                f" to the docker group and log in again{_engine_of_user(self.host)}"
            )
        if _is_timeout(error):
            return Silent(
                f"the engine at {self.host} stopped responding; check its log, and restart it if it"
                " hangs"
            )
        detail = cause.strerror if cause is not None and cause.strerror else error
        hint = _START_HINT + _engine_of_user(self.host)
        return Blocked(f"no engine responds at {self.host} ({detail}): {hint}")


def transport_to(host: str) -> Transport:
    """Return a transport to the engine at an address."""
    found = unix_socket(host)
    if found is not None:
        return found
    from .sdk_session import SdkSession  # slow to load

    return SdkSession(host, TIMEOUT)


def authorization(credentials: Mapping[str, Any]) -> dict[str, str]:
    """Return the header that carries credentials to a registry."""
    text = json.dumps(dict(credentials)).encode()
    return {"X-Registry-Auth": base64.urlsafe_b64encode(text).decode()}


def _with(path: str, params: Mapping[str, Any] | None) -> str:
    return f"{path}?{urlencode(params)}" if params else path


def _engine_of_user(host: str) -> str:
    """Return a hint to an engine that this user has started ("rootless"), if there is one."""
    for name in ("podman/podman.sock", "docker.sock"):
        own = f"unix:///run/user/{os.geteuid()}/{name}"
        if own != host and os.path.exists(own[len("unix://") :]):
            return f"; this user has an engine: docker_host: {own}"
    return ""


def _is_timeout(error: Exception) -> bool:
    requests = sys.modules.get("requests")
    return isinstance(error, socket.timeout) or (
        requests is not None and isinstance(error, requests.exceptions.Timeout)
    )


def _advice(said: str) -> str:
    known = (advice for part, advice in _ADVICE if part in said)
    return next(known, "correct the setting, or see its log")


def _message(answer: Any) -> str:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if isinstance(content, dict):
        text = content.get("message") or content.get("cause")
    else:
        text = answer.text
    return str(text or f"HTTP status {answer.status_code}").strip()


def _operating_system_error(error: Any) -> OSError | None:
    """Return the socket's error that requests and urllib3 have wrapped."""
    seen: list[Any] = [error]
    for wrapped in seen:
        if isinstance(wrapped, OSError) and wrapped.errno is not None:
            return wrapped
        inner = [*getattr(wrapped, "args", ()), getattr(wrapped, "reason", None)]
        inner += [wrapped.__cause__, wrapped.__context__]
        seen += [item for item in inner if isinstance(item, Exception) and item not in seen]
    return None
