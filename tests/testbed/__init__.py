# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the engines, the registry and the hosts for tests and the demo on this machine.

    base engine          the Docker engine of this machine, or a dockerd of our own if none answers
    ├── registry         a real registry; engines of ours use it as mirror of the public one and as
    │                    myregistry.example.com, so images pull by the names that users write
    ├── test engine      an engine that tests may fill: the base engine when it is ours,
    │                    otherwise one inside a host
    └── fleet            hosts with sshd and an engine of their own, as containers

Start with `use_testbed`. By hand: `python -m tests.testbed up`.
"""

from tests.testbed.common import TestbedError
from tests.testbed.engine import Engine
from tests.testbed.fleet import Fleet, Host
from tests.testbed.registry import Registry
from tests.testbed.testbed import Testbed, use_testbed

__all__ = ["Engine", "Fleet", "Host", "Registry", "Testbed", "TestbedError", "use_testbed"]
