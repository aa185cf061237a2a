# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for engines, registry and hosts: started when a test first needs them, removed at the
end of the session.

Parts that `python -m tests.testbed up` has started are used, and keep running.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import signals
from tests.integration.engines import ALL, CHOSEN, USUAL, VERSION

if TYPE_CHECKING:
    from tests.testbed import Engine, Fleet, Host, Registry, Testbed

pytest_plugins = ["tests.properties"]


def pytest_configure() -> None:
    signals.receive()


@pytest.fixture
def hangups() -> Iterator[None]:
    """Receive SIGHUP, which `nohup` lets the tests ignore, and let their programs receive it."""
    before = signal.getsignal(signal.SIGHUP)
    if before == signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep Python from searching the collected tests for garbage: they stay until the end.

    There are so many that the searches would take a third of the collection's time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that need the testbed, and of these the ones that need hosts; all others may
    run in parallel.

    Host names exist once per machine, so all tests with hosts are one part of `make test`.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "testbed" in fixtures:
            item.add_marker("testbed")
        if {"fleet3", "systemd_host"} & set(fixtures):
            item.add_marker("hosts")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one process have all tests of a file, and all files with the example stack."""
    from tests.scheduling import ByFile

    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def _history_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep rollouts of tests out of the user's history."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


Aloud = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def aloud(pytestconfig: pytest.Config) -> Aloud:
    """Return a context manager that shows messages at once, so that a person sees what a
    download is.
    """
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    return capture.global_and_fixture_disabled if capture else nullcontext


@pytest.fixture(scope="session")
def testbed(aloud: Aloud) -> Iterator[Testbed]:
    """Yield the testbed itself, to start what the other fixtures do not have."""
    from tests.testbed import use_testbed  # Imported here, so that unit tests do not load it.

    with ExitStack() as stack:
        with aloud():
            running = stack.enter_context(use_testbed())
        yield running


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, testbed: Testbed) -> Engine:
    """Return an engine for containers with any names; tests remove what they create."""
    found: Engine = request.getfixturevalue(ALL[CHOSEN or USUAL])
    if VERSION in os.environ:
        with closing(found.client()) as client:
            answer = client.version()
        text = f"{answer['Version']}, API {answer['ApiVersion']}"
        Path(os.environ[VERSION]).write_text(text)
    return found


@pytest.fixture(scope="session")
def docker_20(testbed: Testbed, aloud: Aloud) -> Engine:
    """Return the usual engine."""
    with aloud():
        return testbed.test_engine()


@pytest.fixture(scope="session")
def trixie(testbed: Testbed, aloud: Aloud) -> Host:
    """Return a host with Docker 26.1 and Podman 5.4."""
    with aloud():
        return testbed.fleet(["trixie.example.com"], suite="trixie").hosts[0]


@pytest.fixture(scope="session")
def forky(testbed: Testbed, aloud: Aloud) -> Host:
    """Return a host with Docker 28.5, Podman 5.8 and Python 3.14."""
    with aloud():
        return testbed.fleet(["forky.example.com"], suite="forky").hosts[0]


@pytest.fixture(scope="session")
def docker_26(trixie: Host) -> Engine:
    return trixie.engine


@pytest.fixture(scope="session")
def docker_26_containerd(testbed: Testbed, aloud: Aloud) -> Engine:
    """Return an engine whose images are in containerd's store."""
    features = {"containerd-snapshotter": True}
    with aloud():
        fleet = testbed.fleet(["containerd.example.com"], suite="trixie", features=features)
    return fleet.hosts[0].engine


@pytest.fixture(scope="session")
def docker_28(forky: Host) -> Engine:
    return forky.engine


@pytest.fixture(scope="session")
def podman_5_4(trixie: Host) -> Engine:
    return _podman(trixie)


@pytest.fixture(scope="session")
def podman_5_8(forky: Host) -> Engine:
    return _podman(forky)


@pytest.fixture(scope="session")
def podman_rootless(forky: Host) -> Engine:
    """Return the engine of an ordinary user."""
    from tests.testbed.podman_on_host import rootless_podman_of

    return rootless_podman_of(forky)


def _podman(host: Host) -> Engine:
    from tests.testbed.podman_on_host import podman_of

    return podman_of(host)


@pytest.fixture(scope="session")
def podman(testbed: Testbed, aloud: Aloud) -> Iterator[Engine]:
    """Yield Podman by its Docker API, with the two stand-ins for Redis; it can pull from the
    registry.
    """
    from tests.testbed.common import REGISTRY_NAME
    from tests.testbed.podman import podman_engine

    address = f"{testbed.registry.address}:80"
    names = [address, REGISTRY_NAME]
    if CHOSEN:  # All tests of containers use it then, and pull more images.
        names.append("docker.io")
    with aloud(), podman_engine(dict.fromkeys(names, address)) as engine:
        for image in ("redis:7-alpine", "redis:8-alpine"):
            testbed.registry.load(engine.client(), image)
        yield engine


@pytest.fixture(scope="session")
def registry(testbed: Testbed) -> Registry:
    """Return the registry that serves all stand-in images; never stop this one, others use it."""
    return testbed.registry


@pytest.fixture(scope="session")
def fleet3(testbed: Testbed, aloud: Aloud) -> Fleet:
    """Return three hosts, web1 to web3.app.example.com, each with sshd and an engine of its own."""
    with aloud():
        return testbed.fleet([f"web{number}.app.example.com" for number in (1, 2, 3)])


@pytest.fixture(scope="session")
def systemd_host(testbed: Testbed, aloud: Aloud) -> Host:
    """Return one host, machine.example.com, with systemd as process 1: services can be managed."""
    with aloud():
        return testbed.fleet(["machine.example.com"], systemd=True).hosts[0]


@pytest.fixture(scope="session")
def compose_env(testbed: Testbed, aloud: Aloud) -> dict[str, str]:
    """Return environment variables with which `docker compose` is v2 and talks to `engine`."""
    with aloud():
        return testbed.compose_env()
