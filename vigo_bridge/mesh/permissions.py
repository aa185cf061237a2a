# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets each work unit may ask for: those that its hosts use. Pure, except for tokens."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import paths
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.secrets.units import UnitSecrets, answer

#: A look-up in a variable of the inventory, such as of a password for the connection.
_LOOKUP = re.compile(r"""(['"])vigo\.bridge\.secret\1\s*,\s*(['"])([A-Za-z0-9_./-]+)\2""")


@dataclass(frozen=True)
class Permissions:
    """What hosts use. by_host: paths. service: for units of Receptor, if there are any."""

    by_host: Mapping[str, Collection[str]]
    service: UnitSecrets | None = None

    def of(self, hosts: Sequence[str]) -> frozenset[str]:
        """Return the paths that these hosts use together."""
        return frozenset().union(*(self.by_host.get(host, ()) for host in hosts))

    def answers(
        self, secrets: Secrets, hosts: Sequence[str]
    ) -> Callable[[Sequence[str]], Mapping[str, object]]:
        """Return a function that answers what the attached unit of these hosts asks for."""
        allowed = self.of(hosts)
        return lambda asked: answer(secrets, allowed, list(asked))

    def token(self, secrets: Secrets, hosts: Sequence[str]) -> AbstractContextManager[str | None]:
        """Return a context with the token of a unit of Receptor; None if its hosts use no secret.

        The token is void after the context.
        """
        allowed = self.of(hosts)
        if self.service is None or not allowed:
            return contextlib.nullcontext()
        return self.service.unit(secrets, allowed)


def used_by(variables: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths of secrets that the variables of a host refer to, also with a look-up."""
    yield from paths(variables)
    for text in _texts(variables):
        for found in _LOOKUP.finditer(text):
            yield found[3]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
