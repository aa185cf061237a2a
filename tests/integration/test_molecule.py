# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios in ``molecule/``, as a person calls them in a clone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.integration.molecule import ROOT, log_in, molecule
from tests.testbed import Testbed

pytestmark = pytest.mark.integration

LONG = [
    path.parent.name
    for path in sorted(ROOT.glob("molecule/*/molecule.yml"))
    if path.parent.name != "default"
]


def test_default_scenario(testbed: Testbed) -> None:
    molecule(testbed, ROOT, "test")


@pytest.mark.sweep
@pytest.mark.parametrize("scenario", LONG)
def test_scenario(testbed: Testbed, scenario: str) -> None:
    molecule(testbed, ROOT, "test", "-s", scenario)


@pytest.mark.sweep
class TestStepByStep:
    @pytest.fixture(scope="class")
    @classmethod
    def converged(cls, testbed: Testbed) -> Iterator[str]:
        printed = molecule(testbed, ROOT, "converge", "-s", "triggers")
        yield printed
        molecule(testbed, ROOT, "destroy", "-s", "triggers")
        with closing(testbed.test_engine().client()) as client:
            names = [
                str(container.name)
                for container in client.containers.list(ignore_removed=True, all=True)
            ]
        assert not [name for name in names if name.startswith("molecule-")]

    def test_converge(self, converged: str) -> None:
        assert "proxy.example.com" in converged

    def test_login(self, testbed: Testbed, converged: str) -> None:
        shown = log_in(testbed, ROOT, "cat /srv/proxy/proxy.conf", "-s", "triggers")
        assert "workers 4;" in shown

    def test_converge_again(self, testbed: Testbed, converged: str) -> None:
        assert "changed=0" in molecule(testbed, ROOT, "converge", "-s", "triggers")


CREATE = ("create", "-s", "triggers")


@pytest.mark.sweep
def test_an_image_that_cannot_be_pulled(testbed: Testbed) -> None:
    try:
        printed = molecule(testbed, ROOT, *CREATE, fails=True, MOLECULE_IMAGE="no.example.com/no:1")
    finally:
        molecule(testbed, ROOT, "destroy", "-s", "triggers")
    assert "No host can be started from the image no.example.com/no:1" in printed
    assert "Set MOLECULE_IMAGE to an image with Python and an SSH server" in printed


@pytest.mark.sweep
def test_a_container_of_somebody_else(testbed: Testbed) -> None:
    engine = testbed.test_engine()
    with closing(engine.client()) as client:
        container = client.containers.create("debian:bookworm-slim", name="webapp")
        try:
            printed = molecule(testbed, ROOT, "test", fails=True)
            assert "This engine already has a container webapp, which this test would" in printed
            assert client.containers.get("webapp").id == container.id
        finally:
            container.remove()


@pytest.mark.sweep
def test_no_engine(testbed: Testbed) -> None:
    printed = molecule(testbed, ROOT, "test", fails=True, DOCKER_HOST="unix:///nowhere.sock")
    assert "No Docker engine at unix:///nowhere.sock. Start Docker" in printed
    assert "Start each host" not in printed
