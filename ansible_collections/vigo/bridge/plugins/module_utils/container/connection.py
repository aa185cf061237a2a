# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to an engine's socket.

The SDK's client serves as the HTTP session that speaks through sockets, TLS and SSH; which calls
are made is in ``engine``. So every SDK from 5.0.3 on behaves the same. Questions at a Unix socket
go without it, see ``questions``.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
from typing import Any, Iterator, Mapping
from urllib.parse import urlencode

from ..errors import Blocked, ResourceError
from . import sdk
from .questions import questions

DEFAULT_HOST = "unix:///var/run/docker.sock"
#: The versions of the API that this code was written for: Docker 20.10 and Podman 4 have the first.
OLDEST_API = (1, 41)
NEWEST_API = (1, 47)
#: Seconds without a byte after which an engine counts as not answering; ``allowance`` in calls
#: is how much longer a command may rightly take.
PATIENCE = 60.0
_PING_PATIENCE = 20.0

_START_HINT = (
    "install one (apt install docker.io, or podman) or start it (systemctl start docker, or"
    " podman.socket), or set docker_host"
)


class Refused(ResourceError):
    """The engine answered with an error. said: in its own words. code: its HTTP status."""

    def __init__(self, said: str, code: int) -> None:
        super().__init__(f"the engine refuses: {said}; correct what it names, or see its log")
        self.said = said
        self.code = code


class Connection:
    """One engine. Raises Blocked at once when it does not answer."""

    def __init__(self, docker_host: str = "") -> None:
        self.host = docker_host or os.environ.get("DOCKER_HOST") or DEFAULT_HOST
        self._questions = questions(self.host)
        self._opened: Any = None
        self._prefix = ""
        ping = self._send("GET", "/_ping", timeout=_PING_PATIENCE)
        self.is_podman = "Libpod" in ping.headers.get("Server", "")
        self.api_version = api_version(ping.headers.get("Api-Version", ""))
        self._prefix = "/v{}.{}".format(*min(self.api_version, NEWEST_API))

    def call(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        allowance: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One request; the answer's JSON, or its text. Raises Refused or Blocked."""
        timeout = PATIENCE + allowance
        answer = self._send(method, self._prefix + path, params, body, headers, timeout=timeout)
        return self._content(answer)

    def call_libpod(self, method: str, path: str, timeout: float = PATIENCE) -> Any:
        """One request of Podman's own API, which is versioned apart."""
        return self._content(self._send(method, f"/v4.0.0/libpod{path}", timeout=timeout))

    def find(self, path: str) -> Any:
        """What a GET answers, or None where there is no such thing."""
        try:
            return self.call("GET", path)
        except Refused as error:
            if error.code == 404:
                return None
            raise

    def stream(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str], timeout: float
    ) -> Iterator[dict[str, Any]]:
        """A POST whose answer is one JSON object a line. timeout: seconds of silence."""
        answer = self._send(
            "POST", self._prefix + path, params, headers=headers, timeout=timeout, stream=True
        )
        try:
            for line in answer.iter_lines():
                if line.strip():
                    yield json.loads(line)
        except _requests().exceptions.RequestException as error:
            raise self._unreachable(error) from error
        except ValueError as error:
            raise self._senseless() from error
        finally:
            answer.close()

    def events(self, filters: Mapping[str, Any]) -> Any:
        """An endless iterator over the engine's events; its ``close`` ends it."""
        params = {"filters": json.dumps(filters)}
        answer = self._send(
            "GET", f"{self._prefix}/events", params, timeout=(PATIENCE, None), stream=True
        )
        lines = (json.loads(line) for line in answer.iter_lines() if line.strip())
        return _docker().types.CancellableStream(lines, answer)

    def credentials(self, registry: str) -> tuple[dict[str, Any] | None, str]:
        """What the Docker config of this user holds for a registry, and a remark.

        A missing credential helper must not fail a pull that needs no credentials.
        """
        try:
            return _docker().auth.load_config().resolve_authconfig(registry), ""
        except (_docker().errors.DockerException, ValueError, KeyError, OSError) as error:
            return None, (
                f"the Docker config's credentials for {registry} cannot be used"
                f" ({type(error).__name__}); pulling without"
            )

    def authorization(self, credentials: Mapping[str, Any]) -> dict[str, str]:
        """The header that carries credentials to a registry."""
        return {"X-Registry-Auth": _docker().auth.encode_header(dict(credentials)).decode()}

    def _session(self) -> Any:
        """The SDK's client, made at its first use."""
        if self._opened is None:
            environment = dict(os.environ, DOCKER_HOST=self.host)
            try:
                options = _docker().utils.kwargs_from_env(environment=environment)
                options.setdefault("base_url", self.host)
                self._opened = _docker().APIClient(version="1.24", timeout=PATIENCE, **options)
            except (_docker().errors.DockerException, OSError) as error:
                raise Blocked(
                    f"cannot use the engine at {self.host}: {error}; check docker_host, or"
                    " DOCKER_HOST and what belongs to it"
                ) from error
        return self._opened

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float | tuple[float, float | None],
        stream: bool = False,
    ) -> Any:
        if self._questions and method == "GET" and not stream and not isinstance(timeout, tuple):
            question = f"{path}?{urlencode(params)}" if params else path
            try:
                answer: Any = self._questions.ask(question, timeout, headers)
            except (OSError, http.client.HTTPException) as error:
                raise self._unreachable(error) from error
        else:
            session = self._session()
            try:
                answer = session.request(
                    method,
                    session.base_url + path,
                    params=params,
                    json=body,
                    headers=headers,
                    timeout=timeout,
                    stream=stream,
                )
            except _requests().exceptions.RequestException as error:
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
            raise self._senseless() from error

    def _senseless(self) -> Blocked:
        return Blocked(
            f"what answers at {self.host} makes no sense as an engine's answer; look at its log,"
            " and at what stands between here and the engine"
        )

    def _unreachable(self, error: Exception) -> Blocked:
        cause = _operating_system_error(error)
        if isinstance(cause, PermissionError):
            return Blocked(
                f"no permission on the engine's socket {self.host}: use become, or add the user"
                " to the docker group and log in again"
            )
        if _is_timeout(error):
            return Blocked(
                f"the engine at {self.host} stopped answering; look at its log, and restart it"
                " if it hangs"
            )
        detail = cause.strerror if cause is not None and cause.strerror else error
        return Blocked(f"no engine answers at {self.host} ({detail}): {_START_HINT}")


def _docker() -> Any:
    return sdk.imported()[0]


def _requests() -> Any:
    return sdk.imported()[1]


def _is_timeout(error: Exception) -> bool:
    requests = sys.modules.get("requests")
    return isinstance(error, socket.timeout) or (
        requests is not None and isinstance(error, requests.exceptions.Timeout)
    )


def api_version(text: str) -> tuple[int, int]:
    """``1.41`` as two numbers; the oldest version that we know where an engine does not tell."""
    major, _dot, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else OLDEST_API


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
    """The socket's error inside the wrappings of requests and urllib3."""
    seen: list[Any] = [error]
    for wrapped in seen:
        if isinstance(wrapped, OSError) and wrapped.errno is not None:
            return wrapped
        inner = [*getattr(wrapped, "args", ()), getattr(wrapped, "reason", None)]
        inner += [wrapped.__cause__, wrapped.__context__]
        seen += [item for item in inner if isinstance(item, Exception) and item not in seen]
    return None
