# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images ``keep_images`` keeps."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.older_images import (
    of_repository,
    surplus,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name

DIGEST = "redis@sha256:" + 64 * "3"
ENTRIES: list[dict[str, Any]] = [
    {"Id": "1", "Created": 10, "RepoTags": ["redis:6"]},
    {"Id": "2", "Created": 20, "RepoTags": ["redis:7", "mine.example.com/redis:7"]},
    {
        "Id": "3",
        "Created": 30,
        "RepoTags": None,
        "RepoDigests": [DIGEST, f"mine.example.com/{DIGEST}"],
    },
    {"Id": "4", "Created": 40, "RepoTags": ["docker.io/library/redis:8"]},
    {"Id": "5", "Created": 50, "RepoTags": ["mine.example.com/redis:9"]},
    {"Id": "6", "Created": 60, "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]},
]


@pytest.mark.parametrize(
    ("keep", "in_use", "former", "removed"),
    [
        (0, "4", "", "321"),
        (1, "4", "", "21"),
        (1, "4", "1", "32"),
        (2, "4", "1", "2"),
        (3, "4", "1", ""),
        (9, "4", "2", ""),
        (0, "1", "4", "432"),
    ],
)
def test_surplus(keep: int, in_use: str, former: str, removed: str) -> None:
    images = of_repository(ENTRIES, image_name.parse("redis:8"))
    assert "".join(image.id for image in surplus(images, keep, in_use, former)) == removed


def test_names_in_other_repositories_are_not_ours() -> None:
    images = {image.id: image for image in of_repository(ENTRIES, image_name.parse("redis"))}
    assert set(images) == set("1234")
    assert images["2"].names == ("redis:7",)
    assert images["3"].names == (DIGEST,)
