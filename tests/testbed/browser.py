# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser without a window: Debian's Chromium, by the WebDriver protocol."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.testbed.common import TestbedError
from tests.testbed.debian import provide

_START = 60.0  # Seconds until the driver must answer.


class Browser:
    """One window. Scripts run in the page that was opened last."""

    def __init__(self, driver: str, session: str) -> None:
        self._session = f"{driver}/session/{session}"

    def open(self, page: Path) -> None:
        self.visit(page.absolute().as_uri())

    def visit(self, url: str) -> None:
        self._call("POST", "url", {"url": url})

    def press(self, key: str) -> None:
        """Press a key, by the name that the DevTools protocol has for it, such as `Tab`."""
        for kind in ("keyDown", "keyUp"):
            self._command("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key})

    def accessible(self) -> list[tuple[str, str]]:
        """Return the role and name of each part of the page, as screen readers get them."""
        self._command("Accessibility.enable", {})
        found = self._command("Accessibility.getFullAXTree", {})["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in found
            if not node["ignored"]
        ]

    def run(self, script: str, *arguments: Any) -> Any:
        """Return the value that the script, the body of a function, returns."""
        return self._call("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def complaints(self) -> list[str]:
        """Return script errors, refused requests and the like, since the last call."""
        found = self._call("POST", "se/log", {"type": "browser"})
        return [entry["message"] for entry in found]

    def scheme(self, name: str) -> None:
        """Set `dark` or `light`, as the user's system would."""
        features = [{"name": "prefers-color-scheme", "value": name}]
        self._command("Emulation.setEmulatedMedia", {"features": features})

    def picture(self, path: Path, width: int = 1200, height: int = 900) -> None:
        self._call("POST", "window/rect", {"width": width, "height": height})
        path.write_bytes(base64.b64decode(self._call("GET", "screenshot")))

    def pdf(self) -> bytes:
        """Return the page as it would be printed."""
        return base64.b64decode(self._call("POST", "print", {}))

    def close(self) -> None:
        self._call("DELETE", "")

    def _command(self, name: str, parameters: dict[str, Any]) -> Any:
        return self._call("POST", "goog/cdp/execute", {"cmd": name, "params": parameters})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return _request(method, f"{self._session}/{path}".rstrip("/"), body)


@contextmanager
def browser(*, scripts: bool = True) -> Iterator[Browser]:
    """Start a browser, installed if it is missing, and end it after the block.

    scripts: whether it runs those of pages.
    """
    provide({"chromium": "chromium", "chromedriver": "chromium-driver"})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    driver = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        ["chromedriver", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    try:
        _wait(driver)
        options: dict[str, Any] = {
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"]
        }
        if not scripts:
            options["prefs"] = {"profile.managed_default_content_settings.javascript": 2}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        body = {"capabilities": {"alwaysMatch": wanted}}
        opened = Browser(driver, _request("POST", f"{driver}/session", body)["sessionId"])
        try:
            yield opened
        finally:
            opened.close()
    finally:
        process.terminate()
        process.wait()


def _wait(driver: str) -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end:
        with suppress(OSError):
            _request("GET", f"{driver}/status", None)
            return
        time.sleep(0.1)
    raise TestbedError("chromedriver does not answer")


def _request(method: str, url: str, body: dict[str, Any] | None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise TestbedError(f"{url}: {error.read().decode()[:500]}") from error
