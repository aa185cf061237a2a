# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of the second batch fails: what is then on all hosts, compared byte for byte, and what is
printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Fleet, Host

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

PAGE = Path(__file__).parents[2] / "docs/rollouts.md"
PLACE = "/srv/shop"
CRATE = """\
name: site
vars:
  version: "1"
  tag: v1.10.1
  mode: "0640"
  owner: nobody
resources:
  - name: page
    type: file
    target_path: PLACE/page
    content: "version {{ .Vars.version }}\\n"
    mode: "{{ .Vars.mode }}"
    owner: "{{ .Vars.owner }}"
    notify: data
  - name: versioned
    type: file
    target_path: "PLACE/{{ .Vars.version }}"
    content: "new\\n"
  - name: web
    type: container
    container: shop-web
    image: "traefik/whoami:{{ .Vars.tag }}"
    network: shop
    restart: always
    update: start-first
    drain_time: 0s
    settle_time: 300ms
    stop_timeout: 1s
  - name: data
    type: container
    container: shop-data
    image: redis:7-alpine
    env: "VERSION={{ .Vars.version }}"
    volumes: "PLACE/page:/page:ro"
    restart: always
    settle_time: 300ms
    stop_timeout: 1s
  - name: check
    type: exec
    command: "test ! -e PLACE/fails -o {{ .Vars.version }} = 1"
    depends_on: [page, versioned, web, data]
"""
NAMES = ("shop-web", "shop-data")
#: Of a container, what differs each time that it is started.
VOLATILE = ("State", "RestartCount", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath")
NEW = [
    word
    for setting in ("version='2'", "tag=v1.10.2", "mode='0604'", "owner=root")
    for word in ("--set", setting)
]


def remove(host: Host) -> None:
    host.run(
        "docker ps -aq --filter name=shop- | xargs -r docker rm --force --volumes;"
        f" docker network rm shop || true; rm -rf {PLACE} /var/lib/vigo-bridge"
    )


class Rollouts:
    """A stack for three hosts, which have its first version; the next one fails on the last one."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.hosts = fleet.hosts
        self._folder = folder
        for host in self.hosts:
            remove(host)
            host.run(f"mkdir -p {PLACE}")
        stack = folder / "stack"
        for name, text in {
            "envoys.vgo": 'envoys:\n  - match: "*"\n    configcrates: [site]\n',
            "configcrates/site.vgo": CRATE.replace("PLACE", PLACE),
        }.items():
            (stack / name).parent.mkdir(parents=True, exist_ok=True)
            (stack / name).write_text(text)
        inventory = [host.inventory_line() + "\n" for host in self.hosts]
        (folder / "hosts.ini").write_text("".join(inventory))
        assert self("run", "-o", "json").status == 0
        self.hosts[-1].run(f"touch {PLACE}/fails")

    def __call__(self, *arguments: str) -> Finished:
        where = ("--stacks", self._folder / "stack", "-i", self._folder / "hosts.ini")
        environment = {"XDG_STATE_HOME": str(self._folder / "state"), "COLUMNS": "200"}
        return vigo_bridge(*arguments, *where, environment=environment)

    def states(self) -> list[dict[str, Any]]:
        return [state(host) for host in self.hosts]


def state(host: Host) -> dict[str, Any]:
    """Return all files with content, mode and owner, and all containers as the engine has them."""
    found: dict[str, Any] = {
        "files": host.run(
            f"cd {PLACE} && find . -printf '%p %y %m %U %G\\n' | grep -v '^[.] ' | sort;"
            " find . -type f | sort | xargs sha256sum"
        )
    }
    names = host.docker("ps", "--all", "--format", "{{.Names}}", "--filter", "name=shop-")
    for name in sorted(names.split()):
        (raw,) = json.loads(host.docker("inspect", name))
        if name.endswith(".vigo-failed"):
            assert not raw["State"]["Running"], name
            assert raw["HostConfig"]["RestartPolicy"]["Name"] == "no", name
        else:
            found[name] = lasting(raw)
    return found


def lasting(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stays if a container is stopped and started."""
    networks = {
        name: {key: network[key] for key in ("Aliases", "Links", "IPAMConfig", "NetworkID")}
        for name, network in raw["NetworkSettings"]["Networks"].items()
    }
    kept = {name: value for name, value in raw.items() if name not in VOLATILE}
    mounts = sorted(raw["Mounts"], key=str)  # The engine lists them in any order.
    return {
        **kept,
        "Mounts": mounts,
        "NetworkSettings": networks,
        "State": raw["State"]["Status"],
    }


def assert_same(now: list[dict[str, Any]], was: list[dict[str, Any]]) -> None:
    """Check it setting by setting, so that a failure names the one that differs."""
    for each, before in zip(now, was, strict=True):
        assert each.keys() == before.keys()
        for name in each:
            if name == "files":
                assert each[name] == before[name]
                continue
            found = {key: (value, before[name].get(key)) for key, value in each[name].items()}
            assert {key: both for key, both in found.items() if both[0] != both[1]} == {}, name


@pytest.fixture
def rollouts(fleet3: Fleet, tmp_path: Path) -> Iterator[Rollouts]:
    yield Rollouts(fleet3, tmp_path)
    for host in fleet3.hosts:
        remove(host)


def shown_in_documentation() -> str:
    """Return what the page shows as printed: the results of the failed batch."""
    (shown,) = re.findall(r"^```\n(web2\..*?)^```", PAGE.read_text(), re.M | re.S)
    return str(shown)


def test_the_second_batch_fails(rollouts: Rollouts) -> None:
    was = rollouts.states()
    printed = ""

    def run(on_failure: str, batches: str = "1,2", *more: str) -> list[dict[str, Any]]:
        nonlocal printed
        options = ("--batch-size", batches, "--on-failure", on_failure, *NEW, *more)
        ended = rollouts("run", *options)
        printed = ended.out
        assert ended.status == 3, ended.err
        return rollouts.states()

    assert_same(run("rollback-all"), was)
    first, second, third = run("rollback")
    assert shown_in_documentation() in printed
    assert_same([second, third], was[1:])
    assert first["files"] != was[0]["files"]
    assert {first[name]["State"] for name in NAMES} == {"running"}
    assert all(first[name]["Id"] != was[0][name]["Id"] for name in NAMES)
    # Hosts that were rolled back are not finished: they are converged again, and rolled back again.
    assert_same(run("rollback", "2", "--resume"), [first, second, third])
    stopped = run("stop")
    assert_same(stopped[:1], [first])
    for now, before in zip(stopped[1:], was[1:], strict=True):
        assert all(now[name]["Id"] != before[name]["Id"] for name in NAMES)
        assert "./2 " in now["files"]
