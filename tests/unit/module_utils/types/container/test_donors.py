# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a container mounts the volumes of others as they have them now."""

from __future__ import annotations

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import (
    donors,
    mounts,
)

#: volumes_from, the mounts of each donor, the container's own paths, its mounts, and the donors
#: that differ.
CASES: list[tuple[str, dict[str, str], list[str], str, list[str]]] = [
    ("a", {"a": "x:/x"}, [], "x:/x", []),
    ("a", {"a": "x:/x"}, [], "x:/x,y:/y", []),
    ("a", {"a": "x:/x,y:/y"}, [], "x:/x", ["a"]),
    ("a", {"a": "y:/x"}, [], "x:/x", ["a"]),
    ("a", {"a": "/srv:/x"}, [], "/srv:/x", []),
    ("a:ro", {"a": "x:/x"}, [], "x:/x:ro", []),
    ("a:ro", {"a": "x:/x"}, [], "x:/x", ["a"]),
    ("a", {"a": "x:/x:ro"}, [], "x:/x:ro", []),
    ("a", {"a": "x:/x"}, [], "x:/x:ro", ["a"]),
    # Its own mount at the same path comes first, then the first donor.
    ("a", {"a": "x:/x"}, ["/x"], "z:/x", []),
    ("a,b", {"a": "x:/x", "b": "y:/x,w:/w"}, [], "x:/x,w:/w", []),
    ("a,b", {"a": "x:/x", "b": "y:/x,w:/w"}, [], "y:/x,w:/w", ["a"]),
    # One that does not exist is reported when the container is created.
    ("a", {}, [], "", []),
]


@pytest.mark.parametrize(("entries", "of_donors", "own", "mounted", "found"), CASES)
def test_missing(
    entries: str, of_donors: dict[str, str], own: list[str], mounted: str, found: list[str]
) -> None:
    known = {name: mounts.parse(None, written, "volumes") for name, written in of_donors.items()}
    wanted = donors.parse(entries, "volumes_from")
    assert donors.missing(wanted, known, mounts.parse(None, mounted, "volumes"), own) == found
