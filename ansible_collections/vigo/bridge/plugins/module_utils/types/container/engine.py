# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls to an engine, one method for each.

Containers are addressed by their full ID wherever one is known: names move during a replacement.
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any, Callable, Generator, Iterator, Mapping, Sequence
from urllib.parse import quote

from ...common.errors import Blocked, ResourceError
from ...engine.connection import Connection, Refused, Silent, authorization
from ...engine.events import Events
from ...engine.frames import STDERR, STDOUT, Frames
from ...state import log_readers
from . import registry_errors
from .abilities import incapable
from .observed import Existing, Image, Remote, existing_of, image_of, remote_of
from .settings import LIMITS, SETTINGS
from .values import networks
from .values.image_name import ImageName
from .values.networks import Attachment, endpoint

#: Seconds without output after which a pull is aborted.
PULL_TIMEOUT = 300.0
#: Additional seconds that a start may take.
_START_ALLOWANCE = 60.0
_REMOVAL_TIMEOUT = 20.0
#: Seconds between two checks of a command in a container.
_COMMAND_INTERVAL = 0.1
#: How many characters of the end of a container's log are shown.
_LOG_LIMIT = 16 * 1024
#: How many bytes of a log are read; some of them may be masked.
_LONGEST_LOG = 1024 * 1024
#: The beginning of a log in frames; the log of a container with a terminal has none.
_HEADERS = tuple(bytes([stream, 0, 0, 0]) for stream in (0, STDOUT, STDERR))
_NO_SOURCE = "bind source path does not exist: "


