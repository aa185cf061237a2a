# SPDX-License-Identifier: GPL-3.0-or-later
"""Real engines do what the engine in memory does, on which most tests run."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import docker.errors
import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Connection
from tests.engine_contract import CASES, NAMES, Contract

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration


@contextmanager
def contract(engine: Engine) -> Iterator[Contract]:
    made = Contract(Connection(engine.docker_host), f"contract-{uuid.uuid4().hex[:8]}-")
    try:
        yield made
    finally:
        made.close()


def have_the_image(engine: Engine) -> None:
    with closing(engine.client()) as client:
        try:
            client.images.get("redis:7-alpine")
        except docker.errors.ImageNotFound:
            client.images.pull("redis:7-alpine")


def test_what_engines_do(engine: Engine) -> None:
    """All at once: engines mostly wait."""

    def run(case: dict[str, Any]) -> str:
        with contract(engine) as made:
            try:
                made.run(case)
            except AssertionError as error:
                return f"{case['name']}: {error}"
        return ""

    have_the_image(engine)
    with ThreadPoolExecutor(8) as pool:
        assert [problem for problem in pool.map(run, CASES) if problem] == []


@pytest.mark.sweep
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_what_each_engine_does(each_engine: Engine, case: dict[str, Any]) -> None:
    if "podman" in each_engine.docker_host and not case.get("podman", True):
        pytest.skip("Podman differs")
    have_the_image(each_engine)
    with contract(each_engine) as made:
        made.run(case)
