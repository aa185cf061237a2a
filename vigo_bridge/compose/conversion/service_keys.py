# SPDX-License-Identifier: GPL-3.0-or-later
"""Every key of a compose service, and how it is converted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vigo_bridge.compose.conversion import device_keys, network_keys, process_keys, storage_keys
from vigo_bridge.compose.conversion.job import Job
from vigo_bridge.compose.model import Pairs
from vigo_bridge.compose.text import Text

#: Converts one key's value into what the job fills in.
Conversion = Callable[[Job, Any], None]


def _text(key: str, attribute: str | None = None) -> Conversion:
    return lambda job, value: job.set(key, attribute or key, value)


def _list(key: str) -> Conversion:
    return lambda job, value: job.set_list(key, key, value)


def _flag(key: str) -> Conversion:
    def convert(job: Job, value: bool) -> None:
        job.attributes[key] = value

    return convert


def _map(key: str) -> Conversion:
    def convert(job: Job, value: Pairs) -> None:
        rendered = {name: job.plain(key, text) if text else "" for name, text in value}
        job.attributes[key] = {name: text for name, text in rendered.items() if text is not None}

    return convert


@dataclass(frozen=True)
class Lost:
    """Reports a key that a stack cannot express."""

    key: str
    advice: str

    def __call__(self, job: Job, value: Any) -> None:
        job.lost(self.key, f"{self.key} is not supported", self.advice)


def _note(key: str, message: str) -> Conversion:
    return lambda job, value: job.note(key, message)


def _elsewhere(job: Job, value: Any) -> None:
    """Set nothing: builds, names, networks, profiles and replicas are handled with the service."""


def _security_opt(job: Job, texts: tuple[Text, ...]) -> None:
    """Set security_opt. Compose reads a seccomp profile from a file; engines need its content."""
    kept = []
    for text in texts:
        name, value = (str(part) for part in text.partition("=" if "=" in str(text) else ":"))
        if name == "seccomp" and value not in ("unconfined", "builtin") and value[:1] != "{":
            job.lost(
                "security_opt",
                f"{text} is a path, but the engine expects the content of the file",
                "write seccomp= and the profile's JSON into security_opt",
            )
        else:
            kept.append(text)
    job.set_list("security_opt", "security_opt", tuple(kept))


_CPU_QUOTA = "limit it with cpus:, in CPUs"
_HOOK = "write an exec resource that runs `docker exec`, with depends_on: or notify:"

#: How each key is converted. A missing key breaks the import, and a test before that.
CONVERSIONS: Mapping[str, Conversion] = {
    "annotations": _map("annotations"),
    "attach": _note("attach", "attach only affects the output of `compose up`"),
    "blkio_config": process_keys.blkio_config,
    "build": _elsewhere,
    "cap_add": _list("cap_add"),
    "cap_drop": _list("cap_drop"),
    "cgroup": _text("cgroup", "cgroupns"),
    "cgroup_parent": _text("cgroup_parent"),
    "command": process_keys.command,
    "configs": storage_keys.configs,
    "container_name": _elsewhere,
    "cpu_count": Lost("cpu_count", _CPU_QUOTA),
    "cpu_percent": Lost("cpu_percent", _CPU_QUOTA),
    "cpu_period": _text("cpu_period"),
    "cpu_quota": _text("cpu_quota"),
    "cpu_rt_period": Lost("cpu_rt_period", _CPU_QUOTA),
    "cpu_rt_runtime": Lost("cpu_rt_runtime", _CPU_QUOTA),
    "cpu_shares": _text("cpu_shares"),
    "cpus": _text("cpus"),
    "cpuset": _text("cpuset", "cpuset_cpus"),
    "credential_spec": Lost("credential_spec", "it is for Windows"),
    "depends_on": network_keys.depends_on,
    "deploy": process_keys.deploy,
    "develop": _note("develop", "develop is used only by `compose watch`"),
    "device_cgroup_rules": _list("device_cgroup_rules"),
    "devices": device_keys.devices,
    "dns": _list("dns"),
    "dns_opt": _list("dns_opt"),
    "dns_search": _list("dns_search"),
    "domainname": _text("domainname"),
    "driver_opts": Lost("driver_opts", "set the options where the volume or network is created"),
    "entrypoint": process_keys.entrypoint,
    "env_file": process_keys.env_file,
    "environment": process_keys.environment,
    "expose": _list("expose"),
    "external_links": Lost("external_links", "connect both containers to the same network"),
    "extra_hosts": network_keys.extra_hosts,
    "gpus": lambda job, value: device_keys.requests(job, "gpus", value),
    "group_add": _list("group_add"),
    "healthcheck": process_keys.healthcheck,
    "hostname": _text("hostname"),
    "image": process_keys.image,
    "init": _flag("init"),
    "ipc": lambda job, value: network_keys.namespace(job, "ipc", value),
    "isolation": Lost("isolation", "it is for Windows"),
    "label_file": process_keys.label_file,
    "labels": process_keys.labels,
    "links": network_keys.links,
    "logging": process_keys.logging,
    "mac_address": _text("mac_address"),
    "mem_limit": _text("mem_limit", "memory"),
    "mem_reservation": _text("mem_reservation", "memory_reservation"),
    "mem_swappiness": _text("mem_swappiness", "memory_swappiness"),
    "memswap_limit": _text("memswap_limit", "memory_swap"),
    "models": Lost("models", "run the model server as a separate service"),
    "network_mode": _elsewhere,
    "networks": _elsewhere,
    "oom_kill_disable": _flag("oom_kill_disable"),
    "oom_score_adj": _text("oom_score_adj"),
    "pid": lambda job, value: network_keys.namespace(job, "pid", value),
    "pids_limit": _text("pids_limit"),
    "platform": _text("platform"),
    "ports": network_keys.ports,
    "post_start": Lost("post_start", _HOOK),
    "pre_stop": Lost("pre_stop", "let the program exit with 0 on its stop_signal"),
    "privileged": _flag("privileged"),
    "profiles": _elsewhere,
    "provider": Lost("provider", "write an exec resource that runs the provider's program"),
    "pull_policy": process_keys.pull_policy,
    "pull_refresh_after": Lost("pull_refresh_after", "use pull: always, or change the tag"),
    "read_only": _flag("read_only"),
    "restart": process_keys.restart,
    "runtime": _text("runtime"),
    "scale": _elsewhere,
    "secrets": storage_keys.secrets,
    "security_opt": _security_opt,
    "shm_size": _text("shm_size"),
    "stdin_open": _flag("stdin_open"),
    "stop_grace_period": process_keys.stop_grace_period,
    "stop_signal": _text("stop_signal"),
    "storage_opt": _map("storage_opt"),
    "sysctls": _map("sysctls"),
    "tmpfs": storage_keys.tmpfs,
    "tty": _flag("tty"),
    "ulimits": _map("ulimits"),
    "use_api_socket": Lost("use_api_socket", "mount the engine's socket under volumes:"),
    "user": _text("user"),
    "userns_mode": _text("userns_mode"),
    "uts": _text("uts"),
    "volumes": storage_keys.volumes,
    "volumes_from": network_keys.volumes_from,
    "working_dir": _text("working_dir", "workdir"),
}
