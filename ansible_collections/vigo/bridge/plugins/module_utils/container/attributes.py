# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of a container resource.

``raw`` attributes take several forms (a list, a map, or Vigo's comma-separated string; a number
or a text with a unit); ``spec.parse`` reads them.
"""

from __future__ import annotations

from typing import Any

ATTRIBUTES: dict[str, dict[str, Any]] = {
    # which container, from what, in what state
    "container": {"type": "str", "required": True},
    "image": {"type": "str"},
    "state": {
        "type": "str",
        "default": "running",
        "choices": ["running", "stopped", "absent"],
    },
    "pull": {"type": "str", "default": "missing", "choices": ["missing", "always", "never"]},
    "registry_username": {"type": "str"},
    "registry_password": {"type": "str", "no_log": True},
    "docker_host": {"type": "str"},
    # what runs in it
    "command": {"type": "raw"},
    "entrypoint": {"type": "raw"},
    "env": {"type": "raw"},
    "env_file": {"type": "raw"},
    "user": {"type": "str"},
    "workdir": {"type": "str"},
    "group_add": {"type": "raw"},
    "init": {"type": "bool"},
    "tty": {"type": "bool"},
    "stdin_open": {"type": "bool"},
    "stop_signal": {"type": "str"},
    "stop_timeout": {"type": "raw"},
    "healthcheck": {"type": "raw"},
    "platform": {"type": "str"},
    "labels": {"type": "raw"},
    # what it reaches
    "ports": {"type": "raw"},
    "volumes": {"type": "raw"},
    "tmpfs": {"type": "raw"},
    "devices": {"type": "raw"},
    "network": {"type": "str"},
    "networks": {"type": "raw"},
    "network_mode": {"type": "str"},
    "create_networks": {"type": "bool", "default": True},
    "hostname": {"type": "str"},
    "domainname": {"type": "str"},
    "dns": {"type": "raw"},
    "dns_search": {"type": "raw"},
    "dns_opt": {"type": "raw"},
    "extra_hosts": {"type": "raw"},
    # what it may do and use
    "restart": {"type": "raw"},
    "memory": {"type": "raw"},
    "memory_swap": {"type": "raw"},
    "cpus": {"type": "raw"},
    "cpu_shares": {"type": "int"},
    "pids_limit": {"type": "int"},
    "ulimits": {"type": "raw"},
    "shm_size": {"type": "raw"},
    "cap_add": {"type": "raw"},
    "cap_drop": {"type": "raw"},
    "privileged": {"type": "bool"},
    "read_only": {"type": "bool"},
    "security_opt": {"type": "raw"},
    "sysctls": {"type": "raw"},
    "ipc": {"type": "str"},
    "pid": {"type": "str"},
    "log_driver": {"type": "str"},
    "log_opts": {"type": "raw"},
    # how it is brought up and taken down
    "health_timeout": {"type": "raw"},
    "settle_time": {"type": "raw"},
    "expect": {"type": "str", "default": "running", "choices": ["running", "exited"]},
    "renew_volumes": {"type": "bool", "default": False},
    "remove_volumes": {"type": "bool", "default": False},
    "keep_images": {"type": "int"},
}