class Engine:
    """A Docker engine, or Podman by the same API. Raises Refused and Blocked."""

    def __init__(self, docker_host: str = "", conceal: Callable[[str], str] = str) -> None:
        """Use the engine at an address. conceal: masks secrets in what containers have printed."""
        self._conceal = conceal
        self._connection = Connection(docker_host)
        self.host = self._connection.host
        self.is_podman = self._connection.is_podman
        self.api_version = self._connection.api_version
        self.events = Events(lambda: self._connection.events({"type": ["container"]}))
        self._incapable: frozenset[str] | None = None
        self._info: Mapping[str, Any] | None = None

    # containers

    @property
    def podman_version(self) -> tuple[int, int] | None:
        """The version of Podman; None on Docker."""
        return self._connection.podman_version

    def container(self, name_or_id: str) -> Existing | None:
        found = self._connection.find(f"/containers/{quote(name_or_id)}/json")
        return existing_of(found, self._conceal)

    def raw_container(self, container_id: str) -> Mapping[str, Any] | None:
        """Return the whole inspect payload."""
        found: Mapping[str, Any] | None = self._connection.find(f"/containers/{container_id}/json")
        return found

    def running_containers(self) -> list[Mapping[str, Any]]:
        """Return the short list entries of all that run.

        The list may be stale for a moment after a stop.
        """
        found: list[Mapping[str, Any]] = self._connection.call("GET", "/containers/json")
        return found

    def all_containers(self) -> list[Mapping[str, Any]]:
        """Return the short list entries of all, running or not."""
        params = {"all": "true"}
        found: list[Mapping[str, Any]] = self._connection.call("GET", "/containers/json", params)
        return found

    def create(
        self, name: str, payload: Mapping[str, Any], platform: str = ""
    ) -> tuple[str, list[str]]:
        """Return the new container's ID, and the engine's warnings."""
        params = {"name": name}
        if platform:
            params["platform"] = platform
        if self.is_podman:  # Podman treats a missing timeout as 0, and kills immediately.
            payload = {"StopTimeout": 10, **payload}
        payload = networks.with_mac(payload, self.api_version, self.is_podman)
        payload = self._without_incapable(payload)
        answer = self._connection.call("POST", "/containers/create", params, payload)
        if not isinstance(answer, dict) or "Id" not in answer:
            raise Blocked(f"the engine at {self.host} did not return an ID; check its log")
        return answer["Id"], answer.get("Warnings") or []

    def missing_source(self, sources: Sequence[str]) -> str:
        """Return the first of these paths that does not exist on the engine's host; empty if all
        exist.

        Only a create call checks that; without a command, it creates nothing. Podman creates
        missing paths.
        """
        if self.is_podman or not sources:
            return ""
        mounts = [
            {"Type": "bind", "Source": source, "Target": f"/{number}"}
            for number, source in enumerate(sources)
        ]
        body = {"Image": "", "HostConfig": {"Mounts": mounts}}
        try:
            answer = self._connection.call("POST", "/containers/create", body=body)
        except Refused as error:
            return error.said.partition(_NO_SOURCE)[2].strip()
        if isinstance(answer, dict) and "Id" in answer:
            self.remove(answer["Id"])
        return ""

    def _without_incapable(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the payload without the limits that the host cannot set: Docker refuses one and
        drops the others.
        """
        host = payload.get("HostConfig") or {}
        places = {name: SETTINGS[name].at.rpartition(".")[2] for name in LIMITS}
        if not any(field in host for field in places.values()):
            return payload
        dropped = {places[name] for name in self.incapable()}
        kept = {field: value for field, value in host.items() if field not in dropped}
        return {**payload, "HostConfig": kept}

    def start(self, container_id: str) -> None:
        self._command(container_id, "start", allowance=_START_ALLOWANCE)

    def stop(self, container_id: str, grace: int = 10, timeout: int | None = None) -> None:
        """Stop a container; the engine kills it after its own stop timeout. grace: that timeout,
        in seconds. timeout: another one, for this call.
        """
        self._end("stop", container_id, grace, timeout)

    def kill(self, container_id: str) -> None:
        """Kill a container, and return when its process has ended."""
        with self._unless_ended(container_id):
            self._command(container_id, "kill")
        deadline = time.monotonic() + _REMOVAL_TIMEOUT
        while True:
            found = self.container(container_id)
            if found is None or not found.has_process:
                return
            if time.monotonic() > deadline:
                raise Blocked(
                    f"container {found.name} is still {found.status} {_REMOVAL_TIMEOUT:g} s after"
                    " it was killed; check the log of the engine"
                )
            time.sleep(_COMMAND_INTERVAL)

    @contextlib.contextmanager
    def _unless_ended(self, container_id: str) -> Iterator[None]:
        """Ignore an error of the block if the container has ended meanwhile."""
        try:
            yield
        except Refused:
            found = self.container(container_id)
            if found is not None and found.has_process:
                raise

    def restart(self, container_id: str, grace: int = 10, timeout: int | None = None) -> None:
        """Restart a container. grace, timeout: as for `stop`."""
        self._end("restart", container_id, grace, timeout, _START_ALLOWANCE)

    def _end(
        self,
        command: str,
        container_id: str,
        grace: int,
        timeout: int | None,
        allowance: float = 0.0,
    ) -> None:
        params = {} if timeout is None else {"t": str(timeout)}
        self._command(container_id, command, params, allowance + max(grace, timeout or 0))

    def unpause(self, container_id: str) -> None:
        self._command(container_id, "unpause")

    def rename(self, container_id: str, name: str) -> None:
        self._command(container_id, "rename", {"name": name})

    def update(self, container_id: str, payload: Mapping[str, Any]) -> None:
        """Update the restart policy and limits. Podman cannot: raise Refused with 404."""
        self._connection.call("POST", f"/containers/{container_id}/update", body=payload)

    def remove(self, container_id: str, volumes: bool = False) -> None:
        """Remove a container.

        Does nothing if it no longer exists. volumes: whether to remove its anonymous volumes, too.
        """
        log_readers.await_readers()
        params = {"force": "true", "v": "true" if volumes else "false"}
        try:
            self._connection.call("DELETE", f"/containers/{container_id}", params)
        except Refused as error:
            # The engine itself removes a stopped container that was created with --rm.
            if error.code != 404 and not self._vanishes(container_id, error):
                raise

    def _vanishes(self, container_id: str, error: Refused) -> bool:
        if error.code != 409 or "in progress" not in error.said:
            return False
        deadline = time.monotonic() + _REMOVAL_TIMEOUT
        while self.container(container_id) is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def log(self, container_id: str, params: Mapping[str, str]) -> Iterator[bytes]:
        """Yield the container's log in chunks, with the engine's frames and times.

        params: ``since``, ``until`` and ``tail`` of the engine.
        """
        asked = {"stdout": "true", "stderr": "true", "timestamps": "true", **params}
        return self._connection.content(f"/containers/{container_id}/logs", asked)

    def log_tail(self, container_id: str, lines: int = 20) -> str:
        """Return the end of its output, with errors; empty if the log cannot be read."""
        params = {"stdout": "true", "stderr": "true", "tail": str(lines)}
        try:
            content = self._connection.call("GET", f"/containers/{container_id}/logs", params)
        except ResourceError:
            return ""
        log = _without_frames(content if isinstance(content, bytes) else b"")
        return self._conceal(log)[-_LOG_LIMIT:]

    def run_healthcheck(self, container_id: str, patience: float) -> None:
        """Run a healthcheck once. Podman without systemd never runs healthchecks by itself.

        patience: seconds to wait for its end.
        """
        path = f"/containers/{container_id}/healthcheck"
        self._connection.call_libpod("GET", path, patience)

    def run_inside(self, container_id: str, words: Sequence[str], patience: float) -> int | None:
        """Run a command in a container, and return its exit code; None if it does not end.

        patience: seconds to wait for its end.
        """
        deadline = time.monotonic() + patience
        if self.is_podman:  # Version 4.3 reports that a detached command still runs.
            body = {"Cmd": list(words), "AttachStdout": True, "AttachStderr": True}
            command = self.make_command(container_id, body)
            for _printed in self.start_command(command, b""):
                if time.monotonic() >= deadline:
                    return None
        else:
            command = self.make_command(container_id, {"Cmd": list(words)})
            self._connection.call("POST", f"/exec/{command}/start", body={"Detach": True})
        while True:
            found = self.command(command)
            if not found.get("Running") and found.get("ExitCode") is not None:
                return int(found["ExitCode"])
            if time.monotonic() >= deadline:
                return None
            time.sleep(_COMMAND_INTERVAL)

    def make_command(self, container_id: str, body: Mapping[str, Any]) -> str:
        """Prepare a command in a container, and return its ID. body: as the API has it."""
        made = self._connection.call("POST", f"/containers/{container_id}/exec", body=body)
        return str(made["Id"])

    def start_command(
        self, command_id: str, given: bytes
    ) -> Generator[tuple[int, bytes], None, None]:
        """Start a prepared command with this input, and yield what it prints, by stream; empty
        bytes from time to time.
        """
        body = {"Detach": False, "Tty": False}
        frames = Frames()
        for chunk in self._connection.converse(f"/exec/{command_id}/start", body, given):
            if not chunk:
                yield STDOUT, b""
            for part in frames.feed(chunk):
                yield part.stream, part.data

    def command(self, command_id: str) -> Mapping[str, Any]:
        """Return the inspect payload of a command."""
        found: Mapping[str, Any] = self._connection.call("GET", f"/exec/{command_id}/json")
        return found

    def _command(
        self,
        container_id: str,
        command: str,
        params: Mapping[str, Any] | None = None,
        allowance: float = 0.0,
    ) -> None:
        path = f"/containers/{container_id}/{command}"
        self._connection.call("POST", path, params, allowance=allowance)

    # images

    def image(self, name_or_id: str) -> Image | None:
        return image_of(self._connection.find(f"/images/{quote(name_or_id)}/json"))

    def images(self) -> list[Mapping[str, Any]]:
        """Return the short list entries of all images."""
        found: list[Mapping[str, Any]] = self._connection.call("GET", "/images/json")
        return found

    def remove_image(self, name_or_id: str) -> None:
        """Remove a name of an image; the image is removed with its last name.

        Raise Refused if a container uses it.
        """
        self._connection.call("DELETE", f"/images/{quote(name_or_id)}")

    def pull(self, name: ImageName, credentials: Mapping[str, Any] | None, platform: str) -> None:
        """Pull an image.

        Raise Refused with what the engine says about the registry; Blocked if the engine does not
        respond, or if nothing arrives from the registry.
        """
        params = {"fromImage": f"{name.registry}/{name.path}", "tag": name.pulled_as}
        if platform:
            params["platform"] = platform
        headers = self._authorization(credentials)
        try:
            # Engines respond with 200 and report a failure in a line.
            for line in self._connection.stream("/images/create", params, headers, PULL_TIMEOUT):
                if line.get("error"):
                    raise Refused(line["error"], 500)
        except Silent:
            self._connection.ping()  # Raises Blocked if the engine itself hangs.
            raise registry_errors.stalled(name, PULL_TIMEOUT) from None

    def remote_image(self, name: ImageName, credentials: Mapping[str, Any] | None) -> Remote:
        """Return what the registry has now under a name."""
        path = f"/distribution/{quote(str(name))}/json"
        try:
            answer = self._connection.call("GET", path, headers=self._authorization(credentials))
        except ResourceError as error:
            if self.is_podman:
                return Remote(reason="Podman cannot query a registry without pulling the image")
            return Remote(reason=error.said if isinstance(error, Refused) else error.message)
        return remote_of(answer)

    def mirrors(self) -> tuple[str, ...]:
        """Return the URLs of the mirrors of Docker Hub that the engine tries first."""
        config = self._information().get("RegistryConfig") or {}
        return tuple(map(str, config.get("Mirrors") or ()))

    def credentials(self, registry: str) -> tuple[Mapping[str, Any] | None, str]:
        return self._connection.credentials(registry)

    def _authorization(self, credentials: Mapping[str, Any] | None) -> dict[str, str]:
        return authorization(credentials) if credentials else {}

    # networks and volumes

    def subnets(self, network: str) -> tuple[str, ...] | None:
        """Return the subnets of a network, ``10.1.0.0/16``; None if it does not exist."""
        found = self.network(network)
        if found is None:
            return None
        configs = (found.get("IPAM") or {}).get("Config") or []
        return tuple(config["Subnet"] for config in configs if config.get("Subnet"))

    def network(self, name_or_id: str) -> Mapping[str, Any] | None:
        """Return the inspect payload; None if no network has this name or full ID."""
        found: Mapping[str, Any] | None
        found = self._connection.find(f"/networks/{quote(name_or_id)}")
        is_it = found is not None and name_or_id in (found.get("Name"), found.get("Id"))
        return found if is_it else None

    def make_network(self, body: Mapping[str, Any]) -> None:
        """Create a network. Raise Refused if one of its name exists."""
        sent = {**body, "CheckDuplicate": True}
        self._connection.call("POST", "/networks/create", body=sent)

    def create_network(self, name: str, labels: Mapping[str, str]) -> None:
        """Create a bridge network. Does nothing if it was created in the meantime."""
        try:
            self.make_network({"Name": name, "Driver": "bridge", "Labels": dict(labels)})
        except Refused as error:
            if error.code != 409:
                raise

    def networks_labelled(self, label: str) -> list[Mapping[str, Any]]:
        """Return the list entries of the networks with a label. label: ``NAME`` or
        ``NAME=VALUE``.
        """
        params = {"filters": json.dumps({"label": [label]})}
        found: list[Mapping[str, Any]] = self._connection.call("GET", "/networks", params)
        return found

    def remove_network(self, name: str) -> None:
        self._connection.call("DELETE", f"/networks/{quote(name)}")

    def connect(self, attachment: Attachment, container_id: str) -> None:
        body = {"Container": container_id, "EndpointConfig": endpoint(attachment)}
        self._connection.call("POST", f"/networks/{quote(attachment.network)}/connect", body=body)

    def disconnect(self, network: str, container_id: str) -> None:
        body = {"Container": container_id}
        self._connection.call("POST", f"/networks/{quote(network)}/disconnect", body=body)

    def users(self, kind: str, name: str) -> list[str]:
        """Return the names of all containers, running or not, with a network or volume."""
        params = {"all": "true", "filters": json.dumps({kind: [name]})}
        entries = self._connection.call("GET", "/containers/json", params)
        return sorted((entry.get("Names") or [""])[0].lstrip("/") for entry in entries)

    def volume(self, name: str) -> Mapping[str, Any] | None:
        """Return the inspect payload; None if it does not exist."""
        found: Mapping[str, Any] | None = self._connection.find(f"/volumes/{quote(name)}")
        return found

    def volumes_labelled(self, label: str) -> list[Mapping[str, Any]]:
        """Return the list entries of the volumes with a label. label: ``NAME=VALUE``."""
        params = {"filters": json.dumps({"label": [label]})}
        found = self._connection.call("GET", "/volumes", params)
        return list(found.get("Volumes") or ())

    def make_volume(self, body: Mapping[str, Any]) -> None:
        """Create a volume. Does nothing if one with this name exists."""
        self._connection.call("POST", "/volumes/create", body=body)

    def delete_volume(self, name: str) -> None:
        """Remove a volume. Raise Refused if a container uses it."""
        self._connection.call("DELETE", f"/volumes/{quote(name)}")

    def remove_volume(self, name: str) -> None:
        """Remove a volume. Does nothing if it does not exist or is in use."""
        try:
            self.delete_volume(name)
        except Refused as error:
            if error.code not in (404, 409):
                raise

    # the host

    def incapable(self) -> frozenset[str]:
        """Return the limits that this host cannot set, by the names of their attributes."""
        if self._incapable is None:
            controllers = self._libpod_host().get("cgroupControllers") if self.is_podman else None
            self._incapable = incapable(self._information(), controllers)
        return self._incapable

    def has_containerd_store(self) -> bool:
        """Return whether containerd stores the images of this Docker, instead of Docker itself."""
        status = self._information().get("DriverStatus") or ()
        return ["driver-type", "io.containerd.snapshotter.v1"] in status

    def log_driver(self) -> str:
        """Return the log driver of containers that set none; empty if the engine does not
        report it.
        """
        if self.is_podman:  # Podman's Docker API does not report it.
            return str(self._libpod_host().get("logDriver") or "")
        return str(self._information().get("LoggingDriver") or "")

    def _libpod_host(self) -> Mapping[str, Any]:
        return self._connection.call_libpod("GET", "/info").get("host") or {}

    def _information(self) -> Mapping[str, Any]:
        if self._info is None:
            self._info = self._connection.call("GET", "/info")
        return self._info


def _without_frames(content: bytes) -> str:
    """Return log output without the 8-byte headers that mark stdout and stderr.

    Bytes that are not valid text are kept, because secrets are masked in them.
    """
    if content[:4] in _HEADERS:
        content = b"".join(part.data for part in Frames().feed(content))
    return content[-_LONGEST_LOG:].decode("utf-8", "surrogateescape")
