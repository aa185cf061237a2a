# SPDX-License-Identifier: GPL-3.0-or-later
"""What inspect says of a container that was created from a spec, without an engine.

As measured on Docker 20.10 and 26.1: settings are kept as they are sent, what is not sent comes
from the image, and some are cleaned or added. Where Podman differs, ``on_podman`` says how.
"""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import image_of
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import (
    create_config,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.spec import ContainerSpec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.mount import (
    PROPAGATION,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.networks import (
    endpoint,
)
from tests.unit.module_utils.types.container import on_podman

ANONYMOUS = "e" * 64
#: The address that the engine chooses.
ANY_MAC = "02:42:ac:11:00:aa"
#: What a daemon fills in.
USUAL: dict[str, Any] = {
    "IpcMode": "private",
    "ShmSize": 67108864,
    "LogConfig": {"Type": "json-file", "Config": {}},
    "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
    "NetworkMode": "default",
    "Runtime": "runc",
}


def created(
    attributes: Mapping[str, Any],
    image: Mapping[str, Any],
    base: Mapping[str, Any] | None = None,
    ours: bool = True,
    file_env: Mapping[str, str] | None = None,
    podman: bool = False,
) -> dict[str, Any]:
    """Return the payload. image: its inspect payload. base: further fields.

    file_env: the content of its env_file; None if the label does not list it, as in the first
    release.
    """
    wanted = spec.parse({"container": "app", "image": "x", **attributes})
    known = image_of(image)
    assert known is not None
    body = create_config.payload(wanted, known, file_env or {}, str)
    if file_env is None:
        body["Labels"] |= label.labels(wanted)
    if not ours:
        body["Labels"] = dict(wanted.settings.labels or {})
    payload = inspected(body, image, base, podman=podman)
    networks = _networks(wanted, payload["Id"], payload["HostConfig"]["NetworkMode"])
    payload.setdefault("NetworkSettings", {"Networks": networks})
    return payload


def inspected(
    body: Mapping[str, Any],
    image: Mapping[str, Any],
    base: Mapping[str, Any] | None = None,
    anonymous: Callable[[], str] = lambda: ANONYMOUS,
    podman: bool = False,
) -> dict[str, Any]:
    """Return the payload without networks. body: of the create call. anonymous: names such
    volumes.
    """
    payload: dict[str, Any] = copy.deepcopy(dict(base or {}))
    payload.setdefault("Id", "c" * 64)
    payload.setdefault("Image", image["Id"])
    payload.setdefault("State", {"Status": "running"})
    usual = on_podman.USUAL if podman else USUAL
    host = {**usual, **(payload.get("HostConfig") or {}), **body["HostConfig"]}
    if not host["LogConfig"]["Type"]:
        host["LogConfig"] = {**host["LogConfig"], "Type": "json-file"}
    if not podman:
        _label_security(host)
    config = image.get("Config") or {}
    payload |= {"Config": _config(body, config, payload), "HostConfig": host}
    payload["Mounts"] = _mounts(host, config, anonymous)
    if body["HostConfig"].get("Memory") and not body["HostConfig"].get("MemorySwap"):
        host["MemorySwap"] = 2 * body["HostConfig"]["Memory"]
    if podman:
        on_podman.change(payload["Config"], host)
    return payload


def _networks(wanted: ContainerSpec, container_id: str, mode: str) -> dict[str, Any]:
    """Return the networks of the first and of all further attachments; the engine adds the short
    ID.
    """
    found: dict[str, Any] = {}
    for attachment in wanted.settings.networks or ():
        end = endpoint(attachment)
        aliases = [*end["Aliases"], container_id[:12]]
        found[attachment.network] = {"MacAddress": ANY_MAC, **end, "Aliases": aliases}
    if not found and not mode.startswith("container:"):
        found["bridge" if mode == "default" else mode] = {"Aliases": None, "IPAMConfig": None}
    return found


def _config(
    body: Mapping[str, Any], image: Mapping[str, Any], base: Mapping[str, Any]
) -> dict[str, Any]:
    config = {"Hostname": base["Id"][:12], **(base.get("Config") or {})}
    for key in ("Tty", "OpenStdin", "StopTimeout", "Hostname", "Domainname"):
        config[key] = body.get(key, config.get(key))
    for key in ("User", "WorkingDir", "StopSignal"):
        config[key] = body.get(key) or image.get(key) or config.get(key)
    if config["WorkingDir"]:
        config["WorkingDir"] = posixpath.normpath("/" + config["WorkingDir"].lstrip("/"))
    env = {**_env(image), **_env(body)}
    healthcheck = {**(config.get("Healthcheck") or {}), **(body.get("Healthcheck") or {})}
    healthcheck = {**(image.get("Healthcheck") or {}), **healthcheck}
    ends = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    config["MacAddress"] = next((end.get("MacAddress") for end in ends.values()), None)
    return {
        **config,
        "Image": body["Image"],
        "Env": [f"{name}={value}" for name, value in env.items()],
        "Labels": {**(image.get("Labels") or {}), **(body.get("Labels") or {})},
        "Entrypoint": body.get("Entrypoint") or image.get("Entrypoint"),
        "Cmd": body.get("Cmd") or (None if body.get("Entrypoint") else image.get("Cmd")),
        "Healthcheck": healthcheck or None,
        "ExposedPorts": {**(image.get("ExposedPorts") or {}), **(body.get("ExposedPorts") or {})},
    }


def _env(config: Mapping[str, Any]) -> dict[str, str]:
    return dict(entry.partition("=")[::2] for entry in config.get("Env") or [])


def _label_security(host: dict[str, Any]) -> None:
    options = list(host.get("SecurityOpt") or ())
    lifted = "host" in (host.get("PidMode"), host["IpcMode"]) or host.get("Privileged")
    if lifted and not any(option.startswith("label") for option in options):
        host["SecurityOpt"] = [*options, "label=disable"]


def _mounts(
    host: Mapping[str, Any], image: Mapping[str, Any], anonymous: Callable[[], str]
) -> list[dict[str, Any]]:
    found = {}
    for mount in host.get("Mounts") or ():
        path, read_only = mount["Target"], mount.get("ReadOnly")
        if mount["Type"] == "bind":
            propagation = (mount.get("BindOptions") or {}).get("Propagation") or "rprivate"
            found[path] = _bind(mount["Source"], path, read_only, propagation)
        elif mount["Type"] == "image":
            shown = {"Type": "image", "Source": mount["Source"], "Destination": path}
            found[path] = {**shown, "RW": False, "Propagation": ""}
        else:
            found[path] = _volume(mount.get("Source") or anonymous(), path, read_only)
    for written in host.get("Binds") or ():
        source, path, options = (*written.split(":"), "")[:3]
        words = options.split(",")
        if source.startswith("/"):
            propagation = next((word for word in words if word in PROPAGATION), "rprivate")
            found[path] = _bind(source, path, "ro" in words, propagation)
        else:
            found[path] = _volume(source, path, "ro" in words)
    for path in image.get("Volumes") or {}:
        if path not in found:
            found[path] = _volume(anonymous(), path, False)
    return list(found.values())


def _bind(source: str, path: str, read_only: bool, propagation: str) -> dict[str, Any]:
    mount = {"Type": "bind", "Source": source, "Destination": path, "RW": not read_only}
    return {**mount, "Propagation": propagation}


def _volume(name: str, path: str, read_only: bool) -> dict[str, Any]:
    return {"Type": "volume", "Name": name, "Destination": path, "RW": not read_only}
