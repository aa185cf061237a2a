# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of those options of community.docker.docker_container that are mappings or lists of
mappings, and what they are called here.

The table is used for advice in errors, and for the page ``docs/from-docker-container.md``.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ...common.errors import Key
from .docker_container import ALIAS, NOT_NEEDED, OTHER, SAME, UNSUPPORTED, Row, advice_of


def _rows(same: str, *others: Row) -> tuple[Row, ...]:
    """Return the rows of keys that are the same, separated by blanks, and then the others."""
    return (*(Row(name, SAME, name) for name in same.split()), *others)


#: By option, which has the same name here. ``here``: the key, or the path of keys.
SUBOPTIONS: Mapping[str, tuple[Row, ...]] = {
    **dict.fromkeys(
        ("device_read_bps", "device_write_bps", "device_read_iops", "device_write_iops"),
        _rows("path rate"),
    ),
    "device_requests": _rows("capabilities count device_ids driver options"),
    "healthcheck": _rows(
        "interval retries start_period timeout",
        Row("start_interval", SAME, "start_interval", "needs Docker 25"),
        Row("test", SAME, "test", "write `disable: true` instead of `test: [NONE]`"),
        Row(
            "test_cli_compatible",
            NOT_NEEDED,
            "",
            "the check of the image is used if you do not set `test`",
        ),
    ),
    "mounts": _rows(
        "read_only source target",
        Row("consistency", SAME, "consistency", "has no effect on Linux"),
        Row("type", SAME, "type", "`npipe` and `cluster` are not supported"),
        Row("create_mountpoint", ALIAS, "bind.create_host_path"),
        Row("non_recursive", ALIAS, "bind.recursive", "`recursive: disabled`"),
        Row("propagation", ALIAS, "bind.propagation"),
        Row("read_only_force_recursive", ALIAS, "bind.recursive", "`recursive: readonly`"),
        Row("read_only_non_recursive", ALIAS, "bind.recursive", "`recursive: writable`"),
        Row("labels", ALIAS, "volume.labels"),
        Row("no_copy", ALIAS, "volume.nocopy"),
        Row("volume_driver", ALIAS, "volume.driver_config.name"),
        Row("volume_options", ALIAS, "volume.driver_config.options"),
        Row("subpath", ALIAS, "volume.subpath", "`image.subpath` for `type: image`"),
        Row("tmpfs_mode", ALIAS, "tmpfs.mode"),
        Row("tmpfs_size", ALIAS, "tmpfs.size"),
        Row(
            "tmpfs_options",
            OTHER,
            "",
            "write the folder in the option `tmpfs` instead, such as `/run:size=64m,noexec`",
        ),
    ),
    "networks": _rows(
        "aliases driver_opts ipv4_address ipv6_address mac_address",
        Row("gw_priority", SAME, "gw_priority", "needs Docker 28"),
        Row("name", SAME, "name", "`networks` can also be a mapping of names to options"),
        Row(
            "links",
            UNSUPPORTED,
            "",
            "containers of a network find each other by name; use `aliases` of the other container",
        ),
    ),
}

#: Other names of these options here.
_NAMES: Mapping[str, str] = {"volumes": "mounts", "gpus": "device_requests"}


def advice_within(place: Sequence[Any]) -> str:
    """Return advice for an unknown key of an option: what to write instead. Empty if there is none.

    place: of the error; the key is its last part.
    """
    if not place or not isinstance(place[-1], Key):
        return ""
    option = _NAMES.get(str(place[0]), str(place[0]))
    for row in SUBOPTIONS.get(option, ()):
        if row.names == place[-1] and row.fate not in (SAME, ALIAS):
            return advice_of(row)
    return ""
