# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of community.docker.docker_container, and what they are called here.

The table is used for the aliases of the module, for advice in errors, and for the page
``docs/from-docker-container.md``, which ``docs/site/docker_container_table.py`` writes.
"""

from __future__ import annotations

from typing import Iterator, Mapping, NamedTuple

from ...common.suggest import Meant, nearest
from .descriptor import TYPE

#: The same name and meaning; an alias; another name or form; nothing to write; not supported.
SAME, ALIAS, OTHER, NOT_NEEDED, UNSUPPORTED = "same", "alias", "other", "not needed", "unsupported"


class Row(NamedTuple):
    """One option of docker_container.

    names: its name and its aliases, separated by blanks. fate: one of the words above. here: the
    attribute for it; several, separated by blanks, if it depends. note: in Markdown: for OTHER,
    what to write; for NOT_NEEDED, why; for UNSUPPORTED, what to do; otherwise a difference,
    or empty.
    """

    names: str
    fate: str
    here: str = ""
    note: str = ""


def _same(name: str, note: str = "") -> Row:
    return Row(name, SAME, name, note)


#: In alphabetical order, as in the documentation of docker_container.
OPTIONS: tuple[Row, ...] = (
    Row("api_version docker_api_version", NOT_NEEDED, "", "the engine reports its API version"),
    Row(
        "auto_remove",
        UNSUPPORTED,
        "",
        "a container that removes itself cannot be compared or restored; use `expect: exited` for"
        " a job, and `state: absent` to remove it",
    ),
    _same("blkio_weight"),
    Row(
        "ca_path ca_cert tls_ca_cert cacert_path",
        OTHER,
        "",
        "set the environment variable `DOCKER_CERT_PATH` for the task",
    ),
    Row("capabilities", ALIAS, "cap_add"),
    _same("cap_drop"),
    Row("cgroupns_mode", ALIAS, "cgroupns"),
    _same("cgroup_parent"),
    Row(
        "cleanup",
        OTHER,
        "expect",
        "use `expect: exited`, and a second task with `state: absent`",
    ),
    Row(
        "client_cert tls_client_cert cert_path",
        OTHER,
        "",
        "set the environment variable `DOCKER_CERT_PATH` for the task",
    ),
    Row(
        "client_key tls_client_key key_path",
        OTHER,
        "",
        "set the environment variable `DOCKER_CERT_PATH` for the task",
    ),
    _same("command", "a string is split as in a shell"),
    Row("command_handling", NOT_NEEDED, "", "lists and empty lists keep their meaning"),
    Row(
        "comparisons",
        NOT_NEEDED,
        "",
        "only options that you set are compared, and those that the previous task set. For"
        " `image: ignore`, omit `image` and name the container only",
    ),
    Row(
        "container_default_behavior", NOT_NEEDED, "", "options that you do not set have no default"
    ),
    _same("cpu_period"),
    _same("cpu_quota", "cannot be combined with `cpus`"),
    _same("cpus"),
    _same("cpuset_cpus"),
    _same("cpuset_mems"),
    _same("cpu_shares"),
    Row("debug", NOT_NEEDED, "", "run Ansible with `-vvv`"),
    Row(
        "default_host_ip",
        OTHER,
        "ports",
        "write the address in `ports`, such as `127.0.0.1:8080:80`",
    ),
    Row(
        "detach",
        OTHER,
        "expect",
        "remove `detach: true`; use `expect: exited` instead of `detach: false`",
    ),
    _same("devices"),
    _same("device_read_bps"),
    _same("device_write_bps"),
    _same("device_read_iops"),
    _same("device_write_iops"),
    _same("device_cgroup_rules"),
    _same("device_requests", "also in the form of `gpus`"),
    Row("dns_opts", ALIAS, "dns_opt"),
    Row("dns_servers", ALIAS, "dns"),
    Row("dns_search_domains", ALIAS, "dns_search"),
    Row("docker_host docker_url", SAME, "docker_host"),
    _same("domainname"),
    _same("env", "write numbers and booleans in quotes"),
    _same("env_file", "a list of files is possible; their format is that of Compose"),
    _same("entrypoint"),
    Row("etc_hosts", ALIAS, "extra_hosts"),
    Row("exposed_ports exposed expose", ALIAS, "expose"),
    Row(
        "force_kill forcekill",
        SAME,
        "force_kill",
        "only in tasks, not in a stack; not used when a container is replaced",
    ),
    Row("groups", ALIAS, "group_add"),
    _same("healthcheck", "write `disable: true` instead of `test: [NONE]`"),
    Row(
        "healthy_wait_timeout",
        OTHER,
        "health_timeout",
        "use `health_timeout`, which is 60 seconds by default",
    ),
    _same("hostname"),
    _same("image"),
    Row(
        "image_comparison",
        NOT_NEEDED,
        "",
        "what the image sets is never a difference",
    ),
    Row("image_label_mismatch", NOT_NEEDED, "", "labels of the image are never a difference"),
    Row(
        "image_name_mismatch",
        NOT_NEEDED,
        "",
        "a container with another image reference is replaced",
    ),
    _same("init"),
    Row("interactive", ALIAS, "stdin_open"),
    Row("ipc_mode", ALIAS, "ipc"),
    Row(
        "keep_volumes",
        OTHER,
        "remove_volumes",
        "use `remove_volumes: true` instead of `keep_volumes: false`",
    ),
    Row("kernel_memory", UNSUPPORTED, "", "current kernels do not support it; use `memory`"),
    Row(
        "kill_signal",
        OTHER,
        "stop_signal",
        "use `stop_signal`; `force_kill` always sends SIGKILL",
    ),
    _same("labels"),
    Row("links", UNSUPPORTED, "", "use `networks`, in which containers find each other by name"),
    _same("log_driver"),
    Row("log_options log_opt", ALIAS, "log_opts"),
    _same("mac_address"),
    _same("memory"),
    _same("memory_reservation"),
    _same("memory_swap", "requires `memory`"),
    _same("memory_swappiness"),
    _same("mounts", "also in the form of Compose"),
    Row("name", ALIAS, "container"),
    _same("network_mode", "cannot be combined with `networks`"),
    _same(
        "networks",
        "the container is removed from other networks, as with `comparisons: {networks: strict}`",
    ),
    Row(
        "networks_cli_compatible",
        NOT_NEEDED,
        "",
        "a container joins the networks that you list, and no other",
    ),
    Row(
        "oom_killer",
        ALIAS,
        "oom_kill_disable",
        "`true` disables the killer, as in docker_container",
    ),
    _same("oom_score_adj"),
    Row(
        "output_logs",
        OTHER,
        "",
        "use `expect: exited`, which returns the last lines, or the module"
        " `vigo.bridge.container_logs`",
    ),
    Row("paused", UNSUPPORTED, "", "use `state: stopped`; a paused container is resumed"),
    Row("pid_mode", ALIAS, "pid"),
    _same("pids_limit"),
    _same("platform"),
    _same("privileged"),
    Row("publish_all_ports", ALIAS, "publish_all"),
    Row("published_ports ports", ALIAS, "ports"),
    _same("pull", "`true` is `always`, `false` is `missing`"),
    Row(
        "pull_check_mode_behavior",
        NOT_NEEDED,
        "",
        "check mode queries the registry, and predicts what a pull would change",
    ),
    _same("read_only"),
    _same("recreate", "only in tasks, not in a stack"),
    Row("removal_wait_timeout", NOT_NEEDED, "", "the new container is created before the removal"),
    Row(
        "restart",
        OTHER,
        "state restart",
        "use `state: restarted`; `restart` is the restart policy here, and `false` is `no`",
    ),
    Row("restart_policy", ALIAS, "restart"),
    Row(
        "restart_retries",
        OTHER,
        "restart",
        "write the number after the policy, `restart: on-failure:5`",
    ),
    _same("runtime"),
    _same("shm_size"),
    Row("security_opts", ALIAS, "security_opt"),
    _same("state", "`started` is `running`; write `running` instead of `healthy`"),
    _same("stop_signal"),
    _same("stop_timeout", "without `image`, only to stop, restart or remove a container"),
    Row("storage_opts", ALIAS, "storage_opt"),
    _same("sysctls"),
    Row(
        "timeout",
        NOT_NEEDED,
        "",
        "each call to the engine has its own time limit",
    ),
    Row("tls", OTHER, "", "set the environment variable `DOCKER_CERT_PATH` for the task"),
    Row("tls_hostname", UNSUPPORTED, "", "use the name of the certificate in `docker_host`"),
    _same("tmpfs"),
    _same("tty"),
    _same("ulimits", "also `nofile=1024:2048`, or a mapping"),
    Row("use_ssh_client", NOT_NEEDED, "", "the docker SDK chooses the SSH client"),
    _same("user"),
    _same("userns_mode"),
    _same("uts"),
    Row(
        "validate_certs tls_verify",
        OTHER,
        "",
        "set the environment variable `DOCKER_TLS_VERIFY` for the task",
    ),
    _same("volumes", "a path on the host must exist"),
    Row("volume_driver", OTHER, "", "create the volume with `vigo.bridge.volume` and its driver"),
    _same("volumes_from"),
    Row("working_dir", ALIAS, "workdir"),
)

_BY_NAME: Mapping[str, Row] = {name: row for row in OPTIONS for name in row.names.split()}

#: The attribute for each key of Compose that neither has its name nor one of docker_container.
_OF_COMPOSE: Mapping[str, str] = {
    "cgroup": "cgroupns",
    "cpuset": "cpuset_cpus",
    "mem_limit": "memory",
    "mem_reservation": "memory_reservation",
    "mem_swappiness": "memory_swappiness",
    "memswap_limit": "memory_swap",
    "stop_grace_period": "stop_timeout",
}

#: Values of docker_container that a resource of a stack does not have: what to write instead.
_VALUES: Mapping[tuple[str, str], str] = {
    ("state", "started"): Meant("did you mean 'running'?"),
    ("state", "healthy"): "use running, which waits until a container with a health check is"
    " healthy",
    ("state", "present"): "use running or stopped",
    ("state", "restarted"): "use notify or subscribes to restart the container after a change, or"
    " the command `vigo-bridge restart`",
    ("pull", "true"): Meant("did you mean 'always'?"),
    ("pull", "false"): Meant("did you mean 'missing'?"),
}


def aliases_of(attribute: str) -> tuple[str, ...]:
    """Return the other names of an attribute in tasks."""
    return tuple(name for name, ours in ALIASES.items() if ours == attribute)


def _aliases() -> Iterator[tuple[str, str]]:
    for row in OPTIONS:
        if row.fate in (ALIAS, SAME):
            yield from ((name, row.here) for name in row.names.split() if name != row.here)


#: The attribute for each other name that a task may use.
ALIASES: Mapping[str, str] = dict(_aliases())


def advice(name: str, value: str = "") -> str:
    """Return what to write instead of an option of docker_container; empty if it is unknown.

    value: of an attribute that exists, instead.
    """
    if value:
        return _VALUES.get((name, value), "")
    if name in _BY_NAME:
        return _advice(_BY_NAME[name])
    if name in _OF_COMPOSE:
        return Meant(f"did you mean {_OF_COMPOSE[name]!r}?")
    near = nearest(name, {*TYPE.options, *TYPE.task_options, *_BY_NAME})
    if near in TYPE.options or not near:
        return Meant(f"did you mean {near!r}?") if near else ""
    found = _BY_NAME.get(near)
    if found is None:
        return ""
    said = _advice(found)
    return said if isinstance(said, Meant) else f"did you mean {near!r}? If so, {said}"


def _advice(row: Row) -> str:
    if row.here in TYPE.task_options and row.here not in TYPE.options:
        return "only tasks with the module vigo.bridge.container can use it"
    if row.fate in (ALIAS, SAME):
        return Meant(f"did you mean {row.here!r}?")
    return advice_of(row)


def advice_of(row: Row) -> str:
    """Return what to write instead of an option that does not exist here."""
    note = row.note.replace("`", "")
    return {NOT_NEEDED: f"remove it: {note}", UNSUPPORTED: f"not supported: {note}"}.get(
        row.fate, note
    )
