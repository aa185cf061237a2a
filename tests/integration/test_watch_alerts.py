# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus's own tool says of the metrics and the alerts of a watcher."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.testbed.debian import unpack
from tests.unit.watch.server.test_metrics import SNAPSHOT
from vigo_bridge.watch.server.metrics import exposition

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

HERE = Path(__file__).parent
ALERTS = HERE.parents[1] / "docs/examples/watch/alerts.yml"


@pytest.fixture(scope="module")
def promtool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program of Debian's package, which is not installed."""
    folder = tmp_path_factory.mktemp("prometheus")
    unpack(["prometheus"], folder)
    return folder / "usr/bin/promtool"


def run(*command: object, given: bytes = b"") -> str:
    done = subprocess.run(
        [str(word) for word in command],
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()
    return done.stdout.decode()


def test_the_metrics(promtool: Path) -> None:
    text = exposition(SNAPSHOT, "shop")[1]
    assert run(promtool, "check", "metrics", given=text) == ""


def test_the_alerts(promtool: Path, tmp_path: Path) -> None:
    assert "SUCCESS" in run(promtool, "check", "rules", "--lint-fatal", ALERTS)
    cases = tmp_path / "cases.yml"
    cases.write_text((HERE / "watch_alerts.yml").read_text().replace("ALERTS", str(ALERTS)))
    assert "SUCCESS" in run(promtool, "test", "rules", cases)
