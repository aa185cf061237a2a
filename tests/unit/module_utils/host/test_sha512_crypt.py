# SPDX-License-Identifier: GPL-3.0-or-later
"""Hashes of passwords as the system has them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.host import sha512_crypt

# Of "Unix crypt using SHA-256 and SHA-512".
PUBLISHED = [
    (
        "Hello world!",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoE"
        "OfaS35inz1",
    ),
    (
        "Hello world!",
        "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8"
        "vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
    ),
]


@pytest.mark.parametrize(("password", "hashed"), PUBLISHED)
def test_published_hashes(password: str, hashed: str) -> None:
    assert sha512_crypt.matches(password.encode(), hashed)
    assert not sha512_crypt.matches(password.encode() + b"x", hashed)


@pytest.mark.parametrize(
    "hashed",
    [
        "",
        "!",
        "*",
        "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7",
        "$6$$" + "a" * 86,
        "$6$salt$short",
        "$6$rounds=999999999$salt$" + "a" * 86,
        "$6$rounds=1$salt$" + "a" * 86,
    ],
)
def test_other_hashes_do_not_match(hashed: str) -> None:
    assert not sha512_crypt.matches(b"x", hashed)


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=100))
def test_a_new_hash_matches_its_password_alone(password: str) -> None:
    hashed = sha512_crypt.new_hash(password.encode())
    assert sha512_crypt.matches(password.encode(), hashed)
    assert not sha512_crypt.matches(password.encode() + b"x", hashed)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is the oracle")
@pytest.mark.parametrize("size", [1, 15, 63, 64, 65, 127, 128, 170])
def test_openssl_has_the_same(size: int) -> None:
    password = ("aé" * size)[:size].encode()
    ended = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "a.b/c", "-stdin"],
        input=password + b"\n",
        capture_output=True,
        check=True,
    )
    assert sha512_crypt.matches(password, ended.stdout.decode().strip())
