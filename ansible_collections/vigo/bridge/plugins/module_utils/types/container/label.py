# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels that mark a container as created by this collection, and record its settings.

``vigo.bridge.spec`` holds a versioned, canonical JSON of what the user set at creation. It contains
references instead of the values of secrets. Settings that engines can change later (restart policy,
limits, networks) are omitted: they are compared with the live container.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Iterable, Mapping

from ...common.dataclass import dataclass, field
from ...common.errors import ResourceError
from ...state.ownership import Owner
from .settings import SETTINGS, Settings
from .spec import ContainerSpec
from .values.healthcheck import Healthcheck

SPEC = "vigo.bridge.spec"
SCOPE = "vigo.bridge.scope"
#: The label with the ID of the stack; on containers and networks.
STACK_ID = "vigo.bridge.stack-id"
RESOURCE = "vigo.bridge.resource"
REPLACES = "vigo.bridge.replaces"
PRIOR = "vigo.bridge.prior"
#: On the new container: ``start-first`` where it runs beside the one that it replaces.
STRATEGY = "vigo.bridge.strategy"
#: On the new container: the names of the containers that are replaced with it.
FOLLOWERS = "vigo.bridge.followers"
#: On their successors: the ID of the new container.
FOLLOWS = "vigo.bridge.follows"
OF_A_REPLACEMENT = frozenset({REPLACES, PRIOR, STRATEGY, FOLLOWERS, FOLLOWS})
NETWORK = "vigo.bridge.network"
VOLUME = "vigo.bridge.volume"

VERSION = 1
#: The longest label, in bytes: engines accept more, but list containers slowly then.
LIMIT = 32 * 1024


@dataclass(frozen=True)
class Recorded:
    """What a container's label says it was created with.

    fields: values by name, or their SHA-256 for the names in ``hashed``. addresses: the fixed ones
    of networks by name, which Podman does not report. macs: the fixed MAC addresses likewise, which
    engines report like all others. variables: the names of those in ``env_file`` and, where ``env``
    is hashed, of those in ``env``; None if the label does not list them.
    """

    fields: Mapping[str, Any]
    hashed: frozenset[str] = frozenset()
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    macs: Mapping[str, str] = field(default_factory=dict)
    variables: frozenset[str] | None = None

    @property
    def env(self) -> Mapping[str, str]:
        """The variables in ``env``; empty if it is hashed."""
        return {} if "env" in self.hashed else self.fields.get("env") or {}

    def holds(self, name: str, value: Any) -> bool:
        """Return whether it was created with this value, in any spelling."""
        if name in self.hashed:
            return value is not None and _digest(plain(value)) == self.fields[name]
        held, canonical = self.fields.get(name), SETTINGS[name].canonical
        return (held is None and value is None) or bool(canonical(held) == canonical(value))


def labels(spec: ContainerSpec, file_env: Iterable[str] | None = None) -> dict[str, str]:
    """Return the labels of a container that is created from the spec.

    file_env: the names of the variables in its ``env_file``; None if they are not known.
    """
    owner = Owner(spec.scope, spec.stack_id, spec.resource)
    return {SPEC: encode(spec.settings, file_env), **of_owner(owner)}


def of_owner(owner: Owner) -> dict[str, str]:
    """Return the labels for the owner of a container."""
    found = {SCOPE: owner.scope, STACK_ID: owner.id, RESOURCE: owner.resource}
    return {name: value for name, value in found.items() if value}


def owner(labels: Mapping[str, str]) -> Owner | None:
    """Return the owner of a container by its labels; None if no stack created it."""
    if not labels.get(SCOPE):
        return None
    return Owner(labels[SCOPE], labels.get(STACK_ID) or "", labels.get(RESOURCE) or "")


def encode(settings: Settings, file_env: Iterable[str] | None = None) -> str:
    """Return the spec label's text; where it would be too long, hashes of its longest fields.

    file_env: the names of the variables in ``env_file``; None if they are not known.
    """
    fields = _fields(settings)
    content: dict[str, Any] = {"version": VERSION, "set": fields}
    addresses = {item.network: sorted(item.fixed) for item in settings.networks or () if item.fixed}
    if addresses:
        content["addresses"] = addresses
    macs = {item.network: item.mac for item in settings.networks or () if item.mac}
    if macs:
        content["macs"] = macs
    for name in sorted(fields, key=lambda name: len(_json(fields[name])), reverse=True):
        if _fits(content):
            break
        content.setdefault("sha256", {})[name] = _digest(fields[name])
        content["set"] = {key: fields[key] for key in fields if key not in content["sha256"]}
    listed = {**content, "variables": _variables(settings, file_env, content)}
    return _json(listed if listed["variables"] is not None and _fits(listed) else content)


def _variables(
    settings: Settings, file_env: Iterable[str] | None, content: Mapping[str, Any]
) -> list[str] | None:
    """Return the names that the fields do not show; None if they show all, or some are unknown."""
    is_hashed = "env" in content.get("sha256", {})
    if file_env is None or not (settings.env_file or is_hashed):
        return None
    return sorted({*file_env, *(settings.env or () if is_hashed else ())})


def _fits(content: Mapping[str, Any]) -> bool:
    return len(_json(content).encode()) <= LIMIT


def decode(text: str | None) -> Recorded | None:
    """Return what a label recorded, or None if it is missing or has an unknown version."""
    try:
        content = json.loads(text or "")
    except ValueError:
        return None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        return None
    written, hashes = content.get("set", {}), content.get("sha256", {})
    if not (isinstance(written, dict) and isinstance(hashes, dict) and (written or hashes)):
        return None
    readable = {name: value for name, value in written.items() if _is_readable(name, value)}
    fields = {**readable, **hashes}
    return Recorded(
        fields, frozenset(hashes), _addresses(content), _macs(content), _listed(content)
    )


def _is_readable(name: str, value: Any) -> bool:
    """Return whether a value of a label can be read.

    Any program can write labels; an invalid value counts as not set.
    """
    try:
        if name in SETTINGS:
            SETTINGS[name].canonical(value)
    except (ResourceError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return False
    return True


def _addresses(content: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    found = content.get("addresses")
    return {
        network: frozenset(address for address in addresses if isinstance(address, str))
        for network, addresses in (found if isinstance(found, dict) else {}).items()
        if isinstance(addresses, list)
    }


def _macs(content: Mapping[str, Any]) -> dict[str, str]:
    found = content.get("macs")
    items = found.items() if isinstance(found, dict) else ()
    return {network: mac for network, mac in items if isinstance(mac, str)}


def _listed(content: Mapping[str, Any]) -> frozenset[str] | None:
    names = content.get("variables")
    if not isinstance(names, list):
        return None
    return frozenset(name for name in names if isinstance(name, str))


def _fields(settings: Settings) -> dict[str, Any]:
    """Return the fields that the label holds, as JSON values."""
    chosen = settings.chosen()
    return {name: plain(value) for name, value in chosen.items() if not SETTINGS[name].is_live}


def plain(value: Any) -> Any:
    """Return a setting as a JSON value."""
    if isinstance(value, Healthcheck):
        return value.canonical()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [item if isinstance(item, str) else str(item) for item in value]
    return value


def _digest(value: Any) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
