# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollouts over four hosts in batches, each with a service behind proxies: no request is lost, and
none runs twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration import web_proxies
from tests.integration.program import Finished, vigo_bridge
from tests.integration.test_start_first_proxies import assert_complete, service
from tests.testbed import Fleet, Host, Testbed

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

NAMES = [f"shop{number}.example.com" for number in (1, 2, 3, 4)]
ROUNDS = 5
#: Requests a second through each proxy of each host; there are twelve.
RATE = 20
#: What the container runs before its program, in a release that is broken.
BREAK = "sleep 0.3; exit 3"


def write_stack(folder: Path) -> None:
    """Write a stack with a service, whose variables are its release and what runs before it."""
    command = ["sh", "-c", '{{ .Vars.before }}; exec python3 -u -c "$0"', web_proxies.SERVICE]
    attributes: dict[str, Any] = {
        **service("shop-net", Path("/srv/done")),
        "entrypoint": command,
        "env": {"RELEASE": "{{ .Vars.release }}"},
    }
    crate = {
        "name": "shop",
        "vars": {"release": "0", "before": "true"},
        "resources": [{"name": "web", "type": "container", "container": "shop", **attributes}],
    }
    envoys = {"envoys": [{"match": "*.example.com", "configcrates": ["shop"]}]}
    for path, content in {"configcrates/shop.vgo": crate, "envoys/envoys.vgo": envoys}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(yaml.safe_dump(content, sort_keys=False))


class Site:
    """The hosts, and the stack that is rolled out on them."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.hosts = fleet.hosts
        self._folder = folder
        write_stack(folder / "stacks")
        (folder / "hosts.ini").write_text(fleet.inventory())

    def push(self, **variables: str) -> Finished:
        """Roll out in batches of two hosts."""
        settings = [word for pair in variables.items() for word in ("--set", "=".join(pair))]
        return vigo_bridge(
            *("envoys", "push", "--all", "-o", "json", "--batch-size", "2", *settings),
            *("--stacks", self._folder / "stacks", "-i", self._folder / "hosts.ini"),
            environment={"XDG_STATE_HOME": str(self._folder / "state")},
        )

    def containers(self) -> list[str]:
        """Return the ID of each host's container, with when it was started."""
        started = "{{.Id}} {{.State.StartedAt}}"
        return [host.docker("inspect", "--format", started, "shop").strip() for host in self.hosts]


def statuses(finished: Finished) -> list[str]:
    return [envoy["status"] for envoy in finished.document["envoys"].values()]


@pytest.fixture
def site(testbed: Testbed, tmp_path: Path) -> Iterator[Site]:
    fleet = testbed.fleet(NAMES)
    yield Site(fleet, tmp_path)
    fleet.close()


def read_done(host: Host) -> str:
    return host.run("cat /srv/done/*")


def test_no_request_is_lost(site: Site) -> None:
    with ExitStack() as loads:
        clients = [loads.enter_context(closing(host.engine.client())) for host in site.hosts]
        for host, client in zip(site.hosts, clients, strict=True):
            host.run("mkdir --mode 777 /srv/done")
            web_proxies.build(client)
        assert statuses(site.push()) == ["changed"] * 4
        found = [
            loads.enter_context(
                web_proxies.load(client, "shop", "shop-net", partial(read_done, host), RATE)
            )
            for host, client in zip(site.hosts, clients, strict=True)
        ]
        was = site.containers()
        for release in range(1, ROUNDS + 1):
            assert statuses(site.push(release=str(release))) == ["changed"] * 4
            now = site.containers()
            assert not set(now) & set(was)
            was = now
        broken = site.push(release="broken", before=BREAK)
        assert (broken.status, statuses(broken)) == (4, ["failed"] * 2 + ["untouched"] * 2)
        assert site.containers() == was
    for counts in found:
        assert_complete(counts, web_proxies.PROXIES)
