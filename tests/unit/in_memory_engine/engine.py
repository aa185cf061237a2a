# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of an engine in memory. Errors have the words and the codes of Docker 20.10."""

from __future__ import annotations

import copy
import ipaddress
import itertools
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import Answer
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name
from tests.unit.in_memory_engine import payloads
from tests.unit.in_memory_engine.boxes import PROGRAMS, Box, Life, program
from tests.unit.in_memory_engine.clock import Clock
from tests.unit.in_memory_engine.streams import Stream
from tests.unit.module_utils.types.container.created import inspected

_VERSION = re.compile(r"/v\d+\.\d+\.?\d*(?=/)")
_BRIDGE = {"Name": "bridge", "Id": "b" * 64, "Labels": {}}


class Refusal(Exception):
    """An answer with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class InMemoryEngine:
    """A ``Transport`` that is the engine itself.

    images: by name. registry: what can be pulled, by name. paths: of the host that can be mounted.
    first: the number that the first ID is made from, another one for each engine of a test.
    """

    def __init__(self, podman: bool = False, first: int = 1) -> None:
        self.podman = podman
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
        self._anonymous: set[str] = set()
        self._streams: list[Stream] = []
        self._numbers = itertools.count(first)
        self._life = Life(self.clock, self._tell, podman, self._forget)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy has: nobody reads its events yet."""
        return {**vars(self), "_streams": []}

    # what a test does beside the calls

    def have(self, *names: str, **config: Any) -> None:
        """Put these images on the engine. config: beside that of redis; None removes an entry."""
        for name in names:
            self.images[_normal(name)] = payloads.image(next(self._numbers), name, config)

    def offer(self, *names: str, **config: Any) -> None:
        """Put these images in the registry."""
        for name in names:
            self.registry[_normal(name)] = payloads.image(next(self._numbers), name, config)

    def box(self, name: str) -> Box | None:
        return next((box for box in self.boxes.values() if name in (box.name, box.id)), None)

    def names(self) -> set[str]:
        return {box.name for box in self.boxes.values()}

    def restart_daemon(self) -> None:
        """Restart the engine: what runs ends, and policies decide what runs afterwards."""
        for box in list(self.boxes.values()):
            was_up = box.has_process
            if was_up:
                self._life.kill(box)
            if (box.policy == "always" and box.runs) or (box.policy == "unless-stopped" and was_up):
                self._life.start(box)

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
                return _json(refusal.code, found)
        server = "Libpod/4.3.1 (linux)" if self.podman else "Docker/20.10.24 (linux)"
        headers = {"Api-Version": "1.41", "Server": server}
        if isinstance(found, bytes):
            return Answer(200, {"Content-Type": "application/octet-stream", **headers}, found)
        return _json(200, found, headers)

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
        if _normal(name) not in self.registry:
            missing = f"manifest for {name} not found: manifest unknown: manifest unknown"
            return _json(404, {"message": missing})
        self.images[_normal(name)] = self.registry[_normal(name)]
        return Stream([b'{"status":"Pulling"}\n', b'{"status":"Downloaded"}\n'])

    def wait_for_readers(self) -> None:
        """Wait until all readers have received all events so far."""
        for stream in self._streams:
            stream.read()

    def _answer(self, method: str, route: str, params: dict[str, str], body: Any) -> Any:
        for pattern, do in _BY_METHOD[method]:
            if match := pattern.fullmatch(route):
                return do(self, *map(unquote, match.groups()), params=params, body=body or {})
        raise Refusal(404, f"page not found: {method} {route}")

    # containers

    def _find(self, name: str) -> Box:
        box = self.box(name) or next(
            (box for box in self.boxes.values() if len(name) >= 12 and box.id.startswith(name)),
            None,
        )
        if box is None:
            raise Refusal(404, f"No such container: {name}")
        return box

    def _inspect(self, name: str, **_: Any) -> dict[str, Any]:
        return payloads.inspect(self._find(name))

    def _list(self, params: dict[str, str], **_: Any) -> list[dict[str, Any]]:
        return [
            payloads.entry(box)
            for box in self.boxes.values()
            if (params.get("all") == "true" or box.has_process)
            and _has_labels(box.payload["Config"]["Labels"], params)
            and self._uses(box, params)
        ]

    def _uses(self, box: Box, params: dict[str, str]) -> bool:
        """Return whether a container has the networks and volumes that a list is filtered by."""
        filters = json.loads(params.get("filters") or "{}")
        return all(
            any(name in held for name in filters[kind])
            for kind, held in (("network", box.networks), ("volume", payloads.volumes(box)))
            if kind in filters
        )

    def _create(self, params: dict[str, str], body: Any, **_: Any) -> dict[str, Any]:
        host = dict(body.get("HostConfig") or {})
        for mount in host.get("Mounts") or ():
            if mount["Type"] == "bind" and mount["Source"] not in self.paths:
                problem = f"bind source path does not exist: {mount['Source']}"
                raise Refusal(400, f'invalid mount config for type "bind": {problem}')
        if not body.get("Image"):
            raise Refusal(400, "No command specified")
        image = self._known_image(body["Image"])
        name = params.get("name") or f"box_{next(self._numbers)}"
        self._refuse_taken(name, "")
        number = f"{next(self._numbers):064x}"
        mode = host.get("NetworkMode") or "default"
        if mode.startswith("container:"):
            shared = self.box(mode.partition(":")[2])
            mode = f"container:{shared.id}" if shared else mode
        anonymous: set[str] = set()

        def volume() -> str:
            anonymous.add(f"{next(self._numbers):064x}")
            return max(anonymous)

        sent = {**body, "HostConfig": {**host, "NetworkMode": mode}}
        payload = inspected(sent, image, {"Id": number}, volume)
        box = Box(number, name, payload, payloads.first_networks(mode, body), anonymous)
        self.volumes.update(payloads.volumes(box))
        self._anonymous |= anonymous
        self.boxes[number] = box
        return {"Id": number, "Warnings": []}

    def _refuse_taken(self, name: str, prefix: str) -> None:
        holder = self.box(name)
        if holder is not None:
            raise Refusal(
                409,
                f'{prefix}Conflict. The container name "/{name}" is already in use by container'
                f' "{holder.id}". You have to remove (or rename) that container to be able to reuse'
                " that name.",
            )

    def _start(self, name: str, **_: Any) -> bytes:
        box = self._find(name)
        if box.status == "paused":
            raise Refusal(409, "cannot start a paused container, try unpause instead")
        if not box.has_process:
            self._refuse_start(box)
            self._life.start(box)
            self._add_own_aliases(box)
        return b""

    def _refuse_start(self, box: Box) -> None:
        try:
            self._check_start(box)
        except Refusal as refusal:
            box.error = refusal.message
            box.exit_code = 127 if "OCI" in refusal.message else 128
            raise

    def _check_start(self, box: Box) -> None:
        mode = box.host["NetworkMode"]
        if mode.startswith("container:"):
            shared = self._find(mode.partition(":")[2])
            if not shared.has_process:
                raise Refusal(409, f"cannot join network of a non running container: {shared.id}")
        for network in box.networks:
            self._network(network)
        taken = {
            key
            for other in self.boxes.values()
            if other.has_process
            for key in payloads.published(other)
        }
        for address, port, protocol in payloads.published(box):
            if any((port, protocol) == held[1:] for held in taken):
                raise Refusal(
                    500,
                    "driver failed programming external connectivity on endpoint"
                    f" {box.name}: Bind for {address or '0.0.0.0'}:{port} failed: port is already"
                    " allocated",
                )
        word = next((word for word in box.words if word and word != "docker-entrypoint.sh"), "")
        if word not in PROGRAMS:
            raise Refusal(
                400,
                "failed to create shim task: OCI runtime create failed: runc create failed: unable"
                f' to start container process: exec: "{word}": no such file or directory: unknown',
            )

    def _add_own_aliases(self, box: Box) -> None:
        for network, end in box.networks.items():
            own = box.id[:12]
            if network not in ("bridge", "host", "none") and own not in (end["Aliases"] or ()):
                end["Aliases"] = [*(end["Aliases"] or ()), own]

    def _stop(self, name: str, params: dict[str, str], **_: Any) -> bytes:
        box = self._find(name)
        self._life.stop(box, self._grace(box, params))
        return b""

    def _grace(self, box: Box, params: dict[str, str]) -> float:
        timeout = params.get("t", box.payload["Config"].get("StopTimeout"))
        return 10.0 if timeout is None else float(timeout)

    def _restart(self, name: str, params: dict[str, str], **_: Any) -> bytes:
        box = self._find(name)
        self._life.stop(box, self._grace(box, params))
        try:
            return self._start(box.id)
        except Refusal as refusal:
            message = f"Cannot restart container {box.name}: {refusal.message}"
            raise Refusal(500, message) from None

    def _kill(self, name: str, **_: Any) -> bytes:
        box = self._find(name)
        if not box.has_process:
            problem = f"Container {box.id} is not running"
            raise Refusal(409, f"Cannot kill container: {name}: {problem}")
        self._life.kill(box)
        return b""

    def _pause(self, name: str, **_: Any) -> bytes:
        box = self._find(name)
        if box.status != "running":
            state = "already paused" if box.status == "paused" else "not running"
            raise Refusal(409, f"Container {box.id} is {state}")
        box.status = "paused"
        return b""

    def _unpause(self, name: str, **_: Any) -> bytes:
        box = self._find(name)
        if box.status != "paused":
            raise Refusal(500, f"Container {box.id} is not paused")
        box.status = "running"
        return b""

    def _rename(self, name: str, params: dict[str, str], **_: Any) -> bytes:
        box = self._find(name)
        if box.name == params["name"]:
            raise Refusal(400, "Renaming a container with the same name as its current name")
        self._refuse_taken(params["name"], "Error when allocating new name: ")
        if box.status == "restarting":
            raise Refusal(404, f"No such container: {box.id}")
        box.name = params["name"]
        return b""

    def _update(self, name: str, body: Any, **_: Any) -> dict[str, Any]:
        if self.podman:
            raise Refusal(404, "page not found")
        box = self._find(name)
        box.host.update({key: value for key, value in body.items() if value is not None})
        return {"Warnings": None}

    def _wait(self, name: str, **_: Any) -> dict[str, Any]:
        box = self._find(name)
        while box.has_process:
            self.clock.step(60.0)
        return {"StatusCode": box.exit_code}

    def _delete(self, name: str, params: dict[str, str], **_: Any) -> bytes:
        box = self._find(name)
        if box.has_process:
            if params.get("force") != "true":
                raise Refusal(
                    409,
                    f"You cannot remove a running container {box.id}. Stop the container before"
                    " attempting removal or force remove",
                )
            self._life.kill(box)
        if self.boxes.pop(box.id, None):
            self._tell(box, "destroy")
        if params.get("v") == "true":
            # Podman knows of each volume, not of each container, whether it has no name.
            anonymous = self._anonymous & payloads.volumes(box) if self.podman else box.anonymous
            self.volumes -= anonymous
        return b""

    def _forget(self, box: Box) -> None:
        self.boxes.pop(box.id, None)
        self.volumes -= box.anonymous

    def _logs(self, name: str, **_: Any) -> bytes:
        return payloads.framed(self._find(name).log)

    def _healthcheck(self, name: str, **_: Any) -> dict[str, Any]:
        box = self._find(name)
        self._life.probe(box)
        return {"Status": box.health}

    def _create_exec(self, name: str, body: Any, **_: Any) -> dict[str, Any]:
        box = self._find(name)
        if box.status != "running":
            state = "paused, unpause the container before exec" if box.is_up else "not running"
            raise Refusal(409, f"Container {box.id} is {state}")
        number = f"{next(self._numbers):064x}"
        self.commands[number] = {"ID": number, "Running": False, "ExitCode": None, **body}
        return {"Id": number}

    def _start_exec(self, name: str, **_: Any) -> bytes:
        command = self.commands[name]
        does = program(command["Cmd"])
        command["Running"] = True
        if does.ends_after is not None:
            ended = {"Running": False, "ExitCode": does.exit_code}
            self.clock.later(does.ends_after, command.update, ended)
        return b""

    def _inspect_exec(self, name: str, **_: Any) -> dict[str, Any]:
        return dict(self.commands[name])

    # images

    def _known_image(self, name: str) -> dict[str, Any]:
        for key, image in self.images.items():
            if key == _normal(name) or image["Id"] == name:
                return image
        raise Refusal(404, f"No such image: {name}")

    def _inspect_image(self, name: str, **_: Any) -> dict[str, Any]:
        return copy.deepcopy(self._known_image(name))

    def _list_images(self, **_: Any) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name, image in self.images.items():
            entry = {"Id": image["Id"], "Created": image["Created"], "RepoTags": []}
            found.setdefault(image["Id"], entry)["RepoTags"].append(name)
        return list(found.values())

    def _remove_image(self, name: str, **_: Any) -> list[Any]:
        image = self._known_image(name)
        names = [key for key, known in self.images.items() if known["Id"] == image["Id"]]
        users = [box for box in self.boxes.values() if box.payload["Image"] == image["Id"]]
        if users and len(names) == 1:
            raise Refusal(409, f"conflict: unable to remove {name}: container is using it")
        for key in names if name == image["Id"] else [_normal(name)]:
            del self.images[key]
        return []

    def _distribution(self, name: str, **_: Any) -> dict[str, Any]:
        if _normal(name) not in self.registry:
            raise Refusal(404, "manifest unknown")
        (digest,) = self.registry[_normal(name)]["RepoDigests"]
        return {"Descriptor": {"digest": digest.rpartition("@")[2]}}

    # networks and volumes

    def _network(self, name: str) -> dict[str, Any]:
        for network in self.networks.values():
            if name in (network["Name"], network["Id"]) or name in ("host", "none"):
                return network
        raise Refusal(404, f"network {name} not found")

    def _inspect_network(self, name: str, **_: Any) -> dict[str, Any]:
        network = self._network(name)
        usual = {"Driver": "default", "Options": None, "Config": [{"Subnet": "172.18.0.0/16"}]}
        return {**network, "IPAM": network.get("IPAM") or usual}

    def _list_networks(self, params: dict[str, str], **_: Any) -> list[dict[str, Any]]:
        return [each for each in self.networks.values() if _has_labels(each["Labels"], params)]

    def _create_network(self, body: Any, **_: Any) -> dict[str, Any]:
        name = body["Name"]
        if name in self.networks:
            raise Refusal(409, f"network with name {name} already exists")
        number = f"{next(self._numbers):064x}"
        if body.get("Driver", "bridge") not in ("", "bridge", "macvlan"):
            raise Refusal(404, f'plugin "{body["Driver"]}" not found')
        self._refuse_overlap((body.get("IPAM") or {}).get("Config") or [])
        self.networks[name] = {
            "Name": name,
            "Id": number,
            "Labels": dict(body.get("Labels") or {}),
            "Driver": body.get("Driver") or "bridge",
            "Options": dict(body.get("Options") or {}),
            "Internal": bool(body.get("Internal")),
            "Attachable": bool(body.get("Attachable")) and not self.podman,
            "EnableIPv6": bool(body.get("EnableIPv6")),
            **({"IPAM": body["IPAM"]} if (body.get("IPAM") or {}).get("Config") else {}),
        }
        return {"Id": number}

    def _refuse_overlap(self, pools: list[dict[str, Any]]) -> None:
        taken = [
            ipaddress.ip_network(pool["Subnet"])
            for network in self.networks.values()
            for pool in (network.get("IPAM") or {}).get("Config") or ()
        ]
        for pool in pools:
            if any(ipaddress.ip_network(pool["Subnet"]).overlaps(other) for other in taken):
                raise Refusal(403, "Pool overlaps with other one on this address space")

    def _remove_network(self, name: str, **_: Any) -> bytes:
        network = self._network(name)
        name = network["Name"]
        if any(box.has_process and name in box.networks for box in self.boxes.values()):
            raise Refusal(
                403,
                f"error while removing network: network {name} id {network['Id']} has active"
                " endpoints",
            )
        del self.networks[network["Name"]]
        return b""

    def _connect(self, name: str, body: Any, **_: Any) -> bytes:
        box = self._find(body["Container"])
        if box.is_up or self.podman:
            self._network(name)
        if name in box.networks:
            problem = f"endpoint with name {box.name} already exists in network {name}"
            raise Refusal(403, problem)
        end = {"Aliases": None, "IPAMConfig": None}
        box.networks[name] = {**end, **(body.get("EndpointConfig") or {})}
        if box.is_up:
            self._add_own_aliases(box)
        return b""

    def _disconnect(self, name: str, body: Any, **_: Any) -> bytes:
        self._network(name)
        box = self._find(body["Container"])
        if name not in box.networks:
            raise Refusal(500, f"container {box.id} is not connected to network {name}")
        del box.networks[name]
        return b""

    def _remove_volume(self, name: str, **_: Any) -> bytes:
        if name not in self.volumes:
            raise Refusal(404, f"get {name}: no such volume")
        users = [box.id for box in self.boxes.values() if name in payloads.volumes(box)]
        if users:
            raise Refusal(409, f"remove {name}: volume is in use - {users}")
        self.volumes.remove(name)
        self.volume_details.pop(name, None)
        return b""

    def _volume(self, name: str) -> dict[str, Any]:
        usual = {"Driver": "local", "Options": None, "Labels": None, "Scope": "local"}
        return {"Name": name, **usual, **self.volume_details.get(name, {})}

    def _inspect_volume(self, name: str, **_: Any) -> dict[str, Any]:
        if name not in self.volumes:
            raise Refusal(404, f"get {name}: no such volume")
        return self._volume(name)

    def _list_volumes(self, params: dict[str, str], **_: Any) -> dict[str, Any]:
        every = [self._volume(name) for name in sorted(self.volumes)]
        return {"Volumes": [each for each in every if _has_labels(each["Labels"] or {}, params)]}

    def _create_volume(self, body: Any, **_: Any) -> dict[str, Any]:
        name, driver = body["Name"], body.get("Driver") or "local"
        if driver != "local":
            problem = f'error looking up volume plugin {driver}: plugin "{driver}" not found'
            raise Refusal(500 if self.podman else 404, f"create {name}: {problem}")
        if name not in self.volumes:
            self.volumes.add(name)
            self.volume_details[name] = {
                "Driver": driver,
                "Options": body.get("DriverOpts") or None,
                "Labels": body.get("Labels") or None,
            }
        return self._volume(name)

    # the host

    def _ping(self, **_: Any) -> bytes:
        return b"OK"

    def _info(self, **_: Any) -> dict[str, Any]:
        return {"LoggingDriver": "json-file"}

    def _tell(self, box: Box, action: str, **attributes: str) -> None:
        event = {"Action": action, "Actor": {"ID": box.id, "Attributes": attributes}}
        for stream in self._streams:
            stream.put(json.dumps(event).encode())


