# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of built images."""

from __future__ import annotations

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from vigo_bridge.builds.names import has_owner, login_call, pinned, repository, tagged

DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


@pytest.mark.parametrize(
    ("image", "registry", "expected", "can_be_pushed"),
    [
        ("web", "", "web", False),
        ("shop/web", "", "shop/web", True),
        ("web", "r.example.com", "r.example.com/web", True),
        ("web", "r.example.com:5000/team/", "r.example.com:5000/team/web", True),
        ("shop/web", "localhost", "localhost/shop/web", True),
        ("own.example.com/web", "r.example.com", "own.example.com/web", True),
        ("docker.io/library/web", "", "web", False),
    ],
)
def test_repository(image: str, registry: str, expected: str, can_be_pushed: bool) -> None:
    assert repository(image, registry) == expected
    assert has_owner(expected) is can_be_pushed


def test_an_invalid_registry_or_tag() -> None:
    with pytest.raises(ResourceError):
        repository("web", "https://r.example.com")
    with pytest.raises(ResourceError):
        tagged("r.example.com/web", "a b")


@pytest.mark.parametrize(
    ("image", "digest", "current", "expected"),
    [
        ("h.com/web:2", "", "h.com/web:1", "h.com/web:2"),
        ("h.com/web:2", "", f"h.com/web:1@{DIGEST}", "h.com/web:2"),
        ("h.com/web:2", DIGEST, "web:latest", f"h.com/web:2@{DIGEST}"),
        ("h.com/web:2", DIGEST, f"h.com/web:1@{OTHER}", f"h.com/web:2@{DIGEST}"),
        ("h.com/web:2", DIGEST, f"h.com/web:1@{DIGEST}", f"h.com/web:1@{DIGEST}"),
        ("h.com/web:2", DIGEST, f"h.com/web@{DIGEST}", f"h.com/web@{DIGEST}"),
        ("h.com/web:2", DIGEST, f"i.com/web:1@{DIGEST}", f"h.com/web:2@{DIGEST}"),
        ("h.com/web:2", DIGEST, "not a reference", f"h.com/web:2@{DIGEST}"),
    ],
)
def test_pinned(image: str, digest: str, current: str, expected: str) -> None:
    assert pinned(image, digest, current) == expected


def test_login() -> None:
    assert login_call("shop/web:1") == "docker login"
    assert login_call("h.example.com:5000/web:1") == "docker login h.example.com:5000"
