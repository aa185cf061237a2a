# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the engine: inspect payloads in the same terms as the spec."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from . import label
from .label import Recorded
from .spec import Settings
from .values import capabilities, image_name, mounts, networks, ports, restart
from .values.healthcheck import Healthcheck
from .values.mounts import Mount
from .values.networks import Attachment

#: Characters of what a healthcheck printed that are shown in a sentence.
_SHOWN_OUTPUT = 300


@dataclass(frozen=True)
class Image:
    """An image on the engine. declared_volumes: the paths of its ``VOLUME`` lines."""

    id: str
    config: Mapping[str, Any] = field(default_factory=dict)
    digests: tuple[str, ...] = ()
    platform: str = ""

    @property
    def declared_volumes(self) -> frozenset[str]:
        return frozenset(self.config.get("Volumes") or {})


@dataclass(frozen=True)
class Check:
    """One run of a container's healthcheck. exit_code: None where it did not end by itself."""

    exit_code: int | None
    output: str

    def __str__(self) -> str:
        """Return how it ended, in words, with the end of its output."""
        code = "" if self.exit_code is None else f" ended with exit code {self.exit_code}"
        said = " ".join(self.output.split())[-_SHOWN_OUTPUT:]
        return f"its last healthcheck{code}" + (f": {said}" if said else "")


@dataclass(frozen=True)
class Existing:
    """A container on the engine.

    status: created, running, paused, restarting, removing, exited or dead. health: empty where
    it has no healthcheck. settings: all that it has; None where the engine does not say.
    recorded: what our label says, None for a container that we did not make. volumes: every
    mount of a volume or a path. out_of_memory: whether the kernel ended it for want of memory;
    Podman does not report it. last_check: None where no healthcheck has run yet.
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
    def lacks_health(self) -> bool:
        """Whether it has a healthcheck that has not passed."""
        return self.health not in ("", "healthy")

    @property
    def grace(self) -> int:
        """Seconds between asking it to stop and killing it."""
        return 10 if self.settings.stop_timeout is None else self.settings.stop_timeout


@dataclass(frozen=True)
class Observed:
    """All that a decision about one container needs.

    container: None where there is none. image: the image that the spec names, after the pull
    step; None where it is not here. moved: the registry has another image under that name;
    None: it does not tell (check mode only, where nothing is pulled). known_networks: those
    of the spec that exist. subnets: those of networks by name, where an address is asked for.
    file_env: what ``env_file`` holds. log_driver: the engine's own, empty where it is not asked
    for. shared: the IDs behind ``container:NAME`` in ipc, pid and network_mode, by name, of those
    that exist. incapable: limits that the host cannot set. missing_source: a path to mount that
    is not there, in check mode. repaired: what was repaired of an interrupted replacement, in
    words. followed: the container with which it was replaced in this run, because it shares its
    network.
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
    repaired: str = ""
    followed: str = ""
    podman: bool = False


def image_of(payload: Mapping[str, Any] | None) -> Image | None:
    """From an image's inspect payload."""
    if payload is None:
        return None
    parts = (payload.get("Os"), payload.get("Architecture"), payload.get("Variant"))
    return Image(
        payload["Id"],
        payload.get("Config") or {},
        tuple(digest.rpartition("@")[2] for digest in payload.get("RepoDigests") or []),
        "/".join(part for part in parts if part),
    )


def existing_of(
    payload: Mapping[str, Any] | None, conceal: Callable[[str], str] = str
) -> Existing | None:
    """From a container's inspect payload. conceal: masks secrets in what programs have printed."""
    if payload is None:
        return None
    state = payload.get("State") or {}
    config = payload.get("Config") or {}
    host = payload.get("HostConfig") or {}
    name = (payload.get("Name") or "").lstrip("/")
    labels = config.get("Labels") or {}
    attachments = networks.of_payload(
        payload.get("NetworkSettings"), payload["Id"], name, config.get("Hostname") or ""
    )
    volumes = mounts.of_payload(payload.get("Mounts"))
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
        attachments=attachments,
        labels=labels,
        recorded=label.decode(labels.get(label.SPEC)),
        volumes=volumes,
        settings=_settings(config, host, attachments, volumes, labels),
        out_of_memory=bool(state.get("OOMKilled")),
        last_check=_last_check(state, conceal),
    )


def _status(state: Mapping[str, Any]) -> str:
    status = state.get("Status") or ("running" if state.get("Running") else "exited")
    # Podman has words of its own.
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
    # Engines write -1 for one that they ended, and say so in place of its output.
    return Check(None if code == -1 else code, legible)


