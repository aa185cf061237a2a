# SPDX-License-Identifier: GPL-3.0-or-later
"""A second Docker engine on a host of the testbed, beside the host's own."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.testbed import Host

# Without a bridge, it would remove that of the host's own engine.
_START = """
echo CONFIG >/NAME.json
dockerd --config-file /NAME.json --insecure-registry REGISTRY \
    --host unix:///run/testbed/NAME.sock --data-root /NAME/data \
    --exec-root /NAME/exec --pidfile /NAME/pid --bridge docker0 --iptables=false \
    >/NAME.log 2>&1 &
for attempt in $(seq 300); do
    docker -H unix:///run/testbed/NAME.sock info >/dev/null 2>&1 && exit 0
    sleep 0.2
done
cat /NAME.log
exit 1
"""


@contextmanager
def engine_beside(
    host: Host, name: str, registry: str, config: Mapping[str, Any], size: str = ""
) -> Iterator[str]:
    """Run a second engine, and yield its address for clients.

    name: of its folder, socket and files. registry: the address of one without TLS. config: of
    its daemon. size: of its disk, such as 6m; by default, it uses the host's.
    """
    host.run(
        f"mkdir /{name}" + (f" && mount -t tmpfs -o size={size} tmpfs /{name}" if size else "")
    )
    start = _START.replace("CONFIG", shlex.quote(json.dumps(config))).replace("NAME", name)
    host.run(start.replace("REGISTRY", registry))
    try:
        yield host.docker_host.replace("docker.sock", f"{name}.sock")
    finally:
        host.run(f"kill $(cat /{name}/pid); while [ -e /{name}/pid ]; do sleep 0.1; done")
        host.run((f"umount /{name}; " if size else "") + f"rm -rf /{name}")
