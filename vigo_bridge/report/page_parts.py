# SPDX-License-Identifier: GPL-3.0-or-later
"""What all HTML pages share: their templates and style, and the summary of a run."""

from __future__ import annotations

from collections import Counter
from importlib import resources

import jinja2

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean, one_line
from vigo_bridge.report.terminal import listed, rollback_problem
from vigo_bridge.run.results import EnvoyStatus, RunResult

#: Only this much of the end of logs and outputs is shown, so that the page stays usable.
_LONGEST = 8000


def template(package: str, name: str) -> jinja2.Template:
    """Return a template of a package, which escapes all values."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def asset(name: str, package: str = "vigo_bridge.report") -> str:
    """Return a file beside the templates of a package."""
    return (resources.files(package) / "templates" / name).read_text(encoding="utf-8")


def totals(result: RunResult) -> list[tuple[str, int]]:
    """Return how many hosts have each status."""
    counts = Counter(envoy.status for envoy in result.envoys.values())
    return [(status.value, counts[status]) for status in EnvoyStatus if counts[status]]


def actions(result: RunResult) -> list[tuple[str, int]]:
    """Return how many resources have each action."""
    counts = Counter(
        resource.action for envoy in result.envoys.values() for resource in envoy.resources
    )
    return counts.most_common()


def failures(result: RunResult) -> list[dict[str, str]]:
    """Return the failures, each with the end of its log; hosts with the same failure are listed
    together.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for host, envoy in result.envoys.items():
        for resource in (*envoy.resources, *envoy.restored):
            if not resource.failed:
                continue
            error = resource.error or {}
            message, log = clean(error.get("message", "")), end_of(error.get("log", ""))
            hosts = found.setdefault((one_line(resource.id), message, log), [])
            if host not in hosts:  # In the rollback, it may have failed in the same way.
                hosts.append(host)
        if envoy.rollback_error:
            found.setdefault(("", clean(rollback_problem(envoy)), ""), []).append(host)
        elif not envoy.failures and envoy.status in (EnvoyStatus.FAILED, EnvoyStatus.UNREACHABLE):
            found.setdefault(("", clean(envoy.message), ""), []).append(host)
    return [
        {"hosts": listed(hosts), "what": what, "message": message, "log": log}
        for (what, message, log), hosts in found.items()
    ]


def end_of(text: str) -> str:
    """Return the end of a log or an output, without control characters."""
    return clean(text[-_LONGEST:])
