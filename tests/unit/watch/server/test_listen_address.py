# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the server may listen, and who may ask."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from vigo_bridge.failures import Refusal
from vigo_bridge.watch.server.listen_address import Access, ListenAddress, read_access, read_address

TOKEN = "0123456789abcdef0123"


@pytest.mark.parametrize(
    ("text", "address", "loopback"),
    [
        ("127.0.0.1:9117", ("127.0.0.1", 9117), True),
        ("127.1.2.3:0", ("127.1.2.3", 0), True),
        ("localhost:80", ("127.0.0.1", 80), True),
        ("[::1]:9117", ("::1", 9117), True),
        ("0.0.0.0:9117", ("0.0.0.0", 9117), False),
        ("[::]:9117", ("::", 9117), False),
        ("192.0.2.1:9117", ("192.0.2.1", 9117), False),
        ("[::ffff:127.0.0.1]:1", ("::ffff:127.0.0.1", 1), True),
    ],
)
def test_addresses(text: str, address: tuple[str, int], loopback: bool) -> None:
    found = read_address(text)
    assert found.address == address
    assert found.is_loopback == loopback


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b:1",
        *[
            ":",
            "9117",
            ":9117",
            "127.0.0.1",
            "127.0.0.1:",
            "127.0.0.1:x",
            "127.0.0.1:65536",
            "127.0.0.1:-1",
        ],
        *["::1:9117", "[::1]", "http://127.0.0.1:1", "127.0.0.1:٣"],
    ],
)
def test_wrong_addresses(text: str) -> None:
    with pytest.raises(Refusal, match=r"^--listen "):
        read_address(text)


def token_file(folder: Path, content: bytes = TOKEN.encode(), mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("text", ["0.0.0.0:1", "192.0.2.1:1", "[::]:1"])
def test_other_machines_need_a_token(text: str, tmp_path: Path) -> None:
    address = read_address(text)
    with pytest.raises(Refusal, match="add --token-file FILE"):
        read_access(address, None)
    assert read_access(address, token_file(tmp_path)).token == TOKEN


@pytest.mark.parametrize(
    "content", [TOKEN.encode(), f"{TOKEN}\n".encode(), f" {TOKEN}\r\n".encode()]
)
def test_spaces_around_a_token_are_not_part_of_it(content: bytes, tmp_path: Path) -> None:
    access = read_access(read_address("127.0.0.1:1"), token_file(tmp_path, content))
    assert access.token == TOKEN


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        (TOKEN.encode(), 0o644, "chmod 600"),
        (TOKEN.encode(), 0o640, "chmod 600"),
        (TOKEN.encode(), 0o604, "chmod 600"),
        (TOKEN.encode(), 0o602, "other users can write to it"),
        (b"", 0o600, "one token of at least 16"),
        (b"short", 0o600, "one token of at least 16"),
        (b"two tokens on one line", 0o600, "without spaces"),
        (b"0123456789abcdef\n0123456789abcdef", 0o600, "without spaces"),
        (b"\xff" * 20, 0o600, "UTF-8"),
        (b"x" * 70_000, 0o600, "larger than 64 KiB"),
    ],
)
def test_token_files_that_are_refused(
    content: bytes, mode: int, message: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=message) as raised:
        read_access(read_address("127.0.0.1:1"), token_file(tmp_path, content, mode))
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("name", ["missing", ""])
def test_a_token_file_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot read the file"):
        read_access(read_address("127.0.0.1:1"), tmp_path / name)


def test_a_link_to_a_token_file(tmp_path: Path) -> None:
    """Credentials of systemd and secrets of Kubernetes are links."""
    (tmp_path / "link").symlink_to(token_file(tmp_path))
    assert read_access(read_address("127.0.0.1:1"), tmp_path / "link").token == TOKEN


@pytest.mark.parametrize(
    ("headers", "known"),
    [
        (["127.0.0.1:9117"], True),
        (["127.0.0.1"], True),
        (["localhost:1"], True),
        (["LOCALHOST"], True),
        (["[::1]:9117"], True),
        (["watcher.example:9117"], True),
        (["evil.example:9117"], False),
        (["127.0.0.1.evil.example"], False),
        (["localhost.evil.example"], False),
        (["192.0.2.1:9117"], False),
        (["0.0.0.0"], False),
        ([], False),
        ([""], False),
        (["127.0.0.1", "evil.example"], False),
        (["127.0.0.1:9117:1"], False),
        (["127.0.0.1@evil.example"], False),
        (["127.0.0.1/evil"], False),
    ],
)
def test_host_headers(headers: list[str], known: bool) -> None:
    """Under another name, a page of another site would read ours (DNS rebinding)."""
    access = Access(frozenset({"localhost", "watcher.example"}))
    assert access.knows_host(headers) == known
    assert Access(token=TOKEN).knows_host(headers)


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        (f"Bearer {TOKEN}", True),
        (f"bearer {TOKEN}", True),
        (basic(f":{TOKEN}"), True),
        (basic(f"anybody:{TOKEN}"), True),
        (None, False),
        ("", False),
        (TOKEN, False),
        ("Bearer", False),
        ("Bearer ", False),
        (f"Bearer {TOKEN}x", False),
        (f"Bearer {TOKEN[:-1]}", False),
        (f"Bearer {TOKEN.upper()}", False),
        ("Bearer ü", False),
        ("Bearer \udcff", False),
        (f"Digest {TOKEN}", False),
        (basic(TOKEN), False),
        (basic(f"{TOKEN}:"), False),
        (basic(f":{TOKEN}:"), False),
        ("Basic not base64", False),
        ("Basic /w==", False),
    ],
)
def test_tokens(header: str | None, allowed: bool) -> None:
    assert Access(token=TOKEN).allows(header) == allowed
    assert Access().allows(header)


def test_a_token_is_not_shown() -> None:
    assert TOKEN not in repr(Access(token=TOKEN))
    assert isinstance(read_address("127.0.0.1:1"), ListenAddress)
