# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine in memory. Its errors have the words and the codes of Docker 20.10."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import Answer
from tests.unit.in_memory_engine import commands, containers, images, networks, payloads, volumes
from tests.unit.in_memory_engine.answers import Handler, Refusal, as_json, headers_of
from tests.unit.in_memory_engine.boxes import Box, Life
from tests.unit.in_memory_engine.clock import Clock
from tests.unit.in_memory_engine.numbers import Numbers
from tests.unit.in_memory_engine.streams import Stream

_VERSION = re.compile(r"/v\d+\.\d+\.?\d*(?=/)")
_BRIDGE = {"Name": "bridge", "Id": "b" * 64, "Labels": {}}


class InMemoryEngine:
    """A ``Transport`` that is the engine itself.

    images: by name. registry: what can be pulled, by name. paths: of the host that can be mounted.
    first: the number that the first ID is made from, another one for each engine of a test.
    """

    def __init__(self, podman: bool = False, first: int = 1) -> None:
        self.podman = podman
        #: Podman has the update call since version 5.
        self.has_update = not podman
        self.clock = Clock()
        self.boxes: dict[str, Box] = {}
        self.images: dict[str, dict[str, Any]] = {}
        self.registry: dict[str, dict[str, Any]] = {}
        self.networks: dict[str, dict[str, Any]] = {"bridge": dict(_BRIDGE)}
        self.volumes: set[str] = set()
        #: What inspect shows of those that were made by a call of their own.
        self.volume_details: dict[str, dict[str, Any]] = {}
        self.paths: set[str] = set()
        #: What was run in containers, by ID.
        self.commands: dict[str, dict[str, Any]] = {}
        #: Volumes that were created without a name.
        self.anonymous: set[str] = set()
        self._streams: list[Stream] = []
        self.numbers = Numbers(first)
        self.life = Life(self.clock, self.emit, podman, self._forget)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy has: nobody reads its events yet."""
        return {**vars(self), "_streams": []}

    # what a test does beside the calls

    def have(self, *names: str, **config: Any) -> None:
        """Put these images on the engine. config: beside that of redis; None removes an entry."""
        for name in names:
            self.images[images.normal(name)] = payloads.image(next(self.numbers), name, config)

    def offer(self, *names: str, **config: Any) -> None:
        """Put these images in the registry."""
        for name in names:
            self.registry[images.normal(name)] = payloads.image(next(self.numbers), name, config)

    def box(self, name: str) -> Box | None:
        return next((box for box in self.boxes.values() if name in (box.name, box.id)), None)

    def names(self) -> set[str]:
        return {box.name for box in self.boxes.values()}

    def restart_daemon(self) -> None:
        """Restart the engine: what runs ends, and policies decide what runs afterwards."""
        for box in list(self.boxes.values()):
            was_up = box.has_process
            if was_up:
                self.life.kill(box)
            if (box.policy == "always" and box.runs) or (box.policy == "unless-stopped" and was_up):
                self.life.start(box)

    # what the calls do

    def find(self, name: str) -> Box:
        box = self.box(name) or next(
            (box for box in self.boxes.values() if len(name) >= 12 and box.id.startswith(name)),
            None,
        )
        if box is None:
            raise Refusal(404, f"No such container: {name}")
        return box

    def new_id(self) -> str:
        return f"{next(self.numbers):064x}"

    def emit(self, box: Box, action: str, **attributes: str) -> None:
        event = {"Action": action, "Actor": {"ID": box.id, "Attributes": attributes}}
        for stream in self._streams:
            stream.put(json.dumps(event).encode())

    def _forget(self, box: Box) -> None:
        self.boxes.pop(box.id, None)
        self.volumes -= box.anonymous

    # the transport

    def request(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        parts = urlsplit(path)
        route, params = _VERSION.sub("", parts.path, count=1), dict(parse_qsl(parts.query))
        with self.clock.lock:
            try:
                found = self._answer(method, route, params, body)
            except Refusal as refusal:
                found = {"message": refusal.message}
                return as_json(refusal.code, found)
        server = "Libpod/4.3.1 (linux)" if self.podman else "Docker/20.10.24 (linux)"
        headers = {"Api-Version": "1.41", "Server": server}
        if isinstance(found, bytes):
            head = headers_of({"Content-Type": "application/octet-stream", **headers})
            return Answer(200, head, found)
        return as_json(200, found, headers)

    def stream(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        silence: float | None = None,
    ) -> Any:
        parts = urlsplit(path)
        if parts.path.endswith("/events"):
            stream = Stream()
            self._streams.append(stream)
            return stream
        params = dict(parse_qsl(parts.query))
        name = f"{params['fromImage']}:{params['tag']}"
        if images.normal(name) not in self.registry:
            missing = f"manifest for {name} not found: manifest unknown: manifest unknown"
            return as_json(404, {"message": missing})
        self.images[images.normal(name)] = self.registry[images.normal(name)]
        return Stream([b'{"status":"Pulling"}\n', b'{"status":"Downloaded"}\n'])

    def converse(self, path: str, timeout: float, body: Any, has_input: bool) -> Any:
        route = _VERSION.sub("", urlsplit(path).path, count=1)
        try:
            return commands.program_of(self, route.split("/")[2])
        except Refusal as refusal:
            return as_json(refusal.code, {"message": refusal.message})

    def wait_for_readers(self) -> None:
        """Wait until all readers have received all events so far."""
        for stream in self._streams:
            stream.read()

    def _answer(self, method: str, route: str, params: dict[str, str], body: Any) -> Any:
        for pattern, do in _BY_METHOD[method]:
            if match := pattern.fullmatch(route):
                return do(self, *map(unquote, match.groups()), params=params, body=body or {})
        raise Refusal(404, f"page not found: {method} {route}")

    def _ping(self, **_: Any) -> bytes:
        return b"OK"

    def _info(self, **_: Any) -> dict[str, Any]:
        return {"LoggingDriver": "json-file"}


_ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/_ping"): InMemoryEngine._ping,
    ("GET", "/info"): InMemoryEngine._info,
    **containers.ROUTES,
    **commands.ROUTES,
    **images.ROUTES,
    **networks.ROUTES,
    **volumes.ROUTES,
}
_BY_METHOD = {
    method: [
        (re.compile(pattern), do) for (wanted, pattern), do in _ROUTES.items() if wanted == method
    ]
    for method in ("GET", "POST", "DELETE")
}
