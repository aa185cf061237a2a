# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens URLs of HTTP and HTTPS, and no other scheme that a redirect could name."""

from __future__ import annotations

import io
import ssl
import urllib.request
from typing import Any


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects without reading their bodies, which may be endless."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        if "location" not in headers and "uri" not in headers:
            return None
        fp.close()
        return super().http_error_302(req, io.BytesIO(), code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def opener(
    redirects: Redirects, context: ssl.SSLContext | None = None
) -> urllib.request.OpenerDirector:
    """Return an opener of URLs, which uses the proxies of the environment.

    context: how certificates are checked; None for Python's default.
    """
    found = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        redirects,
    ):
        found.add_handler(handler)
    return found
