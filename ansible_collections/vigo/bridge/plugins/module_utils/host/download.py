# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads by HTTP. Messages name the host only: a URL may hold secrets."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import IO, Any

from ..common.errors import Blocked, ResourceError
from ..common.wording import counted
from . import caller_watch
from .http_opener import Redirects, opener

SCHEMES = ("http", "https")
#: Seconds without any data, and in all.
_STALLED, _LONGEST = 30.0, 1800.0
_PIECE = 1 << 16
_AGENT = "vigo-bridge"
_REDIRECTS, _FAULTS_OF_SERVERS = range(300, 400), range(500, 600)


def download(url: str, stream: IO[bytes], limit: int) -> None:
    """Write the file at a URL to a stream. limit: the largest size in bytes.

    Raise ResourceError; Blocked if the server or the network is at fault. Raise OSError if
    the stream cannot be written.
    """
    try:
        host = urllib.parse.urlsplit(url).hostname or ""
        request = _request(url)
    except ValueError:
        raise ResourceError("invalid URL", "write https://HOST/PATH") from None
    try:
        director = opener(_Redirects(), ssl.create_default_context())
        response = director.open(request, timeout=_STALLED)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(host, error.code) from None
    except urllib.error.URLError as error:
        raise _unreachable(host, error.reason) from None
    except (http.client.HTTPException, OSError) as error:
        raise _unreachable(host, error) from None
    except ValueError:
        raise ResourceError("invalid URL", "write https://HOST/PATH") from None
    with response:
        _copy(host, response, stream, limit)


def _copy(host: str, response: Any, stream: IO[bytes], limit: int) -> None:
    announced = response.headers.get("Content-Length") or ""
    deadline = time.monotonic() + _LONGEST
    size = 0
    while True:
        caller_watch.leave_if_gone()
        try:
            piece = response.read(_PIECE)
        except (http.client.HTTPException, OSError) as error:
            raise _unreachable(host, error) from None
        size += len(piece)
        if size > limit:
            raise ResourceError(
                f"{host} sent more than {counted(limit, 'byte')}", "correct the URL"
            )
        if time.monotonic() > deadline:
            raise Blocked(f"the download from {host} did not finish within {_LONGEST:g} s")
        if not piece:
            break
        stream.write(piece)
    if announced.isdigit() and int(announced) != size:
        raise Blocked(
            f"{host} ended the download early, after {counted(size, 'byte')} of {announced}"
        )


def _request(url: str) -> urllib.request.Request:
    """Return the request. A name and a password of the URL are sent to its host only."""
    parts = urllib.parse.urlsplit(url)
    account, at, place = parts.netloc.rpartition("@")
    request = urllib.request.Request(
        urllib.parse.urlunsplit(parts._replace(netloc=place)), headers={"User-Agent": _AGENT}
    )
    if at:
        written = urllib.parse.unquote(account).encode()
        encoded = base64.b64encode(written).decode()
        request.add_unredirected_header("Authorization", f"Basic {encoded}")
    return request


class _Redirects(Redirects):
    """Follows redirects, except from https to another scheme."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        scheme = urllib.parse.urlsplit(newurl).scheme.lower()
        if scheme not in SCHEMES or (req.type == "https" and scheme != "https"):
            host = urllib.parse.urlsplit(req.full_url).hostname
            raise ResourceError(
                f"{host} redirects to a {scheme} URL, which is not followed",
                "use the URL that it redirects to",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _refused(host: str, code: int) -> ResourceError:
    if code in _REDIRECTS:
        return ResourceError(
            f"{host} redirects too often, or to a URL that cannot be followed", "correct the URL"
        )
    reason = http.client.responses.get(code, "")
    problem = f"{host} answered {code} {reason}".rstrip()
    if code in _FAULTS_OF_SERVERS:
        return Blocked(problem)
    if code in (401, 403, 407):
        return ResourceError(problem, "add a name and a password to the URL, or allow access")
    return ResourceError(problem, "correct the URL")


def _unreachable(host: str, error: object) -> ResourceError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return ResourceError(
            f"the certificate of {host} cannot be verified: {error.verify_message}",
            "install ca-certificates, or the certificate of your own authority, on the target",
        )
    if isinstance(error, (socket.timeout, TimeoutError)):
        return Blocked(f"{host} did not answer within {_STALLED:g} s")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Blocked(f"the download from {host} failed: {reason}")
