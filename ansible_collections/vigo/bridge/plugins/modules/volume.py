#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.volume."""

from __future__ import annotations

DOCUMENTATION = r"""
module: volume
short_description: Manage a volume on Docker or Podman
version_added: 0.1.0
description:
  - Creates and removes a named volume for containers.
  - Only options that the task sets are compared, and options that were set when the volume was
    created.
  - A volume is never recreated, because its data would be lost. If it differs, the task fails and
    reports the difference.
  - In a stack, a volume that the stack did not create is used if it matches. It is never removed.
author:
  - The vigo-bridge developers (@vigo-bridge)
requirements:
  - Docker Engine 20.10 or newer, or Podman 4.3 or newer with its Docker API enabled, on the target
  - Docker SDK for Python 5.0.3 or newer on the target or on the controller, only if the engine is
    not at a Unix socket or the user has a Docker configuration
options:
  volume:
    description: The volume's name.
    type: str
    required: true
    aliases: [name, volume_name]
  state:
    description:
      - V(present) creates it if it does not exist.
      - V(absent) removes it with its data. A volume that containers use is not removed; the task
        fails.
    type: str
    default: present
    choices: [present, absent]
  external:
    description:
      - The volume is managed by something else and must already exist. It is used as it is, and
        never created, changed or removed.
      - Conflicts with all other options that describe the volume.
    type: bool
  driver:
    description: The driver. Engines use V(local) by default.
    type: str
  options:
    description:
      - Options of the driver, as a mapping, a list of C(NAME=VALUE), or a comma-separated string.
        They can contain secrets, but engines show these to everyone who can inspect the volume.
      - A new value of a secret is compared with what the engine shows. As with any other change,
        the task then fails, because recreating the volume would delete its data.
    type: raw
    aliases: [driver_options]
  labels:
    description:
      - Labels, as a mapping, a list of C(NAME=VALUE), or a comma-separated string. Names that begin
        with C(vigo.bridge.) are reserved.
    type: raw
  docker_host:
    description:
      - The address of the engine, for example V(unix:///run/podman/podman.sock).
      - Default is the target's environment variable E(DOCKER_HOST), otherwise the engine's default
        socket.
    type: str
attributes:
  async:
    support: none
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows each option that differs.
extends_documentation_fragment:
  - vigo.bridge.attributes
  - vigo.bridge.engine_group
  - vigo.bridge.action
  - vigo.bridge.sdk
notes:
  - The options that the volume was created with are recorded in its label C(vigo.bridge.spec), as
    one line of JSON, with references instead of secrets.
seealso:
  - module: vigo.bridge.container
  - module: vigo.bridge.network
  - module: vigo.bridge.converge
"""

EXAMPLES = r"""
- name: Create a volume
  vigo.bridge.volume:
    volume: shop-data
    labels:
      backup: daily

- name: Create a volume on an NFS server
  vigo.bridge.volume:
    volume: shared
    driver: local
    options:
      type: nfs
      o: addr=192.0.2.10,rw
      device: ":/export/shared"

- name: Remove a volume with its data
  vigo.bridge.volume:
    volume: old-data
    state: absent

- name: Require a volume that another project manages
  vigo.bridge.volume:
    volume: uploads
    external: true
"""

RETURN = r"""
action:
  description:
    - What was done, or would be done in check mode.
    - V(blocked) is a failure outside the volume, such as an engine that does not respond.
    - V(unknown) occurs in check mode only, if the outcome depends on an actual change.
  returned: always
  type: str
  sample: created
  choices:
    - none
    - created
    - deleted
    - failed
    - blocked
    - unknown
reason:
  description: The reason. It can be empty.
  returned: always
  type: str
  sample: it does not exist
diff:
  description: The options that differ and the state, before and after, as two mappings.
  returned: when something changes
  type: dict
  sample:
    before:
      state: absent
    after:
      state: present
log:
  description: Always empty. Other modules of the collection return the end of a log here.
  returned: on failure
  type: str
  sample: ""
duration_s:
  description: The duration in seconds.
  returned: always
  type: float
  sample: 0.217
"""

from ..module_utils.types.task import run_module
from ..module_utils.types.volume.behaviour import Volume


def main() -> None:
    run_module(Volume())


if __name__ == "__main__":
    main()
