# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of options that a task has, and names of other modules."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.plugin_utils.known_options import by_name

#: the arguments of a task -> those of the module
ACCEPTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"container": "a", "ports": ["80"]}, {"container": "a", "ports": ["80"]}),
    ({"name": "a", "published_ports": ["80"]}, {"container": "a", "ports": ["80"]}),
    (
        {"name": "a", "log_opt": {"x": 1}, "pull": True},
        {"container": "a", "log_opts": {"x": 1}, "pull": True},
    ),
    (
        {"name": "a", "state": "{{ what }}", "triggered": True},
        {"container": "a", "state": "{{ what }}", "triggered": True},
    ),
    (
        {"name": "a", "recreate": True, "forcekill": True},
        {"container": "a", "recreate": True, "force_kill": True},
    ),
]

#: the arguments of a task -> the error
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "a", "container": "b"}, "name is another name of container; remove one of them"),
    ({"comparisons": {}}, "unknown option 'comparisons'; remove it: only options"),
    ({"publised_ports": []}, "unknown option 'publised_ports'; did you mean 'ports'?"),
    ({"no_such": 1}, "unknown option 'no_such'; see `ansible-doc vigo.bridge.container`"),
    ({"triger": 1}, "unknown option 'triger'; did you mean 'triggered'?"),
    ({"state": "healthy"}, "state: 'healthy' is not supported; use running, which waits"),
    ({"links": [], "paused": True}, "by name. unknown option 'paused'; not supported"),
]


@pytest.mark.parametrize(("given", "expected"), ACCEPTED)
def test_accepted(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert by_name(given, TYPES["container"]) == expected


@pytest.mark.parametrize(("given", "expected"), REFUSED)
def test_refused(given: dict[str, Any], expected: str) -> None:
    with pytest.raises(AnsibleActionFail) as raised:
        by_name(given, TYPES["container"])
    assert expected in str(raised.value)


#: type, the arguments of a task -> those of the module, or the error
OBJECTS: list[tuple[str, dict[str, Any], dict[str, Any] | str]] = [
    ("network", {"name": "a", "driver_options": {}}, {"network": "a", "options": {}}),
    ("volume", {"volume_name": "a", "driver": "local"}, {"volume": "a", "driver": "local"}),
    ("network", {"connected": []}, "list the network in networks of each container"),
    ("network", {"ipam_config": []}, "write the list in ipam, with ip_range instead of iprange"),
    ("network", {"recreate": "always"}, "see `ansible-doc vigo.bridge.network`"),
    ("volume", {"recreate": "always"}, "not supported: the data would be lost"),
    ("volume", {"drivr": "local"}, "did you mean 'driver'?"),
]


@pytest.mark.parametrize(("kind", "given", "expected"), OBJECTS)
def test_networks_and_volumes(
    kind: str, given: dict[str, Any], expected: dict[str, Any] | str
) -> None:
    if isinstance(expected, dict):
        assert by_name(given, TYPES[kind]) == expected
        return
    with pytest.raises(AnsibleActionFail) as raised:
        by_name(given, TYPES[kind])
    assert expected in str(raised.value)
