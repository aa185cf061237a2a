# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The observed state of an engine: inspect payloads in the same form as the spec."""

from __future__ import annotations

from typing import Any, Callable, Mapping, cast

from ...common.dataclass import dataclass, field
from . import label
from .label import Recorded
from .needed import Need
from .settings import SETTINGS, Settings
from .values.mount import Mount
from .values.networks import Attachment

#: How the media types of lists of images for several platforms end.
_LISTS = ("manifest.list.v2+json", "image.index.v1+json")
#: How many characters of a healthcheck's output a sentence shows.
_SHOWN_OUTPUT = 300


@dataclass(frozen=True)
class Image:
    """An image on the engine. declared_volumes: the paths of its ``VOLUME`` lines."""

    id: str
    config: Mapping[str, Any] = field(default_factory=dict)
    digests: tuple[str, ...] = ()
    platform: str = ""

    @property
    def may_be_list(self) -> bool:
        """Whether the ID may be that of a list for several platforms, as in containerd's store.

        The other values are then those for the engine's own platform, and the ID changes with the
        images for other platforms.
        """
        return self.id in self.digests

    @property
    def declared_volumes(self) -> frozenset[str]:
        return frozenset(self.config.get("Volumes") or {})


@dataclass(frozen=True)
class Remote:
    """What a registry has under a name. digest: None if that is not known. is_list: whether it is
    the digest of a list of images for several platforms. reason: why nothing is known. platforms:
    of its images, as far as they are known.
    """

    digest: str | None = None
    is_list: bool = False
    reason: str = ""
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One run of a container's healthcheck. exit_code: None if it did not end by itself."""

    exit_code: int | None
    output: str

    def __str__(self) -> str:
        """Return how it ended, with the end of its output."""
        code = "" if self.exit_code is None else f" ended with exit code {self.exit_code}"
        said = " ".join(self.output.split())[-_SHOWN_OUTPUT:]
        return f"its last healthcheck{code}" + (f": {said}" if said else "")


@dataclass(frozen=True)
class Existing:
    """A container on the engine.

    status: created, running, paused, restarting, removing, exited or dead. health: empty if
    it has no healthcheck. settings: all its settings; None for those that the engine does not
    report. recorded: the content of our label, None for a container of another tool. volumes: all
    mounts of volumes and paths. out_of_memory: whether the kernel killed it for lack of memory;
    Podman does not report that. last_check: None if no healthcheck has run yet.
    """

    id: str
    name: str
    status: str
    exit_code: int
    restart_count: int
    started_at: str
    health: str
    image_id: str
    auto_remove: bool
    network_mode: str
    attachments: tuple[Attachment, ...]
    labels: Mapping[str, str]
    recorded: Recorded | None
    volumes: tuple[Mount, ...]
    settings: Settings
    out_of_memory: bool = False
    last_check: Check | None = None

    @property
    def is_up(self) -> bool:
        return self.status == "running"

    @property
    def has_process(self) -> bool:
        """Whether it is running, paused or restarting."""
        return self.status in ("running", "paused", "restarting")

    @property
    def lacks_health(self) -> bool:
        """Whether it has a healthcheck that has not passed."""
        return self.health not in ("", "healthy")

    @property
    def grace(self) -> int:
        """The seconds between the stop signal and the kill."""
        return 10 if self.settings.stop_timeout is None else self.settings.stop_timeout


@dataclass(frozen=True)
class Observed:
    """All data for a decision about one container.

    container: None if it does not exist. image: the image that the spec names, after the pull step;
    None if it is not here. moved: the registry has another image under that name; None: unknown
    (check mode only, if nothing is pulled). known_networks: those of the spec that exist.
    subnets: those of networks by name, where an address is asked for. file_env: what ``env_file``
    holds. log_driver: the engine's own, empty if it is not asked for. shared: the IDs for
    ``container:NAME`` in ipc, pid and network_mode, by name, of those that exist. incapable: limits
    that the host cannot set. missing_source: a path to mount that is not there, in check mode.
    missing_container: the need of a container that is not there, in check mode. donors: the mounts
    of containers by name, of those in ``volumes_from`` that exist. repaired: a sentence on the
    repair of an interrupted replacement. followed: the container with which it was replaced in this
    run, because it shares its network. is_adoptable: it does not belong to the stack yet.
    """

    container: Existing | None
    image: Image | None = None
    moved: bool | None = False
    known_networks: frozenset[str] = frozenset()
    subnets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file_env: Mapping[str, str] = field(default_factory=dict)
    log_driver: str = ""
    shared: Mapping[str, str] = field(default_factory=dict)
    incapable: frozenset[str] = frozenset()
    missing_source: str = ""
    missing_container: Need | None = None
    donors: Mapping[str, tuple[Mount, ...]] = field(default_factory=dict)
    repaired: str = ""
    followed: str = ""
    podman: bool = False
    is_adoptable: bool = False

    @property
    def existing(self) -> Existing:
        """The container, where there is one."""
        return cast(Existing, self.container)

    @property
    def image_config(self) -> Mapping[str, Any]:
        """What the image sets; empty if it is not here."""
        return self.image.config if self.image else {}


