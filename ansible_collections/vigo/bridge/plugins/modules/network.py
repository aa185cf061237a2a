#!/usr/bin/python
# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module vigo.bridge.network."""

from __future__ import annotations

DOCUMENTATION = r"""
module: network
short_description: Manage a network on Docker or Podman
version_added: 0.1.0
description:
  - Creates, recreates and removes a network for containers.
  - Only options that the task sets are compared, and options that were set when the network was
    created.
  - Engines cannot change a network. One that differs is recreated, but only if no container is
    connected to it, running or not. Otherwise the task fails and names the containers.
  - In a stack, a network that the stack did not create is used if it matches. It is never recreated
    or removed.
author:
  - The vigo-bridge developers (@vigo-bridge)
requirements:
  - Docker Engine 20.10 or newer, or Podman 4.3 or newer with its Docker API enabled, on the target
  - Docker SDK for Python 5.0.3 or newer on the target or on the controller, only if the engine is
    not at a Unix socket or the user has a Docker configuration
options:
  network:
    description: The network's name.
    type: str
    required: true
    aliases: [name, network_name]
  state:
    description:
      - V(present) creates it if it does not exist.
      - V(absent) removes it. A network that containers use is not removed; the task fails.
    type: str
    default: present
    choices: [present, absent]
  external:
    description:
      - The network is managed by something else and must already exist. It is used as it is, and
        never created, changed or removed.
      - Conflicts with all other options that describe the network.
    type: bool
  driver:
    description: The driver. Engines use V(bridge) by default.
    type: str
  options:
    description:
      - Options of the driver, as a mapping, a list of C(NAME=VALUE), or a comma-separated string.
    type: raw
    aliases: [driver_options]
  labels:
    description:
      - Labels, as a mapping, a list of C(NAME=VALUE), or a comma-separated string. Names that begin
        with C(vigo.bridge.) are reserved.
    type: raw
  ipam:
    description:
      - How addresses are assigned. Default is a subnet that the engine chooses.
      - A subnet such as V(172.30.0.0/24), several as a comma-separated string, or a list of them.
      - A mapping with C(subnet) and, optionally, C(gateway), C(ip_range) and C(aux_addresses) (a
        mapping of names to addresses), or a list of such mappings.
      - A mapping with C(driver), C(options) and C(config), as in Compose files. C(config) is such a
        list.
    type: raw
  internal:
    description: Whether the network has no connection to the outside.
    type: bool
  attachable:
    description:
      - Whether containers that do not belong to a Swarm service can join a Swarm network. It has no
        effect on other networks. Podman ignores it.
    type: bool
  enable_ipv6:
    description: Whether containers also get IPv6 addresses.
    type: bool
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
  - The options that the network was created with are recorded in its label C(vigo.bridge.spec), as
    one line of JSON.
  - Podman 4.3 ignores C(ip_range) and C(aux_addresses).
seealso:
  - module: vigo.bridge.container
  - module: vigo.bridge.volume
  - module: vigo.bridge.converge
"""

EXAMPLES = r"""
- name: Create a network without access to the outside
  vigo.bridge.network:
    network: backend
    internal: true

- name: Create a network with a subnet of its own
  vigo.bridge.network:
    network: frontend
    ipam:
      subnet: 172.30.0.0/24
      gateway: 172.30.0.1
    labels:
      team: shop

- name: Remove a network
  vigo.bridge.network:
    network: old-backend
    state: absent

- name: Require a network that another project manages
  vigo.bridge.network:
    network: proxy
    external: true
"""

RETURN = r"""
action:
  description:
    - What was done, or would be done in check mode.
    - V(blocked) is a failure outside the network, such as an engine that does not respond.
    - V(unknown) occurs in check mode only, if the outcome depends on an actual change.
  returned: always
  type: str
  sample: created
  choices:
    - none
    - created
    - recreated
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

from ..module_utils.types.network.behaviour import Network
from ..module_utils.types.task import run_module


def main() -> None:
    run_module(Network())


if __name__ == "__main__":
    main()
