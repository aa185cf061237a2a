# SPDX-License-Identifier: GPL-3.0-or-later
"""What `status` asks hosts, and how it ends."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from vigo_bridge.app import status as app
from vigo_bridge.app.rollout_job import Job
from vigo_bridge.cli.program import program
from vigo_bridge.run.results import BatchResult, EnvoyResult, EnvoyStatus, RunResult, run_status

pytestmark = pytest.mark.usefixtures("listed_hosts")

FILES = {
    "stack.vgo": "name: shop\nid: 0123456789abcdef\n",
    "envoys/e.vgo": (
        "envoys:\n  - match: h*\n    configcrates: [shop]\n  - match: db*\n    configcrates: [db]\n"
    ),
    "configcrates/shop.vgo": (
        "configcrate: shop\nresources:\n"
        "  - {name: web, type: container, container: web, image: redis}\n"
        "  - {name: motd, type: file, target_path: /etc/motd, content: hello}\n"
    ),
    "configcrates/db.vgo": (
        "configcrate: db\nresources:\n"
        "  - {name: db, type: container, container: db, image: redis}\n"
    ),
}


class Fleet:
    """Answers in place of hosts. jobs: what each look was, with the plays of its playbook."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Job, Any]] = []
        self.answer = EnvoyStatus.CONVERGED

    def __call__(
        self, job: Job, private: Path, *, quiet: bool = False, names_hosts: bool = True
    ) -> RunResult:
        assert private.is_dir()
        assert not names_hosts
        self.jobs.append((job, yaml.safe_load((job.project / "site.yml").read_text())))
        envoys = {host: EnvoyResult(self.answer) for host in job.hosts}
        status = run_status(list(envoys.values()))
        batches = (BatchResult(tuple(job.hosts)),)
        return RunResult(status, batches, envoys, datetime(2026, 1, 2, tzinfo=UTC), 1.0)


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, content in FILES.items():
        (tmp_path / "stacks" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "stacks" / name).write_text(content)
    fleet = Fleet()
    monkeypatch.setattr(app, "at_once", fleet)
    return fleet


def called(*words: str) -> Any:
    return CliRunner().invoke(program, ["status", "-i", "h1,h2,db1,other", *words])


def test_each_host_gets_one_call_of_one_module(fleet: Fleet) -> None:
    finished = called()
    assert finished.exit_code == 0
    ((job, plays),) = fleet.jobs
    (play,) = plays
    (task,) = play["tasks"]
    assert "vigo.bridge.stack_info" in task
    assert play["gather_facts"] is False
    assert job.hosts == ["h1", "h2", "db1"]
    assert "skipping other: no match entry" in finished.output


def test_it_is_no_check_mode_so_that_the_module_is_kept_on_hosts(fleet: Fleet) -> None:
    called()
    ((job, _plays),) = fleet.jobs
    assert (job.how.check_mode, job.how.only_reads) == (False, True)


#: resources -> the hosts that are asked, and for what
ASKED: dict[str, tuple[list[str], list[str], tuple[str, ...]]] = {
    "all": ([], ["h1", "h2", "db1"], ()),
    "a crate": (["db"], ["db1"], ("db/db",)),
    "a file": (["shop/motd"], ["h1", "h2"], ("shop/motd",)),
    "a glob": (["*/*"], ["h1", "h2", "db1"], ("shop/web", "shop/motd", "db/db")),
}


@pytest.mark.parametrize(("words", "hosts", "only"), ASKED.values(), ids=ASKED)
def test_who_is_asked(
    fleet: Fleet, words: list[str], hosts: list[str], only: tuple[str, ...]
) -> None:
    assert called(*words).exit_code == 0
    ((job, _plays),) = fleet.jobs
    assert job.hosts == hosts
    assert set(job.how.only) == set(only)


#: arguments -> the message
BAD = {
    "an unknown resource": (["shpo"], "did you mean 'shop'?"),
    "an unknown resource of a crate": (["shop/wbe"], "did you mean 'shop/web'?"),
    "a glob of nothing": (["x*"], "x*: no host has a configcrate or resource"),
    "an empty name": ([""], "no host has a configcrate or resource"),
    "pages as JSON": (["--watch", "2", "-o", "json"], "--watch and -o json are mutually exclusive"),
    "too often": (["--watch", "0.5"], "--watch"),
    "no number": (["--watch", "soon"], "--watch"),
    "never": (["--watch", "nan"], "is not a number of seconds from 1 to 86400"),
    "once for ever": (["--watch", "inf"], "is not a number of seconds from 1 to 86400"),
}


@pytest.mark.parametrize(("words", "message"), BAD.values(), ids=BAD)
def test_bad_calls(fleet: Fleet, words: list[str], message: str) -> None:
    finished = called(*words)
    assert finished.exit_code == 1
    assert message in finished.output
    assert fleet.jobs == []


#: how all hosts are -> the exit status
ENDS = {
    EnvoyStatus.CONVERGED: 0,
    EnvoyStatus.PENDING: 2,
    EnvoyStatus.FAILED: 3,
    EnvoyStatus.UNREACHABLE: 3,
    EnvoyStatus.INTERRUPTED: 130,
}


@pytest.mark.parametrize("answer", ENDS)
@pytest.mark.parametrize("output", ["text", "json"])
def test_exit_status(fleet: Fleet, answer: EnvoyStatus, output: str) -> None:
    fleet.answer = answer
    assert called("-o", output).exit_code == ENDS[answer]


def test_watching_looks_again_until_it_is_interrupted(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that finds problems does not end it."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        fleet.answer = EnvoyStatus.INTERRUPTED if len(waits) == 2 else EnvoyStatus.FAILED

    monkeypatch.setattr(time, "sleep", sleep)
    finished = called("--watch", "7")
    assert finished.exit_code == 130
    assert waits == [7.0, 7.0]
    assert "interrupted" not in finished.output
    assert len(fleet.jobs) == 3
    assert not any(job.project.exists() for job, _plays in fleet.jobs)
