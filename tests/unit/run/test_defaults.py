# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run does where the user or the caller has set nothing."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from vigo_bridge.host_counts import NONE
from vigo_bridge.run.call import nothing_to_recover, play_here
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.history import Record
from vigo_bridge.run.kept_stacks import Settings
from vigo_bridge.run.results import (
    BatchResult,
    EnvoyResult,
    EnvoyStatus,
    Gate,
    RunResult,
    RunStatus,
)
from vigo_bridge.run.rollout import Rolled
from vigo_bridge.run.rollout_options import RolloutOptions

NOW = datetime(2026, 1, 1, tzinfo=UTC)
#: a value with as little as possible -> all that it has besides
DEFAULTS: list[tuple[Any, Mapping[str, Any]]] = [
    (
        RunOptions(),
        {
            "check_mode": False,
            "only_reads": False,
            "forks": None,
            "become": False,
            "prune": False,
            "pull": None,
            "pull_limit": None,
            "only": (),
            "lock_timeout": 30,
            "min_healthy_time": 0,
            "rollout": "",
            "ansible_verbosity": None,
            "passwords": {},
            "record": "",
            "play": play_here,
            "recover": nothing_to_recover,
        },
    ),
    (
        RolloutOptions(),
        {
            "batch_sizes": (),
            "max_failures": NONE,
            "health_check": "",
            "health_check_url": "",
            "health_retries": 10,
            "health_interval": 3,
            "min_healthy_time": 0,
            "pause": 0,
            "pause_after": (),
            "confirm": False,
            "before_batch": "",
            "after_batch": "",
            "on_failure": "stop",
        },
    ),
    (
        EnvoyResult(EnvoyStatus.CHANGED),
        {
            "message": "",
            "resources": (),
            "notes": (),
            "orphans": (),
            "restored": (),
            "rollback_error": "",
            "containers": (),
            "last_run": None,
        },
    ),
    (BatchResult(("a",)), {"gate": Gate.NONE, "detail": ""}),
    (RunResult(RunStatus.FAILED, (), {}, NOW, 1.0), {"stopped": ""}),
    (
        Rolled(),
        {"batches": (), "envoys": {}, "finished": (), "stopped": "", "interrupted": False},
    ),
    (
        Record(1, "run", "/srv/shop", "shop", "f", "2026-01-01T10:00:00+00:00", 2),
        {"pid": os.getpid(), "ended": False, "finished": (), "result": {}},
    ),
    (Settings(), {"text": "", "omitted": ()}),
]


@pytest.mark.parametrize(("value", "expected"), DEFAULTS, ids=lambda part: type(part).__name__)
def test_defaults(value: Any, expected: Mapping[str, Any]) -> None:
    names = [
        field.name
        for field in dataclasses.fields(value)
        if (field.default, field.default_factory) != (dataclasses.MISSING, dataclasses.MISSING)
    ]
    assert {name: getattr(value, name) for name in names} == expected
