# SPDX-License-Identifier: GPL-3.0-or-later
"""A systemd unit and a container recipe that run a watcher with the options of a call. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.unit_text import command_line, escaped, quoted

#: The name of the service, of its file with secrets, and of its folders.
NAME = "vigo-bridge-watch"
#: How long a repair may take to finish its batch after the service was asked to stop, in seconds.
_STOP_TIMEOUT = "15min"


@dataclass(frozen=True)
class Call:
    """A call of `vigo-bridge watch`.

    program: the words before `watch`. options: all options, with absolute paths. folder: the
    current one, whose ansible.cfg Ansible reads. user: who calls. state: the user's state folder.
    environment: variables that matter, without secrets. secret: names of variables that the
    service needs besides, with what they are for. paths: files and folders that the options name.
    is_local: whether this machine is converged itself.
    """

    program: Sequence[str]
    options: Sequence[str]
    folder: Path
    user: str
    state: Path
    environment: Mapping[str, str]
    secret: Mapping[str, str]
    paths: Sequence[Path]
    is_local: bool


def systemd_unit(call: Call) -> str:
    """Return the text of a unit."""
    environment = {"PYTHONUNBUFFERED": "1", **call.environment}
    lines = [
        f"# Write this to /etc/systemd/system/{NAME}.service, then run:",
        f"#   systemctl daemon-reload && systemctl enable --now {NAME}",
        f"# `systemctl reload {NAME}` asks for a turn now.",
        "[Unit]",
        "Description=Watch hosts with vigo-bridge",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "Type=exec",
        f"User={escaped(call.user)}",
        f"WorkingDirectory={escaped(str(call.folder))}",
        f"ExecStart={command_line([*call.program, 'watch', *call.options])}",
        "ExecReload=/bin/kill -USR1 $MAINPID",
        *(f"Environment={quoted(f'{name}={value}')}" for name, value in environment.items()),
        *_secrets(call),
        "Restart=on-failure",
        "RestartSec=30",
        f"TimeoutStopSec={_STOP_TIMEOUT}",
        *(_LOCAL if call.is_local else _hardening(call)),
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


def _secrets(call: Call) -> list[str]:
    """Return the line that reads variables which other users must not see."""
    file = f"/etc/{NAME}.env"
    lines = ["# Secrets, such as VIGO_SECRET_...=VALUE, belong in this file with mode 0600."]
    lines += [f"# It must set {name}, {what}." for name, what in call.secret.items()]
    return [*lines, f"EnvironmentFile={'' if call.secret else '-'}{file}"]


_LOCAL = (
    "# This machine itself is converged, which may need any privilege: the unit is not hardened.",
    "# Processes that the stack has started keep running when the watcher is stopped.",
    "KillMode=process",
)


def _hardening(call: Call) -> list[str]:
    return [
        "# A repair finishes its batch first. Its programs are not asked to stop, the watcher is.",
        "KillMode=mixed",
        "# Hardening. Hosts with `ansible_connection: local` need a unit without these lines.",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        "# The state of this user, so that the watcher and `vigo-bridge run` share their locks and"
        " history.",
        f"Environment={quoted(f'XDG_STATE_HOME={call.state}')}",
        f"ReadWritePaths={quoted(str(call.state / 'vigo-bridge'))}",
        "# Ansible's own files.",
        f"StateDirectory={NAME}",
        "StateDirectoryMode=0700",
        f"Environment=ANSIBLE_LOCAL_TEMP=%S/{NAME}/tmp",
        f"Environment=ANSIBLE_SSH_CONTROL_PATH_DIR=%S/{NAME}/cp",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelLogs=yes",
        "ProtectControlGroups=yes",
        "ProtectClock=yes",
        "ProtectHostname=yes",
        "ProtectProc=invisible",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=yes",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
        "LockPersonality=yes",
        "KeyringMode=private",
        "CapabilityBoundingSet=",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
    ]


def container_recipe(call: Call) -> str:
    """Return the text of a Compose file that builds and runs the watcher."""
    entrypoint = json.dumps(["vigo-bridge", "watch", *call.options])
    home = "/home/watch"
    mounts = [f"{path}:{path}:ro" for path in dict.fromkeys([call.folder, *call.paths])]
    environment = {"XDG_STATE_HOME": "/state", "PYTHONUNBUFFERED": "1", **call.environment}
    lines = [
        "# Write this to compose.yml, then run: docker compose up --detach --build",
        "# `docker compose kill --signal USR1 watch` asks for a turn now.",
        "services:",
        "  watch:",
        "    build:",
        "      dockerfile_inline: |",
        "        FROM python:3.13-slim",
        "        RUN apt-get update && apt-get install --yes --no-install-recommends git"
        " openssh-client \\",
        "            && rm -rf /var/lib/apt/lists/*",
        "        RUN pip install --no-cache-dir 'vigo-bridge[watch]'",
        f"        RUN useradd --uid 1000 --create-home --home-dir {home} watch \\",
        f"            && install --directory --owner watch --mode 0700 /state {home}/.ansible",
        "        USER watch",
        f"    working_dir: {_json(str(call.folder))}",
        f"    entrypoint: {entrypoint.replace('$', '$$')}",
        "    environment:",
        *(f"      {name}: {_json(value)}" for name, value in environment.items()),
        *_compose_secrets(call),
        "    init: true",
        "    restart: unless-stopped",
        "    # A repair finishes its batch first.",
        "    stop_grace_period: 15m",
        "    read_only: true",
        "    cap_drop: [ALL]",
        '    security_opt: ["no-new-privileges:true"]',
        "    tmpfs:",
        "      - /tmp",
        f"      - {home}/.ansible:uid=1000,mode=0700",
        "    volumes:",
        "      - state:/state",
        "      # Keys and known hosts; they must belong to UID 1000.",
        f"      - ./ssh:{home}/.ssh:ro",
        *(f"      - {_json(mount)}" for mount in mounts),
        "volumes:",
        "  state:",
    ]
    return "\n".join(lines) + "\n"


def _compose_secrets(call: Call) -> list[str]:
    lines = ["    # Secrets, such as VIGO_SECRET_...=VALUE, belong in this file with mode 0600."]
    lines += [f"    # It must set {name}, {what}." for name, what in call.secret.items()]
    required = "true" if call.secret else "false"
    return [*lines, "    env_file:", f"      - {{path: ./watch.env, required: {required}}}"]


def _json(text: str) -> str:
    """Return a text as a value in YAML that Compose takes as it is."""
    return json.dumps(text).replace("$", "$$")
