# SPDX-License-Identifier: GPL-3.0-or-later
"""``/metrics``: a snapshot in the text format of Prometheus, by its own library.

The metrics are made from the snapshot at each request, so that removed hosts and resources
disappear.
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import ACTIONS
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.failures import Refusal
from vigo_bridge.watch.snapshot import BUCKETS, FAILED, GOOD, REPAIRED, Snapshot
from vigo_bridge.watch.states import Condition, Drift, Problem, ResourceState

#: Resources with a value of their own; further ones are counted together.
MOST_RESOURCES = 100
OTHERS = "(others)"
_PREFIX = "vigo_bridge_watch"


def check_library() -> None:
    """Raise Refusal if the library is missing."""
    if not importlib.util.find_spec("prometheus_client"):
        raise Refusal(
            "--listen needs the Python package prometheus-client; install it with"
            " `pip install 'vigo-bridge[metrics]'`"
        )


def exposition(snapshot: Snapshot, stack: str) -> tuple[str, bytes]:
    """Return the content type and the text of the metrics."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

    class Collector:
        """Yields the metrics of the snapshot."""

        def collect(self) -> Iterator[Any]:
            return _metrics(snapshot, stack)

    registry: Any = CollectorRegistry(auto_describe=False)
    registry.register(Collector())
    text: bytes = generate_latest(registry)
    return str(CONTENT_TYPE_LATEST), text


def _metrics(snapshot: Snapshot, stack: str) -> Iterator[Any]:
    from prometheus_client.metrics_core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
        InfoMetricFamily,
    )

    fleet, turn = snapshot.fleet, snapshot.turn

    def gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Any:
        found = GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=[label])
        for value, number in values.items():
            found.add_metric([value], number)
        return found

    def counter(name: str, text: str, label: str, values: Mapping[str, float]) -> Any:
        found = CounterMetricFamily(f"{_PREFIX}_{name}", text, labels=[label])
        for value, number in values.items():
            found.add_metric([value], number)
        return found

    def single(name: str, text: str, value: float) -> Any:
        return GaugeMetricFamily(f"{_PREFIX}_{name}", text, value=value)

    stack_info = {"stack": one_line(stack), "revision": one_line(fleet.revision)}
    yield InfoMetricFamily(_PREFIX, "The stack that is in force.", value=stack_info)
    yield gauge(
        "hosts",
        "Hosts by condition: whether the last look or repair failed.",
        "condition",
        {one.value: fleet.conditions[one] for one in Condition},
    )
    yield gauge(
        "hosts_by_drift",
        "Hosts by drift: none, changed, or diverged (something changes them again and again).",
        "drift",
        {one.value: fleet.drifts[one] for one in Drift},
    )
    yield single("hosts_unreachable", "Hosts that cannot be reached.", fleet.unreachable)
    yield gauge(
        "drifting_hosts",
        "Hosts on which a resource differs from the stack or was repaired in the last turn.",
        "resource",
        _by_resource(snapshot, _drifts),
    )
    yield gauge(
        "failing_hosts",
        "Hosts on which a resource fails.",
        "resource",
        _by_resource(snapshot, _fails),
    )
    yield gauge(
        "resources",
        "Resources of all hosts by their action in the last turn.",
        "action",
        {one: turn.actions.get(one, 0) if turn else 0 for one in sorted(ACTIONS)},
    )
    yield gauge(
        "problem",
        "Whether turns have this problem: 1 if they do.",
        "problem",
        {one.value: float(fleet.problem(one) is not None) for one in Problem},
    )
    yield counter(
        "turns",
        "Turns since the start: good, repaired (good, with a repair), or failed (no hosts seen).",
        "result",
        {one: snapshot.turns.get(one, 0) for one in (GOOD, REPAIRED, FAILED)},
    )
    durations = HistogramMetricFamily(f"{_PREFIX}_turn_duration_seconds", "How long turns took.")
    count = sum(snapshot.turns.values())
    buckets = [
        (str(bound), number) for bound, number in zip(BUCKETS, snapshot.durations, strict=True)
    ]
    durations.add_metric([], [*buckets, ("+Inf", count)], snapshot.total_duration)
    yield durations
    yield single("interval_seconds", "Seconds from one turn to the next.", snapshot.interval)
    yield single(
        "last_good_turn_timestamp_seconds",
        "When the last turn ended that saw the hosts, as Unix time; 0 before the first one.",
        _timestamp(fleet.good_turn),
    )
    sent, failed, dropped = {}, {}, {}
    for name, counts in snapshot.notifications.items():
        sent[name], failed[name] = counts.delivered, counts.failed
        dropped[name] = counts.dropped
    yield counter("notifications", "Notifications that were delivered.", "target", sent)
    yield counter(
        "notification_failures",
        "Attempts to deliver a notification that failed.",
        "target",
        failed,
    )
    yield counter(
        "notifications_dropped",
        "Notifications that were given up because too many were waiting.",
        "target",
        dropped,
    )


def _by_resource(
    snapshot: Snapshot, counts_if: Callable[[ResourceState], bool]
) -> dict[str, float]:
    """Return the number of hosts for each resource, the most frequent ones by name."""
    counts: Counter[str] = Counter()
    for host in snapshot.fleet.hosts.values():
        counts.update(one_line(one.id) for one in host.resources if counts_if(one))
    named = dict(counts.most_common(MOST_RESOURCES))
    others = counts.total() - sum(named.values())
    return {**dict(sorted(named.items())), **({OTHERS: others} if others else {})}


def _drifts(resource: ResourceState) -> bool:
    return resource.pending or resource.repaired


def _fails(resource: ResourceState) -> bool:
    return bool(resource.error)


def _timestamp(time: str) -> float:
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        return 0.0
