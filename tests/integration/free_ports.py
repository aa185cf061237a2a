# SPDX-License-Identifier: GPL-3.0-or-later
"""Free ports for stacks that name common ones, which another program of this machine may use."""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

#: A port that is published: a variable of a stack, or an entry of a Compose file.
_PUBLISHED = re.compile(r'(?<=_port: ")\d+(?=")|(?<=- ")\d+(?=:\d+")')


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def use_free_ports(folder: Path) -> None:
    """Replace the published ports in all stacks and Compose files of a folder."""
    for path in (*folder.rglob("*.vgo"), *folder.rglob("docker-compose.yml")):
        text = path.read_text()
        path.write_text(_PUBLISHED.sub(lambda _: str(free_port()), text))


if __name__ == "__main__":
    use_free_ports(Path(sys.argv[1]))
