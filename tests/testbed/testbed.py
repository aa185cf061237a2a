# SPDX-License-Identifier: GPL-3.0-or-later
"""The testbed as one thing: joined by who needs it, stopped by the last one who leaves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress

from docker.errors import NotFound

from tests.testbed import dockerd
from tests.testbed.common import say, state_folder
from tests.testbed.compose import compose_env
from tests.testbed.engine import Engine, answering_engine, base_engine
from tests.testbed.fleet import SOCKET_LABEL, Fleet, shared_host, start_fleet
from tests.testbed.network import remove_network
from tests.testbed.registry import Registry, private_registry, shared_registry
from tests.testbed.sharing import LABEL, OWNER_LABEL, Users, one_at_a_time, owner_lives


class Testbed:
    """The running parts. Get it from `use_testbed`; all that it starts goes when that ends."""

    __test__ = False  # The name starts with Test, but pytest must not collect it.

    def __init__(self, base: Engine, registry: Registry) -> None:
        self.base = base
        self.registry = registry
        self._fleets: list[Fleet] = []
        self._registries: list[Registry] = []
        self._test_engine: Engine | None = base if base.ours else None

    def test_engine(self) -> Engine:
        """An engine that may be filled with containers of any name.

        That is the base engine when it is ours; a user's own is spared, and a host's engine
        is taken instead.
        """
        if self._test_engine is None:
            with one_at_a_time():
                self._test_engine = shared_host(self.base).engine
        return self._test_engine

    def fleet(
        self,
        names: Sequence[str],
        suite: str = "bookworm",
        *,
        systemd: bool = False,
        engine: bool = True,
        features: Mapping[str, bool] | None = None,
    ) -> Fleet:
        """Start hosts with these names.

        suite: the Debian release; trixie has Docker 26.1 and Podman 5.4, forky Docker 28.5, Podman
        5.8 and Python 3.14. systemd: whether it runs as process 1, as on a real machine; hosts are
        up sooner without. engine: whether they have one. features: of dockerd, that it has or not.
        """
        fleet = start_fleet(
            self.base, names, suite, systemd=systemd, engine=engine, features=features
        )
        self._fleets.append(fleet)
        return fleet

    def private_registry(self, users: Mapping[str, str] | None = None) -> Registry:
        """Start an empty registry of the caller's own, protected when there are users."""
        registry = private_registry(self.base, users)
        self._registries.append(registry)
        return registry

    def compose_env(self) -> dict[str, str]:
        """Return the variables that the docker command needs for compose v2 on the test engine."""
        return {**compose_env(), **self.test_engine().env}

    def close(self) -> None:
        """End what only this process uses."""
        for fleet in self._fleets:
            fleet.close()
        for registry in self._registries:
            registry.remove()


@contextmanager
def use_testbed() -> Iterator[Testbed]:
    """Start the shared parts, or join them where they run already."""
    users = Users()
    users.join()
    try:
        with one_at_a_time():
            base = base_engine()
            _remove_leftovers(base)
            testbed = Testbed(base, shared_registry(base))
        try:
            yield testbed
        finally:
            testbed.close()
    finally:
        if users.leave():
            _stop_shared_parts()
        users.done()


def stop_unless_used() -> None:
    """Stop the shared parts now; if others use them, the last user stops them."""
    users = Users()
    users.join()
    if users.leave():
        _stop_shared_parts()
    else:
        say("others use it or keep it; it stops when the last one leaves")
    users.done()


def _stop_shared_parts() -> None:
    """Stop everything that runs; a user's own engine loses only our containers and network."""
    base = answering_engine()
    if base is None or base.ours:
        dockerd.stop()
    else:
        with closing(base.client()) as client:
            ours = f"{LABEL}={state_folder()}"
            for container in client.containers.list(
                ignore_removed=True, all=True, filters={"label": ours}
            ):
                container.remove(force=True, v=True)
            remove_network(client)
    shutil.rmtree(state_folder() / "hosts", ignore_errors=True)


def _remove_leftovers(base: Engine) -> None:
    """Remove the hosts of sessions that were killed."""
    with closing(base.client()) as client:
        # What an engine was removing when it was killed is listed, too, and cannot be inspected.
        listed = client.containers.list(
            all=True, filters={"label": OWNER_LABEL}, ignore_removed=True
        )
        for container in listed:
            if owner_lives(container.labels[OWNER_LABEL]):
                continue
            with suppress(NotFound):
                container.remove(force=True, v=True)
            if SOCKET_LABEL in container.labels:
                shutil.rmtree(container.labels[SOCKET_LABEL], ignore_errors=True)
