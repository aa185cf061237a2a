# SPDX-License-Identifier: GPL-3.0-or-later
"""Public keys: their forms, and their fingerprints as GnuPG shows them."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.repository.openpgp import (
    armored,
    binary,
    fingerprints,
    owners,
)
from tests.unit.module_utils.types.repository.keys import ONE, PRINTS, SUBKEY, TWO

PACKETS = binary(ONE.encode())
NO_KEY = "the file is not an OpenPGP public key; use the URL of the key itself"


@pytest.mark.parametrize("key", [ONE, TWO])
def test_fingerprints(key: str) -> None:
    packets = binary(key.encode())
    assert owners(packets) == (PRINTS[key],)
    assert binary(packets) == packets
    assert armored(packets).decode() == key


@pytest.mark.parametrize(
    "text",
    [
        ONE.replace("\n", "\r\n"),
        f"some words\n\n{ONE}\nmore words\n",
        ONE.replace("BLOCK-----\n\n", "BLOCK-----\nVersion: 1\nComment: a: b\n\n", 1),
        "".join(line for line in ONE.splitlines(True) if not line.startswith("=")),
    ],
)
def test_spellings_of_the_text_form(text: str) -> None:
    assert binary(text.encode()) == PACKETS


@pytest.mark.parametrize("both", [ONE + TWO, binary(ONE.encode()) + binary(TWO.encode())])
def test_several_keys(both: str | bytes) -> None:
    data = both.encode() if isinstance(both, str) else both
    assert owners(binary(data)) == tuple(sorted(PRINTS.values()))


#: what is no key -> the message
REFUSED = {
    b"": NO_KEY,
    b"<html>not found</html>": NO_KEY,
    b"\x99": NO_KEY,
    PACKETS[:-1]: NO_KEY,
    PACKETS[:40]: NO_KEY,
    PACKETS + b"<html>": NO_KEY,
    PACKETS[53:]: NO_KEY,
    b"\xcb\x01a": NO_KEY,
    PACKETS + b"\xcb\x01a": NO_KEY,
    b"\xc6\xe1a": NO_KEY,
    b"\x9b\x04": NO_KEY,
    ONE.replace("mDMEa", "mDMEa!", 1).encode(): NO_KEY,
    b"\xc5\x01\x04": "the file contains a private key; export the public key",
    PACKETS + b"\xc7\x01\x04": "the file contains a private key; export the public key",
    b"\xc6\x01\x03": ("the key has the unsupported OpenPGP version 3; use a key of version 4 or 6"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.items(), ids=range(len(REFUSED)))
def test_no_key(data: bytes, message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        binary(data)
    assert raised.value.message == message


@given(st.binary())
def test_any_bytes_are_a_key_or_an_error(data: bytes) -> None:
    try:
        packets = binary(data)
    except ResourceError:
        return
    assert owners(packets)


def test_lengths_of_packets() -> None:
    """The same packet in each form: the old one with 1, 2 and 4 bytes, the new with 1, 2 and 5."""
    body = b"\x04" + bytes(190)
    long = b"\x04" + bytes(200)
    forms = [b"\x98\xbf", b"\x99\x00\xbf", b"\x9a\0\0\0\xbf", b"\xc6\xbf", b"\xc6\xff\0\0\0\xbf"]
    assert len({owners(form + body) for form in forms}) == 1
    assert owners(b"\xc6\xc0\x09" + long) == owners(b"\x98\xc9" + long)


def test_a_key_of_version_6() -> None:
    """The example of RFC 9580."""
    sample = (
        "xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYfGwoAAABCBYJjh3/jAwsJBwUVCg4I"
        "DAIWAAKbAwIeCSIhBssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJBScJAgcCAAAAAK0oIBA+LX0ifsDm185E"
        "cds2v8lwgyU2kCcUmKfvBXbAf6rhRYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaEQsiPlR4zxP/TP7mhfVEe"
        "7XWPxtnMUMtf15OyA51YBM4qBmOHf+MZAAAAIIaTJINn+eUBXbki+PSAld2nhJh/LVmFsS+60WyvXkQ1wpsGGBsKAAAA"
        "LAWCY4d/4wKbDCIhBssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJAAAAAAQBIKbpGG2dWTX8j+VjFM21J0hq"
        "WlEg+bdiojWnKfA5AQpWUWtnNwDEM0g12vYxoWM8Y81W+bHBw805I8kWVkXU6vFOi+HWvv/ira7ofJu16NnoUkhclkUr"
        "k0mXubZvyl4GBg=="
    )
    assert owners(binary(base64.b64decode(sample))) == (
        "CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9",
    )


WRITTEN = PRINTS[ONE]


@pytest.mark.parametrize(
    "value",
    [
        WRITTEN,
        WRITTEN.lower(),
        f"0x{WRITTEN}",
        " ".join(WRITTEN[start : start + 4] for start in range(0, 40, 4)),
        ":".join(WRITTEN[start : start + 2] for start in range(0, 40, 2)),
        [WRITTEN, WRITTEN],
        f"{WRITTEN},",
    ],
)
def test_spellings_of_fingerprints(value: object) -> None:
    assert fingerprints(value) == (WRITTEN,)


@pytest.mark.parametrize("text", [WRITTEN[:16], WRITTEN[-8:], WRITTEN + "0", "x" * 40, "0x", "."])
def test_no_fingerprint(text: str) -> None:
    with pytest.raises(ResourceError, match="write all 40 or 64 hexadecimal digits"):
        fingerprints(text)


@pytest.mark.skipif(not shutil.which("gpg"), reason="needs GnuPG")
def test_as_gnupg_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(armored(PACKETS))
    shown = subprocess.run(
        ["gpg", "--homedir", tmp_path, "--with-colons", "--show-keys", path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    prints = [line.split(":")[9] for line in shown.splitlines() if line.startswith("fpr")]
    assert prints == [PRINTS[ONE], SUBKEY]
