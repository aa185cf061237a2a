# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine that is reached over TCP, TLS or SSH, with the client of the docker SDK.

The client is used only as an HTTP session, so every SDK from 5.0.3 on behaves the same.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Any, Iterator, Mapping
from urllib.parse import urlsplit

from ..common.errors import Blocked, ResourceError
from . import sdk
from .conversation import BlockingConversation
from .unix_socket import conversation_over

#: The port of an engine without encryption, if its address has none.
_PORT = 2375


class SdkSession:
    """As ``unix_socket.UnixSocket``. Raises Blocked if the SDK cannot be used."""

    def __init__(self, docker_host: str, patience: float) -> None:
        """Prepare a session. patience: seconds to wait for the engine."""
        docker = sdk.imported()
        environment = dict(os.environ, DOCKER_HOST=docker_host)
        try:
            options = docker.utils.kwargs_from_env(environment=environment)
            options.setdefault("base_url", docker_host)
            self._client = docker.APIClient(version="1.24", timeout=patience, **options)
        except (docker.errors.DockerException, OSError) as error:
            raise Blocked(
                f"cannot use the engine at {docker_host}: {error}; check docker_host, or"
                " DOCKER_HOST and its related variables"
            ) from error

    def request(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        """Send a request. timeout: seconds without a byte. body: sent as JSON. Raise OSError."""
        return self._send(method, path, headers=headers, json=body, timeout=timeout)

    def stream(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        silence: float | None = None,
    ) -> Any:
        """Return a response that may take long; one with an error is read at once.

        Raise OSError.
        """
        answer = self._send(method, path, headers=headers, timeout=(timeout, silence), stream=True)
        return answer if answer.status_code >= 400 else SdkStream(answer)

    def converse(self, path: str, timeout: float, body: Any, has_input: bool) -> Any:
        """Send a POST that starts a program, and return the connection to it; an error is read at
        once.

        Raise OSError, http.client.HTTPException, and ResourceError for input that cannot be sent.
        """
        url = urlsplit(self._client.base_url)
        if url.scheme == "http" and url.hostname:
            place = url.hostname, url.port or _PORT
            connection = socket.create_connection(place, timeout)
            return conversation_over(connection, url.path.rstrip("/") + path, body)
        if has_input:
            # The end of the input cannot be sent while output still comes.
            raise ResourceError(
                "standard input cannot be sent over an encrypted connection to an engine",
                "run the command without input, or on the machine of the engine",
            )
        answer = self._send("POST", path, json=body, timeout=(timeout, None), stream=True)
        if answer.status_code >= 400:
            return answer
        return BlockingConversation(lambda: answer.iter_content(None), SdkStream(answer).close)

    def _send(self, method: str, path: str, **options: Any) -> Any:
        return self._client.request(method, self._client.base_url + path, **options)


class SdkStream:
    """As ``unix_socket.Stream``."""

    def __init__(self, answer: Any) -> None:
        self.status_code = answer.status_code
        self._answer = answer

    def iter_lines(self) -> Iterator[bytes]:
        lines: Iterator[bytes] = self._answer.iter_lines()
        return lines

    def iter_chunks(self) -> Iterator[bytes]:
        chunks: Iterator[bytes] = self._answer.iter_content(chunk_size=None)
        return chunks

    def close(self) -> None:
        docker = sdk.imported()
        # Over SSH, nothing ends it while another thread waits for the next line.
        with contextlib.suppress(docker.errors.DockerException):
            docker.types.CancellableStream(None, self._answer).close()
