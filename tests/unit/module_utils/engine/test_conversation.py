# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to a program: input goes there while output comes back."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.engine.conversation import (
    BlockingConversation,
    Conversation,
)
from ansible_collections.vigo.bridge.plugins.module_utils.engine.sdk_session import SdkSession
from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import (
    Answer,
    UnixSocket,
)

UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\n"
Serve = Callable[[socket.socket, bytes], None]


@contextlib.contextmanager
def served(folder: Path, serve: Serve, by_tcp: bool = False) -> Iterator[UnixSocket | SdkSession]:
    """Serve one connection. serve: gets it, and what came with the head."""
    path = str(folder / "socket")
    with socket.socket(socket.AF_INET if by_tcp else socket.AF_UNIX) as listener:
        listener.bind(("127.0.0.1", 0) if by_tcp else path)
        listener.listen()

        def run() -> None:
            connection, _address = listener.accept()
            with connection:
                head = b""
                while b"\r\n\r\n{}" not in head:
                    head += connection.recv(4096)
                serve(connection, head)

        thread = threading.Thread(target=run)
        thread.start()
        if by_tcp:
            yield SdkSession(f"tcp://127.0.0.1:{listener.getsockname()[1]}", 5.0)
        else:
            yield UnixSocket(path)
        thread.join(10)


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("by_tcp", [False, True], ids=["by a Unix socket", "by TCP"])
@pytest.mark.parametrize("given", [b"", b"hello", b"x" * 3_000_000], ids=["none", "few", "many"])
def test_input_and_output(tmp_path: Path, given: bytes, by_tcp: bool) -> None:
    def echo(connection: socket.socket, head: bytes) -> None:
        assert b"Upgrade: tcp" in head
        connection.sendall(UPGRADED + b"first ")
        connection.sendall(read_all(connection))

    with served(tmp_path, echo, by_tcp) as engine:
        program = engine.converse("/exec/x/start", 5.0, {}, has_input=True)
        assert isinstance(program, Conversation)
        assert b"".join(program.exchange(given)) == b"first " + given
        program.close()


def test_a_program_that_reads_nothing(tmp_path: Path) -> None:
    """Its output is not lost if the input cannot be sent."""

    def end(connection: socket.socket, head: bytes) -> None:
        connection.sendall(UPGRADED + b"done")
        connection.shutdown(socket.SHUT_RD)

    with served(tmp_path, end) as engine:
        program = engine.converse("/exec/x/start", 5.0, {}, has_input=True)
        assert isinstance(program, Conversation)
        with contextlib.suppress(ConnectionResetError):
            assert b"".join(program.exchange(b"x" * 3_000_000)).startswith(b"done")
        program.close()


def test_silence_is_told(tmp_path: Path) -> None:
    go_on = threading.Event()

    def wait(connection: socket.socket, head: bytes) -> None:
        connection.sendall(UPGRADED)
        go_on.wait(10)

    with served(tmp_path, wait) as engine:
        program = engine.converse("/exec/x/start", 5.0, {}, has_input=False)
        assert isinstance(program, Conversation)
        output = program.exchange(b"")
        assert next(output) == b""
        go_on.set()
        assert b"".join(output) == b""
        program.close()


@pytest.mark.parametrize("by_tcp", [False, True], ids=["by a Unix socket", "by TCP"])
def test_an_error_is_read(tmp_path: Path, by_tcp: bool) -> None:
    def refuse(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\n")
        connection.sendall(b'{"message": "gone!"}')

    with served(tmp_path, refuse, by_tcp) as engine:
        answer = engine.converse("/exec/x/start", 5.0, {}, has_input=False)
        assert isinstance(answer, Answer)
        assert (answer.status_code, answer.json()) == (404, {"message": "gone!"})


@pytest.mark.parametrize("said", [b"", b"220 mail.example.com ESMTP\r\n\r\n"])
def test_what_is_no_answer(tmp_path: Path, said: bytes) -> None:
    with (
        served(tmp_path, lambda connection, head: connection.sendall(said)) as engine,
        pytest.raises(http.client.HTTPException),
    ):
        engine.converse("/exec/x/start", 5.0, {}, has_input=False)


def test_input_is_refused_where_its_end_cannot_be_sent(tmp_path: Path) -> None:
    session = SdkSession("tcp://127.0.0.1:1", 5.0)
    session._client.base_url = "https://127.0.0.1:1"
    with pytest.raises(ResourceError, match="standard input cannot be sent over an encrypted"):
        session.converse("/exec/x/start", 5.0, {}, has_input=True)


def test_what_can_only_be_read() -> None:
    go_on = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield b"a"
        go_on.wait(10)
        yield b"b"

    output = BlockingConversation(chunks, lambda: None).exchange(b"")
    assert [next(output), next(output)] == [b"a", b""]
    go_on.set()
    assert b"".join(output) == b"b"


def test_its_error_is_raised() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise OSError("cut")

    output = BlockingConversation(chunks, lambda: None).exchange(b"")
    assert next(output) == b"a"
    with pytest.raises(OSError, match="cut"):
        next(output)
