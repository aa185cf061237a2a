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
from vigo_bridge.watch.notifications.delivery import Counts
from vigo_bridge.watch.server.snapshot import BUCKETS, FAILED, GOOD, REPAIRED, Snapshot
from vigo_bridge.watch.states.model import FleetState, Problem, ResourceState

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
    yield _info(stack, snapshot.fleet.revision)
    yield from _of_hosts(snapshot.fleet)
    yield from _of_resources(snapshot)
    yield from _of_turns(snapshot)
    yield from _of_notifications(snapshot.notifications)


def _info(stack: str, revision: str) -> Any:
    from prometheus_client.metrics_core import InfoMetricFamily

    value = {"stack": one_line(stack), "revision": one_line(revision)}
    return InfoMetricFamily(_PREFIX, "The stack that is in force.", value=value)


def _of_hosts(fleet: FleetState) -> Iterator[Any]:
    yield _gauges(
        "hosts",
        "Hosts by condition: whether the last look or repair failed.",
        "condition",
        {one.value: count for one, count in fleet.conditions.items()},
    )
    yield _gauges(
        "hosts_by_drift",
        "Hosts by drift: none, changed, or diverged (something changes them again and again).",
        "drift",
        {one.value: count for one, count in fleet.drifts.items()},
    )
    yield _gauge("hosts_unreachable", "Hosts that cannot be reached.", fleet.unreachable)


def _of_resources(snapshot: Snapshot) -> Iterator[Any]:
    yield _gauges(
        "drifting_hosts",
        "Hosts on which a resource differs from the stack or was repaired in the last turn.",
        "resource",
        _by_resource(snapshot, _drifts),
    )
    yield _gauges(
        "failing_hosts",
        "Hosts on which a resource fails.",
        "resource",
        _by_resource(snapshot, _fails),
    )
    actions = snapshot.turn.actions if snapshot.turn else {}
    yield _gauges(
        "resources",
        "Resources of all hosts by their action in the last turn.",
        "action",
        {one: actions.get(one, 0) for one in sorted(ACTIONS)},
    )


def _of_turns(snapshot: Snapshot) -> Iterator[Any]:
    yield _gauges(
        "problem",
        "Whether turns have this problem: 1 if they do.",
        "problem",
        {one.value: float(snapshot.fleet.problem(one) is not None) for one in Problem},
    )
    yield _counters(
        "turns",
        "Turns since the start: good, repaired (good, with a repair), or failed (no hosts seen).",
        "result",
        {one: snapshot.turns.get(one, 0) for one in (GOOD, REPAIRED, FAILED)},
    )
    yield _durations(snapshot)
    yield _gauge("interval_seconds", "Seconds from one turn to the next.", snapshot.interval)
    yield _gauge(
        "last_good_turn_timestamp_seconds",
        "When the last turn ended that saw the hosts, as Unix time; 0 before the first one.",
        _timestamp(snapshot.fleet.good_turn),
    )


def _durations(snapshot: Snapshot) -> Any:
    from prometheus_client.metrics_core import HistogramMetricFamily

    buckets = [
        (str(bound), float(number))
        for bound, number in zip(BUCKETS, snapshot.durations, strict=True)
    ]
    buckets.append(("+Inf", float(sum(snapshot.turns.values()))))
    found = HistogramMetricFamily(f"{_PREFIX}_turn_duration_seconds", "How long turns took.")
    found.add_metric([], buckets, snapshot.total_duration)
    return found


def _of_notifications(counts: Mapping[str, Counts]) -> Iterator[Any]:
    yield _counters(
        "notifications",
        "Notifications that were delivered.",
        "target",
        {name: one.delivered for name, one in counts.items()},
    )
    yield _counters(
        "notification_failures",
        "Attempts to deliver a notification that failed.",
        "target",
        {name: one.failed for name, one in counts.items()},
    )
    yield _counters(
        "notifications_dropped",
        "Notifications that were given up because too many were waiting.",
        "target",
        {name: one.dropped for name, one in counts.items()},
    )


def _gauge(name: str, text: str, value: float) -> Any:
    from prometheus_client.metrics_core import GaugeMetricFamily

    return GaugeMetricFamily(f"{_PREFIX}_{name}", text, value=value)


def _gauges(name: str, text: str, label: str, values: Mapping[str, float]) -> Any:
    from prometheus_client.metrics_core import GaugeMetricFamily

    return _filled(GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=[label]), values)


def _counters(name: str, text: str, label: str, values: Mapping[str, float]) -> Any:
    from prometheus_client.metrics_core import CounterMetricFamily

    return _filled(CounterMetricFamily(f"{_PREFIX}_{name}", text, labels=[label]), values)


def _filled(family: Any, values: Mapping[str, float]) -> Any:
    """Return a metric with a value for each value of its label."""
    for label, value in values.items():
        family.add_metric([label], value)
    return family


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
