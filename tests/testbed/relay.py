# SPDX-License-Identifier: GPL-3.0-or-later
"""Relays connections to hosts with the latency of a real network, and counts round trips.

Each byte is held back for half of the round trip time, in both directions. Nothing limits the
bandwidth.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from tests.testbed.fleet import Host

_CHUNK = 65536


@dataclass
class Relay:
    """A fleet behind a slow network.

    Attributes:
        delay: of each byte, in seconds.
        hosts: the same hosts, with the relay's address and ports.
        connections: how many were opened so far.
        round_trips: how often a client waited for an answer so far: it sent something after it
            had received something, or for the first time.
    """

    delay: float
    hosts: tuple[Host, ...] = ()
    connections: int = 0
    round_trips: int = 0

    async def listen(self, hosts: Sequence[Host]) -> None:
        """Open a port for each host."""
        moved = []
        for host in hosts:
            connect = _Connector(self, host)
            server = await asyncio.start_server(connect, "127.0.0.1", 0)
            moved.append(
                replace(host, address="127.0.0.1", port=server.sockets[0].getsockname()[1])
            )
        self.hosts = tuple(moved)


@contextmanager
def relay(hosts: Sequence[Host], round_trip: float) -> Iterator[Relay]:
    """Yield a relay to hosts, which ends with the context. round_trip: in seconds."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        found = Relay(round_trip / 2)
        asyncio.run_coroutine_threadsafe(found.listen(hosts), loop).result()
        yield found
    finally:
        asyncio.run_coroutine_threadsafe(_end_tasks(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@dataclass(frozen=True)
class _Connector:
    relay: Relay
    host: Host

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.relay.connections += 1
        # The handshake of TCP, which this machine answers at once.
        await asyncio.sleep(2 * self.relay.delay)
        connection = _Connection(self.relay)
        # asyncio's streams report a task that was cancelled as an error.
        with suppress(OSError, asyncio.CancelledError):
            there, back = await asyncio.open_connection(self.host.address, self.host.port)
            await asyncio.gather(
                connection.forward(reader, back, from_client=True),
                connection.forward(there, writer, from_client=False),
            )


@dataclass
class _Connection:
    """answered: whether the client has received something since it sent last."""

    relay: Relay
    answered: bool = True

    async def forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, from_client: bool
    ) -> None:
        """Forward one direction to its end."""
        held: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sender = asyncio.create_task(self._send(held, writer, from_client=from_client))
        clock = asyncio.get_running_loop().time
        while True:
            try:
                data = await reader.read(_CHUNK)
            except OSError:
                data = b""
            if from_client and data:
                self.relay.round_trips += self.answered
                self.answered = False
            held.put_nowait((clock() + self.relay.delay, data))
            if not data:
                break
        await sender

    async def _send(
        self,
        held: asyncio.Queue[tuple[float, bytes]],
        writer: asyncio.StreamWriter,
        *,
        from_client: bool,
    ) -> None:
        clock = asyncio.get_running_loop().time
        with suppress(OSError):
            while True:
                due, data = await held.get()
                await asyncio.sleep(due - clock())
                if not data:
                    break
                writer.write(data)
                await writer.drain()
                if not from_client:
                    self.answered = True
        writer.close()
