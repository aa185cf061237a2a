# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollouts over four hosts with engines of their own, while clients use the service."""

from __future__ import annotations

import shutil
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Fleet, Testbed

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

WEB = [f"web{number}.app.example.com" for number in (1, 2, 3, 4)]
OLD, NEW = "v2.1.0", "v2.2.0"


class Site:
    """The seed's stack on four hosts."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        self.fleet = fleet
        self.folder = folder
        shutil.copytree(Path(__file__).parent / "seed" / "stacks", folder / "stacks")
        (folder / "web.ini").write_text(fleet.inventory())

    def push(self, tag: str, *arguments: str) -> Finished:
        return vigo_bridge(
            *("envoys", "push", "--all", "-o", "json", "--set", f"app_tag={tag}", *arguments),
            cwd=self.folder,
            environment={
                "ANSIBLE_INVENTORY": str(self.folder / "web.ini"),
                "XDG_STATE_HOME": str(self.folder / "state"),
            },
        )

    def address(self, name: str) -> str:
        return f"http://{self.fleet[name].address}:8080"


@pytest.fixture(scope="module")
def site(testbed: Testbed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    fleet = testbed.fleet(WEB)
    yield Site(tmp_path_factory.mktemp("rolling"), fleet)
    fleet.close()


class Client:
    """Asks one host all the time. answers: how often each version answered, `-` for nobody."""

    def __init__(self, url: str, done: threading.Event) -> None:
        self.answers: Counter[str] = Counter()
        self._url = url
        self._done = done
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()

    def _ask(self) -> None:
        while not self._done.is_set():
            try:
                with urllib.request.urlopen(self._url, timeout=20) as answer:
                    version = answer.readline().decode().strip().rpartition(":")[2]
            except OSError:
                version = "-"
            self.answers[version] += 1
            time.sleep(0.05)


@contextmanager
def clients(site: Site) -> Iterator[dict[str, Counter[str]]]:
    """Run clients of all hosts, and yield what they got, to be read afterwards."""
    done = threading.Event()
    running = {name: Client(site.address(name), done) for name in WEB}
    try:
        yield {name: client.answers for name, client in running.items()}
    finally:
        done.set()
        for client in running.values():
            client.thread.join()
        print({name: dict(client.answers) for name, client in running.items()})


def statuses(finished: Finished) -> list[str]:
    return [finished.document["envoys"][name]["status"] for name in WEB]


def version(site: Site, name: str) -> str:
    with urllib.request.urlopen(site.address(name), timeout=20) as answer:
        return str(answer.readline().decode().strip().rpartition(":")[2])


class TestStory:
    """Each test starts where the one before it ended."""

    def test_the_old_version(self, site: Site) -> None:
        finished = site.push(OLD)
        assert finished.status == 0, finished.out + finished.err

    def test_a_bad_image_stops_at_the_first_batch_and_the_old_version_serves_on(
        self, site: Site
    ) -> None:
        with clients(site) as answers:
            finished = site.push("broken", "--batch-size", "2")
        assert finished.status == 4, finished.out + finished.err
        assert statuses(finished) == ["failed", "failed", "untouched", "untouched"]
        assert finished.document["batches"] == [
            {"hosts": WEB[:2], "gate": "none", "detail": "2 hosts have failed, none are allowed"}
        ]
        assert "cannot open the database" in finished.out
        for name in WEB[2:]:
            assert set(answers[name]) == {OLD}
        for name in WEB[:2]:
            assert set(answers[name]) <= {OLD, "-"}
            assert version(site, name) == OLD

    def test_a_good_image_goes_everywhere(self, site: Site) -> None:
        with clients(site) as answers:
            finished = site.push(
                *(NEW, "--batch-size", "1,50%", "--health-interval", "1"),
                *("--health-check", "curl -sf http://localhost:8080/health"),
                *("--health-check-url", f"{site.address(WEB[0])}/health"),
            )
        assert finished.status == 0, finished.out + finished.err
        assert statuses(finished) == ["changed"] * 4
        assert [batch["gate"] for batch in finished.document["batches"]] == ["passed"] * 3
        for name in WEB:
            assert set(answers[name]) <= {OLD, NEW, "-"}
            assert version(site, name) == NEW

    def test_an_image_that_runs_but_is_not_healthy_stops_at_the_gate(self, site: Site) -> None:
        with clients(site) as answers:
            finished = site.push(
                *("sick", "--batch-size", "1", "--health-retries", "2", "--health-interval", "0"),
                *("--health-check", "curl -sf http://localhost:8080/health"),
            )
        assert finished.status == 4
        assert statuses(finished) == ["failed", "untouched", "untouched", "untouched"]
        (batch,) = finished.document["batches"]
        assert batch["gate"] == "failed"
        assert f"{WEB[0]}: health check failed, attempt 2" in batch["detail"]
        for name in WEB[1:]:
            assert set(answers[name]) == {NEW}