def _settings(
    config: Mapping[str, Any],
    host: Mapping[str, Any],
    attachments: tuple[Attachment, ...],
    volumes: tuple[Mount, ...],
    labels: Mapping[str, str],
) -> Settings:
    return Settings(
        image=image_name.familiar(config.get("Image") or ""),
        command=tuple(config.get("Cmd") or ()),
        entrypoint=_entrypoint(config.get("Entrypoint")),
        env=_env(config.get("Env")),
        user=config.get("User") or "",
        workdir=config.get("WorkingDir") or "",
        group_add=tuple(host.get("GroupAdd") or ()),
        init=bool(host.get("Init")),
        tty=bool(config.get("Tty")),
        stdin_open=bool(config.get("OpenStdin")),
        stop_signal=str(config.get("StopSignal") or "SIGTERM"),
        stop_timeout=_stop_timeout(config.get("StopTimeout")),
        healthcheck=_healthcheck(config.get("Healthcheck")),
        labels=labels,
        ports=ports.of_bindings(host.get("PortBindings")),
        volumes=volumes,
        tmpfs=_tmpfs(host),
        devices=_devices(host.get("Devices")),
        networks=attachments,
        network_mode=host.get("NetworkMode") or "default",
        hostname=config.get("Hostname") or "",
        domainname=config.get("Domainname") or "",
        dns=tuple(host.get("Dns") or ()),
        dns_search=tuple(host.get("DnsSearch") or ()),
        dns_opt=tuple(host.get("DnsOptions") or ()),
        extra_hosts=tuple(sorted(host.get("ExtraHosts") or ())),
        restart=restart.of_payload(host.get("RestartPolicy")),
        memory=host.get("Memory") or 0,
        memory_swap=host.get("MemorySwap") or 0,
        cpus=_nano_cpus(host),
        cpu_shares=host.get("CpuShares") or 0,
        pids_limit=host.get("PidsLimit") or 0,
        ulimits={
            limit["Name"].lower().replace("rlimit_", ""): f"{limit['Soft']}:{limit['Hard']}"
            for limit in host.get("Ulimits") or []
        },
        shm_size=host.get("ShmSize") or 0,
        cap_add=_capabilities(host.get("CapAdd")),
        cap_drop=_capabilities(host.get("CapDrop")),
        privileged=bool(host.get("Privileged")),
        read_only=bool(host.get("ReadonlyRootfs")),
        security_opt=tuple(host.get("SecurityOpt") or ()),
        sysctls=host.get("Sysctls"),
        ipc=host.get("IpcMode") or "",
        pid=host.get("PidMode") or "",
        log_driver=(host.get("LogConfig") or {}).get("Type") or "",
        log_opts=(host.get("LogConfig") or {}).get("Config"),
    )


def _entrypoint(value: Any) -> tuple[str, ...]:
    # Podman's API of Docker's version 1.40 writes one text. One empty word clears an image's.
    words = tuple(value.split()) if isinstance(value, str) else tuple(value or ())
    return () if words == ("",) else words


def _env(entries: Any) -> dict[str, str]:
    return {
        name: value for name, _equals, value in (entry.partition("=") for entry in entries or [])
    }


def _stop_timeout(value: Any) -> int:
    return 10 if value is None else int(value)


def _healthcheck(payload: Mapping[str, Any] | None) -> Healthcheck:
    payload = payload or {}
    return Healthcheck(
        tuple(payload.get("Test") or ()),
        payload.get("Interval") or 0,
        payload.get("Timeout") or 0,
        payload.get("Retries") or 0,
        payload.get("StartPeriod") or 0,
        payload.get("StartInterval") or 0,
    )


def _tmpfs(host: Mapping[str, Any]) -> dict[str, str]:
    """Both ways of asking for one: ``--tmpfs``, and ``--mount type=tmpfs`` as Compose writes it."""
    found = dict(host.get("Tmpfs") or {})
    for mount in host.get("Mounts") or []:
        if mount.get("Type") == "tmpfs":
            options = mount.get("TmpfsOptions") or {}
            words = ["ro"] if mount.get("ReadOnly") else []
            words += [f"size={options['SizeBytes']}"] if options.get("SizeBytes") else []
            words += [f"mode={options['Mode']:o}"] if options.get("Mode") else []
            found[mount["Target"]] = ",".join(words)
    return {
        path: ",".join(sorted(word for word in options.split(",") if word))
        for path, options in found.items()
    }


def _devices(devices: Any) -> tuple[str, ...]:
    return tuple(
        sorted(
            f"{device['PathOnHost']}:{device.get('PathInContainer') or device['PathOnHost']}"
            f":{device.get('CgroupPermissions') or ''}"
            for device in devices or []
        )
    )


def _nano_cpus(host: Mapping[str, Any]) -> int:
    quota, period = host.get("CpuQuota") or 0, host.get("CpuPeriod") or 0
    if not host.get("NanoCpus") and quota > 0:
        return int(quota / (period or 100000) * 1e9)
    return host.get("NanoCpus") or 0


def _capabilities(names: Any) -> tuple[str, ...]:
    return tuple(sorted(capabilities.short(name) for name in names or []))