_NAME = "/containers/([^/]+)"
_ROUTES: dict[tuple[str, str], Callable[..., Any]] = {
    ("GET", "/_ping"): InMemoryEngine._ping,
    ("GET", "/info"): InMemoryEngine._info,
    ("GET", "/containers/json"): InMemoryEngine._list,
    ("POST", "/containers/create"): InMemoryEngine._create,
    ("GET", f"{_NAME}/json"): InMemoryEngine._inspect,
    ("GET", f"{_NAME}/logs"): InMemoryEngine._logs,
    ("POST", f"{_NAME}/start"): InMemoryEngine._start,
    ("POST", f"{_NAME}/stop"): InMemoryEngine._stop,
    ("POST", f"{_NAME}/restart"): InMemoryEngine._restart,
    ("POST", f"{_NAME}/kill"): InMemoryEngine._kill,
    ("POST", f"{_NAME}/pause"): InMemoryEngine._pause,
    ("POST", f"{_NAME}/unpause"): InMemoryEngine._unpause,
    ("POST", f"{_NAME}/rename"): InMemoryEngine._rename,
    ("POST", f"{_NAME}/update"): InMemoryEngine._update,
    ("POST", f"{_NAME}/exec"): InMemoryEngine._create_exec,
    ("POST", "/exec/([^/]+)/start"): InMemoryEngine._start_exec,
    ("GET", "/exec/([^/]+)/json"): InMemoryEngine._inspect_exec,
    ("POST", f"{_NAME}/wait"): InMemoryEngine._wait,
    ("DELETE", _NAME): InMemoryEngine._delete,
    ("GET", f"/libpod{_NAME}/healthcheck"): InMemoryEngine._healthcheck,
    ("GET", "/images/json"): InMemoryEngine._list_images,
    ("GET", "/images/(.+)/json"): InMemoryEngine._inspect_image,
    ("DELETE", "/images/(.+)"): InMemoryEngine._remove_image,
    ("GET", "/distribution/(.+)/json"): InMemoryEngine._distribution,
    ("GET", "/networks"): InMemoryEngine._list_networks,
    ("POST", "/networks/create"): InMemoryEngine._create_network,
    ("GET", "/networks/([^/]+)"): InMemoryEngine._inspect_network,
    ("DELETE", "/networks/([^/]+)"): InMemoryEngine._remove_network,
    ("POST", "/networks/([^/]+)/connect"): InMemoryEngine._connect,
    ("POST", "/networks/([^/]+)/disconnect"): InMemoryEngine._disconnect,
    ("DELETE", "/volumes/([^/]+)"): InMemoryEngine._remove_volume,
    ("GET", "/volumes"): InMemoryEngine._list_volumes,
    ("POST", "/volumes/create"): InMemoryEngine._create_volume,
    ("GET", "/volumes/([^/]+)"): InMemoryEngine._inspect_volume,
}
_BY_METHOD = {
    method: [
        (re.compile(pattern), do) for (wanted, pattern), do in _ROUTES.items() if wanted == method
    ]
    for method in ("GET", "POST", "DELETE")
}


def _json(code: int, content: Any, headers: Mapping[str, str] | None = None) -> Answer:
    head = {"Content-Type": "application/json", **(headers or {})}
    return Answer(code, head, json.dumps(content).encode())


@cache
def _normal(name: str) -> str:
    try:
        return str(image_name.parse(name))
    except ResourceError:
        return name


def _has_labels(labels: Mapping[str, str], params: Mapping[str, str]) -> bool:
    for wanted in json.loads(params.get("filters") or "{}").get("label") or ():
        name, equals, value = wanted.partition("=")
        if name not in labels or (equals and labels[name] != value):
            return False
    return True
