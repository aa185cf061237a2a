# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollouts as Ansible really does them, held against the model."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.integration.local_fleet import CHECK, LocalFleet
from tests.unit.run.rollout_model import FATES, Expected, World, expected
from tests.unit.run.test_rollout import worlds

GOOD, FAILING, GONE, SICK, SLOW = FATES
WORLDS = {
    "a budget that is used up by a whole batch that is not there": World(
        (GOOD, FAILING, GONE, GONE, GOOD), "1,2", "1"
    ),
    "sick and slow hosts within the budget": World(
        (SLOW, SICK, FAILING), "", "70%", check=True, retries=2
    ),
    "an address that is down after the second batch": World((GOOD, GOOD, GOOD), "1", down_from=2),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_worlds(tmp_path: Path, world: World) -> None:
    assert observed(tmp_path, world) == expected(world)


@pytest.mark.sweep
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds(most_hosts=5))
def test_any_world(world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert observed(Path(folder), world) == expected(world)


def observed(folder: Path, world: World) -> Expected:
    fleet = LocalFleet(folder, world.fates)
    with address(folder, world.down_from) as site:
        finished = fleet.run(
            *options(world, site.url), "--before-batch", "echo $VIGO_BATCH > HERE/batch"
        )
    document = finished.document
    return Expected(
        fleet.seen(),
        {host: envoy["status"] for host, envoy in document["envoys"].items()},
        [(batch["hosts"], batch["gate"]) for batch in document["batches"]],
        site.fetches(),
        document["status"],
        finished.status,
    )


def options(world: World, url: str) -> Iterator[str]:
    yield from ("--max-failures", world.budget)
    yield from ("--health-retries", str(world.retries), "--health-interval", "0")
    if world.sizes:
        yield from ("--batch-size", world.sizes)
    if world.check:
        yield from ("--health-check", CHECK)
    if world.down_from is not None:
        yield from ("--health-check-url", url)


@dataclass
class Site:
    """An address, and the batches after which it was asked."""

    url: str = ""
    asked: list[int] = field(default_factory=list)

    def fetches(self) -> list[int]:
        """Return how often it was asked after each batch."""
        return [len(list(times)) for _, times in groupby(self.asked)]


@contextmanager
def address(folder: Path, down_from: int | None) -> Iterator[Site]:
    """Serve an address that is down from some batch on; the file `batch` has the current one's
    number.
    """
    site = Site()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            batch = int((folder / "batch").read_text())
            site.asked.append(batch)
            self.send_response(503 if down_from and batch >= down_from else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        site.url = f"http://127.0.0.1:{server.server_port}/health"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield site
        server.shutdown()


#: options -> the expected message, before any host is contacted; more in tests/unit/cli
BAD_OPTIONS = {
    "an unknown host": (["--limit", "h1,h9"], "h9 matches no host"),
    "a missing secret": (["--health-check", "echo secret:no/such"], "no/such"),
}


@pytest.mark.parametrize(("arguments", "told"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_bad_options(tmp_path: Path, arguments: list[str], told: str) -> None:
    fleet = LocalFleet(tmp_path, [GOOD])
    finished = fleet.run(*arguments)
    assert finished.status == 1, finished.out
    assert told in finished.err
    assert finished.out == ""
    assert fleet.seen() == {"h1": []}


@pytest.mark.sweep
def test_no_secret_is_remembered(tmp_path: Path) -> None:
    fleet = LocalFleet(tmp_path, [GOOD])
    secret = {"VIGO_SECRET_APP_TOKEN": "canary-0815"}
    check = "echo secret:app/token; false"
    finished = fleet.run(
        *("--health-check", check, "--health-retries", "1", "-vv"), environment=secret
    )
    assert finished.status == 3
    assert "health check failed" in finished.out
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept
    texts = [finished.out, finished.err, *(path.read_text() for path in kept)]
    assert any("********" in text for text in texts)
    assert not any(secret["VIGO_SECRET_APP_TOKEN"] in text for text in texts)