def image_of(payload: Mapping[str, Any] | None) -> Image | None:
    """Return the image of an inspect payload."""
    if payload is None:
        return None
    return Image(
        payload["Id"],
        payload.get("Config") or {},
        tuple(digest.rpartition("@")[2] for digest in payload.get("RepoDigests") or []),
        platform_of(payload, "Os", "Architecture", "Variant"),
    )


def remote_of(answer: Mapping[str, Any]) -> Remote:
    """Return what an engine reports about an image in a registry."""
    descriptor = answer.get("Descriptor") or {}
    platforms = (
        platform_of(each, "os", "architecture", "variant") for each in answer.get("Platforms") or ()
    )
    return Remote(
        descriptor.get("digest"),
        str(descriptor.get("mediaType") or "").endswith(_LISTS),
        platforms=tuple(filter(None, platforms)),
    )


def platform_of(payload: Mapping[str, Any], *keys: str) -> str:
    """Return ``linux/arm64/v8`` from the parts with these keys, of those that are there."""
    return "/".join(str(payload[key]) for key in keys if payload.get(key))


def existing_of(
    payload: Mapping[str, Any] | None, conceal: Callable[[str], str] = str
) -> Existing | None:
    """Return the container of an inspect payload. conceal: masks secrets in what programs have
    printed.
    """
    if payload is None:
        return None
    state = payload.get("State") or {}
    config = payload.get("Config") or {}
    host = payload.get("HostConfig") or {}
    name = (payload.get("Name") or "").lstrip("/")
    labels = config.get("Labels") or {}
    settings = Settings(**{name: row.observed(payload) for name, row in SETTINGS.items()})
    mode = host.get("NetworkMode") or "default"
    return Existing(
        id=payload["Id"],
        name=name,
        status=_status(state),
        exit_code=state.get("ExitCode") or 0,
        restart_count=payload.get("RestartCount") or 0,
        started_at=state.get("StartedAt") or "",
        health=_health(state, config),
        image_id=payload.get("Image") or "",
        auto_remove=bool(host.get("AutoRemove")),
        network_mode="bridge" if mode == "default" else mode,
        attachments=settings.networks or (),
        labels=labels,
        recorded=label.decode(labels.get(label.SPEC)),
        volumes=settings.volumes or (),
        settings=settings,
        out_of_memory=bool(state.get("OOMKilled")),
        last_check=_last_check(state, conceal),
    )


def _status(state: Mapping[str, Any]) -> str:
    status = state.get("Status") or ("running" if state.get("Running") else "exited")
    # Podman has its own names.
    return {"configured": "created", "initialized": "created", "stopped": "exited"}.get(
        status, status
    )


def _health(state: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    test = (config.get("Healthcheck") or {}).get("Test") or []
    if not test or test[0] == "NONE":
        return ""
    return (state.get("Health") or state.get("Healthcheck") or {}).get("Status") or "starting"


def _last_check(state: Mapping[str, Any], conceal: Callable[[str], str]) -> Check | None:
    entries = (state.get("Health") or state.get("Healthcheck") or {}).get("Log")
    if not entries:
        return None
    code = entries[-1].get("ExitCode")
    output = conceal((entries[-1].get("Output") or "").strip())
    legible = "".join(c if c in "\n\t" or c.isprintable() else "\ufffd" for c in output)
    # Engines report -1 for one that they killed, and the reason instead of its output.
    return Check(None if code == -1 else code, legible)
